//! Problems of a profile's example: it has to decode to what it says.

use super::decode::decode;
use super::profile::{Example, Part, Point, Profile};
use crate::core::Problems;
use crate::locales::{core as core_words, device as words};

/// Relative error allowed: an f32 has seven digits, and examples have four or more. Engineering judgement.
const TOLERANCE: f64 = 1e-4;

/// Adds what is wrong with `example`, of `profile`.
pub(super) fn check(profile: &Profile, example: &Example, found: &mut Problems) {
    found.text("source", &example.source, words::say_where_registers_from());
    for name in example.expect.keys() {
        let named = |p: &Point| *name == full_name(p) || name == p.parameter.id();
        let known = profile.points.iter().any(named);
        let key = format_args!("expect.{name}");
        found.ensure(known, key, "", words::not_a_point(), core_words::remove_it());
    }
    for point in &profile.points {
        let name = full_name(point);
        let key = format!("expect.{name}");
        let expected = example.expect.get(&name);
        let Some(expected) = expected.or_else(|| example.expect.get(point.parameter.id())) else {
            let (rule, hint) = (words::point_without_example(), words::add_registers_and_value());
            found.add(key, "", rule, hint);
            continue;
        };
        let parts = point.parts();
        if let Some(part) = parts.iter().find(|part| words(example, part).is_none()) {
            let (first, last) = (part.address, u32::from(part.address) + u32::from(part.count) - 1);
            let rule = words::no_block_holds(first, last);
            let hint = words::add_a_block(u8::from(part.function));
            found.add(key, expected, rule, hint);
            continue;
        }
        let held: Vec<&[u16]> = parts.iter().filter_map(|part| words(example, part)).collect();
        let rule = match decode(point, &held) {
            Ok(got) if (got - expected).abs() <= TOLERANCE * expected.abs() + 1e-9 => continue,
            Ok(got) => words::decodes_to(got),
            Err(error) => words::not_decoded(error.text()),
        };
        found.add(key, expected, rule, words::look_at_type());
    }
}

fn words<'a>(example: &'a Example, part: &Part) -> Option<&'a [u16]> {
    example.block.iter().find_map(|block| {
        let start = usize::from(part.address.checked_sub(block.address)?);
        let words = block.words.get(start..start + usize::from(part.count))?;
        (block.function == part.function).then_some(words)
    })
}

fn full_name(point: &Point) -> String {
    match &point.channel {
        Some(channel) => format!("{}@{channel}", point.parameter),
        None => point.parameter.id().to_owned(),
    }
}
