//! Tests of the choice of sheets, heads and layouts.

use super::super::test_kit::*;
use super::super::understanding::{Asked, Layout};

const HEAD: &str = "项目|数值|单位|起|止|村|作物|工程|依据|登记人";
const ROW: &str = "汽油|100|升|2022-09-11|2022-09-11|东门村|||票1|黄某";
const TAKEN: &str = "gasoline 100 dongmen - 2022-09-11 2022-09-11 票1 黄某";

fn ledger() -> String {
    format!("{HEAD}\n{ROW}\n")
}

fn asked(sheets: &[&str]) -> Asked {
    Asked { sheets: sheets.iter().map(|name| (*name).to_owned()).collect(), ..Asked::default() }
}

#[test]
fn a_plain_ledger_is_read() {
    let read = of(&ledger());
    assert_eq!(taken(&read), [format!("2 {TAKEN}")]);
    assert_eq!(read.sheets[0].layout, Layout::List);
    assert_eq!(read.sheets[0].head, [1]);
    assert!(read.rows().all(|row| row.read_as.is_empty() && row.column.is_none()));
}

#[test]
fn a_hidden_sheet_is_not_read_unless_named() {
    let mut old = sheet("旧台账", &ledger().replace("100", "111"));
    old.hidden = true;
    let book = vec![old, sheet("正式台账", &ledger())];
    let read = of_sheets(book.clone(), &Asked::default());
    assert_eq!(taken(&read), [format!("2 {TAKEN}")]);
    assert_eq!(read.sheets[0].name.as_deref(), Some("正式台账"));
    assert_eq!(read.not_read[0].0, "旧台账");
    let read = of_sheets(book, &asked(&["旧台账"]));
    assert_eq!(taken(&read), [format!("2 {}", TAKEN.replace("100", "111"))]);
}

#[test]
fn several_sheets_are_a_question() {
    let book = vec![
        sheet("8月", &ledger()),
        sheet("9月", &ledger().replace("票1", "票2")),
        sheet("说明", "怎样填|填什么"),
    ];
    let read = of_sheets(book.clone(), &Asked::default());
    let said = problem(&read);
    assert!(said.contains("8月, 9月") && said.contains("--sheet 8月"), "{said}");
    assert_eq!(read.rows().count(), 0);
    let both = of_sheets(book.clone(), &asked(&["8月", "9月"]));
    assert_eq!(taken(&both).len(), 2);
    let said = problem(&of_sheets(book.clone(), &asked(&["10月"])));
    assert!(said.contains("10月") && said.contains("8月, 9月, 说明"), "{said}");
    assert!(problem(&of_sheets(book, &asked(&["说明"]))).contains("说明"));
}

#[test]
fn titles_and_notes_may_stand_above_the_head() {
    let text = format!("清源乡2022年抗旱台账\n填报单位：党政办||||单位：元、亩\n\n{}", ledger());
    let one = merged(sheet("台账", &text), &[((1, 1), (0, 9))]);
    let read = of_sheets(vec![one], &Asked::default());
    assert_eq!(taken(&read), [format!("5 {TAKEN}")]);
    assert_eq!(read.sheets[0].head, [4]);
}

#[test]
fn a_head_of_two_levels_is_read() {
    let text = format!("项目|数值|单位|起止日期||村|作物|工程|依据|登记人\n|||起|止|||||\n{ROW}\n");
    let mut areas = vec![((1, 1), (3, 4))];
    areas.extend([0, 1, 2, 5, 6, 7, 8, 9].map(|column| ((1, 2), (column, column))));
    for one in [merged(sheet("台账", &text), &areas), sheet("", &text)] {
        let read = of_sheets(vec![one], &Asked::default());
        assert_eq!(taken(&read), [format!("3 {TAKEN}")]);
        assert_eq!(read.sheets[0].head, [1, 2]);
    }
}

#[test]
fn heads_are_read_as_offices_write_them() {
    for head in [
        "项 目|数 值|单 位|起|止|村|作物|工程|依 据|登记人",
        "项目名称|数量|计量单位|起始日期|截止日期|村名|作物名称|工程名称|凭证号|经办人",
        "内容|数值\n(升)|单位|起|止|行政村|作物|工程|来源|填报人",
        "code|value|unit|from|to|village|crop|work|document|Entered by",
    ] {
        let row = ROW;
        let mut one = sheet("台账", &format!("x\n{row}"));
        let cells = head.split('|').map(|text| crate::ledger::book::Cell::Text(text.into()));
        one.rows[0].cells = cells.collect();
        let read = of_sheets(vec![one], &Asked::default());
        assert_eq!(taken(&read), [format!("2 {TAKEN}")], "{head}");
    }
}

#[test]
fn remarks_and_counts_are_left_out_and_shown() {
    let text = "序号|项目名称|数量|计量单位|日期|村名|凭证号|经办人|经办单位|备注|\n\
                1|汽油|100|升|2022-09-11|东门村|票1|黄某|农办|已付款|\n";
    let read = of(text);
    assert_eq!(taken(&read), [format!("2 {TAKEN}")]);
    let columns = &read.sheets[0].columns;
    let out: Vec<&str> =
        columns.iter().filter(|c| c.meaning.is_none()).map(|c| c.head.as_str()).collect();
    assert_eq!(out, ["序号", "经办单位", "备注"]);
    assert_eq!((columns[1].place.as_str(), columns[1].head.as_str()), ("B", "项目名称"));
}

#[test]
fn a_head_that_meters_give_is_asked_as_an_item_is() {
    let said = problem(&of(
        "清源乡2022年8月|||\n村|投入设备（台）|受灾面积（亩）|填报人\n东门村|5|7|黄某\n",
    ));
    assert!(
        said.contains("B2") && said.contains("--as '投入设备（台）=equipment_declared'"),
        "{said}"
    );
}

#[test]
fn the_unit_of_the_upper_level_holds_below() {
    let text =
        "2022年8月旱情|||\n村|受灾情况（公顷）||填报人\n|受灾面积|绝收面积|\n东门村|2|1|黄某\n";
    let read = of_sheets(vec![merged(sheet("表", text), &[((2, 2), (1, 2))])], &Asked::default());
    let values: Vec<f64> = read.rows().map(|row| row.entry.value).collect();
    assert_eq!((problems(&read), values), (vec![], vec![30.0, 15.0]));
}

#[test]
fn a_title_that_names_a_village_is_asked_where_no_column_does() {
    let text = format!("仙坪村抗旱台账\n{}", ledger());
    assert_eq!(taken(&of(&text)).len(), 1);
    let without = text.replace("|村|", "|").replace("|东门村|", "|");
    let said = problem(&of(&without));
    assert!(said.contains("row 1") && said.contains("仙坪村"), "{said}");
}

#[test]
fn an_unknown_column_with_content_is_a_question() {
    let text = format!("{HEAD}|天气情况\n{ROW}|晴\n");
    let said = problem(&of(&text));
    assert!(said.contains("K1") && said.contains("--as '天气情况=-'"), "{said}");
    let meanings = vec![("天气情况".to_owned(), "-".to_owned())];
    let asked = Asked { meanings, ..Asked::default() };
    assert_eq!(taken(&of_sheets(vec![sheet("台账", &text)], &asked)).len(), 1);
    // Without content it is no question.
    assert_eq!(taken(&of(&format!("{HEAD}|天气情况\n{ROW}\n"))).len(), 1);
}

#[test]
fn what_is_missing_is_named_with_the_way_out() {
    let said = problems(&of("项目|数值|单位\n汽油|100|升\n"));
    let options = ["--days", "--document", "--by"];
    assert_eq!(said.len(), 3, "{said:?}");
    for option in options {
        assert!(said.iter().any(|problem| problem.contains(option)), "{option}: {said:?}");
    }
    let day = jiff::civil::date(2022, 9, 11);
    let asked = Asked {
        days: Some((day, day)),
        document: Some("票1".into()),
        by: Some("黄某".into()),
        ..Asked::default()
    };
    let read = of_sheets(vec![sheet("台账", "项目|数值|单位\n汽油|100|升\n")], &asked);
    assert_eq!(taken(&read), ["2 gasoline 100 - - 2022-09-11 2022-09-11 票1 黄某"]);
    // What is said beside the file is judged as the file is.
    let wrong = jiff::civil::date(2202, 9, 11);
    let asked = Asked { days: Some((day, wrong)), ..asked };
    let read = of_sheets(vec![sheet("台账", "项目|数值|单位\n汽油|100|升\n")], &asked);
    let said: Vec<String> = read.all_problems().map(ToString::to_string).collect();
    assert!(said.len() == 1 && said[0].starts_with("--days = 2202-09-11: "), "{said:?}");
}

#[test]
fn a_column_twice_is_a_question() {
    let said =
        problem(&of("项目|数量|金额|单位|日期|依据|登记人\n汽油|100|850|升|2022-09-11|票1|黄某\n"));
    assert!(said.contains("--as '金额=-'"), "{said}");
}

#[test]
fn the_matrix_of_villages_is_read() {
    let text = "清源乡旱情统计表\n填报日期：2022年11月16日\n村名|受灾面积（亩）|成灾面积（亩）|未装表抗旱设备（台）\n\
                东门村|420|10|4\n仙坪村|380|-|3\n合计|800|10|7\n填表人：黄某　审核：吴某\n";
    let read = of(text);
    let paper = "清源乡旱情统计表（2022年11月16日） 黄某";
    let day = "2022-11-16 2022-11-16";
    assert_eq!(
        taken(&read),
        [
            format!("B4 area_affected 420 dongmen - {day} {paper}"),
            format!("C4 area_damaged 10 dongmen - {day} {paper}"),
            format!("D4 equipment_declared 4 dongmen - {day} {paper}"),
            format!("B5 area_affected 380 xianping - {day} {paper}"),
            format!("D5 equipment_declared 3 xianping - {day} {paper}"),
        ]
    );
    assert_eq!(read.sheets[0].layout, Layout::Matrix);
    assert_eq!(left(&read).iter().map(|(number, _)| *number).collect::<Vec<_>>(), [6, 7]);
    let wrong = problem(&of(&text.replace("合计|800", "合计|900")));
    assert!(wrong.contains("B6") && wrong.contains("900") && wrong.contains("800"), "{wrong}");
}

#[test]
fn a_matrix_may_have_crops_below_items() {
    let text = "清源乡受灾统计表\n填报日期：2022年11月16日　填表人：黄某\n村名|受灾面积（亩）|||绝收面积（亩）\n|水稻|玉米|合计|水稻\n\
                东门村|100|20|120|0\n仙坪村|50|/|50|5\n全乡|150|20|170|5\n";
    let areas = [((3, 4), (0, 0)), ((3, 3), (1, 3))];
    let read = of_sheets(vec![merged(sheet("台账", text), &areas)], &Asked::default());
    let short: Vec<String> =
        taken(&read).iter().map(|row| row.split(" 2022").next().unwrap().to_owned()).collect();
    assert_eq!(
        short,
        [
            "B5 area_affected 100 dongmen rice",
            "C5 area_affected 20 dongmen maize",
            "E5 area_failed 0 dongmen rice",
            "B6 area_affected 50 xianping rice",
            "E6 area_failed 5 xianping rice",
        ]
    );
    let wrong = text.replace("|120|", "|130|");
    let read = of_sheets(vec![merged(sheet("台账", &wrong), &areas)], &Asked::default());
    let said = problem(&read);
    assert!(said.contains("D5") && said.contains("130") && said.contains("120"), "{said}");
}

#[test]
fn a_matrix_may_have_items_down_and_villages_across() {
    let text = "清源乡统计表（2022年11月16日）\n项目|单位|东门村|仙坪村|合计\n受灾面积|亩|420|380|800\n汽油|升|10||10\n制表人：黄某\n";
    let read = of(text);
    let short: Vec<String> =
        taken(&read).iter().map(|row| row.split(" 2022").next().unwrap().to_owned()).collect();
    assert_eq!(
        short,
        [
            "C3 area_affected 420 dongmen -",
            "D3 area_affected 380 xianping -",
            "C4 gasoline 10 dongmen -",
        ]
    );
    assert_eq!(read.sheets[0].layout, Layout::MatrixOfItems);
}

#[test]
fn a_column_of_last_year_is_not_taken() {
    let text = "统计表（2022年11月16日）\n村名|受灾面积（亩）|上年受灾面积（亩）\n东门村|1|2\n制表人：黄某\n";
    assert!(problem(&of(text)).contains("C2"), "{:?}", rows(&of(text)));
}

#[test]
fn a_hidden_column_that_is_needed_is_a_problem_and_another_is_named() {
    let mut one = sheet("台账", &format!("{HEAD}|备注\n{ROW}|x\n"));
    one.hidden_columns = [1].into();
    let read = of_sheets(vec![one.clone()], &Asked::default());
    assert!(problems(&read)[0].contains("B1"), "{:?}", problems(&read));
    one.hidden_columns = [10].into();
    let read = of_sheets(vec![one], &Asked::default());
    assert_eq!(taken(&read).len(), 1);
    assert!(read.sheets[0].gathered.iter().any(|said| said.to_string().contains("K 备注")));
}
