//! Tests of what people enter beside what is measured or worked out: the sum, its parts, its class and its words.

use super::*;
use crate::figures::{Class, FORMS, FigureId};
use crate::water::{CropKind, Irrigation, StorageCurve};

const POND_1: usize = 3;

/// Enters a row of the whole period.
fn throughout(world: &mut World, code: EntryCode, value: f64) {
    let row = world.enter(code, value);
    (row.from, row.to) = (date(2022, 8, 1), date(2022, 8, 10));
}

fn without_stations() -> World {
    let mut world = World::new();
    world.township.stations.clear();
    world
}

/// Value, bounds and class of a figure.
fn found(world: &World, id: &str) -> (Option<f64>, Option<[f64; 2]>, Class) {
    let figure = world.figure(id);
    (figure.number(), figure.bounds, figure.class)
}

fn irrigation() -> Option<Irrigation> {
    let source = "test".into();
    Some(Irrigation { canal_efficiency: 0.5, pass_m3_per_mu: 40.0, source, confidence: 1.0 })
}

#[test]
fn everything_that_a_form_asks_for_can_be_entered() {
    let mut world = without_stations();
    for crop in &mut world.township.crops {
        let grain = crop.id.as_str() == "rice";
        crop.kind = Some(if grain { CropKind::Grain } else { CropKind::Cash });
    }
    for code in EntryCode::ALL {
        let by_crop = match code {
            EntryCode::AreaAffected => 30.0,
            EntryCode::AreaDamaged => 20.0,
            EntryCode::AreaFailed => 10.0,
            EntryCode::LossRateWithout => 60.0,
            EntryCode::LossRateWith => 10.0,
            EntryCode::MeterReplaced | EntryCode::MeterInstalled => continue,
            EntryCode::ResponseLevel => {
                throughout(&mut world, *code, 3.0);
                continue;
            }
            code => {
                throughout(&mut world, *code, 5.0);
                continue;
            }
        };
        for crop in ["rice", "seed-rice"] {
            world.crop(*code, crop, by_crop);
        }
    }
    let figures = world.statement().figures;
    for row in FORMS.iter().flat_map(|form| form.rows) {
        let figure = figures.iter().find(|figure| figure.id == row.figure).unwrap();
        assert!(figure.number().is_some(), "{}: {}", figure.id, text(figure));
    }
}

#[test]
fn every_code_feeds_a_figure_that_names_it() {
    let sources: Vec<&str> = FigureId::ALL.iter().map(|id| id.spec().source).collect();
    for code in EntryCode::ALL {
        let names = |source: &&str| source.split([' ', ',', ';']).any(|word| word == code.id());
        assert!(sources.iter().any(names), "{}", code.id());
    }
}

#[test]
fn water_and_hours_are_those_of_the_meters_and_those_entered() {
    let mut world = World::new();
    world.township.stations.retain(|station| station.id.as_str() == "pump-1");
    world.series("pump-1/volume_total", |i| counter(i, 10.0));
    world.series("pump-1/run_hours", |i| counter(i, 0.5));
    throughout(&mut world, EntryCode::WaterPumpedUnmonitored, 600.0);
    world.enter(EntryCode::PumpHoursUnmonitored, 30.0);
    world.enter(EntryCode::PumpHoursUnmonitored, 20.0);
    let water = world.figure("water_pumped");
    assert_eq!((water.number(), water.class), (Some(3000.0), Class::Mixed));
    assert!(text(&water).contains("其中监测部分2400，填报的未监测部分600"), "{}", text(&water));
    let parts: Vec<_> = water.inputs.iter().map(|input| input.value).collect();
    assert_eq!(parts, [Some(2400.0), Some(600.0)]);
    assert_eq!(world.value("pump_hours"), Some(170.0));
    world.township.stations.clear();
    assert_eq!(found(&world, "pump_hours"), (Some(50.0), Some([50.0; 2]), Class::Entered));
    let water = world.figure("water_pumped");
    assert_eq!((water.number(), water.class), (Some(600.0), Class::Entered));
    assert!(text(&water).contains("只有填报的未监测部分600"), "{}", text(&water));
}

#[test]
fn a_pump_without_data_stays_in_the_bounds_beside_what_is_entered() {
    let mut world = World::new();
    throughout(&mut world, EntryCode::PumpStationsUnmonitored, 4.0);
    throughout(&mut world, EntryCode::InstalledPowerUnmonitored, 55.0);
    throughout(&mut world, EntryCode::AreaIrrigatedUnmonitored, 200.0);
    let stations = found(&world, "pump_stations_engaged");
    assert_eq!(stations, (Some(4.0), Some([4.0, 7.0]), Class::Entered));
    world.series("pump-1/energy_total", |i| counter(i, 9.0));
    for id in ["pump-2", "pump-3"] {
        world.series(&format!("{id}/energy_total"), |i| counter(i, 0.0));
    }
    let stations = world.figure("pump_stations_engaged");
    assert_eq!((stations.number(), stations.class), (Some(5.0), Class::Mixed));
    assert!(text(&stations).contains("其中监测部分1，填报的未监测部分4"), "{}", text(&stations));
    assert_eq!(stations.bounds.map(|bounds| bounds[0]), Some(5.0));
    let plate = world.township.stations[0].pump.clone().unwrap();
    assert_eq!(world.value("installed_power"), Some(plate.rated_power_kw + 55.0));
    assert_eq!(world.value("area_irrigated"), Some(plate.irrigates_mu + 200.0));
}

#[test]
fn passes_that_are_entered_stand_for_the_water_that_is_not_monitored() {
    let mut world = World::new();
    world.township.stations.retain(|station| station.id.as_str() == "pump-1");
    world.township.irrigation = irrigation();
    world.series("pump-1/volume_total", |i| counter(i, 10.0));
    throughout(&mut world, EntryCode::WaterPumpedUnmonitored, 800.0);
    assert_eq!(world.value("area_irrigated_times"), Some((2400.0 + 800.0) * 0.5 / 40.0));
    throughout(&mut world, EntryCode::AreaIrrigatedTimesUnmonitored, 25.0);
    assert_eq!(world.value("area_irrigated_times"), Some(2400.0 * 0.5 / 40.0 + 25.0));
    world.township.stations.clear();
    assert_eq!(
        found(&world, "area_irrigated_times"),
        (Some(25.0), Some([25.0; 2]), Class::Entered)
    );
    world.township.irrigation = None;
    assert_eq!(world.value("area_irrigated_times"), Some(25.0));
}

#[test]
fn dry_channels_that_nobody_watches_are_carried_by_the_ledger() {
    let mut world = World::new();
    world.levels("channel-1/level", |_| 81.0);
    world.levels("pond-1/level", |_| 103.0);
    world.levels("pond-2/level", |_| 92.0);
    assert_eq!(world.phrase("channels_dry"), "监测的1处河沟未出现断流");
    throughout(&mut world, EntryCode::ChannelsDryUnmonitored, 3.0);
    throughout(&mut world, EntryCode::PondsDryUnmonitored, 2.0);
    throughout(&mut world, EntryCode::ReservoirsDryUnmonitored, 1.0);
    let channels = world.figure("channels_dry");
    assert_eq!((channels.number(), channels.class), (Some(3.0), Class::Mixed));
    assert_eq!(channels.phrase.as_deref(), Some("部分河沟断水"));
    assert_eq!(world.phrase("ponds_dry"), "部分塘堰干涸");
    assert_eq!(world.phrase("reservoirs_dry"), "1座");
    assert_eq!(world.figure("reservoirs_dry").class, Class::Entered);
    // What is said of the watched ones stays true, and says more.
    world.levels("pond-1/level", |_| 100.0);
    world.levels("pond-2/level", |_| 90.0);
    assert_eq!(world.phrase("ponds_dry"), "监测的2座塘堰全部干涸");
    assert_eq!(world.value("ponds_dry"), Some(4.0));
    world.township.stations.clear();
    assert_eq!(world.phrase("channels_dry"), "部分河沟断水");
    assert_eq!(found(&world, "channels_dry"), (Some(3.0), Some([3.0; 2]), Class::Entered));
}

#[test]
fn dry_channels_of_days_beyond_the_period_leave_the_words_open() {
    let mut world = World::new();
    world.levels("channel-1/level", |_| 81.0);
    let row = world.enter(EntryCode::ChannelsDryUnmonitored, 3.0);
    row.to = date(2022, 8, 31);
    let channels = world.figure("channels_dry");
    assert_eq!(channels.bounds, Some([0.0, 3.0]));
    assert_eq!((channels.phrase.as_deref(), channels.claim.verdict), (None, Verdict::Open));
    // None of those that are not watched: only the watched ones are spoken of.
    world.entries[0].value = 0.0;
    world.entries[0].to = world.entries[0].from;
    assert_eq!(world.phrase("channels_dry"), "监测的1处河沟未出现断流");
}

#[test]
fn storage_is_told_by_the_size_of_the_reservoir() {
    let mut world = World::new();
    let mut reservoir = world.township.stations[POND_1].clone();
    reservoir.kind = crate::water::StationKind::Reservoir;
    for (id, m3) in [("large", 1e8), ("medium", 9e7), ("small", 1e5), ("tiny", 9e4)] {
        reservoir.id = id.parse().unwrap();
        reservoir.curve = Some(StorageCurve::new(vec![[100.0, 0.0], [110.0, m3]]).unwrap());
        world.township.stations.push(reservoir.clone());
        world.levels(&format!("{id}/level"), |_| 105.0);
    }
    world.levels("pond-1/level", |_| 102.0);
    world.levels("pond-2/level", |_| 92.0);
    let ponds = world.value("storage_ponds").unwrap() - 45_000.0;
    assert_eq!(world.value("storage_large"), Some(5e7));
    assert_eq!(world.value("storage_medium"), Some(4.5e7));
    assert_eq!(world.value("storage_small"), Some(5e4));
    assert_eq!(world.value("storage_total"), Some(5e7 + 4.5e7 + 5e4 + 4.5e4 + ponds));
    // At the crest, where the curve reaches it.
    world.township.stations.last_mut().unwrap().crest_m = Some(101.0);
    assert_eq!(world.value("storage_small"), Some(5e4));
    world.township.stations.last_mut().unwrap().curve = None;
    let small = world.figure("storage_small");
    assert_eq!(small.bounds, Some([5e4, f64::INFINITY]), "it may be one of them");
    assert!(text(&small).contains("不知属于哪一类"), "{}", text(&small));
}

#[test]
fn storage_that_no_station_watches_is_added_to_its_class_and_to_the_whole() {
    let mut world = without_stations();
    assert_eq!(world.value("storage_small"), None);
    throughout(&mut world, EntryCode::StorageSmallUnmonitored, 300_000.0);
    throughout(&mut world, EntryCode::StoragePondsUnmonitored, 50_000.0);
    throughout(&mut world, EntryCode::StorageUnmonitored, 7_000.0);
    assert_eq!(found(&world, "storage_small"), (Some(300_000.0), None, Class::Entered));
    assert_eq!(found(&world, "storage_total"), (Some(357_000.0), None, Class::Entered));
    assert_eq!(world.value("storage_large"), None, "absent is not zero");
    assert_eq!(world.value("storage_of_plan"), None);
    throughout(&mut world, EntryCode::StoragePlanned, 714_000.0);
    assert_eq!(world.value("storage_of_plan"), Some(50.0));
    assert_eq!(world.value("storage_anomaly"), None);
    throughout(&mut world, EntryCode::StorageUsual, 420_000.0);
    assert_eq!(world.value("storage_anomaly"), Some(-15.0));
    let mut world = World::new();
    world.township.stations.retain(|station| station.id.as_str() == "pond-1");
    world.levels("pond-1/level", |_| 102.0);
    let measured = world.value("storage_ponds").unwrap();
    throughout(&mut world, EntryCode::StoragePondsUnmonitored, 50_000.0);
    let ponds = world.figure("storage_ponds");
    assert_eq!((ponds.number(), ponds.class), (Some(measured + 50_000.0), Class::Mixed));
}

#[test]
fn years_that_count_other_parts_of_the_water_are_not_compared() {
    let mut then = World::new();
    then.levels("pond-1/level", |_| 104.0);
    let mut now = World::new();
    now.levels("pond-1/level", |_| 102.0);
    now.earlier = vec![Earlier {
        label: Text::verbatim("上年同期"),
        period: Period { from: date(2021, 8, 1), to: date(2021, 8, 10) },
        same_days: true,
        figures: vec![then.figure("storage_total")],
    }];
    assert_eq!(now.value("storage_anomaly"), Some(-50.0));
    throughout(&mut now, EntryCode::StorageUnmonitored, 9e6);
    let anomaly = now.figure("storage_anomaly");
    assert_eq!(anomaly.number(), None);
    assert!(text(&anomaly).contains("不能比较"), "{}", text(&anomaly));
}

#[test]
fn fuel_known_by_mass_only_is_added_to_that_in_litres() {
    let mut world = World::new();
    world.enter(EntryCode::OilByMass, 2.5);
    assert_eq!(found(&world, "oil_used"), (Some(2.5), None, Class::Entered));
    world.enter(EntryCode::Gasoline, 1000.0);
    assert_eq!(found(&world, "oil_used"), (Some(3.24), None, Class::Derived));
}

#[test]
fn what_is_not_worked_out_is_added_to_what_is() {
    let mut world = World::new();
    throughout(&mut world, EntryCode::LossAvertedUnrated, 500_000.0);
    throughout(&mut world, EntryCode::GrainSavedUnrated, 12.0);
    let alone = world.figure("loss_averted");
    assert_eq!((alone.number(), alone.class), (Some(500_000.0), Class::Entered));
    assert_eq!(alone.claim.verdict, Verdict::Open, "nothing shows relief");
    world.enter(EntryCode::CanalsCleared, 300.0);
    assert_eq!(world.figure("loss_averted").claim.verdict, Verdict::Proved);
    world.township.crops[1].kind = Some(CropKind::Grain);
    for (crop, failed) in [("rice", 10.0), ("seed-rice", 0.0)] {
        world.crop(EntryCode::AreaAffected, crop, 100.0);
        world.crop(EntryCode::AreaFailed, crop, failed);
    }
    world.crop(EntryCode::LossRateWithout, "rice", 60.0);
    world.crop(EntryCode::LossRateWith, "rice", 10.0);
    // 90 mu x 450 kg x 2.6 yuan x 50 %; the other crop has no rates.
    let sum = world.figure("loss_averted");
    assert_eq!((sum.number(), sum.class), (Some(52_650.0 + 500_000.0), Class::Derived));
    assert!(text(&sum).contains("其中测算部分52650，填报的未测算部分500000"), "{}", text(&sum));
    assert!(text(&sum).contains("制种水稻"), "{}", text(&sum));
    assert_eq!(world.value("grain_saved"), Some(20.25 + 12.0));
    world.crop(EntryCode::LossRateWith, "rice", 20.0);
    assert_eq!(world.value("loss_averted"), None, "a contradiction stays one");
}

#[test]
fn works_and_people_are_added_up_or_taken_as_they_stand() {
    let mut world = World::new();
    for code in [
        EntryCode::PersonTimesEngaged,
        EntryCode::WaterTruckTrips,
        EntryCode::WellsDrilled,
        EntryCode::WellsRepaired,
        EntryCode::CanalsCleared,
        EntryCode::PipesLaid,
        EntryCode::WorksRepaired,
        EntryCode::PersonsCameShort,
        EntryCode::LivestockCameShort,
    ] {
        world.enter(code, 30.0);
        world.enter(code, 12.0);
    }
    for (id, said) in [
        ("person_times_engaged", "约42人次"),
        ("water_truck_trips", "42车次"),
        ("wells_drilled", "42眼"),
        ("wells_repaired", "42眼"),
        ("canals_cleared", "约42米"),
        ("pipes_laid", "约42米"),
        ("works_repaired", "42处"),
        ("persons_short_total", "约42人"),
        ("livestock_short_total", "42头"),
    ] {
        assert_eq!(world.phrase(id), said, "{id}");
        assert_eq!(found(&world, id), (Some(42.0), None, Class::Entered), "{id}");
    }
    for code in [
        EntryCode::PersonsEngaged,
        EntryCode::PersonsAffectedNow,
        EntryCode::PersonsRelievedNow,
        EntryCode::PersonsAffected,
        EntryCode::HouseholdsAffected,
        EntryCode::AreaReplanted,
    ] {
        for (day, value) in [(4, 50.0), (8, 45.0)] {
            let row = world.enter(code, value);
            (row.from, row.to) = (date(2022, 8, day), date(2022, 8, day));
        }
    }
    for id in [
        "persons_engaged_now",
        "persons_affected_now",
        "persons_relieved_now",
        "persons_affected",
        "households_affected",
        "area_replanted",
    ] {
        assert_eq!(world.value(id), Some(45.0), "{id}");
    }
    assert_eq!(world.value("persons_engaged"), Some(50.0));
}

#[test]
fn more_persons_now_than_in_all_is_an_error_that_nobody_can_accept() {
    let mut world = World::new();
    world.enter(EntryCode::PersonsAffected, 100.0);
    world.enter(EntryCode::PersonsAffectedNow, 120.0);
    let broken = |world: &World| {
        let rule = "affected-now-within-affected".to_owned();
        world.broken().contains(&(rule, "全乡镇".into()))
    };
    assert!(broken(&world));
    world.entries[1].value = 100.0;
    assert!(!broken(&world));
}
