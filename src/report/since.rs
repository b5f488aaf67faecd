//! Since when the figures of a statement count: the words 累计 and 本年度 hold only where the period begins with the
//! drought or the year.

use jiff::civil::Date;

use crate::account::EntryCode;
use crate::core::Period;
use crate::figures::Statement;

/// Rule of the finding that the ledger has other droughts in the years of the period.
const OTHER_EVENTS: &str = "other-events";

/// The first day of the droughts that the ledger names and that the period meets.
pub(super) fn began(statement: &Statement) -> Option<Date> {
    let rows = statement.entries.iter().filter(|entry| entry.code == EntryCode::DroughtEvent);
    rows.map(|entry| entry.from).min()
}

/// Whether the ledger shows that nothing of the drought lies before the period.
pub(super) fn is_so_far(statement: &Statement) -> bool {
    began(statement).is_some_and(|began| statement.period.from <= began)
}

/// The day from which a report would have to begin for a field of a form that counts since the drought began, or
/// `of_a_year` since the year did; none where this one does, or where the ledger names no drought.
pub(super) fn due(statement: &Statement, of_a_year: bool) -> Option<Date> {
    let Period { from, to } = statement.period;
    let (began, year) = (began(statement), to.first_of_year());
    let due = match began {
        None if of_a_year => year,
        None => return None,
        // What was done of a drought of the year was done in its days, unless the year has another one.
        Some(began) if of_a_year && (began < year || has_others(statement)) => year,
        Some(began) => began,
    };
    (from > due).then_some(due)
}

fn has_others(statement: &Statement) -> bool {
    statement.findings.found.iter().any(|finding| finding.rule == OTHER_EVENTS)
}

#[cfg(test)]
#[path = "since_tests.rs"]
mod tests;
