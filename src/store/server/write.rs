//! Lines on their way to a server, in bodies that it takes, and what becomes of those that it refuses.

use jiff::Timestamp;

use super::http::Http;
use super::settings::{ServerKind, ServerSettings};
use crate::store::StoreError;

/// Lines of a body: what InfluxData advises for a write, 5000.
const LINES_MAX: usize = 5_000;

/// Bytes of a body before it is compressed. InfluxDB's cloud takes 50 MB, proxies one as a rule.
const BYTES_MAX: usize = 1_000_000;

/// More refusals than this among what is written together are no poison in the data: something is wrong with the server or how
/// it is used, and nothing must be set aside for it.
const REFUSED_MAX: usize = 100;

/// Lines, each with a mark of the caller's.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    ends: Vec<usize>,
}

impl Lines {
    /// Where the next line is to be written.
    pub fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Ends a line that was written.
    pub fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    fn start_of(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0)
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(self.start_of(from)..self.start_of(to)).unwrap_or_default()
    }

    /// How many lines from `from` on make a body.
    fn body_from(&self, from: usize) -> usize {
        let start = self.start_of(from);
        let mut to = from;
        while to < self.ends.len()
            && to - from < LINES_MAX
            && (to == from || self.start_of(to + 1) - start <= BYTES_MAX)
        {
            to += 1;
        }
        to
    }
}

/// A line that a server refuses, by its place, and the server's words.
pub(super) type RefusedLine = (usize, String);

/// What writes to a server.
pub(super) struct Writer {
    http: Http,
    url: String,
    query: Vec<(&'static str, String)>,
}

enum Outcome {
    Taken,
    /// Something in the body is refused, and will be.
    Refused(String),
}

impl Writer {
    pub fn new(http: Http, settings: &ServerSettings) -> Self {
        let mut query = vec![("precision", "ms".to_owned())];
        if settings.kind == ServerKind::Influx {
            query.push(("org", settings.org.clone().unwrap_or_default()));
            query.push(("bucket", settings.bucket.clone().unwrap_or_default()));
        }
        Self { http, url: settings.url.clone(), query }
    }

    /// Writes all lines; gives those that the server refuses by themselves. What is refused together is halved until it is found.
    ///
    /// # Errors
    /// The server does not take them now: some may be there, and all are to be written again.
    pub async fn write(
        &self,
        lines: &Lines,
        now: Timestamp,
    ) -> Result<Vec<RefusedLine>, StoreError> {
        let mut refused: Vec<RefusedLine> = Vec::new();
        let mut next = 0;
        while next < lines.ends.len() {
            let end = lines.body_from(next);
            let mut open = vec![(next, end)];
            while let Some((from, to)) = open.pop() {
                match self.put(lines.slice(from, to), now).await? {
                    Outcome::Taken => {}
                    Outcome::Refused(words) if to - from == 1 => {
                        refused.push((from, words));
                        if refused.len() > REFUSED_MAX {
                            let (_, words) = refused.swap_remove(0);
                            return Err(StoreError::server(
                                &self.url,
                                format!(
                                    "it refuses more than {REFUSED_MAX} readings at once, the first with: {words}"
                                ),
                            ));
                        }
                    }
                    Outcome::Refused(_) => {
                        let middle = from + (to - from) / 2;
                        open.push((middle, to));
                        open.push((from, middle));
                    }
                }
            }
            next = end;
        }
        Ok(refused)
    }

    async fn put(&self, body: &str, now: Timestamp) -> Result<Outcome, StoreError> {
        let query: Vec<(&str, &str)> = self.query.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let answer = self.http.write("/api/v2/write", &query, body.as_bytes(), now).await?;
        let words = &answer.words;
        let fault = |problem: String| StoreError::server(&self.url, problem);
        match answer.status {
            200 | 204 => Ok(Outcome::Taken),
            400 | 413 | 422 => Ok(Outcome::Refused(format!("{}: {words}", answer.status))),
            401 => Err(fault(format!("401, the token is not accepted: {words}; see token_file"))),
            403 => Err(fault(format!("403, the token must not write to the bucket: {words}"))),
            404 => Err(fault(format!(
                "404, no such bucket or organisation: {words}; see bucket, org and url"
            ))),
            status => Err(StoreError::Server {
                url: self.url.clone(),
                problem: format!("{status}: {words}"),
                wait: answer.retry_after,
            }),
        }
    }
}
