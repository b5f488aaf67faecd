//! Spools of which there are two lives: restored from an older image, or copied to a second gateway of the same name.
//!
//! Hub, broker and gateways are simulated at random: nothing is released that the hub has not got, everything reaches
//! it, and a new epoch is begun only where there is another life.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::message::decode;
use super::test_kit::*;
use super::{Spool, SpooledBatch};
use crate::core::{Outcome, Reading};
use crate::wire::{Epoch, RangeSet};

/// Cases to try if HANQING_CASES is not set: each writes to a disk that syncs.
const CASES: u32 = 60;

/// The files of a spool that its image consists of.
const FILES: [&str; 2] = ["", "-wal"];

#[derive(Debug, Clone)]
enum Action {
    /// This many polls of a gateway.
    Append(usize, u8),
    /// A gateway connects; the broker ends the connection of another of the same name.
    Connect(usize),
    Disconnect(usize),
    /// A gateway sends this many batches, the newest first or the oldest.
    Send(usize, u8, bool),
    /// The hub acknowledges what it has, to whoever is connected.
    Acknowledge(bool),
    /// The power fails: what the gateway has in memory is gone.
    PowerFails(usize),
    Save(usize),
    /// The hub, and with it what is sent, comes and goes.
    Hub(bool),
    TakeImage,
    /// A gateway goes on from the image.
    Restore(usize),
}

/// What may happen to one gateway, or to two of the same name.
fn action(gateways: usize) -> impl Strategy<Value = Action> {
    let one = || 0..gateways;
    prop_oneof![
        6 => (one(), 1u8..4).prop_map(|(g, polls)| Action::Append(g, polls)),
        3 => one().prop_map(Action::Connect),
        1 => one().prop_map(Action::Disconnect),
        6 => (one(), 1u8..6, any::<bool>()).prop_map(|(g, n, newest)| Action::Send(g, n, newest)),
        5 => any::<bool>().prop_map(Action::Acknowledge),
        1 => one().prop_map(Action::PowerFails),
        1 => one().prop_map(Action::Save),
        // While two copies live, what is on its way when one takes over from the other may be mistaken.
        2 => any::<bool>().prop_map(move |up| Action::Hub(up || gateways > 1)),
        1 => Just(Action::TakeImage),
        1 => one().prop_map(Action::Restore),
    ]
}

/// Values by number, as a gateway keeps them and a hub has them.
type Values = BTreeSet<u32>;

#[derive(Default)]
struct Hub {
    batches: BTreeMap<Epoch, RangeSet>,
    values: Values,
}

struct Gateway {
    path: PathBuf,
    spool: Option<Spool>,
    connected: bool,
    /// Values that this life has to deliver.
    made: Values,
}

struct Scene {
    dir: tempfile::TempDir,
    hub: Hub,
    hub_is_up: bool,
    gateways: Vec<Gateway>,
    /// The values in the image, once there is one.
    image: Option<Values>,
    last_value: u32,
    /// Whether there has been another life.
    restored: bool,
}

fn values(batch: &[Reading]) -> impl Iterator<Item = u32> {
    batch.iter().filter_map(|reading| Some(reading.value()? as u32))
}

/// Copies the files of a spool, and leaves no other of its there.
fn copy(from: &Path, to: &Path) {
    let beside = |path: &Path, more| PathBuf::from(format!("{}{more}", path.display()));
    let _none = std::fs::remove_file(beside(to, "-shm"));
    for more in FILES {
        let _none = std::fs::remove_file(beside(to, more));
        if beside(from, more).exists() {
            std::fs::copy(beside(from, more), beside(to, more)).unwrap();
        }
    }
}

impl Gateway {
    fn spool(&mut self) -> &mut Spool {
        let path = self.path.clone();
        self.spool.get_or_insert_with(|| open(&path))
    }

    fn disconnect(&mut self) {
        self.connected = false;
        self.spool().end_sending();
    }

    /// What the hub has of its epoch comes. Returns whether a new epoch was begun.
    fn hears(&mut self, hub: &Hub, heal: bool) -> bool {
        let spool = self.spool();
        let committed = hub.batches.get(&spool.epoch()).cloned().unwrap_or_default();
        let foreign = spool.release(spool.epoch(), &committed, heal).unwrap();
        if foreign.is_some() {
            spool.renew(jiff::Timestamp::UNIX_EPOCH, Some(&committed)).unwrap();
        }
        foreign.is_some()
    }

    /// The batches that it hands to the broker now: at most `most`.
    fn send(&mut self, most: usize, newest: bool) -> Vec<SpooledBatch> {
        let spool = self.spool();
        let (epoch, send_to) = (spool.epoch(), spool.stats().send_to);
        if send_to < u64::MAX {
            let known = spool.batches(0, send_to, most as u32).unwrap();
            if !known.is_empty() {
                return known;
            }
            let ahead = spool.batches(send_to, u64::MAX, 1).unwrap();
            ahead.iter().for_each(|batch| spool.may_leave(epoch, batch.seq).unwrap());
            return ahead;
        }
        spool.begin_sending(epoch).unwrap();
        let mut batches = spool.batches(0, u64::MAX, u32::MAX).unwrap();
        if newest {
            batches.reverse();
        }
        batches.truncate(most);
        spool.hand_over(epoch, &batches.iter().map(|batch| (batch.seq, batch.seq)).collect());
        batches
    }
}

impl Scene {
    fn new(gateways: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let gateway = |n| Gateway {
            path: dir.path().join(format!("spool-{n}")),
            spool: None,
            connected: false,
            made: Values::default(),
        };
        Self {
            gateways: (0..gateways).map(gateway).collect(),
            dir,
            hub: Hub::default(),
            hub_is_up: true,
            image: None,
            last_value: 0,
            restored: false,
        }
    }

    fn image(&self) -> PathBuf {
        self.dir.path().join("image")
    }

    fn append(&mut self, gateway: usize) {
        self.last_value += 1;
        let mut made = reading(i64::from(self.last_value));
        made.outcome = Outcome::Value(f64::from(self.last_value));
        let gateway = &mut self.gateways[gateway];
        append(gateway.spool(), vec![made]);
        gateway.made.insert(self.last_value);
    }

    /// The hub says what it has to all that are connected. One that begins a new epoch connects again.
    fn say(&mut self, heal: bool) -> Result<(), TestCaseError> {
        for gateway in self.gateways.iter_mut().filter(|gateway| gateway.connected) {
            while gateway.hears(&self.hub, heal) {
                prop_assert!(self.restored, "there is no other life");
            }
        }
        Ok(())
    }

    fn connect(&mut self, gateway: usize) -> Result<(), TestCaseError> {
        self.gateways.iter_mut().for_each(Gateway::disconnect);
        self.gateways[gateway].connected = true;
        // The answer to the birth.
        if self.hub_is_up { self.say(false) } else { Ok(()) }
    }

    fn send(&mut self, gateway: usize, most: usize, newest: bool) {
        let gateway = &mut self.gateways[gateway];
        if !gateway.connected {
            return;
        }
        for sent in gateway.send(most, newest) {
            let batch = decode(&sent.message).unwrap();
            assert_eq!(batch.seq, sent.seq);
            assert_eq!(batch.epoch, gateway.spool().epoch());
            if self.hub_is_up {
                self.hub.batches.entry(batch.epoch).or_default().insert(batch.seq);
                self.hub.values.extend(values(&batch.readings));
            }
        }
    }

    fn act(&mut self, action: Action) -> Result<(), TestCaseError> {
        match action {
            Action::Append(gateway, polls) => (0..polls).for_each(|_| self.append(gateway)),
            Action::Connect(gateway) => self.connect(gateway)?,
            Action::Disconnect(gateway) => self.gateways[gateway].disconnect(),
            Action::Send(gateway, most, newest) => self.send(gateway, most.into(), newest),
            Action::Acknowledge(heal) if self.hub_is_up => self.say(heal)?,
            Action::Acknowledge(_) => {}
            Action::PowerFails(gateway) => {
                let gateway = &mut self.gateways[gateway];
                (gateway.spool, gateway.connected) = (None, false);
            }
            Action::Save(gateway) => self.gateways[gateway].spool().save_state().unwrap(),
            Action::Hub(up) => {
                let comes = up && !self.hub_is_up;
                self.hub_is_up = up;
                if comes {
                    self.say(false)?;
                }
            }
            Action::TakeImage => {
                let image = self.image();
                let gateway = &mut self.gateways[0];
                gateway.spool();
                copy(&gateway.path, &image);
                self.image = Some(gateway.made.clone());
            }
            Action::Restore(gateway) => {
                let Some(made) = self.image.clone() else { return Ok(()) };
                let image = self.image();
                let gateway = &mut self.gateways[gateway];
                (gateway.spool, gateway.connected) = (None, false);
                copy(&image, &gateway.path);
                // What only the former file had is lost with it.
                (gateway.made, self.restored) = (made, true);
            }
        }
        self.check()
    }

    /// What a gateway has made is at the hub, or waits.
    fn check(&mut self) -> Result<(), TestCaseError> {
        for (n, gateway) in self.gateways.iter_mut().enumerate() {
            let waiting = waiting(gateway.spool());
            let waits: Values = waiting.iter().flat_map(|batch| values(&batch.readings)).collect();
            let has = |value: &u32| waits.contains(value) || self.hub.values.contains(value);
            let lost: Vec<u32> = gateway.made.iter().copied().filter(|v| !has(v)).collect();
            prop_assert!(lost.is_empty(), "gateway {} has lost {:?}", n, lost);
            let stats = gateway.spool().stats();
            prop_assert_eq!(stats.batches, waiting.len() as u64);
            prop_assert_eq!(stats.readings, waits.len() as u64);
        }
        Ok(())
    }

    /// In the end everything arrives.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        self.act(Action::Hub(true))?;
        for round in 0..4 {
            for gateway in 0..self.gateways.len() {
                self.connect(gateway)?;
                for _ in 0..2 {
                    self.send(gateway, usize::MAX, round % 2 == 0);
                    self.say(true)?;
                    self.check()?;
                }
            }
        }
        for gateway in &mut self.gateways {
            prop_assert_eq!(gateway.spool().stats().batches, 0);
        }
        Ok(())
    }
}

fn run(gateways: usize, actions: Vec<Action>) -> Result<(), TestCaseError> {
    let mut scene = Scene::new(gateways);
    for action in actions {
        scene.act(action)?;
    }
    scene.settle()
}

fn cases() -> u32 {
    let named = std::env::var("HANQING_CASES").ok();
    named.map_or(CASES, |cases| cases.parse().expect("HANQING_CASES is a number"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_spool_restored_from_an_older_image_loses_nothing(
        actions in prop::collection::vec(action(1), 1..60),
    ) {
        run(1, actions)?;
    }

    #[test]
    fn two_gateways_of_one_image_lose_nothing(actions in prop::collection::vec(action(2), 1..60)) {
        run(2, actions)?;
    }
}
