//! A table from a CSV file, as a clerk's spreadsheet saves it.

use super::table::{Line, ROWS_MAX, Table, refused};
use crate::core::Problem;

/// Reads `text` (UTF-8, with or without a byte-order mark).
pub(super) fn read(text: &[u8]) -> Result<Table, Problem> {
    let Ok(text) = std::str::from_utf8(text) else {
        let hint = "save it as “CSV UTF-8”, not as GBK/ANSI, or hand in the workbook itself";
        return Err(refused("", "a ledger file is UTF-8 text", hint));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| {
        let hint = "check the quotes in the first line";
        Problem::new("row 1", "", error.to_string(), hint)
    })?;
    let mut table = Table {
        head: head.iter().map(str::to_owned).collect(),
        head_row: 1,
        lettered: false,
        lines: Vec::new(),
        problems: Vec::new(),
    };
    for (index, record) in reader.records().enumerate() {
        // A quoted field may span lines, so the record is counted, not its line.
        let number = index + 2;
        let path = format!("row {number}");
        if index >= ROWS_MAX {
            let rule = format!("a ledger file has at most {ROWS_MAX} rows");
            table.problems.push(Problem::new(path, "", rule, "split the file"));
            break;
        }
        match record {
            Ok(record) if record.iter().all(str::is_empty) => {}
            Ok(record) if record.len() != table.head.len() => {
                let rule =
                    format!("the row has {} fields, the header {}", record.len(), table.head.len());
                let hint = "put fields that hold a comma into double quotes";
                table.problems.push(Problem::new(path, "", rule, hint));
            }
            Ok(record) => table.lines.push(Line {
                number,
                cells: record.iter().map(|cell| Ok(cell.to_owned())).collect(),
            }),
            Err(error) => {
                let hint = "check the quotes of this row";
                table.problems.push(Problem::new(path, "", error.to_string(), hint));
            }
        }
    }
    Ok(table)
}
