//! The page of a gateway whose status the test makes.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::server::{CONNECTIONS_MAX, HEAD_MAX, serve};
use super::{health, text};
use crate::core::Reason;
use crate::edge::control::{
    BusStatus, ClockStatus, DeviceStatus, DiskUse, GatewayStatus, SpoolStatus,
};
use crate::edge::{DeliveryStatus, ViewStatus};
use crate::modbus::{BusReport, HealthState, Mode, UnitReport};
use crate::spool::Trouble;
use crate::support::Stopwatch;
use crate::support::timekeeper::Rule;
use crate::wire::Epoch;

fn unit(unit: u8, state: HealthState) -> UnitReport {
    UnitReport {
        unit,
        state,
        since: None,
        answered_at: None,
        polls: 12,
        successes: 24,
        failures: Default::default(),
        last_error: None,
        answer_ms: None,
        holes: Vec::new(),
        seams: Vec::new(),
        singles: Vec::new(),
        gap_ms: None,
    }
}

/// A gateway that has run for an hour: one device is silent, the spool has a small backlog.
fn status() -> GatewayStatus {
    let since: Timestamp = "2022-10-01T06:00:00Z".parse().unwrap();
    let now = since + SignedDuration::from_hours(1);
    let device = |unit| DeviceStatus {
        unit,
        profile: "qdy30".into(),
        station: "pond-dongmen-1".parse().unwrap(),
    };
    GatewayStatus {
        gateway: "gw-dongmen".parse().unwrap(),
        version: "0.1.0".into(),
        since,
        now,
        mode: Mode::Drought,
        refused: None,
        pushed: None,
        readings: 36,
        missing: 12,
        buses: vec![BusStatus {
            line: "192.168.1.11:502".into(),
            devices: vec![device(1), device(2)],
            silent_max_s: 900,
            report: BusReport {
                name: "水位 \"东门\"".into(),
                line: HealthState::Suspect,
                since: Some(now - SignedDuration::from_secs(30)),
                problem: None,
                polls: 12,
                missed_ticks: 1,
                polled_at_s: 3300.5,
                busy: 0.125,
                numbers: None,
                terminal: None,
                units: vec![
                    UnitReport { answer_ms: Some([20.5, 31.0]), ..unit(1, HealthState::Online) },
                    UnitReport {
                        successes: 0,
                        failures: [(Reason::Timeout, 5), (Reason::Crc, 1)].into(),
                        since: Some(since),
                        ..unit(2, HealthState::Never)
                    },
                ],
            },
        }],
        spool: SpoolStatus {
            epoch: Epoch(7),
            batches: 2,
            readings: 6,
            held: 1,
            last_seq: 12,
            bytes: 2048,
            size_max: 256 << 20,
            dropped_readings: 3,
            thinned_readings: 4,
            unwritten: 0,
            trouble: None,
            lost_readings: 0,
            damaged_at: None,
            renewed_at: None,
            carried_at: None,
        },
        delivery: DeliveryStatus {
            connected_since: Some(now - SignedDuration::from_secs(600)),
            acknowledged_at: Some(now - SignedDuration::from_millis(90_500)),
            connections: 2,
            messages: 11,
            bytes: 5120,
            month: Some(("2022-10".into(), 1 << 20)),
            ..DeliveryStatus::default()
        },
        views: Vec::new(),
        clock: ClockStatus {
            provisional: true,
            refusal: None,
            rule: Some(Rule::Forbidden),
            hold_min: 10,
        },
        disk: Some(DiskUse { written: 40_960, written_a_day: Some(983_040) }),
        resident: Some(8 << 20),
    }
}

#[test]
fn the_metrics_are_those_of_the_status() {
    insta::assert_snapshot!(text::metrics(status()).unwrap());
}

#[test]
fn a_view_is_told_by_its_name() {
    let mut gateway = status();
    assert!(!text::metrics(gateway.clone()).unwrap().contains("view"));
    let (backlog, lost) = (120, 7);
    gateway.views =
        vec![ViewStatus { name: "county".into(), backlog, lost, ..ViewStatus::default() }];
    let text = text::metrics(gateway).unwrap();
    for line in [
        "hanqing_view_connected{view=\"county\"} 0",
        "hanqing_view_readings{view=\"county\"} 120",
        "hanqing_view_lost_readings_total{view=\"county\"} 7",
        "hanqing_view_not_carried_readings_total{view=\"county\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert!(!text.contains("hanqing_view_since_confirmation_seconds{"), "{text}");
}

#[test]
fn an_unknown_value_is_left_out() {
    let mut bare = status();
    bare.buses[0].report.units.clear();
    bare.delivery = DeliveryStatus::default();
    (bare.disk, bare.resident) = (None, None);
    let text = text::metrics(bare).unwrap();
    for absent in ["since_acknowledgement", "month_traffic", "device_", "disk_written", "resident"]
    {
        assert!(!text.contains(absent), "{absent} in {text}");
    }
    assert!(text.contains("\nhanqing_delivery_connected 0\n"), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn a_gateway_is_healthy_unless_it_cannot_do_its_work() {
    let mut gateway = status();
    let problems = |gateway: &GatewayStatus| -> Vec<String> {
        health::problems(gateway).into_iter().map(String::from).collect()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(problems(&gateway), none);
    // An unreachable broker or device is no problem of the gateway.
    gateway.delivery = DeliveryStatus::default();
    gateway.buses[0].report.line = HealthState::Unreachable;
    assert_eq!(problems(&gateway), none);
    gateway.spool.trouble = Some(Trouble::DiskFull);
    gateway.spool.unwritten = 40;
    gateway.buses[0].report.polled_at_s = 2699.0;
    assert_eq!(
        problems(&gateway),
        [
            "the spool cannot be written (disk_full); 40 readings wait in memory",
            "bus 水位 \"东门\" has not polled for 901 s; its limit is 900 s"
        ]
    );
    gateway.spool.trouble = None;
    gateway.buses[0].report.polled_at_s = 2700.0;
    assert_eq!(problems(&gateway), none);
}

/// The alerts that are shipped ask for states that there are, under names that there are, and for each that is bad.
#[test]
fn the_alerts_know_the_states() {
    let rules = include_str!("../../../deploy/prometheus/hanqing-rules.yml");
    let ids = HealthState::ALL.map(HealthState::id);
    let asked: Vec<&str> =
        rules.split("state=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    // The last is one of the hub's own.
    let known = |state: &&str| ids.contains(state) || *state == "no_values";
    assert!(asked.iter().all(known), "{asked:?}");
    let page = text::metrics(status()).unwrap();
    for (metric, state) in [("bus", "unreachable"), ("device", "never"), ("device", "offline")] {
        let asks = format!("hanqing_{metric}_state{{state=\"{state}\"}} == 1");
        assert!(rules.contains(&asks), "{asks}");
        let there = page.lines().any(|line| {
            let named = line.starts_with(&format!("hanqing_{metric}_state{{"));
            named && line.contains(&format!("state=\"{state}\""))
        });
        assert!(there, "{metric} {state}: {page}");
    }
}

#[test]
fn troubles_have_the_ids_of_the_status() {
    for trouble in Trouble::ALL {
        let id = serde_json::to_value(trouble).unwrap();
        assert_eq!(id, trouble.id());
    }
}

/// A page of `status`, and a way to connect to it.
async fn page(status: GatewayStatus) -> impl AsyncFn() -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Arc::new(move || status.clone())));
    async move || TcpStream::connect(address).await.unwrap()
}

/// The answer to `request` on a connection that the page then closes.
async fn answer(mut stream: TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn there_are_two_pages_and_one_method() {
    let connect = page(status()).await;
    let metrics = answer(connect().await, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let (head, body) = metrics.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{head}");
    assert_eq!(body, text::metrics(status()).unwrap());
    for (request, code, said) in [
        ("GET /health", "200", "ok\n"),
        ("GET /health?a=b", "200", "ok\n"),
        ("GET /", "404", "/metrics"),
        ("GET /metrics/", "404", "/metrics"),
        ("POST /metrics", "405", "allow: GET"),
        ("HEAD /health", "405", "allow: GET"),
        ("DELETE /nothing", "404", "/metrics"),
        ("nonsense", "400", ""),
    ] {
        let request = format!("{request} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let answer = answer(connect().await, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {code} ")) && answer.contains(said),
            "{request}: {answer}"
        );
    }
}

#[tokio::test]
async fn only_this_machine_is_asked_for() {
    let connect = page(status()).await;
    let port = connect().await.peer_addr().unwrap().port();
    for (host, code) in [
        (format!("Host: 127.0.0.1:{port}\r\n"), "200"),
        ("Host: LOCALHOST\r\n".into(), "200"),
        ("host: [::1]:9464\r\n".into(), "200"),
        ("Host: [::ffff:127.0.0.1]\r\n".into(), "200"),
        (String::new(), "421"),
        ("Host:\r\n".into(), "421"),
        (format!("Host: evil.example:{port}\r\n"), "421"),
        ("Host: localhost.evil.example\r\n".into(), "421"),
        ("Host: 127.0.0.1.evil.example\r\n".into(), "421"),
        ("Host: 0.0.0.0\r\n".into(), "421"),
        ("Host: 192.168.1.7\r\n".into(), "421"),
        ("Host: localhost:80@evil.example\r\n".into(), "421"),
        ("Host: localhost\r\nHost: evil.example\r\n".into(), "421"),
        ("Host: localhost\r\nHost: localhost\r\n".into(), "421"),
    ] {
        for path in ["/health", "/metrics"] {
            let request = format!("GET {path} HTTP/1.1\r\n{host}\r\n");
            let answer = answer(connect().await, &request).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {code} ")), "{request}: {answer}");
        }
    }
    // A request as to a proxy names its host twice: both have to be this machine.
    for (asked, host, code) in [
        ("http://localhost", "localhost", "200"),
        ("http://evil.example", "localhost", "421"),
        ("http://localhost", "evil.example", "421"),
    ] {
        let request = format!("GET {asked}/health HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let answer = answer(connect().await, &request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {code} ")), "{request}: {answer}");
    }
}

#[tokio::test]
async fn an_unhealthy_gateway_gives_the_reason() {
    let mut unhealthy = status();
    unhealthy.spool.trouble = Some(Trouble::ReadOnly);
    let connect = page(unhealthy).await;
    let answer = answer(connect().await, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.ends_with("cannot be written (read_only); 0 readings wait in memory\n"));
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let connect = page(status()).await;
    let mut stream = connect().await;
    let long = format!("GET /metrics HTTP/1.1\r\nX: {}", "x".repeat(16_384));
    // The page may close the connection before everything is sent.
    let _cut = stream.write_all(long.as_bytes()).await;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 431");
}

#[tokio::test(start_paused = true)]
async fn silent_connections_block_the_page_for_a_limited_time() {
    let connect = page(status()).await;
    let mut idle = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        idle.push(connect().await);
    }
    let waited = Stopwatch::start();
    let answer = answer(connect().await, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(answer.ends_with("ok\n"), "{answer}");
    let waited = waited.elapsed();
    assert!(waited >= HEAD_MAX && waited < 2 * HEAD_MAX, "{waited:?}");
}
