//! One row of a ledger file, checked column by column.

use csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::Date;

use super::NewEntry;
use crate::core::Problem;
use crate::figures::EntryCode;
use crate::support::nearest;
use crate::water::Township;

/// One row while it is read: it gathers problems as it goes, so that each is named at once.
pub(super) struct RowReader<'a> {
    pub(super) number: usize,
    pub(super) header: &'a StringRecord,
    pub(super) record: &'a StringRecord,
    pub(super) problems: Vec<Problem>,
}

impl<'a> RowReader<'a> {
    fn text(&self, column: &str) -> &'a str {
        let index = self.header.iter().position(|name| name == column);
        index.and_then(|i| self.record.get(i)).unwrap_or("")
    }

    fn problem(&mut self, column: &str, rule: impl Into<String>, hint: impl Into<String>) {
        let path = format!("row {}, {column}", self.number);
        let value: String = self.text(column).chars().take(80).collect();
        self.problems.push(Problem::new(path, value, rule, hint));
    }

    /// The row, or `None` where a problem leaves a hole in it.
    pub(super) fn entry(
        &mut self,
        township: &Township,
        imported_at: Timestamp,
    ) -> Option<NewEntry> {
        if self.record.len() != self.header.len() {
            let rule = format!(
                "the row has {} fields, the header {}",
                self.record.len(),
                self.header.len()
            );
            let path = format!("row {}", self.number);
            let hint = "put fields that hold a comma into double quotes";
            self.problems.push(Problem::new(path, "", rule, hint));
            return None;
        }
        let code = self.code();
        let value = self.value(code);
        if let Some(code) = code {
            self.check_unit(code);
        }
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
        Some(NewEntry {
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
        let code = EntryCode::from_id(text);
        if code.is_none() {
            let by_name = EntryCode::ALL
                .iter()
                .find(|c| c.name_zh() == text)
                .map(|c| c.id());
            let hint =
                match by_name.or_else(|| nearest(text, EntryCode::ALL.iter().map(|c| c.id()))) {
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

    fn value(&mut self, code: Option<EntryCode>) -> Option<f64> {
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
        if code.is_some_and(|code| code.unit() == "%") && value > 100.0 {
            self.problem("value", "a share is at most 100 %", "check the number");
        }
        Some(value)
    }

    fn check_unit(&mut self, code: EntryCode) {
        let (text, unit) = (self.text("unit"), code.unit());
        if text == unit {
            return;
        }
        let hint = match (text, unit) {
            ("万元", "元") => "multiply the value by 10000 and write 元".to_owned(),
            ("", _) => format!("write {unit}, after checking that the value is in it"),
            _ => format!("convert the value and write {unit}"),
        };
        self.problem(
            "unit",
            format!("{} ({}) is in {unit}", code.id(), code.name_zh()),
            hint,
        );
    }

    fn day(&mut self, column: &str) -> Option<Date> {
        let text = self.text(column);
        // Exactly this form: jiff would also read a longer text and drop its time of day.
        let day = text
            .parse::<Date>()
            .ok()
            .filter(|day| day.to_string() == text);
        if day.is_none() {
            self.problem(
                column,
                "a day is written YYYY-MM-DD",
                "for example 2022-08-01; format the cells as text",
            );
        }
        day
    }

    /// The id in `column`, which may be empty, checked against the ids and names of the township.
    fn one_of<'t, I: Iterator<Item = (&'t str, &'t str)>>(
        &mut self,
        column: &str,
        known: impl Fn() -> I,
    ) -> Option<&'a str> {
        let text = self.text(column);
        if text.is_empty() || known().any(|(id, _)| id == text) {
            return Some(text).filter(|text| !text.is_empty());
        }
        let by_name = known().find(|(_, name)| *name == text).map(|(id, _)| id);
        let hint = match by_name.or_else(|| nearest(text, known().map(|(id, _)| id))) {
            Some(near) => format!("did you mean {near}?"),
            None => format!(
                "the ids are {}",
                known().map(|(id, _)| id).collect::<Vec<_>>().join(", ")
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
