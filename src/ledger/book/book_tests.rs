//! Tests of files of every kind.

use proptest::prelude::*;

use super::test_files::{archive, ods, ole, refusal, xlsx_rows};
use super::*;

#[test]
fn files_that_are_no_workbook_are_refused_by_what_they_are() {
    let rels = |target: &str| {
        let xml = format!(
            "<Relationships><Relationship Id=\"a\" Type=\"http://x/officeDocument\" Target=\"{target}\"/></Relationships>"
        );
        refusal(&archive(&[("_rels/.rels", &xml), (target, "<x/>")]))
    };
    for (found, expected) in [
        (refusal(b""), "empty"),
        (refusal(b"%PDF-1.7 x"), "a PDF file"),
        (refusal(b"\x89PNG\r\n"), "a picture"),
        (refusal(b"\xFF\xD8\xFF\xE0"), "a picture"),
        (refusal(b"BM\0\0"), "a picture"),
        (refusal(b"{\\rtf1}"), "an RTF document"),
        (refusal(b"Rar!\x1a\x07"), "unpack it"),
        (refusal(b"\x09\x04\x06\x00\x00\x00"), "before Excel 97"),
        (refusal(b"<html>"), "a web page"),
        (refusal(b"PK\x03\x04 cut off"), "cut off"),
        (rels("xl/workbook.bin"), "an .xlsb workbook"),
        (rels("word/document.xml"), "a text document"),
        (rels("ppt/presentation.xml"), "a presentation"),
        (refusal(&archive(&[("a.txt", "x")])), "unpack it"),
        (
            refusal(&archive(&[("mimetype", "application/vnd.oasis.opendocument.text")])),
            "a text document",
        ),
        (refusal(&vec![b'a'; BYTES_MAX + 1]), "at most 30000000 bytes"),
    ] {
        assert!(found.contains(expected), "{found} / {expected}");
    }
    assert!(open(b"BMI,BMJ\n1,2\n").is_ok(), "a text may begin with these letters");
}

#[test]
fn a_workbook_that_is_cut_off_is_refused() {
    let files = [
        xlsx_rows("<row><c><v>1</v></c></row>"),
        ods("", "<table:table/>"),
        ole(&[("/Workbook", b"x")]),
    ];
    for file in files {
        for length in [8, file.len() / 3, file.len() - 30] {
            assert!(open(file.get(..length).unwrap()).is_err(), "{length} of {}", file.len());
        }
    }
}

proptest! {
    #[test]
    fn a_damaged_workbook_makes_no_panic(at in 0_usize..4_000, byte: u8, which in 0_usize..3) {
        let mut file = match which {
            0 => xlsx_rows("<row><c><v>1</v></c></row>"),
            1 => ods("", "<table:table><table:table-row><table:table-cell/></table:table-row></table:table>"),
            _ => ole(&[("/Workbook", &[9, 8, 4, 0, 0, 6, 5, 0, 10, 0, 0, 0])]),
        };
        let length = file.len();
        if let Some(place) = file.get_mut(at % length) {
            *place = byte;
        }
        let _ = open(&file);
    }
}
