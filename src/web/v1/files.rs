//! Readings of a span as a file, sent while it is written.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::poll_fn;
use utoipa::IntoParams;

use super::answer::{CSV, answer, ask, unchanged, unexpected};
use super::call::Call;
use super::facts::{ApiAnswer, ApiAsked, ApiFormat, ApiStream};
use crate::locales::api as words;
use crate::web::guard::Program;
use crate::web::problem::Problem;
use crate::web::state::Web;
use crate::web::visitor::Visitor;

pub(super) const PARQUET: &str = "application/vnd.apache.parquet";

/// What a file holds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "their names are read from the description")]
pub(super) struct FileParams {
    /// Only readings of this station.
    station: Option<String>,
    /// Only readings of this parameter, such as `level`.
    parameter: Option<String>,
    /// Not before this instant (RFC 3339, with its offset); without it from the first reading.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<String>,
    /// Before this instant; without it up to the last reading.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<String>,
}

/// Readings as they came, as CSV. One file is made at a time; whoever has to wait for long is asked to come again.
#[utoipa::path(
    get,
    path = "/api/v1/files/readings.csv",
    tag = "files",
    params(FileParams),
    responses((status = OK, description = "Found", body = String, content_type = "text/csv")),
    security(("token" = ["read"]))
)]
pub(super) async fn readings_csv(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    file(&web, &visitor, &call, ApiFormat::Csv).await
}

/// The same as Parquet.
#[utoipa::path(
    get,
    path = "/api/v1/files/readings.parquet",
    tag = "files",
    params(FileParams),
    responses((
        status = OK,
        description = "Found",
        body = String,
        content_type = "application/vnd.apache.parquet"
    )),
    security(("token" = ["read"]))
)]
pub(super) async fn readings_parquet(
    State(web): State<Web>,
    Program(visitor): Program,
    call: Call,
) -> Response {
    file(&web, &visitor, &call, ApiFormat::Parquet).await
}

async fn file(web: &Web, visitor: &Visitor, call: &Call, format: ApiFormat) -> Response {
    let found = async {
        let query = call.query::<FileParams>()?;
        let (from, to) = query.bounds()?;
        let station = query.parsed("station", |_| words::rule_station())?;
        let parameter = query.parsed("parameter", |_| words::rule_parameter())?;
        // Also where only the head is wanted: there may be no such station. The file ends when nobody takes it.
        let asked = ApiAsked::File { format, station, parameter, from, to };
        match ask(web, asked).await? {
            ApiAnswer::File(_) if call.has_any() => Ok(unchanged(None)),
            ApiAnswer::File(_) if call.head_only => Ok(headed(format, Body::empty())),
            ApiAnswer::File(stream) => Ok(headed(format, sent(stream))),
            _ => Err::<_, Problem>(unexpected()),
        }
    };
    answer(visitor, found.await)
}

/// The pieces as they come. Where one does not, the connection ends without an end of the file.
fn sent(mut stream: ApiStream) -> Body {
    let pieces = poll_fn(move |context| stream.poll_recv(context));
    Body::from_stream(futures_util::StreamExt::map(pieces, |piece| piece.map(Bytes::from)))
}

fn headed(format: ApiFormat, body: Body) -> Response {
    let mut answer = body.into_response();
    let (kind, named) = match format {
        ApiFormat::Csv => (CSV, "attachment; filename=\"readings.csv\""),
        ApiFormat::Parquet => (PARQUET, "attachment; filename=\"readings.parquet\""),
    };
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(named));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answer
}
