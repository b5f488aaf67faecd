//! The QARTOD gross-range test.

use crate::core::{Flag, Reason};

/// Flags `value` by the span that the sensor can measure (`fail`) and, where given, the span that is expected
/// (`suspect`); all three in the same unit. Both bounds of a span pass, and fail goes before suspect, as in the IOOS
/// QARTOD manuals. A value that is not finite fails.
pub fn gross_range(
    value: f64,
    fail: [f64; 2],
    suspect: Option<[f64; 2]>,
) -> (Flag, Option<Reason>) {
    let inside = |[low, high]: [f64; 2]| low <= value && value <= high;
    if !value.is_finite() || !inside(fail) {
        (Flag::Fail, Some(Reason::OutOfRange))
    } else if suspect.is_some_and(|span| !inside(span)) {
        (Flag::Suspect, Some(Reason::Unexpected))
    } else {
        (Flag::Good, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_as_the_ioos_reference_does() {
        let values = [0.0, 4.0, 0.5, 3.0, -0.0001, 4.0001];
        let flags =
            values.map(|value| u8::from(gross_range(value, [0.0, 4.0], Some([0.5, 3.0])).0));
        assert_eq!(flags, [3, 3, 1, 1, 4, 4]);
    }

    #[test]
    fn says_why_and_fails_what_is_not_finite() {
        assert_eq!(gross_range(1.0, [0.0, 4.0], None), (Flag::Good, None));
        assert_eq!(gross_range(f64::NAN, [0.0, 4.0], None), (Flag::Fail, Some(Reason::OutOfRange)));
        assert_eq!(
            gross_range(3.5, [0.0, 4.0], Some([0.5, 3.0])),
            (Flag::Suspect, Some(Reason::Unexpected))
        );
    }
}
