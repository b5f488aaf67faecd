//! Stations as they are seen: from what has come, and from the store.

use std::sync::Arc;

use Condition::{Off, On, Unknown};
use jiff::tz::TimeZone;

use super::*;
use crate::alarm::Subject;
use crate::core::{Calendar, Reading};
use crate::store::Store;
use crate::water::Township;
use crate::wire::{Batch, Epoch};

fn register() -> Register {
    let text = r#"name = "t"
        [[station]]
        id = "pond-1"
        name = "大塘"
        kind = "pond"
        village = "v"
        bottom_m = 100.0
        dead_m = 101.0
        crest_m = 106.0
        [[station]]
        id = "pump-1"
        name = "东门泵"
        kind = "pump"
        village = "v"
        [station.pump]
        source = "pond-1"
        rated_power_kw = 7.5
        rated_flow_m3h = 60.0
        rated_head_m = 20.0
        irrigates_mu = 100.0"#;
    Register::new(Arc::new(toml::from_str::<Township>(text).unwrap()))
}

fn moment_at(s: i64) -> Moment {
    let time = Timestamp::from_second(1_800_000_000 + s).unwrap();
    Moment { up: Duration::from_secs(s.try_into().unwrap()), time }
}

fn noted(station: &str, parameter: Parameter, s: i64, value: f64, no_flow: bool) -> Noted {
    let at = moment_at(s).time;
    Noted { station: station.parse().unwrap(), parameter, at, value: Some(value), no_flow }
}

struct World {
    register: Register,
    stations: Stations,
    calendar: Calendar,
    ways: BTreeMap<StationId, Way>,
}

impl World {
    fn new() -> Self {
        let register = register();
        let (stations, calendar) = (Stations::new(&register), Calendar::new(TimeZone::UTC, 0));
        Self { register, stations, calendar, ways: BTreeMap::new() }
    }

    fn condition(&self, place: usize, kind: Kind, open_since: Option<u64>, now: i64) -> Condition {
        self.condition_at(place, kind, open_since, moment_at(now))
    }

    fn condition_at(
        &self,
        place: usize,
        kind: Kind,
        open_since: Option<u64>,
        now: Moment,
    ) -> Condition {
        let rules =
            LevelRules { calendar: &self.calendar, fast_m_per_hour: None, simulated: false };
        let view = StationView {
            register: &self.register,
            rules,
            ways: &self.ways,
            open_since: open_since.map(Duration::from_secs),
            now,
        };
        let seen = self.stations.seen(place, &view);
        let one = seen.iter().find(|seen| seen.key.kind == kind);
        one.map_or(Unknown, |seen| seen.condition)
    }

    fn way(&mut self, online_since: u64) {
        let gateway = "gw-1".parse().unwrap();
        let behind = Subject::Gateway("gw-1".parse().unwrap());
        let online_since = Some(Duration::from_secs(online_since));
        let way = Way { gateway, behind, online_since };
        self.ways.insert("pond-1".parse().unwrap(), way);
    }
}

#[test]
fn what_has_come_touches_its_station_and_a_level_also_the_pumps_that_draw_on_it() {
    let mut world = World::new();
    let mut take = |readings| {
        let taken = Taken { readings, ..Taken::default() };
        world
            .stations
            .take(&world.register, taken, moment_at(100_000))
            .into_iter()
            .collect::<Vec<_>>()
    };
    assert_eq!(take(vec![noted("pump-1", Parameter::Flow, 0, 0.0, true)]), [1]);
    assert_eq!(take(vec![noted("pond-1", Parameter::Level, 0, 100.8, false)]), [0, 1]);
    assert_eq!(take(vec![noted("pond-9", Parameter::Level, 0, 1.0, false)]), [0; 0]);
    let more = [300, 600].map(|s| noted("pump-1", Parameter::Flow, s, 0.0, true));
    take(more.into());
    assert_eq!(world.condition(1, Kind::DryRun, Some(0), 600), On);
    assert_eq!(world.condition(0, Kind::Dry, Some(0), 600), Off);
}

#[test]
fn a_station_is_silent_after_three_intervals_and_an_hour_since_its_gateway_could_send() {
    let mut world = World::new();
    assert_eq!(
        world.condition(0, Kind::StationSilent, Some(0), 90_000),
        Unknown,
        "nobody reads it"
    );
    world.way(0);
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 93_000), Unknown);
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 93_601), On, "never heard");
    let heard = |s: i64| [("pond-1".parse().unwrap(), moment_at(s).time)].into();
    let intervals = [("pond-1".parse().unwrap(), 1800)].into();
    let taken = Taken { heard: heard(0), intervals, ..Taken::default() };
    world.stations.take(&world.register, taken, moment_at(100_000));
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 5400), Off);
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 5401), On);
    assert_eq!(world.condition(0, Kind::StationSilent, None, 9000), Unknown, "no broker");
    assert_eq!(world.condition(0, Kind::StationSilent, Some(5000), 9000), Unknown, "just back");
    world.way(8000);
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 13_000), Unknown);
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 13_401), On);
    let taken = Taken { heard: heard(13_500), ..Taken::default() };
    world.stations.take(&world.register, taken, moment_at(100_000));
    assert_eq!(world.condition(0, Kind::StationSilent, Some(0), 13_600), Off);
}

#[test]
fn after_a_start_the_store_says_how_levels_and_flows_stand() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let mut store = Sqlite::open(&path).unwrap();
    let mut readings = Vec::new();
    for (s, level) in [(0, 104.0), (300, 100.8), (600, -8.0), (900, -8.0)] {
        let series = "pond-1/level".parse().unwrap();
        readings.push(Reading::good(series, moment_at(s).time, level));
    }
    for s in [0, 300, 600] {
        let series = "pump-1/flow".parse().unwrap();
        readings.push(Reading {
            flag: crate::core::Flag::Suspect,
            reason: Some(crate::core::Reason::NoFlow),
            ..Reading::good(series, moment_at(s).time, 0.0)
        });
    }
    let gateway = "gw-1".parse().unwrap();
    let batch = Batch { gateway, epoch: Epoch(1), seq: 1, clock: None, loss: None, readings };
    store.commit(&[batch], moment_at(1000).time).unwrap();
    let reader = store.reader().unwrap();
    let mut world = World::new();
    for (place, id) in ["pond-1", "pump-1"].into_iter().enumerate() {
        let all = [Parameter::Level, Parameter::Flow];
        let stored = Stored::of(&reader, &id.parse().unwrap(), &all).unwrap();
        world.stations.read(&world.register, place, stored, moment_at(100_000));
    }
    let pond = &world.stations.0[0];
    assert_eq!(pond.level.believed(moment_at(1000).time), Some((moment_at(300).time, 100.8)));
    assert_eq!(pond.heard.map(|heard| heard.at), Some(moment_at(900).time));
    assert_eq!(world.condition(1, Kind::DryRun, Some(0), 1000), On);
    // What has come meanwhile is newer than a copy that is behind.
    let readings = vec![noted("pond-1", Parameter::Level, 1200, 103.0, false)];
    let taken = Taken { readings, ..Taken::default() };
    world.stations.take(&world.register, taken, moment_at(100_000));
    let stored = Stored::of(&reader, &"pond-1".parse().unwrap(), &[Parameter::Level]).unwrap();
    world.stations.read(&world.register, 0, stored, moment_at(100_000));
    let level = &world.stations.0[0].level;
    assert_eq!(level.believed(moment_at(1300).time), Some((moment_at(1200).time, 103.0)));
}

#[test]
fn what_is_ahead_of_the_clock_does_not_make_a_station_deaf() {
    let mut world = World::new();
    let mut take = |s: i64, level_m: f64, now: i64| {
        let readings = vec![noted("pond-1", Parameter::Level, s, level_m, false)];
        let heard = [("pond-1".parse().unwrap(), moment_at(s).time)].into();
        let taken = Taken { readings, heard, ..Taken::default() };
        world.stations.take(&world.register, taken, moment_at(now));
    };
    take(3 * 3600, 103.0, 0);
    take(60, 100.8, 60);
    let pond = &world.stations.0[0];
    assert_eq!(pond.level.believed(moment_at(60).time), Some((moment_at(60).time, 100.8)));
    assert_eq!(pond.heard.map(|heard| heard.at), Some(moment_at(60).time));
}

/// The clock shows three hours less than it did; how long the hub has run it does not change.
#[test]
fn a_clock_that_is_set_back_makes_no_station_silent_and_none_fresh_for_ever() {
    let mut world = World::new();
    world.way(0);
    let back = |up: u64, s: i64| Moment { up: Duration::from_secs(up), time: moment_at(s).time };
    let heard = |world: &mut World, s: i64, now: Moment, level: f64| {
        let readings = vec![noted("pond-1", Parameter::Level, s, level, false)];
        let heard = [("pond-1".parse().unwrap(), moment_at(s).time)].into();
        let intervals = [("pond-1".parse().unwrap(), 300)].into();
        let taken = Taken { readings, heard, intervals, ..Taken::default() };
        world.stations.take(&world.register, taken, now);
    };
    heard(&mut world, 20_000, back(20_000, 20_000), 103.0);
    let silent = |world: &World, now| world.condition_at(0, Kind::StationSilent, Some(0), now);
    assert_eq!(silent(&world, back(20_100, 9_300)), Off, "heard just now");
    assert_eq!(silent(&world, back(23_600, 12_800)), Off, "an hour");
    assert_eq!(silent(&world, back(23_601, 12_801)), On, "and not until the clock has caught up");
    assert_eq!(world.stations.0[0].level.believed(moment_at(12_801).time), None);
    // What comes then counts.
    heard(&mut world, 12_900, back(23_700, 12_900), 100.8);
    assert_eq!(silent(&world, back(23_701, 12_901)), Off);
    let level = world.stations.0[0].level.believed(moment_at(12_901).time);
    assert_eq!(level, Some((moment_at(12_900).time, 100.8)));
    // Slightly ahead is of now.
    heard(&mut world, 13_500, back(23_900, 13_100), 100.8);
    assert_eq!(silent(&world, back(23_901, 13_101)), Off);
}
