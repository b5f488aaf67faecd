//! A workbook's table as text, for what reads tables of other kinds than the ledger's.

use std::fmt::Write;

use super::book::{self, Cell, Fault, Sheet};
use crate::core::Problem;

/// The first sheet of the workbook `bytes` that is shown and holds anything, as comma-separated text. Rows and columns
/// keep their places; a cell without a usable value holds what it shows instead, which no reader takes for a number.
///
/// # Errors
/// What is wrong with the file.
pub fn text_of_workbook(bytes: &[u8]) -> Result<String, Problem> {
    let book = book::open(bytes)?;
    let shown = book.sheets.iter().find(|sheet| !sheet.hidden && !sheet.rows.is_empty());
    Ok(shown.map(text).unwrap_or_default())
}

fn text(sheet: &Sheet) -> String {
    let mut out = String::new();
    let mut next = 1;
    for row in &sheet.rows {
        while next < row.number {
            out.push('\n');
            next += 1;
        }
        let cells: Vec<String> = row.cells.iter().map(|cell| quoted(&content(cell))).collect();
        out.push_str(&cells.join(","));
        out.push('\n');
        next += 1;
    }
    out
}

fn content(cell: &Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        // A line break inside a cell would move the rows below it.
        Cell::Text(text) => text.replace(['\r', '\n'], " "),
        Cell::Number(number) => number.to_string(),
        Cell::Shown(shown) => shown.stored.to_string(),
        Cell::Day(day) | Cell::Month(day) => day.to_string(),
        Cell::Moment(moment) => moment.to_string(),
        Cell::Fault(Fault::Error(text) | Fault::NoDate(text) | Fault::Unclear(text)) => {
            format!("?{text}")
        }
        Cell::Fault(Fault::NotComputed) => "?".into(),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    // Writing to a String cannot fail.
    let _ = match text.contains([',', '"', ';', '\t']) {
        true => write!(quoted, "\"{}\"", text.replace('"', "\"\"")),
        false => write!(quoted, "{text}"),
    };
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_keeps_its_rows_and_columns() {
        let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>参数</t></is></c><c r="B1" t="inlineStr"><is><t>地址, 十进制</t></is></c></row>
            <row r="3"><c r="B3"><v>40001</v></c><c r="D3"><v>0.01</v></c></row>"#;
        let bytes = book::test_files::xlsx_rows(rows);
        let text = text_of_workbook(&bytes).unwrap();
        assert_eq!(text, "参数,\"地址, 十进制\"\n\n,40001,,0.01\n");
        assert!(text_of_workbook(b"PK\x03\x04 and nothing").is_err());
    }
}
