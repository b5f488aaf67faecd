//! Gateways whose lines a server did not take, and when they are tried again.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::locales::Text;
use crate::support::Backoff;

/// A gateway sends again what is not acknowledged about once in a minute, so that longer waits would gain nothing.
/// Engineering judgement.
const RETRY: Backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(60) };

/// What waits, each with a wait of its own, so that none holds up another.
pub(super) struct Waiting<K>(BTreeMap<K, Wait>);

struct Wait {
    reason: Text,
    failures: u32,
    since: Timestamp,
    until: Timestamp,
}

impl<K> Default for Waiting<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone> Waiting<K> {
    /// Why nothing of `key` is to be written at `now`; `None` where it may be.
    pub fn reason(&self, key: &K, now: Timestamp) -> Option<&Text> {
        let wait = self.0.get(key)?;
        // A clock that was set back must not make a wait longer.
        (wait.since..wait.until).contains(&now).then_some(&wait.reason)
    }

    /// Notes that the server did not take what belongs to `key`.
    pub fn note(&mut self, key: &K, reason: &Text, now: Timestamp) {
        let failures = self.0.get(key).map_or(0, |wait| wait.failures).saturating_add(1);
        let most = SignedDuration::try_from(RETRY.ceiling(failures)).unwrap_or_default();
        let until = now.checked_add(most).unwrap_or(Timestamp::MAX);
        self.0.insert(key.clone(), Wait { reason: reason.clone(), failures, since: now, until });
    }

    /// Notes that the server took all that belongs to `key`.
    pub fn clear(&mut self, key: &K) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_are_each_gateways_own() {
        let (one, two) = ("gw-1", "gw-2");
        let at = |s: i64| Timestamp::from_second(1_800_000_000 + s).unwrap();
        let mut waiting = Waiting::default();
        assert_eq!(waiting.reason(&one, at(0)), None);
        let mut now = 0_i64;
        for seconds in [2_i64, 4, 8, 16, 32, 60, 60] {
            waiting.note(&one, &Text::verbatim("500"), at(now));
            assert_eq!(waiting.reason(&one, at(now + seconds - 1)), Some(&Text::verbatim("500")));
            assert_eq!(waiting.reason(&one, at(now + seconds)), None);
            assert_eq!(waiting.reason(&one, at(now - 3600)), None, "the clock was set back");
            assert_eq!(waiting.reason(&two, at(now)), None);
            now += seconds;
        }
        waiting.clear(&one);
        waiting.note(&one, &Text::verbatim("500"), at(now));
        assert_eq!(waiting.reason(&one, at(now + 2)), None);
    }
}
