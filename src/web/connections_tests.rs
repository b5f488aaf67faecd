//! Connections as browsers make them, and as those who mean harm.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::connections::serve;
use super::guard::Peer;
use super::tls::Tls;

/// Longer than anything here takes on a slow machine, and shorter than a test may.
const LONG: Duration = Duration::from_secs(60);

struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

async fn served(tls: Option<Tls>) -> Served {
    let stream = || async {
        let never = futures_util::stream::pending::<Result<Bytes, Infallible>>();
        let kind = [("content-type", "text/event-stream")];
        (kind, Body::from_stream(never)).into_response()
    };
    let peer = |axum::Extension(peer): axum::Extension<Peer>| async move {
        format!("{} {}", peer.address.ip(), peer.tls)
    };
    let large = || async { Response::new(Body::from(vec![b'x'; 64 << 20])) };
    // More than the buffers between take, made while it leaves.
    let many = || async {
        let chunk = Bytes::from_static(&[b'x'; 1 << 16]);
        let chunks = futures_util::stream::iter(
            (0..1 << 10).map(move |_| Ok::<_, Infallible>(chunk.clone())),
        );
        Response::new(Body::from_stream(chunks))
    };
    let router = Router::new()
        .route("/", get(peer))
        .route("/many", get(many))
        .route("/live", get(stream))
        .route("/large", get(large))
        .route("/echo", post(|body: Bytes| async move { body }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(listener, router, tls, stop.clone()));
    Served { address, stop, task }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection that has sent this.
    async fn sent(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// What is answered to this until the other end closes.
    async fn answer(&self, text: &str) -> String {
        read(self.sent(text).await).await
    }
}

/// All that comes until the end. A connection that is reset ends as well.
async fn read(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut answer)).await;
    let _ends_in_either_way = read.expect("the other end never closes");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Whether this process may have so many descriptors: both ends of each connection are its own.
fn may_open(descriptors: u64) -> bool {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft = line.split_whitespace().nth(3).unwrap();
    soft.parse().map_or(true, |soft: u64| soft >= descriptors)
}

const HONEST: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_request_knows_its_connection() {
    let served = served(None).await;
    let answer = served.answer(HONEST).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with("127.0.0.1 false"), "{answer}");
}

#[tokio::test]
async fn eleven_hundred_connections_that_keep_us_waiting_keep_nobody_out() {
    if !may_open(4_000) {
        return;
    }
    let served = served(None).await;
    let mut slow = Vec::new();
    for n in 0..1_100 {
        // Nothing, half a head, half a body, and now and then an answer that nobody takes.
        let part = match n % 64 {
            63 => "GET /many HTTP/1.1\r\nHost: a\r\n\r\n",
            n if n % 3 == 0 => "",
            n if n % 3 == 1 => "GET / HTTP/1.1\r\nHost: ",
            _ => "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
        };
        slow.push(served.sent(part).await);
        if n % 100 == 99 {
            let answer = served.answer(HONEST).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "after {n}: {answer}");
        }
    }
    for _ in 0..20 {
        assert!(served.answer(HONEST).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_head_is_waited_for_ten_seconds() {
    let served = served(None).await;
    let mut stream = served.sent("GET / HTTP/1.1\r\nHost: a\r\n").await;
    let early = timeout(Duration::from_secs(9), stream.read_u8()).await;
    assert!(early.is_err(), "{early:?}");
    let answer = read(stream).await;
    assert!(!answer.contains("200"), "{answer}");
    // Nor is one that was answered kept for longer.
    let answer = served.answer("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_head_has_a_length() {
    let served = served(None).await;
    let field = format!("X: {}\r\n", "a".repeat(7_000));
    let answer = served.answer(&format!("GET / HTTP/1.1\r\n{field}{field}{field}\r\n")).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many = "X: a\r\n".repeat(1_000);
    let answer = served.answer(&format!("GET / HTTP/1.1\r\n{many}\r\n")).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    let tls = "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03";
    for nonsense in [tls, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let answer = served.answer(nonsense).await;
        assert!(!answer.contains("200"), "{answer}");
    }
    assert!(served.answer(HONEST).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_their_order() {
    let served = served(None).await;
    let post = |body: &str| {
        let length = body.len();
        format!("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    let all: String = (0..200).map(|n| post(&format!("<{n}>"))).collect();
    let answer = served.answer(&format!("{all}{HONEST}")).await;
    let bodies = answer.split('<').skip(1);
    let found: Vec<&str> = bodies.map(|rest| rest.split('>').next().unwrap()).collect();
    assert_eq!(found, (0..200).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(answer.ends_with("127.0.0.1 false"));
}

#[tokio::test]
async fn streams_end_at_once_when_the_hub_stops() {
    let served = served(None).await;
    let mut stream = served.sent("GET /live HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    served.stop.cancel();
    let rest = read(stream).await;
    assert!(rest.contains("text/event-stream"), "{rest}");
    timeout(LONG, served.task).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_ends() {
    let served = served(None).await;
    let stream = served.sent("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    // Time passes when nothing else is left to do: when the buffers are full.
    tokio::time::timeout(Duration::from_secs(300), std::future::pending::<()>()).await.unwrap_err();
    let answer = read(stream).await;
    assert!(answer.len() < 64 << 20, "{} bytes have left", answer.len());
}

/// For localhost, signed by itself, valid to 2126.
const CERTIFICATE: &[u8] = include_bytes!("tls_tests/page.pem");

fn tls(folder: &tempfile::TempDir) -> Tls {
    let [certificate, key] = ["page.pem", "page.key"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, CERTIFICATE).unwrap();
    std::fs::write(&key, include_bytes!("tls_tests/page.key")).unwrap();
    Tls::open(&certificate, &key).unwrap()
}

#[tokio::test(start_paused = true)]
async fn who_does_not_begin_tls_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let served = served(Some(tls(&folder))).await;
    assert_eq!(served.answer("").await, "");
    let plain = served.answer(HONEST).await;
    assert!(!plain.contains("200"), "{plain}");
}

#[tokio::test]
async fn a_page_over_tls_says_so() {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};

    let folder = tempfile::tempdir().unwrap();
    let served = served(Some(tls(&folder))).await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(CERTIFICATE).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = served.connect().await.into_std().unwrap();
    socket.set_nonblocking(false).unwrap();
    let answer = tokio::task::spawn_blocking(move || {
        use std::io::{Read, Write};
        let mut stream = rustls::Stream::new(&mut session, &mut socket);
        stream.write_all(HONEST.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok::<_, std::io::Error>(answer)
    });
    let answer = answer.await.unwrap().unwrap();
    assert!(answer.ends_with("127.0.0.1 true"), "{answer}");
}
