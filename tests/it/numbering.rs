//! Modbus TCP devices whose answers carry other transaction numbers than the requests, or come late, twice, or one
//! behind; gateways that want more silence than they say; devices that take one connection only.

use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;

use hanqing::core::{Outcome, Reason};
use hanqing::modbus::Numbering;
use hanqing::support::Stopwatch;

use crate::context::{Context, hanqing, outcome, wait_for};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::peers::mosquitto;

const TIMEOUT_MS: u64 = 300;

/// A level of 2.35 m behind unit 1, and of 3.35 m behind unit 2, in mm at register 4. Any other register has a value
/// that no level may show.
fn right(question: &Question) -> Vec<u8> {
    let address = question.address..question.address + question.count;
    let words = address.map(|address| match address {
        2 => 16,
        3 => 3,
        4 => 1350 + 1000 * u16::from(question.unit),
        _ => 9999,
    });
    question.registers(&words.collect::<Vec<u16>>())
}

/// The frame with another transaction number.
fn renumbered(mut frame: Vec<u8>, number: impl Fn(u16) -> u16) -> Vec<u8> {
    let changed = number(u16::from_be_bytes([frame[0], frame[1]]));
    frame[..2].copy_from_slice(&changed.to_be_bytes());
    frame
}

fn plus_one(frame: Vec<u8>) -> Vec<u8> {
    renumbered(frame, |number| number.wrapping_add(1))
}

fn first_odd() -> FakeDevice {
    FakeDevice::start(|q| Deed::Send(if q.nth == 0 { plus_one(right(q)) } else { right(q) }))
}

fn always_plus_one() -> FakeDevice {
    FakeDevice::start(|q| Deed::Send(plus_one(right(q))))
}

fn always_zero() -> FakeDevice {
    FakeDevice::start(|q| Deed::Send(renumbered(right(q), |_| 0)))
}

/// The number plus seven, and the connection is closed behind each answer.
fn odd_and_closed() -> FakeDevice {
    FakeDevice::start(|q| Deed::SendAndClose(renumbered(right(q), |number| number.wrapping_add(7))))
}

/// The bytes of the number the other way round, and its first bit too: never the number itself.
fn swapped() -> FakeDevice {
    FakeDevice::start(|q| Deed::Send(renumbered(right(q), |number| number.swap_bytes() ^ 0x8000)))
}

/// The sixth answer of its life leaves with the seventh request, and so on, as long as its first connection lasts.
fn one_behind() -> FakeDevice {
    let held = Mutex::new(Vec::new());
    FakeDevice::start(move |q| {
        if q.number < 5 || q.nth != q.number {
            return Deed::Send(right(q));
        }
        let before = std::mem::replace(&mut *held.lock().unwrap(), right(q));
        if before.is_empty() { Deed::Nothing } else { Deed::Send(before) }
    })
}

/// Every second answer comes behind a copy of the one before.
fn old_before_right() -> FakeDevice {
    let last = Mutex::new(Vec::new());
    FakeDevice::start(move |q| {
        let before = std::mem::replace(&mut *last.lock().unwrap(), right(q));
        let before = if q.number % 2 == 1 { before } else { Vec::new() };
        Deed::Send([before, right(q)].concat())
    })
}

fn doubled() -> FakeDevice {
    FakeDevice::start(|q| Deed::Send([right(q), right(q)].concat()))
}

/// A head without anything behind from unit 1.
fn head_only() -> FakeDevice {
    FakeDevice::start(|q| Deed::Send(if q.unit == 1 { q.head() } else { right(q) }))
}

/// Exception 0x0B within 150 ms of the last answer.
fn hasty() -> FakeDevice {
    let last = Mutex::new(None::<Stopwatch>);
    FakeDevice::start(move |q| {
        let before = last.lock().unwrap().replace(Stopwatch::start());
        match before {
            Some(watch) if watch.elapsed() < Duration::from_millis(150) => {
                Deed::Send(q.frame(&[q.function | 0x80, 0x0b]))
            }
            _ => Deed::Send(right(q)),
        }
    })
}

/// A bus with units 1 and 2 of the device at `port`.
fn bus(name: &str, port: u16) -> String {
    let mut text = format!(
        "[[bus]]\nname = \"{name}\"\ntcp = \"127.0.0.1:{port}\"\ninterval_s = 1\ntimeout_ms = {TIMEOUT_MS}\n"
    );
    for unit in [1, 2] {
        let _ = write!(
            text,
            "[[bus.device]]\nunit = {unit}\nprofile = \"one-level\"\nstation = \"{name}-{unit}\"\n"
        );
    }
    text
}

#[test]
fn a_device_that_numbers_its_answers_oddly_is_read_by_the_first_command() {
    for (name, device) in [
        ("first odd", first_odd()),
        ("plus one", always_plus_one()),
        ("zero", always_zero()),
        ("odd and closed", odd_and_closed()),
        ("doubled", doubled()),
    ] {
        let endpoint = format!("127.0.0.1:{}", device.port);
        let arguments = ["read", "--tcp", &endpoint, "--unit", "1", "--profile", "qdy30"];
        let (code, printed, told) = outcome(hanqing().env("HANQING_LANG", "en").args(arguments));
        assert_eq!(code, Some(0), "{name}: {printed}{told}");
        assert!(printed.contains("2.35"), "{name}: {printed}{told}");
    }
}

#[test]
fn the_gateway_reads_them_all_and_says_what_they_do() {
    let context = Context::new();
    let devices = [
        ("first-odd", first_odd(), None),
        ("plus-one", always_plus_one(), Some(Numbering::PlusOne)),
        ("zero", always_zero(), Some(Numbering::Zero)),
        ("any", swapped(), Some(Numbering::Any)),
        ("odd-closed", odd_and_closed(), Some(Numbering::FirstOdd)),
        ("one-behind", one_behind(), None),
        ("old-first", old_before_right(), None),
        ("doubled", doubled(), None),
        ("head-only", head_only(), None),
        ("hasty", hasty(), None),
    ];
    let mut buses = String::new();
    for (name, device, _) in &devices {
        let text = bus(name, device.port);
        let set = if *name == "any" { "numbers = \"any\"\ninterval_s" } else { "interval_s" };
        buses.push_str(&text.replace("interval_s", set));
    }
    context.edge_config(&buses);
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let mut edge = context.edge();
    for (name, _, _) in &devices {
        for (unit, level) in [(1, 2.35), (2, 3.35)] {
            let station = format!("{name}-{unit}");
            let silent = station == "head-only-1";
            let readings = wait_for(&station, || {
                let readings = context.readings(&format!("{station}/level"));
                let valued = readings.iter().filter(|reading| reading.value().is_some()).count();
                let enough = if silent { readings.len() >= 4 } else { valued >= 8 };
                if enough { Ok(readings) } else { Err(readings) }
            });
            let missing = readings.iter().filter(|reading| reading.value().is_none()).count();
            if silent {
                let cause = Outcome::Missing(Reason::Transport);
                assert!(readings.iter().all(|reading| reading.outcome == cause), "{readings:?}");
                continue;
            }
            assert!(readings.iter().all(|r| r.value().is_none_or(|v| v == level)), "{readings:?}");
            assert!(missing <= 1, "{station}: {readings:?}");
        }
    }
    let status = context.status();
    for (bus, (name, _, numbers)) in status.buses.iter().zip(&devices) {
        assert_eq!(bus.report.numbers, *numbers, "{name}");
    }
    let [.., head_only, hasty] = status.buses.as_slice() else { panic!("{status:?}") };
    let error = head_only.report.units[0].last_error.as_ref().unwrap().to_string();
    assert!(error.contains("a head only (length 1)"), "{error}");
    assert!(hasty.report.units[1].gap_ms.is_some(), "{:?}", hasty.report);
    let mut command = hanqing();
    command.env("HANQING_LANG", "en").args(["status", "-c"]).arg(context.path("edge.toml"));
    let (_, printed, _) = outcome(&mut command);
    assert!(
        printed.contains("bus plus-one: answers carry the number of the request plus one"),
        "{printed}"
    );
    assert!(printed.contains("bus zero: answers always carry the number 0"), "{printed}");
    assert!(edge.runs(), "{}", context.log("edge"));
}

#[test]
fn a_set_habit_is_not_learned_first() {
    let context = Context::new();
    let device = always_plus_one();
    let set = bus("set", device.port).replace("interval_s", "numbers = \"plus_one\"\ninterval_s");
    context.edge_config(&set);
    let _edge = context.edge();
    wait_for("three polls", || {
        let polls = context.status().buses[0].report.polls;
        if polls >= 3 { Ok(()) } else { Err(polls) }
    });
    let report = &context.status().buses[0].report;
    assert_eq!(report.numbers, Some(Numbering::PlusOne));
    assert!(report.units.iter().all(|unit| unit.failures.is_empty()), "{report:?}");
    assert_eq!(device.connections(), 1);
}

#[test]
fn numbers_without_a_rule_are_told_with_the_way_out() {
    let device = swapped();
    let endpoint = format!("127.0.0.1:{}", device.port);
    let arguments = ["read", "--tcp", &endpoint, "--unit", "1", "--profile", "qdy30"];
    let (code, printed, told) = outcome(hanqing().env("HANQING_LANG", "en").args(arguments));
    assert_eq!(code, Some(1), "{printed}{told}");
    assert!(told.contains("numbers = \"any\""), "{printed}{told}");
}

#[test]
fn a_device_that_stays_mute_may_have_another_connection() {
    let device = FakeDevice::start(|_| Deed::Nothing);
    let endpoint = format!("127.0.0.1:{}", device.port);
    let arguments = ["probe", "--tcp", &endpoint, "--unit", "1", "--address", "4"];
    let (code, _, told) = outcome(hanqing().env("HANQING_LANG", "en").args(arguments));
    assert_ne!(code, Some(0));
    assert!(told.contains("did not answer within"), "{told}");
    assert!(told.contains("take one connection only"), "{told}");
}
