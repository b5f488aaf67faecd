//! One hour of one series, as the store rolls it up and the figures read it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The roll-up of one series over one hour (UTC hour, `[hour_at, hour_at + 1 h)`).
///
/// Only readings whose flag counts enter `min`, `max`, `mean`, `last` and the increments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HourCell {
    /// Start of the hour.
    pub hour_at: Timestamp,
    /// Readings that count (good, not evaluated, suspect).
    pub counted: u32,
    /// Of those, the suspect ones.
    pub suspect: u32,
    /// Readings that failed a test.
    pub failed: u32,
    /// Polls without a value.
    pub missing: u32,
    /// Smallest value that counts.
    pub min: Option<f64>,
    /// Largest value that counts.
    pub max: Option<f64>,
    /// Mean of the values that count.
    pub mean: Option<f64>,
    /// Last value that counts.
    pub last: Option<f64>,
    /// Of a counter: what the register grew by, by the counter engine, settled in this hour. `None` for gauges and states.
    pub increment: Option<f64>,
    /// Of a counter: the most it can have grown by. Above `increment` where a reset hid something.
    pub increment_max: Option<f64>,
    /// Roll-overs settled in this hour.
    pub rollovers: u32,
    /// Resets (or meter replacements) settled in this hour.
    pub resets: u32,
    /// Readings dropped as glitches in this hour.
    pub glitches: u32,
}
