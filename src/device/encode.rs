//! From a value to registers: the answers of the simulated devices.

use super::decode::reorder;
use super::profile::{ByteOrder, Point, PointType, Register};
use super::sum::Addend;
use crate::core::Unit;

/// The registers of each of [`Point::parts`] that decode to `value`, in the canonical unit, to the type's resolution.
///
/// Integers saturate at the type's limits. A value that equals one of the point's sentinels is encoded all the same, as
/// a real device would. The other registers hold the usual settings of a device: the unit of the point, most decimal
/// places (at most three) with which it fits, factors of 1, and what makes the value valid.
pub fn encode(point: &Point, value: f64) -> Vec<Vec<u16>> {
    let (code, unit) = unit(point);
    let factor = unit.factor_to(point.parameter.spec().unit).unwrap_or(1.0);
    let factors: f64 = point.factors.iter().map(near_one).product();
    let mut number = (value / factor / factors - point.offset) / point.scale;
    let exponent = exponent(point, number);
    number /= 10f64.powi(exponent as i32);
    let own = own_words(point, number);
    with_others(point, own, code, exponent)
}

/// The registers that mean "no value", by the point's first sentinel; `None` where it has none.
pub fn encode_invalid(point: &Point) -> Option<Vec<Vec<u16>>> {
    let sentinel = *point.invalid.first()?;
    let mut own = vec![0; usize::from(point.registers())];
    put(point, &mut own, point.address, words_of(point.point_type, point.order, sentinel));
    Some(with_others(point, own, unit(point).0, exponent(point, 0.0)))
}

/// Most decimals of a simulated device with a single register for its number: millimetres of a level in metres.
const DECIMALS: f64 = 3.0;

/// The least power of ten with which `number` fits the point's register, so that it has most decimals.
fn exponent(point: &Point, number: f64) -> f64 {
    let Some(register) = &point.exponent else { return 0.0 };
    let mut exponent = least(register);
    // Several registers hold any number, and a single holds it as it is.
    let most = match point.point_type {
        PointType::I16 if point.plus.is_empty() && point.fraction.is_none() => f64::from(i16::MAX),
        PointType::U16 if point.plus.is_empty() && point.fraction.is_none() => f64::from(u16::MAX),
        _ => return exponent,
    };
    let last = register.range.map_or(exponent, |[_, high]| high);
    exponent = exponent.max(-DECIMALS).min(last);
    while exponent < last && number.abs() / 10f64.powi(exponent as i32) >= most {
        exponent += 1.0;
    }
    exponent
}

/// The code and the unit in which a device reports: the unit nearest to the point's.
fn unit(point: &Point) -> (u16, Unit) {
    let units = point.unit_code.iter().flat_map(|coded| &coded.units);
    let off = |coded: &&super::CodedUnit| {
        let factor = coded.unit.factor_to(point.unit).unwrap_or(f64::INFINITY);
        factor.ln().abs()
    };
    let coded = units.min_by(|a, b| off(a).total_cmp(&off(b)));
    coded.map_or((0, point.unit), |coded| (coded.code, coded.unit))
}

/// The registers of [`Point::span`] whose sum is `number`. The parts of the sum take it from the largest factor to the
/// smallest, each as many whole steps as it can hold; the point's own number comes first among equal factors, so that
/// of three phases the first has it all. What is taken away is 0, or takes what an own number without a sign cannot.
fn own_words(point: &Point, number: f64) -> Vec<u16> {
    let mut words = vec![0; usize::from(point.registers())];
    let near = |code: &&super::Code| (code.value - number).abs();
    if let Some(code) = point.codes.iter().min_by(|a, b| near(a).total_cmp(&near(b))) {
        put(point, &mut words, point.address, own_number(point, code.code));
        return words;
    }
    let mut steps = vec![None];
    steps.extend(point.plus.iter().map(Some));
    let scale = |addend: &Option<&Addend>| addend.map_or(1.0, |addend| addend.scale);
    steps.sort_by(|a, b| scale(b).abs().total_cmp(&scale(a).abs()));
    let smallest = steps.last().map_or(1.0, |step| scale(step).abs());
    let mut left = number;
    for step in steps {
        let mut part = left / scale(&step);
        if scale(&step).abs() > smallest {
            part = part.trunc();
        }
        let (point_type, order, bits) = match step {
            None => (point.point_type, point.order, point.bits),
            Some(a) => (a.point_type, a.order.unwrap_or(point.order), a.bits),
        };
        part = part.clamp(lowest(point_type), highest(point_type, bits));
        match step {
            None => {
                let (own, held) = own_part(point, part);
                merge(point, &mut words, point.address, own);
                left -= held;
            }
            Some(addend) => {
                let part = if whole(point_type) { part.round() } else { part };
                let raw = shifted(part, bits);
                merge(point, &mut words, addend.address, words_of(point_type, order, raw));
                left -= part * addend.scale;
            }
        }
    }
    words
}

/// The registers of a point's own number and its fraction for `part`, and what they hold.
fn own_part(point: &Point, part: f64) -> (Vec<u16>, f64) {
    let held =
        if whole(point.point_type) && point.fraction.is_none() { part.round() } else { part };
    (own_number(point, shifted(held, point.bits)), held)
}

/// The registers of a point's own number and its fraction.
fn own_number(point: &Point, number: f64) -> Vec<u16> {
    let Some(fraction) = point.fraction else {
        return words_of(point.point_type, point.order, number);
    };
    let mut words = words_of(point.point_type, point.order, number.floor());
    let order = fraction.order.unwrap_or(point.order);
    let part = (number - number.floor()) / fraction.scale;
    words.extend(words_of(fraction.point_type, order, part));
    words
}

fn shifted(number: f64, bits: Option<[u8; 2]>) -> f64 {
    bits.map_or(number, |[low, _]| number * 2f64.powi(low.into()))
}

fn whole(point_type: PointType) -> bool {
    !matches!(point_type, PointType::F32 | PointType::F64)
}

/// The largest number that a register type, or some bits of it, can hold; that of an integer of 64 bits is rounded.
fn highest(point_type: PointType, bits: Option<[u8; 2]>) -> f64 {
    if let Some([low, high]) = bits {
        return 2f64.powi(i32::from(high.saturating_sub(low)) + 1) - 1.0;
    }
    match point_type {
        PointType::Bit => 1.0,
        PointType::U16 => u16::MAX.into(),
        PointType::I16 => i16::MAX.into(),
        PointType::U32 => u32::MAX.into(),
        PointType::I32 => i32::MAX.into(),
        PointType::U64 => u64::MAX as f64,
        PointType::I64 => i64::MAX as f64,
        PointType::F32 | PointType::F64 => f64::MAX,
        PointType::Bcd16 | PointType::Bcd32 | PointType::Bcd64 => {
            10f64.powi(4 * i32::from(point_type.registers())) - 1.0
        }
    }
}

fn lowest(point_type: PointType) -> f64 {
    match point_type {
        PointType::I16 => i16::MIN.into(),
        PointType::I32 => i32::MIN.into(),
        PointType::I64 => i64::MIN as f64,
        PointType::F32 | PointType::F64 => f64::MIN,
        _ => 0.0,
    }
}

/// Sets the registers from `address` on among `words`, those of [`Point::span`].
fn put(point: &Point, words: &mut [u16], address: u16, held: Vec<u16>) {
    let start = usize::from(address.saturating_sub(point.span().address));
    for (word, held) in words.iter_mut().skip(start).zip(held) {
        *word = held;
    }
}

/// The same where other bits of the registers may be set already.
fn merge(point: &Point, words: &mut [u16], address: u16, held: Vec<u16>) {
    let start = usize::from(address.saturating_sub(point.span().address));
    for (word, held) in words.iter_mut().skip(start).zip(held) {
        *word |= held;
    }
}

/// `own`, followed by the other registers that the point depends on.
fn with_others(point: &Point, own: Vec<u16>, code: u16, exponent: f64) -> Vec<Vec<u16>> {
    let mut parts = vec![own];
    let set = |register: &Register, value: f64| {
        let mut raw = (value - register.offset) / register.scale;
        if let Some([low, _]) = register.bits {
            raw *= 2f64.powi(low.into());
        }
        words_of(register.point_type, register.order, raw)
    };
    parts.extend(point.exponent.iter().map(|r| set(r, exponent)));
    parts.extend(point.factors.iter().map(|r| set(r, near_one(r))));
    parts.extend(point.requires.iter().map(|r| set(r, least(r))));
    parts.extend(point.unit_code.iter().map(|_| vec![code]));
    parts
}

/// The smallest value that a register may hold; 0 where it has no limits.
fn least(register: &Register) -> f64 {
    register.range.map_or(0.0, |[low, _]| low)
}

/// The factor nearest to 1 that a register may hold.
fn near_one(register: &Register) -> f64 {
    register.range.map_or(1.0, |[low, high]| 1f64.min(high).max(low))
}

/// The registers of the number `raw`. `as` saturates, and turns NaN into 0.
fn words_of(point_type: PointType, order: ByteOrder, raw: f64) -> Vec<u16> {
    let rounded = raw.round();
    let registers = u32::from(point_type.registers());
    let bits = match point_type {
        PointType::Bit => u64::from(rounded != 0.0),
        PointType::U16 => u64::from(rounded as u16),
        PointType::I16 => u64::from(rounded as i16 as u16),
        PointType::U32 => u64::from(rounded as u32),
        PointType::I32 => u64::from(rounded as i32 as u32),
        PointType::U64 => rounded as u64,
        PointType::I64 => rounded as i64 as u64,
        PointType::F32 => u64::from((raw as f32).to_bits()),
        PointType::F64 => raw.to_bits(),
        PointType::Bcd16 | PointType::Bcd32 | PointType::Bcd64 => digits(rounded, 4 * registers),
    };
    let mut words: Vec<u16> =
        (0..registers).rev().map(|place| (bits >> (16 * place)) as u16).collect();
    reorder(&mut words, order);
    words
}

/// A number as `count` decimal digits, half a byte each; it saturates.
fn digits(number: f64, count: u32) -> u64 {
    let number = (number as u64).min(10u64.pow(count) - 1);
    (0..count).map(|place| (number / 10u64.pow(place) % 10) << (4 * place)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{DecodeError, decode};
    use proptest::prelude::*;

    fn energy(more: &str) -> Point {
        let head = "parameter = 'energy_total'\nfunction = 3\naddress = 10\nunit = 'kWh'";
        toml::from_str(&format!("{head}\n{more}")).unwrap()
    }

    fn decoded(point: &Point, parts: &[Vec<u16>]) -> f64 {
        let words: Vec<&[u16]> = parts.iter().map(Vec::as_slice).collect();
        decode(point, &words).unwrap()
    }

    #[test]
    fn the_parts_of_a_total_are_filled_from_the_largest() {
        let ion = energy(
            "type = 'u16'\nplus = [{ address = 11, scale = 1e4 }, { address = 12, scale = 1e8 }]",
        );
        assert_eq!(encode(&ion, 1_234_567_890.0), [[7890, 3456, 12]]);
        let before = energy("type = 'u32'\nplus = [{ address = 9, scale = 0.001 }]");
        assert_eq!(encode(&before, 70_000.125), [[125, 1, 4464]]);
        let phases = energy("type = 'f32'\nplus = [{ address = 13, type = 'f32' }]");
        assert_eq!(encode(&phases, 1.5), [[0x3FC0, 0, 0, 0, 0]]);
        let net = energy("type = 'u16'\nplus = [{ address = 8, scale = -1 }]");
        assert_eq!(encode(&net, -3.0), [[3, 0, 0]]);
        assert_eq!(encode(&net, 3.0), [[0, 0, 3]]);
        let bits = energy(
            "type = 'u16'\nbits = [0, 7]\nplus = [{ address = 10, bits = [8, 15], scale = 256 }]",
        );
        assert_eq!(encode(&bits, 4660.0), [[0x1234]]);
    }

    proptest! {
        #[test]
        fn a_sum_decodes_to_what_was_encoded(value in 0u32..99_999_999, form in 0usize..5) {
            let point = energy([
                "type = 'u16'\nplus = [{ address = 11, scale = 1e4 }]",
                "type = 'u32'\nscale = 0.01\nplus = [{ address = 4, type = 'u32', scale = -1 }]",
                "type = 'u32'\nplus = [{ address = 9, scale = 0.01 }]",
                "type = 'i32'\norder = 'CDAB'\nplus = [{ address = 12, type = 'i32' }]",
                "type = 'bcd16'\nplus = [{ address = 8, type = 'bcd16', scale = 10000 }]",
            ][form]);
            let value = f64::from(value) * 0.01;
            // The small part of the last form holds 9999 at most, where 9999.51 would be rounded up.
            let step = [1.0, 0.01, 0.01, 1.0, 2.0][form];
            let got = decoded(&point, &encode(&point, value));
            prop_assert!((got - value).abs() <= 0.5 * step + 1e-6, "{value} became {got}");
        }
    }

    #[test]
    fn a_larger_number_has_fewer_decimals() {
        let point: Point = toml::from_str(
            "parameter = 'level'\nfunction = 3\naddress = 4\ntype = 'i16'\nunit = 'm'\n\
             exponent = { address = 3, scale = -1, range = [-4, 0] }",
        )
        .unwrap();
        assert_eq!(encode(&point, 2.35), [[2350], [3]]);
        assert_eq!(encode(&point, 45.0), [[4500], [2]]);
        assert_eq!(encode(&point, 1e6), [[32_767], [0]]);
    }

    #[test]
    fn saturates_and_encodes_the_sentinel() {
        let point: Point = toml::from_str(
            "parameter = 'level'\nfunction = 3\naddress = 4\ntype = 'i16'\nscale = 0.001\nunit = 'm'\ninvalid = [32767.0]",
        )
        .unwrap();
        assert_eq!(encode(&point, 2.5), [[2500]]);
        assert_eq!(encode(&point, -100.0), [[0x8000]]);
        let parts = encode_invalid(&point).unwrap();
        let words: Vec<&[u16]> = parts.iter().map(Vec::as_slice).collect();
        assert_eq!(decode(&point, &words), Err(DecodeError::Sentinel(32767.0)));
    }
}
