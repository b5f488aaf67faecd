//! Which ledger rows count, and the figures that are sums and counts of them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::catalogue::FigureId;
use super::draft::Draft;
use super::{Entry, EntryCode};
use crate::core::Period;
use crate::water::Township;

/// The rows that count for a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    entries: &'a [Entry],
    period: Period,
}

impl<'a> Rows<'a> {
    /// The rows of `entries` for `period`.
    pub fn new(entries: &'a [Entry], period: Period) -> Rows<'a> {
        Rows { entries, period }
    }

    /// The rows of `code` that overlap the period; of drinking-water projects, the calendar years of the period, as such works
    /// are planned and built by the year.
    pub fn of(self, code: EntryCode) -> Vec<&'a Entry> {
        let by_year = matches!(
            code,
            EntryCode::HazardInspection
                | EntryCode::WaterProjectFunds
                | EntryCode::WaterWork
                | EntryCode::WaterWorkGroups
                | EntryCode::WaterWorkPersons
        );
        let overlaps = |e: &Entry| {
            if by_year {
                e.from.year() <= self.period.to.year() && e.to.year() >= self.period.from.year()
            } else {
                e.from <= self.period.to && e.to >= self.period.from
            }
        };
        let rows = self.entries.iter();
        rows.filter(|e| e.code == code && overlaps(e)).collect()
    }

    /// The sum of the rows of `codes`, with each row as input; absent without any row.
    pub fn sum(self, id: FigureId, codes: &[EntryCode]) -> Draft {
        let mut draft = Draft::new(id);
        let mut total = None;
        let mut without = Vec::new();
        for code in codes {
            let rows = self.of(*code);
            if rows.is_empty() {
                without.push(code.name_zh());
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
                    draft.note(format!("台账中没有：{}", without.join("、")));
                }
            }
            None => draft.absent(missing(&without)),
        }
        draft
    }
}

/// That the ledger has no row of these names.
fn missing(names: &[&str]) -> String {
    format!("台账中没有“{}”的记录", names.join("”“"))
}

/// Villages of the rows of `code`: how many different ones.
fn villages(rows: Rows<'_>, id: FigureId, code: EntryCode, township: &Township) -> Draft {
    let mut draft = Draft::new(id);
    let entries = rows.of(code);
    let mut named = BTreeSet::new();
    for entry in &entries {
        draft.entry(entry);
        match &entry.village {
            Some(village) => {
                if township.village(village).is_none() {
                    draft.note(format!("台账第{}条的村 {village} 不在乡镇配置中", entry.id));
                }
                named.insert(village);
            }
            None => draft.note(format!("台账第{}条没有写明村，未计入", entry.id)),
        }
    }
    if named.is_empty() {
        draft.absent(missing(&[code.name_zh()]));
    } else {
        draft.number(named.len() as f64);
    }
    draft
}

/// Villages that the drought hit, by the ledger.
pub(super) fn villages_affected(rows: Rows<'_>, township: &Township) -> Draft {
    villages(
        rows,
        FigureId::VillagesAffected,
        EntryCode::VillageAffected,
        township,
    )
}

/// Villages that the works of the year serve.
pub(super) fn villages_served(rows: Rows<'_>, township: &Township) -> Draft {
    villages(
        rows,
        FigureId::VillagesServed,
        EntryCode::WaterWork,
        township,
    )
}

/// Works built in the year: each name counts once.
pub(super) fn water_works_built(rows: Rows<'_>) -> Draft {
    let mut draft = Draft::new(FigureId::WaterWorksBuilt);
    let entries = rows.of(EntryCode::WaterWork);
    let mut named = BTreeSet::new();
    let mut total = 0.0;
    for entry in &entries {
        draft.entry(entry);
        match &entry.work {
            Some(work) if !named.insert(work) => {
                draft.note(format!("台账第{}条的工程“{work}”重复，只计一次", entry.id));
            }
            Some(_) => total += 1.0,
            None => {
                draft.note(format!("台账第{}条没有写明工程名称", entry.id));
                total += entry.value;
            }
        }
    }
    if entries.is_empty() {
        draft.absent(missing(&[EntryCode::WaterWork.name_zh()]));
    } else {
        draft.number(total);
    }
    draft
}

/// Groups or persons that the works serve; a row of a work that is not in the register is noted.
pub(super) fn served(rows: Rows<'_>, id: FigureId, code: EntryCode) -> Draft {
    let mut draft = rows.sum(id, &[code]);
    let works: BTreeSet<_> = rows
        .of(EntryCode::WaterWork)
        .iter()
        .filter_map(|e| e.work.as_ref())
        .collect();
    for entry in rows.of(code) {
        if !entry.work.as_ref().is_some_and(|w| works.contains(w)) {
            draft.note(format!("台账第{}条的工程不在新建工程登记中", entry.id));
        }
    }
    draft
}

/// Month of the first inspection of the year.
pub(super) fn inspection_month(rows: Rows<'_>) -> Draft {
    let mut draft = Draft::new(FigureId::InspectionMonth);
    let entries = rows.of(EntryCode::HazardInspection);
    for entry in &entries {
        draft.entry(entry);
    }
    match entries.iter().map(|e| e.from).min() {
        Some(day) => draft.day(month_of(day), format!("{}月份", day.month())),
        None => draft.absent(missing(&[EntryCode::HazardInspection.name_zh()])),
    }
    draft
}

/// The month of `day`, written as its first day.
pub(super) fn month_of(day: Date) -> Date {
    day.first_of_month()
}
