//! Tests of the pumps' accounts: each way to a quantity, meters, sets that move, segments.

use super::*;
use crate::account::{PLATE_MARGIN, PumpAccount, Quantity, Segment, SegmentKind};
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
    let [low, high] = quantity.bounds.unwrap();
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
    bounds(&volume, by_plate * 0.8 * 15.0 / 19.0, by_plate * 1.2);
    assert_eq!(volume.method, Method::EnergyAndHead);
    let hours = world.first().run_hours;
    bounds(&hours, 240.0 / 12.0, 240.0 / 2.0);
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
    // A bridged gap leaves nothing open, the ten hours at the end do.
    let value = account.energy_kwh.value.unwrap();
    near(Some(value), 50.0 + 9.0 + 159.0);
    bounds(&account.energy_kwh, value, value + 10.0 * 10.0 * PLATE_MARGIN);
    let figure = world.figure("electricity_used");
    assert!(text(&figure).contains("因期首期末缺数，真实值可能高出至多120.0 kWh"));
}

#[test]
fn data_that_begin_in_the_period_may_have_grown_before_it() {
    let mut world = World::new();
    world.series("pump-1/energy_total", |i| match i {
        0..5 => empty(i),
        5 => counter(i, 30.0),
        _ => counter(i, 1.0),
    });
    let energy = world.first().energy_kwh;
    near(energy.value, 30.0 + 234.0);
    bounds(&energy, 234.0, 264.0 + 5.0 * 10.0 * PLATE_MARGIN);
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
    bounds(&open.energy_kwh, 238.0, 238.0 + 58.0);
    assert_eq!(open.segments[0].kind, SegmentKind::Reset);
    enter(&mut world, EntryCode::MeterReplaced, 5010.0);
    let alone = world.first();
    assert!(zh(&alone.energy_kwh.note).contains("没有同日的新表起码"));
    bounds(&alone.energy_kwh, 238.0, 296.0);
    enter(&mut world, EntryCode::MeterInstalled, 0.0);
    // From the evening of the 3rd, 4987, to 5010, and from 0 to 15 in the last hour of the 4th.
    let closed = world.first();
    let grown = (5010.0 - 4987.0) + 15.0;
    let value = 72.0 + grown + 144.0;
    near(closed.energy_kwh.value, value);
    bounds(&closed.energy_kwh, value, value);
    let segment = &closed.segments[0];
    assert_eq!((segment.kind, closed.segments.len()), (SegmentKind::MeterReplaced, 1));
    assert!(zh(&segment.note).contains("旧表止码5010、新表起码0（台账第1、2条）"));
    near(segment.most, grown);
    assert_eq!(closed.days[3], (date(2022, 8, 4), grown));
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
    bounds(&account.energy_kwh, 238.0, 296.0);
    assert!(zh(&account.energy_kwh.note).contains("台账第1、2条换表未采用：与读数不符"));
    assert_eq!(account.segments[0].kind, SegmentKind::Reset);
}
