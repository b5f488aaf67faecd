//! What is committed, refused and left out, through the handle on the store.

use std::path::{Path, PathBuf};

use super::*;
use crate::core::{Reading, StationId};
use crate::store::Sqlite;
use crate::store::tests::{at, batch, born, gateway, good};
use crate::wire::{GatewayState, RangeSet};

/// A store with its thread, and a second view of its file.
struct World {
    _dir: tempfile::TempDir,
    path: PathBuf,
    store: StoreHandle,
}

fn start(path: &Path) -> StoreHandle {
    let owners = Owners::open(path, BTreeMap::new()).unwrap();
    let quarantine = Quarantine::open(path).unwrap();
    StoreHandle::start(Box::new(Sqlite::open(path).unwrap()), quarantine, owners).unwrap()
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let store = start(&path);
        Self { _dir: dir, path, store }
    }

    fn quarantine(&self) -> Quarantine {
        Quarantine::open(&self.path).unwrap()
    }

    fn readings(&self, series: &str) -> Vec<Reading> {
        let store = Sqlite::open_reader(&self.path).unwrap();
        store.readings(&series.parse().unwrap(), Timestamp::MIN, Timestamp::MAX).unwrap()
    }

    async fn commit(&self, batches: Vec<Batch>) -> Committed {
        self.store.commit(CommitRequest { batches, ..Default::default() }, at(100)).await.unwrap()
    }

    /// The full quarantine of a gateway, filled behind the hub's back.
    fn fill(&self, name: &str, rows: usize) {
        let refused = |seq| {
            Refused::new(
                &of(name, 1_000_000 + seq, &[]),
                vec![good("x/level", 0, 1.0)],
                Text::default(),
            )
        };
        let all: Vec<Refused> = (0..rows as u64).map(refused).collect();
        self.quarantine().add_refused(at(0), &all).unwrap();
    }
}

fn of(name: &str, seq: u64, readings: &[Reading]) -> Batch {
    Batch { gateway: gateway(name), ..batch(seq, readings.to_vec()) }
}

/// The numbers that `committed` names as delivered of a gateway.
fn delivered(committed: &Committed, name: &str) -> Vec<(u64, u64)> {
    let set = committed.delivered.get(&(gateway(name), Epoch(7)));
    set.map(|set: &RangeSet| set.iter().collect()).unwrap_or_default()
}

#[tokio::test]
async fn of_two_gateways_with_the_same_series_the_first_is_stored_and_the_second_is_quarantined() {
    let world = World::new();
    let [own, other] = [good("pond-1/level", 0, 218.5), good("pond-1/level", 0, 100.0)];
    let mine = good("pond-2/level", 0, 3.0);
    world.commit(vec![of("gw-a", 1, std::slice::from_ref(&own))]).await;
    let committed = world.commit(vec![of("gw-b", 1, &[other.clone(), mine.clone()])]).await;
    // What was refused lies in the quarantine, so that its batch counts as committed.
    assert_eq!((committed.new_readings, committed.full.len()), (1, 0));
    assert_eq!(delivered(&committed, "gw-b"), [(1, 1)]);
    let [refused] = &committed.refused[..] else { panic!("{:?}", committed.refused) };
    assert_eq!(refused.batch, of("gw-b", 1, &[other]));
    assert_eq!(
        (world.readings("pond-1/level"), world.readings("pond-2/level")),
        (vec![own], vec![mine])
    );
    let kept = world.quarantine().list(None).unwrap();
    assert_eq!(
        (kept.len(), kept[0].gateway.clone(), kept[0].has_readings),
        (1, Some(gateway("gw-b")), true)
    );
    assert!(kept[0].problem.contains("hanqing gateway pin pond-1 gw-b"), "{}", kept[0].problem);
}

#[tokio::test]
async fn a_full_quarantine_stops_no_good_reading_and_no_other_gateway() {
    let world = World::new();
    world.commit(vec![of("gw-a", 1, &[good("pond-1/level", 0, 1.0)])]).await;
    world.fill("gw-b", 1000);
    let foreign = |seq| {
        of(
            "gw-b",
            seq,
            &[good("pond-1/level", seq as i64, 9.0), good("pond-2/level", seq as i64, 2.0)],
        )
    };
    let honest = of("gw-b", 2, &[good("pond-2/level", 50, 2.5)]);
    let next = of("gw-a", 2, &[good("pond-1/level", 60, 1.5)]);
    let committed = world.commit(vec![foreign(1), honest.clone(), next]).await;
    // The batch that has no room is not acknowledged, but its good reading is stored.
    assert_eq!(committed.full, [gateway("gw-b")]);
    assert_eq!(delivered(&committed, "gw-b"), [(2, 2)]);
    assert_eq!(delivered(&committed, "gw-a"), [(1, 2)]);
    let good_one = good("pond-2/level", 1, 2.0);
    assert_eq!(world.readings("pond-2/level"), [good_one, honest.readings[0].clone()]);
    assert_eq!((committed.refused.len(), world.quarantine().count().unwrap()), (0, 1000));
    // It comes again, to no effect.
    let committed = world.commit(vec![foreign(1)]).await;
    assert_eq!((committed.new_readings, delivered(&committed, "gw-b")), (0, vec![(2, 2)]));

    // Once there is room it comes again and is stored; what was kept before needs no room.
    let gone = world.quarantine().list(None).unwrap()[0].id;
    world.quarantine().remove(gone).unwrap();
    let committed = world.commit(vec![foreign(1)]).await;
    assert_eq!((committed.full.len(), delivered(&committed, "gw-b")), (0, vec![(1, 2)]));
    let committed = world.commit(vec![foreign(1), foreign(3)]).await;
    assert_eq!(
        (&committed.full[..], delivered(&committed, "gw-b")),
        (&[gateway("gw-b")][..], vec![(1, 2)])
    );
    assert_eq!(world.quarantine().count().unwrap(), 1000);
}

#[tokio::test]
async fn a_gateway_that_has_more_than_its_room_waits_until_there_is_some() {
    let world = World::new();
    world.commit(vec![of("gw-b", 7, &[good("pond-2/level", 7, 2.0)])]).await;
    world.fill("gw-b", 1001);
    // The hub sees it with the next thing that it sets aside.
    world.store.shares().await.unwrap();
    let committed = world.commit(vec![of("gw-b", 1, &[good("pond-2/level", 0, 2.0)])]).await;
    assert_eq!((&committed.full[..], committed.new_readings), (&[gateway("gw-b")][..], 1));
    // It is told what was committed before.
    assert_eq!(delivered(&committed, "gw-b"), [(7, 7)]);
    let gone: Vec<i64> =
        world.quarantine().list(None).unwrap().iter().take(1).map(|m| m.id).collect();
    world.quarantine().remove_all(&gone).unwrap();
    let committed = world.commit(vec![of("gw-b", 1, &[good("pond-2/level", 0, 2.0)])]).await;
    assert_eq!((committed.full.len(), committed.new_readings), (0, 0));
    assert_eq!(delivered(&committed, "gw-b"), [(1, 1), (7, 7)]);
}

#[tokio::test]
async fn six_thousand_holes_leave_a_thousand_messages() {
    let world = World::new();
    let batch = |n: u64| of("gw-b", 2 * n + 1, &[good("pond-2/level", n as i64, 2.0)]);
    for portion in 0..3 {
        let batches = (2000 * portion..2000 * (portion + 1)).map(batch).collect();
        let committed = world.commit(batches).await;
        assert_eq!(delivered(&committed, "gw-b").len(), 1000);
        // The last are not kept here: their gateway has them.
        let (kept, full) = if portion == 0 { (1000, 0) } else { (0, 1) };
        assert_eq!((committed.refused.len(), committed.full.len()), (kept, full));
    }
    assert_eq!(world.quarantine().count().unwrap(), 1000);
    // What is delivered is acknowledged all the same.
    let committed = world.commit(vec![batch(0)]).await;
    assert_eq!(delivered(&committed, "gw-b").len(), 1000);
    assert_eq!(committed.full.len(), 0);
}

#[tokio::test]
async fn what_is_refused_of_a_delivered_batch_is_kept_without_room_once() {
    let world = World::new();
    // A value takes the place of sixteen others, and then of no more.
    let value = |seq: u64| of("gw-b", seq, &[good("pond-2/level", 0, seq as f64)]);
    for seq in 1..=17 {
        world.commit(vec![value(seq)]).await;
    }
    world.fill("gw-b", 1000);
    let committed = world.commit(vec![value(18)]).await;
    assert_eq!((committed.refused.len(), committed.full.len()), (1, 0));
    assert_eq!(
        (delivered(&committed, "gw-b"), world.quarantine().count().unwrap()),
        (vec![(1, 18)], 1001)
    );
    let committed = world.commit(vec![value(19), value(18)]).await;
    assert_eq!((committed.refused.len(), committed.full.len()), (0, 1));
    assert_eq!(
        (delivered(&committed, "gw-b"), world.quarantine().count().unwrap()),
        (vec![(1, 18)], 1001)
    );
}

#[tokio::test]
async fn what_was_refused_beforehand_is_kept_with_the_rest_and_once() {
    let world = World::new();
    let ahead = good("pond-1/level", 10_000, 1.0);
    let request = || CommitRequest {
        batches: vec![of("gw-a", 1, &[])],
        refused: vec![Refused::new(
            &of("gw-a", 1, &[]),
            vec![ahead.clone()],
            Text::verbatim("ahead"),
        )],
        latest: None,
    };
    for _ in 0..2 {
        let committed = world.store.commit(request(), at(100)).await.unwrap();
        assert_eq!((committed.refused.len(), delivered(&committed, "gw-a")), (1, vec![(1, 1)]));
    }
    assert_eq!(world.quarantine().count().unwrap(), 1);
}

/// Refuses to commit.
struct Broken;

impl Store for Broken {
    fn commit(&mut self, _: &[Batch], _: Timestamp) -> Result<Committed, StoreError> {
        Err(StoreError::Closed)
    }

    fn birth(&mut self, _: &GatewayId, _: &Birth, _: Timestamp) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }

    fn status(&mut self, _: &GatewayId, _: &Status, _: Timestamp) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }
}

#[tokio::test]
async fn a_commit_that_fails_is_tried_again_with_what_it_hands_back() {
    let world = World::new();
    world.commit(vec![of("gw-a", 1, &[good("pond-1/level", 0, 1.0)])]).await;
    let owners = Owners::open(&world.path, BTreeMap::new()).unwrap();
    let broken = StoreHandle::start(Box::new(Broken), world.quarantine(), owners).unwrap();
    let both = of("gw-b", 1, &[good("pond-1/level", 5, 9.0), good("pond-2/level", 5, 2.0)]);
    let request = CommitRequest { batches: vec![both], ..Default::default() };
    let failed = broken.commit(request, at(100)).await.unwrap_err();
    // What is refused is in the quarantine before anything is stored.
    assert_eq!(world.quarantine().count().unwrap(), 1);
    assert_eq!(failed.request.refused.len(), 1);
    let committed = world.store.commit(failed.request, at(100)).await.unwrap();
    assert_eq!((committed.new_readings, committed.refused.len()), (1, 1));
    assert_eq!((world.quarantine().count().unwrap(), world.readings("pond-2/level").len()), (1, 1));
}

#[tokio::test]
async fn a_foreign_birth_changes_no_meter_and_is_quarantined_once() {
    let world = World::new();
    let name = "pump-1/energy_total";
    let born = |modulus| born(name, Some(modulus), Some(50.0));
    assert_eq!(world.store.birth(gateway("gw-a"), born(1e6), at(0)).await.unwrap(), None);
    world.commit(vec![of("gw-a", 1, &[good(name, 0, 5.0)])]).await;
    for _ in 0..2 {
        let problem =
            world.store.birth(gateway("gw-evil"), born(10.0), at(1)).await.unwrap().unwrap();
        assert!(problem.to_string().contains("pump-1 belongs to gw-a"), "{problem}");
    }
    let kept = world.quarantine().list(None).unwrap();
    assert_eq!((kept.len(), kept[0].topic.as_str()), (1, "hanqing/v1/gw-evil/birth"));
    let counters = Sqlite::open_reader(&world.path).unwrap().counters().unwrap();
    assert_eq!(counters.values().map(|spec| spec.modulus).collect::<Vec<_>>(), [Some(1e6)]);
    // Its station is its own.
    let pin = Owners::open(&world.path, BTreeMap::new()).unwrap();
    let station: StationId = "pump-1".parse().unwrap();
    assert_eq!(pin.pin_of(&station).unwrap().unwrap().gateway, gateway("gw-a"));
}

/// Has some portions of work left.
struct Busy {
    left: u32,
    done: std::sync::mpsc::SyncSender<u32>,
}

impl Store for Busy {
    fn commit(&mut self, _: &[Batch], _: Timestamp) -> Result<Committed, StoreError> {
        Ok(Committed::default())
    }

    fn birth(&mut self, _: &GatewayId, _: &Birth, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn status(&mut self, _: &GatewayId, _: &Status, _: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }

    fn work_on(&mut self) -> Result<bool, StoreError> {
        self.left = self.left.saturating_sub(1);
        self.done.send(self.left).unwrap();
        Ok(self.left > 0)
    }
}

#[tokio::test]
async fn what_the_store_puts_off_is_done_between_two_jobs_until_none_is_left() {
    let world = World::new();
    let (done, portions) = std::sync::mpsc::sync_channel(8);
    let owners = Owners::open(&world.path, BTreeMap::new()).unwrap();
    let busy = Box::new(Busy { left: 3, done });
    let store = StoreHandle::start(busy, world.quarantine(), owners).unwrap();
    let status = Status::new(GatewayState::Online, at(0));
    store.status(gateway("gw-a"), status, at(0)).await.unwrap();
    assert_eq!([2, 1, 0], [(); 3].map(|()| portions.recv().unwrap()));
    drop(store);
    assert!(portions.recv().is_err(), "no more is done, and the thread has ended");
}
