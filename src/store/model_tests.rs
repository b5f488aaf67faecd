//! Checks the hub's store against a model of its promises, on a disk that fails: power cuts and kills at any write,
//! writes that fail, a disk that is full. What a commit has returned is there for ever; what failed is there wholly or
//! not at all, and can be repeated.
//!
//! `HANQING_STORE_CASES=10000 cargo test --release --lib store::handle::model` is the long run; seeds that failed are
//! kept in `tests/store-model-seeds.txt` and tried first.

#[path = "test_actions.rs"]
mod actions;
#[path = "test_world.rs"]
mod world;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use self::actions::{Action, BEGIN_MS, GATEWAYS, Given, SERIES, Sent, action};
use self::world::{Seen, World, calendar, identity, is_of_the_disk, rules};
use super::*;
use crate::core::{
    Correction, CorrectionKind, Flag, HOUR_MS, Outcome, Reading, Reason, StationId, Withdrawal,
    hour_start_ms,
};
use crate::store::Sqlite;
use crate::support::test_disk::Disk;
use crate::wire::{BirthSeries, CounterSpec, GatewayState, LossCause, LossRecord};

/// Cases to try if HANQING_STORE_CASES is not set.
const CASES: u32 = 200;

/// A store that its thread has, and that is looked at beside it.
#[derive(Clone)]
struct Seeing(Arc<Mutex<Sqlite>>);

impl Seeing {
    fn with<T>(&self, work: impl FnOnce(&mut Sqlite) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }
}

impl Store for Seeing {
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.with(|store| store.commit(batches, now))
    }

    fn commit_in_part(
        &mut self,
        batches: &[Batch],
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        self.with(|store| store.commit_in_part(batches, now))
    }

    fn refuse(
        &mut self,
        batches: &mut [Batch],
        now: Timestamp,
    ) -> Result<Vec<Refused>, StoreError> {
        self.with(|store| store.refuse(batches, now))
    }

    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.with(|store| store.birth(gateway, birth, now))
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.with(|store| store.status(gateway, status, now))
    }
}

/// The hub's store as it is open.
struct Open {
    owned: Owned,
    store: Seeing,
}

struct Run {
    open: Option<Open>,
    /// After what is open on it.
    disk: Disk,
    /// What is promised.
    world: World,
    /// What may be there instead since a write failed, until another one succeeds.
    doubtful: Vec<World>,
    /// Whether it has been opened since it was looked at: nothing is doubtful then.
    is_fresh: bool,
    /// Whether raw readings may be gone since a write failed.
    may_be_purged: bool,
    /// Refused readings that may lie in the quarantine.
    refused: BTreeSet<String>,
    pins: BTreeMap<StationId, GatewayId>,
    /// What was said of each counter.
    rules: BTreeSet<String>,
    /// What came last, and a failed request where it can be tried again as it is.
    last: (Vec<Batch>, Option<CommitRequest>),
    now_ms: i64,
    /// Hours that one commit folds at most.
    fold_max: usize,
    seed: u64,
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap()
}

fn gateway(place: usize) -> GatewayId {
    GATEWAYS[place].parse().unwrap()
}

fn declared() -> BTreeMap<StationId, GatewayId> {
    let owners = [("pond-1", 0), ("meter-1", 0), ("pond-2", 1), ("pump-2", 1)];
    owners.map(|(station, owner)| (station.parse().unwrap(), gateway(owner))).into()
}

impl Run {
    fn new(fold_max: usize) -> Self {
        Self {
            disk: Disk::attach(),
            open: None,
            world: World::default(),
            doubtful: Vec::new(),
            is_fresh: true,
            may_be_purged: false,
            refused: BTreeSet::new(),
            pins: BTreeMap::new(),
            rules: BTreeSet::new(),
            last: Default::default(),
            now_ms: BEGIN_MS,
            fold_max,
            seed: 0,
        }
    }

    fn now(&self) -> Timestamp {
        instant(self.now_ms)
    }

    fn try_open(&self) -> Result<Open, StoreError> {
        let path = PathBuf::from(format!("file:/nowhere/store.db?vfs={}", self.disk.name));
        let mut store = Sqlite::open(&path)?;
        store.fold_max = self.fold_max;
        store.connection.execute_batch("PRAGMA wal_autocheckpoint = 60;")?;
        let mode: String =
            store.connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        assert_eq!(mode, "wal");
        let store = Seeing(Arc::new(Mutex::new(store)));
        let owners = Owners::open(&path, declared())?;
        let quarantine = Quarantine::open(&path)?;
        Ok(Open { owned: Owned { store: Box::new(store.clone()), quarantine, owners }, store })
    }

    fn open(&mut self) -> &mut Open {
        while self.open.is_none() {
            match self.try_open() {
                Ok(open) if self.disk.is_dead() => {
                    // While it is dead: what has a file open must not go on with it afterwards.
                    drop(open);
                    self.disk.restart(self.seed);
                }
                Ok(open) => {
                    self.open = Some(open);
                    self.is_fresh = true;
                }
                // The fault hit while opening; the next start has to succeed.
                Err(error) => {
                    is_of_the_disk(&error);
                    match self.disk.is_dead() {
                        true => self.disk.restart(self.seed),
                        false => self.disk.mend(),
                    }
                }
            }
        }
        self.open.as_mut().unwrap()
    }

    /// Notes what was promised by something that has succeeded.
    fn succeeded(&mut self, after: World, wrote: bool) {
        if wrote || after != self.world {
            self.doubtful.clear();
            self.may_be_purged = false;
        }
        self.world = after;
    }

    /// Notes what may be there after something has failed.
    fn failed(&mut self, error: &StoreError, after: World) {
        is_of_the_disk(error);
        self.doubtful.push(after);
    }

    fn settled(&mut self, done: Result<(), StoreError>, after: World) {
        match done {
            Ok(()) => self.succeeded(after, false),
            Err(error) => self.failed(&error, after),
        }
    }

    fn batch(&self, sent: &Sent) -> Batch {
        let (gateway, seq) = (gateway(sent.gateway), sent.seq + sent.lost);
        let loss = (sent.lost > 0).then_some(LossRecord {
            first: sent.seq,
            lost: Some(sent.lost),
            from: self.now(),
            to: self.now(),
            why: LossCause::Thinned,
        });
        let readings = sent.readings.iter().map(|given| self.reading(given)).collect();
        Batch { gateway, epoch: Epoch(sent.epoch), seq, clock: None, loss, readings }
    }

    fn reading(&self, &(series, hours_ago, part, value): &Given) -> Reading {
        let hour_ms = hour_start_ms(self.now_ms) - hours_ago * HOUR_MS;
        // Each in another of the parts in which hot readings lie together.
        let observed_at = instant(hour_ms + part * 400_000 + 1_000 * part);
        let name = SERIES[series].parse().unwrap();
        let grown = ((hour_ms - BEGIN_MS) / HOUR_MS) as f64;
        let level = if series % 2 == 1 { 1000.0 + 3.5 * grown } else { 98.5 };
        let good = Reading::good(name, observed_at, level + 0.1 * part as f64);
        let flagged = |flag, more| Reading {
            outcome: Outcome::Value(level + more),
            flag,
            reason: Some(Reason::Unexpected),
            raw: vec![7, 9].into(),
            ..good.clone()
        };
        match value {
            0 => Reading::missing(good.series, observed_at, Reason::Timeout, vec![]),
            1 => flagged(Flag::Fail, 700.0),
            2 => flagged(Flag::Suspect, -0.3),
            3 => Reading { outcome: Outcome::Value(0.2), ..good },
            4 => Reading { outcome: Outcome::Value(level + 0.7), ..good },
            _ => good,
        }
    }

    /// Who owns stations, as far as anybody does.
    fn owners(&mut self) -> BTreeMap<StationId, GatewayId> {
        let mut owners = declared();
        let pins = self.open().owned.owners.pins().unwrap();
        owners.extend(pins.into_iter().map(|pin| (pin.station, pin.gateway)));
        owners
    }

    fn commit(&mut self, batches: Vec<Batch>) {
        let request = CommitRequest { batches: batches.clone(), ..Default::default() };
        self.last = (batches, None);
        self.request(request);
    }

    fn request(&mut self, mut request: CommitRequest) {
        let (now, owners) = (self.now(), self.owners());
        let mut after = self.world.clone();
        for refused in &request.refused {
            let readings = refused.batch.readings.iter();
            after.keep(readings.map(|reading| identity(&refused.batch, reading)));
        }
        let taken = after.commit(&request.batches, owners);
        self.refused.extend(after.kept().cloned());
        let keys: BTreeSet<(GatewayId, Epoch)> =
            request.batches.iter().map(|batch| (batch.gateway.clone(), batch.epoch)).collect();
        match self.open().owned.commit(&mut request, now) {
            Ok(committed) => {
                assert_eq!(
                    (committed.new_readings, committed.replaced),
                    (taken.new, taken.replaced)
                );
                let told = |key| (after.delivered.get(&key).cloned(), key);
                let told = keys.into_iter().map(told).filter_map(|(set, key)| Some((key, set?)));
                assert_eq!(committed.delivered, told.collect());
                assert!(committed.whole && committed.full.is_empty() && committed.left.is_empty());
                self.succeeded(after, !request.batches.is_empty());
                self.last.1 = None;
            }
            Err(error) => {
                self.failed(&error, after);
                self.last.1 = Some(request);
            }
        }
    }

    fn again(&mut self) {
        match self.last.1.take() {
            Some(request) => self.request(request),
            None => self.commit(self.last.0.clone()),
        }
    }

    fn correct(&mut self, series: usize, times: u64) {
        let owner = [0, 0, 1, 1, 2, 2][series];
        let value = |n: u64| Sent {
            gateway: owner,
            epoch: 1,
            seq: 100 + n,
            lost: 0,
            readings: vec![(series, 0, 0, 3 + (n % 3) as usize)],
        };
        let batches = (0..times).map(|n| self.batch(&value(n))).collect();
        self.commit(batches);
    }

    fn import(&mut self, sent: &Sent) {
        let batch = Batch { gateway: "office".parse().unwrap(), ..self.batch(sent) };
        let (now, mut after) = (self.now(), self.world.clone());
        after.import(std::slice::from_ref(&batch));
        match self.open().store.with(|store| store.import(&[batch], now)) {
            Ok(_) => {
                assert_eq!(self.open().store.with(|store| store.pending().unwrap()), 0);
                self.succeeded(after, true);
            }
            Err(error) => self.failed(&error, after),
        }
    }

    fn birth(&mut self, by: usize, series: usize, rule: Option<(u32, Option<u32>)>) -> bool {
        let series: crate::core::Series = SERIES[series].parse().unwrap();
        let rule = rule.map(|(modulus, rate)| CounterSpec {
            modulus: Some(f64::from(modulus)),
            max_rate_per_hour: rate.map(f64::from),
        });
        self.rules.insert(said(&series, rule));
        let unit = series.parameter.spec().unit;
        let one = BirthSeries { series, unit, interval_s: 60, counter: rule };
        let birth = Birth::new("0.1.0", "c".into(), vec![one]);
        let now = self.now();
        let done = self.open().owned.birth(&gateway(by), birth, now);
        let is_noted = done.is_ok();
        self.settled(done.map(|_| ()), self.world.clone());
        is_noted
    }

    fn status(&mut self, by: usize, online: bool) {
        let state = if online { GatewayState::Online } else { GatewayState::Offline };
        let (now, status) = (self.now(), Status::new(state, self.now()));
        let done = self.open().store.with(|store| store.status(&gateway(by), &status, now));
        self.settled(done, self.world.clone());
    }

    fn purge(&mut self, hours_ago: i64, most: u32) {
        let before = self.now() - SignedDuration::from_hours(hours_ago);
        if let Err(error) = self.open().store.with(Sqlite::settle) {
            return is_of_the_disk(&error);
        }
        self.may_be_purged = true;
        match self.open().store.with(|store| store.purge_raw(before, most)) {
            Ok(_) => {
                let to_ms = self.open().store.with(|store| purged_to(store));
                let mut after = self.world.clone();
                if let Some(to_ms) = to_ms {
                    let most = after.purged_to.max(Some(hour_start_ms(before.as_millisecond())));
                    assert!(after.purged_to <= Some(to_ms) && Some(to_ms) <= most);
                    let rules = self.open().store.with(|store| rules(store));
                    after.purge(to_ms, &rules);
                }
                self.succeeded(after, false);
            }
            Err(error) => is_of_the_disk(&error),
        }
    }

    fn set_calendar(&mut self, place: usize) {
        let mut after = self.world.clone();
        after.calendar = place;
        let done = self.open().store.with(|store| store.set_calendar(&calendar(place)));
        self.settled(done, after);
    }

    fn say(&mut self, series: usize, hours_ago: i64, minutes: i64, kind: CorrectionKind) {
        let from = instant(self.now_ms - hours_ago * HOUR_MS);
        let to = from + SignedDuration::from_mins(minutes);
        let (series, reason, by) = (SERIES[series].parse().unwrap(), "r".into(), "p".into());
        let (at, withdrawn) = (self.now(), None);
        let correction = Correction { id: 0, series, from, to, kind, reason, by, at, withdrawn };
        let mut after = self.world.clone();
        // A birth brings series in as well.
        let known = self.open().store.with(|store| store.knows(&correction.series).unwrap());
        let expected = after.correct(&correction, known);
        let done = self.open().store.with(|store| store.correct(&correction));
        self.said(done, expected, after);
    }

    fn unsay(&mut self, place: usize) {
        let (id, at, mut after) = (place as i64 + 1, self.now(), self.world.clone());
        let withdrawal = Withdrawal { reason: "r".into(), by: "p".into(), at };
        let expected = after.withdraw(id, withdrawal);
        let done = self.open().store.with(|store| store.withdraw(id, "p", "r", at));
        self.said(done, expected, after);
    }

    fn said<T: std::fmt::Debug + PartialEq>(
        &mut self,
        done: Result<Result<T, Text>, StoreError>,
        expected: Result<T, ()>,
        after: World,
    ) {
        match done.map(|done| done.map_err(|_| ())) {
            Ok(done) => {
                assert_eq!(done, expected);
                self.succeeded(after, done.is_ok());
            }
            Err(error) => self.failed(&error, after),
        }
    }

    fn work(&mut self, portions: u8) {
        for _ in 0..portions {
            match self.open().store.with(|store| store.work_on()) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return is_of_the_disk(&error),
            }
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Commit(hours, all) => {
                self.now_ms += hours * HOUR_MS + 60_000;
                let batches = all.iter().map(|sent| self.batch(sent)).collect();
                self.commit(batches);
            }
            Action::Again => self.again(),
            Action::Correct(series, times) => self.correct(series, times),
            Action::Import(sent) => self.import(&sent),
            Action::Birth(by, series, rule) => {
                self.birth(by, series, rule);
            }
            Action::Status(by, online) => self.status(by, online),
            Action::Work(portions) => self.work(portions),
            Action::Purge(hours_ago, most) => self.purge(hours_ago, most),
            Action::Calendar(place) => self.set_calendar(place),
            Action::Say(series, hours_ago, minutes, kind) => {
                self.say(series, hours_ago, minutes, kind);
            }
            Action::Unsay(place) => self.unsay(place),
            Action::PowerFails(at, seed) => {
                self.seed = seed;
                return self.disk.power_fails_after(at);
            }
            Action::Killed(at) => return self.disk.process_dies_after(at),
            Action::WriteFails(at, full) => return self.disk.one_fails_after(at, full),
            Action::Fills(at) => return self.disk.is_full_after(at),
            Action::MakeRoom => return self.disk.mend(),
            Action::Reopen => self.close(),
        }
        self.check();
    }

    fn close(&mut self) {
        self.open = None;
        self.last.1 = None;
    }

    /// After a power cut or a kill, starts again. Everything promised has to be there, and nothing else.
    fn check(&mut self) {
        if self.disk.is_dead() {
            self.close();
            self.disk.restart(self.seed);
        }
        let open = self.open();
        let kept = set_aside(&open.owned.quarantine);
        let seen = open.store.with(|store| Seen::of(store, &SERIES, kept));
        if self.may_be_purged
            && let Some(to_ms) = seen.purged_to
        {
            let mut purged = self.world.clone();
            purged.purge(to_ms, &seen.rules);
            self.doubtful.push(purged);
        }
        let found = match self.world.differs(&seen) {
            None => self.world.clone(),
            Some(differs) => {
                let others: Vec<_> =
                    self.doubtful.iter().map(|world| world.differs(&seen)).collect();
                let found = others.iter().rposition(Option::is_none);
                let found = found.unwrap_or_else(|| panic!("{differs}; or {others:?}"));
                self.is_fresh = true;
                self.doubtful[found].clone()
            }
        };
        let is_fresh = std::mem::take(&mut self.is_fresh);
        self.succeeded(found, is_fresh);
        self.check_others(&seen);
    }

    fn check_others(&mut self, seen: &Seen) {
        let never = seen.kept.difference(&self.refused).next();
        assert_eq!(never, None, "was not refused");
        let none = counter_rules_without(seen, &self.rules);
        assert!(none.is_empty(), "{none:?} was never said");
        let pins = self.open().owned.owners.pins().unwrap();
        let pins: BTreeMap<StationId, GatewayId> =
            pins.into_iter().map(|pin| (pin.station, pin.gateway)).collect();
        for (station, owner) in &self.pins {
            assert_eq!(pins.get(station), Some(owner), "{station} had an owner");
        }
        self.pins = pins;
    }

    /// In the end the power fails once more, and then all works.
    fn end(&mut self) {
        self.disk.power_fails_after(3);
        self.again();
        self.check();
        self.disk.mend();
        self.again();
        self.check();
        assert!(self.birth(0, 1, Some((777, Some(5)))));
        self.now_ms += 30 * HOUR_MS;
        self.again();
        self.open().store.with(Sqlite::settle).unwrap();
        let series = SERIES[1].parse().unwrap();
        let rules = self.open().store.with(|store| rules(store));
        assert_eq!(rules.get(&series).and_then(|rule| rule.modulus), Some(777.0));
        assert_eq!(self.open().store.with(|store| store.pending().unwrap()), 0);
        self.check();
        self.close();
        self.check();
    }
}

/// A rule as it was said of a counter.
fn said(series: &crate::core::Series, rule: Option<CounterSpec>) -> String {
    let (modulus, rate) = rule.map_or((None, None), |rule| (rule.modulus, rule.max_rate_per_hour));
    format!("{series} {modulus:?} {rate:?}")
}

/// Rules of the store that nobody has said.
fn counter_rules_without(seen: &Seen, all: &BTreeSet<String>) -> Vec<String> {
    let rules = seen.rules.iter();
    let rules = rules
        .map(|(series, rule)| format!("{series} {:?} {:?}", rule.modulus, rule.max_rate_per_hour));
    rules.filter(|rule| !all.contains(rule)).collect()
}

fn purged_to(store: &Sqlite) -> Option<i64> {
    let sql = "SELECT raw_from_ms FROM state";
    store.connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The readings in the quarantine.
fn set_aside(quarantine: &Quarantine) -> BTreeSet<String> {
    let all = quarantine.list(None).unwrap().into_iter().filter(|message| message.has_readings);
    let readings = all.flat_map(|message| {
        let (_, payload) = quarantine.get(message.id).unwrap().unwrap();
        let batch = Batch::from_bytes(&payload).unwrap();
        let readings = batch.readings.iter().map(|reading| identity(&batch, reading));
        readings.collect::<Vec<_>>()
    });
    readings.collect()
}

fn cases() -> u32 {
    let named = std::env::var("HANQING_STORE_CASES").ok();
    named.map_or(CASES, |cases| cases.parse().expect("HANQING_STORE_CASES is a number"))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/store-model-seeds.txt"))),
        ..ProptestConfig::with_cases(cases())
    })]
    #[test]
    fn promises_hold(
        actions in prop::collection::vec(action(), 1..25),
        // Some commits have hardly any room to fold hours: most of it is put off.
        fold_max in prop_oneof![Just(2_000usize), 1usize..6],
    ) {
        let mut run = Run::new(fold_max);
        for action in actions {
            run.act(action);
        }
        run.end();
    }
}
