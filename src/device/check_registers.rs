//! Problems of how a point's number is made: its bits, codes and fraction, and the other registers that it depends on.

use super::check_sum;
use super::decode::EXPONENT_MAX;
use super::profile::{Point, PointType, Profile, Register};
use crate::core::Problems;
use crate::locales::{core as core_words, device as words};

/// Whether `count` registers from `address` lie within the addresses that there are.
pub(super) fn fit(address: u16, count: u16) -> bool {
    u32::from(address) + u32::from(count) <= u32::from(u16::MAX) + 1
}

/// Adds what is wrong with how the number of `point` is made.
pub(super) fn check(profile: &Profile, point: &Point, found: &mut Problems) {
    own(point, found);
    check_sum::check(profile, point, found);
    if let Some(exponent) = &point.exponent {
        let found = &mut found.at("exponent");
        register(profile, point, exponent, found);
        let [low, high] = exponent.range.unwrap_or_default();
        found.ensure(
            low >= -EXPONENT_MAX && high <= EXPONENT_MAX,
            "range",
            format!("[{low}, {high}]"),
            words::exponent_within(EXPONENT_MAX),
            words::decimal_places_hint(),
        );
    }
    for (index, factor) in point.factors.iter().enumerate() {
        register(profile, point, factor, &mut found.item("factors", index));
    }
    for (index, required) in point.requires.iter().enumerate() {
        let found = &mut found.item("requires", index);
        register(profile, point, required, found);
        let (rule, hint) = (words::range_required(), words::add_range());
        found.required(required.range.is_some(), "range", rule, hint);
    }
    unit_code(point, &mut found.at("unit_code"));
}

fn own(point: &Point, found: &mut Problems) {
    let bits = point.function.bits();
    let (rule, hint) = if bits {
        (words::single_bits(), words::write_type_bit())
    } else {
        (words::whole_registers(), words::write_bit_of_register())
    };
    let fits = bits == (point.point_type == PointType::Bit);
    found.ensure(fits, "type", point.point_type.name(), rule, hint);
    if let Some(channel) = &point.channel {
        found.text("channel", channel, words::one_station_hint());
    }
    check_bits(point.point_type, point.bits, found);
    for (index, code) in point.codes.iter().enumerate() {
        let finite = code.code.is_finite() && code.value.is_finite();
        let found = &mut found.item("codes", index);
        let rule = words::code_and_value_finite();
        found.ensure(finite, "", "", rule, core_words::correct_it());
        let listed = point.codes.iter().take(index).any(|c| c.code == code.code);
        let (rule, hint) = (words::listed_already(), core_words::remove_one());
        found.ensure(!listed, "code", code.code, rule, hint);
    }
    if let Some(fraction) = point.fraction {
        found.positive("fraction.scale", fraction.scale, words::leave_out_for_1());
        let whole = bits || fraction.point_type == PointType::Bit;
        let (rule, hint) = (words::bit_has_no_fraction(), core_words::remove_it());
        found.ensure(!whole, "fraction", "", rule, hint);
    }
}

pub(super) fn check_bits(point_type: PointType, bits: Option<[u8; 2]>, found: &mut Problems) {
    let Some([low, high]) = bits else { return };
    let width = match point_type {
        PointType::U16 => Some(16),
        PointType::U32 => Some(32),
        _ => None,
    };
    let rule = match width {
        None => words::types_with_bits(),
        Some(_) => words::bits_within_type(),
    };
    let right = width.is_some_and(|width| low <= high && high < width);
    found.ensure(right, "bits", format!("[{low}, {high}]"), rule, words::bits_hint());
}

/// A register other than the point's own.
fn register(profile: &Profile, point: &Point, register: &Register, found: &mut Problems) {
    let Register { address, point_type, scale, offset, .. } = *register;
    let count = point_type.registers();
    let (rule, hint) = (words::passes_last_address(u16::MAX), words::addresses_from_zero());
    found.ensure(fit(address, count), "address", address, rule, hint);
    let few = count <= profile.registers_max || profile.in_parts;
    let (rule, hint) = (words::more_than_registers_max(), words::raise_registers_max());
    found.ensure(few, "type", point_type.name(), rule, hint);
    let function = register.function.unwrap_or(point.function);
    let fits = function.bits() == (point_type == PointType::Bit);
    let (rule, hint) = (words::type_of_other_function(), words::types_of_functions());
    found.ensure(fits, "type", point_type.name(), rule, hint);
    check_bits(point_type, register.bits, found);
    let linear = scale.is_finite() && scale != 0.0 && offset.is_finite();
    found.ensure(linear, "scale", scale, words::scale_and_offset(), words::leave_both_out());
    if let Some([low, high]) = register.range {
        let ordered = low.is_finite() && high.is_finite() && low <= high;
        let (rule, hint) = (core_words::smallest_then_largest(), core_words::correct_it());
        found.ensure(ordered, "range", format!("[{low}, {high}]"), rule, hint);
    }
}

fn unit_code(point: &Point, found: &mut Problems) {
    let Some(coded) = &point.unit_code else { return };
    let in_register = !coded.function.unwrap_or(point.function).bits();
    let (rule, hint) = (words::unit_code_is_register(), words::give_function_3_or_4());
    found.ensure(in_register, "function", "", rule, hint);
    let (rule, hint) = (words::units_required(), words::add_a_unit());
    found.required(!coded.units.is_empty(), "units", rule, hint);
    for (index, unit) in coded.units.iter().enumerate() {
        let rule = words::not_convertible_to_point(point.unit.symbol());
        let hint = words::leave_out_foreign_units();
        let converts = unit.unit.factor_to(point.unit).is_some();
        found.item("units", index).ensure(converts, "unit", unit.unit, rule, hint);
    }
    let codes = coded.units.iter().map(|unit| unit.code);
    found.unique("units", "code", codes, core_words::remove_one());
}
