//! Tests of all figures on a small township: three pumps, two ponds, a channel, a tank, ten days of hours.

mod catalogue_tests;
mod entered_tests;
mod evidence_tests;
mod form_tests;
mod pump_tests;
mod rain_tests;
mod row_tests;
mod source_tests;
mod state_tests;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::{Earlier, Figure, Inputs, Origin, Rules, Statement, Value, Verdict, compute};
use crate::account::test_kit::{MemoryCells, counter_hour, empty_hour, gauge_hour};
use crate::account::{Basis, Cells, Entry, EntryCode, Method};
use crate::core::{Calendar, DayCell, HourCell, Period, Rollup, Series};
use crate::locales::{Lang, Text};
use crate::water::Township;

const TOWNSHIP: &str = r#"
name = "试验"
[[village]]
id = "dong"
name = "东门村"
persons = 1000
groups = 10
sown_area_mu = 3000.0
[[village]]
id = "xian"
name = "仙坪村"
persons = 800
groups = 8
sown_area_mu = 2000.0
[[station]]
id = "pump-1"
name = "一号泵站"
kind = "pump"
village = "dong"
pump = { source = "pond-1", rated_power_kw = 10.0, rated_flow_m3h = 100.0, rated_head_m = 15.0, irrigates_mu = 200.0 }
[[station]]
id = "pump-2"
name = "二号泵站"
kind = "pump"
village = "dong"
pump = { source = "pond-1", rated_power_kw = 5.0, rated_flow_m3h = 40.0, rated_head_m = 15.0, irrigates_mu = 100.0 }
[[station]]
id = "pump-3"
name = "三号泵站"
kind = "pump"
village = "xian"
pump = { source = "pond-2", rated_power_kw = 5.0, rated_flow_m3h = 40.0, rated_head_m = 15.0, irrigates_mu = 100.0 }
[[station]]
id = "pond-1"
name = "大塘"
kind = "pond"
village = "dong"
bottom_m = 100.0
curve = [[100.0, 0.0], [104.0, 4000.0]]
threshold = [{ months = [8], quantity = "level", warn = 102.0, guard = 101.0, source = "test", confidence = 1.0 }]
[[station]]
id = "pond-2"
name = "小塘"
kind = "pond"
village = "xian"
bottom_m = 90.0
curve = [[90.0, 0.0], [94.0, 2000.0]]
[[station]]
id = "channel-1"
name = "黄水"
kind = "channel"
village = "xian"
bottom_m = 80.0
[[station]]
id = "tank-1"
name = "东门水厂"
kind = "tank"
village = "dong"
bottom_m = 120.0
serves_persons = 1000
[[crop]]
id = "seed-rice"
name = "制种水稻"
sown_area_mu = 4000.0
yield_kg_per_mu = 200.0
price_yuan_per_kg = 40.0
source = "test"
confidence = 1.0
[[crop]]
id = "rice"
name = "水稻"
sown_area_mu = 1000.0
yield_kg_per_mu = 450.0
price_yuan_per_kg = 2.6
source = "test"
confidence = 1.0
"#;

const HOURS: usize = 240;

struct World {
    township: Township,
    entries: Vec<Entry>,
    cells: BTreeMap<String, Vec<HourCell>>,
    earlier: Vec<Earlier>,
    days: Period,
}

impl World {
    fn new() -> World {
        World {
            township: toml::from_str(TOWNSHIP).unwrap(),
            entries: Vec::new(),
            cells: BTreeMap::new(),
            earlier: Vec::new(),
            days: Period { from: date(2022, 8, 1), to: date(2022, 8, 10) },
        }
    }

    /// Hours from the start of the period, each made by `value` from its index.
    fn series(&mut self, name: &str, cell: impl Fn(usize) -> HourCell) -> &mut World {
        self.cells.insert(name.into(), (0..HOURS).map(cell).collect());
        self
    }

    fn levels(&mut self, name: &str, level: impl Fn(usize) -> f64) -> &mut World {
        self.series(name, |i| gauge(i, level(i)))
    }

    fn enter(&mut self, code: EntryCode, value: f64) -> &mut Entry {
        let day = date(2022, 8, 3);
        self.entries.push(Entry {
            id: self.entries.len() as i64 + 1,
            code,
            value,
            from: day,
            to: day,
            village: None,
            crop: None,
            work: None,
            document: "单据".into(),
            entered_by: "张三".into(),
            entered_at: Timestamp::UNIX_EPOCH,
            reason: String::new(),
            supersedes: None,
            reviewed_by: None,
            withdrawn: false,
        });
        self.entries.last_mut().unwrap()
    }

    fn crop(&mut self, code: EntryCode, crop: &str, value: f64) {
        self.enter(code, value).crop = Some(crop.parse().unwrap());
    }

    fn figure(&self, id: &str) -> Figure {
        let figures = self.statement().figures;
        let ids: Vec<_> = figures.iter().map(|f| f.id).collect();
        assert_eq!(ids, super::FigureId::ALL);
        figures.into_iter().find(|f| f.id.id() == id).unwrap()
    }

    fn broken(&self) -> Vec<(String, String)> {
        let found = self.statement().findings.found.into_iter();
        found.map(|f| (f.rule, f.place.within(Lang::Chinese))).collect()
    }

    fn statement(&self) -> Statement {
        let calendar = Calendar::new(TimeZone::fixed(Offset::from_hours(8).unwrap()), 0);
        let inputs = Inputs {
            basis: Basis {
                township: &self.township,
                calendar: &calendar,
                entries: &self.entries,
                period: self.days,
            },
            earlier: &self.earlier,
            pending: &[],
            rules: &Rules::embedded().unwrap(),
            acceptances: &[],
            caveats: &[],
            wordings: &[],
            code_version: "test",
        };
        let mut cells = MemoryCells { calendar: &calendar, hours: &self.cells };
        compute(&inputs, &mut cells).unwrap()
    }

    fn value(&self, id: &str) -> Option<f64> {
        self.figure(id).number()
    }

    fn phrase(&self, id: &str) -> String {
        self.figure(id).phrase.unwrap_or_default()
    }
}

fn at(i: usize) -> Timestamp {
    let start: Timestamp = "2022-07-31T16:00:00Z".parse().unwrap();
    start + (i as i64).hours()
}

fn empty(i: usize) -> HourCell {
    with(empty_hour(at(i)), |c| c.missing = 1)
}

fn gauge(i: usize, value: f64) -> HourCell {
    gauge_hour(at(i), value)
}

fn counter(i: usize, increment: f64) -> HourCell {
    counter_hour(at(i), increment)
}

fn with(mut cell: HourCell, change: impl FnOnce(&mut Rollup)) -> HourCell {
    change(&mut cell.rollup);
    cell
}

/// The notes in Chinese.
fn text(figure: &Figure) -> String {
    figure.notes.iter().map(zh).collect::<Vec<_>>().join("\n")
}

fn zh(text: &Text) -> String {
    text.within(Lang::Chinese)
}

#[test]
fn nothing_known_is_absent_everywhere_and_never_zero() {
    let world = World::new();
    for id in super::FigureId::ALL {
        let figure = world.figure(id.spec().id);
        assert_eq!(figure.value, Value::Absent, "{}", figure.id);
        assert_eq!(figure.phrase, None);
        assert!(!figure.notes.is_empty(), "{} does not say why", figure.id);
    }
}

#[test]
fn electricity_is_what_the_registers_grew_by_with_bounds_and_gaps() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| match i {
        5 => with(counter(i, 2.0), |c| {
            c.increment_max = Some(9.0);
            c.resets = 1;
        }),
        6..18 => empty(i),
        18 => counter(i, 26.0),
        30 => with(counter(i, 2.0), |c| {
            c.suspect = 1;
            c.rollovers = 1;
        }),
        _ => counter(i, 2.0),
    });
    world.series("pump-2/energy_total", |i| counter(i, 0.0));
    world.enter(EntryCode::ElectricityDeclared, 100.0);
    let figure = world.figure("electricity_used");
    assert_eq!(figure.value, Value::Number(580.0 + 24.0 - 24.0));
    // Less the hour of the roll-over and the readings before the reset, which may have jumped; more for both by the
    // plate, for the last hour after its reading, and for the pump without data.
    let open = (60.0 - 2.0) + (48.0 - 2.0) + 12.0 + 6.0 + 5.0 * 1.2 * 240.0;
    assert_eq!(figure.bounds, Some([568.0, 580.0 + open]));
    let covered = (228.0 + 240.0) / 720.0;
    assert!((figure.coverage.unwrap() - covered).abs() < 1e-12);
    assert!((figure.flagged_share.unwrap() - 1.0 / 468.0).abs() < 1e-12);
    assert_eq!(figure.claim.verdict, Verdict::Open);
    assert!(figure.phrase.as_ref().is_some_and(|phrase| phrase.ends_with("以上（数据不全）")));
    assert!(text(&figure).contains("三号泵站"));
    let first = &figure.inputs[0];
    assert_eq!(
        (first.from.to_string().as_str(), first.method),
        ("pump-1/energy_total", Method::CounterDifference)
    );
    for part in ["1次回绕", "1次清零", "12小时无数据"] {
        assert!(zh(&first.note).contains(part), "{}", zh(&first.note));
    }
    assert_eq!(figure.inputs[2].coverage, Some(0.0));
    assert_eq!(figure.inputs[2].value, None);
    assert_eq!(figure.inputs[3].from, Origin::Ledger(1));
}

#[test]
fn a_silent_meter_neither_takes_away_what_was_declared_nor_is_it_zero() {
    let mut world = World::new();
    world.enter(EntryCode::ElectricityDeclared, 100.0);
    let figure = world.figure("electricity_used");
    assert_eq!(figure.value, Value::Number(100.0));
    assert_eq!(figure.bounds, Some([100.0, 100.0 + 20.0 * 1.2 * 240.0]));
    assert_eq!(figure.claim.verdict, Verdict::Open);
    world.township.stations.clear();
    assert_eq!(world.value("electricity_used"), Some(100.0));
}

#[test]
fn equipment_counts_what_ran_and_what_was_declared() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| counter(i, 1.0));
    world.series("pump-2/energy_total", |i| counter(i, 0.0004));
    world.enter(EntryCode::EquipmentDeclared, 20.0);
    let figure = world.figure("equipment_deployed");
    assert_eq!(figure.value, Value::Number(21.0));
    assert_eq!(figure.bounds, Some([21.0, 22.0]));
    assert_eq!(figure.phrase.as_deref(), Some("21台以上（数据不全）"));
    world.series("pump-2/power", |i| gauge(i, if i == 7 { 4.0 } else { 0.0 }));
    // Its meter shows nothing of that, and the third pump has no data.
    assert_eq!(world.figure("equipment_deployed").bounds, Some([21.0, 23.0]));
    world.series("pump-2/energy_total", |i| counter(i, if i == 7 { 2.0 } else { 0.0004 }));
    assert_eq!(world.value("equipment_deployed"), Some(22.0));
}

#[test]
fn hours_and_water_take_the_best_way_there_is_for_each_pump() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| counter(i, 5.0));
    world.series("pump-1/volume_total", |i| counter(i, 45.0));
    world.series("pump-1/power", |i| gauge(i, if i < 100 { 9.0 } else { 2.0 }));
    world.series("pump-2/energy_total", |i| counter(i, 1.0));
    world.series("pump-3/energy_total", |i| counter(i, 1.0));
    world.series("pump-3/run_hours", |i| counter(i, 0.25));
    let hours = world.figure("pump_hours");
    assert_eq!(hours.value, Value::Number(100.0 + 240.0 / 5.0 + 60.0));
    let methods: Vec<_> = hours.inputs.iter().map(|i| i.method).collect();
    assert_eq!(
        methods,
        [Method::PowerAboveShare, Method::EnergyByRated, Method::CounterDifference]
    );
    let water = world.figure("water_pumped");
    let by_energy = 240.0 * 8.0;
    assert_eq!(water.value, Value::Number(240.0 * 45.0 + 2.0 * by_energy));
    assert_eq!(water.inputs[0].method, Method::CounterDifference);
    assert_eq!(water.inputs[1].method, Method::EnergyAndHead);
    // Water by energy and head is known to a fifth.
    assert_eq!(water.claim.verdict, Verdict::Open);
}

#[test]
fn villages_are_counted_once_and_the_sensors_hint() {
    let mut world = World::new();
    world.levels("pond-1/level", |_| 101.5);
    for village in ["dong", "xian", "dong"] {
        world.enter(EntryCode::VillageAffected, 1.0).village = Some(village.parse().unwrap());
    }
    let figure = world.figure("villages_affected");
    assert_eq!(figure.phrase.as_deref(), Some("2个行政村"));
    assert!(text(&figure).contains("1个村的水源达到旱警（东门村）"), "{}", text(&figure));
}

#[test]
fn areas_add_up_and_the_rescue_follows_from_them() {
    let mut world = World::new();
    world.crop(EntryCode::AreaAffected, "seed-rice", 1800.0);
    world.crop(EntryCode::AreaAffected, "rice", 400.0);
    world.crop(EntryCode::AreaFailed, "seed-rice", 93.0);
    world.enter(EntryCode::FundsCounty, 50_000.0);
    assert_eq!(world.value("area_rescued"), Some(2107.0));
    world.crop(EntryCode::AreaFailed, "rice", 30.0);
    assert_eq!(world.phrase("area_affected"), "约2200亩");
    assert_eq!(world.phrase("area_failed"), "120余亩");
    assert_eq!(world.phrase("area_rescued"), "2000余亩");
    assert_eq!(world.value("area_damaged"), None);
    let lacking = world.figure("loss_averted");
    assert_eq!(lacking.value, Value::Absent);
    assert!(text(&lacking).contains("制种水稻缺少不抗旱损失率"), "{}", text(&lacking));
    for crop in ["seed-rice", "rice"] {
        world.crop(EntryCode::LossRateWithout, crop, 95.0);
        world.crop(EntryCode::LossRateWith, crop, 10.0);
    }
    let expected = (1707.0 * 200.0 * 40.0 + 370.0 * 450.0 * 2.6) * 0.85;
    let figure = world.figure("loss_averted");
    match figure.value {
        Value::Number(yuan) => assert!((yuan - expected).abs() < 1e-3, "{yuan} {expected}"),
        _ => panic!("{figure:?}"),
    }
    assert_eq!(figure.phrase.as_deref(), Some("1100余万元"));
    world.crop(EntryCode::LossRateWith, "rice", 20.0);
    assert!(text(&world.figure("loss_averted")).contains("互相矛盾"));
}

#[test]
fn more_failed_than_affected_is_found_in_all_and_in_the_crop() {
    let mut world = World::new();
    world.crop(EntryCode::AreaAffected, "rice", 100.0);
    world.crop(EntryCode::AreaFailed, "rice", 120.0);
    let broken = world.broken();
    for (rule, place) in
        [("failed-within-affected", "全乡镇"), ("crop-failed-within-affected", "水稻")]
    {
        assert!(broken.contains(&(rule.into(), place.into())), "{broken:?}");
    }
    assert_eq!(world.value("area_rescued"), None);
    assert_eq!(world.figure("area_failed").words, None, "one of the two is wrong");
}

#[test]
fn money_of_the_two_kinds_is_kept_apart() {
    let mut world = World::new();
    world.enter(EntryCode::FundsProvince, 300_000.0);
    world.enter(EntryCode::FundsRaised, 250_000.0);
    world.enter(EntryCode::WaterProjectFunds, 540_000.0).from = date(2022, 3, 1);
    world.entries[2].to = date(2022, 3, 1);
    assert_eq!(world.phrase("funds_invested"), "55万元");
    assert_eq!(world.phrase("water_project_funds"), "54万元");
    assert!(text(&world.figure("funds_invested")).contains("中央拨款"));
    let mixed = ("two-sums-of-money".to_owned(), "全乡镇".to_owned());
    assert!(!world.broken().contains(&mixed));
    world.entries[2].value = 550_000.0;
    assert!(world.broken().contains(&mixed));
}

#[test]
fn entries_count_by_the_event_and_works_by_the_year() {
    let mut world = World::new();
    world.enter(EntryCode::Gasoline, 15_000.0);
    let early = world.enter(EntryCode::Gasoline, 9_999.0);
    (early.from, early.to) = (date(2022, 7, 1), date(2022, 7, 31));
    for month in [4, 6] {
        let entry = world.enter(EntryCode::HazardInspection, 1.0);
        (entry.from, entry.to) = (date(2022, month, 10), date(2022, month, 12));
    }
    for (work, village, groups, persons) in [("甲", "dong", 4.0, 700.0), ("乙", "dong", 3.0, 500.0)]
    {
        let codes = [
            (EntryCode::WaterWork, 1.0),
            (EntryCode::WaterWorkGroups, groups),
            (EntryCode::WaterWorkPersons, persons),
        ];
        for (code, value) in codes {
            let entry = world.enter(code, value);
            entry.work = Some(work.into());
            entry.village = Some(village.parse().unwrap());
            (entry.from, entry.to) = (date(2022, 6, 30), date(2022, 6, 30));
        }
    }
    let old = world.enter(EntryCode::WaterWork, 1.0);
    (old.from, old.to) = (date(2021, 5, 1), date(2021, 5, 1));
    assert_eq!(world.phrase("gasoline_used"), "约1.5万升");
    assert_eq!(world.phrase("inspection_month"), "4月份");
    assert_eq!(world.phrase("water_works_built"), "2个");
    assert_eq!(world.phrase("villages_served"), "1个村");
    assert_eq!(world.phrase("groups_served"), "7个组");
    assert_eq!(world.phrase("people_served"), "1200人");
    world.enter(EntryCode::WaterWork, 1.0).work = Some("甲".into());
    assert_eq!(world.phrase("water_works_built"), "2个");
}

/// A store that cannot be read.
struct Gone;

impl Cells for Gone {
    type Error = &'static str;

    fn hours(&mut self, _: &Series, _: Period) -> Result<Vec<HourCell>, &'static str> {
        Err("store is gone")
    }

    fn days(&mut self, _: &Series, _: Period) -> Result<Vec<DayCell>, &'static str> {
        Err("store is gone")
    }
}

#[test]
fn a_failing_store_fails_the_figures() {
    let world = World::new();
    let calendar = Calendar::new(TimeZone::UTC, 0);
    let day = date(2022, 8, 1);
    let inputs = Inputs {
        basis: Basis {
            township: &world.township,
            calendar: &calendar,
            entries: &[],
            period: Period { from: day, to: day },
        },
        earlier: &[],
        pending: &[],
        rules: &Rules::embedded().unwrap(),
        acceptances: &[],
        caveats: &[],
        wordings: &[],
        code_version: "test",
    };
    assert_eq!(compute(&inputs, &mut Gone).unwrap_err(), "store is gone");
}
