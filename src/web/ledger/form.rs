//! The questions' answers as they were typed, what is wrong with them, and what they say.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::facts::{SameRows, UploadAnswers};
use crate::locales::{Text, page_ledger as words};

/// Years that a file can be of, as the command line takes them.
const YEARS: std::ops::RangeInclusive<i16> = 1949..=2100;

/// The fields as they came.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct AnswersForm {
    pub sheets: String,
    pub year: String,
    pub days: String,
    pub document: String,
    pub meanings: String,
    pub equal: String,
}

/// Something wrong with a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct FieldError {
    pub field: &'static str,
    pub words: Text,
}

impl AnswersForm {
    pub fn of(texts: &mut BTreeMap<String, String>) -> Self {
        let mut take = |name: &str| texts.remove(name).unwrap_or_default();
        Self {
            sheets: take("sheets"),
            year: take("year"),
            days: take("days"),
            document: take("document"),
            meanings: take("meanings"),
            equal: take("equal"),
        }
    }

    /// What they say.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn answers(&self) -> Result<UploadAnswers, Vec<FieldError>> {
        let mut errors = Vec::new();
        let year = year(&self.year);
        let days = days(&self.days);
        let meanings = meanings(&self.meanings);
        let equal_rows = match &*self.equal {
            "one" => Some(SameRows::One),
            "each" => Some(SameRows::Each),
            _ => None,
        };
        let answers = UploadAnswers {
            sheets: lines(&self.sheets).map(str::to_owned).collect(),
            year: keep(&mut errors, "year", year).flatten(),
            days: keep(&mut errors, "days", days).flatten(),
            document: Some(self.document.trim().to_owned()).filter(|text| !text.is_empty()),
            meanings: keep(&mut errors, "meanings", meanings).unwrap_or_default(),
            equal_rows,
        };
        if errors.is_empty() { Ok(answers) } else { Err(errors) }
    }
}

fn keep<T>(errors: &mut Vec<FieldError>, field: &'static str, read: Result<T, Text>) -> Option<T> {
    read.map_err(|words| errors.push(FieldError { field, words })).ok()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn year(text: &str) -> Result<Option<i16>, Text> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let year = text.parse().ok().filter(|year| YEARS.contains(year));
    year.map(Some).ok_or_else(|| words::year_for_example(text))
}

/// `2022-08-01..2022-08-31`, or one day.
fn days(text: &str) -> Result<Option<(Date, Date)>, Text> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    match (from.trim().parse::<Date>(), to.trim().parse::<Date>()) {
        (Ok(from), Ok(to)) if from <= to => Ok(Some((from, to))),
        _ => Err(words::days_for_example(text)),
    }
}

/// A word and its meaning on each line.
fn meanings(text: &str) -> Result<Vec<(String, String)>, Text> {
    let pair = |line: &str| {
        let (word, meaning) = line.split_once(['=', '＝'])?;
        let (word, meaning) = (word.trim(), meaning.trim());
        (!word.is_empty() && !meaning.is_empty()).then(|| (word.to_owned(), meaning.to_owned()))
    };
    lines(text).map(|line| pair(line).ok_or_else(|| words::meaning_for_example(line))).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn answers_are_read_as_they_are_typed() {
        let form = AnswersForm {
            sheets: " 8月 \r\n\r\n9月\r\n".into(),
            year: " 2022 ".into(),
            days: "2022-08-01..2022-08-31".into(),
            document: "  ".into(),
            meanings: "投入设备 ＝ 未装表抗旱设备\r\n备注=-".into(),
            equal: "each".into(),
        };
        let answers = form.answers().unwrap();
        assert_eq!(answers.sheets, ["8月", "9月"]);
        assert_eq!(answers.year, Some(2022));
        assert_eq!(answers.days, Some((date(2022, 8, 1), date(2022, 8, 31))));
        assert_eq!(answers.document, None);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(answers.meanings, [pair("投入设备", "未装表抗旱设备"), pair("备注", "-")]);
        assert_eq!(answers.equal_rows, Some(SameRows::Each));
        assert_eq!(AnswersForm::default().answers().unwrap(), UploadAnswers::default());
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let form = AnswersForm {
            year: "22".into(),
            days: "2022-08-31..2022-08-01".into(),
            meanings: "备注".into(),
            ..AnswersForm::default()
        };
        let fields: Vec<&str> = form.answers().unwrap_err().iter().map(|e| e.field).collect();
        assert_eq!(fields, ["year", "days", "meanings"]);
    }
}
