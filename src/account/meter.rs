//! What happened to a register over the period, in numbers.

use serde::Serialize;

use crate::core::{DayCell, Series};

/// Share of the readings that fit neither their predecessors nor their successors, above which a register tells
/// nothing. Engineering judgement, confidence 0.6: noise on a line spoils some in a hundred.
const GLITCH_SHARE_MAX: f64 = 0.1;

/// Days on average between two resets, below which a register does not count through. Engineering judgement,
/// confidence 0.7: a meter is replaced or loses its count once in years, one that shows the last session resets daily.
const RESET_DAYS_MIN: f64 = 2.0;

/// Resets from which their number tells anything. Engineering judgement.
const RESETS_MIN: u32 = 3;

/// What happened to a register over the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeterEvents {
    pub series: Series,
    /// Readings that count.
    pub readings: u64,
    /// Days with readings.
    pub days: u32,
    pub resets: u32,
    pub rollovers: u32,
    /// Readings that were dropped.
    pub glitches: u32,
    /// What it grew by, in its unit.
    pub growth: f64,
}

impl MeterEvents {
    pub(super) fn of(series: &Series, cells: &[DayCell], growth: f64) -> MeterEvents {
        let with_data = cells.iter().filter(|cell| cell.counted > 0);
        MeterEvents {
            series: series.clone(),
            readings: cells.iter().map(|cell| u64::from(cell.counted)).sum(),
            days: u32::try_from(with_data.count()).unwrap_or(u32::MAX),
            resets: cells.iter().map(|cell| cell.resets).sum(),
            rollovers: cells.iter().map(|cell| cell.rollovers).sum(),
            glitches: cells.iter().map(|cell| cell.glitches).sum(),
            growth,
        }
    }

    /// Whether most of its readings do not follow each other: it falls, or shows noise.
    pub fn is_wild(&self) -> bool {
        self.glitches > 0 && f64::from(self.glitches) > GLITCH_SHARE_MAX * self.readings as f64
    }

    /// Whether it begins anew every day or two: it does not count through.
    pub fn restarts(&self) -> bool {
        let restarts = self.resets + self.rollovers;
        restarts >= RESETS_MIN && f64::from(restarts) * RESET_DAYS_MIN > f64::from(self.days)
    }
}
