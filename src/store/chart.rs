//! A series as a chart: as many points as a screen shows, however long the span.

use jiff::Timestamp;

use super::error::instant;
use super::tables::Tables;
use super::{Sqlite, StoreError, hours, readings};
use crate::core::{ChartPoint, Flag, HOUR_MS, Period, Reading, Rollup, Series, hour_start_ms};

/// Points at least this long are made of days: each holds two at least.
const DAYS_FROM_MS: i64 = 48 * HOUR_MS;

/// Points shorter than an hour last one of these, s, and begin at whole multiples of it: what was read at a full hour
/// or minute stands at that, and no reading stands on the day before its own. All of them divide an hour.
const STEPS_S: [i64; 16] = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800];

/// Days whose readings are read as they came: as long as the longest correction. Engineering judgement: a year of a
/// page takes a blink.
const DAYS_AS_CAME_MAX: usize = 400;

/// Points while they are filled.
struct Points {
    from_ms: i64,
    /// Where the points are counted from.
    origin_ms: i64,
    step_ms: i64,
    filled: Vec<ChartPoint>,
}

impl Points {
    /// At most `points` points of a span; `None` where there is none.
    fn over(from: Timestamp, to: Timestamp, points: u32) -> Option<Self> {
        let from_ms = from.as_millisecond();
        let span_ms = to.as_millisecond().saturating_sub(from_ms);
        let step_ms = (span_ms - 1).checked_div(i64::from(points))? + 1;
        let last_ms = to.as_millisecond().saturating_sub(1);
        let count = |step_ms: i64| last_ms.div_euclid(step_ms) - from_ms.div_euclid(step_ms) + 1;
        let mut whole = STEPS_S.into_iter().map(|step_s| 1000 * step_s);
        let whole = whole.find(|step_ms| count(*step_ms) <= i64::from(points));
        let (origin_ms, step_ms) = match whole {
            Some(step_ms) => (from_ms.div_euclid(step_ms) * step_ms, step_ms),
            None => (from_ms, step_ms),
        };
        (span_ms > 0).then_some(Self { from_ms, origin_ms, step_ms, filled: Vec::new() })
    }

    /// Adds what `new` stands for to the point that it falls into.
    fn add(&mut self, new: ChartPoint) {
        // The span may begin within a day, which then begins before it.
        let behind = (new.from.as_millisecond() - self.origin_ms).max(0);
        let start = self.origin_ms + behind / self.step_ms * self.step_ms;
        let Ok(from) = Timestamp::from_millisecond(start.max(self.from_ms)) else {
            return;
        };
        match self.filled.last_mut() {
            Some(point) if point.from == from => {
                let all = point.counted + new.counted;
                let sum = point.mean * f64::from(point.counted) + new.mean * f64::from(new.counted);
                *point = ChartPoint {
                    from,
                    min: point.min.min(new.min),
                    mean: sum / f64::from(all),
                    max: point.max.max(new.max),
                    counted: all,
                    suspect: point.suspect + new.suspect,
                };
            }
            _ => self.filled.push(ChartPoint { from, ..new }),
        }
    }

    fn add_rollup(&mut self, from: Timestamp, rollup: &Rollup) {
        let &Rollup { counted, suspect, .. } = rollup;
        if let (Some(min), Some(mean), Some(max)) = (rollup.min, rollup.mean, rollup.max) {
            self.add(ChartPoint { from, min, mean, max, counted, suspect });
        }
    }

    fn add_value(&mut self, from: Timestamp, value: f64, flag: Flag) {
        let suspect = u32::from(flag == Flag::Suspect);
        self.add(ChartPoint { from, min: value, mean: value, max: value, counted: 1, suspect });
    }

    /// Adds the value of a reading that counts, as it came.
    fn add_as_came(&mut self, reading: &Reading) {
        if let Some(value) = reading.value().filter(|_| reading.flag.counts()) {
            self.add_value(reading.observed_at, value, reading.flag);
        }
    }
}

impl Sqlite {
    /// The values of `series` that count, as corrected, from `from` to before `to`, as at most `points` points in
    /// order. A span in which nothing counts has no point. Points are made of readings, hours or days, by their
    /// length.
    pub fn chart(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        points: u32,
    ) -> Result<Vec<ChartPoint>, StoreError> {
        let Some(mut chart) = Points::over(from, to, points) else {
            return Ok(Vec::new());
        };
        if chart.step_ms >= DAYS_FROM_MS {
            let period = Period { from: self.calendar.day_of(from), to: self.calendar.day_of(to) };
            for day in self.days(series, period)? {
                let at = self.calendar.start_of(day.day);
                if at < to {
                    chart.add_rollup(at, &day.rollup);
                }
            }
        } else if chart.step_ms >= HOUR_MS {
            for hour in self.hours(series, from, to)? {
                chart.add_rollup(hour.hour_at, &hour.rollup);
            }
        } else {
            self.each_counted(series, from, to, &mut |reading, value| {
                chart.add_value(reading.observed_at, value, reading.flag);
            })?;
        }
        Ok(chart.filled)
    }

    /// The points of [`Sqlite::chart`] as the readings came, where a correction in force bears on them: nothing else.
    /// Of a point that is longer than an hour, the first hour within it that has readings stands for it.
    pub fn chart_as_came(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        points: u32,
    ) -> Result<Vec<ChartPoint>, StoreError> {
        let Some(mut chart) = Points::over(from, to, points) else {
            return Ok(Vec::new());
        };
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| {
            for span in tables.in_force(id, span)?.spans(span) {
                add_span(&mut chart, tables, (id, series), span)?;
            }
            Ok(())
        })?;
        Ok(chart.filled)
    }

    /// The days of `period` on which a correction in force bears, each as one point of all of its readings as they
    /// came: what stands beside the same day of [`Sqlite::days`]. Of very many such days the first.
    pub fn days_as_came(
        &self,
        series: &Series,
        period: Period,
    ) -> Result<Vec<ChartPoint>, StoreError> {
        let (from, to) = self.calendar.bounds(period);
        let span = (from.as_millisecond(), to.as_millisecond());
        let mut all = Vec::new();
        self.read_series(series, |tables, id| {
            let mut next_ms = span.0;
            for (from_ms, to_ms) in tables.in_force(id, span)?.spans(span) {
                next_ms = next_ms.max(from_ms);
                while next_ms < to_ms && all.len() < DAYS_AS_CAME_MAX {
                    let day = self.calendar.day_of(instant(next_ms)?);
                    let (begins, ends) = self.calendar.bounds(Period { from: day, to: day });
                    let whole = (begins.as_millisecond(), ends.as_millisecond());
                    let step_ms = whole.1 - whole.0;
                    let (from_ms, filled) = (whole.0, Vec::new());
                    let mut point = Points { from_ms, origin_ms: from_ms, step_ms, filled };
                    readings::range(tables, (id, series), whole, &mut |reading| {
                        point.add_as_came(&reading);
                        Ok(())
                    })?;
                    all.extend(point.filled);
                    next_ms = whole.1;
                }
            }
            Ok(())
        })?;
        Ok(all)
    }
}

/// Adds what came within a span.
fn add_span(
    chart: &mut Points,
    tables: &Tables<'_>,
    key: (i64, &Series),
    (from_ms, to_ms): (i64, i64),
) -> Result<(), StoreError> {
    let mut next = from_ms;
    while next < to_ms {
        let mut part = (next, to_ms);
        if chart.step_ms >= HOUR_MS {
            let behind = (next - chart.origin_ms) / chart.step_ms + 1;
            let end =
                chart.origin_ms.saturating_add(behind.saturating_mul(chart.step_ms)).min(to_ms);
            next = end;
            let cells = (hour_start_ms(part.0), end);
            let Some(hour) = hours::with_cells(tables, key.0, cells, 1)?.first().copied() else {
                continue;
            };
            part = (part.0.max(hour), end.min(hour + HOUR_MS));
        } else {
            next = to_ms;
        }
        readings::range(tables, key, part, &mut |reading| {
            chart.add_as_came(&reading);
            Ok(())
        })?;
    }
    Ok(())
}
