//! Batches in flight, and which of them have to be sent again. Pure.

use std::collections::BTreeMap;

use crate::wire::RangeSet;

/// Acknowledgements of later batches that may come before an earlier one's: a broker keeps the order, but several hubs
/// may share the work. After this many the batch is lost: the broker took it before any hub had subscribed.
const OVERTAKEN_MAX: u8 = 3;

struct InFlight {
    progress: Progress,
    /// Position in the order of sending.
    order: u64,
    /// Acknowledgements of later batches that have come since the broker took this one.
    overtaken: u8,
}

/// How far a batch has come.
#[derive(PartialEq)]
enum Progress {
    /// Not yet confirmed by the broker.
    Sent,
    /// The broker has it since the current period of [`RESEND_AFTER`](super::connection::RESEND_AFTER).
    Taken,
    /// The broker has it since the period before.
    TakenBefore,
}

/// Batches sent over this connection that the hub has not acknowledged.
#[derive(Default)]
pub(super) struct Unconfirmed {
    batches: BTreeMap<u64, InFlight>,
    /// Batches sent so far.
    order: u64,
    /// Whether the hub has acknowledged anything in the current period.
    answered: bool,
}

impl Unconfirmed {
    pub fn sent(&mut self, seq: u64) {
        self.order += 1;
        let batch = InFlight { progress: Progress::Sent, order: self.order, overtaken: 0 };
        self.batches.insert(seq, batch);
    }

    pub fn taken(&mut self, seq: u64) {
        if let Some(batch) = self.batches.get_mut(&seq) {
            batch.progress = Progress::Taken;
        }
    }

    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// This batch needs no acknowledgement.
    pub fn remove(&mut self, seq: u64) {
        self.batches.remove(&seq);
    }

    pub fn contains(&self, seq: u64) -> bool {
        self.batches.contains_key(&seq)
    }

    /// The hub has committed these. Removes what was overtaken too often; returns the number to send again from.
    pub fn committed(&mut self, committed: &RangeSet) -> Option<u64> {
        self.answered = true;
        let mut last = 0;
        self.batches.retain(|seq, batch| {
            let done = committed.contains(*seq);
            if done {
                last = last.max(batch.order);
            }
            !done
        });
        let mut oldest = None;
        self.batches.retain(|seq, batch| {
            if batch.progress != Progress::Sent && batch.order < last {
                batch.overtaken += 1;
            }
            let lost = batch.overtaken >= OVERTAKEN_MAX;
            if lost {
                oldest = oldest.or(Some(*seq));
            }
            !lost
        });
        oldest
    }

    /// A period has passed. Removes what has to be sent again, and returns the number to start from. A silent hub is
    /// offline, and the broker keeps its batches: sending them all again each period would use up a metered link and
    /// the broker's queue. One batch shows whether the hub, or a broker that has lost its queue, is there.
    pub fn age(&mut self) -> Option<u64> {
        let answered = std::mem::take(&mut self.answered);
        let mut oldest = None;
        self.batches.retain(|seq, batch| match batch.progress {
            Progress::Sent => true,
            Progress::Taken => {
                batch.progress = Progress::TakenBefore;
                true
            }
            Progress::TakenBefore => {
                let stays = oldest.is_some() && !answered;
                oldest = oldest.or(Some(*seq));
                stays
            }
        });
        oldest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_flight(count: u64) -> Unconfirmed {
        let mut unconfirmed = Unconfirmed::default();
        for seq in 1..=count {
            unconfirmed.sent(seq);
            unconfirmed.taken(seq);
        }
        unconfirmed
    }

    fn range(first: u64, last: u64) -> RangeSet {
        [(first, last)].into_iter().collect()
    }

    #[test]
    fn a_silent_hub_is_probed_with_one_batch_at_a_time() {
        let mut unconfirmed = in_flight(200);
        assert_eq!(unconfirmed.age(), None);
        let mut asked = Vec::new();
        for _ in 0..10 {
            let seq = unconfirmed.age().unwrap();
            assert_eq!(unconfirmed.batches.len(), 199);
            unconfirmed.sent(seq);
            unconfirmed.taken(seq);
            asked.push(seq);
        }
        // What has just been sent again is not sent next.
        assert_eq!(asked, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
        // It is back and has committed one batch: now all others go.
        assert_eq!(unconfirmed.committed(&range(1, 1)), None);
        unconfirmed.age();
        unconfirmed.committed(&range(1, 1));
        unconfirmed.age();
        assert!(unconfirmed.batches.is_empty());
    }

    #[test]
    fn a_batch_that_later_ones_overtake_is_sent_again_at_once() {
        let mut unconfirmed = in_flight(5);
        assert_eq!(unconfirmed.committed(&range(2, 2)), None);
        assert_eq!(unconfirmed.committed(&range(2, 3)), None);
        // An acknowledgement that comes twice overtakes nothing.
        assert_eq!(unconfirmed.committed(&range(2, 3)), None);
        assert_eq!(unconfirmed.committed(&range(2, 4)), Some(1));
        unconfirmed.sent(1);
        unconfirmed.taken(1);
        // 5 was sent before 1 was sent again.
        assert_eq!(unconfirmed.committed(&range(2, 5)), None);
        assert_eq!(unconfirmed.committed(&range(1, 5)), None);
        assert!(unconfirmed.batches.is_empty());
    }

    #[test]
    fn what_the_broker_has_not_taken_waits_for_the_line() {
        let mut unconfirmed = in_flight(1);
        unconfirmed.sent(2);
        assert_eq!((unconfirmed.age(), unconfirmed.age()), (None, Some(1)));
        assert_eq!((unconfirmed.age(), unconfirmed.batches.len()), (None, 1));
    }
}
