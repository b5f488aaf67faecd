//! Batches that have failed: when each is sent again, and which the broker is too small for. Pure: times come from
//! outside. The memory outlasts connections, so that a new one does not begin with the same fault.

use std::collections::BTreeMap;
use std::time::Duration;

use super::sizes::Sizes;
use super::unconfirmed::{ANSWER_MAX, Failed};
use crate::wire::RangeSet;

/// The longest time between two sendings of a batch that the hub does not acknowledge. Engineering judgement: nothing
/// is gained by repeating what was in vain ten times, and a hub that comes back says so.
const WAIT_MOST: Duration = Duration::from_secs(15 * 60);

/// The wait of the batches that are too large for the broker, at first; then twice as long each time. They share it:
/// each attempt may cost a connection. Engineering judgement.
const LARGE_WAIT: Duration = Duration::from_secs(60);

/// The longest of these waits.
const LARGE_WAIT_MOST: Duration = Duration::from_secs(3600);

/// How often a batch has to fail alone before it is called too large. Two may be the line's fault.
const ALONE_MAX: u8 = 3;

/// From the third sending on a batch goes alone.
const ALONE_FROM: u8 = 2;

/// From so many failures on, a batch whose size passes is said to be refused by the hub: by then ten minutes and more
/// have gone by. Engineering judgement.
const UNANSWERED_FROM: u8 = 5;

/// Batches remembered; beyond them new failures stay in flight. They take up half a megabyte. Engineering judgement.
const BATCHES_MAX: usize = 4096;

/// Batches offered for one message, as many as are fetched from the file at once.
const DUE_MAX: usize = 64;

/// The time of a batch that is on its way.
const ON_ITS_WAY: Duration = Duration::MAX;

/// Why a batch has to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The hub does not acknowledge it.
    Unanswered,
    /// The connection was lost with it.
    Lost,
    /// The broker has refused it.
    Refused,
    /// The broker has said that it is too large.
    TooLarge,
}

#[derive(Debug)]
struct Retry {
    failures: u8,
    /// Failures alone, at a size that had not passed before.
    alone: u8,
    /// Size of the message that failed last.
    bytes: usize,
    cause: Cause,
    /// When it is sent again, or [`ON_ITS_WAY`].
    at: Duration,
}

impl Retry {
    fn is_too_large(&self, sizes: &Sizes) -> bool {
        let never_passed = self.alone >= ALONE_MAX && sizes.may_be_too_large(self.bytes);
        self.cause == Cause::TooLarge || never_passed || sizes.is_beyond_limit(self.bytes)
    }

    fn is_unanswered(&self, sizes: &Sizes) -> bool {
        let refused = self.cause == Cause::Unanswered && self.failures >= UNANSWERED_FROM;
        refused && !self.is_too_large(sizes)
    }
}

/// How many batches are set aside for a reason, and the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aside {
    pub batches: u64,
    pub seq: u64,
    pub bytes: usize,
}

/// The batches that have failed.
#[derive(Debug, Default)]
pub(super) struct Retries {
    batches: BTreeMap<u64, Retry>,
    /// When one of those that are too large may be tried again.
    large_at: Duration,
    large_wait: Duration,
}

impl Retries {
    /// How many more it remembers.
    pub fn room(&self) -> usize {
        BATCHES_MAX.saturating_sub(self.batches.len())
    }

    pub fn contains(&self, seq: u64) -> bool {
        self.batches.contains_key(&seq)
    }

    /// A batch has failed, or is to be sent again as a probe. Returns whether it is now known to be too large.
    pub fn fails(&mut self, failed: Failed, cause: Cause, sizes: &Sizes, now: Duration) -> bool {
        let Failed { seq, bytes, alone, probe, .. } = failed;
        let was_large = self.batches.get(&seq).is_some_and(|retry| retry.is_too_large(sizes));
        let first = Retry { failures: 0, alone: 0, bytes, cause, at: now };
        let retry = self.batches.entry(seq).or_insert(first);
        if probe {
            retry.at = now;
            return false;
        }
        if bytes < retry.bytes / 10 * 9 {
            // Compressed, or no longer in a bundle: that is another size.
            retry.alone = 0;
        }
        retry.failures = retry.failures.saturating_add(1);
        if alone && cause != Cause::Refused && sizes.may_be_too_large(bytes) {
            retry.alone = retry.alone.saturating_add(1);
        }
        (retry.bytes, retry.cause) = (bytes, cause);
        retry.at = now + wait(retry.failures, cause);
        let is_large = retry.is_too_large(sizes);
        if is_large && !was_large {
            self.wait_for_large(now);
        }
        is_large && !was_large
    }

    /// Whether a message of `bytes` is beyond what the broker says, or as large as one that is known to be too large.
    pub fn is_known_too_large(&self, bytes: usize, sizes: &Sizes) -> bool {
        let large = self.batches.values().filter(|retry| retry.is_too_large(sizes));
        sizes.is_beyond_limit(bytes)
            || (sizes.may_be_too_large(bytes)
                && large.map(|retry| retry.bytes).any(|known| known <= bytes))
    }

    /// Sets a batch aside that is as large as one known to be too large, without an attempt.
    pub fn set_aside(&mut self, seq: u64, bytes: usize, now: Duration) {
        let cause = Cause::TooLarge;
        self.batches.insert(seq, Retry { failures: 1, alone: ALONE_MAX, bytes, cause, at: now });
        if self.large_wait.is_zero() {
            self.wait_for_large(now);
        }
    }

    fn wait_for_large(&mut self, now: Duration) {
        self.large_wait = (self.large_wait * 2).clamp(LARGE_WAIT, LARGE_WAIT_MOST);
        self.large_at = now + self.large_wait;
    }

    /// The batches to send now, lowest number first: several for one message, or one that goes alone (`true`).
    pub fn due(&self, sizes: &Sizes, now: Duration) -> Option<(Vec<u64>, bool)> {
        let waiting = |retry: &Retry| retry.at <= now && !retry.is_too_large(sizes);
        let alone = |retry: &Retry| retry.failures >= ALONE_FROM;
        let mut due = self.batches.iter().filter(|(_, retry)| waiting(retry));
        if let Some((&first, retry)) = due.next() {
            if alone(retry) {
                return Some((vec![first], true));
            }
            let more = due.take_while(|(_, retry)| !alone(retry)).map(|(&seq, _)| seq);
            return Some((std::iter::once(first).chain(more).take(DUE_MAX).collect(), false));
        }
        if now < self.large_at {
            return None;
        }
        // The smallest: it is the likeliest to pass.
        let large = self.batches.iter().filter(|(_, retry)| {
            retry.at != ON_ITS_WAY
                && retry.is_too_large(sizes)
                && !sizes.is_beyond_limit(retry.bytes)
        });
        let (&seq, _) = large.min_by_key(|(_, retry)| retry.bytes)?;
        Some((vec![seq], true))
    }

    /// A batch is on its way again: it is not due until it fails.
    pub fn sent(&mut self, seq: u64, sizes: &Sizes, now: Duration) {
        if let Some(retry) = self.batches.get_mut(&seq) {
            retry.at = ON_ITS_WAY;
            if retry.is_too_large(sizes) {
                self.wait_for_large(now);
            }
        }
    }

    /// A batch has been acknowledged, or is no longer in the spool.
    pub fn remove(&mut self, seq: u64) {
        self.batches.remove(&seq);
    }

    /// The hub has committed these.
    pub fn committed(&mut self, committed: &RangeSet) {
        self.batches.retain(|seq, _| !committed.contains(*seq));
    }

    /// Messages as large as `sizes` says have passed: what failed at such a size did not fail for it.
    pub fn passes(&mut self, sizes: &Sizes, now: Duration) {
        let mut freed = false;
        for retry in self.batches.values_mut() {
            let blamed = matches!(retry.cause, Cause::Lost | Cause::TooLarge);
            let was_large = retry.alone >= ALONE_MAX || retry.cause == Cause::TooLarge;
            let passes = sizes.has_passed(retry.bytes) && !sizes.is_beyond_limit(retry.bytes);
            if passes && (blamed || was_large) {
                freed |= was_large;
                retry.alone = 0;
                if blamed {
                    retry.cause = Cause::Lost;
                }
                if retry.at != ON_ITS_WAY {
                    retry.at = retry.at.min(now);
                }
            }
        }
        if freed {
            // Perhaps the limit is gone: try the next larger one soon.
            self.large_at = now;
            self.large_wait = Duration::ZERO;
        }
    }

    /// The broker takes messages again that it refused before, or the hub has just come: what waited for that is due.
    pub fn cleared(&mut self, cause: Cause, now: Duration) {
        let of_cause = self.batches.values_mut().filter(|retry| retry.cause == cause);
        for retry in of_cause.filter(|retry| retry.at != ON_ITS_WAY) {
            retry.at = retry.at.min(now);
        }
    }

    /// Of what was sent only what `is_in_flight` still is: the connection is another, or it is no longer waited for.
    pub fn returned(&mut self, now: Duration, is_in_flight: impl Fn(u64) -> bool) {
        let sent = self.batches.iter_mut().filter(|(_, retry)| retry.at == ON_ITS_WAY);
        for (_, retry) in sent.filter(|(seq, _)| !is_in_flight(**seq)) {
            retry.at = now;
        }
    }

    /// Whether one of them will be sent soon.
    pub fn is_pending(&self, sizes: &Sizes) -> bool {
        self.batches.values().any(|r| !r.is_too_large(sizes) && !r.is_unanswered(sizes))
    }

    /// Those that are too large for the broker.
    pub fn too_large(&self, sizes: &Sizes) -> Option<Aside> {
        self.aside(|retry| retry.is_too_large(sizes))
    }

    /// Those that the hub does not acknowledge, although their size passes.
    pub fn unanswered(&self, sizes: &Sizes) -> Option<Aside> {
        self.aside(|retry| retry.is_unanswered(sizes))
    }

    fn aside(&self, is: impl Fn(&Retry) -> bool) -> Option<Aside> {
        let mut aside = self.batches.iter().filter(|(_, retry)| is(retry));
        let (&seq, first) = aside.next()?;
        Some(Aside { batches: 1 + aside.count() as u64, seq, bytes: first.bytes })
    }
}

/// How long after its `failures`-th failure a batch is sent again. What the hub does not acknowledge has waited for
/// [`ANSWER_MAX`] already: it is sent after 30 s, 60 s, 2, 4, 8 and 15 minutes, from sending to sending.
fn wait(failures: u8, cause: Cause) -> Duration {
    let doublings = u32::from(failures.saturating_sub(1).min(16));
    let between = ANSWER_MAX.saturating_mul(1 << doublings).min(WAIT_MOST);
    match cause {
        Cause::Unanswered => between - ANSWER_MAX,
        // Once at once: lines break for other reasons.
        Cause::Lost if failures == 1 => Duration::ZERO,
        Cause::Lost | Cause::Refused | Cause::TooLarge => between,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn failed(seq: u64, bytes: usize, alone: bool) -> Failed {
        Failed { seq, message: seq, bytes, alone, probe: false }
    }

    fn sizes_to(passed: usize) -> Sizes {
        let mut sizes = Sizes::default();
        sizes.passes(passed, Duration::ZERO);
        sizes
    }

    fn range(first: u64, last: u64) -> RangeSet {
        [(first, last)].into_iter().collect()
    }

    /// Sends what is due for `hours`, each second; every message fails by `cause` after `after`. Returns the seconds.
    fn sendings(
        retries: &mut Retries,
        sizes: &Sizes,
        bytes: usize,
        cause: Cause,
        hours: u64,
    ) -> Vec<u64> {
        let after = if cause == Cause::Unanswered { 30 } else { 0 };
        let (mut sent, mut open) = (Vec::new(), Vec::new());
        for second in 0..hours * 3600 {
            let now = seconds(second);
            open.retain(|&(seq, at)| {
                let fails = second >= at + after;
                if fails {
                    retries.fails(failed(seq, bytes, true), cause, sizes, now);
                }
                !fails
            });
            if let Some((seqs, _)) = retries.due(sizes, now) {
                for seq in seqs {
                    retries.sent(seq, sizes, now);
                    open.push((seq, second));
                    sent.push(second);
                }
            }
        }
        sent
    }

    #[test]
    fn what_the_hub_does_not_acknowledge_is_sent_again_ever_more_seldom() {
        let sizes = sizes_to(1000);
        let mut retries = Retries::default();
        assert!(!retries.fails(failed(7, 900, true), Cause::Unanswered, &sizes, Duration::ZERO));
        let sent = sendings(&mut retries, &sizes, 900, Cause::Unanswered, 2);
        let between: Vec<_> = sent.windows(2).map(|w| w[1] - w[0]).collect();
        assert_eq!((sent[0], &between[..6]), (0, &[60, 120, 240, 480, 900, 900][..]));
        let aside = Aside { batches: 1, seq: 7, bytes: 900 };
        assert_eq!((retries.unanswered(&sizes), retries.too_large(&sizes)), (Some(aside), None));
        assert!(!retries.is_pending(&sizes));
        retries.committed(&range(7, 7));
        assert_eq!((retries.due(&sizes, Duration::MAX), retries.contains(7)), (None, false));
    }

    #[test]
    fn a_bundle_that_failed_goes_smaller_and_then_by_batches() {
        let sizes = sizes_to(100);
        let mut retries = Retries::default();
        for seq in [4, 5, 6] {
            retries.fails(failed(seq, 9000, false), Cause::Unanswered, &sizes, seconds(1));
        }
        assert_eq!(retries.due(&sizes, seconds(1)), Some((vec![4, 5, 6], false)));
        for seq in [4, 5] {
            retries.sent(seq, &sizes, seconds(1));
            retries.fails(failed(seq, 4000, false), Cause::Unanswered, &sizes, seconds(31));
        }
        assert_eq!(retries.due(&sizes, seconds(31)), Some((vec![6], false)));
        retries.sent(6, &sizes, seconds(31));
        assert_eq!(retries.due(&sizes, seconds(60)), None);
        assert_eq!(retries.due(&sizes, seconds(61)), Some((vec![4], true)));
        retries.sent(4, &sizes, seconds(61));
        assert_eq!(retries.due(&sizes, seconds(61)), Some((vec![5], true)));
        assert!(retries.is_pending(&sizes) && retries.too_large(&sizes).is_none());
    }

    #[test]
    fn a_batch_that_fails_alone_three_times_is_too_large_and_tried_at_most_once_an_hour() {
        for cause in [Cause::Unanswered, Cause::Lost] {
            let sizes = sizes_to(7000);
            let mut retries = Retries::default();
            let first = |retries: &mut Retries| {
                retries.fails(failed(17, 12_345, true), cause, &sizes, Duration::ZERO)
            };
            assert!(!first(&mut retries) && retries.too_large(&sizes).is_none());
            let sent = sendings(&mut retries, &sizes, 12_345, cause, 24);
            assert!((25..=32).contains(&sent.len()), "{cause:?}: {sent:?}");
            assert!(sent.windows(2).skip(12).all(|w| w[1] - w[0] >= 3600), "{sent:?}");
            let aside = Aside { batches: 1, seq: 17, bytes: 12_345 };
            assert_eq!(
                (retries.too_large(&sizes), retries.unanswered(&sizes)),
                (Some(aside), None)
            );
            assert!(!retries.is_pending(&sizes));
            // What is as large is not even tried, what is smaller or has passed is.
            assert!(retries.is_known_too_large(12_345, &sizes));
            assert!(!retries.is_known_too_large(12_344, &sizes));
            assert!(!retries.is_known_too_large(7000, &sizes));
        }
    }

    #[test]
    fn many_that_are_too_large_share_one_attempt_and_all_go_once_it_passes() {
        let mut sizes = sizes_to(7000);
        let mut retries = Retries::default();
        for seq in 1..=100 {
            retries.set_aside(seq, 9000 + seq as usize, Duration::ZERO);
        }
        let sent = sendings(&mut retries, &sizes, 9050, Cause::Lost, 10);
        assert!(sent.len() <= 16, "{sent:?}");
        sizes.passes(9200, seconds(36_000));
        retries.passes(&sizes, seconds(36_000));
        assert_eq!(retries.too_large(&sizes), None);
        let (seqs, _) = retries.due(&sizes, seconds(36_000)).unwrap();
        assert_eq!(seqs[0], 1);
    }

    #[test]
    fn a_lost_line_is_not_held_against_a_batch_whose_size_passes() {
        let mut sizes = Sizes::default();
        let mut retries = Retries::default();
        for at in [0, 0] {
            retries.fails(failed(1, 300, true), Cause::Lost, &sizes, seconds(at));
        }
        assert_eq!(retries.due(&sizes, seconds(1)), None);
        sizes.passes(310, seconds(1));
        retries.passes(&sizes, seconds(1));
        assert_eq!(retries.due(&sizes, seconds(1)), Some((vec![1], true)));
        retries.sent(1, &sizes, seconds(1));
        assert_eq!(retries.due(&sizes, seconds(1000)), None);
        retries.returned(seconds(2000), |seq| seq == 1);
        assert_eq!(retries.due(&sizes, seconds(2000)), None);
        retries.returned(seconds(2000), |_| false);
        assert!(retries.due(&sizes, seconds(2000)).is_some());
    }

    #[test]
    fn a_smaller_form_of_a_batch_begins_anew() {
        let sizes = sizes_to(1000);
        let mut retries = Retries::default();
        let mut fails =
            |bytes| retries.fails(failed(1, bytes, true), Cause::Lost, &sizes, Duration::ZERO);
        let plain = [fails(20_000), fails(20_000)];
        let compressed = [fails(5000), fails(5000), fails(5000), fails(5000)];
        assert_eq!((plain, compressed), ([false; 2], [false, false, true, false]));
    }

    #[test]
    fn what_the_broker_says_is_too_large_is_believed_until_another_says_more() {
        let mut sizes = Sizes::default();
        let mut retries = Retries::default();
        sizes.connected(Some(5000));
        assert!(
            retries.is_known_too_large(5001, &sizes) && !retries.is_known_too_large(5000, &sizes)
        );
        assert!(retries.fails(failed(1, 5001, true), Cause::Unanswered, &sizes, Duration::ZERO));
        assert_eq!(retries.due(&sizes, seconds(9999)), None);
        sizes.connected(Some(6000));
        assert_eq!(retries.due(&sizes, seconds(9999)), Some((vec![1], false)));
    }

    #[test]
    fn what_was_refused_waits_until_the_broker_takes_something() {
        let sizes = sizes_to(1000);
        let mut retries = Retries::default();
        retries.fails(failed(1, 300, true), Cause::Refused, &sizes, Duration::ZERO);
        assert_eq!(retries.due(&sizes, seconds(29)), None);
        retries.cleared(Cause::Unanswered, seconds(5));
        assert_eq!(retries.due(&sizes, seconds(5)), None);
        retries.cleared(Cause::Refused, seconds(5));
        assert_eq!(retries.due(&sizes, seconds(5)), Some((vec![1], false)));
        // It says nothing about its size.
        for _ in 0..9 {
            retries.fails(failed(1, 3000, true), Cause::Refused, &sizes, Duration::ZERO);
        }
        assert_eq!(retries.too_large(&sizes), None);
    }

    #[test]
    fn a_probe_counts_as_no_failure_and_the_memory_is_bounded() {
        let sizes = sizes_to(1000);
        let mut retries = Retries::default();
        let probe = Failed { probe: true, ..failed(1, 300, true) };
        for second in 0..20 {
            assert!(!retries.fails(probe, Cause::Unanswered, &sizes, seconds(second)));
            assert_eq!(retries.due(&sizes, seconds(second)), Some((vec![1], false)));
            retries.sent(1, &sizes, seconds(second));
        }
        assert_eq!((retries.unanswered(&sizes), retries.room()), (None, BATCHES_MAX - 1));
        retries.remove(1);
        assert_eq!(retries.room(), BATCHES_MAX);
    }
}
