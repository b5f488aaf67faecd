//! Problems of how a point's number is made: its bits, codes and fraction, and the other registers that it depends on.

use super::decode::EXPONENT_MAX;
use super::profile::{Point, PointType, Profile, Register};
use crate::core::Problems;

const BITS_HINT: &str = "bits = [0, 7] is the low byte, bits = [3, 3] bit 3";

/// Whether `count` registers from `address` lie within the addresses that there are.
pub(super) fn fit(address: u16, count: u16) -> bool {
    u32::from(address) + u32::from(count) <= u32::from(u16::MAX) + 1
}

/// Adds what is wrong with how the number of `point` is made.
pub(super) fn check(profile: &Profile, point: &Point, found: &mut Problems) {
    own(point, found);
    if let Some(exponent) = &point.exponent {
        let found = &mut found.at("exponent");
        register(profile, point, exponent, found);
        let [low, high] = exponent.range.unwrap_or_default();
        found.ensure(
            low >= -EXPONENT_MAX && high <= EXPONENT_MAX,
            "range",
            format!("[{low}, {high}]"),
            format!("must lie within -{EXPONENT_MAX} and {EXPONENT_MAX}"),
            "decimal places have scale = -1.0 and range = [-3.0, 0.0]",
        );
    }
    for (index, factor) in point.factors.iter().enumerate() {
        register(profile, point, factor, &mut found.item("factors", index));
    }
    for (index, required) in point.requires.iter().enumerate() {
        let found = &mut found.item("requires", index);
        register(profile, point, required, found);
        let rule = "is required: it says what the register holds while the value is good";
        found.required(required.range.is_some(), "range", rule, "add range = [least, most]");
    }
    unit_code(point, &mut found.at("unit_code"));
}

fn own(point: &Point, found: &mut Problems) {
    let bits = point.function.bits();
    let (rule, hint) = if bits {
        ("functions 1 and 2 read single bits", "write type = \"bit\"")
    } else {
        let hint = "write type = \"u16\" and bits = [n, n] for bit n of a register";
        ("functions 3 and 4 read registers", hint)
    };
    let fits = bits == (point.point_type == PointType::Bit);
    found.ensure(fits, "type", point.point_type.name(), rule, hint);
    if let Some(channel) = &point.channel {
        found.text("channel", channel, "leave it out where a device has one station");
    }
    check_bits(point.point_type, point.bits, found);
    for (index, code) in point.codes.iter().enumerate() {
        let finite = code.code.is_finite() && code.value.is_finite();
        let found = &mut found.item("codes", index);
        found.ensure(finite, "", "", "code and value must be finite", "correct it");
        let listed = point.codes.iter().take(index).any(|c| c.code == code.code);
        found.ensure(!listed, "code", code.code, "is listed already", "remove one");
    }
    if let Some(fraction) = point.fraction {
        found.positive("fraction.scale", fraction.scale, "leave it out for 1");
        let whole = bits || fraction.point_type == PointType::Bit;
        found.ensure(!whole, "fraction", "", "a bit has no fraction", "remove it");
    }
}

fn check_bits(point_type: PointType, bits: Option<[u8; 2]>, found: &mut Problems) {
    let Some([low, high]) = bits else { return };
    let width = match point_type {
        PointType::U16 => Some(16),
        PointType::U32 => Some(32),
        _ => None,
    };
    let rule = match width {
        None => "only u16 and u32 have bits",
        Some(_) => {
            "must be the lowest and the highest bit, within the type, 0 the least significant"
        }
    };
    let right = width.is_some_and(|width| low <= high && high < width);
    found.ensure(right, "bits", format!("[{low}, {high}]"), rule, BITS_HINT);
}

/// A register other than the point's own.
fn register(profile: &Profile, point: &Point, register: &Register, found: &mut Problems) {
    let Register { address, point_type, scale, offset, .. } = *register;
    let count = point_type.registers();
    let rule = format!("passes the last address, {}", u16::MAX);
    found.ensure(fit(address, count), "address", address, rule, "addresses count from 0");
    let rule = "takes more registers than registers_max allows";
    let few = count <= profile.registers_max;
    found.ensure(few, "type", point_type.name(), rule, "raise registers_max");
    let function = register.function.unwrap_or(point.function);
    let fits = function.bits() == (point_type == PointType::Bit);
    let hint = "functions 1 and 2 read type bit, 3 and 4 the others";
    found.ensure(fits, "type", point_type.name(), "is not a type that the function reads", hint);
    check_bits(point_type, register.bits, found);
    let linear = scale.is_finite() && scale != 0.0 && offset.is_finite();
    let rule = "scale and offset must be finite, and scale not 0";
    found.ensure(linear, "scale", scale, rule, "leave both out for 1 and 0");
    if let Some([low, high]) = register.range {
        let ordered = low.is_finite() && high.is_finite() && low <= high;
        let rule = "must be the smallest and the largest value, in this order";
        found.ensure(ordered, "range", format!("[{low}, {high}]"), rule, "correct it");
    }
}

fn unit_code(point: &Point, found: &mut Problems) {
    let Some(coded) = &point.unit_code else { return };
    let in_register = !coded.function.unwrap_or(point.function).bits();
    let hint = "give function = 3 or 4";
    found.ensure(in_register, "function", "", "a unit's code is a register", hint);
    let rule = "is required: the units that the device can be set to";
    let hint = "add { code = 9, unit = \"MPa\" }";
    found.required(!coded.units.is_empty(), "units", rule, hint);
    for (index, unit) in coded.units.iter().enumerate() {
        let rule = format!("cannot be converted to {}, the unit of the point", point.unit);
        let hint = "leave out what this parameter is never reported in";
        let converts = unit.unit.factor_to(point.unit).is_some();
        found.item("units", index).ensure(converts, "unit", unit.unit, rule, hint);
    }
    found.unique("units", "code", coded.units.iter().map(|unit| unit.code), "remove one");
}
