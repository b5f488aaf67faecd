//! When a failure of a device is logged: when its reason changes, and each reason once an hour, so that a device which
//! comes and goes does not fill the log. Pure: times are uptimes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::core::Reason;

/// How long the same is not told again. Engineering judgement: two lines an hour are read, and fill no disk.
const TOLD: Duration = Duration::from_secs(3600);

/// What the log says of a device.
#[derive(Debug, Default)]
pub(super) struct FailureLog {
    /// The failure that was told last; `None` where the device can be read.
    told: Option<Reason>,
    /// When each was told last.
    times: BTreeMap<Reason, Duration>,
}

impl FailureLog {
    /// Whether to log how a poll has ended at `now`: with a failure for this reason, or with none. Where it failed for
    /// a reason that was told within the hour, that is told when the hour is over, if it still does.
    pub(super) fn is_new(&mut self, reason: Option<Reason>, now: Duration) -> bool {
        if reason == self.told {
            return false;
        }
        if let Some(reason) = reason {
            let told = self.times.get(&reason);
            if told.is_some_and(|at| now.saturating_sub(*at) < TOLD) {
                return false;
            }
            self.times.insert(reason, now);
        }
        self.told = reason;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn each_reason_is_told_once_an_hour_and_the_end_after_it() {
        let mut log = FailureLog::default();
        let (silent, foreign) = (Some(Reason::Timeout), Some(Reason::Crc));
        assert!(!log.is_new(None, s(0)));
        assert!(log.is_new(silent, s(1)) && !log.is_new(silent, s(2)));
        assert!(log.is_new(foreign, s(3)));
        assert!(log.is_new(None, s(4)));
        assert!(!log.is_new(silent, s(5)) && !log.is_new(None, s(6)));
        // It stays so: that is told in the end.
        assert!(!log.is_new(silent, s(3600)) && log.is_new(silent, s(3601)));
        assert!(log.is_new(None, s(3602)));
    }

    #[test]
    fn one_that_flips_makes_a_pair_an_hour() {
        let mut log = FailureLog::default();
        let poll = |at: u64| (at, (at.is_multiple_of(2)).then_some(Reason::Foreign));
        let told = (0..7200).map(poll).filter(|(at, reason)| log.is_new(*reason, s(*at))).count();
        assert_eq!(told, 4);
    }
}
