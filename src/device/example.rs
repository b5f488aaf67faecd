//! What is wrong with the example of a profile: it has to decode to what it says.

use crate::core::Problem;

use super::decode::decode;
use super::profile::{Example, Part, Point, Profile};

/// How far an example's value may lie from what it must decode to, relative. An f32 has seven digits, and examples are
/// written with four or more: engineering judgement.
const TOLERANCE: f64 = 1e-4;

/// What is wrong with `example`, of `profile`.
pub(super) fn check(profile: &Profile, example: &Example, problems: &mut Vec<Problem>) {
    if example.source.trim().is_empty() {
        problems.push(Problem::new(
            "example.source",
            "",
            "must not be empty",
            "say where the registers come from",
        ));
    }
    for name in example.expect.keys() {
        let named = |p: &Point| *name == full_name(p) || name == p.parameter.id();
        if !profile.points.iter().any(named) {
            problems.push(Problem::new(
                format!("example.expect.{name}"),
                "",
                "is no point of this profile",
                "remove it",
            ));
        }
    }
    for point in &profile.points {
        let name = full_name(point);
        let path = format!("example.expect.{name}");
        let expected = example.expect.get(&name);
        let Some(expected) = expected.or_else(|| example.expect.get(point.parameter.id())) else {
            problems.push(Problem::new(
                path,
                "",
                "the example covers each point",
                "add its registers and its value",
            ));
            continue;
        };
        let parts = point.parts();
        let missing = parts.iter().find(|part| words(example, part).is_none());
        if let Some(part) = missing {
            let (first, last) = (part.address, u32::from(part.address) + u32::from(part.count) - 1);
            problems.push(Problem::new(
                path,
                expected,
                format!(
                    "no block of the example holds the registers {first} to {last} that it takes"
                ),
                format!("add an [[example.block]] of function {}", u8::from(part.function)),
            ));
            continue;
        }
        let held: Vec<&[u16]> = parts.iter().filter_map(|part| words(example, part)).collect();
        let rule = match decode(point, &held) {
            Ok(got) if (got - expected).abs() <= TOLERANCE * expected.abs() + 1e-9 => {
                continue;
            }
            Ok(got) => format!("the registers decode to {got}"),
            Err(error) => format!("the registers do not decode: {error}"),
        };
        problems.push(Problem::new(path, expected, rule, "look at type, order and scale"));
    }
}

/// The registers of `part` in the example.
fn words<'a>(example: &'a Example, part: &Part) -> Option<&'a [u16]> {
    example.block.iter().find_map(|block| {
        let start = usize::from(part.address.checked_sub(block.address)?);
        let words = block.words.get(start..start + usize::from(part.count))?;
        (block.function == part.function).then_some(words)
    })
}

/// What an example calls a point.
fn full_name(point: &Point) -> String {
    match &point.channel {
        Some(channel) => format!("{}@{channel}", point.parameter),
        None => point.parameter.id().to_owned(),
    }
}
