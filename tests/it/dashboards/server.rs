//! What is asked of a VictoriaMetrics as Grafana asks it, and what is put there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// A VictoriaMetrics on loopback.
#[derive(Clone, Copy)]
pub struct Server {
    pub port: u16,
}

/// The time that is asked for, s since 1970.
#[derive(Clone, Copy)]
pub enum Asked {
    Instant(i64),
    Range { begin: i64, end: i64, step_s: u32 },
}

impl Server {
    /// Puts something there.
    pub fn post(self, path: &str, body: &[u8]) {
        let (head, text) = self.exchange("POST", path, body);
        assert!(head.starts_with("HTTP/1.0 204"), "{path}: {head}\n{text}");
    }

    /// Head and body of an answer. HTTP/1.0, so that it comes in one piece.
    fn exchange(self, method: &str, path: &str, body: &[u8]) -> (String, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!("{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), text.to_owned())
    }

    /// The names of all metrics.
    pub fn names(self) -> BTreeSet<String> {
        let (_, text) = self.exchange("GET", "/api/v1/label/__name__/values", &[]);
        let answer: Value = serde_json::from_str(&text).unwrap();
        serde_json::from_value(answer["data"].clone()).unwrap()
    }

    /// The series that answer a query; the error is the server's.
    pub fn answer(self, query: &str, asked: Asked) -> Result<Vec<Value>, String> {
        let mut coded = String::new();
        query.bytes().for_each(|byte| write!(coded, "%{byte:02X}").unwrap());
        let (kind, times) = match asked {
            Asked::Instant(at) => ("query", format!("time={at}")),
            Asked::Range { begin, end, step_s } => {
                ("query_range", format!("start={begin}&end={end}&step={step_s}s"))
            }
        };
        // A server holds back the newest half a minute.
        let path = format!("/api/v1/{kind}?latency_offset=1ms&{times}&query={coded}");
        let (_, text) = self.exchange("GET", &path, &[]);
        let answer: Value = serde_json::from_str(&text).map_err(|_| text.clone())?;
        if answer["status"] == "success" {
            Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
        } else {
            Err(text)
        }
    }
}
