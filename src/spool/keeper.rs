//! The thread that owns the spool's file, and the handle that others hold.
//!
//! What has just been appended is handed to the uplink in memory; the file is read for what is older. Where the file cannot be
//! written, readings wait in memory and are tried again: a disk that is full or read-only ends no gateway.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::shared::Shared;
use super::{Spool, SpoolError, SpoolHandle, SpoolStats, SpooledBatch, Trouble};
use crate::core::Reading;
use crate::support::{Clock, Stopwatch};
use crate::wire::{BootId, LostTo, Remains, Timebase};

/// How long what the hub has said may wait for the thread to look at it.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// How long what is released may go without being noted in the file. What a power cut makes forget is sent once more.
const NOTE_AFTER: Duration = Duration::from_secs(600);

/// Requests that may wait for the disk. Each bus has at most one append waiting, the uplink one fetch and one release, so it
/// is full only on a gateway of more than 250 buses; who then asks stands still until the disk has caught up.
const REQUESTS_MAX: usize = 256;

/// Readings that wait in memory while the file cannot be written: a poll of 20 series each minute for eight hours, in 2 MB.
const UNWRITTEN_MAX: usize = 10_000;

/// Stack of the thread, bytes. SQLite's deepest statement here and the encoding of a message need a tenth.
const STACK: usize = 256 * 1024;

/// What the thread is asked.
pub(super) enum Request {
    Append(Vec<Reading>, Timebase, oneshot::Sender<()>),
    Batches(u64, u64, u32, oneshot::Sender<Result<Vec<SpooledBatch>, SpoolError>>),
    /// The hub has said something, and the thread did not mean to look by itself.
    Committed,
    TimeIsKnown(Timebase),
    TimeStaysUnknown(BootId),
    Spoilt(u64),
    Traffic(String, u64),
    Close(oneshot::Sender<()>),
}

/// What the spool's thread tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeeperStats {
    /// The file.
    pub spool: SpoolStats,
    /// Readings that wait in memory, since the file cannot be written.
    pub unwritten: u64,
    /// Why it cannot.
    pub trouble: Option<Trouble>,
    /// Readings lost since the start, because there was no room left in memory either.
    pub lost: u64,
}

/// Starts the thread that owns `spool`.
///
/// # Errors
/// The operating system gives no thread.
pub fn start(spool: Spool, clock: Clock) -> std::io::Result<SpoolHandle> {
    let (requests, receiver) = mpsc::sync_channel(REQUESTS_MAX);
    let now = KeeperStats { spool: spool.stats(), ..KeeperStats::default() };
    let (sender, stats) = watch::channel(now);
    let shared = Arc::new(Shared::default());
    let keeper = Keeper {
        spool,
        shared: shared.clone(),
        now,
        stats: sender,
        clock,
        unwritten: VecDeque::new(),
    };
    std::thread::Builder::new()
        .name("spool".into())
        .stack_size(STACK)
        .spawn(move || keeper.run(&receiver))?;
    Ok(SpoolHandle { requests, shared, stats })
}

struct Keeper {
    spool: Spool,
    shared: Arc<Shared>,
    now: KeeperStats,
    stats: watch::Sender<KeeperStats>,
    clock: Clock,
    /// What could not be written, in order.
    unwritten: VecDeque<(Vec<Reading>, Timebase)>,
}

impl Keeper {
    fn run(mut self, requests: &mpsc::Receiver<Request>) {
        let mut looks = false;
        let mut noted = Stopwatch::start();
        loop {
            let wait = if looks || !self.unwritten.is_empty() { LOOK_AFTER } else { NOTE_AFTER };
            let request = requests.recv_timeout(wait);
            let came = request.is_ok();
            let ended = matches!(request, Err(RecvTimeoutError::Disconnected));
            self.release();
            // Who asked may have been cancelled meanwhile; what is stored is stored all the same.
            match request {
                Ok(Request::Append(readings, clock, reply)) => {
                    self.unwritten.push_back((readings, clock));
                    self.write();
                    self.publish();
                    let _answered = reply.send(());
                }
                Ok(Request::Batches(after, to, count, reply)) => {
                    let found = self.spool.batches(after, to, count);
                    if let Err(error) = &found {
                        self.failed(error);
                    }
                    let _answered = reply.send(found);
                }
                Ok(Request::Committed) => {}
                Ok(Request::TimeIsKnown(good)) => {
                    self.attempt(|spool, _| spool.time_is_known(good))
                }
                Ok(Request::TimeStaysUnknown(boot)) => {
                    self.attempt(|spool, _| spool.time_stays_unknown(boot, true));
                }
                Ok(Request::Spoilt(seq)) => {
                    self.attempt(|spool, clock| spool.spoilt(seq, clock.now()))
                }
                Ok(Request::Traffic(month, bytes)) => {
                    self.attempt(|spool, _| spool.note_traffic(&month, bytes));
                }
                Ok(Request::Close(reply)) => {
                    self.write();
                    self.attempt(|spool, _| spool.note());
                    self.publish();
                    if self.now.unwritten > 0 {
                        let readings = self.now.unwritten;
                        tracing::error!(
                            readings,
                            "what waited in memory could not be written and is lost"
                        );
                    }
                    let _answered = reply.send(());
                }
                Err(_) => self.write(),
            }
            if noted.elapsed() >= NOTE_AFTER || ended {
                self.attempt(|spool, _| spool.note());
                noted = Stopwatch::start();
            }
            self.publish();
            if ended {
                return;
            }
            let mut state = self.shared.lock();
            // After a second in which nothing came it sleeps until it is called.
            looks = came || !state.committed.is_empty();
            state.looks = looks;
        }
    }

    /// Takes in what the hub has said.
    fn release(&mut self) {
        let (committed, heal) = {
            let mut state = self.shared.lock();
            (std::mem::take(&mut state.committed), std::mem::take(&mut state.heal))
        };
        if !committed.is_empty() {
            self.attempt(|spool, _| spool.release(spool.epoch(), &committed, heal));
        }
    }

    /// Writes what waits, in order, as far as the file takes it. What it does not take waits, the oldest not for ever.
    fn write(&mut self) {
        while let Some((readings, clock)) = self.unwritten.front_mut() {
            match self.spool.append_or_keep(readings, clock) {
                Ok(appended) => {
                    self.unwritten.pop_front();
                    self.shared.lock().keep(appended);
                    self.recovered();
                }
                Err(error) => {
                    let renewed = self.failed(&error);
                    if !renewed {
                        break;
                    }
                }
            }
        }
        let mut waiting: usize = self.unwritten.iter().map(|(readings, _)| readings.len()).sum();
        while waiting > UNWRITTEN_MAX && self.unwritten.len() > 1 {
            if let Some((readings, _)) = self.unwritten.pop_front() {
                waiting -= readings.len();
                self.lose(&readings);
            }
        }
        self.now.unwritten = waiting as u64;
    }

    /// Counts what has found no room, to be told to the hub.
    fn lose(&mut self, readings: &[Reading]) {
        let times = readings.iter().map(|reading| reading.observed_at);
        let (Some(from), Some(to)) = (times.clone().min(), times.max()) else {
            return;
        };
        self.now.lost += readings.len() as u64;
        let lost = Remains {
            first: 1,
            lost: Some(readings.len() as u64),
            from,
            to,
            why: LostTo::Unwritten,
        };
        self.spool.lose(lost);
    }

    /// Tries something that may fail for a while without harm.
    fn attempt(&mut self, work: impl FnOnce(&mut Spool, &Clock) -> Result<(), SpoolError>) {
        if let Err(error) = work(&mut self.spool, &self.clock) {
            self.failed(&error);
        }
    }

    /// The file failed. Where it is spoilt, a new one takes its place; returns whether it has.
    fn failed(&mut self, error: &SpoolError) -> bool {
        let error_text = format!("{:#}", std::fmt::from_fn(|f| chain(f, error)));
        if error.is_spoilt() {
            match self.spool.renew(self.clock.now()) {
                Ok(aside) => {
                    tracing::error!(error = error_text, aside = %aside.display(), "the spool is spoilt; set aside, and a new one begun");
                    self.shared.lock().forget();
                    return true;
                }
                Err(error) => tracing::error!(%error, "the spool is spoilt"),
            }
        }
        let trouble = Some(Trouble::of(error, &self.spool.path));
        if self.now.trouble != trouble {
            tracing::error!(
                error = error_text,
                "the spool cannot be written; readings wait in memory"
            );
            self.now.trouble = trouble;
        }
        false
    }

    fn recovered(&mut self) {
        if self.now.trouble.take().is_some() {
            tracing::info!("the spool can be written again");
        }
    }

    fn publish(&mut self) {
        self.now.spool = self.spool.stats();
        let now = self.now;
        self.stats.send_if_modified(|stats| std::mem::replace(stats, now) != now);
    }
}

/// An error with its causes.
fn chain(f: &mut std::fmt::Formatter<'_>, error: &dyn std::error::Error) -> std::fmt::Result {
    write!(f, "{error}")?;
    match error.source() {
        Some(source) => {
            f.write_str(": ")?;
            chain(f, source)
        }
        None => Ok(()),
    }
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
