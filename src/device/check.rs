//! Every problem of a device profile.

use std::ops::RangeInclusive;

use super::check_example;
use super::check_registers;
use super::profile::{Point, PointType, Profile, REGISTERS_MAX};
use crate::core::{Kind, Problems};

/// How many registers a device answers in one request.
const REGISTERS: RangeInclusive<u16> = 1..=REGISTERS_MAX;

/// Adds every problem of `profile`.
pub fn check(profile: &Profile, found: &mut Problems) {
    head(profile, found);
    for (index, point) in profile.points.iter().enumerate() {
        let found = &mut found.item("point", index);
        registers(profile, point, found);
        value(point, found);
        counter(point, found);
        check_registers::check(profile, point, found);
        let same = |p: &Point| (p.parameter, &p.channel) == (point.parameter, &point.channel);
        found.ensure(
            !profile.points.iter().take(index).any(same),
            "parameter",
            point.parameter,
            "a profile observes each parameter once, or once in each channel",
            "remove one of the points, or name the channel of each",
        );
    }
    match &profile.example {
        Some(example) => check_example::check(profile, example, &mut found.at("example")),
        None => found.add(
            "example",
            "",
            "is required: a profile proves itself by an example",
            "add [example] with registers as the device sent them and what they must decode to",
        ),
    }
}

fn head(profile: &Profile, found: &mut Problems) {
    found.text("id", &profile.id, "give the file's name without .toml");
    found.text("name", &profile.name, "say what the device is");
    found.text("source", &profile.source, "say where the map comes from");
    let hint = "say who has seen it work on a real device, or that nobody has";
    found.text("verified_by", &profile.verified_by, hint);
    let hint = "0.9 is a maker's manual, 0.5 a guess";
    found.within("confidence", profile.confidence, 0.0..=1.0, hint);
    let hint = "leave it out where the manual states no limit";
    found.within("registers_max", profile.registers_max, REGISTERS, hint);
    let rule = "a profile has at least one point";
    found.required(!profile.points.is_empty(), "point", rule, "add a [[point]]");
}

fn registers(profile: &Profile, point: &Point, found: &mut Problems) {
    let count = point.registers();
    found.ensure(
        check_registers::fit(point.address, count),
        "address",
        point.address,
        format!("{count} registers from here pass the last address, {}", u16::MAX),
        "addresses count from 0: is this the manual's number?",
    );
    found.ensure(
        count <= profile.registers_max,
        "type",
        point.point_type.name(),
        format!("takes {count} registers, more than registers_max allows"),
        "raise registers_max: a value is never read in parts",
    );
}

fn value(point: &Point, found: &mut Problems) {
    let spec = point.parameter.spec();
    found.ensure(
        point.unit.factor_to(spec.unit).is_some(),
        "unit",
        point.unit,
        format!("cannot be converted to {}, the unit of {}", spec.unit, spec.id),
        "correct the unit or the parameter",
    );
    found.factor("scale", point.scale, "leave it out for a factor of 1");
    found.finite("offset", point.offset, "leave it out for none");
    if let Some(range) = point.valid_range {
        found.span("valid_range", range, "give what the device can measure, in the point's unit");
    }
}

fn counter(point: &Point, found: &mut Problems) {
    let spec = point.parameter.spec();
    let Some(counter) = &point.counter else {
        let rule = format!("is required: {} is a counter", spec.id);
        let hint = "add counter = { max_rate_per_hour = ... }";
        found.required(spec.kind != Kind::Counter, "counter", rule, hint);
        return;
    };
    let found = &mut found.at("counter");
    if spec.kind != Kind::Counter {
        return found.add("", "", format!("{} is not a counter", spec.id), "remove it");
    }
    if let Some(modulus) = counter.modulus {
        found.positive("modulus", modulus, "leave it out where the register never returns to zero");
    }
    let rate = counter.max_rate_per_hour;
    let hint = "give the most that the register can grow in an hour, in the point's unit";
    let whole = !matches!(point.point_type, PointType::F32 | PointType::F64);
    let step = point.scale.abs();
    if found.positive("max_rate_per_hour", rate, hint) && whole {
        let rule = "is less than one step of the register: each step would look like a jump";
        found.ensure(
            rate >= step,
            "max_rate_per_hour",
            rate,
            rule,
            format!("give at least {step}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::Problem;
    use crate::device::parse;

    const RIGHT: &str = r#"
id = "meter"
name = "A meter"
source = "its manual"
verified_by = "nobody"
confidence = 0.5
[[point]]
parameter = "energy_total"
function = 3
address = 10
type = "u32"
scale = 0.01
unit = "kWh"
valid_range = [0.0, 1000000.0]
counter = { modulus = 1000000.0, max_rate_per_hour = 60.0 }
[example]
source = "by hand"
[[example.block]]
function = 3
address = 8
words = [0, 0, 0, 1234]
[example.expect]
energy_total = 12.34
"#;

    fn problems(profile: &Profile) -> Vec<Problem> {
        Problems::of(|found| check(profile, found))
    }

    fn paths(from: &str, to: &str) -> Vec<String> {
        let text = RIGHT.replace(from, to);
        assert!(from.is_empty() || text != RIGHT, "{from:?} is not there");
        let profile = parse(&text).unwrap();
        problems(&profile).into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn a_right_profile_has_no_problem() {
        assert!(paths("", "").is_empty());
    }

    #[test]
    fn each_rule_names_its_place() {
        let cases = [
            (r#"name = "A meter""#, r#"name = " ""#, "name"),
            (r#""nobody""#, r#""""#, "verified_by"),
            ("confidence = 0.5", "confidence = 1.5", "confidence"),
            ("confidence = 0.5", "confidence = 0.5\nregisters_max = 126", "registers_max"),
            ("confidence = 0.5", "confidence = 0.5\nregisters_max = 1", "point[0].type"),
            ("scale = 0.01", "scale = inf", "point[0].scale"),
            ("scale = 0.01", "scale = 0.0", "point[0].scale"),
            (r#"unit = "kWh""#, r#"unit = "V""#, "point[0].unit"),
            ("[0.0, 1000000.0]", "[5.0, 1.0]", "point[0].valid_range"),
            ("modulus = 1000000.0", "modulus = 0.0", "point[0].counter.modulus"),
            (
                "max_rate_per_hour = 60.0",
                "max_rate_per_hour = 0.001",
                "point[0].counter.max_rate_per_hour",
            ),
            ("address = 10", "address = 65535", "point[0].address"),
            ("1234]", "1235]", "example.expect.energy_total"),
            ("0, 1234]", "1234]", "example.expect.energy_total"),
            ("energy_total = 12.34", "voltage = 1.0", "example.expect.voltage"),
        ];
        for (from, to, path) in cases {
            let got = paths(from, to);
            assert!(got.iter().any(|p| p == path), "{to}: {got:?}");
        }
    }

    #[test]
    fn each_rule_of_registers_names_its_place() {
        let cases = [
            ("bits = [0, 32]", "bits"),
            ("bits = [3, 1]", "bits"),
            ("channel = ' '", "channel"),
            ("codes = [{ code = 1, value = 1 }, { code = 1, value = 0 }]", "codes[1].code"),
            ("codes = [{ code = nan, value = 1 }]", "codes[0]"),
            ("fraction = { type = 'f32', scale = 0 }", "fraction.scale"),
            ("fraction = { type = 'bit' }", "fraction"),
            ("exponent = { address = 3, range = [-3, 13] }", "exponent.range"),
            ("factors = [{ address = 65535, type = 'u32' }]", "factors[0].address"),
            ("factors = [{ address = 1, scale = 0 }]", "factors[0].scale"),
            ("factors = [{ address = 1, function = 1 }]", "factors[0].type"),
            ("requires = [{ address = 1 }]", "requires[0].range"),
            ("requires = [{ address = 1, range = [5, 1] }]", "requires[0].range"),
            ("requires = [{ address = 1, bits = [0, 16], range = [0, 1] }]", "requires[0].bits"),
            ("unit_code = { address = 2, units = [] }", "unit_code.units"),
            (
                "unit_code = { address = 2, units = [{ code = 1, unit = 'V' }] }",
                "unit_code.units[0].unit",
            ),
            (
                "unit_code = { address = 2, units = [{ code = 1, unit = 'Wh' }, { code = 1, unit = 'kWh' }] }",
                "unit_code.units[1].code",
            ),
            (
                "unit_code = { address = 2, function = 1, units = [{ code = 1, unit = 'Wh' }] }",
                "unit_code.function",
            ),
        ];
        for (line, path) in cases {
            let got = paths("scale = 0.01", &format!("scale = 0.01\n{line}"));
            let path = format!("point[0].{path}");
            assert!(got.contains(&path), "{line}: {got:?}");
        }
        assert!(
            paths("function = 3\naddress = 10", "function = 1\naddress = 10")
                .contains(&"point[0].type".to_owned())
        );
    }

    #[test]
    fn a_counter_is_required_where_it_belongs_and_nowhere_else() {
        let line = "counter = { modulus = 1000000.0, max_rate_per_hour = 60.0 }";
        assert_eq!(paths(line, ""), ["point[0].counter"]);
        let text = RIGHT.replace("energy_total", "power").replace("kWh", "kW");
        let problems = problems(&parse(&text).unwrap());
        assert_eq!(problems[0].path, "point[0].counter");
    }

    #[test]
    fn a_parameter_twice_and_no_example_are_reported() {
        let mut profile = parse(RIGHT).unwrap();
        profile.points.push(profile.points[0].clone());
        profile.example = None;
        let paths: Vec<String> = problems(&profile).into_iter().map(|p| p.path).collect();
        assert_eq!(paths, ["point[1].parameter", "example"]);
    }
}
