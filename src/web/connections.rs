//! Connections of browsers, over HTTP/1.1 with bounds on everything that somebody out there can hold up: how many there
//! are, how long and large the head of a request may be, how slowly an answer may be read.
//!
//! When all places are taken, whoever has kept us waiting longest leaves, be it for a request, for the rest of one, or
//! with taking an answer: a thousand connections that say nothing keep nobody out.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, Response};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::guard::Peer;
use super::paced::Paced;
use super::places::{Busy, Places, Seat};
use super::tls::Tls;

/// How long answers under way may take once the hub stops. Rendering takes milliseconds; only slow clients take longer.
pub const DRAIN_MAX: Duration = Duration::from_secs(5);

/// Connections at once: six of each browser, for over a hundred browsers.
const CONNECTIONS_MAX: usize = 1_024;

/// So many more are taken in before those that make room for them have gone.
const CONNECTIONS_SPARE: usize = 64;

/// How long a connection may wait for the head of a request, from its first byte to its last. Browsers send it at once,
/// and connect again when they need to.
const HEAD_MAX: Duration = Duration::from_secs(10);

/// Longest head of a request, bytes: browsers send some 2,000.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// How long the beginning of TLS may take: three round trips.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// The pause after a connection could not be accepted (no file descriptor left, say), so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What all connections share.
struct Shared {
    router: Router,
    tls: Option<TlsAcceptor>,
    places: Arc<Places>,
    stop: CancellationToken,
}

/// Serves `router` on `listener` until `shutdown`, then finishes the requests under way within [`DRAIN_MAX`].
///
/// # Errors
/// None today.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<Tls>,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let shared = Arc::new(Shared {
        router,
        tls: tls.as_ref().map(|tls| TlsAcceptor::from(tls.config())),
        places: Arc::default(),
        stop: shutdown.clone(),
    });
    let follow = async {
        match &tls {
            Some(tls) => tls.follow().await,
            None => std::future::pending().await,
        }
    };
    let mut follow = pin!(follow);
    let mut connections = JoinSet::new();
    loop {
        let has_room = connections.len() < CONNECTIONS_MAX + CONNECTIONS_SPARE;
        tokio::select! {
            () = shutdown.cancelled() => break,
            never = follow.as_mut() => match never {},
            Some(_ended) = connections.join_next() => {}
            accepted = listener.accept(), if has_room => match accepted {
                Ok((stream, _)) => {
                    let seat = shared.places.seat();
                    connections.spawn(converse(stream, seat, shared.clone()));
                    if connections.len() > CONNECTIONS_MAX {
                        shared.places.make_room();
                    }
                }
                Err(error) => {
                    tracing::warn!(local = listener.local_addr().ok().map(tracing::field::display), %error, "cannot accept a connection");
                    shared.places.make_room();
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN_MAX, ended).await.is_err() {
        tracing::debug!(left = connections.len(), "connections are cut");
    }
    Ok(())
}

/// Serves one connection until it ends, or makes room.
async fn converse(stream: TcpStream, seat: Arc<Seat>, shared: Arc<Shared>) {
    let (Ok(address), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else { return };
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%local, %error, "a connection waits for full packets");
    }
    let peer = Peer { address, local, tls: shared.tls.is_some() };
    let stream = Paced::new(stream, seat.clone());
    let talk = async {
        match shared.tls.clone() {
            None => answer(stream, peer, seat.clone(), shared).await,
            Some(tls) => match timeout(HANDSHAKE_MAX, tls.accept(stream)).await {
                Ok(Ok(stream)) => answer(stream, peer, seat.clone(), shared).await,
                Ok(Err(error)) => tracing::debug!(%address, %local, %error, "no TLS"),
                Err(_) => tracing::debug!(%address, %local, "TLS took too long"),
            },
        }
    };
    tokio::select! {
        () = talk => {}
        () = seat.leave() => tracing::debug!(%address, %local, "a connection made room for another"),
    }
}

/// Answers the requests of a connection, one after the other.
async fn answer<S>(stream: S, peer: Peer, seat: Arc<Seat>, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stop = shared.stop.clone();
    let service = service_fn(move |mut request: Request<Incoming>| {
        let busy = seat.busy();
        request.extensions_mut().insert(peer);
        let request = request.map(|body| Arriving { body, seat: seat.clone() });
        let answer = TowerToHyperService::new(shared.router.clone()).call(request);
        let shared = shared.clone();
        async move { answer.await.map(|answer| watched(answer, busy, &shared)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(address = %peer.address, local = %peer.local, %error, "a connection ended");
    }
}

/// The body of a request, for which its connection waits.
struct Arriving {
    body: Incoming,
    seat: Arc<Seat>,
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match polled {
            Poll::Pending => self.seat.stall(),
            Poll::Ready(_) => self.seat.go_on(),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The answer, during which its connection is busy. A stream, which has no end of its own, ends when the hub stops.
fn watched(answer: Response<Body>, busy: Busy, shared: &Shared) -> Response<Watched> {
    let kind = answer.headers().get(CONTENT_TYPE);
    let is_stream = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let stop = is_stream.then(|| Box::pin(shared.stop.clone().cancelled_owned()));
    answer.map(|body| Watched { body, stop, _busy: busy })
}

/// The body of an answer.
struct Watched {
    body: Body,
    /// The end of a stream.
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    _busy: Busy,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(stop) = &mut self.stop
            && stop.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The answer of `router` to one request, without a connection.
#[cfg(test)]
pub(super) async fn once(router: &Router, request: Request<Body>) -> Response<Body> {
    let Ok(answer) = TowerToHyperService::new(router.clone()).call(request).await;
    answer
}
