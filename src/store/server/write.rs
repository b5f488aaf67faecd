//! Writes lines to a server in bodies that it accepts, and finds the lines and the gateways that it does not.
//!
//! A body that is not taken is written again by gateway: what one sent never holds up another's. Within a gateway, a
//! body that the server refuses is halved down to the line, and one with which it fails is halved down to the batch.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::http::{Http, answered, asks_for_https, quoted};
use super::lines::{Lines, Range};
use super::settings::{ServerKind, ServerSettings};
use crate::core::GatewayId;
use crate::locales::{Text, store as words};
use crate::store::StoreError;

/// More refusals than this, of one gateway in one write or of all since a line was last taken, do not come from bad
/// readings: something is wrong with the server or its use, and no reading must go to the quarantine for it. A day of a
/// series at a reading each quarter of an hour, which is refused as one for its time, is less. Engineering judgement.
const REFUSED_MAX: usize = 100;

/// Bodies of one gateway that are not taken in one write before the rest of it is left: [`REFUSED_MAX`] refused lines
/// of one batch need twice as many. It bounds for how long the others wait. Engineering judgement.
const BODIES_MAX: usize = 250;

/// Bodies of one gateway with which a server fails in one write: enough to find one batch among some hundred.
/// Engineering judgement.
const FAILED_MAX: usize = 16;

/// What a write has come to.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Lines that the server refuses on their own, with its reason. Their units are written without them.
    pub refused: BTreeMap<usize, Text>,
    /// Units that are not written, with the reason. Some of their lines may be stored.
    pub left: BTreeMap<usize, Text>,
}

pub(super) struct Writer {
    url: String,
    query: Vec<(&'static str, String)>,
    /// Lines refused since one was last taken.
    refused_since: usize,
}

enum Outcome {
    Accepted,
    /// The body holds something that the server will always refuse.
    Refused(Text),
    /// The server does not take the body, and that is not said to be the fault of a line in it.
    Failed(Text),
    /// The server takes nothing for now, whatever the body holds.
    Away(StoreError),
}

/// How an answer that speaks of the server as a whole is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// As it says: everything is written again later.
    Believe,
    /// It may be a body of one gateway that brings it about: each gateway's is tried on its own.
    Doubt,
}

/// What was tried of a gateway in a write.
#[derive(Default)]
struct Tried {
    refused: usize,
    bodies: usize,
    failed: usize,
    /// Why nothing more of it is tried.
    stopped: Option<Text>,
    /// Whether that is so since too many of its lines were refused, which are then none to be set aside.
    many: bool,
}

/// A write while it goes on.
struct Writing<'a> {
    writer: &'a mut Writer,
    http: &'a Http,
    lines: &'a Lines,
    now: Timestamp,
    trust: Trust,
    tried: BTreeMap<GatewayId, Tried>,
    written: Written,
}

impl Writer {
    pub fn new(settings: &ServerSettings) -> Self {
        Self { url: settings.url.clone(), query: query(settings), refused_since: 0 }
    }

    /// Writes all lines that the server takes.
    ///
    /// # Errors
    /// The server takes nothing for now: some may have been stored, and all have to be written again.
    pub fn write(
        &mut self,
        http: &Http,
        lines: &Lines,
        now: Timestamp,
        trust: Trust,
    ) -> Result<Written, StoreError> {
        let (tried, written) = (BTreeMap::new(), Written::default());
        let mut writing = Writing { writer: self, http, lines, now, trust, tried, written };
        let mut next = 0;
        while next < lines.len() {
            let end = lines.body_from(next);
            writing.body((next, end))?;
            next = end;
        }
        Ok(writing.written)
    }

    fn post(&self, http: &Http, body: &[u8], now: Timestamp) -> Result<Outcome, StoreError> {
        let query: Vec<(&str, &str)> = self.query.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let answer = http.write("/api/v2/write", &query, body, now)?;
        let text = &answer.text;
        let away = |problem: Text| {
            let (url, retry_after) = (self.url.clone(), answer.retry_after);
            Outcome::Away(StoreError::Server { url, problem, retry_after })
        };
        if let Some(problem) = misused(answer.status, text) {
            return Ok(away(problem));
        }
        Ok(match answer.status {
            200 | 204 => Outcome::Accepted,
            // Each field has one type in every line of this program: the other type is another program's, and a reading
            // that is refused for it is none the worse.
            status @ (400 | 422) if text.contains(TYPE_CONFLICT) => {
                Outcome::Failed(answered(status, text))
            }
            status @ (400 | 413 | 422) => Outcome::Refused(answered(status, text)),
            status @ (300..=399 | 407 | 408 | 429 | 502 | 503 | 504) => {
                away(answered(status, text))
            }
            status => Outcome::Failed(answered(status, text)),
        })
    }
}

/// The parameters of a write.
pub(super) fn query(settings: &ServerSettings) -> Vec<(&'static str, String)> {
    let mut query = vec![("precision", "ms".to_owned())];
    if settings.kind == ServerKind::Influx {
        query.push(("org", settings.org.clone().unwrap_or_default()));
        query.push(("bucket", settings.bucket.clone().unwrap_or_default()));
    }
    query
}

/// What is wrong with how the server is used, if an answer to a write says so: it would be every reading's, and is no
/// fault of one. A write that is taken is answered without a text; a page says that it is another program's address.
pub(super) fn misused(status: u16, text: &str) -> Option<Text> {
    let said = || quoted(text);
    Some(match status {
        200..=299 if !text.is_empty() => words::not_taken_but_answered(status),
        400 if asks_for_https(status, text) => words::https_wanted(),
        // VictoriaMetrics' words for a path that it does not know.
        400 if text.contains("unsupported path") => words::nothing_at_path(said()),
        401 => words::token_refused(said()),
        403 => words::may_not_write(said()),
        404 if text.contains("bucket") => words::no_such_bucket(said()),
        404 if text.contains("organization") => words::no_such_organisation(said()),
        404 => words::nothing_at_path(said()),
        _ => return None,
    })
}

/// InfluxDB's words for a field that is already there with another type (`tsdb.ErrFieldTypeConflict`).
const TYPE_CONFLICT: &str = "field type conflict";

impl Writing<'_> {
    fn body(&mut self, range: Range) -> Result<(), StoreError> {
        let outcome = self.post(range)?;
        if matches!(outcome, Outcome::Accepted) {
            return Ok(());
        }
        let parts = self.lines.by_gateway(range);
        let mut known = Some(outcome).filter(|_| parts.len() == 1);
        parts.into_iter().try_for_each(|part| self.part(part, known.take()))
    }

    /// Writes lines of one gateway; `known` is what has come of them as one body.
    fn part(&mut self, range: Range, mut known: Option<Outcome>) -> Result<(), StoreError> {
        let unit = self.lines.unit_of(range.0);
        let Some(gateway) = self.lines.gateway_of(unit).cloned() else { return Ok(()) };
        let mut tried = self.tried.remove(&gateway).unwrap_or_default();
        let mut open = vec![range];
        while let Some(range @ (from, to)) = open.pop() {
            if let Some(reason) = &tried.stopped {
                self.leave(range, reason);
                continue;
            }
            let outcome = match known.take() {
                Some(outcome) => outcome,
                None => self.post(range)?,
            };
            tried.bodies += usize::from(!matches!(outcome, Outcome::Accepted));
            // The later half first: live readings come behind those that are caught up on.
            match outcome {
                Outcome::Accepted => {}
                Outcome::Refused(reason) if to - from == 1 => {
                    tried.refused += 1;
                    self.writer.refused_since += 1;
                    tried.many = tried.refused.max(self.writer.refused_since) > REFUSED_MAX;
                    if tried.many {
                        tried.stopped = Some(words::refuses_many(REFUSED_MAX, reason.clone()));
                    }
                    self.written.refused.insert(from, reason);
                }
                Outcome::Refused(reason) => {
                    let middle = from + (to - from) / 2;
                    open.extend([(from, middle), (middle, to)]);
                    if tried.bodies >= BODIES_MAX {
                        tried.stopped = Some(reason);
                    }
                }
                Outcome::Failed(reason) => {
                    tried.failed += 1;
                    let middle = self.lines.between_units(range);
                    match middle.filter(|_| tried.failed < FAILED_MAX) {
                        Some(middle) => open.extend([(from, middle), (middle, to)]),
                        None => self.leave(range, &reason),
                    }
                }
                Outcome::Away(error) => return Err(error),
            }
        }
        if let Some(reason) = tried.stopped.as_ref().filter(|_| tried.many) {
            self.leave_refused(&gateway, reason);
        }
        self.tried.insert(gateway, tried);
        Ok(())
    }

    fn post(&mut self, range: Range) -> Result<Outcome, StoreError> {
        let outcome = self.writer.post(self.http, self.lines.slice(range), self.now)?;
        match outcome {
            Outcome::Accepted => {
                self.writer.refused_since = 0;
                Ok(Outcome::Accepted)
            }
            Outcome::Away(StoreError::Server { problem, .. }) if self.trust == Trust::Doubt => {
                Ok(Outcome::Failed(problem))
            }
            Outcome::Away(error) => Err(error),
            outcome => Ok(outcome),
        }
    }

    fn leave(&mut self, (from, to): Range, reason: &Text) {
        let units: BTreeSet<usize> = (from..to).map(|line| self.lines.unit_of(line)).collect();
        for unit in units {
            self.written.left.entry(unit).or_insert_with(|| reason.clone());
        }
    }

    /// Leaves the units of a gateway that hold refused lines.
    fn leave_refused(&mut self, gateway: &GatewayId, reason: &Text) {
        let units: BTreeSet<usize> =
            self.written.refused.keys().map(|line| self.lines.unit_of(*line)).collect();
        for unit in units {
            if self.lines.gateway_of(unit) == Some(gateway) {
                self.written.left.entry(unit).or_insert_with(|| reason.clone());
            }
        }
    }
}
