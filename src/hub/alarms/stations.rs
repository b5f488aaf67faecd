//! What is seen of each station of the township: its level, its flow, and whether values of it come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::arrived::{Noted, Taken};
use super::field::{NEVER_HEARD, Way};
use super::flows::Flow;
use super::levels::{Level, LevelRules};
use super::subjects::{Register, of_station};
use crate::alarm::{Condition, Kind, Seen};
use crate::core::{Parameter, Series, StationId};
use crate::hub::times::is_ahead;
use crate::locales::{Text, moment, page_alarms as words};
use crate::store::{Sqlite, StoreError};
use crate::support::Moment;
use crate::water::{Station, StationKind};

/// Intervals without a value after which a station is silent, and the shortest time for that. Engineering judgement: a
/// device may miss a poll, and a connection window of a gateway may be an hour.
const SILENT_INTERVALS: u32 = 3;
const SILENT_MIN: Duration = Duration::from_secs(3600);

/// The same where nobody knows how often it is read: one a day is the slowest that makes sense, and two hours are what
/// it may be late. Engineering judgement.
const SILENT_UNKNOWN: Duration = Duration::from_secs(26 * 3600);

/// The least in a simulation: a reading takes simulated hours to arrive.
const SILENT_SIMULATED: Duration = Duration::from_secs(24 * 3600);

/// How far back from its last reading a series is read from the store: a rapid change is measured over an hour.
const READ_BACK: SignedDuration = SignedDuration::from_hours(1);

/// What is known of all stations, in the order of the township's file.
#[derive(Debug)]
pub(super) struct Stations(Vec<State>);

#[derive(Debug, Clone, Default)]
struct State {
    level: Level,
    flow: Flow,
    /// Its last value.
    heard: Option<Heard>,
    /// Seconds between its readings.
    interval_s: Option<u32>,
}

/// When a value was observed, and the uptime at which that was first known.
#[derive(Debug, Clone, Copy)]
struct Heard {
    at: Timestamp,
    up: Duration,
}

/// When and how stations are looked at.
pub(super) struct StationView<'a> {
    pub register: &'a Register,
    pub rules: LevelRules<'a>,
    pub ways: &'a BTreeMap<StationId, Way>,
    /// Since when what is sent arrives, by the uptime; `None` while the broker is away.
    pub open_since: Option<Duration>,
    pub now: Moment,
}

impl Stations {
    pub fn new(register: &Register) -> Self {
        Self(vec![State::default(); register.stations().len()])
    }

    /// Takes what has come. Returns the places of the stations of which something has.
    /// What is of a time ahead of `now` says nothing of now: a gateway's clock is wrong.
    pub fn take(&mut self, register: &Register, taken: Taken, now: Moment) -> BTreeSet<usize> {
        let mut touched = BTreeSet::new();
        let Taken { readings, heard, intervals, .. } = taken;
        for (station, interval_s) in intervals {
            if let Some(state) = register.place(&station).and_then(|place| self.0.get_mut(place)) {
                state.interval_s = Some(interval_s);
            }
        }
        for (station, at) in heard.into_iter().filter(|(_, at)| !is_ahead(*at, now.time)) {
            let Some(place) = register.place(&station) else { continue };
            if let Some(state) = self.0.get_mut(place) {
                state.hear(at, now);
                touched.insert(place);
            }
        }
        for noted in readings.into_iter().filter(|noted| !is_ahead(noted.at, now.time)) {
            let Some(place) = register.place(&noted.station) else { continue };
            if let (Some(state), Some(station)) = (self.0.get_mut(place), register.at(place)) {
                state.forget_ahead(now.time);
                state.note(station, &noted);
                touched.insert(place);
            }
        }
        // What a pump lacks is the water of its source.
        let pumps = touched.iter().flat_map(|place| register.pumps_of(*place).iter().copied());
        let pumps: Vec<usize> = pumps.collect();
        touched.extend(pumps);
        touched
    }

    /// Takes what the store has of the station at `place`, unless something newer has come already: the copy of a
    /// server is behind.
    pub fn read(&mut self, register: &Register, place: usize, stored: Stored, now: Moment) {
        let (Some(state), Some(station)) = (self.0.get_mut(place), register.at(place)) else {
            return;
        };
        let past = |at: &Timestamp| !is_ahead(*at, now.time);
        if let Some(at) = stored.heard.filter(past) {
            state.hear(at, now);
        }
        state.forget_ahead(now.time);
        let [level, flow] = stored.newest.map(|newest| newest.filter(past));
        if level >= state.level.newest() {
            state.level = Level::default();
        }
        if flow >= state.flow.newest() {
            state.flow = Flow::default();
        }
        for noted in stored.readings.iter().filter(|noted| past(&noted.at)) {
            state.note(station, noted);
        }
    }

    /// What is seen of the station at `place`.
    pub fn seen(&self, place: usize, view: &StationView<'_>) -> Vec<Seen> {
        let (Some(state), Some(station)) = (self.0.get(place), view.register.at(place)) else {
            return Vec::new();
        };
        let now = view.now.time;
        let mut seen = Vec::new();
        if station.kind.is_source() {
            seen.extend(state.level.seen(station, now, &view.rules));
        }
        if station.kind == StationKind::Pump {
            let source = station.pump.as_ref().and_then(|pump| view.register.place(&pump.source));
            let source = source
                .and_then(|place| Some((view.register.at(place)?, &self.0.get(place)?.level)));
            seen.extend(state.flow.seen(station, source, now));
        }
        seen.extend(state.silence(station, view));
        seen
    }
}

impl State {
    /// Takes that a value was observed at `at`, which is not ahead of `now`.
    fn hear(&mut self, at: Timestamp, now: Moment) {
        // What was known before the clock was set back is older than it says.
        let before = self.heard.filter(|heard| !is_ahead(heard.at, now.time));
        if before.is_none_or(|heard| at > heard.at) {
            self.heard = Some(Heard { at, up: now.up });
        }
    }

    /// Forgets levels and flows of before the clock was set back: what comes now would be taken for older.
    fn forget_ahead(&mut self, now: Timestamp) {
        let ahead = |at: Option<Timestamp>| at.is_some_and(|at| is_ahead(at, now));
        if ahead(self.level.newest()) {
            self.level = Level::default();
        }
        if ahead(self.flow.newest()) {
            self.flow = Flow::default();
        }
    }

    /// How long ago the last value was observed. One that lies slightly ahead is of now; of one that lies further ahead
    /// since the clock was set back, it is known how long it has been known.
    fn age(&self, now: Moment) -> Option<Duration> {
        let heard = self.heard?;
        Some(match is_ahead(heard.at, now.time) {
            true => now.up.saturating_sub(heard.up),
            false => Duration::try_from(now.time.duration_since(heard.at)).unwrap_or_default(),
        })
    }

    fn note(&mut self, station: &Station, noted: &Noted) {
        match noted.parameter {
            Parameter::Level => self.level.note(station, noted.at, noted.value),
            _ => self.flow.note(noted.at, noted.value, noted.no_flow),
        }
    }

    /// Whether values of a station stay away. One that nothing was ever heard of is silent only where a gateway is to
    /// read it.
    fn silence(&self, station: &Station, view: &StationView<'_>) -> Option<Seen> {
        let way = view.ways.get(&station.id);
        if self.heard.is_none() && way.is_none() {
            return None;
        }
        let limit = self.interval_s.map_or(SILENT_UNKNOWN, |interval_s| {
            SILENT_MIN.max(Duration::from_secs(interval_s.into()) * SILENT_INTERVALS)
        });
        let limit = if view.rules.simulated { limit.max(SILENT_SIMULATED) } else { limit };
        // A gateway that has come back has to send first what it has.
        let since = view.open_since.max(way.and_then(|way| way.online_since));
        let waited = view.open_since.and(since).map(|since| view.now.up.saturating_sub(since));
        let condition = match (waited, self.age(view.now)) {
            (None, _) => Condition::Unknown,
            (Some(_), Some(age)) if age <= limit => Condition::Off,
            (Some(waited), Some(_)) if waited <= limit => Condition::Unknown,
            (Some(waited), None) if waited <= limit.max(NEVER_HEARD) => Condition::Unknown,
            _ => Condition::On,
        };
        let last = self
            .heard
            .map(|heard| moment(heard.at, view.now.time, view.rules.calendar.zone()))
            .map(words::last_value);
        let said = match condition {
            Condition::On => last.unwrap_or_else(words::no_value_yet),
            _ => Text::default(),
        };
        let of = of_station(Kind::StationSilent, station, condition);
        Some(Seen { said, behind: way.map(|way| way.behind.clone()), ..of })
    }
}

/// What the store has of a station.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// The levels and flows of its last hour, in order.
    pub readings: Vec<Noted>,
    pub heard: Option<Timestamp>,
    /// The newest reading of level and of flow, whatever it is.
    pub newest: [Option<Timestamp>; 2],
}

impl Stored {
    /// Reads the station's level and flow, and when its last value was observed by these and by `others`, the further
    /// parameters that the store has of it.
    pub fn of(store: &Sqlite, station: &StationId, all: &[Parameter]) -> Result<Self, StoreError> {
        let mut stored = Self::default();
        for parameter in all {
            let series = Series::new(station.clone(), *parameter);
            let Some(latest) = store.latest(&series)? else { continue };
            let counted = latest.counted.as_ref().map(|counted| counted.observed_at);
            stored.heard = stored.heard.max(counted);
            let newest = match parameter {
                Parameter::Level => stored.newest.first_mut(),
                Parameter::Flow => stored.newest.last_mut(),
                _ => None,
            };
            let Some(newest) = newest else { continue };
            *newest = Some(latest.last.observed_at);
            // The last level that counts may lie before a row of readings that do not.
            let last = counted.unwrap_or(latest.last.observed_at).min(latest.last.observed_at);
            let from = last.saturating_sub(READ_BACK).unwrap_or(last);
            let corrected: BTreeMap<Timestamp, f64> = {
                let mut counted = BTreeMap::new();
                store.each_counted(&series, from, Timestamp::MAX, &mut |reading, value| {
                    counted.insert(reading.observed_at, value);
                })?;
                counted
            };
            store.each_reading(&series, from, Timestamp::MAX, &mut |reading| {
                let value = corrected.get(&reading.observed_at).copied();
                stored.readings.extend(Noted::of(&reading, value));
                Ok(())
            })?;
        }
        Ok(stored)
    }
}

#[cfg(test)]
#[path = "stations_tests.rs"]
mod tests;
