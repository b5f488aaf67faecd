//! Checks the spool against a model of its guarantees, on a disk that fails: power cuts at any write, writes that fail.
//!
//! `HANQING_CASES=10000 cargo test --release --lib spool::model` is the long run; seeds that failed are kept in
//! `tests/spool-model-seeds.txt` and tried first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::test_kit::*;
use super::{Limits, Spool, SpoolError, ViewBound};
use crate::core::Reading;
use crate::support::test_disk::Disk;
use crate::wire::{Batch, BootId, Timebase};

const PATH: &str = "spool.db";

/// Cases to try if HANQING_CASES is not set.
const CASES: u32 = 300;

#[derive(Debug, Clone)]
enum Action {
    /// This many polls, of this many series.
    Append(u8, u8),
    /// The hub acknowledges these and may say that it has lost others.
    Release(u64, u64, bool),
    /// Batches up to this number are handed to a broker.
    HandOver(u64),
    /// A view has had batches up to this number, and its place is to be saved with the next append or not.
    View(u64, bool),
    /// The connection ends.
    Disconnect,
    Note,
    /// The clock of this boot becomes known, or nothing is held any more.
    Time(bool),
    /// The power fails after this many writes; the seed decides what is left.
    PowerFails(u64, u64),
    /// One write fails after this many others.
    WriteFails(u64, bool),
    Reopen,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (1u8..12, 1u8..60).prop_map(|(polls, series)| Action::Append(polls, series)),
        3 => (0u64..60, 0u64..40, any::<bool>()).prop_map(|(f, n, heal)| Action::Release(f, f + n, heal)),
        2 => (0u64..80).prop_map(Action::HandOver),
        2 => (0u64..80, any::<bool>()).prop_map(|(seq, saves)| Action::View(seq, saves)),
        1 => Just(Action::Disconnect),
        1 => Just(Action::Note),
        1 => any::<bool>().prop_map(Action::Time),
        4 => (1u64..60, any::<u64>()).prop_map(|(at, seed)| Action::PowerFails(at, seed)),
        2 => (1u64..30, any::<bool>()).prop_map(|(at, full)| Action::WriteFails(at, full)),
        1 => Just(Action::Reopen),
    ]
}

/// What the spool has guaranteed.
#[derive(Default)]
struct Model {
    /// Readings that the spool has confirmed, by the number of their batch: series and value.
    stored: BTreeMap<u64, Vec<(String, f64)>>,
    /// Refused readings. They may be there once, if the power failed between the write and the answer.
    doubtful: Vec<Vec<(String, f64)>>,
    /// What the hub has had at some time.
    released: BTreeSet<u64>,
    /// The highest number ever handed over.
    handed_to: u64,
    /// Readings made so far: each has a value of its own.
    made: u32,
    /// Values of readings that the view has had.
    viewed: BTreeSet<u32>,
}

struct Run {
    disk: Disk,
    spool: Option<Spool>,
    model: Model,
    limits: Limits,
    clock: Timebase,
    seed: u64,
    /// Most readings that may wait for the view.
    view_max: u64,
}

impl Run {
    fn open(&mut self) -> &mut Spool {
        if self.spool.is_none() {
            let opened = loop {
                match Spool::open_in(
                    Path::new(PATH),
                    &gateway(),
                    self.limits,
                    Some(&self.disk.name),
                ) {
                    Ok(mut spool) => {
                        let (name, backlog_max) = ("county".into(), self.view_max);
                        match spool.set_views(vec![ViewBound { name, backlog_max }]) {
                            Ok(()) if !self.disk.is_dead() => break spool,
                            // The power failed while the view was noted.
                            Ok(()) => {}
                            Err(error) => assert!(!error.is_damage(), "{error:?}"),
                        }
                        drop(spool);
                        self.disk.restart(self.seed);
                    }
                    // The fault hit while opening; the next start has to succeed.
                    Err(error) => {
                        assert!(
                            !error.is_damage(),
                            "no fault of power or disk spoils the file: {error:?}"
                        );
                        self.disk.restart(self.seed);
                    }
                }
            };
            self.spool = Some(opened);
        }
        self.spool.as_mut().unwrap()
    }

    /// After a power cut, restarts the machine and checks the spool against the model.
    fn after(&mut self) -> Result<(), TestCaseError> {
        if self.disk.is_dead() {
            self.spool = None;
            self.disk.restart(self.seed);
            self.clock =
                Timebase { boot: BootId(self.clock.boot.0 + 1), provisional: true, ..CLOCK };
        }
        self.check()
    }

    fn readings(&mut self, series: u8) -> Vec<Reading> {
        let made = (0..series).map(|n| {
            self.model.made += 1;
            let mut reading = reading(i64::from(self.model.made));
            reading.series = format!("pond-{n}/level").parse().unwrap();
            reading.outcome = crate::core::Outcome::Value(f64::from(self.model.made));
            reading
        });
        made.collect()
    }

    fn append(&mut self, series: u8) {
        let readings = self.readings(series);
        let values = identities(&readings);
        let clock = self.clock;
        let spool = self.open();
        match spool.append(readings, clock) {
            Ok(_) => {
                let seq = spool.stats().last_seq;
                let before = self.model.stored.insert(seq, values);
                assert_eq!(before, None, "number {seq} was given twice");
            }
            Err(error) => {
                assert!(!error.is_damage(), "{error:?}");
                self.model.doubtful.push(values);
            }
        }
    }

    /// Checks that everything guaranteed is there, and nothing else.
    fn check(&mut self) -> Result<(), TestCaseError> {
        let spool = self.open();
        let all = everything(spool);
        let (stats, last_seq) = (spool.stats(), spool.stats().last_seq);
        let waiting: BTreeSet<u64> = numbers(spool).into_iter().collect();
        for seq in all.iter().map(|batch| batch.seq).filter(|seq| *seq > self.model.handed_to) {
            let released = self.spool.as_ref().is_some_and(|spool| spool.released.contains(seq));
            prop_assert!(!released, "{} was never handed over", seq);
        }
        let held: u64 = stats.held;
        prop_assert_eq!(stats.batches, waiting.len() as u64 + held);
        let mut thinned = Vec::new();
        let mut seen = BTreeSet::new();
        for batch in &all {
            if let Some(loss) = batch.loss {
                thinned.push((loss.first, batch.seq));
            }
            for (series, value) in identities(&batch.readings) {
                prop_assert!(seen.insert(value as u32), "{} of {} twice", value, series);
            }
            match self.model.stored.get(&batch.seq) {
                Some(stored) if batch.loss.is_none() => {
                    prop_assert_eq!(&identities(&batch.readings), stored);
                }
                Some(_) => {}
                // Written, but the power failed before the answer: then it must be whole.
                None => {
                    let whole = identities(&batch.readings);
                    let place = self.model.doubtful.iter().position(|doubtful| *doubtful == whole);
                    prop_assert!(place.is_some(), "batch {} was never made", batch.seq);
                    self.model.doubtful.swap_remove(place.unwrap());
                    self.model.stored.insert(batch.seq, whole);
                }
            }
        }
        for (&seq, stored) in &self.model.stored {
            prop_assert!(seq <= last_seq, "number {} would be given again", seq);
            if self.model.released.contains(&seq)
                || thinned.iter().any(|(first, last)| (*first..=*last).contains(&seq))
            {
                continue;
            }
            let there = all.iter().find(|batch| batch.seq == seq);
            prop_assert!(there.is_some(), "batch {} of {} readings is lost", seq, stored.len());
        }
        self.check_view(&all)
    }

    /// Checks that whatever was stored the view has had, can have, or has lost by its own count.
    fn check_view(&mut self, all: &[Batch]) -> Result<(), TestCaseError> {
        let place = self.open().views.places[0];
        let waiting: Vec<u32> = all
            .iter()
            .filter(|batch| batch.seq > place.cursor)
            .flat_map(|batch| identities(&batch.readings))
            .map(|(_, value)| value as u32)
            .collect();
        prop_assert_eq!(place.backlog, waiting.len() as u64);
        prop_assert!(place.backlog <= self.view_max, "{:?}", place);
        let stored = self.model.stored.values().flatten().map(|(_, value)| *value as u32);
        let waiting: BTreeSet<u32> = waiting.into_iter().collect();
        let had = &self.model.viewed;
        let missing = stored.filter(|value| !waiting.contains(value) && !had.contains(value));
        prop_assert!(missing.count() as u64 <= place.lost, "{:?}", place);
        Ok(())
    }

    fn act(&mut self, action: Action) -> Result<(), TestCaseError> {
        match action {
            Action::Append(polls, series) => {
                for _ in 0..polls {
                    self.append(series);
                    if self.disk.is_dead() {
                        break;
                    }
                }
            }
            Action::Release(first, last, heal) => {
                let spool = self.open();
                let waiting: Vec<u64> =
                    numbers(spool).into_iter().filter(|s| (first..=last).contains(s)).collect();
                let batches = waiting.iter().map(|seq| (*seq, *seq));
                let stands: Vec<_> = everything(spool)
                    .iter()
                    .filter(|b| waiting.contains(&b.seq))
                    .map(Batch::stands_for)
                    .collect();
                let committed = batches.chain(stands.iter().copied()).collect();
                let epoch = spool.epoch();
                let released: Result<_, SpoolError> = spool.release(epoch, &committed, heal);
                let handed_to = self.model.handed_to;
                let foreign = released.ok().flatten();
                prop_assert!(foreign.is_none_or(|seq| seq > handed_to), "{foreign:?} was sent");
                for (first, last) in stands {
                    if first <= handed_to {
                        self.model.released.extend(first..=last.min(handed_to));
                    }
                }
            }
            Action::HandOver(seq) => {
                let spool = self.open();
                let (epoch, seq) = (spool.epoch(), seq.min(spool.stats().last_seq));
                if spool.begin_sending(epoch).is_ok() {
                    spool.hand_over(epoch, &range(1, seq));
                    self.model.handed_to = self.model.handed_to.max(seq);
                }
            }
            Action::View(seq, saves) => {
                let spool = self.open();
                let (epoch, seq) = (spool.epoch(), seq.min(spool.view_to()));
                let after = spool.views.places[0].cursor;
                let had = everything(spool).into_iter().filter(|b| b.seq > after && b.seq <= seq);
                let had: Vec<_> = had.flat_map(|batch| identities(&batch.readings)).collect();
                if spool.view_confirmed(0, epoch, seq, 0).is_ok() && saves {
                    spool.views.save_with_next();
                }
                self.model.viewed.extend(had.into_iter().map(|(_, value)| value as u32));
            }
            Action::Disconnect => self.open().end_sending(),
            Action::Note => {
                let _failed = self.open().save_state();
            }
            Action::Time(known) => {
                let clock = Timebase { provisional: false, ..self.clock };
                let spool = self.open();
                if known {
                    let _failed = spool.correct_held(clock);
                    self.clock = clock;
                } else {
                    let _failed = spool.stop_holding(clock.boot, true);
                }
            }
            Action::PowerFails(at, seed) => {
                self.seed = seed;
                self.disk.power_fails_after(at);
                return Ok(());
            }
            Action::WriteFails(at, full) => {
                self.disk.one_fails_after(at, full);
                return Ok(());
            }
            Action::Reopen => self.spool = None,
        }
        self.after()
    }
}

fn identities(readings: &[Reading]) -> Vec<(String, f64)> {
    readings.iter().map(|r| (r.series.to_string(), r.value().unwrap())).collect()
}

/// All batches in the file, released or not.
fn everything(spool: &Spool) -> Vec<Batch> {
    let mut statement = spool.connection.prepare("SELECT payload FROM batch ORDER BY seq").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    rows.map(|row| super::message::decode(&row.unwrap()).unwrap()).collect()
}

fn cases() -> u32 {
    let named = std::env::var("HANQING_CASES").ok();
    named.map_or(CASES, |cases| cases.parse().expect("HANQING_CASES is a number"))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/spool-model-seeds.txt"))),
        ..ProptestConfig::with_cases(cases())
    })]
    #[test]
    fn guarantees_hold(
        actions in prop::collection::vec(action(), 1..25),
        // Some limits are so small that space has to be reclaimed all the time.
        size_max in prop_oneof![Just(64u64 << 20), 4_000u64..40_000],
        view_max in prop_oneof![Just(1u64 << 40), 100u64..1_000],
    ) {
        let mut run = Run {
            disk: Disk::attach(),
            spool: None,
            model: Model::default(),
            limits: Limits { size_max, free_min: 0 },
            clock: Timebase { provisional: true, ..CLOCK },
            seed: 0,
            view_max,
        };
        for action in actions {
            run.act(action)?;
        }
        // In the end the power fails once more.
        run.disk.power_fails_after(1);
        run.append(3);
        run.after()?;
    }
}
