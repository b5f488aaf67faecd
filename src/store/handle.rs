//! The handle through which the hub writes to its store. One thread owns the store, the quarantine and the owners.
//!
//! What cannot be stored goes into the quarantine before the rest of its batch is stored. A batch is therefore never
//! acknowledged while readings of it are nowhere; a commit that was cut off is repeated, and finds in the quarantine
//! what it has put there. Where the quarantine has no room for it, the rest is stored all the same, and the batch is
//! not acknowledged: what is refused stays with its gateway.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::quarantine::Kept;
use super::room::Needs;
use super::{
    Committed, Confirmed, Owners, Quarantine, QuarantineShare, Refused, Store, StoreError, Waits,
};
use crate::core::GatewayId;
use crate::locales::{Lang, Text};
use crate::support::Owner;
use crate::support::owner::Wake;
use crate::wire::{Batch, Birth, Channel, Epoch, RangeSet, Status, Topic};

/// Wait after work in the background has failed: as long as the longest between two attempts at a commit.
const BACKGROUND_RETRY: Duration = Duration::from_secs(60);

struct Owned {
    store: Box<dyn Store>,
    quarantine: Quarantine,
    owners: Owners,
}

/// A handle on the store. Its thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct StoreHandle(Owner<Owned>, Waits);

/// Batches to commit, and readings that were refused before the store saw them.
#[derive(Debug, Default)]
pub struct CommitRequest {
    pub batches: Vec<Batch>,
    pub refused: Vec<Refused>,
    /// The time by which it is judged whether readings are ahead, where that is later than the hub's clock.
    pub latest: Option<Timestamp>,
}

/// A failed commit, which hands its request back; an empty one if the thread has ended.
#[derive(Debug)]
pub struct FailedCommit {
    pub error: StoreError,
    pub request: CommitRequest,
}

impl StoreHandle {
    /// Starts the thread that owns `store`, `quarantine` and `owners`. Between two jobs it does what the store has put
    /// off, a portion at a time.
    pub fn start(
        store: Box<dyn Store>,
        quarantine: Quarantine,
        owners: Owners,
    ) -> std::io::Result<Self> {
        let thread = thread::Builder::new().name("store".into());
        let waits = store.waits();
        let owned = Owned { store, quarantine, owners };
        Ok(Self(Owner::start(thread, owned, Owned::work_on)?, waits))
    }

    /// Commits batches, after taking out what may not or cannot be stored. When it returns, that is in the quarantine.
    /// Batches of which the quarantine cannot take that are stored without it and not acknowledged, see
    /// [`Committed::full`].
    ///
    /// # Errors
    /// None of the batches may be acknowledged; the same request can be tried again.
    #[expect(
        clippy::result_large_err,
        reason = "the error hands the batches back, once for a failed commit"
    )]
    pub async fn commit(
        &self,
        request: CommitRequest,
        now: Timestamp,
    ) -> Result<Committed, FailedCommit> {
        let done = self.0.ask(move |owned| {
            let mut request = request;
            owned.commit(&mut request, now).map_err(|error| FailedCommit { error, request })
        });
        let request = CommitRequest::default();
        done.await.unwrap_or(Err(FailedCommit { error: StoreError::Closed, request }))
    }

    /// Notes what a gateway observes. What it may not speak for goes to the quarantine; returns why, if any does.
    pub async fn birth(
        &self,
        gateway: GatewayId,
        birth: Birth,
        now: Timestamp,
    ) -> Result<Option<Text>, StoreError> {
        self.ask(move |owned| owned.birth(&gateway, birth, now)).await
    }

    pub async fn status(
        &self,
        gateway: GatewayId,
        status: Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.ask(move |owned| owned.store.status(&gateway, &status, now)).await
    }

    /// Puts a message that cannot be read into the quarantine, see [`Quarantine::add_unreadable`].
    pub async fn quarantine(
        &self,
        now: Timestamp,
        topic: String,
        gateway: Option<GatewayId>,
        problem: String,
        payload: Vec<u8>,
    ) -> Result<(), StoreError> {
        let add = move |owned: &mut Owned| {
            let quarantine = &mut owned.quarantine;
            quarantine.add_unreadable(now, &topic, gateway.as_ref(), &problem, &payload)
        };
        self.ask(add).await
    }

    /// Puts a message with readings into the quarantine, see [`Quarantine::add_kept`]. `false` where there is no room:
    /// the message must not be acknowledged.
    pub async fn quarantine_kept(
        &self,
        now: Timestamp,
        topic: String,
        gateway: GatewayId,
        problem: String,
        payload: Vec<u8>,
    ) -> Result<bool, StoreError> {
        self.ask(move |owned| owned.quarantine.add_kept(now, &topic, &gateway, &problem, &payload))
            .await
    }

    /// How much of the quarantine each gateway has taken, the fullest first.
    pub async fn shares(&self) -> Result<Vec<QuarantineShare>, StoreError> {
        self.ask(|owned| owned.quarantine.shares()).await
    }

    /// What a gateway is told when it or the hub has just come, see [`Store::delivered`].
    pub async fn delivered(
        &self,
        gateway: GatewayId,
        epoch: Option<Epoch>,
    ) -> Result<Option<(Epoch, RangeSet)>, StoreError> {
        self.ask(move |owned| owned.store.delivered(&gateway, epoch)).await
    }

    /// What has become of batches that were written and not durable, see [`Store::confirm`].
    pub async fn confirm(&self) -> Result<Confirmed, StoreError> {
        self.ask(|owned| owned.store.confirm()).await
    }

    /// The waits of the thread for a server.
    pub fn waits(&self) -> &Waits {
        &self.1
    }

    /// Waits until the thread has done what it was asked for before, be it in vain.
    pub async fn turn(&self) -> Result<(), StoreError> {
        self.0.ask(|_| ()).await.map_err(|_| StoreError::Closed)
    }

    /// Does something that takes store, quarantine and owners together.
    pub async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Store, &mut Quarantine, &mut Owners) -> Result<T, StoreError>
        + Send
        + 'static,
    ) -> Result<T, StoreError> {
        self.ask(move |Owned { store, quarantine, owners, .. }| {
            work(store.as_mut(), quarantine, owners)
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owned) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let checked = |owned: &mut Owned| {
            let done = work(owned)?;
            owned.quarantine.check_place()?;
            Ok(done)
        };
        self.0.ask(checked).await.map_err(|_| StoreError::Closed)?
    }
}

impl Owned {
    fn commit(
        &mut self,
        request: &mut CommitRequest,
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        let Self { store, quarantine, owners } = self;
        request.refused.extend(owners.check(&mut request.batches, now)?);
        let latest = request.latest.map_or(now, |latest| latest.max(now));
        request.refused.extend(store.refuse(&mut request.batches, latest)?);
        let plan = Plan::new(quarantine, request)?;
        quarantine.add(now, &plan.kept)?;
        let (whole, in_part): (Vec<Batch>, Vec<Batch>) =
            std::mem::take(&mut request.batches).into_iter().partition(|batch| !plan.waits(batch));
        let done = commit(store.as_mut(), (&whole, &in_part), now);
        let mut full: BTreeSet<GatewayId> =
            in_part.iter().map(|batch| batch.gateway.clone()).collect();
        // All of it, so that what failed can be tried again.
        request.batches = whole;
        request.batches.extend(in_part);
        let mut committed = done?;
        let refused = std::mem::take(&mut committed.refused);
        committed.refused = keep_late(quarantine, &committed, refused, now, &mut full)?;
        // Owners and quarantine are in the file also where the readings are on a server.
        quarantine.check_place()?;
        let kept = std::mem::take(&mut request.refused).into_iter();
        committed.refused.extend(kept.filter(|refused| !plan.waits(&refused.batch)));
        committed.full = full.into_iter().collect();
        committed.stored = std::mem::take(&mut request.batches);
        Ok(committed)
    }

    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: Birth,
        now: Timestamp,
    ) -> Result<Option<Text>, StoreError> {
        let whole = birth.to_bytes();
        let (stands, problem) = self.owners.check_birth(gateway, birth)?;
        if let Some(problem) = &problem {
            // Whole, so that a retry notes all of it once the station has been pinned to its gateway.
            let topic = Topic::new(gateway.clone(), Channel::Birth).to_string();
            let problem = problem.within(Lang::English);
            self.quarantine.add_unreadable(now, &topic, Some(gateway), &problem, &whole)?;
        }
        if let Some(birth) = stands {
            self.store.birth(gateway, &birth, now)?;
        }
        Ok(problem)
    }

    /// Does a portion of what the store has put off; returns how long the thread may wait before the next.
    fn work_on(&mut self, wake: Wake) -> Duration {
        if wake == Wake::Ended {
            return Duration::MAX;
        }
        match self.store.work_on() {
            Ok(true) => Duration::ZERO,
            Ok(false) => Duration::MAX,
            Err(error) => {
                tracing::error!(%error, "work of the store in the background failed");
                BACKGROUND_RETRY
            }
        }
    }
}

/// By what a batch is known.
type BatchKey = (GatewayId, Epoch, u64);

fn key(batch: &Batch) -> BatchKey {
    (batch.gateway.clone(), batch.epoch, batch.seq)
}

/// What of a request the quarantine takes beforehand, and which batches wait for its room.
#[derive(Default)]
struct Plan {
    kept: Vec<Kept>,
    /// Batches of which there is no room for what was refused.
    waiting: BTreeSet<BatchKey>,
    /// Gateways that hold more than their room: none of their batches is committed until there is some.
    overfull: BTreeSet<GatewayId>,
}

impl Plan {
    fn new(quarantine: &mut Quarantine, request: &CommitRequest) -> Result<Self, StoreError> {
        if request.refused.is_empty() && quarantine.overfull().next().is_none() {
            return Ok(Self::default());
        }
        quarantine.refresh()?;
        let overfull: BTreeSet<GatewayId> = quarantine.overfull().cloned().collect();
        let mut plan = Self { overfull, ..Self::default() };
        let mut refused: BTreeMap<BatchKey, Vec<Kept>> = BTreeMap::new();
        for one in &request.refused {
            refused.entry(key(&one.batch)).or_default().push(Kept::of(one));
        }
        let mut promised = Promised::default();
        for (key, messages) in refused {
            if promised.fits(quarantine, &key.0, &messages)? {
                plan.kept.extend(messages);
            } else {
                plan.waiting.insert(key);
            }
        }
        plan.kept.retain(|message| !plan.overfull.contains(&message.gateway));
        Ok(plan)
    }

    /// Whether a batch is not to be acknowledged by this commit.
    fn waits(&self, batch: &Batch) -> bool {
        self.overfull.contains(&batch.gateway)
            || (!self.waiting.is_empty() && self.waiting.contains(&key(batch)))
    }
}

/// Room of the quarantine that messages of one commit will take.
#[derive(Default)]
struct Promised {
    own: BTreeMap<GatewayId, Needs>,
    in_all: Needs,
}

impl Promised {
    /// Whether there is room for these messages of `gateway`, which is theirs then.
    fn fits(
        &mut self,
        quarantine: &Quarantine,
        gateway: &GatewayId,
        messages: &[Kept],
    ) -> Result<bool, StoreError> {
        let own = self.own.entry(gateway.clone()).or_default();
        let needs = quarantine.needs(messages)?;
        let fits = needs.is_none() || quarantine.has_room(gateway, needs, *own, self.in_all);
        if fits {
            *own = *own + needs;
            self.in_all = self.in_all + needs;
        }
        Ok(fits)
    }
}

/// Commits batches that are whole or whose rest is kept, and of the others their readings.
fn commit(
    store: &mut dyn Store,
    (whole, in_part): (&[Batch], &[Batch]),
    now: Timestamp,
) -> Result<Committed, StoreError> {
    let mut committed = store.commit(whole, now)?;
    if !in_part.is_empty() {
        let more = store.commit_in_part(in_part, now)?;
        committed.new_readings += more.new_readings;
        committed.replaced += more.replaced;
        committed.delivered.extend(more.delivered);
        let left: BTreeMap<GatewayId, Text> = committed.left.into_iter().chain(more.left).collect();
        committed.left = left.into_iter().collect();
    }
    Ok(committed)
}

/// Keeps what a store refused only when it committed the rest. What was delivered must be kept: for that, a gateway
/// gets more than its room once, and none of its batches is committed until some is free. Of what was not delivered,
/// its gateway has it still; without room, it is left there. Returns what is kept.
fn keep_late(
    quarantine: &mut Quarantine,
    committed: &Committed,
    refused: Vec<Refused>,
    now: Timestamp,
    full: &mut BTreeSet<GatewayId>,
) -> Result<Vec<Refused>, StoreError> {
    if refused.is_empty() {
        return Ok(refused);
    }
    let is_delivered = |Refused { batch, .. }: &Refused| {
        let key = (batch.gateway.clone(), batch.epoch);
        let sets = [&committed.delivered, &committed.later].map(|of| of.get(&key));
        sets.into_iter().flatten().any(|set| set.contains(batch.seq))
    };
    let (mut kept, others): (Vec<_>, Vec<_>) = refused.into_iter().partition(is_delivered);
    quarantine.add_refused(now, &kept)?;
    quarantine.refresh()?;
    let mut promised = Promised::default();
    let mut fitting = Vec::new();
    for one in others {
        let gateway = &one.batch.gateway;
        if one.batch.readings.is_empty() || promised.fits(quarantine, gateway, &[Kept::of(&one)])? {
            fitting.push(one);
        } else {
            full.insert(gateway.clone());
        }
    }
    quarantine.add_refused(now, &fitting)?;
    kept.extend(fitting);
    Ok(kept)
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod model;

#[cfg(test)]
#[path = "handle_tests.rs"]
mod tests;
