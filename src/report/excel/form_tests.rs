//! Tests of the forms, by what another library reads in the workbook.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use super::columns::{Content, columns};
use super::sheet::number_format;
use crate::figures::{FORMS, Figure, FigureId, Form, Statement, Value, Verdict};
use crate::locales::{Lang, Text, forms as words, within};
use crate::report::tests::{figures, statement};
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

fn entered() -> Statement {
    statement(&figures(&ENTERED))
}

fn without(ids: &[&str]) -> Statement {
    let kept: Vec<_> = ENTERED.into_iter().filter(|(id, ..)| !ids.contains(id)).collect();
    statement(&figures(&kept))
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
    let row = fields.rows().position(|row| row[3].to_string() == "funds_central").unwrap();
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
    let row = fields.rows().find(|row| row[3].to_string() == "persons_engaged").unwrap();
    assert_eq!((row[4].to_string(), row[7].to_string()), (String::new(), String::new()));
    assert!(row[9].to_string().starts_with("未定"), "{row:?}");
    let row = fields.rows().find(|row| row[3].to_string() == "wells_engaged").unwrap();
    assert_eq!(row[9].to_string(), "台账中没有记录", "why it is blank");
}

#[test]
fn a_total_with_more_in_it_than_its_parts_is_its_own_number_with_a_note() {
    // The three grades of the older form come to 1350 mu; the figure has 500 mu of moderate drought too.
    let (content, notes) = field("农业旱情动态统计表", "作物受旱面积 合计", &entered());
    assert_eq!(content, Content::Field { field: 1, value: 1850.0 / 15_000.0 });
    assert!(
        notes
            .iter()
            .any(|note| note
                .starts_with("作物受旱面积 合计为0.1233千公顷，所列各项之和为0.0900千公顷")),
        "{notes:?}"
    );
    let (content, _) = field("农业抗旱情况统计表", "作物受旱面积 合计", &entered());
    assert!(matches!(content, Content::Sum { ref columns, .. } if columns.len() == 4));
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
    assert_eq!(field(name, "作物累计受旱面积", &statement).0, Content::Blank);
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
    let items = book.worksheet_range("Other items").unwrap();
    assert!(items.rows().any(|row| row[1].to_string() == "funds_collective"));
}
