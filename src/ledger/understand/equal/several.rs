//! Rows that find different things of the same place on the same days: for all but running amounts one of them counts.

use std::collections::HashMap;

use jiff::civil::Date;

use super::super::understanding::SheetRead;
use crate::account::{Counting, EntryCode};
use crate::core::{CropId, Problem, VillageId};
use crate::locales::{Text, ledger as places, understanding as says};

/// All of a row but its value and its paper.
type Key<'a> = (EntryCode, (Date, Date), Option<&'a VillageId>, Option<&'a CropId>, &'a str);

/// The first row of a key: its sheet, its number, its value, its paper and its person.
type First<'a> = (usize, usize, f64, [&'a str; 2]);

/// Asks about them, and with `each` about equal ones too, which the clerk takes for several; `room` is how many
/// problems may still be told.
pub(super) fn ask(sheets: &mut [SheetRead], each: bool, room: &mut usize) {
    let mut first: HashMap<Key<'_>, First<'_>> = HashMap::new();
    let mut asked: Vec<(usize, Problem)> = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        for row in &sheet.rows {
            let entry = &row.entry;
            let new = entry.id == 0 && entry.supersedes.is_none();
            if !new || entry.code.counting() == Counting::Running || *room == 0 {
                continue;
            }
            let work = entry.work.as_deref().unwrap_or_default();
            let days = (entry.from, entry.to);
            let key = (entry.code, days, entry.village.as_ref(), entry.crop.as_ref(), work);
            let paper = [entry.document.as_str(), entry.entered_by.as_str()];
            let here = (at, row.number, entry.value, paper);
            let before = first.get(&key).copied();
            let (other, number, value, of) = before.unwrap_or(here);
            first.entry(key).or_insert(here);
            let equal = value == entry.value;
            // Rows that are equal in everything are asked as such.
            if before.is_none() || equal && of == paper && !each {
                continue;
            }
            let place = places::place_row(number);
            let name = sheets.get(other).and_then(|sheet| sheet.name.as_deref());
            let place = match name.filter(|_| other != at) {
                Some(name) => says::in_sheet(name, place),
                None => place,
            };
            let rule = match equal {
                true => places::counts_once(entry.code.name(), place),
                false => places::differs_in_value(entry.code.name(), place, value, entry.value),
            };
            let here = match &row.column {
                Some(column) => places::place_cell(row.number, says::column_at(column)),
                None => places::place_row(row.number),
            };
            // What is asked of the row already may tell them apart.
            if sheet.problems.iter().any(|problem| is_of_row(problem, row.number)) {
                continue;
            }
            *room -= 1;
            let value = Text::verbatim(entry.value);
            asked.push((at, Problem::new(here, value, rule, places::sum_or_later())));
        }
    }
    drop(first);
    for (at, problem) in asked {
        if let Some(sheet) = sheets.get_mut(at) {
            sheet.problems.push(problem);
        }
    }
}

/// Whether a problem names the row with this number.
fn is_of_row(problem: &Problem, number: usize) -> bool {
    let row = String::from(places::place_row(number));
    let rest = problem.path.strip_prefix(row.as_str());
    rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}
