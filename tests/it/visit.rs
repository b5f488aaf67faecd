//! A visit to the office's page without a browser: requests over a socket, cookies that are kept, forms that are filled
//! in from the page that has them.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest that an answer may take. Generous: it costs time only where a test fails.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    /// The head's lines after the first.
    pub head: String,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    /// Its head, and the beginning of its body.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:.2000}", self.status, self.head, self.text())
    }
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All headers of this name.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().filter_map(move |line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body; of a page with its paths as a browser reads them.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).replace("&#x2f;", "/")
    }

    /// Where it leads to; empty where it leads nowhere.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    fn read(bytes: &[u8]) -> std::io::Result<Self> {
        let cut = || std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "no whole head");
        let end = bytes.windows(4).position(|at| at == b"\r\n\r\n").ok_or_else(cut)?;
        let text = String::from_utf8_lossy(&bytes[..end]);
        let (first, head) = text.split_once("\r\n").unwrap_or((&text, ""));
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(cut)?;
        let mut answer = Self { status, head: head.to_owned(), body: bytes[end + 4..].to_vec() };
        if answer.header("transfer-encoding").is_some_and(|way| way.contains("chunked")) {
            answer.body = whole(&answer.body);
        }
        Ok(answer)
    }
}

/// What chunks come to, as far as they are there (RFC 9112, 7.1).
fn whole(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = chunks.windows(2).position(|at| at == b"\r\n") {
        let size = std::str::from_utf8(&chunks[..end]).ok();
        let size = size.and_then(|text| usize::from_str_radix(text, 16).ok()).unwrap_or(0);
        let rest = &chunks[end + 2..];
        body.extend_from_slice(&rest[..size.min(rest.len())]);
        if size == 0 || rest.len() < size + 2 {
            break;
        }
        chunks = &rest[size + 2..];
    }
    body
}

/// Somebody at the page: what she has of it is her cookies.
#[derive(Debug, Clone)]
pub struct Visit {
    pub port: u16,
    pub cookies: BTreeMap<String, String>,
    /// More headers of each request, whole lines.
    pub more: Vec<String>,
    /// Whose name is asked for; the page's own address where absent.
    pub host: Option<String>,
    /// Where forms say that they come from; the page's own address where absent, nothing where empty.
    pub origin: Option<String>,
}

impl Visit {
    /// Somebody who is not known there, and who reads English.
    pub fn to(port: u16) -> Self {
        let more = vec!["Accept-Language: en".to_owned()];
        Self { port, cookies: BTreeMap::new(), more, host: None, origin: None }
    }

    pub fn with(mut self, line: &str) -> Self {
        self.more.push(line.to_owned());
        self
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], b"")
    }

    /// Sends a form without a token.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = encoded(fields);
        let kind = "Content-Type: application/x-www-form-urlencoded".to_owned();
        self.ask("POST", path, &[kind], body.as_bytes())
    }

    /// Sends a form of a page with the token that the page has.
    pub fn send(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page);
        let token = token(&shown.text());
        let token = token.unwrap_or_else(|| panic!("{page} has no form: {shown:?}"));
        let mut all = vec![("form_token", token.as_str())];
        all.extend(fields);
        self.post(path, &all)
    }

    pub fn ask(&mut self, method: &str, path: &str, head: &[String], body: &[u8]) -> Answer {
        let asked = self.try_ask(method, path, head, body);
        asked.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Asks over a connection of its own, and keeps the cookies of the answer.
    pub fn try_ask(
        &mut self,
        method: &str,
        path: &str,
        head: &[String],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        stream.set_write_timeout(Some(ANSWER_MAX))?;
        stream.write_all(self.head_of(method, path, head, body.len()).as_bytes())?;
        // Who refuses a body early does not read all of it.
        let sent = stream.write_all(body);
        let mut bytes = Vec::new();
        let read = read_answer(&mut stream, &mut bytes);
        if bytes.is_empty() {
            sent?;
            read?;
        }
        let answer = Answer::read(&bytes)?;
        self.keep(&answer);
        Ok(answer)
    }

    /// The head of a request as a browser sends it.
    pub fn head_of(&self, method: &str, path: &str, head: &[String], length: usize) -> String {
        let own = format!("127.0.0.1:{}", self.port);
        let host = self.host.as_ref().unwrap_or(&own);
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("Host: {host}"),
            "Connection: close".to_owned(),
        ];
        if !self.cookies.is_empty() {
            let all = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
            lines.push(format!("Cookie: {}", all.collect::<Vec<_>>().join("; ")));
        }
        if method != "GET" {
            lines.push(format!("Content-Length: {length}"));
            match self.origin.as_deref() {
                None => lines.push(format!("Origin: http://{own}")),
                Some("") => {}
                Some(origin) => lines.push(format!("Origin: {origin}")),
            }
        }
        lines.extend_from_slice(&self.more);
        lines.extend_from_slice(head);
        lines.join("\r\n") + "\r\n\r\n"
    }

    fn keep(&mut self, answer: &Answer) {
        let set: Vec<String> = answer.headers("set-cookie").map(str::to_owned).collect();
        for line in set {
            let (pair, rest) = line.split_once(';').unwrap_or((&line, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if value.is_empty() || rest.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name.trim());
            } else {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

/// Reads an answer to the end that its head announces, or to the end of the connection.
fn read_answer(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    let mut part = [0; 65_536];
    loop {
        let read = stream.read(&mut part)?;
        bytes.extend_from_slice(&part[..read]);
        let is_whole = Answer::read(bytes).is_ok_and(|answer| {
            let length = answer.header("content-length").and_then(|text| text.parse().ok());
            length.is_some_and(|length: usize| answer.body.len() >= length)
        });
        if read == 0 || is_whole {
            return Ok(());
        }
    }
}

/// The token of the first form of a page.
pub fn token(page: &str) -> Option<String> {
    let rest = page.split_once("name=\"form_token\"")?.1;
    let value = rest.split_once("value=\"")?.1;
    Some(value.split_once('"')?.0.to_owned())
}

/// Fields as a form sends them (WHATWG URL, 5).
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", part(name), part(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A part of an address or a form, each byte but the plainest as `%XX`.
pub fn part(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let one =
        |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}
