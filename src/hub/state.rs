//! What a hub knows of itself while it runs: for its page, its metrics and its health.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A broker that is away for longer than this is said to be: a restart of it takes less. Engineering judgement.
const BROKER_AWAY_MAX: SignedDuration = SignedDuration::from_secs(120);

/// A store that has not taken what is there for longer than this is said not to write.
const UNWRITTEN_MAX: SignedDuration = SignedDuration::from_secs(60);

/// A copy that is older than this no longer shows what is going on.
const COPY_OLD_MAX: SignedDuration = SignedDuration::from_secs(300);

/// Counts since the start, and what is wrong now.
#[derive(Debug, Default)]
pub struct HubState {
    /// Readings that were not in the store before.
    pub readings: AtomicU64,
    /// Batches, repeated ones included.
    pub batches: AtomicU64,
    /// Messages set aside, because they were none of ours.
    pub quarantined: AtomicU64,
    /// Readings set aside, because they can never be stored.
    pub refused: AtomicU64,
    /// Commits.
    pub commits: AtomicU64,
    /// Time that they took, µs.
    pub commit_us: AtomicU64,
    /// When the last one ended, ms; 0 where there was none.
    pub committed_ms: AtomicI64,
    /// Since when the broker is away, ms; 0 while it is there.
    broker_away_ms: AtomicI64,
    /// Since when the store does not take what is there, ms; 0 while it does.
    unwritten_ms: AtomicI64,
    /// When the copy of a server was last brought up to date, ms; 0 where there is none.
    pub copied_ms: AtomicI64,
    /// Whether this hub keeps a copy.
    pub copies: AtomicBool,
    /// What was found to be wrong with the store's file.
    damage: Mutex<Option<String>>,
}

impl HubState {
    /// Notes a commit that ended at `now`.
    pub fn committed(&self, took: Duration, now: Timestamp) {
        self.commits.fetch_add(1, Relaxed);
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commit_us.fetch_add(us, Relaxed);
        self.committed_ms.store(now.as_millisecond(), Relaxed);
        self.unwritten_ms.store(0, Relaxed);
    }

    /// Notes that the store does not take what is there.
    pub fn unwritten(&self, now: Timestamp) {
        since(&self.unwritten_ms, now);
    }

    /// Notes whether the broker is there.
    pub fn broker(&self, there: bool, now: Timestamp) {
        if there {
            self.broker_away_ms.store(0, Relaxed);
        } else {
            since(&self.broker_away_ms, now);
        }
    }

    /// Whether the broker is there.
    pub fn broker_is_there(&self) -> bool {
        self.broker_away_ms.load(Relaxed) == 0
    }

    /// Whether the store takes what is there.
    pub fn writes(&self) -> bool {
        self.unwritten_ms.load(Relaxed) == 0
    }

    /// Notes damage that was found.
    pub fn damaged(&self, what: String) {
        *self.damage.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    /// What is wrong at `now`, for a person; nothing where all is well.
    pub fn problems(&self, now: Timestamp) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some(away) = longer(&self.broker_away_ms, now, BROKER_AWAY_MAX) {
            problems.push(format!("the broker is away since {away}"));
        }
        if let Some(unwritten) = longer(&self.unwritten_ms, now, UNWRITTEN_MAX) {
            problems.push(format!("the store takes nothing since {unwritten}; see the log"));
        }
        if self.copies.load(Relaxed)
            && let Some(copied) = longer(&self.copied_ms, now, COPY_OLD_MAX)
        {
            problems.push(format!(
                "page and report show the server's readings as of {copied}; see the log"
            ));
        }
        let damage = self.damage.lock().unwrap_or_else(PoisonError::into_inner);
        problems.extend(damage.clone());
        problems
    }
}

/// Notes since when it is so, where it was not so before.
fn since(ms: &AtomicI64, now: Timestamp) {
    let _was = ms.compare_exchange(0, now.as_millisecond(), Relaxed, Relaxed);
}

/// The instant, where it lies longer ago than `most`.
fn longer(ms: &AtomicI64, now: Timestamp, most: SignedDuration) -> Option<Timestamp> {
    let ms = ms.load(Relaxed);
    let at = Timestamp::from_millisecond(ms).ok().filter(|_| ms != 0)?;
    (now.duration_since(at) > most).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + s).unwrap()
    }

    #[test]
    fn what_is_wrong_is_said_after_a_while_and_no_longer_than_it_is() {
        let state = HubState::default();
        assert_eq!(state.problems(at(0)), [""; 0]);
        state.broker(false, at(0));
        state.broker(false, at(100));
        state.unwritten(at(10));
        assert_eq!(state.problems(at(60)), [""; 0]);
        assert!(!state.broker_is_there() && !state.writes());
        let problems = state.problems(at(121));
        assert!(
            problems[0].contains("broker") && problems[1].contains("store takes nothing"),
            "{problems:?}"
        );
        state.broker(true, at(122));
        state.committed(Duration::from_millis(3), at(123));
        assert_eq!(state.problems(at(1000)), [""; 0]);
        assert_eq!((state.commits.load(Relaxed), state.commit_us.load(Relaxed)), (1, 3000));
        state.copies.store(true, Relaxed);
        state.copied_ms.store(at(0).as_millisecond(), Relaxed);
        assert_eq!(state.problems(at(200)).len(), 0);
        assert!(state.problems(at(301))[0].contains("as of 2027"));
        state.damaged("page 7 is not".into());
        assert_eq!(state.problems(at(301))[1], "page 7 is not");
    }
}
