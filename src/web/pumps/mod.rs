//! The page of the pumps: what each did over some days, and what is doubtful about it.

mod facts;
mod strip;
#[cfg(test)]
mod tests;
mod view;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::guard::AsViewer;
use super::range::{RangeAsked, range};
use super::state::Web;
use super::station::Range;
use super::visitor::Visitor;
use crate::core::Period;
use crate::locales::{Text, page_pumps as words};

pub use facts::{PumpFacts, PumpsFacts};

/// The longest span, days: a year and a month. The accounts of more take too long to wait for. Engineering judgement.
const DAYS_MAX: i64 = 400;

/// `/pumps?range=…`.
pub(super) fn routes() -> Router<Web> {
    Router::new().route("/pumps", get(pumps))
}

/// Whether only what is live of the page is asked for.
#[derive(Deserialize)]
struct Part {
    part: Option<String>,
}

async fn pumps(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    asked: Result<Query<RangeAsked>, QueryRejection>,
    part: Result<Query<Part>, QueryRejection>,
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
    let page = view::page(&facts, range);
    match part.is_ok_and(|Query(Part { part })| part.is_some()) {
        true => web.templates.part(&visitor, "pumps/part", &page),
        false => web.templates.page(&visitor, &facts.shown, "pumps/page", &page),
    }
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
