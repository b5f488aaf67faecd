//! Units as offices write them, and their conversion to the ledger's. A unit is never guessed from the number.

mod table;

use std::sync::LazyLock;

use table::{COUNTS_OF_OTHERS, FUELS, MASSES, MULTIPLES, UNITS, WATER_BY_MASS};

use super::number::half_width;
use crate::account::EntryCode;
use crate::locales::{Lang, Text, cells as words, ledger};

/// A value in the unit of its code.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Converted {
    pub value: f64,
    /// How it was converted, where it was: 1.2 万元 = 12000 元; 1 吨 = 1351.35 升（0.74 千克/升）.
    pub said: Option<Text>,
}

/// Why a value cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum UnitFault {
    /// No unit is written where there has to be one.
    Missing,
    /// It is no unit of this code.
    Other,
    /// It is a unit of something else that sounds alike: 台次 for 辆, 人次 for 人.
    OtherCount,
}

/// Converted values are rounded to six decimals, which removes the rounding error of the multiplication.
const ROUNDING: f64 = 1e6;

/// Units of a code that a message names.
const NAMED: usize = 12;

impl UnitFault {
    /// The rule that a `written` unit breaks for `code`, and the way out.
    pub fn rule_and_hint(&self, written: &str, code: EntryCode) -> (Text, Text) {
        let unit = code.unit();
        let rule = ledger::unit_of_code(code.id(), code.name(), unit);
        match self {
            Self::Missing => (rule, ledger::check_and_write_unit(unit)),
            Self::Other => {
                let others = taken_for(code);
                let hint = if others.is_empty() {
                    ledger::convert_value(unit)
                } else {
                    ledger::convert_value_or(unit, Text::list(others))
                };
                (rule, hint)
            }
            Self::OtherCount => {
                let other = code_of_count(written, code);
                let hint = match other {
                    Some(other) => words::enter_other_count(other.name(), unit),
                    None => words::count_anew(unit),
                };
                (words::other_count(written, code.name(), unit), hint)
            }
        }
    }
}

/// `value` in the unit `written` as a value of `code`.
pub(super) fn convert(value: f64, written: &str, code: EntryCode) -> Result<Converted, UnitFault> {
    if written == code.unit() {
        return Ok(Converted { value, said: None });
    }
    let plain = plain(written);
    if plain.is_empty() {
        return Err(UnitFault::Missing);
    }
    let Some(found) = conversion(&plain, code) else {
        let other = counts_other(&plain, code.unit());
        return Err(if other { UnitFault::OtherCount } else { UnitFault::Other });
    };
    let converted = (value * found.factor * ROUNDING).round() / ROUNDING;
    // A value too large to be rounded is none that an office has.
    if value.is_finite() && !converted.is_finite() {
        return Err(UnitFault::Other);
    }
    let (written, unit) = (written.trim(), code.unit());
    let said = match found.how {
        How::Same => return Ok(Converted { value, said: None }),
        How::Factor => words::converted(value, written, converted, unit),
        How::Density(kg) => words::converted_by_density(value, written, converted, unit, kg),
        How::WaterByMass => words::converted_water(value, written, converted, unit),
    };
    Ok(Converted { value: converted, said: Some(said) })
}

/// Whether `text` is a unit in which a value of some code can be written.
pub(super) fn is_unit(text: &str) -> bool {
    let plain = plain(text);
    let known = |base: &str| {
        KNOWN.binary_search_by(|known| known.as_str().cmp(base)).is_ok()
            || COUNTS_OF_OTHERS.iter().any(|(_, others)| others.contains(&base))
    };
    !plain.is_empty() && (known(&plain) || multiples(&plain).any(|(_, base)| known(base)))
}

/// Units of all codes, as [`plain`] has them.
static KNOWN: LazyLock<Vec<String>> = LazyLock::new(|| {
    let tables = UNITS
        .iter()
        .flat_map(|(_, rows)| rows.iter())
        .chain(MASSES)
        .map(|(unit, _)| (*unit).to_owned());
    let own = EntryCode::ALL.iter().flat_map(|code| {
        let name = code.unit_name();
        [plain(code.unit()), plain(&name.within(Lang::Chinese)), plain(&name.within(Lang::English))]
    });
    let mut known: Vec<String> = tables.chain(own).collect();
    known.sort_unstable();
    known.dedup();
    known
});

/// How a unit becomes the ledger's.
struct Conversion {
    factor: f64,
    how: How,
}

enum How {
    Same,
    Factor,
    /// Kilograms in a litre.
    Density(f64),
    WaterByMass,
}

/// A unit without what is only a way of writing it: blanks, width and case of letters, dots, brackets, raised digits.
fn plain(text: &str) -> String {
    let half = half_width(text);
    let half = half.trim();
    let unit = half.strip_prefix("单位:").unwrap_or(half);
    let mut plain = String::new();
    for c in unit.chars() {
        match c {
            ' ' | '·' | '•' | '⋅' | '∙' | '・' | '.' | '(' | ')' | '/' | ':' | '^' | '_' | ',' =>
                {}
            '²' => plain.push('2'),
            '³' => plain.push('3'),
            '㎡' => plain.push_str("m2"),
            '㎥' => plain.push_str("m3"),
            '㏊' => plain.push_str("ha"),
            '㎞' => plain.push_str("km"),
            '㎢' => plain.push_str("km2"),
            '㎜' => plain.push_str("mm"),
            '㎝' => plain.push_str("cm"),
            '㎏' => plain.push_str("kg"),
            '萬' => plain.push('万'),
            '億' => plain.push('亿'),
            '噸' => plain.push('吨'),
            '畝' => plain.push('亩'),
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

/// What 万, 亿 and the like before a unit leave of it, with their factor.
fn multiples(plain: &str) -> impl Iterator<Item = (f64, &str)> {
    MULTIPLES.iter().filter_map(move |(multiple, factor)| {
        let base = plain.strip_prefix(multiple)?;
        (!base.is_empty()).then_some((*factor, base))
    })
}

fn conversion(plain: &str, code: EntryCode) -> Option<Conversion> {
    if let Some(found) = of_base(plain, code) {
        return Some(found);
    }
    multiples(plain).find_map(|(multiple, base)| {
        let Conversion { factor, how } = of_base(base, code)?;
        let how = if matches!(how, How::Same) { How::Factor } else { how };
        Some(Conversion { factor: factor * multiple, how })
    })
}

/// The conversion of a unit without 万 or 亿.
fn of_base(base: &str, code: EntryCode) -> Option<Conversion> {
    let name = code.unit_name();
    let is_own = base == self::plain(code.unit())
        || base == self::plain(&name.within(Lang::Chinese))
        || base == self::plain(&name.within(Lang::English));
    if is_own {
        return Some(Conversion { factor: 1.0, how: How::Same });
    }
    let rows =
        UNITS.iter().find(|(unit, _)| *unit == code.unit()).map_or(&[][..], |(_, rows)| rows);
    if let Some((_, factor)) = rows.iter().find(|(unit, _)| *unit == base) {
        // One of a kind is the same, whatever it is called.
        let how = if *factor == 1.0 { How::Same } else { How::Factor };
        return Some(Conversion { factor: *factor, how });
    }
    let (_, kg) = MASSES.iter().find(|(unit, _)| *unit == base)?;
    if let Some((_, density)) = FUELS.iter().find(|(fuel, _)| *fuel == code) {
        return Some(Conversion { factor: kg / density, how: How::Density(*density) });
    }
    // A cubic metre of water has a tonne.
    let is_water = code.unit() == WATER_BY_MASS;
    is_water.then_some(Conversion { factor: kg / 1000.0, how: How::WaterByMass })
}

/// Whether the unit counts something else than a code of `unit` does.
fn counts_other(plain: &str, unit: &str) -> bool {
    let Some((_, others)) = COUNTS_OF_OTHERS.iter().find(|(own, _)| *own == unit) else {
        return false;
    };
    others.contains(&plain) || multiples(plain).any(|(_, base)| others.contains(&base))
}

/// The code that has what `written` counts, where another code of the same thing has: 送水车次 beside 机动运水车辆.
pub(super) fn code_of_count(written: &str, code: EntryCode) -> Option<EntryCode> {
    let plain = plain(written);
    let base = multiples(&plain).map(|(_, base)| base).next().unwrap_or(&plain);
    table::OTHER_COUNTS
        .iter()
        .find_map(|(own, units, other)| (*own == code && units.contains(&base)).then_some(*other))
}

/// The units beside its own that a value of `code` may have.
fn taken_for(code: EntryCode) -> Vec<&'static str> {
    let rows =
        UNITS.iter().find(|(unit, _)| *unit == code.unit()).map_or(&[][..], |(_, rows)| rows);
    let by_mass = FUELS.iter().any(|(fuel, _)| *fuel == code) || code.unit() == WATER_BY_MASS;
    let masses = MASSES.iter().filter(|_| by_mass).map(|(unit, _)| *unit);
    let own = self::plain(code.unit());
    let others = rows.iter().map(|(unit, _)| *unit).chain(masses).filter(|unit| *unit != own);
    others.take(NAMED).collect()
}

/// The units that a value of `code` may have: the ledger's own first, then one of each size that offices write.
pub fn units(code: EntryCode) -> Vec<String> {
    let own = code.unit();
    let tens = ["万元", "万亩"].into_iter().filter(|unit| unit.strip_prefix('万') == Some(own));
    let mut sizes = vec![1.0];
    let mut units = vec![own.to_owned()];
    for unit in taken_for(code).into_iter().chain(tens) {
        let Ok(converted) = convert(1.0, unit, code) else { continue };
        if converted.said.is_some() && !sizes.contains(&converted.value) {
            sizes.push(converted.value);
            units.push(unit.to_owned());
        }
    }
    units
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
