//! Tests of the digits of a number.

use super::super::section::sections;
use super::*;

/// The text and the number of `value` by the one section of `code`.
fn of(code: &str, value: f64) -> Option<(String, Option<f64>)> {
    image(sections(code).first()?, value).map(|image| (image.text(), image.value))
}

#[test]
fn the_nearest_fraction_is_the_one_that_trying_all_denominators_finds() {
    for most in [9_u32, 99, 999] {
        for value in (0..2_000).map(|n| f64::from(n) * 0.001_234_5) {
            let errors = (1..=most).map(|below| {
                let above = (value * f64::from(below)).round();
                (below, above, (value - above / f64::from(below)).abs())
            });
            let best =
                errors.reduce(|best, next| if next.2 < best.2 - 1e-12 { next } else { best });
            let (below, above, error) = best.unwrap();
            let found = nearest(value, f64::from(most));
            let same = found == (above, f64::from(below));
            let as_near = ((value - found.0 / found.1).abs() - error).abs() < 1e-12;
            assert!(same || as_near && found.1 <= f64::from(most), "{value} {most}: {found:?}");
        }
    }
    assert_eq!(nearest(0.37, 999.0), (37.0, 100.0));
    assert_eq!(nearest(0.0, 9.0), (0.0, 1.0));
    assert_eq!(nearest(1e300, 9.0), (1e300, 1.0));
    assert_eq!(nearest(std::f64::consts::PI, 9.0), (22.0, 7.0));
    assert_eq!(nearest(std::f64::consts::PI, 99.0), (311.0, 99.0));
    assert_eq!(nearest(std::f64::consts::PI, 999.0), (355.0, 113.0));
}

#[test]
fn places_are_filled_from_the_right_with_zeros_from_the_leftmost_zero_on() {
    let text = |code, value| of(code, value).map(|(text, _)| text);
    assert_eq!(text("#,##0", 1_234_567.0).as_deref(), Some("1,234,567"));
    assert_eq!(text("0#,##0", 12.0).as_deref(), Some("00,012"));
    assert_eq!(text("?0#", 5.0).as_deref(), Some("05"));
    assert_eq!(text("#0##", 5.0).as_deref(), Some("005"));
    assert_eq!(text("0,000,000", 12.0).as_deref(), Some("0,000,012"));
    assert_eq!(text("# ?/?", 1.5).as_deref(), Some("1 1/2"));
}
