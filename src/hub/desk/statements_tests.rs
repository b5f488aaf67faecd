//! Tests of the statements that are kept: after entries, readings and corrections, and with rows that are not in force.

use std::sync::Arc;

use super::test_kit::{EVENT, Office, row};
use super::{Stated, Unstated};
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
    let fresh = office.statements.fresh(None).await.unwrap();
    assert_eq!(days(&fresh), 61);
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
    let reviewed = office.statements.reviewed(None).await.unwrap();
    assert_eq!(gasoline(&reviewed), Some(800.0));
    let by = Some("农业办 李某".to_owned());
    let own = Entry { id: waiting, reviewed_by: by.clone(), ..row(EntryCode::Gasoline, 40.0) };
    let with = office.statements.with_rows(&[own]).await.unwrap();
    assert_eq!((gasoline(&with), with.statement.pending.len()), (Some(800.0), 0));
    // A correction of the row that is in force, and a row that is new.
    let corrected = Entry {
        id: 4,
        supersedes: Some(2),
        reviewed_by: by.clone(),
        ..row(EntryCode::Gasoline, 700.0)
    };
    let new = Entry { id: 5, reviewed_by: by, ..row(EntryCode::Gasoline, 5.0) };
    let with = office.statements.with_rows(&[corrected, new]).await.unwrap();
    assert_eq!(gasoline(&with), Some(705.0));
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
        id: 3,
        from: date(2022, 8, 10),
        supersedes: Some(1),
        reviewed_by: Some("农业办 李某".into()),
        ..row(EntryCode::DroughtEvent, 1.0)
    };
    let moved = office.statements.with_rows(&[moved]).await.unwrap();
    assert_eq!(moved.statement.period.from, date(2022, 8, 10), "the event of these rows");
    let denied = Entry {
        id: 3,
        supersedes: Some(1),
        reviewed_by: Some("农业办 李某".into()),
        ..row(EntryCode::DroughtEvent, 0.0)
    };
    let none = office.statements.with_rows(&[denied]).await.unwrap_err();
    let why = none.downcast_ref::<Unstated>();
    let Some(Unstated::NoPeriod(why)) = why else { panic!("{none:?}") };
    for lang in Lang::ALL {
        let said = within(lang, || why.to_string());
        assert!(!said.contains('`') && !said.contains("--"), "{said}");
    }
}
