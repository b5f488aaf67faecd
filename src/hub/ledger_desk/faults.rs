//! What is wrong with what was typed, in words of the page: those of the ledger name options and files.

use crate::account::EntryCode;
use crate::ledger::{LedgerError, PersonError, ValueFault};
use crate::locales::{Text, page_rows as words};

/// Of a value, as a number of `code`.
pub(super) fn of_value(fault: ValueFault, code: EntryCode) -> Text {
    match fault {
        ValueFault::Missing => words::no_value(),
        ValueFault::Hedged(hedge) => words::hedged_value(hedge),
        ValueFault::Negative => words::negative_value(),
        ValueFault::Several => words::several_values(),
        ValueFault::NotANumber => words::not_a_value(),
        ValueFault::TwoUnits => words::two_units(),
        ValueFault::Unit => words::other_unit(code.name(), code.unit_name()),
        ValueFault::OtherCount(Some(other)) => words::of_another_item(other.name()),
        ValueFault::OtherCount(None) => words::other_unit(code.name(), code.unit_name()),
        ValueFault::ShareOrFraction => words::share_or_fraction(),
        ValueFault::Refused(rule) => rule,
    }
}

/// Why a text means nobody of the list.
pub(super) fn of_person(error: &PersonError) -> Text {
    match error {
        PersonError::Empty => words::nobody_named(),
        PersonError::Unknown { text, .. } => words::not_listed(text),
        PersonError::Several { text, .. } => words::several_of_the_name(text),
    }
}

/// What the ledger refuses; `None` where it failed.
pub(super) fn of_ledger(error: &LedgerError) -> Option<Text> {
    match error {
        LedgerError::NoSuchRow(row) => Some(words::no_such_row(*row)),
        LedgerError::Superseded { row, by } => Some(words::review_the_new_one(*row, *by)),
        LedgerError::OwnRow { row, by } => Some(words::own_row(*row, by)),
        LedgerError::Unlisted { row, why } => Some(words::cannot_tell(*row, of_person(why))),
        _ => None,
    }
}
