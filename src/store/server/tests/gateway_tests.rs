//! What a server does not take of one gateway holds up no other.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::super::copy::Copier;
use super::super::*;
use super::test_fake::{Reply, Request, answer, taken};
use super::{Fake, influx, open, settings, some, writes};
use crate::core::Reading;
use crate::store::line::BATCHES;
use crate::store::tests::{at, batch, born, gateway, good, missing};
use crate::wire::GatewayState;

fn batch_of(name: &str, seq: u64, readings: Vec<Reading>) -> Batch {
    Batch { gateway: gateway(name), ..batch(seq, readings) }
}

fn seconds(seconds: u64) -> Timestamp {
    at(20) + Duration::from_secs(seconds)
}

/// A batch of each of three gateways.
fn three() -> [Batch; 3] {
    ["gw-1", "gw-2", "gw-3"].map(|name| batch_of(name, 1, some(3)))
}

fn delivered(committed: &Committed) -> Vec<&str> {
    committed.delivered.keys().map(|(gateway, _)| gateway.as_str()).collect()
}

fn left(committed: &Committed) -> Vec<&str> {
    committed.left.iter().map(|(gateway, _)| gateway.as_str()).collect()
}

/// A server that answers `reply` to readings of `gw-2`, as long as the switch is on.
fn fails_with_gw_2(reply: Reply) -> (Fake, Arc<AtomicBool>) {
    let on = Arc::new(AtomicBool::new(true));
    let fails = on.clone();
    let fake = influx(move |request| {
        let its = request.body.lines().any(|line| line.starts_with("hanqing,gateway=gw-2,"));
        if its && fails.load(SeqCst) { reply.clone() } else { taken() }
    });
    (fake, on)
}

fn writes_of_gw_2(fake: &Fake) -> usize {
    writes(fake, "hanqing").iter().filter(|request| request.body.contains("gateway=gw-2")).count()
}

#[test]
fn a_server_that_fails_with_one_gateways_lines_takes_the_others() {
    for status in
        ["500 Internal Server Error", "405 Method Not Allowed", "507 Insufficient Storage"]
    {
        let (fake, fails) = fails_with_gw_2(answer(status, "", "engine: out of bounds"));
        let mut server = open(&fake);
        let committed = server.commit(&three(), seconds(0)).unwrap();
        assert_eq!((delivered(&committed), left(&committed)), (vec!["gw-1", "gw-3"], vec!["gw-2"]));
        assert!(committed.left[0].1.to_string().contains("engine: out of bounds"));
        assert!(committed.refused.is_empty() && !committed.whole, "{committed:?}");
        assert_eq!(committed.new_readings, 6);
        let records: Vec<Request> = writes(&fake, "hanqing_batch");
        assert!(records.iter().all(|request| !request.body.contains("gw-2")), "{records:?}");
        // It waits for longer each time, and meanwhile costs no request; the others go on.
        let mut tried = writes_of_gw_2(&fake);
        for (second, again) in
            [(1, false), (2, true), (3, false), (5, false), (6, true), (13, false)]
        {
            let committed = server.commit(&three(), seconds(second)).unwrap();
            assert_eq!(
                (delivered(&committed), left(&committed)),
                (vec!["gw-1", "gw-3"], vec!["gw-2"])
            );
            let now = writes_of_gw_2(&fake);
            assert_eq!(now > tried, again, "{second} s");
            tried = now;
        }
        fails.store(false, SeqCst);
        let committed = server.commit(&three(), seconds(14)).unwrap();
        assert_eq!((delivered(&committed).len(), committed.left.len()), (3, 0));
    }
}

#[test]
fn a_server_is_believed_three_times_that_it_is_away() {
    for status in
        ["503 Service Unavailable", "502 Bad Gateway", "429 Too Many Requests", "403 Forbidden"]
    {
        let (fake, _) = fails_with_gw_2(answer(status, "", "no"));
        let mut server = open(&fake);
        for _ in 0..3 {
            server.commit(&three(), seconds(0)).unwrap_err();
        }
        // It was only one gateway's lines.
        let committed = server.commit(&three(), seconds(1)).unwrap();
        assert_eq!((delivered(&committed), left(&committed)), (vec!["gw-1", "gw-3"], vec!["gw-2"]));
        assert_eq!(server.commit(&three(), seconds(2)).unwrap().left.len(), 1);
    }
}

/// The times of a body's readings, in minutes after the start.
fn minutes(request: &Request) -> Vec<i64> {
    let time = |line: &str| line.rsplit(' ').next().unwrap().parse::<i64>().unwrap();
    request.body.lines().map(|line| (time(line) - at(0).as_millisecond()) / 60_000).collect()
}

#[test]
fn live_readings_pass_old_ones_with_which_a_server_fails() {
    let fake = influx(|request| {
        let old = request.body.starts_with("hanqing,") && minutes(request).iter().any(|m| *m < 0);
        if old { answer("500 Internal Server Error", "", "") } else { taken() }
    });
    let mut server = open(&fake);
    let old = |seq, minute| batch(seq, vec![good("pond-1/level", minute, 1.0)]);
    let batches = [old(1, -9), old(2, -8), old(3, -7), old(4, -6), batch(5, some(3))];
    let committed = server.commit(&batches, at(20)).unwrap();
    let set = committed.delivered.values().next().unwrap();
    assert_eq!(set.iter().collect::<Vec<_>>(), [(5, 5)]);
    assert_eq!(left(&committed), ["gw-1"]);
    assert_eq!(committed.refused, []);
}

#[test]
fn a_field_of_another_type_is_no_readings_fault() {
    let words = r#"{"code":"unprocessable entity","message":"failure writing points to database: partial write: field type conflict: input field \"v\" on measurement \"hanqing\" is type float, already exists as type integer dropped=3"}"#;
    let fake = influx(move |request| {
        let values = request.body.starts_with("hanqing,") && request.body.contains(" v=");
        if values { answer("422 Unprocessable Entity", "", words) } else { taken() }
    });
    let mut server = open(&fake);
    let without_value =
        batch_of("gw-4", 1, vec![missing("pond-4/level", 1, crate::core::Reason::Crc)]);
    let mut batches = three().to_vec();
    batches.push(without_value);
    for second in [0, 100, 200] {
        let committed = server.commit(&batches, seconds(second)).unwrap();
        assert_eq!(left(&committed), ["gw-1", "gw-2", "gw-3"]);
        assert_eq!((delivered(&committed), committed.refused.len()), (vec!["gw-4"], 0));
        assert!(committed.left[0].1.to_string().contains("already exists as type integer"));
    }
}

#[test]
fn a_server_that_refuses_everything_fills_no_quarantine() {
    let fake = influx(|_| answer("400 Bad Request", "", "what is this"));
    let mut server = open(&fake);
    let mut refused = 0;
    for seq in 1..20 {
        let committed = server.commit(&[batch(seq, some(30))], at(20 + seq as i64)).unwrap();
        let of = |refused: &Refused| refused.batch.readings.len();
        refused += committed.refused.iter().map(of).sum::<usize>();
        // Not even the records of batches are taken.
        assert_eq!((delivered(&committed), left(&committed)), (vec![], vec!["gw-1"]));
    }
    assert_eq!(refused, 0);
    // Records are taken, readings are not: that is noticed over several commits.
    let fake = influx(|request| {
        let readings = request.body.starts_with("hanqing,");
        if readings { answer("400 Bad Request", "", "what is this") } else { taken() }
    });
    let mut server = open(&fake);
    for seq in 1..20 {
        let committed = server.commit(&[batch(seq, some(30))], at(20 + seq as i64)).unwrap();
        let of = |refused: &Refused| refused.batch.readings.len();
        refused += committed.refused.iter().map(of).sum::<usize>();
        assert_eq!(committed.left.len(), usize::from(seq > 3), "{seq}");
        if let Some((_, why)) = committed.left.first() {
            let why = why.to_string();
            assert!(why.contains("more than 100") && why.contains("what is this"), "{why}");
        }
    }
    assert_eq!(refused, 90);
}

#[test]
fn a_gateway_of_which_everything_is_refused_costs_the_others_little() {
    let fake = influx(|request| {
        let its = request.body.starts_with("hanqing,") && request.body.contains("gateway=gw-2");
        if its { answer("422 Unprocessable Entity", "", "beyond retention") } else { taken() }
    });
    let mut server = open(&fake);
    let mut batches: Vec<Batch> = (1..50).map(|seq| batch_of("gw-2", seq, some(200))).collect();
    batches.extend(three());
    let committed = server.commit(&batches, at(20)).unwrap();
    assert_eq!((delivered(&committed), left(&committed)), (vec!["gw-1", "gw-3"], vec!["gw-2"]));
    assert!(committed.left[0].1.to_string().contains("more than 100"), "{:?}", committed.left);
    assert_eq!(committed.refused, []);
    assert!(fake.requests().len() < 300, "{}", fake.requests().len());
}

#[test]
fn a_batch_is_not_delivered_without_its_record() {
    let fake = influx(|request| {
        let its = request
            .body
            .lines()
            .any(|l| l.starts_with("hanqing_batch,") && l.contains("gateway=gw-2,"));
        if its { answer("500 Internal Server Error", "", "") } else { taken() }
    });
    let mut server = open(&fake);
    let committed = server.commit(&three(), at(20)).unwrap();
    assert_eq!((delivered(&committed), left(&committed)), (vec!["gw-1", "gw-3"], vec!["gw-2"]));
}

#[test]
fn a_birth_that_a_server_does_not_take_waits_and_holds_up_nothing() {
    let refusal = Arc::new(Mutex::new(Some("500 Internal Server Error")));
    let now = refusal.clone();
    let fake = influx(move |request| {
        let own =
            ["hanqing_series,", "hanqing_gateway,"].iter().any(|m| request.body.starts_with(m));
        match *now.lock().unwrap() {
            Some(status) if own => answer(status, "", "no room"),
            _ => taken(),
        }
    });
    let mut server = open(&fake);
    let birth = born("pump-1/energy_total", Some(1e4), None);
    for status in ["500 Internal Server Error", "400 Bad Request"] {
        *refusal.lock().unwrap() = Some(status);
        server.birth(&gateway("gw-2"), &birth, seconds(0)).unwrap();
        let said = Status::new(GatewayState::Online, at(1));
        server.status(&gateway("gw-2"), &said, seconds(0)).unwrap();
        let committed = server.commit(&three(), seconds(1)).unwrap();
        assert_eq!((delivered(&committed).len(), left(&committed)), (3, vec!["gw-2"]));
        assert!(committed.left[0].1.to_string().contains("no room"), "{:?}", committed.left);
        *refusal.lock().unwrap() = None;
        let before = fake.requests().len();
        let committed = server.commit(&three(), seconds(100)).unwrap();
        assert_eq!((delivered(&committed).len(), committed.left.len()), (3, 0));
        let bodies = fake.requests().split_off(before);
        let written = |start: &str| bodies.iter().any(|request| request.body.starts_with(start));
        assert!(
            written("hanqing_series,gateway=gw-2,") && written("hanqing_gateway,gateway=gw-2,")
        );
        // Once.
        let before = fake.requests().len();
        server.commit(&three(), seconds(200)).unwrap();
        assert_eq!(fake.requests().len() - before, 2);
    }
}

/// Whoever opens a server within another runtime is told what is wrong.
#[tokio::test]
async fn a_file_that_cannot_be_used_is_said_and_nothing_panics() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("empty");
    std::fs::write(&file, "").unwrap();
    let none = Some(dir.path().join("none"));
    let plain = settings("http://127.0.0.1:9");
    for settings in [
        ServerSettings { token_file: Some(file), ..plain.clone() },
        ServerSettings { token_file: none.clone(), ..plain.clone() },
        ServerSettings { ca_file: none, ..plain.clone() },
        ServerSettings { url: "http://[::1".into(), ..plain },
    ] {
        let error = Copier::new(&settings, BTreeMap::new()).err().unwrap();
        assert!(matches!(error, StoreError::Server { .. }), "{error}");
        assert!(Server::open(&settings, "hub-1").is_err());
    }
}

#[test]
fn readings_of_a_batch_that_is_not_acknowledged_are_written_without_a_record() {
    let (fake, fails) = fails_with_gw_2(answer("500 Internal Server Error", "", "engine"));
    let mut server = open(&fake);
    let committed = server.commit_in_part(&three(), seconds(0)).unwrap();
    assert_eq!((delivered(&committed), left(&committed)), (vec![], vec!["gw-2"]));
    assert!(writes(&fake, "hanqing").iter().any(|request| request.body.contains("gateway=gw-3")));
    // The next batches of the gateway that failed wait, as others of it do.
    let written = writes_of_gw_2(&fake);
    server.commit_in_part(&three(), seconds(0)).unwrap();
    assert_eq!((writes_of_gw_2(&fake), writes(&fake, BATCHES).len()), (written, 0));
    // They count once their record is written.
    fails.store(false, SeqCst);
    let committed = server.commit(&three(), seconds(4000)).unwrap();
    assert_eq!(delivered(&committed), ["gw-1", "gw-2", "gw-3"]);
    assert_ne!(writes(&fake, BATCHES).len(), 0);
}
