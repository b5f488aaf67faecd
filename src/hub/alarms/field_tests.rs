//! Gateways, buses and devices as they are seen.

use std::sync::Arc;

use Condition::{Between, Off, On, Unknown};

use super::*;
use crate::water::Township;
use crate::wire::{ClockState, ReportHead, SpoolReport, TrafficReport};

fn moment_at(s: u64) -> Moment {
    let time: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
    Moment { up: Duration::from_secs(s), time: time + Duration::from_secs(s) }
}

fn register() -> Register {
    let text = r#"name = "t"
        [[station]]
        id = "pond-1"
        name = "大塘"
        kind = "pond"
        village = "v""#;
    Register::new(Arc::new(toml::from_str::<Township>(text).unwrap()))
}

fn report(minute: i64, buses: Vec<BusSaid>) -> GatewayReport {
    let start = moment_at(0).time;
    let head = ReportHead {
        gateway: "gw-1".parse().unwrap(),
        at: start + jiff::SignedDuration::from_mins(minute),
        version: "1".into(),
        config: "c".into(),
        up_since: start,
        clock: ClockState::Good,
    };
    let mut report = GatewayReport::new(head, SpoolReport::default(), TrafficReport::default());
    report.buses = buses;
    report
}

fn bus(name: &str, state: &str, devices: &[(u8, &str)]) -> BusSaid {
    let device = |(unit, state): &(u8, &str)| DeviceSaid {
        unit: *unit,
        profile: "p".into(),
        station: "pond-1".parse().unwrap(),
        state: (*state).into(),
        since: None,
        seen: false,
        success: None,
        reason: Some("timeout".into()),
        error: None,
    };
    BusSaid {
        name: name.into(),
        state: state.into(),
        since: None,
        error: None,
        polls: 1,
        missed: 0,
        busy: 0.0,
        devices: devices.iter().map(device).collect(),
    }
}

fn row(online: bool, report: Option<GatewayReport>) -> GatewayRow {
    GatewayRow {
        id: "gw-1".into(),
        online,
        said_so: true,
        last_seen: Some(moment_at(0).time),
        declared: vec!["pond-1".parse().unwrap()],
        report,
        ..GatewayRow::default()
    }
}

/// What is seen of these gateways after so many seconds, by key.
fn look(field: &mut Field, rows: &[GatewayRow], open: bool, s: u64) -> Vec<(String, Condition)> {
    let (register, silent) = (register(), BTreeMap::new());
    let view = FieldView {
        gateways: rows,
        open_since: open.then_some(Duration::ZERO),
        silent: &silent,
        register: &register,
        zone: &TimeZone::UTC,
        now: moment_at(s),
    };
    let seen = field.look(&view);
    seen.into_iter().map(|seen| (seen.key.to_string(), seen.condition)).collect()
}

fn of(seen: &[(String, Condition)], key: &str) -> Condition {
    seen.iter().find(|(known, _)| known == key).unwrap_or_else(|| panic!("{key}: {seen:?}")).1
}

#[test]
fn a_gateway_is_silent_when_it_is_offline_and_nobody_knows_while_the_broker_is_away() {
    let mut field = Field::default();
    let silent = "gateway-silent gateway/gw-1";
    assert_eq!(of(&look(&mut field, &[row(true, None)], true, 10), silent), Off);
    assert_eq!(of(&look(&mut field, &[row(false, None)], true, 10), silent), On);
    assert_eq!(of(&look(&mut field, &[row(false, None)], false, 10), silent), Unknown);
    let mute = GatewayRow { said_so: false, ..row(false, None) };
    assert_eq!(of(&look(&mut field, std::slice::from_ref(&mute), true, 86_400), silent), Off);
    assert_eq!(of(&look(&mut field, &[mute], true, 86_401), silent), On, "a day without readings");
    let ahead = Some(moment_at(86_402 + 3600).time);
    let ahead = GatewayRow { said_so: false, last_seen: ahead, ..row(false, None) };
    assert_eq!(of(&look(&mut field, &[ahead], true, 86_402), silent), Unknown, "set back");
    // A program that publishes each week is silent by its own interval.
    let publisher = Some(crate::web::PublisherRow::default());
    let publisher = GatewayRow { said_so: false, publisher, ..row(true, None) };
    assert_eq!(of(&look(&mut field, &[publisher], true, 300_000), silent), Off);
    let never = GatewayRow { last_seen: None, ..row(false, None) };
    assert_eq!(of(&look(&mut field, std::slice::from_ref(&never), true, 3600), silent), Unknown);
    assert_eq!(of(&look(&mut field, &[never], true, 3601), silent), On);
    let revoked = GatewayRow { revoked_since: Some(moment_at(0).time), ..row(false, None) };
    assert_eq!(look(&mut field, &[revoked], true, 10), []);
}

#[test]
fn one_that_is_connected_and_sends_nothing_is_silent() {
    let (mut field, register) = (Field::default(), register());
    let silent = BTreeMap::from([("gw-1".parse().unwrap(), moment_at(0))]);
    let view = FieldView {
        gateways: &[row(true, None)],
        open_since: Some(Duration::ZERO),
        silent: &silent,
        register: &register,
        zone: &TimeZone::UTC,
        now: moment_at(600),
    };
    assert_eq!(field.look(&view)[0].condition, On);
}

#[test]
fn buses_and_devices_are_what_a_connected_gateway_says() {
    let mut field = Field::default();
    let devices = [(1, "online"), (2, "suspect"), (3, "offline"), (4, "never"), (5, "asleep")];
    let rows = [row(true, Some(report(0, vec![bus("rs485", "online", &devices)])))];
    let seen = look(&mut field, &rows, true, 10);
    let states = |seen: &[(String, Condition)]| {
        (1..=5)
            .map(|unit| of(seen, &format!("device-unreachable device/gw-1/{unit}/rs485")))
            .collect()
    };
    let found: Vec<Condition> = states(&seen);
    assert_eq!(found, [Off, Between, On, Unknown, Unknown]);
    assert_eq!(of(&seen, "bus-unreachable bus/gw-1/rs485"), Off);
    let later = look(&mut field, &rows, true, 3700);
    assert_eq!(of(&later, "device-unreachable device/gw-1/4/rs485"), On, "it has had an hour");
    let gone = [row(false, Some(report(0, vec![bus("rs485", "offline", &devices)])))];
    let seen = look(&mut field, &gone, true, 3710);
    let found: Vec<Condition> = states(&seen);
    assert_eq!(found, [Unknown; 5], "what it said last may no longer hold");
    assert_eq!(of(&seen, "bus-unreachable bus/gw-1/rs485"), Unknown);
}

#[test]
fn what_a_hostile_gateway_says_is_bounded() {
    let mut field = Field::default();
    let devices: Vec<(u8, &str)> = (0..=246).map(|unit| (unit, "offline")).collect();
    let buses = (0..200).map(|n| bus(&format!("b{n}"), "unreachable", &devices)).collect();
    let seen = look(&mut field, &[row(true, Some(report(0, buses)))], true, 10);
    let on = seen.iter().filter(|(_, condition)| *condition == On).count();
    assert!(on <= UNWELL_MAX && seen.len() <= OF_ONE_MAX + 3, "{on} of {}", seen.len());
    let same = vec![bus("b", "online", &[(1, "offline"), (1, "online")]); 2];
    let seen = look(&mut field, &[row(true, Some(report(1, same)))], true, 11);
    let keys: BTreeSet<&String> = seen.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), seen.len(), "each key once: {seen:?}");
}

#[test]
fn a_spool_that_gives_up_readings_rings_until_a_report_without_more() {
    let mut field = Field::default();
    let key = "disk-full gateway/gw-1";
    let said = |minute: i64, dropped: u64, trouble: Option<&str>| {
        let mut report = report(minute, Vec::new());
        report.spool.dropped = dropped;
        report.spool.trouble = trouble.map(str::to_owned);
        row(true, Some(report))
    };
    let mut seen = |row: GatewayRow| of(&look(&mut field, &[row], true, 10), key);
    assert_eq!(seen(said(0, 7, None)), Off, "of long ago");
    assert_eq!(seen(said(1, 9, None)), On);
    assert_eq!(seen(said(1, 9, None)), On, "the same report");
    assert_eq!(seen(said(2, 9, None)), Off);
    assert_eq!(seen(said(3, 9, Some("disk_full"))), On);
}

#[test]
fn a_station_is_behind_the_device_that_reads_it() {
    let mut field = Field::default();
    let two = [(1, "online"), (2, "offline")];
    let rows = [row(true, Some(report(0, vec![bus("rs485", "online", &two)])))];
    look(&mut field, &rows, true, 10);
    let ways = field.ways(&rows);
    let way = &ways[&"pond-1".parse().unwrap()];
    assert_eq!(way.behind.to_string(), "device/gw-1/2/rs485", "the one that is not well");
    assert_eq!(way.online_since, Some(Duration::from_secs(10)));
    let ways = field.ways(&[row(true, None)]);
    assert_eq!(ways[&"pond-1".parse().unwrap()].behind.to_string(), "gateway/gw-1");
    // A gateway speaks for its own stations only.
    let foreign = GatewayRow { declared: Vec::new(), ..rows[0].clone() };
    assert!(field.ways(&[foreign]).is_empty());
}
