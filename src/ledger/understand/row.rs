//! What a row of the file says of all its values: days, village, paper, person.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::context::{Context, Found};
use super::day::{self, Days, Years};
use super::head::Head;
use super::lookup::{Lookup, Word};
use super::names::unit_of_item;
use super::plain::{Grid, fault, is_blank, line, shown};
use super::title::Gathered;
use super::words;
use crate::account::EntryCode;
use crate::core::{CropId, VillageId};
use crate::ledger::book::{Cell, Row};
use crate::ledger::columns::name_of;
use crate::locales::{Text, ledger as places, understanding as says};

/// What a row says of all its values.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub id: i64,
    pub code: Option<EntryCode>,
    /// The unit behind the item's name.
    pub unit: Option<String>,
    pub days: Option<(Date, Date)>,
    pub village: Option<VillageId>,
    /// Whether there is a column of villages, and nothing in it.
    pub village_blank: bool,
    pub crop: Option<CropId>,
    pub crop_written: Option<String>,
    pub work: Option<String>,
    pub document: Option<String>,
    pub by: Option<String>,
    pub at: Option<Timestamp>,
    pub reason: String,
    pub supersedes: Option<i64>,
    pub withdrawn: bool,
    pub read_as: Vec<Text>,
    /// Whether a problem concerns all of the row.
    pub faulty: bool,
    /// The word by which the clerk leaves the row out.
    pub leave: Option<String>,
}

/// Reads the cells of a row that hold for all its values.
pub(super) struct RowReader<'r, 'a> {
    pub grid: &'r Grid<'a>,
    pub head: &'r Head,
    pub gathered: &'r Gathered,
    pub context: &'r Context<'a>,
    /// What stands above each column, for 同上.
    pub above: &'r [Option<&'a Cell>],
    pub row: &'a Row,
    pub found: &'r mut Found,
    pub lookup: &'r mut Lookup<'a>,
}

static EMPTY: Cell = Cell::Empty;

/// Years of which an exported row may be: all of four digits.
const YEARS_OF_EXPORT: (i16, i16) = (0, 9999);

impl<'a> RowReader<'_, 'a> {
    fn index(&self, role: &str) -> Option<usize> {
        self.head.role(role).map(|column| column.index)
    }

    /// The cell of a column of the ledger: its own, that of its merged cells, or the one above where it says 同上.
    fn cell(&self, role: &str) -> &'a Cell {
        let Some(index) = self.index(role) else { return &EMPTY };
        let cell = self.grid.filled(self.row, index, false);
        if words::is_ditto(&shown(cell)) {
            return self.above.get(index).copied().flatten().unwrap_or(cell);
        }
        cell
    }

    fn text(&self, role: &str) -> String {
        line(self.cell(role)).into_owned()
    }

    fn place(&self, role: &str) -> Text {
        match self.index(role) {
            Some(index) => self.grid.place(self.row.number, index, name_of(role)),
            None => places::place_cell(self.row.number, name_of(role)),
        }
    }

    fn problem(&mut self, role: &str, rule: Text, hint: Text) {
        let (place, value) = (self.place(role), self.text(role));
        self.found.add(place, &value, rule, hint);
    }

    fn say(&self, shared: &mut Shared, role: &str, meaning: impl Into<crate::locales::Argument>) {
        shared.read_as.push(says::word_read_as(self.place(role), self.text(role), meaning));
    }

    /// All of it. What is wrong becomes a problem, and leaves a gap.
    pub fn shared(&mut self) -> Shared {
        let mut shared = Shared::default();
        for role in ["code", "village", "crop", "work", "document", "entered_by", "unit", "reason"]
        {
            self.check(role, &mut shared);
        }
        shared.id = self.row_number("row", places::empty_unless_exported).unwrap_or(0);
        self.names(&mut shared);
        for role in ["from", "to"] {
            let text = self.text(role);
            if words::is_total(&text) && self.lookup.leaves(&text) {
                shared.leave = Some(text);
            }
        }
        shared.days = self.days(&mut shared.read_as);
        // The rows of our own export keep their texts as they are.
        let exported = shared.id > 0;
        let text = |reader: &Self, role: &str| {
            if exported { shown(reader.cell(role)).into_owned() } else { reader.text(role) }
        };
        shared.work = Some(text(self, "work")).filter(|work| !work.is_empty());
        shared.reason = text(self, "reason");
        shared.document = Some(text(self, "document")).filter(|text| !text.is_empty());
        shared.by = Some(text(self, "entered_by")).filter(|text| !text.is_empty());
        if self.index("document").is_none() {
            shared.document.clone_from(&self.gathered.document);
        } else if shared.document.is_none() {
            self.problem(
                "document",
                places::missing(name_of("document")),
                places::name_the_paper(),
            );
        }
        if self.index("entered_by").is_none() {
            shared.by.clone_from(&self.gathered.by);
        } else if shared.by.is_none() && self.context.asked.by.is_some() {
            shared.by.clone_from(&self.context.asked.by);
        } else if shared.by.is_none() {
            self.problem(
                "entered_by",
                places::missing(name_of("entered_by")),
                places::name_the_person(),
            );
        }
        shared.at = self.entered_at();
        shared.supersedes = self.row_number("supersedes", places::number_of_replaced);
        if shared.supersedes.is_some() && shared.reason.is_empty() {
            self.problem("reason", places::correction_needs_reason(), places::write_why());
        }
        shared.withdrawn = self.withdrawn(shared.supersedes);
        shared
    }

    /// Faults in a cell of text, and 同上 with nothing above it.
    fn check(&mut self, role: &str, shared: &mut Shared) {
        let Some(index) = self.index(role) else { return };
        let own = self.grid.filled(self.row, index, false);
        if words::is_ditto(&shown(own)) && self.is_below_hidden() {
            self.problem(role, places::hidden_above(), says::write_it_out());
        }
        let cell = self.cell(role);
        if let Cell::Fault(found) = cell {
            let (rule, hint) = fault(found);
            self.problem(role, rule, hint);
        } else if words::is_ditto(&shown(cell)) {
            self.problem(role, says::nothing_above(), says::write_it_out());
        } else if !std::ptr::eq(own, cell) {
            let (place, said) = (self.place(role), line(cell));
            shared.read_as.push(says::word_read_as(
                place,
                line(own).into_owned(),
                said.into_owned(),
            ));
        }
    }

    /// Whether the row just above is not shown.
    fn is_below_hidden(&self) -> bool {
        let rows = &self.grid.sheet.rows;
        let at = rows.partition_point(|row| row.number < self.row.number);
        let above = at.checked_sub(1).and_then(|at| rows.get(at));
        above.is_some_and(|above| above.hidden)
    }

    /// Item, village and crop.
    fn names(&mut self, shared: &mut Shared) {
        let text = self.text("code");
        if self.index("code").is_some() {
            match self.lookup.item(&text) {
                Word::Leave => shared.leave = Some(text),
                Word::Found { value, said } => {
                    shared.code = Some(value);
                    shared.unit = unit_of_item(&text);
                    if said {
                        self.say(shared, "code", value.name());
                    }
                }
                Word::Asked(rule, hint) => self.problem("code", rule, hint),
            }
        }
        let text = self.text("village");
        if text.is_empty() {
            shared.village_blank = self.index("village").is_some();
        } else {
            match self.lookup.village(&text) {
                Word::Leave => shared.leave = Some(text),
                Word::Found { value, said } => {
                    if said {
                        let name = value.as_ref().map(|id| self.context.township.village_name(id));
                        let name = name.map_or_else(says::whole_township, Text::verbatim);
                        self.say(shared, "village", name);
                    }
                    shared.village = value;
                }
                Word::Asked(rule, hint) => self.problem("village", rule, hint),
            }
        }
        let text = self.text("crop");
        if !text.is_empty() {
            match self.lookup.crop(&text) {
                Word::Leave => shared.leave = Some(text),
                Word::Found { value, said } => {
                    if said {
                        self.say(shared, "crop", self.context.township.crop_name(&value));
                    }
                    shared.crop = Some(value);
                    shared.crop_written = Some(super::plain::squash(&text));
                }
                Word::Asked(rule, hint) => self.problem("crop", rule, hint),
            }
        }
    }

    /// First and last day: of two columns, of one, or of the whole table.
    fn days(&mut self, read_as: &mut Vec<Text>) -> Option<(Date, Date)> {
        match (self.index("from"), self.index("to")) {
            (None, None) => self.gathered.days,
            (Some(_), None) => self.day("from", read_as).map(|days| (days.from, days.to)),
            (None, Some(_)) => self.day("to", read_as).map(|days| (days.from, days.to)),
            (Some(_), Some(_)) => {
                let from = self.day("from", read_as);
                // A span in the first column needs no second, and for a single day it is often left empty.
                let blank = is_blank(self.cell("to"));
                if blank && from.is_some_and(|days| days.from == days.to) {
                    read_as.push(says::same_day(self.place("to")));
                }
                let to = if blank { from } else { self.day("to", read_as) };
                let (from, to) = (from?.from, to?.to);
                if to < from {
                    let rule = places::ends_before_it_begins(from.to_string());
                    self.problem("to", rule, places::swap_days());
                    return None;
                }
                Some((from, to))
            }
        }
    }

    /// The years that can be. The rows of our own export were judged when they were entered.
    fn years(&self) -> Years {
        let years = self.gathered.years;
        if is_blank(self.cell("row")) { years } else { Years { range: YEARS_OF_EXPORT, ..years } }
    }

    /// The cell of a day; where the head says 月份, 8 is 8月.
    fn cell_of_day(&self, role: &str) -> Cow<'a, Cell> {
        let cell = self.cell(role);
        let months = self.head.role(role).is_some_and(|column| words::is_month_head(&column.head));
        let bare = months && matches!(cell, Cell::Text(_) | Cell::Number(_));
        let month: Option<u8> = if bare { shown(cell).trim().parse().ok() } else { None };
        match month.filter(|month| (1..=12).contains(month)) {
            Some(month) => Cow::Owned(Cell::Text(words::month_named(month))),
            None => Cow::Borrowed(cell),
        }
    }

    fn day(&mut self, role: &str, read_as: &mut Vec<Text>) -> Option<Days> {
        if let Cell::Fault(found) = self.cell(role) {
            let (rule, hint) = fault(found);
            self.problem(role, rule, hint);
            return None;
        }
        match day::days(&self.cell_of_day(role), self.years()) {
            Ok(days) => {
                if days.year_added || days.from != days.to {
                    let said = says::span(days.from.to_string(), days.to.to_string());
                    let said = if days.from == days.to { Text::verbatim(days.from) } else { said };
                    read_as.push(says::word_read_as(self.place(role), self.text(role), said));
                }
                Some(days)
            }
            Err(fault) => {
                let text = self.text(role);
                let (rule, hint) = if words::is_total(&text) {
                    (places::total_for_day(&text), places::leave_total_out(&text))
                } else {
                    fault.rule_and_hint()
                };
                self.problem(role, rule, hint);
                None
            }
        }
    }

    /// An instant with its offset, or a time of the office's clock as in a spreadsheet; a day alone means its start.
    fn entered_at(&mut self) -> Option<Timestamp> {
        let cell = self.cell("entered_at");
        if is_blank(cell) {
            return Some(self.context.now);
        }
        let text = shown(cell);
        // An hour that a clock change skips or repeats is refused.
        let local = |at: DateTime| {
            let instant = self.context.zone.to_ambiguous_zoned_datetime(at).unambiguous().ok()?;
            Some(instant.timestamp())
        };
        let read = match cell {
            Cell::Moment(at) => local(*at),
            Cell::Day(day) => local((*day).into()),
            _ => text.parse::<Timestamp>().ok().or_else(|| {
                let at = text.parse::<DateTime>().ok();
                local(at.or_else(|| Some(day::days(cell, self.years()).ok()?.from.into()))?)
            }),
        };
        if read.is_none() {
            self.problem("entered_at", places::not_a_time(), places::times_for_example());
        }
        read
    }

    /// Whether the row takes the one back that it supersedes.
    fn withdrawn(&mut self, supersedes: Option<i64>) -> bool {
        match words::yes_or_no(&self.text("withdrawn")) {
            Some(true) if supersedes.is_some() => return true,
            Some(true) => {
                let (rule, hint) = (places::nothing_withdrawn(), places::number_of_replaced());
                self.problem("withdrawn", rule, hint);
            }
            Some(false) => {}
            None => self.problem("withdrawn", places::not_a_withdrawal(), places::yes_or_nothing()),
        }
        false
    }

    /// The number of a ledger row; the cell may be empty.
    fn row_number(&mut self, role: &str, hint: fn() -> Text) -> Option<i64> {
        let cell = self.cell(role);
        if is_blank(cell) {
            return None;
        }
        let text = Some(shown(cell)).filter(|_| !matches!(cell, Cell::Fault(_)));
        let number = text.and_then(|text| text.parse().ok()).filter(|row: &i64| *row > 0);
        if number.is_none() {
            self.problem(role, places::not_a_row_number(), hint());
        }
        number
    }
}
