//! Tests of tables of text.

use proptest::prelude::*;

use super::super::test_files::{refusal, row, text};
use super::super::{Cell, open};
use super::*;

const TABLE: &str = "清源乡台账\n项目,数值,备注\n\n汽油,\"1,200\",\"两\n行\"\n柴油,40,\n";

/// The rows with their numbers.
fn rows(bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
    let book = open(bytes).unwrap();
    assert!(!book.lettered);
    let texts = |cells: &[Cell]| {
        let texts = cells.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Empty => String::new(),
            other => panic!("{other:?}"),
        });
        texts.collect()
    };
    book.sheets[0].rows.iter().map(|row| (row.number, texts(&row.cells))).collect()
}

fn expected() -> Vec<(usize, Vec<String>)> {
    let rows: [(usize, &[&str]); 4] = [
        (1, &["清源乡台账"]),
        (2, &["项目", "数值", "备注"]),
        (4, &["汽油", "1,200", "两\n行"]),
        (5, &["柴油", "40"]),
    ];
    rows.map(|(number, cells)| (number, cells.iter().map(|cell| (*cell).to_owned()).collect()))
        .into()
}

#[test]
fn the_fields_of_each_record_are_counted() {
    let book = open("a,b,c\n1,2,,,\n\n3\n".as_bytes()).unwrap();
    assert_eq!(book.sheets[0].fields, [(1, 3), (2, 5), (4, 1)]);
    assert_eq!((book.sheets[0].fields_of(2), book.sheets[0].fields_of(3)), (Some(5), None));
}

#[test]
fn every_usual_encoding_gives_the_same_table() {
    let utf16 = |little: bool| {
        let bytes = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        TABLE.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
    };
    let with = |begin: &[u8], rest: &[u8]| [begin, rest].concat();
    for (name, bytes) in [
        ("UTF-8", TABLE.as_bytes().to_vec()),
        ("UTF-8 with mark", with(b"\xEF\xBB\xBF", TABLE.as_bytes())),
        ("GB18030", GB18030.encode(TABLE).0.into_owned()),
        ("UTF-16 LE with mark", with(b"\xFF\xFE", &utf16(true))),
        ("UTF-16 BE with mark", with(b"\xFE\xFF", &utf16(false))),
        ("UTF-16 LE", utf16(true)),
        ("UTF-16 BE", utf16(false)),
        ("CRLF", TABLE.replace('\n', "\r\n").replace("两\r", "两").into_bytes()),
    ] {
        assert_eq!(rows(&bytes), expected(), "{name}");
    }
}

#[test]
fn the_separator_is_that_on_which_the_lines_agree() {
    for separator in ['\t', ';', '，', '|'] {
        let table = TABLE.replace("\"1,200\"", "1200").replace(',', &separator.to_string());
        let found = rows(table.as_bytes());
        let found: Vec<_> = found.iter().map(|(_, cells)| cells.len()).collect();
        let all = separator != '，' && separator != '|';
        assert_eq!(found, if all { vec![1, 3, 3, 2] } else { vec![1; 5] }, "{separator:?}");
        // Without the title all lines agree.
        let (_, table) = table.split_once('\n').unwrap();
        assert_eq!(rows(table.as_bytes())[0].1.len(), 3, "{separator:?}");
    }
    assert_eq!(rows("名;数\n甲;1,5\n乙;2,5\n".as_bytes())[1].1, ["甲", "1,5"]);
    assert_eq!(rows("只有一列\n甲\n".as_bytes())[1].1, ["甲"]);
    assert_eq!(rows("a,\"b，c\"\nd,e\n".as_bytes())[0].1, ["a", "b，c"]);
}

#[test]
fn a_quote_that_is_never_closed_is_told_with_its_row() {
    let book = open("a,b\n\n1,2\n\n3,\"4\n5,6\n".as_bytes()).unwrap();
    assert_eq!(row(&book, 3), [text("1"), text("2")]);
    assert_eq!(book.sheets[0].rows.len(), 2);
    let problems = &book.sheets[0].problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "row 5");
    // A quote within a cell is a character.
    assert_eq!(rows(b"a,b\n5\" pipe,6\n")[1].1, ["5\" pipe", "6"]);
}

#[test]
fn what_is_no_text_is_refused_by_name() {
    assert!(refusal(b" \r\n ").contains("empty"));
    assert!(refusal(b"a\0\0b\0\0\0").contains("neither a workbook nor text"));
    assert!(refusal(&[b'a', 0x81]).contains("unknown encoding"));
    assert!(refusal(&[1, 2, 3, b'a', b'\n'].repeat(50)).contains("neither a workbook nor text"));
    assert!(refusal(b" <html><table></table></html>").contains("web page"));
    assert!(refusal("\u{feff}<?xml version=\"1.0\"?><Workbook/>".as_bytes()).contains("web page"));
    assert!(refusal(&[b','; 20_000]).contains("cells"));
}

proptest! {
    #[test]
    fn no_bytes_make_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = open(&bytes);
    }

    #[test]
    fn every_cell_comes_back(cells in proptest::collection::vec("[a-z,\"\n东]{1,6}x", 2..5)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&cells).unwrap();
        writer.write_record(vec!["y"; cells.len()]).unwrap();
        let found = rows(&writer.into_inner().unwrap());
        let trimmed: Vec<_> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
        prop_assert_eq!(&found[0].1, &trimmed);
    }
}
