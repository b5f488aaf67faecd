//! Queries to VictoriaMetrics' export API, which returns all samples as they are stored, and its answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::annotated::Each;
use super::samples::{Block, Point, Tag, Tags};
use crate::core::GatewayId;
use crate::locales::{Text, store as words};

/// Samples in a line of the answer: some hundred kilobytes at most.
pub(super) const ROWS_EACH: &str = "10000";

/// A measurement, and an alternation of its fields.
pub(super) type Asked = (&'static str, &'static str);

/// A selector for fields of some measurements, of some gateways or all.
pub(super) fn selector(asked: &[Asked], gateways: &[GatewayId]) -> String {
    let names: Vec<String> =
        asked.iter().map(|(measurement, fields)| format!("{measurement}_({fields})")).collect();
    let mut selector = format!("{{__name__=~\"{}\"", names.join("|"));
    if !gateways.is_empty() {
        // Ids consist of letters, digits and '-', which mean nothing in an expression.
        let each: Vec<&str> = gateways.iter().map(GatewayId::as_str).collect();
        selector.push_str(&format!(",gateway=~\"{}\"", each.join("|")));
    }
    selector.push('}');
    selector
}

/// A time in the API's form: seconds with their fraction.
pub(super) fn time(at: Timestamp) -> String {
    let ms = at.as_millisecond();
    format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000))
}

/// A line of the answer: samples of one series.
#[derive(Deserialize)]
struct Line {
    metric: BTreeMap<String, String>,
    values: Vec<Option<f64>>,
    timestamps: Vec<i64>,
}

/// Reads a line, and passes its samples to `each`.
///
/// # Errors
/// The line is not valid, or of another series than `asked`; or `each` fails.
pub(super) fn line(asked: &[Asked], line: &[u8], each: Each<'_>) -> Result<(), Text> {
    if line.is_empty() {
        return Ok(());
    }
    let read: Line = serde_json::from_slice(line).map_err(Text::verbatim)?;
    let name = read.metric.get("__name__").map_or("", String::as_str);
    let found = asked.iter().find_map(|(measurement, _)| {
        let field = name.strip_prefix(measurement)?.strip_prefix('_')?;
        Some((*measurement, field))
    });
    let (measurement, field) =
        found.ok_or_else(|| words::unexpected_series(format!("{name:?}")))?;
    if read.values.len() != read.timestamps.len() {
        return Err(words::values_and_times(name));
    }
    let mut tags = Tags::default();
    for (name, value) in &read.metric {
        if let Some(tag) = Tag::named(name) {
            tags.set(tag, value);
        }
    }
    tags.set(Tag::Measurement, if asked.len() > 1 { measurement } else { "" });
    // This program writes numbers only.
    let numbers = read.timestamps.iter().zip(&read.values);
    let points: Vec<Point> = numbers
        .filter_map(|(at_ms, number)| Some(Point { at_ms: *at_ms, number: (*number)? }))
        .collect();
    each(Block { tags: &tags, field, points: &points })
}
