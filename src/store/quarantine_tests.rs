//! What the quarantine keeps, and how much of each gateway.

use std::path::PathBuf;

use super::*;
use crate::locales::Text;
use crate::store::tests::{at, batch, gateway, good};
use crate::wire::Batch;

fn file() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    (dir, path)
}

fn refused(name: &str, seq: u64) -> Refused {
    let batch = Batch { gateway: gateway(name), ..batch(seq, vec![good("pond-1/level", 0, 1.0)]) };
    Refused { batch, problem: Text::verbatim("ahead") }
}

fn unreadable(quarantine: &mut Quarantine, name: &str, payload: &[u8]) {
    let gateway = gateway(name);
    let topic = Topic::new(gateway.clone(), Channel::Birth).to_string();
    quarantine.add_unreadable(at(0), &topic, Some(&gateway), "no JSON", payload).unwrap();
}

#[test]
fn the_newest_unreadable_messages_of_each_gateway_stay() {
    let (_dir, path) = file();
    let mut quarantine = Quarantine::open(&path).unwrap();
    unreadable(&mut quarantine, "gw-quiet", b"{");
    quarantine.add_refused(at(0), &[refused("gw-noisy", 1)]).unwrap();
    for i in 0..UNREADABLE_MAX + 3 {
        unreadable(&mut quarantine, "gw-noisy", format!("{{{i}").as_bytes());
    }
    // One that comes again at each connection, as a retained one does, is kept once.
    unreadable(&mut quarantine, "gw-quiet", b"{");
    quarantine.add_unreadable(at(0), "elsewhere", None, "foreign topic", b"1").unwrap();
    quarantine.add_unreadable(at(0), "elsewhere", None, "foreign topic", b"1").unwrap();
    assert_eq!(quarantine.count().unwrap(), 1 + 1 + UNREADABLE_MAX + 1);
    let noisy = quarantine.list(Some(&gateway("gw-noisy"))).unwrap();
    assert_eq!(noisy.len() as u64, UNREADABLE_MAX + 1);
    let (newest, payload) = quarantine.get(noisy[0].id).unwrap().unwrap();
    assert_eq!(payload, format!("{{{}", UNREADABLE_MAX + 2).as_bytes());
    assert_eq!(
        (newest.topic.as_str(), newest.problem.as_str()),
        ("hanqing/v1/gw-noisy/birth", "no JSON")
    );
    assert!(noisy.last().unwrap().has_readings);
    let shares = quarantine.shares().unwrap();
    let of = |name: Option<&str>| {
        shares.iter().find(|s| s.gateway.as_ref().map(GatewayId::as_str) == name).unwrap()
    };
    assert_eq!((of(Some("gw-noisy")).rows, of(Some("gw-noisy")).unreadable), (1, UNREADABLE_MAX));
    assert_eq!(of(Some("gw-noisy")).full, 0.001);
    assert_eq!((of(Some("gw-quiet")).unreadable, of(Some("gw-quiet")).full), (1, 0.0));
    assert_eq!(of(None).unreadable, 1);
}

#[test]
fn unreadable_messages_of_all_gateways_are_bounded() {
    let (_dir, path) = file();
    let mut quarantine = Quarantine::open(&path).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
             INSERT INTO quarantine (id, received_ms, topic, problem, payload, gateway)
             SELECT i, 0, 't', 'p', x'00', 'gw-' || (i / 100) FROM n",
            [UNREADABLE_IN_ALL_MAX],
        )
        .unwrap();
    unreadable(&mut quarantine, "gw-new", b"{");
    assert_eq!(quarantine.count().unwrap(), UNREADABLE_IN_ALL_MAX);
    let left = quarantine.list(None).unwrap();
    assert_eq!(
        (left.first().unwrap().topic.as_str(), left.last().unwrap().id),
        ("hanqing/v1/gw-new/birth", 2)
    );
}

#[test]
fn readings_are_kept_once_and_their_room_is_counted() {
    let (_dir, path) = file();
    let mut quarantine = Quarantine::open(&path).unwrap();
    let both = [refused("gw-1", 1), refused("gw-1", 2)];
    quarantine.add_refused(at(0), &both).unwrap();
    quarantine.add_refused(at(1), &both).unwrap();
    assert_eq!(quarantine.count().unwrap(), 2);
    let shares = quarantine.shares().unwrap();
    let bytes: usize = both.iter().map(|refused| refused.batch.to_bytes().len()).sum();
    assert_eq!((shares.len(), shares[0].rows, shares[0].bytes), (1, 2, bytes as u64));
    // What another process removes is room again.
    let mut other = Quarantine::open(&path).unwrap();
    let id = other.list(None).unwrap()[0].id;
    other.remove(id).unwrap();
    assert_eq!((quarantine.shares().unwrap()[0].rows, other.shares().unwrap()[0].rows), (1, 1));
    quarantine.add_refused(at(1), &both).unwrap();
    assert_eq!(quarantine.shares().unwrap()[0].rows, 2);
    assert_eq!(Quarantine::open_reader(&path).unwrap().shares().unwrap()[0].rows, 2);
}

#[test]
fn a_whole_message_is_kept_while_its_gateway_has_room() {
    let (_dir, path) = file();
    let mut quarantine = Quarantine::open(&path).unwrap();
    let topic = "hanqing/v1/gw-1/readings";
    let mut keep = |name: &str, payload: &[u8]| {
        quarantine.add_kept(at(0), topic, &gateway(name), "unknown series", payload).unwrap()
    };
    let large = vec![b'x'; 3 << 20];
    assert!(keep("gw-1", &large));
    assert!(keep("gw-1", &large), "the same again takes no room");
    assert!(keep("gw-1", &[&large[..], b"2"].concat()));
    assert!(!keep("gw-1", &[&large[..], b"3"].concat()), "9 MiB are more than 8");
    assert!(keep("gw-1", b"small"));
    // 64 MiB for all together: 6 MiB of the first and of nine others.
    for i in 2..12 {
        for half in [b"1", b"2"] {
            let fits = keep(
                &format!("gw-{i}"),
                &[&large[..], format!("{i}").as_bytes(), &half[..]].concat(),
            );
            assert_eq!(fits, i < 11 || half == b"1", "{i}");
        }
    }
}

#[test]
fn a_problem_is_cut() {
    let (_dir, path) = file();
    let mut quarantine = Quarantine::open(&path).unwrap();
    let long = "水".repeat(1000);
    quarantine.add_unreadable(at(0), "t", None, &long, b"1").unwrap();
    let mut one = refused("gw-1", 1);
    one.problem = Text::verbatim(&long);
    quarantine.add_refused(at(0), &[one]).unwrap();
    for message in quarantine.list(None).unwrap() {
        assert_eq!(message.problem.chars().count(), PROBLEM_CHARS_MAX);
        quarantine.set_problem(message.id, &long).unwrap();
        let (message, _) = quarantine.get(message.id).unwrap().unwrap();
        assert_eq!(message.problem.chars().count(), PROBLEM_CHARS_MAX);
    }
}

#[test]
fn removing_is_all_or_nothing_and_the_messages_are_gone() {
    let (_dir, path) = file();
    let mut quarantine = Quarantine::open(&path).unwrap();
    quarantine.add_refused(at(0), &[refused("gw-1", 1), refused("gw-2", 1)]).unwrap();
    let ids: Vec<i64> = quarantine.list(None).unwrap().iter().map(|message| message.id).collect();
    quarantine.remove_all(&ids).unwrap();
    assert_eq!((quarantine.count().unwrap(), quarantine.shares().unwrap()), (0, vec![]));
}
