//! Tests of states: for how long a row holds, on which day, and what leaves it open.

use super::*;
use crate::figures::Class;

/// A row of the days from `from` to `to`; in `village`, where it is not empty.
fn row(world: &mut World, code: EntryCode, value: f64, days: [Date; 2], village: &str) {
    let entry = world.enter(code, value);
    [entry.from, entry.to] = days;
    entry.village = (!village.is_empty()).then(|| village.parse().unwrap());
}

fn on(world: &mut World, code: EntryCode, value: f64, day: Date, village: &str) {
    row(world, code, value, [day, day], village);
}

fn august(day: i8) -> Date {
    date(2022, 8, day)
}

/// A period of three weeks, from 1 to 21 August.
fn three_weeks() -> World {
    let mut world = World::new();
    world.days = Period { from: august(1), to: august(21) };
    world
}

fn verdict(world: &World, id: &str) -> (Verdict, Option<String>) {
    let figure = world.figure(id);
    (figure.claim.verdict, figure.phrase)
}

#[test]
fn a_state_holds_at_the_end_for_ten_days_and_no_longer() {
    for (day, holds) in [(11, true), (10, false)] {
        let mut world = three_weeks();
        for code in [EntryCode::PersonsShort, EntryCode::WellsShort, EntryCode::StorageUnmonitored]
        {
            on(&mut world, code, 300.0, august(day), "");
        }
        for id in ["persons_short", "wells_short", "storage_total"] {
            let (verdict, phrase) = verdict(&world, id);
            let said = (verdict == Verdict::Proved, phrase.is_some());
            assert_eq!(said, (holds && id != "storage_total", holds), "{id} of {day} August");
        }
    }
    let mut world = three_weeks();
    on(&mut world, EntryCode::PersonsShort, 300.0, august(10), "dong");
    on(&mut world, EntryCode::PersonsShort, 40.0, august(20), "xian");
    let short = world.figure("persons_short");
    assert_eq!(short.bounds, Some([40.0, f64::INFINITY]), "one village is too old");
    assert!(text(&short).contains("最近一次填报是2022-08-10（台账第1条）"), "{}", text(&short));
    on(&mut world, EntryCode::PersonsShort, 90.0, august(21), "");
    assert_eq!(world.phrase("persons_short"), "约90人", "a later whole stands for its parts");
    on(&mut world, EntryCode::AreaSown, 90.0, august(1), "");
    assert_eq!(world.figure("area_sown").claim.verdict, Verdict::Proved, "sown stays sown");
}

#[test]
fn people_relieved_after_a_state_leave_it_open() {
    let mut world = World::new();
    on(&mut world, EntryCode::PersonsShort, 300.0, august(6), "");
    on(&mut world, EntryCode::PersonsRelieved, 200.0, august(6), "");
    assert_eq!(world.phrase("persons_short"), "约300人");
    on(&mut world, EntryCode::PersonsRelieved, 100.0, august(8), "");
    assert_eq!(verdict(&world, "persons_short"), (Verdict::Open, None));
    assert!(text(&world.figure("persons_short")).contains("第3条"));
}

#[test]
fn grades_of_several_days_are_no_sum_of_one_day() {
    let mut world = World::new();
    let grades = [
        EntryCode::DroughtLight,
        EntryCode::DroughtModerate,
        EntryCode::DroughtSevere,
        EntryCode::DroughtExtreme,
    ];
    for (code, value) in grades.into_iter().zip([500.0, 20.0, 200.0, 0.0]) {
        on(&mut world, code, value, august(9), "dong");
        on(&mut world, code, value, august(8), "xian");
    }
    assert_eq!(world.phrase("area_in_drought"), "约1400亩", "each village has a day of its own");
    world.entries[0].from = august(7);
    world.entries[0].to = august(7);
    let (verdict, phrase) = verdict(&world, "area_in_drought");
    assert_eq!((verdict, phrase), (Verdict::Open, None));
    assert!(text(&world.figure("area_in_drought")).contains("2022-08-07"));
}

#[test]
fn a_form_of_three_grades_has_no_moderate_drought() {
    let mut world = World::new();
    on(&mut world, EntryCode::DroughtLight, 500.0, august(9), "");
    on(&mut world, EntryCode::DroughtSevere, 90.0, august(9), "");
    assert_eq!(verdict(&world, "area_in_drought").0, Verdict::Open, "withered is missing");
    on(&mut world, EntryCode::DroughtExtreme, 10.0, august(9), "");
    assert_eq!(world.phrase("area_in_drought"), "约600亩");
    assert_eq!(world.figure("area_in_drought_peak").bounds, None);
    assert!(text(&world.figure("area_in_drought")).contains("三级表"));
    // A survey with a moderate grade has four.
    on(&mut world, EntryCode::DroughtModerate, 70.0, august(2), "");
    assert_eq!(verdict(&world, "area_in_drought").0, Verdict::Open);
}

#[test]
fn the_greatest_day_adds_up_what_held_on_it() {
    let mut world = World::new();
    on(&mut world, EntryCode::PersonsEngaged, 100.0, august(2), "dong");
    on(&mut world, EntryCode::PersonsEngaged, 200.0, august(6), "xian");
    let engaged = world.figure("persons_engaged");
    assert_eq!((engaged.number(), engaged.bounds), (Some(200.0), Some([200.0, 300.0])));
    assert_eq!(engaged.claim.verdict, Verdict::Open);
    assert!(text(&engaged).contains("最多可能到300"), "{}", text(&engaged));
    world.entries[0].to = august(6);
    assert_eq!(world.phrase("persons_engaged"), "300人", "both held on that day");
    // Where a shorter row ends, the longer one of the same village holds again.
    let mut world = World::new();
    row(&mut world, EntryCode::PersonsEngaged, 100.0, [august(1), august(9)], "dong");
    on(&mut world, EntryCode::PersonsEngaged, 20.0, august(3), "dong");
    row(&mut world, EntryCode::PersonsEngaged, 50.0, [august(3), august(4)], "xian");
    assert_eq!(world.value("persons_engaged"), Some(150.0));
}

#[test]
fn a_plan_is_compared_with_the_water_of_the_whole_township_only() {
    let mut world = World::new();
    world.township.stations.retain(|station| station.id.as_str() == "pond-1");
    world.levels("pond-1/level", |_| 102.0);
    on(&mut world, EntryCode::StoragePlanned, 4000.0, august(9), "");
    on(&mut world, EntryCode::StorageUsual, 1000.0, august(9), "");
    let compared = ["storage_of_plan", "storage_anomaly"];
    for id in compared {
        let figure = world.figure(id);
        assert_eq!(figure.claim.verdict, Verdict::Open, "{id}: others may hold water");
        assert!(text(&figure).contains("未监测塘库"), "{}", text(&figure));
    }
    on(&mut world, EntryCode::StorageUnmonitored, 0.0, august(9), "");
    for id in compared {
        let figure = world.figure(id);
        assert_eq!(figure.claim.verdict, Verdict::Proved, "{id}: {}", text(&figure));
    }
    world.entries[0].village = Some("dong".parse().unwrap());
    assert_eq!(world.figure("storage_of_plan").claim.verdict, Verdict::Open, "a village's plan");
    // A plan of a month ago is none of the day.
    world.entries[0].village = None;
    (world.entries[0].from, world.entries[0].to) = (august(1), august(1));
    world.days.to = august(21);
    assert_eq!(world.figure("storage_of_plan").claim.verdict, Verdict::Open);
}

#[test]
fn how_many_were_short_of_water_is_entered_and_no_sensor_bears_it_out() {
    let mut world = World::new();
    world.enter(EntryCode::DrinkingDifficulty, 12.0);
    world.levels("tank-1/level", |_| 125.0);
    assert_eq!(world.figure("drinking_difficulty").class, Class::Entered);
    world.entries[0].value = 0.0;
    world.township.stations.clear();
    assert_eq!(world.figure("drinking_difficulty").class, Class::Entered, "nothing bears it out");
}

#[test]
fn a_part_that_is_all_of_a_wrong_sum_is_not_said_either() {
    let mut world = World::new();
    on(&mut world, EntryCode::AreaStanding, 500.0, august(9), "");
    on(&mut world, EntryCode::DroughtLight, 800.0, august(9), "");
    assert_eq!(world.phrase("drought_light"), "");
    on(&mut world, EntryCode::DroughtSevere, 10.0, august(9), "");
    assert_eq!(world.phrase("drought_light"), "", "by itself more than what stands");
    assert_eq!(world.phrase("drought_severe"), "约10亩");
    world.entries[0].value = 810.0;
    assert_eq!(world.phrase("drought_light"), "约800亩");
}

#[test]
fn what_people_enter_has_to_fit_their_village_and_its_own_parts() {
    let mut world = World::new();
    on(&mut world, EntryCode::PersonsAffected, 900.0, august(9), "xian");
    on(&mut world, EntryCode::PersonsInNeed, 50.0, august(9), "");
    on(&mut world, EntryCode::PersonsInNeedOfWater, 80.0, august(9), "");
    on(&mut world, EntryCode::DirectLoss, 100.0, august(9), "");
    on(&mut world, EntryCode::CashCropsLost, 200.0, august(9), "");
    let broken: Vec<String> = world.broken().into_iter().map(|(rule, _)| rule).collect();
    for rule in [
        "village-persons-affected-within-population",
        "need-of-water-within-need",
        "cash-crops-lost-within-direct-loss",
    ] {
        assert!(broken.iter().any(|own| own == rule), "{rule}: {broken:?}");
    }
    assert_eq!(world.phrase("cash_crops_lost"), "");
}
