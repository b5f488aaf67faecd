//! Routes and headers.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use axum::{Extension, Router, middleware};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::language::{Configured, Reader};
use super::model::{Health, Overview};
use super::view::Templates;
use crate::core::Series;
use crate::locales::{Lang, Text, for_programs, foreign, page as words};

/// Nothing is loaded from elsewhere, and no other page may frame this one. Style and script stand in the page itself,
/// and the template engine escapes every text.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
     img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How long answers under way may take once the hub stops. Rendering takes milliseconds; only slow clients take longer.
pub const DRAIN_MAX: Duration = Duration::from_secs(5);

#[derive(Clone)]
struct Page {
    overview: watch::Receiver<Arc<Overview>>,
    templates: Arc<Templates>,
}

/// Serves the newest overview in `state`: `/`, `/sources.fragment` (the part that changes), `/api/overview` (JSON).
pub fn pages(state: watch::Receiver<Arc<Overview>>) -> Router {
    let page = Page { overview: state, templates: Arc::new(Templates::new()) };
    Router::new()
        .route("/", get(whole))
        .route("/sources.fragment", get(fragment))
        .route("/api/overview", get(json))
        .with_state(page)
}

/// Most points of a chart: twice what the widest screens show.
const POINTS_MAX: u32 = 10_000;

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

/// Points of charts by `draw`: `/api/chart/{station}/{parameter}?from=2022-01-01T00:00:00Z&to=…&points=1000` (JSON).
pub fn charts<F, A>(draw: F) -> Router
where
    F: Fn(Series, (Timestamp, Timestamp), u32) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = anyhow::Result<serde_json::Value>> + Send + 'static,
{
    let chart = move |Path((station, parameter)): Path<(String, String)>,
                      Query(span): Query<Span>| async move {
        let series: Series = match format!("{station}/{parameter}").parse() {
            Ok(series) => series,
            Err(problem) => {
                let problem = problem.within(Lang::English);
                return (StatusCode::BAD_REQUEST, problem).into_response();
            }
        };
        if span.points == 0 || span.points > POINTS_MAX {
            let problem = format!("points = {}: must be 1 to {POINTS_MAX}", span.points);
            return (StatusCode::BAD_REQUEST, problem).into_response();
        }
        match draw(series, (span.from, span.to), span.points).await {
            Ok(points) => Json(points).into_response(),
            Err(error) => {
                tracing::error!(error = logged(&error), "cannot make a chart");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    };
    Router::new().route("/api/chart/{station}/{parameter}", get(chart))
}

/// The documents of a report by `make`: `/report/{name}`, such as `/report/drought-relief.docx`, in the language of
/// whoever asks. Where a report cannot be made, the answer says why: only the office sees it.
pub fn documents<F, A>(make: F) -> Router
where
    F: Fn(String, Lang) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = anyhow::Result<Option<Vec<u8>>>> + Send + 'static,
{
    let document = move |reader: Reader, name: Result<Path<String>, PathRejection>| async move {
        let no_such = || (StatusCode::NOT_FOUND, line(words::no_such_document()));
        let Ok(Path(name)) = name else { return reader.answer(no_such) };
        let kind = match name.rsplit('.').next() {
            Some("docx") => DOCX,
            Some("xlsx") => XLSX,
            Some("html") => "text/html; charset=utf-8",
            Some("json") => "application/json",
            _ => "text/plain; charset=utf-8",
        };
        match make(name, reader.lang).await {
            Ok(Some(bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
            Ok(None) => reader.answer(no_such),
            Err(error) => {
                tracing::error!(error = logged(&error), "cannot make a report");
                reader.answer(|| (StatusCode::CONFLICT, line(foreign::chain(&error))))
            }
        }
    };
    Router::new().route("/report/{name}", get(document))
}

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// For operators: `/metrics` (OpenMetrics) and `/health` (JSON; 503 where something is wrong).
pub fn operation(
    metrics: impl Fn() -> Option<String> + Clone + Send + Sync + 'static,
    health: impl Fn() -> Health + Clone + Send + Sync + 'static,
) -> Router {
    let text = move || async move {
        match metrics() {
            Some(text) => ([(header::CONTENT_TYPE, OPENMETRICS)], text).into_response(),
            None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    };
    let answer = move || async move {
        let Health { problems, warnings, last_commit } = health();
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
    };
    Router::new().route("/metrics", get(text)).route("/health", get(answer))
}

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Adds the answer to unknown paths, the language of readers who ask for none, and the headers that every answer
/// carries.
pub fn secured(router: Router, configured: Lang) -> Router {
    let nowhere = |reader: Reader| async move {
        reader.answer(|| (StatusCode::NOT_FOUND, line(words::no_such_page())))
    };
    router
        .fallback(nowhere)
        .layer(Extension(Configured(configured)))
        .layer(middleware::map_response(secure))
}

/// Serves `router` on `listener` until `shutdown`, then finishes the requests under way within [`DRAIN_MAX`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let stopped = shutdown.clone();
    let serving = axum::serve(listener, router)
        .with_graceful_shutdown(async move { stopped.cancelled().await });
    let overdue = async {
        shutdown.cancelled().await;
        tokio::time::sleep(DRAIN_MAX).await;
    };
    tokio::select! {
        served = serving.into_future() => served,
        () = overdue => Ok(()),
    }
}

/// The whole page keeps the language that its switch has chosen; what follows it names the language of its page.
async fn whole(State(page): State<Page>, reader: Reader) -> Response {
    let overview = page.overview.borrow().clone();
    reader.answer_and_keep(|| html(page.templates.page(&overview)))
}

async fn fragment(State(page): State<Page>, reader: Reader) -> Response {
    let overview = page.overview.borrow().clone();
    reader.answer(|| html(page.templates.fragment(&overview)))
}

async fn json(State(page): State<Page>) -> Response {
    let overview = page.overview.borrow().clone();
    Json(overview.as_ref()).into_response()
}

fn html(rendered: Result<String, minijinja::Error>) -> Response {
    match rendered {
        Ok(text) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot render the page");
            (StatusCode::INTERNAL_SERVER_ERROR, line(words::page_failed())).into_response()
        }
    }
}

/// An answer of plain text.
fn line(words: Text) -> String {
    format!("{words}\n")
}

/// An error as the log has it.
fn logged(error: &anyhow::Error) -> String {
    for_programs(Lang::English, || format!("{error:#}"))
}

async fn secure(mut response: Response) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
