//! The routes of the page, and what it shows.

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::asked::{DaysAsked, by, days};
use super::deeds;
use super::facts::{DeskAnswer, DeskAsked};
use super::view::{IssuedView, Outcome, View, documents};
use crate::core::Period;
use crate::locales::{Lang, Text, for_programs, page_report as words};
use crate::web::api::{HTML, kind_of};
use crate::web::format::encoded;
use crate::web::guard::{AsViewer, BODY_MAX};
use crate::web::headers::DOCUMENT_POLICY;
use crate::web::notice;
use crate::web::state::Web;
use crate::web::{Visitor, WAIT_MINUTES};

/// When somebody who came in vain may ask again, s: as for a document.
const RETRY_S: &str = "5";

/// The page, and what it and that of an issued report say that was done.
pub(super) const PAGE: &str = "/report";
pub(super) const ACCEPTED: &str = "accepted";
pub(super) const ISSUED: &str = "issued";

/// The page of an issued report.
pub(super) fn issued_page(number: &str) -> String {
    format!("{PAGE}/issued/{number}")
}

pub(in crate::web) fn routes() -> Router<Web> {
    let fill = post(deeds::fill).layer(DefaultBodyLimit::max(BODY_MAX));
    Router::new()
        .route("/report", get(show))
        .route("/report/figure/{id}", get(figure))
        .route("/report/of/{name}", get(document))
        .route("/report/fill", fill)
        .route("/report/filled/{ticket}", get(filled))
        .route("/report/accept", post(deeds::accept))
        .route("/report/issue", post(deeds::issue))
        .route("/report/issued/{number}", get(issued))
        .route("/report/issued/{number}/{name}", get(frozen))
}

async fn show(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    query: Result<Query<DaysAsked>, QueryRejection>,
) -> Response {
    let (asked, days) = days(query);
    let notice = match notice::open(&visitor, PAGE, &asked.notice) {
        Some(ACCEPTED) => words::was_accepted(),
        _ => Text::default(),
    };
    match days {
        Ok(days) => {
            let outcome = Outcome { notice, ..Outcome::default() };
            page(&web, &visitor, (asked, days), outcome, StatusCode::OK).await
        }
        Err(error) => {
            let outcome = Outcome { error, ..Outcome::default() };
            let unsure = StatusCode::UNPROCESSABLE_ENTITY;
            page(&web, &visitor, (asked, None), outcome, unsure).await
        }
    }
}

/// The page of the report of `days`, with what has come of something.
pub(super) async fn page(
    web: &Web,
    visitor: &Visitor,
    (asked, days): (DaysAsked, Option<Period>),
    outcome: Outcome,
    status: StatusCode,
) -> Response {
    let answer = web.workplace.desk.ask(DeskAsked::Report { days, by: by(visitor) }).await;
    let (report, no_period) = match answer {
        Ok(DeskAnswer::Report(facts)) => (Some(*facts), Text::default()),
        Ok(DeskAnswer::NoPeriod(why)) => (None, why),
        other => return otherwise(web, visitor, other),
    };
    let (documents, minutes) = (documents(), WAIT_MINUTES);
    let view = View { days: asked, outcome, report, no_period, documents, minutes };
    let mut response = web.templates.page(visitor, &web.shown(), "report/page", &view);
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    response
}

/// The answer to what is neither what was asked for nor expected.
pub(super) fn otherwise(
    web: &Web,
    visitor: &Visitor,
    answer: anyhow::Result<DeskAnswer>,
) -> Response {
    let told = |status, lines| web.problem(visitor, status, words::not_done(), lines);
    match answer {
        Ok(DeskAnswer::Nothing) => web.nowhere(visitor),
        Ok(DeskAnswer::Busy) => {
            let lines = vec![words::too_busy()];
            let mut response = told(StatusCode::SERVICE_UNAVAILABLE, lines);
            let retry = HeaderValue::from_static(RETRY_S);
            response.headers_mut().insert(header::RETRY_AFTER, retry);
            response
        }
        Ok(DeskAnswer::NoPeriod(why)) => told(StatusCode::CONFLICT, vec![why]),
        Ok(DeskAnswer::Refused(lines) | DeskAnswer::Changed(lines)) => {
            told(StatusCode::CONFLICT, lines)
        }
        Ok(other) => failed(web, visitor, &format!("{other:?}")),
        Err(error) => failed(web, visitor, &for_programs(Lang::English, || format!("{error:#}"))),
    }
}

fn failed(web: &Web, visitor: &Visitor, error: &str) -> Response {
    tracing::error!(error, "cannot do what the page of the report asks for");
    let lines = vec![words::see_the_log()];
    web.problem(visitor, StatusCode::INTERNAL_SERVER_ERROR, words::failed(), lines)
}

async fn figure(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    figure: Result<Path<String>, PathRejection>,
    query: Result<Query<DaysAsked>, QueryRejection>,
) -> Response {
    let Ok(Path(figure)) = figure else { return web.nowhere(&visitor) };
    let days = match days(query).1 {
        Ok(days) => days,
        Err(why) => return wrong_days(&web, &visitor, why),
    };
    match web.workplace.desk.ask(DeskAsked::Evidence { figure, days }).await {
        Ok(DeskAnswer::Evidence(evidence)) => {
            web.templates.page(&visitor, &web.shown(), "report/figure", &*evidence)
        }
        other => otherwise(&web, &visitor, other),
    }
}

pub(super) fn wrong_days(web: &Web, visitor: &Visitor, why: Text) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    web.problem(visitor, status, words::days_wrong(), vec![why])
}

async fn document(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    name: Result<Path<String>, PathRejection>,
    query: Result<Query<DaysAsked>, QueryRejection>,
) -> Response {
    let Ok(Path(name)) = name else { return web.nowhere(&visitor) };
    let days = match days(query).1 {
        Ok(days) => days,
        Err(why) => return wrong_days(&web, &visitor, why),
    };
    let (desk, lang) = (web.workplace.desk.clone(), visitor.lang);
    file(&web, &visitor, desk.ask(DeskAsked::Document { name, days, lang }).await)
}

async fn filled(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    ticket: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(ticket)) = ticket else { return web.nowhere(&visitor) };
    let asked = DeskAsked::Filled { ticket, by: by(&visitor) };
    match web.workplace.desk.ask(asked).await {
        Ok(DeskAnswer::Nothing) => {
            let lines = vec![words::filled_gone(WAIT_MINUTES)];
            web.problem(&visitor, StatusCode::NOT_FOUND, words::not_done(), lines)
        }
        answer => file(&web, &visitor, answer),
    }
}

async fn issued(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    number: Result<Path<String>, PathRejection>,
    query: Result<Query<DaysAsked>, QueryRejection>,
) -> Response {
    let Ok(Path(number)) = number else { return web.nowhere(&visitor) };
    let notice = query.map(|Query(asked)| asked.notice).unwrap_or_default();
    let notice = match notice::open(&visitor, &issued_page(&number), &notice) {
        Some(ISSUED) => words::was_issued(),
        _ => Text::default(),
    };
    match web.workplace.desk.ask(DeskAsked::Issued(number)).await {
        Ok(DeskAnswer::Issued(issued)) => {
            let view = IssuedView::of(*issued, notice);
            web.templates.page(&visitor, &web.shown(), "report/issued", &view)
        }
        other => otherwise(&web, &visitor, other),
    }
}

async fn frozen(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    path: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let Ok(Path((number, name))) = path else { return web.nowhere(&visitor) };
    let answer = web.workplace.desk.ask(DeskAsked::Frozen { number, name }).await;
    file(&web, &visitor, answer)
}

/// A file to be kept; a page of the report is shown.
fn file(web: &Web, visitor: &Visitor, answer: anyhow::Result<DeskAnswer>) -> Response {
    let (name, bytes) = match answer {
        Ok(DeskAnswer::File { name, bytes }) => (name, bytes),
        other => return otherwise(web, visitor, other),
    };
    let kind = kind_of(&name);
    let mut response = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
    let headers = response.headers_mut();
    if kind == HTML {
        let policy = HeaderValue::from_static(DOCUMENT_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        return response;
    }
    // RFC 6266: a plain name for old programs, and the real one.
    let ascii = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let plain: String = name.chars().map(|c| if ascii(c) { c } else { '_' }).collect();
    let named = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(&name));
    if let Ok(named) = HeaderValue::try_from(named) {
        headers.insert(header::CONTENT_DISPOSITION, named);
    }
    response
}
