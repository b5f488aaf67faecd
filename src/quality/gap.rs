//! The QARTOD time-gap test.

use jiff::Timestamp;

use super::Limits;
use crate::core::Flag;

/// Flags the reading at `at` by the time since the previous value; `limits` in seconds. Not evaluated for the first
/// reading. The reading after a gap is flagged, since it is the one that reveals the gap.
pub fn time_gap(before: Option<Timestamp>, at: Timestamp, limits: Limits) -> Flag {
    match before {
        Some(before) => limits.above(seconds(before, at)),
        None => Flag::NotEvaluated,
    }
}

/// Seconds from `from` to `to`, to the millisecond.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.as_millisecond() - from.as_millisecond()) as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reading_after_a_gap_is_flagged() {
        let at = |s| Timestamp::from_second(s).unwrap();
        let limits = Limits::new(600.0, Some(3600.0));
        assert_eq!(time_gap(None, at(9), limits), Flag::NotEvaluated);
        assert_eq!(time_gap(Some(at(0)), at(600), limits), Flag::Good);
        assert_eq!(time_gap(Some(at(0)), at(601), limits), Flag::Suspect);
        assert_eq!(time_gap(Some(at(0)), at(3601), limits), Flag::Fail);
    }
}
