//! Units that an office writes, turned into the ledger's: only where the unit stands there, never guessed from the number.

use crate::figures::EntryCode;

/// Unit as written, unit of the ledger, how many of the latter it is.
const FACTORS: &[(&str, &str, f64)] = &[
    ("万元", "元", 10_000.0),
    ("公顷", "亩", 15.0),
    ("千公顷", "亩", 15_000.0),
    ("万亩", "亩", 10_000.0),
    ("度", "kWh", 1.0),
    ("千瓦时", "kWh", 1.0),
    ("万度", "kWh", 10_000.0),
    ("万千瓦时", "kWh", 10_000.0),
    ("升", "L", 1.0),
    ("万升", "L", 10_000.0),
    ("立方米", "m3", 1.0),
    ("方", "m3", 1.0),
    ("m³", "m3", 1.0),
    ("万立方米", "m3", 10_000.0),
    ("万方", "m3", 10_000.0),
    ("小时", "h", 1.0),
    ("吨", "t", 1.0),
    ("公斤", "t", 0.001),
    ("万人", "人", 10_000.0),
    ("万头", "头", 10_000.0),
    ("台套", "台", 1.0),
    ("台（套）", "台", 1.0),
    ("处", "个", 1.0),
];

/// Decimals that a turned value keeps: what a product of a short number leaves beyond them is its error.
const KEPT: f64 = 1e6;

/// `value` in `unit`, given that it was written in `written`; `None` where the one cannot be turned into the other.
pub(super) fn turned(value: f64, written: &str, unit: &str) -> Option<f64> {
    if written == unit {
        return Some(value);
    }
    let (_, _, factor) = FACTORS.iter().find(|(from, to, _)| (*from, *to) == (written, unit))?;
    let turned = (value * factor * KEPT).round() / KEPT;
    turned.is_finite().then_some(turned)
}

/// The units that can be turned into `unit`.
pub(super) fn written(unit: &str) -> Vec<&'static str> {
    let all = FACTORS.iter().filter(|(_, to, _)| *to == unit);
    all.map(|(from, _, _)| *from).collect()
}

/// Whether `text` is a unit that a value can be written in.
pub(super) fn known(text: &str) -> bool {
    let own = EntryCode::ALL.iter().any(|code| code.unit() == text);
    own || FACTORS.iter().any(|(from, _, _)| *from == text)
}
