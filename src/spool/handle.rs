//! What others hold of the spool.

use std::sync::{Arc, mpsc};

use tokio::sync::{oneshot, watch};

use super::keeper::{KeeperStats, Request};
use super::shared::Shared;
use super::{SpoolError, SpooledBatch};
use crate::core::Reading;
use crate::wire::{BootId, Epoch, RangeSet, Timebase};

/// A handle on the spool. The thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct SpoolHandle {
    pub(super) requests: mpsc::SyncSender<Request>,
    pub(super) shared: Arc<Shared>,
    pub(super) stats: watch::Receiver<KeeperStats>,
}

impl SpoolHandle {
    /// What the spool holds; changes with each append, and when the hub has said what it has.
    pub fn stats(&self) -> watch::Receiver<KeeperStats> {
        self.stats.clone()
    }

    /// Hands `readings`, whose times are by `clock`, to the thread at once; what is returned waits until they are stored, see
    /// [`Spool::append`], or wait in memory because the file cannot be written now.
    ///
    /// # Errors
    /// The thread is gone.
    pub fn append(
        &self,
        readings: Vec<Reading>,
        clock: Timebase,
    ) -> impl Future<Output = Result<(), SpoolError>> + use<> {
        let answer = self.ask(|reply| Request::Append(readings, clock, reply));
        async { answer.await.map_err(|_| SpoolError::Closed) }
    }

    /// See [`Spool::release`]. The thread looks at it within a second.
    pub fn release(&self, epoch: Epoch, committed: &RangeSet, heal: bool) {
        if epoch != self.stats.borrow().spool.epoch || committed.is_empty() {
            return;
        }
        let mut state = self.shared.lock();
        for (first, last) in committed.iter() {
            state.committed.insert_range(first, last);
        }
        state.heal |= heal;
        if !state.looks {
            // Once is enough.
            state.looks = true;
            self.tell(Request::Committed);
        }
    }

    /// Batches after `after` up to `to`, oldest first, at most `count`: from memory what has just been appended, and once only;
    /// else from the file, see [`Spool::batches`].
    ///
    /// # Errors
    /// As [`Spool::batches`], or the thread is gone.
    pub async fn batches(
        &self,
        after: u64,
        to: u64,
        count: u32,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        let fresh = self.shared.lock().hand_over(after, count);
        if !fresh.is_empty() {
            return Ok(fresh);
        }
        self.stored(after, to, count).await
    }

    /// The same from the file alone.
    ///
    /// # Errors
    /// As [`Self::batches`].
    pub async fn stored(
        &self,
        after: u64,
        to: u64,
        count: u32,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        let answer = self.ask(|reply| Request::Batches(after, to, count, reply));
        answer.await.map_err(|_| SpoolError::Closed)?
    }

    /// See [`Spool::time_is_known`].
    pub fn time_is_known(&self, good: Timebase) {
        self.tell(Request::TimeIsKnown(good));
    }

    /// See [`Spool::time_stays_unknown`].
    pub fn time_stays_unknown(&self, this_run: BootId) {
        self.tell(Request::TimeStaysUnknown(this_run));
    }

    /// See [`Spool::spoilt`].
    pub fn spoilt(&self, seq: u64) {
        self.tell(Request::Spoilt(seq));
    }

    /// See [`Spool::note_traffic`].
    pub fn note_traffic(&self, month: String, bytes: u64) {
        self.tell(Request::Traffic(month, bytes));
    }

    /// Writes what can be written before the end.
    pub async fn close(&self) {
        let answer = self.ask(Request::Close);
        let _gone = answer.await.is_err();
    }

    fn tell(&self, request: Request) {
        // Where the thread is gone, whoever asks it next is told.
        let _closed = self.requests.send(request);
    }

    fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> oneshot::Receiver<T> {
        let (reply, answer) = oneshot::channel();
        // Where the thread is gone, so is the reply, and who waits for the answer is told.
        self.tell(request(reply));
        answer
    }
}
