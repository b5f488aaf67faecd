//! The rows below the head: entries, and what is left out.

use jiff::civil::Date;

use super::column::{Column, Meaning};
use super::context::{Context, Found};
use super::head::Head;
use super::lookup::{Lookup, Word};
use super::plain::{Grid, beginning, is_blank, line, shown, squash};
use super::row::{RowReader, Shared};
use super::section::{self, Section};
use super::title::{Gathered, is_footer};
use super::totals::{Part, Totals};
use super::understanding::{Layout, LeftOut, RowRead};
use super::value::{self, Amount, Units};
use super::words;
use crate::account::{Entry, EntryCode};
use crate::ledger::book::{Cell, ROWS_MAX, Row};
use crate::ledger::columns::name_of;
use crate::locales::{Text, ledger as places, understanding as says};

/// An entry with what is asked of it beside others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entered {
    pub read: RowRead,
    /// Its crop as the file has it.
    pub crop_written: Option<String>,
    /// Whether the cell for its village is empty.
    pub village_blank: bool,
}

/// Reads the rows below a head.
pub(super) struct Body<'r, 'a> {
    pub grid: &'r Grid<'a>,
    pub head: &'r Head,
    /// What holds for the rows; lines between them change it.
    pub gathered: Gathered,
    pub context: &'r Context<'a>,
    pub lookup: &'r mut Lookup<'a>,
    pub found: &'r mut Found,
    pub rows: Vec<Entered>,
    pub left_out: Vec<LeftOut>,
    pub totals: Totals,
    above: Vec<Option<&'a Cell>>,
    /// The columns with values.
    pub values: Vec<&'r Column>,
    /// Whether rows name villages.
    pub villages: bool,
    pub section: Section,
    /// The number of the last row with a value.
    pub last: usize,
    /// Whether another year than that of the title was asked about.
    pub year_asked: bool,
}

impl<'r, 'a> Body<'r, 'a> {
    pub fn new(
        grid: &'r Grid<'a>,
        head: &'r Head,
        gathered: Gathered,
        context: &'r Context<'a>,
        lookup: &'r mut Lookup<'a>,
        found: &'r mut Found,
    ) -> Self {
        let holds = |meaning: &Meaning| match head.layout {
            Layout::List => *meaning == Meaning::Role("value"),
            Layout::Matrix => matches!(meaning, Meaning::Item(..)),
            Layout::MatrixOfItems => matches!(meaning, Meaning::Village(_)),
        };
        let hidden = &grid.sheet.hidden_columns;
        let shown = head.columns.iter().filter(|column| !hidden.contains(&column.index));
        let values: Vec<&Column> = shown.filter(|column| holds(&column.meaning)).collect();
        let last = section::last_of_data(grid, head.rows.end, &values);
        Self {
            grid,
            head,
            gathered,
            context,
            lookup,
            found,
            rows: Vec::new(),
            left_out: Vec::new(),
            totals: Totals::default(),
            above: vec![None; head.columns.len()],
            values,
            villages: false,
            section: Section::default(),
            last,
            year_asked: false,
        }
    }

    /// Reads all rows.
    pub fn read(&mut self) {
        let rows = &self.grid.sheet.rows;
        let below = rows.get(self.head.rows.end..).unwrap_or_default();
        if self.head.layout == Layout::Matrix
            && let Some(label) = self.head.role("village")
        {
            let names = below.iter().map(|row| line(self.grid.own(row, label.index)));
            let lookup = &mut *self.lookup;
            self.villages = names
                .into_iter()
                .any(|name| matches!(lookup.village(&name).found(), Some(Some(_))));
        }
        for row in below {
            if self.found.is_full() {
                self.found.stop(row.number);
                break;
            }
            // A table of villages and items has many in one row.
            if self.rows.len() > ROWS_MAX {
                let place = places::place_row(row.number);
                let (rule, hint) = (says::too_many_entries(ROWS_MAX), says::split_the_file());
                self.found.add(place, "", rule, hint);
                break;
            }
            self.row(row);
        }
        for (left, why) in self.totals.check(self.found) {
            if let Some(left) = self.left_out.get_mut(left) {
                left.why = why;
            }
        }
    }

    pub fn leave(&mut self, row: &Row, why: Text) {
        self.left_out.push(LeftOut { number: row.number, text: beginning(row), why });
    }

    fn row(&mut self, row: &'a Row) {
        let filled = row.cells.iter().filter(|cell| !is_blank(cell)).count();
        if filled == 0 {
            return;
        }
        if row.hidden {
            return self.leave(row, says::hidden_row());
        }
        let began = self.found.list.len();
        self.check_characters(row);
        let exported =
            self.head.role("row").is_some_and(|c| !is_blank(self.grid.own(row, c.index)));
        if exported {
            return self.entries(row, began);
        }
        if self.is_head_again(row, filled) {
            return self.leave(row, says::head_again());
        }
        if self.section(row) {
            return;
        }
        if let Some(word) = self.section.leave.as_ref().filter(|_| row.number <= self.last) {
            let why = says::left_as_said(word);
            self.found.list.truncate(began);
            return self.leave(row, why);
        }
        let with_values = self.values.iter().any(|column| self.holds(row, column));
        // 制表人 and 审核 may stand below the columns of values.
        let numbers =
            self.values.iter().any(|c| value::amount(self.grid.own(row, c.index)).is_ok());
        if !numbers && is_footer(row) {
            return self.leave(row, says::footer());
        }
        if let Some(word) = self.total_word(row) {
            return self.total(row, &word);
        }
        if !with_values {
            let is_list = self.head.layout == Layout::List;
            let item =
                self.head.role("code").map(|c| line(self.grid.own(row, c.index)).into_owned());
            let named = item.is_some_and(|item| {
                !item.is_empty() && !matches!(self.lookup.item(&item), Word::Asked(..))
            });
            if !is_list || (filled <= 1 && !named) {
                return self.leave(row, says::no_values());
            }
        }
        self.check_fields(row);
        self.entries(row, began);
    }

    /// What messages call the column at `index`.
    pub fn name(&self, index: usize) -> Text {
        let column = self.head.columns.iter().find(|column| column.index == index);
        match column {
            Some(Column { meaning: Meaning::Role(id), .. }) => name_of(id),
            Some(column) if !column.head.is_empty() => Text::verbatim(squash(&column.head)),
            _ => says::column_at(self.grid.column(index)),
        }
    }

    /// Whether the cell holds a value. In a matrix a dash says that there is none.
    fn holds(&self, row: &'a Row, column: &Column) -> bool {
        let cell = self.grid.filled(row, column.index, true);
        let dash = self.head.layout != Layout::List && words::is_nothing(&shown(cell));
        !is_blank(cell) && !dash
    }

    /// The entries of a row whose first problem is the one at `began`. With one that concerns all of it, it has none.
    fn entries(&mut self, row: &'a Row, began: usize) {
        let before = self.found.list.len();
        let mut shared = RowReader {
            grid: self.grid,
            head: self.head,
            gathered: &self.gathered,
            context: self.context,
            above: &self.above,
            row,
            found: self.found,
            lookup: self.lookup,
        }
        .shared();
        if let Some(word) = &shared.leave {
            self.found.list.truncate(before);
            return self.leave(row, says::left_as_said(word));
        }
        self.of_section(row, &mut shared);
        self.check_year(row, &shared);
        if shared.village_blank && self.head.layout == Layout::Matrix {
            let index = self.head.role("village").map_or(0, |column| column.index);
            let place = self.grid.place(row.number, index, name_of("village"));
            self.found.add(place, "", says::which_village(), says::village_way_out());
        }
        shared.faulty = self.found.list.len() > began || self.found.is_full();
        let mut parts = Vec::new();
        for column in self.values.clone() {
            if self.head.layout != Layout::List && !self.holds(row, column) {
                continue;
            }
            parts.extend(self.value(row, column, &shared));
        }
        self.check_sums(row, &parts);
        for column in &self.head.columns {
            let cell = self.grid.filled(row, column.index, false);
            if let Some(above) = self.above.get_mut(column.index)
                && !words::is_ditto(&shown(cell))
            {
                *above = Some(cell).filter(|cell| !is_blank(cell));
            }
        }
    }

    /// Whether one number stands for several rows or values; told once.
    fn is_merged(&mut self, row: &'a Row, column: &Column) -> bool {
        let Some(area) = self.grid.area(row.number, column.index) else { return false };
        let beside = self
            .values
            .iter()
            .filter(|other| (area.columns.0..=area.columns.1).contains(&other.index));
        if area.rows.0 == area.rows.1 && beside.count() < 2 {
            return false;
        }
        let cell = self.grid.filled(row, column.index, true);
        if area.rows.0 == row.number && area.columns.0 == column.index {
            let place = self.grid.place(row.number, column.index, self.name(column.index));
            self.found.add(place, &shown(cell), says::one_for_several(), says::split_and_fill());
        }
        true
    }

    /// The entry of a value, and the part that it is of a total.
    fn value(&mut self, row: &'a Row, column: &Column, shared: &Shared) -> Option<Part> {
        if self.is_merged(row, column) {
            return None;
        }
        let (code, village, crop) = match &column.meaning {
            Meaning::Item(code, crop) => {
                (Some(*code), shared.village.clone(), crop.clone().or_else(|| shared.crop.clone()))
            }
            Meaning::Village(village) => (shared.code, village.clone(), shared.crop.clone()),
            _ => (shared.code, shared.village.clone(), shared.crop.clone()),
        };
        let cell = self.grid.own(row, column.index);
        let place = self.grid.place(row.number, column.index, self.name(column.index));
        let amount = match value::amount(cell) {
            Ok(amount) => amount,
            Err((rule, hint)) => {
                self.found.add(place, &line(cell), rule, hint);
                return None;
            }
        };
        let code = code?;
        let (crop, written) = match crop {
            Some(crop) => (Some(crop), None),
            None => self.crop_of_table(code).unzip(),
        };
        let taken = self.in_unit(row, column, &amount, code, shared, &place)?;
        if shared.id == 0
            && let Some((rule, hint)) = value::implausible(taken.value, &amount, code)
        {
            self.found.add(place, &line(cell), rule, hint);
            return None;
        }
        let mut read_as = shared.read_as.clone();
        if let Some(stored) = amount.stored {
            read_as.push(says::shown_as(&place, line(cell).into_owned(), stored.to_string()));
        } else if amount.is_scaled() {
            let meant = format!("{} {}", amount.value, taken.unit);
            read_as.push(says::word_read_as(&place, line(cell).into_owned(), meant));
        }
        // Another name for the same unit is nothing to be said.
        if let Some(said) = taken.said.filter(|_| taken.value != amount.value) {
            read_as.push(Text::chain([place, said]));
        }
        let matrix = self.head.layout != Layout::List;
        let days = column.days.or(shared.days);
        if let Some(entry) = entry(shared, code, taken.value, days, village, crop)
            && !self.is_refused(row, column, &entry)
        {
            let letters = matrix.then(|| self.grid.column(column.index));
            let read = RowRead { entry, number: row.number, column: letters, read_as };
            let crop_written =
                column.crop_written.clone().or_else(|| shared.crop_written.clone()).or(written);
            let village_blank = shared.village_blank && !matrix;
            self.rows.push(Entered { read, crop_written, village_blank });
        }
        let slack = if amount.stored.is_some() { amount.half } else { 0.0 };
        let unit = self.totals.unit(&taken.unit);
        let part = Part { code, value: taken.value, written: amount.value, slack, unit };
        self.totals.part(column.index, part);
        Some(part)
    }

    fn in_unit(
        &mut self,
        row: &'a Row,
        column: &Column,
        amount: &Amount,
        code: EntryCode,
        shared: &Shared,
        place: &Text,
    ) -> Option<value::Taken> {
        let beside = self.head.role("unit");
        let mut cell = beside.map(|beside| self.grid.filled(row, beside.index, false));
        if let (Some(beside), Some(own)) = (beside, cell)
            && words::is_ditto(&shown(own))
        {
            cell = self.above.get(beside.index).copied().flatten();
        }
        if matches!(cell, Some(Cell::Fault(_))) {
            return None;
        }
        let text = cell.map(|cell| line(cell).into_owned()).filter(|text| !text.is_empty());
        let meant = |text: &str| self.lookup.meaning(text).unwrap_or(text).to_owned();
        let text = text.as_deref().map(meant);
        let (head, title) =
            (column.unit.as_deref().map(meant), self.gathered.unit.as_deref().map(meant));
        let item = shared.unit.as_deref().map(meant);
        let units = Units {
            column: text.as_deref(),
            item: item.as_deref(),
            head: head.as_deref(),
            title: title.as_deref(),
        };
        match value::in_unit(amount, units, code) {
            Ok(taken) => Some(taken),
            Err(value::UnitTrouble::Value(rule, hint)) => {
                self.found.add(place.clone(), amount.text(), rule, hint);
                None
            }
            Err(value::UnitTrouble::Unit(written, rule, hint)) => {
                let place = match beside {
                    Some(beside) => self.grid.place(row.number, beside.index, name_of("unit")),
                    None => place.clone(),
                };
                self.found.add(place, &written, rule, hint);
                None
            }
        }
    }
}

/// The entry, where nothing of it is missing.
fn entry(
    shared: &Shared,
    code: EntryCode,
    value: f64,
    days: Option<(Date, Date)>,
    village: Option<crate::core::VillageId>,
    crop: Option<crate::core::CropId>,
) -> Option<Entry> {
    let (from, to) = days.filter(|_| !shared.faulty)?;
    Some(Entry {
        id: shared.id,
        code,
        value,
        from,
        to,
        village,
        crop,
        work: shared.work.clone(),
        document: shared.document.clone()?,
        entered_by: shared.by.clone()?,
        entered_at: shared.at?,
        reason: shared.reason.clone(),
        supersedes: shared.supersedes,
        reviewed_by: None,
        withdrawn: shared.withdrawn,
    })
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
