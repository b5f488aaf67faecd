//! A number as somebody types it into a form, beside the unit that she chooses: read as a cell of a file is.

use super::number::{self, NumberFault};
use super::unit::{self, UnitFault};
use super::value::{self, UnitTrouble, Units};
use crate::account::EntryCode;
use crate::ledger::book::Cell;
use crate::ledger::value::refused_value;
use crate::locales::Text;

/// A value in the ledger's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedValue {
    pub value: f64,
    /// How it was converted, where it was.
    pub said: Option<Text>,
}

/// Why a number is none of an item.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueFault {
    Missing,
    /// With 约, 余 and the like.
    Hedged(String),
    Negative,
    Several,
    NotANumber,
    /// The unit in the number and the one beside it are two.
    TwoUnits,
    /// It is no unit of the item.
    Unit,
    /// It is the unit of another item that sounds alike, where there is one.
    OtherCount(Option<EntryCode>),
    /// 0.86 of a share may be 0.86 % or 86 %.
    ShareOrFraction,
    /// What the ledger says of values: more than can be, half a person.
    Refused(Text),
}

/// The number in `text`, in `unit` where the text does not say it, as a value of `code`.
///
/// # Errors
/// What is wrong with it, the first thing only.
pub fn typed_value(text: &str, unit: &str, code: EntryCode) -> Result<TypedValue, ValueFault> {
    let written = number::quantity_in_lines(text).map_err(|fault| match fault {
        NumberFault::Missing => ValueFault::Missing,
        NumberFault::Hedged(hedge) => ValueFault::Hedged(hedge),
        NumberFault::Negative => ValueFault::Negative,
        NumberFault::Several => ValueFault::Several,
        NumberFault::NotFinite | NumberFault::NotANumber => ValueFault::NotANumber,
    })?;
    let amount = value::amount(&Cell::Text(text.to_owned())).map_err(|_| ValueFault::NotANumber)?;
    let beside = Some(unit.trim()).filter(|unit| !unit.is_empty());
    let own = Some(code.unit()).filter(|_| written.unit.is_empty());
    let units = Units { column: beside.or(own), ..Units::default() };
    let taken = value::in_unit(&amount, units, code).map_err(|trouble| match trouble {
        UnitTrouble::Value(..) if unit::is_unit(&written.unit) || written.unit.is_empty() => {
            ValueFault::TwoUnits
        }
        UnitTrouble::Value(..) => ValueFault::NotANumber,
        UnitTrouble::Unit(unit, ..) => match unit::convert(1.0, &unit, code) {
            Ok(_) => ValueFault::TwoUnits,
            Err(UnitFault::OtherCount) => ValueFault::OtherCount(unit::code_of_count(&unit, code)),
            Err(UnitFault::Missing | UnitFault::Other) => ValueFault::Unit,
        },
    })?;
    if let Some(fault) = refused_value(code, taken.value) {
        return Err(ValueFault::Refused(fault.text()));
    }
    // The unit beside the number is there before anybody chooses it: only a % behind the number says what is meant.
    if value::implausible(taken.value, &amount, code).is_some() {
        return Err(ValueFault::ShareOrFraction);
    }
    Ok(TypedValue { value: taken.value, said: taken.said })
}

#[cfg(test)]
mod tests {
    use super::super::unit::units;
    use super::*;

    #[test]
    fn a_number_is_read_with_the_unit_in_it_or_beside_it() {
        for (text, unit, code, value) in [
            ("1,200", "", EntryCode::Gasoline, 1200.0),
            ("1.2", "万元", EntryCode::FundsRaised, 12_000.0),
            ("1.2万元", "", EntryCode::FundsRaised, 12_000.0),
            ("1.2万元", "万元", EntryCode::FundsRaised, 12_000.0),
            ("2公顷", "", EntryCode::AreaAffected, 30.0),
            ("2", "公顷", EntryCode::AreaAffected, 30.0),
            ("0", "", EntryCode::DrinkingDifficulty, 0.0),
            ("0.86%", "%", EntryCode::LossRateWith, 0.86),
        ] {
            let read = typed_value(text, unit, code);
            assert_eq!(read.map(|read| read.value), Ok(value), "{text} {unit}");
        }
        let said = typed_value("2", "公顷", EntryCode::AreaAffected).unwrap().said.unwrap();
        assert_eq!(said.to_string(), "2 公顷 = 30 亩");
    }

    #[test]
    fn what_is_no_value_of_the_item_says_what_is_wrong() {
        for (text, unit, code, fault) in [
            ("", "升", EntryCode::Gasoline, ValueFault::Missing),
            ("约200", "升", EntryCode::Gasoline, ValueFault::Hedged("约".into())),
            ("-5", "升", EntryCode::Gasoline, ValueFault::Negative),
            ("10-20", "升", EntryCode::Gasoline, ValueFault::Several),
            ("700\n800", "升", EntryCode::Gasoline, ValueFault::Several),
            ("很多了吧", "升", EntryCode::Gasoline, ValueFault::NotANumber),
            ("2公顷", "亩", EntryCode::AreaAffected, ValueFault::TwoUnits),
            ("2", "人", EntryCode::AreaAffected, ValueFault::Unit),
            ("0.86", "%", EntryCode::LossRateWith, ValueFault::ShareOrFraction),
        ] {
            assert_eq!(typed_value(text, unit, code), Err(fault), "{text} {unit}");
        }
        let other = typed_value("3", "台次", EntryCode::WaterTrucks);
        assert_eq!(other, Err(ValueFault::OtherCount(Some(EntryCode::WaterTruckTrips))));
        let half = typed_value("44.5", "", EntryCode::EquipmentDeclared);
        assert!(matches!(half, Err(ValueFault::Refused(_))), "{half:?}");
    }

    #[test]
    fn each_unit_to_choose_is_one_that_the_item_takes() {
        for code in EntryCode::ALL {
            let units = units(*code);
            assert_eq!(units[0], code.unit());
            for unit in &units {
                assert!(unit::convert(1.0, unit, *code).is_ok(), "{} {unit}", code.id());
            }
        }
        assert!(units(EntryCode::AreaAffected).iter().any(|unit| unit == "公顷"));
        assert!(!units(EntryCode::AreaAffected).iter().any(|unit| unit == "市亩"));
    }
}
