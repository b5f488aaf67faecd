//! Meters that the ledger says were replaced: what they counted between the last reading of the old and the first of
//! the new one. The new register may begin below or above the old one, whatever the counter engine made of it.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::ends::Ends;
use super::gap::Span;
use super::growth::{Growth, at_most};
use super::{Entry, EntryCode, Segment, SegmentKind};
use crate::core::{DayCell, Period, Series};
use crate::locales::{Argument, Text, account as words};

/// By how much a reading of the ledger may differ from the register: people read off whole units.
const READ_OFF: f64 = 1.0;

/// A meter that was replaced, by two rows of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Replacement {
    day: Date,
    last_of_old: f64,
    first_of_new: f64,
    rows: (i64, i64),
}

/// Why rows of the ledger that replace a meter are not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfit {
    /// A last reading of the old meter without a first one of the new meter on the same day.
    OldAlone,
    /// A first reading of the new meter without a last one of the old meter on the same day.
    NewAlone,
    NothingBefore,
    NoReadingAround,
    TwoResets,
    /// The readings cannot be those of these two meters.
    Contradicted,
}

impl Misfit {
    fn text(self) -> Text {
        match self {
            Self::OldAlone => words::old_alone(),
            Self::NewAlone => words::new_alone(),
            Self::NothingBefore => words::nothing_before(),
            Self::NoReadingAround => words::no_reading_around(),
            Self::TwoResets => words::two_resets_that_day(),
            Self::Contradicted => words::readings_contradict(),
        }
    }
}

/// Rows of the ledger that replace a meter and are not used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnusedReplacement {
    pub series: Series,
    pub day: Date,
    /// Number and value of each row: a pair, or one that stands alone.
    pub rows: Vec<(i64, f64)>,
    pub why: Misfit,
}

impl UnusedReplacement {
    /// The rows, and why they are not used.
    pub fn text(&self) -> Text {
        let rows = Text::list(self.rows.iter().map(|(row, _)| *row));
        words::replacement_refused(rows, self.why.text())
    }
}

/// The replacements of `series` that the ledger has in `period`: each final reading with the first reading of the same
/// day; and the rows without a counterpart.
pub(super) fn replacements(
    series: &Series,
    entries: &[Entry],
    period: Period,
) -> (Vec<Replacement>, Vec<UnusedReplacement>) {
    let name = series.to_string();
    let rows = |code| {
        let own = |entry: &&Entry| {
            entry.code == code
                && entry.work.as_deref() == Some(&name)
                && (period.from..=period.to).contains(&entry.from)
        };
        entries.iter().filter(own).collect::<Vec<_>>()
    };
    let (old, mut new) = (rows(EntryCode::MeterReplaced), rows(EntryCode::MeterInstalled));
    let alone = |row: &Entry, why| UnusedReplacement {
        series: series.clone(),
        day: row.from,
        rows: vec![(row.id, row.value)],
        why,
    };
    let (mut pairs, mut unused) = (Vec::new(), Vec::new());
    for old in old {
        match new.iter().position(|new| new.from == old.from) {
            Some(at) => {
                let new = new.remove(at);
                pairs.push(Replacement {
                    day: old.from,
                    last_of_old: old.value,
                    first_of_new: new.value,
                    rows: (old.id, new.id),
                });
            }
            None => unused.push(alone(old, Misfit::OldAlone)),
        }
    }
    unused.extend(new.into_iter().map(|new| alone(new, Misfit::NewAlone)));
    pairs.sort_by_key(|pair| pair.day);
    (pairs, unused)
}

impl Replacement {
    /// That it is not used.
    pub fn unused(&self, series: &Series, why: Misfit) -> UnusedReplacement {
        let (old, new) = self.rows;
        UnusedReplacement {
            series: series.clone(),
            day: self.day,
            rows: vec![(old, self.last_of_old), (new, self.first_of_new)],
            why,
        }
    }
}

/// What replacements are held against: a register by its days and what its pump allows.
pub(super) struct Register<'a> {
    pub series: &'a Series,
    pub cells: &'a [DayCell],
    pub span: Span<'a>,
    /// The most that it grows by in an hour, by the plate.
    pub rate: Option<f64>,
    /// What lies next to the ends of the period.
    pub ends: &'a Ends,
}

impl Register<'_> {
    /// Settles what the counter engine left open, or took for growth, by what the ledger says. Returns a segment for
    /// each replacement that fits, and the rows that are not used, those `alone` among them; nobody knows then what the
    /// days around them came to.
    pub fn apply(
        &self,
        growth: &mut [Growth],
        (replaced, alone): (&[Replacement], Vec<UnusedReplacement>),
    ) -> (Vec<Segment>, Vec<UnusedReplacement>) {
        let (mut segments, mut refused) = (Vec::new(), Vec::new());
        for replacement in replaced {
            match self.fit(growth, replacement) {
                Ok((from, to, grown)) => {
                    let swap = |cell: &DayCell| cell.day == replacement.day && cell.counted > 0;
                    let at = self.cells.iter().position(swap).unwrap_or(to);
                    settle(growth, (from, to), at, grown);
                    self.keep_ends(growth, from, to);
                    let ends = (self.cells.get(from), self.cells.get(to));
                    let (Some(first), Some(last)) = ends else {
                        continue;
                    };
                    segments.push(segment(self.series, (first.day, last.day), replacement, grown));
                }
                Err(why) => {
                    self.leave_open(growth, replacement.day);
                    refused.push(replacement.unused(self.series, why));
                }
            }
        }
        for unused in alone {
            self.leave_open(growth, unused.day);
            refused.push(unused);
        }
        (segments, refused)
    }

    /// Lets the ends of the period stand where the days from `from` to `to`, which were settled, reach them: what lies
    /// before its first reading is not the period's, and what the reading after it settled is.
    fn keep_ends(&self, growth: &mut [Growth], from: usize, to: usize) {
        let counts = |cell: &DayCell| cell.counted > 0;
        let first = self.cells.iter().position(counts).filter(|_| from == 0);
        if let Some(first) = first.and_then(|at| growth.get_mut(at)) {
            *first = self.ends.open(*first);
        }
        let last = self.cells.iter().rposition(counts).filter(|last| *last == to);
        if let Some(last) = last.and_then(|at| growth.get_mut(at)) {
            *last = *last + self.ends.last;
        }
    }

    /// The indices of the first day after the old meter's last reading and of the first day that ends with a reading
    /// of the new one, and the growth from the one reading to the other.
    fn fit(
        &self,
        growth: &[Growth],
        replacement: &Replacement,
    ) -> Result<(usize, usize, f64), Misfit> {
        let Replacement { day, last_of_old, first_of_new, .. } = *replacement;
        let shows = |cell: &DayCell| cell.last.is_some();
        let before = self.cells.iter().rposition(|cell| cell.day < day && shows(cell));
        let (from, seen, since_h) = match before.and_then(|at| Some((at, self.cells.get(at)?))) {
            // The last reading may lie as long before the day's end as hours of it are missing.
            Some((at, cell)) => {
                let missing_h = self.span.hours_of(cell.day, cell.day) - f64::from(cell.covered_h);
                let next = cell.day.saturating_add(1.day());
                (at + 1, cell.last, self.span.hours_of(next, day) + missing_h + 1.0)
            }
            None => {
                let raw_before = self.ends.raw_before.filter(|_| self.ends.first_counts);
                (0, raw_before, self.span.hours_of(self.span.period.from, day) + 1.0)
            }
        };
        let seen = seen.ok_or(Misfit::NothingBefore)?;
        let after = self.cells.iter().position(|cell| cell.day > day && shows(cell));
        let same = self.cells.iter().position(|cell| cell.day == day && shows(cell));
        let surely_new = |at: &usize| {
            self.cells.get(*at).is_some_and(|cell| self.shows_new(cell, seen, replacement))
        };
        let to = after.or(same.filter(surely_new)).ok_or(Misfit::NoReadingAround)?;
        let settled = self.cells.get(to).ok_or(Misfit::NoReadingAround)?;
        let shown = settled.last.ok_or(Misfit::NoReadingAround)?;
        let around = self.cells.get(from..=to).unwrap_or_default();
        let resets: u32 = around.iter().map(|cell| cell.resets).sum();
        if resets > 1 {
            return Err(Misfit::TwoResets);
        }
        let old_most = at_most(self.rate, since_h);
        let new_most = at_most(self.rate, self.span.hours_of(day, settled.day));
        // A fall is a roll-over, where the plate allows one.
        let grown = |from: f64, to: f64| match to - from {
            fall if fall < -READ_OFF => fall + turn(from),
            grown => grown,
        };
        let (old, new) = (grown(seen, last_of_old), grown(first_of_new, shown));
        let rolled = last_of_old < seen - READ_OFF || shown < first_of_new - READ_OFF;
        let fits = |part: f64, most: f64| (-READ_OFF..=most + READ_OFF).contains(&part);
        // What the engine counted beside a reset that it saw is real.
        let counted: f64 = growth.get(from..=to).unwrap_or_default().iter().map(|g| g.least).sum();
        let too_little = resets == 1 && old + new < counted - READ_OFF;
        let wild = around.iter().any(|cell| cell.glitches > 0);
        let above = !wild
            && !rolled
            && around
                .iter()
                .filter_map(|cell| cell.max)
                .any(|max| max > seen.max(last_of_old).max(first_of_new).max(shown) + READ_OFF);
        if !fits(old, old_most) || !fits(new, new_most) || too_little || above {
            return Err(Misfit::Contradicted);
        }
        Ok((from, to, (old + new).max(0.0)))
    }

    /// Whether the last reading of the day of the replacement is one of the new meter.
    fn shows_new(&self, cell: &DayCell, seen: f64, replacement: &Replacement) -> bool {
        let Replacement { day, last_of_old, first_of_new, .. } = *replacement;
        let Some(shown) = cell.last else {
            return false;
        };
        let most = at_most(self.rate, self.span.hours_of(day, day));
        let of_old = seen - READ_OFF <= shown && shown <= last_of_old + READ_OFF;
        let of_new = (-READ_OFF..=most + READ_OFF).contains(&(shown - first_of_new));
        of_new && (!of_old || cell.resets + cell.rollovers > 0)
    }

    /// Leaves open what the days around a replacement came to that the readings contradict.
    fn leave_open(&self, growth: &mut [Growth], day: Date) {
        let to = self.cells.iter().position(|cell| cell.day > day && cell.counted > 0);
        let to = to.unwrap_or(growth.len());
        for (cell, growth) in self.cells.iter().zip(growth).take(to + 1) {
            if cell.day >= day {
                growth.least = 0.0;
            }
        }
    }
}

/// The value at which a register that shows `seen` near its end returns to zero: the next power of ten.
fn turn(seen: f64) -> f64 {
    10f64.powf(seen.max(1.0).log10().ceil())
}

/// Spreads `grown` over the days from `from` to `to`: each keeps what it had, the one `at` takes the rest.
fn settle(growth: &mut [Growth], (from, to): (usize, usize), at: usize, grown: f64) {
    let mut rest = grown;
    for (index, day) in growth.iter_mut().enumerate().take(to + 1).skip(from) {
        if index != at {
            let part = day.least.min(rest);
            rest -= part;
            *day = Growth::exactly(part);
        }
    }
    if let Some(day) = growth.get_mut(at) {
        *day = Growth::exactly(rest);
    }
}

fn segment(
    series: &Series,
    (from, to): (Date, Date),
    replacement: &Replacement,
    grown: f64,
) -> Segment {
    let Replacement { day, last_of_old, first_of_new, rows: (old, new) } = replacement;
    Segment {
        series: series.clone(),
        from,
        to,
        kind: SegmentKind::MeterReplaced,
        note: words::replaced(Argument::of(day), last_of_old, first_of_new, *old, *new),
        least: grown,
        most: Some(grown),
    }
}
