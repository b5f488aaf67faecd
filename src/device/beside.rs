//! What is wrong with how a point's number is made: its bits, codes and fraction, and the registers beside it.

use std::fmt::Display;

use crate::core::Problem;

use super::decode::EXPONENT_MAX;
use super::profile::{Point, PointType, Profile, Register};

/// Registers have addresses 0 to 65535.
const ADDRESS_END: u32 = 65_536;

/// What is wrong with how the number of `point`, at `path` in `profile`, is made.
pub(super) fn check(profile: &Profile, point: &Point, path: &str, problems: &mut Vec<Problem>) {
    let mut add = |key: String, value: &dyn Display, rule: &str, hint: &str| {
        problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
    };
    if point.function.bits() != (point.point_type == PointType::Bit) {
        let name = name(point.point_type);
        let (rule, hint) = if point.function.bits() {
            ("functions 1 and 2 read single bits", "write type = \"bit\"")
        } else {
            (
                "functions 3 and 4 read registers",
                "write type = \"u16\" and bits = [n, n] for bit n of a register",
            )
        };
        add("type".into(), &name, rule, hint);
    }
    if let Some(channel) = &point.channel
        && channel.trim().is_empty()
    {
        add(
            "channel".into(),
            channel,
            "must not be empty",
            "leave it out where a device has one station",
        );
    }
    if let Some(bits) = point.bits
        && let Some(rule) = bits_rule(point.point_type, bits)
    {
        add("bits".into(), &format!("{bits:?}"), rule, BITS_HINT);
    }
    for (index, code) in point.codes.iter().enumerate() {
        if !(code.code.is_finite() && code.value.is_finite()) {
            add(format!("codes[{index}]"), &"", "code and value are finite", "correct it");
        }
        if point.codes.iter().take(index).any(|c| c.code == code.code) {
            add(format!("codes[{index}].code"), &code.code, "is listed already", "remove one");
        }
    }
    if let Some(fraction) = point.fraction {
        if !(fraction.scale.is_finite() && fraction.scale > 0.0) {
            add("fraction.scale".into(), &fraction.scale, "is above 0", "leave it out for 1");
        }
        if point.function.bits() || fraction.point_type == PointType::Bit {
            add("fraction".into(), &"", "a bit has no fraction", "remove it");
        }
    }
    let exponent = point.exponent.iter().map(|r| ("exponent".to_owned(), r));
    let factors = point.factors.iter().enumerate();
    let factors = factors.map(|(index, r)| (format!("factors[{index}]"), r));
    let requires = point.requires.iter().enumerate();
    let requires = requires.map(|(index, r)| (format!("requires[{index}]"), r));
    for (key, register) in exponent.chain(factors) {
        self::register(profile, point, register, &format!("{path}.{key}"), problems);
    }
    for (key, register) in requires {
        let path = format!("{path}.{key}");
        self::register(profile, point, register, &path, problems);
        if register.range.is_none() {
            problems.push(Problem::new(
                format!("{path}.range"),
                "",
                "says what the register holds while the value is good",
                "add range = [least, most]",
            ));
        }
    }
    if let Some(register) = &point.exponent {
        let [low, high] = register.range.unwrap_or_default();
        if low < -EXPONENT_MAX || high > EXPONENT_MAX {
            problems.push(Problem::new(
                format!("{path}.exponent.range"),
                format!("[{low}, {high}]"),
                format!("lies within -{EXPONENT_MAX} and {EXPONENT_MAX}"),
                "decimal places have scale = -1.0 and range = [-3.0, 0.0]",
            ));
        }
    }
    unit_code(point, &format!("{path}.unit_code"), problems);
}

const BITS_HINT: &str = "bits = [0, 7] is the low byte, bits = [3, 3] bit 3";

/// The rule that `bits` of a number of this type break.
fn bits_rule(point_type: PointType, [low, high]: [u8; 2]) -> Option<&'static str> {
    let width = match point_type {
        PointType::U16 => 16,
        PointType::U32 => 32,
        _ => return Some("only u16 and u32 have bits"),
    };
    (low > high || high >= width)
        .then_some("is the lowest and the highest bit, within the type, 0 the least significant")
}

/// What is wrong with a register beside a point's own.
fn register(
    profile: &Profile,
    point: &Point,
    register: &Register,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let mut add = |key: &str, value: &dyn Display, rule: &str, hint: &str| {
        problems.push(Problem::new(format!("{path}.{key}"), value, rule, hint));
    };
    let count = register.point_type.registers();
    if u32::from(register.address) + u32::from(count) > ADDRESS_END {
        add(
            "address",
            &register.address,
            "passes the last address, 65535",
            "addresses count from 0",
        );
    }
    if count > profile.registers_max {
        add(
            "type",
            &name(register.point_type),
            "takes more registers than registers_max allows",
            "raise registers_max",
        );
    }
    let function = register.function.unwrap_or(point.function);
    if function.bits() != (register.point_type == PointType::Bit) {
        let hint = "functions 1 and 2 read type bit, 3 and 4 the others";
        add("type", &name(register.point_type), "is no type that the function reads", hint);
    }
    if let Some(bits) = register.bits
        && let Some(rule) = bits_rule(register.point_type, bits)
    {
        add("bits", &format!("{bits:?}"), rule, BITS_HINT);
    }
    if !(register.scale.is_finite() && register.scale != 0.0 && register.offset.is_finite()) {
        add(
            "scale",
            &register.scale,
            "scale and offset are finite, scale is not 0",
            "leave both out for 1 and 0",
        );
    }
    if let Some([low, high]) = register.range
        && !(low.is_finite() && high.is_finite() && low <= high)
    {
        add(
            "range",
            &format!("[{low}, {high}]"),
            "is the smallest and the largest value, in this order",
            "correct it",
        );
    }
}

/// What is wrong with the register that names the unit.
fn unit_code(point: &Point, path: &str, problems: &mut Vec<Problem>) {
    let Some(coded) = &point.unit_code else {
        return;
    };
    if coded.function.unwrap_or(point.function).bits() {
        problems.push(Problem::new(
            format!("{path}.function"),
            "",
            "a unit's code is a register",
            "give function = 3 or 4",
        ));
    }
    if coded.units.is_empty() {
        problems.push(Problem::new(
            format!("{path}.units"),
            "",
            "lists the units that the device can be set to",
            "add { code = 9, unit = \"MPa\" }",
        ));
    }
    for (index, unit) in coded.units.iter().enumerate() {
        let path = format!("{path}.units[{index}]");
        if unit.unit.factor_to(point.unit).is_none() {
            problems.push(Problem::new(
                format!("{path}.unit"),
                unit.unit,
                format!("cannot be converted to {}, the unit of the point", point.unit),
                "leave out what this parameter is never reported in",
            ));
        }
        if coded.units.iter().take(index).any(|u| u.code == unit.code) {
            problems.push(Problem::new(
                format!("{path}.code"),
                unit.code,
                "is listed already",
                "remove one",
            ));
        }
    }
}

fn name(point_type: PointType) -> String {
    format!("{point_type:?}").to_lowercase()
}
