//! Where the hours and days of an account come from.

use jiff::Timestamp;

use crate::core::{DayCell, HourCell, Period, Series};

/// Yields the roll-ups of series by the office's days, in order of time; nothing for an unknown series.
pub trait Cells {
    type Error;

    /// The hours of `series` that begin in `period`.
    fn hours(&mut self, series: &Series, period: Period) -> Result<Vec<HourCell>, Self::Error>;

    fn days(&mut self, series: &Series, period: Period) -> Result<Vec<DayCell>, Self::Error>;

    /// What the register `series` showed at each of its readings that count, from `from` to before `to`, in order of
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
}
