//! Tests of how rows of the ledger count: repeated surveys, zeroes, wholes beside parts, days beyond the period.

use proptest::prelude::*;

use super::*;
use crate::account::Counting;
use crate::figures::Verdict;

/// A row of days of August, of a village and a crop where they are not empty.
fn row<'a>(
    world: &'a mut World,
    code: EntryCode,
    value: f64,
    (first, last): (i8, i8),
    village: &str,
    crop: &str,
) -> &'a mut Entry {
    let entry = world.enter(code, value);
    (entry.from, entry.to) = (date(2022, 8, first), date(2022, 8, last));
    entry.village = (!village.is_empty()).then(|| village.parse().unwrap());
    entry.crop = (!crop.is_empty()).then(|| crop.parse().unwrap());
    entry
}

/// A figure's value with its bounds, which are the value where it is certain.
fn span(world: &World, id: &str) -> [f64; 3] {
    let figure = world.figure(id);
    let value = figure.number().unwrap();
    let [least, most] = figure.bounds.unwrap_or([value; 2]);
    [value, least, most]
}

fn verdict(world: &World, id: &str) -> Verdict {
    world.figure(id).claim.verdict
}

/// The kinds of the doubts that have to be looked at, without the rules of plausibility.
fn grave(world: &World) -> Vec<String> {
    let (statement, rules) = (world.statement(), Rules::embedded().unwrap());
    let found = statement.findings.open().map(|finding| finding.rule.clone());
    found.filter(|found| rules.iter().all(|rule| rule.id != *found)).collect()
}

#[test]
fn a_later_survey_takes_the_place_of_an_earlier_one() {
    let mut world = World::new();
    for (value, day) in [(500.0, 2), (900.0, 5), (1000.0, 9)] {
        row(&mut world, EntryCode::AreaAffected, value, (1, day), "dong", "seed-rice");
    }
    row(&mut world, EntryCode::AreaAffected, 40.0, (1, 9), "xian", "seed-rice");
    assert_eq!(span(&world, "area_affected"), [1040.0; 3]);
    assert_eq!(verdict(&world, "area_affected"), Verdict::Proved);
    assert!(world.broken().contains(&("repeated-survey".into(), "东门村".into())));
    assert!(grave(&world).is_empty(), "a growing survey is no fault: {:?}", grave(&world));
    let figure = world.figure("area_affected");
    assert_eq!(figure.inputs.len(), 2, "only the rows that count");
    assert!(text(&figure).contains("第2条由第3条代替"), "{}", text(&figure));
    // Villages and rules count alike.
    let statement = world.statement();
    assert_eq!(statement.villages[0].sums[0], Some(1000.0));
    assert_eq!(statement.totals.villages.sums[0], Some(1040.0));
}

#[test]
fn a_later_survey_that_is_smaller_leaves_the_area_open() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 500.0, (1, 3), "dong", "rice");
    row(&mut world, EntryCode::AreaAffected, 300.0, (1, 8), "dong", "rice");
    assert_eq!(span(&world, "area_affected"), [300.0, 300.0, 500.0]);
    assert_eq!(verdict(&world, "area_affected"), Verdict::Open);
    assert_eq!(grave(&world), ["smaller-survey"]);
}

#[test]
fn different_numbers_of_the_same_place_and_days_may_be_parts() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaFailed, 30.0, (1, 8), "dong", "rice");
    row(&mut world, EntryCode::AreaFailed, 50.0, (1, 8), "dong", "rice");
    assert_eq!(span(&world, "area_failed"), [50.0, 30.0, 80.0]);
    assert_eq!(grave(&world), ["same-days"]);
    world.entries[1].value = 30.0;
    assert_eq!(span(&world, "area_failed"), [30.0; 3], "the same number again is a repeat");
}

/// A world of papers of one place and the same days.
fn papers(code: EntryCode, values: [f64; 4]) -> World {
    let mut world = World::new();
    for (number, value) in (1..).zip(values) {
        let paper = row(&mut world, code, value, (1, 8), "dong", "");
        paper.document = format!("调查表 {number}");
    }
    world
}

#[test]
fn papers_that_contradict_each_other_carry_no_more_than_the_least_of_them() {
    for (code, id) in [
        (EntryCode::AreaAffected, "area_affected"),
        (EntryCode::EquipmentDeclared, "mobile_sets_engaged"),
        (EntryCode::PersonsShort, "persons_short"),
    ] {
        let mut world = papers(code, [30.0, 12.0, 18.0, 25.0]);
        assert_eq!(span(&world, id)[1], 12.0, "{id}");
        if code == EntryCode::AreaAffected {
            assert_eq!(world.phrase(id), "12亩以上（待核实）");
        }
        // What is of other days contradicts none of them.
        row(&mut world, code, 20.0, (8, 9), "dong", "").document = "复查表".into();
        assert_eq!(span(&world, id)[1], 20.0, "{id}");
        // Where one of them says that there was nothing, nothing is certain.
        let mut world = papers(code, [30.0, 12.0, 0.0, 25.0]);
        assert_eq!(span(&world, id)[1], 0.0, "{id}");
        let figure = world.figure(id);
        assert_eq!((figure.claim.verdict, figure.phrase), (Verdict::Open, None), "{id}");
        // A row that was corrected to 0 repeated another and says nothing.
        world.entries[2].supersedes = Some(99);
        assert_eq!(span(&world, id)[1], 12.0, "{id}");
    }
}

#[test]
fn of_equipment_the_greatest_of_each_village_counts() {
    let mut world = World::new();
    row(&mut world, EntryCode::EquipmentDeclared, 10.0, (1, 3), "dong", "");
    row(&mut world, EntryCode::EquipmentDeclared, 12.0, (4, 8), "dong", "");
    row(&mut world, EntryCode::EquipmentDeclared, 5.0, (4, 8), "xian", "");
    assert_eq!(span(&world, "mobile_sets_engaged"), [17.0; 3]);
    world.entries[1].value = 9.0;
    assert_eq!(span(&world, "mobile_sets_engaged"), [15.0, 15.0, 24.0]);
    assert_eq!(grave(&world), ["smaller-survey"]);
    assert_eq!(world.statement().villages[0].sums[3], Some(10.0));
}

#[test]
fn slips_are_added_up_unless_they_are_one_slip_twice() {
    let mut world = World::new();
    for (number, day) in [("17", 2), ("18", 2), ("19", 5)] {
        let slip = row(&mut world, EntryCode::Gasoline, 100.0, (day, day), "dong", "");
        slip.document = format!("加油票 {number}");
    }
    assert_eq!(span(&world, "gasoline_used"), [300.0; 3]);
    world.entries[1].document = "加油票 17".into();
    world.entries[1].entered_by = "李四".into();
    assert_eq!(span(&world, "gasoline_used"), [300.0, 200.0, 300.0]);
    assert_eq!(grave(&world), ["same-slip"]);
}

#[test]
fn a_slip_over_the_sum_of_all_others_is_the_last_line_of_the_sheet() {
    let mut world = World::new();
    for (village, litres) in [("dong", 300.0), ("xian", 200.0), ("", 500.0)] {
        row(&mut world, EntryCode::Gasoline, litres, (2, 2), village, "");
    }
    assert_eq!(span(&world, "gasoline_used"), [500.0, 500.0, 1000.0]);
    assert_eq!(grave(&world), ["whole-and-parts"]);
    world.entries[2].value = 510.0;
    assert_eq!(span(&world, "gasoline_used"), [1010.0; 3]);
}

#[test]
fn a_row_of_0_says_that_nothing_happened() {
    let mut world = World::new();
    for code in [
        EntryCode::VillageAffected,
        EntryCode::WaterWork,
        EntryCode::HazardInspection,
        EntryCode::DroughtEvent,
    ] {
        let entry = row(&mut world, code, 0.0, (2, 3), "dong", "");
        entry.work = Some("未建工程".into());
    }
    for id in [
        "villages_affected",
        "water_works_built",
        "villages_served",
        "inspection_month",
        "onset_month",
    ] {
        assert_eq!(world.figure(id).value, Value::Absent, "{id}");
    }
    assert!(text(&world.figure("villages_affected")).contains("第1条的数值为0"));
    row(&mut world, EntryCode::VillageAffected, 1.0, (1, 9), "xian", "");
    assert_eq!(span(&world, "villages_affected"), [1.0; 3]);
    row(&mut world, EntryCode::VillageAffected, 1.0, (2, 3), "dong", "");
    let either = [2.0, 1.0, 2.0];
    assert_eq!(span(&world, "villages_affected"), either, "two rows contradict each other");
}

#[test]
fn a_village_whose_crops_are_hurt_may_be_hit_though_nobody_entered_it() {
    let mut world = World::new();
    row(&mut world, EntryCode::VillageAffected, 1.0, (1, 9), "dong", "");
    row(&mut world, EntryCode::AreaAffected, 200.0, (1, 9), "dong", "rice");
    assert_eq!(span(&world, "villages_affected"), [1.0; 3]);
    row(&mut world, EntryCode::AreaAffected, 80.0, (1, 9), "xian", "rice");
    assert_eq!(span(&world, "villages_affected"), [1.0, 1.0, 2.0]);
    assert!(text(&world.figure("villages_affected")).contains("仙坪村"));
}

#[test]
fn a_work_counts_by_its_value_and_its_last_row() {
    let mut world = World::new();
    let mut work = |code, value, day, name: &str| {
        row(&mut world, code, value, (day, day), "dong", "").work = Some(name.into());
    };
    work(EntryCode::WaterWork, 5.0, 2, "一批水窖");
    work(EntryCode::WaterWork, 1.0, 3, "水厂");
    work(EntryCode::WaterWork, 1.0, 4, "水厂");
    for (persons, day) in [(900.0, 4), (1210.0, 5)] {
        work(EntryCode::WaterWorkPersons, persons, day, "水厂");
    }
    work(EntryCode::WaterWorkPersons, 40.0, 5, "一批水窖");
    assert_eq!(span(&world, "water_works_built"), [6.0; 3]);
    assert_eq!(span(&world, "people_served"), [1250.0; 3]);
    assert_eq!(world.statement().villages[0].sums[6], Some(6.0));
    // A later row that says that it was not built leaves it open.
    row(&mut world, EntryCode::WaterWork, 0.0, (6, 6), "dong", "").work = Some("水厂".into());
    assert_eq!(span(&world, "water_works_built"), [5.0, 5.0, 6.0]);
    assert_eq!(span(&world, "people_served"), [40.0, 40.0, 1250.0]);
    world.entries.pop();
    // What is built after the period is in none of it.
    let later = row(&mut world, EntryCode::WaterWork, 1.0, (20, 20), "dong", "");
    later.work = Some("后来的".into());
    assert_eq!(span(&world, "water_works_built"), [6.0; 3]);
    assert_eq!(span(&world, "villages_served"), [1.0; 3]);
}

#[test]
fn only_a_work_that_was_built_serves_anybody() {
    let mut world = World::new();
    let mut work = |code, value, village: &str, name: &str| {
        row(&mut world, code, value, (2, 2), village, "").work = Some(name.into());
    };
    work(EntryCode::WaterWork, 0.0, "dong", "未建工程");
    work(EntryCode::WaterWorkGroups, 3.0, "dong", "未建工程");
    work(EntryCode::WaterWorkPersons, 300.0, "dong", "未建工程");
    for id in ["groups_served", "people_served"] {
        let figure = world.figure(id);
        assert_eq!((figure.value, &figure.phrase), (Value::Absent, &None), "{id}");
        assert!(text(&world.figure(id)).contains("没有登记为建成"), "{id}");
    }
    assert_eq!(world.statement().villages[0].sums[8], None);

    let mut work = |code, value, village: &str, name: &str| {
        row(&mut world, code, value, (2, 2), village, "").work = Some(name.into());
    };
    work(EntryCode::WaterWork, 1.0, "xian", "水厂");
    work(EntryCode::WaterWorkGroups, 2.0, "xian", "水厂");
    assert_eq!(span(&world, "groups_served"), [2.0, 2.0, 5.0]);
    assert_eq!(world.phrase("groups_served"), "2个组以上（待核实）");
    assert_eq!(world.phrase("villages_served"), "1个村");
    assert_eq!(world.value("people_served"), None);
    row(&mut world, EntryCode::WaterWork, 1.0, (2, 2), "xian", "").work = Some("水窖".into());
    assert_eq!(span(&world, "groups_served"), [2.0, 2.0, f64::INFINITY]);
    assert!(text(&world.figure("groups_served")).contains("水窖"));
}

#[test]
fn a_work_that_was_not_built_after_all_leaves_its_village_open() {
    let mut world = World::new();
    for (value, day, village, name) in
        [(1.0, 2, "dong", "水厂"), (0.0, 5, "dong", "水厂"), (1.0, 2, "xian", "水窖")]
    {
        let entry = row(&mut world, EntryCode::WaterWork, value, (day, day), village, "");
        entry.work = Some(name.into());
    }
    assert_eq!(span(&world, "villages_served"), [1.0, 1.0, 2.0]);
}

#[test]
fn what_the_report_calls_an_error_is_not_said() {
    let mut world = World::new();
    for (code, value) in [(EntryCode::WaterWork, 1.0), (EntryCode::WaterWorkPersons, 9999.0)] {
        row(&mut world, code, value, (2, 2), "dong", "").work = Some("水厂".into());
    }
    let figure = world.figure("people_served");
    assert_eq!((figure.number(), &figure.phrase), (Some(9999.0), &None));
    assert_eq!(figure.claim.verdict, Verdict::Open);
    assert_eq!(figure.claim.grounds.len(), 1);
    let ground = zh(&figure.claim.grounds[0]);
    assert!(ground.contains("受益人数不大于总人口") && ground.contains("1800"), "{ground}");
    world.entries[1].value = 900.0;
    assert_eq!(world.phrase("people_served"), "900人");

    let groups = row(&mut world, EntryCode::WaterWorkGroups, 30.0, (2, 2), "dong", "");
    groups.work = Some("水厂".into());
    assert!(world.broken().contains(&("groups-within-township".into(), "全乡镇".into())));
    assert_eq!(world.phrase("groups_served"), "");
}

#[test]
fn no_area_beyond_what_was_sown_is_said_and_each_fact_is_told_once() {
    for (code, id) in [
        (EntryCode::AreaAffected, "area_affected"),
        (EntryCode::AreaDamaged, "area_damaged"),
        (EntryCode::AreaFailed, "area_failed"),
    ] {
        let mut world = World::new();
        row(&mut world, code, 1200.0, (1, 9), "dong", "rice");
        let figure = world.figure(id);
        assert_eq!((figure.claim.verdict, &figure.phrase), (Verdict::Open, &None), "{id}");
        assert_eq!(figure.claim.grounds.len(), 1, "{id}: {}", text(&figure));
        let ground = zh(&figure.claim.grounds[0]);
        assert!(ground.starts_with("水稻的") && ground.ends_with("大于播种面积"), "{ground}");
        world.entries[0].crop = None;
        world.entries[0].value = 3100.0;
        assert!(text(&world.figure(id)).contains("东门村的"), "{id}");
        world.entries[0].village = None;
        world.entries[0].value = 5100.0;
        assert!(text(&world.figure(id)).contains("全乡镇的"), "{id}");
        world.entries[0].value = 4900.0;
        assert_eq!(verdict(&world, id), Verdict::Proved, "{id}");
    }
    // More failed than affected, in a crop of a village, which makes it so in the village and in the township.
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 100.0, (1, 9), "dong", "rice");
    row(&mut world, EntryCode::AreaFailed, 120.0, (1, 9), "dong", "rice");
    for id in ["area_affected", "area_failed"] {
        let figure = world.figure(id);
        assert_eq!(figure.claim.grounds.len(), 1, "{id}: {}", text(&figure));
        assert!(text(&figure).contains("东门村、水稻的绝收面积大于"), "{}", text(&figure));
    }
}

#[test]
fn counts_that_are_not_whole_are_not_said() {
    let mut world = World::new();
    row(&mut world, EntryCode::WaterWork, 4.5, (2, 2), "dong", "").work = Some("水窖".into());
    row(&mut world, EntryCode::EquipmentDeclared, 2.5, (2, 2), "dong", "");
    for id in ["water_works_built", "mobile_sets_engaged"] {
        let figure = world.figure(id);
        assert_eq!((figure.claim.verdict, &figure.phrase), (Verdict::Open, &None), "{id}");
        assert!(text(&figure).contains("不是整数"), "{id}: {}", text(&figure));
    }
    // A share of days is no fault of the row.
    let long = row(&mut world, EntryCode::PersonsRelieved, 10.0, (9, 11), "dong", "");
    long.village = None;
    assert!(!text(&world.figure("persons_relieved")).contains("不是整数"));
}

#[test]
fn how_many_villages_were_hit_is_never_more_than_there_are() {
    let mut world = World::new();
    row(&mut world, EntryCode::VillageAffected, 2.0, (1, 9), "", "");
    let figure = world.figure("villages_affected");
    assert_eq!(figure.value, Value::Absent);
    let notes = text(&figure);
    assert!(notes.contains("第1条没有写明村") && !notes.contains("没有“受旱"), "{notes}");
    row(&mut world, EntryCode::VillageAffected, 1.0, (1, 9), "dong", "");
    assert_eq!(span(&world, "villages_affected"), [1.0, 1.0, 2.0]);
}

#[test]
fn an_amount_without_a_village_beside_those_of_villages_may_be_their_sum() {
    let mut world = World::new();
    row(&mut world, EntryCode::FundsCounty, 30_000.0, (2, 2), "dong", "");
    row(&mut world, EntryCode::FundsCounty, 50_000.0, (2, 2), "", "");
    row(&mut world, EntryCode::FundsCounty, 9_000.0, (3, 3), "", "");
    assert_eq!(span(&world, "funds_county"), [89_000.0; 3]);
    assert_eq!(verdict(&world, "funds_county"), Verdict::Proved);
    let found = world.statement().findings.found;
    let hint = found.iter().find(|finding| finding.rule == "perhaps-whole").unwrap();
    let sentence = zh(&hint.sentence());
    assert!(sentence.contains("第1条") && sentence.contains("第2条"), "{sentence}");
    assert!(!sentence.contains("第3条"), "{sentence}");
    world.entries[1].from = date(2022, 8, 1);
    assert!(world.broken().iter().all(|(rule, _)| rule != "perhaps-whole"));
}

#[test]
fn a_whole_and_its_parts_are_not_added() {
    let mut world = World::new();
    row(&mut world, EntryCode::PersonsEngaged, 320.0, (2, 2), "", "");
    row(&mut world, EntryCode::PersonsEngaged, 280.0, (2, 2), "dong", "");
    assert_eq!(span(&world, "persons_engaged"), [320.0, 320.0, 600.0]);
    assert_eq!(grave(&world), ["whole-and-parts"]);

    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 300.0, (1, 9), "dong", "");
    row(&mut world, EntryCode::AreaAffected, 120.0, (1, 9), "dong", "rice");
    row(&mut world, EntryCode::AreaAffected, 100.0, (1, 9), "dong", "seed-rice");
    row(&mut world, EntryCode::AreaAffected, 50.0, (1, 9), "xian", "rice");
    assert_eq!(span(&world, "area_affected"), [350.0, 350.0, 570.0]);
    assert!(world.broken().contains(&("whole-and-parts".into(), "东门村".into())));
    world.entries[0].value = 220.0;
    assert_eq!(span(&world, "area_affected"), [270.0; 3], "a total that agrees is no doubt");

    // A whole that was corrected to 0 is none.
    world.entries[0].value = 0.0;
    world.entries[0].to = date(2022, 8, 10);
    assert_eq!(grave(&world), ["whole-and-parts"], "a later survey that found none");
    world.entries[0].supersedes = Some(1);
    assert_eq!(span(&world, "area_affected"), [270.0; 3]);
    assert!(grave(&world).is_empty(), "{:?}", grave(&world));
    (world.entries[0].value, world.entries[0].to) = (220.0, date(2022, 8, 9));

    // A later whole that is smaller may be right.
    row(&mut world, EntryCode::AreaAffected, 200.0, (1, 10), "", "");
    assert_eq!(span(&world, "area_affected"), [270.0, 200.0, 470.0]);
}

#[test]
fn of_a_crop_the_whole_township_stands_beside_its_villages() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 500.0, (1, 9), "", "rice");
    row(&mut world, EntryCode::AreaAffected, 200.0, (1, 9), "dong", "rice");
    row(&mut world, EntryCode::AreaAffected, 50.0, (1, 9), "dong", "seed-rice");
    assert_eq!(span(&world, "area_affected"), [550.0, 550.0, 750.0]);
}

#[test]
fn of_amounts_beyond_the_period_the_share_of_their_days_counts() {
    let mut world = World::new();
    let long = row(&mut world, EntryCode::Gasoline, 1000.0, (1, 5), "dong", "");
    long.from = date(2022, 7, 27);
    row(&mut world, EntryCode::Gasoline, 50.0, (3, 3), "dong", "");
    assert_eq!(span(&world, "gasoline_used"), [550.0, 50.0, 1050.0]);
    assert_eq!(verdict(&world, "gasoline_used"), Verdict::Open);
    let figure = world.figure("gasoline_used");
    assert!(text(&figure).contains("第1条所述日期超出统计期"), "{}", text(&figure));
    assert_eq!(grave(&world), ["beyond-period"]);
    // What is made of it is as open.
    assert_eq!(span(&world, "oil_used"), [0.407, 0.037, 0.777]);
}

#[test]
fn a_survey_beyond_the_period_says_only_how_much_it_is_at_most() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 400.0, (1, 31), "dong", "rice");
    row(&mut world, EntryCode::AreaFailed, 30.0, (1, 9), "dong", "rice");
    assert_eq!(span(&world, "area_affected"), [400.0, 0.0, 400.0]);
    assert_eq!(span(&world, "area_rescued"), [370.0, 0.0, 370.0]);
    assert_eq!(grave(&world), ["beyond-period"]);
    row(&mut world, EntryCode::AreaAffected, 250.0, (1, 8), "dong", "rice");
    assert_eq!(span(&world, "area_affected"), [250.0, 250.0, 400.0]);
    // A village that was hit on one of its days was hit.
    row(&mut world, EntryCode::VillageAffected, 1.0, (5, 31), "dong", "");
    assert_eq!(span(&world, "villages_affected"), [1.0; 3]);
}

#[test]
fn a_rescue_needs_relief() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 2000.0, (1, 9), "dong", "seed-rice");
    row(&mut world, EntryCode::AreaFailed, 120.0, (1, 9), "dong", "seed-rice");
    world.crop(EntryCode::LossRateWithout, "seed-rice", 95.0);
    world.crop(EntryCode::LossRateWith, "seed-rice", 10.0);
    for id in ["area_rescued", "loss_averted"] {
        assert_eq!(verdict(&world, id), Verdict::Open, "{id}");
        assert_eq!(world.figure(id).words, None, "{id}");
    }
    assert_eq!(span(&world, "area_rescued"), [1880.0; 3]);
    row(&mut world, EntryCode::Gasoline, 0.0, (2, 2), "dong", "");
    row(&mut world, EntryCode::Gasoline, 9.0, (5, 31), "dong", "");
    assert_eq!(verdict(&world, "area_rescued"), Verdict::Open, "perhaps it came after the period");
    row(&mut world, EntryCode::FundsRaised, 3000.0, (2, 2), "dong", "");
    for id in ["area_rescued", "loss_averted"] {
        assert_eq!(verdict(&world, id), Verdict::Proved, "{id}");
    }
}

#[test]
fn areas_that_contradict_each_other_are_not_said() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 100.0, (1, 9), "dong", "rice");
    row(&mut world, EntryCode::AreaAffected, 700.0, (1, 9), "xian", "rice");
    row(&mut world, EntryCode::AreaFailed, 120.0, (1, 9), "dong", "rice");
    row(&mut world, EntryCode::FundsRaised, 3000.0, (2, 2), "dong", "");
    for id in ["area_affected", "area_failed", "area_rescued"] {
        assert_eq!(verdict(&world, id), Verdict::Open, "{id}: in one village more failed");
    }
    world.entries[2].value = 20.0;
    assert_eq!(verdict(&world, "area_rescued"), Verdict::Proved);
    // A crop of a village of which part failed and none was affected.
    row(&mut world, EntryCode::AreaFailed, 4.0, (1, 9), "dong", "seed-rice");
    assert_eq!(verdict(&world, "area_affected"), Verdict::Open);
    assert_eq!(verdict(&world, "area_failed"), Verdict::Proved);
    world.entries.pop();
    // More rice than was sown.
    world.entries[1].value = 1700.0;
    assert_eq!(verdict(&world, "area_affected"), Verdict::Open);
    assert_eq!(verdict(&world, "area_failed"), Verdict::Proved);
}

#[test]
fn bounds_of_areas_reach_the_loss_averted() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaAffected, 500.0, (1, 3), "dong", "rice");
    row(&mut world, EntryCode::AreaAffected, 400.0, (1, 8), "dong", "rice");
    row(&mut world, EntryCode::AreaFailed, 100.0, (1, 8), "dong", "rice");
    world.crop(EntryCode::LossRateWithout, "rice", 90.0);
    world.crop(EntryCode::LossRateWith, "rice", 40.0);
    let yuan_per_mu = 450.0 * 2.6 * 0.5;
    let expected = [300.0, 300.0, 400.0].map(|mu| mu * yuan_per_mu);
    for (found, expected) in span(&world, "loss_averted").into_iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}

#[test]
fn other_droughts_of_the_year_are_named() {
    let mut world = World::new();
    row(&mut world, EntryCode::DroughtEvent, 1.0, (1, 10), "", "");
    assert!(!grave(&world).contains(&"other-events".to_owned()));
    row(&mut world, EntryCode::DroughtEvent, 1.0, (20, 25), "", "");
    let statement = world.statement();
    let other = statement.findings.open().find(|finding| finding.rule == "other-events").unwrap();
    assert!(zh(&other.sentence()).contains("2022-08-20至2022-08-25"), "{}", zh(&other.sentence()));
}

#[test]
fn an_acceptance_holds_for_exactly_these_rows() {
    let mut world = World::new();
    row(&mut world, EntryCode::AreaFailed, 50.0, (1, 3), "dong", "rice");
    row(&mut world, EntryCode::AreaFailed, 30.0, (1, 8), "dong", "rice");
    let fingerprint = |world: &World| {
        let found = world.statement().findings.found.into_iter();
        found.map(|finding| finding.fingerprint).find(|f| f.contains("area_failed")).unwrap()
    };
    assert_eq!(fingerprint(&world), "smaller-survey:area_failed:1=50,2=30");
    world.entries[1].value = 31.0;
    assert_eq!(fingerprint(&world), "smaller-survey:area_failed:1=50,2=31");
}

#[test]
fn the_manual_says_of_each_code_how_it_counts() {
    let manual = include_str!("../../../docs/manual/clerk.zh-CN.md");
    for code in EntryCode::ALL {
        let row = format!("| `{}` | {} |", code.id(), zh(&code.name()));
        let line = manual.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("no row begins with {row}"));
        let counting = format!("| {} |", zh(&code.counting().name()));
        assert!(line.contains(&counting), "{line} does not say {counting}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rows of three places and any days: the number lies within its bounds, and those within what was entered.
    #[test]
    fn what_rows_come_to_lies_within_their_bounds(
        rows in proptest::collection::vec((0u8..40, 0i8..9, 0i8..12, 0usize..3, 0usize..3), 1..9),
        code in proptest::sample::select(vec![
            (EntryCode::AreaFailed, "area_failed"),
            (EntryCode::EquipmentDeclared, "mobile_sets_engaged"),
            (EntryCode::PersonsShort, "persons_short"),
            (EntryCode::PersonsEngaged, "persons_engaged"),
            (EntryCode::Diesel, "diesel_used"),
        ]),
    ) {
        let mut world = World::new();
        let (code, id) = code;
        for (value, first, days, village, crop) in &rows {
            let place = (["", "dong", "xian"][*village], ["", "rice", "seed-rice"][*crop]);
            let (first, last) = (first + 1, first + days + 1);
            row(&mut world, code, f64::from(*value), (first, last), place.0, place.1);
        }
        let [value, least, most] = span(&world, id);
        let entered: f64 = rows.iter().map(|row| f64::from(row.0)).sum();
        let slack = 1e-9 * entered;
        prop_assert!(0.0 <= least && least <= value + slack, "{least} {value}");
        prop_assert!(value <= most + slack && most <= entered + slack, "{value} {most} {entered}");
        let greatest = rows.iter().map(|row| f64::from(row.0)).fold(0.0, f64::max);
        let apart = code.counting() == Counting::State;
        prop_assert!(apart || most + slack >= greatest, "{most} {greatest}");
    }
}
