//! What the spool's thread and those who use it share: what is new, on its way to the uplink in memory.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::SpooledBatch;
use crate::wire::{MESSAGE_SIZE_MAX, RangeSet};

/// Bytes of messages that wait in memory for the uplink. Where more wait, the broker is away or slow, and the file keeps them.
const FRESH_MAX: usize = MESSAGE_SIZE_MAX;

/// What handles and thread share.
#[derive(Default)]
pub(super) struct Shared(Mutex<State>);

#[derive(Default)]
pub(super) struct State {
    /// Just appended and not handed over, in order, without holes.
    fresh: VecDeque<SpooledBatch>,
    /// Bytes in it.
    fresh_bytes: usize,
    /// What the hub has said since the thread looked last.
    pub committed: RangeSet,
    /// Whether it was the whole of what the hub has.
    pub heal: bool,
    /// Whether the thread looks soon by itself.
    pub looks: bool,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way through a change.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Keeps what has been appended for the uplink; the oldest only in the file where it is too much.
    pub fn keep(&mut self, appended: Vec<SpooledBatch>) {
        for batch in appended {
            // What comes after a hole would hide it.
            if self.fresh.back().is_some_and(|last| last.seq + 1 != batch.seq) {
                self.forget();
            }
            self.fresh_bytes += batch.message.len();
            self.fresh.push_back(batch);
        }
        while self.fresh_bytes > FRESH_MAX && self.drop_first() {}
    }

    /// Everything only in the file.
    pub fn forget(&mut self) {
        self.fresh.clear();
        self.fresh_bytes = 0;
    }

    fn drop_first(&mut self) -> bool {
        let first = self.fresh.pop_front();
        self.fresh_bytes -= first.as_ref().map_or(0, |batch| batch.message.len());
        first.is_some()
    }

    /// Hands over the batches after `after`, at most `count`; nothing where only the file knows what comes next.
    pub fn hand_over(&mut self, after: u64, count: u32) -> Vec<SpooledBatch> {
        while self.fresh.front().is_some_and(|first| first.seq <= after) {
            self.drop_first();
        }
        let next = self.fresh.front().map(|first| first.seq);
        if next != Some(after + 1) {
            return Vec::new();
        }
        let count = self.fresh.len().min(count as usize);
        let handed: Vec<_> = self.fresh.drain(..count).collect();
        self.fresh_bytes -= handed.iter().map(|batch| batch.message.len()).sum::<usize>();
        handed
    }

    /// How many wait, and their bytes.
    #[cfg(test)]
    pub fn waiting(&self) -> (usize, usize) {
        (self.fresh.len(), self.fresh_bytes)
    }
}
