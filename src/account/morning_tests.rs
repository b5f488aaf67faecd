//! Tests of the morning: what is missing is neither zero nor unchanged.

use std::collections::BTreeMap;

use super::*;
use crate::account::Total;
use crate::account::test_kit::{MemoryCells, counter_hour, gauge_hour};
use crate::core::HourCell;
use crate::water::{Grade, Status};
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

const TOWNSHIP: &str = r#"
    name = "t"
    [climate]
    rain_mm = [155, 155, 155, 155, 155, 155, 155, 155, 155, 155, 155, 155]
    rainless_mm = 3.0
    source = "test"
    confidence = 1.0
    [demand]
    litres_per_person_day = 60
    source = "test"
    confidence = 1.0
    [[station]]
    id = "res"
    name = "水库"
    kind = "reservoir"
    village = "v"
    bottom_m = 90.0
    dead_m = 100.0
    normal_m = 110.0
    curve = [[90.0, 0.0], [110.0, 20000.0]]
    threshold = [{ months = [7, 8, 9], quantity = "level", warn = 104.0, guard = 102.0, source = "test", confidence = 1.0 }]
    [[station]]
    id = "tank"
    name = "水池"
    kind = "tank"
    village = "v"
    bottom_m = 0.0
    dead_m = 0.0
    normal_m = 2.0
    serves_persons = 1000
    curve = [[0.0, 0.0], [2.0, 1200.0]]
    threshold = [{ months = [7, 8, 9], quantity = "level", warn = 1.0, guard = 0.5, source = "test", confidence = 1.0 }]
    [[station]]
    id = "rain"
    name = "雨量站"
    kind = "rain_gauge"
    village = "v"
    [[station]]
    id = "pump"
    name = "泵站"
    kind = "pump"
    village = "v"
    [station.pump]
    source = "res"
    rated_power_kw = 10.0
    rated_flow_m3h = 100.0
    rated_head_m = 15.0
    irrigates_mu = 20.0
"#;

const TODAY: Date = date(2022, 8, 20);

type ByHour<'a> = &'a dyn Fn(i64) -> Option<f64>;

/// What there is of each series in the hour that begins so many hours after today does, which is negative before.
#[derive(Clone, Copy)]
struct World<'a> {
    res: ByHour<'a>,
    tank: ByHour<'a>,
    rain: ByHour<'a>,
    energy: ByHour<'a>,
    event: Option<Period>,
    /// Hours of today that have passed.
    hour: i64,
}

const STEADY: World<'static> = World {
    res: &|_| Some(108.0),
    tank: &|_| Some(1.6),
    rain: &|_| Some(0.2),
    energy: &|_| Some(0.0),
    event: None,
    hour: 8,
};

/// The `hours` of a register with what it showed at the end of each: without that, a reset may hide a run.
fn shown(mut hours: Vec<HourCell>) -> Vec<HourCell> {
    let mut raw = 10_000.003;
    for hour in &mut hours {
        raw += hour.rollup.increment.unwrap_or(0.0);
        hour.rollup.last = Some(raw);
    }
    hours
}

impl World<'_> {
    fn morning(&self) -> Morning {
        let township: Township = toml::from_str(TOWNSHIP).unwrap();
        let calendar = Calendar::new(TimeZone::UTC, 0);
        let start = calendar.start_of(TODAY);
        let series = |value: ByHour<'_>, hour: fn(Timestamp, f64) -> HourCell| {
            let hours = -(170 * 24)..self.hour;
            hours.filter_map(|i| Some(hour(start + i.hours(), value(i)?))).collect::<Vec<_>>()
        };
        let hours = BTreeMap::from([
            ("res/level".to_owned(), series(self.res, gauge_hour)),
            ("tank/level".to_owned(), series(self.tank, gauge_hour)),
            ("rain/rainfall_total".to_owned(), series(self.rain, counter_hour)),
            ("pump/energy_total".to_owned(), shown(series(self.energy, counter_hour))),
        ]);
        let rules = GradeRules::embedded("lucheng").unwrap();
        let basis = MorningBasis {
            township: &township,
            calendar: &calendar,
            entries: &[],
            rules: &rules,
            now: start + self.hour.hours(),
            event: self.event,
        };
        morning(&basis, &mut MemoryCells { calendar: &calendar, hours: &hours }).unwrap()
    }

    /// The changes, with the stations that they are about.
    fn changes(&self) -> Vec<(String, ChangeKind)> {
        let changes = self.morning().changes;
        let named = |Change { station, kind, .. }| {
            let id = station.as_ref().map_or("", StationId::as_str).to_owned();
            (id, kind)
        };
        changes.into_iter().map(named).collect()
    }
}

#[test]
fn a_steady_morning_has_no_changes() {
    let found = STEADY.morning();
    assert_eq!(found.changes, []);
    let day = found.today.as_ref().unwrap();
    assert_eq!((found.day, day.day, day.grade), (TODAY, TODAY, Some(Grade::None)));
    assert_eq!((found.states().count(), found.earlier.len()), (2, 0));
    let stored = found.stored;
    assert_eq!((stored.now_m3, stored.normal_m3), (Some(18_000.0), Some(20_000.0)));
    assert_eq!((stored.counted, stored.of, stored.last_year, stored.usual), (1, 1, None, None));
    let expected = Drinking { persons: 1000, ..Drinking::default() };
    assert_eq!(found.drinking, expected);
    // The hour that begins now has no data yet.
    assert!((found.rain.hours_24_mm.unwrap() - 23.0 * 0.2).abs() < 1e-9);
    let [seven, thirty] = [found.rain.days_7, found.rain.days_30];
    // Eight hours of today have passed.
    assert!((seven.mm.unwrap() - (6.0 * 4.8 + 1.6)).abs() < 1e-9, "{seven:?}");
    assert!((seven.usual_mm.unwrap() - (6.0 + 1.0 / 3.0) * 5.0).abs() < 1e-9, "{seven:?}");
    assert_eq!((seven.days_without, thirty.days_without), (0, 0));
    assert_eq!((found.event, found.yesterday.pumps, found.yesterday.ran), (None, 1, 0));
}

#[test]
fn before_the_first_reading_of_a_day_yesterday_stands_and_nothing_has_changed() {
    let midnight = World { hour: 0, ..STEADY }.morning();
    assert_eq!((midnight.day, midnight.changes.len()), (TODAY, 0));
    assert_eq!(midnight.today.as_ref().unwrap().day, TODAY.yesterday().unwrap());
    assert_eq!((midnight.states().count(), midnight.earlier.len()), (2, 0));
    assert_eq!((midnight.stored.counted, midnight.rain.days_7.days_without), (1, 1));
    let res = |i: i64| (i < 0).then_some(108.0);
    let world = World { res: &res, hour: 1, ..STEADY };
    let found = world.morning();
    let ids: Vec<&str> = found.states().map(|state| state.id.as_str()).collect();
    assert_eq!((ids, found.earlier.len()), (vec!["tank", "res"], 1));
    assert_eq!((found.stored.counted, found.changes.len()), (1, 0));
}

#[test]
fn a_source_that_stays_away_is_silent_and_not_better() {
    let world = World { tank: &|i: i64| (i < 0).then_some(0.8), ..STEADY };
    let silent = ChangeKind::Silent { before: Some(Status::Warn) };
    assert_eq!(world.changes(), [("tank".to_owned(), silent)]);
    let low = world.morning().drinking;
    assert_eq!((low.persons_low, low.sources_low, low.persons_unknown), (1000, 1, 0));
    let gone = World { tank: &|i: i64| (i < -48).then_some(0.8), ..STEADY };
    assert_eq!(gone.changes(), [], "it was silent already yesterday");
    assert_eq!(STEADY.morning().compared, 2);
    assert_eq!((world.morning().compared, gone.morning().compared), (1, 1));
    let unknown = gone.morning().drinking;
    assert_eq!((unknown.persons_low, unknown.persons_unknown), (0, 1000));
    assert_eq!(unknown.sources_unknown, 1);
}

#[test]
fn a_source_is_back_only_if_it_was_there_before() {
    let world = World { tank: &|i: i64| (!(-48..0).contains(&i)).then_some(1.6), ..STEADY };
    let back = ChangeKind::Back { now: Some(Status::Normal) };
    assert_eq!(world.changes(), [("tank".to_owned(), back)]);
    let new = World { tank: &|i: i64| (i >= 0).then_some(1.6), ..STEADY };
    assert_eq!(new.changes(), []);
}

#[test]
fn what_has_become_worse_comes_first() {
    let world = World {
        res: &|i: i64| Some(if i < 0 { 104.3 } else { 104.3 - 0.05 * i as f64 }),
        tank: &|i: i64| Some(if i < 0 { 0.9 } else { 1.2 }),
        energy: &|i: i64| Some(if (2..6).contains(&i) { 9.0 } else { 0.0 }),
        ..STEADY
    };
    let changes = world.changes();
    let kinds: Vec<(&str, bool)> = changes
        .iter()
        .map(|(id, kind)| (id.as_str(), matches!(kind, ChangeKind::Better { .. })))
        .collect();
    let expected = [("res", false), ("res", false), ("pump", false), ("tank", true)];
    assert_eq!(kinds, expected, "{changes:?}");
    let worse = ChangeKind::Worse { before: Status::Normal, now: Status::Warn };
    assert_eq!(changes[0].1, worse);
    assert!(matches!(changes[1].1, ChangeKind::FallsFaster { m_per_day } if m_per_day > 0.3));
    assert_eq!(changes[2].1, ChangeKind::PumpStarted);
    assert_eq!(changes[3].1, ChangeKind::Better { before: Status::Warn, now: Status::Normal });
}

#[test]
fn a_pump_without_data_yesterday_has_not_started() {
    let world = World {
        energy: &|i: i64| match i {
            -30..0 => None,
            2..6 => Some(9.0),
            _ => Some(0.0),
        },
        ..STEADY
    };
    assert_eq!(world.changes(), []);
    assert_eq!((world.morning().yesterday.ran, world.morning().yesterday.open), (0, 1));
}

#[test]
fn the_pumps_of_the_event_are_summed_up_to_today() {
    let energy = |i: i64| Some(if i >= -72 { 5.0 } else { 0.0 });
    let event = Period { from: date(2022, 8, 1), to: date(2022, 11, 15) };
    let found = World { energy: &energy, event: Some(event), ..STEADY }.morning();
    let (period, pumped) = found.event.unwrap();
    assert_eq!((period.from, period.to), (event.from, TODAY));
    // Of the hours at its ends, some lies beyond the period.
    let about = |total: &Total, kwh: f64| total.value.is_some_and(|v| (v - kwh).abs() <= 5.0);
    assert!(about(&pumped.energy_kwh, 80.0 * 5.0), "{pumped:?}");
    assert!(about(&found.yesterday.energy_kwh, 24.0 * 5.0), "{:?}", found.yesterday);
    let later = Period { from: date(2022, 9, 1), to: date(2022, 11, 15) };
    assert_eq!(World { event: Some(later), ..STEADY }.morning().event, None);
}

#[test]
fn a_township_without_any_data_says_nothing() {
    let none = |_: i64| None;
    let world = World { res: &none, tank: &none, rain: &none, energy: &none, ..STEADY };
    let found = world.morning();
    assert_eq!((found.today.is_none(), found.changes.len()), (true, 0));
    assert_eq!((found.stored.now_m3, found.stored.normal_m3, found.stored.of), (None, None, 1));
    assert_eq!((found.rain.hours_24_mm, found.rain.days_7.mm), (None, None));
    assert_eq!((found.rain.days_30.days_without, found.yesterday.energy_kwh.value), (30, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn one_day_like_the_other_never_changes(from in 0i64..24, until in 0i64..24, day_m in 0.0f64..0.5) {
        // The same hours of each day are missing, and the level goes up and down.
        let level = |i: i64| {
            let hour = i.rem_euclid(24);
            (!(from..until).contains(&hour)).then_some(108.0 + day_m * (hour as f64 / 4.0).sin())
        };
        let world = World { res: &level, tank: &|i| level(i).map(|m| m - 106.4), ..STEADY };
        prop_assert_eq!(world.changes(), []);
    }
}
