//! Tests of .ods workbooks.

use jiff::civil::date;

use super::super::test_files::{archive, ods, refusal, row, text};
use super::super::{Cell, Fault, Merged, Shown, open};

/// A cell with these attributes and this text.
fn cell(attributes: &str, text: &str) -> String {
    format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
}

fn float(value: &str, text: &str) -> String {
    cell(&format!("office:value-type=\"float\" office:value=\"{value}\""), text)
}

fn table(rows: &str) -> Vec<u8> {
    ods("", &format!("<table:table table:name=\"表\">{rows}</table:table>"))
}

fn one_row(cells: &[String]) -> Vec<u8> {
    table(&format!("<table:table-row>{}</table:table-row>", cells.concat()))
}

#[test]
fn cells_are_read_as_they_are_shown() {
    let cells = [
        cell("office:value-type=\"string\"", " 东门<text:s text:c=\"2\"/><text:span>村</text:span>&amp;"),
        float("1200", "1,200"),
        float("1.2", "1.2万元"),
        cell("office:value-type=\"percentage\" office:value=\"0.86\"", "86%"),
        cell("office:value-type=\"date\" office:date-value=\"2022-08-15\"", "8月15日"),
        cell("office:value-type=\"date\" office:date-value=\"2022-08-15T14:30:00\"", "2022/8/15 14:30"),
        cell("office:value-type=\"time\" office:time-value=\"PT14H\"", "14:00"),
        cell("office:value-type=\"string\" calcext:value-type=\"error\" table:formula=\"x\"", "#REF!"),
        "<table:table-cell table:formula=\"of:=A1\"/>".to_owned(),
        float("5", ""),
        "<table:table-cell office:value-type=\"float\" office:value=\"7\"><office:annotation><text:p>看</text:p></office:annotation></table:table-cell>".to_owned(),
    ];
    let book = open(&one_row(&cells)).unwrap();
    assert_eq!((book.sheets[0].name.as_str(), book.lettered), ("表", true));
    let shown = |value, stored, unit: &str, text: &str| {
        Cell::Shown(Box::new(Shown { value, stored, unit: unit.into(), text: text.into() }))
    };
    let expected = [
        text("东门  村&"),
        Cell::Number(1200.0),
        shown(1.2, 1.2, "万元", "1.2万元"),
        shown(86.0, 0.86, "%", "86%"),
        Cell::Day(date(2022, 8, 15)),
        Cell::Moment(date(2022, 8, 15).at(14, 30, 0, 0)),
        Cell::Fault(Fault::NoDate("14:00".into())),
        Cell::Fault(Fault::Error("#REF!".into())),
        Cell::Fault(Fault::NotComputed),
        Cell::Fault(Fault::Unclear("5".into())),
        Cell::Number(7.0),
    ];
    assert_eq!(row(&book, 1), expected);
}

#[test]
fn what_is_hidden_merged_or_repeated_is_told() {
    let styles = "<style:style style:name=\"ta1\" style:family=\"table\"><style:table-properties table:display=\"true\"/></style:style>\
        <style:style style:name=\"ta2\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>";
    let rows = format!(
        "<table:table-column table:number-columns-repeated=\"2\"/><table:table-column table:visibility=\"collapse\"/>\
         <table:table-row table:visibility=\"filter\">{}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"2\"/>{}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>",
        cell(
            "office:value-type=\"string\" table:number-rows-spanned=\"1\" table:number-columns-spanned=\"2\"",
            "村"
        ),
        cell("office:value-type=\"string\" table:number-columns-repeated=\"2\"", "县")
    );
    let tables = format!(
        "<table:table table:name=\"一\" table:style-name=\"ta1\">{rows}</table:table>\
         <table:table table:name=\"二\" table:style-name=\"ta2\"/>"
    );
    let book = open(&ods(styles, &tables)).unwrap();
    let hidden: Vec<_> =
        book.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.hidden)).collect();
    assert_eq!(hidden, [("一", false), ("二", true)]);
    let sheet = &book.sheets[0];
    assert_eq!(sheet.hidden_columns, [2].into());
    assert_eq!(sheet.merged, [Merged { rows: (1, 1), columns: (0, 1) }]);
    let rows: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.hidden)).collect();
    assert_eq!(rows, [(1, true), (2, false), (3, false)]);
    assert_eq!(row(&book, 3), [Cell::Empty, Cell::Empty, text("县"), text("县")]);
}

#[test]
fn rows_with_something_struck_through_are_told() {
    let styles = "<style:style style:name=\"ce1\"><style:text-properties style:text-line-through-style=\"solid\"/></style:style>\
        <style:style style:name=\"ce2\"><style:text-properties style:text-line-through-style=\"none\"/></style:style>";
    let of = |style: &str| {
        let named = format!("{style} office:value-type=\"string\"");
        format!("<table:table-row>{}</table:table-row>", cell(&named, "东门"))
    };
    let rows = of("table:style-name=\"ce1\"") + &of("table:style-name=\"ce2\"") + &of("");
    let plain = format!("<table:table table:name=\"一\">{rows}</table:table>");
    let column = "<table:table-column table:default-cell-style-name=\"ce1\"/>";
    let of_column = format!("<table:table table:name=\"二\">{column}{rows}</table:table>");
    let book = open(&ods(styles, &(plain + &of_column))).unwrap();
    let struck = |sheet: usize| -> Vec<bool> {
        book.sheets[sheet].rows.iter().map(|row| row.struck).collect()
    };
    assert_eq!((struck(0), struck(1)), (vec![true, false, false], vec![true, false, true]));
}

#[test]
fn a_date_that_shows_its_month_is_a_month() {
    let date = |value: &str, text: &str| {
        cell(&format!("office:value-type=\"date\" office:date-value=\"{value}\""), text)
    };
    let month = Cell::Month(jiff::civil::date(2022, 9, 1));
    for text in ["2022年9月", "2022-09", "09/2022", "9月", "Sep-22", "二〇二二年九月"] {
        let book = open(&one_row(&[date("2022-09-01", text)])).unwrap();
        assert_eq!(row(&book, 1), std::slice::from_ref(&month), "{text}");
    }
    for text in ["2022-09-22", "9月22日", "22-Sep", "09-22", "22.9.2022"] {
        let book = open(&one_row(&[date("2022-09-22", text)])).unwrap();
        assert_eq!(row(&book, 1), [Cell::Day(jiff::civil::date(2022, 9, 22))], "{text}");
    }
    let year = open(&one_row(&[date("2022-09-01", "2022")])).unwrap();
    assert_eq!(row(&year, 1), [Cell::Fault(Fault::NoDate("2022".into()))]);
}

#[test]
fn what_is_repeated_without_end_is_refused_or_costs_nothing() {
    let many = "table:number-columns-repeated=\"1000000000\"";
    let book =
        open(&one_row(&[cell(&format!("office:value-type=\"string\" {many}"), "x")])).unwrap();
    assert_eq!(row(&book, 1).len(), 128);
    let rows = format!(
        "<table:table-row table:number-rows-repeated=\"1000000000\">{}</table:table-row>",
        float("1", "1")
    );
    assert!(refusal(&table(&rows)).contains("at most 100100 rows"));
}

#[test]
fn a_password_and_damage_are_refused_by_name() {
    let kind = ("mimetype", "application/vnd.oasis.opendocument.spreadsheet");
    let manifest = "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>";
    let locked = [kind, ("META-INF/manifest.xml", manifest), ("content.xml", "\u{1}")];
    assert!(refusal(&archive(&locked)).contains("password"));
    assert!(refusal(&archive(&[kind, ("content.xml", "<a><b></a>")])).contains("XML"));
    assert!(refusal(&one_row(&[float("x", "1")])).contains("XML"));
}

#[test]
fn a_row_beyond_all_numbers_is_told_by_the_last_that_a_sheet_has() {
    let empty = "<table:table-row table:number-rows-repeated=\"18446744073709551615\"/>";
    let filled = "<table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row>";
    let refused = refusal(&table(&format!("{empty}{filled}")));
    assert!(refused.contains("row 1048576:"), "{refused}");
}
