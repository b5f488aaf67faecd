//! What the spool's thread and its handles share: batches just appended, and what the uplink has to say of them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use super::queue::SpooledBatch;
use crate::support::lock;
use crate::wire::{Epoch, MESSAGE_SIZE_MAX, RangeSet};

/// Bytes of recent batches kept in memory for the uplink. The file has them all; more wait only while it is slow.
const RECENT_MAX: usize = MESSAGE_SIZE_MAX;

#[derive(Default)]
pub(super) struct Shared(Mutex<State>);

#[derive(Default)]
pub(super) struct State {
    /// Appended and not handed to the uplink yet: consecutive numbers of one epoch, in order.
    recent: VecDeque<SpooledBatch>,
    recent_epoch: Epoch,
    recent_bytes: usize,
    news: News,
    /// Whether the thread looks at the news soon without being asked.
    pub awake: bool,
}

/// What the uplink has learnt of an epoch's batches since the thread last looked.
#[derive(Default)]
pub(super) struct News {
    pub epoch: Epoch,
    /// Acknowledged by the hub.
    pub committed: RangeSet,
    /// What the last acknowledgement named that named all that the hub has.
    pub whole: Option<RangeSet>,
    /// What such ones named upon which lost batches are looked for.
    pub heal: RangeSet,
    /// Whether there was any acknowledgement, even of nothing.
    pub heard: bool,
    /// Handed to the broker.
    pub handed: RangeSet,
}

/// What a batch takes in memory.
fn bytes(batch: &SpooledBatch) -> usize {
    batch.message.len() + batch.plain.as_ref().map_or(0, Vec::len)
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0)
    }
}

impl State {
    /// The news of `epoch`. Those of another are of a file that has been replaced, or will be dropped as such.
    pub fn news(&mut self, epoch: Epoch) -> &mut News {
        if self.news.epoch != epoch {
            self.news = News { epoch, ..News::default() };
        }
        &mut self.news
    }

    pub fn take_news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// Whether acknowledgements wait for the thread.
    pub fn acknowledges(&self) -> bool {
        self.news.heard
    }

    /// Adds appended batches of `epoch`; the oldest drop out when there are too many.
    pub fn add(&mut self, epoch: Epoch, appended: Vec<SpooledBatch>) {
        if self.recent_epoch != epoch {
            self.clear();
            self.recent_epoch = epoch;
        }
        for batch in appended {
            // A gap would make the uplink skip what is missing.
            if self.recent.back().is_some_and(|last| last.seq + 1 != batch.seq) {
                self.clear();
            }
            self.recent_bytes += bytes(&batch);
            self.recent.push_back(batch);
        }
        while self.recent_bytes > RECENT_MAX && self.drop_first() {}
    }

    /// Leaves everything to the file.
    pub fn clear(&mut self) {
        self.recent.clear();
        self.recent_bytes = 0;
    }

    fn drop_first(&mut self) -> bool {
        let first = self.recent.pop_front();
        self.recent_bytes -= first.as_ref().map_or(0, bytes);
        first.is_some()
    }

    /// Takes out the batches of `epoch` after `after`, at most `count`; none if only the file knows what comes next.
    pub fn take_after(&mut self, epoch: Epoch, after: u64, count: u32) -> Vec<SpooledBatch> {
        if self.recent_epoch != epoch {
            return Vec::new();
        }
        while self.recent.front().is_some_and(|first| first.seq <= after) {
            self.drop_first();
        }
        if self.recent.front().is_none_or(|first| first.seq != after + 1) {
            return Vec::new();
        }
        let count = self.recent.len().min(count as usize);
        let taken: Vec<_> = self.recent.drain(..count).collect();
        self.recent_bytes -= taken.iter().map(bytes).sum::<usize>();
        taken
    }

    #[cfg(test)]
    pub fn recent(&self) -> (usize, usize) {
        (self.recent.len(), self.recent_bytes)
    }
}
