//! Writes lines to a server in bodies that it accepts, and finds the lines that it refuses.

use jiff::Timestamp;

use super::http::{Http, answered, quoted};
use super::settings::{ServerKind, ServerSettings};
use crate::locales::{Text, store as words};
use crate::store::StoreError;

/// Lines of a body. InfluxData advises 5000 for a write.
const LINES_MAX: usize = 5_000;

/// Bytes of a body before it is compressed. InfluxDB's cloud accepts 50 MB, most proxies one.
const BYTES_MAX: usize = 1_000_000;

/// More refusals than this in one write do not come from bad readings: something is wrong with the server or its use,
/// and no reading must go to the quarantine for it.
const REFUSED_MAX: usize = 100;

#[derive(Default)]
pub(super) struct Lines {
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Lines {
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Notes that a line was appended.
    pub fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    fn start_of(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0)
    }

    fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.text.get(self.start_of(from)..self.start_of(to)).unwrap_or_default()
    }

    /// The end of the body that begins with line `from`.
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

/// Index of a line that a server refuses, and the server's reason.
pub(super) type RefusedLine = (usize, Text);

pub(super) struct Writer {
    url: String,
    query: Vec<(&'static str, String)>,
}

enum Outcome {
    Accepted,
    /// The body holds something that the server will always refuse.
    Refused(Text),
}

impl Writer {
    pub fn new(settings: &ServerSettings) -> Self {
        let mut query = vec![("precision", "ms".to_owned())];
        if settings.kind == ServerKind::Influx {
            query.push(("org", settings.org.clone().unwrap_or_default()));
            query.push(("bucket", settings.bucket.clone().unwrap_or_default()));
        }
        Self { url: settings.url.clone(), query }
    }

    /// Writes all lines and returns those that the server refuses on their own, found by halving a refused body.
    ///
    /// # Errors
    /// The server does not accept them now: some may have been stored, and all have to be written again.
    pub fn write(
        &self,
        http: &Http,
        lines: &Lines,
        now: Timestamp,
    ) -> Result<Vec<RefusedLine>, StoreError> {
        let mut refused: Vec<RefusedLine> = Vec::new();
        let mut next = 0;
        while next < lines.ends.len() {
            let end = lines.body_from(next);
            let mut open = vec![(next, end)];
            while let Some((from, to)) = open.pop() {
                match self.post(http, lines.slice(from, to), now)? {
                    Outcome::Accepted => {}
                    Outcome::Refused(reason) if to - from == 1 => {
                        refused.push((from, reason));
                        if refused.len() > REFUSED_MAX {
                            let (_, reason) = refused.swap_remove(0);
                            let problem = words::refuses_many(REFUSED_MAX, reason);
                            return Err(StoreError::server(&self.url, problem));
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

    fn post(&self, http: &Http, body: &[u8], now: Timestamp) -> Result<Outcome, StoreError> {
        let query: Vec<(&str, &str)> = self.query.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let answer = http.write("/api/v2/write", &query, body, now)?;
        let text = &answer.text;
        let fault = |problem: Text| StoreError::server(&self.url, problem);
        match answer.status {
            200 | 204 => Ok(Outcome::Accepted),
            status @ (400 | 413 | 422) => Ok(Outcome::Refused(answered(status, text))),
            401 => Err(fault(words::token_refused(quoted(text)))),
            403 => Err(fault(words::may_not_write(quoted(text)))),
            404 => Err(fault(words::no_bucket_or_organisation(quoted(text)))),
            status => Err(StoreError::Server {
                url: self.url.clone(),
                problem: answered(status, text),
                retry_after: answer.retry_after,
            }),
        }
    }
}
