//! The server of the page: HTTP/1.1 by hyper, a request to a connection, a few connections at once.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{health, text};
use crate::edge::desk::{Desk, GatewayStatus};

/// Connections that are served at once; others wait for one to end. A gateway has one Prometheus, and a person with a browser.
pub(super) const CONNECTIONS_MAX: usize = 4;

/// How long a request's head may take. Who asks by a program sends it at once.
pub(super) const HEAD_MAX: Duration = Duration::from_secs(5);

/// How long a connection may take in all: Prometheus itself gives up after 10 s.
const CONNECTION_MAX: Duration = Duration::from_secs(15);

/// Longest head of a request, bytes: the least that hyper can be set to. Prometheus sends 300.
const HEAD_BYTES_MAX: usize = 8192;

/// Pause after an address could not be listened at: it may be that of an interface which comes up later.
const LISTEN_AGAIN: Duration = Duration::from_secs(10);

/// Pause after a connection could not be taken (no file handle left, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

const PLAIN: &str = "text/plain; charset=utf-8";

/// Serves the page at `address` until `stop`. An address that is not to be had is tried again: a gateway measures all the same.
///
/// # Errors
/// None; the end of it is that of the gateway.
pub(in crate::edge) async fn page(
    address: SocketAddr,
    desk: Arc<Desk>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut told = false;
    let listener = loop {
        match TcpListener::bind(address).await {
            Ok(listener) => break listener,
            Err(error) if !told => {
                tracing::error!(%address, %error, "no metrics: cannot listen; trying again");
                told = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(LISTEN_AGAIN) => {}
        }
    };
    tracing::info!("metrics at http://{address}/metrics");
    let status = Arc::new(move || desk.status());
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        never = serve(listener, status) => match never {},
    }
}

/// Serves what `status` says on `listener`, as long as it is polled.
pub(super) async fn serve<S>(listener: TcpListener, status: Arc<S>) -> Infallible
where
    S: Fn() -> GatewayStatus + Send + Sync + 'static,
{
    // Dropped at the end, and with it every connection.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_ended) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, status.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot take a connection for metrics");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

/// Answers one request. Its body, where it has one, is not read.
async fn converse<S: Fn() -> GatewayStatus>(stream: TcpStream, status: Arc<S>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = answer(request.method(), request.uri().path(), &*status);
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
        Ok(Err(error)) => tracing::debug!(%error, "a connection for metrics ends"),
        Err(_) => tracing::debug!("an answer with metrics was not taken in time"),
    }
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
                tracing::error!(%error, "metrics cannot be written");
                response(StatusCode::INTERNAL_SERVER_ERROR, PLAIN, "500\n".into())
            }
        };
    }
    let reasons = health::reasons(&status);
    if reasons.is_empty() {
        return response(StatusCode::OK, PLAIN, "ok\n".into());
    }
    let text = reasons.join("\n") + "\n";
    response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, text)
}

fn response(status: StatusCode, content_type: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
