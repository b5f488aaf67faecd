//! What went wrong, for programs (RFC 9457): which place of the request has which value, which rule that breaks, and
//! the way out, in the language of whoever asks.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

use super::visitor::Visitor;
use crate::core::nearest;
use crate::locales::{Lang, Text, api as words};

/// The type of content of a problem.
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// What the types of problems begin with. They name a kind of problem and lead nowhere.
const TYPE: &str = "urn:hanqing:problem:";

/// Longest value that is repeated, characters.
const SHOWN_MAX: usize = 80;

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A parameter that there is not.
    UnknownParameter,
    /// A value that breaks a rule.
    InvalidValue,
    /// A parameter that has to be there.
    MissingParameter,
    /// No token, and no session.
    Unauthorized,
    InvalidToken,
    InsufficientScope,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    TooManyRequests,
    /// It was asked under a name that this hub does not have.
    Misdirected,
    /// The ledger does not say of which days figures are to be.
    NoPeriod,
    /// It was not done since too much else is.
    Busy,
    /// The hub could not do it; its log says why.
    Failed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::UnknownParameter,
        Self::InvalidValue,
        Self::MissingParameter,
        Self::Unauthorized,
        Self::InvalidToken,
        Self::InsufficientScope,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::Misdirected,
        Self::TooManyRequests,
        Self::NoPeriod,
        Self::Busy,
        Self::Failed,
    ];

    /// Its status, and the word that programs have for it.
    pub fn of(self) -> (StatusCode, &'static str) {
        match self {
            Self::UnknownParameter => (StatusCode::BAD_REQUEST, "unknown-parameter"),
            Self::InvalidValue => (StatusCode::BAD_REQUEST, "invalid-value"),
            Self::MissingParameter => (StatusCode::BAD_REQUEST, "missing-parameter"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::InvalidToken => (StatusCode::UNAUTHORIZED, "invalid-token"),
            Self::InsufficientScope => (StatusCode::FORBIDDEN, "insufficient-scope"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "not-acceptable"),
            Self::Misdirected => (StatusCode::MISDIRECTED_REQUEST, "misdirected"),
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Self::NoPeriod => (StatusCode::CONFLICT, "no-period"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        }
    }

    fn title(self) -> Text {
        match self {
            Self::UnknownParameter => words::title_unknown_parameter(),
            Self::InvalidValue => words::title_invalid_value(),
            Self::MissingParameter => words::title_missing_parameter(),
            Self::Unauthorized => words::title_unauthorized(),
            Self::InvalidToken => words::title_invalid_token(),
            Self::InsufficientScope => words::title_insufficient_scope(),
            Self::NotFound => words::title_not_found(),
            Self::MethodNotAllowed => words::title_method_not_allowed(),
            Self::NotAcceptable => words::title_not_acceptable(),
            Self::Misdirected => words::title_misdirected(),
            Self::TooManyRequests => words::title_too_many_requests(),
            Self::NoPeriod => words::title_no_period(),
            Self::Busy => words::title_busy(),
            Self::Failed => words::title_failed(),
        }
    }
}

/// A problem.
#[derive(Debug, Clone)]
pub(super) struct Problem(Box<Said>);

/// What is said of it.
#[derive(Debug, Clone)]
struct Said {
    kind: Kind,
    detail: Option<Text>,
    place: Option<String>,
    value: Option<String>,
    rule: Option<Text>,
    hint: Option<Text>,
    headers: Vec<(HeaderName, String)>,
}

/// A value as it is repeated.
fn shown(value: &str) -> String {
    value.chars().take(SHOWN_MAX).collect()
}

impl Problem {
    /// Of which no more is to be said than its title.
    pub fn bare(kind: Kind) -> Self {
        let headers = Vec::new();
        let said =
            Said { kind, detail: None, place: None, value: None, rule: None, hint: None, headers };
        Self(Box::new(said))
    }

    fn with(mut self, say: impl FnOnce(&mut Said)) -> Self {
        say(&mut self.0);
        self
    }

    /// What happened this time.
    pub fn new(kind: Kind, detail: Text) -> Self {
        Self::bare(kind).with(|said| said.detail = Some(detail))
    }

    /// The `value` of `place` breaks `rule`.
    pub fn value(place: &str, value: &str, rule: Text) -> Self {
        let value = shown(value);
        let detail = words::value_breaks(place, format!("{value:?}"), rule.clone());
        Self::new(Kind::InvalidValue, detail).with(|said| {
            said.place = Some(place.into());
            said.value = Some(value);
            said.rule = Some(rule);
        })
    }

    /// A query names `name`, which is none of `known`.
    pub fn unknown(name: &str, known: &[&str]) -> Self {
        let rule = words::parameters_are(Text::list(known.iter().copied()));
        let near = nearest(name, known.iter().copied());
        let hint = near.map_or_else(|| rule.clone(), words::did_you_mean);
        let name = shown(name);
        let detail = words::no_such_parameter(format!("{name:?}"));
        Self::new(Kind::UnknownParameter, detail).hint(hint).with(|said| {
            said.place = Some("query".into());
            said.value = Some(name);
            said.rule = Some(rule);
        })
    }

    /// What `place` names is not there.
    pub fn not_found(place: &str, detail: Text) -> Self {
        Self::new(Kind::NotFound, detail).with(|said| said.place = Some(place.into()))
    }

    /// With the way out.
    pub fn hint(self, hint: Text) -> Self {
        self.with(|said| said.hint = Some(hint))
    }

    /// With a header of its answer.
    pub fn header(self, name: HeaderName, value: String) -> Self {
        self.with(|said| said.headers.push((name, value)))
    }

    /// To be asked again after so many seconds.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(RETRY_AFTER, seconds.to_string()).hint(words::try_again_in(seconds))
    }

    pub fn status(&self) -> StatusCode {
        self.0.kind.of().0
    }

    /// The answer, in the visitor's language.
    pub fn answer(&self, visitor: &Visitor) -> Response {
        visitor.answer(|| self.made())
    }

    /// The answer where nobody knows who asks.
    pub fn unspoken(&self) -> Response {
        crate::locales::within(Lang::Chinese, || self.made())
    }

    fn made(&self) -> Response {
        let said = &*self.0;
        let (status, word) = said.kind.of();
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                body.insert(name.into(), value);
            }
        };
        let text = |text: &Text| Value::from(text.to_string());
        put("type", Some(format!("{TYPE}{word}").into()));
        put("title", Some(text(&said.kind.title())));
        put("status", Some(status.as_u16().into()));
        put("detail", said.detail.as_ref().map(text));
        put("place", said.place.clone().map(Value::from));
        put("value", said.value.clone().map(Value::from));
        put("rule", said.rule.as_ref().map(text));
        put("hint", said.hint.as_ref().map(text));
        let mut answer = (status, Body::from(Value::Object(body).to_string())).into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in &said.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name.clone(), value);
            }
        }
        answer
    }
}

/// What the description of the interface says of a problem.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
#[allow(dead_code, reason = "it is only described")]
pub(super) struct ProblemSchema {
    /// The kind of problem, `urn:hanqing:problem:…`: what a program decides by.
    #[schema(example = "urn:hanqing:problem:invalid-value")]
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words, in the language that was asked for.
    title: String,
    /// The status of the answer.
    status: u16,
    /// What happened this time.
    #[schema(required = false)]
    detail: Option<String>,
    /// The part of the request that is wrong: the name of a parameter, `query` or `path`.
    #[schema(required = false)]
    place: Option<String>,
    /// The value that it has, shortened.
    #[schema(required = false)]
    value: Option<String>,
    /// The rule that the value breaks.
    #[schema(required = false)]
    rule: Option<String>,
    /// The way out.
    #[schema(required = false)]
    hint: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_has_a_word_and_a_title_of_its_own() {
        let words: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.of().1).collect();
        let titles: BTreeSet<String> =
            Kind::ALL.iter().map(|kind| kind.title().to_string()).collect();
        assert_eq!((words.len(), titles.len()), (Kind::ALL.len(), Kind::ALL.len()));
        let shown = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(words.iter().all(shown));
    }

    #[test]
    fn a_mistyped_parameter_gets_the_near_name_and_a_long_one_is_cut() {
        let problem = Problem::unknown("limt", &["from", "limit"]);
        assert_eq!(problem.0.hint.unwrap().within(Lang::English), "did you mean limit?");
        let problem = Problem::unknown(&"水".repeat(500), &["from", "limit"]);
        assert_eq!(problem.0.value.unwrap().chars().count(), SHOWN_MAX);
        assert!(problem.0.hint.unwrap().within(Lang::English).contains("from, limit"));
    }
}
