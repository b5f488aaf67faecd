//! Batches in flight, and which of them have failed. Pure: times come from outside.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::wire::RangeSet;

/// A batch that the broker has taken and the hub has not acknowledged has failed after this time if the hub has
/// acknowledged others since. Engineering judgement: a hub answers within two seconds, a busy one within ten.
pub(super) const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A hub that answers takes messages in their order. After this time without an answer it has dealt with all that it
/// has. Engineering judgement: it commits once a second, and a portion takes it less than ten.
const CAUGHT_UP: Duration = Duration::from_secs(10);

/// Acknowledgements of later batches by a hub that names all it has, after which an earlier one is lost: the broker
/// took it before the hub had subscribed, or the hub had no room for it. Parts come from hubs that share the work, of
/// which one may be slower.
const OVERTAKEN_MAX: u8 = 3;

/// The longest time between two probes of a silent hub. Engineering judgement: a hub that comes back says so; a probe
/// finds one that does not, for less than a megabyte a day.
const PROBE_MOST: Duration = Duration::from_secs(120);

/// A hub that acknowledges nothing for this long, although the broker takes what is sent, is said to be silent.
/// Engineering judgement: longer than a restart.
const SILENT_AFTER: Duration = Duration::from_secs(300);

/// The same after so many batches, though not at once: a backlog sends as many in a second. Engineering judgement.
const SILENT_BATCHES: u64 = 100;
const SILENT_LEAST: Duration = Duration::from_secs(60);

struct InFlight {
    /// When the broker confirmed it.
    taken_at: Option<Duration>,
    /// The message that carries it, counted from 1 in the order of sending.
    message: u64,
    /// Size of that message.
    bytes: usize,
    /// Whether the message carries nothing else.
    alone: bool,
    /// Acknowledgements of later batches that have come since the broker took this one.
    overtaken: u8,
}

/// A batch that has to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failed {
    pub seq: u64,
    /// The message that carried it.
    pub message: u64,
    /// Size of that message.
    pub bytes: usize,
    /// Whether the message carried nothing else.
    pub alone: bool,
    /// Sent again only to see whether a silent hub is there: nothing is known against the batch.
    pub probe: bool,
}

impl Failed {
    fn new(seq: u64, batch: &InFlight) -> Self {
        let InFlight { message, bytes, alone, .. } = *batch;
        Self { seq, message, bytes, alone, probe: false }
    }
}

/// Batches sent over this connection that the hub has not acknowledged.
#[derive(Default)]
pub(super) struct Unconfirmed {
    batches: BTreeMap<u64, InFlight>,
    /// Messages sent so far.
    messages: u64,
    /// When the hub last acknowledged anything.
    answered_at: Option<Duration>,
    /// When the broker took the first batch since then, and how many it has taken.
    taken_since: Option<(Duration, u64)>,
    /// When a silent hub may be probed again, and how often it has been.
    probe_at: Duration,
    probes: u32,
}

impl Unconfirmed {
    /// A message of `bytes` with these batches is on its way.
    pub fn sent(&mut self, seqs: &[u64], bytes: usize) {
        self.messages += 1;
        let (message, alone) = (self.messages, seqs.len() == 1);
        for &seq in seqs {
            let batch = InFlight { taken_at: None, message, bytes, alone, overtaken: 0 };
            self.batches.insert(seq, batch);
        }
    }

    /// The broker has it.
    pub fn taken(&mut self, seq: u64, now: Duration) {
        if let Some(batch) = self.batches.get_mut(&seq) {
            batch.taken_at = Some(now);
            self.taken_since.get_or_insert((now, 0)).1 += 1;
        }
    }

    pub fn len(&self) -> usize {
        self.batches.len()
    }

    /// This batch needs no acknowledgement, or is no longer in flight.
    pub fn remove(&mut self, seq: u64) {
        self.batches.remove(&seq);
    }

    pub fn contains(&self, seq: u64) -> bool {
        self.batches.contains_key(&seq)
    }

    /// The hub has committed these, and has nothing else if the acknowledgement is `whole`. Returns the size of the
    /// largest message that has arrived with them, and what later ones have overtaken too often.
    pub fn committed(
        &mut self,
        committed: &RangeSet,
        whole: bool,
        now: Duration,
    ) -> (usize, Vec<Failed>) {
        self.answered_at = Some(now);
        (self.taken_since, self.probe_at, self.probes) = (None, now + ANSWER_MAX, 0);
        let (mut last, mut largest) = (0, 0);
        self.batches.retain(|seq, batch| {
            let done = committed.contains(*seq);
            if done {
                last = last.max(batch.message);
                largest = largest.max(batch.bytes);
            }
            !done
        });
        let mut lost = Vec::new();
        self.batches.retain(|seq, batch| {
            if batch.taken_at.is_some() && batch.message < last {
                batch.overtaken = batch.overtaken.saturating_add(1);
            }
            let is_lost = whole && batch.overtaken >= OVERTAKEN_MAX;
            if is_lost {
                lost.push(Failed::new(*seq, batch));
            }
            !is_lost
        });
        (largest, lost)
    }

    /// The hub came `at` and did not get what the broker took before, apart from what it has acknowledged. Removes
    /// that, and returns the lowest number of it.
    pub fn hub_came(&mut self, at: Duration) -> Option<u64> {
        let mut oldest = None;
        self.batches.retain(|seq, batch| {
            let missed = batch.taken_at.is_some_and(|taken_at| taken_at <= at);
            if missed {
                oldest = oldest.or(Some(*seq));
            }
            !missed
        });
        oldest
    }

    /// Removes and returns at most `most` batches that the hub does not acknowledge although it does others. Of a
    /// silent hub's, only the oldest now and then, as a probe: sending all again would use up a metered link.
    pub fn overdue(&mut self, now: Duration, most: usize) -> Vec<Failed> {
        let answered_at = self.answered_at;
        let mut failed = Vec::new();
        self.batches.retain(|seq, batch| {
            let taken_at = batch.taken_at.filter(|at| now.saturating_sub(*at) >= ANSWER_MAX);
            let Some(taken_at) = taken_at else { return true };
            let caught_up =
                answered_at.is_some_and(|at| at > taken_at && now.saturating_sub(at) >= CAUGHT_UP);
            let stays = failed.len() >= most || !(batch.overtaken > 0 || caught_up);
            if !stays {
                failed.push(Failed::new(*seq, batch));
            }
            stays
        });
        if failed.is_empty() && most > 0 {
            failed.extend(self.probe(now));
        }
        failed
    }

    fn probe(&mut self, now: Duration) -> Option<Failed> {
        let old = |batch: &InFlight| {
            batch.taken_at.is_some_and(|at| {
                now.saturating_sub(at) >= ANSWER_MAX
                    && self.answered_at.is_none_or(|answered| answered <= at)
            })
        };
        let (&seq, _) = self.batches.iter().find(|(_, batch)| old(batch))?;
        if now < self.probe_at {
            return None;
        }
        self.probe_at = now + ANSWER_MAX.saturating_mul(1 << self.probes.min(8)).min(PROBE_MOST);
        self.probes += 1;
        let batch = self.batches.remove(&seq)?;
        Some(Failed { probe: true, ..Failed::new(seq, &batch) })
    }

    /// Gives up waiting for the oldest that the broker has, to make room for a newer one.
    pub fn give_up_oldest(&mut self) -> Option<u64> {
        let taken = self.batches.iter().find(|(_, batch)| batch.taken_at.is_some());
        let seq = taken.map(|(&seq, _)| seq)?;
        self.batches.remove(&seq);
        Some(seq)
    }

    /// What the broker has not confirmed.
    pub fn unsettled(&self) -> impl Iterator<Item = Failed> {
        let unsettled = self.batches.iter().filter(|(_, batch)| batch.taken_at.is_none());
        unsettled.map(|(seq, batch)| Failed::new(*seq, batch))
    }

    /// Since when the hub has acknowledged nothing, if that is long although the broker takes what is sent.
    pub fn silent_since(&self, now: Duration) -> Option<Duration> {
        let (since, batches) = self.taken_since?;
        let silent = now.saturating_sub(since);
        let long = silent >= SILENT_AFTER || (batches >= SILENT_BATCHES && silent >= SILENT_LEAST);
        long.then_some(since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Messages of one batch each, taken at once.
    fn in_flight(count: u64) -> Unconfirmed {
        let mut unconfirmed = Unconfirmed::default();
        for seq in 1..=count {
            send(&mut unconfirmed, seq, Duration::ZERO);
        }
        unconfirmed
    }

    fn send(unconfirmed: &mut Unconfirmed, seq: u64, now: Duration) {
        unconfirmed.sent(&[seq], 100);
        unconfirmed.taken(seq, now);
    }

    fn range(first: u64, last: u64) -> RangeSet {
        [(first, last)].into_iter().collect()
    }

    fn numbers(failed: &[Failed]) -> Vec<u64> {
        failed.iter().map(|failed| failed.seq).collect()
    }

    #[test]
    fn a_silent_hub_is_probed_with_one_batch_ever_more_seldom() {
        let mut unconfirmed = in_flight(200);
        let mut probed = Vec::new();
        for second in (0..3600).step_by(5) {
            for failed in unconfirmed.overdue(seconds(second), usize::MAX) {
                assert!(failed.probe);
                send(&mut unconfirmed, failed.seq, seconds(second));
                probed.push(second);
            }
            assert_eq!(unconfirmed.len(), 200);
        }
        assert_eq!(probed[..5], [30, 60, 120, 240, 360]);
        assert!(probed.len() < 35, "{probed:?}");
        // It is back and commits what comes next: what it does not name was lost.
        let now = seconds(3601);
        send(&mut unconfirmed, 201, now);
        assert_eq!(unconfirmed.committed(&range(201, 201), false, now), (100, vec![]));
        let lost = unconfirmed.overdue(now + ANSWER_MAX, usize::MAX);
        assert!(lost.len() == 200 && lost.iter().all(|failed| !failed.probe));
    }

    #[test]
    fn a_batch_that_later_ones_overtake_has_failed_at_once_where_the_hub_names_all() {
        for whole in [true, false] {
            let mut unconfirmed = in_flight(5);
            let mut commit = |first, last| {
                numbers(&unconfirmed.committed(&range(first, last), whole, seconds(1)).1)
            };
            assert_eq!(commit(2, 2), [0; 0]);
            assert_eq!(commit(2, 3), [0; 0]);
            // An acknowledgement that comes twice overtakes nothing.
            assert_eq!(commit(2, 3), [0; 0]);
            assert_eq!(commit(2, 4), if whole { vec![1] } else { vec![] });
            let later = unconfirmed.overdue(ANSWER_MAX, usize::MAX);
            assert_eq!(numbers(&later), if whole { vec![5] } else { vec![1, 5] });
        }
    }

    #[test]
    fn a_hub_that_still_works_on_what_it_has_is_not_sent_it_again() {
        let mut unconfirmed = in_flight(100);
        for second in 1..100 {
            unconfirmed.committed(&range(1, second), true, seconds(second));
            assert_eq!(unconfirmed.overdue(seconds(second), usize::MAX), []);
        }
        // It has caught up and does not name the last.
        assert_eq!(unconfirmed.overdue(seconds(108), usize::MAX), []);
        assert_eq!(numbers(&unconfirmed.overdue(seconds(109), usize::MAX)), [100]);
    }

    #[test]
    fn a_hub_that_comes_gets_all_that_the_broker_took_before() {
        let mut unconfirmed = in_flight(4);
        unconfirmed.sent(&[5, 6], 700);
        send(&mut unconfirmed, 7, seconds(9));
        // It names the first two.
        unconfirmed.committed(&range(1, 2), true, seconds(8));
        assert_eq!(unconfirmed.hub_came(seconds(8)), Some(3));
        assert!(!unconfirmed.contains(3) && !unconfirmed.contains(4));
        // These are on their way to the broker, and from there to the hub; the last was taken later.
        assert!(unconfirmed.contains(5) && unconfirmed.contains(6) && unconfirmed.contains(7));
        assert_eq!(unconfirmed.hub_came(seconds(9)), Some(7));
        assert_eq!(unconfirmed.hub_came(seconds(10)), None);
        let unsettled: Vec<_> = unconfirmed.unsettled().collect();
        let failed = |seq| Failed { seq, message: 5, bytes: 700, alone: false, probe: false };
        assert_eq!(unsettled, [failed(5), failed(6)]);
        unconfirmed.taken(5, seconds(11));
        assert_eq!(unconfirmed.committed(&range(5, 6), false, seconds(12)), (700, vec![]));
        assert_eq!((unconfirmed.len(), unconfirmed.give_up_oldest()), (0, None));
    }

    #[test]
    fn what_the_broker_has_not_taken_waits_for_the_line() {
        let mut unconfirmed = in_flight(1);
        unconfirmed.sent(&[2], 100);
        unconfirmed.committed(&RangeSet::default(), false, seconds(1));
        assert_eq!(numbers(&unconfirmed.overdue(seconds(900), usize::MAX)), [1]);
        assert_eq!(unconfirmed.overdue(seconds(1800), usize::MAX), []);
        assert_eq!((unconfirmed.len(), unconfirmed.give_up_oldest()), (1, None));
    }

    #[test]
    fn two_hubs_that_share_the_work_and_name_only_their_parts_get_nothing_twice() {
        let mut unconfirmed = Unconfirmed::default();
        for second in 1..=3600 {
            let now = seconds(second);
            send(&mut unconfirmed, second, now);
            // The odd ones go to a quick hub, the even ones to one that takes twelve seconds.
            for named in [second, second.saturating_sub(12)] {
                if named > 0 && (named % 2 == 1) == (named == second) {
                    let (_, failed) = unconfirmed.committed(&range(named, named), false, now);
                    assert_eq!(failed, []);
                }
            }
            assert_eq!(unconfirmed.overdue(now, usize::MAX), []);
        }
        assert_eq!(unconfirmed.len(), 6);
    }

    #[test]
    fn a_hub_is_silent_after_five_minutes_or_a_hundred_batches() {
        let mut few = in_flight(1);
        assert_eq!(few.silent_since(seconds(299)), None);
        assert_eq!(few.silent_since(seconds(300)), Some(Duration::ZERO));
        // An empty acknowledgement is one, too.
        few.committed(&RangeSet::default(), false, seconds(301));
        assert_eq!(few.silent_since(seconds(900)), None);
        send(&mut few, 2, seconds(400));
        assert_eq!(few.silent_since(seconds(700)), Some(seconds(400)));
        let mut many = in_flight(100);
        assert_eq!(
            (many.silent_since(seconds(59)), many.silent_since(seconds(60))),
            (None, Some(Duration::ZERO))
        );
        assert_eq!(many.give_up_oldest(), Some(1));
        assert_eq!(Unconfirmed::default().silent_since(seconds(9999)), None);
    }
}
