//! What passes between the page and the hub: a file with the clerk's answers, and what was understood of it.

use jiff::civil::Date;
use serde::Serialize;

use crate::locales::{Lang, Text};

/// Largest file, bytes; the hub holds it to what the ledger takes.
pub const FILE_MAX: usize = 30_000_000;

/// How long a file waits to be confirmed, min. Engineering judgement: long enough to ask a colleague.
pub const WAIT_MINUTES: u64 = 15;

/// Whoever hands in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Uploader {
    pub id: String,
    /// Office and name, as the ledger writes them.
    pub name: String,
    /// What her session alone knows: a file that waits is hers in this session only.
    pub session: String,
    /// The language in which places of the file are told.
    pub lang: Lang,
}

/// What she says beside the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UploadAnswers {
    pub sheets: Vec<String>,
    pub year: Option<i16>,
    pub days: Option<(Date, Date)>,
    pub document: Option<String>,
    /// Words of the file and what they mean; `-` leaves a column out.
    pub meanings: Vec<(String, String)>,
    pub equal_rows: Option<SameRows>,
}

/// What rows are that are equal in everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameRows {
    One,
    Each,
}

/// What is asked of the hub.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadAsked {
    /// What is understood of a file: of a new one with its name, or of the one that waits under `ticket`.
    Understand {
        by: Uploader,
        file: Option<(String, Vec<u8>)>,
        ticket: String,
        answers: UploadAnswers,
    },
    /// To enter the rows of the file that waits under `ticket`, if they are still what was shown.
    Enter { by: Uploader, ticket: String },
}

impl UploadAsked {
    /// Who asks.
    pub fn by(&self) -> &Uploader {
        match self {
            Self::Understand { by, .. } | Self::Enter { by, .. } => by,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Uploaded {
    Understood(Box<WaitingFile>),
    Entered(Entered),
    /// No file waits under this ticket in this session.
    Gone,
    /// Too many files are worked on.
    Busy,
}

/// Rows that were entered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entered {
    pub file: String,
    pub new: usize,
    /// Rows that the ledger had already.
    pub there: usize,
    /// Numbers of the first and the last new row.
    pub numbers: Option<(i64, i64)>,
    /// They wait for a second person.
    pub unreviewed: bool,
}

/// A file that waits to be confirmed, with what was understood of it. Long lists are cut; the counts are of all.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WaitingFile {
    pub ticket: String,
    pub file: String,
    /// It was to be entered, and what is understood is no longer what was shown.
    pub changed: bool,
    pub sheets: Vec<SheetShown>,
    pub not_read: Vec<(String, Text)>,
    pub problems: Vec<ProblemShown>,
    pub problems_in_all: usize,
    /// Rows to be entered, and rows that the ledger has already.
    pub new: usize,
    pub there: usize,
    pub sums: Vec<ItemSum>,
    /// Who else the file names as whoever entered rows that would be entered under the name of who hands it in.
    pub others: Option<Text>,
    pub others_rows: usize,
}

/// What was understood of a sheet.
#[derive(Debug, Clone, Serialize)]
pub struct SheetShown {
    /// `None` for a text file.
    pub name: Option<String>,
    pub layout: Text,
    /// Numbers of the rows with the heads.
    pub head: Text,
    pub columns: Vec<ColumnShown>,
    pub columns_in_all: usize,
    pub gathered: Vec<Text>,
    pub rows: Vec<RowShown>,
    pub rows_in_all: usize,
    /// Place in the file, and what was read otherwise than it is written.
    pub otherwise: Vec<Text>,
    pub otherwise_in_all: usize,
    pub left_out: Vec<(usize, String, Text)>,
    pub left_out_in_all: usize,
}

/// A column and what it was taken for.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnShown {
    pub place: String,
    pub head: String,
    /// `None` where it was left out.
    pub meaning: Option<Text>,
}

/// A row of the ledger that was read.
#[derive(Debug, Clone, Serialize)]
pub struct RowShown {
    /// Where it stands in the file: `7`, or `C7`.
    pub place: String,
    pub item: Text,
    pub value: String,
    pub unit: Text,
    pub from: String,
    pub to: String,
    /// Village, crop and work, as far as it has them.
    pub of: Vec<String>,
    pub document: String,
    /// The number of the row that the ledger has already.
    pub there: Option<i64>,
}

/// What the new rows of an item come to.
#[derive(Debug, Clone, Serialize)]
pub struct ItemSum {
    pub item: Text,
    pub rows: usize,
    pub sum: String,
    pub unit: Text,
}

/// Something that is wrong with the file, and the way out.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemShown {
    pub place: String,
    pub value: String,
    pub rule: Text,
    pub hint: Text,
}
