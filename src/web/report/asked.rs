//! What the address and the forms of the page say.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::core::{Period, shown};
use crate::locales::{Lang, Text, page, page_report as words};
use crate::web::range::RangeAsked;
use crate::web::station::Range;
use crate::web::{Uploader, Visitor};

/// How a day is written: `2022-08-01`.
const DAY_LENGTH: usize = 10;

/// The days of a report as they were typed: none for those of the last drought event.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct DaysAsked {
    pub from: String,
    pub to: String,
    /// What was just done.
    #[serde(skip_serializing)]
    pub notice: String,
}

impl DaysAsked {
    pub fn of(days: Period) -> Self {
        let Period { from, to } = days;
        Self { from: from.to_string(), to: to.to_string(), notice: String::new() }
    }

    /// # Errors
    /// They are no days, end before they begin, or are too many.
    pub fn days(&self) -> Result<Option<Period>, Text> {
        let [from, to] = [&self.from, &self.to].map(|text| text.trim().to_owned());
        if from.is_empty() && to.is_empty() {
            return Ok(None);
        }
        check(words::first_day(), &from)?;
        check(words::last_day(), &to)?;
        let asked = RangeAsked { range: "own".into(), from, to };
        match asked.range(Range::Event)? {
            Range::Own(from, to) => Ok(Some(Period { from, to })),
            _ => Ok(None),
        }
    }
}

/// Whether a day was written, of the field with that name.
fn check(name: Text, text: &str) -> Result<(), Text> {
    match text.parse::<Date>() {
        Ok(day) if text.len() == DAY_LENGTH && Period::YEARS.contains(&day.year()) => Ok(()),
        _ if text.is_empty() => Err(words::day_missing(name)),
        _ => Err(words::no_such_day(name, shown(text).into_owned())),
    }
}

/// The query of a page: what it says, and the days.
///
/// # Errors
/// What is wrong with the days.
pub(super) fn days(
    query: Result<Query<DaysAsked>, QueryRejection>,
) -> (DaysAsked, Result<Option<Period>, Text>) {
    match query {
        Ok(Query(asked)) => {
            let days = asked.days();
            (asked, days)
        }
        Err(_) => (DaysAsked::default(), Err(page::query_unreadable())),
    }
}

/// The fields of accepting a finding.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AcceptForm {
    pub from: String,
    pub to: String,
    pub finding: String,
    pub reason: String,
}

/// The fields of issuing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct IssueForm {
    pub from: String,
    pub to: String,
    /// Of what was shown.
    pub digest: String,
    /// In which language the documents are; Chinese where it is not said, whatever the browser speaks.
    pub documents: String,
    /// Something where the box was ticked.
    pub confirm: String,
}

impl IssueForm {
    pub fn lang(&self) -> Lang {
        let asked = Lang::ALL.into_iter().find(|lang| lang.code() == self.documents);
        asked.unwrap_or(Lang::Chinese)
    }
}

/// Whoever asks; without a name where nobody has signed in.
pub(super) fn by(visitor: &Visitor) -> Uploader {
    let account = visitor.account.as_ref();
    let (id, name) = account.map(|a| (a.id.clone(), a.name.clone())).unwrap_or_default();
    Uploader { id, name, session: visitor.form_token.clone(), lang: visitor.lang }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn asked(from: &str, to: &str) -> Result<Option<Period>, Text> {
        DaysAsked { from: from.into(), to: to.into(), ..DaysAsked::default() }.days()
    }

    #[test]
    fn days_are_both_given_or_none_and_in_order() {
        let period = Period { from: date(2022, 8, 1), to: date(2022, 8, 31) };
        assert_eq!(asked("2022-08-01", " 2022-08-31 "), Ok(Some(period)));
        assert_eq!(asked("", ""), Ok(None));
        for (from, to) in [
            ("2022-08-01", ""),
            ("", "2022-08-31"),
            ("2022-08-31", "2022-08-01"),
            ("2022-02-30", "2022-03-01"),
            ("1722-08-01", "2022-08-31"),
            ("2015-08-01", "2022-08-31"),
        ] {
            assert!(asked(from, to).is_err(), "{from} {to}");
        }
    }

    #[test]
    fn documents_are_chinese_unless_english_is_asked_for() {
        for (asked, lang) in [
            ("", Lang::Chinese),
            ("zh", Lang::Chinese),
            ("fr", Lang::Chinese),
            ("en", Lang::English),
        ] {
            let form = IssueForm { documents: asked.into(), ..IssueForm::default() };
            assert_eq!(form.lang(), lang, "{asked}");
        }
    }
}
