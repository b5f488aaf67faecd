//! A reading: one observation of one series, immutable.

use jiff::Timestamp;

use super::{Flag, Raw, Reason, Series};

/// The outcome of a poll of a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A response was decoded in this very poll. Finite, in the parameter's canonical unit.
    Value(f64),
    /// There is no value, for this reason. Never the previous value, never a number that stands for nothing.
    Missing(Reason),
}

/// One observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    pub series: Series,
    /// To the millisecond.
    pub observed_at: Timestamp,
    pub outcome: Outcome,
    /// `Missing` exactly where the outcome is missing.
    pub flag: Flag,
    /// Why the flag is not good; `None` where it is.
    pub reason: Option<Reason>,
    /// Raw registers, kept where the flag is not good and a response arrived.
    pub raw: Raw,
}

impl Reading {
    pub fn good(series: Series, observed_at: Timestamp, value: f64) -> Self {
        Self {
            series,
            observed_at,
            outcome: Outcome::Value(value),
            flag: Flag::Good,
            reason: None,
            raw: Raw::default(),
        }
    }

    pub fn missing(
        series: Series,
        observed_at: Timestamp,
        reason: Reason,
        raw: impl Into<Raw>,
    ) -> Self {
        Self {
            series,
            observed_at,
            outcome: Outcome::Missing(reason),
            flag: Flag::Missing,
            reason: Some(reason),
            raw: raw.into(),
        }
    }

    pub fn value(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Value(value) => Some(value),
            Outcome::Missing(_) => None,
        }
    }
}
