//! The record of readings that a gateway could not keep.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::locales::{Argument, Text, wire as words};

/// A batch with this record stands for all numbers from `first` to its own: their readings are lost except for those
/// that the batch carries. A hub that commits it counts all these numbers as received and keeps the record.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossRecord {
    /// The batch's own number if the lost readings never had one.
    pub first: u64,
    /// Readings lost. `None` if nobody can know.
    pub lost: Option<u64>,
    /// Time of the first lost reading, as far as known.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub from: Timestamp,
    /// Time of the last.
    #[serde(with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub to: Timestamp,
    pub why: LossCause,
}

/// Why readings are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossCause {
    /// The spool was full, and the oldest readings were thinned to one an hour and series.
    Thinned,
    /// The spool was full, and the oldest readings were dropped.
    Full,
    /// The file could not be written for too long, and memory was full, too.
    Unwritten,
    /// The spool's file, or part of it, could not be read any more. The wire calls this `spoilt`.
    #[serde(rename = "spoilt")]
    Damaged,
}

impl LossCause {
    /// Id in messages and tables.
    pub fn id(self) -> &'static str {
        match self {
            Self::Thinned => "thinned",
            Self::Full => "full",
            Self::Unwritten => "unwritten",
            Self::Damaged => "spoilt",
        }
    }

    /// The name that people read.
    pub fn name(self) -> Text {
        match self {
            Self::Thinned => words::lost_thinned(),
            Self::Full => words::lost_full(),
            Self::Unwritten => words::lost_unwritten(),
            Self::Damaged => words::lost_damaged(),
        }
    }
}

impl LossRecord {
    /// Whether batch `seq` can carry it.
    pub(super) fn check(&self, seq: u64) -> Result<(), Text> {
        if self.first == 0 || self.first > seq {
            return Err(words::loss_no_range(self.first, seq));
        }
        if self.to < self.from {
            let [from, to] = [self.from, self.to].map(Argument::of);
            return Err(words::loss_times_backwards(from, to));
        }
        Ok(())
    }

    /// This loss together with an `earlier` one. The cause is the worse of both: a drop outweighs thinning.
    pub fn after(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        Self {
            first: self.first.min(earlier.first),
            lost: self.lost.zip(earlier.lost).map(|(a, b)| a.saturating_add(b)),
            from: self.from.min(earlier.from),
            to: self.to.max(earlier.to),
            why: if earlier.why == LossCause::Thinned { self.why } else { earlier.why },
        }
    }
}
