//! The thread that owns the store's file for writing.

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use super::{Committed, Store, StoreError};
use crate::core::GatewayId;
use crate::wire::{Batch, Birth, Status};

/// Requests that may wait for the disk. The intake waits for each, so this is never filled by it.
const REQUESTS_MAX: usize = 16;

type Job = Box<dyn FnOnce(&mut Store) + Send>;

/// A handle on the writer. Its thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct StoreHandle(mpsc::Sender<Job>);

/// Starts the thread that owns `store`.
///
/// # Errors
/// The operating system gives no thread.
pub fn start(mut store: Store) -> std::io::Result<StoreHandle> {
    let (jobs, mut receiver) = mpsc::channel::<Job>(REQUESTS_MAX);
    std::thread::Builder::new()
        .name("store".into())
        .spawn(move || {
            while let Some(job) = receiver.blocking_recv() {
                job(&mut store);
            }
        })?;
    Ok(StoreHandle(jobs))
}

impl StoreHandle {
    /// See [`Store::commit`].
    ///
    /// # Errors
    /// As [`Store::commit`], or the thread is gone.
    pub async fn commit(
        &self,
        batches: Vec<Batch>,
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        self.run(move |store| store.commit(&batches, now)).await
    }

    /// See [`Store::birth`].
    ///
    /// # Errors
    /// As [`Store::birth`], or the thread is gone.
    pub async fn birth(&self, gateway: GatewayId, birth: Birth) -> Result<(), StoreError> {
        self.run(move |store| store.birth(&gateway, &birth)).await
    }

    /// See [`Store::status`].
    ///
    /// # Errors
    /// As [`Store::status`], or the thread is gone.
    pub async fn status(&self, gateway: GatewayId, status: Status) -> Result<(), StoreError> {
        self.run(move |store| store.status(&gateway, &status)).await
    }

    /// See [`Store::quarantine`].
    ///
    /// # Errors
    /// As [`Store::quarantine`], or the thread is gone.
    pub async fn quarantine(
        &self,
        now: Timestamp,
        topic: String,
        problem: String,
        payload: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.run(move |store| store.quarantine(now, &topic, &problem, &payload))
            .await
    }

    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |store| {
            // Who asked may have been cancelled meanwhile; what is committed is committed all the same.
            let _answered = reply.send(work(store)).is_ok();
        });
        self.0.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}
