//! From registers to a value in the parameter's canonical unit.

use std::fmt;

use crate::core::{Reason, Unit};
use crate::locales::{Text, device as words};

use super::profile::{ByteOrder, Point, PointType, Register};

/// The largest power of ten, positive or negative, that a register may set. Engineering judgement: totals in thousands
/// of millions of the unit, and micro-units; a larger number is not an exponent.
pub(super) const EXPONENT_MAX: f64 = 12.0;

/// Why registers give no value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DecodeError {
    Length {
        expected: usize,
        got: usize,
    },
    /// The decoded number, before factor and offset, is the device's sign for "no value".
    Sentinel(f64),
    /// The number, before or after factor and offset, is not finite, or a half byte of a BCD is not a digit.
    Undecodable,
    /// The number is not a code of the profile.
    Code(f64),
    /// The digits behind the decimal point, in the registers from `address`, are more than 1.
    Fraction {
        address: u16,
        value: f64,
    },
    /// A register that the value depends on holds a value, after factor and offset, that the profile does not allow.
    Register {
        address: u16,
        value: f64,
    },
    /// A register says that the value is invalid; its own value is after factor and offset.
    Invalid {
        address: u16,
        value: f64,
    },
    /// The point's unit and the parameter's measure different things: a fault of the profile, found by its check.
    Unit {
        from: Unit,
        to: Unit,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    /// What is wrong, in words.
    pub fn text(&self) -> Text {
        match self {
            Self::Length { expected, got } => words::wrong_register_count(got, expected),
            Self::Sentinel(number) => words::sign_for_no_value(number),
            Self::Undecodable => words::not_finite(),
            Self::Code(number) => words::not_a_code(number),
            Self::Fraction { address, value } => words::fraction_above_1(address, value),
            Self::Register { address, value } => words::register_not_allowed(address, value),
            Self::Invalid { address, value } => words::register_marks_invalid(address, value),
            Self::Unit { from, to } => words::not_convertible(from.symbol(), to.symbol()),
        }
    }

    pub fn reason(&self) -> Reason {
        match self {
            Self::Length { .. } => Reason::Length,
            Self::Sentinel(_) => Reason::Sentinel,
            Self::Invalid { .. } => Reason::Invalid,
            Self::Undecodable
            | Self::Code(_)
            | Self::Fraction { .. }
            | Self::Register { .. }
            | Self::Unit { .. } => Reason::Undecodable,
        }
    }
}

/// The value of `point` in its parameter's canonical unit; `parts` are the registers of [`Point::parts`], in that
/// order.
///
/// The number in the registers is compared with the sentinels, computed as [`Point`] says, and converted. In a single
/// register ABCD and CDAB leave the two bytes as they are, BADC and DCBA swap them. 64-bit integers beyond ±2^53 lose
/// their last digits, since a value is an `f64`.
///
/// # Errors
/// [`DecodeError`] lists what can be wrong with the registers or the point.
pub fn decode(point: &Point, parts: &[&[u16]]) -> Result<f64, DecodeError> {
    let (own, others) = parts
        .split_first()
        .ok_or(DecodeError::Length { expected: point.registers().into(), got: 0 })?;
    let number = own_number(point, own)?;
    let (modifiers, from) = modifiers(point, others)?;
    let number = match modifiers.exponent {
        decimals @ ..0 => number / 10f64.powi(-decimals),
        exponent => number * 10f64.powi(exponent),
    };
    let value = (times(number, point.scale) + point.offset) * modifiers.factor;
    let to = point.parameter.spec().unit;
    let factor = from.factor_to(to).ok_or(DecodeError::Unit { from, to })?;
    finite(times(value, factor))
}

/// `number × factor`. A factor such as 0.001 divides by 1000: 1001 / 1000 is exactly 1.001, 1001 × 0.001 is not.
fn times(number: f64, factor: f64) -> f64 {
    let divisor = factor.recip().round();
    if factor < 1.0 && divisor.recip() == factor { number / divisor } else { number * factor }
}

/// The number in a point's own registers, with its fraction and what is added to it, before factor and offset.
fn own_number(point: &Point, words: &[u16]) -> Result<f64, DecodeError> {
    let expected = usize::from(point.registers());
    let length = DecodeError::Length { expected, got: words.len() };
    if words.len() != expected {
        return Err(length);
    }
    let own = point.within(words, point.address, point.own_registers()).ok_or(length)?;
    let (own, fraction) =
        own.split_at_checked(point.point_type.registers().into()).ok_or(length)?;
    let raw = number(point.point_type, point.order, own)?;
    let is_sentinel = |sentinel: &f64| matches(point.point_type, raw, *sentinel);
    if point.invalid.iter().any(is_sentinel) {
        return Err(DecodeError::Sentinel(raw));
    }
    let mut sum = finite(raw)?;
    if let Some(bits) = point.bits {
        sum = field(sum, bits);
    }
    if !point.codes.is_empty() {
        let code = point.codes.iter().find(|code| code.code == sum);
        sum = code.ok_or(DecodeError::Code(sum))?.value;
    }
    if let Some(part) = &point.fraction {
        let order = part.order.unwrap_or(point.order);
        let digits = times(number(part.point_type, order, fraction)?, part.scale);
        // Anything above one is not a fraction: the register or the type is wrong.
        if digits.abs() > 1.0 {
            let address = point.address.saturating_add(point.point_type.registers());
            return Err(DecodeError::Fraction { address, value: digits });
        }
        sum += digits;
    }
    for addend in &point.plus {
        let count = addend.point_type.registers();
        let held = point.within(words, addend.address, count).ok_or(length)?;
        let order = addend.order.unwrap_or(point.order);
        let mut raw = finite(number(addend.point_type, order, held)?)?;
        if let Some(bits) = addend.bits {
            raw = field(raw, bits);
        }
        sum += times(raw, addend.scale);
    }
    finite(sum)
}

/// The effect of the other registers that a point's number depends on.
struct Modifiers {
    /// Power of ten.
    exponent: i32,
    /// Product of the factors, after the point's own factor and offset.
    factor: f64,
}

impl Default for Modifiers {
    fn default() -> Self {
        Self { exponent: 0, factor: 1.0 }
    }
}

/// The effect of the other registers, and the unit that they name.
fn modifiers(point: &Point, parts: &[&[u16]]) -> Result<(Modifiers, Unit), DecodeError> {
    let mut parts = parts.iter().copied();
    let mut next = || parts.next().unwrap_or_default();
    let mut modifiers = Modifiers::default();
    if let Some(register) = &point.exponent {
        let value = held(register, next())?;
        let address = register.address;
        if value.fract() != 0.0 || value.abs() > EXPONENT_MAX {
            return Err(DecodeError::Register { address, value });
        }
        modifiers.exponent = value as i32;
    }
    for register in &point.factors {
        modifiers.factor *= held(register, next())?;
    }
    for register in &point.requires {
        held(register, next()).map_err(|error| match error {
            DecodeError::Register { address, value } => DecodeError::Invalid { address, value },
            error => error,
        })?;
    }
    let Some(coded) = &point.unit_code else {
        return Ok((modifiers, point.unit));
    };
    let code = number(PointType::U16, ByteOrder::Abcd, next())?;
    let unit = coded.units.iter().find(|u| f64::from(u.code) == code);
    let unit = unit.ok_or(DecodeError::Register { address: coded.address, value: code })?;
    Ok((modifiers, unit.unit))
}

/// The value of another register.
fn held(register: &Register, words: &[u16]) -> Result<f64, DecodeError> {
    let mut raw = finite(number(register.point_type, register.order, words)?)?;
    if let Some(bits) = register.bits {
        raw = field(raw, bits);
    }
    let value = finite(times(raw, register.scale) + register.offset)?;
    match register.range {
        Some([low, high]) if !(low..=high).contains(&value) => {
            Err(DecodeError::Register { address: register.address, value })
        }
        _ => Ok(value),
    }
}

/// The bits `low` to `high` of an unsigned number.
fn field(raw: f64, [low, high]: [u8; 2]) -> f64 {
    // By the profile's check the number is unsigned and below 2^32, and the bits lie within it.
    let bits = (raw as u64).checked_shr(low.into()).unwrap_or_default();
    let width = u32::from(high.saturating_sub(low)) + 1;
    let mask = 1u64.checked_shl(width).map_or(u64::MAX, |end| end - 1);
    (bits & mask) as f64
}

fn finite(value: f64) -> Result<f64, DecodeError> {
    Some(value).filter(|value| value.is_finite()).ok_or(DecodeError::Undecodable)
}

/// Whether `raw` is the sentinel. NaN equals NaN here, and an f32 is compared as f32, since -999.9 has no exact form.
fn matches(point_type: PointType, raw: f64, sentinel: f64) -> bool {
    if sentinel.is_nan() || raw.is_nan() {
        return sentinel.is_nan() && raw.is_nan();
    }
    if point_type == PointType::F32 { raw as f32 == sentinel as f32 } else { raw == sentinel }
}

/// The number in the registers, before bits, codes and factors.
pub(super) fn number(
    point_type: PointType,
    order: ByteOrder,
    words: &[u16],
) -> Result<f64, DecodeError> {
    let expected = usize::from(point_type.registers());
    if words.len() != expected {
        return Err(DecodeError::Length { expected, got: words.len() });
    }
    let mut ordered = [0; 4];
    let ordered = &mut ordered[..expected];
    ordered.copy_from_slice(words);
    reorder(ordered, order);
    let bits = ordered.iter().fold(0_u64, |bits, word| bits << 16 | u64::from(*word));
    Ok(match point_type {
        PointType::Bit => bits.min(1) as f64,
        PointType::U16 | PointType::U32 | PointType::U64 => bits as f64,
        PointType::I16 => f64::from(bits as i16),
        PointType::I32 => f64::from(bits as i32),
        PointType::I64 => bits as i64 as f64,
        PointType::F32 => f64::from(f32::from_bits(bits as u32)),
        PointType::F64 => f64::from_bits(bits),
        PointType::Bcd16 | PointType::Bcd32 | PointType::Bcd64 => {
            decimal(bits, 4 * u32::from(point_type.registers()))?
        }
    })
}

/// The number of `digits` decimal digits, half a byte each.
fn decimal(bits: u64, digits: u32) -> Result<f64, DecodeError> {
    (0..digits).rev().try_fold(0.0, |number, place| {
        let digit = (bits >> (4 * place)) & 15;
        (digit <= 9).then_some(number * 10.0 + digit as f64).ok_or(DecodeError::Undecodable)
    })
}

/// Brings registers from `order` to ABCD or back: each order is its own inverse.
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
#[path = "decode_tests.rs"]
mod tests;
