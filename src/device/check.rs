//! Every problem of a device profile.

use std::ops::RangeInclusive;

use super::profile::{Point, PointType, Profile, REGISTERS_MAX};
use super::{check_example, check_overlap, check_registers, check_sum, text};
use crate::core::{Kind, Parameter, Problem, Problems};
use crate::locales::{core as core_words, device as words};

/// How many registers a device answers in one request.
const REGISTERS: RangeInclusive<u16> = 1..=REGISTERS_MAX;

/// Adds every problem of `profile`.
pub fn check(profile: &Profile, found: &mut Problems) {
    head(profile, found);
    let mut faulty = Vec::new();
    for (index, point) in profile.points.iter().enumerate() {
        let found = &mut found.item("point", index);
        let before = found.list().len();
        registers(profile, point, found);
        value(point, found);
        counter(point, found);
        check_registers::check(profile, point, found);
        let same = |p: &Point| (p.parameter, &p.channel) == (point.parameter, &point.channel);
        found.ensure(
            !profile.points.iter().take(index).any(same),
            "parameter",
            point.parameter,
            words::parameter_twice(),
            words::parameter_twice_hint(),
        );
        faulty.push(found.list().iter().skip(before).any(spoils_the_number));
    }
    text::check(&profile.texts, profile.registers_max, found);
    let shared = check_overlap::points(profile, found);
    match &profile.example {
        Some(example) => {
            let found = &mut found.at("example");
            check_overlap::blocks(example, &shared, found);
            check_example::check(profile, example, &faulty, found);
        }
        None => found.add("example", "", words::example_required(), words::add_an_example()),
    }
}

/// Whether what a point decodes to follows from `problem`, and need not be compared with the example.
fn spoils_the_number(problem: &Problem) -> bool {
    let beside = ["].valid_range", "].measures", "].channel", "].counter"];
    !beside.iter().any(|key| problem.path.contains(key))
}

fn head(profile: &Profile, found: &mut Problems) {
    found.text("id", &profile.id, words::give_file_name());
    found.text("name", &profile.name, words::say_what_it_is());
    found.text("source", &profile.source, words::say_where_from());
    found.text("verified_by", &profile.verified_by, words::say_who_verified());
    found.within("confidence", profile.confidence, 0.0..=1.0, words::confidence_hint());
    found.within("registers_max", profile.registers_max, REGISTERS, words::no_limit_hint());
    let some = !profile.points.is_empty();
    found.required(some, "point", words::no_point(), words::add_a_point());
}

fn registers(profile: &Profile, point: &Point, found: &mut Problems) {
    let count = point.own_registers();
    found.ensure(
        check_registers::fit(point.address, count),
        "address",
        point.address,
        words::past_last_address(count, u16::MAX),
        words::address_from_manual(),
    );
    // Of a limit that is none itself nothing follows.
    let limited = REGISTERS.contains(&profile.registers_max) && !profile.in_parts;
    found.ensure(
        count <= profile.registers_max || !limited,
        "type",
        point.point_type.name(),
        words::too_many_registers(count),
        words::raise_registers_max_whole(),
    );
}

fn value(point: &Point, found: &mut Problems) {
    let spec = point.parameter.spec();
    found.ensure(
        point.unit.factor_to(spec.unit).is_some(),
        "unit",
        point.unit,
        words::not_convertible_to_parameter(spec.unit.symbol(), spec.id),
        words::correct_unit_or_parameter(),
    );
    let level = point.measures.is_none() || point.parameter == Parameter::Level;
    let (rule, hint) = (words::only_a_level_is_a_distance(), core_words::remove_it());
    found.ensure(level, "measures", "", rule, hint);
    found.factor("scale", point.scale, words::leave_out_for_factor_1());
    found.finite("offset", point.offset, words::leave_out_for_none());
    if let Some(range) = point.valid_range {
        found.span("valid_range", range, words::valid_range_hint());
    }
    sentinels(point, found);
}

/// Adds each number for "no value" that the registers never hold, so that the device's sign would be taken for a value.
fn sentinels(point: &Point, found: &mut Problems) {
    let bcd = matches!(point.point_type, PointType::Bcd16 | PointType::Bcd32 | PointType::Bcd64);
    // What is no decimal digit gives no value anyway.
    let Some([low, high]) = point.point_type.whole_numbers().filter(|_| !bcd) else { return };
    for sentinel in &point.invalid {
        let held = (low..=high).contains(sentinel) && sentinel.fract() == 0.0;
        // As an unsigned number of the same bits, in which manuals write 0xFFFF.
        let unsigned = *sentinel - (high - low + 1.0);
        let hint = match low < 0.0 && sentinel.fract() == 0.0 && (low..0.0).contains(&unsigned) {
            true => words::same_bits_signed(unsigned),
            false => words::numbers_of_type(low, high),
        };
        let rule = words::never_in_register(point.point_type.name());
        found.ensure(held, "invalid", sentinel, rule, hint);
    }
}

fn counter(point: &Point, found: &mut Problems) {
    let spec = point.parameter.spec();
    let Some(counter) = &point.counter else {
        let (rule, hint) = (words::counter_required(spec.id), words::add_a_counter());
        found.required(spec.kind != Kind::Counter, "counter", rule, hint);
        return;
    };
    let found = &mut found.at("counter");
    if spec.kind != Kind::Counter {
        return found.add("", "", words::not_a_counter(spec.id), core_words::remove_it());
    }
    if let Some(modulus) = counter.modulus
        && found.positive("modulus", modulus, words::modulus_hint())
        && let Some(most) = check_sum::span(point)
    {
        let (rule, hint) = (words::modulus_above_register(), words::returns_to_zero_at(most));
        found.ensure(modulus <= most * (1.0 + 1e-9), "modulus", modulus, rule, hint);
    }
    let rate = counter.max_rate_per_hour;
    if found.positive("max_rate_per_hour", rate, words::max_rate_hint())
        && let Some(step) = check_sum::step(point)
    {
        let (rule, hint) = (words::rate_below_step(), words::give_at_least(step));
        found.ensure(rate >= step, "max_rate_per_hour", rate, rule, hint);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::parse;
    use crate::locales::{Lang, within};

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
            ("scale = 0.01", "measures = \"distance\"", "point[0].measures"),
            ("scale = 0.01", "scale = inf", "point[0].scale"),
            ("scale = 0.01", "scale = 0.0", "point[0].scale"),
            (r#"unit = "kWh""#, r#"unit = "V""#, "point[0].unit"),
            ("[0.0, 1000000.0]", "[5.0, 1.0]", "point[0].valid_range"),
            ("modulus = 1000000.0", "modulus = 0.0", "point[0].counter.modulus"),
            ("modulus = 1000000.0", "modulus = 4294967296", "point[0].counter.modulus"),
            ("modulus = 1000000.0", "modulus = 12.3", "example.expect.energy_total"),
            ("[0.0, 1000000.0]", "[0.0, 12.0]", "example.expect.energy_total"),
            ("scale = 0.01", "scale = 0.01\ninvalid = [-1]", "point[0].invalid"),
            ("scale = 0.01", "scale = 0.01\ninvalid = [0.5]", "point[0].invalid"),
            ("address = 8", "address = 65534", "example.block[0].address"),
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
    fn a_problem_is_said_in_both_languages() {
        let text = RIGHT.replace("0, 1234]", "0, 1235]").replace(r#""nobody""#, r#""""#);
        let said = problems(&parse(&text).unwrap());
        let said = Lang::ALL
            .map(|lang| within(lang, || said.iter().map(Problem::to_string).collect::<Vec<_>>()));
        assert_eq!(
            said,
            [
                [
                    "verified_by = \"\"：不能为空；写明谁在真实设备上核对过，没有人核对过也要写明",
                    "example.expect.energy_total = 12.34：这些寄存器解析出来是 12.35；看一看 `type`、`order` 和 `scale`",
                ],
                [
                    "verified_by = \"\": must not be empty; say who has seen it work on a real device, or that nobody has",
                    "example.expect.energy_total = 12.34: the registers decode to 12.35; look at type, order and scale",
                ],
            ]
        );
    }

    #[test]
    fn the_manual_s_unsigned_number_is_said_as_the_signed_one() {
        let text = RIGHT
            .replace("\"u32\"", "\"i32\"")
            .replace("scale = 0.01", "scale = 0.01\ninvalid = [4294967295]");
        let said = problems(&parse(&text).unwrap());
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].hint.to_string().contains("-1"), "{said:?}");
        let right = text.replace("[4294967295]", "[-1, -2147483648, 2147483647]");
        assert_eq!(problems(&parse(&right).unwrap()), []);
    }

    #[test]
    fn a_limit_that_is_none_is_one_problem() {
        assert_eq!(
            paths("confidence = 0.5", "confidence = 0.5\nregisters_max = 0"),
            ["registers_max"]
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
