//! What a form has to choose from, and the row that it is about.

use super::Source;
use super::book::{Book, Lines};
use super::reading::ALL;
use crate::account::{Entry, EntryCode};
use crate::ledger::{self, Wanted, chain, wanted};
use crate::locales::{Text, page_rows as words};
use crate::web::{FieldFault, FormFacts, ItemFacts, Overtaken, RowDeed, RowForm, RowsAnswer};

/// Names that are shown where none was meant for sure. Engineering judgement: a short list is read.
const NEAR: usize = 6;

/// Longest name, in characters, for which others are looked for: the longest item in English has 65.
const NAME_MAX: usize = 80;

/// Works that a field proposes. Engineering judgement: a township builds some dozens a year.
const WORKS: usize = 200;

impl Source {
    /// The row that `deed` is about; what is answered instead where there is none, or somebody was first.
    pub(super) fn old<'b>(
        &self,
        book: &'b Book,
        deed: RowDeed,
    ) -> anyhow::Result<Result<Option<&'b Entry>, RowsAnswer>> {
        let (RowDeed::Correct(id) | RowDeed::Withdraw(id)) = deed else { return Ok(Ok(None)) };
        let Some(old) = book.get(id) else { return Ok(Err(RowsAnswer::NoRow)) };
        match self.overtaken(book, old)? {
            Some(first) => Ok(Err(first)),
            None => Ok(Ok(Some(old))),
        }
    }

    /// Who has taken the place of `old`, if somebody has.
    pub(super) fn overtaken(&self, book: &Book, old: &Entry) -> anyhow::Result<Option<RowsAnswer>> {
        let Some(new) = book.superseded_by.get(&old.id).and_then(|id| book.get(*id)) else {
            return Ok(None);
        };
        let lines = self.lines()?;
        let (old, new) = (lines.of(book, old), lines.of(book, new));
        let last = chain(&book.all, old.id).last().map_or(old.id, |row| row.id);
        Ok(Some(RowsAnswer::Overtaken(Box::new(Overtaken { old, new, last }))))
    }

    /// The form as it is opened: that of a correction with what the row has.
    pub(super) fn form(&self, deed: RowDeed, form: RowForm) -> anyhow::Result<RowsAnswer> {
        let book = self.book()?;
        let old = match self.old(&book, deed)? {
            Ok(old) => old,
            Err(instead) => return Ok(instead),
        };
        let form = match old.filter(|_| form == RowForm::default()) {
            Some(old) => form_of(old),
            None => form,
        };
        let facts = self.facts(&book, form, old, Vec::new())?;
        Ok(RowsAnswer::Form(Box::new(facts)))
    }

    /// What the form of a row has to choose from, with what is wrong with its fields.
    pub(super) fn facts(
        &self,
        book: &Book,
        form: RowForm,
        old: Option<&Entry>,
        faults: Vec<FieldFault>,
    ) -> anyhow::Result<FormFacts> {
        let lines = self.lines()?;
        let item = old.map(|old| old.code).or_else(|| ledger::code(form.item.trim()));
        let mut facts = FormFacts {
            item: item.map(item_facts),
            villages: lines.villages(),
            crops: lines.crops(),
            works: item.map(|item| self.works(book, item, &lines)).unwrap_or_default(),
            old: old.map(|old| lines.of(book, old)),
            faults,
            form,
            ..FormFacts::default()
        };
        let named = facts.form.item.trim();
        if item.is_none() && !named.is_empty() {
            let near = match named.chars().count() <= NAME_MAX {
                true => ledger::near_codes(named, NEAR),
                false => Vec::new(),
            };
            facts.near = near.into_iter().map(|code| (code.id(), code.name())).collect();
            let words = words::no_such_item(ledger::visible(named).into_owned());
            facts.faults.push(FieldFault { field: "item", words });
        }
        Ok(facts)
    }

    /// What may stand in the field of the work, with what it is called.
    fn works(&self, book: &Book, item: EntryCode, lines: &Lines<'_>) -> Vec<(String, Text)> {
        if matches!(item, EntryCode::MeterReplaced | EntryCode::MeterInstalled) {
            let meters = ledger::meters(lines.township).map(|(pump, series)| {
                let name = words::meter_of(&pump.name, series.parameter.spec().name());
                (series.to_string(), name)
            });
            return meters.collect();
        }
        if wanted(item)[2] == Wanted::Never {
            return Vec::new();
        }
        let [of_work, groups, persons] =
            [EntryCode::WaterWork, EntryCode::WaterWorkGroups, EntryCode::WaterWorkPersons];
        let rows = book.all.iter().filter(|row| [of_work, groups, persons].contains(&row.code));
        let mut works: Vec<&str> = rows.filter_map(|row| row.work.as_deref()).collect();
        works.sort_unstable();
        works.dedup();
        works.into_iter().take(WORKS).map(|work| (work.to_owned(), Text::verbatim(work))).collect()
    }
}

/// The fields of a row.
fn form_of(row: &Entry) -> RowForm {
    let [village, crop, _] = wanted(row.code);
    let all = |wanted| if wanted == Wanted::Never { String::new() } else { ALL.to_owned() };
    RowForm {
        item: row.code.id().to_owned(),
        value: row.value.to_string(),
        unit: row.code.unit().to_owned(),
        from: row.from.to_string(),
        to: row.to.to_string(),
        village: row.village.as_ref().map_or_else(|| all(village), ToString::to_string),
        crop: row.crop.as_ref().map_or_else(|| all(crop), ToString::to_string),
        work: row.work.clone().unwrap_or_default(),
        document: row.document.clone(),
        reason: String::new(),
    }
}

fn item_facts(code: EntryCode) -> ItemFacts {
    let [village, crop, work] = wanted(code).map(|wanted| match wanted {
        Wanted::Always => Some(true),
        Wanted::MayBe => Some(false),
        Wanted::Never => None,
    });
    let units = ledger::units(code).into_iter().enumerate().map(|(place, unit)| {
        let name = if place == 0 { code.unit_name() } else { Text::verbatim(&unit) };
        (unit, name)
    });
    ItemFacts {
        id: code.id(),
        name: code.name(),
        counting: code.counting().name(),
        units: units.collect(),
        village,
        crop,
        work,
        meter: matches!(code, EntryCode::MeterReplaced | EntryCode::MeterInstalled),
    }
}
