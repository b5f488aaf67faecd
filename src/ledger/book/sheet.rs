//! A file as the clerk sees it in her spreadsheet: sheets, rows, and cells with what they show.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use crate::core::Problem;

/// Most rows of one file: 100,000 entries, with room for title, head and footer. The ledger of a township has some
/// hundreds per year; a file with more is the wrong one and would block the office's computer.
pub const ROWS_MAX: usize = 100_100;

/// Most bytes of one file: 100,000 rows of about 300 bytes, the length of a full row in the example.
pub const BYTES_MAX: usize = 30_000_000;

/// Columns that are read. The ledger has 16, and a table of villages and items has some dozens. Engineering judgement.
pub const COLUMNS_MAX: usize = 128;

/// Cells that all sheets of a file may take together, with the empty ones before the last filled one of a row: what
/// `ROWS_MAX` rows of the ledger's 16 columns take, and half as many again.
pub const CELLS_MAX: usize = 2_400_000;

/// Characters of a cell that are kept: one more than a cell may have, so that a longer one is told.
pub const CHARACTERS_KEPT: usize = 501;

/// A file with its sheets, in their order.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ledger) struct Book {
    pub sheets: Vec<Sheet>,
    /// Whether cells have addresses such as B5, as in a workbook.
    pub lettered: bool,
}

/// A sheet, or the one table of a text file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::ledger) struct Sheet {
    /// Empty for a text file.
    pub name: String,
    pub hidden: bool,
    /// The rows that hold anything, by number.
    pub rows: Vec<Row>,
    /// Columns that are not shown, from 0.
    pub hidden_columns: BTreeSet<usize>,
    pub merged: Vec<Merged>,
    /// Rows that could not be read.
    pub problems: Vec<Problem>,
    /// Of a text file, the number of each record's row and of its fields, empty ones at its end included.
    pub fields: Vec<(usize, usize)>,
}

impl Sheet {
    /// The fields of a row in a text file; `None` in a workbook.
    pub fn fields_of(&self, number: usize) -> Option<usize> {
        let at = self.fields.binary_search_by_key(&number, |(row, _)| *row).ok()?;
        self.fields.get(at).map(|(_, fields)| *fields)
    }
}

/// A row that holds anything.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::ledger) struct Row {
    /// Its number as the spreadsheet, or a text editor, shows it: from 1.
    pub number: usize,
    /// Whether it is hidden or filtered out.
    pub hidden: bool,
    /// Whether what a cell of it holds is struck through.
    pub struck: bool,
    /// Its cells from the first column up to the last that holds anything, at most [`COLUMNS_MAX`].
    pub cells: Vec<Cell>,
}

/// Cells that are one: only the top left one holds anything, the others are [`Cell::Empty`]. Rows as
/// [`Row::number`], columns from 0; all included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ledger) struct Merged {
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

/// What a cell shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::ledger) enum Cell {
    #[default]
    Empty,
    /// Text without the blanks around it, of at most [`CHARACTERS_KEPT`] characters.
    Text(String),
    /// A number that is shown as it is stored.
    Number(f64),
    /// A number that its format shows otherwise.
    Shown(Box<Shown>),
    /// A day, or a time of midnight.
    Day(Date),
    /// A day with a time.
    Moment(DateTime),
    /// A day of which only the month is shown: the whole month, from its first day.
    Month(Date),
    Fault(Fault),
}

/// A number that its format shows otherwise than it is stored: rounded, in percent, with words behind it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ledger) struct Shown {
    /// The number in the sheet, as it is shown: 86 for 0.86 shown as 86%, 1.2 for 1.2 shown as 1.2万元, 12000 for 12000
    /// shown as 1.2万 by a format that divides.
    pub value: f64,
    pub stored: f64,
    /// What stands behind it, such as `%`, `万元` or `亩`; empty for nothing. Where the format divides, 万 is not in
    /// it.
    pub unit: String,
    /// All of it, as it is shown: `1.2万元`.
    pub text: String,
}

/// Why a cell of a workbook has no usable value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ledger) enum Fault {
    /// The formula gives an error, such as `#REF!`.
    Error(String),
    /// The program that wrote the file did not store the result of the formula.
    NotComputed,
    /// It has a date or time format but no day; with what the cell holds.
    NoDate(String),
    /// Its format hides what it holds, or shows something that is no number.
    Unclear(String),
}
