//! Tests of merging rows: a repeated file, an export, and an export that was changed.

use jiff::civil::date;

use super::*;
use crate::account::EntryCode;
use crate::ledger::{import, to_csv, to_workbook};
use crate::locales::{Lang, within};
use crate::water::Township;

fn slip(litres: f64) -> Entry {
    Entry {
        id: 0,
        code: EntryCode::Gasoline,
        value: litres,
        from: date(2022, 8, 5),
        to: date(2022, 8, 5),
        village: None,
        crop: None,
        work: None,
        document: format!("加油票 {litres}"),
        entered_by: "黄某".into(),
        entered_at: "2022-08-05T10:00:00.123Z".parse().unwrap(),
        reason: String::new(),
        supersedes: None,
        reviewed_by: None,
    }
}

fn correction(litres: f64, of: i64) -> Entry {
    Entry { reason: "看错一位".into(), supersedes: Some(of), ..slip(litres) }
}

fn township() -> Township {
    serde_json::from_value(serde_json::json!({"name": "测试"})).unwrap()
}

fn ledger(rows: &[Entry]) -> (tempfile::TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    ledger.append(rows).unwrap();
    (dir, ledger)
}

fn said(outcomes: &[ImportOutcome]) -> Vec<String> {
    let say = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Added(id) => format!("added {id}"),
        ImportOutcome::AlreadyThere(id) => format!("there {id}"),
        ImportOutcome::Refused(error) => error.to_string(),
    };
    outcomes.iter().map(say).collect()
}

#[test]
fn importing_twice_doubles_nothing_and_a_preview_writes_nothing() {
    let (_dir, mut ledger) = ledger(&[]);
    let rows = [slip(760.0), slip(590.0), slip(590.0)];
    let once = ["added 1", "added 2", "there 2"];
    assert_eq!(said(&ledger.preview(&rows).unwrap()), once);
    assert_eq!(ledger.all().unwrap(), []);
    assert_eq!(said(&ledger.import(&rows).unwrap()), once);
    assert_eq!(said(&ledger.import(&rows).unwrap()), ["there 1", "there 2", "there 2"]);
    // Corrected there and back: the last row is not a duplicate of the first, and the file is still recognised.
    let back = [correction(670.0, 1), correction(760.0, 3)];
    assert_eq!(said(&ledger.import(&back).unwrap()), ["added 3", "added 4"]);
    assert_eq!(said(&ledger.import(&back).unwrap()), ["there 3", "there 4"]);
}

#[test]
fn a_correction_without_its_row_is_left_out_and_the_rest_is_imported() {
    let (_dir, mut ledger) = ledger(&[slip(760.0), correction(670.0, 1)]);
    let money = Entry { code: EntryCode::FundsRaised, ..correction(1.0, 2) };
    let rows = [correction(1.0, 9), correction(2.0, 1), money, slip(3.0)];
    let planned = ledger.preview(&rows).unwrap();
    assert_eq!(
        within(Lang::Chinese, || said(&planned)),
        [
            "台账没有第 9 条",
            "第 1 条已被第 2 条更正：请更正第 2 条",
            "第 2 条的项目是“汽油（`gasoline`）”；更正不能把项目改成“群众自筹（`funds_raised`）”",
            "added 3",
        ]
    );
    assert_eq!(
        said(&ledger.import(&rows).unwrap()),
        [
            "the ledger has no row 9",
            "row 1 is already superseded by row 2: supersede row 2 instead",
            "row 2 has the code gasoline; a correction cannot change it to funds_raised",
            "added 3",
        ]
    );
}

#[test]
fn an_export_makes_the_same_ledger_elsewhere_and_changes_nothing_here() {
    let old = Entry {
        from: date(202, 8, 5),
        entered_at: "1850-01-01T00:00:00Z".parse().unwrap(),
        ..slip(7.25)
    };
    let (_dir, mut here) =
        ledger(&[slip(760.0), correction(670.0, 1), old, correction(0.1 + 0.2, 2)]);
    let rows = here.all().unwrap();
    let current = here.rows_in_force(false).unwrap().with_pending();
    let now = "2023-01-01T00:00:00Z".parse().unwrap();
    for whole in [true, false] {
        let out = if whole { &rows } else { &current };
        let book = to_workbook(out, &rows, &township()).unwrap();
        let csv = to_csv(out, &rows).unwrap().into_bytes();
        for file in [book, csv] {
            let read = import(&file, None, &township(), now);
            assert_eq!(read.problems, []);
            assert_eq!(&read.rows, out);
            let placed = here.import(&read.rows).unwrap();
            assert!(
                placed.iter().all(|p| matches!(p, ImportOutcome::AlreadyThere(_))),
                "{placed:?}"
            );

            let (_elsewhere, mut other) = ledger(&[]);
            let placed = other.import(&read.rows).unwrap();
            if whole {
                assert_eq!(other.all().unwrap(), rows);
            } else {
                assert_eq!(
                    said(&placed),
                    ["added 1", "it corrects row 2, which is not in the file: export with --all"]
                );
            }
        }
    }
}

#[test]
fn exported_rows_keep_their_corrections_in_any_order_and_among_other_rows() {
    let numbered = |id, row: Entry| Entry { id, ..row };
    let (_dir, mut ledger) = ledger(&[]);
    let file = [
        numbered(9, correction(3.0, 7)),
        slip(5.0),
        numbered(7, correction(2.0, 4)),
        numbered(4, slip(1.0)),
    ];
    assert_eq!(said(&ledger.import(&file).unwrap()), ["added 3", "added 4", "added 2", "added 1"]);
    let corrects: Vec<_> = ledger.all().unwrap().iter().map(|e| e.supersedes).collect();
    assert_eq!(corrects, [None, Some(1), Some(2), None]);
}

#[test]
fn an_exported_row_that_was_changed_is_not_a_new_row() {
    let (_dir, mut ledger) = ledger(&[slip(760.0), slip(590.0)]);
    let mut rows = ledger.all().unwrap();
    rows[0].value = 670.0;
    let copied = Entry { value: 1.0, ..rows[1].clone() };
    rows.push(copied);
    let said = said(&ledger.import(&rows).unwrap());
    assert!(said[0].starts_with("row 1 of the ledger differs"), "{said:?}");
    assert_eq!(said[1], "there 2");
    assert!(said[2].starts_with("row 2 of the ledger differs"), "{said:?}");
    assert_eq!(ledger.all().unwrap().len(), 2);
}
