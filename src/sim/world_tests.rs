//! The world of the example's township and scenario.

use std::collections::BTreeMap;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::*;
use crate::core::{Calendar, Parameter, StationId};
use crate::water::{StationKind, ThresholdQuantity, Township};

pub(super) fn township() -> Township {
    toml::from_str(include_str!("../../config/township.toml")).unwrap()
}

pub(super) fn scenario() -> Scenario {
    Scenario::parse(include_str!("../../config/examples/2022/scenario.toml")).unwrap()
}

fn calendar() -> Calendar {
    Calendar::new(TimeZone::fixed(Offset::from_hours(8).unwrap()), 0)
}

pub(super) fn world(seed: u64) -> World {
    World::new(&township(), &scenario(), seed, &calendar()).unwrap()
}

fn after_the_event(seed: u64) -> World {
    let mut world = world(seed);
    world.advance_to(calendar().bounds(scenario().event).1);
    world
}

pub(super) fn id(text: &str) -> StationId {
    text.parse().unwrap()
}

#[test]
fn the_example_year_is_the_drought_of_the_report() {
    let world = after_the_event(scenario().seed);
    let truth = world.truth();
    let energy = truth.energy_kwh();
    assert!((34_700.0..35_300.0).contains(&energy), "{energy} kWh");
    assert_eq!(truth.pumps.len(), 44);
    for (id, pump) in &truth.pumps {
        assert!(pump.hours_run > 1.0, "{id} never ran");
    }
    let dry = |kind: &str| {
        let of_kind = truth.sources.iter().filter(|(id, _)| id.as_str().starts_with(kind));
        of_kind.filter(|(_, s)| s.dry_days >= 3).count()
    };
    assert!((5..=8).contains(&dry("pond-")), "{} ponds ran dry", dry("pond-"));
    assert!((2..=4).contains(&dry("channel-")), "{} channels ran dry", dry("channel-"));
    for (id, source) in &truth.sources {
        let never = ["tank-", "reservoir-", "well-"].iter().any(|k| id.as_str().starts_with(k));
        assert!(!never || source.dry_hours == 0, "{id} ran dry");
    }
}

#[test]
fn a_tank_never_falls_to_its_warning_level() {
    for seed in [scenario().seed, 1, 2] {
        let world = after_the_event(seed);
        for tank in township().stations.iter().filter(|s| s.kind == StationKind::Tank) {
            let lowest = world.truth().sources[&tank.id].lowest_m.unwrap();
            for threshold in &tank.thresholds {
                assert_eq!(threshold.quantity, ThresholdQuantity::Level);
                assert!(lowest > threshold.low.unwrap(), "{} fell to {lowest}", tank.id);
            }
        }
    }
}

#[test]
fn another_seed_is_another_year() {
    let truths: Vec<f64> =
        [scenario().seed, 1, 2].map(|seed| after_the_event(seed).truth().energy_kwh()).to_vec();
    assert!(
        (truths[0] - truths[1]).abs() > 50.0 && (truths[1] - truths[2]).abs() > 50.0,
        "{truths:?}"
    );
}

#[test]
fn the_world_is_the_same_whatever_the_steps_of_time() {
    let leap = after_the_event(7);
    let mut walk = world(7);
    let end = leap.now();
    let mut at = walk.now();
    while at < end {
        at = at.checked_add(7.hours().minutes(13)).unwrap().min(end);
        walk.advance_to(at);
    }
    assert_eq!(walk.truth(), leap.truth());
    walk.advance_to(Timestamp::UNIX_EPOCH);
    assert_eq!(walk.now(), end);
}

#[test]
fn energy_is_rated_power_times_hours_run() {
    let world = after_the_event(scenario().seed);
    for station in township().stations {
        let Some(rated) = station.pump else { continue };
        let truth = world.truth().pumps[&station.id];
        assert!((truth.energy_kwh - truth.hours_run * rated.rated_power_kw).abs() < 1e-6);
        assert!(truth.water_m3 <= truth.hours_run * rated.rated_flow_m3h + 1e-6);
    }
}

#[test]
fn registers_only_grow_unless_the_scenario_replaces_a_meter() {
    let mut world = world(scenario().seed);
    let (start, end) = calendar().bounds(scenario().event);
    world.advance_to(start);
    let pumps: Vec<StationId> = world.truth().pumps.keys().cloned().collect();
    let registers = |world: &World| -> BTreeMap<(StationId, Parameter), f64> {
        pumps
            .iter()
            .flat_map(|p| {
                [Parameter::EnergyTotal, Parameter::VolumeTotal, Parameter::RunHours]
                    .map(|r| (p.clone(), r))
            })
            .map(|key| (key.clone(), world.shown(&key.0, key.1).unwrap()))
            .collect()
    };
    let first = registers(&world);
    let mut before = first.clone();
    let mut resets = Vec::new();
    while world.now() < end {
        world.advance_to(world.now().checked_add(1.hour()).unwrap());
        let now = registers(&world);
        for (key, value) in &now {
            if *value < before[key] {
                resets.push((key.clone(), world.now()));
            }
        }
        before = now;
    }
    let at: Timestamp = "2022-09-14T02:00:00Z".parse().unwrap();
    assert_eq!(resets, [((id("pump-lifang-1"), Parameter::EnergyTotal), at)]);
    let rolls = (id("pump-qiaokeng-2"), Parameter::EnergyTotal);
    assert!(
        first[&rolls] < 10_000.0 && before[&rolls] > 10_050.0,
        "{} {}",
        first[&rolls],
        before[&rolls]
    );
    for (pump, truth) in &world.truth().pumps {
        let key = (pump.clone(), Parameter::EnergyTotal);
        let grown = before[&key] - first[&key];
        assert!(*pump == id("pump-lifang-1") || (grown - truth.energy_kwh).abs() < 1e-6, "{pump}");
    }
}

#[test]
fn faults_begin_and_end_as_scripted() {
    let mut world = world(1);
    let (pump, reservoir) = (id("pump-tangbei-2"), id("reservoir-huangshui-1"));
    let cases = [
        ("2022-09-03T15:59:59Z", false, false),
        ("2022-09-03T16:00:00Z", true, false),
        ("2022-09-04T16:00:00Z", false, false),
        ("2022-10-10T16:00:00Z", false, true),
        ("2022-10-12T16:00:00Z", false, false),
    ];
    for (at, silent, invalid) in cases {
        world.advance_to(at.parse().unwrap());
        assert_eq!(world.silent(&pump), silent, "{at}");
        assert_eq!(world.invalid(&reservoir, Parameter::Level), invalid, "{at}");
        assert!(!world.silent(&reservoir));
    }
}

#[test]
fn the_rain_of_november_raises_the_water() {
    let mut world = world(scenario().seed);
    world.advance_to("2022-11-11T16:00:00Z".parse().unwrap());
    let levels = |world: &World| -> Vec<f64> {
        let ids = world.truth().sources.keys().filter(|id| !id.as_str().starts_with("tank-"));
        ids.map(|id| world.shown(id, Parameter::Level).unwrap()).collect()
    };
    let before = levels(&world);
    world.advance_to("2022-11-15T16:00:00Z".parse().unwrap());
    let after = levels(&world);
    let risen = before.iter().zip(&after).filter(|(b, a)| a > b).count();
    assert!(risen * 10 >= before.len() * 9, "{risen} of {}", before.len());
    assert!(world.truth().rain_mm.values().all(|rain| *rain > 20.0));
}

#[test]
fn township_and_scenario_have_to_fit() {
    let mut foreign = scenario();
    foreign.sources[0].station = id("pond-nowhere-1");
    let error = World::new(&township(), &foreign, 1, &calendar()).err().unwrap();
    assert!(error.to_string().contains("pond-nowhere-1"), "{error}");
    let mut poor = scenario();
    poor.sources.retain(|s| s.station != id("well-lifang-1"));
    let error = World::new(&township(), &poor, 1, &calendar()).err().unwrap();
    assert!(error.to_string().contains("well-lifang-1"), "{error}");
}

#[test]
fn the_example_township_is_plausible() {
    let township = township();
    let sources: Vec<_> = township.stations.iter().filter(|s| s.kind.is_source()).collect();
    assert!(sources.len() >= 20);
    for (i, station) in township.stations.iter().enumerate() {
        assert!(township.village(&station.village).is_some());
        assert!(township.stations[..i].iter().all(|s| s.id != station.id), "{} twice", station.id);
    }
    for source in sources {
        let months: Vec<i8> = source.thresholds.iter().flat_map(|t| t.months.clone()).collect();
        assert!((1..=12).all(|m| months.iter().filter(|x| **x == m).count() == 1), "{}", source.id);
        let (bottom, crest) = (source.bottom_m.unwrap(), source.crest_m.unwrap());
        for t in &source.thresholds {
            assert!(t.guard < t.warn && t.warn < t.low.unwrap(), "{}", source.id);
            if t.quantity == ThresholdQuantity::Level {
                assert!(bottom < t.guard && t.low.unwrap() < crest, "{}", source.id);
            }
        }
        if let Some(curve) = &source.curve {
            assert!(
                !curve.storage(bottom).outside && !curve.storage(crest).outside,
                "{}",
                source.id
            );
        }
    }
    for pump in township.stations.iter().filter_map(|s| s.pump.as_ref()) {
        let efficiency = 0.002_725 * pump.rated_head_m * pump.rated_flow_m3h / pump.rated_power_kw;
        assert!((0.45..0.55).contains(&efficiency), "{efficiency}");
    }
    let by_village: f64 = township.villages.iter().map(|v| v.sown_area_mu).sum();
    let by_crop: f64 = township.crops.iter().map(|c| c.sown_area_mu).sum();
    assert!((by_village - by_crop).abs() < 0.005);
}
