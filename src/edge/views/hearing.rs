//! Whether a view subscribes to its topics.

use std::time::Duration;

/// For how long it does not after a packet that is larger than any message: over MQTT 3.1.1 the broker may retain it,
/// and would end each connection by it. Engineering judgement, as in the main delivery: until somebody has cleared the
/// topic.
const DEAF: Duration = Duration::from_secs(3600);

/// What a view knows of its subscriptions. Times are those of its run.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    deaf_until: Option<Duration>,
}

impl Hearing {
    /// Whether it subscribes at `now`: from then on, it hears.
    pub fn begin(&mut self, now: Duration) -> bool {
        self.deaf_until = self.deaf_until.filter(|until| now < *until);
        self.deaf_until.is_none()
    }

    /// For how long from `now` on it does not hear; `None` where it does.
    pub fn deaf_for(&self, now: Duration) -> Option<Duration> {
        self.deaf_until.map(|until| until.saturating_sub(now))
    }

    /// A connection has ended at `now` over a packet that is larger than any message. Returns whether it has heard
    /// until now.
    pub fn oversized(&mut self, now: Duration) -> bool {
        let heard = self.deaf_until.is_none();
        self.deaf_until.get_or_insert(now + DEAF);
        heard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_makes_a_view_deaf_for_an_hour() {
        let at = Duration::from_secs;
        let mut hearing = Hearing::default();
        assert!(hearing.begin(at(0)) && hearing.deaf_for(at(1)).is_none());
        assert!(hearing.oversized(at(10)));
        assert!(!hearing.begin(at(11)) && !hearing.oversized(at(12)));
        assert_eq!(hearing.deaf_for(at(70)), Some(DEAF - at(60)));
        assert_eq!(hearing.deaf_for(at(5000)), Some(Duration::ZERO));
        assert!(hearing.begin(at(10) + DEAF) && hearing.deaf_for(at(5000)).is_none());
        // It lies there still.
        assert!(hearing.oversized(at(4000)));
    }
}
