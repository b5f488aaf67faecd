//! Which batches of a view are under way, and how far it has come when the broker confirms their messages.

use std::collections::VecDeque;

/// A batch of which not all messages are confirmed.
#[derive(Debug)]
struct Open {
    seq: u64,
    /// Readings in it.
    count: u64,
    /// Messages that are not confirmed.
    unconfirmed: u64,
    /// Whether all its messages have been made.
    whole: bool,
    /// Whether its readings cannot be sent.
    lost: bool,
}

/// How far a view has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Done {
    /// All batches up to this number are confirmed.
    pub seq: u64,
    /// Readings in those that have become so.
    pub readings: u64,
    /// How many of them could not be sent.
    pub lost: u64,
}

/// The batches under way over a connection, by ascending number.
#[derive(Debug, Default)]
pub(super) struct Progress {
    open: VecDeque<Open>,
}

impl Progress {
    /// Begins the next batch.
    pub fn begin(&mut self, seq: u64, count: u64) {
        self.open.push_back(Open { seq, count, unconfirmed: 0, whole: false, lost: false });
    }

    /// A message of the batch that was begun last.
    pub fn made(&mut self) {
        if let Some(open) = self.open.back_mut() {
            open.unconfirmed += 1;
        }
    }

    /// No more messages of the batch that was begun last will follow; with `lost`, there are none.
    pub fn end(&mut self, lost: bool) {
        if let Some(open) = self.open.back_mut() {
            (open.whole, open.lost) = (true, lost);
        }
    }

    /// The broker has confirmed a message of batch `seq`.
    pub fn confirmed(&mut self, seq: u64) {
        if let Ok(at) = self.open.binary_search_by_key(&seq, |open| open.seq)
            && let Some(open) = self.open.get_mut(at)
        {
            open.unconfirmed = open.unconfirmed.saturating_sub(1);
        }
    }

    /// The first batch that is not confirmed.
    pub fn first_open(&self) -> Option<u64> {
        self.open.front().map(|open| open.seq)
    }

    /// How far everything is confirmed, if that is further than the last time.
    pub fn done(&mut self) -> Option<Done> {
        let mut done = None;
        while let Some(open) = self.open.pop_front_if(|open| open.whole && open.unconfirmed == 0) {
            let so_far: &mut Done = done.get_or_insert_default();
            so_far.seq = open.seq;
            so_far.readings += open.count;
            so_far.lost += if open.lost { open.count } else { 0 };
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_done_with_once_it_and_all_before_it_are_confirmed() {
        let mut progress = Progress::default();
        for (seq, count, messages) in [(3, 10, 2), (5, 4, 0), (6, 1, 1)] {
            progress.begin(seq, count);
            (0..messages).for_each(|_| progress.made());
            if seq < 6 {
                progress.end(false);
            }
        }
        assert_eq!((progress.done(), progress.first_open()), (None, Some(3)));
        progress.confirmed(6);
        progress.confirmed(3);
        // A number that is not under way changes nothing.
        progress.confirmed(4);
        assert_eq!(progress.done(), None);
        progress.confirmed(3);
        assert_eq!(progress.done(), Some(Done { seq: 5, readings: 14, lost: 0 }));
        assert_eq!(progress.done(), None);
        progress.end(true);
        assert_eq!(progress.done(), Some(Done { seq: 6, readings: 1, lost: 1 }));
    }
}
