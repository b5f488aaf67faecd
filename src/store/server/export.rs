//! Queries to VictoriaMetrics' export API, which returns all samples as they are stored, and its answers.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::samples::{Sample, Tag, Tags};
use crate::core::GatewayId;
use crate::locales::{Text, store as words};

/// Samples in a line of the answer: some hundred kilobytes at most.
pub(super) const ROWS_EACH: &str = "10000";

/// A selector for fields of a measurement, of some gateways or all. `fields` is an alternation of names.
pub(super) fn selector(measurement: &str, fields: &str, gateways: &[GatewayId]) -> String {
    let mut selector = format!("{{__name__=~\"{measurement}_({fields})\"");
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
pub(super) fn line(
    measurement: &str,
    line: &[u8],
    each: &mut dyn FnMut(Sample<'_>) -> Result<(), Text>,
) -> Result<(), Text> {
    if line.is_empty() {
        return Ok(());
    }
    let read: Line = serde_json::from_slice(line).map_err(Text::verbatim)?;
    let name = read.metric.get("__name__").map_or("", String::as_str);
    let field = name
        .strip_prefix(measurement)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or_else(|| words::unexpected_series(format!("{name:?}")))?;
    if read.values.len() != read.timestamps.len() {
        return Err(words::values_and_times(name));
    }
    let mut tags = Tags::default();
    for (name, value) in &read.metric {
        if let Some(tag) = Tag::named(name) {
            tags.set(tag, value);
        }
    }
    for (at_ms, number) in read.timestamps.iter().zip(&read.values) {
        // This program writes numbers only.
        if let Some(number) = *number {
            each(Sample { tags: &tags, field, at_ms: *at_ms, number })?;
        }
    }
    Ok(())
}
