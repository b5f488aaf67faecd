//! Tests of the forms, by what another library reads in the workbook.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use jiff::civil::date;

use super::columns::{Content, columns};
use super::sheet::number_format;
use crate::core::Period;
use crate::figures::{FORMS, Figure, FigureId, Form, Statement, Value, Verdict};
use crate::locales::{Lang, Text, forms as words, within};
use crate::report::tests::{drought, figures, period, statement};
use crate::water::Township;

/// Figures of a drought with all parts of the money.
const ENTERED: [(&str, f64, &str); 12] = [
    ("area_affected", 2200.0, ""),
    ("drought_light", 1000.0, ""),
    ("drought_moderate", 500.0, ""),
    ("drought_severe", 250.0, ""),
    ("drought_extreme", 100.0, ""),
    ("area_in_drought", 1850.0, ""),
    ("funds_central", 200_000.0, ""),
    ("funds_province", 100_000.0, ""),
    ("funds_county", 50_000.0, ""),
    ("funds_raised", 200_000.0, ""),
    ("funds_invested", 550_000.0, ""),
    ("persons_engaged", 1234.0, ""),
];

/// What was entered, of a period that is the drought.
fn entered() -> Statement {
    of(&ENTERED)
}

fn of(said: &[(&str, f64, &str)]) -> Statement {
    let Period { from, to } = period();
    Statement { entries: vec![drought(from, to)], ..statement(&figures(said)) }
}

fn without(ids: &[&str]) -> Statement {
    let kept: Vec<_> = ENTERED.into_iter().filter(|(id, ..)| !ids.contains(id)).collect();
    of(&kept)
}

fn figure<'a>(statement: &'a mut Statement, id: &str) -> &'a mut Figure {
    let id = FigureId::from_id(id).unwrap();
    statement.figures.iter_mut().find(|figure| figure.id == id).unwrap()
}

fn form(name_zh: &str) -> &'static Form {
    FORMS.iter().find(|form| form.name_zh == name_zh).unwrap()
}

fn book(statement: &Statement, lang: Lang) -> Xlsx<Cursor<Vec<u8>>> {
    let township: Township = toml::from_str("name = \"黄水乡\"").unwrap();
    let at = "2022-11-16T01:30:00Z".parse().unwrap();
    let bytes = within(lang, || super::write(&township, statement, at).unwrap());
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

fn texts(range: &Range<Data>) -> Vec<((u32, u32), String)> {
    let start = range.start().unwrap();
    let cells = range.used_cells();
    let absolute = |row, column| (start.0 + row as u32, start.1 + column as u32);
    cells.map(|(row, column, cell)| (absolute(row, column), cell.to_string())).collect()
}

/// Where `text` stands.
fn place(cells: &[((u32, u32), String)], text: &str) -> (u32, u32) {
    let found = cells.iter().find(|(_, cell)| cell == text);
    found.unwrap_or_else(|| panic!("{text} is not in {cells:?}")).0
}

/// The content and the notes of a field, by its heads.
fn field(name_zh: &str, label: &str, statement: &Statement) -> (Content, Vec<String>) {
    within(Lang::Chinese, || {
        let (columns, notes) = columns(form(name_zh), statement);
        let label_of =
            |heads: &[Text]| heads.iter().map(Text::to_string).collect::<Vec<_>>().join(" ");
        let column = columns.into_iter().find(|column| label_of(&column.heads) == label).unwrap();
        (column.content, notes.iter().map(Text::to_string).collect())
    })
}

#[test]
fn a_form_has_title_office_grid_and_lines_to_sign() {
    let mut book = book(&entered(), Lang::Chinese);
    let range = book.worksheet_range("抗旱情况统计表").unwrap();
    let cells = texts(&range);
    assert_eq!(place(&cells, "抗旱情况统计表"), (0, 0));
    for text in [
        "表　　号：",
        "制定机关：水利部",
        "批准（备案）文号：",
        "填报单位（盖章）：黄水乡",
        "统计期：2022年8月1日至2022年11月15日",
        "单位负责人：",
        "统计负责人：",
        "填表人：",
        "联系电话：",
        "报出日期：2022年11月16日",
    ] {
        place(&cells, text);
    }
    let head = place(&cells, "投入抗旱资金");
    assert_eq!(place(&cells, "合计"), (head.0 + 1, head.1));
    assert_eq!(place(&cells, "群众自筹"), (head.0 + 1, head.1 + 4));
    let unit = range.get_value((head.0 + 2, head.1)).unwrap();
    assert_eq!(unit.to_string(), "万元");
    assert_eq!(place(&cells, "黄水乡"), (head.0 + 3, 0));
    let status = book.worksheet_range("农业旱情动态统计表").unwrap();
    let status = texts(&status);
    place(&status, "表　　号：表5");
    place(&status, "截止日期：2022年11月15日");
}

#[test]
fn heads_are_merged_over_their_fields_and_down_to_the_units() {
    let mut book = book(&entered(), Lang::Chinese);
    let range = book.worksheet_range("抗旱情况统计表").unwrap();
    let cells = texts(&range);
    let merged = book.merge_cells_by_sheet_name("抗旱情况统计表").unwrap();
    let merged: Vec<_> = merged.iter().map(|cells| (cells.start, cells.end)).collect();
    let (row, column) = place(&cells, "投入抗旱资金");
    assert!(merged.contains(&((row, column), (row, column + 4))), "{merged:?}");
    let (row, column) = place(&cells, "抗旱用电");
    assert!(merged.contains(&((row, column), (row + 1, column))), "{merged:?}");
}

#[test]
fn a_total_adds_up_its_parts_and_a_field_refers_to_its_figure() {
    let mut book = book(&entered(), Lang::Chinese);
    let range = book.worksheet_range("抗旱情况统计表").unwrap();
    let head = place(&texts(&range), "投入抗旱资金");
    let (row, column) = (head.0 + 3, head.1);
    let number = |at: u32| match range.get_value((row, column + at)) {
        Some(Data::Float(value)) => *value,
        other => panic!("{other:?}"),
    };
    assert_eq!([0, 1, 2, 3, 4].map(number), [55.0, 20.0, 10.0, 5.0, 20.0]);
    let formulas = book.worksheet_formula("抗旱情况统计表").unwrap();
    let formula = |at: u32| formulas.get_value((row, column + at)).unwrap().clone();
    let cell = |at: u32| {
        let column = u16::try_from(column + at).unwrap();
        rust_xlsxwriter::utility::row_col_to_cell(row, column)
    };
    assert_eq!(formula(0), format!("SUM({}:{})", cell(1), cell(4)));
    assert!(formula(1).starts_with("'指标对照'!H"), "{}", formula(1));
    // The value to report is that of the sheet of figures in the unit of the form.
    let fields = book.worksheet_range("指标对照").unwrap();
    let formulas = book.worksheet_formula("指标对照").unwrap();
    let row = fields.rows().position(|row| row[3] == "funds_central").unwrap();
    let row = u32::try_from(row).unwrap() + fields.start().unwrap().0;
    let value = formulas.get_value((row, 4)).unwrap();
    assert!(value.starts_with("'指标'!C"), "{value}");
    assert_eq!(*formulas.get_value((row, 7)).unwrap(), format!("E{0}/G{0}", row + 1));
    assert_eq!(fields.get_value((row, 6)), Some(&Data::Float(10_000.0)));
}

#[test]
fn a_form_refers_to_the_row_of_its_own_field() {
    let mut book = book(&entered(), Lang::Chinese);
    let fields = book.worksheet_range("指标对照").unwrap();
    let first = fields.start().unwrap().0;
    for (number, form) in FORMS.iter().enumerate() {
        for (field, row) in form.rows.iter().enumerate() {
            let reference = within(Lang::Chinese, || super::fields::reported(number, field));
            let (_, cell) = reference.split_once("!H").unwrap();
            let at = cell.parse::<u32>().unwrap() - 1;
            let shown = |column: usize| fields.get(((at - first) as usize, column)).unwrap();
            assert_eq!(shown(0).to_string(), form.name_zh);
            assert_eq!(shown(3).to_string(), row.figure.id());
        }
    }
}

#[test]
fn no_form_has_an_id_a_text_for_a_number_or_a_figure_that_is_not_proved() {
    let mut entered = entered();
    figure(&mut entered, "persons_engaged").claim.verdict = Verdict::Open;
    let mut book = book(&entered, Lang::Chinese);
    for form in FORMS {
        let range = book.worksheet_range(form.name_zh).unwrap();
        for cell in range.used_cells().map(|(_, _, cell)| cell.to_string()) {
            assert!(FigureId::ALL.iter().all(|id| cell != id.id()), "{cell}");
            assert!(cell != "无数据" && cell != "—" && cell != "0.1234", "{cell}");
        }
    }
    let fields = book.worksheet_range("指标对照").unwrap();
    let row = fields.rows().find(|row| row[3] == "persons_engaged").unwrap();
    assert_eq!((row[4].to_string(), row[7].to_string()), (String::new(), String::new()));
    assert!(row[9].to_string().starts_with("未定"), "{row:?}");
    let row = fields.rows().find(|row| row[3] == "wells_engaged").unwrap();
    assert_eq!(row[9].to_string(), "台账中没有记录", "why it is blank");
}

#[test]
fn a_total_leaves_out_what_the_form_has_no_field_for_and_says_so() {
    // The three grades of the older form come to 1350 mu; the figure has 500 mu of moderate drought too.
    let (older, label) = ("农业旱情动态统计表", "作物受旱面积 合计");
    let (content, notes) = field(older, label, &entered());
    let expected = 1350.0 / 15_000.0;
    assert!(matches!(content, Content::Sum { value, .. } if (value - expected).abs() < 1e-9));
    let note = "作物受旱面积 合计不含中旱面积0.0333千公顷：本表没有这一栏。";
    assert!(notes.iter().any(|n| n == note), "{notes:?}");
    let (content, notes) = field("农业抗旱情况统计表", label, &entered());
    assert!(matches!(content, Content::Sum { ref columns, .. } if columns.len() == 4));
    assert!(!notes.iter().any(|note| note.contains("不含")), "{notes:?}");
    // Money of the collectives.
    let mut entered = entered();
    for (id, value) in [("funds_collective", 120_000.0), ("funds_invested", 670_000.0)] {
        let money = figure(&mut entered, id);
        (money.value, money.claim.verdict) = (Value::Number(value), Verdict::Proved);
    }
    for form in ["抗旱情况统计表", "农业旱灾和抗旱效益统计表"] {
        let form = FORMS.iter().find(|f| f.name_zh == form).unwrap();
        let total = form.rows.iter().find(|row| row.figure == FigureId::FundsInvested).unwrap();
        let (content, notes) = field(form.name_zh, total.label_zh, &entered);
        assert_eq!(content.value(), Some(55.0), "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("不含乡村集体投入12.00万元")), "{notes:?}");
    }
    let mut book = book(&entered, Lang::Chinese);
    let fields = book.worksheet_range("指标对照").unwrap();
    let row = fields.rows().find(|row| row[3] == "funds_invested").unwrap();
    assert_eq!(row[4], Data::Float(550_000.0), "{row:?}");
}

#[test]
fn a_total_with_more_in_it_than_its_parts_is_its_own_number_with_a_note() {
    let mut statement = without(&["drought_light"]);
    figure(&mut statement, "area_in_drought").value = Value::Number(1850.0);
    let (content, notes) = field("农业抗旱情况统计表", "作物受旱面积 合计", &statement);
    assert_eq!(content, Content::Field { field: 3, value: 1850.0 / 15_000.0 });
    let note = "作物受旱面积 合计为0.1233千公顷，所列各项之和为0.0567千公顷";
    assert!(notes.iter().any(|n| n.starts_with(note)), "{notes:?}");
}

#[test]
fn a_field_that_counts_since_an_earlier_day_is_blank_and_says_which_report_has_it() {
    let mut statement = entered();
    let relieved = figure(&mut statement, "persons_relieved");
    (relieved.value, relieved.claim.verdict) = (Value::Number(100.0), Verdict::Proved);
    statement.entries = vec![drought(date(2022, 7, 20), date(2022, 11, 15))];
    for (form, label) in [
        ("农业抗旱情况统计表", "累计解决因旱人畜饮水困难 人口"),
        ("农业抗旱情况统计表", "累计投入抗旱资金 合计"),
        ("农业旱灾和抗旱效益统计表", "本年度投入抗旱人数"),
        ("农业旱灾和抗旱效益统计表", "累计解决因旱人畜饮水困难 人口"),
    ] {
        let (content, notes) = field(form, label, &statement);
        assert_eq!(content, Content::Blank, "{form} {label}");
        let due = "出2022年7月20日至2022年11月15日的报表";
        assert!(notes.iter().any(|note| note.contains(due)), "{notes:?}");
        assert!(notes.iter().any(|note| note.contains("人口0.0100万人")), "{notes:?}");
    }
    // What is of the period stays.
    let (content, _) = field("农业抗旱情况统计表", "统计时段投入抗旱人数", &statement);
    assert_eq!(content.value(), Some(0.1234));
    let (content, _) = field("抗旱情况统计表", "投入抗旱资金 合计", &statement);
    assert_eq!(content.value(), Some(55.0));
    let mut book = book(&statement, Lang::Chinese);
    let fields = book.worksheet_range("指标对照").unwrap();
    let row = fields.rows().find(|row| row[1] == "累计解决因旱人畜饮水困难 人口");
    let row = row.unwrap();
    assert_eq!((row[4].to_string(), row[7].to_string()), (String::new(), String::new()));
    let note = "本期0.0100万人；累计要从2022年7月20日起算：出2022年7月20日至2022年11月15日的报表";
    assert_eq!(row[9].to_string(), note);
}

#[test]
fn those_relieved_for_the_time_being_are_not_those_relieved_in_all() {
    let mut statement = entered();
    for (id, value) in
        [("persons_relieved", 400.0), ("persons_relieved_now", 260.0), ("livestock_relieved", 21.0)]
    {
        let relieved = figure(&mut statement, id);
        (relieved.value, relieved.claim.verdict) = (Value::Number(value), Verdict::Proved);
    }
    let name = "抗旱情况统计表";
    let (content, notes) = field(name, "临时解决人畜饮水困难 人口", &statement);
    assert_eq!(content.value(), Some(0.026));
    let note = "临时解决人畜饮水困难 大牲畜填的是统计期内解决的头数";
    assert!(notes.iter().any(|n| n.starts_with(note)), "{notes:?}");
}

#[test]
fn the_other_items_are_the_figures_with_data_that_no_form_has() {
    let said: Vec<_> =
        ENTERED.into_iter().chain([("pump_hours", 120.0, ""), ("engine_hours", 9.0, "")]).collect();
    let mut book = book(&of(&said), Lang::Chinese);
    let items = book.worksheet_range("其他填报项目").unwrap();
    let ids: Vec<String> = items.rows().map(|row| row[1].to_string()).collect();
    for id in ["pump_hours", "engine_hours"] {
        assert!(ids.iter().any(|own| own == id), "{ids:?}");
    }
    for id in ["funds_collective", "funds_invested"] {
        assert!(!ids.iter().any(|own| own == id), "{ids:?}");
    }
}

#[test]
fn a_total_adds_up_the_parts_that_are_there_if_they_come_to_the_figure() {
    let mut statement = without(&["funds_county"]);
    figure(&mut statement, "funds_invested").value = Value::Number(500_000.0);
    let (content, _) = field("抗旱情况统计表", "投入抗旱资金 合计", &statement);
    assert!(matches!(content, Content::Sum { value, .. } if value == 50.0), "{content:?}");
    let parts = ["funds_central", "funds_province", "funds_county", "funds_raised"];
    let (content, _) = field("抗旱情况统计表", "投入抗旱资金 合计", &without(&parts));
    assert_eq!(content, Content::Field { field: 6, value: 55.0 }, "no part is known");
}

#[test]
fn a_total_below_its_parts_says_so() {
    let mut statement = entered();
    figure(&mut statement, "funds_invested").value = Value::Number(540_000.0);
    let (content, notes) = field("抗旱情况统计表", "投入抗旱资金 合计", &statement);
    assert_eq!(content, Content::Field { field: 6, value: 54.0 });
    assert!(notes.iter().any(|note| note.contains("小于所列各项之和55.00万元")), "{notes:?}");
}

#[test]
fn a_total_that_is_not_proved_is_the_sum_of_its_parts_or_blank() {
    let mut statement = without(&["drought_moderate"]);
    let total = figure(&mut statement, "area_in_drought");
    total.value = Value::Number(1350.0);
    total.claim.verdict = Verdict::Open;
    let label = "作物受旱面积 合计";
    let (content, notes) = field("农业旱情动态统计表", label, &statement);
    assert!(matches!(content, Content::Sum { ref columns, .. } if columns.len() == 3));
    assert!(notes.iter().any(|note| note.contains("只是所列各项之和")), "{notes:?}");
    let (content, notes) = field("农业抗旱情况统计表", label, &statement);
    assert_eq!(content, Content::Blank, "a part of four is missing");
    assert!(notes.iter().any(|note| note.contains("所列各项也不全")), "{notes:?}");
}

#[test]
fn a_sum_of_rounded_parts_that_differs_in_the_last_digit_is_explained() {
    let label = "作物受旱面积 合计";
    let rounded = within(Lang::Chinese, || words::rounded().to_string());
    let (_, notes) = field("农业抗旱情况统计表", label, &entered());
    assert!(notes.contains(&rounded), "0.0667 + 0.0333 + 0.0167 + 0.0067 is not 0.1233");
    let mut even = entered();
    for (id, value) in [
        ("drought_light", 1500.0),
        ("drought_moderate", 0.0),
        ("drought_severe", 3000.0),
        ("drought_extreme", 0.0),
        ("area_in_drought", 4500.0),
    ] {
        figure(&mut even, id).value = Value::Number(value);
    }
    let (_, notes) = field("农业抗旱情况统计表", label, &even);
    assert!(!notes.contains(&rounded), "{notes:?}");
}

#[test]
fn a_field_that_no_figure_gives_is_a_sum_or_blank() {
    let mut statement = entered();
    for (id, value) in [("sown_grain", 150.0), ("sown_cash", 75.0)] {
        let sown = figure(&mut statement, id);
        (sown.value, sown.claim.verdict) = (Value::Number(value), Verdict::Proved);
    }
    let name = "农业旱灾和抗旱效益统计表";
    let (content, _) = field(name, "本年度累计播种面积 合计", &statement);
    assert_eq!(content, Content::Sum { columns: vec![1, 2], value: 15.0 });
    assert_eq!(field(name, "本年度累计播种面积 合计", &entered()).0, Content::Blank);
}

#[test]
fn no_format_leaves_a_point_without_digits() {
    for decimals in 0..5 {
        let format = number_format(decimals);
        let after = format.split_once('.').map_or("", |(_, after)| after);
        assert_eq!(after, "0".repeat(usize::from(decimals)), "{format}");
    }
}

#[test]
fn the_forms_in_english_have_english_heads() {
    let mut book = book(&entered(), Lang::English);
    let range = book.worksheet_range("Drought relief").unwrap();
    let cells = texts(&range);
    place(&cells, "money put in");
    place(&cells, "Reporting unit (seal): 黄水乡");
    place(&cells, "Reported on: 2022-11-16");
    book.worksheet_range("Other items").unwrap();
}
