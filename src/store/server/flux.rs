//! Queries to InfluxDB 2, in Flux.

use jiff::Timestamp;
use serde_json::json;

use crate::core::GatewayId;

/// All numbers of some measurements from `from` to before `to`, of some gateways or all. Rows name their measurement
/// where there are several.
pub fn samples(
    bucket: &str,
    measurements: &[&str],
    gateways: &[GatewayId],
    (from, to): (Timestamp, Timestamp),
) -> String {
    let mut wanted = any_of("_measurement", measurements.iter().copied());
    if !gateways.is_empty() {
        let of_gateways = any_of("gateway", gateways.iter().map(GatewayId::as_str));
        wanted = format!("({wanted}) and ({of_gateways})");
    }
    let measurement = if measurements.len() > 1 { "" } else { ", \"_measurement\"" };
    format!(
        "from(bucket: {})\n  |> range(start: {}, stop: {})\n  |> filter(fn: (r) => {wanted})\n  |> drop(columns: [\"_start\", \"_stop\"{measurement}])\n",
        quoted(bucket),
        time(from),
        time(to),
    )
}

/// A condition: a column is one of some texts.
fn any_of<'a>(column: &str, texts: impl Iterator<Item = &'a str>) -> String {
    let each: Vec<String> = texts.map(|text| format!("r.{column} == {}", quoted(text))).collect();
    each.join(" or ")
}

/// The body of a query. Times have nanoseconds: without a fraction, two readings in one second would become one.
pub fn body(query: &str) -> String {
    json!({
        "query": query,
        "type": "flux",
        "dialect": {
            "header": true,
            "annotations": ["datatype"],
            "delimiter": ",",
            "dateTimeFormat": "RFC3339Nano",
        },
    })
    .to_string()
}

fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A string literal of Flux: escapes quotes, backslashes, line ends, and `$`, which would begin an expression.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' => quoted.push_str("\\x24"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
