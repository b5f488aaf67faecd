//! Values that are put in the place of wrong ones, so that the rest can be read.

use toml::Value;

use super::words;

/// Longest list that is made up. Longer than any list of fixed length that a configuration has: twelve months.
const LENGTH_MAX: usize = 64;

/// Values that stand in for one that is missing or wrong, the last first: one of them reads as almost any type.
pub(super) fn candidates() -> Vec<Value> {
    let pair = |a: f64, b: f64| Value::Array(vec![a.into(), b.into()]);
    vec![
        Value::Array(vec![pair(0.0, 0.0), pair(1.0, 1.0)]),
        pair(0.0, 1.0),
        Value::Array(Vec::new()),
        Value::Table(toml::Table::new()),
        "2022-08-01T00:00:00Z".into(),
        "2022-08-01".into(),
        "127.0.0.1:1".into(),
        1.into(),
        // Function codes are 3 or 4.
        3.into(),
        1.0.into(),
        // Unlikely to be the unit of a neighbour.
        101.into(),
        false.into(),
        // Unlikely to be the id of anything.
        "stand-in".into(),
    ]
}

/// The value that serde's `message` asks for, where it says so plainly.
pub(super) fn fitting(message: &str) -> Option<Value> {
    if message.starts_with("unknown variant") {
        return words::expected(message).first().map(|v| Value::from(*v));
    }
    let (_, length) = message.split_once("expected an array of length ")?;
    let length: usize = length.trim().parse().ok()?;
    // Whole numbers, for they are read as fractions too.
    (length <= LENGTH_MAX).then(|| Value::Array(vec![1.into(); length]))
}
