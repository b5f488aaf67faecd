//! Whether a source held no water for a day on end, by its level hour by hour.
//!
//! A gap neither helps nor hinders: a spell is proved by the hours that were seen, and its absence by there being no
//! room for one between hours that were seen wet.

use jiff::Timestamp;

use crate::core::{HOUR_MS, HourCell};

/// Hours on end that a source has to be dry before it is called so (`docs/domain.md` §3.1). Engineering judgement,
/// confidence 0.7: shorter spells are often a pump drawing a pond down overnight.
pub const DRY_HOURS_MIN: u32 = 24;

/// Hours from the first to the last dry one of a spell, both counted: with one reading in each, the first and the last
/// of 24 lie 23 hours apart.
const DRY_SPAN_H_MIN: u64 = DRY_HOURS_MIN as u64 + 1;

/// Longest gap between two dry hours of one spell, h. Engineering judgement, confidence 0.6: what lay dry before and
/// after a few hours without data was not filled and emptied within them; over half a day it may have been.
pub const DRY_GAP_H_MAX: u64 = 6;

/// Longest run of hours not seen wet in which no spell of [`DRY_HOURS_MIN`] fits. Wet readings before and after a run
/// of 22 hours lie less than 24 hours apart; those of a run of 23 may lie further apart, at the start of the one hour
/// and the end of the other.
const NOT_WET_H_MAX: u64 = DRY_HOURS_MIN as u64 - 2;

/// Whether a source was dry for [`DRY_HOURS_MIN`] hours on end in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dryness {
    Dry(DrySpell),
    /// No such spell fits between the hours that were seen wet, nor was one cut by an edge of the period.
    NotDry,
    /// Its bottom is not known, too few hours were seen, or a spell goes on beyond the period.
    Unknown,
}

/// When and for how long a source was dry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrySpell {
    /// First hour of the first spell.
    pub first_hour_at: Timestamp,
    /// Dry hours seen in the longest spell, h.
    pub longest_h: u32,
    /// Dry hours seen in all spells that are long enough, h.
    pub hours: u32,
}

impl Dryness {
    pub fn spell(self) -> Option<DrySpell> {
        match self {
            Self::Dry(spell) => Some(spell),
            Self::NotDry | Self::Unknown => None,
        }
    }
}

/// Whether a source was dry in the `period_h` hours from `begins_at` on. `hours` are in order of time and may begin
/// before the period and end after it; `limit_m` is the level at or below which it is dry.
///
/// An hour is dry when its highest level lies at or below the limit and one of its readings is better than suspect; it
/// is wet when such a reading lies above. A spell is at least [`DRY_HOURS_MIN`] dry hours of the period over a span of
/// an hour more, with no wet hour among them and no gap of more than [`DRY_GAP_H_MAX`] hours; a dry hour that adjoins
/// the period on either side counts in the span. One that the period's edge may have cut is not known to be none.
pub fn dryness(
    hours: &[HourCell],
    limit_m: Option<f64>,
    (begins_at, period_h): (Timestamp, u64),
) -> Dryness {
    let Some(limit_m) = limit_m else {
        return Dryness::Unknown;
    };
    let (before, rest) = hours.split_at(hours.partition_point(|cell| cell.hour_at < begins_at));
    let end = rest.partition_point(|cell| hour_of(cell, begins_at) < period_h);
    let (own, after) = rest.split_at(end);
    let to_start = |cell: &HourCell| hours_between(cell.hour_at, begins_at);
    let from_end = |cell: &HourCell| (hour_of(cell, begins_at) + 1).saturating_sub(period_h);
    let before = Beyond::of(before.iter().rev().map(|cell| (to_start(cell), cell)), limit_m);
    let after = Beyond::of(after.iter().map(|cell| (from_end(cell), cell)), limit_m);
    let (period, beyond) = ((begins_at, period_h), [before, after]);
    if let Some(spell) = dry_spell(own, limit_m, period, beyond) {
        return Dryness::Dry(spell);
    }
    match longest_not_wet(own, limit_m, period, beyond) <= NOT_WET_H_MAX {
        true => Dryness::NotDry,
        false => Dryness::Unknown,
    }
}

/// The dry spells of the period, from its own hours and what lies `beyond` its start and end.
fn dry_spell(
    own: &[HourCell],
    limit_m: f64,
    (begins_at, period_h): (Timestamp, u64),
    [before, after]: [Beyond; 2],
) -> Option<DrySpell> {
    let mut spell: Option<DrySpell> = None;
    // The hour before the period has the number 0, its own have 1 to `period_h`.
    let adjoining = Run { first_hour_at: begins_at, first: 0, last: 0, hours: 0 };
    let mut run = before.adjoins.then_some(adjoining);
    let goes_on = |run: &Run, hour: u64| hour - run.last <= DRY_GAP_H_MAX + 1;
    for cell in own {
        let hour = hour_of(cell, begins_at) + 1;
        match is_dry(cell, limit_m) {
            None => {}
            Some(true) => {
                let known = run.take();
                let same = known.filter(|run| goes_on(run, hour));
                if same.is_none() {
                    settle(&mut spell, known);
                }
                let begun = Run { first_hour_at: cell.hour_at, first: hour, last: hour, hours: 0 };
                let mut now = same.unwrap_or(begun);
                if now.hours == 0 {
                    now.first_hour_at = cell.hour_at;
                }
                run = Some(Run { last: hour, hours: now.hours + 1, ..now });
            }
            Some(false) => settle(&mut spell, run.take()),
        }
    }
    if let Some(run) = &mut run
        && after.adjoins
        && goes_on(run, period_h + 1)
    {
        run.last = period_h + 1;
    }
    settle(&mut spell, run);
    spell
}

/// The longest run of hours of the period that were not seen wet, h, with what was seen dry `beyond` its ends.
fn longest_not_wet(
    own: &[HourCell],
    limit_m: f64,
    (begins_at, period_h): (Timestamp, u64),
    [before, after]: [Beyond; 2],
) -> u64 {
    let (mut not_wet_from, mut longest, mut carried) = (0u64, 0u64, before.reach_h);
    for cell in own.iter().filter(|cell| is_dry(cell, limit_m) == Some(false)) {
        let hour = hour_of(cell, begins_at);
        longest = longest.max(hour.saturating_sub(not_wet_from) + carried);
        (not_wet_from, carried) = (hour + 1, 0);
    }
    longest.max(period_h.saturating_sub(not_wet_from) + carried + after.reach_h)
}

/// What was seen of a source beyond an edge of the period. Hours that nobody saw there say nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Beyond {
    /// Whether the hour at the edge was seen dry.
    adjoins: bool,
    /// How far from the edge the last dry hour lies of those before a wet one, h; a day is enough.
    reach_h: u64,
}

impl Beyond {
    /// Of hours with their distance from the edge, h: 1 for the one that adjoins it, which comes first.
    fn of<'a>(cells: impl Iterator<Item = (u64, &'a HourCell)>, limit_m: f64) -> Beyond {
        let mut beyond = Beyond::default();
        for (distance_h, cell) in cells.take_while(|(h, _)| *h <= u64::from(DRY_HOURS_MIN)) {
            match is_dry(cell, limit_m) {
                None => {}
                Some(true) => {
                    beyond.adjoins |= distance_h == 1;
                    beyond.reach_h = distance_h;
                }
                Some(false) => {
                    // In an hour with levels on both sides the spell began or ended.
                    if cell.min.is_some_and(|min| min <= limit_m) {
                        beyond.reach_h = distance_h.saturating_sub(1);
                    }
                    break;
                }
            }
        }
        beyond
    }
}

/// Whole hours from `from` to `to`; 0 where `to` is the earlier.
fn hours_between(from: Timestamp, to: Timestamp) -> u64 {
    let passed_ms = to.as_millisecond() - from.as_millisecond();
    passed_ms.div_euclid(HOUR_MS).max(0).unsigned_abs()
}

/// Hours from `begins_at` to `cell`.
pub(super) fn hour_of(cell: &HourCell, begins_at: Timestamp) -> u64 {
    hours_between(begins_at, cell.hour_at)
}

/// Whether the hour was dry or wet; `None` where its readings do not say. Which of them are the suspect ones is not
/// known: of an hour that has some, all have to lie on the same side.
fn is_dry(cell: &HourCell, limit_m: f64) -> Option<bool> {
    if cell.counted <= cell.suspect {
        return None;
    }
    let (min, max) = (cell.min?, cell.max?);
    if max <= limit_m {
        Some(true)
    } else if cell.suspect == 0 || min > limit_m {
        Some(false)
    } else {
        None
    }
}

/// Dry hours without a wet one or a long gap between them, by their numbers.
#[derive(Clone, Copy)]
struct Run {
    first_hour_at: Timestamp,
    first: u64,
    last: u64,
    /// Those of the period.
    hours: u32,
}

/// Takes a finished run into the spell where it is long enough.
fn settle(spell: &mut Option<DrySpell>, run: Option<Run>) {
    let long = |run: &Run| run.hours >= DRY_HOURS_MIN && run.last - run.first + 1 >= DRY_SPAN_H_MIN;
    let Some(Run { first_hour_at, hours, .. }) = run.filter(long) else {
        return;
    };
    let before = spell.unwrap_or(DrySpell { first_hour_at, longest_h: 0, hours: 0 });
    *spell = Some(DrySpell {
        first_hour_at: before.first_hour_at,
        longest_h: before.longest_h.max(hours),
        hours: before.hours + hours,
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::test_kit::{empty_hour, gauge_hour};
    use jiff::ToSpan;

    const WET: Option<f64> = Some(10.0);
    const DRY: Option<f64> = Some(9.0);

    fn begins_at() -> Timestamp {
        "2022-08-01T00:00:00Z".parse().unwrap()
    }

    fn cells(levels: &[Option<f64>]) -> Vec<HourCell> {
        let cell = |(i, level): (usize, &Option<f64>)| {
            let at = begins_at() + (i as i64).hours();
            level.map_or(empty_hour(at), |level| gauge_hour(at, level))
        };
        levels.iter().enumerate().map(cell).collect()
    }

    fn judged(cells: &[HourCell], hours: usize) -> Dryness {
        dryness(cells, Some(9.0), (begins_at(), hours as u64))
    }

    /// A wet hour, `inner`, a wet hour.
    fn between(inner: &[Option<f64>]) -> Dryness {
        let mut levels = vec![WET];
        levels.extend_from_slice(inner);
        levels.push(WET);
        judged(&cells(&levels), levels.len())
    }

    #[test]
    fn a_day_on_the_bottom_is_dry_and_what_may_be_less_is_open() {
        let spell = between(&[DRY; 25]).spell().unwrap();
        assert_eq!((spell.longest_h, spell.hours), (25, 25));
        assert_eq!(spell.first_hour_at.to_string(), "2022-08-01T01:00:00Z");
        assert_eq!(between(&[DRY; 24]), Dryness::Unknown, "its readings span 23 hours");
        assert_eq!(between(&[DRY; 23]), Dryness::Unknown, "it may have lasted a day");
        assert_eq!(between(&[DRY; 22]), Dryness::NotDry);
    }

    #[test]
    fn a_missing_hour_each_day_hides_no_spell_and_breaks_none() {
        let mut levels: Vec<Option<f64>> = vec![DRY; 240];
        for hour in (3..240).step_by(24) {
            levels[hour] = None;
        }
        let spell = judged(&cells(&levels), 240).spell().unwrap();
        assert_eq!((spell.longest_h, spell.hours), (230, 230));
        let mut without_cells = cells(&levels);
        without_cells.retain(|cell| cell.counted > 0);
        assert_eq!(judged(&without_cells, 240).spell(), Some(spell));
        let mut suspect = cells(&[DRY; 40]);
        suspect[20].suspect = 1;
        assert_eq!(judged(&suspect, 40).spell().unwrap().hours, 39);
    }

    #[test]
    fn a_spell_needs_a_day_of_hours_seen_and_ends_at_a_long_gap() {
        let gap = |before: usize, gap: usize, after: usize| {
            let mut levels = vec![DRY; before];
            levels.extend(vec![None; gap]);
            levels.extend(vec![DRY; after]);
            between(&levels)
        };
        assert_eq!(gap(12, 6, 12).spell().unwrap().hours, 24);
        assert_eq!(gap(12, 6, 11), Dryness::Unknown, "23 hours seen");
        assert_eq!(gap(12, 7, 12), Dryness::Unknown, "it may have been filled in between");
        assert_eq!(gap(30, 7, 26).spell().unwrap().longest_h, 30);
    }

    #[test]
    fn what_an_outage_may_hide_is_open() {
        let wet_but = |gap: usize| {
            let mut levels = vec![WET; 100];
            levels.extend(vec![None; gap]);
            levels.extend(vec![WET; 100]);
            judged(&cells(&levels), levels.len())
        };
        assert_eq!(wet_but(22), Dryness::NotDry);
        assert_eq!(wet_but(23), Dryness::Unknown);
        assert_eq!(judged(&cells(&[WET; 100]), 123), Dryness::Unknown, "the end of the period");
        let late: Vec<HourCell> = cells(&[WET; 100]).split_off(30);
        assert_eq!(judged(&late, 100), Dryness::Unknown, "its start");
        assert_eq!(dryness(&cells(&[WET; 100]), None, (begins_at(), 100)), Dryness::Unknown);
    }

    /// The dryness of a period of `hours` whose first hour has the index `lead` in `levels`.
    fn within(levels: &[Option<f64>], lead: usize, hours: usize) -> Dryness {
        let begins_at = begins_at() + (lead as i64).hours();
        dryness(&cells(levels), Some(9.0), (begins_at, hours as u64))
    }

    fn joined(parts: &[(Option<f64>, usize)]) -> Vec<Option<f64>> {
        parts.iter().flat_map(|(level, hours)| std::iter::repeat_n(*level, *hours)).collect()
    }

    #[test]
    fn a_spell_that_the_end_of_the_period_cuts_is_no_denial() {
        // A pond is empty from 04:00 of the last day on.
        let cut = |after: &[(Option<f64>, usize)]| {
            let parts = [&[(WET, 700), (DRY, 20)][..], after].concat();
            within(&joined(&parts), 0, 720)
        };
        assert_eq!(cut(&[]), Dryness::NotDry, "nobody saw what came then");
        assert_eq!(cut(&[(None, 24)]), Dryness::NotDry);
        assert_eq!(cut(&[(DRY, 2), (WET, 22)]), Dryness::NotDry);
        assert_eq!(cut(&[(DRY, 3), (WET, 21)]), Dryness::Unknown);
        assert_eq!(cut(&[(DRY, 24)]), Dryness::Unknown);
        assert_eq!(cut(&[(None, 1), (DRY, 23)]), Dryness::Unknown, "dry again after an hour");
        assert_eq!(cut(&[(WET, 1), (DRY, 23)]), Dryness::NotDry, "another spell");
    }

    #[test]
    fn a_spell_that_the_start_of_the_period_cuts_is_no_denial() {
        let cut = |before: &[(Option<f64>, usize)], dry: usize| {
            let lead: usize = before.iter().map(|(_, hours)| hours).sum();
            let parts = [before, &[(DRY, dry), (WET, 240 - dry)][..]].concat();
            within(&joined(&parts), lead, 240)
        };
        assert_eq!(cut(&[(WET, 40), (DRY, 10)], 12), Dryness::NotDry);
        assert_eq!(cut(&[(WET, 40), (DRY, 10)], 13), Dryness::Unknown);
        assert_eq!(cut(&[(DRY, 300)], 5), Dryness::Unknown);
        assert_eq!(cut(&[(DRY, 300), (None, 30)], 5), Dryness::NotDry, "more than a day before");
        assert_eq!(cut(&[(DRY, 300), (WET, 1)], 0), Dryness::NotDry, "it had ended");
        assert_eq!(cut(&[(DRY, 300)], 0), Dryness::Unknown, "it ended in the first hour");
    }

    #[test]
    fn an_hour_beyond_each_edge_shows_that_a_whole_day_was_dry() {
        let day = |before: Option<f64>, after: Option<f64>| {
            within(&joined(&[(before, 1), (DRY, 24), (after, 1)]), 1, 24)
        };
        for (before, after) in [(DRY, DRY), (DRY, WET), (WET, DRY)] {
            let spell = day(before, after).spell().unwrap();
            assert_eq!((spell.longest_h, spell.hours), (24, 24));
            assert_eq!(spell.first_hour_at.to_string(), "2022-08-01T01:00:00Z");
        }
        assert_eq!(day(WET, WET), Dryness::Unknown);
        assert_eq!(day(None, None), Dryness::Unknown);
        let part = joined(&[(DRY, 30), (DRY, 23), (WET, 1), (WET, 1)]);
        assert_eq!(within(&part, 30, 24), Dryness::Unknown, "23 of its hours");
    }

    #[test]
    fn an_hour_with_suspect_readings_on_both_sides_of_the_limit_says_nothing() {
        let mut mixed = cells(&[DRY; 30]);
        for cell in &mut mixed {
            (cell.counted, cell.suspect, cell.max) = (2, 1, Some(10.0));
        }
        assert_eq!(judged(&mixed, 30), Dryness::Unknown);
        for cell in &mut mixed {
            cell.suspect = 0;
        }
        assert_eq!(judged(&mixed, 30), Dryness::NotDry);
    }

    #[test]
    fn runs_add_up_and_the_longest_is_kept() {
        let mut levels = vec![DRY; 30];
        levels.push(WET);
        levels.extend([DRY; 50]);
        levels.push(WET);
        levels.extend([DRY; 5]);
        let spell = judged(&cells(&levels), levels.len()).spell().unwrap();
        assert_eq!((spell.longest_h, spell.hours), (50, 80));
    }
}
