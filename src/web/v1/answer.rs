//! An answer: its tag, by which a program asks again at no cost, and the way to the next page.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LINK, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::call::Call;
use super::facts::{ApiAnswer, ApiAsked, ApiRefusal};
use crate::locales::{Lang, api as words, for_programs};
use crate::support::{hex, sha256};
use crate::web::problem::{Kind, Problem};
use crate::web::state::Web;
use crate::web::visitor::Visitor;

pub(super) const JSON: &str = "application/json";
pub(super) const CSV: &str = "text/csv; charset=utf-8";

/// Digits of a tag: 128 bit.
const TAG: usize = 32;

/// Times that something is read again, since the store has changed meanwhile, before it is sent without a tag.
const TRIES: usize = 3;

/// What is sent.
pub(super) struct Made {
    kind: &'static str,
    body: Vec<u8>,
    /// The address of the next page.
    next: Option<String>,
}

impl Made {
    pub fn json(content: &impl Serialize) -> Result<Self, Problem> {
        let written = for_programs(Lang::Chinese, || serde_json::to_vec(content));
        let body = written.map_err(|error| failed(&error.into()))?;
        Ok(Self { kind: JSON, body, next: None })
    }

    /// JSON that is written already.
    pub fn ready(body: Vec<u8>) -> Self {
        Self { kind: JSON, body, next: None }
    }

    pub fn csv(body: Vec<u8>) -> Self {
        Self { kind: CSV, body, next: None }
    }

    pub fn next(self, next: Option<String>) -> Self {
        Self { next, ..self }
    }
}

/// Asks the hub.
pub(super) async fn ask(web: &Web, asked: ApiAsked) -> Result<ApiAnswer, Problem> {
    match web.workplace.api.ask(asked).await {
        Ok(ApiAnswer::Refused(refusal)) => Err(refused(refusal)),
        Ok(answer) => Ok(answer),
        Err(error) => Err(failed(&error)),
    }
}

async fn version(web: &Web) -> Result<String, Problem> {
    match ask(web, ApiAsked::Version).await? {
        ApiAnswer::Version(version) => Ok(version),
        _ => Err(unexpected()),
    }
}

/// The answer was to something else: the hub and the pages do not fit together.
pub(super) fn unexpected() -> Problem {
    failed(&anyhow::anyhow!("another answer"))
}

pub(super) fn failed(error: &anyhow::Error) -> Problem {
    let error = for_programs(Lang::English, || format!("{error:#}"));
    tracing::error!(error, "a program gets no answer");
    Problem::new(Kind::Failed, words::failed())
}

fn refused(refusal: ApiRefusal) -> Problem {
    let none = |place, detail, near: Option<String>| {
        let problem = Problem::not_found(place, detail);
        match near {
            Some(near) => problem.hint(words::did_you_mean(near)),
            None => problem.hint(words::see_the_list()),
        }
    };
    match refusal {
        ApiRefusal::NoStation(near) => none("station", words::no_station(), near),
        ApiRefusal::NoSeries(near) => none("series", words::no_series(), near),
        ApiRefusal::NoFigure(near) => none("figure", words::no_figure(), near),
        ApiRefusal::Busy { retry_s } => {
            Problem::new(Kind::Busy, words::busy()).retry_after(retry_s)
        }
        ApiRefusal::TooMuch => {
            Problem::new(Kind::Busy, words::too_long()).retry_after(30).hint(words::ask_for_less())
        }
        ApiRefusal::NoPeriod(why) => Problem::new(Kind::NoPeriod, why).hint(words::give_period()),
    }
}

impl Call {
    /// What is made of the store by `make`, with a tag that follows from the store's version: asked again, it is not
    /// even read.
    pub async fn of_store<F>(&self, web: &Web, make: impl Fn() -> F) -> Result<Response, Problem>
    where
        F: Future<Output = Result<Made, Problem>>,
    {
        let mut before = version(web).await?;
        for _ in 0..TRIES {
            let tag = self.tag(before.as_bytes());
            if self.has(&tag) {
                return Ok(unchanged(Some(&tag)));
            }
            let made = make().await?;
            let after = version(web).await?;
            if before == after {
                return Ok(match self.has_any() {
                    true => unchanged(Some(&tag)),
                    false => sent(made, Some(&tag)),
                });
            }
            before = after;
        }
        let made = make().await?;
        Ok(if self.has_any() { unchanged(None) } else { sent(made, None) })
    }

    /// What was made of anything else, with a tag of its content.
    pub fn of_content(&self, made: Made) -> Response {
        let tag = self.tag(&made.body);
        match self.has(&tag) || self.has_any() {
            true => unchanged(Some(&tag)),
            false => sent(made, Some(&tag)),
        }
    }

    /// A strong tag (RFC 9110 §8.8.3) of what `of` tells from others at this address, in the form that is asked for.
    fn tag(&self, of: &[u8]) -> String {
        let accept = self.headers.get_all(axum::http::header::ACCEPT);
        let mut bytes = self.uri.to_string().into_bytes();
        for line in accept {
            bytes.push(b'\n');
            bytes.extend_from_slice(line.as_bytes());
        }
        bytes.extend_from_slice(&sha256(of));
        let mut digits = hex(&sha256(&bytes));
        digits.truncate(TAG);
        format!("\"{digits}\"")
    }

    /// Whether the asker has whatever there is, if there is something (`*`, RFC 9110 §13.1.2).
    pub(super) fn has_any(&self) -> bool {
        let mut lines = self.headers.get_all(IF_NONE_MATCH).iter();
        lines.any(|line| line.as_bytes().trim_ascii() == b"*")
    }

    /// Whether the asker has what this tag stands for.
    fn has(&self, tag: &str) -> bool {
        let lines = self.headers.get_all(IF_NONE_MATCH).iter();
        let mut tags = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        tags.any(|known| {
            let known = known.trim();
            known.strip_prefix("W/").unwrap_or(known) == tag
        })
    }
}

/// What a handler has come to, as it is sent.
pub(super) fn answer(visitor: &Visitor, come_to: Result<Response, Problem>) -> Response {
    come_to.unwrap_or_else(|problem| problem.answer(visitor))
}

/// There is nothing new, whose tag is that of what there is, if it has one.
pub(super) fn unchanged(tag: Option<&str>) -> Response {
    let mut answer = StatusCode::NOT_MODIFIED.into_response();
    remember(answer.headers_mut(), tag);
    answer
}

fn sent(made: Made, tag: Option<&str>) -> Response {
    let mut answer = Body::from(made.body).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(made.kind));
    let link = made.next.map(|next| format!("<{next}>; rel=\"next\""));
    if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
        headers.insert(LINK, link);
    }
    remember(headers, tag);
    answer
}

/// Lets whoever asks keep what it got, and ask whether it is still so.
fn remember(headers: &mut HeaderMap, tag: Option<&str>) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(ETAG, tag);
    }
}
