//! Where the hours and days of an account come from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::core::{Correction, DayCell, HourCell, Parameter, Period, Series};
use crate::water::Station;

/// Yields the roll-ups of series by the office's days, in order of time; nothing for an unknown series.
pub trait Cells {
    type Error;

    /// The hours of `series` that begin in `period`.
    fn hours(&mut self, series: &Series, period: Period) -> Result<Vec<HourCell>, Self::Error>;

    fn days(&mut self, series: &Series, period: Period) -> Result<Vec<DayCell>, Self::Error>;

    /// What `series` showed at each of its readings that count, from `from` to before `to`, in order of
    /// time; nothing where only hours are known.
    fn shown(
        &mut self,
        _series: &Series,
        _from: Timestamp,
        _to: Timestamp,
    ) -> Result<Vec<(Timestamp, f64)>, Self::Error> {
        Ok(Vec::new())
    }

    /// What the register `series` grew by in `period`; `None` where nothing of it was counted.
    fn grown(&mut self, series: &Series, period: Period) -> Result<Option<f64>, Self::Error> {
        let days = self.days(series, period)?;
        let counted = days.iter().filter(|day| day.counted > 0);
        Ok(counted.filter_map(|day| day.increment).reduce(|a, b| a + b))
    }

    /// The corrections in force that have changed hours of `series` in `period`, in the order in which they were
    /// entered; nothing where none is known.
    fn corrections(
        &mut self,
        _series: &Series,
        _period: Period,
    ) -> Result<Vec<Correction>, Self::Error> {
        Ok(Vec::new())
    }
}

/// What a counter grew by on a day; `None` without a reading that counts.
pub(super) fn grown_on(day: &DayCell) -> Option<f64> {
    day.increment.filter(|_| day.counted > 0)
}

/// The days of `parameter` at `station` for which `value` yields something.
pub(super) fn by_day<C: Cells>(
    station: &Station,
    parameter: Parameter,
    period: Period,
    cells: &mut C,
    value: impl Fn(&DayCell) -> Option<f64>,
) -> Result<BTreeMap<Date, f64>, C::Error> {
    let days = cells.days(&Series::new(station.id.clone(), parameter), period)?;
    Ok(days.iter().filter_map(|day| Some((day.day, value(day)?))).collect())
}
