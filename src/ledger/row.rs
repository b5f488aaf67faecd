//! Reads one row of a ledger file and checks it column by column.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::table::{Line, letters};
use super::units;
use crate::account::{Entry, EntryCode};
use crate::core::{Problem, nearest};
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
    pub(super) conversion: Option<String>,
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
    fn path(&self, column: &str) -> String {
        let number = self.line.number;
        match self.columns.iter().position(|name| *name == column) {
            Some(index) if self.lettered => {
                format!("row {number}, {column} ({}{number})", letters(index))
            }
            _ => format!("row {number}, {column}"),
        }
    }

    /// Adds a problem of a cell. Returns `None` in place of the cell's value.
    fn problem<T>(
        &mut self,
        column: &str,
        rule: impl Into<String>,
        hint: impl Into<String>,
    ) -> Option<T> {
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
        let id = self.row_number("row", "leave it empty unless the row comes from an export");
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
            let rule = format!("the last day is before the first, {from}");
            self.problem::<()>("to", rule, "swap from and to, or correct the year");
        }
        let villages = || township.villages.iter().map(|v| (v.id.as_str(), v.name.as_str()));
        let crops = || township.crops.iter().map(|c| (c.id.as_str(), c.name.as_str()));
        let village = self.id_of_one("village", villages).and_then(|id| id.parse().ok());
        let crop = self.id_of_one("crop", crops).and_then(|id| id.parse().ok());
        let document = self.required(
            "document",
            "name the paper that the number comes from: slip, survey sheet, notice",
        );
        let entered_by = self.required("entered_by", "name the person who answers for the number");
        let entered_at = self.entered_at(township, imported_at);
        let supersedes = self.row_number("supersedes", "write the number of the row to replace");
        if supersedes.is_some() && self.text("reason").is_empty() {
            self.problem::<()>(
                "reason",
                "a correction needs a reason",
                "write why the row is replaced",
            );
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
                    let rule = format!("a cell has at most {CHARACTERS_MAX} characters");
                    self.problem::<()>(column, rule, "shorten it");
                }
                _ => {}
            }
        }
    }

    fn code(&mut self) -> Option<EntryCode> {
        let text = self.text("code");
        let by_name = || EntryCode::ALL.iter().copied().find(|c| c.name_zh() == text);
        EntryCode::from_id(text).or_else(by_name).or_else(|| {
            let ids = || EntryCode::ALL.iter().map(|c| c.id());
            let hint = match nearest(text, ids()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the codes are {}", ids().collect::<Vec<_>>().join(", ")),
            };
            self.problem("code", "not a code of the ledger", hint)
        })
    }

    fn value(&mut self) -> Option<f64> {
        let text = self.text("value");
        let plain = match self.text("unit") {
            "%" => text.strip_suffix('%').unwrap_or(text),
            _ => text,
        };
        let (rule, hint) = match plain.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 => return Some(value),
            Ok(_) => (
                "a value must be finite and not negative",
                "a decrease is a correction: use supersedes",
            ),
            Err(_) if text.is_empty() => {
                ("the value is missing", "write 0 only if 0 was found; otherwise leave the row out")
            }
            Err(_) => (
                "not a number",
                "use plain digits and a point only: no unit, no thousands separator, no full-width digits",
            ),
        };
        self.problem("value", rule, hint)
    }

    /// Converts the value from the written unit to the unit of the code. A missing unit is a problem.
    fn in_unit(&mut self, code: EntryCode, value: f64) -> Option<f64> {
        let (text, unit) = (self.text("unit"), code.unit());
        if let Some(head) = self.head_unit.filter(|head| !text.is_empty() && *head != text) {
            let rule = format!("the head of the values says {head}");
            return self.problem("unit", rule, "write the unit of the value in both");
        }
        let Some(converted) = units::convert(value, text, unit) else {
            let others = units::convertible_to(unit);
            let hint = if text.is_empty() {
                format!("check that the value is in {unit}, then write {unit}")
            } else if others.is_empty() {
                format!("convert the value and write {unit}")
            } else {
                format!(
                    "convert the value and write {unit}; {} are converted automatically",
                    others.join(", ")
                )
            };
            let rule = format!("{} ({}) must be in {unit}", code.id(), code.name_zh());
            return self.problem("unit", rule, hint);
        };
        if unit == "%" && converted > 100.0 {
            self.problem::<()>("value", "a share is at most 100 %", "check the number");
        }
        if text != unit {
            let path = self.path("value");
            self.conversion = Some(format!("{path}: {value} {text} = {converted} {unit}"));
        }
        Some(converted)
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column);
        // Exactly this form: jiff would also read a longer text and drop the time of day.
        let iso = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
        iso.or_else(|| chinese_day(text)).or_else(|| slashed_day(text)).or_else(|| {
            let hint = "for example 2022-08-01, 2022/8/1 or 2022年8月1日";
            self.problem(column, "a day is written YYYY-MM-DD", hint)
        })
    }

    /// The id in `column`, given as an id or a name of the township's; the cell may be empty.
    fn id_of_one<'t, I: Iterator<Item = (&'t str, &'t str)>>(
        &mut self,
        column: &str,
        known: impl Fn() -> I,
    ) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let mut matching = known().filter(|(id, name)| *id == text || *name == text);
        match (matching.next(), matching.next()) {
            (Some((id, _)), None) => return Some(id.to_owned()),
            (Some((one, _)), Some((other, _))) => {
                let rule = format!("{one} and {other} have this name");
                return self.problem(column, rule, "write the id of one of them");
            }
            _ => {}
        }
        let hint = nearest(text, known().map(|(id, _)| id)).map_or_else(
            || {
                let all: Vec<String> = known().map(|(id, name)| format!("{id} {name}")).collect();
                format!("it has {}", all.join(", "))
            },
            |near| format!("did you mean {near}?"),
        );
        self.problem(column, format!("the township has no such {column}"), hint)
    }

    fn required(&mut self, column: &str, hint: &str) -> Option<String> {
        match self.text(column) {
            "" => self.problem(column, format!("{column} is missing"), hint),
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
        text.parse().ok().or_else(local).or_else(|| {
            let hint = "for example 2022-08-05 18:00 or 2022-08-05T18:00:00+08:00; leave it empty for the time of the import";
            self.problem("entered_at", "not a time", hint)
        })
    }

    /// The number of a ledger row in `column`; the cell may be empty.
    fn row_number(&mut self, column: &str, hint: &str) -> Option<i64> {
        match self.text(column) {
            "" => None,
            text => text
                .parse()
                .ok()
                .filter(|row| *row > 0)
                .or_else(|| self.problem(column, "not a row number of the ledger", hint)),
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
