//! Queries to InfluxDB 2, in Flux.

use jiff::Timestamp;
use serde_json::json;

use crate::core::GatewayId;

/// All numbers of a measurement from `from` to before `to`, of some gateways or all.
pub fn samples(
    bucket: &str,
    measurement: &str,
    gateways: &[GatewayId],
    (from, to): (Timestamp, Timestamp),
) -> String {
    let mut wanted = format!("r._measurement == {}", quoted(measurement));
    if !gateways.is_empty() {
        let each: Vec<String> = gateways
            .iter()
            .map(|gateway| format!("r.gateway == {}", quoted(gateway.as_str())))
            .collect();
        wanted = format!("{wanted} and ({})", each.join(" or "));
    }
    format!(
        "from(bucket: {})\n  |> range(start: {}, stop: {})\n  |> filter(fn: (r) => {wanted})\n  |> drop(columns: [\"_start\", \"_stop\", \"_measurement\"])\n",
        quoted(bucket),
        time(from),
        time(to),
    )
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
