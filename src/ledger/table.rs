//! A table as a file holds it, before anything is made of it.

use crate::core::Problem;

/// Most rows of one file. A township's ledger of a year has some hundreds; this many are a wrong file, and they would
/// hold up the office's machine.
pub const ROWS_MAX: usize = 100_000;

/// Most bytes of one file: `ROWS_MAX` rows of the length that a full row of the example has, about 300 bytes.
pub const BYTES_MAX: usize = ROWS_MAX * 300;

/// Why a cell of a workbook has no value to go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Its formula gives an error, such as `#REF!`.
    Error(String),
    /// Its formula was never worked out by the program that wrote the file.
    NotWorkedOut,
    /// It is covered by a merged cell, `B5:B8`.
    Covered(String),
    /// It is formatted as a date or a time, and is none.
    NoDate,
}

impl Fault {
    /// The rule that it breaks.
    pub fn rule(&self) -> String {
        match self {
            Self::Error(error) => format!("the formula gives {error}"),
            Self::NotWorkedOut => "the formula has no stored result".into(),
            Self::Covered(cells) => format!("lies under the merged cells {cells}"),
            Self::NoDate => "is formatted as a date or time, and is no day".into(),
        }
    }

    /// The way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Error(_) => "mend the formula, or type the value",
            Self::NotWorkedOut => {
                "open the file in Excel or WPS and save it again, or type the value"
            }
            Self::Covered(_) => "take the merged cells apart and fill in each of them",
            Self::NoDate => "format it as a date and type the day again",
        }
    }
}

/// A row with its number as a spreadsheet shows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub number: usize,
    /// The cells as text.
    pub cells: Vec<Result<String, Fault>>,
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

/// Why a whole file is no ledger.
pub(super) fn refused(value: impl std::fmt::Display, rule: &str, hint: &str) -> Problem {
    Problem::new("file", value, rule, hint)
}
