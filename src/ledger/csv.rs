//! Ledger rows from a CSV file, as a clerk's spreadsheet saves it. Pure: text in, rows and problems out.
//!
//! Every problem is named at once; rows without one go on, the others are left out.

use jiff::Timestamp;

use super::NewEntry;
use super::row::RowReader;
use crate::core::Problem;
use crate::support::nearest;
use crate::water::Township;

/// Columns, in the order in which the documentation names them.
pub const COLUMNS: [&str; 13] = [
    "code",
    "value",
    "unit",
    "from",
    "to",
    "village",
    "crop",
    "work",
    "document",
    "entered_by",
    "entered_at",
    "reason",
    "supersedes",
];

/// Columns that may be left out: nothing is lost, or the importer knows a value for them.
const OPTIONAL: [&str; 6] = [
    "village",
    "crop",
    "work",
    "entered_at",
    "reason",
    "supersedes",
];

/// Most rows of one file. A township's ledger of a year has some hundreds; this many are a wrong file, and they would
/// hold up the office's machine.
pub const ROWS_MAX: usize = 100_000;

/// Most bytes of one file: `ROWS_MAX` rows of the length that a full row of the example has, about 300 bytes.
pub const BYTES_MAX: usize = ROWS_MAX * 300;

/// Most problems that are listed. Engineering judgement: whoever has more looks for one cause, not for rows.
pub const PROBLEMS_MAX: usize = 1_000;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The rows without a problem, in the file's order.
    pub rows: Vec<NewEntry>,
    /// Everything that is wrong, in the file's order. Rows are counted as a spreadsheet shows them: the header is row 1.
    pub problems: Vec<Problem>,
}

/// Reads `text` (UTF-8, with or without a byte-order mark) as ledger rows of `township`. Rows without `entered_at` get
/// `imported_at`; days of `entered_at` without an offset are not accepted, since they name no instant.
pub fn parse(text: &[u8], township: &Township, imported_at: Timestamp) -> Import {
    let mut import = Import::default();
    if text.len() > BYTES_MAX {
        let rule = format!("a ledger file has at most {BYTES_MAX} bytes");
        import.problems.push(Problem::new(
            "file",
            text.len(),
            rule,
            "split it, or check that it is the right file",
        ));
        return import;
    }
    let Ok(text) = std::str::from_utf8(text) else {
        let hint = "save it as “CSV UTF-8”, not as GBK/ANSI";
        import.problems.push(Problem::new(
            "file",
            "",
            "a ledger file is UTF-8 text",
            hint,
        ));
        return import;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            import.problems.push(Problem::new(
                "row 1",
                "",
                error.to_string(),
                "check the quotes in the first line",
            ));
            return import;
        }
    };
    check_header(&header, &mut import.problems);
    if !import.problems.is_empty() {
        return import;
    }
    for (index, record) in reader.records().enumerate() {
        // A quoted field may span lines, so the record is counted, not its line.
        let number = index + 2;
        if index >= ROWS_MAX {
            let rule = format!("a ledger file has at most {ROWS_MAX} rows");
            import.problems.push(Problem::new(
                format!("row {number}"),
                "",
                rule,
                "split the file",
            ));
            break;
        }
        match record {
            Ok(record) if record.iter().all(str::is_empty) => continue,
            Ok(record) => {
                let mut row = RowReader {
                    number,
                    header: &header,
                    record: &record,
                    problems: Vec::new(),
                };
                match row.entry(township, imported_at) {
                    Some(entry) if row.problems.is_empty() => import.rows.push(entry),
                    _ => import.problems.append(&mut row.problems),
                }
            }
            Err(error) => {
                let path = format!("row {number}");
                import.problems.push(Problem::new(
                    path,
                    "",
                    error.to_string(),
                    "check the quotes and commas of this row",
                ));
            }
        }
        if import.problems.len() >= PROBLEMS_MAX {
            let rule =
                format!("at most {PROBLEMS_MAX} problems are listed, what follows was not read");
            import.problems.push(Problem::new(
                format!("row {number}"),
                "",
                rule,
                "mend these and import again",
            ));
            break;
        }
    }
    import
}

fn check_header(header: &csv::StringRecord, problems: &mut Vec<Problem>) {
    for (index, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name) {
            let hint = match nearest(name, COLUMNS) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the columns are {}", COLUMNS.join(",")),
            };
            problems.push(Problem::new(
                "row 1",
                name,
                "this is no column of the ledger",
                hint,
            ));
        } else if header.iter().take(index).any(|before| before == name) {
            problems.push(Problem::new(
                "row 1",
                name,
                "each column stands once",
                "remove one of the two",
            ));
        }
    }
    for column in COLUMNS
        .into_iter()
        .filter(|column| !OPTIONAL.contains(column))
    {
        if !header.iter().any(|name| name == column) {
            let hint = format!("add the column {column} to the first line");
            problems.push(Problem::new(
                "row 1",
                "",
                format!("the column {column} is missing"),
                hint,
            ));
        }
    }
}

#[cfg(test)]
#[path = "csv_tests.rs"]
mod tests;
