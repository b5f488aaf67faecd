//! What the page is compared with: a server that sends as many bytes as the overview has, and does nothing for it.

use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use crate::office::{Running, on_one_core, until};

/// It runs as a process of its own, on the core that the hub has.
pub struct Hello {
    pub port: u16,
    _running: Running,
}

impl Hello {
    pub fn start(bytes: usize) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let own = std::env::current_exe().expect("this program");
        let mut command = on_one_core(&own);
        command.args(["hello".to_owned(), port.to_string(), bytes.to_string()]);
        let running = Running(command.spawn().expect("the reference"));
        until("the reference", || {
            std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        Self { port, _running: running }
    }
}

/// Serves so many bytes on `port` until it is killed.
pub fn serve(port: u16, bytes: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.expect("a port");
        let body = Bytes::from(vec![b'x'; bytes]);
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let _ = stream.set_nodelay(true);
            let body = body.clone();
            let answer = service_fn(move |_: Request<hyper::body::Incoming>| {
                let body = body.clone();
                async move { Ok::<_, Infallible>(Response::new(Full::new(body))) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
}
