//! When a gateway says how it is, and what.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::core::Reason;
use crate::edge::DeliveryStatus;
use crate::edge::control::{ClockStatus, DiskUse, SpoolStatus};
use crate::modbus::{BusReport, Mode};
use crate::mqtt::CertificateEnd;
use crate::spool::Trouble;
use crate::wire::Epoch;

#[test]
fn a_report_is_due_after_connecting_soon_on_change_and_now_and_then() {
    use HealthState::{New, Offline, Online};
    let mut last = Last::default();
    let mut due = |is_new: bool, s: u64, state: HealthState| {
        last.is_due(is_new, Duration::from_secs(s), || vec![(state, true)])
    };
    assert!(due(true, 100, Online));
    assert!(!due(false, 101, Offline) && !due(false, 109, Offline));
    assert!(due(false, 110, Offline));
    // The same again.
    assert!(!due(false, 300, Offline));
    assert!(due(false, 311, Online));
    assert!(!due(false, 1200, Online) && due(false, 1211, Online));
    assert!(due(true, 1212, Online));
    // The first connection may be made before the first poll.
    assert!(last.is_due(true, Duration::from_secs(2000), || vec![(New, false)]));
    assert!(last.is_due(false, Duration::from_secs(2070), || vec![(Online, false)]));
    assert!(last.is_due(false, Duration::from_secs(2080), || vec![(Online, true)]));
}

#[test]
fn a_device_that_comes_and_goes_makes_a_report_a_minute_in_the_long_run() {
    use HealthState::{Offline, Online};
    let mut last = Last::default();
    let mut due = |s: u64| {
        let state = if s.is_multiple_of(2) { Online } else { Offline };
        last.is_due(s == 1000, Duration::from_secs(s), || vec![(state, true)])
    };
    let made: Vec<u64> = (1000..4600).filter(|s| s % 11 < 9 && due(*s)).collect();
    assert!(made.get(1).is_some_and(|second| *second <= 1013), "{made:?}");
    assert!((60..=67).contains(&made.len()), "{made:?}");
}

fn unit(unit: u8, state: HealthState, since: Option<Timestamp>) -> UnitReport {
    UnitReport {
        unit,
        state,
        since,
        answered_at: None,
        polls: 12,
        successes: 0,
        failures: Default::default(),
        last_error: None,
        answer_ms: None,
        holes: Vec::new(),
        seams: Vec::new(),
        singles: Vec::new(),
        gap_ms: None,
    }
}

fn status() -> GatewayStatus {
    let since: Timestamp = "2022-10-01T06:00:00Z".parse().unwrap();
    let now = since + SignedDuration::from_hours(1);
    let device =
        |unit| DeviceStatus { unit, profile: "qdy30".into(), station: "pond-1".parse().unwrap() };
    let failing = UnitReport {
        successes: 2,
        answered_at: Some(since),
        failures: [(Reason::Timeout, 3), (Reason::Crc, 1)].into(),
        last_error: Some(crate::locales::Text::both("错", "e".repeat(500))),
        ..unit(2, HealthState::Offline, Some(since))
    };
    GatewayStatus {
        gateway: "gw-1".parse().unwrap(),
        version: "0.1.0".into(),
        since,
        now,
        mode: Mode::Normal,
        refused: None,
        pushed: None,
        readings: 36,
        missing: 12,
        buses: vec![BusStatus {
            line: "192.168.1.11:502".into(),
            devices: vec![device(1), device(2), device(3)],
            silent_max_s: 900,
            report: BusReport {
                name: "ponds".into(),
                line: HealthState::Suspect,
                since: Some(since),
                problem: Some(crate::locales::Text::both("连不上", "cannot connect")),
                polls: 12,
                missed_ticks: 1,
                polled_at_s: 3300.5,
                busy: 0.12345,
                numbers: None,
                terminal: None,
                units: vec![unit(1, HealthState::New, None), failing],
            },
        }],
        spool: SpoolStatus {
            epoch: Epoch(7),
            batches: 2,
            readings: 6,
            held: 0,
            last_seq: 12,
            bytes: 2048,
            size_max: 1 << 20,
            dropped_readings: 3,
            thinned_readings: 4,
            unwritten: 0,
            trouble: Some(Trouble::DiskFull),
            lost_readings: 1,
            damaged_at: None,
            renewed_at: None,
            carried_at: None,
        },
        delivery: DeliveryStatus {
            certificates: vec![CertificateEnd { whose: Whose::Own, at: now }],
            connections: 2,
            bytes: 5120,
            month: Some(("2022-10".into(), 77)),
            ..DeliveryStatus::default()
        },
        views: Vec::new(),
        clock: ClockStatus { provisional: true, refusal: None, rule: None, hold_min: 10 },
        disk: Some(DiskUse { written: 40_960, written_a_day: None }),
        resident: None,
    }
}

#[test]
fn the_states_of_a_report_are_those_of_the_buses() {
    assert_eq!(HealthState::ALL.map(HealthState::id), crate::wire::STATES);
}

#[test]
fn a_report_says_what_the_status_does_and_can_be_read() {
    let said = report(status(), "digest".into());
    assert_eq!(GatewayReport::from_bytes(&said.to_bytes(true)).unwrap(), said);
    assert_eq!((said.config.as_str(), said.clock), ("digest", ClockState::Provisional));
    assert_eq!((said.spool.dropped, said.spool.trouble.as_deref()), (8, Some("disk_full")));
    let ends = (said.own_certificate_until, said.broker_certificate_until);
    assert_eq!(ends, (Some(said.at), None));
    let traffic = TrafficReport { bytes: 5120, month_bytes: Some(77), connections: 2 };
    assert_eq!((said.traffic, said.disk_written), (traffic, Some(40_960)));
    let [bus] = &said.buses[..] else { panic!("{said:?}") };
    assert_eq!((bus.state.as_str(), bus.missed, bus.busy), ("suspect", 1, 0.123));
    assert_eq!((bus.since, bus.error.as_deref()), (Some(said.up_since), Some("cannot connect")));
    // A device that its bus does not know yet is left out.
    let [new, failing] = &bus.devices[..] else { panic!("{bus:?}") };
    assert_eq!((new.state.as_str(), new.seen, new.success), ("new", false, None));
    assert_eq!((failing.state.as_str(), failing.seen), ("offline", true));
    assert_eq!((failing.success, failing.reason.as_deref()), (Some(0.333), Some("timeout")));
    assert_eq!(failing.error.as_deref(), Some("e".repeat(120).as_str()));
}
