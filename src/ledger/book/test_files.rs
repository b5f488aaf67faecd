//! Files that tests are made with, part by part, as programs of offices write them and as they do not.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Book, Cell, open};
use crate::locales::{Lang, within};

/// An archive with these parts.
pub(super) fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// An .xlsx with `sheets`: the attributes of each in the workbook, and its part.
pub(super) fn xlsx(sheets: &[(&str, &str)], styles: &str, strings: &str) -> Vec<u8> {
    let mut listed = String::new();
    let mut relations = String::new();
    let mut parts = Vec::new();
    for (index, (attributes, body)) in sheets.iter().enumerate() {
        listed.push_str(&format!(
            "<sheet {attributes} sheetId=\"{}\" r:id=\"r{index}\"/>",
            index + 1
        ));
        relations.push_str(&format!(
            "<Relationship Id=\"r{index}\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet{index}.xml\"/>"
        ));
        let part = format!("<worksheet xmlns=\"m\">{body}</worksheet>");
        parts.push((format!("xl/worksheets/sheet{index}.xml"), part));
    }
    let workbook =
        format!("<workbook xmlns=\"m\" xmlns:r=\"r\"><sheets>{listed}</sheets></workbook>");
    let relations = format!(
        "<Relationships>{relations}<Relationship Id=\"s\" Type=\"http://x/styles\" Target=\"/xl/styles.xml\"/>\
         <Relationship Id=\"t\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
    );
    let styles = format!("<styleSheet>{styles}</styleSheet>");
    let strings = format!("<sst>{strings}</sst>");
    parts.push(("xl/workbook.xml".into(), workbook));
    parts.push(("xl/_rels/workbook.xml.rels".into(), relations));
    parts.push(("xl/styles.xml".into(), styles));
    parts.push(("xl/sharedStrings.xml".into(), strings));
    let parts: Vec<(&str, &str)> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    archive(&parts)
}

/// An .xlsx with one sheet of these rows, without formats.
pub(in crate::ledger) fn xlsx_rows(rows: &str) -> Vec<u8> {
    xlsx(&[("name=\"S\"", &format!("<sheetData>{rows}</sheetData>"))], "", "")
}

/// An .ods with this content between its tables.
pub(super) fn ods(styles: &str, tables: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:calcext=\"c\" xmlns:style=\"s\">\
         <office:automatic-styles>{styles}</office:automatic-styles>\
         <office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &content),
    ])
}

/// An OLE container with these streams.
pub(super) fn ole(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, bytes) in streams {
        container.create_stream(name).unwrap().write_all(bytes).unwrap();
    }
    container.flush().unwrap();
    container.into_inner().into_inner()
}

/// A record of an .xls.
pub(super) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// Numbers of two bytes, one after the other.
pub(super) fn words(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The problem of a file that is refused, in English.
pub(super) fn refusal(bytes: &[u8]) -> String {
    let problem = open(bytes).expect_err("the file is refused");
    within(Lang::English, || problem.to_string())
}

/// The cells of a row of the first sheet.
pub(super) fn row(book: &Book, number: usize) -> &[Cell] {
    let row = book.sheets[0].rows.iter().find(|row| row.number == number);
    &row.unwrap_or_else(|| panic!("row {number} of {book:?}")).cells
}

pub(super) fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}
