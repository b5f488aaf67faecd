//! Segments of a period in which something befell a series: a gap, a reset, a roll-over, glitches, another meter.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use crate::core::{Calendar, Period, Series};

/// What befell a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Hours without data.
    Gap,
    /// A register began anew, or another meter took its place and the ledger does not say so.
    Reset,
    /// A register went through its end to zero, and was followed.
    Rollover,
    /// Readings that fit neither before nor after, dropped.
    Glitch,
    /// Another meter took the place of one, with both readings in the ledger.
    MeterReplaced,
}

/// Days on which something befell a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub series: Series,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// What befell it.
    pub kind: SegmentKind,
    /// What was lost or bridged, in Chinese.
    pub note: String,
    /// The least that the quantity came to in the segment, in its unit: of a gap in its hours, else on its days.
    pub least: f64,
    /// The most, in the same way; `None` where nothing bounds it.
    pub most: Option<f64>,
}

/// The period with its calendar: how long it and its days are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span<'a> {
    /// The days.
    pub period: Period,
    /// Where they begin.
    pub calendar: &'a Calendar,
}

impl Span<'_> {
    /// Hours of the period.
    pub fn hours(&self) -> u64 {
        let (from, to) = self.calendar.bounds(self.period);
        to.duration_since(from).as_hours().max(0).unsigned_abs()
    }

    /// Hours from the start of `from` to the end of `to`; 0 where `to` lies before it.
    fn hours_of(&self, from: Date, to: Date) -> f64 {
        let (from, to) = self.calendar.bounds(Period { from, to });
        (to.duration_since(from).as_millis() as f64 / 3_600_000.0).max(0.0)
    }

    /// Hours from the start of `from` to the end of `to` that are not covered.
    pub fn missing(&self, from: Date, to: Date, covered: &[(Date, f64)]) -> f64 {
        let within = covered.iter().filter(|(day, _)| from <= *day && *day <= to);
        let covered_h: f64 = within.map(|(_, hours)| hours).sum();
        (self.hours_of(from, to) - covered_h).max(0.0)
    }
}

/// Hours without data on end, to the day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GapRun {
    /// First day of it.
    pub from: Date,
    /// Last day of it.
    pub to: Date,
    /// Hours without data on these days.
    pub hours: f64,
}

/// The runs of days with hours without data, by the `days` with data and the hours that each has of it, in order.
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

/// Less than a second without data is rounding of a share of an hour, h.
const SHORTEST_GAP_H: f64 = 1.0 / 3600.0;

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
