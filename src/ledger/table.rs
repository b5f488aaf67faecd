//! A table as a file holds it, before anything is made of it.

use crate::core::Problem;

/// Most rows of one file. A township's ledger of a year has some hundreds; this many are a wrong file, and they would
/// hold up the office's machine.
pub const ROWS_MAX: usize = 100_000;

/// Most bytes of one file: `ROWS_MAX` rows of the length that a full row of the example has, about 300 bytes.
pub const BYTES_MAX: usize = ROWS_MAX * 300;

/// A row with its number as a spreadsheet shows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub number: usize,
    /// The cells as text; one that holds an error is named instead.
    pub cells: Vec<Result<String, String>>,
}

/// A table: its head and its rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// The head.
    pub head: Vec<String>,
    /// Its row number.
    pub head_row: usize,
    /// Whether columns have letters, as in a workbook.
    pub lettered: bool,
    /// The rows below the head that are not empty.
    pub lines: Vec<Line>,
    /// What could not be read; the rows around it are there.
    pub problems: Vec<Problem>,
}

/// Why a whole file is no ledger.
pub(super) fn refused(value: impl std::fmt::Display, rule: &str, hint: &str) -> Problem {
    Problem::new("file", value, rule, hint)
}
