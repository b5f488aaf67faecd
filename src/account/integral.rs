//! The integral of a gauge or a state over the hours of a period. Hours without data add nothing; the upper bound
//! allows them what the plate does.
//!
//! An hour counts by the share of its polls that gave a value. Neither value nor bounds know of what happens between
//! two polls.

use jiff::civil::Date;

use super::gap::{Span, gap_runs};
use super::{Coverage, Method, Quantity, Segment, SegmentKind};
use crate::core::{HourCell, Series};
use crate::locales::{Text, account as words};

/// The contribution of one hour if all of it was like its polls.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hour {
    pub value: f64,
    pub bounds: [f64; 2],
}

impl Hour {
    /// An hour that leaves nothing open.
    pub fn sure(value: f64) -> Hour {
        Hour { value, bounds: [value, value] }
    }
}

/// The share of an hour's polls whose value counts.
fn seen(cell: &HourCell) -> f64 {
    let polls = cell.counted + cell.failed + cell.missing;
    if polls == 0 {
        return 0.0;
    }
    f64::from(cell.counted) / f64::from(polls)
}

/// The sum of `hour` over the hours of `series`; `rate` is the most that an hour without data can come to. `None`
/// where `hour` makes nothing of any of them.
pub(super) fn integral(
    (series, cells): (&Series, &[HourCell]),
    span: &Span<'_>,
    rate: f64,
    method: Method,
    hour: impl Fn(&HourCell) -> Option<Hour>,
) -> Option<(Quantity, Vec<Segment>)> {
    let coverage = Coverage::of_hours(cells, span.hours());
    let (mut value, mut least, mut most, mut seen_h) = (0.0, 0.0, 0.0, 0.0);
    let mut days: Vec<(Date, f64)> = Vec::new();
    for cell in cells {
        let Some(hour) = hour(cell) else { continue };
        let share = seen(cell);
        value += hour.value * share;
        least += hour.bounds[0] * share;
        most += hour.bounds[1] * share;
        seen_h += share;
        let day = span.calendar.day_of(cell.hour_at);
        match days.last_mut() {
            Some((last, hours)) if *last == day => *hours += share,
            _ => days.push((day, share)),
        }
    }
    if seen_h == 0.0 {
        return None;
    }
    let gap_h = (span.hours() as f64 - seen_h).max(0.0);
    let gaps = gap_runs(&days, span);
    let segments = gaps.iter().map(|gap| Segment {
        series: series.clone(),
        from: gap.from,
        to: gap.to,
        kind: SegmentKind::Gap,
        note: words::gap_not_counted(gap.hours.round()),
        least: 0.0,
        most: Some(rate * gap.hours),
    });
    let segments = segments.collect();
    let note = match gaps.is_empty() {
        true => Text::default(),
        false => words::gap_not_counted(gap_h.round()),
    };
    let quantity = Quantity {
        value: Some(value),
        bounds: [least, most + rate * gap_h],
        method,
        coverage,
        series: series.clone(),
        note,
    };
    Some((quantity, segments))
}
