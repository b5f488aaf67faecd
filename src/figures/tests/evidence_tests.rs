//! Tests of what speaks against the evidence.

use super::*;
use crate::account::{MeterEvents, Segment, SegmentKind};
use crate::figures::evidence::{EvidenceDoubt, meters};
use crate::figures::{FigureId, Finding, Findings, Severity};

fn rules(findings: &Findings) -> Vec<&str> {
    findings.found.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn a_zero_beside_persons_short_of_water_is_a_contradiction_that_nobody_accepts() {
    let mut world = World::new();
    world.enter(EntryCode::DrinkingDifficulty, 0.0);
    let alone = world.statement().findings;
    assert!(!rules(&alone).contains(&"drinking-contradicted"), "{:?}", rules(&alone));

    world.enter(EntryCode::PersonsShort, 300.0);
    world.enter(EntryCode::WaterCarried, 200.0);
    let findings = world.statement().findings;
    let found = findings.found.iter().find(|f| f.rule == "drinking-contradicted").unwrap();
    assert!(found.arithmetic && found.severity == Severity::Error);
    let names: Vec<&str> = found.from.keys().map(String::as_str).collect();
    assert_eq!(names, ["ledger:1", "ledger:2", "ledger:3"]);
    let sentence = found.sentence().within(Lang::Chinese);
    for part in ["第 1 条（因旱饮水困难0人次）", "第 2 条", "300人", "第 3 条"] {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
}

#[test]
fn rows_of_other_villages_and_other_days_contradict_nothing() {
    let mut world = World::new();
    world.enter(EntryCode::DrinkingDifficulty, 0.0).village = Some("dong".parse().unwrap());
    world.enter(EntryCode::PersonsShort, 300.0).village = Some("xian".parse().unwrap());
    let later = world.enter(EntryCode::PersonsRelieved, 300.0);
    (later.from, later.to) = (later.from.tomorrow().unwrap(), later.to.tomorrow().unwrap());
    let findings = world.statement().findings;
    assert!(!rules(&findings).contains(&"drinking-contradicted"), "{:?}", rules(&findings));
}

fn events(resets: u32, glitches: u32) -> MeterEvents {
    MeterEvents {
        series: "pump-1/energy_total".parse().unwrap(),
        readings: 1000,
        days: 10,
        resets,
        rollovers: 0,
        glitches,
        growth: 100.0,
    }
}

fn found(events: MeterEvents) -> Option<String> {
    let world = World::new();
    let mut pump = world.statement().pumps.swap_remove(0);
    (pump.meters, pump.segments) = (vec![events], Vec::new());
    meters(&pump).pop().map(|doubt| doubt.finding().rule)
}

#[test]
fn a_register_that_does_not_count_through_is_found() {
    assert_eq!(found(events(0, 0)), None);
    assert_eq!(found(events(0, 9)), None);
    assert_eq!(found(events(0, 20)), Some("meter-glitches".into()));
    assert_eq!(found(events(0, 5000)), Some("meter-wild".into()));
    assert_eq!(found(events(15, 0)), Some("meter-restarts".into()));
}

#[test]
fn what_contradicts_itself_is_said_once_of_the_pump() {
    let mut pump = World::new().statement().pumps.swap_remove(0);
    pump.meters = vec![events(0, 5000)];
    pump.contradiction = Some(Text::both("示数总在倒退", "the register falls"));
    let rules: Vec<String> = meters(&pump).iter().map(|doubt| doubt.finding().rule).collect();
    assert_eq!(rules, ["meter-contradicted"]);
}

fn found_at(kind: SegmentKind) -> Vec<Finding> {
    let mut pump = World::new().statement().pumps.swap_remove(0);
    let day = date(2022, 8, 3);
    pump.meters = vec![events(1, 0)];
    pump.segments = vec![Segment {
        series: events(1, 0).series,
        from: day,
        to: day,
        kind,
        note: Text::default(),
        least: 0.0,
        most: None,
    }];
    meters(&pump).iter().map(EvidenceDoubt::finding).collect()
}

#[test]
fn a_reset_is_found_unless_the_ledger_explains_it() {
    let found = found_at(SegmentKind::Reset);
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!((finding.rule.as_str(), finding.severity), ("meter-reset", Severity::Warning));
    let sentence = finding.sentence().within(Lang::Chinese);
    assert!(sentence.contains("2022-08-03") && sentence.contains("换表记录"), "{sentence}");
    assert_eq!(found_at(SegmentKind::MeterReplaced), []);
}

#[test]
fn levels_below_the_bottom_are_a_finding_with_hours_and_reason() {
    let mut world = World::new();
    world.levels("pond-2/level", |i| if i < 48 { -8.88 } else { 92.0 });
    let findings = world.statement().findings;
    let found = findings.found.iter().find(|f| f.rule == "levels-doubted").unwrap();
    assert_eq!((found.severity, found.is_at("小塘")), (Severity::Warning, true));
    let sentence = found.sentence().within(Lang::Chinese);
    for part in ["48 小时", "2022-08-01 00:00", "-8.88"] {
        assert!(sentence.contains(part), "{part}: {sentence}");
    }
}

#[test]
fn the_rows_behind_a_finding_are_those_of_its_figures() {
    let mut world = World::new();
    world.enter(EntryCode::Gasoline, 10.0);
    world.crop(EntryCode::AreaAffected, "rice", 100.0);
    world.crop(EntryCode::AreaFailed, "rice", 120.0);
    let statement = world.statement();
    let broken = |rule: &str| statement.findings.found.iter().find(|f| f.rule == rule).unwrap();
    let behind = statement.rows_behind(broken("failed-within-affected"));
    assert_eq!(behind.into_iter().collect::<Vec<_>>(), [2, 3]);
    let rescued = statement.rows_of(FigureId::AreaRescued);
    assert_eq!(rescued.into_iter().collect::<Vec<_>>(), [2, 3], "by way of other figures");
}
