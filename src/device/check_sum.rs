//! Problems of the registers that are added to a point's own number, and of its step.

use super::check_registers::{check_bits, fit};
use super::profile::{Point, PointType, Profile};
use super::sum::Addend;
use crate::core::Problems;
use crate::locales::{core as core_words, device as words};

/// Adds what is wrong with `plus` of `point`.
pub(super) fn check(profile: &Profile, point: &Point, found: &mut Problems) {
    for (index, addend) in point.plus.iter().enumerate() {
        check_addend(point, index, addend, &mut found.item("plus", index));
    }
    let span = point.span();
    let past = |addend: &Addend| !fit(addend.address, addend.point_type.registers());
    let long = !profile.in_parts && span.count > profile.registers_max;
    let alone = point.own_registers() <= profile.registers_max;
    if !point.plus.is_empty() && long && alone && !point.plus.iter().any(past) {
        let last = u32::from(span.address) + u32::from(span.count) - 1;
        let rule = words::sum_in_one_request(span.address, last, span.count, profile.registers_max);
        found.add("plus", "", rule, words::shorten_sum(span.count));
    }
}

fn check_addend(point: &Point, index: usize, addend: &Addend, found: &mut Problems) {
    let Addend { address, point_type, bits, scale, .. } = *addend;
    let (rule, hint) = (words::passes_last_address(u16::MAX), words::addresses_from_zero());
    found.ensure(fit(address, point_type.registers()), "address", address, rule, hint);
    let fits = point.function.bits() == (point_type == PointType::Bit);
    let (rule, hint) = (words::type_of_other_function(), words::types_of_functions());
    found.ensure(fits, "type", point_type.name(), rule, hint);
    check_bits(point_type, bits, found);
    found.factor("scale", scale, words::leave_out_for_1());
    let own = (point.address, point.own_registers(), point.bits);
    let others =
        point.plus.iter().take(index).map(|a| (a.address, a.point_type.registers(), a.bits));
    let counted = std::iter::once(own).chain(others).find(|(other, count, other_bits)| {
        let this = u32::from(address)..u32::from(address) + u32::from(point_type.registers());
        let that = u32::from(*other)..u32::from(*other) + u32::from(*count);
        let shared = this.start < that.end && that.start < this.end;
        let apart = match (bits, other_bits) {
            (Some([low, high]), Some([other_low, other_high])) => {
                address == *other && (high < *other_low || *other_high < low)
            }
            _ => false,
        };
        shared && !apart
    });
    let (rule, hint) = (words::counts_twice(), core_words::remove_one());
    found.ensure(counted.is_none(), "address", address, rule, hint);
}

/// The smallest step of the number of `point`, in its unit; `None` where a part of it has decimals of its own.
pub(super) fn step(point: &Point) -> Option<f64> {
    let own = std::iter::once((point.point_type, 1.0));
    let fraction = point.fraction.map(|fraction| (fraction.point_type, fraction.scale));
    let plus = point.plus.iter().map(|addend| (addend.point_type, addend.scale));
    let mut finest = f64::INFINITY;
    for (point_type, scale) in own.chain(fraction).chain(plus) {
        if matches!(point_type, PointType::F32 | PointType::F64) {
            return None;
        }
        finest = finest.min((scale * point.scale).abs());
    }
    Some(finest).filter(|step| step.is_finite())
}

/// How many steps of the point's unit its register counts before it is full, where nothing else decides its value.
pub(super) fn span(point: &Point) -> Option<f64> {
    let alone = point.plus.is_empty()
        && point.factors.is_empty()
        && point.codes.is_empty()
        && point.fraction.is_none()
        && point.exponent.is_none()
        && point.unit_code.is_none()
        && point.bits.is_none();
    let [low, high] = point.point_type.whole_numbers().filter(|_| alone)?;
    Some((high - low + 1.0) * point.scale.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::parse;

    fn paths(registers_max: u16, plus: &str) -> Vec<String> {
        let profile = parse(&format!(
            "id = 'a'\nname = 'A'\nsource = 'a'\nverified_by = 'a'\nconfidence = 1\n\
             registers_max = {registers_max}\n[[point]]\nparameter = 'power'\nfunction = 3\n\
             address = 10\ntype = 'u32'\nbits = [0, 7]\nunit = 'kW'\nplus = {plus}\n"
        ))
        .unwrap();
        let problems = Problems::of(|found| check(&profile, &profile.points[0], found));
        problems.into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn each_rule_names_its_place() {
        for (plus, path) in [
            ("[{ address = 65535, type = 'u32' }]", "plus[0].address"),
            ("[{ address = 1, scale = 0 }]", "plus[0].scale"),
            ("[{ address = 1, type = 'bit' }]", "plus[0].type"),
            ("[{ address = 1, bits = [0, 16] }]", "plus[0].bits"),
            ("[{ address = 11 }]", "plus[0].address"),
            ("[{ address = 10, type = 'u32', bits = [7, 9] }]", "plus[0].address"),
            ("[{ address = 4 }, { address = 3, type = 'u32' }]", "plus[1].address"),
            ("[{ address = 200 }]", "plus"),
        ] {
            assert_eq!(paths(125, plus), [path], "{plus}");
        }
        assert_eq!(paths(125, "[{ address = 10, type = 'u32', bits = [8, 9] }]"), [""; 0]);
        assert_eq!(paths(4, "[{ address = 7 }, { address = 13 }]"), ["plus"]);
        assert_eq!(paths(4, "[{ address = 8 }, { address = 9 }]"), [""; 0]);
    }

    #[test]
    fn the_step_is_that_of_the_finest_part() {
        let point = |more: &str| -> Point {
            let head = "parameter = 'energy_total'\nfunction = 3\naddress = 0\nunit = 'kWh'\n";
            toml::from_str(&format!("{head}type = 'u16'\nscale = 1000\n{more}")).unwrap()
        };
        assert_eq!(step(&point("")), Some(1000.0));
        assert_eq!(step(&point("fraction = { type = 'u16', scale = 0.0001 }")), Some(0.1));
        assert_eq!(step(&point("plus = [{ address = 3, scale = -0.01 }]")), Some(10.0));
        assert_eq!(step(&point("plus = [{ address = 3, type = 'f32' }]")), None);
        assert_eq!(span(&point("")), Some(65_536_000.0));
        assert_eq!(span(&point("exponent = { address = 3 }")), None);
    }
}
