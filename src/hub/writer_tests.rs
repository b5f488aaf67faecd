//! What of a portion is stored, answered and complained of.

use super::*;
use crate::core::Reading;
use crate::hub::inbox::Inbox;
use crate::store::{Owners, Quarantine, Sqlite};
use crate::wire::{Birth, BirthSeries, Epoch, GatewayState, Status};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A store, and what a hub has around it.
struct Scene {
    _dir: tempfile::TempDir,
    path: PathBuf,
    store: StoreHandle,
    clock: Clock,
    state: HubState,
    stop: CancellationToken,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let file = Sqlite::open(&path).unwrap();
        let quarantine = Quarantine::open(&path).unwrap();
        let owners = Owners::open(&path, BTreeMap::new()).unwrap();
        let store = StoreHandle::start(Box::new(file), quarantine, owners).unwrap();
        let (state, stop) = (HubState::default(), CancellationToken::new());
        Self { _dir: dir, path, store, clock: Clock::system(), state, stop }
    }

    fn writer(&self) -> Writer<'_> {
        Writer::new(&self.store, &self.clock, &self.state, &self.stop, true)
    }

    fn batch(&self, gateway: &str, seq: u64, series: &str) -> Vec<u8> {
        let reading = Reading::good(series.parse().unwrap(), self.clock.now(), 1.0);
        let (gateway, readings) = (gateway.parse().unwrap(), vec![reading]);
        Batch { gateway, epoch: Epoch(7), seq, clock: None, loss: None, readings }.to_bytes()
    }

    fn quarantined(&self) -> (u64, u64) {
        let shares = Quarantine::open_reader(&self.path).unwrap().shares().unwrap();
        (shares.iter().map(|s| s.rows).sum(), shares.iter().map(|s| s.unreadable).sum())
    }

    fn stored(&self) -> u64 {
        Sqlite::open_reader(&self.path).unwrap().count().unwrap()
    }
}

fn portion(messages: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Portion {
    let mut inbox = Inbox::default();
    for (topic, payload) in messages {
        let topic = format!("hanqing/v1/{topic}");
        assert!(inbox.push(Queued { topic, payload }, Duration::ZERO).is_empty());
    }
    inbox.admit(MINUTE);
    let mut portion = Portion::default();
    while portion.take(&mut inbox) {}
    portion
}

fn birth(series: &str, epoch: u64) -> Vec<u8> {
    let series: crate::core::Series = series.parse().unwrap();
    let unit = series.parameter.spec().unit;
    let one = BirthSeries { series, unit, interval_s: 60, counter: None };
    let mut birth = Birth::new("0.1.0", "c".into(), vec![one]);
    birth.epoch = Some(Epoch(epoch));
    birth.to_bytes()
}

/// Gateway, epoch, ranges, whole and start of each acknowledgement.
type Told<'a> = (&'a str, u64, Vec<(u64, u64)>, bool, bool);

fn answers(answers: &Answers) -> Vec<Told<'_>> {
    let told = answers.acks.iter().map(|(gateway, ack)| {
        let Ack { epoch, committed, whole, start, .. } = ack;
        (gateway.as_str(), epoch.0, committed.iter().collect(), *whole, *start)
    });
    told.collect()
}

#[tokio::test]
async fn a_birth_is_answered_with_all_that_the_store_has_and_that_the_hub_is_there() {
    let scene = Scene::new();
    let mut writer = scene.writer();
    let told =
        writer.write(portion([("gw-1/birth", birth("pond-1/level", 7))])).await.unwrap().unwrap();
    assert_eq!(answers(&told), [("gw-1", 7, vec![], true, true)]);
    let batches = [1, 2, 4].map(|seq| ("gw-1/readings", scene.batch("gw-1", seq, "pond-1/level")));
    let told = writer.write(portion(batches)).await.unwrap().unwrap();
    assert_eq!(answers(&told), [("gw-1", 7, vec![(1, 2), (4, 4)], true, false)]);
    // The same birth, over the next connection: nothing is written, and it is answered all the same.
    let born = ("gw-1/birth", birth("pond-1/level", 7));
    let told = writer
        .write(portion([born, ("gw-1/birth", birth("pond-1/level", 7))]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answers(&told), [("gw-1", 7, vec![(1, 2), (4, 4)], true, true)]);
    // One that does not say its epoch is told of the newest that is known.
    let mut old = Birth::from_bytes(&birth("pond-1/level", 7)).unwrap();
    old.epoch = None;
    let told = writer.write(portion([("gw-1/birth", old.to_bytes())])).await.unwrap().unwrap();
    assert_eq!(answers(&told), [("gw-1", 7, vec![(1, 2), (4, 4)], true, true)]);
    let told = writer.write(portion([("gw-2/birth", old.to_bytes())])).await.unwrap().unwrap();
    assert_eq!(answers(&told), []);
}

#[tokio::test]
async fn what_a_later_version_sends_is_stored_as_far_as_it_is_known_and_kept() {
    let scene = Scene::new();
    let at = scene.clock.now().as_millisecond();
    let later = format!(
        r#"{{"v":1,"gateway":"gw-1","epoch":"0000000000000007","seq":1,"at":{at},"series":["pond-1/chlorine","/level"],"readings":[[0,0,7],[1,0,2]]}}"#
    );
    let mut writer = scene.writer();
    for _ in 0..3 {
        let message = ("gw-1/readings", later.clone().into_bytes());
        let told = writer.write(portion([message])).await.unwrap().unwrap();
        assert_eq!(answers(&told), [("gw-1", 7, vec![(1, 1)], true, false)]);
    }
    assert_eq!((scene.stored(), scene.quarantined()), (1, (1, 0)));
    let notes = scene.state.notes(scene.clock.moment());
    let notes = &notes[&Some("gw-1".parse().unwrap())];
    assert!(notes[0].to_string().contains("pond-1/chlorine"), "{notes:?}");
}

#[tokio::test]
async fn what_is_retained_is_written_once_and_a_flood_of_noise_seldom() {
    let scene = Scene::new();
    let mut writer = scene.writer();
    for _ in 0..5 {
        let noise = [("gw-1/birth", b"{".to_vec()), ("gw-1/status", b"[".to_vec())];
        writer.write(portion(noise)).await.unwrap().unwrap();
    }
    assert_eq!(scene.quarantined(), (0, 2));
    for round in 0..10 {
        let noise = (0..15).map(|n| ("gw-2/readings", format!("{{{round} {n}").into_bytes()));
        writer.write(portion(noise)).await.unwrap().unwrap();
    }
    assert_eq!(scene.quarantined(), (0, 2 + u64::from(UNREADABLE_A_MINUTE)));
    let notes = scene.state.notes(scene.clock.moment());
    let said = notes[&Some("gw-2".parse().unwrap())][0].to_string();
    assert!(said.contains("messages that cannot be read: 150;"), "{said}");
}

#[tokio::test]
async fn a_status_from_the_future_is_noted_as_of_now() {
    let scene = Scene::new();
    let status = Status::new(GatewayState::Online, "9999-12-30T00:00:00Z".parse().unwrap());
    let before = scene.clock.now();
    scene.writer().write(portion([("gw-1/status", status.to_bytes())])).await.unwrap().unwrap();
    let gateways = Sqlite::open_reader(&scene.path).unwrap().gateways().unwrap();
    let since = gateways[0].since.unwrap();
    let late = since.duration_since(before);
    assert!(late.as_secs().abs() < 60, "{since}");
}

#[tokio::test]
async fn what_a_gateway_may_not_say_is_named_and_acknowledged() {
    let scene = Scene::new();
    let mut writer = scene.writer();
    writer
        .write(portion([("gw-1/readings", scene.batch("gw-1", 1, "pond-1/level"))]))
        .await
        .unwrap()
        .unwrap();
    let foreign = [
        ("gw-evil/birth", birth("pond-1/level", 7)),
        ("gw-evil/readings", scene.batch("gw-evil", 1, "pond-1/level")),
    ];
    let told = writer.write(portion(foreign)).await.unwrap().unwrap();
    let committed = vec![(1, 1)];
    assert_eq!(
        answers(&told),
        [("gw-evil", 7, committed.clone(), true, false), ("gw-evil", 7, committed, true, true)]
    );
    assert_eq!(scene.stored(), 1);
    let notes = &scene.state.notes(scene.clock.moment())[&Some("gw-evil".parse().unwrap())];
    let said: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(
        said[0].contains("readings put into quarantine: 1;") && said[0].contains("gw-1"),
        "{said:?}"
    );
    assert!(said[1].contains("births put into quarantine: 1;"), "{said:?}");
}

#[tokio::test]
async fn a_stop_ends_a_write_that_cannot_succeed() {
    let scene = Scene::new();
    scene.stop.cancel();
    // A machine whose clock is wrong stores nothing.
    let (clock, _driver) = Clock::stepped("2020-01-01T00:00:00Z".parse().unwrap());
    let mut writer = Writer { simulated: false, clock: &clock, ..scene.writer() };
    let message = ("gw-1/readings", scene.batch("gw-1", 1, "pond-1/level"));
    assert_eq!(writer.write(portion([message])).await.unwrap(), None);
    assert!(!scene.state.writes());
}

#[tokio::test]
async fn what_two_gateways_agree_on_is_stored_though_this_machines_clock_is_behind() {
    let scene = Scene::new();
    let (clock, _driver) =
        Clock::stepped(scene.clock.now() - jiff::SignedDuration::from_hours(30 * 24));
    let mut writer = Writer { clock: &clock, ..scene.writer() };
    let send = |gateway, series| {
        let topic = if gateway == "gw-1" { "gw-1/readings" } else { "gw-2/readings" };
        portion([(topic, scene.batch(gateway, 1, series))])
    };
    // Of one gateway and a hub nobody can tell which is wrong.
    let told = writer.write(send("gw-1", "pond-1/level")).await.unwrap().unwrap();
    assert_eq!(answers(&told), [("gw-1", 7, vec![(1, 1)], true, false)]);
    assert_eq!((scene.stored(), scene.quarantined()), (0, (1, 0)));
    // The second agrees with the first, which leaves the quarantine.
    writer.write(send("gw-2", "pond-2/level")).await.unwrap().unwrap();
    assert_eq!((scene.stored(), scene.quarantined()), (2, (0, 0)));
    let warnings = scene.state.health(clock.moment()).warnings;
    let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|said| said.contains("this machine's clock is behind")), "{said:?}");
    // What the hub books, it books by its own clock.
    let file = Sqlite::open_reader(&scene.path).unwrap();
    for row in file.gateways().unwrap() {
        assert!(row.heard_at.is_some_and(|heard_at| heard_at <= clock.now()), "{row:?}");
    }
    // A third one agrees with this machine's clock: nothing is sure any more, and what comes waits.
    let reading = Reading::good("pond-3/level".parse().unwrap(), clock.now(), 1.0);
    let third = Batch {
        gateway: "gw-3".parse().unwrap(),
        epoch: Epoch(7),
        seq: 1,
        clock: None,
        loss: None,
        readings: vec![reading],
    };
    writer.write(portion([("gw-3/readings", third.to_bytes())])).await.unwrap().unwrap();
    let more = scene.batch("gw-1", 2, "pond-1/level");
    writer.write(portion([("gw-1/readings", more)])).await.unwrap().unwrap();
    assert_eq!((scene.stored(), scene.quarantined()), (3, (1, 0)));
}

#[tokio::test]
async fn a_store_that_is_deleted_while_it_is_written_ends_the_hub_and_is_told() {
    let scene = Scene::new();
    let mut writer = scene.writer();
    let send = |seq| portion([("gw-1/readings", scene.batch("gw-1", seq, "pond-1/level"))]);
    assert!(writer.write(send(1)).await.unwrap().is_some());
    assert_eq!(scene.state.problems(scene.clock.moment()), []);
    std::fs::remove_file(&scene.path).unwrap();
    let error = writer.write(send(2)).await.unwrap_err();
    assert!(error.to_string().contains("was deleted or exchanged"), "{error}");
    let problems = scene.state.problems(scene.clock.moment());
    assert!(problems.iter().any(|said| said.to_string() == error.to_string()), "{problems:?}");
}
