//! From a value to registers: what the simulated devices answer with.

use super::decode::reorder;
use super::profile::{Point, PointType};

/// The registers of `point` that decode to `value` (in the parameter's canonical unit), to the type's resolution.
///
/// Integers saturate at the type's limits. A value that happens to fall on one of the point's sentinels is encoded as it
/// is, as a real device would.
pub fn encode(point: &Point, value: f64) -> Vec<u16> {
    let factor = point
        .unit
        .factor_to(point.parameter.spec().unit)
        .unwrap_or(1.0);
    let raw = (value / factor - point.offset) / point.scale;
    words_of(point, raw)
}

/// The registers of the point's first sentinel; `None` where it has none.
pub fn encode_invalid(point: &Point) -> Option<Vec<u16>> {
    point.invalid.first().map(|raw| words_of(point, *raw))
}

/// The registers that hold the number `raw`. `as` saturates, and makes 0 of NaN.
fn words_of(point: &Point, raw: f64) -> Vec<u16> {
    let rounded = raw.round();
    let mut words = match point.point_type {
        PointType::U16 => to_words(&(rounded as u16).to_be_bytes()),
        PointType::I16 => to_words(&(rounded as i16).to_be_bytes()),
        PointType::U32 => to_words(&(rounded as u32).to_be_bytes()),
        PointType::I32 => to_words(&(rounded as i32).to_be_bytes()),
        PointType::U64 => to_words(&(rounded as u64).to_be_bytes()),
        PointType::I64 => to_words(&(rounded as i64).to_be_bytes()),
        PointType::F32 => to_words(&(raw as f32).to_be_bytes()),
        PointType::F64 => to_words(&raw.to_be_bytes()),
    };
    reorder(&mut words, point.order);
    words
}

fn to_words(bytes: &[u8]) -> Vec<u16> {
    bytes
        .iter()
        .step_by(2)
        .zip(bytes.iter().skip(1).step_by(2))
        .map(|(high, low)| u16::from_be_bytes([*high, *low]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Parameter, Unit};
    use crate::device::{ByteOrder, DecodeError, Function, decode};

    #[test]
    fn saturates_and_encodes_the_sentinel() {
        let point = Point {
            parameter: Parameter::Level,
            function: Function::Holding,
            address: 4,
            point_type: PointType::I16,
            order: ByteOrder::Abcd,
            scale: 0.001,
            offset: 0.0,
            unit: Unit::Metre,
            invalid: vec![32767.0],
            valid_range: None,
            counter: None,
        };
        assert_eq!(encode(&point, 2.5), [2500]);
        assert_eq!(encode(&point, -100.0), [0x8000]);
        let words = encode_invalid(&point).unwrap();
        assert_eq!(
            decode(&point, &[&words]),
            Err(DecodeError::Sentinel(32767.0))
        );
    }
}
