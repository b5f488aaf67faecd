//! The text of cells, and the places that problems name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::book::{Cell, Fault, Merged, Row, Sheet};
use crate::locales::{Text, ledger as places, understanding as words};

/// `text` without blanks, with the brackets, colons and slashes of half width, so that offices' ways to write agree.
pub(super) fn squash(text: &str) -> String {
    let kept = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}' && *c != '\u{feff}');
    let narrow = kept.map(|c| match c {
        '（' | '【' | '［' | '[' => '(',
        '）' | '】' | '］' | ']' => ')',
        '：' => ':',
        '／' => '/',
        other => other,
    });
    narrow.collect()
}

/// The text that a cell shows, as it is written.
pub(super) fn shown(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Empty => Cow::Borrowed(""),
        Cell::Text(text) => Cow::Borrowed(text),
        Cell::Number(value) => Cow::Owned(value.to_string()),
        Cell::Shown(shown) => Cow::Borrowed(&shown.text),
        Cell::Day(day) => Cow::Owned(day.to_string()),
        Cell::Moment(at) => Cow::Owned(at.to_string()),
        Cell::Month(first) => Cow::Owned(first.strftime("%Y-%m").to_string()),
        Cell::Fault(Fault::Error(text) | Fault::NoDate(text) | Fault::Unclear(text)) => {
            Cow::Borrowed(text)
        }
        Cell::Fault(Fault::NotComputed) => Cow::Borrowed(""),
    }
}

/// The text that a cell shows, in one line.
pub(super) fn line(cell: &Cell) -> Cow<'_, str> {
    let text = shown(cell);
    if text.contains(['\n', '\r', '\t']) {
        let parts = text.split(['\n', '\r', '\t']).map(str::trim).filter(|part| !part.is_empty());
        return Cow::Owned(parts.collect::<Vec<_>>().join(" "));
    }
    text
}

/// Whether a cell holds nothing.
pub(super) fn is_blank(cell: &Cell) -> bool {
    match cell {
        Cell::Empty => true,
        Cell::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A character that is not seen, or that changes the order of what is seen.
pub(super) fn unseen(text: &str) -> Option<char> {
    text.chars().find(|c| {
        let control = c.is_control() && !matches!(c, '\n' | '\r' | '\t');
        control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Why a cell of a workbook has no usable value, and the way out.
pub(super) fn fault(fault: &Fault) -> (Text, Text) {
    match fault {
        Fault::Error(error) => (places::formula_error(error), places::correct_formula()),
        Fault::NotComputed => (places::formula_without_result(), places::compute_and_save()),
        Fault::NoDate(_) => (places::no_day_in_date(), places::format_as_date()),
        Fault::Unclear(shown) => (words::unclear(shown), words::show_plainly()),
    }
}

/// How a row begins, for whoever is told that it was left out.
pub(super) fn beginning(row: &Row) -> String {
    let filled = row.cells.iter().filter(|cell| !is_blank(cell)).take(4).map(line);
    let text: String = filled.collect::<Vec<_>>().join(" ");
    let visible = text.chars().filter(|c| unseen(&c.to_string()).is_none());
    visible.take(40).collect()
}

/// The letters of a column, from 0: A, B, … AA.
pub(super) fn letters(mut index: usize) -> String {
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'A' + (index % 26) as u8));
        index /= 26;
        if index == 0 {
            return text;
        }
        index -= 1;
    }
}

/// A sheet whose merged cells can be asked.
pub(super) struct Grid<'a> {
    pub sheet: &'a Sheet,
    lettered: bool,
    merged: BTreeMap<usize, Vec<Merged>>,
}

static EMPTY: Cell = Cell::Empty;

impl<'a> Grid<'a> {
    pub fn new(sheet: &'a Sheet, lettered: bool) -> Self {
        let mut merged: BTreeMap<usize, Vec<Merged>> = BTreeMap::new();
        for area in &sheet.merged {
            let last = area.columns.1.min(super::super::book::COLUMNS_MAX - 1);
            for column in area.columns.0..=last {
                merged.entry(column).or_default().push(*area);
            }
        }
        for areas in merged.values_mut() {
            areas.sort_by_key(|area| area.rows);
        }
        Self { sheet, lettered, merged }
    }

    /// The merged cells that this one belongs to.
    pub fn area(&self, number: usize, column: usize) -> Option<Merged> {
        let areas = self.merged.get(&column)?;
        let after = areas.partition_point(|area| area.rows.0 <= number);
        let area = areas.get(after.checked_sub(1)?)?;
        (area.rows.1 >= number).then_some(*area)
    }

    /// The cell itself.
    pub fn own(&self, row: &'a Row, column: usize) -> &'a Cell {
        row.cells.get(column).unwrap_or(&EMPTY)
    }

    /// The cell, or that whose merging covers it: from above, and with `across` from the left.
    pub fn filled(&self, row: &'a Row, column: usize, across: bool) -> &'a Cell {
        let own = self.own(row, column);
        if !is_blank(own) {
            return own;
        }
        let Some(area) = self.area(row.number, column) else { return own };
        if area.columns.0 != column && !across {
            return own;
        }
        let rows = &self.sheet.rows;
        let top = rows.binary_search_by_key(&area.rows.0, |row| row.number);
        let top = top.ok().and_then(|index| rows.get(index));
        top.map_or(own, |top| self.own(top, area.columns.0))
    }

    /// The letters of a column; in a text file its number.
    pub fn column(&self, index: usize) -> String {
        if self.lettered { letters(index) } else { (index + 1).to_string() }
    }

    /// A cell as messages name it.
    pub fn place(
        &self,
        number: usize,
        index: usize,
        name: impl Into<crate::locales::Argument>,
    ) -> Text {
        if self.lettered {
            places::place_address(number, name, format!("{}{number}", letters(index)))
        } else {
            places::place_cell(number, name)
        }
    }
}
