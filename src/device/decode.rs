//! From registers to a value in the parameter's canonical unit.

use crate::core::{Reason, Unit};

use super::profile::{ByteOrder, Point, PointType};

/// Why registers give no value.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// The answer has another number of registers than the point's type takes.
    #[error("{got} registers where the type takes {expected}")]
    Length {
        /// Registers that the type takes.
        expected: usize,
        /// Registers that came.
        got: usize,
    },
    /// The decoded number, before factor and offset, is one that the device means "no value" by.
    #[error("{0} is the device's sign for no value")]
    Sentinel(f64),
    /// The number, or what factor and offset make of it, is not finite.
    #[error("not a finite number")]
    Undecodable,
    /// The point's unit does not measure what the parameter does: a fault of the profile, found by its check.
    #[error("{from} cannot be converted to {to}")]
    Unit {
        /// The point's unit.
        from: Unit,
        /// The parameter's canonical unit.
        to: Unit,
    },
}

impl DecodeError {
    /// The reason that the reading is missing for.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Length { .. } => Reason::Length,
            Self::Sentinel(_) => Reason::Sentinel,
            Self::Undecodable | Self::Unit { .. } => Reason::Undecodable,
        }
    }
}

/// The value of `point` in its parameter's canonical unit; `parts` are the registers of [`Point::parts`], in that order.
///
/// The number in the registers is compared with the sentinels first, then `× scale + offset`, then converted from the
/// point's unit. Of a single register ABCD and CDAB leave the two bytes as they are, BADC and DCBA swap them. 64-bit
/// integers beyond ±2^53 lose their last digits, since a value is an `f64`.
///
/// # Errors
/// [`DecodeError`]: wrong number of registers, a sentinel, not finite, or a unit of another dimension.
pub fn decode(point: &Point, parts: &[&[u16]]) -> Result<f64, DecodeError> {
    let words = parts.first().copied().unwrap_or_default();
    let raw = number(point.point_type, point.order, words)?;
    if point
        .invalid
        .iter()
        .any(|sentinel| matches(point.point_type, raw, *sentinel))
    {
        return Err(DecodeError::Sentinel(raw));
    }
    if !raw.is_finite() {
        return Err(DecodeError::Undecodable);
    }
    let (from, to) = (point.unit, point.parameter.spec().unit);
    let factor = from.factor_to(to).ok_or(DecodeError::Unit { from, to })?;
    let value = (raw * point.scale + point.offset) * factor;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(DecodeError::Undecodable)
    }
}

/// Whether `raw` is the sentinel: NaN meets NaN, and an f32 is compared as f32, since -999.9 has no exact form.
fn matches(point_type: PointType, raw: f64, sentinel: f64) -> bool {
    if sentinel.is_nan() || raw.is_nan() {
        return sentinel.is_nan() && raw.is_nan();
    }
    if point_type == PointType::F32 {
        raw as f32 == sentinel as f32
    } else {
        raw == sentinel
    }
}

/// The number in the registers, before anything is made of it.
pub(super) fn number(
    point_type: PointType,
    order: ByteOrder,
    words: &[u16],
) -> Result<f64, DecodeError> {
    let length = || DecodeError::Length {
        expected: usize::from(point_type.registers()),
        got: words.len(),
    };
    match words.len() {
        1 => {
            let bytes = assemble::<1, 2>(words, order).ok_or_else(length)?;
            match point_type {
                PointType::U16 => Ok(f64::from(u16::from_be_bytes(bytes))),
                PointType::I16 => Ok(f64::from(i16::from_be_bytes(bytes))),
                _ => Err(length()),
            }
        }
        2 => {
            let bytes = assemble::<2, 4>(words, order).ok_or_else(length)?;
            match point_type {
                PointType::U32 => Ok(f64::from(u32::from_be_bytes(bytes))),
                PointType::I32 => Ok(f64::from(i32::from_be_bytes(bytes))),
                PointType::F32 => Ok(f64::from(f32::from_be_bytes(bytes))),
                _ => Err(length()),
            }
        }
        4 => {
            let bytes = assemble::<4, 8>(words, order).ok_or_else(length)?;
            match point_type {
                PointType::U64 => Ok(u64::from_be_bytes(bytes) as f64),
                PointType::I64 => Ok(i64::from_be_bytes(bytes) as f64),
                PointType::F64 => Ok(f64::from_be_bytes(bytes)),
                _ => Err(length()),
            }
        }
        _ => Err(length()),
    }
}

/// The `BYTES` bytes of `WORDS` registers, most significant first.
fn assemble<const WORDS: usize, const BYTES: usize>(
    words: &[u16],
    order: ByteOrder,
) -> Option<[u8; BYTES]> {
    let mut words: [u16; WORDS] = words.try_into().ok()?;
    reorder(&mut words, order);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    bytes.try_into().ok()
}

/// Puts registers from `order` into ABCD or back: each order is its own inverse.
pub(super) fn reorder(words: &mut [u16], order: ByteOrder) {
    if matches!(order, ByteOrder::Cdab | ByteOrder::Dcba) {
        words.reverse();
    }
    if matches!(order, ByteOrder::Badc | ByteOrder::Dcba) {
        for word in words {
            *word = word.swap_bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Parameter;
    use crate::device::Function;
    use proptest::prelude::*;

    fn point(point_type: PointType, order: ByteOrder) -> Point {
        Point {
            parameter: Parameter::Flow,
            function: Function::Holding,
            address: 0,
            point_type,
            order,
            scale: 1.0,
            offset: 0.0,
            unit: Unit::CubicMetrePerHour,
            invalid: Vec::new(),
            valid_range: None,
            counter: None,
        }
    }

    const ORDERS: [ByteOrder; 4] = [
        ByteOrder::Abcd,
        ByteOrder::Cdab,
        ByteOrder::Badc,
        ByteOrder::Dcba,
    ];

    #[test]
    fn golden_vectors_of_every_type_and_order() {
        use PointType::*;
        // Registers for ABCD, CDAB, BADC, DCBA, written out by hand.
        let golden: &[(PointType, f64, [&[u16]; 4])] = &[
            (U16, 258.0, [&[0x0102], &[0x0102], &[0x0201], &[0x0201]]),
            (I16, -2.0, [&[0xFFFE], &[0xFFFE], &[0xFEFF], &[0xFEFF]]),
            (
                U32,
                16_909_060.0,
                [
                    &[0x0102, 0x0304],
                    &[0x0304, 0x0102],
                    &[0x0201, 0x0403],
                    &[0x0403, 0x0201],
                ],
            ),
            (
                I32,
                -2.0,
                [
                    &[0xFFFF, 0xFFFE],
                    &[0xFFFE, 0xFFFF],
                    &[0xFFFF, 0xFEFF],
                    &[0xFEFF, 0xFFFF],
                ],
            ),
            // 1.5 = 3F C0 00 00; -0.15625 = BE 20 00 00.
            (
                F32,
                1.5,
                [&[0x3FC0, 0], &[0, 0x3FC0], &[0xC03F, 0], &[0, 0xC03F]],
            ),
            (
                U64,
                283_686_952_306_183.0,
                [
                    &[0x0001, 0x0203, 0x0405, 0x0607],
                    &[0x0607, 0x0405, 0x0203, 0x0001],
                    &[0x0100, 0x0302, 0x0504, 0x0706],
                    &[0x0706, 0x0504, 0x0302, 0x0100],
                ],
            ),
            (
                I64,
                -258.0,
                [
                    &[0xFFFF, 0xFFFF, 0xFFFF, 0xFEFE],
                    &[0xFEFE, 0xFFFF, 0xFFFF, 0xFFFF],
                    &[0xFFFF, 0xFFFF, 0xFFFF, 0xFEFE],
                    &[0xFEFE, 0xFFFF, 0xFFFF, 0xFFFF],
                ],
            ),
            // 100.5 = 40 59 20 00 00 00 00 00.
            (
                F64,
                100.5,
                [
                    &[0x4059, 0x2000, 0, 0],
                    &[0, 0, 0x2000, 0x4059],
                    &[0x5940, 0x0020, 0, 0],
                    &[0, 0, 0x0020, 0x5940],
                ],
            ),
        ];
        for (point_type, value, by_order) in golden {
            for (order, words) in ORDERS.iter().zip(by_order) {
                let got = decode(&point(*point_type, *order), &[words]);
                assert_eq!(got, Ok(*value), "{point_type:?} {order:?}");
            }
        }
    }

    #[test]
    fn the_flow_meters_bytes_are_a_flow_only_as_cdab() {
        let words = [0x806B, 0x4212];
        let near = |order| {
            decode(&point(PointType::F32, order), &[&words])
                .is_ok_and(|value| (value - 36.625_41).abs() < 1e-5)
        };
        assert_eq!(ORDERS.map(near), [false, true, false, false]);
    }

    #[test]
    fn a_sentinel_is_looked_for_before_factor_and_offset() {
        let mut level = point(PointType::I16, ByteOrder::Abcd);
        level.parameter = Parameter::Level;
        level.unit = Unit::Millimetre;
        level.offset = 500.0;
        level.invalid = vec![32767.0];
        assert_eq!(decode(&level, &[&[2000]]), Ok(2.5));
        let sentinel = decode(&level, &[&[0x7FFF]]).unwrap_err();
        assert_eq!(sentinel, DecodeError::Sentinel(32767.0));
        assert_eq!(sentinel.reason(), Reason::Sentinel);
        let short = decode(&level, &[&[]]).unwrap_err();
        assert_eq!(short.reason(), Reason::Length);
        level.unit = Unit::Hertz;
        assert!(matches!(
            decode(&level, &[&[1]]),
            Err(DecodeError::Unit { .. })
        ));
    }

    #[test]
    fn what_is_not_a_number_is_no_value() {
        let mut flow = point(PointType::F32, ByteOrder::Abcd);
        let nan = [0x7FC0, 0];
        assert_eq!(decode(&flow, &[&nan]), Err(DecodeError::Undecodable));
        assert_eq!(
            decode(&flow, &[&[0x7F80, 0]]),
            Err(DecodeError::Undecodable)
        );
        flow.invalid = vec![f64::NAN, -999.9];
        assert_eq!(
            decode(&flow, &[&nan]).unwrap_err().reason(),
            Reason::Sentinel
        );
        let bits = (-999.9f32).to_bits();
        let words = [(bits >> 16) as u16, bits as u16];
        assert_eq!(
            decode(&flow, &[&words]).unwrap_err().reason(),
            Reason::Sentinel
        );
    }

    pub(crate) fn any_type() -> impl Strategy<Value = PointType> {
        use PointType::*;
        prop::sample::select(vec![U16, I16, U32, I32, U64, I64, F32, F64])
    }

    proptest! {
        #[test]
        fn random_registers_never_panic_and_never_give_what_is_not_finite(
            words in prop::collection::vec(any::<u16>(), 0..6),
            point_type in any_type(),
            order in prop::sample::select(ORDERS.to_vec()),
            scale in any::<f64>(),
        ) {
            let mut point = point(point_type, order);
            point.scale = scale;
            match decode(&point, &[&words]) {
                Ok(value) => prop_assert!(value.is_finite()),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }

    #[cfg(feature = "demo")]
    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself_within_the_resolution(
            value in 0.0..6000.0f64,
            point_type in any_type(),
            order in prop::sample::select(ORDERS.to_vec()),
            scale in prop::sample::select(vec![1.0, 0.1, 0.5]),
        ) {
            let mut point = point(point_type, order);
            point.scale = scale;
            let value = if point_type == PointType::I16 { value / 2.0 } else { value };
            let words = crate::device::encode(&point, value);
            let got = decode(&point, &[&words]).unwrap();
            // Half a step of an integer; half an ulp of an f32 below 65536 is 0.002.
            prop_assert!((got - value).abs() <= scale * 0.5 + 1e-9, "{value} came back as {got}");
            if point_type == PointType::F64 {
                prop_assert!((got - value).abs() < 1e-9);
            }
        }
    }
}
