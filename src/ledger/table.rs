//! A table as it is in the file, before its cells are interpreted.

use crate::core::Problem;
use crate::locales::{Text, ledger as words};

/// Most rows of one file. The ledger of a township has some hundreds per year; a file with this many is the wrong one
/// and would block the office's computer.
pub const ROWS_MAX: usize = 100_000;

/// Most bytes of one file: `ROWS_MAX` rows of about 300 bytes, the length of a full row in the example.
pub const BYTES_MAX: usize = ROWS_MAX * 300;

/// Why a cell of a workbook has no usable value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The formula gives an error, such as `#REF!`.
    Error(String),
    /// The program that wrote the file did not store the result of the formula.
    NotComputed,
    /// A merged cell covers it, such as `B5:B8`.
    Covered(String),
    /// It has a date or time format but no day.
    NoDate,
}

impl Fault {
    /// The rule that it breaks, and the way out.
    pub fn rule_and_hint(&self) -> (Text, Text) {
        match self {
            Self::Error(error) => (words::formula_error(error), words::correct_formula()),
            Self::NotComputed => (words::formula_without_result(), words::compute_and_save()),
            Self::Covered(cells) => (words::covered(cells), words::split_cells()),
            Self::NoDate => (words::no_day_in_date(), words::format_as_date()),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Its number as a spreadsheet shows it.
    pub number: usize,
    pub cells: Vec<Result<String, Fault>>,
}

/// A table with its head.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub head: Vec<String>,
    /// The row number of the head.
    pub head_row: usize,
    /// Whether columns have letters, as in a workbook.
    pub lettered: bool,
    /// The rows below the head that are not empty.
    pub lines: Vec<Line>,
    /// Rows that could not be read.
    pub problems: Vec<Problem>,
}

/// The letters of a column, from 0: A, B, … AA.
pub(super) fn letters(mut index: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'A' + (index % 26) as u8));
        index /= 26;
        if index == 0 {
            return text;
        }
        index -= 1;
    }
}

pub(super) fn refused(value: impl std::fmt::Display, rule: Text, hint: Text) -> Problem {
    Problem::new(words::place_file(), value, rule, hint)
}

/// A problem of a whole row.
pub(super) fn row_problem(row: usize, rule: Text, hint: Text) -> Problem {
    Problem::new(words::place_row(row), "", rule, hint)
}

/// The problem of a file with more than [`BYTES_MAX`] bytes.
pub(super) fn too_large(bytes: &[u8]) -> Option<Problem> {
    let rule = words::too_many_bytes(BYTES_MAX);
    (bytes.len() > BYTES_MAX).then(|| refused(bytes.len(), rule, words::split_or_check()))
}

/// The problem of a file with more than [`ROWS_MAX`] rows, at `row`.
pub(super) fn too_many_rows(row: usize) -> Problem {
    row_problem(row, words::too_many_rows(ROWS_MAX), words::split_file())
}
