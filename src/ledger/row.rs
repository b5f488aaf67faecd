//! One row of a ledger file, checked column by column.

use jiff::Timestamp;
use jiff::civil::Date;

use super::table::Line;
use super::units;
use crate::core::Problem;
use crate::figures::{Entry, EntryCode};
use crate::support::nearest;
use crate::water::Township;

/// One row while it is read: it gathers problems as it goes, so that each is named at once.
pub(super) struct RowReader<'a> {
    line: &'a Line,
    columns: &'a [&'static str],
    lettered: bool,
    pub(super) problems: Vec<Problem>,
    /// A value whose unit was turned into the ledger's.
    pub(super) turned: Option<String>,
}

/// The letters of a column, from 0: A, B, … AA.
fn letters(mut index: usize) -> String {
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

impl<'a> RowReader<'a> {
    pub(super) fn new(line: &'a Line, columns: &'a [&'static str], lettered: bool) -> Self {
        Self {
            line,
            columns,
            lettered,
            problems: Vec::new(),
            turned: None,
        }
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
        for (column, cell) in self.columns.iter().zip(&self.line.cells) {
            if let Err(error) = cell {
                let hint = "mend the formula, or type the value";
                let path = self.path(column);
                self.problems.push(Problem::new(path, "", error, hint));
            }
        }
        if !self.problems.is_empty() {
            return None;
        }
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
        let villages = || {
            township
                .villages
                .iter()
                .map(|v| (v.id.as_str(), v.name.as_str()))
        };
        let crops = || {
            township
                .crops
                .iter()
                .map(|c| (c.id.as_str(), c.name.as_str()))
        };
        let village = self
            .one_of("village", villages)
            .and_then(|id| id.parse().ok());
        let crop = self.one_of("crop", crops).and_then(|id| id.parse().ok());
        let document = self.required(
            "document",
            "name the paper behind the number: slip, survey sheet, notice",
        );
        let entered_by = self.required("entered_by", "name who answers for the number");
        let entered_at = self.entered_at(imported_at);
        let supersedes = self.supersedes();
        if supersedes.is_some() && self.text("reason").is_empty() {
            self.problem(
                "reason",
                "a correction says why",
                "write why the row is replaced",
            );
        }
        let work = Some(self.text("work")).filter(|text| !text.is_empty());
        Some(Entry {
            id: 0,
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
        let value = match text.parse::<f64>() {
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
                    "digits and a point only, no unit and no thousands separator",
                );
                return None;
            }
        };
        Some(value)
    }

    /// The value in the code's unit: a unit that stands there is turned, one that is missing is asked for.
    fn in_unit(&mut self, code: EntryCode, value: f64) -> Option<f64> {
        let (text, unit) = (self.text("unit"), code.unit());
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
            .or_else(|| chinese_day(text));
        if day.is_none() {
            self.problem(
                column,
                "a day is written YYYY-MM-DD",
                "for example 2022-08-01 or 2022年8月1日",
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
        if let Some((id, _)) = known().find(|(id, name)| *id == text || *name == text) {
            return Some(id.to_owned());
        }
        let hint = match nearest(text, known().map(|(id, _)| id)) {
            Some(near) => format!("did you mean {near}?"),
            None => format!(
                "they are {}",
                known()
                    .map(|(id, name)| format!("{id} {name}"))
                    .collect::<Vec<_>>()
                    .join(", ")
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

    fn entered_at(&mut self, imported_at: Timestamp) -> Option<Timestamp> {
        let text = self.text("entered_at");
        if text.is_empty() {
            return Some(imported_at);
        }
        let at = text.parse().ok();
        if at.is_none() {
            let hint =
                "for example 2022-08-05T18:00:00+08:00; leave it empty for the time of the import";
            self.problem(
                "entered_at",
                "an instant has a date, a time and an offset",
                hint,
            );
        }
        at
    }

    fn supersedes(&mut self) -> Option<i64> {
        let text = self.text("supersedes");
        if text.is_empty() {
            return None;
        }
        let row = text.parse().ok().filter(|row| *row > 0);
        if row.is_none() {
            self.problem(
                "supersedes",
                "this is no row number of the ledger",
                "write the number of the row to replace",
            );
        }
        row
    }
}

/// A day as it is written in Chinese: 2022年8月1日.
fn chinese_day(text: &str) -> Option<Date> {
    let (year, rest) = text.strip_suffix('日')?.split_once('年')?;
    let (month, day) = rest.split_once('月')?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let sound = year.len() == 4 && digits(year) && digits(month) && digits(day);
    sound.then(|| Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok())?
}
