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
use super::state::Web;
use super::workplace::{ChartAsked, Operation};
use crate::core::Series;
use crate::locales::{Lang, for_programs, foreign, page as words, page_people};

/// Most points of a chart: twice what the widest screens show.
const POINTS_MAX: u32 = 10_000;

/// Documents that are made or wait: one is made at a time, in about a second, and a person waits for five at most.
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
    AsViewer(_): AsViewer,
    path: Result<Path<(String, String)>, PathRejection>,
    span: Result<Query<Span>, QueryRejection>,
) -> Response {
    let refused = |problem: String| (StatusCode::BAD_REQUEST, problem).into_response();
    let (station, parameter) = match path {
        Ok(Path(path)) => path,
        Err(error) => return refused(error.body_text()),
    };
    let span = match span {
        Ok(Query(span)) => span,
        Err(error) => return refused(error.body_text()),
    };
    let series: Series = match format!("{station}/{parameter}").parse() {
        Ok(series) => series,
        Err(problem) => return refused(problem.within(Lang::English)),
    };
    let Span { from, to, points } = span;
    if points == 0 || points > POINTS_MAX {
        return refused(format!("points = {points}: must be 1 to {POINTS_MAX}"));
    }
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
    let Ok(place) = places.try_acquire_owned() else {
        let words = page_people::too_many_documents();
        let mut answer = refused(&visitor, StatusCode::SERVICE_UNAVAILABLE, words);
        let retry = HeaderValue::from_static(RETRY_S);
        answer.headers_mut().insert(header::RETRY_AFTER, retry);
        return answer;
    };
    let kind = kind_of(&name);
    let (make, lang) = (web.workplace.document.clone(), visitor.lang);
    // Whoever goes away before her document is made has her place until it is.
    let made = tokio::spawn(async move {
        let _place = place;
        make.ask((name, lang)).await
    });
    match made.await.map_err(anyhow::Error::from).and_then(|made| made) {
        Ok(Some(bytes)) => {
            let mut answer = ([(header::CONTENT_TYPE, kind)], bytes).into_response();
            if kind == HTML {
                let policy = HeaderValue::from_static(DOCUMENT_POLICY);
                answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
            }
            answer
        }
        Ok(None) => visitor.answer(no_such),
        Err(error) => {
            tracing::error!(error = logged(&error), "cannot make a report");
            visitor.answer(|| (StatusCode::CONFLICT, format!("{}\n", foreign::chain(&error))))
        }
    }
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
