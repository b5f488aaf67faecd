//! The handle through which the hub writes to its store. One thread owns the store, the quarantine and the owners.
//!
//! What cannot be stored goes into the quarantine before the rest of its batch is stored. A batch is therefore never
//! acknowledged while readings of it are nowhere; a commit that was cut off is repeated, and finds in the quarantine
//! what it has put there.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::quarantine::Kept;
use super::room::Needs;
use super::{Committed, Owners, Quarantine, QuarantineShare, Refused, Store, StoreError};
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
pub struct StoreHandle(Owner<Owned>);

/// Batches to commit, and readings that were refused before the store saw them.
#[derive(Debug, Default)]
pub struct CommitRequest {
    pub batches: Vec<Batch>,
    pub refused: Vec<Refused>,
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
        let owned = Owned { store, quarantine, owners };
        Ok(Self(Owner::start(thread, owned, Owned::work_on)?))
    }

    /// Commits batches, after taking out what may not or cannot be stored. When it returns, that is in the quarantine.
    /// Batches of which the quarantine cannot take that are left out, see [`Committed::full`]; others go on.
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

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owned) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.ask(work).await.map_err(|_| StoreError::Closed)?
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
        request.refused.extend(store.refuse(&mut request.batches, now)?);
        let (full, kept) = leave_out_full(quarantine, request)?;
        quarantine.add(now, &kept)?;
        let mut committed = store.commit(&request.batches, now)?;
        // What a store refuses only now, such as a server: should its gateway have no room for that, it has more than
        // its room, and none of its batches is committed until some is free.
        quarantine.add_refused(now, &committed.refused)?;
        committed.refused.append(&mut request.refused);
        committed.full = full.into_iter().collect();
        Ok(committed)
    }

    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: Birth,
        now: Timestamp,
    ) -> Result<Option<Text>, StoreError> {
        let whole = birth.to_bytes();
        let (stands, problem) = self.owners.check_birth(gateway, birth, now)?;
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

/// Takes the batches out of `request` whose refused readings the quarantine cannot take. Returns their gateways,
/// and the messages that the others need in the quarantine.
fn leave_out_full(
    quarantine: &mut Quarantine,
    request: &mut CommitRequest,
) -> Result<(BTreeSet<GatewayId>, Vec<Kept>), StoreError> {
    if request.refused.is_empty() && quarantine.overfull().next().is_none() {
        return Ok(Default::default());
    }
    quarantine.refresh()?;
    let overfull: BTreeSet<GatewayId> = quarantine.overfull().cloned().collect();
    let mut refused: BTreeMap<BatchKey, Vec<Kept>> = BTreeMap::new();
    for one in &request.refused {
        refused.entry(key(&one.batch)).or_default().push(Kept::of(one));
    }
    let (mut kept, mut left) = (Vec::new(), BTreeSet::new());
    let mut promised: BTreeMap<GatewayId, Needs> = BTreeMap::new();
    let mut promised_in_all = Needs::default();
    for (key, messages) in refused {
        let own = promised.entry(key.0.clone()).or_default();
        let needs = quarantine.needs(&messages)?;
        if needs.is_none() || quarantine.has_room(&key.0, needs, *own, promised_in_all) {
            *own = *own + needs;
            promised_in_all = promised_in_all + needs;
            kept.extend(messages);
        } else {
            left.insert(key);
        }
    }
    let mut full: BTreeSet<GatewayId> = BTreeSet::new();
    let stays = |batch: &Batch| !overfull.contains(&batch.gateway) && !left.contains(&key(batch));
    request.batches.retain(|batch| {
        let stays = stays(batch);
        if !stays {
            full.insert(batch.gateway.clone());
        }
        stays
    });
    request.refused.retain(|refused| stays(&refused.batch));
    kept.retain(|message| !overfull.contains(&message.gateway));
    Ok((full, kept))
}

#[cfg(test)]
#[path = "handle_tests.rs"]
mod tests;
