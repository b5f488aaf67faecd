//! A fake server for faults that a real one does not produce on demand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flate2::read::GzDecoder;

/// A received request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method and target.
    pub line: String,
    /// Header lines, names in lower case.
    pub headers: Vec<String>,
    /// The body, decompressed.
    pub body: String,
}

/// What is sent back, and what happens to the connection.
#[derive(Debug, Clone)]
pub enum Reply {
    Answer(String),
    /// The beginning of an answer, then the connection closes.
    Half(String),
    /// Nothing, as long as the client waits.
    Silence,
}

/// An answer with a status, further header lines and a body.
pub fn answer(status: &str, headers: &str, body: &str) -> Reply {
    Reply::Answer(format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    ))
}

/// An accepted write.
pub fn taken() -> Reply {
    answer("204 No Content", "", "")
}

/// The fake on its own port, until the test process ends.
pub struct Fake {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    connections: Arc<AtomicUsize>,
}

impl Fake {
    /// Starts a server that answers each request with `reply`.
    pub fn start(reply: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = requests.clone();
        let connections = Arc::new(AtomicUsize::new(0));
        let accepted = connections.clone();
        let reply = Arc::new(Mutex::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (reply, kept) = (reply.clone(), kept.clone());
                let mut stream = stream.unwrap();
                accepted.fetch_add(1, Ordering::Relaxed);
                std::thread::spawn(move || {
                    while let Some(request) = read(&mut stream) {
                        let reply = (reply.lock().unwrap())(&request);
                        kept.lock().unwrap().push(request);
                        let (text, cut) = match reply {
                            Reply::Answer(text) => (text, false),
                            Reply::Half(text) => (text, true),
                            Reply::Silence => continue,
                        };
                        // The client may be gone.
                        if stream.write_all(text.as_bytes()).is_err() || cut {
                            break;
                        }
                    }
                });
            }
        });
        Self { url, requests, connections }
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let line = lines.remove(0);
    let headers: Vec<String> = lines.iter().map(|line| line.to_ascii_lowercase()).collect();
    let value = |name: &str| {
        let line = headers.iter().find_map(|line| line.strip_prefix(name))?;
        line.strip_prefix(':').map(str::trim)
    };
    let length = value("content-length").map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    if value("content-encoding") == Some("gzip") {
        let mut plain = Vec::new();
        GzDecoder::new(body.as_slice()).read_to_end(&mut plain).unwrap();
        body = plain;
    }
    Some(Request { line, headers, body: String::from_utf8(body).unwrap() })
}
