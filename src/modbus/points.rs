//! A point of a device as it is installed: its series, its correction and its rhythm.

use jiff::Timestamp;

use super::Adjust;
use super::measure::{Measured, measured};
use crate::core::{Reading, Series};
use crate::device::Point;

/// A point that is polled.
pub(super) struct DevicePoint {
    pub(super) series: Series,
    pub(super) point: Point,
    pub(super) adjust: Adjust,
    /// Which of the bus's rhythms it is polled in.
    pub(super) rhythm: usize,
}

impl DevicePoint {
    /// Whether its rhythm is among those that are due.
    pub(super) fn is_due(&self, due: &[bool]) -> bool {
        due.get(self.rhythm).copied().unwrap_or(false)
    }

    /// The reading that registers make.
    pub(super) fn reading(&self, at: Timestamp, parts: &[&[u16]]) -> Reading {
        let Measured { outcome, flag, reason } = measured(&self.point, &self.adjust, parts);
        Reading {
            series: self.series.clone(),
            observed_at: at,
            outcome,
            flag,
            reason,
            raw: parts.concat(),
        }
    }
}
