//! The growth of a register over the period, by the days of its series, with bounds and segments.
//!
//! A difference across a gap counts where both its readings lie in the period. Growth before the first reading and
//! after the last stays open ([`Ends`]): there the bounds reach as far as the plate and the readings around the period
//! allow. Growth that the plate does not allow is no growth. After a gap in which the pump could have filled the
//! register from zero, a reset may have hidden more than the difference. What a new meter that begins within reach of
//! the old one hides, is in no bound unless the ledger names the replacement.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::ends::{Around, Ends};
use super::gap::{GapRun, Span, gap_runs};
use super::growth::{DayGrowth, Growth, at_most, is_eventful, of_day};
use super::quantity::{PLATE_MARGIN, Quantity, notes};
use super::replacement::{self, Misfit, Replacement, UnusedReplacement, replacements};
use super::{Basis, Cells, Coverage, MeterEvents, Method, Segment, SegmentKind};
use crate::core::{DayCell, HourCell, Period, Series};
use crate::locales::{Text, account as words};

/// Days with events whose hours are looked at, at most: of a register with more of them they tell nothing. Engineering
/// judgement.
const EVENT_DAYS_MAX: usize = 60;

/// Why a register may have grown by more than was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenBy {
    /// It was reset or replaced, and no row of the ledger says by how much.
    Reset,
    /// A roll-over may have been a reset.
    Rollover,
    /// Readings that jump were left out.
    Glitch,
    /// The ledger has rows of a replacement that are not used.
    UnusedReplacement,
    /// A gap in the period is long enough for a reset that nobody saw.
    Gap,
    /// Readings are missing at an end of the period.
    Ends,
    /// The readings at an end of the period do not lie on it.
    Boundary,
    /// Growth beyond the plate is left out.
    Plate,
    /// It contradicts itself or another instrument.
    Contradiction,
    /// It has no data.
    Silence,
    /// It moves by steps; of nothing else that leaves it open.
    Step,
}

impl OpenBy {
    pub fn name(self) -> Text {
        match self {
            Self::Reset => words::open_by_reset(),
            Self::Rollover => words::open_by_rollover(),
            Self::Glitch => words::open_by_glitch(),
            Self::UnusedReplacement => words::open_by_unused(),
            Self::Gap => words::open_by_gap(),
            Self::Ends => words::open_by_ends(),
            Self::Boundary => words::open_by_boundary(),
            Self::Plate => words::open_by_plate(),
            Self::Contradiction => words::open_by_contradiction(),
            Self::Silence => words::open_by_silence(),
            Self::Step => words::open_by_step(),
        }
    }
}

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
    /// Why it may have grown by more than was counted.
    pub open_by: BTreeSet<OpenBy>,
    /// Rows of the ledger about it that are not used.
    pub unused: Vec<UnusedReplacement>,
    /// The step by which it moves, in its unit; 0 where that is finer than a hundredth or not known.
    pub step: f64,
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
        let (replaced, mut alone) = replacements(series, self.basis.entries, span.period);
        if coverage.counted == 0 {
            let unread = replaced.iter().map(|r| r.unused(series, Misfit::NoReadingAround));
            alone.extend(unread);
            return Ok(Register {
                quantity: Quantity::unknown(series.clone(), span.hours(), ends.beyond),
                days: Vec::new(),
                spans: Vec::new(),
                segments: Vec::new(),
                ends,
                events: None,
                open_by: BTreeSet::from([OpenBy::Silence]),
                unused: alone,
                step: 0.0,
            });
        }
        let (growth, beyond_plate) = self.growth(series, &days, &ends, rate)?;
        let known = Known { series, cells: &days, span, ends, rate };
        let mut register = known.register(growth, coverage, (&replaced, alone));
        if beyond_plate > 0.0 {
            let own = std::mem::take(&mut register.quantity.note);
            let left_out = words::beyond_plate(format!("{beyond_plate:.0}"));
            register.quantity.note = notes([own, left_out]);
            register.open_by.insert(OpenBy::Plate);
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
        for (index, (cell, grown)) in days.iter().zip(&mut growth).enumerate() {
            if cell.counted == 0 {
                continue;
            }
            // A reading that jumped up at the end of a day is taken back at the beginning of the next.
            let reset_next = days.get(index + 1).is_some_and(|next| next.resets > 0);
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
            let eventful = reset_next || is_eventful(cell, before_h, rate);
            let Some(rate) = rate.filter(|_| eventful) else {
                continue;
            };
            looked_at += 1;
            if looked_at <= EVENT_DAYS_MAX {
                let next = if reset_next { cell.day.saturating_add(1.day()) } else { cell.day };
                let period = Period { from: cell.day.saturating_sub(1.day()), to: next };
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
            most: ((day.most - most).max(0.0) + self.first_most).max(value),
        }
    }

    /// Why the ends leave open what the register grew by, where they do.
    fn open_by(&self) -> Option<OpenBy> {
        let first = self.first_most > self.first.most - self.first.value;
        let last = self.beyond > 0.0 || self.last.most > self.last.value;
        match self.are_closed() {
            false => Some(OpenBy::Ends),
            true => (first || last).then_some(OpenBy::Boundary),
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
        replaced: (&[Replacement], Vec<UnusedReplacement>),
    ) -> Register {
        let Known { series, cells, span, ref ends, rate } = self;
        let events_of = |value| MeterEvents::of(series, cells, value);
        let held = replacement::Register { series, cells, span, rate, ends };
        let (mut segments, unused) = held.apply(&mut growth, replaced);
        let explained: Vec<(Date, Date)> = segments.iter().map(|s| (s.from, s.to)).collect();
        let covered = cells.iter().filter(|cell| cell.covered_h > 0);
        let covered: Vec<(Date, f64)> =
            covered.map(|cell| (cell.day, f64::from(cell.covered_h))).collect();
        let mut unseen = 0.0f64;
        for gap in &gap_runs(&covered, &span) {
            let (grown, at_end) = (settled_by(gap, cells, &growth), ends.has(gap, &span));
            let hidden = if at_end { 0.0 } else { self.hidden(gap, &growth) };
            unseen = hidden.max(unseen);
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
        if !unused.is_empty() {
            most = most.max(at_most(rate, span.hours() as f64));
        }
        // What it shows may lie a step below what it counted, at both ends.
        let step = step(cells);
        quantity.set_bounds([(sum.least - step).max(0.0), most + step]);
        quantity.method = Method::CounterDifference;
        quantity.coverage = coverage;
        quantity.note = note(cells, &segments, coverage, &unused);
        let of_ends = ends.open_by().into_iter();
        let open = segments.iter().filter(|s| s.most.is_none_or(|most| most > s.least));
        let of_events = open.filter_map(|segment| match segment.kind {
            SegmentKind::Reset => Some(OpenBy::Reset),
            SegmentKind::Rollover => Some(OpenBy::Rollover),
            SegmentKind::Glitch => Some(OpenBy::Glitch),
            SegmentKind::Gap | SegmentKind::MeterReplaced => None,
        });
        let mut open_by: BTreeSet<OpenBy> = of_ends.chain(of_events).collect();
        open_by.extend((unseen > 0.0).then_some(OpenBy::Gap));
        open_by.extend((!unused.is_empty()).then_some(OpenBy::UnusedReplacement));
        if open_by.is_empty() && step > 0.0 {
            open_by.insert(OpenBy::Step);
        }
        let grown = cells.iter().zip(&growth).filter(|(cell, _)| cell.counted > 0);
        Register {
            quantity,
            days: grown.map(|(cell, growth)| (cell.day, growth.value)).collect(),
            step,
            spans: spans(cells, &growth, &span),
            segments,
            events: Some(events_of(sum.value)),
            ends: self.ends,
            open_by,
            unused,
        }
    }

    /// What a reset that nobody saw can have hidden in `gap`: only where the pump could have filled the register from
    /// zero in one of its parts. More than one such reset in a period is not thought of.
    fn hidden(&self, gap: &GapRun, growth: &[Growth]) -> f64 {
        let Some(rate) = self.rate else {
            return 0.0;
        };
        // Days with data stand alone: what they lack is short. Days without any go with those beside them.
        let mut most = 0.0f64;
        let (mut open_h, mut next) = (0.0, gap.from);
        let cells = self.cells.iter().zip(growth);
        for (cell, grown) in cells.filter(|(cell, _)| cell.counted > 0 && cell.day >= gap.from) {
            let empty_h = self.span.hours_of(next, cell.day.saturating_sub(1.day()));
            let missing_h = self.span.hours_of(cell.day, cell.day) - f64::from(cell.covered_h);
            let part_h = if empty_h > 0.0 { open_h + empty_h + missing_h } else { missing_h };
            let refilled = cell.min.is_some_and(|raw| raw <= rate * (part_h + 1.0));
            if refilled && part_h > 0.0 {
                most = most.max(rate * part_h - grown.value);
            }
            if cell.day > gap.to {
                break;
            }
            (open_h, next) = (missing_h, cell.day.saturating_add(1.day()));
        }
        most
    }
}

/// The growth of each day with data, and the hours that it may stand for: its own, those without data before it, and
/// the day before where readings were dropped.
fn spans(cells: &[DayCell], growth: &[Growth], span: &Span<'_>) -> Vec<(Growth, f64)> {
    let (mut from, mut earlier) = (span.period.from, span.period.from);
    let mut spans = Vec::new();
    for (cell, growth) in cells.iter().zip(growth).filter(|(cell, _)| cell.counted > 0) {
        let begins = if cell.glitches > 0 { earlier } else { from };
        spans.push((*growth, span.hours_of(begins, cell.day)));
        earlier = from;
        from = match f64::from(cell.covered_h) < span.hours_of(cell.day, cell.day) {
            true => cell.day,
            false => cell.day.saturating_add(1.day()),
        };
    }
    spans
}

/// Steps that registers have, from the coarsest: a unit, as meters behind transformers show, or a part of one.
const STEPS: [f64; 3] = [1.0, 0.1, 0.01];

/// The step of the register, by what it shows; 0 where it is finer than a hundredth, or shows nothing.
pub(super) fn step(cells: &[DayCell]) -> f64 {
    let shown = || cells.iter().flat_map(|cell| [cell.min, cell.max, cell.last]).flatten();
    let fits = |step: &f64| {
        shown().all(|raw| {
            let steps = raw / step;
            (steps - steps.round()).abs() < 1e-4
        })
    };
    let step = STEPS.into_iter().find(fits).unwrap_or(0.0);
    if shown().next().is_some() { step } else { 0.0 }
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
fn note(
    cells: &[DayCell],
    segments: &[Segment],
    coverage: Coverage,
    unused: &[UnusedReplacement],
) -> Text {
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
    parts.extend(unused.iter().map(UnusedReplacement::text));
    let gap_h = coverage.period_h.saturating_sub(coverage.covered_h);
    if gap_h > 0 {
        parts.push(words::gap(gap_h));
    }
    notes(parts)
}
