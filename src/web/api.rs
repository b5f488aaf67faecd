//! What programs ask for: the overview, points of charts, the report's documents, metrics and health.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::guard::{AsOperator, AsViewer, refused};
use super::headers::DOCUMENT_POLICY;
use super::model::Health;
use super::report::{DeskAnswer, DeskAsked};
use super::state::Web;
use super::visitor::Visitor;
use super::workplace::{ChartAsked, Operation};
use crate::core::Series;
use crate::locales::{Lang, Text, for_programs, foreign, page as words, page_people};

/// Most points of a chart: twice what the widest screens show.
const POINTS_MAX: u32 = 10_000;

/// Documents that are made or wait: each takes about a second of a core, and a person waits for five at most.
const DOCUMENTS_MAX: usize = 5;

/// When somebody who came in vain may ask again, s: by then some of the documents before hers are made.
const RETRY_S: &str = "5";

pub(super) const HTML: &str = "text/html; charset=utf-8";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/api/overview`, `/api/chart/{station}/{parameter}?from=2022-01-01T00:00:00Z&to=…&points=1000` (JSON) and
/// `/report/{name}`, such as `/report/drought-relief.docx`.
pub(super) fn routes() -> Router<Web> {
    let places = Arc::new(Semaphore::new(DOCUMENTS_MAX));
    let document =
        |web: State<Web>, viewer: AsViewer, name: Result<Path<String>, PathRejection>| {
            document(web, viewer, name, places)
        };
    Router::new()
        .route("/api/overview", get(overview))
        .route("/api/chart/{station}/{parameter}", get(chart))
        .route("/report/{name}", get(document))
}

/// For operators: `/metrics` (OpenMetrics) and `/health` (JSON; 503 where something is wrong).
pub(super) fn operation(operation: Operation) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .with_state(operation)
}

async fn overview(State(web): State<Web>, AsViewer(_): AsViewer) -> Response {
    let overview = web.workplace.overview.borrow().clone();
    Json(overview.as_ref()).into_response()
}

#[derive(Deserialize)]
struct Span {
    from: Timestamp,
    to: Timestamp,
    #[serde(default = "default_points")]
    points: u32,
}

/// Enough for a phone, and for most other screens.
fn default_points() -> u32 {
    1_000
}

async fn chart(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    path: Result<Path<(String, String)>, PathRejection>,
    span: Result<Query<Span>, QueryRejection>,
) -> Response {
    let refused = |why: Text| refused(&visitor, StatusCode::BAD_REQUEST, why);
    let Ok(Path((station, parameter))) = path else { return refused(words::chart_path()) };
    let span = span.ok().filter(|Query(span)| (1..=POINTS_MAX).contains(&span.points));
    let Some(Query(Span { from, to, points })) = span else {
        return refused(words::chart_query(POINTS_MAX));
    };
    let series: Series = match format!("{station}/{parameter}").parse() {
        Ok(series) => series,
        Err(problem) => return refused(problem),
    };
    match web.workplace.chart.ask(ChartAsked { series, from, to, points }).await {
        Ok(points) => Json(points).into_response(),
        Err(error) => {
            tracing::error!(error = logged(&error), "cannot make a chart");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// In the language of whoever asks. Where a report cannot be made, the answer says why: only the office sees it.
async fn document(
    State(web): State<Web>,
    AsViewer(visitor): AsViewer,
    name: Result<Path<String>, PathRejection>,
    places: Arc<Semaphore>,
) -> Response {
    let no_such = || (StatusCode::NOT_FOUND, format!("{}\n", words::no_such_document()));
    let Ok(Path(name)) = name else { return visitor.answer(no_such) };
    let Ok(place) = places.try_acquire_owned() else { return too_many(&visitor) };
    let kind = kind_of(&name);
    let (desk, lang) = (web.workplace.desk.clone(), visitor.lang);
    // Whoever goes away before her document is made has her place until it is.
    let made = tokio::spawn(async move {
        let _place = place;
        desk.ask(DeskAsked::Document { name, days: None, lang }).await
    });
    match made.await.map_err(anyhow::Error::from).and_then(|made| made) {
        Ok(DeskAnswer::File { bytes, .. }) => {
            let mut answer = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
            if kind == HTML {
                let policy = HeaderValue::from_static(DOCUMENT_POLICY);
                answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            answer
        }
        Ok(DeskAnswer::NoPeriod(why)) => refused(&visitor, StatusCode::CONFLICT, why),
        Ok(DeskAnswer::Busy) => too_many(&visitor),
        Ok(_) => visitor.answer(no_such),
        Err(error) => {
            tracing::error!(error = logged(&error), "cannot make a report");
            visitor.answer(|| (StatusCode::CONFLICT, format!("{}\n", foreign::chain(&error))))
        }
    }
}

/// Too many documents are being made.
fn too_many(visitor: &Visitor) -> Response {
    let words = page_people::too_many_documents();
    let mut answer = refused(visitor, StatusCode::SERVICE_UNAVAILABLE, words);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_S));
    answer
}

/// The type of a document, by the end of its name.
pub(super) fn kind_of(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("docx") => DOCX,
        Some("xlsx") => XLSX,
        Some("html") => HTML,
        Some("json") => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}

async fn metrics(State(operation): State<Operation>, _: AsOperator) -> Response {
    match (operation.metrics)() {
        Some(text) => ([(header::CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn health(State(operation): State<Operation>, _: AsOperator) -> Response {
    let Health { problems, warnings, last_commit } = (operation.health)();
    let (status, word) = if problems.is_empty() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "failing")
    };
    let health = for_programs(Lang::English, || {
        serde_json::json!({
            "status": word,
            "problems": problems,
            "warnings": warnings,
            "last_commit": last_commit,
        })
    });
    (status, Json(health)).into_response()
}

/// An error as the log has it.
fn logged(error: &anyhow::Error) -> String {
    for_programs(Lang::English, || format!("{error:#}"))
}
