//! Lines between the rows of a table that hold for the rows below them: a village, a crop, days, a unit. What is none
//! of these, and no note, is asked.

use super::body::Body;
use super::column::Column;
use super::names::{self, Named};
use super::plain::{Grid, is_blank, line, squash};
use super::row::Shared;
use super::titled::TitleCrop;
use super::understanding::Layout;
use super::{column, day, levels, notes, qualifiers, value, words};
use crate::account::{Entry, EntryCode};
use crate::core::{CropId, Period, VillageId};
use crate::ledger::book::{Cell, Row};
use crate::ledger::columns::name_of;
use crate::ledger::value::refused_row;
use crate::locales::{Text, understanding as says};

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Village,
    Crop,
    Days,
    Unit,
}

/// What the lines above a row say of it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The kinds of lines that the table has, the outer ones first, and whether the last one still holds.
    kinds: Vec<(Kind, bool)>,
    village: Option<(Option<VillageId>, Text)>,
    crop: Option<(CropId, String)>,
    /// The line by which the clerk leaves out the rows below it.
    pub leave: Option<String>,
}

impl Section {
    /// A line of `kind`: the inner ones no longer hold.
    fn begin(&mut self, kind: Kind) {
        self.leave = None;
        let at = self.kinds.iter().position(|(known, _)| *known == kind);
        let at = at.unwrap_or(self.kinds.len());
        if at == self.kinds.len() {
            self.kinds.push((kind, true));
        }
        for (index, (_, holds)) in self.kinds.iter_mut().enumerate().skip(at) {
            *holds = index == at;
        }
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds.iter().any(|(known, holds)| *known == kind && *holds)
    }

    /// Whether an outer line began, and the inner one that the table has elsewhere is missing.
    fn lacks(&self) -> bool {
        self.kinds.iter().any(|(_, holds)| !holds)
    }
}

/// Words of lines between pages.
const PAGES: &[&str] = &["续表", "接上页", "转下页", "(续)", "续上表", "接下页"];

/// The number of the last row that holds a number in a column of values.
pub(super) fn last_of_data(grid: &Grid<'_>, first: usize, values: &[&column::Column]) -> usize {
    let rows = grid.sheet.rows.get(first..).unwrap_or_default();
    let holds = |row: &&Row| {
        !row.hidden && values.iter().any(|c| value::amount(grid.own(row, c.index)).is_ok())
    };
    rows.iter().rev().find(holds).map_or(0, |row| row.number)
}

impl<'a> Body<'_, 'a> {
    /// Whether the row is a line between rows, which then is settled.
    pub fn section(&mut self, row: &'a Row) -> bool {
        if row.number > self.last {
            return false;
        }
        let filled = || row.cells.iter().enumerate().filter(|(_, cell)| !is_blank(cell));
        if filled().any(|(_, cell)| !matches!(cell, Cell::Text(_))) {
            return false;
        }
        let number = |c: &&column::Column| value::amount(self.grid.own(row, c.index)).is_ok();
        if self.values.iter().any(number) {
            return false;
        }
        let mut texts: Vec<(usize, String)> = Vec::new();
        for (index, cell) in filled() {
            let text = line(cell).into_owned();
            if !texts.iter().any(|(_, known)| *known == text) {
                texts.push((index, text));
            }
        }
        if !self.is_line(&texts) {
            return false;
        }
        for (index, text) in &texts {
            self.settle_line(row, *index, text);
        }
        let why = match &self.section.leave {
            Some(word) => says::left_as_said(word),
            None => says::line_between(),
        };
        self.leave(row, why);
        true
    }

    /// Whether a row with these texts alone is a line between rows, and not a row without values.
    fn is_line(&self, texts: &[(usize, String)]) -> bool {
        let Some((index, first)) = texts.first() else { return false };
        let known = |text: &str| {
            let village = names::village(text, self.context.township);
            match self.head.layout {
                Layout::Matrix => matches!(village, Named::Exactly(_) | Named::Near(_)),
                _ => matches!(names::item(text), Named::Exactly(_) | Named::Near(_)),
            }
        };
        let role = match self.head.layout {
            Layout::Matrix => "village",
            _ => "code",
        };
        let at_label = self.head.role(role).is_some_and(|column| column.index == *index);
        if words::is_total(first) || at_label && known(first) {
            return false;
        }
        let labelled = texts.iter().all(|(_, text)| words::is_label(text));
        texts.len() == 1 || labelled || self.head.layout != Layout::List && !self.holds_text(texts)
    }

    /// Whether a text stands below a value's head, such as 无 for a number.
    fn holds_text(&self, texts: &[(usize, String)]) -> bool {
        texts.iter().any(|(index, text)| {
            !words::is_nothing(text) && self.values.iter().any(|column| column.index == *index)
        })
    }

    fn settle_line(&mut self, row: &'a Row, index: usize, text: &str) {
        if self.lookup.leaves(text) {
            self.section.leave = Some(text.to_owned());
            return;
        }
        if self.lookup.is_remark(text) || words::is_nothing(text) {
            return;
        }
        let meant = self.lookup.meaning(text).unwrap_or(text).to_owned();
        let squashed = squash(&meant);
        let plain = qualifiers::without_count(&squashed).trim_matches([':', '(', ')']).to_owned();
        let sure = qualifiers::doubtful_in(&meant).is_none();
        let understood = sure
            && (self.unit_line(row, index, &meant)
                || self.day_line(row, index, &meant)
                || self.village_line(row, index, &plain)
                || self.crop_line(row, index, &plain))
            || self.is_page_head(text)
            || sure && (is_note(&meant) || qualifiers::is_harmless(&plain));
        if !understood {
            let place = self.grid.place(row.number, index, self.name(index));
            self.found.add(place, text, says::line_unclear(), says::line_way_out(text));
        }
    }

    /// Whether it is a line above the table once more, or between pages.
    fn is_page_head(&self, text: &str) -> bool {
        let squashed = squash(text);
        let above = self.grid.sheet.rows.iter().take(self.head.rows.start);
        let again = above.flat_map(|row| &row.cells).any(|cell| squash(&line(cell)) == squashed);
        let page =
            squashed.starts_with('第') && squashed.contains('页') || squashed.ends_with("(续)");
        again || page || PAGES.contains(&squashed.as_str())
    }

    fn said(&mut self, row: &Row, index: usize, text: &str, meaning: Text) {
        let place = self.grid.place(row.number, index, says::line_of_section());
        self.gathered.said.push(says::word_read_as(place, text, meaning));
    }

    fn unit_line(&mut self, row: &'a Row, index: usize, text: &str) -> bool {
        let unit = match notes::unit_in(text) {
            Some(unit) => unit,
            None => match notes::unit_of_note(text) {
                Some(unit) => unit,
                None => return false,
            },
        };
        let own: Vec<&str> =
            self.values.iter().filter_map(|column| column.unit.as_deref()).collect();
        if own.iter().any(|own| **own != unit) || self.head.role("unit").is_some() {
            return false;
        }
        if self.gathered.unit.as_ref() == Some(&unit) {
            return true;
        }
        self.said(row, index, text, says::unit_below(&unit));
        self.gathered.unit = Some(unit);
        self.section.begin(Kind::Unit);
        true
    }

    fn day_line(&mut self, row: &'a Row, index: usize, text: &str) -> bool {
        let years = self.gathered.years;
        let alone = qualifiers::days_alone(text, years);
        // A title with its own day stands above a head of its own.
        let title = || {
            let at = self.grid.sheet.rows.iter().position(|other| other.number == row.number)?;
            let below = self.grid.sheet.rows.get(at + 1..)?.iter();
            let next = below
                .filter(|row| !row.hidden)
                .find(|row| row.cells.iter().filter(|cell| !is_blank(cell)).count() >= 2)?;
            let filled = next.cells.iter().filter(|cell| !is_blank(cell)).count();
            let days = day::days_in(text, years).filter(|_| self.is_head_again(next, filled))?;
            Some((days.from, days.to))
        };
        let Some(days) = alone.or_else(title) else { return false };
        let dated = self.head.role("from").is_some() || self.head.role("to").is_some();
        if dated || self.values.iter().any(|column| column.days.is_some()) {
            return false;
        }
        if self.gathered.days == Some(days) {
            return true;
        }
        self.gathered.days = Some(days);
        self.said(row, index, text, says::span(days.0.to_string(), days.1.to_string()));
        self.section.begin(Kind::Days);
        true
    }

    fn village_line(&mut self, row: &'a Row, index: usize, name: &str) -> bool {
        if self.head.layout != Layout::List {
            return false;
        }
        let Some(village) = self.lookup.village(name).found() else { return false };
        let first = !self.section.kinds.iter().any(|(kind, _)| *kind == Kind::Village);
        // Rows above it would be of no village.
        if first && !self.rows.is_empty() && self.head.role("village").is_none() {
            return false;
        }
        let shown = match &village {
            Some(id) => Text::verbatim(self.context.township.village_name(id)),
            None => says::whole_township(),
        };
        self.said(row, index, name, shown.clone());
        self.section.begin(Kind::Village);
        self.section.village = Some((village, shown));
        true
    }

    fn crop_line(&mut self, row: &'a Row, index: usize, name: &str) -> bool {
        let Some(crop) = self.lookup.crop(name).found() else { return false };
        let first = !self.section.kinds.iter().any(|(kind, _)| *kind == Kind::Crop);
        let named = self.head.role("crop").is_some()
            || self.head.columns.iter().any(|column| column.crop.is_some())
            || first && !self.rows.is_empty();
        if named {
            return false;
        }
        let shown = Text::verbatim(self.context.township.crop_name(&crop));
        self.said(row, index, name, shown);
        self.section.begin(Kind::Crop);
        self.section.crop = Some((crop, name.to_owned()));
        true
    }

    /// Gives a row what the lines above it say.
    pub fn of_section(&mut self, row: &'a Row, shared: &mut Shared) {
        let place = self.grid.place(row.number, 0, says::line_of_section());
        if self.section.lacks() {
            self.found.add(place.clone(), "", says::line_missing(), says::repeat_the_line());
        }
        if let Some(item) = self.head.item.as_ref().filter(|_| self.head.role("code").is_none()) {
            shared.code = shared.code.or(Some(item.code));
            shared.unit = shared.unit.take().or_else(|| item.unit.clone());
        }
        let holds = self.section.has(Kind::Village);
        let Some((village, shown)) = self.section.village.clone().filter(|_| holds) else { return };
        if self.head.role("village").is_none() || shared.village_blank {
            shared.village = village;
            shared.village_blank = false;
            shared.read_as.push(says::of_line(name_of("village"), shown));
        } else if shared.village != village {
            self.found.add(place, "", says::other_village(shown), says::repeat_the_line());
        }
    }

    /// The crop of a value for which neither row nor head names one.
    pub fn crop_of_table(&mut self, code: EntryCode) -> Option<(CropId, String)> {
        if !column::takes_crop(code) {
            return None;
        }
        if self.section.has(Kind::Crop) {
            return self.section.crop.clone();
        }
        match self.gathered.crop.clone()? {
            TitleCrop::One { id, written, said } => {
                if !self.gathered.said.contains(&said) {
                    self.gathered.said.push(said);
                }
                Some((id, written))
            }
            TitleCrop::Asked(place, word, rule, hint) => {
                self.gathered.crop = None;
                self.found.add(place, &word, rule, hint);
                None
            }
        }
    }

    /// Tells what of a new row cannot be, besides its value.
    pub fn is_refused(&mut self, row: &'a Row, column: &Column, entry: &Entry) -> bool {
        if entry.id != 0 || entry.withdrawn {
            return false;
        }
        let days = Period { from: entry.from, to: entry.to };
        let known = (self.context.township, self.context.today());
        let Some(fault) = refused_row(entry.code, days, entry.work.as_deref(), known) else {
            return false;
        };
        // Both days may be in the column of the first.
        let own = self.head.role(fault.field);
        let own = own.or_else(|| self.head.role("from").filter(|_| fault.field == "to"));
        let index = own.map_or(column.index, |own| own.index);
        let place = self.grid.place(row.number, index, self.name(index));
        let written = line(self.grid.filled(row, index, false)).into_owned();
        self.found.add(place, &written, fault.rule, fault.hint);
        true
    }

    /// Asks about a row of another year than the one that title or sheet names; once.
    pub fn check_year(&mut self, row: &'a Row, shared: &Shared) {
        let Some(column) = self.head.role("from").or_else(|| self.head.role("to")) else { return };
        let named = self.gathered.years.named.filter(|_| self.gathered.year_said);
        let (Some(year), Some((from, to))) = (named, shared.days) else { return };
        if self.year_asked || shared.id != 0 || from.year() == year || to.year() == year {
            return;
        }
        self.year_asked = true;
        let place = self.grid.place(row.number, column.index, self.name(column.index));
        let written = line(self.grid.own(row, column.index)).into_owned();
        let rule = says::other_year(from.year(), year);
        self.found.add(place, &written, rule, says::other_year_way_out(from.year()));
    }
}

/// Whether a line is a note or a signature, and says nothing of the rows below it.
fn is_note(text: &str) -> bool {
    let below = ["以下", "下列", "以上", "上述"].iter().any(|word| text.contains(word));
    words::is_label(text)
        && !below
        && notes::unit_of_note(text).is_none()
        && !levels::names_a_day(text)
}

#[cfg(test)]
#[path = "section_tests.rs"]
mod tests;
