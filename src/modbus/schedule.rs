//! Fixed-rate polling on wall-clock boundaries, without drift.

use jiff::Timestamp;

/// The first multiple of `interval_s` since the epoch that lies after `now`.
pub fn next_tick(now: Timestamp, interval_s: u32) -> Timestamp {
    let interval = i64::from(interval_s.max(1));
    let second = now.as_millisecond().div_euclid(1000);
    let next = (second.div_euclid(interval) + 1) * interval;
    Timestamp::from_second(next).unwrap_or(Timestamp::MAX)
}

/// How many ticks after `due` have passed unpolled by `now`. They are counted and never made up for.
pub fn missed(due: Timestamp, now: Timestamp, interval_s: u32) -> u64 {
    let late_ms = now.as_millisecond() - due.as_millisecond();
    (late_ms / (i64::from(interval_s.max(1)) * 1000)).max(0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn ticks_fall_on_boundaries() {
        assert_eq!(next_tick(at(0), 300), at(300_000));
        assert_eq!(next_tick(at(299_999), 300), at(300_000));
        assert_eq!(next_tick(at(300_000), 300), at(600_000));
        assert_eq!(next_tick(at(-1), 300), at(0));
        assert_eq!(missed(at(0), at(299_999), 300), 0);
        assert_eq!(missed(at(0), at(900_000), 300), 3);
        assert_eq!(missed(at(900_000), at(0), 300), 0);
    }

    proptest! {
        #[test]
        fn a_month_of_late_wake_ups_does_not_drift(lateness in prop::collection::vec(0i64..299_000, 100)) {
            let mut now = at(0);
            for (n, late) in lateness.into_iter().enumerate() {
                let tick = next_tick(now, 300);
                prop_assert_eq!(tick, at((n as i64 + 1) * 300_000));
                now = at(tick.as_millisecond() + late);
            }
        }
    }
}
