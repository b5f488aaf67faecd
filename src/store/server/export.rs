//! What a VictoriaMetrics is asked, by its own API for export: all samples as they are, and nothing computed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::samples::{Sample, Tags};
use crate::core::GatewayId;

/// Samples of a line of the answer: some hundred kilobytes at most.
pub(super) const ROWS_EACH: &str = "10000";

/// The series of a measurement, of some gateways or all. The name of a field has no `_` where the measurement's could be longer.
pub(super) fn selector(measurement: &str, fields: &str, gateways: &[GatewayId]) -> String {
    let mut selector = format!("{{__name__=~\"{measurement}_({fields})\"");
    if !gateways.is_empty() {
        // Ids are of letters, digits and '-': none of them means anything in an expression.
        let each: Vec<&str> = gateways.iter().map(GatewayId::as_str).collect();
        selector.push_str(&format!(",gateway=~\"{}\"", each.join("|")));
    }
    selector.push('}');
    selector
}

/// A time as the API takes it: seconds, with their fraction.
pub(super) fn time(at: Timestamp) -> String {
    let ms = at.as_millisecond();
    format!("{}.{:03}", ms.div_euclid(1000), ms.rem_euclid(1000))
}

/// A line of the answer: a series, with samples of it.
#[derive(Deserialize)]
struct Line {
    metric: BTreeMap<String, String>,
    values: Vec<Option<f64>>,
    timestamps: Vec<i64>,
}

/// Reads a line, and gives its samples to `each`.
///
/// # Errors
/// It is no line of an export.
pub(super) fn line(
    measurement: &str,
    line: &[u8],
    each: &mut dyn FnMut(Sample<'_>) -> Result<(), String>,
) -> Result<(), String> {
    if line.is_empty() {
        return Ok(());
    }
    let read: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let name = read.metric.get("__name__").map_or("", String::as_str);
    let field = name
        .strip_prefix(measurement)
        .and_then(|rest| rest.strip_prefix('_'))
        .ok_or_else(|| format!("a series {name:?} that was not asked for"))?;
    if read.values.len() != read.timestamps.len() {
        return Err(format!("{name}: as many values as times are expected"));
    }
    let mut tags = Tags::default();
    for (name, value) in &read.metric {
        tags.put(name, value);
    }
    for (at_ms, number) in read.timestamps.iter().zip(&read.values) {
        // A sample that is no number is none of ours.
        if let Some(number) = *number {
            each(Sample { tags: &tags, field, at_ms: *at_ms, number })?;
        }
    }
    Ok(())
}
