//! Registers that cannot be right twice: that belong to two values, or for which the example has two words.

use super::check_registers::fit;
use super::profile::{Example, Function, Point, Profile};
use crate::core::Problems;
use crate::locales::device as words;

/// A run of registers that holds one number.
#[derive(Clone, Copy, PartialEq)]
struct Number {
    function: Function,
    first: u16,
    /// Address behind the last register.
    end: u32,
    /// Whether only some of its bits are the number.
    bits: bool,
}

impl Number {
    /// The first register that the two have in common.
    fn shares(&self, other: &Number) -> Option<u16> {
        let first = self.first.max(other.first);
        let shared = self.function == other.function && u32::from(first) < self.end.min(other.end);
        shared.then_some(first)
    }
}

/// The numbers that a point is the sum of.
fn numbers(point: &Point) -> Vec<Number> {
    let number = |first: u16, count: u16, bits: bool| {
        let end = u32::from(first) + u32::from(count);
        Number { function: point.function, first, end, bits }
    };
    let own = point.point_type.registers();
    let mut all = vec![number(point.address, own, point.bits.is_some())];
    if let Some(fraction) = &point.fraction {
        let first = point.address.saturating_add(own);
        all.push(number(first, fraction.point_type.registers(), false));
    }
    let addends = point.plus.iter();
    all.extend(addends.map(|a| number(a.address, a.point_type.registers(), a.bits.is_some())));
    all
}

/// Adds each register that two points take for different numbers. Returns them.
pub(super) fn points(profile: &Profile, found: &mut Problems) -> Vec<(Function, u16)> {
    let mut shared = Vec::new();
    for (index, point) in profile.points.iter().enumerate() {
        for earlier in profile.points.iter().take(index) {
            let pairs = numbers(point)
                .into_iter()
                .flat_map(|number| numbers(earlier).into_iter().map(move |other| (number, other)));
            let wrong = pairs.filter_map(|(number, other)| {
                let register = number.shares(&other)?;
                let same = (number.first, number.end) == (other.first, other.end);
                (!same && !number.bits && !other.bits).then_some((number, register))
            });
            let Some((number, register)) = wrong.min_by_key(|(_, register)| *register) else {
                continue;
            };
            let rule = words::register_of_two_values(
                register,
                earlier.parameter.id(),
                point.parameter.id(),
            );
            let hint = words::one_address_is_wrong();
            found.item("point", index).add("address", point.address, rule, hint);
            shared.push((number.function, register));
        }
    }
    shared
}

/// Adds each register for which two blocks of `example` have different words, but for the registers `known` to be
/// wrong.
pub(super) fn blocks(example: &Example, known: &[(Function, u16)], found: &mut Problems) {
    for (index, block) in example.block.iter().enumerate() {
        let count = u16::try_from(block.words.len()).unwrap_or(u16::MAX);
        let rule = words::past_last_address(count, u16::MAX);
        let (fits, hint) = (fit(block.address, count), words::address_from_manual());
        found.item("block", index).ensure(fits, "address", block.address, rule, hint);
        let words_of = |block: &super::ExampleBlock| {
            let addresses = block.address..=u16::MAX;
            addresses.zip(block.words.clone()).collect::<Vec<(u16, u16)>>()
        };
        for (other, earlier) in example.block.iter().enumerate().take(index) {
            if earlier.function != block.function {
                continue;
            }
            let held = words_of(earlier);
            let two = words_of(block).into_iter().find_map(|(address, word)| {
                let (_, first) = held.iter().find(|(a, w)| *a == address && *w != word)?;
                Some((address, *first, word))
            });
            let Some((address, first, word)) = two else { continue };
            if known.contains(&(block.function, address)) {
                continue;
            }
            let place = found.path(format_args!("block[{other}]"));
            let [first, word] = [first, word].map(|word| format!("{word:04X}"));
            let rule = words::two_words(address, word, first, place);
            found.item("block", index).add("words", "", rule, words::two_words_hint());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{check, parse, shipped};

    const HEAD: &str = "id = 'a'\nname = 'A'\nsource = 'a'\nverified_by = 'a'\nconfidence = 1\n";

    fn said(points: &str, blocks: &str, expect: &str) -> Vec<String> {
        let text = format!(
            "{HEAD}{points}[example]\nsource = 'a'\nblock = [{blocks}]\nexpect = {{ {expect} }}\n"
        );
        let found = Problems::of(|found| check(&parse(&text).unwrap(), found));
        found.iter().map(ToString::to_string).collect()
    }

    fn point(parameter: &str, more: &str) -> String {
        let unit = if parameter == "flow" { "m3/h" } else { "kW" };
        format!("[[point]]\nparameter = '{parameter}'\nfunction = 3\nunit = '{unit}'\n{more}\n")
    }

    #[test]
    fn two_words_for_one_register_are_named() {
        let points = point("flow", "address = 0\ntype = 'f32'")
            + &point("power", "address = 1\ntype = 'f32'");
        let blocks = "{ function = 3, address = 0, words = [0x4367, 0x6666] }, \
                      { function = 3, address = 1, words = [0x4638, 0xEA00] }";
        let all = said(&points, blocks, "flow = 231.4, power = 11834.5");
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(
            all[0].contains("point[1].address = 1") && all[0].contains("register 1 "),
            "{all:?}"
        );
        // With one value the registers of the other block are of no value, and still wrong.
        let all = said(&point("flow", "address = 0\ntype = 'f32'"), blocks, "flow = 231.4");
        assert_eq!(all.len(), 1, "{all:?}");
        for part in ["example.block[1].words", "register 1", "4638", "6666", "example.block[0]"] {
            assert!(all[0].contains(part), "{part}: {all:?}");
        }
        let again = "{ function = 3, address = 0, words = [0x4367, 0x6666] }, \
                     { function = 3, address = 1, words = [0x6666] }, \
                     { function = 4, address = 1, words = [0x4638] }";
        assert_eq!(
            said(&point("flow", "address = 0\ntype = 'f32'"), again, "flow = 231.4"),
            [""; 0]
        );
    }

    #[test]
    fn bits_and_equal_registers_may_serve_two_values() {
        let both = |a: &str, b: &str| {
            let text = format!("{HEAD}{}{}", point("flow", a), point("power", b));
            points(&parse(&text).unwrap(), &mut Problems::default()).len()
        };
        assert_eq!(both("address = 0\ntype = 'u32'", "address = 0\ntype = 'u32'"), 0);
        assert_eq!(both("address = 0\ntype = 'u32'", "address = 1\ntype = 'u16'"), 1);
        assert_eq!(
            both("address = 0\ntype = 'u32'", "address = 1\ntype = 'u16'\nbits = [0, 3]"),
            0
        );
        assert_eq!(
            both(
                "address = 0\ntype = 'u16'\nplus = [{ address = 4, type = 'u32' }]",
                "address = 2\ntype = 'u32'"
            ),
            0
        );
        assert_eq!(
            both(
                "address = 0\ntype = 'u16'\nplus = [{ address = 4, type = 'u32' }]",
                "address = 3\ntype = 'u32'"
            ),
            1
        );
    }

    #[test]
    fn no_shipped_profile_takes_a_register_twice() {
        for (id, text) in shipped() {
            let profile = parse(text).unwrap();
            let problems = Problems::of(|found| {
                points(&profile, found);
            });
            assert_eq!(problems, [], "{id}");
        }
    }
}
