//! The QARTOD gross-range test.

use super::Verdict;
use crate::core::{Flag, Reason};

/// Flags `value` by the possible span (`fail`) and, where given, the expected one (`suspect`), in the same unit. Bounds
/// belong to their span; fail takes precedence, as in the IOOS QARTOD manuals. A value that is not finite fails.
pub fn gross_range(value: f64, fail: [f64; 2], suspect: Option<[f64; 2]>) -> Verdict {
    let inside = |[low, high]: [f64; 2]| low <= value && value <= high;
    if !value.is_finite() || !inside(fail) {
        Verdict::of(Flag::Fail, Reason::OutOfRange)
    } else if suspect.is_some_and(|span| !inside(span)) {
        Verdict::of(Flag::Suspect, Reason::Unexpected)
    } else {
        Verdict::GOOD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_as_the_ioos_reference_does() {
        let values = [0.0, 4.0, 0.5, 3.0, -0.0001, 4.0001];
        let flags =
            values.map(|value| u8::from(gross_range(value, [0.0, 4.0], Some([0.5, 3.0])).flag));
        assert_eq!(flags, [3, 3, 1, 1, 4, 4]);
    }

    #[test]
    fn gives_the_reason_and_fails_what_is_not_finite() {
        assert_eq!(gross_range(1.0, [0.0, 4.0], None), Verdict::GOOD);
        let out = gross_range(f64::NAN, [0.0, 4.0], None);
        assert_eq!(out, Verdict::of(Flag::Fail, Reason::OutOfRange));
        let unexpected = gross_range(3.5, [0.0, 4.0], Some([0.5, 3.0]));
        assert_eq!(unexpected, Verdict::of(Flag::Suspect, Reason::Unexpected));
    }
}
