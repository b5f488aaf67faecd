//! A series as points of a chart: as many as a screen has, however long the span.

use jiff::Timestamp;

use super::{Sqlite, StoreError};
use crate::core::{HOUR_MS, Period, Series};

/// One point of a chart: what counts of the series from `from` on, up to the next point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    /// Start of the point's span.
    pub from: Timestamp,
    /// Smallest value.
    pub min: f64,
    /// Mean of the values.
    pub mean: f64,
    /// Largest value.
    pub max: f64,
    /// Values.
    pub counted: u32,
}

/// From so long a point on, days are fine enough: a point holds two at least.
const DAYS_FROM_MS: i64 = 48 * HOUR_MS;

/// The points as they are filled.
struct Points {
    from_ms: i64,
    each_ms: i64,
    filled: Vec<ChartPoint>,
}

impl Points {
    fn add(&mut self, at: Timestamp, counted: u32, min: f64, mean: f64, max: f64) {
        // A day that the span begins in begins before it.
        let behind = (at.as_millisecond() - self.from_ms).max(0);
        let start = self.from_ms + behind / self.each_ms * self.each_ms;
        let Ok(from) = Timestamp::from_millisecond(start) else {
            return;
        };
        match self.filled.last_mut() {
            Some(point) if point.from == from => {
                let all = point.counted + counted;
                let sum = point.mean * f64::from(point.counted) + mean * f64::from(counted);
                *point = ChartPoint {
                    from,
                    min: point.min.min(min),
                    mean: sum / f64::from(all),
                    max: point.max.max(max),
                    counted: all,
                };
            }
            _ => self.filled.push(ChartPoint { from, min, mean, max, counted }),
        }
    }
}

impl Sqlite {
    /// The values of `series` that count, from `from` to before `to`, as `points` points at most, in order. Where nothing counts
    /// there is no point. Short spans are made of readings, longer ones of hours, long ones of days.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn chart(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        points: u32,
    ) -> Result<Vec<ChartPoint>, StoreError> {
        let (from_ms, to_ms) = (from.as_millisecond(), to.as_millisecond());
        let span_ms = to_ms.saturating_sub(from_ms);
        if span_ms <= 0 || points == 0 {
            return Ok(Vec::new());
        }
        let mut chart =
            Points { from_ms, each_ms: (span_ms - 1) / i64::from(points) + 1, filled: Vec::new() };
        if chart.each_ms >= DAYS_FROM_MS {
            let period = Period { from: self.calendar.day_of(from), to: self.calendar.day_of(to) };
            for day in self.days(series, period)? {
                let at = self.calendar.start_of(day.day);
                if let (Some(min), Some(mean), Some(max)) = (day.min, day.mean, day.max)
                    && at < to
                {
                    chart.add(at, day.counted, min, mean, max);
                }
            }
        } else if chart.each_ms >= HOUR_MS {
            for hour in self.hours(series, from, to)? {
                if let (Some(min), Some(mean), Some(max)) = (hour.min, hour.mean, hour.max) {
                    chart.add(hour.hour_at, hour.counted, min, mean, max);
                }
            }
        } else {
            self.each_reading(series, from, to, &mut |reading| {
                if let Some(value) = reading.value().filter(|_| reading.flag.counts()) {
                    chart.add(reading.observed_at, 1, value, value, value);
                }
                Ok(())
            })?;
        }
        Ok(chart.filled)
    }
}
