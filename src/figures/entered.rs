//! Figures from the ledger alone that are more than a sum: works, inspection, response level, fuel by mass.

use std::collections::BTreeSet;

use super::catalogue::FigureId;
use super::draft::{Draft, Drafts};
use super::facts::Facts;
use super::rows::missing;
use super::wording::{DIESEL_KG_PER_LITRE, GASOLINE_KG_PER_LITRE};
use crate::account::EntryCode;
use crate::locales::figures as words;

const KG_PER_TONNE: f64 = 1000.0;

/// Villages that the works of the year serve.
pub(super) fn villages_served(facts: &Facts<'_>) -> Draft {
    facts.rows.villages(EntryCode::WaterWork, facts.township())
}

/// Works built in the year: each name counts once.
pub(super) fn built(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let entries = facts.rows.of(EntryCode::WaterWork);
    let mut named = BTreeSet::new();
    let mut total = 0.0;
    for entry in &entries {
        draft.entry(entry);
        match &entry.work {
            Some(work) if !named.insert(work) => {
                draft.note(words::work_repeated(entry.id, work));
            }
            Some(_) => total += 1.0,
            None => {
                draft.note(words::row_without_work(entry.id));
                total += entry.value;
            }
        }
    }
    if entries.is_empty() {
        draft.absent(missing([EntryCode::WaterWork]));
    } else {
        draft.number(total);
    }
    draft
}

/// Groups or persons that the works serve. A row whose work is not registered is noted.
pub(super) fn served(facts: &Facts<'_>, code: EntryCode) -> Draft {
    let rows = facts.rows;
    let mut draft = rows.sum(&[code]);
    let works: BTreeSet<_> =
        rows.of(EntryCode::WaterWork).iter().filter_map(|e| e.work.as_ref()).collect();
    for entry in rows.of(code) {
        if !entry.work.as_ref().is_some_and(|w| works.contains(w)) {
            draft.note(words::work_unknown(entry.id));
        }
    }
    draft
}

/// Month of the first inspection of the year.
pub(super) fn inspection_month(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let entries = facts.rows.of(EntryCode::HazardInspection);
    for entry in &entries {
        draft.entry(entry);
    }
    match entries.iter().map(|e| e.from).min() {
        Some(day) => draft.month(day, words::in_month),
        None => draft.absent(missing([EntryCode::HazardInspection])),
    }
    draft
}

/// Grade of the emergency response, by the latest row of the period.
pub(super) fn response_level(facts: &Facts<'_>) -> Draft {
    let code = EntryCode::ResponseLevel;
    let mut draft = Draft::default();
    let entries = facts.rows.of(code);
    match entries.iter().max_by_key(|e| (e.from, e.id)) {
        Some(entry) if (1.0..=4.0).contains(&entry.value) && entry.value.fract() == 0.0 => {
            draft.entry(entry);
            draft.number(entry.value);
            let grade = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"].get(entry.value as usize - 1);
            draft.words(words::response(*grade.unwrap_or(&"")));
        }
        Some(entry) => {
            draft.entry(entry);
            draft.absent(words::wrong_response(entry.id));
        }
        None => draft.absent(missing([code])),
    }
    draft
}

/// Gasoline and diesel by mass.
pub(super) fn oil_used(_facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let mut sum = None;
    for (id, kg_per_litre) in [
        (FigureId::GasolineUsed, GASOLINE_KG_PER_LITRE),
        (FigureId::DieselUsed, DIESEL_KG_PER_LITRE),
    ] {
        let name = id.spec().name();
        let Some(litres) = drafts.number(id) else {
            draft.note(words::no_data_of(name));
            continue;
        };
        let tonnes = litres * kg_per_litre / KG_PER_TONNE;
        draft.figure(id, tonnes);
        draft.note(words::litres_by_mass(name, litres, kg_per_litre));
        sum = Some(sum.unwrap_or(0.0) + tonnes);
    }
    match sum {
        Some(sum) => draft.number(sum),
        None => draft.absent(words::no_fuel()),
    }
    draft
}
