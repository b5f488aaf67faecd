//! Substitutes for wrong or missing values, so that the rest of a file can be read.

use toml::Value;

use crate::locales::foreign_serde;

/// Longest list that is made up; no list of fixed length in a configuration is longer than twelve months.
const LENGTH_MAX: usize = 64;

/// The first of the formats of a view, which needs no settings. A format is a table in one of that name.
const FORMAT: &str = "line_protocol";

/// The substitutes in reverse order of trial: almost every type accepts one of them.
pub(super) fn candidates() -> Vec<Value> {
    let pair = |a: f64, b: f64| Value::Array(vec![a.into(), b.into()]);
    vec![
        Value::Array(vec![pair(0.0, 0.0), pair(1.0, 1.0)]),
        pair(0.0, 1.0),
        Value::Array(Vec::new()),
        Value::Table(toml::Table::new()),
        "2022-08-01T00:00:00Z".into(),
        "2022-08-01".into(),
        // A window of an uplink.
        "00:00+1".into(),
        "127.0.0.1:1".into(),
        "127.0.0.1".into(),
        1.into(),
        // A function code.
        3.into(),
        1.0.into(),
        // Unlikely to be the unit of a neighbour.
        101.into(),
        false.into(),
        // Unlikely to be the id of anything.
        "substitute".into(),
    ]
}

/// The value that serde's `message` asks for, where it says so.
pub(super) fn fitting(message: &str) -> Option<Value> {
    if foreign_serde::unknown_variant(message).is_some() {
        let first = foreign_serde::expected(message).first().copied()?;
        let alone = || toml::Table::from_iter([(first.to_owned(), toml::Table::new().into())]);
        return Some(if first == FORMAT { alone().into() } else { first.into() });
    }
    let length = foreign_serde::expected_length(message)?;
    // Whole numbers, since they are accepted as fractions too.
    (length <= LENGTH_MAX).then(|| Value::Array(vec![1.into(); length]))
}
