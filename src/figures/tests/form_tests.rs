//! Tests of the figures of the state's forms: running totals, states, peaks, sums, grain, fuel by mass, comparison.

use super::*;
use crate::figures::earlier::comparisons;
use crate::water::{CropKind, Irrigation};

/// A row of a state on a day of August.
fn on(world: &mut World, code: EntryCode, day: i8, village: &str, value: f64) {
    let entry = world.enter(code, value);
    entry.from = date(2022, 8, day);
    entry.to = entry.from;
    entry.village = Some(village.parse().unwrap());
}

#[test]
fn a_state_is_the_latest_row_of_each_village_and_a_peak_the_greatest_day() {
    let mut world = World::new();
    on(&mut world, EntryCode::DroughtLight, 2, "dong", 100.0);
    on(&mut world, EntryCode::DroughtLight, 4, "xian", 50.0);
    on(&mut world, EntryCode::DroughtLight, 6, "dong", 20.0);
    on(&mut world, EntryCode::DroughtSevere, 3, "dong", 10.0);
    on(&mut world, EntryCode::DroughtLight, 20, "dong", 999.0);
    assert_eq!(world.value("drought_light"), Some(70.0));
    assert_eq!(world.value("area_in_drought"), Some(80.0));
    let whole = world.figure("area_in_drought");
    assert!(text(&whole).contains("未计入：中旱面积"));
    assert_eq!(whole.bounds, Some([80.0, f64::INFINITY]), "nobody entered the others");
    let peak = world.figure("area_in_drought_peak");
    assert_eq!(peak.value, Value::Number(100.0), "rows of different days are not added up");
    assert!(text(&peak).contains("2022-08-02"), "{}", text(&peak));
    assert_eq!(world.value("paddy_short"), None);
    assert_eq!(world.value("waiting_short"), None, "absent is not zero");
}

#[test]
fn a_running_total_adds_up_and_a_real_time_value_does_not() {
    let mut world = World::new();
    for (day, came, now) in [(2, 30.0, 30.0), (5, 12.0, 40.0)] {
        on(&mut world, EntryCode::PersonsCameInNeed, day, "dong", came);
        on(&mut world, EntryCode::PersonsInNeed, day, "dong", now);
    }
    assert_eq!(world.value("persons_in_need_total"), Some(42.0));
    assert_eq!(world.value("persons_in_need"), Some(40.0));
    on(&mut world, EntryCode::PersonsEngaged, 3, "dong", 120.0);
    on(&mut world, EntryCode::PersonsEngaged, 8, "dong", 80.0);
    assert_eq!(world.value("persons_engaged"), Some(120.0));
}

#[test]
fn the_response_level_is_the_highest_and_one_of_four() {
    let mut world = World::new();
    on(&mut world, EntryCode::ResponseLevel, 2, "dong", 4.0);
    on(&mut world, EntryCode::ResponseLevel, 5, "dong", 3.0);
    assert_eq!(world.phrase("response_level"), "抗旱Ⅲ级应急响应");
    on(&mut world, EntryCode::ResponseLevel, 6, "dong", 4.0);
    assert_eq!(world.phrase("response_level"), "抗旱Ⅲ级应急响应");
    assert!(text(&world.figure("response_level")).contains("2022-08-06的Ⅳ级"));
    on(&mut world, EntryCode::ResponseLevel, 7, "dong", 0.0);
    assert_eq!(world.phrase("response_level"), "抗旱Ⅲ级应急响应");
    assert!(text(&world.figure("response_level")).contains("2022-08-07终止响应"));
    on(&mut world, EntryCode::ResponseLevel, 8, "dong", 5.0);
    assert_eq!(world.value("response_level"), None);
    let found = world.statement().findings.found;
    let wrong = found.iter().find(|finding| finding.rule == "response-grade").unwrap();
    assert!(wrong.arithmetic && zh(&wrong.sentence()).contains("第5条"));
    world.entries.retain(|row| row.value == 0.0);
    assert_eq!(world.value("response_level"), None, "an end alone has no grade");
}

#[test]
fn grain_is_told_from_other_crops_by_the_table_and_not_without_it() {
    let mut world = World::new();
    for (crop, affected, failed) in [("rice", 100.0, 10.0), ("seed-rice", 300.0, 0.0)] {
        world.crop(EntryCode::AreaAffected, crop, affected);
        world.crop(EntryCode::AreaFailed, crop, failed);
        world.crop(EntryCode::LossRateWithout, crop, 60.0);
        world.crop(EntryCode::LossRateWith, crop, 10.0);
    }
    assert_eq!(world.value("affected_grain"), None);
    assert!(text(&world.figure("affected_grain")).contains("kind"));
    for crop in &mut world.township.crops {
        let grain = crop.id.as_str() == "rice";
        crop.kind = Some(if grain { CropKind::Grain } else { CropKind::Cash });
    }
    assert_eq!(world.value("affected_grain"), Some(100.0));
    assert_eq!(world.value("failed_grain"), Some(10.0));
    // 90 mu x 450 kg x 50 %.
    assert_eq!(world.value("grain_saved"), Some(20.25));
    assert_eq!(world.value("grain_saved_value"), Some(20_250.0 * 2.6));
    assert_eq!(world.value("cash_crops_saved"), Some(300.0 * 200.0 * 40.0 * 0.5));
    let parts = ["grain_saved_value", "cash_crops_saved"].map(|id| world.value(id).unwrap());
    assert_eq!(world.value("loss_averted"), Some(parts.iter().sum()));
    assert_eq!(world.value("sown_grain"), Some(1000.0));
}

#[test]
fn fuel_by_mass_and_passes_of_irrigation() {
    let mut world = World::new();
    world.enter(EntryCode::Gasoline, 1000.0);
    world.enter(EntryCode::Diesel, 500.0);
    assert_eq!(world.value("oil_used"), Some(0.74 + 0.42));
    world.series("pump-1/volume_total", |i| counter(i, 10.0));
    assert_eq!(world.value("area_irrigated_times"), None);
    world.township.irrigation = Some(Irrigation {
        canal_efficiency: 0.5,
        pass_m3_per_mu: 40.0,
        source: "test".into(),
        confidence: 1.0,
    });
    let water = world.value("water_pumped").unwrap();
    assert_eq!(world.value("area_irrigated_times"), Some(water * 0.5 / 40.0));
}

#[test]
fn figures_stand_beside_those_of_earlier_years() {
    let mut then = World::new();
    then.enter(EntryCode::Gasoline, 800.0);
    then.levels("pond-1/level", |_| 104.0);
    let mut now = World::new();
    now.enter(EntryCode::Gasoline, 1000.0);
    now.levels("pond-1/level", |_| 102.0);
    let earlier = [Earlier {
        label: Text::verbatim("上年同期"),
        period: Period { from: date(2021, 8, 1), to: date(2021, 8, 10) },
        same_days: true,
        figures: vec![then.figure("gasoline_used"), then.figure("storage_total")],
    }];
    let figures = [now.figure("gasoline_used"), now.figure("diesel_used")];
    let compared = comparisons(&figures, &earlier);
    assert_eq!(compared.len(), 1, "what is absent is compared with nothing");
    assert_eq!((compared[0].earlier, compared[0].now), (800.0, 1000.0));
    assert_eq!(compared[0].change_percent, Some(25.0));
    now.earlier = earlier.into();
    assert_eq!(now.value("storage_anomaly"), Some(-50.0));
    now.earlier.clear();
    assert_eq!(now.value("storage_anomaly"), None);
}
