//! A gateway whose machine's clock has not been set by a time service holds its readings back, and not for ever.

use hanqing::core::{Flag, Reason};

use crate::context::Context;
use crate::office::{complete, office, status};
use crate::peers::listener;
use crate::wide::{Run, WideField};

const SERIES: &str = "pond-1-0/level";

/// A gateway that believes the kernel alone, and holds readings of an unknown time for so many minutes of connection.
fn configure(context: &Context, hold_min: u16) -> WideField {
    let field = WideField::start(1);
    let config = field.configure(
        context,
        &Run {
            broker_port: context.broker_port(),
            spool: &context.path("spool.db"),
            limits: "",
            sections: "",
            intervals: "interval_s = 1",
        },
    );
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
