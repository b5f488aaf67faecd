//! One hour of one series, as the store rolls it up and the figures read it.

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;

use super::Rollup;

/// One hour, ms.
pub const HOUR_MS: i64 = 3_600_000;

/// Start of the UTC hour that `at_ms` falls into, ms.
pub fn hour_start_ms(at_ms: i64) -> i64 {
    at_ms.div_euclid(HOUR_MS).saturating_mul(HOUR_MS)
}

/// The roll-up of one series over one UTC hour; its fields are read from the cell itself.
#[derive(Debug, Clone, PartialEq)]
pub struct HourCell {
    pub hour_at: Timestamp,
    pub rollup: Rollup,
}

impl Deref for HourCell {
    type Target = Rollup;

    fn deref(&self) -> &Rollup {
        &self.rollup
    }
}

impl DerefMut for HourCell {
    fn deref_mut(&mut self) -> &mut Rollup {
        &mut self.rollup
    }
}
