//! The page of metrics and health of a running gateway.

use std::collections::BTreeMap;
use std::net::TcpListener;

use serde_json::json;

use crate::context::{Context, free_port, get, wait_for};
use crate::peers::{Pymodbus, mosquitto};

/// A gateway that polls each second a level (unit 1) and a device that is not there (unit 2), with its page at `port`.
fn configure(context: &Context, field: &Pymodbus, port: u16) {
    let buses = format!(
        "[metrics]\nlisten = \"127.0.0.1:{port}\"\n\
         [[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\ntimeout_ms = 100\nretries = 0\n\
         [[bus.device]]\nunit = 1\nprofile = \"one-level\"\nstation = \"pond-dongmen-1\"\n\
         [[bus.device]]\nunit = 2\nprofile = \"one-level\"\nstation = \"pond-dongmen-2\"\n",
        field.port
    );
    context.edge_config(&buses);
}

/// A page: the line of its status, and its text.
fn page(port: u16, path: &str) -> Result<(String, String), String> {
    let answer = get(port, path).map_err(|e| e.to_string())?;
    let (head, text) = answer.split_once("\r\n\r\n").ok_or(&answer)?;
    let status = head.lines().next().unwrap_or_default();
    Ok((status.into(), text.into()))
}

/// The metrics with their labels.
fn metrics(port: u16) -> Result<BTreeMap<String, f64>, String> {
    let (status, text) = page(port, "/metrics")?;
    assert_eq!(status, "HTTP/1.1 200 OK", "{text}");
    assert!(text.ends_with("# EOF\n"), "{text}");
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    let samples = samples.map(|line| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    });
    Ok(samples.collect())
}

/// The metrics once `shown` holds of them.
fn metrics_once(
    port: u16,
    what: &str,
    shown: impl Fn(&BTreeMap<String, f64>) -> bool,
) -> BTreeMap<String, f64> {
    wait_for(what, || match metrics(port) {
        Ok(metrics) if shown(&metrics) => Ok(metrics),
        Ok(metrics) => Err(format!("{metrics:#?}")),
        Err(error) => Err(error),
    })
}

#[test]
fn the_page_follows_the_gateway_and_agrees_with_its_status() {
    let (context, port) = (Context::new(), free_port());
    let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
    configure(&context, &field, port);
    let mut gateway = context.edge();

    let polled = metrics_once(port, "a few polls without a broker", |m| {
        m["hanqing_bus_polls_total{bus=\"field\"}"] >= 3.0
    });
    assert_eq!(polled["hanqing_delivery_connected"], 0.0);
    assert_eq!(polled["hanqing_clock_provisional"], 0.0);
    assert!(polled["hanqing_spool_batches"] >= 2.0, "{polled:#?}");
    assert!(polled["hanqing_resident_memory_bytes"] > 1e6, "{polled:#?}");
    let first = "{bus=\"field\",unit=\"1\",station=\"pond-dongmen-1\"}";
    let second = "{bus=\"field\",unit=\"2\",station=\"pond-dongmen-2\",";
    assert!(polled[&format!("hanqing_device_successes_total{first}")] >= 3.0);
    let failures = format!("hanqing_device_failures_total{second}reason=");
    assert!(polled.keys().any(|name| name.starts_with(&failures)), "{polled:#?}");
    assert_eq!(polled.get("hanqing_delivery_since_acknowledgement_seconds"), None);
    // A broker that is away is no reason to doubt the gateway.
    assert_eq!(page(port, "/health").unwrap(), ("HTTP/1.1 200 OK".into(), "ok\n".into()));
    let (status, _) = page(port, "/").unwrap();
    assert_eq!(status, "HTTP/1.1 404 Not Found");

    let _broker = mosquitto(&context);
    context.hub_config();
    let _hub = context.hub();
    let delivered = metrics_once(port, "everything to be acknowledged", |m| {
        m.get("hanqing_delivery_since_acknowledgement_seconds").is_some_and(|since| *since < 30.0)
            && m["hanqing_spool_batches"] <= 1.0
    });
    assert_eq!(delivered["hanqing_delivery_connected"], 1.0);
    for grows in [
        "hanqing_readings_total",
        "hanqing_missing_readings_total",
        "hanqing_spool_last_seq",
        "hanqing_delivery_messages_total",
        "hanqing_delivery_traffic_bytes_total",
        "hanqing_uptime_seconds",
    ] {
        assert!(delivered[grows] > polled[grows], "{grows}: {delivered:#?}");
    }

    // The status lies between two readings of the page.
    let before = metrics(port).unwrap();
    let status = context.status();
    let after = metrics(port).unwrap();
    for (name, said) in [
        ("hanqing_readings_total", status.readings),
        ("hanqing_missing_readings_total", status.missing),
        ("hanqing_spool_last_seq", status.spool.last_seq),
        ("hanqing_delivery_messages_total", status.delivery.messages),
    ] {
        let said = said as f64;
        assert!(
            (before[name]..=after[name]).contains(&said),
            "{name}: {said}, {} to {}",
            before[name],
            after[name]
        );
    }
    assert!(gateway.runs());
}

#[test]
fn a_port_that_is_taken_keeps_no_gateway_from_measuring() {
    let context = Context::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
    configure(&context, &field, port);
    let _gateway = context.edge();
    wait_for("readings", || match context.status().readings {
        0 => Err("none"),
        readings => Ok(readings),
    });
    wait_for("a word on the port", || {
        let log = context.log("edge");
        let told = log.contains("cannot listen for metrics requests");
        if told { Ok(()) } else { Err(log) }
    });
    drop(taken);
    let later = metrics_once(port, "the page", |_| true);
    assert!(later["hanqing_readings_total"] >= 1.0);
}
