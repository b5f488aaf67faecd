//! Problems of a profile's example: it has to decode to what it says.

use super::decode::decode;
use super::profile::{Example, Part, Point, Profile};
use crate::core::Problems;
use crate::locales::{core as core_words, device as words};

/// Relative error allowed: an f32 has seven digits, and examples have four or more. Engineering judgement.
const TOLERANCE: f64 = 1e-4;

/// Digits from which on the last one counts as rounded by a display. Engineering judgement: with two, a wrong scale of
/// a small number could pass.
const DIGITS_MIN: usize = 3;

/// Adds what is wrong with `example`, of `profile`; the points that are `faulty` themselves need not decode.
pub(super) fn check(profile: &Profile, example: &Example, faulty: &[bool], found: &mut Problems) {
    found.text("source", &example.source, words::say_where_registers_from());
    for name in example.expect.keys() {
        let named = |p: &Point| *name == full_name(p) || name == p.parameter.id();
        let known = profile.points.iter().any(named);
        let key = format_args!("expect.{name}");
        found.ensure(known, key, "", words::not_a_point(), core_words::remove_it());
    }
    for (point, _) in profile.points.iter().zip(faulty).filter(|(_, faulty)| !**faulty) {
        let name = full_name(point);
        let key = format!("expect.{name}");
        let expected = example.expect.get(&name);
        let Some(expected) = expected.or_else(|| example.expect.get(point.parameter.id())) else {
            let (rule, hint) = (words::point_without_example(), words::add_registers_and_value());
            found.add(key, "", rule, hint);
            continue;
        };
        let parts = point.parts();
        if let Some(part) = parts.iter().find(|part| words(example, part).is_none()) {
            let (first, last) = (part.address, u32::from(part.address) + u32::from(part.count) - 1);
            let rule = words::no_block_holds(first, last);
            let hint = words::add_a_block(u8::from(part.function));
            found.add(key, expected, rule, hint);
            continue;
        }
        let held: Vec<&[u16]> = parts.iter().filter_map(|part| words(example, part)).collect();
        let rule = match decode(point, &held) {
            Ok(got) if (got - expected).abs() <= tolerance(*expected) => {
                limits(point, got, &key, found);
                continue;
            }
            Ok(got) => words::decodes_to(shown(got)),
            Err(error) => words::not_decoded(error.text()),
        };
        found.add(key, expected, rule, words::look_at_type());
    }
}

/// Adds where the value that a device gave, `got`, is one that the limits of `point` deny.
fn limits(point: &Point, got: f64, key: &str, found: &mut Problems) {
    let Some(factor) = point.unit.factor_to(point.parameter.spec().unit) else { return };
    let value = got / factor;
    let near = tolerance(value);
    if let Some([low, high]) = point.valid_range
        && low <= high
        && !(low - near..=high + near).contains(&value)
    {
        let rule = words::outside_valid_range(low, high, point.unit.symbol());
        found.add(key, shown(got), rule, words::correct_range_or_scale());
    }
    let modulus = point.counter.as_ref().and_then(|counter| counter.modulus);
    if let Some(modulus) = modulus.filter(|modulus| *modulus > 0.0 && value >= modulus + near) {
        let rule = words::beyond_modulus(modulus, point.unit.symbol());
        found.add(key, shown(got), rule, words::correct_modulus());
    }
}

/// A number without the zeros of a wrong byte order, before or behind its digits.
fn shown(value: f64) -> String {
    let usual = value == 0.0 || (1e-6..1e15).contains(&value.abs());
    if usual { value.to_string() } else { format!("{value:.3e}") }
}

/// How far a decoded value may be from `expected`, as a display shows it and in its unit: half a unit of its last digit
/// where it has at least [`DIGITS_MIN`], and [`TOLERANCE`].
pub fn tolerance(expected: f64) -> f64 {
    // A display of an f64 has the fewest digits that tell it apart, and never an exponent.
    let digits = expected.abs().to_string();
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let significant = digits.replace('.', "").trim_start_matches('0').len();
    let rounding = match i32::try_from(decimals) {
        Ok(decimals) if significant >= DIGITS_MIN => 0.5 * 10f64.powi(-decimals),
        _ => 0.0,
    };
    // Neither the last bits of a binary fraction.
    rounding.max(TOLERANCE * expected.abs()) + 1e-9 * expected.abs().max(1.0)
}

fn words<'a>(example: &'a Example, part: &Part) -> Option<&'a [u16]> {
    example.block.iter().find_map(|block| {
        let start = usize::from(part.address.checked_sub(block.address)?);
        let words = block.words.get(start..start + usize::from(part.count))?;
        (block.function == part.function).then_some(words)
    })
}

fn full_name(point: &Point) -> String {
    match &point.channel {
        Some(channel) => format!("{}@{channel}", point.parameter),
        None => point.parameter.id().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{shown, tolerance};

    #[test]
    fn a_number_of_a_wrong_byte_order_is_short() {
        for (value, text) in [
            (9.416_725_680_262_771e-46, "9.417e-46"),
            (-1.5e30, "-1.500e30"),
            (0.0, "0"),
            (219.25, "219.25"),
            (0.001, "0.001"),
        ] {
            assert_eq!(shown(value), text);
        }
    }

    #[test]
    fn a_value_counts_as_a_display_rounds_it() {
        for (expected, got, right) in [
            (36.6, 36.6254, true),
            (36.6, 36.6501, false),
            (36.7, 36.6254, false),
            (1.0, 1.4, false),
            (0.12, 0.124, false),
            (0.123, 0.1234, true),
            (-36.6, -36.6254, true),
            (1_975_258.0, 1_975_258.389, true),
            (123.0, 123.6, false),
            (0.0, 0.0, true),
            (0.0, 0.001, false),
            (21.0, 21.002, true),
        ] {
            assert_eq!(f64::abs(got - expected) <= tolerance(expected), right, "{expected} {got}");
        }
    }
}
