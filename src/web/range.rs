//! The span of time that a page shows: what a query asks for, and the links to other spans.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::station::Range;
use crate::core::{Period, shown};
use crate::locales::{Text, page, page_station as words};

/// What a query says of the span: `?range=24h|7d|30d|event|year|own&from=2022-08-01&to=2022-08-31`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct RangeAsked {
    #[serde(default)]
    pub range: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

/// The spans that have a name.
const NAMED: [(Range, &str); 5] = [
    (Range::Day, "24h"),
    (Range::Week, "7d"),
    (Range::Month, "30d"),
    (Range::Event, "event"),
    (Range::Year, "year"),
];

impl RangeAsked {
    /// The span that is asked for; of none, `usual`.
    ///
    /// # Errors
    /// What is wrong with the query.
    pub fn range(&self, usual: Range) -> Result<Range, Text> {
        if let Some((range, _)) = NAMED.iter().find(|(_, id)| *id == self.range) {
            return Ok(*range);
        }
        match self.range.as_str() {
            "" if self.from.is_empty() && self.to.is_empty() => Ok(usual),
            "" | "own" => self.own(),
            other => Err(words::no_such_range(shown(other).into_owned())),
        }
    }

    fn own(&self) -> Result<Range, Text> {
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if to < from {
            return Err(words::days_reversed(from.to_string(), to.to_string()));
        }
        let days = from.duration_until(to).as_hours() / 24 + 1;
        if days > Period::DAYS_MAX {
            return Err(words::too_many_days(days, Period::DAYS_MAX));
        }
        Ok(Range::Own(from, to))
    }
}

/// The span that a query asks for; of none, `usual`.
///
/// # Errors
/// What is wrong with the query.
pub(super) fn range(
    asked: Result<Query<RangeAsked>, QueryRejection>,
    usual: Range,
) -> Result<Range, Text> {
    match asked {
        Ok(Query(asked)) => asked.range(usual),
        Err(_) => Err(page::query_unreadable()),
    }
}

fn day(key: &str, text: &str) -> Result<Date, Text> {
    if text.is_empty() {
        return Err(words::no_day(key));
    }
    let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day: Option<Date> = if is_day { text.parse().ok() } else { None };
    let day = day.filter(|day| Period::YEARS.contains(&day.year()));
    day.ok_or_else(|| words::not_a_day(key, shown(text).into_owned()))
}

/// The span as a query.
pub(super) fn query(range: Range) -> String {
    match (range, NAMED.iter().find(|(known, _)| *known == range)) {
        (_, Some((_, id))) => format!("range={id}"),
        (Range::Own(from, to), None) => format!("range=own&from={from}&to={to}"),
        (_, None) => String::new(),
    }
}

/// The links to other spans, and the form of an own one: `picker` of the template `station/chart`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Picker {
    /// The page's own path.
    pub path: String,
    pub tabs: Vec<Tab>,
    /// Whether an own span is shown.
    pub own: bool,
    /// Days of the form, as the browser's fields have them.
    pub from: String,
    pub to: String,
}

/// A link to a span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Tab {
    pub href: String,
    pub words: Text,
    pub current: bool,
}

impl Picker {
    /// For the page at `path`, which shows `range`: the days from `first` to `last`.
    pub fn new(path: &str, range: Range, first: Date, last: Date) -> Self {
        let tab = |(named, _): (Range, &str)| Tab {
            href: format!("{path}?{}", query(named)),
            words: name(named),
            current: named == range,
        };
        let (from, to) = match range {
            Range::Own(from, to) => (from, to),
            _ => (first, last),
        };
        Self {
            path: path.to_owned(),
            tabs: NAMED.map(tab).into(),
            own: matches!(range, Range::Own(..)),
            from: from.to_string(),
            to: to.to_string(),
        }
    }
}

fn name(range: Range) -> Text {
    match range {
        Range::Day => words::range_day(),
        Range::Week => words::range_week(),
        Range::Month => words::range_month(),
        Range::Event => words::range_event(),
        Range::Year => words::range_year(),
        Range::Own(from, to) => words::range_own(from.to_string(), to.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn asked(range: &str, from: &str, to: &str) -> Result<Range, Text> {
        let [range, from, to] = [range, from, to].map(str::to_owned);
        RangeAsked { range, from, to }.range(Range::Week)
    }

    #[test]
    fn a_query_names_a_span() {
        for (range, id) in NAMED {
            assert_eq!(asked(id, "", ""), Ok(range));
            assert_eq!(query(range), format!("range={id}"));
        }
        assert_eq!(asked("", "", ""), Ok(Range::Week));
        let own = Range::Own(date(2022, 8, 1), date(2022, 8, 31));
        assert_eq!(asked("own", "2022-08-01", "2022-08-31"), Ok(own));
        assert_eq!(asked("", "2022-08-01", "2022-08-31"), Ok(own));
        assert_eq!(query(own), "range=own&from=2022-08-01&to=2022-08-31");
    }

    #[test]
    fn what_is_no_span_is_refused_with_words() {
        for (range, from, to, said) in [
            ("forever", "", "", "`range` = forever"),
            ("own", "", "2022-08-31", "`from`"),
            ("own", "2022-08-01", "", "`to`"),
            ("own", "2022-02-30", "2022-08-31", "2022-02-30"),
            ("own", "2022-8-1", "2022-08-31", "2022-8-1"),
            ("own", "0022-08-01", "2022-08-31", "0022-08-01"),
            ("own", "2022-08-31", "2022-08-01", "2022-08-31"),
            ("own", "2012-08-01", "2022-08-01", "3653"),
            ("own", "'; DROP TABLE x", "2022-08-01", "DROP"),
        ] {
            let problem = asked(range, from, to).unwrap_err();
            for lang in Lang::ALL {
                assert!(problem.within(lang).contains(said), "{}", problem.within(lang));
            }
        }
        let long = asked(&"x".repeat(100_000), "", "").unwrap_err();
        assert!(long.within(Lang::English).len() < 300);
    }

    #[test]
    fn the_picker_marks_what_is_shown() {
        let picker = Picker::new("/pumps", Range::Month, date(2022, 8, 1), date(2022, 8, 30));
        let current: Vec<&str> =
            picker.tabs.iter().filter(|tab| tab.current).map(|tab| tab.href.as_str()).collect();
        assert_eq!(current, ["/pumps?range=30d"]);
        assert_eq!((picker.from.as_str(), picker.own), ("2022-08-01", false));
        let own = Range::Own(date(2022, 7, 1), date(2022, 7, 2));
        let picker = Picker::new("/pumps", own, date(2022, 8, 1), date(2022, 8, 30));
        assert!(picker.own && picker.to == "2022-07-02");
    }

    proptest! {
        #[test]
        fn no_query_panics(range in "\\PC{0,20}", from in "\\PC{0,20}", to in "[0-9-]{0,12}") {
            if let Ok(range) = asked(&range, &from, &to) {
                prop_assert!(query(range).starts_with("range="));
            }
        }
    }
}
