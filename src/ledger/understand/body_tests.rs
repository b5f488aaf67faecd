//! Tests of the rows: values, units, days, merged cells, totals, equal rows.

use std::fmt::Write;

use super::super::test_kit::*;
use super::super::understanding::{Asked, EqualRows};
use crate::ledger::book::{Cell, Fault, Sheet};

const HEAD: &str = "项目|数值|单位|起|止|村|作物|工程|依据|登记人\n";

fn ledger(rows: &str) -> Sheet {
    sheet("台账", &format!("{HEAD}{rows}"))
}

fn read(rows: &str) -> super::super::understanding::Understanding {
    of_sheets(vec![ledger(rows)], &Asked::default())
}

fn row(item: &str, value: &str, unit: &str, village: &str, document: &str) -> String {
    format!("{item}|{value}|{unit}|2022-09-11|2022-09-11|{village}|||{document}|黄某\n")
}

fn values(read: &super::super::understanding::Understanding) -> Vec<f64> {
    assert_eq!(problems(read), [""; 0]);
    read.rows().map(|row| row.entry.value).collect()
}

#[test]
fn totals_are_checked_and_not_taken() {
    let rows =
        row("汽油", "100", "升", "东门村", "票1") + &row("汽油", "200", "升", "东门村", "票2");
    for total in [
        "合计|300|升",
        "合　计|300",
        "合计|300|||||||合计|",
        "汽油|300|升|2022-09-11|2022-09-11|东门村|||合计|黄某",
    ] {
        let read = read(&format!("{rows}{total}\n"));
        assert_eq!(values(&read), [100.0, 200.0], "{total}");
        assert_eq!(left(&read).len(), 1);
        assert!(left(&read)[0].1.contains("agrees"), "{total}: {:?}", left(&read));
    }
    let said = problem(&read(&format!("{rows}合计|310|升\n")));
    assert!(said.contains("B4") && said.contains("310") && said.contains("300"), "{said}");
}

#[test]
fn subtotals_and_the_grand_total_are_each_checked() {
    let text = row("汽油", "100", "升", "东门村", "票1")
        + "小计|100\n"
        + &row("汽油", "50", "升", "仙坪村", "票2")
        + &row("汽油", "25", "升", "仙坪村", "票3")
        + "小计|75\n总计|175\n制表人：黄某|||审核：吴某\n";
    let good = read(&text);
    assert_eq!(values(&good), [100.0, 50.0, 25.0]);
    assert_eq!(left(&good).iter().map(|left| left.0).collect::<Vec<_>>(), [3, 6, 7, 8]);
    let said = problem(&read(&text.replace("小计|75", "小计|76")));
    assert!(said.contains("B6") && said.contains("75") && said.contains("--as '小计=-'"), "{said}");
}

#[test]
fn money_of_several_sources_has_one_total_and_labels_may_stand_below_values() {
    let text = row("群众自筹", "1000", "元", "", "票1")
        + "小计|1000\n"
        + &row("地县级财政拨款", "500", "元", "", "文1")
        + "合计|1500\n制表人：黄某|审核：吴某\n";
    let read = read(&text);
    assert_eq!(values(&read), [1000.0, 500.0]);
    assert!(left(&read)[1].1.contains("agrees"), "{:?}", left(&read));
}

#[test]
fn a_total_over_several_items_is_left_out_and_said_to_be_unchecked() {
    let text = row("汽油", "100", "升", "东门村", "票1")
        + &row("柴油", "7", "升", "东门村", "票2")
        + "合计|999\n";
    let read = read(&text);
    assert_eq!(values(&read), [100.0, 7.0]);
    assert!(left(&read)[0].1.contains("not checked"), "{:?}", left(&read));
}

#[test]
fn hidden_and_empty_rows_and_a_head_once_more_are_left_out() {
    let mut one = ledger(
        &(row("汽油", "50", "升", "东门村", "票1")
            + &row("汽油", "999", "升", "东门村", "票2")
            + "\n"
            + HEAD
            + &row("汽油", "60", "升", "东门村", "票3")),
    );
    one.rows[2].hidden = true;
    let read = of_sheets(vec![one], &Asked::default());
    assert_eq!(values(&read), [50.0, 60.0]);
    let numbers: Vec<_> = left(&read).into_iter().map(|left| left.0).collect();
    assert_eq!(numbers, [3, 5]);
    assert_eq!(read.rows().map(|row| row.number).collect::<Vec<_>>(), [2, 6]);
}

#[test]
fn a_merged_village_holds_for_all_of_its_rows() {
    let text = row("汽油", "1", "升", "东门村", "票1")
        + &row("汽油", "2", "升", "", "票2")
        + &row("汽油", "3", "升", "", "票3");
    let read = of_sheets(vec![merged(ledger(&text), &[((2, 4), (5, 5))])], &Asked::default());
    assert_eq!(values(&read), [1.0, 2.0, 3.0]);
    assert!(read.rows().all(|row| row.entry.village.as_ref().unwrap().as_str() == "dongmen"));
}

#[test]
fn an_empty_village_below_one_is_asked_and_money_of_the_township_is_not() {
    let said = problem(&read(
        &(row("汽油", "1", "升", "东门村", "票1") + &row("汽油", "2", "升", "", "票2")),
    ));
    assert!(said.contains("F3") && said.contains("全乡"), "{said}");
    // Of the same paper and days as the village above.
    let grouped =
        row("受灾面积", "9", "亩", "东门村", "表1") + &row("成灾面积", "2", "亩", "", "表1");
    assert!(problem(&read(&grouped)).contains("F3"));
    let funds = row("汽油", "1", "升", "东门村", "票1") + &row("群众自筹", "2", "元", "", "票2");
    assert_eq!(values(&read(&funds)), [1.0, 2.0]);
    let township = row("汽油", "1", "升", "东门村", "票1") + &row("汽油", "2", "升", "全乡", "票2");
    assert_eq!(values(&read(&township)), [1.0, 2.0]);
}

#[test]
fn ditto_means_the_cell_above() {
    let text = row("汽油", "1", "升", "东门村", "票1")
        + "同上|2|〃|2022-09-12|2022-09-12|同上|||票2|同上\n";
    let read = read(&text);
    assert_eq!(taken(&read)[1], "3 gasoline 2 dongmen - 2022-09-12 2022-09-12 票2 黄某");
    assert!(!read.rows().nth(1).unwrap().read_as.is_empty());
    assert!(!problems(&self::read("同上|2|升|2022-09-12|2022-09-12||||票2|黄某\n")).is_empty());
}

#[test]
fn one_number_for_several_rows_is_refused() {
    let text = row("汽油", "9", "升", "东门村", "票1") + &row("汽油", "", "升", "东门村", "票2");
    let read = of_sheets(vec![merged(ledger(&text), &[((2, 3), (1, 1))])], &Asked::default());
    assert!(problem(&read).contains("B2"));
}

#[test]
fn units_of_cell_column_head_and_title_are_read_and_contradictions_asked() {
    assert_eq!(values(&read(&row("群众自筹", "1.2万元", "", "", "票"))), [12_000.0]);
    assert_eq!(values(&read(&row("群众自筹", "1.2万元", "元", "", "票"))), [12_000.0]);
    assert_eq!(values(&read(&row("群众自筹", "1.2万元", "万元", "", "票"))), [12_000.0]);
    assert!(!problems(&read(&row("群众自筹", "1.2万", "万元", "", "票"))).is_empty());
    assert!(!problems(&read(&row("群众自筹", "1.2", "", "", "票"))).is_empty());
    let head = "项目|金额（万元）|日期|依据|登记人\n群众自筹|1.2|2022-09-20|票|黄某\n";
    assert_eq!(values(&of(head)), [12_000.0]);
    let both = "项目|数值（万元）|单位|日期|依据|登记人\n群众自筹|8|元|2022-09-20|票|黄某\n";
    assert!(problem(&of(both)).contains("C2"));
    let title =
        "抗旱资金表|||单位：万元\n项目|金额|日期|依据|登记人\n群众自筹|1.2|2022-09-20|票|黄某\n";
    assert_eq!(values(&of(title)), [12_000.0]);
}

#[test]
fn what_is_shown_counts_and_is_named_where_it_differs() {
    let mut one = ledger(&row("群众自筹", "1", "元", "", "票"));
    put(&mut one, 2, 1, shown(1.2, 1.2, "万元", "1.2万元"));
    let read = of_sheets(vec![one.clone()], &Asked::default());
    assert_eq!(values(&read), [12_000.0]);
    assert!(read.rows().next().unwrap().read_as[0].to_string().contains("1.2万元"));
    put(&mut one, 2, 0, Cell::Text("不抗旱损失率".into()));
    put(&mut one, 2, 1, shown(86.0, 0.86, "%", "86%"));
    put(&mut one, 2, 2, Cell::Text("%".into()));
    assert_eq!(values(&of_sheets(vec![one], &Asked::default())), [86.0]);
}

#[test]
fn implausible_values_are_refused_by_cell() {
    for (item, value, unit) in [
        ("汽油", "-5", "升"),
        ("汽油", "1e20", "升"),
        ("汽油", "inf", "升"),
        ("汽油", "约200", "升"),
        ("汽油", "abc", "升"),
        ("不抗旱损失率", "0.86", "%"),
        ("不抗旱损失率", "101", "%"),
        ("未装表抗旱设备", "0.5", "台"),
        ("投入抗旱人数", "1.5", "人"),
    ] {
        let said = problem(&read(&row(item, value, unit, "", "票")));
        assert!(said.contains("B2"), "{item} {value}: {said}");
    }
    assert_eq!(values(&read(&row("不抗旱损失率", "0.86%", "%", "", "票"))), [0.86]);
    let mut one = ledger(&row("汽油", "1", "升", "", "票"));
    put(&mut one, 2, 1, Cell::Fault(Fault::NotComputed));
    assert!(problem(&of_sheets(vec![one], &Asked::default())).contains("B2"));
    let mut one = ledger(&row("汽油", "1", "升", "", "票"));
    put(&mut one, 2, 3, Cell::Fault(Fault::NoDate("44788".into())));
    let said = problem(&of_sheets(vec![one], &Asked::default()));
    assert!(said.contains("(D2) = 44788: has a date or time format"), "{said}");
}

#[test]
fn characters_that_are_not_seen_and_long_texts_are_refused() {
    for text in ["票\u{202e}1", "票\u{1b}[31m", &"长".repeat(501)] {
        let said = problems(&read(&row("汽油", "1", "升", "", text)));
        assert!(said.iter().any(|problem| problem.contains("I2")), "{said:?}");
        assert!(said.iter().all(|problem| !problem.contains(['\u{1b}', '\u{202e}'])));
    }
    let mut one = ledger(&row("汽油", "1", "升", "", "票"));
    put(&mut one, 2, 8, Cell::Text("票\n1".into()));
    assert!(taken(&of_sheets(vec![one], &Asked::default()))[0].contains(" 票 1 "));
}

#[test]
fn one_column_of_days_may_hold_a_span() {
    let text = "2022年抗旱台账\n项目|数值|单位|日期|依据|登记人\n汽油|1|升|8月1日-8月15日|票1|黄某\n汽油|2|升|2022年8月|票2|黄某\n";
    let read = of(text);
    assert_eq!(
        taken(&read),
        [
            "3 gasoline 1 - - 2022-08-01 2022-08-15 票1 黄某",
            "4 gasoline 2 - - 2022-08-01 2022-08-31 票2 黄某",
        ]
    );
    assert!(read.rows().all(|row| row.read_as.len() == 1));
    let backwards = "汽油|1|升|2022-09-12|2022-09-11|||||黄某\n".replace("|||||", "||||票|");
    assert!(problem(&self::read(&backwards)).contains("E2"));
    assert!(!problems(&self::read("汽油|1|升|2202-09-11|2202-09-11||||票|黄某\n")).is_empty());
}

#[test]
fn an_empty_last_day_is_the_first_and_is_said() {
    let read = self::read("汽油|1|升|2022-09-11|||||票|黄某\n");
    assert_eq!(taken(&read), ["2 gasoline 1 - - 2022-09-11 2022-09-11 票 黄某"]);
    let said: Vec<_> = read.rows().flat_map(|row| &row.read_as).map(ToString::to_string).collect();
    assert_eq!(said, ["row 2, to (E2): empty, read as the same day"]);
    assert!(problem(&self::read("汽油|1|升||2022-09-11||||票|黄某\n")).contains("D2"));
}

#[test]
fn a_number_below_month_is_a_month() {
    let list = |month: &str| {
        let title = "2022年抗旱台账\n项目|数值|单位|月份|依据|登记人\n";
        of(&format!("{title}汽油|1|升|{month}|票|黄某\n"))
    };
    for month in ["8", "8月", "2022年8月"] {
        let expected = "3 gasoline 1 - - 2022-08-01 2022-08-31 票 黄某";
        assert_eq!(taken(&list(month)), [expected], "{month}");
    }
    assert!(problem(&list("13")).contains("D3"));
    assert!(problem(&list("8.5")).contains("D3"));
}

#[test]
fn a_row_with_a_problem_is_no_row() {
    let text = row("汽油", "1", "升", "东门村", "票1") + &row("汽油", "2", "升", "下洋村", "票2");
    let read = read(&text);
    assert!(problem(&read).contains("F3"));
    assert_eq!(rows(&read), ["2 gasoline 1 dongmen - 2022-09-11 2022-09-11 票1 黄某"]);
}

#[test]
fn rows_of_our_export_keep_their_years() {
    let text = |number: &str| {
        let row = row("汽油", "1", "升", "东门村", "票").replace("2022-", "1999-");
        format!("行号|登记时间|{HEAD}{number}|1999-10-01 08:00|{row}")
    };
    assert_eq!(taken(&of(&text("7"))).len(), 1);
    assert_eq!(problems(&of(&text(""))).len(), 2);
}

#[test]
fn the_unit_may_stand_behind_the_item() {
    assert_eq!(values(&read(&row("汽油（升）", "5", "", "", "票"))), [5.0]);
    assert!(problem(&read(&row("汽油（升）", "5", "吨", "", "票"))).contains("same unit"));
    let said = problem(&read(&row("汽油", "12O", "升", "", "票")));
    assert!(said.contains("B2") && said.contains("not a number"), "{said}");
}

#[test]
fn a_line_of_text_with_other_fields_than_its_head_is_refused() {
    let matrix = "村名|受灾面积(亩)|成灾面积(亩)|备注\n";
    let days = Some((jiff::civil::date(2022, 8, 1), jiff::civil::date(2022, 8, 1)));
    let asked =
        || Asked {
            days, document: Some("表".into()), by: Some("黄某".into()), ..Asked::default()
        };
    for (line, fields, part) in [
        ("东门村|3|450|110|", 5, Some("double quotes")),
        ("东门村|3|450|110|x", 5, Some("double quotes")),
        ("东门村|3450|110|", 6, None),
        ("东门村|3450|110", 3, None),
        ("东门村|3450", 2, Some("separator")),
    ] {
        let mut one = sheet("", &format!("{matrix}{line}\n"));
        one.fields = vec![(1, 4), (2, fields)];
        let read = of_sheets(vec![one], &asked());
        match part {
            Some(part) => assert!(problem(&read).contains(part), "{line}"),
            None => assert_eq!(values(&read), [3450.0, 110.0], "{line}"),
        }
    }
}

#[test]
fn equal_rows_are_asked() {
    let text = row("汽油", "1", "升", "", "票") + &row("汽油", "1", "升", "", "票");
    let said = problem(&read(&text));
    assert!(
        said.contains("row 3") && said.contains("row 2") && said.contains("--equal-rows"),
        "{said}"
    );
    for (answer, count) in [(EqualRows::One, 1), (EqualRows::Each, 2)] {
        let asked = Asked { equal_rows: Some(answer), ..Asked::default() };
        let read = of_sheets(vec![ledger(&text)], &asked);
        assert_eq!(taken(&read).len(), count);
        assert_eq!(left(&read).len(), 2 - count);
    }
}

#[test]
fn early_and_late_rice_are_asked_where_the_township_has_rice() {
    let row = |crop| format!("受灾面积|5|亩|2022-09-11|2022-09-11|东门村|{crop}||表|黄某\n");
    let text = row("早稻") + &row("水稻").replace("|5|", "|6|");
    let asked = Asked { meanings: vec![("早稻".into(), "水稻".into())], ..Asked::default() };
    let read = of_sheets(vec![ledger(&text)], &asked);
    assert!(problems(&read)[0].contains("G3"));
}

#[test]
fn the_clerk_says_what_words_mean() {
    let text = row("投入设备", "5", "台", "老东门", "票") + &row("库存", "5", "台", "", "票");
    let meanings = [("投入设备", "未装表抗旱设备"), ("老东门", "东门村"), ("库存", "-")];
    let meanings = meanings.map(|(word, meaning)| (word.to_owned(), meaning.to_owned())).to_vec();
    let read = of_sheets(vec![ledger(&text)], &Asked { meanings, ..Asked::default() });
    assert_eq!(taken(&read), ["2 equipment_declared 5 dongmen - 2022-09-11 2022-09-11 票 黄某"]);
    assert_eq!(left(&read)[0].0, 3);
    assert_eq!(read.rows().next().unwrap().read_as.len(), 2);
}

#[test]
fn at_most_a_thousand_problems_are_listed() {
    let text = "x|x|升|x|x||||票|黄某\n".repeat(5000);
    let read = read(&text);
    let said = problems(&read);
    assert!(said.len() <= 1001 && said.last().unwrap().contains("at most"), "{}", said.len());
}

#[test]
fn the_time_grows_with_the_rows_only() {
    // 20,000 rows in groups with subtotals: with a search in a search this takes minutes.
    let mut text = String::new();
    for at in 0..20_000 {
        write!(text, "{}", row("汽油", "1", "升", "东门村", &format!("票{at}"))).unwrap();
        if at % 10 == 9 {
            text += "小计|10\n";
        }
    }
    let read = read(&text);
    assert_eq!(values(&read).len(), 20_000);
    assert_eq!(left(&read).len(), 2_000);
}
