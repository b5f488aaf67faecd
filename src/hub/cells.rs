//! The hours and days of accounts, from the store.

use jiff::Timestamp;

use crate::account::Cells;
use crate::core::{Calendar, Correction, DayCell, HourCell, Period, Series};
use crate::store::{Sqlite, StoreError};

/// The store's hours and days by the calendar of the township.
pub struct StoreCells<'a> {
    pub store: &'a Sqlite,
    pub calendar: &'a Calendar,
}

impl StoreCells<'_> {
    /// Whether the store's days are the township's: its file may have changed since the hub was started.
    fn has_days(&self) -> bool {
        self.store.calendar() == self.calendar
    }
}

impl Cells for StoreCells<'_> {
    type Error = StoreError;

    fn hours(&mut self, series: &Series, period: Period) -> Result<Vec<HourCell>, StoreError> {
        let (from, to) = self.calendar.bounds(period);
        self.store.hours(series, from, to)
    }

    fn days(&mut self, series: &Series, period: Period) -> Result<Vec<DayCell>, StoreError> {
        if self.has_days() {
            return self.store.days(series, period);
        }
        Ok(DayCell::fold(&self.hours(series, period)?, self.calendar))
    }

    fn shown(
        &mut self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, f64)>, StoreError> {
        let mut shown = Vec::new();
        self.store.each_counted(series, from, to, &mut |reading, value| {
            shown.push((reading.observed_at, value));
        })?;
        Ok(shown)
    }

    fn grown(&mut self, series: &Series, period: Period) -> Result<Option<f64>, StoreError> {
        if self.has_days() {
            return self.store.grown(series, Some(period));
        }
        let days = self.days(series, period)?;
        let counted = days.iter().filter(|day| day.counted > 0);
        Ok(counted.filter_map(|day| day.increment).reduce(|a, b| a + b))
    }

    fn corrections(
        &mut self,
        series: &Series,
        period: Period,
    ) -> Result<Vec<Correction>, StoreError> {
        let (from, to) = self.calendar.bounds(period);
        self.store.corrections_that_change(series, from, to)
    }
}
