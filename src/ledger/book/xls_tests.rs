//! Tests of .xls workbooks, made record by record.

use jiff::civil::date;

use super::super::test_files::{ole, record as rec, refusal, row, text, words as u16s};
use super::super::{Cell, Fault, Merged, Shown, open};
use super::*;

/// A text in one byte a character, with the number of characters in two bytes.
fn short(text: &str) -> Vec<u8> {
    [&u16s(&[text.len() as u16]), &[0][..], text.as_bytes()].concat()
}

/// A text in two bytes a character.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    [u16s(&[units.len() as u16]), vec![1], u16s(&units)].concat()
}

fn begin(version: u16) -> Vec<u8> {
    rec(record::BEGIN, &u16s(&[version, 5, 0, 0, 0, 0, 0, 0]))
}

/// A style with the number of its format.
fn style(format: u16) -> Vec<u8> {
    rec(record::STYLE, &u16s(&[0, format, 0, 0, 0, 0, 0, 0, 0, 0]))
}

/// The stream of a workbook with the sheet 表 of these records; `globals` stand before it.
fn workbook(globals: &[Vec<u8>], hidden: u8, sheet: &[Vec<u8>]) -> Vec<u8> {
    let name: Vec<u8> = u16s(&"表".encode_utf16().collect::<Vec<_>>());
    let before = [begin(BIFF8), globals.concat()].concat();
    let length = before.len() + 4 + 8 + name.len() + 4;
    let place = (length as u32).to_le_bytes();
    let listed = [&place[..], &[hidden, 0, 1, 1], &name].concat();
    let parts = [before, rec(record::SHEET, &listed), rec(record::END, &[])].concat();
    let sheet = [begin(BIFF8), sheet.concat(), rec(record::END, &[])].concat();
    [parts, sheet].concat()
}

fn read_stream(stream: &[u8]) -> Book {
    open(&ole(&[("/Workbook", stream)])).unwrap()
}

fn number(at: [u16; 3], value: f64) -> Vec<u8> {
    rec(record::NUMBER, &[&u16s(&at)[..], &value.to_le_bytes()].concat())
}

fn formula(at: [u16; 3], result: [u8; 8]) -> Vec<u8> {
    rec(record::FORMULA, &[&u16s(&at)[..], &result, &[0; 8]].concat())
}

#[test]
fn cells_are_read_as_they_are_shown() {
    let strings =
        [&1_u32.to_le_bytes()[..], &2_u32.to_le_bytes(), &short("one"), &wide("东")].concat();
    // The second text goes on in another record, which tells anew how wide its characters are.
    let (first, rest) = strings.split_at(strings.len() - 2);
    let strings =
        [rec(record::STRINGS, first), rec(record::CONTINUE, &[&[1], rest].concat())].concat();
    let format = [u16s(&[176]), wide("0.0\"万元\"")].concat();
    let globals =
        [rec(record::FORMAT, &format), style(0), style(58), style(9), style(176), strings];
    let shared = |column: u16, index: u32| {
        rec(record::SHARED_TEXT, &[&u16s(&[0, column, 0])[..], &index.to_le_bytes()].concat())
    };
    let short_number = |bits: u32| bits.to_le_bytes();
    let sheet = [
        shared(0, 0),
        shared(1, 1),
        number([0, 2, 1], 44788.0),
        number([0, 3, 2], 0.86),
        number([0, 4, 3], 1.2),
        rec(record::SHORT_NUMBER, &[&u16s(&[1, 0, 0])[..], &short_number(1234 << 2 | 3)].concat()),
        rec(
            record::SHORT_NUMBERS,
            &[
                &u16s(&[1, 1, 0])[..],
                &short_number(5 << 2 | 2),
                &u16s(&[0]),
                &short_number((1.5_f64.to_bits() >> 32) as u32),
                &u16s(&[2]),
            ]
            .concat(),
        ),
        rec(record::TRUTH_OR_ERROR, &[&u16s(&[1, 3, 0])[..], &[1, 0]].concat()),
        rec(record::TRUTH_OR_ERROR, &[&u16s(&[1, 4, 0])[..], &[0x17, 1]].concat()),
        formula([2, 0, 0], 7.0_f64.to_le_bytes()),
        formula([2, 1, 0], [0, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        rec(record::FORMULA_TEXT, &wide("村")),
        formula([2, 2, 0], [3, 0, 0, 0, 0, 0, 0xFF, 0xFF]),
        formula([2, 3, 0], [2, 0, 0x2A, 0, 0, 0, 0xFF, 0xFF]),
        rec(record::TEXT, &[u16s(&[2, 4, 0]), short("old")].concat()),
    ];
    let book = read_stream(&workbook(&globals, 0, &sheet));
    assert_eq!((book.sheets[0].name.as_str(), book.lettered), ("表", true));
    let shown = |value, stored, unit: &str, text: &str| {
        Cell::Shown(Box::new(Shown { value, stored, unit: unit.into(), text: text.into() }))
    };
    assert_eq!(
        row(&book, 1),
        [
            text("one"),
            text("东"),
            Cell::Day(date(2022, 8, 15)),
            shown(86.0, 0.86, "%", "86%"),
            shown(1.2, 1.2, "万元", "1.2万元"),
        ]
    );
    let error = |error: &str| Cell::Fault(Fault::Error(error.into()));
    let numbers = [Cell::Number(12.34), Cell::Number(5.0), Cell::Number(1.5)];
    assert_eq!(row(&book, 2)[..3], numbers);
    assert_eq!(row(&book, 2)[3..], [text("TRUE"), error("#REF!")]);
    let expected = [Cell::Number(7.0), text("村"), Cell::Empty, error("#N/A"), text("old")];
    assert_eq!(row(&book, 3), expected);
}

#[test]
fn what_is_hidden_or_merged_is_told() {
    let sheet = [
        rec(record::COLUMNS, &u16s(&[1, 2, 2000, 0, 1, 0])),
        rec(record::ROW, &u16s(&[1, 0, 1, 255, 0, 0, 0x20, 0])),
        number([0, 0, 0], 1.0),
        number([0, 1, 0], 0.0),
        number([1, 0, 0], 2.0),
        rec(record::VIEW, &u16s(&[0x06A6, 0, 0])),
        rec(record::MERGED, &u16s(&[1, 0, 0, 0, 3])),
    ];
    let book = read_stream(&workbook(&[style(0)], 2, &sheet));
    let sheet = &book.sheets[0];
    assert!(sheet.hidden);
    assert_eq!(sheet.hidden_columns, [1, 2].into());
    let rows: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.hidden)).collect();
    assert_eq!(rows, [(1, false), (2, true)]);
    assert_eq!(row(&book, 1), [Cell::Number(1.0)], "zeros are not shown");
    assert_eq!(sheet.merged, [Merged { rows: (1, 1), columns: (0, 3) }]);
}

#[test]
fn formulas_without_results_are_told_where_none_has_any() {
    let empty = formula([0, 0, 0], [3, 0, 0, 0, 0, 0, 0xFF, 0xFF]);
    let book = read_stream(&workbook(&[style(0)], 0, &[empty]));
    assert_eq!(row(&book, 1), [Cell::Fault(Fault::NotComputed)]);
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let globals = [rec(record::DATE_MODE, &u16s(&[1])), style(14)];
    let book = read_stream(&workbook(&globals, 0, &[number([0, 0, 0], 43326.0)]));
    assert_eq!(row(&book, 1), [Cell::Day(date(2022, 8, 15))]);
}

#[test]
fn a_chart_within_a_sheet_has_no_cells_of_it() {
    let chart = [begin(BIFF8), number([0, 0, 0], 9.0), rec(record::END, &[])].concat();
    let book = read_stream(&workbook(&[style(0)], 0, &[chart, number([1, 0, 0], 1.0)]));
    assert_eq!(book.sheets[0].rows.len(), 1);
}

#[test]
fn what_is_no_readable_workbook_is_refused_by_name() {
    let with = |streams: &[(&str, &[u8])]| refusal(&ole(streams));
    assert!(with(&[("/EncryptedPackage", b"x")]).contains("password"));
    assert!(with(&[("/WordDocument", b"x")]).contains("text document"));
    assert!(with(&[("/Other", b"x")]).contains("without a workbook"));
    assert!(with(&[("/Book", b"x")]).contains("before Excel 97"));
    assert!(with(&[("/Workbook", &begin(0x0500))]).contains("before Excel 97"));
    let locked = workbook(&[rec(record::PASSWORD, &[1, 0, 1, 0])], 0, &[]);
    assert!(with(&[("/Workbook", &locked)]).contains("password"));
    let whole = workbook(&[style(0)], 0, &[number([0, 0, 0], 1.0)]);
    for length in 4..whole.len() {
        let cut = whole.get(..length).unwrap();
        let problem = open(&ole(&[("/Workbook", cut)])).expect_err("cut off").to_string();
        assert!(problem.contains("records"), "{length}: {problem}");
    }
    assert!(refusal(&ole(&[])[..600]).contains("damaged"));
}
