//! A request: its parameters, which are those that the handler's type names, and how they are read.

use std::convert::Infallible;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use utoipa::IntoParams;

use super::accept::{names_first, weights};
use super::cursor;
use super::facts::ApiSpan;
use crate::core::Period;
use crate::locales::{Argument, Lang, Text, api as words};
use crate::web::guard::encoded;
use crate::web::problem::{Kind, Problem};

/// Rows of a page, where nobody says how many, and at most.
pub(super) const ROWS_USUAL: usize = 1_000;
pub(super) const ROWS_MAX: usize = 10_000;

/// Most parameters that are looked at.
const PARAMETERS_MAX: usize = 32;

/// Parameters that change neither what is asked for nor where it begins.
const BESIDE: [&str; 2] = ["cursor", "lang"];

/// A request.
pub(in crate::web) struct Call {
    pub uri: Uri,
    pub headers: HeaderMap,
    /// Only the head of the answer is wanted.
    pub head_only: bool,
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
        Ok(Self { uri, headers, head_only: parts.method == Method::HEAD })
    }
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Json,
    Csv,
}

impl Call {
    /// The parameters of the query, which are those of `P`: each once at most.
    pub fn query<P: IntoParams>(&self) -> Result<Query, Problem> {
        let known: Vec<String> = P::into_params(|| None).into_iter().map(|one| one.name).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).chain(["lang"]).collect();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let written = self.uri.query().unwrap_or_default();
        for pair in written.split('&').filter(|pair| !pair.is_empty()).take(PARAMETERS_MAX) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let unreadable = || Problem::value("query", pair, words::rule_encoding());
            let name = decoded(name).ok_or_else(unreadable)?;
            let value = decoded(value).ok_or_else(unreadable)?;
            if !known.contains(&name.as_str()) {
                return Err(Problem::unknown(&name, &known));
            }
            if pairs.iter().any(|(before, _)| *before == name) {
                return Err(Problem::value(&name, &value, words::rule_once()));
            }
            if name == "lang" && !Lang::ALL.iter().any(|lang| lang.code() == value) {
                return Err(Problem::value(&name, &value, words::rule_lang()));
            }
            pairs.push((name, value));
        }
        Ok(Query { path: self.uri.path().to_owned(), pairs })
    }

    /// How rows are wanted: as `format` says, else as the header `Accept` does.
    pub fn written(&self, query: &Query) -> Result<Written, Problem> {
        match query.text("format") {
            Some("json") => return Ok(Written::Json),
            Some("csv") => return Ok(Written::Csv),
            Some(other) => return Err(Problem::value("format", other, words::rule_format())),
            None => {}
        }
        // Who takes anything gets JSON; who wants both as much and names CSV first, CSV.
        let [csv, json] = ["text/csv", "application/json"];
        let Some([of_csv, of_json]) = weights(&self.headers, [csv, json]) else {
            return Ok(Written::Json);
        };
        if of_csv <= 0.0 && of_json <= 0.0 {
            return Err(Problem::new(Kind::NotAcceptable, words::not_acceptable()));
        }
        let as_much = of_csv >= of_json && names_first(&self.headers, csv, json);
        Ok(if of_csv > of_json || as_much { Written::Csv } else { Written::Json })
    }
}

/// `text` without its escapes. A plus stands for itself: it is part of a time, and no value of ours has a blank.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            bytes.push(byte);
            rest = after;
            continue;
        }
        let digits = after.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit))?;
        bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
        rest = &after[2..];
    }
    String::from_utf8(bytes).ok()
}

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Query {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Query {
    /// The value of `name`, where it has one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The value of `name` as a `T`; `rule` says what that has to be.
    pub fn parsed<T: FromStr>(
        &self,
        name: &str,
        rule: impl FnOnce(&str) -> Text,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Problem::value(name, text, rule(text)))
    }

    /// The value of `name`, which has to be there.
    pub fn needed<T: FromStr>(
        &self,
        name: &str,
        rule: impl FnOnce(&str) -> Text,
    ) -> Result<T, Problem> {
        let missing = || Problem::new(Kind::MissingParameter, words::parameter_missing(name));
        self.parsed(name, rule)?.ok_or_else(missing)
    }

    /// Whether `name` says true.
    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        let found: Option<bool> = self.parsed(name, |_| words::rule_flag())?;
        Ok(found.unwrap_or(false))
    }

    /// How many rows are wanted.
    pub fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = self.text("limit") else { return Ok(ROWS_USUAL) };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let rows = text.parse().ok().filter(|rows| digits && (1..=ROWS_MAX).contains(rows));
        rows.ok_or_else(|| Problem::value("limit", text, words::rule_limit(ROWS_MAX)))
    }

    /// An instant as RFC 3339 has it, with its offset.
    fn time(&self, name: &str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        // jiff reads more than RFC 3339 has: blanks, a zone in brackets, offsets of a day and more or with seconds.
        let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
        let usual = |offset: Offset| offset.seconds().abs() < 86_400 && offset.seconds() % 60 == 0;
        let plain = offset.is_none_or(usual)
            && text.as_bytes().get(10).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'T'))
            && text.len() >= "2022-08-01T00:00Z".len()
            && !text.contains(['[', ' ']);
        let time = text.parse().ok().filter(|_| plain);
        let is_whole = |pieces: Pieces<'_>| pieces.time().is_some() && pieces.offset().is_some();
        let rule = || match plain && Pieces::parse(text).is_ok_and(is_whole) {
            true => words::rule_time_range(Argument::of(Timestamp::MAX)),
            false => words::rule_time(),
        };
        time.map(Some).ok_or_else(|| Problem::value(name, text, rule()))
    }

    fn day(&self, name: &str) -> Result<Option<Date>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let day = text.parse().ok().filter(|_| text.len() == "2022-08-01".len());
        day.map(Some).ok_or_else(|| Problem::value(name, text, words::rule_day()))
    }

    /// `from` and `to`, where each may be left out.
    pub fn bounds(&self) -> Result<(Timestamp, Timestamp), Problem> {
        let from = self.time("from")?.unwrap_or(Timestamp::MIN);
        let to = self.time("to")?.unwrap_or(Timestamp::MAX);
        self.in_order(from < to)?;
        Ok((from, to))
    }

    /// The same, and the key of the cursor.
    pub fn span(&self) -> Result<ApiSpan, Problem> {
        let (from, to) = self.bounds()?;
        Ok(ApiSpan { from, to, after_ms: self.after()? })
    }

    /// The days `from` and `to`, the second not included.
    pub fn days(&self) -> Result<(Option<Date>, Option<Date>), Problem> {
        let (from, to) = (self.day("from")?, self.day("to")?);
        self.in_order(from.zip(to).is_none_or(|(from, to)| from < to))?;
        Ok((from, to))
    }

    /// A period of whole days: both ends, or neither.
    pub fn period(&self) -> Result<Option<Period>, Problem> {
        let missing = |name| Problem::new(Kind::MissingParameter, words::parameter_missing(name));
        match self.days()? {
            (None, None) => Ok(None),
            (Some(_), None) => Err(missing("to")),
            (None, Some(_)) => Err(missing("from")),
            (Some(from), Some(to)) => {
                let refused = |name, day: Date| {
                    Problem::value(name, &day.to_string(), words::rule_period(Period::DAYS_MAX))
                };
                match to.yesterday() {
                    _ if !Period::YEARS.contains(&from.year()) => Err(refused("from", from)),
                    Ok(last)
                        if Period::YEARS.contains(&last.year())
                            && (Period { from, to: last }).days() <= Period::DAYS_MAX =>
                    {
                        Ok(Some(Period { from, to: last }))
                    }
                    _ => Err(refused("to", to)),
                }
            }
        }
    }

    fn in_order(&self, ordered: bool) -> Result<(), Problem> {
        let to = self.text("to").unwrap_or_default();
        match ordered {
            true => Ok(()),
            false => Err(Problem::value("to", to, words::rule_order())),
        }
    }

    /// The key that the page begins after.
    pub fn after<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let Some(text) = self.text("cursor") else { return Ok(None) };
        let key = cursor::open(&self.question(), text).and_then(|key| key.parse().ok());
        key.map(Some).ok_or_else(|| {
            Problem::value("cursor", text, words::rule_cursor()).hint(words::begin_anew())
        })
    }

    /// The address of the page after `key`.
    pub fn next(&self, key: &str) -> String {
        let cursor = cursor::seal(&self.question(), key);
        let others = self.pairs.iter().filter(|(name, _)| name != "cursor");
        let pairs = others.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let pairs: Vec<String> = pairs.chain([format!("cursor={cursor}")]).collect();
        format!("{}?{}", self.path, pairs.join("&"))
    }

    /// What is asked for, whichever page of it, and however large the pages are.
    fn question(&self) -> String {
        let asks = |pair: &&(String, String)| {
            !BESIDE.contains(&pair.0.as_str()) && !["limit", "format"].contains(&pair.0.as_str())
        };
        let mut pairs: Vec<_> = self.pairs.iter().filter(asks).collect();
        pairs.sort();
        format!("{} {pairs:?}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

    use super::*;
    use crate::web::v1::series::SpanParams;

    fn call(uri: &str, accept: &str) -> Call {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        Call { uri: uri.parse().unwrap(), headers, head_only: false }
    }

    fn query(uri: &str) -> Query {
        call(uri, "").query::<SpanParams>().unwrap()
    }

    #[test]
    fn the_next_page_is_found_by_its_address_however_it_is_escaped() {
        let asked =
            "/api/v1/readings?series=pond-1%2Flevel&from=2022-08-01T00:00:00+08:00&limit=2&lang=en";
        let next = query(asked).next("1659283200000");
        let (path, _) = next.split_once('?').unwrap();
        assert_eq!(path, "/api/v1/readings");
        assert!(next.contains("from=2022-08-01T00%3A00%3A00%2B08%3A00&limit=2&lang=en&cursor="));
        let again = query(&next);
        assert_eq!(again.after::<i64>().unwrap(), Some(1_659_283_200_000));
        assert_eq!(again.span().unwrap().from, query(asked).span().unwrap().from);
        // Other sizes of the page, and every letter of the cursor escaped.
        let cursor = again.text("cursor").unwrap();
        let escaped: String = cursor.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let escaped = next.replace(cursor, &escaped).replace("limit=2", "limit=7");
        assert_eq!(query(&escaped).after::<i64>().unwrap(), Some(1_659_283_200_000));
        // Of another question it is none.
        let other = next.replace("pond-1", "pond-2");
        assert!(query(&other).after::<i64>().is_err());
    }

    #[test]
    fn what_is_wrong_with_a_query_is_told() {
        let status = |uri: &str| {
            let read = call(uri, "").query::<SpanParams>().and_then(|query| {
                query.limit()?;
                query.span()?;
                query.flag("raw")
            });
            read.map_err(|problem| problem.status().as_u16())
        };
        for good in [
            "/x",
            "/x?",
            "/x?&limit=10000&",
            "/x?raw=true&from=2022-08-01T00:00:00Z&to=2022-08-01T08:00:01+08:00",
            "/x?lang=zh",
        ] {
            assert!(status(good).is_ok(), "{good}");
        }
        for bad in [
            "/x?limit=0",
            "/x?limit=10001",
            "/x?limit=+1",
            "/x?limit=",
            "/x?limit=1&limit=1",
            "/x?limt=1",
            "/x?limit=%zz",
            "/x?limit=%ff",
            "/x?raw=1",
            "/x?from=2022-08-01",
            "/x?from=2022-08-01%2000:00:00Z",
            "/x?from=2022-08-01T00:00:00",
            "/x?from=2022-08-01T00:00:00Z[UTC]",
            "/x?from=2022-08-01T00:00:00+25:00",
            "/x?from=2022-08-01T00:00:00-08:00:01",
            "/x?from=2022-08-02T00:00:00Z&to=2022-08-01T00:00:00Z",
            "/x?from=2022-08-01T00:00:00Z&to=2022-08-01T00:00:00Z",
            "/x?cursor=x",
            "/x?lang=fr",
        ] {
            assert_eq!(status(bad), Err(400), "{bad}");
        }
    }

    #[test]
    fn rows_are_written_as_they_are_wanted() {
        let written = |uri: &str, accept: &str| {
            let call = call(uri, accept);
            call.query::<SpanParams>().and_then(|query| call.written(&query)).map_err(|_| ())
        };
        for (uri, accept, expected) in [
            ("/x", "", Ok(Written::Json)),
            ("/x", "*/*", Ok(Written::Json)),
            ("/x", "text/html,application/xhtml+xml,*/*;q=0.8", Ok(Written::Json)),
            ("/x", "text/csv", Ok(Written::Csv)),
            ("/x", "text/csv, application/json", Ok(Written::Csv)),
            ("/x", "application/json, text/csv", Ok(Written::Json)),
            ("/x", "text/*", Ok(Written::Csv)),
            ("/x", "image/png", Err(())),
            ("/x", "text/csv;q=0, application/json", Ok(Written::Json)),
            ("/x", "text/csv;q=0.1, application/json", Ok(Written::Json)),
            ("/x", "application/json; Q=0.1, text/csv; header=present; q=0.9", Ok(Written::Csv)),
            ("/x", "application/json;q=0, */*", Ok(Written::Csv)),
            ("/x", "text/csv;q=0.5, */*;q=0.5", Ok(Written::Csv)),
            ("/x", "application/*;q=0.2, text/*;q=0.1", Ok(Written::Json)),
            ("/x", "text/csv;q=0", Err(())),
            ("/x", ",,", Ok(Written::Json)),
            ("/x?format=csv", "application/json", Ok(Written::Csv)),
            ("/x?format=xml", "", Err(())),
        ] {
            assert_eq!(written(uri, accept), expected, "{uri} {accept}");
        }
    }
}
