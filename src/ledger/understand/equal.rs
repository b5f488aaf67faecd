//! Rows that are equal, or that may stand for one another: asked, not guessed.

mod marks;
mod several;
mod wholes;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::body::Entered;
use super::context::Found;
use super::head::Head;
use super::plain::Grid;
use super::understanding::{EqualRows, LeftOut, SheetRead};
use crate::account::{Counting, Entry, EntryCode};
use crate::core::{CropId, Problem, VillageId};
use crate::ledger::columns::name_of;
use crate::locales::{Text, ledger as places, understanding as says};

/// Asks about rows whose place is doubtful, and about those that may be no entries.
pub(super) fn ask_rows(rows: &[Entered], grid: &Grid<'_>, head: &Head, found: &mut Found) {
    ask_empty(rows, grid, head, found);
    wholes::ask(rows, grid, head, found);
    marks::ask(rows, grid, head, found);
}

/// Asks about rows without a village below one with a village.
///
/// An empty cell means the township: money of the county belongs to no village. It may also go on with the village
/// above, as offices write groups. It is taken for the township only where that cannot be meant: where the file gives
/// the item nowhere with a village, and the row does not go on with paper and days of the rows of a village above it.
fn ask_empty(rows: &[Entered], grid: &Grid<'_>, head: &Head, found: &mut Found) {
    let Some(column) = head.role("village") else { return };
    let own = |row: &&Entered| row.read.entry.id == 0;
    let with_village = rows.iter().filter(|row| row.read.entry.village.is_some());
    let of_villages: HashSet<EntryCode> = with_village.map(|row| row.read.entry.code).collect();
    let mut group: Option<(&str, Date, Date)> = None;
    for row in rows.iter().filter(own).filter(|row| takes_village(row.read.entry.code)) {
        let entry = &row.read.entry;
        let key = (entry.document.as_str(), entry.from, entry.to);
        if !row.village_blank {
            group = entry.village.is_some().then_some(key);
            continue;
        }
        if of_villages.contains(&entry.code) || group == Some(key) {
            let place = grid.place(row.read.number, column.index, name_of("village"));
            found.add(place, "", says::village_empty(entry.code.name()), says::village_way_out());
        } else {
            group = None;
        }
    }
}

impl SheetRead {
    /// What was read otherwise than it is written, each reading once, with the number of its row: the values of a row
    /// share its days and its village.
    pub fn otherwise(&self) -> impl Iterator<Item = (usize, &Text)> {
        self.rows.iter().enumerate().flat_map(|(at, row)| {
            let same_row = self.rows.get(..at).unwrap_or_default().iter().rev();
            let before: Vec<&Text> = same_row
                .take_while(|other| other.number == row.number)
                .flat_map(|other| &other.read_as)
                .collect();
            let once = move |said: &&Text| !before.contains(said);
            row.read_as.iter().filter(once).map(move |said| (row.number, said))
        })
    }
}

/// Whether rows of the item may have a village: the township has one level of response and one drought.
fn takes_village(code: EntryCode) -> bool {
    let of_township = matches!(code, EntryCode::DroughtEvent | EntryCode::ResponseLevel);
    let of_crops = matches!(code, EntryCode::LossRateWithout | EntryCode::LossRateWith);
    let of_works = matches!(code, EntryCode::MeterReplaced | EntryCode::MeterInstalled);
    !(of_township || of_crops || of_works)
}

/// Asks about rows of one item, village and days whose crops are written differently and are the same here: early and
/// late rice, where the township has rice.
pub(super) fn ask_crops(rows: &[Entered], grid: &Grid<'_>, head: &Head, found: &mut Found) {
    type Key<'a> = (EntryCode, Option<&'a VillageId>, Date, Date, &'a CropId);
    let mut first: HashMap<Key<'_>, (&str, usize)> = HashMap::new();
    for row in rows.iter().filter(|row| row.read.entry.id == 0) {
        let entry = &row.read.entry;
        let (Some(crop), Some(written)) = (&entry.crop, &row.crop_written) else { continue };
        let key = (entry.code, entry.village.as_ref(), entry.from, entry.to, crop);
        let (other, number) = *first.entry(key).or_insert((written, row.read.number));
        if other == written {
            continue;
        }
        let place = match head.role("crop") {
            Some(column) => grid.place(row.read.number, column.index, name_of("crop")),
            None => places::place_cell(row.read.number, name_of("crop")),
        };
        let rule = says::crops_alike(written, other, number);
        found.add(place, written, rule, says::add_crops());
    }
}

/// All of a row that makes it another one.
#[derive(PartialEq, Eq, Hash)]
struct Whole<'a> {
    code: EntryCode,
    value: u64,
    days: (Date, Date),
    village: Option<&'a VillageId>,
    crop: Option<&'a CropId>,
    texts: [&'a str; 4],
    supersedes: Option<i64>,
    withdrawn: bool,
}

impl<'a> Whole<'a> {
    fn of(entry: &'a Entry) -> Self {
        let work = entry.work.as_deref().unwrap_or_default();
        Self {
            code: entry.code,
            value: entry.value.to_bits(),
            days: (entry.from, entry.to),
            village: entry.village.as_ref(),
            crop: entry.crop.as_ref(),
            texts: [work, &entry.document, &entry.entered_by, &entry.reason],
            supersedes: entry.supersedes,
            withdrawn: entry.withdrawn,
        }
    }
}

/// Asks about equal rows of the file, or leaves the later ones out, as the clerk says. Those of our own export are
/// told apart by their numbers.
pub(super) fn settle(sheets: &mut [SheetRead], asked: Option<EqualRows>, mut room: usize) {
    several::ask(sheets, asked == Some(EqualRows::Each), &mut room);
    if asked == Some(EqualRows::Each) {
        return;
    }
    let mut first: HashMap<Whole<'_>, (usize, usize)> = HashMap::new();
    // By sheet and row: the sheet and the number of the row that it equals.
    let mut repeated: Vec<(usize, usize, Text)> = Vec::new();
    for (at, sheet) in sheets.iter().enumerate() {
        for (index, row) in sheet.rows.iter().enumerate().filter(|(_, row)| row.entry.id == 0) {
            let (other, earlier) = *first.entry(Whole::of(&row.entry)).or_insert((at, index));
            if (other, earlier) == (at, index) {
                continue;
            }
            let number = sheets.get(other).and_then(|sheet| sheet.rows.get(earlier));
            let number = number.map_or(0, |row| row.number);
            let place = places::place_row(number);
            let name = sheets.get(other).and_then(|sheet| sheet.name.as_deref());
            let place = match name.filter(|_| other != at) {
                Some(name) => says::in_sheet(name, place),
                None => place,
            };
            repeated.push((at, index, place));
        }
    }
    drop(first);
    for (at, index, other) in repeated {
        let Some(sheet) = sheets.get_mut(at) else { continue };
        let Some(row) = sheet.rows.get_mut(index) else { continue };
        let number = row.number;
        if asked == Some(EqualRows::One) {
            let text = format!("{} {}", row.entry.code.name(), row.entry.value);
            let why = says::equal_left_out(other);
            // Marked here, taken out below: one pass for all.
            row.number = 0;
            sheet.left_out.push(LeftOut { number, text, why });
        } else if room > 0 {
            room -= 1;
            let place = places::place_row(number);
            let rule = says::equal_to(other);
            let hint = match row.entry.code.counting() {
                Counting::Running => says::equal_way_out(),
                _ => places::equal_of_survey(),
            };
            sheet.problems.push(Problem::new(place, "", rule, hint));
        }
    }
    for sheet in sheets {
        sheet.rows.retain(|row| row.number > 0);
        sheet.left_out.sort_by_key(|left| left.number);
    }
}

#[cfg(test)]
#[path = "equal_tests.rs"]
mod tests;
