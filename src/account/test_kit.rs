//! Hours in memory, for the tests of what is made of accounts.

use std::collections::BTreeMap;
use std::convert::Infallible;

use jiff::Timestamp;

use super::Cells;
use crate::core::{Calendar, DayCell, HourCell, Period, Rollup, Series};

/// The hours of some series, by their names, in order of time.
pub(crate) struct MemoryCells<'a> {
    pub calendar: &'a Calendar,
    pub hours: &'a BTreeMap<String, Vec<HourCell>>,
}

impl Cells for MemoryCells<'_> {
    type Error = Infallible;

    fn hours(&mut self, series: &Series, period: Period) -> Result<Vec<HourCell>, Infallible> {
        let (from, to) = self.calendar.bounds(period);
        let hours = self.hours.get(&series.to_string()).into_iter().flatten();
        Ok(hours.filter(|cell| from <= cell.hour_at && cell.hour_at < to).cloned().collect())
    }

    fn days(&mut self, series: &Series, period: Period) -> Result<Vec<DayCell>, Infallible> {
        Ok(DayCell::fold(&self.hours(series, period)?, self.calendar))
    }
}

/// The hour that begins at `hour_at`, without a poll.
pub(crate) fn empty_hour(hour_at: Timestamp) -> HourCell {
    HourCell { hour_at, rollup: Rollup::default() }
}

/// An hour of a gauge with one poll.
pub(crate) fn gauge_hour(hour_at: Timestamp, value: f64) -> HourCell {
    let value = Some(value);
    let rollup = Rollup {
        counted: 1,
        min: value,
        max: value,
        mean: value,
        last: value,
        ..Rollup::default()
    };
    HourCell { hour_at, rollup }
}

/// An hour of a counter with one poll.
pub(crate) fn counter_hour(hour_at: Timestamp, increment: f64) -> HourCell {
    let increment = Some(increment);
    let rollup = Rollup { counted: 1, increment, increment_max: increment, ..Rollup::default() };
    HourCell { hour_at, rollup }
}
