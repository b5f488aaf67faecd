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

/// Whether a source was dry for [`DRY_HOURS_MIN`] hours on end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dryness {
    Dry(DrySpell),
    /// No such spell fits between the hours that were seen wet.
    NotDry,
    /// Its bottom is not known, or too few hours were seen.
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

/// Whether a source was dry in the `period_h` hours from `begins_at` on, from its hours in them, in order of time.
/// `limit_m` is the level at or below which it is dry.
///
/// An hour is dry when its highest level lies at or below the limit and one of its readings is better than suspect; it
/// is wet when such a reading lies above. A spell is at least [`DRY_HOURS_MIN`] dry hours over a span of an hour more,
/// with no wet hour among them and no gap of more than [`DRY_GAP_H_MAX`] hours.
pub fn dryness(
    cells: &[HourCell],
    limit_m: Option<f64>,
    (begins_at, period_h): (Timestamp, u64),
) -> Dryness {
    let Some(limit_m) = limit_m else {
        return Dryness::Unknown;
    };
    let mut spell: Option<DrySpell> = None;
    let mut run: Option<Run> = None;
    let (mut not_wet_from, mut longest_not_wet) = (0u64, 0u64);
    for cell in cells {
        let hour = hour_of(cell, begins_at);
        match is_dry(cell, limit_m) {
            None => {}
            Some(true) => {
                let begun = Run { first_hour_at: cell.hour_at, first: hour, last: hour, hours: 0 };
                let before = run.take();
                let goes_on = before.filter(|run| hour - run.last <= DRY_GAP_H_MAX + 1);
                if goes_on.is_none() {
                    settle(&mut spell, before);
                }
                let run_now = goes_on.unwrap_or(begun);
                run = Some(Run { last: hour, hours: run_now.hours + 1, ..run_now });
            }
            Some(false) => {
                settle(&mut spell, run.take());
                longest_not_wet = longest_not_wet.max(hour.saturating_sub(not_wet_from));
                not_wet_from = hour + 1;
            }
        }
    }
    settle(&mut spell, run);
    longest_not_wet = longest_not_wet.max(period_h.saturating_sub(not_wet_from));
    match spell {
        Some(spell) => Dryness::Dry(spell),
        None if longest_not_wet <= NOT_WET_H_MAX => Dryness::NotDry,
        None => Dryness::Unknown,
    }
}

/// Hours from `begins_at` to `cell`.
pub(super) fn hour_of(cell: &HourCell, begins_at: Timestamp) -> u64 {
    let since_ms = cell.hour_at.as_millisecond() - begins_at.as_millisecond();
    since_ms.div_euclid(HOUR_MS).max(0).unsigned_abs()
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

/// Dry hours without a wet one or a long gap between them, by their numbers from the start of the period.
#[derive(Clone, Copy)]
struct Run {
    first_hour_at: Timestamp,
    first: u64,
    last: u64,
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
