//! The growth of a register over the period, by the days of its series, with bounds and segments.
//!
//! A difference across a gap counts. Growth before the first hour with data, and after the last, stays open: there
//! the bounds reach as far as the plate allows. Two things are in no bound. At each end of the period the counter
//! engine may still wait with its judgement, for as long as three polls; and growth in a gap before the period is
//! counted in it where the gap ends with the first hour of the period.

use jiff::Timestamp;
use jiff::civil::Date;

use super::gap::{GapRun, Span, gap_runs};
use super::quantity::{PLATE_MARGIN, Quantity, notes};
use super::replacement::{self, Growth, Replacement};
use super::{Coverage, Method, Segment, SegmentKind};
use crate::core::{DayCell, HourCell, Series};
use crate::locales::{Text, account as words};

/// A register over the period.
pub(super) struct Register {
    pub quantity: Quantity,
    /// Growth of each day with data.
    pub days: Vec<(Date, f64)>,
    pub segments: Vec<Segment>,
}

impl Growth {
    fn of(cell: &DayCell) -> Growth {
        let least = cell.increment.unwrap_or(0.0);
        let most = cell.increment_max.unwrap_or(least).max(least);
        Growth { least, most }
    }
}

/// The register `series` by its days `cells`, in order, and the `ends` of the period. `rated` is its growth in an hour
/// at the rated power or flow of the plate, `replaced` lists its replacements by the ledger.
pub(super) fn register(
    series: &Series,
    cells: &[DayCell],
    span: &Span<'_>,
    ends: Ends,
    rated: Option<f64>,
    replaced: &[Replacement],
) -> Register {
    let mut quantity = Quantity::unknown(series.clone(), span.hours());
    let coverage = Coverage::of_days(cells, span.hours());
    if coverage.counted == 0 {
        return Register { quantity, days: Vec::new(), segments: Vec::new() };
    }
    let mut growth: Vec<Growth> = cells.iter().map(Growth::of).collect();
    let (mut segments, refused) = replacement::apply(series, cells, &mut growth, replaced);
    let explained: Vec<(Date, Date)> = segments.iter().map(|s| (s.from, s.to)).collect();
    let covered: Vec<(Date, f64)> = cells
        .iter()
        .filter(|cell| cell.covered_h > 0)
        .map(|cell| (cell.day, f64::from(cell.covered_h)))
        .collect();
    let gaps = gap_runs(&covered, span);
    let rate = rated.map(|rated| rated * PLATE_MARGIN);
    for gap in &gaps {
        let (grown, at_end) = (settled_by(gap, cells, &growth), ends.has(gap, span));
        segments.push(gap_segment(series, gap, grown, rate, at_end));
    }
    for (cell, growth) in cells.iter().zip(&growth) {
        let known = explained.iter().any(|(a, b)| *a <= cell.day && cell.day <= *b);
        segments.extend(events(series, cell, *growth, known));
    }
    segments.sort_by_key(|segment| (segment.from, segment.to));
    let value: f64 = growth.iter().map(|g| g.least).sum();
    let most: f64 = growth.iter().map(|g| g.most).sum();
    // Growth that the first reading after a gap shows may lie before the period.
    let before = if ends.before_h > 0.0 { ends.first } else { 0.0 };
    let open_h = ends.before_h + ends.after_h;
    let beyond = match rate {
        Some(rate) => Some(rate * open_h),
        None => (open_h == 0.0).then_some(0.0),
    };
    quantity.value = Some(value);
    quantity.bounds = beyond.map(|beyond| [(value - before).max(0.0), most + beyond]);
    quantity.method = Method::CounterDifference;
    quantity.coverage = coverage;
    quantity.note = note(cells, &segments, coverage, &refused);
    let grown = cells.iter().zip(&growth).filter(|(cell, _)| cell.counted > 0);
    Register {
        quantity,
        days: grown.map(|(cell, growth)| (cell.day, growth.least)).collect(),
        segments,
    }
}

/// The parts of the period before its first data and after its last.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Ends {
    /// Hours before the first one with data.
    before_h: f64,
    /// Growth that the first hour with data settled; some of it may lie before the period.
    first: f64,
    /// Hours after the last one with data.
    after_h: f64,
}

impl Ends {
    pub fn of(hours: &[HourCell], span: &Span<'_>) -> Ends {
        let (from, to) = span.calendar.bounds(span.period);
        let mut with_data = hours.iter().filter(|cell| cell.counted > 0);
        let Some(first) = with_data.next() else {
            return Ends::default();
        };
        let last = with_data.next_back().unwrap_or(first);
        let hours = |a: Timestamp, b: Timestamp| b.duration_since(a).as_secs_f64() / 3600.0;
        Ends {
            before_h: hours(from, first.hour_at).max(0.0),
            first: first.increment.unwrap_or(0.0),
            after_h: (hours(last.hour_at, to) - 1.0).max(0.0),
        }
    }

    /// Whether both ends are empty: the first and the last day of the period have all their hours.
    pub fn are_closed(cells: &[DayCell], span: &Span<'_>) -> bool {
        let whole = |cell: Option<&DayCell>, day: Date| {
            let covered = cell.map(|cell| (cell.day, f64::from(cell.covered_h)));
            covered.is_some_and(|covered| span.missing(day, day, &[covered]) == 0.0)
        };
        whole(cells.first(), span.period.from) && whole(cells.last(), span.period.to)
    }

    fn has(&self, gap: &GapRun, span: &Span<'_>) -> bool {
        (self.before_h > 0.0 && gap.from == span.period.from)
            || (self.after_h > 0.0 && gap.to == span.period.to)
    }
}

/// Most that can have grown in a gap: what its days and the first reading after it settled.
fn settled_by(gap: &GapRun, cells: &[DayCell], growth: &[Growth]) -> f64 {
    let mut most = 0.0;
    for (cell, growth) in cells.iter().zip(growth).filter(|(c, _)| c.day >= gap.from) {
        most += growth.most;
        if cell.day > gap.to && cell.counted > 0 {
            break;
        }
    }
    most
}

fn gap_segment(
    series: &Series,
    gap: &GapRun,
    settled: f64,
    rate: Option<f64>,
    at_end: bool,
) -> Segment {
    let hours = gap.hours.round();
    let (most, note) = if at_end {
        let most = rate.map(|rate| settled.max(rate * gap.hours));
        (most, words::gap_at_end(hours))
    } else {
        (Some(settled), words::gap_bridged(hours))
    };
    Segment {
        series: series.clone(),
        from: gap.from,
        to: gap.to,
        kind: SegmentKind::Gap,
        note,
        least: 0.0,
        most,
    }
}

/// What happened to the register on a day; a reset that the ledger explains is left out.
fn events<'a>(
    series: &'a Series,
    cell: &'a DayCell,
    growth: Growth,
    known: bool,
) -> impl Iterator<Item = Segment> + 'a {
    let resets = if known { 0 } else { cell.resets };
    let counts = [
        (SegmentKind::Rollover, cell.rollovers, words::rollovers(cell.rollovers)),
        (SegmentKind::Reset, resets, words::resets(resets)),
        (SegmentKind::Glitch, cell.glitches, words::glitches(cell.glitches)),
    ];
    let counts = counts.into_iter().filter(|(_, count, _)| *count > 0);
    counts.map(move |(kind, _, note)| Segment {
        series: series.clone(),
        from: cell.day,
        to: cell.day,
        kind,
        note,
        least: growth.least,
        most: Some(growth.most),
    })
}

/// What a reader has to know of the register; empty where there is nothing.
fn note(cells: &[DayCell], segments: &[Segment], coverage: Coverage, refused: &[Text]) -> Text {
    let resets = segments.iter().filter(|s| s.kind == SegmentKind::Reset);
    let reset_days: Vec<Date> = resets.map(|s| s.from).collect();
    let open = cells.iter().filter(|cell| reset_days.contains(&cell.day));
    let resets: u32 = open.map(|cell| cell.resets).sum();
    let rollovers: u32 = cells.iter().map(|cell| cell.rollovers).sum();
    let glitches: u32 = cells.iter().map(|cell| cell.glitches).sum();
    let mut parts = Vec::new();
    for (count, note) in [
        (rollovers, words::rollovers_in_period(rollovers)),
        (resets, words::resets(resets)),
        (glitches, words::glitches_in_period(glitches)),
    ] {
        if count > 0 {
            parts.push(note);
        }
    }
    let replaced = segments.iter().filter(|s| s.kind == SegmentKind::MeterReplaced);
    parts.extend(replaced.map(|segment| segment.note.clone()));
    parts.extend(refused.iter().cloned());
    let gap_h = coverage.period_h.saturating_sub(coverage.covered_h);
    if gap_h > 0 {
        parts.push(words::gap(gap_h));
    }
    notes(parts)
}
