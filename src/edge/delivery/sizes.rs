//! How large a message the way to the hub takes. Pure: times come from outside.
//!
//! A broker of MQTT 5 names the largest packet that it takes. One of 3.1.1 names nothing: it confirms a message that is
//! too large and drops it, or ends the connection. So the sizes that have passed and those that have failed are
//! remembered, over all connections of a run.

use std::time::Duration;

use super::pace::MESSAGE_MAX;

/// Bundles are not made smaller than this: a few batches of a small gateway. Engineering judgement.
const BUNDLE_MIN: usize = 256;

/// How long after a failure the size of bundles may double again, at first; twice as long after each further failure.
/// Engineering judgement: where the broker ends connections, each attempt costs one.
const GROW_FIRST: Duration = Duration::from_secs(60);

/// The longest of these waits. Engineering judgement.
const GROW_MOST: Duration = Duration::from_secs(6 * 3600);

/// Failures in a row of sizes that have passed before, after which they count as never passed: the broker's limit has
/// become smaller. Engineering judgement: lines break as often as that.
const STRIKES_MAX: u8 = 3;

/// A message no larger than this is not taken for too large while nothing at all has arrived: then the way fails, not
/// the size. Engineering judgement: no broker comes with a limit as small as that.
const SUSPECT_MIN: usize = 1024;

/// What is known of the sizes of messages, in bytes as sent.
#[derive(Debug)]
pub(super) struct Sizes {
    /// The largest that has arrived.
    passed: usize,
    /// The largest that a message of several batches may have.
    bundle_max: usize,
    grow_at: Duration,
    grow_wait: Duration,
    /// Failures in a row of sizes that have passed before, and the largest of these sizes.
    strikes: (u8, usize),
    /// Whether a connection was lost on a size that has not passed before, and no bundle has passed since.
    careful: bool,
    /// The largest that the broker of this connection takes, as it says.
    limit: Option<usize>,
}

impl Default for Sizes {
    fn default() -> Self {
        let (passed, bundle_max, strikes) = (0, MESSAGE_MAX, (0, 0));
        let (grow_at, grow_wait) = (Duration::ZERO, GROW_FIRST);
        Self { passed, bundle_max, grow_at, grow_wait, strikes, careful: false, limit: None }
    }
}

impl Sizes {
    /// The broker of a new connection takes messages of at most `limit` bytes; `None` if it does not say.
    pub fn connected(&mut self, limit: Option<usize>) {
        self.limit = limit;
    }

    /// The most bytes of a message of several batches.
    pub fn bundle_max(&self) -> usize {
        self.bundle_max.min(self.limit.unwrap_or(usize::MAX))
    }

    /// Whether the broker has said that it takes no message of `bytes`.
    pub fn is_beyond_limit(&self, bytes: usize) -> bool {
        self.limit.is_some_and(|limit| bytes > limit)
    }

    /// Whether a message of this size has arrived.
    pub fn has_passed(&self, bytes: usize) -> bool {
        bytes <= self.passed
    }

    /// Whether a message of this size may be too large for the broker.
    pub fn may_be_too_large(&self, bytes: usize) -> bool {
        !self.has_passed(bytes) && (self.passed > 0 || bytes > SUSPECT_MIN)
    }

    /// Whether messages that may be too large should go one at a time, so that it is known which one failed.
    pub fn is_careful(&self) -> bool {
        self.careful
    }

    /// A message of `bytes` has arrived.
    pub fn passes(&mut self, bytes: usize, now: Duration) {
        self.passed = self.passed.max(bytes);
        if bytes >= self.strikes.1 {
            self.strikes = (0, 0);
        }
        // Smaller ones say nothing about larger bundles.
        if bytes >= self.bundle_max / 2 {
            self.careful = false;
            if now >= self.grow_at && self.bundle_max < MESSAGE_MAX {
                self.bundle_max = (self.bundle_max * 2).min(MESSAGE_MAX);
                self.grow_at = now + self.grow_wait;
            }
        }
    }

    /// A message of `bytes`, of several batches or one alone, was lost with its connection (`connection`) or was not
    /// acknowledged while others were. Returns whether its size may be the cause.
    pub fn fails(&mut self, bytes: usize, alone: bool, connection: bool, now: Duration) -> bool {
        if self.has_passed(bytes) {
            if alone && !connection {
                // The hub may have its reasons not to acknowledge one batch.
                return false;
            }
            self.strikes = (self.strikes.0 + 1, self.strikes.1.max(bytes));
            if self.strikes.0 < STRIKES_MAX {
                return false;
            }
            (self.passed, self.strikes) = (bytes / 2, (0, 0));
        }
        if !self.may_be_too_large(bytes) {
            return false;
        }
        self.careful |= connection;
        if !alone && bytes / 2 < self.bundle_max {
            self.bundle_max = (bytes / 2).max(BUNDLE_MIN);
            self.grow_at = now + self.grow_wait;
            self.grow_wait = (self.grow_wait * 2).min(GROW_MOST);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Sends bundles as large as allowed for `minutes`, one a minute, over a way that takes at most `limit` bytes.
    /// Returns how many failed.
    fn drain(sizes: &mut Sizes, limit: usize, from: u32, minutes: u32) -> u32 {
        let mut failed = 0;
        for minute in from..from + minutes {
            let (bytes, now) = (sizes.bundle_max(), MINUTE * minute);
            if bytes <= limit {
                sizes.passes(bytes, now);
            } else {
                failed += 1;
                assert!(sizes.fails(bytes, false, true, now) || failed > 3);
            }
        }
        failed
    }

    #[test]
    fn bundles_shrink_to_what_passes_and_larger_ones_are_tried_ever_more_seldom() {
        let mut sizes = Sizes::default();
        assert_eq!(drain(&mut sizes, 8000, 0, 5), 3, "32, 16 and 8 KiB");
        assert!(sizes.has_passed(4096) && !sizes.has_passed(8001));
        let day = drain(&mut sizes, 8000, 5, 24 * 60);
        assert!((5..=14).contains(&day), "{day}");
        let next = drain(&mut sizes, 8000, 5 + 24 * 60, 24 * 60);
        assert!((1..=5).contains(&next), "{next}");
        // The limit is gone.
        drain(&mut sizes, usize::MAX, 5 + 48 * 60, 24 * 60);
        assert_eq!(sizes.bundle_max(), MESSAGE_MAX);
    }

    #[test]
    fn a_line_that_breaks_changes_nothing_about_sizes_that_pass() {
        let mut sizes = Sizes::default();
        sizes.passes(MESSAGE_MAX, MINUTE);
        for _ in 0..20 {
            for _ in 0..2 {
                assert!(!sizes.fails(9000, false, true, MINUTE));
            }
            sizes.passes(9000, MINUTE);
        }
        assert_eq!((sizes.bundle_max(), sizes.is_careful()), (MESSAGE_MAX, false));
        // Three in a row without one that passes: the limit has become smaller.
        assert!(!sizes.fails(9000, false, true, MINUTE) && !sizes.fails(8000, false, true, MINUTE));
        sizes.passes(300, MINUTE);
        assert!(sizes.fails(9000, false, true, MINUTE));
        assert_eq!((sizes.bundle_max(), sizes.is_careful()), (4500, true));
        assert!(!sizes.has_passed(4501));
        sizes.passes(4500, MINUTE);
        assert!(!sizes.is_careful());
    }

    #[test]
    fn one_batch_alone_says_nothing_about_bundles() {
        let mut sizes = Sizes::default();
        assert!(!sizes.fails(300, true, true, MINUTE), "nothing has arrived at all");
        assert!(sizes.fails(3000, true, true, MINUTE));
        sizes.passes(100, MINUTE);
        assert!(sizes.fails(300, true, true, MINUTE));
        assert_eq!(sizes.bundle_max(), MESSAGE_MAX);
        // Nor does one whose size passes and that the hub does not acknowledge.
        sizes.passes(300, MINUTE);
        for _ in 0..9 {
            assert!(!sizes.fails(300, true, false, MINUTE));
        }
        assert!(sizes.has_passed(300));
    }

    #[test]
    fn what_the_broker_says_bounds_all() {
        let mut sizes = Sizes::default();
        sizes.connected(Some(5000));
        assert_eq!(sizes.bundle_max(), 5000);
        assert!(sizes.is_beyond_limit(5001) && !sizes.is_beyond_limit(5000));
        sizes.connected(None);
        assert!(!sizes.is_beyond_limit(usize::MAX) && sizes.bundle_max() == MESSAGE_MAX);
    }
}
