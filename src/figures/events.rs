//! The droughts that the ledger names, and the words for the days that a sentence speaks of.

use jiff::civil::Date;

use super::facts::Facts;
use crate::account::EntryCode;
use crate::core::Period;
use crate::locales::{Text, figures as words};

/// The droughts of the ledger that overlap the period, in order of their first days. Rows with the same first day are
/// one: it lasts until the last day of them.
pub(super) fn droughts(facts: &Facts<'_>) -> Vec<Period> {
    let rows = facts.rows.of(EntryCode::DroughtEvent);
    let mut all: Vec<Period> =
        rows.iter().map(|row| Period { from: row.from, to: row.to }).collect();
    all.sort_by_key(|drought| (drought.from, drought.to));
    all.dedup_by(|later, kept| {
        let same = later.from == kept.from;
        if same {
            kept.to = later.to;
        }
        same
    });
    all
}

/// The drought of the ledger, where it is the only one and lies within the period.
pub(super) fn drought_within(facts: &Facts<'_>) -> Option<Period> {
    let period = facts.basis.period;
    match droughts(facts).as_slice() {
        [drought] if drought.from >= period.from && drought.to <= period.to => Some(*drought),
        _ => None,
    }
}

/// The days of the period, where a drought of the ledger began before them: what is judged by these days alone is then
/// said of them alone.
pub(super) fn days_of_part(facts: &Facts<'_>) -> Option<Text> {
    let period = facts.basis.period;
    let began_before = droughts(facts).iter().any(|drought| drought.from < period.from);
    began_before.then(|| days(period))
}

/// The days of `period`; with their years where these differ.
pub(super) fn days(period: Period) -> Text {
    let with_years = period.from.year() != period.to.year();
    let day = |day: Date| {
        let name = words::day_of_month(month(day), day.day());
        if with_years { words::day_of_year(day.year(), name) } else { name }
    };
    if period.from == period.to {
        return words::on_day(day(period.from));
    }
    words::from_day_to_day(day(period.from), day(period.to))
}

/// The month of `day` by number in Chinese and by name in English.
fn month(day: Date) -> Text {
    Text::both(day.month().to_string(), day.strftime("%B").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use jiff::civil::date;

    #[test]
    fn days_are_said_with_their_years_where_these_differ() {
        let said = |from, to| {
            let days = days(Period { from, to });
            [Lang::Chinese, Lang::English].map(|lang| days.within(lang))
        };
        assert_eq!(
            said(date(2022, 11, 14), date(2022, 11, 15)),
            ["11月14日至11月15日", "from 14 November to 15 November"]
        );
        assert_eq!(said(date(2022, 11, 14), date(2022, 11, 14)), ["11月14日", "on 14 November"]);
        assert_eq!(
            said(date(2022, 12, 30), date(2023, 1, 2)),
            ["2022年12月30日至2023年1月2日", "from 30 December 2022 to 2 January 2023"]
        );
    }
}
