//! Rows of the whole township beside those of its villages: they may be their sum, which would count twice.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::super::body::Entered;
use super::super::context::Found;
use super::super::head::Head;
use super::super::names::is_own_level;
use super::super::plain::{Grid, line};
use crate::account::{Counting, EntryCode};
use crate::core::CropId;
use crate::ledger::columns::name_of;
use crate::locales::ledger as places;

/// A sum of villages.
#[derive(Clone, Copy, Default)]
struct Sum {
    rows: usize,
    value: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        self.rows += 1;
        self.value += value;
    }

    /// Whether `value` may be this sum: of several rows, or of one that has the same days.
    fn may_be(self, value: f64, same_days: bool) -> bool {
        let near = (self.value - value).abs() <= 1e-9 * self.value.abs() + 1e-9;
        near && (self.rows >= 2 || self.rows == 1 && same_days)
    }
}

/// Item and crop; without a crop all of them.
type Key<'a> = (EntryCode, Option<&'a CropId>);

/// The villages' sums of an item.
#[derive(Default)]
struct Sums {
    /// Up to the present row, and since the last row of the township.
    before: Sum,
    since: Sum,
    all: Sum,
    of_days: BTreeMap<(Date, Date), Sum>,
}

/// Asks about each row of the township whose value is the sum of villages' rows of its item.
pub(super) fn ask(rows: &[Entered], grid: &Grid<'_>, head: &Head, found: &mut Found) {
    let own = |row: &&Entered| {
        let entry = &row.read.entry;
        let summed = !matches!(entry.code.counting(), Counting::Named | Counting::Given);
        entry.id == 0 && summed && entry.value != 0.0
    };
    let mut sums: HashMap<Key<'_>, Sums> = HashMap::new();
    for row in rows.iter().filter(own) {
        let entry = &row.read.entry;
        if entry.village.is_some() {
            for key in keys(entry.code, entry.crop.as_ref()) {
                let sums = sums.entry(key).or_default();
                sums.all.add(entry.value);
                sums.of_days.entry((entry.from, entry.to)).or_default().add(entry.value);
            }
        }
    }
    for row in rows.iter().filter(own) {
        let entry = &row.read.entry;
        if entry.village.is_some() {
            for key in keys(entry.code, entry.crop.as_ref()) {
                let sums = sums.entry(key).or_default();
                sums.before.add(entry.value);
                sums.since.add(entry.value);
            }
            continue;
        }
        let Some(sums) = sums.get_mut(&(entry.code, entry.crop.as_ref())) else { continue };
        let of_days = sums.of_days.get(&(entry.from, entry.to)).copied().unwrap_or_default();
        let several = [sums.since, sums.before, sums.all];
        sums.since = Sum::default();
        let is_sum = several.iter().any(|sum| sum.may_be(entry.value, false));
        if !is_sum && !of_days.may_be(entry.value, true) || is_of_own_level(row, grid, head) {
            continue;
        }
        let number = row.read.number;
        let place = match (head.role("village"), &row.read.column) {
            (Some(column), None) => grid.place(number, column.index, name_of("village")),
            _ => places::place_row(number),
        };
        let rule = places::may_be_the_sum(entry.code.name(), entry.value);
        found.add(place, &word(row, grid, head), rule, places::sum_or_own());
    }
}

/// The sums that a village's row belongs to.
fn keys(code: EntryCode, crop: Option<&CropId>) -> impl Iterator<Item = Key<'_>> {
    let all = crop.is_some().then_some((code, None));
    std::iter::once((code, crop)).chain(all)
}

/// What the row has for its village.
fn word(row: &Entered, grid: &Grid<'_>, head: &Head) -> String {
    let column = head.role("village");
    let rows = &grid.sheet.rows;
    let at = rows.binary_search_by_key(&row.read.number, |row| row.number);
    let row = at.ok().and_then(|at| rows.get(at));
    row.zip(column).map_or_else(String::new, |(row, column)| {
        line(grid.filled(row, column.index, false)).into_owned()
    })
}

/// Whether the row says that it is of the township's own office, and not of its villages together.
fn is_of_own_level(row: &Entered, grid: &Grid<'_>, head: &Head) -> bool {
    is_own_level(&word(row, grid, head))
}
