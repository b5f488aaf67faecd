//! The level of each source against its thresholds, and how fast it changes.
//!
//! A level that its station's geometry contradicts counts as little here as in an account (docs/decisions/0020): the
//! last that is believed stands, until several in a row are not.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::subjects::of_station;
use crate::alarm::{Condition, Kind, Seen};
use crate::core::Calendar;
use crate::hub::times::is_ahead;
use crate::locales::{Text, page_alarms as words};
use crate::water::{CLEAR_MARGIN_M, Station, doubt, dry_level_m, step_m_per_h};

/// Without a believed level for this long nothing is known of a source, as on the page: two missed polls of the slowest
/// interval that makes sense for a pond, one a day. Engineering judgement.
const STALE: SignedDuration = SignedDuration::from_hours(48);

/// Levels in a row that are not believed after which nobody knows the level. Engineering judgement: one is a spike, and
/// a gauge that has failed gives every reading wrong.
const DOUBTED_MAX: u32 = 3;

/// Over how long a rapid fall or rise is measured, back from the newest level: the rate is one of metres an hour.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Levels of the window that are kept: of more the oldest is dropped. Engineering judgement: one a minute and some.
const WINDOW_MAX: usize = 120;

/// A rapid change is over when less than this part of its limit is left of it in the last hour. Engineering judgement:
/// a gauge that trembles by some centimetres does not end and begin it anew.
const FAST_CLEAR_SHARE: f64 = 0.8;

/// How old the newest level may be for what it says of the last hour, and in a simulation, whose readings take hours to
/// arrive. Engineering judgement: two polls of half an hour.
const FRESH: SignedDuration = SignedDuration::from_hours(1);
const FRESH_SIMULATED: SignedDuration = SignedDuration::from_hours(12);

/// What is known of the level of one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Level {
    /// The levels of the last hour that are believed, the newest last.
    window: VecDeque<(Timestamp, f64)>,
    /// Instant of the newest reading, believed or not.
    newest: Option<Timestamp>,
    /// Levels in a row that were not believed.
    doubted: u32,
}

/// By what levels are judged.
pub(super) struct LevelRules<'a> {
    pub calendar: &'a Calendar,
    /// Metres an hour from which on a change is rapid; `None` where the office names none.
    pub fast_m_per_hour: Option<f64>,
    pub simulated: bool,
}

impl Level {
    /// Takes a reading; `None` is one without a value that counts. One that is older than the newest says nothing new.
    pub fn note(&mut self, station: &Station, at: Timestamp, value: Option<f64>) {
        if self.newest.is_some_and(|newest| at < newest) {
            return;
        }
        self.newest = Some(at);
        let Some(level_m) = value else { return };
        // The same instant again: its value has been replaced.
        if self.window.back().is_some_and(|(last, _)| *last == at) {
            self.window.pop_back();
        }
        if doubt(station, level_m).is_some() || self.is_too_fast(station, at, level_m) {
            self.doubted = self.doubted.saturating_add(1);
            return;
        }
        self.doubted = 0;
        self.window.push_back((at, level_m));
        let too_old = |(first, _): &(Timestamp, f64)| at.duration_since(*first) > WINDOW;
        while self.window.len() > WINDOW_MAX || self.window.front().is_some_and(too_old) {
            self.window.pop_front();
        }
    }

    /// Whether a pond or reservoir cannot have come to this level since the last one that is believed.
    fn is_too_fast(&self, station: &Station, at: Timestamp, level_m: f64) -> bool {
        let last = self.window.back();
        last.zip(step_m_per_h(station)).is_some_and(|((before, level), step)| {
            let hours = at.duration_since(*before).as_secs_f64() / 3600.0;
            (level_m - level).abs() > step * hours.max(1.0)
        })
    }

    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The last level that is believed, where it still says something at `now`.
    pub fn believed(&self, now: Timestamp) -> Option<(Timestamp, f64)> {
        let last = self.window.back().copied();
        let says = |at: Timestamp| !is_ahead(at, now) && now.duration_since(at) <= STALE;
        last.filter(|(at, _)| self.doubted < DOUBTED_MAX && says(*at))
    }

    /// What is seen of `station` at `now`: each kind that its file, or the office, has a limit of.
    pub fn seen(&self, station: &Station, now: Timestamp, rules: &LevelRules<'_>) -> Vec<Seen> {
        let believed = self.believed(now);
        let day = rules.calendar.day_of(believed.map_or(now, |(at, _)| at));
        let (warning, assured) = station.limits(day.month()).unzip();
        let low = [
            (Kind::Dry, dry_level_m(station)),
            (Kind::BelowAssured, assured),
            (Kind::BelowWarning, warning),
        ];
        let low = low.map(|(kind, limit_m)| (kind, limit_m, limit_m.map(|m| below(believed, m))));
        let flood_m = station.flood_limit_m(day.month());
        let flood = (Kind::AboveFlood, flood_m, flood_m.map(|limit_m| above(believed, limit_m)));
        let seen = low.into_iter().chain([flood]).map(|(kind, limit_m, condition)| {
            // A month without such a limit: what began in another is over.
            let condition = condition.unwrap_or(Condition::Off);
            let level_m = believed.map(|(_, level)| level);
            let both = level_m.zip(limit_m);
            let said = both
                .map(|(level, limit)| metres(level, limit))
                .map(|[level, limit]| words::level_and_limit(level, limit));
            Seen {
                value: level_m,
                limit: limit_m,
                said: said.unwrap_or_default(),
                ..of_station(kind, station, condition)
            }
        });
        seen.chain(self.changes(station, now, rules)).collect()
    }

    /// Rapid changes: how far the newest level lies below or above those of the hour before it.
    fn changes(&self, station: &Station, now: Timestamp, rules: &LevelRules<'_>) -> Vec<Seen> {
        let Some(limit) = rules.fast_m_per_hour else { return Vec::new() };
        let fresh = if rules.simulated { FRESH_SIMULATED } else { FRESH };
        let newest = self.believed(now).filter(|(at, _)| now.duration_since(*at) <= fresh);
        let before = self.window.iter().rev().skip(1).map(|(_, level)| *level);
        let ends = [before.clone().reduce(f64::max), before.reduce(f64::min)];
        let [fall, rise] = match (newest, ends) {
            (Some((_, level)), [Some(highest), Some(lowest)]) => {
                [Some(highest - level), Some(level - lowest)]
            }
            _ => [None, None],
        };
        let seen = |kind, change: Option<f64>, said: fn(String, String) -> Text| {
            let condition = match change {
                None => Condition::Unknown,
                Some(change) if change >= limit => Condition::On,
                Some(change) if change > limit * FAST_CLEAR_SHARE => Condition::Between,
                Some(_) => Condition::Off,
            };
            Seen {
                value: change,
                limit: Some(limit),
                said: change
                    .map(|change| metres(change, limit))
                    .map(|[change, limit]| said(change, limit))
                    .unwrap_or_default(),
                ..of_station(kind, station, condition)
            }
        };
        let fallen = |change: String, limit: String| words::fallen(change, limit);
        let risen = |change: String, limit: String| words::risen(change, limit);
        vec![seen(Kind::FallingFast, fall, fallen), seen(Kind::RisingFast, rise, risen)]
    }
}

/// At or below the limit it is on, and off where the level has risen as far as clears a status.
fn below(believed: Option<(Timestamp, f64)>, limit_m: f64) -> Condition {
    match believed {
        None => Condition::Unknown,
        Some((_, level)) if level <= limit_m => Condition::On,
        Some((_, level)) if level <= limit_m + CLEAR_MARGIN_M => Condition::Between,
        Some(_) => Condition::Off,
    }
}

fn above(believed: Option<(Timestamp, f64)>, limit_m: f64) -> Condition {
    match believed {
        None => Condition::Unknown,
        Some((_, level)) if level > limit_m => Condition::On,
        Some((_, level)) if level >= limit_m - CLEAR_MARGIN_M => Condition::Between,
        Some(_) => Condition::Off,
    }
}

/// A level or a difference of levels and its limit, m, to the centimetre; to the millimetre where they differ and would
/// look the same: who reads that a level is below its limit sees it.
fn metres(level: f64, limit: f64) -> [String; 2] {
    let shown = |places: usize| [level, limit].map(|m| format!("{m:.places$}"));
    let ([level_cm, limit_cm], [level_mm, limit_mm]) = (shown(2), shown(3));
    match level_cm == limit_cm && level_mm != limit_mm {
        true => [level_mm, limit_mm],
        false => [level_cm, limit_cm],
    }
}

#[cfg(test)]
#[path = "levels_tests.rs"]
mod tests;
