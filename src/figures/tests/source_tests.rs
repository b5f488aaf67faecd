//! Tests of what is said of water sources: dry, stored, onset, drinking water.

use jiff::civil::Date;

use super::*;
use crate::account::{Dryness, SourceAccount};
use crate::figures::Verdict;
use crate::figures::draft::names_year;
use crate::water::LevelDoubt;

const POND_1: usize = 3;
const CHANNEL: usize = 5;
const TANK: usize = 6;

impl World {
    fn source(&self, id: &str) -> SourceAccount {
        let sources = self.statement().sources;
        sources.into_iter().find(|source| source.station.as_str() == id).unwrap()
    }

    fn verdict(&self, id: &str) -> Verdict {
        self.figure(id).claim.verdict
    }

    /// A township with `n` ponds of which the first `dry` lie dry and the last `silent` are not heard.
    fn with_ponds(n: usize, dry: usize, silent: usize) -> World {
        let mut world = World::new();
        let mut pond = world.township.stations[POND_1].clone();
        world.township.stations.retain(|station| !station.id.as_str().starts_with("pond"));
        for i in 0..n {
            pond.id = format!("pond-{i}").parse().unwrap();
            world.township.stations.push(pond.clone());
            if i < n - silent {
                let level = if i < dry { 100.0 } else { 103.0 };
                world.levels(&format!("pond-{i}/level"), |_| level);
            }
        }
        world
    }

    /// Levels by the hour from the start of the period, from three days before it to three days after.
    fn levels_around(&mut self, name: &str, level: impl Fn(i64) -> f64) {
        let hour = |i: i64| gauge_hour(at(0) + i.hours(), level(i));
        self.cells.insert(name.into(), (-72..HOURS as i64 + 72).map(hour).collect());
    }

    /// Enters a drought.
    fn drought(&mut self, from: Date, to: Date) {
        let event = self.enter(EntryCode::DroughtEvent, 1.0);
        (event.from, event.to) = (from, to);
    }

    /// A second tank, in the other village.
    fn with_tanks(served: [u32; 2]) -> World {
        let mut world = World::new();
        let mut tank = world.township.stations[TANK].clone();
        (tank.id, tank.village) = ("tank-2".parse().unwrap(), "xian".parse().unwrap());
        world.township.stations.push(tank);
        for (index, persons) in served.into_iter().enumerate() {
            world.township.stations[TANK + index].serves_persons = Some(persons);
            world.levels(&format!("tank-{}/level", index + 1), |_| 122.0);
        }
        world
    }

    /// States that nobody was short of water in the days from `from` to `to` of August.
    fn nobody_short(&mut self, from: i8, to: i8) -> &mut Entry {
        let entry = self.enter(EntryCode::DrinkingDifficulty, 0.0);
        (entry.from, entry.to) = (date(2022, 8, from), date(2022, 8, to));
        entry
    }
}

#[test]
fn ponds_and_channels_are_dry_by_their_levels() {
    let mut world = World::new();
    world.levels("pond-1/level", |i| if (50..80).contains(&i) { 100.04 } else { 101.5 });
    world.levels("pond-2/level", |_| 92.0);
    world.levels("channel-1/level", |i| if i < 25 { 80.0 } else { 80.01 });
    let ponds = world.figure("ponds_dry");
    assert_eq!(ponds.value, Value::Number(1.0));
    assert_eq!(ponds.phrase.as_deref(), Some("部分塘堰干涸"));
    assert!(zh(&ponds.inputs[0].note).contains("30小时"));
    assert_eq!(ponds.words.as_ref().map(Text::to_string).as_deref(), Some("some ponds ran dry"));
    assert_eq!(world.value("channels_dry"), Some(1.0));
    assert_eq!(world.phrase("channels_dry"), "监测的1处河沟断流");
    let mut other = world.township.stations[CHANNEL].clone();
    other.id = "channel-2".parse().unwrap();
    world.township.stations.push(other);
    let channels = world.figure("channels_dry");
    assert_eq!(channels.bounds, Some([1.0, 2.0]));
    assert_eq!(channels.phrase.as_deref(), Some("部分河沟断水"));
}

#[test]
fn how_many_are_dry_is_said_by_their_share_of_the_watched() {
    for (dry, silent, said) in [
        (0, 0, "监测的12座塘堰未出现干涸"),
        (1, 0, "监测的12座塘堰中个别干涸"),
        (1, 1, "部分塘堰干涸"),
        (7, 0, "部分塘堰干涸"),
        (8, 0, "监测的12座塘堰多数干涸"),
        (8, 1, "监测的12座塘堰多数干涸"),
        (12, 0, "监测的12座塘堰全部干涸"),
        (11, 1, "部分塘堰干涸"),
    ] {
        let world = World::with_ponds(12, dry, silent);
        assert_eq!(world.phrase("ponds_dry"), said, "{dry} dry, {silent} silent");
        assert_eq!(world.verdict("ponds_dry"), Verdict::Proved);
    }
}

#[test]
fn no_dry_pond_is_said_only_where_none_can_have_been() {
    let mut world = World::new();
    world.levels("pond-1/level", |_| 103.0);
    world.series("pond-2/level", |i| if i % 24 == 3 { empty(i) } else { gauge(i, 92.0) });
    assert_eq!(world.value("ponds_dry"), Some(0.0));
    assert_eq!(world.phrase("ponds_dry"), "监测的2座塘堰未出现干涸");
    let outage = 100..123;
    world.series("pond-2/level", |i| if outage.contains(&i) { empty(i) } else { gauge(i, 92.0) });
    let figure = world.figure("ponds_dry");
    assert_eq!((figure.value.clone(), figure.phrase.as_deref()), (Value::Absent, None));
    assert_eq!(figure.claim.verdict, Verdict::Open);
    assert!(text(&figure).contains("小塘"));
}

#[test]
fn a_pond_that_lies_dry_is_dry_though_an_hour_of_each_day_is_missing() {
    let mut world = World::new();
    world.series("pond-1/level", |i| if i % 24 == 3 { empty(i) } else { gauge(i, 100.0) });
    world.levels("pond-2/level", |_| 92.0);
    assert_eq!(world.value("ponds_dry"), Some(1.0));
    assert_eq!(world.figure("ponds_dry").bounds, Some([1.0, 1.0]));
}

#[test]
fn what_is_denied_of_a_part_of_the_drought_is_said_of_its_days() {
    let mut world = World::new();
    world.levels("pond-1/level", |_| 103.0);
    world.levels("pond-2/level", |_| 92.0);
    world.levels("channel-1/level", |_| 80.5);
    assert_eq!(world.phrase("channels_dry"), "监测的1处河沟未出现断流");
    world.drought(date(2022, 7, 20), date(2022, 8, 10));
    assert_eq!(world.phrase("onset_month"), "7月份以来");
    assert_eq!(world.phrase("channels_dry"), "8月1日至8月10日监测的1处河沟未出现断流");
    assert_eq!(world.phrase("ponds_dry"), "8月1日至8月10日监测的2座塘堰未出现干涸");
    world.levels("channel-1/level", |_| 79.9);
    assert_eq!(world.phrase("channels_dry"), "监测的1处河沟断流", "true of the whole drought");
    world.entries[0].from = date(2022, 8, 1);
    assert_eq!(world.phrase("ponds_dry"), "监测的2座塘堰未出现干涸");
    let mut many = World::with_ponds(12, 1, 0);
    many.drought(date(2022, 7, 20), date(2022, 8, 10));
    assert_eq!(many.phrase("ponds_dry"), "8月1日至8月10日监测的12座塘堰中个别干涸");
}

#[test]
fn a_pond_that_goes_on_lying_dry_after_the_period_is_not_said_to_have_held_water() {
    let end = HOURS as i64;
    let mut world = World::new();
    world.levels("pond-2/level", |_| 92.0);
    // Empty from 04:00 of the last day on.
    world.levels_around("pond-1/level", |i| if i < end - 20 { 103.0 } else { 100.0 });
    assert_eq!(world.source("pond-1").dry, Dryness::Unknown);
    let ponds = world.figure("ponds_dry");
    assert_eq!((ponds.value.clone(), ponds.phrase), (Value::Absent, None));
    let pond = world.source("pond-1");
    assert_eq!((pond.coverage.covered_h, pond.days.len()), (240, 10), "the period's own hours");
    assert_eq!(pond.last_at, Some(at(HOURS - 1)));
    world.levels("pond-1/level", |i| if i < HOURS - 20 { 103.0 } else { 100.0 });
    assert_eq!(world.phrase("ponds_dry"), "监测的2座塘堰未出现干涸", "the next day is unknown");
    let night = end - 20..end + 2;
    world.levels_around("pond-1/level", |i| if night.contains(&i) { 100.0 } else { 103.0 });
    assert_eq!(world.phrase("ponds_dry"), "监测的2座塘堰未出现干涸");
    world.levels_around("pond-1/level", |i| if i < 15 { 100.0 } else { 103.0 });
    assert_eq!(world.value("ponds_dry"), None, "dry since before the period");
    world.levels_around("pond-1/level", |_| 100.0);
    assert_eq!(world.source("pond-1").dry.spell().unwrap().hours, 240);
}

#[test]
fn levels_off_the_geometry_make_nothing_dry_and_nothing_stored() {
    let mut world = World::new();
    world.levels("pond-1/level", |_| 103.0);
    world.levels("pond-2/level", |i| if i < 150 { 92.0 } else { -8.88 });
    let pond = world.source("pond-2");
    let doubted = pond.doubted.unwrap();
    assert_eq!((doubted.hours, doubted.doubt), (90, LevelDoubt::BelowBottom));
    assert_eq!((pond.dry, pond.coverage.covered_h), (Dryness::Unknown, 150));
    let ponds = world.figure("ponds_dry");
    assert_eq!(ponds.value, Value::Absent);
    assert!(text(&ponds).contains("水位低于底高程"), "{}", text(&ponds));
    let stored = world.figure("storage_total");
    assert_eq!(stored.value, Value::Number(3000.0));
    assert_eq!(stored.bounds, Some([3000.0, 5000.0]));
    assert_eq!(stored.claim.verdict, Verdict::Open);
}

#[test]
fn a_level_of_days_ago_says_nothing_of_what_is_stored() {
    let mut world = World::new();
    world.levels("pond-1/level", |_| 103.0);
    world.levels("pond-2/level", |_| 92.0);
    let all = world.figure("storage_total");
    assert_eq!((all.value.clone(), all.bounds), (Value::Number(4000.0), None));
    world.series("pond-2/level", |i| if i < 200 { gauge(i, 92.0) } else { empty(i) });
    let stored = world.figure("storage_total");
    assert_eq!(stored.value, Value::Number(3000.0));
    assert_eq!(stored.bounds, Some([3000.0, 5000.0]));
    assert!(text(&stored).contains("小塘"));
    world.township.stations[POND_1 + 1].curve = None;
    assert_eq!(world.figure("storage_total").bounds, Some([3000.0, f64::INFINITY]));
}

#[test]
fn the_month_of_the_sensors_is_said_where_it_cannot_be_an_earlier_one() {
    let mut world = World::new();
    world.levels("pond-1/level", |i| if i < 48 { 103.0 } else { 101.5 });
    let seen = world.figure("onset_month");
    assert_eq!(seen.value, Value::Day(date(2022, 8, 1)));
    assert_eq!(seen.phrase.as_deref(), Some("8月份以来"));
    assert!(zh(&seen.inputs[0].note).contains("2022-08-03"), "{}", seen.inputs[0].note);
    world.series("pond-1/level", |i| match i {
        0..24 => empty(i),
        24..48 => gauge(i, 103.0),
        _ => gauge(i, 101.5),
    });
    assert_eq!(world.verdict("onset_month"), Verdict::Open, "the first day may have been one");
    world.levels("pond-1/level", |_| 101.5);
    let begun_before = world.figure("onset_month");
    assert_eq!((begun_before.claim.verdict, begun_before.phrase), (Verdict::Open, None));
    world.levels("pond-1/level", |i| if i % 48 < 24 { 103.0 } else { 101.5 });
    assert_eq!(world.figure("onset_month").value, Value::Absent);
}

#[test]
fn the_month_of_the_ledger_is_that_of_one_drought_within_the_period() {
    let mut world = World::new();
    world.enter(EntryCode::DroughtEvent, 1.0);
    assert_eq!(world.phrase("onset_month"), "8月份以来");
    world.entries[0].from = date(2022, 7, 20);
    let before = world.figure("onset_month");
    assert_eq!((before.claim.verdict, before.phrase.clone()), (Verdict::Open, None));
    assert!(text(&before).contains("早于统计期"));
    world.entries[0].to = date(2022, 8, 20);
    assert_eq!(world.phrase("onset_month"), "7月份以来", "the drought of the whole period");
    world.levels("pond-1/level", |i| if i < 48 { 103.0 } else { 101.5 });
    assert_eq!(world.verdict("onset_month"), Verdict::Open, "the sensors say August");
    world.cells.clear();
    world.entries[0].to = date(2022, 8, 3);
    world.entries[0].from = date(2022, 8, 2);
    world.enter(EntryCode::DroughtEvent, 1.0).from = date(2022, 7, 30);
    assert_eq!(world.verdict("onset_month"), Verdict::Open);
    world.entries[1].value = 0.0;
    assert_eq!(world.phrase("onset_month"), "8月份以来", "a row of 0 is none");
}

#[test]
fn rows_of_one_drought_and_droughts_of_one_month_leave_no_doubt_of_the_month() {
    let mut world = World::new();
    world.drought(date(2022, 7, 20), date(2022, 8, 5));
    assert_eq!(world.verdict("onset_month"), Verdict::Open, "it ends within the period");
    world.drought(date(2022, 7, 20), date(2022, 8, 10));
    assert_eq!(world.phrase("onset_month"), "7月份以来", "two rows of one drought");
    world.drought(date(2022, 7, 25), date(2022, 8, 10));
    assert_eq!(world.verdict("onset_month"), Verdict::Open, "two droughts from before it");
    let mut world = World::new();
    world.drought(date(2022, 8, 2), date(2022, 8, 3));
    world.drought(date(2022, 8, 6), date(2022, 8, 10));
    assert_eq!(world.phrase("onset_month"), "8月份以来");
    assert_eq!(world.figure("onset_month").inputs.len(), 2);
    world.entries[1].to = date(2022, 9, 10);
    assert_eq!(world.phrase("onset_month"), "8月份以来");
    world.entries[0].from = date(2022, 7, 30);
    let before = world.figure("onset_month");
    assert_eq!((before.claim.verdict, before.phrase.clone()), (Verdict::Open, None));
    assert!(text(&before).contains("2个抗旱期"), "{}", text(&before));
}

#[test]
fn a_warning_that_may_have_begun_before_is_not_called_the_earliest() {
    let mut world = World::new();
    world.drought(date(2022, 7, 20), date(2022, 8, 10));
    world.levels("pond-1/level", |_| 101.5);
    let since_the_first_day = world.figure("onset_month");
    assert_eq!(since_the_first_day.phrase.as_deref(), Some("7月份以来"));
    let notes = text(&since_the_first_day);
    assert!(notes.contains("可能更早已开始") && !notes.contains("最早的旱警"), "{notes}");
    world.series("pond-1/level", |i| if i < 24 { empty(i) } else { gauge(i, 101.5) });
    let notes = text(&world.figure("onset_month"));
    assert!(notes.contains("自2022-08-02起") && !notes.contains("最早的旱警"), "{notes}");
    world.levels("pond-1/level", |i| if i < 48 { 103.0 } else { 101.5 });
    let notes = text(&world.figure("onset_month"));
    assert!(notes.contains("最早的旱警为2022-08-03"), "{notes}");
}

#[test]
fn a_month_names_its_year_where_the_period_leaves_it_open() {
    let winter = Period { from: date(2022, 11, 1), to: date(2023, 2, 28) };
    let summer = Period { from: date(2022, 8, 1), to: date(2022, 11, 15) };
    assert!(names_year(date(2022, 11, 1), winter) && names_year(date(2023, 1, 1), winter));
    assert!(names_year(date(2021, 8, 1), summer) && !names_year(date(2022, 4, 1), summer));
}

#[test]
fn nobody_lacked_water_is_said_of_the_people_and_the_time_that_are_known() {
    let mut world = World::new();
    world.levels("tank-1/level", |_| 122.0);
    assert_eq!(world.value("drinking_difficulty"), None);
    world.nobody_short(1, 10);
    let figure = world.figure("drinking_difficulty");
    assert_eq!((figure.value.clone(), figure.claim.verdict), (Value::Number(0.0), Verdict::Proved));
    assert_eq!(
        figure.phrase.as_deref(),
        Some("8月1日至8月10日由监测的1处饮水水源供水的1000人未有一人次出现饮水困难情况")
    );
    world.drought(date(2022, 8, 2), date(2022, 8, 9));
    assert_eq!(
        world.phrase("drinking_difficulty"),
        "整个旱情期间由监测的1处饮水水源供水的1000人未有一人次出现饮水困难情况"
    );
    let mut world = World::with_tanks([1000, 800]);
    world.nobody_short(1, 10);
    world.drought(date(2022, 8, 2), date(2022, 8, 9));
    assert_eq!(world.phrase("drinking_difficulty"), "整个旱情期间未有一人次出现饮水困难情况");
    world.entries[1].to = date(2022, 8, 11);
    assert_eq!(world.phrase("drinking_difficulty"), "8月1日至8月10日未有一人次出现饮水困难情况");
}

#[test]
fn the_whole_township_had_water_where_each_village_has_a_watched_source() {
    let said = |change: fn(&mut World), served: [u32; 2]| {
        let mut world = World::with_tanks(served);
        world.nobody_short(1, 10);
        world.drought(date(2022, 8, 1), date(2022, 8, 10));
        change(&mut world);
        let figure = world.figure("drinking_difficulty");
        assert_eq!(figure.claim.verdict, Verdict::Proved);
        figure.phrase.unwrap_or_default()
    };
    let whole = "整个旱情期间未有一人次出现饮水困难情况";
    let of_1800 = "整个旱情期间由监测的2处饮水水源供水的1800人未有一人次出现饮水困难情况";
    let of_some = "整个旱情期间由监测的2处饮水水源供水的群众未有一人次出现饮水困难情况";
    assert_eq!(said(|_| {}, [1000, 800]), whole);
    assert_eq!(said(|_| {}, [1000, 900]), of_some, "some people stand behind both");
    assert_eq!(
        said(|_| {}, [1000, 700]),
        "整个旱情期间由监测的2处饮水水源供水的1700人未有一人次出现饮水困难情况"
    );
    let both_in_one: fn(&mut World) = |world| {
        world.township.stations[TANK + 1].village = "dong".parse().unwrap();
    };
    assert_eq!(said(both_in_one, [1000, 800]), of_1800);
    assert_eq!(said(both_in_one, [1000, 1000]), of_some);
    let nobody_counted: fn(&mut World) = |world| world.township.villages[1].persons = 0;
    assert_eq!(said(nobody_counted, [1000, 800]), of_some);
    assert_eq!(
        said(nobody_counted, [600, 400]),
        "整个旱情期间由监测的2处饮水水源供水的1000人未有一人次出现饮水困难情况"
    );
}

#[test]
fn a_statement_on_the_drought_is_enough_where_the_period_is_longer() {
    let mut world = World::with_tanks([1000, 800]);
    world.nobody_short(2, 9);
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Open);
    world.drought(date(2022, 8, 2), date(2022, 8, 9));
    assert_eq!(world.phrase("drinking_difficulty"), "整个旱情期间未有一人次出现饮水困难情况");
    world.drought(date(2022, 8, 2), date(2022, 8, 8));
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Proved, "one drought in two rows");
    world.entries[0].from = date(2022, 8, 3);
    let late = world.figure("drinking_difficulty");
    assert_eq!((late.claim.verdict, late.phrase.clone()), (Verdict::Open, None));
    assert!(text(&late).contains("未覆盖"), "{}", text(&late));
    world.entries[0].from = date(2022, 8, 2);
    world.levels("tank-1/level", |i| if i < 5 { 120.0 } else { 122.0 });
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Refuted, "before the drought");
    let mut cut = World::with_tanks([1000, 800]);
    cut.nobody_short(1, 9);
    cut.drought(date(2022, 7, 20), date(2022, 8, 9));
    assert_eq!(cut.verdict("drinking_difficulty"), Verdict::Open, "it began before the period");
}

#[test]
fn a_row_or_a_tank_that_says_otherwise_refutes_it() {
    let calm = || {
        let mut world = World::new();
        world.levels("tank-1/level", |_| 122.0);
        world.nobody_short(1, 10);
        world
    };
    for code in [
        EntryCode::PersonsShort,
        EntryCode::PersonsInNeedOfWater,
        EntryCode::PersonsCameInNeedOfWater,
        EntryCode::PersonsRelieved,
        EntryCode::WaterCarried,
    ] {
        let mut world = calm();
        world.enter(code, 0.0);
        assert_eq!(world.verdict("drinking_difficulty"), Verdict::Proved, "{code:?}");
        world.enter(code, 300.0);
        let figure = world.figure("drinking_difficulty");
        assert_eq!(figure.claim.verdict, Verdict::Refuted, "{code:?}");
        assert_eq!((figure.value.clone(), figure.phrase.as_deref()), (Value::Absent, None));
        assert!(text(&figure).contains("不符"), "{}", text(&figure));
    }
    let mut world = calm();
    world.levels("tank-1/level", |i| if i == 30 { 120.0 } else { 122.0 });
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Refuted);
    world.levels("tank-1/level", |_| 122.0);
    world.township.stations[TANK].dead_m = Some(122.0);
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Refuted, "below its intake");
}

#[test]
fn what_nobody_saw_leaves_it_open() {
    let mut world = World::new();
    world.nobody_short(1, 10);
    let silence = |length: usize| {
        move |i: usize| if (100..100 + length).contains(&i) { empty(i) } else { gauge(i, 122.0) }
    };
    world.series("tank-1/level", silence(3));
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Proved);
    world.series("tank-1/level", silence(4));
    let silent = world.figure("drinking_difficulty");
    assert_eq!((silent.claim.verdict, silent.value.clone()), (Verdict::Open, Value::Absent));
    assert!(text(&silent).contains("连续4小时"), "{}", text(&silent));
    world.levels("tank-1/level", |_| 122.0);
    world.township.stations[TANK].serves_persons = None;
    assert!(text(&world.figure("drinking_difficulty")).contains("没有写明供水人数"));
    world.township.stations.remove(TANK);
    let alone = world.figure("drinking_difficulty");
    assert_eq!(alone.claim.verdict, Verdict::Open);
    assert!(text(&alone).contains("没有监测任何饮水水源"), "{}", text(&alone));
}

#[test]
fn the_statement_has_to_cover_the_period_for_the_whole_township() {
    let mut world = World::new();
    world.levels("tank-1/level", |_| 122.0);
    world.nobody_short(1, 5);
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Open);
    world.nobody_short(7, 10);
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Open, "a day is missing");
    world.entries[1].from = date(2022, 8, 6);
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Proved);
    world.entries[1].village = Some("dong".parse().unwrap());
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Open, "one village of two");
    world.nobody_short(6, 10).village = Some("xian".parse().unwrap());
    assert_eq!(world.verdict("drinking_difficulty"), Verdict::Proved);
}

#[test]
fn a_number_stated_is_said_as_far_as_it_lies_within_the_period() {
    let mut world = World::new();
    world.enter(EntryCode::DrinkingDifficulty, 12.0);
    assert_eq!(world.value("drinking_difficulty"), Some(12.0));
    assert_eq!(world.phrase("drinking_difficulty"), "有12人次出现饮水困难情况");
    let beyond = world.enter(EntryCode::DrinkingDifficulty, 5.0);
    (beyond.from, beyond.to) = (date(2022, 7, 30), date(2022, 8, 2));
    let figure = world.figure("drinking_difficulty");
    assert_eq!((figure.bounds, figure.claim.verdict), (Some([12.0, 17.0]), Verdict::Open));
    assert_eq!(figure.phrase.as_deref(), Some("有12人次出现饮水困难情况（数据不全）"));
    world.entries.pop();
    world.nobody_short(1, 10);
    let both = world.figure("drinking_difficulty");
    assert_eq!((both.claim.verdict, both.phrase), (Verdict::Refuted, None));
}
