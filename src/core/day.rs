//! One day of one series, folded from its hours.

use std::ops::Deref;

use jiff::civil::Date;

use super::{Calendar, HourCell, Rollup};

/// The roll-up of one series over one day of the office's calendar; its fields are read from the cell itself. An hour
/// belongs to the day that its start falls into.
#[derive(Debug, Clone, PartialEq)]
pub struct DayCell {
    pub day: Date,
    /// Hours with at least one reading that counts.
    pub covered_h: u32,
    pub rollup: Rollup,
}

impl Deref for DayCell {
    type Target = Rollup;

    fn deref(&self) -> &Rollup {
        &self.rollup
    }
}

impl DayCell {
    /// The days of `hours`, which are in order of time; a day without an hour is left out.
    pub fn fold(hours: &[HourCell], calendar: &Calendar) -> Vec<Self> {
        let day_of = |hour: &HourCell| calendar.day_of(hour.hour_at);
        let days = hours.chunk_by(|a, b| day_of(a) == day_of(b));
        days.map(|hours| Self::of(day_of(&hours[0]), hours)).collect()
    }

    /// The one day that all of `hours` belong to; they are in order of time.
    pub fn of(day: Date, hours: &[HourCell]) -> Self {
        let mut covered_h = 0;
        let mut total = Rollup::default();
        let mut sum = 0.0;
        for hour in hours {
            covered_h += u32::from(hour.counted > 0);
            total.counted += hour.counted;
            total.suspect += hour.suspect;
            total.failed += hour.failed;
            total.missing += hour.missing;
            total.min = merge(total.min, hour.min, f64::min);
            total.max = merge(total.max, hour.max, f64::max);
            total.last = hour.last.or(total.last);
            total.increment = merge(total.increment, hour.increment, |a, b| a + b);
            total.increment_max = merge(total.increment_max, hour.increment_max, |a, b| a + b);
            total.rollovers += hour.rollovers;
            total.resets += hour.resets;
            total.glitches += hour.glitches;
            sum += hour.mean.unwrap_or(0.0) * f64::from(hour.counted);
        }
        total.mean = (total.counted > 0).then(|| sum / f64::from(total.counted));
        Self { day, covered_h, rollup: total }
    }
}

fn merge(a: Option<f64>, b: Option<f64>, join: impl Fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (a, b) => a.or(b),
    }
}
