//! The value of a cell in the ledger's unit.

use super::number::{self, NumberFault};
use super::plain::{fault, line, squash};
use super::{unit, words};
use crate::account::EntryCode;
use crate::ledger::book::Cell;
use crate::ledger::value::{VALUE_MAX, refused_value};
use crate::locales::{Text, ledger as places, understanding as says};

/// A number as it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    /// With 万 and 亿 multiplied out.
    pub value: f64,
    /// The unit in the cell, without 万 and 亿.
    pub unit: String,
    /// The cell, squashed.
    text: String,
    /// Whether 万 or 亿 was multiplied out.
    scaled: bool,
    /// What the sheet holds, where it shows something else.
    pub stored: Option<f64>,
    /// Half a unit of its last place.
    pub half: f64,
}

impl Amount {
    /// As it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether 万 or 亿 was multiplied out.
    pub fn is_scaled(&self) -> bool {
        self.scaled
    }
}

/// Half a unit of the last place of a number as it is written.
fn half_place(text: &str) -> f64 {
    let digits = text.split('.').nth(1).unwrap_or_default();
    let places = digits.chars().take_while(char::is_ascii_digit).count();
    0.5 * 10_f64.powi(-i32::try_from(places).unwrap_or(0)) * words::scale_in(text)
}

/// The number in `cell`; else the rule that it breaks, and the way out.
pub(super) fn amount(cell: &Cell) -> Result<Amount, (Text, Text)> {
    let text = squash(&line(cell));
    let half = half_place(&text);
    let (value, unit, scaled, stored) = match cell {
        Cell::Empty => return Err(NumberFault::Missing.rule_and_hint()),
        Cell::Number(value) => (*value, String::new(), false, None),
        Cell::Shown(shown) => {
            let (factor, unit) = words::scaled(&shown.unit);
            let stored = Some(shown.stored).filter(|stored| *stored != shown.value);
            let stored = stored.or_else(|| (!shown.unit.is_empty()).then_some(shown.stored));
            (shown.value * factor, unit.to_owned(), factor != 1.0, stored)
        }
        Cell::Text(whole) => {
            let quantity = match number::quantity_in_lines(whole) {
                Err(NumberFault::Several) => Err(NumberFault::Several),
                _ => number::quantity(&line(cell)),
            };
            let quantity = quantity.map_err(|fault| fault.rule_and_hint())?;
            (quantity.value, quantity.unit, words::scale_in(&text) != 1.0, None)
        }
        Cell::Day(_) | Cell::Moment(_) | Cell::Month(_) => {
            return Err(NumberFault::NotANumber.rule_and_hint());
        }
        Cell::Fault(found) => return Err(fault(found)),
    };
    let fault = if !value.is_finite() {
        Some(NumberFault::NotFinite.rule_and_hint())
    } else if value < 0.0 {
        Some(NumberFault::Negative.rule_and_hint())
    } else if value > VALUE_MAX {
        Some((says::too_large(VALUE_MAX), places::check_number()))
    } else {
        None
    };
    match fault {
        Some(fault) => Err(fault),
        None => Ok(Amount { value, unit, text, scaled, stored, half }),
    }
}

/// The units that may be written for a value, the nearest first.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Units<'a> {
    pub column: Option<&'a str>,
    /// Behind the item's name: 汽油（升）.
    pub item: Option<&'a str>,
    pub head: Option<&'a str>,
    pub title: Option<&'a str>,
}

/// Why a value has no unit in which it can be taken.
pub(super) enum UnitTrouble {
    /// Of the unit that is written: rule and way out.
    Unit(String, Text, Text),
    /// Of the value.
    Value(Text, Text),
}

/// A value in the ledger's unit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Taken {
    pub value: f64,
    pub unit: String,
    pub said: Option<Text>,
}

/// Whether two units are the same for `code`; `None` where one of them is none of it.
fn same(one: &str, other: &str, code: EntryCode) -> Option<bool> {
    let of = |unit| unit::convert(1.0, unit, code).ok();
    Some(of(one)?.value == of(other)?.value)
}

/// `amount` as a value of `code`.
pub(super) fn in_unit(
    amount: &Amount,
    units: Units<'_>,
    code: EntryCode,
) -> Result<Taken, UnitTrouble> {
    let cell = Some(amount.unit.as_str()).filter(|unit| !unit.is_empty());
    // A cell may repeat the unit beside it: 1.2万元 in a row of 万元.
    let repeats = |unit: &str| cell.is_some() && amount.text.ends_with(&squash(unit));
    let written =
        cell.or(units.column).or(units.item).or(units.head).or(units.title).unwrap_or_default();
    // 12O is no number, where its unit is named elsewhere.
    let named = [units.column, units.item, units.head, units.title].into_iter().flatten().next();
    if named.is_some() && cell.is_some_and(|unit| !unit::is_unit(unit)) {
        let (rule, hint) = NumberFault::NotANumber.rule_and_hint();
        return Err(UnitTrouble::Value(rule, hint));
    }
    let contradiction = |unit: &str| {
        let differs = squash(unit) != squash(written) && same(unit, written, code) != Some(true);
        differs && !repeats(unit)
    };
    for unit in [units.column, units.item, units.head].into_iter().flatten() {
        if contradiction(unit) {
            let rule = says::units_contradict(written, unit);
            return Err(UnitTrouble::Unit(written.to_owned(), rule, says::write_one_unit()));
        }
    }
    if let Some(title) = units.title
        && same(title, written, code) == Some(false)
        && !repeats(title)
    {
        let rule = says::units_contradict(written, title);
        return Err(UnitTrouble::Unit(written.to_owned(), rule, says::write_one_unit()));
    }
    if amount.scaled && cell.is_none() && words::scaled(written).0 != 1.0 {
        let rule = says::scaled_twice(&amount.text, written);
        return Err(UnitTrouble::Value(rule, says::write_scale_once()));
    }
    let converted = unit::convert(amount.value, written, code).map_err(|fault| {
        let (rule, hint) = fault.rule_and_hint(written, code);
        UnitTrouble::Unit(written.to_owned(), rule, hint)
    })?;
    Ok(Taken { value: converted.value, unit: written.to_owned(), said: converted.said })
}

/// What cannot be of a value of `code`: a share above 100 %, a share that may be a fraction, half a person.
pub(super) fn implausible(value: f64, amount: &Amount, code: EntryCode) -> Option<(Text, Text)> {
    if let Some(fault) = refused_value(code, value) {
        return Some((fault.rule, fault.hint));
    }
    // 0.86 is 0.86 % or 86 %, unless the cell says %.
    if code.unit() == "%" && value > 0.0 && value < 1.0 && amount.unit.is_empty() {
        let (as_it_is, times_100) = (format!("{value}%"), format!("{}%", round(value * 100.0)));
        return Some((says::share_or_fraction(&as_it_is, &times_100), says::write_percent()));
    }
    None
}

fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
