//! What was understood of a file, for whoever confirms it.

use jiff::civil::Date;

use crate::account::Entry;
use crate::core::Problem;
use crate::locales::Text;

/// What the clerk says of a file beside the file itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// Sheets to read; empty for the one that has the ledger's columns.
    pub sheets: Vec<String>,
    /// The year of days that are written without one.
    pub year: Option<i16>,
    /// The days of rows where the file names none.
    pub days: Option<(Date, Date)>,
    /// The paper that rows come from, where the file has no column for it.
    pub document: Option<String>,
    /// Who enters the rows, where the file has no column for it.
    pub by: Option<String>,
    /// What words of the file mean, such as 投入设备 = 未装表抗旱设备: heads, items, villages, crops, units. `-` leaves a
    /// column out.
    pub meanings: Vec<(String, String)>,
    /// What equal rows of the file are.
    pub equal_rows: Option<EqualRows>,
}

/// What rows are that are equal in everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EqualRows {
    /// The same slip written twice: one row.
    One,
    /// Two slips: each is a row.
    Each,
}

/// What was understood of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Understanding {
    pub sheets: Vec<SheetRead>,
    /// Sheets that were not read, each with the reason.
    pub not_read: Vec<(String, Text)>,
    /// What is wrong with the file as a whole; problems of a sheet are there.
    pub problems: Vec<Problem>,
}

/// How a table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A row for each entry.
    List,
    /// A row for each village, a column for each item.
    Matrix,
    /// A row for each item, a column for each village.
    MatrixOfItems,
}

/// What was understood of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetRead {
    /// `None` for a text file.
    pub name: Option<String>,
    pub layout: Layout,
    /// Numbers of the rows with the heads.
    pub head: Vec<usize>,
    pub columns: Vec<ColumnRead>,
    /// What the lines above and below the table gave: year, day, paper, person, unit; each with its place.
    pub gathered: Vec<Text>,
    /// In the order of the file.
    pub rows: Vec<RowRead>,
    pub left_out: Vec<LeftOut>,
    pub problems: Vec<Problem>,
}

/// What a column was taken for.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnRead {
    /// Its letters; in a text file its number, from 1.
    pub place: String,
    /// As the file has it; of two levels both.
    pub head: String,
    /// `None` where it was left out.
    pub meaning: Option<Text>,
}

/// A row of the ledger that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct RowRead {
    pub entry: Entry,
    /// The number of its row in the file.
    pub number: usize,
    /// The letters of its column where a row of the file makes several entries.
    pub column: Option<String>,
    /// What was not taken as it is written: near names, units, dates, values as shown.
    pub read_as: Vec<Text>,
}

/// A row of the file that was left out.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    pub number: usize,
    /// How it begins.
    pub text: String,
    pub why: Text,
}

impl Understanding {
    /// All problems, in the order of the file.
    pub fn all_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().chain(self.sheets.iter().flat_map(|sheet| &sheet.problems))
    }

    /// All rows, in the order of the file.
    pub fn rows(&self) -> impl Iterator<Item = &RowRead> {
        self.sheets.iter().flat_map(|sheet| &sheet.rows)
    }
}
