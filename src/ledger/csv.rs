//! Reads a table from a CSV file, as a clerk's spreadsheet saves it.

use super::table::{Line, ROWS_MAX, Table, refused, row_problem, too_many_rows};
use crate::core::{Problem, RowNumbers};
use crate::locales::{foreign, ledger as words};

/// Reads `text`, which is UTF-8 with or without a byte-order mark.
pub(super) fn read(text: &[u8]) -> Result<Table, Problem> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Err(refused("", words::not_utf8(), words::save_as_utf8()));
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| {
        row_problem(1, words::csv_unreadable(foreign::csv(&error)), words::check_quotes_of_head())
    })?;
    let mut numbers = RowNumbers::new(text);
    let mut table = Table {
        head: head.iter().map(str::to_owned).collect(),
        head_row: numbers.next(head.position().map(csv::Position::byte)),
        lettered: false,
        lines: Vec::new(),
        problems: Vec::new(),
    };
    for (index, record) in reader.records().enumerate() {
        let begin = match &record {
            Ok(record) => record.position(),
            Err(error) => error.position(),
        };
        let number = numbers.next(begin.map(csv::Position::byte));
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
            Ok(record) => {
                (words::other_fields(record.len(), table.head.len()), words::quote_commas())
            }
            Err(error) => (words::csv_unreadable(foreign::csv(&error)), words::check_quotes()),
        };
        table.problems.push(row_problem(number, rule, hint));
    }
    Ok(table)
}
