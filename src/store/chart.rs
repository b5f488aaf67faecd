//! A series as a chart: as many points as a screen shows, however long the span.

use jiff::Timestamp;

use super::{Sqlite, StoreError};
use crate::core::{HOUR_MS, Period, Series};

/// One point of a chart: the values that count from `from` up to the next point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartPoint {
    pub from: Timestamp,
    pub min: f64,
    pub mean: f64,
    pub max: f64,
    pub counted: u32,
}

/// Points at least this long are made of days: each holds two at least.
const DAYS_FROM_MS: i64 = 48 * HOUR_MS;

/// Points while they are filled.
struct Points {
    from_ms: i64,
    step_ms: i64,
    filled: Vec<ChartPoint>,
}

impl Points {
    fn add(&mut self, at: Timestamp, counted: u32, min: f64, mean: f64, max: f64) {
        // The span may begin within a day, which then begins before it.
        let behind = (at.as_millisecond() - self.from_ms).max(0);
        let start = self.from_ms + behind / self.step_ms * self.step_ms;
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
    /// The values of `series` that count, from `from` to before `to`, as at most `points` points in order. A span in
    /// which nothing counts has no point. Points are made of readings, hours or days, by their length.
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
            Points { from_ms, step_ms: (span_ms - 1) / i64::from(points) + 1, filled: Vec::new() };
        if chart.step_ms >= DAYS_FROM_MS {
            let period = Period { from: self.calendar.day_of(from), to: self.calendar.day_of(to) };
            for day in self.days(series, period)? {
                let at = self.calendar.start_of(day.day);
                if let (Some(min), Some(mean), Some(max)) = (day.min, day.mean, day.max)
                    && at < to
                {
                    chart.add(at, day.counted, min, mean, max);
                }
            }
        } else if chart.step_ms >= HOUR_MS {
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
