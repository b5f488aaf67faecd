//! Tests of the figures of rain.

use super::*;
use crate::figures::Class;
use crate::water::{Climate, StationKind};

/// A township with a gauge and the usual rain of 62 mm in August, and 3 mm as the limit of a rainless day.
fn gauged() -> World {
    let mut world = World::new();
    let mut gauge = world.township.stations.remove(3);
    gauge.kind = StationKind::RainGauge;
    (gauge.id, gauge.curve, gauge.bottom_m) = ("rain-1".parse().unwrap(), None, None);
    gauge.thresholds.clear();
    world.township.stations.push(gauge);
    world.township.climate = Some(climate());
    world
}

fn climate() -> Climate {
    let months = "60, ".repeat(7) + "62, 60, 60, 60, 60";
    let others = "rainless_mm = 3.0\nsource = \"常年\"\nconfidence = 1.0";
    toml::from_str(&format!("rain_mm = [{months}]\n{others}")).unwrap()
}

/// Rain at noon of each day of the period.
fn rain(world: &mut World, mm: [f64; 10]) {
    let fell = move |i: usize| if i % 24 == 12 { mm[i / 24] } else { 0.0 };
    let day_before = counter_hour(at(0) - 1.hours(), 0.0);
    world.series("rain-1/rainfall_total", |i| counter(i, fell(i)));
    world.cells.get_mut("rain-1/rainfall_total").unwrap().insert(0, day_before);
}

/// Enters a row of the days from `from` to `to` of August.
fn reported(world: &mut World, code: EntryCode, (from, to): (i8, i8), mm: f64) {
    let row = world.enter(code, mm);
    (row.from, row.to) = (date(2022, 8, from), date(2022, 8, to));
}

#[test]
fn the_gauges_say_how_much_it_rained_and_for_how_long_it_did_not() {
    let mut world = gauged();
    rain(&mut world, [4.0, 0.0, 2.5, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    let total = world.figure("rain_total");
    assert_eq!((total.number(), total.class), (Some(12.5), Class::Measured));
    assert_eq!(total.phrase.as_deref(), Some("12.5毫米"));
    let days = world.figure("rainless_days");
    assert_eq!((days.number(), days.class), (Some(5.0), Class::Measured));
    assert_eq!((days.bounds, days.phrase.as_deref()), (Some([5.0; 2]), Some("5天")));
    assert!(text(&days).contains("2022-08-10"), "{}", text(&days));
    // Ten days of August usually have 20 mm.
    let anomaly = world.figure("rain_anomaly");
    assert_eq!((anomaly.number(), anomaly.class), (Some(-37.5), Class::Derived));
}

#[test]
fn days_without_data_leave_open_how_much_and_how_long() {
    let mut world = gauged();
    rain(&mut world, [0.0; 10]);
    let gap = 96..144;
    world.series("rain-1/rainfall_total", |i| {
        if gap.contains(&i) { empty(i) } else { counter(i, f64::from(u8::from(i == 12))) }
    });
    let total = world.figure("rain_total");
    assert_eq!((total.number(), total.bounds), (Some(1.0), Some([0.0, f64::INFINITY])));
    let days = world.figure("rainless_days");
    assert_eq!((days.number(), days.bounds), (Some(4.0), Some([4.0, 10.0])));
    assert_eq!(days.claim.verdict, Verdict::Open);
    assert!(text(&days).contains("有2天雨量站数据不足"), "{}", text(&days));
}

#[test]
fn what_is_entered_counts_where_no_gauge_has_data() {
    let mut world = gauged();
    reported(&mut world, EntryCode::RainlessDays, (1, 10), 38.0);
    reported(&mut world, EntryCode::RainlessDays, (1, 10), 45.0);
    reported(&mut world, EntryCode::RainReported, (1, 10), 8.0);
    let days = world.figure("rainless_days");
    assert_eq!((days.number(), days.class), (Some(10.0), Class::Entered));
    assert_eq!(days.phrase.as_deref(), Some("10天"));
    assert!(text(&days).contains("填报45天，其中在统计期内的至多10天"), "{}", text(&days));
    let total = world.figure("rain_total");
    assert_eq!((total.number(), total.class), (Some(8.0), Class::Entered));
    assert_eq!(total.claim.verdict, Verdict::Proved);
    rain(&mut world, [0.0; 10]);
    let days = world.figure("rainless_days");
    assert_eq!((days.number(), days.class), (Some(10.0), Class::Measured));
    assert!(text(&days).contains("填报45，以雨量站为准"), "{}", text(&days));
    assert!(text(&world.figure("rain_total")).contains("填报的降雨量为8 mm"));
}

#[test]
fn of_a_rainless_run_that_is_entered_the_days_of_the_period_count() {
    let mut world = World::new();
    reported(&mut world, EntryCode::RainlessDays, (4, 4), 20.0);
    assert_eq!(world.phrase("rainless_days"), "4天", "it lasted up to 4 August");
    reported(&mut world, EntryCode::RainlessDays, (10, 10), 6.0);
    assert_eq!(world.phrase("rainless_days"), "6天");
    // Days beyond the period leave open how many of them lie in it.
    reported(&mut world, EntryCode::RainlessDays, (5, 25), 18.0);
    let days = world.figure("rainless_days");
    assert_eq!((days.number(), days.bounds), (Some(10.0), Some([6.0, 10.0])));
    assert_eq!(days.claim.verdict, Verdict::Open);
}

#[test]
fn a_rainless_period_has_no_rain_and_gauges_and_slips_agree() {
    let broken = |world: &World| {
        let found = world.broken().into_iter().map(|(rule, _)| rule);
        found.filter(|rule| rule.starts_with("rain")).collect::<Vec<_>>()
    };
    let mut world = World::new();
    reported(&mut world, EntryCode::RainlessDays, (1, 10), 45.0);
    reported(&mut world, EntryCode::RainReported, (1, 10), 100.0);
    assert_eq!(broken(&world), ["rainless-period-has-no-rain"]);
    assert_eq!(world.phrase("rain_total"), "");
    world.entries[1].value = 12.0;
    assert!(broken(&world).is_empty());
    let mut world = gauged();
    rain(&mut world, [1.0; 10]);
    reported(&mut world, EntryCode::RainReported, (1, 10), 400.0);
    assert_eq!(broken(&world), ["rain-measured-fits-entered"]);
    world.entries[0].value = 25.0;
    assert!(broken(&world).is_empty());
}

#[test]
fn rain_is_added_over_days_and_never_over_villages_or_days_that_share() {
    let mut world = World::new();
    reported(&mut world, EntryCode::RainReported, (1, 4), 3.0);
    reported(&mut world, EntryCode::RainReported, (5, 10), 9.0);
    assert_eq!(world.value("rain_total"), Some(12.0));
    // A row of all these days counts in their place.
    reported(&mut world, EntryCode::RainReported, (1, 10), 14.0);
    assert_eq!(world.value("rain_total"), Some(14.0));
    let mut world = World::new();
    for (village, mm) in [("dong", 10.0), ("xian", 20.0)] {
        reported(&mut world, EntryCode::RainReported, (1, 10), mm);
        world.entries.last_mut().unwrap().village = Some(village.parse().unwrap());
    }
    assert_eq!(world.value("rain_total"), Some(15.0), "the mean of the villages");
    world.entries.truncate(1);
    world.entries[0].to = date(2022, 8, 9);
    let total = world.figure("rain_total");
    assert_eq!(total.bounds, Some([10.0, f64::INFINITY]), "a day is not spoken of");
    world.entries[0].to = date(2022, 8, 11);
    assert_eq!(world.value("rain_total"), None);
}

#[test]
fn rain_is_held_against_what_is_entered_before_the_climate_and_earlier_years() {
    let mut world = gauged();
    rain(&mut world, [1.0; 10]);
    assert_eq!(world.value("rain_anomaly"), Some(-50.0));
    reported(&mut world, EntryCode::RainUsual, (1, 10), 40.0);
    assert_eq!(world.value("rain_anomaly"), Some(-75.0));
    world.entries.clear();
    world.township.climate = None;
    assert_eq!(world.value("rain_anomaly"), None);
    let mut then = gauged();
    rain(&mut then, [5.0; 10]);
    world.earlier = vec![Earlier {
        label: Text::verbatim("上年同期"),
        period: Period { from: date(2021, 8, 1), to: date(2021, 8, 10) },
        same_days: true,
        figures: vec![then.figure("rain_total")],
    }];
    assert_eq!(world.value("rain_anomaly"), Some(-80.0));
    assert_eq!(world.value("rainless_days"), None, "without a limit");
}
