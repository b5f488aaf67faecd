//! The thread that owns the spool's file, and the handle that others hold.

use tokio::sync::{mpsc, oneshot, watch};

use super::{Spool, SpoolError, SpoolStats};
use crate::core::Reading;
use crate::wire::{Epoch, RangeSet};

/// Requests that may wait for the disk. Each bus has at most one append waiting, the uplink one fetch.
const REQUESTS_MAX: usize = 64;

/// Numbers and messages of batches.
type Messages = Vec<(u64, Vec<u8>)>;

enum Request {
    Append(Vec<Reading>, oneshot::Sender<Result<u64, SpoolError>>),
    Release(Epoch, RangeSet, oneshot::Sender<Result<u64, SpoolError>>),
    Batches(u64, u32, oneshot::Sender<Result<Messages, SpoolError>>),
}

/// A handle on the spool. The thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct SpoolHandle {
    requests: mpsc::Sender<Request>,
    stats: watch::Receiver<SpoolStats>,
    epoch: Epoch,
}

/// Starts the thread that owns `spool`.
///
/// # Errors
/// The operating system gives no thread.
pub fn start(spool: Spool) -> std::io::Result<SpoolHandle> {
    let (requests, receiver) = mpsc::channel(REQUESTS_MAX);
    let (sender, stats) = watch::channel(spool.stats());
    let epoch = spool.epoch();
    std::thread::Builder::new()
        .name("spool".into())
        .spawn(move || keep(spool, receiver, &sender))?;
    Ok(SpoolHandle {
        requests,
        stats,
        epoch,
    })
}

fn keep(
    mut spool: Spool,
    mut requests: mpsc::Receiver<Request>,
    stats: &watch::Sender<SpoolStats>,
) {
    while let Some(request) = requests.blocking_recv() {
        // Who asked may have been cancelled meanwhile; what is stored is stored all the same.
        let _answered = match request {
            Request::Append(readings, reply) => reply.send(spool.append(readings)).is_ok(),
            Request::Release(epoch, ranges, reply) => {
                reply.send(spool.release(epoch, &ranges)).is_ok()
            }
            Request::Batches(after, count, reply) => {
                reply.send(spool.batches(after, count)).is_ok()
            }
        };
        stats.send_replace(spool.stats());
    }
}

impl SpoolHandle {
    /// The life of the spool.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What the spool holds; changes with each append and release.
    pub fn stats(&self) -> watch::Receiver<SpoolStats> {
        self.stats.clone()
    }

    /// See [`Spool::append`].
    ///
    /// # Errors
    /// As [`Spool::append`], or the thread is gone.
    pub async fn append(&self, readings: Vec<Reading>) -> Result<u64, SpoolError> {
        self.ask(|reply| Request::Append(readings, reply)).await
    }

    /// See [`Spool::release`].
    ///
    /// # Errors
    /// As [`Spool::release`], or the thread is gone.
    pub async fn release(&self, epoch: Epoch, committed: RangeSet) -> Result<u64, SpoolError> {
        self.ask(|reply| Request::Release(epoch, committed, reply))
            .await
    }

    /// See [`Spool::batches`].
    ///
    /// # Errors
    /// As [`Spool::batches`], or the thread is gone.
    pub async fn batches(&self, after: u64, count: u32) -> Result<Messages, SpoolError> {
        self.ask(|reply| Request::Batches(after, count, reply))
            .await
    }

    async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<T, SpoolError>>) -> Request,
    ) -> Result<T, SpoolError> {
        let (reply, answer) = oneshot::channel();
        self.requests
            .send(request(reply))
            .await
            .map_err(|_| SpoolError::Closed)?;
        answer.await.map_err(|_| SpoolError::Closed)?
    }
}
