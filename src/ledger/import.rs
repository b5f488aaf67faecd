//! Ledger rows from the office's table, CSV or workbook. Pure: bytes in, rows and problems out.
//!
//! Every problem is named at once; rows without one go on, the others are left out.

use jiff::Timestamp;

use super::row::RowReader;
use super::table::Table;
use super::{csv, units, workbook};
use crate::core::Problem;
use crate::figures::Entry;
use crate::support::nearest;
use crate::water::Township;

/// A column: its id, what offices call it, and whether it may be left out.
struct Column {
    id: &'static str,
    names: &'static [&'static str],
    optional: bool,
}

const fn column(id: &'static str, names: &'static [&'static str], optional: bool) -> Column {
    Column { id, names, optional }
}

/// The columns; optional are those where nothing is lost, or where the importer knows a value.
const ALL: [Column; 13] = [
    column("code", &["项目", "代码", "项目代码"], false),
    column("value", &["数值", "数量"], false),
    column("unit", &["单位"], false),
    column("from", &["起", "开始日期", "日期"], false),
    column("to", &["止", "结束日期"], false),
    column("village", &["村", "行政村"], true),
    column("crop", &["作物"], true),
    column("work", &["工程", "工程名称"], true),
    column("document", &["依据", "凭据"], false),
    column("entered_by", &["登记人"], false),
    column("entered_at", &["登记时间"], true),
    column("reason", &["更正原因"], true),
    column("supersedes", &["更正行号"], true),
];

/// Ids of the columns with what offices call them, in the order in which the documentation names them.
pub(super) fn columns_of_export() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().map(|column| (column.id, column.names[0]))
}

/// Columns of an export beside those: the row's number, by which an import knows rows of an export, and what it passes over.
pub(super) const BESIDE: [(&str, &str); 3] =
    [("row", "行号"), ("reviewed_by", "复核人"), ("superseded_by", "被更正为")];

/// What offices count their rows by; it says nothing.
const COUNT: &str = "序号";

/// Most problems that are listed. Engineering judgement: whoever has more looks for one cause, not for rows.
const PROBLEMS_MAX: usize = 1_000;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Import {
    /// The rows without a problem, in the file's order. Their `id` is that of the ledger which the file is an export of, else 0.
    pub rows: Vec<Entry>,
    /// Where each of `rows` stands in the file.
    pub numbers: Vec<usize>,
    /// Values whose unit was turned into the ledger's: where, from what, into what.
    pub turned: Vec<String>,
    /// Everything that is wrong: with the file, then row by row. Rows are counted as a spreadsheet shows them: the first is row 1.
    pub problems: Vec<Problem>,
}

/// Reads a file, CSV in UTF-8 or .xlsx, as ledger rows of `township`. Of a workbook it takes `sheet`, or the first sheet with the
/// ledger's columns. Rows without `entered_at` get `imported_at`; times without an offset are of the township's zone.
pub fn import(
    bytes: &[u8],
    sheet: Option<&str>,
    township: &Township,
    imported_at: Timestamp,
) -> Import {
    let read = match workbook::too_large(bytes) {
        Some(problem) => Err(problem),
        None if workbook::is_workbook(bytes) => workbook::read(bytes, sheet),
        None => csv::read(bytes),
    };
    match read {
        Ok(table) => rows(table, township, imported_at),
        Err(problem) => Import { problems: vec![problem], ..Import::default() },
    }
}

/// The id of a head's column; `None` for what is none.
fn id_of(name: &str) -> Option<&'static str> {
    // 数值（亩） is 数值: what stands in brackets explains.
    let plain = name.split(['(', '（']).next().unwrap_or(name).trim();
    let known = ALL.iter().find(|c| c.id == name || c.names.contains(&plain));
    known.map(|column| column.id)
}

/// The unit that the head of the values has in brackets, as in 数值（万元）.
fn head_unit<'a>(head: &'a [String], columns: &[&str]) -> Option<&'a str> {
    let value = columns.iter().position(|id| *id == "value")?;
    let (_, bracketed) = head.get(value)?.split_once(['(', '（'])?;
    let unit = bracketed.trim().trim_end_matches([')', '）']).trim();
    units::known(unit).then_some(unit)
}

/// Whether a row names the columns that a ledger cannot be without.
pub(super) fn names_columns(names: &[String]) -> bool {
    let ids: Vec<_> = names.iter().filter_map(|name| id_of(name)).collect();
    ["code", "value", "unit"].iter().all(|id| ids.contains(id))
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
                import.turned.extend(row.turned);
                import.rows.push(entry);
                import.numbers.push(line.number);
            }
            _ => import.problems.append(&mut row.problems),
        }
        if import.problems.len() >= PROBLEMS_MAX {
            let rule =
                format!("at most {PROBLEMS_MAX} problems are listed, what follows was not read");
            let path = format!("row {}", line.number);
            let hint = "mend these and import again";
            import.problems.push(Problem::new(path, "", rule, hint));
            break;
        }
    }
    import
}

/// The column ids of the head, in its order; empty for columns that an export has beside.
fn columns(table: &Table, problems: &mut Vec<Problem>) -> Vec<&'static str> {
    let path = format!("row {}", table.head_row);
    let mut columns = Vec::new();
    for name in &table.head {
        let beside = BESIDE.iter().find(|(id, zh)| name == id || name == zh);
        let passed_over = beside.is_some() || name.is_empty() || name == COUNT;
        let row = beside.map(|(id, _)| *id).filter(|id| *id == "row");
        match id_of(name).or(row) {
            Some(id) if columns.contains(&id) => {
                let hint = "remove one of the two";
                problems.push(Problem::new(&path, name, "each column stands once", hint));
            }
            Some(id) => columns.push(id),
            None if passed_over => columns.push(""),
            None => {
                let all = || ALL.iter().map(|c| c.id);
                let hint = match nearest(name, all()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("the columns are {}", all().collect::<Vec<_>>().join(", ")),
                };
                problems.push(Problem::new(&path, name, "this is no column of the ledger", hint));
                columns.push("");
            }
        }
    }
    for column in ALL.iter().filter(|c| !c.optional) {
        if !columns.contains(&column.id) {
            let rule = format!("the column {} is missing", column.id);
            let hint = format!("add the column {} to the first line", column.id);
            problems.push(Problem::new(&path, "", rule, hint));
        }
    }
    columns
}

#[cfg(test)]
#[path = "import_tests.rs"]
mod tests;
