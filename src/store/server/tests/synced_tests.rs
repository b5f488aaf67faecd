//! What VictoriaMetrics has in its memory is not acknowledged, and no value that it has is taken for another.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::test_fake::{Fake, answer, taken};
use super::{settings, some};
use crate::core::Reason;
use crate::store::server::{Server, ServerKind, ServerSettings};
use crate::store::tests::{at, batch, born, gateway, good, missing};
use crate::store::{Confirmed, Store};

/// A VictoriaMetrics that shows `shown` for a query, and whose process began at the number that is returned.
fn victoria(shown: &'static str) -> (Fake, Arc<AtomicU64>) {
    let began = Arc::new(AtomicU64::new(1_700_000_000));
    let now = began.clone();
    let fake = Fake::start(move |request| {
        if request.line.starts_with("GET /flags") {
            answer("200 OK", "", "-retentionPeriod=\"100y\"\n")
        } else if request.line.starts_with("GET /metrics") {
            let began = now.load(SeqCst);
            answer("200 OK", "", &format!("go_threads 7\nprocess_start_time_seconds {began}\n"))
        } else if request.line.starts_with("GET /api/v1/export") {
            answer("200 OK", "", shown)
        } else {
            taken()
        }
    });
    (fake, began)
}

fn open(fake: &Fake) -> Server {
    let settings = ServerSettings {
        kind: ServerKind::Victoria,
        org: None,
        bucket: None,
        ..settings(&fake.url)
    };
    Server::open(&settings, "hub-1").unwrap()
}

/// From now on it is believed to have on its disk what it has taken.
fn at_once(server: &mut Server) {
    server.unsynced.as_mut().unwrap().wait = Duration::ZERO;
}

#[test]
fn a_batch_is_acknowledged_when_it_is_on_the_disk_and_never_before() {
    // The record of the batch: at(20), and the process is the same.
    let shown = r#"{"metric":{"__name__":"hanqing_batch_first","gateway":"gw-1","hub":"hub-1"},"values":[1],"timestamps":[1659313200000]}"#;
    let (fake, _) = victoria(shown);
    let mut server = open(&fake);
    let committed = server.commit(&[batch(1, some(3))], at(20)).unwrap();
    assert_eq!((committed.new_readings, committed.delivered.len()), (3, 0));
    let later: Vec<_> = committed.later.values().flat_map(|set| set.iter()).collect();
    assert_eq!(later, [(1, 1)]);
    let confirmed = server.confirm().unwrap();
    assert_eq!(confirmed, Confirmed { waiting: true, ..Confirmed::default() });
    at_once(&mut server);
    server.wait_until_durable().unwrap();
    assert_eq!(server.confirm().unwrap(), Confirmed::default());
    let asked = fake.requests();
    let asked = asked.iter().filter(|request| request.line.contains("export")).count();
    assert_eq!(asked, 1, "nothing is asked while nothing has waited long enough");
}

#[test]
fn what_a_server_that_was_started_anew_may_have_lost_comes_again() {
    let (fake, began) = victoria("");
    let mut server = open(&fake);
    server.birth(&gateway("gw-1"), &born("pump-1/energy_total", Some(1e4), None), at(1)).unwrap();
    server.commit(&[batch(1, some(3))], at(20)).unwrap();
    began.fetch_add(60, SeqCst);
    at_once(&mut server);
    let error = server.wait_until_durable().unwrap_err();
    assert!(error.to_string().contains("run the command again"), "{error}");
    // The gateway sends the batch again; the birth, which it does not, is written once more.
    server.commit(&[batch(1, some(3))], at(21)).unwrap();
    let births: Vec<String> = fake
        .requests()
        .into_iter()
        .filter(|request| request.body.starts_with("hanqing_series,"))
        .map(|request| request.body)
        .collect();
    assert_eq!(births.len(), 2);
    assert_eq!(births[0], births[1]);
}

#[test]
fn a_server_that_has_lost_what_was_on_its_disk_is_told_until_it_has_it_again() {
    let record = r#"{"metric":{"__name__":"hanqing_batch_first","gateway":"gw-1","hub":"hub-1"},"values":[1],"timestamps":[1659313200000]}"#;
    let held = Arc::new(Mutex::new((1_700_000_000, record)));
    let now = held.clone();
    let fake = Fake::start(move |request| {
        let (began, shown) = *now.lock().unwrap();
        if request.line.starts_with("GET /flags") {
            answer("200 OK", "", "-retentionPeriod=\"100y\"\n")
        } else if request.line.starts_with("GET /metrics") {
            answer("200 OK", "", &format!("process_start_time_seconds {began}\n"))
        } else if request.line.starts_with("GET /api/v1/export") {
            answer("200 OK", "", shown)
        } else {
            taken()
        }
    });
    let mut server = open(&fake);
    at_once(&mut server);
    server.commit(&[batch(1, some(3))], at(20)).unwrap();
    assert_eq!(server.confirm().unwrap().delivered.len(), 1);
    // Started anew, with its files.
    let began_anew = |server: &mut Server, began, shown| {
        *held.lock().unwrap() = (began, shown);
        server.commit(&[batch(2, some(3))], at(21)).unwrap();
        let lost = server.confirm().unwrap().gone;
        // A second commit, whichever of the two met the new process.
        server.commit(&[batch(3, some(3))], at(22)).unwrap();
        lost.or(server.confirm().unwrap().gone)
    };
    assert_eq!(began_anew(&mut server, 1_700_000_060, record), None);
    assert_eq!(began_anew(&mut server, 1_700_000_120, ""), Some(at(20)), "without them");
    // The backup was restored.
    server.unsynced.as_mut().unwrap().look_again_now();
    assert_eq!(began_anew(&mut server, 1_700_000_180, record), None);
}

#[test]
fn nothing_is_written_to_a_server_that_does_not_show_what_it_has() {
    let hidden = Arc::new(Mutex::new(false));
    let now = hidden.clone();
    let fake = Fake::start(move |request| {
        if request.line.starts_with("GET /flags") {
            answer("200 OK", "", "-retentionPeriod=\"100y\"\n")
        } else if request.line.starts_with("GET /api/v1/export") && *now.lock().unwrap() {
            answer("403 Forbidden", "", "no")
        } else {
            taken()
        }
    });
    let mut server = open(&fake);
    at_once(&mut server);
    server.commit(&[batch(1, some(3))], at(20)).unwrap();
    *hidden.lock().unwrap() = true;
    assert!(server.confirm().is_err());
    let error = server.commit(&[batch(2, some(3))], at(21)).unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
    // It does so again. What it does not show is not acknowledged.
    *hidden.lock().unwrap() = false;
    let committed = server.commit(&[batch(2, some(3))], at(22)).unwrap();
    assert_eq!((committed.delivered.len(), committed.later.len()), (0, 1));
    let confirmed = server.confirm().unwrap();
    assert_eq!((confirmed.delivered.len(), confirmed.waiting), (0, true));
}

#[test]
fn an_import_changes_no_value_that_victoriametrics_has() {
    let shown = r#"{"metric":{"__name__":"hanqing_v","gateway":"gw-1","station":"pond-1","parameter":"level"},"values":[200.5,201,null],"timestamps":[1659312060000,1659312120000,1659312180000]}"#;
    let (fake, _) = victoria(shown);
    let mut server = open(&fake);
    let corrected = good("pond-1/level", 1, 205.0);
    let twice = good("pond-1/level", 5, 7.0);
    let readings = vec![
        corrected.clone(),
        good("pond-1/level", 2, 201.0),
        good("pond-1/level", 3, 202.0),
        missing("pond-1/level", 1, Reason::Crc),
        good("pond-2/level", 1, 1.0),
        good("pond-1/level", 5, 6.0),
        twice.clone(),
    ];
    let committed = server.import(&[batch(1, readings)], at(20)).unwrap();
    let [refused] = &committed.refused[..] else { panic!("{committed:?}") };
    assert_eq!(refused.batch.readings, [corrected, twice]);
    assert!(refused.problem.to_string().contains("another value 200.5"), "{}", refused.problem);
    assert_eq!((committed.new_readings, committed.later.len()), (5, 1));
    let asked = fake.requests();
    let asked = asked.iter().find(|request| request.line.contains("hanqing_v")).unwrap();
    assert!(asked.line.contains("gw-1") && asked.line.contains("pond-1"), "{}", asked.line);
}
