//! Tests of .xlsx workbooks.

use jiff::civil::date;
use rust_xlsxwriter::{Format, Workbook};

use super::super::test_files::{archive, refusal, row, text, xlsx, xlsx_rows};
use super::super::{Fault, Merged, Shown, open};
use super::*;
use crate::ledger::book::Cell;

const STYLES: &str = "<numFmts><numFmt numFmtId=\"176\" formatCode=\"0!.0,&quot;万&quot;\"/></numFmts>\
    <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs>\
    <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"58\"/><xf numFmtId=\"9\"/><xf numFmtId=\"176\"/></cellXfs>\
    <dxfs><numFmt numFmtId=\"176\" formatCode=\"0\"/></dxfs>";

#[test]
fn cells_are_read_as_they_are_shown() {
    let rows = "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c><c r=\"B2\" s=\"1\"><v>44788</v></c>\
        <c r=\"C2\" s=\"2\"><v>0.86</v></c><c r=\"D2\" s=\"3\"><v>12000</v></c>\
        <c t=\"b\"><v>1</v></c><c t=\"e\"><v>#REF!</v></c><c t=\"inlineStr\"><is><t> 行 </t></is></c></row>\
        <row><c><v>5</v></c><c t=\"str\"><f>A1</f><v></v></c><c><f>A1</f></c><c><f>A1</f><v/></c>\
        <c t=\"str\"><f>A1</f><v>文</v></c></row>";
    let strings = "<si><t>一</t></si><si><r><t>东门</t></r><r><t>_x000D_村</t></r><rPh><t>dong</t></rPh></si>";
    let file = xlsx(&[("name=\"表\"", &format!("<sheetData>{rows}</sheetData>"))], STYLES, strings);
    let book = open(&file).unwrap();
    assert!(book.lettered);
    assert_eq!(book.sheets[0].name, "表");
    let shown = |value, stored, unit: &str, text: &str| {
        Cell::Shown(Box::new(Shown { value, stored, unit: unit.into(), text: text.into() }))
    };
    assert_eq!(
        row(&book, 2),
        [
            text("东门\r村"),
            Cell::Day(date(2022, 8, 15)),
            shown(86.0, 0.86, "%", "86%"),
            shown(12000.0, 12000.0, "", "1.2万"),
            text("TRUE"),
            Cell::Fault(Fault::Error("#REF!".into())),
            text("行"),
        ]
    );
    let not_computed = || Cell::Fault(Fault::NotComputed);
    let expected = [Cell::Number(5.0), Cell::Empty, not_computed(), not_computed(), text("文")];
    assert_eq!(row(&book, 3), expected);
}

#[test]
fn rows_with_something_struck_through_are_told() {
    let styles = "<fonts><font/><font><strike/></font><font><strike val=\"0\"/></font></fonts>\
        <cellXfs><xf fontId=\"0\"/><xf fontId=\"1\"/><xf fontId=\"2\"/></cellXfs>\
        <dxfs><dxf><font><strike/></font></dxf></dxfs>";
    let rows = "<row r=\"1\"><c s=\"1\"><v>5</v></c></row><row r=\"2\"><c s=\"2\"><v>5</v></c></row>\
        <row r=\"3\"><c s=\"1\"/><c s=\"0\"><v>5</v></c></row><row r=\"4\"><c t=\"s\"><v>1</v></c></row>\
        <row r=\"5\"><c t=\"inlineStr\"><is><r><rPr><strike/></rPr><t>120</t></r><r><t>130</t></r></is></c></row>\
        <row r=\"6\"><c t=\"s\"><v>0</v></c></row>";
    let strings = "<si><t>一</t></si><si><r><rPr><strike/></rPr><t>二</t></r><r><t>三</t></r></si>";
    let file = xlsx(&[("name=\"表\"", &format!("<sheetData>{rows}</sheetData>"))], styles, strings);
    let book = open(&file).unwrap();
    let struck: Vec<bool> = book.sheets[0].rows.iter().map(|row| row.struck).collect();
    assert_eq!(struck, [true, false, false, true, true, false]);
}

#[test]
fn what_is_hidden_or_merged_is_told() {
    let shown = "<sheetViews><sheetView showZeros=\"0\"/></sheetViews>\
        <cols><col min=\"2\" max=\"3\" hidden=\"1\" width=\"9\"/><col min=\"5\" max=\"5\" width=\"0\"/></cols>\
        <sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>0</v></c></row>\
        <row r=\"2\" hidden=\"1\"><c r=\"A2\"><v>2</v></c></row>\
        <row r=\"3\" ht=\"0\" customHeight=\"1\"><c r=\"A3\"><v>3</v></c></row>\
        <row r=\"4\"><c r=\"A4\"><v>4</v></c></row><row r=\"5\"><c r=\"A5\"><v>5</v></c></row></sheetData>\
        <mergeCells><mergeCell ref=\"A4:B5\"/></mergeCells>";
    let hidden = "<sheetData/>";
    let sheets = [
        ("name=\"一\"", shown),
        ("name=\"二\" state=\"hidden\"", hidden),
        ("name=\"三\" state=\"veryHidden\"", hidden),
    ];
    let book = open(&xlsx(&sheets, "", "")).unwrap();
    let of_sheets: Vec<bool> = book.sheets.iter().map(|sheet| sheet.hidden).collect();
    assert_eq!(of_sheets, [false, true, true]);
    let sheet = &book.sheets[0];
    assert_eq!(sheet.hidden_columns, [1, 2, 4].into());
    let rows: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.hidden)).collect();
    assert_eq!(rows, [(1, false), (2, true), (3, true), (4, false)]);
    assert_eq!(row(&book, 1), [Cell::Number(1.0)]);
    assert_eq!(sheet.merged, [Merged { rows: (4, 5), columns: (0, 1) }]);
}

#[test]
fn a_workbook_of_another_program_is_read() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("台账").unwrap();
    sheet.write(0, 0, "数值").unwrap();
    let format = Format::new().set_num_format("#,##0.0\"万元\"");
    sheet.write_with_format(1, 0, 1.25, &format).unwrap();
    sheet.merge_range(2, 0, 3, 1, "东门村", &Format::new()).unwrap();
    sheet.set_row_hidden(1).unwrap();
    sheet.set_column_hidden(1).unwrap();
    let book = open(&workbook.save_to_buffer().unwrap()).unwrap();
    let shown = Shown { value: 1.3, stored: 1.25, unit: "万元".into(), text: "1.3万元".into() };
    assert_eq!(row(&book, 2), [Cell::Shown(Box::new(shown))]);
    assert_eq!(row(&book, 3), [text("东门村")]);
    let sheet = &book.sheets[0];
    assert!(sheet.rows[1].hidden && !sheet.rows[0].hidden);
    assert_eq!(sheet.hidden_columns, [1].into());
    assert_eq!(sheet.merged, [Merged { rows: (3, 4), columns: (0, 1) }]);
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let file = archive(&[
        (
            "xl/workbook.xml",
            "<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"S\" id=\"a\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"s.xml\"/>\
             <Relationship Id=\"b\" Type=\"x/styles\" Target=\"y.xml\"/></Relationships>",
        ),
        ("xl/y.xml", "<s><cellXfs><xf numFmtId=\"14\"/></cellXfs></s>"),
        ("xl/s.xml", "<w><sheetData><row><c s=\"0\"><v>43326</v></c></row></sheetData></w>"),
    ]);
    assert_eq!(row(&open(&file).unwrap(), 1), [Cell::Day(date(2022, 8, 15))]);
}

#[test]
fn a_damaged_part_is_refused_by_name() {
    let cell = |cell: &str| refusal(&xlsx_rows(&format!("<row r=\"1\">{cell}</row>")));
    assert!(cell("<c r=\"A1\"><v>x</v></c>").contains("cell A1"));
    assert!(cell("<c r=\"A1\" t=\"s\"><v>7</v></c>").contains("cell A1"));
    assert!(cell("<c r=\"ZZZZZ99999999\"><v>1</v></c>").contains("ZZZZZ99999999"));
    assert!(cell("<c r=\"A1\"><v>1</c>").contains("XML"));
    assert!(cell("<c r=\"A1\" t=\"str\"><v>&x;</v></c>").contains("XML"));
    assert!(refusal(&xlsx_rows("<row r=\"4294967295\"/>")).contains("4294967295"));
}

#[test]
fn what_costs_too_much_is_refused_by_name() {
    let many = vec![("name=\"S\"", "<sheetData/>"); 257];
    assert!(refusal(&xlsx(&many, "", "")).contains("at most 256 sheets"));
    assert!(refusal(&xlsx_rows(&"<a>".repeat(1_000))).contains("XML"));
    let long = format!("<row><c t=\"str\"><v>{}</v></c></row>", "A".repeat(3 << 20));
    assert!(refusal(&xlsx_rows(&long)).contains("too long"));
}

#[test]
fn a_cell_in_the_farthest_corner_costs_nothing() {
    let file = xlsx_rows(
        "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c><c r=\"B1048576\"><v>2</v></c></row>",
    );
    assert_eq!(row(&open(&file).unwrap(), 1_048_576), [Cell::Empty, Cell::Number(2.0)]);
}

#[test]
fn names_of_parts_are_relative_to_the_part_that_names_them() {
    assert_eq!(full_name("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
    assert_eq!(full_name("xl", "/xl/styles.xml"), "xl/styles.xml");
    assert_eq!(full_name("xl/worksheets", "../../../etc/passwd"), "etc/passwd");
    assert_eq!(full_name("", "xl/workbook.xml"), "xl/workbook.xml");
}

#[test]
fn escapes_of_characters_are_undone() {
    assert_eq!(unescaped("a_x000D_b_x4e1c_"), "a\rb东");
    assert_eq!(unescaped("a_xyz_b_x12"), "a_xyz_b_x12");
}

#[test]
fn what_lies_beyond_the_columns_that_are_read_is_told_once_by_its_first_cell() {
    let cells = "<c r=\"DX2\" s=\"1\"><v></v></c><c r=\"DY2\"><v> </v></c><c r=\"DZ2\"><v>1</v></c>\
        <c r=\"EA2\" t=\"s\"><v>no number</v></c>";
    let book = open(&xlsx_rows(&format!("<row r=\"2\"><c><v>5</v></c>{cells}</row>"))).unwrap();
    assert_eq!(row(&book, 2), [Cell::Number(5.0)]);
    let [problem] = book.sheets[0].problems.as_slice() else { panic!("one problem") };
    assert!(problem.to_string().contains("DZ2"), "{problem}");
}

#[test]
fn shared_strings_cost_what_they_take() {
    let mut strings = Strings::default();
    strings.push("ab").unwrap();
    strings.strike_next();
    strings.strike_next();
    strings.push("村").unwrap();
    assert_eq!(strings.cost(), 5 + 3 * size_of::<usize>());
    assert!(!strings.is_struck(0) && strings.is_struck(1));
}
