//! The thread that owns a store and its quarantine.

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{Committed, Quarantine, Refused, Store, StoreError};
use crate::core::GatewayId;
use crate::wire::{Batch, Birth, Channel, Status, Topic};

/// Requests that may wait for the disk. The intake waits for each, so it never fills the channel.
const REQUESTS_MAX: usize = 16;

type Job = Box<dyn FnOnce(&mut Owned) + Send>;

/// What the thread owns.
struct Owned {
    store: Box<dyn Store>,
    quarantine: Quarantine,
}

/// A handle on the writer. Its thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct StoreHandle(mpsc::Sender<Job>);

/// Batches to commit, and readings that were refused before the store saw them.
#[derive(Debug, Default)]
pub struct CommitRequest {
    pub batches: Vec<Batch>,
    pub refused: Vec<Refused>,
}

/// A commit that failed hands back what it was to commit; nothing, if the thread is gone.
#[derive(Debug)]
pub struct FailedCommit {
    pub error: StoreError,
    pub request: CommitRequest,
}

/// Starts the thread that owns `store` and `quarantine`.
///
/// # Errors
/// The operating system gives no thread.
pub fn start(store: Box<dyn Store>, quarantine: Quarantine) -> std::io::Result<StoreHandle> {
    let (jobs, mut receiver) = mpsc::channel::<Job>(REQUESTS_MAX);
    let mut owned = Owned { store, quarantine };
    std::thread::Builder::new().name("store".into()).spawn(move || {
        while let Some(job) = receiver.blocking_recv() {
            job(&mut owned);
        }
    })?;
    Ok(StoreHandle(jobs))
}

impl StoreHandle {
    /// See [`Store::commit`]. When it returns, refused readings are in the quarantine.
    pub async fn commit(
        &self,
        request: CommitRequest,
        now: Timestamp,
    ) -> Result<Committed, FailedCommit> {
        let done = self.run(move |owned| {
            let quarantine = |refused: &Refused| {
                let topic = Topic::new(refused.batch.gateway.clone(), Channel::Readings);
                let payload = refused.batch.to_bytes();
                owned.quarantine.add_readings(now, &topic.to_string(), &refused.problem, &payload)
            };
            let committed = owned.store.commit(&request.batches, now).and_then(|committed| {
                committed.refused.iter().chain(&request.refused).try_for_each(quarantine)?;
                Ok(committed)
            });
            Ok(match committed {
                Ok(mut committed) => {
                    committed.refused.extend(request.refused);
                    Ok(committed)
                }
                Err(error) => Err(FailedCommit { error, request }),
            })
        });
        done.await
            .unwrap_or_else(|error| Err(FailedCommit { error, request: CommitRequest::default() }))
    }

    /// See [`Store::birth`].
    pub async fn birth(
        &self,
        gateway: GatewayId,
        birth: Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(move |owned| owned.store.birth(&gateway, &birth, now)).await
    }

    /// See [`Store::status`].
    pub async fn status(
        &self,
        gateway: GatewayId,
        status: Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(move |owned| owned.store.status(&gateway, &status, now)).await
    }

    /// See [`Quarantine::add_unreadable`].
    pub async fn quarantine(
        &self,
        now: Timestamp,
        topic: String,
        problem: String,
        payload: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.run(move |owned| owned.quarantine.add_unreadable(now, &topic, &problem, &payload))
            .await
    }

    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Owned) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |owned| {
            // The caller may be gone; the write stands regardless.
            let _answered = reply.send(work(owned)).is_ok();
        });
        self.0.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}
