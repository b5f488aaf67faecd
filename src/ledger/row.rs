//! One row of a ledger file, checked column by column.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::table::{Line, letters};
use super::units;
use crate::core::Problem;
use crate::figures::{Entry, EntryCode};
use crate::support::nearest;
use crate::water::Township;

/// Most characters of a cell. Engineering judgement: a paper's name and a reason have some dozens.
const CHARACTERS_MAX: usize = 500;

/// One row while it is read: it gathers problems as it goes, so that each is named at once.
pub(super) struct RowReader<'a> {
    line: &'a Line,
    columns: &'a [&'static str],
    lettered: bool,
    /// The unit that the head gives the values.
    head_unit: Option<&'a str>,
    pub(super) problems: Vec<Problem>,
    /// A value whose unit was turned into the ledger's.
    pub(super) turned: Option<String>,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(
        line: &'a Line,
        columns: &'a [&'static str],
        lettered: bool,
        head_unit: Option<&'a str>,
    ) -> Self {
        Self { line, columns, lettered, head_unit, problems: Vec::new(), turned: None }
    }

    fn text(&self, column: &str) -> &'a str {
        let index = self.columns.iter().position(|name| *name == column);
        let cell = index.and_then(|i| self.line.cells.get(i));
        cell.and_then(|cell| cell.as_deref().ok()).unwrap_or("")
    }

    /// Where a cell stands: `row 5, value`, in a workbook with its address.
    fn path(&self, column: &str) -> String {
        let number = self.line.number;
        match self.columns.iter().position(|name| *name == column) {
            Some(index) if self.lettered => {
                format!("row {number}, {column} ({}{number})", letters(index))
            }
            _ => format!("row {number}, {column}"),
        }
    }

    fn problem(&mut self, column: &str, rule: impl Into<String>, hint: impl Into<String>) {
        let value: String = self.text(column).chars().take(80).collect();
        let path = self.path(column);
        self.problems.push(Problem::new(path, value, rule, hint));
    }

    /// The row, or `None` where a problem leaves a hole in it.
    pub(super) fn entry(&mut self, township: &Township, imported_at: Timestamp) -> Option<Entry> {
        self.look_at_cells();
        if !self.problems.is_empty() {
            return None;
        }
        let id = self.number("row", "leave it empty, but for rows of an export");
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
            self.problem(
                "to",
                format!("the last day is before the first, {from}"),
                "swap from and to, or mend the year",
            );
        }
        let villages = || township.villages.iter().map(|v| (v.id.as_str(), v.name.as_str()));
        let crops = || township.crops.iter().map(|c| (c.id.as_str(), c.name.as_str()));
        let village = self.one_of("village", villages).and_then(|id| id.parse().ok());
        let crop = self.one_of("crop", crops).and_then(|id| id.parse().ok());
        let document = self
            .required("document", "name the paper behind the number: slip, survey sheet, notice");
        let entered_by = self.required("entered_by", "name who answers for the number");
        let entered_at = self.entered_at(township, imported_at);
        let supersedes = self.number("supersedes", "write the number of the row to replace");
        if supersedes.is_some() && self.text("reason").is_empty() {
            self.problem("reason", "a correction says why", "write why the row is replaced");
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

    /// Cells that hold nothing to go by, in columns that are read.
    fn look_at_cells(&mut self) {
        let mut last = None;
        for (column, cell) in self.columns.iter().zip(&self.line.cells) {
            if column.is_empty() {
                continue;
            }
            match cell {
                // Of merged cells one is named.
                Err(fault) if last.replace(fault) != Some(fault) => {
                    let path = self.path(column);
                    let problem = Problem::new(path, "", fault.rule(), fault.hint());
                    self.problems.push(problem);
                }
                Ok(text) if text.chars().count() > CHARACTERS_MAX => {
                    let rule = format!("a cell has at most {CHARACTERS_MAX} characters");
                    self.problem(column, rule, "shorten it");
                }
                _ => {}
            }
        }
    }

    fn code(&mut self) -> Option<EntryCode> {
        let text = self.text("code");
        let by_name = || EntryCode::ALL.iter().copied().find(|c| c.name_zh() == text);
        let code = EntryCode::from_id(text).or_else(by_name);
        if code.is_none() {
            let hint = match nearest(text, EntryCode::ALL.iter().map(|c| c.id())) {
                Some(near) => format!("did you mean {near}?"),
                None => {
                    let all: Vec<_> = EntryCode::ALL.iter().map(|c| c.id()).collect();
                    format!("the codes are {}", all.join(", "))
                }
            };
            self.problem("code", "this is no code of the ledger", hint);
        }
        code
    }

    fn value(&mut self) -> Option<f64> {
        let text = self.text("value");
        let plain = match self.text("unit") {
            "%" => text.strip_suffix('%').unwrap_or(text),
            _ => text,
        };
        let value = match plain.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 => value,
            Ok(_) => {
                self.problem(
                    "value",
                    "a value is finite and not negative",
                    "a decrease is a correction: use supersedes",
                );
                return None;
            }
            Err(_) if text.is_empty() => {
                self.problem(
                    "value",
                    "the value is missing",
                    "write 0 only where 0 was found; else leave the row out",
                );
                return None;
            }
            Err(_) => {
                self.problem(
                    "value",
                    "this is no number",
                    "plain digits and a point only: no unit, no thousands separator, no full-width digits",
                );
                return None;
            }
        };
        Some(value)
    }

    /// The value in the code's unit: a unit that stands there is turned, one that is missing is asked for.
    fn in_unit(&mut self, code: EntryCode, value: f64) -> Option<f64> {
        let (text, unit) = (self.text("unit"), code.unit());
        if let Some(head) = self.head_unit.filter(|head| !text.is_empty() && *head != text) {
            let rule = format!("the head of the values says {head}");
            let hint = "write the unit that the value is in, in both";
            self.problem("unit", rule, hint);
            return None;
        }
        let Some(turned) = units::turned(value, text, unit) else {
            let hint = match text {
                "" => format!("write {unit}, after checking that the value is in it"),
                _ => {
                    let others = units::written(unit);
                    let or = if others.is_empty() {
                        String::new()
                    } else {
                        format!("; {} are turned into it", others.join(", "))
                    };
                    format!("convert the value and write {unit}{or}")
                }
            };
            let rule = format!("{} ({}) is in {unit}", code.id(), code.name_zh());
            self.problem("unit", rule, hint);
            return None;
        };
        if unit == "%" && turned > 100.0 {
            self.problem("value", "a share is at most 100 %", "check the number");
        }
        if text != unit {
            let path = self.path("value");
            self.turned = Some(format!("{path}: {value} {text} = {turned} {unit}"));
        }
        Some(turned)
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column);
        // Exactly this form: jiff would also read a longer text and drop its time of day.
        let day = text
            .parse::<Date>()
            .ok()
            .filter(|day| day.to_string() == text)
            .or_else(|| chinese_day(text))
            .or_else(|| slashed_day(text));
        if day.is_none() {
            self.problem(
                column,
                "a day is written YYYY-MM-DD",
                "for example 2022-08-01, 2022/8/1 or 2022年8月1日",
            );
        }
        day
    }

    /// The id in `column`, which may be empty, by id or name of the township's.
    fn one_of<'t, I: Iterator<Item = (&'t str, &'t str)>>(
        &mut self,
        column: &str,
        known: impl Fn() -> I,
    ) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let mut meant = known().filter(|(id, name)| *id == text || *name == text);
        match (meant.next(), meant.next()) {
            (Some((id, _)), None) => return Some(id.to_owned()),
            (Some((one, _)), Some((other, _))) => {
                let rule = format!("{one} and {other} have this name");
                self.problem(column, rule, "write the one that is meant");
                return None;
            }
            _ => {}
        }
        let hint = match nearest(text, known().map(|(id, _)| id)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!(
                "they are {}",
                known().map(|(id, name)| format!("{id} {name}")).collect::<Vec<_>>().join(", ")
            ),
        };
        self.problem(column, format!("the township has no such {column}"), hint);
        None
    }

    fn required(&mut self, column: &str, hint: &str) -> Option<String> {
        let text = self.text(column);
        if text.is_empty() {
            self.problem(column, format!("{column} is missing"), hint);
            return None;
        }
        Some(text.to_owned())
    }

    /// An instant with its offset, or a time of the office's own clock, as a spreadsheet has it; a day alone is its beginning.
    fn entered_at(&mut self, township: &Township, imported_at: Timestamp) -> Option<Timestamp> {
        let text = self.text("entered_at");
        if text.is_empty() {
            return Some(imported_at);
        }
        let at = text.parse().ok().or_else(|| {
            let day = chinese_day(text).or_else(|| slashed_day(text));
            let at = day.map_or_else(|| text.parse::<DateTime>().ok(), |day| Some(day.into()));
            let zone = TimeZone::get(&township.zone).ok()?;
            // Neither an hour that a change of the clock leaves out, nor one that it repeats.
            let instant = zone.into_ambiguous_zoned_datetime(at?).unambiguous().ok()?;
            Some(instant.timestamp())
        });
        if at.is_none() {
            let hint = "for example 2022-08-05 18:00 or 2022-08-05T18:00:00+08:00; leave it empty for the time of the import";
            self.problem("entered_at", "this is no time", hint);
        }
        at
    }

    /// The number of a row of the ledger in `column`, which may be empty.
    fn number(&mut self, column: &str, hint: &str) -> Option<i64> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        let row = text.parse().ok().filter(|row| *row > 0);
        if row.is_none() {
            self.problem(column, "this is no row number of the ledger", hint);
        }
        row
    }
}

/// A day from its parts, where all are digits and the year has four.
fn day_of(year: &str, month: &str, day: &str) -> Option<Date> {
    let digits = |part: &str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let sound = year.len() == 4 && digits(year) && digits(month) && digits(day);
    sound.then(|| Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok())?
}

/// A day as it is written in Chinese: 2022年8月1日.
fn chinese_day(text: &str) -> Option<Date> {
    let (year, rest) = text.strip_suffix('日')?.split_once('年')?;
    let (month, day) = rest.split_once('月')?;
    day_of(year, month, day)
}

/// A day as Excel and WPS in Chinese write it into CSV: 2022/8/1.
fn slashed_day(text: &str) -> Option<Date> {
    let (year, rest) = text.split_once('/')?;
    let (month, day) = rest.split_once('/')?;
    day_of(year, month, day)
}
