//! Stores portions, again and again until each is stored, and gathers what their gateways are told.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::complaints::{Complaint, Complaints};
use super::inbox::{Queued, Sender};
use super::own_clock::OwnClock;
use super::plate_limits::PlateLimits;
use super::portion::{Introduction, Portion, Report, Unknown, Unreadable};
use super::retry::{self, Released};
use super::{HubState, REMEMBERED_MAX, ending, logged, times};
use crate::core::GatewayId;
use crate::locales::{Lang, Text, foreign, hub as words};
use crate::store::{CommitRequest, Committed, StoreError, StoreHandle};
use crate::support::{Backoff, Clock, Moment, Seldom, Stopwatch, random};
use crate::wire::{Ack, Batch, Epoch, RangeSet};

/// Waits between attempts at a write that failed.
const RETRY: Backoff = Backoff { first: Duration::from_millis(500), most: Duration::from_secs(60) };

/// How often the store is asked what has become durable of what it took, where it says so later. Engineering judgement:
/// it takes ten seconds at least.
const CONFIRM_EVERY: Duration = Duration::from_secs(1);

/// The same after it could not tell.
const CONFIRM_AGAIN: Duration = Duration::from_secs(10);

/// Bytes of an unreadable message that the quarantine keeps: enough to see what it is.
const QUARANTINE_BYTES_MAX: usize = 64 * 1024;

/// Unreadable messages of a gateway that are written into the quarantine in a minute; more are only counted.
/// Engineering judgement: enough to see a fault, too few to wear a disk out.
const UNREADABLE_A_MINUTE: u32 = 100;

const MINUTE: Duration = Duration::from_secs(60);

/// This program did not exist before: a machine that believes it is earlier has a wrong clock. 2026-11-01, s.
const CLOCK_FLOOR_S: i64 = 1_793_491_200;

/// What gateways are told after a portion is stored.
#[derive(Debug, Default, PartialEq)]
pub struct Answers {
    pub acks: Vec<(GatewayId, Ack)>,
}

impl Answers {
    fn committed(
        delivered: &BTreeMap<(GatewayId, Epoch), RangeSet>,
        whole: bool,
        now: Timestamp,
    ) -> Self {
        let (mut answers, at) = (Self::default(), Some(now));
        for ((gateway, epoch), set) in delivered {
            let (epoch, committed) = (*epoch, set.clone());
            answers.acks.push((gateway.clone(), Ack { epoch, committed, whole, start: false, at }));
        }
        answers
    }
}

/// Writes into the store what gateways send.
pub struct Writer<'a> {
    pub store: &'a StoreHandle,
    pub clock: &'a Clock,
    pub state: &'a HubState,
    pub stop: &'a CancellationToken,
    /// With simulated time, the clock may show any time.
    pub simulated: bool,
    limits: PlateLimits,
    memory: Memory,
    complaints: Complaints,
    own_clock: OwnClock,
    /// Looks into the quarantine for readings that were not ahead of time, for the log.
    releases: Seldom,
    since: Stopwatch,
    /// When the store is asked again what has become durable, on the stopwatch; `None` where nothing waits.
    confirm_at: Option<Duration>,
}

/// What is remembered of retained messages, which come again with each connection: those that have been dealt with.
#[derive(Default)]
struct Memory {
    hasher: RandomState,
    settled: HashMap<String, u64>,
    /// Unreadable messages written in this minute.
    written: BTreeMap<Sender, (Duration, u32)>,
}

impl Memory {
    fn is_settled(&self, message: &Queued) -> bool {
        self.settled.get(&message.topic) == Some(&self.hasher.hash_one(&message.payload))
    }

    fn settle(&mut self, message: Queued) {
        // Two topics a gateway: birth and status.
        if self.settled.len() >= 2 * REMEMBERED_MAX && !self.settled.contains_key(&message.topic) {
            self.settled.clear();
        }
        let hash = self.hasher.hash_one(&message.payload);
        self.settled.insert(message.topic, hash);
    }

    fn forget(&mut self, message: &Queued) {
        self.settled.remove(&message.topic);
    }

    /// Whether another unreadable message of `sender` is to be written at `now`.
    fn may_write(&mut self, sender: &Sender, now: Duration) -> bool {
        if self.written.len() >= REMEMBERED_MAX && !self.written.contains_key(sender) {
            self.written.retain(|_, (since, _)| now.saturating_sub(*since) < MINUTE);
        }
        let sender = if self.written.len() < REMEMBERED_MAX { sender.clone() } else { None };
        let (since, count) = self.written.entry(sender).or_insert((now, 0));
        if now.saturating_sub(*since) >= MINUTE {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= UNREADABLE_A_MINUTE
    }
}

impl<'a> Writer<'a> {
    pub fn new(
        store: &'a StoreHandle,
        clock: &'a Clock,
        state: &'a HubState,
        stop: &'a CancellationToken,
        simulated: bool,
    ) -> Self {
        let (memory, complaints, since) =
            (Memory::default(), Complaints::default(), Stopwatch::start());
        let (own_clock, confirm_at) = (OwnClock::default(), None);
        Self {
            store,
            clock,
            state,
            stop,
            simulated,
            limits: PlateLimits::default(),
            memory,
            complaints,
            own_clock,
            releases: Seldom::default(),
            since,
            confirm_at,
        }
    }

    /// Gives counters of births that state no limit those of their pumps.
    pub fn with_limits(self, limits: PlateLimits) -> Self {
        Self { limits, ..self }
    }

    /// Stores a portion; `None` where `stop` came first.
    pub async fn write(&mut self, portion: Portion) -> anyhow::Result<Option<Answers>> {
        let Portion { mut batches, unknown, births, statuses, unreadable, .. } = portion;
        let mut starts = Vec::new();
        for introduction in births {
            starts.push((introduction.gateway.clone(), introduction.epoch()));
            if self.introduce(introduction).await?.is_none() {
                return Ok(None);
            }
        }
        for report in statuses {
            if self.report(report).await?.is_none() {
                return Ok(None);
            }
        }
        for message in unreadable {
            if self.quarantine(message).await?.is_none() {
                return Ok(None);
            }
        }
        for message in unknown {
            match self.keep(message).await? {
                Some(known) => batches.extend(known),
                None => return Ok(None),
            }
        }
        let Some(committed) = self.commit(batches).await? else { return Ok(None) };
        let now = self.clock.now();
        let mut answers = Answers::committed(&committed.delivered, committed.whole, now);
        if !committed.later.is_empty() {
            self.confirm_at.get_or_insert(self.since.elapsed() + CONFIRM_EVERY);
        }
        if self.confirm_due() == Some(Duration::ZERO) {
            answers.acks.extend(self.confirm().await?.acks);
        }
        for (gateway, epoch) in starts {
            let delivered = |_| self.store.delivered(gateway.clone(), epoch);
            let Some(delivered) = self.until_stored(delivered).await? else { return Ok(None) };
            let (epoch, committed, whole) = match (delivered, epoch) {
                (Some((epoch, set)), _) => (epoch, set, true),
                (None, Some(epoch)) => (epoch, RangeSet::default(), false),
                (None, None) => continue,
            };
            let at = Some(self.clock.now());
            answers.acks.push((gateway, Ack { epoch, committed, whole, start: true, at }));
        }
        self.tell_late();
        // Other programs would not know what to make of it.
        answers.acks.retain(|(gateway, _)| !self.state.is_publisher(gateway));
        Ok(Some(answers))
    }

    /// How long until the store is to be asked what has become durable; `None` where nothing waits for that.
    pub fn confirm_due(&self) -> Option<Duration> {
        Some(self.confirm_at?.saturating_sub(self.since.elapsed()))
    }

    /// Asks the store what has become durable of what it had written before, so that gateways are told of it.
    async fn confirm(&mut self) -> anyhow::Result<Answers> {
        let now = self.clock.moment();
        let asked = self.store.confirm().await;
        let waiting = asked.as_ref().map_or(true, |confirmed| confirmed.waiting);
        let wait = if asked.is_ok() { CONFIRM_EVERY } else { CONFIRM_AGAIN };
        self.confirm_at = waiting.then(|| self.since.elapsed() + wait);
        match asked {
            Ok(confirmed) => {
                self.state.note_confirmed(!confirmed.delivered.is_empty(), waiting, now);
                self.state.note_server_lost(confirmed.gone);
                Ok(Answers::committed(&confirmed.delivered, false, now.time))
            }
            Err(error) if error.is_final() => Err(ending(error, self.state)),
            Err(error) => {
                let error = anyhow::Error::from(error);
                self.state.note_confirm_failure(foreign::chain(&error), now);
                let error = logged(&error);
                tracing::warn!(error, "cannot see what the server has; it is not acknowledged");
                Ok(Answers::default())
            }
        }
    }

    /// Stores a birth, unless it is what the store has.
    async fn introduce(&mut self, introduction: Introduction) -> anyhow::Result<Option<()>> {
        let Introduction { gateway, mut birth, message } = introduction;
        self.limits.complete(&mut birth);
        if self.memory.is_settled(&message) {
            self.state.note_birth(&gateway, &birth, None, self.clock.moment());
            self.state.arrived.note_birth(&birth);
            return Ok(Some(()));
        }
        let store = |now| self.store.birth(gateway.clone(), birth.clone(), now);
        let Some(refused) = self.until_stored(store).await? else { return Ok(None) };
        self.state.note_birth(&gateway, &birth, refused.as_ref(), self.clock.moment());
        if refused.is_none() {
            self.state.arrived.note_birth(&birth);
        }
        match refused {
            // Looked at again when it comes again: owners may have changed.
            Some(problem) => {
                self.memory.forget(&message);
                self.complain(&Some(gateway), 1, &problem);
            }
            None => self.memory.settle(message),
        }
        Ok(Some(()))
    }

    /// Stores a status, unless it is what the store has.
    async fn report(&mut self, report: Report) -> anyhow::Result<Option<()>> {
        let Report { gateway, status, message } = report;
        // Simulated hours pass while a reading is on its way: nothing is late there.
        if !self.simulated {
            self.state.note_status(&gateway, &status, self.clock.moment());
        }
        if self.memory.is_settled(&message) {
            return Ok(Some(()));
        }
        let store =
            |now| self.store.status(gateway.clone(), times::believable(status.clone(), now), now);
        let stored = self.until_stored(store).await?;
        self.memory.settle(message);
        Ok(stored)
    }

    /// Puts an unreadable message into the quarantine: a retained one once, though it comes with each connection.
    async fn quarantine(&mut self, unreadable: Unreadable) -> anyhow::Result<Option<()>> {
        let Unreadable { sender, message, problem } = unreadable;
        if self.memory.is_settled(&message) {
            return Ok(Some(()));
        }
        self.state.note_unreadable(&sender, &problem, self.clock.moment());
        self.complain(&sender, 1, &problem);
        if self.memory.may_write(&sender, self.since.elapsed()) {
            let start = message.payload.get(..QUARANTINE_BYTES_MAX).unwrap_or(&message.payload);
            let english = problem.within(Lang::English);
            let store = |now| {
                let (topic, problem) = (message.topic.clone(), english.clone());
                self.store.quarantine(now, topic, sender.clone(), problem, start.to_vec())
            };
            if self.until_stored(store).await?.is_none() {
                return Ok(None);
            }
        }
        let retained = message.topic.ends_with("/birth") || message.topic.ends_with("/status");
        if sender.is_some() && retained {
            self.memory.settle(message);
        }
        Ok(Some(()))
    }

    /// Keeps a message with unknown parameters whole, and returns what can be stored of it: nothing where there is no
    /// room for the message, which its gateway then sends again.
    async fn keep(&mut self, unknown: Unknown) -> anyhow::Result<Option<Vec<Batch>>> {
        let Unknown { gateway, message, problem, batches } = unknown;
        self.state.note_unknown(&gateway, &problem, self.clock.moment());
        self.complain(&Some(gateway.clone()), 1, &problem);
        let english = problem.within(Lang::English);
        let store = |now| {
            let (topic, problem) = (message.topic.clone(), english.clone());
            self.store.quarantine_kept(
                now,
                topic,
                gateway.clone(),
                problem,
                message.payload.clone(),
            )
        };
        let Some(kept) = self.until_stored(store).await? else { return Ok(None) };
        if !kept {
            self.state.note_full(&gateway);
            return Ok(Some(Vec::new()));
        }
        Ok(Some(batches))
    }

    /// Commits batches; `None` where `stop` came first.
    async fn commit(&mut self, batches: Vec<Batch>) -> anyhow::Result<Option<Committed>> {
        if batches.is_empty() {
            return Ok(Some(Committed::default()));
        }
        let count = batches.len() as u64;
        let numbers: Vec<(GatewayId, Epoch, u64)> =
            batches.iter().map(|batch| (batch.gateway.clone(), batch.epoch, batch.seq)).collect();
        let begun = Stopwatch::start();
        // A revoked gateway has no say in what the time is, and neither has a program that may take this machine's.
        let trusted = batches.iter().filter(|batch| {
            !self.state.is_revoked(&batch.gateway) && !self.state.is_publisher(&batch.gateway)
        });
        self.own_clock.note(trusted, self.clock.uptime());
        let mut request = CommitRequest { batches, ..CommitRequest::default() };
        let mut failures = 0;
        let committed = loop {
            let now = self.begin();
            let error = match self.check_clock(now.time) {
                Ok(()) => {
                    self.state.doubt_clocks(&mut request.batches, now);
                    self.refuse(&mut request, now.time);
                    match self.store.commit(request, now.time).await {
                        Ok(committed) => break committed,
                        Err(failed) => {
                            request = failed.request;
                            failed.error
                        }
                    }
                }
                Err(error) => error,
            };
            failures += 1;
            if !self.wait_out(error, failures, now).await? {
                return Ok(None);
            }
        };
        let now = self.clock.moment();
        self.state.note_commit(count, &committed, begun.elapsed(), now);
        self.state.note_batches(&numbers, &committed, now);
        self.state.arrived.note(&committed);
        self.judge_own_clock(now);
        self.release(now.time).await;
        for refused in &committed.refused {
            // A batch without readings is refused, too.
            let readings = (refused.batch.readings.len() as u64).max(1);
            self.complain(&Some(refused.batch.gateway.clone()), readings, &refused.problem);
        }
        for (gateway, problem) in &committed.left {
            self.complain(&Some(gateway.clone()), 1, problem);
        }
        for gateway in &committed.full {
            self.complain(&Some(gateway.clone()), 1, &crate::locales::hub::quarantine_is_full());
        }
        Ok(Some(committed))
    }

    /// Takes out readings whose time cannot be right, by the later of this machine's clock and what gateways agree on.
    fn refuse(&mut self, request: &mut CommitRequest, now: Timestamp) {
        let up = self.clock.uptime();
        let latest = self.own_clock.latest(now, up);
        let refused = times::refuse(&mut request.batches, latest);
        self.own_clock.note_refused(&refused, (now, latest), up);
        request.refused.extend(refused);
        request.latest = Some(latest);
    }

    /// Notes whether gateways contradict this machine's clock.
    fn judge_own_clock(&mut self, now: Moment) {
        let (said, due) = self.own_clock.problem(now.time, now.up);
        if due && let Some(problem) = &said {
            let problem = problem.within(Lang::English);
            tracing::warn!(problem, "this machine's clock is not what gateways say");
        }
        self.state.note_own_clock(said, now);
    }

    /// Stores some readings that were refused only because this machine's clock was behind, if there are any.
    async fn release(&mut self, now: Timestamp) {
        let up = self.clock.uptime();
        let Some((gateway, held)) = self.own_clock.releasable(now, up) else { return };
        let (name, latest) = (gateway.clone(), self.own_clock.latest(now, up));
        let released = self.store.with(move |store, quarantine, owners| {
            let which = (&name, held.since, held.after);
            retry::release(quarantine, store, owners, which, (now, latest))
        });
        let released = released.await;
        let looks = self.releases.note(self.since.elapsed());
        match released {
            Ok(Released { stored, last }) => {
                if let Some(looks) = looks {
                    tracing::info!(%gateway, stored, looks, "readings from the quarantine were not ahead of time");
                }
                self.own_clock.note_released(&gateway, last);
            }
            Err(error) if looks.is_some() => {
                let error = logged(&error.into());
                tracing::warn!(error, "cannot look at the quarantine; tried again");
            }
            Err(_) => {}
        }
    }

    /// Repeats `attempt` until it succeeds; `None` where `stop` came first.
    async fn until_stored<T, F>(
        &self,
        attempt: impl Fn(Timestamp) -> F,
    ) -> anyhow::Result<Option<T>>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut failures = 0;
        loop {
            let now = self.begin();
            let stored = match self.check_clock(now.time) {
                Ok(()) => attempt(now.time).await,
                Err(error) => Err(error),
            };
            let error = match stored {
                Ok(stored) => {
                    self.state.note_written();
                    return Ok(Some(stored));
                }
                Err(error) => error,
            };
            failures += 1;
            if !self.wait_out(error, failures, now).await? {
                return Ok(None);
            }
        }
    }

    /// An attempt to write begins, at the time that is returned.
    fn begin(&self) -> Moment {
        let now = self.clock.moment();
        if !self.simulated {
            self.state.note_write_begun(now);
        }
        now
    }

    fn check_clock(&self, now: Timestamp) -> Result<(), StoreError> {
        let right = self.simulated || now.as_second() >= CLOCK_FLOOR_S;
        if right { Ok(()) } else { Err(StoreError::Clock(now)) }
    }

    /// Waits after a write that failed: a full disk is waited out, and gateways send again what is not acknowledged.
    /// Whether to try again; `false` where `stop` came first.
    async fn wait_out(
        &self,
        error: StoreError,
        failures: u32,
        now: Moment,
    ) -> anyhow::Result<bool> {
        if error.is_final() {
            return Err(ending(error, self.state));
        }
        // A server may say when to come again; otherwise by chance, so that several hubs do not come together.
        let by_chance = || RETRY.ceiling(failures).mul_f64(0.5 + 0.5 * random::unit());
        let wait = error.retry_after().unwrap_or_else(by_chance);
        let error = anyhow::Error::from(error);
        self.state.note_write_failure(foreign::chain(&error), now);
        let error = logged(&error);
        let wait_s = wait.as_secs_f32();
        tracing::error!(error, wait_s, "write to the store failed; nothing is acknowledged");
        tokio::select! {
            () = self.stop.cancelled() => Ok(false),
            () = tokio::time::sleep(wait) => Ok(true),
        }
    }

    /// Logs that `count` messages of `sender` were dropped.
    pub fn complain_of_flood(&mut self, sender: &Sender, count: u64) {
        self.complain(sender, count, &words::flood_dropped());
    }

    fn complain(&mut self, sender: &Sender, count: u64, problem: &Text) {
        let problem = problem.within(Lang::English);
        let line = self.complaints.note(sender, count, &problem, self.since.elapsed());
        line.into_iter().for_each(log);
    }

    /// Logs what has been counted for a minute.
    fn tell_late(&mut self) {
        self.complaints.due(self.since.elapsed()).into_iter().for_each(log);
    }
}

fn log(complaint: Complaint) {
    let Complaint { sender, count, problem } = complaint;
    let gateway = sender.as_ref().map_or("?", GatewayId::as_str);
    tracing::warn!(gateway, count, %problem, "a gateway sends what cannot be taken");
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "later_tests.rs"]
mod later_tests;
