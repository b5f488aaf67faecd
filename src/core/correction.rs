//! What people say of a span of readings: that it is wrong, that it is shifted, or what is to be known of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Series;

/// What is said of the readings of a span.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CorrectionKind {
    /// Nothing changes.
    Note,
    /// They do not count.
    Wrong,
    /// They count with `by` added, in the unit of their parameter: the datum of the gauge was another. Never of a
    /// counter.
    Shift { by: f64 },
}

/// A correction of the readings of a series. The readings themselves stay as they came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Its number in the store, from 1; 0 before it is entered.
    pub id: i64,
    pub series: Series,
    /// The first instant that it is about.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    #[serde(flatten)]
    pub kind: CorrectionKind,
    pub reason: String,
    /// Office and name of who has entered it.
    pub by: String,
    pub at: Timestamp,
    /// Where it does not hold any more.
    pub withdrawn: Option<Withdrawal>,
}

/// The end of a correction: it is kept, and does nothing any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Withdrawal {
    pub reason: String,
    pub by: String,
    pub at: Timestamp,
}

impl Correction {
    /// The longest span, days. What is wrong for longer than a year is corrected year by year, so that somebody looks
    /// at it again. Engineering judgement.
    pub const SPAN_DAYS_MAX: i64 = 400;

    /// The longest reason, characters: some sentences. Engineering judgement.
    pub const REASON_MAX: usize = 500;

    /// Whether it bears on the reading of `at`: what tests hold the store to.
    #[cfg(test)]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.withdrawn.is_none() && self.from <= at && at < self.to
    }
}
