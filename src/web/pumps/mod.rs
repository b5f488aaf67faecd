//! The page of the pumps: what each did over some days, and what is doubtful about it.

mod cache;
mod facts;
mod strip;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use cache::Cache;

use super::guard::AsViewer;
use super::model::Shown;
use super::range::{RangeAsked, range};
use super::state::Web;
use super::station::Range;
use super::templates::html;
use super::visitor::Visitor;
use crate::core::Period;
use crate::locales::{Text, page_pumps as words, within};

pub use facts::{PumpFacts, PumpsFacts};

/// The longest span, days: a year and a month. The accounts of more take too long to wait for. Engineering judgement.
const DAYS_MAX: i64 = 400;

/// `/pumps?range=…`.
pub(super) fn routes() -> Router<Web> {
    let cache = Arc::new(Cache::default());
    let page = move |state: State<Web>, visitor: AsViewer, asked: Asking, part: OnlyPart| {
        let cache = cache.clone();
        async move { pumps(state, visitor, asked, part, &cache).await }
    };
    Router::new().route("/pumps", get(page))
}

/// Whether only what is live of the page is asked for.
#[derive(Deserialize)]
struct Part {
    part: Option<String>,
}

/// What is asked for, or why it cannot be read.
type Asking = Result<Query<RangeAsked>, QueryRejection>;
type OnlyPart = Result<Query<Part>, QueryRejection>;

async fn pumps(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    asked: Asking,
    part: OnlyPart,
    cache: &Cache,
) -> Response {
    let range = match range(asked, Range::Event).and_then(short) {
        Ok(range) => range,
        Err(why) => return problem(&web, &visitor, StatusCode::BAD_REQUEST, why),
    };
    let facts = match web.workplace.pumps.ask(range).await {
        Ok(facts) => facts,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "cannot work out the pumps");
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return problem(&web, &visitor, status, words::failed());
        }
    };
    let rendered = within(visitor.lang, || {
        let page = |facts: &PumpsFacts| web.templates.text("pumps/part", &view::page(facts));
        cache.part(&facts, visitor.lang, range, page)
    });
    let rendered = match rendered {
        Ok(rendered) => rendered,
        Err(error) => {
            return visitor.answer(|| html(StatusCode::INTERNAL_SERVER_ERROR, Err(error)));
        }
    };
    if part.is_ok_and(|Query(Part { part })| part.is_some()) {
        return visitor.answer(|| html(StatusCode::OK, Ok(rendered.to_string())));
    }
    let around = view::around(&facts, range);
    let shown = Shown { alarms: web.shown().alarms, ..facts.shown.clone() };
    web.templates.page_around(&visitor, &shown, "pumps/page", &around, &rendered)
}

/// Refuses a span that is too long.
fn short(range: Range) -> Result<Range, Text> {
    let Range::Own(from, to) = range else { return Ok(range) };
    let days = Period { from, to }.days();
    if days > DAYS_MAX { Err(words::too_many_days(days, DAYS_MAX)) } else { Ok(range) }
}

fn problem(web: &Web, visitor: &Visitor, status: StatusCode, why: Text) -> Response {
    web.problem(visitor, status, words::cannot_show(), vec![why])
}
