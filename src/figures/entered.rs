//! Figures from the ledger alone that are more than a sum: works, inspection, response level, fuel by mass.

use super::catalogue::FigureId;
use super::counting::Span;
use super::draft::{Draft, Drafts, names_year};
use super::facts::Facts;
use super::rows::{is_grade, missing};
use super::unwatched::{entered as rows_of, short};
use super::wording::{DIESEL_KG_PER_LITRE, GASOLINE_KG_PER_LITRE};
use crate::account::{Entry, EntryCode};
use crate::locales::{Argument, Text, figures as words};

const KG_PER_TONNE: f64 = 1000.0;

/// Villages that the works of the year serve.
pub(super) fn villages_served(facts: &Facts<'_>) -> Draft {
    facts.rows.villages(EntryCode::WaterWork, facts.township())
}

/// Works built in the year: of each name the latest row.
pub(super) fn built(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    for row in facts.rows.denied(EntryCode::WaterWork) {
        draft.note(words::row_of_none(row.id));
    }
    let Some(works) = facts.rows.works(|_| true) else {
        draft.absent(missing([EntryCode::WaterWork]));
        return draft;
    };
    for work in &works.named {
        work.rows.iter().for_each(|(row, _)| draft.entry(row));
        work.notes.iter().for_each(|note| draft.note(note.clone()));
    }
    for row in &works.unnamed {
        draft.entry(row);
        draft.note(words::row_without_work(row.id));
    }
    for row in &works.unfinished {
        draft.note(words::work_unfinished(row.id));
    }
    works.span().set_in(&mut draft);
    draft
}

/// Groups or persons that the works of the year serve. A row of a work that is not entered as built adds to the most
/// only; a work that was built and has no row leaves open how many it serves.
pub(super) fn served(facts: &Facts<'_>, code: EntryCode) -> Draft {
    let rows = facts.rows;
    let mut draft = Draft::default();
    let Some(all) = rows.count(code, |_| true) else {
        draft.absent(missing([code]));
        return draft;
    };
    let works = rows.works(|_| true).unwrap_or_default();
    let of_works = rows.of(code);
    for row in of_works.iter().filter(|row| row.value > 0.0 && !works.serve(row)) {
        draft.note(words::work_unknown(row.id));
    }
    let Some(counted) = rows.served(code, |_| true) else {
        draft.absent(words::none_of_built(code.name()));
        return draft;
    };
    for (row, part) in counted.rows {
        draft.entry(&Entry { value: part, ..row.clone() });
    }
    counted.notes.into_iter().for_each(|note| draft.note(note));
    let mut span = counted.span;
    span.most = span.most.max(all.span.most);
    let without = works.without(&of_works);
    if !without.is_empty() {
        span.most = f64::INFINITY;
        draft.note(words::works_without(code.name(), Text::list(without)));
    }
    span.set_in(&mut draft);
    draft
}

/// Month of the first inspection of the year.
pub(super) fn inspection_month(facts: &Facts<'_>) -> Draft {
    let mut draft = Draft::default();
    let entries = facts.rows.of(EntryCode::HazardInspection);
    for entry in &entries {
        draft.entry(entry);
    }
    for row in facts.rows.denied(EntryCode::HazardInspection) {
        draft.note(words::row_of_none(row.id));
    }
    match entries.iter().map(|e| e.from).min() {
        Some(day) => draft.month(day, words::in_month, names_year(day, facts.basis.period)),
        None => draft.absent(missing([EntryCode::HazardInspection])),
    }
    draft
}

/// Highest grade of the emergency response in the period, of which Ⅰ is the highest; a row of 0 says that it ended.
pub(super) fn response_level(facts: &Facts<'_>) -> Draft {
    let code = EntryCode::ResponseLevel;
    let mut draft = Draft::default();
    let mut rows = facts.rows.of(code);
    rows.sort_by_key(|row| (row.from, row.id));
    if let Some(wrong) = rows.iter().find(|row| !is_grade(row.value)) {
        draft.entry(wrong);
        draft.absent(words::wrong_response(wrong.id));
        return draft;
    }
    let declared = rows.iter().copied().filter(|row| row.value > 0.0);
    let highest = declared.reduce(|high, row| if row.value < high.value { row } else { high });
    let Some(highest) = highest else {
        rows.iter().for_each(|row| draft.note(words::row_of_none(row.id)));
        draft.absent(missing([code]));
        return draft;
    };
    draft.entry(highest);
    draft.number(highest.value);
    draft.words(words::response(roman(highest.value)));
    if let Some(last) = rows.last().filter(|last| last.id != highest.id) {
        let day = Argument::of(last.from);
        draft.note(match last.value > 0.0 {
            true => words::response_last(day, roman(last.value)),
            false => words::response_ended(day),
        });
    }
    draft
}

fn roman(grade: f64) -> &'static str {
    let at = (grade as usize).saturating_sub(1);
    ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"].get(at).copied().unwrap_or_default()
}

/// Gasoline and diesel by mass, and what is entered by mass alone.
pub(super) fn oil_used(facts: &Facts<'_>, drafts: &Drafts) -> Draft {
    let mut draft = Draft::default();
    let mut sum: Option<Span> = None;
    for (id, kg_per_litre) in [
        (FigureId::GasolineUsed, GASOLINE_KG_PER_LITRE),
        (FigureId::DieselUsed, DIESEL_KG_PER_LITRE),
    ] {
        let name = id.spec().name();
        let Some(litres) = Span::of(drafts.get(id)) else {
            draft.note(words::no_data_of(name));
            continue;
        };
        let tonnes = litres.times(kg_per_litre).per(KG_PER_TONNE);
        draft.inherits(drafts.get(id));
        draft.figure(id, tonnes.value);
        draft.note(words::litres_by_mass(name, litres.value, kg_per_litre));
        sum = Some(sum.unwrap_or_default().plus(tonnes));
    }
    if let Some(by_mass) = rows_of(facts, &[EntryCode::OilByMass], &mut draft) {
        draft.note(words::fuel_by_mass(short(by_mass.value)));
        sum = Some(sum.unwrap_or_default().plus(by_mass));
    }
    match sum {
        Some(sum) => sum.set_in(&mut draft),
        None => draft.absent(words::no_fuel()),
    }
    draft
}
