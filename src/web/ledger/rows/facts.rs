//! What passes between the pages of rows and the hub: what is asked for, and rows with their effect on figures.

use jiff::civil::Date;
use serde::Serialize;

use crate::account::EntryCode;
use crate::locales::{Text, page_rows as words};

/// Rows on a page of the list.
pub const PAGE_ROWS: usize = 50;

/// Whoever does something.
#[derive(Debug, Clone, PartialEq)]
pub struct Clerk {
    pub id: String,
    /// Office and name, as the ledger writes them.
    pub name: String,
}

/// How things stand with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    Counts,
    /// For its second person.
    Waits,
    Superseded,
    /// It is the withdrawal of another.
    Withdrawn,
}

impl RowState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Counts, Self::Waits, Self::Superseded, Self::Withdrawn];

    /// As a query has it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Waits => "waits",
            Self::Superseded => "superseded",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn name(self) -> Text {
        match self {
            Self::Counts => words::counts(),
            Self::Waits => words::waits(),
            Self::Superseded => words::superseded(),
            Self::Withdrawn => words::withdrawn(),
        }
    }

    /// The class of its pill.
    fn pill(self) -> &'static str {
        match self {
            Self::Counts => "normal",
            Self::Waits => "warn",
            Self::Superseded | Self::Withdrawn => "none",
        }
    }
}

impl Serialize for RowState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.pill(), self.name(), self.id()).serialize(serializer)
    }
}

/// Which rows are listed. Without a state it is those that count and those that wait.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowFilter {
    pub item: Option<EntryCode>,
    /// Its id.
    pub village: Option<String>,
    /// Rows of these days or of a part of them.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// A part of the name of who entered or reviewed it.
    pub person: String,
    pub state: Option<RowState>,
    /// From 1.
    pub page: usize,
}

/// The fields of a row as they came.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RowForm {
    pub item: String,
    pub value: String,
    pub unit: String,
    pub from: String,
    pub to: String,
    pub village: String,
    pub crop: String,
    pub work: String,
    pub document: String,
    pub reason: String,
}

/// What is to be done with the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowDeed {
    Enter,
    /// The row of this number.
    Correct(i64),
    Withdraw(i64),
}

/// What is asked of the hub.
#[derive(Debug, Clone, PartialEq)]
pub enum RowsAsked {
    List(RowFilter),
    Row(i64),
    /// What a form has to choose from, of the item that `form` names.
    Form {
        deed: RowDeed,
        form: RowForm,
    },
    Check {
        by: Clerk,
        deed: RowDeed,
        form: RowForm,
    },
    /// To enter what was checked, if its check still has this digest.
    Save {
        by: Clerk,
        deed: RowDeed,
        form: RowForm,
        digest: String,
    },
    /// The rows that wait; with whoever asks where she may review.
    Queue(Option<Clerk>),
    Review {
        by: Clerk,
        rows: Vec<i64>,
    },
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum RowsAnswer {
    List(Box<RowList>),
    Row(Box<RowHistory>),
    NoRow,
    Form(Box<FormFacts>),
    Checked(Box<Checked>),
    Saved(Saved),
    /// Somebody else has taken the row's place meanwhile.
    Overtaken(Box<Overtaken>),
    Queue(Box<Queue>),
    /// Those that are reviewed now: others may have been reviewed before.
    Reviewed(Vec<i64>),
    /// Nothing was done.
    Refused(Text),
    /// Too much is being worked out.
    Busy,
}

/// A row as it is shown.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RowLine {
    /// 0 before it is entered.
    pub id: i64,
    pub item: Text,
    pub value: String,
    pub unit: Text,
    pub from: String,
    pub to: String,
    /// Village, crop and work, as far as it has them.
    pub of: Vec<String>,
    pub document: String,
    pub entered_by: String,
    pub at: Text,
    pub reviewed_by: Option<String>,
    /// The row that it supersedes, and why.
    pub supersedes: Option<i64>,
    pub reason: String,
    pub withdrawn: bool,
    /// The row that supersedes it.
    pub superseded_by: Option<i64>,
    /// `None` before it is entered.
    pub state: Option<RowState>,
}

/// A page of rows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RowList {
    pub rows: Vec<RowLine>,
    pub in_all: usize,
    /// The page that it is, and how many there are.
    pub page: usize,
    pub pages: usize,
    /// How many rows wait for a review.
    pub waiting: usize,
    /// Parts of the filter that do not fit this ledger.
    pub notes: Vec<Text>,
    pub villages: Vec<(String, String)>,
}

/// A row with those that it corrects and those that correct it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RowHistory {
    pub id: i64,
    /// The first one first.
    pub rows: Vec<RowLine>,
    /// The one that can be corrected: the last.
    pub last: i64,
    pub last_withdrawn: bool,
    /// Figures in which the row that counts is counted, with what they are; `None` where none of them counts.
    pub figures: Option<Vec<(Text, Text)>>,
    /// Why it cannot be said in which figures it counts.
    pub unknown: Option<Text>,
}

/// What a form has to choose from.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormFacts {
    /// As it is filled in.
    pub form: RowForm,
    /// `None` where the form names none, or none that there is.
    pub item: Option<ItemFacts>,
    /// Id and name of items that may have been meant.
    pub near: Vec<(&'static str, Text)>,
    pub villages: Vec<(String, String)>,
    pub crops: Vec<(String, String)>,
    /// What may stand in the field of the work, with what it is called.
    pub works: Vec<(String, Text)>,
    /// The row that is to be corrected or withdrawn.
    pub old: Option<RowLine>,
    pub faults: Vec<FieldFault>,
    /// Rows because of which it is not entered.
    pub instead: Vec<RowLine>,
}

/// What is to be known of an item before a row of it is entered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ItemFacts {
    pub id: &'static str,
    pub name: Text,
    /// How its rows count.
    pub counting: Text,
    /// As a form has them, and as they are read; the ledger's own first.
    pub units: Vec<(String, Text)>,
    /// Which of village, crop and work it has; of each whether it has to have it.
    pub village: Option<bool>,
    pub crop: Option<bool>,
    pub work: Option<bool>,
    /// The work is a meter, one of those that there are.
    pub meter: bool,
}

/// Something wrong with a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldFault {
    pub field: &'static str,
    pub words: Text,
}

/// A row that would be entered, with all that it would change.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Checked {
    pub row: RowLine,
    /// The row that it corrects or withdraws.
    pub old: Option<RowLine>,
    /// What was read otherwise than it was typed, and what is worth a second look.
    pub said: Vec<Text>,
    pub doubts: Vec<Text>,
    /// Rows that are much like it.
    pub alike: Vec<RowLine>,
    pub effect: Effect,
    /// It waits for a second person then.
    pub waits: bool,
    /// It was to be entered, and its check has changed meanwhile.
    pub changed: bool,
    pub digest: String,
    pub form: RowForm,
}

/// What rows would change in the report.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Effect {
    pub figures: Vec<FigureChange>,
    /// Findings of the check of figures that it would raise, and those that it would end.
    pub raised: Vec<Text>,
    pub ended: Vec<Text>,
    /// That there is no report yet, that its days change, or that the row is of other days.
    pub notes: Vec<Text>,
}

impl Effect {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A figure without the rows and with them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FigureChange {
    pub name: Text,
    pub before: Text,
    pub after: Text,
}

/// A row that was entered.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    pub id: i64,
    /// For the record of deeds.
    pub detail: String,
}

/// Who was first.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Overtaken {
    pub old: RowLine,
    /// The row that stands in its place.
    pub new: RowLine,
    /// The last of the chain: the one that can be corrected.
    pub last: i64,
}

/// The rows that wait for a review.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Queue {
    pub two_person: bool,
    /// Those first that she may review; of each kind the oldest first.
    pub rows: Vec<QueueRow>,
    pub in_all: usize,
    /// What all that she may review would change, those that are not shown too; empty where she may none.
    pub all: Effect,
    /// Who may review; empty where nobody may.
    pub reviewers: Text,
}

/// A row that waits.
#[derive(Debug, Clone, Default, Serialize)]
pub struct QueueRow {
    pub row: RowLine,
    /// What it takes back or corrects.
    pub old: Option<RowLine>,
    pub may: bool,
    /// Why not.
    pub why: Option<Text>,
    /// `None` where there was no time to work it out, and for whoever may not review.
    pub effect: Option<Effect>,
}
