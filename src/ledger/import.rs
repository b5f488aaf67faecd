//! Reads ledger rows from the office's table, CSV or workbook. Pure: bytes in, rows and problems out.
//!
//! All problems are reported at once. Rows without a problem are returned, the others are left out.

use jiff::Timestamp;

use super::columns::{COLUMNS, EXPORT_ONLY, id_of};
use super::row::RowReader;
use super::table::{Table, row_problem, too_large};
use super::{csv, units, workbook};
use crate::account::Entry;
use crate::core::{Problem, nearest};
use crate::locales::{Text, ledger as words};
use crate::water::Township;

/// An office's own row count, which is skipped.
const COUNT: &str = "序号";

/// Most problems in one report. Engineering judgement: with more than that the cause is the file, not its rows.
const PROBLEMS_MAX: usize = 1_000;

/// The contents of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The rows without a problem, in the order of the file. Their `id` is that of the exporting ledger, or 0.
    pub rows: Vec<Entry>,
    /// The row number in the file of each of `rows`.
    pub numbers: Vec<usize>,
    /// Values that were converted to the ledger's unit, one line each with the place.
    pub conversions: Vec<Text>,
    /// Problems of the file, then those of its rows. Rows are counted as a spreadsheet shows them: the first is row 1.
    pub problems: Vec<Problem>,
}

/// Reads a file, CSV in UTF-8 or .xlsx, as ledger rows of `township`. `sheet` selects a sheet of a workbook; the
/// default is the first with the ledger's columns. Rows without `entered_at` get `imported_at`. Times without an offset
/// are in the township's zone.
pub fn import(
    bytes: &[u8],
    sheet: Option<&str>,
    township: &Township,
    imported_at: Timestamp,
) -> Import {
    let read = match too_large(bytes) {
        Some(problem) => Err(problem),
        None if workbook::is_workbook(bytes) => workbook::read(bytes, sheet),
        None => csv::read(bytes),
    };
    match read {
        Ok(table) => rows(table, township, imported_at),
        Err(problem) => Import { problems: vec![problem], ..Import::default() },
    }
}

/// The unit in the head of the values, as in 数值（万元）.
fn head_unit<'a>(head: &'a [String], columns: &[&str]) -> Option<&'a str> {
    let value = columns.iter().position(|id| *id == "value")?;
    let (_, bracketed) = head.get(value)?.split_once(['(', '（'])?;
    let unit = bracketed.trim().trim_end_matches([')', '）']).trim();
    units::is_known(unit).then_some(unit)
}

fn rows(table: Table, township: &Township, imported_at: Timestamp) -> Import {
    let mut import = Import::default();
    let columns = columns(&table, &mut import.problems);
    if !import.problems.is_empty() {
        return import;
    }
    import.problems = table.problems;
    let head_unit = head_unit(&table.head, &columns);
    for line in &table.lines {
        let mut row = RowReader::new(line, &columns, table.lettered, head_unit);
        match row.entry(township, imported_at) {
            Some(entry) if row.problems.is_empty() => {
                import.conversions.extend(row.conversion);
                import.rows.push(entry);
                import.numbers.push(line.number);
            }
            _ => import.problems.append(&mut row.problems),
        }
        if import.problems.len() >= PROBLEMS_MAX {
            let rule = words::too_many_problems(PROBLEMS_MAX);
            let hint = words::correct_and_import_again();
            import.problems.push(row_problem(line.number, rule, hint));
            break;
        }
    }
    import
}

/// The column ids of the head in its order, empty for columns to skip.
fn columns(table: &Table, problems: &mut Vec<Problem>) -> Vec<&'static str> {
    let path = String::from(words::place_row(table.head_row));
    let mut add = |name: &str, rule, hint| problems.push(Problem::new(&path, name, rule, hint));
    let mut columns = Vec::new();
    for name in &table.head {
        let export_only = EXPORT_ONLY.iter().find(|c| name == c.id || name == c.names[0]);
        let skipped = export_only.is_some() || name.is_empty() || name == COUNT;
        let row = export_only.map(|c| c.id).filter(|id| *id == "row");
        match id_of(name).or(row) {
            Some(id) if columns.contains(&id) => {
                add(name, words::column_twice(), words::remove_one());
            }
            Some(id) => columns.push(id),
            None if skipped => columns.push(""),
            None => {
                add(name, words::no_such_column(), columns_near(name));
                columns.push("");
            }
        }
    }
    for column in COLUMNS.iter().filter(|c| !c.optional && !columns.contains(&c.id)) {
        let name = (column.name)();
        add("", words::column_missing(&name), words::add_column(&name));
    }
    columns
}

/// What may have been meant by the head `name`, which is none of the ledger's.
fn columns_near(name: &str) -> Text {
    let heads = COLUMNS.iter().flat_map(|column| std::iter::once(&column.id).chain(column.names));
    // Of one character, any other is near.
    let heads = heads.copied().filter(|head| head.chars().nth(1).is_some());
    match nearest(name, heads) {
        Some(near) => words::did_you_mean(near),
        None => words::columns_are(Text::list(COLUMNS.iter().map(|column| (column.name)()))),
    }
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
