//! Reads one row of a ledger file and checks it column by column.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::codes::{code, codes_near};
use super::columns::name_of;
use super::table::{Line, letters};
use super::units;
use crate::account::{Entry, EntryCode};
use crate::core::{Problem, nearest};
use crate::locales::{Lang, Text, ledger as words};
use crate::water::Township;

/// Most characters of a cell. Engineering judgement: the name of a paper or a reason has some dozens.
const CHARACTERS_MAX: usize = 500;

pub(super) struct RowReader<'a> {
    line: &'a Line,
    columns: &'a [&'static str],
    lettered: bool,
    /// The unit in the head of the values.
    head_unit: Option<&'a str>,
    pub(super) problems: Vec<Problem>,
    /// The value as written and in the ledger's unit, if they differ.
    pub(super) conversion: Option<Text>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        line: &'a Line,
        columns: &'a [&'static str],
        lettered: bool,
        head_unit: Option<&'a str>,
    ) -> Self {
        Self { line, columns, lettered, head_unit, problems: Vec::new(), conversion: None }
    }

    fn text(&self, column: &str) -> &'a str {
        let index = self.columns.iter().position(|name| *name == column);
        let cell = index.and_then(|i| self.line.cells.get(i));
        cell.and_then(|cell| cell.as_deref().ok()).unwrap_or("")
    }

    /// The place of a cell, such as `row 5, value`, in a workbook with its address.
    fn path(&self, column: &str) -> Text {
        let (number, name) = (self.line.number, name_of(column));
        match self.columns.iter().position(|name| *name == column) {
            Some(index) if self.lettered => {
                words::place_address(number, name, format!("{}{number}", letters(index)))
            }
            _ => words::place_cell(number, name),
        }
    }

    /// Adds a problem of a cell. Returns `None` in place of the cell's value.
    fn problem<T>(&mut self, column: &str, rule: Text, hint: Text) -> Option<T> {
        let value: String = self.text(column).chars().take(80).collect();
        let path = self.path(column);
        self.problems.push(Problem::new(path, value, rule, hint));
        None
    }

    /// The row, or `None` if a problem leaves a gap in it.
    pub(super) fn entry(&mut self, township: &Township, imported_at: Timestamp) -> Option<Entry> {
        self.check_cells();
        if !self.problems.is_empty() {
            return None;
        }
        let id = self.row_number("row", words::empty_unless_exported);
        let code = self.code();
        let value = self.value();
        let value = match (code, value) {
            (Some(code), Some(value)) => self.in_unit(code, value),
            _ => value,
        };
        let from = self.day("from");
        let to = self.day("to");
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            let rule = words::ends_before_it_begins(from.to_string());
            self.problem::<()>("to", rule, words::swap_days());
        }
        let villages = || township.villages.iter().map(|v| (v.id.as_str(), v.name.as_str()));
        let crops = || township.crops.iter().map(|c| (c.id.as_str(), c.name.as_str()));
        let village = self.id_of_one("village", villages, words::no_such_village);
        let village = village.and_then(|id| id.parse().ok());
        let crop = self.id_of_one("crop", crops, words::no_such_crop);
        let crop = crop.and_then(|id| id.parse().ok());
        let document = self.required("document", words::name_the_paper);
        let entered_by = self.required("entered_by", words::name_the_person);
        let entered_at = self.entered_at(township, imported_at);
        let supersedes = self.row_number("supersedes", words::number_of_replaced);
        if supersedes.is_some() && self.text("reason").is_empty() {
            self.problem::<()>("reason", words::correction_needs_reason(), words::write_why());
        }
        let work = Some(self.text("work")).filter(|text| !text.is_empty());
        Some(Entry {
            id: id.unwrap_or(0),
            reviewed_by: None,
            code: code?,
            value: value?,
            from: from?,
            to: to?,
            village,
            crop,
            work: work.map(str::to_owned),
            document: document?,
            entered_by: entered_by?,
            entered_at: entered_at?,
            reason: self.text("reason").to_owned(),
            supersedes,
        })
    }

    /// Reports the cells without a usable value, in the columns that are read.
    fn check_cells(&mut self) {
        let mut last = None;
        for (column, cell) in self.columns.iter().zip(&self.line.cells) {
            match cell {
                _ if column.is_empty() => {}
                // Of several cells under one merged cell only the first is reported.
                Err(fault) if last.replace(fault) != Some(fault) => {
                    let (rule, hint) = fault.rule_and_hint();
                    self.problem::<()>(column, rule, hint);
                }
                Ok(text) if text.chars().count() > CHARACTERS_MAX => {
                    let rule = words::too_many_characters(CHARACTERS_MAX);
                    self.problem::<()>(column, rule, words::shorten());
                }
                _ => {}
            }
        }
    }

    fn code(&mut self) -> Option<EntryCode> {
        let text = self.text("code");
        code(text).or_else(|| self.problem("code", words::not_a_code(), codes_near(text)))
    }

    fn value(&mut self) -> Option<f64> {
        let text = self.text("value");
        let plain = match self.text("unit") {
            "%" => text.strip_suffix('%').unwrap_or(text),
            _ => text,
        };
        let (rule, hint) = match plain.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 => return Some(value),
            Ok(_) => (words::finite_not_negative(), words::decrease_is_correction()),
            Err(_) if text.is_empty() => (words::value_missing(), words::zero_only_if_found()),
            Err(_) => (words::not_a_number(), words::plain_digits()),
        };
        self.problem("value", rule, hint)
    }

    /// Converts the value from the written unit to the unit of the code. A missing unit is a problem.
    fn in_unit(&mut self, code: EntryCode, value: f64) -> Option<f64> {
        let (text, unit) = (self.text("unit"), code.unit());
        if let Some(head) = self.head_unit.filter(|head| !text.is_empty() && *head != text) {
            return self.problem("unit", words::head_has_unit(head), words::same_unit_in_both());
        }
        // The unit as messages in English name it.
        let english = code.unit_name().within(Lang::English);
        let written = if text == english { unit } else { text };
        let Some(converted) = units::convert(value, written, unit) else {
            let others = units::convertible_to(unit);
            let hint = if text.is_empty() {
                words::check_and_write_unit(unit)
            } else if others.is_empty() {
                words::convert_value(unit)
            } else {
                words::convert_value_or(unit, Text::list(others))
            };
            let rule = words::unit_of_code(code.id(), code.name(), unit);
            return self.problem("unit", rule, hint);
        };
        if unit == "%" && converted > 100.0 {
            self.problem::<()>("value", words::share_too_large(), words::check_number());
        }
        if text != unit {
            let done = Text::verbatim(format_args!("{value} {text} = {converted} {unit}"));
            self.conversion = Some(Text::chain([self.path("value"), done]));
        }
        Some(converted)
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column);
        // Exactly this form: jiff would also read a longer text and drop the time of day.
        let iso = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        iso.or_else(|| chinese_day(text))
            .or_else(|| slashed_day(text))
            .or_else(|| self.problem(column, words::not_a_day(), words::days_for_example()))
    }

    /// The id in `column`, given as an id or a name of the township's; the cell may be empty.
    fn id_of_one<'t, I: Iterator<Item = (&'t str, &'t str)>>(
        &mut self,
        column: &str,
        known: impl Fn() -> I,
        none: fn() -> Text,
    ) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let mut matching = known().filter(|(id, name)| *id == text || *name == text);
        match (matching.next(), matching.next()) {
            (Some((id, _)), None) => return Some(id.to_owned()),
            (Some((one, _)), Some((other, _))) => {
                let rule = words::of_the_same_name(one, other);
                return self.problem(column, rule, words::write_the_id());
            }
            _ => {}
        }
        let hint = match nearest(text, known().flat_map(|(id, name)| [id, name])) {
            Some(near) => words::did_you_mean(near),
            None => {
                let all = known().map(|(id, name)| format!("{id} {name}"));
                words::township_has(Text::list(all))
            }
        };
        self.problem(column, none(), hint)
    }

    fn required(&mut self, column: &str, hint: fn() -> Text) -> Option<String> {
        match self.text(column) {
            "" => self.problem(column, words::missing(name_of(column)), hint()),
            text => Some(text.to_owned()),
        }
    }

    /// An instant with its offset, or a time of the office's clock as in a spreadsheet; a day alone means its start.
    fn entered_at(&mut self, township: &Township, imported_at: Timestamp) -> Option<Timestamp> {
        let text = self.text("entered_at");
        if text.is_empty() {
            return Some(imported_at);
        }
        let local = || {
            let day = chinese_day(text).or_else(|| slashed_day(text));
            let at = day.map_or_else(|| text.parse::<DateTime>().ok(), |day| Some(day.into()));
            let zone = TimeZone::get(&township.zone).ok()?;
            // An hour that a clock change skips or repeats is refused.
            let instant = zone.into_ambiguous_zoned_datetime(at?).unambiguous().ok()?;
            Some(instant.timestamp())
        };
        text.parse()
            .ok()
            .or_else(local)
            .or_else(|| self.problem("entered_at", words::not_a_time(), words::times_for_example()))
    }

    /// The number of a ledger row in `column`; the cell may be empty.
    fn row_number(&mut self, column: &str, hint: fn() -> Text) -> Option<i64> {
        match self.text(column) {
            "" => None,
            text => text
                .parse()
                .ok()
                .filter(|row| *row > 0)
                .or_else(|| self.problem(column, words::not_a_row_number(), hint())),
        }
    }
}

/// A day from its parts, if all are digits and the year has four.
fn day_of(year: &str, month: &str, day: &str) -> Option<Date> {
    let digits = |part: &str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let sound = year.len() == 4 && digits(year) && digits(month) && digits(day);
    sound.then(|| Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok())?
}

/// A day as written in Chinese: 2022年8月1日.
fn chinese_day(text: &str) -> Option<Date> {
    let (year, rest) = text.strip_suffix('日')?.split_once('年')?;
    let (month, day) = rest.split_once('月')?;
    day_of(year, month, day)
}

/// A day as Chinese Excel and WPS write it into CSV: 2022/8/1.
fn slashed_day(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('/')?;
    let (month, day) = rest.split_once('/')?;
    day_of(year, month, day)
}
