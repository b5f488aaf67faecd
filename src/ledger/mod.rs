//! The ledger 台账: append-only, and its importer.
//!
//! Absent on purpose: no way to change or delete a row. A correction is a new row that supersedes another.

pub mod csv;
mod row;
mod sqlite;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::core::{CropId, VillageId};
use crate::figures::EntryCode;

pub use csv::{Import, parse};
pub use sqlite::{Imported, Ledger, LedgerError};

/// A ledger row that has no number yet: what [`crate::figures::Entry`] is, without `id`.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// What it states.
    pub code: EntryCode,
    /// The number, in the code's unit; finite, not negative.
    pub value: f64,
    /// First day that it speaks of.
    pub from: Date,
    /// Last day, not before `from`.
    pub to: Date,
    /// The village, where it speaks of one.
    pub village: Option<VillageId>,
    /// The crop, where it speaks of one.
    pub crop: Option<CropId>,
    /// The drinking-water work, where it speaks of one.
    pub work: Option<String>,
    /// The paper behind it.
    pub document: String,
    /// Who entered it.
    pub entered_by: String,
    /// When; kept to the millisecond.
    pub entered_at: Timestamp,
    /// Why, of a correction; else empty.
    pub reason: String,
    /// The row that it replaces.
    pub supersedes: Option<i64>,
}
