//! What is on its way, and what of it has to be sent again. Pure.

use std::collections::BTreeMap;

use crate::wire::RangeSet;

/// Acknowledgements of batches sent later that may come before that of an earlier one: a broker keeps the order, but several
/// hubs may share its work. After so many the earlier one is lost: the broker took it when no hub had yet subscribed.
const OVERTAKEN_MAX: u8 = 3;

/// A batch on its way.
#[derive(Clone, Copy, PartialEq)]
struct OnItsWay {
    place: Place,
    /// The how many-th that was sent.
    order: u64,
    /// Acknowledgements of later ones that have come since the broker took it.
    overtaken: u8,
}

/// Where a batch on its way is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    /// With us or on the line.
    Sent,
    /// With the broker, in the current or the last period of [`RESEND_AFTER`](super::connection::RESEND_AFTER).
    Taken { periods: u8 },
}

/// Batches sent over this connection that the hub has not acknowledged.
#[derive(Default)]
pub(super) struct Unconfirmed {
    batches: BTreeMap<u64, OnItsWay>,
    /// Batches sent so far.
    order: u64,
    /// Whether the hub has acknowledged anything in the current period.
    answered: bool,
}

impl Unconfirmed {
    pub fn sent(&mut self, seq: u64) {
        self.order += 1;
        let batch = OnItsWay { place: Place::Sent, order: self.order, overtaken: 0 };
        self.batches.insert(seq, batch);
    }

    pub fn taken(&mut self, seq: u64) {
        if let Some(batch) = self.batches.get_mut(&seq) {
            batch.place = Place::Taken { periods: 0 };
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// It needs no acknowledgement.
    pub fn forget(&mut self, seq: u64) {
        self.batches.remove(&seq);
    }

    /// Whether this one is on its way.
    pub fn contains(&self, seq: u64) -> bool {
        self.batches.contains_key(&seq)
    }

    /// The hub has committed these. Forgets what has been overtaken too often and has to be sent again, and says from which
    /// number on.
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
            if batch.place != Place::Sent && batch.order < last {
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

    /// A period has passed. Forgets what has to be sent again, and says from which number on.
    ///
    /// A hub that says nothing is away, and the broker keeps for it what it has taken: to send all of it again each period
    /// would use up a metered link and the broker's queue. One batch is enough to see whether the hub, or a broker that has
    /// forgotten everything, is there.
    pub fn age(&mut self) -> Option<u64> {
        let answered = std::mem::take(&mut self.answered);
        let mut oldest = None;
        self.batches.retain(|seq, batch| match batch.place {
            Place::Sent => true,
            Place::Taken { periods: 0 } => {
                batch.place = Place::Taken { periods: 1 };
                true
            }
            Place::Taken { .. } => {
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

    fn on_their_way(count: u64) -> Unconfirmed {
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
    fn a_hub_that_is_away_is_asked_with_one_batch_at_a_time() {
        let mut unconfirmed = on_their_way(200);
        assert_eq!(unconfirmed.age(), None);
        let mut asked = Vec::new();
        for _ in 0..10 {
            let seq = unconfirmed.age().unwrap();
            assert_eq!(unconfirmed.batches.len(), 199);
            unconfirmed.sent(seq);
            unconfirmed.taken(seq);
            asked.push(seq);
        }
        // What has just been sent again is not the one to be sent next.
        assert_eq!(asked, [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]);
        // It is back and has committed one: now all others go.
        assert_eq!(unconfirmed.committed(&range(1, 1)), None);
        unconfirmed.age();
        unconfirmed.committed(&range(1, 1));
        unconfirmed.age();
        assert!(unconfirmed.batches.is_empty());
    }

    #[test]
    fn a_batch_that_later_ones_overtake_is_sent_again_at_once() {
        let mut unconfirmed = on_their_way(5);
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
        let mut unconfirmed = on_their_way(1);
        unconfirmed.sent(2);
        assert_eq!((unconfirmed.age(), unconfirmed.age()), (None, Some(1)));
        assert_eq!((unconfirmed.age(), unconfirmed.batches.len()), (None, 1));
    }
}
