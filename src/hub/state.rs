//! What a hub knows of itself while it runs: source of its metrics and its health.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::locales::{Argument, Text, hub as words};
use crate::store::Committed;
use crate::support::lock;

/// How long the broker may be unreachable before it is reported: a restart takes less. Engineering judgement.
const BROKER_OUTAGE_MAX: SignedDuration = SignedDuration::from_secs(120);

/// How long writes to the store may fail before it is reported. Engineering judgement.
const WRITE_OUTAGE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// Age at which the local copy of a server's readings no longer shows the present. Engineering judgement.
const COPY_AGE_MAX: SignedDuration = SignedDuration::from_secs(300);

/// Counts since the start, and what is wrong now. Its `note` methods write it.
#[derive(Debug, Default)]
pub struct HubState {
    /// Readings stored that were not there before.
    pub(super) readings: AtomicU64,
    /// Batches committed, repeated ones included.
    pub(super) batches: AtomicU64,
    /// Messages in quarantine because they could not be read.
    pub(super) quarantined: AtomicU64,
    /// Readings in quarantine because they can never be stored.
    pub(super) refused: AtomicU64,
    pub(super) commits: AtomicU64,
    commit_us: AtomicU64,
    /// End of the last commit, ms; 0 before the first.
    committed_ms: AtomicI64,
    /// Start of the broker's outage, ms; 0 while it is connected.
    broker_lost_ms: AtomicI64,
    /// Start of the store's outage, ms; 0 while writes succeed.
    write_failing_ms: AtomicI64,
    /// Time to which a server's readings were last copied, ms; 0 where this hub keeps no copy.
    copied_ms: AtomicI64,
    /// Damage found in the store's file.
    damage: Mutex<Option<String>>,
}

impl HubState {
    /// Notes a commit of `batches` batches that took `took` and ended at `now`.
    pub fn note_commit(&self, batches: u64, committed: &Committed, took: Duration, now: Timestamp) {
        self.commits.fetch_add(1, Relaxed);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_us.fetch_add(us, Relaxed);
        self.committed_ms.store(now.as_millisecond(), Relaxed);
        self.write_failing_ms.store(0, Relaxed);
        self.batches.fetch_add(batches, Relaxed);
        self.readings.fetch_add(committed.new_readings, Relaxed);
        let refused: usize =
            committed.refused.iter().map(|refused| refused.batch.readings.len()).sum();
        self.refused.fetch_add(refused as u64, Relaxed);
    }

    pub fn note_write_failure(&self, now: Timestamp) {
        start_outage(&self.write_failing_ms, now);
    }

    pub fn note_quarantined(&self) {
        self.quarantined.fetch_add(1, Relaxed);
    }

    pub fn note_broker(&self, connected: bool, now: Timestamp) {
        if connected {
            self.broker_lost_ms.store(0, Relaxed);
        } else {
            start_outage(&self.broker_lost_ms, now);
        }
    }

    /// Notes that the local copy of a server's readings reaches to `now`.
    pub fn note_copied(&self, now: Timestamp) {
        self.copied_ms.store(now.as_millisecond(), Relaxed);
    }

    pub fn note_damage(&self, found: String) {
        *lock(&self.damage) = Some(found);
    }

    pub fn readings(&self) -> u64 {
        self.readings.load(Relaxed)
    }

    /// Time that all commits took together.
    pub fn commit_time(&self) -> Duration {
        Duration::from_micros(self.commit_us.load(Relaxed))
    }

    /// Time since the last commit; `None` before the first.
    pub fn commit_age(&self, now: Timestamp) -> Option<SignedDuration> {
        Some(now.duration_since(noted(&self.committed_ms)?))
    }

    /// Time since the local copy was brought up to date; `None` where this hub keeps no copy.
    pub fn copy_age(&self, now: Timestamp) -> Option<SignedDuration> {
        Some(now.duration_since(noted(&self.copied_ms)?))
    }

    pub fn broker_connected(&self) -> bool {
        noted(&self.broker_lost_ms).is_none()
    }

    pub fn writes(&self) -> bool {
        noted(&self.write_failing_ms).is_none()
    }

    /// What is wrong at `now`, for a person; empty where all is well.
    pub fn problems(&self, now: Timestamp) -> Vec<Text> {
        let mut problems = Vec::new();
        let mut report = |ms, longest, words: fn(Argument) -> Text| {
            let since = noted(ms).filter(|since| now.duration_since(*since) > longest);
            problems.extend(since.map(|since| words(Argument::of(since))));
        };
        report(&self.broker_lost_ms, BROKER_OUTAGE_MAX, words::broker_unreachable);
        report(&self.write_failing_ms, WRITE_OUTAGE_MAX, words::store_not_written);
        report(&self.copied_ms, COPY_AGE_MAX, words::copy_behind);
        problems.extend(lock(&self.damage).as_deref().map(Text::verbatim));
        problems
    }
}

/// Notes the start of an outage, unless one is going on.
fn start_outage(ms: &AtomicI64, now: Timestamp) {
    let _was = ms.compare_exchange(0, now.as_millisecond(), Relaxed, Relaxed);
}

fn noted(ms: &AtomicI64) -> Option<Timestamp> {
    Some(ms.load(Relaxed)).filter(|ms| *ms != 0).and_then(|ms| Timestamp::from_millisecond(ms).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    fn problems(state: &HubState, now: Timestamp) -> Vec<String> {
        state.problems(now).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_problem_is_reported_after_a_while_and_only_as_long_as_it_lasts() {
        let state = HubState::default();
        assert_eq!(problems(&state, at(0)), [""; 0]);
        state.note_broker(false, at(0));
        state.note_broker(false, at(100));
        state.note_write_failure(at(10));
        assert_eq!(problems(&state, at(60)), [""; 0]);
        assert!(!state.broker_connected() && !state.writes());
        assert_eq!(
            problems(&state, at(121)),
            [
                "the broker has been unreachable since 2027-01-15T08:00:00Z",
                "no write to the store has succeeded since 2027-01-15T08:00:10Z; see the log",
            ]
        );
        assert_eq!(
            state.problems(at(121))[0].within(Lang::Chinese),
            "消息服务器自 2027-01-15T08:00:00Z 起连不上"
        );
        state.note_broker(true, at(122));
        state.note_commit(1, &Committed::default(), Duration::from_millis(3), at(123));
        assert_eq!(problems(&state, at(1000)), [""; 0]);
        assert_eq!(
            (state.commits.load(Relaxed), state.commit_time()),
            (1, Duration::from_millis(3))
        );
        state.note_copied(at(0));
        assert_eq!(state.problems(at(200)).len(), 0);
        assert!(problems(&state, at(301))[0].contains("as of 2027"));
        state.note_damage("page 7 is not".into());
        assert_eq!(problems(&state, at(301))[1], "page 7 is not");
    }
}
