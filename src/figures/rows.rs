//! Which rows of the ledger count, and their sums, states and villages.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::draft::Draft;
use crate::account::{Entry, EntryCode};
use crate::core::{CropId, Period, VillageId};
use crate::locales::{Argument, Text, figures as words};
use crate::water::Township;

/// The rows that count for a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    entries: &'a [Entry],
    period: Period,
}

impl<'a> Rows<'a> {
    pub fn new(entries: &'a [Entry], period: Period) -> Rows<'a> {
        Rows { entries, period }
    }

    /// The rows of `code` that overlap the period. Rows of drinking-water projects count for the calendar years of
    /// the period, since such works are planned and built by the year.
    pub fn of(self, code: EntryCode) -> Vec<&'a Entry> {
        let rows = self.entries.iter();
        rows.filter(|e| e.code == code && self.counts(e)).collect()
    }

    pub fn all(self) -> Vec<Entry> {
        let rows = self.entries.iter();
        rows.filter(|e| self.counts(e)).cloned().collect()
    }

    fn counts(self, entry: &Entry) -> bool {
        let by_year = matches!(
            entry.code,
            EntryCode::HazardInspection
                | EntryCode::WaterProjectFunds
                | EntryCode::WaterWork
                | EntryCode::WaterWorkGroups
                | EntryCode::WaterWorkPersons
        );
        if by_year {
            entry.from.year() <= self.period.to.year() && entry.to.year() >= self.period.from.year()
        } else {
            entry.from <= self.period.to && entry.to >= self.period.from
        }
    }

    /// The sum of the rows of `codes`, with each row as input; absent without any row.
    pub fn sum(self, codes: &[EntryCode]) -> Draft {
        let mut draft = Draft::default();
        let mut total = None;
        let mut without = Vec::new();
        for code in codes {
            let rows = self.of(*code);
            if rows.is_empty() {
                without.push(*code);
            }
            for entry in rows {
                draft.entry(entry);
                total = Some(total.unwrap_or(0.0) + entry.value);
            }
        }
        match total {
            Some(total) => {
                draft.number(total);
                if !without.is_empty() {
                    let names = without.iter().map(|code| code.name());
                    draft.note(words::no_rows_too(Text::list(names)));
                }
            }
            None => draft.absent(missing(without)),
        }
        draft
    }

    /// The state at the end of the period: the latest row of each village, crop and work, added up.
    pub fn state(self, codes: &[EntryCode]) -> Draft {
        self.state_on(codes, self.period.to)
    }

    /// The greatest state on any day on which a row begins; of several such days, the first.
    pub fn peak(self, codes: &[EntryCode]) -> Draft {
        let rows = self.of_any(codes);
        let days: BTreeSet<Date> = rows.iter().map(|e| e.from.max(self.period.from)).collect();
        let sum = |day| holding(&rows, day).iter().map(|e| e.value).sum::<f64>();
        let day = days
            .into_iter()
            .map(|day| (day, sum(day)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(self.period.to, |(day, _)| day);
        let mut draft = self.state_on(codes, day);
        if draft.value().is_some() {
            draft.note(words::peak_on(Argument::of(day)));
        }
        draft
    }

    fn state_on(self, codes: &[EntryCode], day: Date) -> Draft {
        let mut draft = Draft::default();
        let rows = holding(&self.of_any(codes), day);
        for entry in &rows {
            draft.entry(entry);
        }
        if rows.is_empty() {
            draft.absent(missing(codes.iter().copied()));
        } else {
            draft.number(rows.iter().map(|e| e.value).sum());
        }
        draft
    }

    /// The number of different villages in the rows of `code`.
    pub fn villages(self, code: EntryCode, township: &Township) -> Draft {
        let mut draft = Draft::default();
        let entries = self.of(code);
        let mut named = BTreeSet::new();
        for entry in &entries {
            draft.entry(entry);
            match &entry.village {
                Some(village) => {
                    if township.village(village).is_none() {
                        draft.note(words::village_unknown(entry.id, village.as_str()));
                    }
                    named.insert(village);
                }
                None => draft.note(words::row_without_village(entry.id)),
            }
        }
        if named.is_empty() {
            draft.absent(missing([code]));
        } else {
            draft.number(named.len() as f64);
        }
        draft
    }

    fn of_any(self, codes: &[EntryCode]) -> Vec<&'a Entry> {
        codes.iter().flat_map(|code| self.of(*code)).collect()
    }
}

/// The key of a state: rows that agree in it replace each other.
type Place<'a> = (EntryCode, Option<&'a VillageId>, Option<&'a CropId>, Option<&'a String>);

/// The rows that hold on `day`: of each code, village, crop and work the latest that begins on or before it.
fn holding<'a>(rows: &[&'a Entry], day: Date) -> Vec<&'a Entry> {
    let mut latest: BTreeMap<Place<'a>, &'a Entry> = BTreeMap::new();
    for entry in rows.iter().filter(|e| e.from <= day) {
        let place = (entry.code, entry.village.as_ref(), entry.crop.as_ref(), entry.work.as_ref());
        let held = latest.entry(place).or_insert(entry);
        if (held.from, held.id) < (entry.from, entry.id) {
            *held = entry;
        }
    }
    latest.into_values().collect()
}

/// A note that the ledger has no row of these codes.
pub(super) fn missing(codes: impl IntoIterator<Item = EntryCode>) -> Text {
    let mut names = codes.into_iter().map(EntryCode::name);
    let first = names.next().map_or_else(Text::default, words::quoted);
    words::no_rows(names.fold(first, words::quoted_too))
}
