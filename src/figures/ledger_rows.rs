//! Which ledger rows count, and the figures that are sums and counts of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::catalogue::FigureId;
use super::draft::Draft;
use super::{Entry, EntryCode};
use crate::core::{CropId, Period, VillageId};
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
        let rows = self.entries.iter();
        rows.filter(|e| e.code == code && self.counts(e)).collect()
    }

    /// All rows that count for the period.
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

    /// What holds at the end of the period: of each village, crop and work the latest row, added up.
    pub fn state(self, id: FigureId, codes: &[EntryCode]) -> Draft {
        self.state_on(id, codes, self.period.to)
    }

    /// The greatest that the state came to on a day on which a row begins; the first such day.
    pub fn peak(self, id: FigureId, codes: &[EntryCode]) -> Draft {
        let rows = self.of_any(codes);
        let days: BTreeSet<Date> = rows.iter().map(|e| e.from.max(self.period.from)).collect();
        let sum = |day| holding(&rows, day).iter().map(|e| e.value).sum::<f64>();
        let day = days
            .into_iter()
            .map(|day| (day, sum(day)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .map_or(self.period.to, |(day, _)| day);
        let mut draft = self.state_on(id, codes, day);
        if draft.value().is_some() {
            draft.note(format!("最大值出现在{day}"));
        }
        draft
    }

    fn state_on(self, id: FigureId, codes: &[EntryCode], day: Date) -> Draft {
        let mut draft = Draft::new(id);
        let rows = holding(&self.of_any(codes), day);
        for entry in &rows {
            draft.entry(entry);
        }
        if rows.is_empty() {
            let names: Vec<_> = codes.iter().map(|code| code.name_zh()).collect();
            draft.absent(missing(&names));
        } else {
            draft.number(rows.iter().map(|e| e.value).sum());
        }
        draft
    }

    fn of_any(self, codes: &[EntryCode]) -> Vec<&'a Entry> {
        codes.iter().flat_map(|code| self.of(*code)).collect()
    }
}

/// Of one place the rows of a state, the latest of each; `None` as key where a row names none.
type Place<'a> = (EntryCode, Option<&'a VillageId>, Option<&'a CropId>, Option<&'a String>);

/// Of each code, village, crop and work the row that holds on `day`: the latest that begins on or before it.
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
    villages(rows, FigureId::VillagesAffected, EntryCode::VillageAffected, township)
}

/// Villages that the works of the year serve.
pub(super) fn villages_served(rows: Rows<'_>, township: &Township) -> Draft {
    villages(rows, FigureId::VillagesServed, EntryCode::WaterWork, township)
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
    let works: BTreeSet<_> =
        rows.of(EntryCode::WaterWork).iter().filter_map(|e| e.work.as_ref()).collect();
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

/// Grade of the emergency response, by the latest row of the period.
pub(super) fn response_level(rows: Rows<'_>) -> Draft {
    let code = EntryCode::ResponseLevel;
    let mut draft = Draft::new(FigureId::ResponseLevel);
    let entries = rows.of(code);
    match entries.iter().max_by_key(|e| (e.from, e.id)) {
        Some(entry) if (1.0..=4.0).contains(&entry.value) && entry.value.fract() == 0.0 => {
            draft.entry(entry);
            draft.number(entry.value);
            let grade = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"].get(entry.value as usize - 1);
            draft.words(format!("抗旱{}级应急响应", grade.unwrap_or(&"")));
        }
        Some(entry) => {
            draft.entry(entry);
            draft.absent(format!("台账第{}条的响应级别不是1至4", entry.id));
        }
        None => draft.absent(missing(&[code.name_zh()])),
    }
    draft
}
