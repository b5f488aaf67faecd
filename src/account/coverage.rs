//! How much of a period a series has data for.

use serde::Serialize;

use crate::core::{DayCell, HourCell};

/// How much of the period a series has data for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Coverage {
    /// Hours with at least one reading that counts.
    pub covered_h: u64,
    pub period_h: u64,
    pub counted: u64,
    pub suspect: u64,
}

impl Coverage {
    /// Share of the hours with data, 0 to 1.
    pub fn share(&self) -> f64 {
        if self.period_h == 0 {
            return 0.0;
        }
        (self.covered_h as f64 / self.period_h as f64).min(1.0)
    }

    pub fn and(self, other: Coverage) -> Coverage {
        Coverage {
            covered_h: self.covered_h + other.covered_h,
            period_h: self.period_h + other.period_h,
            counted: self.counted + other.counted,
            suspect: self.suspect + other.suspect,
        }
    }

    pub(super) fn of_hours(cells: &[HourCell], period_h: u64) -> Coverage {
        let mut coverage = Coverage { period_h, ..Coverage::default() };
        for cell in cells {
            coverage.covered_h += u64::from(cell.counted > 0);
            coverage.counted += u64::from(cell.counted);
            coverage.suspect += u64::from(cell.suspect);
        }
        coverage
    }

    pub(super) fn of_days(cells: &[DayCell], period_h: u64) -> Coverage {
        let mut coverage = Coverage { period_h, ..Coverage::default() };
        for cell in cells {
            coverage.covered_h += u64::from(cell.covered_h);
            coverage.counted += u64::from(cell.counted);
            coverage.suspect += u64::from(cell.suspect);
        }
        coverage
    }
}
