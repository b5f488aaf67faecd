//! Hours of a period without data, as runs of days.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::core::{Calendar, Period};

/// Less than a second, h: an hour's share of good polls rounds by as much.
const SHORTEST_GAP_H: f64 = 1.0 / 3600.0;

/// A period with its calendar, which tells how long its days are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    pub period: Period,
    pub calendar: &'a Calendar,
}

impl Span<'_> {
    pub fn hours(&self) -> u64 {
        let (from, to) = self.calendar.bounds(self.period);
        to.duration_since(from).as_hours().max(0).unsigned_abs()
    }

    /// Hours from the start of `from` to the end of `to`; 0 where `to` lies before it.
    pub fn hours_of(&self, from: Date, to: Date) -> f64 {
        let (from, to) = self.calendar.bounds(Period { from, to });
        (to.duration_since(from).as_millis() as f64 / 3_600_000.0).max(0.0)
    }
}

/// Days on end that each lack some hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GapRun {
    pub from: Date,
    pub to: Date,
    pub hours: f64,
}

/// The runs of days that lack hours, from the `days` with data and how many hours of data each has, in order.
pub(super) fn gap_runs(days: &[(Date, f64)], span: &Span<'_>) -> Vec<GapRun> {
    let mut runs: Vec<GapRun> = Vec::new();
    let mut add = |from: Date, to: Date, covered_h: f64| {
        let hours = span.hours_of(from, to) - covered_h;
        if hours < SHORTEST_GAP_H {
            return;
        }
        match runs.last_mut() {
            Some(run) if run.to.checked_add(1.day()).ok() == Some(from) => {
                run.to = to;
                run.hours += hours;
            }
            _ => runs.push(GapRun { from, to, hours }),
        }
    };
    let mut next = Some(span.period.from);
    for &(day, covered_h) in days {
        if let (Some(from), Ok(before)) = (next, day.checked_sub(1.day()))
            && from <= before
        {
            add(from, before, 0.0);
        }
        add(day, day, covered_h);
        next = day.checked_add(1.day()).ok();
    }
    if let Some(from) = next
        && from <= span.period.to
    {
        add(from, span.period.to, 0.0);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    #[test]
    fn days_with_missing_hours_join_to_runs_and_full_ones_part_them() {
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let day = |day| date(2022, 8, day);
        let (from, to) = (day(1), day(10));
        let span = Span { period: Period { from, to }, calendar: &calendar };
        assert_eq!(span.hours(), 240);
        let run = |from, to, hours| GapRun { from: day(from), to: day(to), hours };
        assert_eq!(gap_runs(&[], &span), [run(1, 10, 240.0)]);
        let days = [(day(2), 20.0), (day(3), 24.0), (day(4), 23.5), (day(7), 24.0)];
        let runs = [run(1, 2, 28.0), run(4, 6, 48.5), run(8, 10, 72.0)];
        assert_eq!(gap_runs(&days, &span), runs);
    }
}
