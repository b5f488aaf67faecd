//! A device that fails in any way makes readings that say how, and holds nobody else up.

use std::fmt::Write;
use std::time::Duration;

use hanqing::core::{Flag, Outcome, Reason};

use crate::context::{Context, free_port, wait_for};
use crate::fake_device::{Deed, FakeDevice, Question};
use crate::peers::mosquitto;

const TIMEOUT_MS: u64 = 300;

/// A bus of its own for the level sensor of `station` at `port`.
fn bus(station: &str, port: u16) -> String {
    format!(
        "[[bus]]\nname = \"{station}\"\ntcp = \"127.0.0.1:{port}\"\ninterval_s = 1\ntimeout_ms = {TIMEOUT_MS}\nretries = 0\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"{station}\"\n"
    )
}

fn always(deed: impl Fn(&Question) -> Deed + Send + Sync + 'static) -> FakeDevice {
    FakeDevice::start(deed)
}

/// The frame with one byte turned over.
fn changed(mut frame: Vec<u8>, at: usize) -> Vec<u8> {
    frame[at] ^= 0xff;
    frame
}

#[test]
fn each_failure_has_its_reason_and_the_others_go_on() {
    let context = Context::new();
    let bad = [
        ("exception", Reason::Exception, always(|q| Deed::Send(q.frame(&[0x83, 2])))),
        ("too-many", Reason::Length, always(|q| Deed::Send(q.registers(&[1000, 2000])))),
        ("too-few", Reason::Length, always(|q| Deed::Send(q.registers(&[])))),
        // Bytes that are no Modbus TCP.
        ("babble", Reason::Transport, always(|_| Deed::Send(vec![0x55; 40]))),
        (
            "another-protocol",
            Reason::Transport,
            always(|q| Deed::Send(changed(q.registers(&[1000]), 2))),
        ),
        // A head, and nothing behind.
        ("head-only", Reason::Transport, always(|q| Deed::Send(q.head()))),
        (
            "another-transaction",
            Reason::Foreign,
            always(|q| Deed::Send(changed(q.registers(&[1000]), 0))),
        ),
        ("another-unit", Reason::Foreign, always(|q| Deed::Send(changed(q.registers(&[1000]), 6)))),
        ("silent", Reason::Timeout, always(|_| Deed::Nothing)),
        ("closing", Reason::Transport, always(|_| Deed::Close)),
        // The first half of an answer, then nothing more.
        ("half", Reason::Timeout, always(|q| Deed::Send(q.registers(&[1000])[..9].to_vec()))),
        ("another-function", Reason::Foreign, always(|q| Deed::Send(q.frame(&[4, 2, 3, 232])))),
        ("sentinel", Reason::Sentinel, always(|q| Deed::Send(q.registers(&[32767])))),
    ];
    let good = always(|q| Deed::Send(q.registers(&[2350])));
    let mut buses = bus("good", good.port);
    for (station, _, device) in &bad {
        let _ = write!(buses, "{}", bus(station, device.port));
    }
    let _ = write!(buses, "{}", bus("away", free_port()));
    context.edge_config(&buses);
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let mut edge = context.edge();

    let expected = bad
        .iter()
        .map(|(station, reason, _)| (*station, *reason))
        .chain([("away", Reason::Unreachable)]);
    for (station, reason) in expected {
        let readings = wait_for(station, || {
            let readings = context.readings(&format!("{station}/level"));
            if readings.len() >= 2 { Ok(readings) } else { Err(readings) }
        });
        for reading in readings {
            assert_eq!(reading.outcome, Outcome::Missing(reason), "{station}");
            assert_eq!((reading.flag, reading.reason), (Flag::Missing, Some(reason)), "{station}");
        }
    }
    let good = context.readings("good/level");
    assert!(good.len() >= 2);
    assert!(good.iter().all(|r| r.value() == Some(2.35)), "{good:?}");
    // One poll of it lasts microseconds: the others' timeouts must not show in its times.
    let times: Vec<i64> = good.iter().map(|r| r.observed_at.as_second()).collect();
    assert!(times.windows(2).all(|w| w[1] - w[0] <= 2), "{times:?}");
    assert!(edge.runs(), "{}", context.log("edge"));
    assert!(!context.log("edge").contains("panicked"), "{}", context.log("edge"));
}

#[test]
fn a_late_answer_is_never_taken_for_the_next() {
    let context = Context::new();
    // The first answer of each pair comes after the timeout and says 9.999 m; a next answer on the same connection
    // would have the next question's transaction id, as that of a device which ignores ids and counts along.
    let late = Duration::from_millis(TIMEOUT_MS + 200);
    let device = FakeDevice::start(move |q| {
        if q.number % 2 == 0 {
            let mut bytes = q.registers(&[9999]);
            let next = u16::from_be_bytes([bytes[0], bytes[1]]).wrapping_add(1);
            bytes[..2].copy_from_slice(&next.to_be_bytes());
            Deed::SendLate(late, bytes)
        } else {
            Deed::Send(q.registers(&[1000]))
        }
    });
    context.edge_config(&bus("late", device.port));
    context.hub_config();
    let _broker = mosquitto(&context);
    let _hub = context.hub();
    let _edge = context.edge();
    let readings = wait_for("six polls", || {
        let readings = context.readings("late/level");
        if readings.len() >= 6 { Ok(readings) } else { Err(readings.len()) }
    });
    for pair in readings.windows(2) {
        let outcomes = [pair[0].outcome, pair[1].outcome];
        let late = Outcome::Missing(Reason::Timeout);
        let good = Outcome::Value(1.0);
        assert!(outcomes == [late, good] || outcomes == [good, late], "{readings:?}");
    }
    // After each timeout a connection of its own.
    assert!(device.connections() >= 3);
}
