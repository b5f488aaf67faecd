//! Conversion of the office's units to the ledger's. A unit is never guessed from the number.

use crate::account::EntryCode;

/// Written unit, unit of the ledger, and the factor from the first to the second.
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

/// Converted values are rounded to six decimals, which removes the rounding error of the multiplication.
const ROUNDING: f64 = 1e6;

/// Converts `value` from the unit `written` to `unit`; `None` if there is no conversion.
pub(super) fn convert(value: f64, written: &str, unit: &str) -> Option<f64> {
    if written == unit {
        return Some(value);
    }
    let (_, _, factor) = FACTORS.iter().find(|(from, to, _)| (*from, *to) == (written, unit))?;
    let converted = (value * factor * ROUNDING).round() / ROUNDING;
    converted.is_finite().then_some(converted)
}

/// The units that can be converted to `unit`.
pub(super) fn convertible_to(unit: &str) -> Vec<&'static str> {
    let all = FACTORS.iter().filter(|(_, to, _)| *to == unit);
    all.map(|(from, _, _)| *from).collect()
}

/// Whether a value can be written in the unit `text`.
pub(super) fn is_known(text: &str) -> bool {
    let own = EntryCode::ALL.iter().any(|code| code.unit() == text);
    own || FACTORS.iter().any(|(from, _, _)| *from == text)
}
