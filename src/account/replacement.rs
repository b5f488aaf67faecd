//! Meters that the ledger says were replaced: what they counted between the last reading of the old and the first of
//! the new one.

use jiff::civil::Date;

use super::{Entry, EntryCode, Segment, SegmentKind};
use crate::core::{DayCell, Series};
use crate::locales::{Argument, Text, account as words};

/// By how much a reading of the ledger may differ from the register: people read off whole units.
const READ_OFF: f64 = 1.0;

/// What a register grew by on a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Growth {
    pub least: f64,
    pub most: f64,
}

/// A meter that was replaced, by two rows of the ledger.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Replacement {
    day: Date,
    last_of_old: f64,
    first_of_new: f64,
    rows: (i64, i64),
}

/// The replacements of `series` that the ledger has: each final reading with the first reading of the same day. The
/// second list names the rows without a counterpart.
pub(super) fn replacements(series: &Series, entries: &[Entry]) -> (Vec<Replacement>, Vec<Text>) {
    let name = series.to_string();
    let rows = |code| {
        let rows = entries.iter().filter(move |entry: &&Entry| entry.code == code);
        rows.filter(|entry| entry.work.as_deref() == Some(&name))
    };
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for old in rows(EntryCode::MeterReplaced) {
        match rows(EntryCode::MeterInstalled).find(|new| new.from == old.from) {
            Some(new) => pairs.push(Replacement {
                day: old.from,
                last_of_old: old.value,
                first_of_new: new.value,
                rows: (old.id, new.id),
            }),
            None => alone.push(words::replaced_alone(old.id)),
        }
    }
    pairs.sort_by_key(|pair| pair.day);
    (pairs, alone)
}

/// Settles what the counter engine left open by what the ledger says. Returns a segment for each replacement that fits,
/// and the reason for each that does not.
pub(super) fn apply(
    series: &Series,
    cells: &[DayCell],
    growth: &mut [Growth],
    replaced: &[Replacement],
) -> (Vec<Segment>, Vec<Text>) {
    let (mut segments, mut refused) = (Vec::new(), Vec::new());
    for replacement in replaced {
        match fit(cells, growth, replacement) {
            Ok((from, to, grown)) => {
                settle(growth, from, to, grown);
                let ends = (cells.get(from), cells.get(to));
                let (Some(first), Some(last)) = ends else {
                    continue;
                };
                segments.push(segment(series, (first.day, last.day), replacement, grown));
            }
            Err(why) => {
                let (old, new) = replacement.rows;
                refused.push(words::replacement_refused(old, new, why));
            }
        }
    }
    (segments, refused)
}

/// The indices of the first day after the old meter's last reading and of the day on which the new one settled, and the
/// growth between them.
fn fit(
    cells: &[DayCell],
    growth: &[Growth],
    replacement: &Replacement,
) -> Result<(usize, usize, f64), Text> {
    let before = cells
        .iter()
        .rposition(|cell| cell.day < replacement.day && cell.last.is_some())
        .ok_or_else(words::nothing_before)?;
    let from = before + 1;
    let later = cells.iter().enumerate().skip(from);
    let reset = later.into_iter().find(|(_, cell)| cell.resets > 0);
    let (to, settled) = reset.ok_or_else(words::no_reset_seen)?;
    let (Some(seen), Some(shown)) = (cells.get(before).and_then(|c| c.last), settled.last) else {
        return Err(words::no_reading_around());
    };
    if settled.resets != 1 {
        return Err(words::two_resets_that_day());
    }
    let (old, new) = (replacement.last_of_old - seen, shown - replacement.first_of_new);
    let days = growth.iter().take(to + 1).skip(from);
    let (least, most) =
        days.fold((0.0, 0.0), |(least, most), day| (least + day.least, most + day.most));
    let grown = old + new;
    let fits = old >= -READ_OFF && new >= -READ_OFF;
    if !fits || grown < least - READ_OFF || grown > most + READ_OFF {
        return Err(words::readings_contradict());
    }
    Ok((from, to, grown.max(0.0)))
}

/// Spreads `grown` over the days from `from` to `to`: each keeps what it had, the last takes the rest.
fn settle(growth: &mut [Growth], from: usize, to: usize, grown: f64) {
    let mut rest = grown;
    for day in growth.iter_mut().take(to).skip(from) {
        let part = day.least.min(rest.max(0.0));
        rest -= part;
        *day = Growth { least: part, most: part };
    }
    if let Some(day) = growth.get_mut(to) {
        *day = Growth { least: rest.max(0.0), most: rest.max(0.0) };
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
