//! One day of one series, as the store rolls it up from its hours.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::HourCell;

/// The roll-up of one series over one day of the office's calendar: its hours together.
///
/// An hour belongs to the day that its start falls into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayCell {
    /// The day.
    pub day: Date,
    /// Hours with at least one reading that counts.
    pub covered_h: u32,
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
    /// Of a counter: what the register grew by, settled on this day. `None` for gauges and states.
    pub increment: Option<f64>,
    /// Of a counter: the most it can have grown by.
    pub increment_max: Option<f64>,
    /// Roll-overs settled on this day.
    pub rollovers: u32,
    /// Resets (or meter replacements) settled on this day.
    pub resets: u32,
    /// Readings dropped as glitches on this day.
    pub glitches: u32,
}

impl DayCell {
    /// The day of these hours, which are in order of time.
    pub fn of(day: Date, hours: &[HourCell]) -> Self {
        let mut cell = Self {
            day,
            covered_h: 0,
            counted: 0,
            suspect: 0,
            failed: 0,
            missing: 0,
            min: None,
            max: None,
            mean: None,
            last: None,
            increment: None,
            increment_max: None,
            rollovers: 0,
            resets: 0,
            glitches: 0,
        };
        let mut sum = 0.0;
        for hour in hours {
            cell.covered_h += u32::from(hour.counted > 0);
            cell.counted += hour.counted;
            cell.suspect += hour.suspect;
            cell.failed += hour.failed;
            cell.missing += hour.missing;
            cell.min = both(cell.min, hour.min, f64::min);
            cell.max = both(cell.max, hour.max, f64::max);
            cell.last = hour.last.or(cell.last);
            cell.increment = both(cell.increment, hour.increment, |a, b| a + b);
            cell.increment_max = both(cell.increment_max, hour.increment_max, |a, b| a + b);
            cell.rollovers += hour.rollovers;
            cell.resets += hour.resets;
            cell.glitches += hour.glitches;
            sum += hour.mean.unwrap_or(0.0) * f64::from(hour.counted);
        }
        if cell.counted > 0 {
            cell.mean = Some(sum / f64::from(cell.counted));
        }
        cell
    }
}

fn both(a: Option<f64>, b: Option<f64>, join: impl Fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (a, b) => a.or(b),
    }
}
