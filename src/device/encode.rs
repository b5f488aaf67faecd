//! From a value to registers: the answers of the simulated devices.

use super::decode::reorder;
use super::profile::{ByteOrder, Point, PointType, Register};
use crate::core::Unit;

/// The registers of each of [`Point::parts`] that decode to `value`, in the canonical unit, to the type's resolution.
///
/// Integers saturate at the type's limits. A value that equals one of the point's sentinels is encoded all the same, as
/// a real device would. The other registers hold the usual settings of a device: the unit of the point, most decimal
/// places, factors of 1, and what makes the value valid.
pub fn encode(point: &Point, value: f64) -> Vec<Vec<u16>> {
    let (code, unit) = unit(point);
    let factor = unit.factor_to(point.parameter.spec().unit).unwrap_or(1.0);
    let exponent = point.exponent.as_ref().map_or(0.0, least);
    let factors: f64 = point.factors.iter().map(near_one).product();
    let mut number = (value / factor / factors - point.offset) / point.scale;
    number /= 10f64.powi(exponent as i32);
    let own = own_words(point, number);
    with_others(point, own, code)
}

/// The registers that mean "no value", by the point's first sentinel; `None` where it has none.
pub fn encode_invalid(point: &Point) -> Option<Vec<Vec<u16>>> {
    let sentinel = *point.invalid.first()?;
    let mut own = words_of(point.point_type, point.order, sentinel);
    own.resize(point.registers().into(), 0);
    Some(with_others(point, own, unit(point).0))
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

fn own_words(point: &Point, number: f64) -> Vec<u16> {
    let near = |code: &&super::Code| (code.value - number).abs();
    let code = point.codes.iter().min_by(|a, b| near(a).total_cmp(&near(b)));
    let mut number = code.map_or(number, |code| code.code);
    if let Some([low, _]) = point.bits {
        number *= 2f64.powi(low.into());
    }
    let Some(fraction) = point.fraction else {
        return words_of(point.point_type, point.order, number);
    };
    let mut words = words_of(point.point_type, point.order, number.floor());
    let order = fraction.order.unwrap_or(point.order);
    let part = (number - number.floor()) / fraction.scale;
    words.extend(words_of(fraction.point_type, order, part));
    words
}

/// `own`, followed by the other registers that the point depends on.
fn with_others(point: &Point, own: Vec<u16>, code: u16) -> Vec<Vec<u16>> {
    let mut parts = vec![own];
    let set = |register: &Register, value: f64| {
        let mut raw = (value - register.offset) / register.scale;
        if let Some([low, _]) = register.bits {
            raw *= 2f64.powi(low.into());
        }
        words_of(register.point_type, register.order, raw)
    };
    parts.extend(point.exponent.iter().map(|r| set(r, least(r))));
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
