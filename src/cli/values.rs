//! Values of options: numbers within limits, and what to say about a value that cannot be read.

#![cfg_attr(
    not(feature = "edge"),
    allow(dead_code, reason = "only the technician's commands have numbers within limits")
)]

use std::error::Error;
use std::fmt::Display;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};
use std::ops::{Bound, RangeBounds};
use std::str::FromStr;

use super::usage::UsageError;
use crate::locales::{Argument, Text, cli as words, core as rules, foreign};

/// A parser of numbers within `limits`, which have a lower end.
pub fn within<T: FromStr + PartialOrd + Display + 'static>(
    limits: impl RangeBounds<T> + Clone + Send + Sync + 'static,
) -> impl Fn(&str) -> Result<T, UsageError> + Clone + Send + Sync + 'static {
    move |text: &str| {
        let rule = || match (limits.start_bound(), limits.end_bound()) {
            (Bound::Included(low), Bound::Included(high)) => {
                rules::between(Argument::of(low), Argument::of(high))
            }
            (Bound::Included(low), _) => rules::at_least(Argument::of(low)),
            _ => words::number(),
        };
        let number = text.parse().ok().filter(|number| limits.contains(number));
        number.ok_or_else(|| UsageError(rule()))
    }
}

/// Reads a speed of a serial line, bits per second: one of those that a configuration may have.
#[cfg(feature = "edge")]
pub fn speed(text: &str) -> Result<u32, UsageError> {
    let known = || crate::config::SPEEDS.iter().copied();
    let listed =
        || crate::locales::config::must_be_one_of(Text::list(known().map(|s| s.to_string())));
    let speed = text.parse().ok().filter(|speed| known().any(|known| known == *speed));
    speed.ok_or_else(|| UsageError(listed()))
}

/// Reads a value that says itself what is wrong with it.
pub fn read<T: FromStr<Err = Text>>(text: &str) -> Result<T, UsageError> {
    text.parse().map_err(UsageError)
}

/// The rule that a value breaks, by the error of the type that it was read into.
pub fn rule(error: &(dyn Error + 'static)) -> Text {
    if let Some(UsageError(rule)) = error.downcast_ref() {
        rule.clone()
    } else if let Some(error) = error.downcast_ref::<ParseIntError>() {
        match error.kind() {
            IntErrorKind::PosOverflow => words::whole_number_too_large(),
            IntErrorKind::NegOverflow => words::whole_number_too_small(),
            _ => words::whole_number(),
        }
    } else if error.is::<ParseFloatError>() {
        words::number()
    } else if error.is::<jiff::Error>() {
        words::day()
    } else {
        foreign::error(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn a_number_outside_its_limits_is_refused_with_them() {
        let unit = within::<u8>(1..=247);
        assert_eq!(unit("247").ok(), Some(247));
        for bad in ["0", "248", "300", "-1", "x", ""] {
            let refused = unit(bad).unwrap_err();
            assert_eq!(refused.to_string(), "must be 1 to 247", "{bad}");
            assert_eq!(refused.0.within(Lang::Chinese), "应在 1 到 247 之间", "{bad}");
        }
        assert_eq!(within::<u64>(1..)("0").unwrap_err().to_string(), "must be 1 or more");
    }

    #[cfg(feature = "edge")]
    #[test]
    fn a_speed_is_one_of_those_that_a_configuration_may_have() {
        assert_eq!(
            ["9600", "230400", "300"].map(|text| speed(text).ok()),
            [Some(9600), Some(230_400), Some(300)]
        );
        for bad in ["9601", "96000", "", "x", "-9600"] {
            let refused = speed(bad).unwrap_err().to_string();
            assert!(refused.starts_with("must be one of 300, 600"), "{bad}: {refused}");
        }
    }

    #[test]
    fn errors_of_other_types_have_a_rule() {
        let said = |error: &(dyn Error + 'static)| rule(error).within(Lang::Chinese);
        assert_eq!(said(&"x".parse::<i64>().unwrap_err()), "应为整数");
        assert_eq!(said(&"99999999999999999999".parse::<i64>().unwrap_err()), "数太大");
        assert_eq!(said(&"x".parse::<f64>().unwrap_err()), "应为数字");
        assert!(said(&"x".parse::<jiff::civil::Date>().unwrap_err()).starts_with("应为日期"));
        assert_eq!(said(&UsageError(words::number())), "应为数字");
    }
}
