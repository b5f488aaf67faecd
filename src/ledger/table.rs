//! A table as it is in the file, before its cells are interpreted.

use crate::core::Problem;

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
    pub fn rule_and_hint(&self) -> (String, &'static str) {
        match self {
            Self::Error(error) => {
                (format!("the formula gives {error}"), "correct the formula, or type the value")
            }
            Self::NotComputed => (
                "the formula has no stored result".into(),
                "open the file in Excel or WPS and save it again, or type the value",
            ),
            Self::Covered(cells) => (
                format!("is covered by the merged cells {cells}"),
                "split the merged cells and fill in each of them",
            ),
            Self::NoDate => (
                "has a date or time format but is not a day".into(),
                "format it as a date and type the day again",
            ),
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

pub(super) fn refused(
    value: impl std::fmt::Display,
    rule: impl Into<String>,
    hint: &str,
) -> Problem {
    Problem::new("file", value, rule, hint)
}

/// The problem of a file with more than [`BYTES_MAX`] bytes.
pub(super) fn too_large(bytes: &[u8]) -> Option<Problem> {
    let rule = format!("a ledger file has at most {BYTES_MAX} bytes");
    let hint = "split it, or check that it is the right file";
    (bytes.len() > BYTES_MAX).then(|| refused(bytes.len(), rule, hint))
}

/// The problem of a file with more than [`ROWS_MAX`] rows, at `row`.
pub(super) fn too_many_rows(row: usize) -> Problem {
    let rule = format!("a ledger file has at most {ROWS_MAX} rows");
    Problem::new(format!("row {row}"), "", rule, "split the file")
}
