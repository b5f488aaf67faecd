//! The QARTOD rate-of-change test.

use jiff::Timestamp;

use super::Limits;
use super::gap::seconds;
use crate::core::Flag;

/// Flags `now` by how fast the value has changed since `before`; `limits` per hour. Not evaluated where no time has
/// passed. Over a gap this is the mean rate: at some time the value has changed at least that fast.
pub fn rate_of_change(before: (Timestamp, f64), now: (Timestamp, f64), limits: Limits) -> Flag {
    let seconds = seconds(before.0, now.0);
    if seconds <= 0.0 {
        return Flag::NotEvaluated;
    }
    limits.above((now.1 - before.1).abs() / seconds * 3600.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_per_hour_whatever_the_interval() {
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let limits = Limits::new(1.0, Some(10.0));
        let flag = |from: (i64, f64), to: (i64, f64)| {
            u8::from(rate_of_change((at(from.0), from.1), (at(to.0), to.1), limits))
        };
        assert_eq!(flag((0, 0.0), (3_600_000, 1.0)), 1);
        assert_eq!(flag((0, 0.0), (3_600_000, -1.01)), 3);
        assert_eq!(flag((0, -5.0), (1_800_000, 0.01)), 4);
        // Half a second: 0.001 in it is 7.2 an hour.
        assert_eq!(flag((0, 0.0), (500, 0.001)), 3);
        assert_eq!(flag((500, 0.0), (500, 9.0)), 2);
        assert_eq!(flag((500, 0.0), (0, 9.0)), 2);
    }
}
