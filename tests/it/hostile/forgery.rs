//! Messages as a hostile gateway writes them: by hand, so that nothing of ours refuses to write them.

use hanqing::wire::packed;
use serde_json::{Value, json};

use super::scene::EVIL;

/// A batch of the hostile gateway.
pub fn batch(epoch: u64, seq: u64, at_ms: i64, series: &[&str], readings: &Value) -> Value {
    json!({
        "v": 1,
        "gateway": EVIL,
        "epoch": format!("{epoch:016x}"),
        "seq": seq,
        "at": at_ms,
        "series": series,
        "readings": readings,
    })
}

/// A batch without readings.
pub fn empty(epoch: u64, seq: u64) -> Value {
    batch(epoch, seq, 0, &[], &json!([]))
}

/// Several batches in one message, as small as it gets.
pub fn packed(batches: &[Value]) -> Vec<u8> {
    packed::compress_well(&bytes(&json!(batches)))
}

/// A birth with these series.
pub fn birth(series: &[Value]) -> Value {
    json!({"v": 1, "version": "x", "config": "x", "series": series})
}

/// A series of a birth that is a counter of energy with this rule.
pub fn meter(series: &str, modulus: f64, max_rate_per_hour: f64) -> Value {
    json!({
        "series": series,
        "unit": "kWh",
        "interval_s": 1,
        "counter": {"modulus": modulus, "max_rate_per_hour": max_rate_per_hour},
    })
}

pub fn bytes(message: &Value) -> Vec<u8> {
    serde_json::to_vec(message).unwrap()
}
