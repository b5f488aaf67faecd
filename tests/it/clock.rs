//! A gateway whose machine's clock has not been set by a time service holds its readings back, and not for ever.

use hanqing::core::{Flag, Reading, Reason};
use hanqing::wire::{Ack, Batch, BootId, Epoch, GatewayState, ShownTime, Status, Timebase};
use jiff::{SignedDuration, Timestamp};

use crate::context::{Context, Process, get, hanqing, outcome, wait_for};
use crate::office::{Arrived, complete, office, status};
use crate::peers::{listener, mosquitto, publish};
use crate::wide::WideField;

const SERIES: &str = "pond-1-0/level";

/// A gateway that believes the kernel alone, and holds readings of an unknown time for so many minutes of connection.
fn configure(context: &Context, hold_min: u16) -> WideField {
    let field = WideField::start(1);
    let config = field.configure_each_second(context, context.broker_port());
    let text = std::fs::read_to_string(config).unwrap();
    let trusting = "trust = \"always\"";
    assert!(text.contains(trusting));
    context.write("edge.toml", &text.replace(trusting, &format!("hold_min = {hold_min}")));
    context.hub_config();
    field
}

/// On a machine whose clock is synchronised nothing is held: then it is that which is shown.
#[test]
fn readings_of_an_unknown_time_are_held_though_there_is_a_connection() {
    let context = Context::new();
    let field = configure(&context, 10);
    let (_broker, _hub) = office(&context);
    let messages = listener(context.broker_port(), "hanqing/v1/+/readings".into());
    let _edge = context.edge();
    let seen = status(&context, "polls over a connection", |status| {
        status.delivery.connected_since.is_some() && status.spool.last_seq >= 5
    });
    println!("the time is provisional: {}", seen.clock.provisional);
    if !seen.clock.provisional {
        assert_eq!(seen.spool.held, 0);
        let arrived = complete(&context, |status, _| status.readings);
        assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
        let readings = context.readings(SERIES);
        assert!(readings.iter().all(|r| r.flag == Flag::Good), "{readings:?}");
        return;
    }
    assert_eq!((seen.spool.held, seen.spool.batches), (seen.spool.last_seq, seen.spool.last_seq));
    // The hub has heard of it, and nothing else.
    let store = context.store();
    let heard = |_: &_| {
        let gateways = store.gateways().unwrap();
        gateways.iter().any(|gateway| gateway.online == Some(true))
    };
    let later = status(&context, "the hub's word of the gateway", heard);
    assert_eq!(later.delivery.messages, 0);
    assert_eq!(store.count().unwrap(), 0);
    assert_eq!(context.quarantine(), []);
    assert!(messages.try_recv().is_err());
}

#[test]
fn what_is_held_no_longer_comes_as_suspect() {
    let context = Context::new();
    let field = configure(&context, 0);
    let (_broker, _hub) = office(&context);
    let _edge = context.edge();
    let arrived = complete(&context, |status, _| status.readings);
    let seen = context.status();
    assert_eq!(seen.spool.held, 0);
    assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
    let (flag, reason) = if seen.clock.provisional {
        (Flag::Suspect, Some(Reason::Clock))
    } else {
        (Flag::Good, None)
    };
    let readings = context.readings(SERIES);
    assert!(!readings.is_empty());
    for reading in readings {
        assert_eq!((reading.flag, reading.reason), (flag, reason), "{reading:?}");
        assert!(reading.value().is_some());
    }
}

/// A gateway that runs until it has polled some times without a clock; on a machine whose clock is synchronised it
/// holds nothing.
fn polled_without_a_clock(context: &Context) -> Process {
    let edge = context.edge();
    status(context, "polls", |status| {
        status.spool.last_seq >= 3 && status.delivery.connections > 0
    });
    let seen = context.status();
    println!("the time is provisional: {}", seen.clock.provisional);
    let held = if seen.clock.provisional { seen.spool.last_seq } else { 0 };
    assert_eq!((seen.spool.held, seen.clock.hold_min), (held, 10));
    edge
}

/// Says in `edge.toml` that the machine's clock is right.
fn trust_the_clock(context: &Context) {
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    context.write("edge.toml", &text.replace("hold_min = 10", "trust = \"always\""));
}

/// Waits until every batch from the first on has come, as good readings.
fn all_come_as_good(context: &Context, field: &WideField) -> Arrived {
    let arrived = complete(context, |_, arrived| arrived.last * field.readings_per_poll());
    let readings = context.readings(SERIES);
    assert!(readings.iter().all(|r| r.flag == Flag::Good && r.reason.is_none()), "{readings:?}");
    assert_eq!(context.status().spool.held, 0);
    arrived
}

#[test]
fn what_was_held_comes_as_good_after_a_reload_that_trusts_the_clock() {
    let context = Context::new();
    let field = configure(&context, 10);
    let (_broker, _hub) = office(&context);
    let edge = polled_without_a_clock(&context);
    trust_the_clock(&context);
    let hup = std::process::Command::new("kill").args(["-HUP", &edge.0.id().to_string()]).status();
    assert!(hup.unwrap().success());
    status(&context, "the new configuration", |status| !status.clock.provisional);
    assert!(all_come_as_good(&context, &field).last >= 3);
}

#[test]
fn what_was_held_comes_as_good_after_a_restart_with_a_good_clock() {
    let context = Context::new();
    let field = configure(&context, 10);
    let (_broker, _hub) = office(&context);
    polled_without_a_clock(&context).kill();
    trust_the_clock(&context);
    let _edge = context.edge();
    assert!(all_come_as_good(&context, &field).last >= 3);
}

/// What the page's interface says of its gateways, and of the hub's health.
fn said_of_clocks(context: &Context) -> String {
    let overview = context.overview().to_string();
    overview + &get(context.page_port(), "/health").unwrap_or_default()
}

#[test]
fn a_gateway_without_a_time_service_says_at_the_start_what_readings_wait_for() {
    let context = Context::new();
    let _field = configure(&context, 10);
    let _broker = mosquitto(&context);
    let _edge = polled_without_a_clock(&context);
    let provisional = context.status().clock.provisional;
    let config = context.path("edge.toml");
    let (code, said, _) = outcome(hanqing().args(["status", "-c"]).arg(&config));
    let (checked, warned, _) = outcome(hanqing().arg("check").arg(&config));
    assert_eq!((code, checked), (Some(0), Some(0)));
    let log = context.log("edge");
    let lines = log.lines().filter(|line| line.contains("the clock is not set")).count();
    assert_eq!(lines, usize::from(provisional), "{log}");
    let refused = context.status().clock.refusal.is_some();
    for (text, what) in [(&said, "10 min of connection"), (&warned, "clock.trust")] {
        assert_eq!(text.contains(what), provisional, "{text}");
    }
    assert_eq!(said.contains("No time service has set"), provisional && !refused, "{said}");
}

/// Hours that a battery clock is behind which has lost a year.
const YEAR_H: i64 = 366 * 24;

#[test]
fn a_gateway_that_trusts_a_clock_a_year_behind_is_told_and_its_readings_are_suspect() {
    let context = Context::new();
    context.hub_config();
    let (_broker, _hub) = office(&context);
    let now = Timestamp::now();
    let wrong = now.checked_sub(SignedDuration::from_hours(YEAR_H)).unwrap();
    // Two gateways are right, so that it cannot be the hub.
    for (gateway, at) in [("gw-right-1", now), ("gw-right-2", now), ("gw-wrong", wrong)] {
        let (boot, zero) = (BootId(7), at.as_millisecond() - 600_000);
        let shown = ShownTime { at, boot, zero, service: false };
        let online = Status::new(GatewayState::Online, at).with_shown(Some(shown));
        let batch = Batch {
            gateway: gateway.parse().unwrap(),
            epoch: Epoch(1),
            seq: 1,
            clock: Some(Timebase { boot, zero, provisional: false }),
            loss: None,
            readings: vec![Reading::good(format!("{gateway}/level").parse().unwrap(), at, 1.0)],
        };
        let topic = |channel: &str| format!("hanqing/v1/{gateway}/{channel}");
        let port = context.broker_port();
        // One after the other: a stranger's connections may be served in any order.
        publish(port, &[(&topic("status"), online.to_bytes())], false);
        wait_for("the gateway at the hub", || {
            let gateways = context.store().gateways().unwrap();
            let known = gateways.iter().any(|row| row.gateway.as_str() == gateway);
            if known { Ok(()) } else { Err(context.log("hub")) }
        });
        publish(port, &[(&topic("readings"), batch.to_bytes())], false);
    }
    for (gateway, flag, reason) in [
        ("gw-right-1", Flag::Good, None),
        ("gw-right-2", Flag::Good, None),
        ("gw-wrong", Flag::Suspect, Some(Reason::Clock)),
    ] {
        let reading = wait_for("the reading", || {
            let readings = context.readings(&format!("{gateway}/level"));
            readings.first().cloned().ok_or_else(|| context.log("hub"))
        });
        assert_eq!((reading.flag, reading.reason), (flag, reason), "{gateway}");
        assert_eq!(reading.value(), Some(1.0));
    }
    let said = wait_for("the word of the page", || {
        let said = said_of_clocks(&context);
        let told =
            said.matches("366 d 0 h behind").count() + said.matches("慢 366 天 0 小时").count();
        if told >= 2 { Ok(said) } else { Err(said) }
    });
    assert!(!said.contains("own clock may be wrong"), "{said}");
    let log = context.log("hub");
    assert_eq!(log.matches("a gateway's clock differs").count(), 1, "{log}");
}

#[test]
fn a_gateway_says_that_its_clock_differs_from_the_hubs() {
    let context = Context::new();
    let field = configure(&context, 10);
    trust_the_clock(&context);
    let _broker = mosquitto(&context);
    let _edge = context.edge();
    let sent = status(&context, "sends", |status| status.delivery.messages >= 2);
    let at = Timestamp::now().checked_add(SignedDuration::from_hours(YEAR_H)).ok();
    let committed = [(1, sent.spool.last_seq - 1)].into_iter().collect();
    let ack = Ack { epoch: sent.spool.epoch, committed, whole: true, start: false, at };
    let topic = format!("hanqing/v1/{}/ack", sent.gateway);
    publish(context.broker_port(), &[(&topic, ack.to_bytes())], false);
    let behind = |seen: &hanqing::edge::control::GatewayStatus| seen.delivery.ahead_of_hub_s;
    let seen = status(&context, "the hub's time", |seen| behind(seen).is_some());
    let off_s = behind(&seen).unwrap() + YEAR_H * 3600;
    assert!((-60..=60).contains(&off_s), "{off_s}");
    let (_, said, _) = outcome(hanqing().args(["status", "-c"]).arg(context.path("edge.toml")));
    assert!(said.contains("behind the hub's"), "{said}");
    wait_for("the word of the log", || {
        let log = context.log("edge");
        if log.contains("this clock and the hub's differ") { Ok(()) } else { Err(log) }
    });
    drop(field);
}
