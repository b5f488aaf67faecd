//! How messages write their times.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::core::shown;

/// How a time is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeForm {
    /// A text with its zone: `2026-12-01T08:00:00+08:00`.
    Rfc3339,
    /// Seconds since 1970, UTC; with a fraction or without.
    S,
    Ms,
    Us,
    Ns,
}

impl TimeForm {
    /// Its name in configuration.
    pub fn id(self) -> &'static str {
        match self {
            Self::Rfc3339 => "rfc3339",
            Self::S => "s",
            Self::Ms => "ms",
            Self::Us => "us",
            Self::Ns => "ns",
        }
    }

    /// The time, to the millisecond; `None` where `value` is none in this form, or lies beyond what a time can be.
    pub(super) fn of_json(self, value: &Value) -> Option<Timestamp> {
        match (self, value) {
            (Self::Rfc3339, Value::String(text)) => to_ms(text.parse().ok()?),
            (Self::Rfc3339, _) => None,
            (_, Value::Number(number)) => match number.as_i64() {
                Some(whole) => self.of_whole(whole),
                None => self.of_fraction(number.as_f64()?),
            },
            _ => None,
        }
    }

    /// The time that a whole number stands for.
    pub(super) fn of_whole(self, number: i64) -> Option<Timestamp> {
        match self {
            Self::Rfc3339 => None,
            Self::S => Timestamp::from_second(number).ok(),
            Self::Ms => Timestamp::from_millisecond(number).ok(),
            Self::Us => to_ms(Timestamp::from_microsecond(number).ok()?),
            Self::Ns => to_ms(Timestamp::from_nanosecond(number.into()).ok()?),
        }
    }

    fn of_fraction(self, number: f64) -> Option<Timestamp> {
        let per_ms = match self {
            Self::Rfc3339 => return None,
            Self::S => 1e-3,
            Self::Ms => 1.0,
            Self::Us => 1e3,
            Self::Ns => 1e6,
        };
        let ms = (number / per_ms).round();
        // Beyond it a number of milliseconds is no whole number any more, and no time.
        let possible = ms.is_finite() && ms.abs() < 9e15;
        possible.then(|| Timestamp::from_millisecond(ms as i64).ok()).flatten()
    }
}

/// What stands where a time should, as people are shown it.
pub(super) fn told(time: &Value) -> String {
    match time {
        Value::String(text) => format!("{:?}", shown(text)),
        Value::Array(_) => "[...]".into(),
        Value::Object(_) => "{...}".into(),
        plain => plain.to_string(),
    }
}

/// `at` without what is finer than a millisecond.
fn to_ms(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millisecond(at.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn each_form_is_read_to_the_millisecond() {
        let at = "2022-07-18T09:34:15.775Z".parse::<Timestamp>().unwrap();
        let ms = at.as_millisecond();
        for (form, value) in [
            (TimeForm::Rfc3339, json!("2022-07-18T09:34:15.775023242+00:00")),
            (TimeForm::Rfc3339, json!("2022-07-18T17:34:15.775+08:00")),
            (TimeForm::Ms, json!(ms)),
            (TimeForm::Us, json!(ms * 1000 + 23)),
            (TimeForm::Ns, json!(ms * 1_000_000 + 23_242)),
            (TimeForm::S, json!(ms as f64 / 1000.0)),
        ] {
            assert_eq!(form.of_json(&value), Some(at), "{form:?} {value}");
        }
        for (form, value) in [
            // Without a zone nobody knows which hour it is.
            (TimeForm::Rfc3339, json!("2022-07-18T09:34:15")),
            (TimeForm::Rfc3339, json!(ms)),
            (TimeForm::S, json!("1658136855")),
            (TimeForm::S, json!(ms)),
            (TimeForm::S, json!(null)),
            (TimeForm::Ms, json!(1e300)),
            (TimeForm::Ns, json!(u64::MAX)),
        ] {
            let read = form.of_json(&value);
            assert!(read.is_none_or(|at| at.as_second() > 10_000_000_000), "{form:?} {value}");
        }
    }

    proptest! {
        #[test]
        fn no_number_panics(whole: i64, fraction: f64) {
            for form in [TimeForm::S, TimeForm::Ms, TimeForm::Us, TimeForm::Ns, TimeForm::Rfc3339] {
                let _ = (form.of_whole(whole), form.of_json(&json!(fraction)));
            }
        }
    }
}
