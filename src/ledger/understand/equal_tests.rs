//! Tests of rows that may be no entries, or that stand for one another.

use super::super::test_kit::*;
use super::super::understanding::{Asked, EqualRows, Understanding};
use crate::ledger::book::{Cell, Sheet};

const HEAD: &str = "项目|数值|单位|起|村|作物|依据|登记人|备注\n";

fn table(rows: &str) -> Sheet {
    sheet("台账", &format!("{HEAD}{rows}"))
}

fn read(rows: &str) -> Understanding {
    of_sheets(vec![table(rows)], &Asked::default())
}

const VILLAGES: &str =
    "汽油|100|升|2022-09-11|东门村||票1|黄某\n汽油|200|升|2022-09-12|仙坪村||票2|黄某\n";

#[test]
fn a_row_of_the_township_with_the_sum_of_its_villages_is_asked() {
    let whole = |village: &str, value: &str| {
        read(&format!("{VILLAGES}汽油|{value}|升|2022-09-30|{village}||月末汇总|黄某\n"))
    };
    for village in ["全乡", "清源乡"] {
        let said = problem(&whole(village, "300"));
        assert!(said.contains("E4") && said.contains("乡本级"), "{said}");
    }
    assert_eq!(taken(&whole("全乡", "310")).len(), 3);
    assert_eq!(taken(&whole("乡本级", "300")).len(), 3);
    // As the way out says.
    let left = Asked { meanings: vec![("全乡".into(), "-".into())], ..Asked::default() };
    let text = format!("{VILLAGES}汽油|300|升|2022-09-30|全乡||月末汇总|黄某\n");
    assert_eq!(taken(&of_sheets(vec![table(&text)], &left)).len(), 2);
}

#[test]
fn a_total_is_seen_in_a_remark_and_within_a_paper() {
    let said =
        problem(&read(&format!("{VILLAGES}汽油|300|升|2022-09-30|乔坑村||票1、2小计|黄某\n")));
    assert!(said.contains("G4") && said.contains("小计"), "{said}");
    let said =
        problem(&read(&format!("{VILLAGES}汽油|300|升|2022-09-30|乔坑村||票4|黄某|以上合计\n")));
    assert!(said.contains("I4") && said.contains("合计"), "{said}");
    // What several rows have is the name of a paper.
    let papers = VILLAGES.replace("票1", "油票合计表").replace("票2", "油票合计表");
    assert_eq!(taken(&read(&papers)).len(), 2);
}

#[test]
fn rows_that_were_taken_back_are_asked() {
    for (rows, place) in [
        ("汽油|100|升|2022-09-11|东门村||票1|黄某|作废\n", "I2"),
        ("汽油|100|升|2022-09-11|东门村||票1（红字）|黄某\n", "G2"),
    ] {
        let said = problem(&read(rows));
        assert!(said.contains(place) && said.contains("remove the row"), "{said}");
    }
    let mut struck = table(VILLAGES);
    struck.rows[2].struck = true;
    let said = problem(&of_sheets(vec![struck], &Asked::default()));
    assert!(said.contains("row 3") && said.contains("struck through"), "{said}");
}

#[test]
fn of_a_survey_two_values_of_one_place_and_day_are_asked() {
    let area = |value: u8, paper: &str, day: u8| {
        format!("受灾面积|{value}|亩|2022-09-{day}|东门村|水稻|{paper}|黄某\n")
    };
    let said = problem(&read(&(area(100, "表1", 11) + &area(50, "表2", 11))));
    assert!(said.contains("row 3") && said.contains("row 2"), "{said}");
    assert_eq!(taken(&read(&(area(100, "表1", 11) + &area(50, "表2", 21)))).len(), 2);
    let said = problem(&read(&(area(100, "表1", 11) + &area(100, "表2", 11))));
    assert!(said.contains("not added up"), "{said}");
    let said = problem(&read(&(area(50, "表1", 11) + &area(50, "表1", 11))));
    assert!(said.contains("--equal-rows one") && !said.contains("each"), "{said}");
    // Two equal rows would not be added up, whatever they are.
    let each = Asked { equal_rows: Some(EqualRows::Each), ..Asked::default() };
    let twice = table(&(area(50, "表1", 11) + &area(50, "表1", 11)));
    let said = problem(&of_sheets(vec![twice], &each));
    assert!(said.contains("not added up"), "{said}");
}

#[test]
fn a_month_in_a_cell_of_a_day_is_all_of_it() {
    let mut month = table(VILLAGES);
    put(&mut month, 2, 3, Cell::Month(jiff::civil::date(2022, 9, 1)));
    let read = of_sheets(vec![month], &Asked::default());
    assert!(taken(&read)[0].contains("2022-09-01 2022-09-30"), "{:?}", rows(&read));
    assert_eq!(read.sheets[0].otherwise().count(), 1, "it is said");
}

#[test]
fn a_row_of_an_item_without_villages_needs_none() {
    let rows =
        "汽油|100|升|2022-09-11|东门村||票1|黄某\n抗旱应急响应级别|3|级|2022-09-11|||票1|黄某\n";
    assert_eq!(taken(&read(rows)).len(), 2);
}
