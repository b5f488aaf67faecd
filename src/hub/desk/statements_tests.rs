//! Tests of the statements that are kept: after entries, readings and corrections, and with rows that are not in force.

use std::sync::Arc;

use super::Stated;
use super::test_kit::{EVENT, Office, row};
use crate::account::{Entry, EntryCode};
use crate::core::Period;
use crate::figures::FigureId;
use crate::locales::{Lang, within};
use jiff::civil::date;

fn gasoline(stated: &Stated) -> Option<f64> {
    stated.statement.number(FigureId::GasolineUsed)
}

/// Days on which the channel has a level.
fn days(stated: &Stated) -> usize {
    stated.statement.sources[0].days.len()
}

#[tokio::test]
async fn who_asks_for_the_same_shares_it_and_an_entry_is_in_the_next_without_reading_the_store() {
    let office = Office::new(false);
    let first = office.statements.live(None).await.unwrap();
    assert_eq!((first.statement.period, gasoline(&first)), (EVENT, Some(760.0)));
    assert_eq!(first.events, [EVENT]);
    let again = office.statements.live(None).await.unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    office.enter(&[row(EntryCode::Gasoline, 40.0)]);
    let after = office.statements.live(None).await.unwrap();
    assert_eq!((gasoline(&after), after.read_at), (Some(800.0), first.read_at));
    // The same days by their names are the same accounts.
    let named = office.statements.live(Some(EVENT)).await.unwrap();
    assert_eq!(named.read_at, first.read_at);
}

#[tokio::test]
async fn readings_may_come_later_but_a_correction_of_them_does_not() {
    let office = Office::new(false);
    let first = office.statements.live(None).await.unwrap();
    assert_eq!(days(&first), 60);
    office.reading(EVENT.to);
    let recent = office.statements.live(None).await.unwrap();
    assert_eq!((days(&recent), recent.read_at), (60, first.read_at), "for some seconds");
    let (fresh, nothing) = office.statements.fresh_beside_reviewed(None).await.unwrap();
    assert_eq!((days(&fresh), nothing.is_none()), (61, true));
    office.correct_readings(date(2022, 8, 5));
    let corrected = office.statements.live(None).await.unwrap();
    assert_eq!(days(&corrected), 60);
    assert_ne!(corrected.deeds, first.deeds);
}

#[tokio::test]
async fn rows_that_wait_are_left_out_unless_it_is_as_if_they_were_reviewed() {
    let office = Office::new(true);
    let waiting = office.enter(&[row(EntryCode::Gasoline, 40.0)])[0];
    let live = office.statements.live(None).await.unwrap();
    assert_eq!((gasoline(&live), live.statement.pending.len()), (Some(760.0), 1));
    let (_, reviewed) = office.statements.beside_reviewed(None).await.unwrap();
    assert_eq!(gasoline(&reviewed.unwrap()), Some(800.0));
    let by = Some("农业办 李某".to_owned());
    let own = Entry { id: waiting, reviewed_by: by.clone(), ..row(EntryCode::Gasoline, 40.0) };
    let with = office.statements.with_rows(&[own]).await.unwrap().with.unwrap();
    assert_eq!((gasoline(&with), with.statement.pending.len()), (Some(800.0), 0));
    // A correction of the row that is in force, and a row that is new.
    let corrected =
        Entry { supersedes: Some(2), reviewed_by: by.clone(), ..row(EntryCode::Gasoline, 700.0) };
    let new = Entry { reviewed_by: by, ..row(EntryCode::Gasoline, 5.0) };
    let pair = office.statements.with_rows(&[corrected, new]).await.unwrap();
    assert_eq!(gasoline(&pair.with.unwrap()), Some(705.0));
    assert!(Arc::ptr_eq(&pair.as_it_stands.unwrap(), &live));
    let live = office.statements.live(None).await.unwrap();
    assert_eq!(gasoline(&live), Some(760.0), "nothing was entered");
}

#[tokio::test]
async fn other_days_are_other_statements_and_without_an_event_there_is_a_reason() {
    let office = Office::new(true);
    let august = Period { from: date(2022, 8, 1), to: date(2022, 8, 31) };
    let stated = office.statements.live(Some(august)).await.unwrap();
    assert_eq!((stated.statement.period, days(&stated)), (august, 31));
    let moved = Entry {
        from: date(2022, 8, 10),
        supersedes: Some(1),
        reviewed_by: Some("农业办 李某".into()),
        ..row(EntryCode::DroughtEvent, 1.0)
    };
    let moved = office.statements.with_rows(&[moved]).await.unwrap().with.unwrap();
    assert_eq!(moved.statement.period.from, date(2022, 8, 10), "the event of these rows");
    let denied = Entry {
        supersedes: Some(1),
        reviewed_by: Some("农业办 李某".into()),
        ..row(EntryCode::DroughtEvent, 0.0)
    };
    let why = office.statements.with_rows(&[denied]).await.unwrap().with.unwrap_err();
    for lang in Lang::ALL {
        let said = within(lang, || why.to_string());
        assert!(!said.contains('`') && !said.contains("--"), "{said}");
    }
}

/// A row that is checked is no row of the ledger, whatever somebody else enters before its effect is worked out.
#[tokio::test]
async fn a_row_that_is_not_entered_yet_takes_no_other_rows_place() {
    let office = Office::new(false);
    office.enter(&[row(EntryCode::Gasoline, 40.0)]);
    let pair = office.statements.with_rows(&[row(EntryCode::Gasoline, 5.0)]).await.unwrap();
    assert_eq!(gasoline(&pair.as_it_stands.unwrap()), Some(800.0));
    assert_eq!(gasoline(&pair.with.unwrap()), Some(805.0));
}

/// With rows of a meter the accounts are others, and are read for themselves: readings that come in before that must
/// not look like what the rows change.
#[tokio::test]
async fn a_statement_and_what_it_is_compared_with_are_of_the_same_readings() {
    let office = Office::new(true);
    office.statements.live(None).await.unwrap();
    office.reading(EVENT.to);
    let meter = |code| Entry { work: Some("pump-1/energy".into()), ..row(code, 5.0) };
    let rows = office.enter(&[meter(EntryCode::MeterReplaced), meter(EntryCode::MeterInstalled)]);
    let (live, reviewed) = office.statements.beside_reviewed(None).await.unwrap();
    let reviewed = reviewed.unwrap();
    assert_eq!((days(&live), days(&reviewed)), (61, 61));
    office.reading_at(EVENT.to, 13);
    let (fresh, reviewed) = office.statements.fresh_beside_reviewed(None).await.unwrap();
    let reviewed = reviewed.unwrap();
    assert!(!Arc::ptr_eq(&fresh, &live), "as the store is now");
    assert_eq!(days(&fresh), days(&reviewed));
    // What is compared with a fresh statement is fresh, too, where its accounts are the same.
    office.review(&rows, "农业办 李某");
    office.statements.beside_reviewed(None).await.unwrap();
    office.enter(&[row(EntryCode::Gasoline, 40.0)]);
    office.statements.beside_reviewed(None).await.unwrap();
    office.correct_readings(EVENT.to);
    let (fresh, reviewed) = office.statements.fresh_beside_reviewed(None).await.unwrap();
    let reviewed = reviewed.unwrap();
    assert_eq!((days(&fresh), days(&reviewed)), (60, 60));
    assert_eq!(fresh.read_at, reviewed.read_at);
}

#[tokio::test]
async fn all_who_ask_share_one_ledger_until_somebody_writes_or_another_file_is_put_in_its_place() {
    let office = Office::new(false);
    let first = office.statements.leaf().unwrap();
    assert!(Arc::ptr_eq(&first, &office.statements.leaf().unwrap()));
    office.enter(&[row(EntryCode::Gasoline, 40.0)]);
    let second = office.statements.leaf().unwrap();
    assert_eq!((second.all.len(), second.in_force.len()), (3, 3));
    assert!(second.version > first.version && first.all.len() == 2);
    let path = &office.settings.ledger.path;
    let other = path.with_extension("other");
    crate::ledger::Ledger::open(&other).unwrap().append(&[row(EntryCode::Diesel, 1.0)]).unwrap();
    std::fs::rename(&other, path).unwrap();
    for beside in ["db-wal", "db-shm"] {
        let _gone = std::fs::remove_file(path.with_extension(beside));
    }
    let third = office.statements.leaf().unwrap();
    assert_eq!(third.all.iter().map(|row| row.code).collect::<Vec<_>>(), [EntryCode::Diesel]);
}
