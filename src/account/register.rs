//! The growth of a register over the period, by the days of its series, with bounds and segments.
//!
//! A difference across a gap counts where both its readings lie in the period. Growth before the first reading and
//! after the last stays open ([`Ends`]): there the bounds reach as far as the plate and the readings around the period
//! allow. Growth that the plate does not allow is no growth. After a gap in which the pump could have filled the
//! register from zero, a reset may have hidden more than the difference. What a new meter that begins within reach of
//! the old one hides, is in no bound unless the ledger names the replacement.

use jiff::ToSpan;
use jiff::civil::Date;

use super::ends::{Around, Ends};
use super::gap::{GapRun, Span, gap_runs};
use super::growth::{DayGrowth, Growth, at_most, is_eventful, of_day};
use super::quantity::{PLATE_MARGIN, Quantity, notes};
use super::replacement::{self, Replacement, Unpaired, replacements};
use super::{Basis, Cells, Coverage, MeterEvents, Method, Segment, SegmentKind};
use crate::core::{DayCell, HourCell, Period, Series};
use crate::locales::{Text, account as words};

/// Days with events whose hours are looked at, at most: of a register with more of them they tell nothing. Engineering
/// judgement.
const EVENT_DAYS_MAX: usize = 60;

/// A register over the period.
pub(super) struct Register {
    pub quantity: Quantity,
    /// Growth of each day with data.
    pub days: Vec<(Date, f64)>,
    /// The same with the least and the most, and how many hours each may stand for.
    pub spans: Vec<(Growth, f64)>,
    pub segments: Vec<Segment>,
    pub ends: Ends,
    /// What happened to it; `None` without data.
    pub events: Option<MeterEvents>,
}

/// Reads registers from the hours and days of `cells`.
pub(super) struct Reading<'a, 'c, C> {
    pub basis: &'c Basis<'a>,
    pub cells: &'c mut C,
    /// Whether what lies after the period is read.
    pub later: bool,
}

impl<C: Cells> Reading<'_, '_, C> {
    /// The register `series`. `rated` is its growth in an hour at the rated power or flow of the plate.
    pub fn register(&mut self, series: &Series, rated: Option<f64>) -> Result<Register, C::Error> {
        let span = self.basis.span();
        let rate = rated.map(|rated| rated * PLATE_MARGIN);
        let days = self.cells.days(series, span.period)?;
        let mut around = Around { cells: &mut *self.cells, span, rate, later: self.later };
        let ends = around.ends(series, &days)?;
        let coverage = Coverage::of_days(&days, span.hours());
        if coverage.counted == 0 {
            return Ok(Register {
                quantity: Quantity::unknown(series.clone(), span.hours(), ends.beyond),
                days: Vec::new(),
                spans: Vec::new(),
                segments: Vec::new(),
                ends,
                events: None,
            });
        }
        let (growth, beyond_plate) = self.growth(series, &days, &ends, rate)?;
        let (replaced, alone) = replacements(series, self.basis.entries);
        let known = Known { series, cells: &days, span, ends, rate };
        let mut register = known.register(growth, coverage, (&replaced, alone));
        if beyond_plate > 0.0 {
            let own = std::mem::take(&mut register.quantity.note);
            let left_out = words::beyond_plate(format!("{beyond_plate:.0}"));
            register.quantity.note = notes([own, left_out]);
        }
        Ok(register)
    }

    /// The growth of each day, and how much the plate does not allow.
    fn growth(
        &mut self,
        series: &Series,
        days: &[DayCell],
        ends: &Ends,
        rate: Option<f64>,
    ) -> Result<(Vec<Growth>, f64), C::Error> {
        let span = self.basis.span();
        let mut growth: Vec<Growth> = days.iter().map(|day| Growth::of(day)).collect();
        let (mut looked_at, mut beyond_plate) = (0, 0.0);
        let (mut before, mut before_that_h): (Option<&DayCell>, f64) = (None, 0.0);
        for (cell, grown) in days.iter().zip(&mut growth) {
            if cell.counted == 0 {
                continue;
            }
            let before_h = match before {
                Some(before) => {
                    let whole = span.hours_of(before.day, cell.day.saturating_sub(1.day()));
                    whole - f64::from(before.covered_h)
                }
                None if ends.first_counts && ends.before_h == 0.0 => 0.0,
                None => f64::INFINITY,
            };
            // The hours of the day before are read as well, and what is missing before those counts too.
            let open_h = before_h + std::mem::replace(&mut before_that_h, before_h);
            before = Some(cell);
            let Some(rate) = rate.filter(|rate| is_eventful(cell, before_h, Some(*rate))) else {
                continue;
            };
            looked_at += 1;
            if looked_at <= EVENT_DAYS_MAX {
                let period = Period { from: cell.day.saturating_sub(1.day()), to: cell.day };
                let hours = self.cells.hours(series, period)?;
                let is_day = |hour: &HourCell| span.calendar.day_of(hour.hour_at) == cell.day;
                let day = of_day(&hours, is_day, open_h, rate);
                let DayGrowth { growth, beyond_plate: beyond } = day;
                let most = growth.most.min(rate * span.hours() as f64);
                *grown = Growth { most: most.max(growth.value), ..growth };
                beyond_plate += beyond;
            }
        }
        if let Some((_, first)) = days.iter().zip(&mut growth).find(|(day, _)| day.counted > 0) {
            *first = ends.open(*first);
        }
        let mut last_first = days.iter().zip(&mut growth).rev();
        if let Some((_, last)) = last_first.find(|(day, _)| day.counted > 0) {
            *last = *last + ends.last;
        }
        Ok((growth, beyond_plate))
    }
}

impl Ends {
    /// The growth of the first day with data without what lies before the period.
    pub(super) fn open(&self, day: Growth) -> Growth {
        let Growth { least, value, most } = self.first;
        let value = (day.value - value).max(0.0);
        Growth {
            least: (day.least - least).clamp(0.0, value),
            value,
            most: (day.most - most + self.first_most).max(value),
        }
    }

    fn has(&self, gap: &GapRun, span: &Span<'_>) -> bool {
        (self.before_h > 0.0 && gap.from == span.period.from)
            || (self.after_h > 0.0 && gap.to == span.period.to)
    }
}

/// What is known of a register with data.
struct Known<'a> {
    series: &'a Series,
    cells: &'a [DayCell],
    span: Span<'a>,
    ends: Ends,
    rate: Option<f64>,
}

impl Known<'_> {
    fn register(
        self,
        mut growth: Vec<Growth>,
        coverage: Coverage,
        replaced: (&[Replacement], Vec<Unpaired>),
    ) -> Register {
        let Known { series, cells, span, ref ends, rate } = self;
        let events_of = |value| MeterEvents::of(series, cells, value);
        let raw_before = ends.raw_before.filter(|_| ends.first_counts);
        let held = replacement::Register { series, cells, span, rate, raw_before };
        let (mut segments, refused) = held.apply(&mut growth, replaced);
        let explained: Vec<(Date, Date)> = segments.iter().map(|s| (s.from, s.to)).collect();
        let covered = cells.iter().filter(|cell| cell.covered_h > 0);
        let covered: Vec<(Date, f64)> =
            covered.map(|cell| (cell.day, f64::from(cell.covered_h))).collect();
        let mut unseen = 0.0;
        for gap in &gap_runs(&covered, &span) {
            let (grown, at_end) = (settled_by(gap, cells, &growth), ends.has(gap, &span));
            let hidden = if at_end { 0.0 } else { self.hidden(gap, grown) };
            unseen += hidden;
            segments.push(gap_segment(series, gap, grown + hidden, rate, at_end));
        }
        for (cell, growth) in cells.iter().zip(&growth) {
            let known = explained.iter().any(|(a, b)| *a <= cell.day && cell.day <= *b);
            segments.extend(events(series, cell, *growth, known));
        }
        segments.sort_by_key(|segment| (segment.from, segment.to));
        let sum: Growth = growth.iter().copied().sum();
        let mut quantity = Quantity::unknown(series.clone(), span.hours(), 0.0);
        quantity.value = Some(sum.value);
        let mut most = sum.most + ends.beyond + unseen;
        if !refused.is_empty() {
            most = most.max(at_most(rate, span.hours() as f64));
        }
        quantity.set_bounds([sum.least, most]);
        quantity.method = Method::CounterDifference;
        quantity.coverage = coverage;
        quantity.note = note(cells, &segments, coverage, &refused);
        let grown = cells.iter().zip(&growth).filter(|(cell, _)| cell.counted > 0);
        Register {
            quantity,
            days: grown.map(|(cell, growth)| (cell.day, growth.value)).collect(),
            spans: spans(cells, &growth, &span),
            segments,
            events: Some(events_of(sum.value)),
            ends: self.ends,
        }
    }

    /// What a reset that nobody saw can have hidden in a gap, beyond what `grown` tells: only where the pump could have
    /// filled the register from zero.
    fn hidden(&self, gap: &GapRun, grown: f64) -> f64 {
        let Some(rate) = self.rate else {
            return 0.0;
        };
        let most = rate * gap.hours;
        let next = gap.to.saturating_add(1.day());
        let days = self.cells.iter().filter(|cell| gap.from <= cell.day && cell.day <= next);
        let lowest = days.filter_map(|cell| cell.min).reduce(f64::min);
        match lowest.is_some_and(|raw| raw <= most) {
            true => (most - grown).max(0.0),
            false => 0.0,
        }
    }
}

/// The growth of each day with data, and the hours that it may stand for: its own and those without data before it.
fn spans(cells: &[DayCell], growth: &[Growth], span: &Span<'_>) -> Vec<(Growth, f64)> {
    let mut from = span.period.from;
    let mut spans = Vec::new();
    for (cell, growth) in cells.iter().zip(growth).filter(|(cell, _)| cell.counted > 0) {
        spans.push((*growth, span.hours_of(from, cell.day)));
        from = match f64::from(cell.covered_h) < span.hours_of(cell.day, cell.day) {
            true => cell.day,
            false => cell.day.saturating_add(1.day()),
        };
    }
    spans
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
