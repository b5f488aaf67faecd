//! Tests of reviews and of the layout before them.

use jiff::civil::date;

use super::*;
use crate::account::EntryCode;
use crate::ledger::Person;
use crate::locales::{Lang, within};

fn at() -> Timestamp {
    "2022-11-16T01:00:00Z".parse().unwrap()
}

fn slip(litres: f64, supersedes: Option<i64>) -> Entry {
    Entry {
        id: 0,
        code: EntryCode::Gasoline,
        value: litres,
        from: date(2022, 8, 5),
        to: date(2022, 8, 5),
        village: None,
        crop: None,
        work: None,
        document: "加油票".into(),
        entered_by: "黄某".into(),
        entered_at: at(),
        reason: supersedes.map_or(String::new(), |_| "看错一位".into()),
        supersedes,
        reviewed_by: None,
        withdrawn: false,
    }
}

fn ledger() -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    ledger.append(&[slip(760.0, None), slip(590.0, None)]).unwrap();
    (dir, ledger)
}

/// No list of persons.
fn none() -> Persons {
    Persons::default()
}

fn values(entries: &[Entry]) -> Vec<f64> {
    entries.iter().map(|entry| entry.value).collect()
}

#[test]
fn a_row_counts_after_a_second_person_has_reviewed_it() {
    let (_dir, mut ledger) = ledger();
    let rows = ledger.rows_in_force(true).unwrap();
    assert_eq!((rows.in_force.len(), values(&rows.pending)), (0, vec![760.0, 590.0]));
    assert_eq!(ledger.rows_in_force(false).unwrap().in_force.len(), 2);

    let own = ledger.review(&[2, 1], " 黄某", &none(), at()).unwrap_err().to_string();
    assert!(own.contains("row 2 was entered by 黄某"), "{own}");
    let own = ledger.review(&[2, 1], " 黄某", &none(), at()).unwrap_err();
    let own = within(Lang::Chinese, || own.to_string());
    assert_eq!(own, "第 2 条是黄某登记的：必须由另一个人复核");
    let unknown = ledger.review(&[1, 9], "刘某", &none(), at());
    assert!(matches!(unknown, Err(LedgerError::NoSuchRow(9))));
    assert_eq!(ledger.rows_in_force(true).unwrap().in_force.len(), 0, "all or none");

    assert_eq!(ledger.review(&[1], "刘某", &none(), at()).unwrap(), [1]);
    assert_eq!(ledger.review(&[1, 2], "刘某", &none(), at()).unwrap(), [2], "one was there");
    assert!(ledger.review(&[1], "谢某", &none(), at()).unwrap().is_empty());
    let rows = ledger.rows_in_force(true).unwrap();
    assert_eq!((values(&rows.in_force), rows.pending.len()), (vec![760.0, 590.0], 0));
    assert_eq!(rows.in_force[0].reviewed_by.as_deref(), Some("刘某"));
}

#[test]
fn a_correction_that_waits_leaves_the_old_row_in_force() {
    let (_dir, mut ledger) = ledger();
    ledger.review(&[1, 2], "刘某", &none(), at()).unwrap();
    ledger.append(&[slip(670.0, Some(1))]).unwrap();
    let rows = ledger.rows_in_force(true).unwrap();
    assert_eq!((values(&rows.in_force), values(&rows.pending)), (vec![760.0, 590.0], vec![670.0]));
    ledger.review(&[3], "刘某", &none(), at()).unwrap();
    let rows = ledger.rows_in_force(true).unwrap();
    assert_eq!((values(&rows.in_force), rows.pending.len()), (vec![590.0, 670.0], 0));
}

/// At most one row of a chain of corrections counts, whichever of them were reviewed.
#[test]
fn a_reviewed_correction_puts_all_before_it_out_of_force() {
    let (_dir, mut ledger) = ledger();
    ledger.review(&[1, 2], "刘某", &none(), at()).unwrap();
    ledger.append(&[slip(670.0, Some(1)), slip(680.0, Some(3))]).unwrap();
    let rows = ledger.rows_in_force(true).unwrap();
    assert_eq!(values(&rows.pending), [680.0], "the last waits");
    assert_eq!(values(&rows.in_force), [760.0, 590.0]);
    let refused = ledger.review(&[3], "刘某", &none(), at()).unwrap_err().to_string();
    assert_eq!(refused, "row 3 is superseded by row 4: review row 4 instead");
    ledger.review(&[4], "刘某", &none(), at()).unwrap();
    let rows = ledger.rows_in_force(true).unwrap();
    assert_eq!(values(&rows.in_force), [590.0, 680.0]);
    assert_eq!(rows.pending, []);
    assert_eq!(values(&rows.with_pending()), [590.0, 680.0]);
}

#[test]
fn a_name_with_other_blanks_is_the_same_person() {
    let (_dir, mut ledger) = ledger();
    let own = ledger.review(&[1], "黄 某\u{3000}", &none(), at()).unwrap_err();
    assert!(matches!(own, LedgerError::OwnRow { row: 1, .. }), "{own}");
}

#[test]
fn office_and_name_is_the_same_person_as_the_name() {
    let (_dir, mut ledger) = ledger();
    for by in ["财政所 黄某", "黄某。", "党政办 黄某"] {
        let own = ledger.review(&[1], by, &none(), at()).unwrap_err();
        assert!(matches!(own, LedgerError::OwnRow { row: 1, .. }), "{by}: {own}");
    }
}

fn listed() -> Persons {
    let person = |id: &str, name: &str, office: &str| Person {
        id: id.into(),
        name: name.into(),
        office: office.into(),
        role: None,
    };
    vec![person("huang", "黄某", "财政所"), person("wu", "吴某", "乡长")].into()
}

#[test]
fn with_a_list_both_persons_have_to_be_of_it() {
    let (_dir, mut ledger) = ledger();
    let by_nobody = Entry { entered_by: "谢某".into(), ..slip(80.0, None) };
    ledger.append(&[by_nobody]).unwrap();
    for by in ["huang", "财政所黄某", "黄某。"] {
        let own = ledger.review(&[1], by, &listed(), at()).unwrap_err();
        assert!(matches!(own, LedgerError::OwnRow { row: 1, .. }), "{by}: {own}");
    }
    let unlisted = ledger.review(&[1], "王某某", &listed(), at()).unwrap_err().to_string();
    assert!(unlisted.contains("王某某 is nobody of the list"), "{unlisted}");
    let unlisted = ledger.review(&[3], "wu", &listed(), at()).unwrap_err().to_string();
    assert!(unlisted.contains("row 3") && unlisted.contains("谢某 is nobody"), "{unlisted}");
    assert_eq!(ledger.review(&[1, 2], "wu", &listed(), at()).unwrap(), [1, 2]);
}

#[test]
fn of_the_pending_rows_a_reviewer_may_take_those_of_others() {
    let (_dir, mut ledger) = ledger();
    let by = |name: &str| Entry { entered_by: name.into(), ..slip(80.0, None) };
    ledger.append(&[by("乡长 吴某"), by("谢某")]).unwrap();
    let pending = ledger.rows_in_force(true).unwrap().pending;
    let huang = Reviewable::of(&pending, "黄某", &listed());
    assert_eq!((huang.rows, huang.own, huang.unlisted.len()), (vec![3], 2, 1));
    let without_list = Reviewable::of(&pending, "黄某", &none());
    assert_eq!((without_list.rows, without_list.own), (vec![3, 4], 2));
}

#[test]
fn rows_of_an_enterer_who_is_not_listed_are_told_together() {
    let (_dir, mut ledger) = ledger();
    let by = |value: f64, name: &str| Entry { entered_by: name.into(), ..slip(value, None) };
    let rows: Vec<Entry> = (0..8).map(|i| by(80.0 + f64::from(i), "谢某")).collect();
    ledger.append(&rows).unwrap();
    ledger.append(&[by(70.0, "王某")]).unwrap();
    let pending = ledger.rows_in_force(true).unwrap().pending;
    let found = Reviewable::of(&pending, "huang", &listed());
    let told: Vec<String> = found.unlisted.iter().map(|rows| rows.text().to_string()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("谢某: rows 8 (3, 4, 5, 6, 7 and more)"), "{told:?}");
    assert!(told[1].starts_with("王某: rows 1 (11)"), "{told:?}");
}

#[test]
fn no_program_changes_a_review() {
    let (_dir, mut ledger) = ledger();
    ledger.review(&[1], "刘某", &none(), at()).unwrap();
    for attack in [
        "UPDATE review SET reviewed_by = 'x'",
        "DELETE FROM review",
        "INSERT OR REPLACE INTO review VALUES (1, 'x', 0)",
        "INSERT INTO review VALUES (2, '黄某', 0)",
    ] {
        // Another program may open the file this way; then the delete of a replace fires no delete trigger.
        ledger.db.execute_batch("PRAGMA recursive_triggers = OFF").unwrap();
        assert!(ledger.db.execute_batch(attack).is_err(), "{attack}");
    }
}

/// A ledger of version 0.1.0, before reviews: its rows are kept and can be reviewed.
#[test]
fn a_ledger_of_the_first_layout_is_upgraded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    std::fs::copy("tests/stores/ledger-layout-1.db", &path).unwrap();
    let mut ledger = Ledger::open(&path).unwrap();
    let rows = ledger.rows_in_force(false).unwrap().in_force;
    assert_eq!((rows.len(), rows[0].value), (118, 1.0));
    assert_eq!(ledger.review(&[1], "刘某", &none(), at()).unwrap(), [1]);
}
