//! What is wrong with a device profile: all of it at once.

use crate::core::{Kind, Problem};

use super::beside;
use super::example;
use super::plan::REGISTERS_MAX;
use super::profile::{Point, PointType, Profile};

/// Registers have addresses 0 to 65535.
const ADDRESS_END: u32 = 65_536;

/// Every problem of `profile`, with paths inside the profile's file; empty where it is right.
pub fn check(profile: &Profile) -> Vec<Problem> {
    let mut problems = Vec::new();
    head(profile, &mut problems);
    for (index, point) in profile.points.iter().enumerate() {
        let path = format!("point[{index}]");
        registers(profile, point, &path, &mut problems);
        value(point, &path, &mut problems);
        counter(point, &path, &mut problems);
        beside::check(profile, point, &path, &mut problems);
        let same = |p: &Point| (p.parameter, &p.channel) == (point.parameter, &point.channel);
        if profile.points.iter().take(index).any(same) {
            problems.push(Problem::new(
                format!("{path}.parameter"),
                point.parameter,
                "a profile observes each parameter once, or once in each channel",
                "remove one of the points, or name the channel of each",
            ));
        }
    }
    match &profile.example {
        Some(example) => example::check(profile, example, &mut problems),
        None => problems.push(Problem::new(
            "example",
            "",
            "a profile proves itself by an example",
            "add [example] with registers as the device sent them and what they must decode to",
        )),
    }
    problems
}

fn head(profile: &Profile, problems: &mut Vec<Problem>) {
    let texts = [
        ("id", &profile.id, "give the file's name without .toml"),
        ("name", &profile.name, "say what the device is"),
        ("source", &profile.source, "say where the map comes from"),
        (
            "verified_by",
            &profile.verified_by,
            "say who has seen it work on a real device, or that nobody has",
        ),
    ];
    for (path, text, hint) in texts {
        if text.trim().is_empty() {
            problems.push(Problem::new(path, "", "must not be empty", hint));
        }
    }
    if !(0.0..=1.0).contains(&profile.confidence) {
        problems.push(Problem::new(
            "confidence",
            profile.confidence,
            "lies between 0 and 1",
            "0.9 is a maker's manual, 0.5 a guess",
        ));
    }
    if !(1..=REGISTERS_MAX).contains(&profile.registers_max) {
        problems.push(Problem::new(
            "registers_max",
            profile.registers_max,
            "lies between 1 and 125",
            "leave it out where the manual states no limit",
        ));
    }
    if profile.points.is_empty() {
        problems.push(Problem::new(
            "point",
            "",
            "a profile has at least one point",
            "add a [[point]]",
        ));
    }
}

fn registers(profile: &Profile, point: &Point, path: &str, problems: &mut Vec<Problem>) {
    let count = point.registers();
    if u32::from(point.address) + u32::from(count) > ADDRESS_END {
        problems.push(Problem::new(
            format!("{path}.address"),
            point.address,
            format!("{count} registers from here pass the last address, 65535"),
            "addresses count from 0: is this the manual's number?",
        ));
    }
    if count > profile.registers_max {
        problems.push(Problem::new(
            format!("{path}.type"),
            format!("{:?}", point.point_type).to_lowercase(),
            format!("takes {count} registers, more than registers_max allows"),
            "raise registers_max: a value is never read in parts",
        ));
    }
}

fn value(point: &Point, path: &str, problems: &mut Vec<Problem>) {
    let spec = point.parameter.spec();
    if point.unit.factor_to(spec.unit).is_none() {
        problems.push(Problem::new(
            format!("{path}.unit"),
            point.unit,
            format!("cannot be converted to {}, the unit of {}", spec.unit, spec.id),
            "correct the unit or the parameter",
        ));
    }
    if !point.scale.is_finite() || point.scale == 0.0 {
        problems.push(Problem::new(
            format!("{path}.scale"),
            point.scale,
            "is finite and not 0",
            "leave it out for a factor of 1",
        ));
    }
    if !point.offset.is_finite() {
        problems.push(Problem::new(
            format!("{path}.offset"),
            point.offset,
            "is finite",
            "leave it out for none",
        ));
    }
    if let Some([low, high]) = point.valid_range
        && !(low.is_finite() && high.is_finite() && low < high)
    {
        problems.push(Problem::new(
            format!("{path}.valid_range"),
            format!("[{low}, {high}]"),
            "is the smallest and the largest value, in this order",
            "give what the device can measure, in the point's unit",
        ));
    }
}

fn counter(point: &Point, path: &str, problems: &mut Vec<Problem>) {
    let path = format!("{path}.counter");
    let spec = point.parameter.spec();
    let counter = match (&point.counter, spec.kind) {
        (Some(counter), Kind::Counter) => counter,
        (None, Kind::Counter) => {
            problems.push(Problem::new(
                path,
                "",
                format!("{} is a counter", spec.id),
                "add counter = { max_rate_per_hour = ... }",
            ));
            return;
        }
        (Some(_), _) => {
            problems.push(Problem::new(
                path,
                "",
                format!("{} is no counter", spec.id),
                "remove it",
            ));
            return;
        }
        (None, _) => return,
    };
    let positive = |number: f64| number.is_finite() && number > 0.0;
    if let Some(modulus) = counter.modulus
        && !positive(modulus)
    {
        problems.push(Problem::new(
            format!("{path}.modulus"),
            modulus,
            "is above 0",
            "leave it out where the register never returns to zero",
        ));
    }
    let rate = counter.max_rate_per_hour;
    let whole = !matches!(point.point_type, PointType::F32 | PointType::F64);
    if !positive(rate) {
        problems.push(Problem::new(
            format!("{path}.max_rate_per_hour"),
            rate,
            "is above 0",
            "give the most that the register can grow in an hour, in the point's unit",
        ));
    } else if whole && rate < point.scale.abs() {
        problems.push(Problem::new(
            format!("{path}.max_rate_per_hour"),
            rate,
            "is less than one step of the register: each step would look like a jump",
            format!("give at least {}", point.scale.abs()),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    fn paths(from: &str, to: &str) -> Vec<String> {
        let text = RIGHT.replace(from, to);
        assert!(from.is_empty() || text != RIGHT, "{from:?} is not there");
        let profile = parse(&text).unwrap();
        check(&profile).into_iter().map(|p| p.path).collect()
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
    fn each_rule_of_what_lies_beside_names_its_place() {
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
        let problems = check(&parse(&text).unwrap());
        assert_eq!(problems[0].path, "point[0].counter");
    }

    #[test]
    fn a_parameter_twice_and_no_example_are_reported() {
        let mut profile = parse(RIGHT).unwrap();
        profile.points.push(profile.points[0].clone());
        profile.example = None;
        let paths: Vec<String> = check(&profile).into_iter().map(|p| p.path).collect();
        assert_eq!(paths, ["point[1].parameter", "example"]);
    }
}
