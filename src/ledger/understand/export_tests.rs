//! Tests of our own files: the example and what the ledger exports come back as they are.

use super::test_kit::now;
use super::understand;
use super::understanding::{Asked, Understanding};
use crate::account::Entry;
use crate::ledger::{ImportOutcome, Ledger, to_csv, to_workbook};
use crate::water::Township;

const EXAMPLE: &[u8] = include_bytes!("../../../config/examples/2022/ledger.csv");

fn township() -> Township {
    let villages = ["dongmen", "xianping", "qiaokeng", "lifang", "huangshui", "tangbei", "lingxia"]
        .map(|id| serde_json::json!({"id": id, "name": format!("{id}村"), "persons": 1, "groups": 1, "sown_area_mu": 900.0}));
    let crops = ["rice", "seed-rice", "taro", "lotus"].map(|id| {
        serde_json::json!({"id": id, "name": id, "sown_area_mu": 1000.0, "yield_kg_per_mu": 450.0,
            "price_yuan_per_kg": 2.8, "source": "test", "confidence": 0.5})
    });
    serde_json::from_value(serde_json::json!({"name": "测试", "village": villages, "crop": crops}))
        .unwrap()
}

fn read(bytes: &[u8]) -> Understanding {
    let read = understand(bytes, &Asked::default(), &township(), now());
    let problems: Vec<_> = read.all_problems().map(ToString::to_string).collect();
    assert_eq!(problems, [""; 0]);
    read
}

#[test]
fn the_example_is_read_without_a_question_and_plain_rows_say_nothing() {
    let read = read(EXAMPLE);
    assert!(read.rows().count() > 100);
    assert!(read.rows().all(|row| row.read_as.is_empty()));
    assert!(read.sheets[0].left_out.is_empty());
}

#[test]
fn an_export_is_read_again_and_doubles_nothing() {
    let rows: Vec<_> = read(EXAMPLE).rows().map(|row| row.entry.clone()).collect();
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::open(&dir.path().join("ledger.db")).unwrap();
    ledger.import(&rows).unwrap();
    let held = ledger.all().unwrap();
    let book = to_workbook(&held, &held, &township()).unwrap();
    let csv = to_csv(&held, &held).unwrap();
    for file in [book, csv.into_bytes()] {
        let again: Vec<_> = read(&file).rows().map(|row| row.entry.clone()).collect();
        assert_eq!(again, held);
        let taken = ledger.import(&again).unwrap();
        assert!(taken.iter().all(|p| matches!(p, ImportOutcome::AlreadyThere(_))));
    }
}

#[test]
fn texts_that_a_spreadsheet_would_run_come_back_as_they_are() {
    let first = read(EXAMPLE).rows().next().unwrap().entry.clone();
    let texts = ["=1+1", "'=1+1", "''@SUM(A1)", "＝1+1", "-2+3", "'普通", "票'=1"];
    let rows: Vec<_> = (1..)
        .zip(texts)
        .map(|(id, text)| Entry { id, document: text.into(), ..first.clone() })
        .collect();
    let csv = to_csv(&rows, &rows).unwrap();
    let book = to_workbook(&rows, &rows, &township()).unwrap();
    for file in [book, csv.into_bytes()] {
        let again: Vec<_> = read(&file).rows().map(|row| row.entry.document.clone()).collect();
        assert_eq!(again, texts);
    }
}
