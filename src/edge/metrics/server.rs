//! Serves the page: HTTP/1.1 by hyper, one request per connection, a few connections at once.
//!
//! It answers under this machine's addresses and as `localhost`, and under no other name: a page of another site could
//! else have a browser beside it read it under a name of its own (DNS rebinding).

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HOST, HeaderMap, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{health, text};
use crate::edge::control::{GatewayStatus, StatusSource};
use crate::locales::{Lang, Text};
use crate::support::host_name::{is_this_machine, name_of};

/// Connections that are served at once; others wait. A gateway has one Prometheus, and perhaps a person with a browser.
pub(super) const CONNECTIONS_MAX: usize = 4;

/// How long the head of a request may take. Programs send it at once.
pub(super) const HEAD_MAX: Duration = Duration::from_secs(5);

/// How long a connection may take in total: Prometheus itself gives up after 10 s.
const CONNECTION_MAX: Duration = Duration::from_secs(15);

/// Longest head of a request, bytes: the smallest value that hyper accepts. Prometheus sends 300.
const HEAD_BYTES_MAX: usize = 8192;

/// The pause after listening has failed: the interface that has the address may come up later.
const LISTEN_PAUSE: Duration = Duration::from_secs(10);

/// The pause after a connection could not be accepted (no file descriptor left, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const PLAIN: &str = "text/plain; charset=utf-8";

/// What whoever asks for another name gets; for programs, as all of this page is.
const MISDIRECTED: &str = "421: not this gateway\n";

/// Serves the page at `address` until `stop`. An address that is not available is tried again, while the gateway polls.
pub(in crate::edge) async fn serve_at(
    address: SocketAddr,
    source: Arc<StatusSource>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut reported = false;
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(error) if !reported => {
                tracing::error!(%address, %error, "cannot listen for metrics requests; trying again");
                reported = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LISTEN_PAUSE) => {}
        }
    };
    tracing::info!("metrics at http://{address}/metrics");
    let status = Arc::new(move || source.status());
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        never = serve(listener, status) => match never {},
    }
}

/// Serves the page of `status` on `listener`, forever.
pub(super) async fn serve<S>(listener: TcpListener, status: Arc<S>) -> Infallible
where
    S: Fn() -> GatewayStatus + Send + Sync + 'static,
{
    let listens = listener.local_addr().map(|address| address.ip()).ok();
    // Dropped at the end, which closes every connection.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_ended) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, listens, status.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a metrics connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

/// Answers one request. A body is not read.
async fn converse<S>(stream: TcpStream, listens: Option<IpAddr>, status: Arc<S>)
where
    S: Fn() -> GatewayStatus,
{
    let reached = stream.local_addr().map(|address| address.ip()).ok();
    let own: Vec<IpAddr> = listens.into_iter().chain(reached).collect();
    let service = service_fn(|request: Request<Incoming>| {
        let answer = match is_asked_for(request.uri(), request.headers(), &own) {
            true => answer(request.method(), request.uri().path(), &*status),
            false => response(StatusCode::MISDIRECTED_REQUEST, PLAIN, MISDIRECTED.into()),
        };
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    match timeout(CONNECTION_MAX, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "metrics connection closed"),
        Err(_) => tracing::debug!("metrics were not received in time"),
    }
}

/// Whether a request asks for this machine, by the one name that it says.
fn is_asked_for(uri: &Uri, headers: &HeaderMap, own: &[IpAddr]) -> bool {
    let mut lines = headers.get_all(HOST).iter();
    let (Some(only), None) = (lines.next(), lines.next()) else { return false };
    let Ok(written) = only.to_str() else { return false };
    let agrees = |asked: &str| asked.eq_ignore_ascii_case(written);
    uri.authority().is_none_or(|asked| agrees(asked.as_str()))
        && name_of(written).is_some_and(|name| is_this_machine(name, own))
}

fn answer(
    method: &Method,
    path: &str,
    status: impl Fn() -> GatewayStatus,
) -> Response<Full<Bytes>> {
    if path != "/metrics" && path != "/health" {
        let text = "404: there are /metrics and /health\n";
        return response(StatusCode::NOT_FOUND, PLAIN, text.into());
    }
    if method != Method::GET {
        let text = "405: only GET\n";
        let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, PLAIN, text.into());
        let allowed = HeaderValue::from_static("GET");
        refused.headers_mut().insert(ALLOW, allowed);
        return refused;
    }
    let status = status();
    if path == "/metrics" {
        return match text::metrics(status) {
            Ok(text) => response(StatusCode::OK, text::CONTENT_TYPE, text),
            Err(error) => {
                tracing::error!(%error, "cannot encode metrics");
                response(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "500\n".into())
            }
        };
    }
    let problems = health::problems(&status);
    if problems.is_empty() {
        return response(StatusCode::OK, PLAIN, "ok\n".into());
    }
    // Read by programs, as all of this page is.
    let line = |problem: &Text| problem.within(Lang::English) + "\n";
    let text = problems.iter().map(line).collect();
    response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, text)
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
