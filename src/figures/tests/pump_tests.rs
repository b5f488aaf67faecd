//! Tests of the pumps' accounts: each way to a quantity, meters, sets that move, segments.

use super::*;
use crate::account::{PLATE_MARGIN, PumpAccount, Quantity, RunGround, Segment, SegmentKind};
use crate::figures::{Finding, Severity};
use crate::water::Meter;

impl World {
    fn first(&self) -> PumpAccount {
        self.statement().pumps.remove(0)
    }

    fn pump(&mut self, index: usize) -> &mut crate::water::Pump {
        self.township.stations[index].pump.as_mut().unwrap()
    }
}

fn near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

fn bounds(quantity: &Quantity, least: f64, most: f64) {
    let [low, high] = quantity.bounds;
    near(Some(low), least);
    near(Some(high), most);
}

#[test]
fn a_set_that_moved_is_one_set() {
    let mut world = World::new();
    for index in [0, 1] {
        world.pump(index).asset = Some("mobile-1".parse().unwrap());
    }
    world.series("pump-2/energy_total", |i| counter(i, 1.0));
    world.series("pump-3/energy_total", |i| counter(i, 1.0));
    // Where nothing tells, the set may have run; it ran elsewhere in any case.
    assert_eq!(world.figure("equipment_deployed").bounds, Some([2.0, 2.0]));
    world.series("pump-1/energy_total", |i| counter(i, 1.0));
    let figure = world.figure("equipment_deployed");
    assert_eq!(figure.value, Value::Number(2.0));
    let parts: Vec<_> = figure.inputs.iter().map(|input| input.value).collect();
    assert_eq!(parts, [Some(1.0), Some(0.0), Some(1.0)]);
    assert!(zh(&figure.inputs[1].note).contains("同一设备mobile-1"));
}

#[test]
fn only_the_billed_meter_counts_and_the_drive_says_how_long_it_ran() {
    let mut world = World::new();
    let meter = |station: &str, billing| Meter { station: station.parse().unwrap(), billing };
    world.pump(0).meters = vec![meter("pump-1", true), meter("pump-1-vfd", false)];
    world.series("pump-1/energy_total", |i| counter(i, 2.0));
    world.series("pump-1-vfd/energy_total", |i| counter(i, 1.5));
    world.series("pump-1-vfd/run_state", |i| gauge(i, 0.25));
    let account = world.first();
    near(account.energy_kwh.value, 480.0);
    near(account.run_hours.value, 60.0);
    assert_eq!(account.run_hours.method, Method::RunState);
    assert_eq!(account.run_hours.series.to_string(), "pump-1-vfd/run_state");
    world.pump(0).meters = vec![meter("pump-1", false), meter("pump-1-vfd", true)];
    let account = world.first();
    near(account.energy_kwh.value, 360.0);
    assert_eq!(account.energy_kwh.series.to_string(), "pump-1-vfd/energy_total");
    assert_eq!(account.days[3], (date(2022, 8, 4), 36.0));
}

#[test]
fn flow_counts_where_it_was_seen_and_leaves_open_what_the_plate_allows() {
    let mut world = World::new();
    world.series("pump-1/flow", |i| match i {
        0..20 => empty(i),
        30 => with(gauge(i, 60.0), |c| {
            c.missing = 1;
        }),
        31 => gauge(i, -5.0),
        _ => gauge(i, 60.0),
    });
    let account = world.first();
    let volume = &account.volume_m3;
    assert_eq!(volume.method, Method::FlowIntegral);
    near(volume.value, 218.5 * 60.0);
    let open = 20.5 * 100.0 * PLATE_MARGIN;
    bounds(volume, 218.5 * 60.0, 218.5 * 60.0 + open);
    let gaps: Vec<_> = account.segments.iter().map(|s| (s.from, s.to)).collect();
    assert_eq!(gaps, [(date(2022, 8, 1), date(2022, 8, 2))]);
    near(account.segments[0].most, open);
}

#[test]
fn a_drive_counts_by_its_frequency_while_it_runs() {
    let mut world = World::new();
    world.series("pump-1/frequency", |i| gauge(i, if i < 100 { 40.0 } else { 0.0 }));
    near(world.first().volume_m3.value, 100.0 * 100.0 * 0.8);
    // This one shows its set point while it stands.
    world.series("pump-1/frequency", |i| gauge(i, 40.0));
    world.series("pump-1/run_state", |i| gauge(i, if i < 50 { 1.0 } else { 0.0 }));
    let volume = world.first().volume_m3;
    near(volume.value, 50.0 * 100.0 * 0.8);
    assert_eq!(volume.method, Method::FrequencyOfDrive);
}

#[test]
fn energy_and_head_know_of_a_falling_source_and_a_declared_efficiency() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| counter(i, 1.0));
    near(world.first().volume_m3.value, 240.0 * 100.0 / 10.0);
    world.pump(0).efficiency = Some(0.5);
    world.township.stations[3].normal_m = Some(104.0);
    let by_plate = 240.0 * 0.5 / (0.002_725 * 15.0);
    near(world.first().volume_m3.value, by_plate);
    world.levels("pond-1/level", |_| 101.0);
    let volume = world.first().volume_m3;
    near(volume.value, by_plate * 15.0 / 18.0);
    // The source may have been down to its bottom, 4 m below; the efficiency a fifth less or more.
    // Standing, it may have drawn 0.13 kW; after its last reading an hour at full power is possible.
    let (least, most) = (1.0 - 0.13, 1.0 + 12.0 / 240.0);
    bounds(&volume, least * by_plate * 0.8 * 15.0 / 19.0, most * by_plate * 1.2);
    assert_eq!(volume.method, Method::EnergyAndHead);
    let hours = world.first().run_hours;
    bounds(&hours, least * 240.0 / 12.0, most * 240.0 / 2.0);
}

#[test]
fn segments_tell_by_the_day_what_happened_to_a_register() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| match i {
        50..70 => empty(i),
        70 => counter(i, 9.0),
        100 => with(counter(i, 1.0), |c| {
            c.rollovers = 1;
        }),
        130 => with(counter(i, 1.0), |c| {
            c.glitches = 2;
        }),
        230.. => empty(i),
        _ => counter(i, 1.0),
    });
    let account = world.first();
    let told: Vec<_> = account.segments.iter().map(|s| (s.from.day(), s.kind)).collect();
    let expected = [
        (3, SegmentKind::Gap),
        (5, SegmentKind::Rollover),
        (6, SegmentKind::Glitch),
        (10, SegmentKind::Gap),
    ];
    assert_eq!(told, expected);
    let Segment { note, least, most, .. } = &account.segments[0];
    assert_eq!(zh(note), "20小时无数据，读数差已接续");
    assert_eq!(note.to_string(), "20 h without data, bridged by the difference of the readings");
    assert_eq!(*least, 0.0);
    // Days do not tell whether it ended on its last one: what the next one settled may belong to it.
    near(*most, 9.0 + 3.0 + 24.0);
    // A bridged gap leaves nothing open. The roll-over may have been a reset, which hid what the plate allows in three
    // hours. Ten hours at the end and the one after the last reading are open.
    let value = account.energy_kwh.value.unwrap();
    near(Some(value), 50.0 + 9.0 + 159.0);
    let open = (3.0 * 12.0 - 1.0) + 11.0 * 12.0;
    bounds(&account.energy_kwh, value - 1.0, value + open);
    let figure = world.figure("electricity_used");
    let silent = 2.0 * 5.0 * PLATE_MARGIN * 240.0;
    let why = "示数回绕、期首期末缺数、有泵站没有电表数据";
    let more = format!("因{why}，真实值可能高出至多{:.1} kWh", open + silent);
    assert!(text(&figure).contains(&more), "{}", text(&figure));
}

#[test]
fn a_register_that_begins_in_the_period_may_have_stood_elsewhere_before() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| match i {
        0..5 => empty(i),
        5 => counter(i, 30.0),
        _ => counter(i, 1.0),
    });
    let energy = world.first().energy_kwh;
    near(energy.value, 30.0 + 234.0);
    bounds(&energy, 264.0, 264.0 + (5.0 + 1.0) * 10.0 * PLATE_MARGIN);
}

/// Hours from `from`, counted from the start of the period, each with what the register grew by and shows.
fn around(world: &mut World, hours: impl IntoIterator<Item = (i64, f64, f64)>) {
    let cells = hours.into_iter().map(|(hour, grown, shows)| {
        let mut cell = counter(0, grown);
        cell.hour_at = at(0) + hour.hours();
        with(cell, |c| {
            (c.last, c.min, c.max) = (Some(shows), Some(shows), Some(shows));
        })
    });
    world.cells.insert("pump-1/energy_total".into(), cells.collect());
}

#[test]
fn what_a_reading_settles_of_the_time_before_the_period_is_not_counted() {
    let mut world = World::new();
    // Two months of growth shown on the fifth day.
    around(&mut world, [(-1500, 0.0, 1000.0), (100, 6783.0, 7783.0), (101, 1.0, 7784.0)]);
    let energy = world.first().energy_kwh;
    near(energy.value, 1.0);
    // A register of whole units may be off by one.
    bounds(&energy, 0.0, 1.0 + 101.0 * 12.0 + (138.0 + 1.0) * 12.0 + 1.0);
    // Where it cannot have passed its old value after a reset, the difference is the most.
    around(&mut world, [(-1500, 0.0, 50_000.0), (100, 50.0, 50_050.0), (101, 1.0, 50_051.0)]);
    let energy = world.first().energy_kwh;
    near(energy.value, 1.0);
    bounds(&energy, 0.0, 1.0 + 50.0 + 139.0 * 12.0 + 1.0);
}

#[test]
fn hours_that_straddle_the_ends_are_in_the_bounds() {
    let mut world = World::new();
    around(&mut world, (-3..243).map(|hour| (hour, 2.0, 50_000.0 + 2.0 * hour as f64)));
    let energy = world.first().energy_kwh;
    near(energy.value, 480.0);
    bounds(&energy, 477.0, 483.0);
    assert_eq!(world.first().ran, Some(true));
}

#[test]
fn a_pump_read_before_and_after_the_period_is_open_and_not_left_out() {
    let mut world = World::new();
    around(&mut world, [(-48, 0.0, 60_000.0), (300, 886.0, 60_886.0)]);
    let account = world.first();
    assert_eq!((account.energy_kwh.value, account.ran), (None, None));
    bounds(&account.energy_kwh, 0.0, 886.0);
    around(&mut world, [(-48, 0.0, 60_000.0), (300, 0.0, 60_000.0)]);
    bounds(&world.first().energy_kwh, 0.0, 0.0);
    world.cells.clear();
    bounds(&world.first().energy_kwh, 0.0, 10.0 * PLATE_MARGIN * 240.0);
}

#[test]
fn growth_beyond_the_plate_is_no_growth() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| counter(i, if i == 50 { 5000.0 } else { 1.0 }));
    let energy = world.first().energy_kwh;
    near(energy.value, 239.0);
    bounds(&energy, 239.0, 239.0 + 3.0 * 12.0 + 12.0);
    assert!(zh(&energy.note).contains("增量5000超出铭牌所能，未计"));
}

#[test]
fn a_meter_that_draws_alone_is_no_run_and_an_hour_of_load_is_one() {
    let mut world = World::new();
    let idle = |i| counter(i, 0.002);
    world.series("pump-1/energy_total", idle);
    assert_eq!(world.first().ran, Some(false));
    // 40 W come to a kilowatt-hour a day, and only the hours show that no run is among them.
    world.series("pump-1/energy_total", |i| counter(i, 0.04));
    assert_eq!(world.first().ran, Some(false));
    world.series("pump-1/energy_total", |i| counter(i, if i == 77 { 1.5 } else { 0.04 }));
    assert_eq!(world.first().ran, Some(true));
    // Missing hours at the end leave it open.
    world.series("pump-1/energy_total", |i| if i < 200 { idle(i) } else { empty(i) });
    assert_eq!(world.first().ran, None);
    world.series("pump-1/energy_total", |i| counter(i, 0.2));
    assert_eq!(world.first().ran, Some(true));
    // Polls that show nothing leave open what drew that much, however close they are: an instrument may stand still.
    world.series("pump-1/power", |i| gauge(i, 0.2));
    let polled = world.first();
    assert_eq!((polled.ran, polled.run_ground), (None, RunGround::UnseenDraw));
    assert!(polled.run_hours.bounds[1] > 20.0, "{:?}", polled.run_hours.bounds);
    world.series("pump-1/power", |i| with(gauge(i, 0.2), |c| c.counted = 12));
    let watched = world.first();
    assert_eq!((watched.ran, watched.run_ground), (None, RunGround::UnseenDraw));
    bounds(&watched.run_hours, 0.0, 0.0);
}

#[test]
fn a_run_between_two_polls_is_no_standstill() {
    let mut world = World::new();
    // Forty minutes a day, never at a full hour.
    world.series("pump-1/energy_total", |i| counter(i, if i % 24 == 5 { 6.0 } else { 0.002 }));
    world.series("pump-1/power", |i| gauge(i, 0.002));
    let account = world.first();
    assert_eq!((account.ran, account.run_ground), (Some(true), RunGround::Load));
    let [least, most] = account.run_hours.bounds;
    assert!(least <= 10.0 * 40.0 / 60.0 && 10.0 * 40.0 / 60.0 <= most, "{least} to {most}");
    // Read once a day, it may have been a lamp.
    world.series("pump-1/energy_total", |i| match i {
        23 => counter(i, 0.0),
        _ if i % 24 == 23 => counter(i, 6.0),
        _ => empty(i),
    });
    assert_eq!(world.first().run_ground, RunGround::UnseenDraw);
    // Without a meter, polls alone prove nothing, and a register of running hours does.
    world.cells.remove("pump-1/energy_total");
    let silent = world.first();
    assert_eq!((silent.ran, silent.run_ground), (None, RunGround::BetweenPolls));
    assert!(silent.energy_kwh.bounds[1] >= 10.0 * 6.0, "{:?}", silent.energy_kwh.bounds);
    world.series("pump-1/run_hours", |i| counter(i, 0.0));
    assert_eq!(world.first().run_ground, RunGround::NoHours);
}

#[test]
fn what_meters_draw_where_no_pump_ran_is_no_electricity_used() {
    let mut world = World::new();
    for pump in ["pump-1", "pump-2", "pump-3"] {
        world.series(&format!("{pump}/energy_total"), |i| counter(i, 0.02));
    }
    let figure = world.figure("electricity_used");
    near(figure.number(), 3.0 * 240.0 * 0.02);
    assert_eq!((figure.claim.verdict, figure.phrase.as_deref()), (Verdict::Open, None));
    assert!(zh(&figure.claim.grounds[0]).contains("没有一台水泵证实运行过"));
    let deployed = world.figure("equipment_deployed");
    assert!(zh(&deployed.inputs[0].note).contains("没有运行：用电未超过电表自身耗电"));
    world.series("pump-1/energy_total", |i| counter(i, 10.0));
    let figure = world.figure("electricity_used");
    assert_eq!(figure.claim.verdict, Verdict::Proved, "{:?}", figure.claim);
}

#[test]
fn a_register_that_another_instrument_contradicts_is_open_and_named() {
    let mut world = World::new();
    world.series("pump-1/power", |i| gauge(i, 12.0));
    world.series("pump-1/energy_total", |i| {
        with(counter(i, 0.0), |c| {
            c.glitches = 1;
        })
    });
    let account = world.first();
    assert_eq!(account.ran, Some(true));
    assert!(account.energy_kwh.bounds[1] >= 12.0 * 240.0);
    assert!(zh(account.contradiction.as_ref().unwrap()).contains("倒走或乱跳"));
    assert_eq!((account.meters[0].glitches, account.meters[0].readings), (240, 240));
    world.series("pump-1/energy_total", |i| counter(i, 0.0));
    let account = world.first();
    assert!(zh(account.contradiction.as_ref().unwrap()).contains("运行至少240小时"));
    assert!(account.energy_kwh.bounds[1] >= 12.0 * 240.0);
}

/// A meter that stood at 5000 at noon of the 4th and at 5 in the evening, after 20 kWh that no reading shows.
fn replaced(world: &mut World) {
    world.series("pump-1/energy_total", |i| {
        let last = match i {
            0..84 => 4916.0 + i as f64,
            84 => 4999.0,
            _ => (i - 85) as f64 + 5.0,
        };
        let cell = match i {
            84..87 => counter(i, 0.0),
            87 => with(counter(i, 2.0), |c| {
                c.increment_max = Some(60.0);
                c.resets = 1;
            }),
            _ => counter(i, 1.0),
        };
        with(cell, |c| {
            c.last = Some(last);
        })
    });
}

fn enter(world: &mut World, code: EntryCode, value: f64) {
    let entry = world.enter(code, value);
    entry.work = Some("pump-1/energy_total".into());
    (entry.from, entry.to) = (date(2022, 8, 4), date(2022, 8, 4));
}

#[test]
fn a_replacement_in_the_ledger_closes_what_a_reset_left_open() {
    let mut world = World::new();
    replaced(&mut world);
    let open = world.first();
    near(open.energy_kwh.value, 84.0 + 2.0 + 152.0);
    // The reset hid what the plate allows in six hours, and what was counted right before it may have been a jump; the
    // last reading lies an hour before the end.
    bounds(&open.energy_kwh, 234.0, 238.0 + 70.0 + 12.0 + 1.0);
    assert_eq!(open.segments[0].kind, SegmentKind::Reset);
    enter(&mut world, EntryCode::MeterReplaced, 5010.0);
    let alone = world.first();
    assert!(zh(&alone.energy_kwh.note).contains("没有同日的新表起码"));
    // Whatever the day of the replacement and the next came to.
    bounds(&alone.energy_kwh, 191.0, 12.0 * 240.0 + 1.0);
    enter(&mut world, EntryCode::MeterInstalled, 0.0);
    // From the evening of the 3rd, 4987, to 5010, and from 0 to 39 in the last hour of the 5th.
    let closed = world.first();
    let grown = (5010.0 - 4987.0) + 39.0;
    let value = 72.0 + grown + 120.0;
    near(closed.energy_kwh.value, value);
    bounds(&closed.energy_kwh, value - 1.0, value + 12.0 + 1.0);
    let segment = &closed.segments[0];
    assert_eq!((segment.kind, closed.segments.len()), (SegmentKind::MeterReplaced, 1));
    assert!(zh(&segment.note).contains("旧表止码5010、新表起码0（台账第1、2条）"));
    near(segment.most, grown);
    assert_eq!(closed.days[3], (date(2022, 8, 4), grown - 24.0));
    let figure = world.figure("electricity_used");
    assert!(zh(&figure.inputs[0].note).contains("2022-08-04换表"));
}

#[test]
fn a_replacement_that_the_readings_contradict_is_refused_and_named() {
    let mut world = World::new();
    replaced(&mut world);
    enter(&mut world, EntryCode::MeterReplaced, 5500.0);
    enter(&mut world, EntryCode::MeterInstalled, 0.0);
    let account = world.first();
    bounds(&account.energy_kwh, 191.0, 12.0 * 240.0 + 1.0);
    assert!(zh(&account.energy_kwh.note).contains("台账第1、2条换表未采用：与读数不符"));
    assert_eq!(account.segments[0].kind, SegmentKind::Reset);
}

#[test]
fn a_new_meter_that_begins_above_the_old_one_is_no_use() {
    let mut world = World::new();
    let of_hour = |hour: i64| match hour {
        ..100 => (hour, 0.0, 4000.0),
        100 => (hour, 101.0, 4101.0),
        _ => (hour, 0.0, 4101.0),
    };
    around(&mut world, (-3..243).map(of_hour));
    // Without the ledger nothing tells it from use.
    bounds(&world.first().energy_kwh, 100.0, 102.0);
    let day = date(2022, 8, 5);
    for (code, value) in [(EntryCode::MeterReplaced, 4000.0), (EntryCode::MeterInstalled, 4101.0)] {
        let row = world.enter(code, value);
        (row.from, row.to, row.work) = (day, day, Some("pump-1/energy_total".into()));
    }
    let told = world.first().energy_kwh;
    near(told.value, 0.0);
    bounds(&told, 0.0, 1.0);
}

impl World {
    /// The only finding of the kind `rule`.
    fn only(&self, rule: &str) -> Finding {
        let found = self.statement().findings.found;
        let mut of_rule = found.iter().filter(|finding| finding.rule == rule);
        let (Some(only), None) = (of_rule.next(), of_rule.next()) else {
            panic!("{rule}: {found:?}");
        };
        only.clone()
    }
}

#[test]
fn rows_of_a_replacement_that_do_not_fit_are_named_with_the_reset_that_they_leave_open() {
    let mut world = World::new();
    replaced(&mut world);
    assert!(zh(&world.only("meter-reset").text).contains("台账没有这个表那时的换表记录"));
    enter(&mut world, EntryCode::MeterReplaced, 5500.0);
    enter(&mut world, EntryCode::MeterInstalled, 0.0);
    let found = world.only("meter-reset");
    let sentence = zh(&found.text);
    assert!(sentence.contains("台账第1、2条换表未采用：与读数不符"), "{sentence}");
    assert!(!sentence.contains("台账没有"), "{sentence}");
    assert!(found.from.contains_key("ledger:1") && found.from.contains_key("ledger:2"));
    let figure = world.figure("electricity_used");
    assert!(text(&figure).contains("清零或换表、台账的换表记录未采用"), "{}", text(&figure));
}

#[test]
fn rows_of_a_replacement_that_no_reset_tells_of_are_a_finding() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| counter(i, 1.0));
    enter(&mut world, EntryCode::MeterInstalled, 0.0);
    let found = world.only("replacement-unused");
    assert_eq!((found.severity, found.is_at("一号泵站")), (Severity::Warning, true));
    assert!(zh(&found.text).contains("台账第1条换表未采用：没有同日的旧表止码"));
    // Nobody knows what the day came to.
    assert!(world.first().energy_kwh.bounds[1] >= 12.0 * 240.0);
}

#[test]
fn rows_of_a_replacement_that_name_no_meter_are_a_finding_and_leave_the_electricity_open() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| counter(i, 1.0));
    world.enter(EntryCode::MeterReplaced, 5000.0).work = Some("泵1".into());
    world.enter(EntryCode::MeterInstalled, 0.0);
    let found = world.only("replacement-misnamed");
    let sentence = zh(&found.text);
    assert!(sentence.contains("第 1 条（泵1）、第 2 条（工程一栏是空的）"), "{sentence}");
    assert!(zh(&found.look).contains("如 pump-1/energy_total"));
    assert_eq!(world.figure("electricity_used").claim.verdict, Verdict::Open);
}
