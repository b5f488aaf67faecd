//! The thread that owns what takes readings in.

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{Committed, Quarantine, Refused, Store, StoreError};
use crate::core::GatewayId;
use crate::wire::{Batch, Birth, Channel, Status, Topic};

/// Requests that may wait for the disk. The intake waits for each, so this is never filled by it.
const REQUESTS_MAX: usize = 16;

type Job = Box<dyn FnOnce(&mut Kept) + Send>;

/// What the thread owns.
struct Kept {
    store: Box<dyn Store>,
    quarantine: Quarantine,
}

/// A handle on the writer. Its thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct StoreHandle(mpsc::Sender<Job>);

/// Starts the thread that owns `store` and `quarantine`.
///
/// # Errors
/// The operating system gives no thread.
pub fn start(store: Box<dyn Store>, quarantine: Quarantine) -> std::io::Result<StoreHandle> {
    let (jobs, mut receiver) = mpsc::channel::<Job>(REQUESTS_MAX);
    let mut kept = Kept { store, quarantine };
    std::thread::Builder::new().name("store".into()).spawn(move || {
        while let Some(job) = receiver.blocking_recv() {
            job(&mut kept);
        }
    })?;
    Ok(StoreHandle(jobs))
}

impl StoreHandle {
    /// See [`Store::commit`]. What the store refuses for ever is set aside before it returns, and so are readings that were `refused`
    /// before.
    ///
    /// # Errors
    /// As [`Store::commit`], or the thread is gone.
    pub async fn commit(
        &self,
        batches: Vec<Batch>,
        refused: Vec<Refused>,
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        self.run(move |kept| {
            let mut committed = kept.store.commit(&batches, now)?;
            committed.refused.extend(refused);
            for refused in &committed.refused {
                let topic = Topic::new(refused.batch.gateway.clone(), Channel::Readings);
                let payload = refused.batch.to_bytes();
                kept.quarantine.keep(now, &topic.to_string(), &refused.problem, &payload)?;
            }
            Ok(committed)
        })
        .await
    }

    /// See [`Store::birth`].
    ///
    /// # Errors
    /// As [`Store::birth`], or the thread is gone.
    pub async fn birth(
        &self,
        gateway: GatewayId,
        birth: Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(move |kept| kept.store.birth(&gateway, &birth, now)).await
    }

    /// See [`Store::status`].
    ///
    /// # Errors
    /// As [`Store::status`], or the thread is gone.
    pub async fn status(
        &self,
        gateway: GatewayId,
        status: Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.run(move |kept| kept.store.status(&gateway, &status, now)).await
    }

    /// See [`Quarantine::put`].
    ///
    /// # Errors
    /// As [`Quarantine::put`], or the thread is gone.
    pub async fn quarantine(
        &self,
        now: Timestamp,
        topic: String,
        problem: String,
        payload: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.run(move |kept| kept.quarantine.put(now, &topic, &problem, &payload)).await
    }

    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Kept) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |kept| {
            // Who asked may have been cancelled meanwhile; what is committed is committed all the same.
            let _answered = reply.send(work(kept)).is_ok();
        });
        self.0.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}
