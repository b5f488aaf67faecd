//! Reads a table from a CSV file, as a clerk's spreadsheet saves it.

use super::table::{Line, ROWS_MAX, Table, refused, too_many_rows};
use crate::core::Problem;

/// Reads `text`, which is UTF-8 with or without a byte-order mark.
pub(super) fn read(text: &[u8]) -> Result<Table, Problem> {
    let Ok(text) = std::str::from_utf8(text) else {
        let hint = "save it as “CSV UTF-8”, not as GBK/ANSI, or import the workbook itself";
        return Err(refused("", "a ledger file must be UTF-8 text", hint));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| {
        Problem::new("row 1", "", error.to_string(), "check the quotes in the first line")
    })?;
    let mut table = Table {
        head: head.iter().map(str::to_owned).collect(),
        head_row: 1,
        lettered: false,
        lines: Vec::new(),
        problems: Vec::new(),
    };
    for (index, record) in reader.records().enumerate() {
        // A quoted field may span several lines, so records are counted, not lines.
        let number = index + 2;
        if index >= ROWS_MAX {
            table.problems.push(too_many_rows(number));
            break;
        }
        let (rule, hint) = match record {
            Ok(record) if record.iter().all(str::is_empty) => continue,
            Ok(record) if record.len() == table.head.len() => {
                let cells = record.iter().map(|cell| Ok(cell.to_owned())).collect();
                table.lines.push(Line { number, cells });
                continue;
            }
            Ok(record) => (
                format!("the row has {} fields, the header {}", record.len(), table.head.len()),
                "put fields that hold a comma into double quotes",
            ),
            Err(error) => (error.to_string(), "check the quotes of this row"),
        };
        table.problems.push(Problem::new(format!("row {number}"), "", rule, hint));
    }
    Ok(table)
}
