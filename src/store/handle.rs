//! The handle through which the hub writes to its store. One thread owns the store and the quarantine.

use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use super::{Committed, Quarantine, Refused, Store, StoreError};
use crate::core::GatewayId;
use crate::locales::Lang;
use crate::support::Owner;
use crate::wire::{Batch, Birth, Channel, Status, Topic};

struct Owned {
    store: Box<dyn Store>,
    quarantine: Quarantine,
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
    /// Starts the thread that owns `store` and `quarantine`.
    pub fn start(store: Box<dyn Store>, quarantine: Quarantine) -> std::io::Result<Self> {
        let thread = thread::Builder::new().name("store".into());
        Ok(Self(Owner::start(thread, Owned { store, quarantine }, |_, _| Duration::MAX)?))
    }

    /// See [`Store::commit`]. When it returns, refused readings are in the quarantine.
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
            let quarantine = |refused: &Refused| {
                let topic = Topic::new(refused.batch.gateway.clone(), Channel::Readings);
                let payload = refused.batch.to_bytes();
                let problem = refused.problem.within(Lang::English);
                owned.quarantine.add_readings(now, &topic.to_string(), &problem, &payload)
            };
            let committed = owned.store.commit(&request.batches, now).and_then(|committed| {
                committed.refused.iter().chain(&request.refused).try_for_each(quarantine)?;
                Ok(committed)
            });
            match committed {
                Ok(mut committed) => {
                    committed.refused.extend(request.refused);
                    Ok(committed)
                }
                Err(error) => Err(FailedCommit { error, request }),
            }
        });
        let request = CommitRequest::default();
        done.await.unwrap_or(Err(FailedCommit { error: StoreError::Closed, request }))
    }

    pub async fn birth(
        &self,
        gateway: GatewayId,
        birth: Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.ask(move |owned| owned.store.birth(&gateway, &birth, now)).await
    }

    pub async fn status(
        &self,
        gateway: GatewayId,
        status: Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.ask(move |owned| owned.store.status(&gateway, &status, now)).await
    }

    pub async fn quarantine(
        &self,
        now: Timestamp,
        topic: String,
        problem: String,
        payload: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.ask(move |owned| owned.quarantine.add_unreadable(now, &topic, &problem, &payload))
            .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owned) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.ask(work).await.map_err(|_| StoreError::Closed)?
    }
}
