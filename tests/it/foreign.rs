//! What is no message of ours is set aside with its reason, and the rest goes on.

use crate::context::{Context, wait_for};
use crate::peers::{mosquitto, publish};

const NOISE_BYTES: usize = 1 << 20;

/// A batch with one reading.
fn batch(gateway: &str, seq: u64) -> String {
    format!(
        r#"{{"v":1,"gateway":"{gateway}","epoch":"00000000000000ff","seq":{seq},"at":{},"series":["pond-dongmen-1/level"],"readings":[[0,0,219.5]]}}"#,
        1_764_000_000_000 + seq * 1000
    )
}

#[test]
fn foreign_messages_are_set_aside_with_a_reason() {
    let context = Context::new();
    context.hub_config();
    let _broker = mosquitto(&context);
    let mut hub = context.hub();
    // Subscribed once it says so; what comes before would be lost.
    wait_for("the hub at the broker", || {
        let log = context.log("hub");
        if log.contains("connected to the broker") { Ok(()) } else { Err(log) }
    });
    let readings = "hanqing/v1/gw-x/readings";
    let foreign = [
        (readings, b"hello".to_vec(), "no json"),
        (readings, Vec::new(), ""),
        (readings, vec![0xff, 0xfe, 0x00, 0x80], ""),
        (readings, br#"{"v":1}"#.to_vec(), ""),
        (readings, batch("gw-x", 1).replace("\"v\":1", "\"v\":99").into_bytes(), "99"),
        (readings, batch("gw-x", 1).replace("[0,0,219.5]", "[7,0,219.5]").into_bytes(), ""),
        (readings, batch("gw-x", 1).replace("219.5", "1e999").into_bytes(), ""),
        (readings, batch("gw-other", 1).into_bytes(), "gw-other"),
        ("hanqing/v1/No Gateway!/readings", batch("gw-x", 1).into_bytes(), ""),
        ("hanqing/v1/gw-x/birth", b"[]".to_vec(), ""),
        ("hanqing/v1/gw-x/status", b"online".to_vec(), ""),
    ];
    let mut messages: Vec<(&str, Vec<u8>)> =
        foreign.iter().map(|(topic, payload, _)| (*topic, payload.clone())).collect();
    messages.push((readings, batch("gw-x", 1).into_bytes()));
    messages.push((readings, vec![b'['; NOISE_BYTES]));
    messages.push((readings, batch("gw-x", 2).into_bytes()));
    publish(context.broker_port(), &messages, false);

    let store_has = |readings: u64| {
        let count = context.store().count().unwrap();
        if count == readings { Ok(()) } else { Err((count, context.log("hub"))) }
    };
    wait_for("the two batches among the noise", || store_has(2));
    let set_aside = wait_for("the quarantine", || {
        let rows = context.quarantine();
        if rows.len() >= foreign.len() { Ok(rows) } else { Err(rows) }
    });
    // The brackets may also have been refused for their size.
    assert!(set_aside.len() <= foreign.len() + 1, "{set_aside:#?}");
    // In their order on each topic: of a gateway that has sent several things, birth and status are looked at first.
    let (mut foreign, mut set_aside) = (foreign, set_aside);
    foreign.sort_by_key(|(topic, _, _)| *topic);
    set_aside.sort_by(|(one, _), (other, _)| one.cmp(other));
    for ((topic, _, word), (at, reason)) in foreign.iter().zip(&set_aside) {
        assert_eq!(topic, at);
        assert!(
            !reason.is_empty() && reason.to_lowercase().contains(word),
            "{word:?} in {reason:?}"
        );
    }
    assert!(hub.runs(), "{}", context.log("hub"));
    assert!(!context.log("hub").contains("panicked"), "{}", context.log("hub"));

    publish(context.broker_port(), &[(readings, batch("gw-x", 3).into_bytes())], false);
    wait_for("a batch after the noise", || store_has(3));
}
