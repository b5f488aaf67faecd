//! Readings and a birth for the tests of formats.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{FormatSettings, Message, View};
use crate::core::{Flag, Reading, Reason, Series};
use crate::wire::{Birth, BirthSeries};

pub(super) const LEVEL: &str = "pond-1/level";
pub(super) const ENERGY: &str = "pump-1/energy_total";
pub(super) const STATE: &str = "pump-1/run_state";

pub(super) fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2022-08-01T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(second)
}

pub(super) fn series(text: &str) -> Series {
    text.parse().unwrap()
}

pub(super) fn good(of: &str, second: i64, value: f64) -> Reading {
    Reading::good(series(of), at(second), value)
}

pub(super) fn missing(of: &str, second: i64) -> Reading {
    Reading::missing(series(of), at(second), Reason::Timeout, vec![])
}

pub(super) fn flagged(of: &str, second: i64, value: f64, flag: Flag, reason: Reason) -> Reading {
    Reading { flag, reason: Some(reason), ..good(of, second, value) }
}

/// A birth with a pond's level and a pump's register and state, each every five minutes.
pub(super) fn birth() -> Birth {
    let one = |text| {
        let series = series(text);
        let unit = series.parameter.spec().unit;
        BirthSeries { series, unit, interval_s: 300, counter: None }
    };
    Birth::new("0.1.0", "5d41402abc4b2a76".into(), [LEVEL, ENERGY, STATE].map(one).into())
}

pub(super) fn settings(toml: &str) -> FormatSettings {
    toml::from_str(toml).unwrap()
}

/// The view of the gateway `gw-1` with these settings.
pub(super) fn view(toml: &str) -> View {
    View::new(&settings(toml), &"gw-1".parse().unwrap(), &birth()).unwrap()
}

/// What is wrong with these settings, in English.
pub(super) fn problems(toml: &str) -> Vec<String> {
    let found = View::new(&settings(toml), &"gw-1".parse().unwrap(), &birth()).unwrap_err();
    found.iter().map(ToString::to_string).collect()
}

pub(super) fn text(message: &Message) -> &str {
    std::str::from_utf8(&message.payload).unwrap()
}

/// What breaks those who do not escape it.
const PARTS: &[&str] = &[
    " ",
    "/",
    "+",
    "#",
    "=",
    ",",
    "\"",
    "'",
    "\n",
    "\r",
    "\t",
    "\\",
    "\0",
    "{",
    "}",
    "%",
    "$",
    "<",
    ">",
    "&",
    "东门塘",
    "é",
    "🌾",
    "\u{202e}",
    "\u{feff}",
    "a",
    "1",
    "{{",
    "}}",
];

/// Texts of such parts.
pub(super) fn nasty() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PARTS), 1..12).prop_map(|all| all.concat())
}
