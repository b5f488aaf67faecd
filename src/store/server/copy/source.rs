//! The server as a copy reads it.

use std::sync::mpsc::SyncSender;

use jiff::{SignedDuration, Timestamp};

use super::super::annotated::{Annotated, Each};
use super::super::export::{self, Asked};
use super::super::flux;
use super::super::http::{Http, Query};
use super::super::samples::Readings;
use super::super::settings::{ServerKind, ServerSettings};
use super::marks::{Collected, MARKS, Marks};
use super::parts::{Part, Piece};
use super::span::before;
use crate::core::GatewayId;
use crate::locales::{Text, store as words};
use crate::store::StoreError;
use crate::store::line::{BATCHES, READINGS};

/// Samples of readings held at once; a reading has two to four as a rule. A span with more, since other batches lie in
/// it too, is asked for in halves. With what is made of them, and another as much on its way into the file, it is some
/// forty megabytes.
const SAMPLES_MAX: usize = 150_000;

/// Samples of records held at once: a week of a township's batches, and ten megabytes.
const MARKS_MAX: usize = 400_000;

/// Fields of readings.
const OF_READINGS: [Asked; 1] = [(READINGS, "v|f|r|m|hi|lo|n|w[0-9]+")];

pub(super) struct Source {
    settings: ServerSettings,
    http: Http,
}

impl Source {
    /// # Errors
    /// The settings are wrong, or a file that they name cannot be read.
    pub fn new(settings: &ServerSettings) -> Result<Self, StoreError> {
        Ok(Self { http: Http::new(settings)?, settings: settings.clone() })
    }

    /// Gateways that are copied; all if empty.
    pub fn gateways(&self) -> &[GatewayId] {
        &self.settings.gateways
    }

    /// Seconds after which the server surely shows what it accepted.
    pub fn settle(&self) -> SignedDuration {
        SignedDuration::from_secs(self.settings.settle_s.into())
    }

    /// What hubs recorded from `from` to before `to`; `None` where it is too much for memory and more than an
    /// instant's.
    pub fn marks(&self, (from, to): (Timestamp, Timestamp)) -> Result<Option<Marks>, StoreError> {
        let mut collected = Collected::default();
        let is_instant = to.duration_since(from) <= SignedDuration::from_millis(1);
        let mut too_many = false;
        let asked = self.samples(&MARKS, self.gateways(), (from, to), &mut |block| {
            collected.add(block);
            too_many = collected.len() > MARKS_MAX;
            if too_many { Err(words::too_many_records(MARKS_MAX, BATCHES)) } else { Ok(()) }
        });
        if too_many && !is_instant {
            return Ok(None);
        }
        asked?;
        Ok(Some(collected.marks()))
    }

    /// Sends the readings of all parts in turn, until one fails or nobody takes them.
    pub fn send(&self, parts: &[Part], to: &SyncSender<Result<Piece, StoreError>>) {
        for (number, Part { gateways, span, .. }) in parts.iter().enumerate() {
            let Some(span) = *span else {
                let piece = Piece { part: number, readings: Vec::new(), is_last: true };
                if to.send(Ok(piece)).is_err() {
                    return;
                }
                continue;
            };
            let mut is_taken = true;
            let sent = self.pieces(gateways, span, &mut |readings, is_last| {
                let readings = readings.complete();
                is_taken = to.send(Ok(Piece { part: number, readings, is_last })).is_ok();
                Ok(is_taken)
            });
            if let Err(error) = sent {
                // Whoever does not wait for it any more has an error of its own.
                let _unheard = to.send(Err(error));
                return;
            }
            if !is_taken {
                return;
            }
        }
    }

    /// Passes the readings of these gateways, first and last instant included, to `each`, as few at a time as memory
    /// holds, and whether they are the last; until it returns false.
    pub fn pieces(
        &self,
        gateways: &[GatewayId],
        span: (i64, i64),
        each: &mut dyn FnMut(Readings, bool) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let mut open = vec![span];
        while let Some((first, last)) = open.pop() {
            match self.readings(gateways, (first, last))? {
                Some(readings) => {
                    if !each(readings, open.is_empty())? {
                        break;
                    }
                }
                None => {
                    let middle = first + (last - first) / 2;
                    open.push((middle + 1, last));
                    open.push((first, middle));
                }
            }
        }
        Ok(())
    }

    /// The readings of these gateways, first and last instant included; `None` where they are too many for memory.
    fn readings(
        &self,
        gateways: &[GatewayId],
        (first, last): (i64, i64),
    ) -> Result<Option<Readings>, StoreError> {
        let at =
            |ms| Timestamp::from_millisecond(ms).map_err(|e| self.http.unusable(Text::verbatim(e)));
        let span = (at(first)?, at(last.saturating_add(1))?);
        let mut readings = Readings::default();
        let mut too_many = false;
        let asked = self.samples(&OF_READINGS, gateways, span, &mut |block| {
            readings.add(block);
            too_many = readings.len() > SAMPLES_MAX && first < last;
            if too_many { Err(words::too_many_for_an_instant()) } else { Ok(()) }
        });
        if too_many {
            return Ok(None);
        }
        asked?;
        Ok(Some(readings))
    }

    /// Passes all samples of measurements, from `from` to before `to`, to `each`.
    fn samples(
        &self,
        asked: &[Asked],
        gateways: &[GatewayId],
        (from, to): (Timestamp, Timestamp),
        each: Each<'_>,
    ) -> Result<(), StoreError> {
        match self.settings.kind {
            ServerKind::Influx => {
                let bucket = self.settings.bucket.as_deref().unwrap_or_default();
                let org = self.settings.org.as_deref().unwrap_or_default();
                let measurements: Vec<&str> = asked.iter().map(|(name, _)| *name).collect();
                let samples = flux::samples(bucket, &measurements, gateways, (from, to));
                let query = Query {
                    path: "/api/v2/query",
                    parameters: &[("org", org)],
                    body: Some(flux::body(&samples)),
                };
                let mut answer = Annotated::default();
                self.query(query, &mut |line| answer.line(line, each))?;
                answer.end(each).map_err(|problem| self.http.unusable(problem))
            }
            ServerKind::Victoria => {
                let selector = export::selector(asked, gateways);
                // VictoriaMetrics includes both ends.
                let last = before(to, SignedDuration::from_millis(1));
                let query = Query {
                    path: "/api/v1/export",
                    parameters: &[
                        ("match[]", &selector),
                        ("start", &export::time(from)),
                        ("end", &export::time(last)),
                        ("max_rows_per_line", export::ROWS_EACH),
                    ],
                    body: None,
                };
                self.query(query, &mut |line| export::line(asked, line, each))
            }
        }
    }

    fn query(
        &self,
        query: Query<'_>,
        line: &mut dyn FnMut(&[u8]) -> Result<(), Text>,
    ) -> Result<(), StoreError> {
        self.http.read(query, &mut |text| line(text).map_err(|problem| self.http.unusable(problem)))
    }

    /// Why the server cannot be read.
    pub fn failed(&self, problem: Text) -> StoreError {
        let url = self.settings.read_url.as_ref().unwrap_or(&self.settings.url);
        StoreError::server(url, problem)
    }
}
