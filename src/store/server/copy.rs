//! The local copy of a server's readings: an embedded store for page and report that can be made again at any time.
//!
//! Each pass asks the server for the batches that came since the last pass, and then for the readings of the times that
//! these batches span. The last `settle_s` are read again in each pass: a server may show late what it has accepted,
//! and the clocks of hubs differ.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::annotated::Annotated;
use super::http::{Http, Query};
use super::samples::{BatchRecord, Readings, Records, Sample};
use super::settings::{ServerKind, ServerSettings};
use super::{export, flux};
use crate::core::GatewayId;
use crate::locales::{Text, store as words};
use crate::store::line::{BATCHES, GATEWAYS, READINGS, SERIES};
use crate::store::{Portion, Sqlite, Store, StoreError};

/// Batches are asked for in spans of this length: a week of a township is some 70,000.
const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// 2020-01-01, s: an empty copy begins here. No hub could have written anything earlier.
const BEGINNING_S: i64 = 1_577_836_800;

/// Readings that are fetched and committed together, as counted by their batches.
const READINGS_EACH: u64 = 20_000;

/// Readings held in memory at once. A span with more, since other batches lie in it too, is asked for in halves.
const READINGS_MAX: usize = 100_000;

/// Records of one measurement held in memory at once.
const RECORDS_MAX: usize = 500_000;

/// Some batches, and the span of their readings.
#[derive(Debug, Default)]
struct Part {
    gateways: Vec<GatewayId>,
    span: Option<(i64, i64)>,
    readings: u64,
    batches: Vec<BatchRecord>,
}

/// Result of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    pub new_readings: u64,
    pub new_batches: u64,
}

/// How far back a pass looks for unknown batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the last pass.
    New,
    /// A day: finds batches that a hub with a wrong clock filed under an earlier time.
    Day,
}

/// See [`Reach::Day`].
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// Keeps a copy up to date.
pub struct Copier {
    settings: ServerSettings,
    http: Http,
}

impl Copier {
    /// Prepares to read from a server.
    ///
    /// # Errors
    /// The settings are wrong, or a file that they name cannot be read.
    pub fn new(settings: &ServerSettings) -> Result<Self, StoreError> {
        Ok(Self { http: Http::new(settings)?, settings: settings.clone() })
    }

    /// Brings `copy` up to date. A pass that fails keeps what it has copied, and the next one continues there.
    ///
    /// # Errors
    /// The server does not answer, its answer cannot be used, or the copy cannot be written.
    pub fn pass(
        &self,
        copy: &mut Sqlite,
        now: Timestamp,
        reach: Reach,
    ) -> Result<Copied, StoreError> {
        let settle = SignedDuration::from_secs(self.settings.settle_s.into());
        let back = match reach {
            Reach::New => settle,
            Reach::Day => LOOK_BACK.max(settle),
        };
        let mut copied = Copied::default();
        let mut from = match copy.copied_to()? {
            Some(to) => before(to, back),
            None => Timestamp::from_second(BEGINNING_S).unwrap_or_default(),
        };
        // Another hub's clock may be ahead of this one's.
        let end = now.checked_add(settle).unwrap_or(Timestamp::MAX);
        while from < end {
            let to = from.checked_add(WINDOW).unwrap_or(Timestamp::MAX).min(end);
            self.copy_window(copy, (from, to), before(now, settle), &mut copied)?;
            copy.note_copied(to.min(now))?;
            from = to;
        }
        Ok(copied)
    }

    /// Copies the batches that came within `span`, and what gateways said in it.
    fn copy_window(
        &self,
        copy: &mut Sqlite,
        span: (Timestamp, Timestamp),
        settled: Timestamp,
        copied: &mut Copied,
    ) -> Result<(), StoreError> {
        let gateways = self.settings.gateways.clone();
        // Counters' specifications first, so that their readings are folded once.
        let series = self.records(SERIES, "k|modulus_hi|modulus_lo|rate_hi|rate_lo", span)?;
        copy.describe(&series.series())?;
        let batches = self.records(
            BATCHES,
            "first|last|n|from_ms|to_ms|remains_first|lost|lost_from_ms|lost_to_ms|why",
            span,
        )?;
        let known = |batch: &BatchRecord| {
            copy.has_delivered(&batch.gateway, batch.epoch, (batch.first, batch.last))
        };
        let to_copy = |batch: &BatchRecord| batch.at >= settled || !known(batch);
        let mut new: Vec<BatchRecord> = batches.batches().filter(to_copy).collect();
        drop(batches);
        copied.new_batches += new.iter().filter(|batch| !known(batch)).count() as u64;
        new.sort_by_key(|batch| batch.span);
        let mut part = Part::default();
        for batch in new {
            if part.readings + batch.readings > READINGS_EACH && part.readings > 0 {
                copied.new_readings += self.copy_part(copy, std::mem::take(&mut part))?;
            }
            part.add(batch);
        }
        copied.new_readings += self.copy_part(copy, part)?;
        let states = self.records(GATEWAYS, "online|since_ms|provisional", span)?;
        for (gateway, status) in states.statuses() {
            if gateways.is_empty() || gateways.contains(&gateway) {
                copy.status(&gateway, &status, span.1)?;
            }
        }
        Ok(())
    }

    /// Copies the readings of a part, and then its batches.
    fn copy_part(&self, copy: &mut Sqlite, part: Part) -> Result<u64, StoreError> {
        let mut new = 0;
        let heard = part.batches.last().map(|batch| (batch.gateway.clone(), batch.at));
        let heard = BTreeMap::from_iter(heard);
        if let Some((first, last)) = part.span {
            let mut open = vec![(first, last)];
            while let Some((first, last)) = open.pop() {
                match self.readings(&part.gateways, (first, last))? {
                    Some(readings) => {
                        let (readings, heard) = (readings.complete(), heard.clone());
                        let portion = Portion { readings, heard, ..Portion::default() };
                        new += copy.merge(&portion)?;
                    }
                    None => {
                        let middle = first + (last - first) / 2;
                        open.push((middle + 1, last));
                        open.push((first, middle));
                    }
                }
            }
        }
        let mut portion = Portion::default();
        for batch in part.batches {
            let BatchRecord { gateway, epoch, first, last, at, lost, .. } = batch;
            portion.delivered.push((gateway.clone(), epoch, first, last));
            let heard = portion.heard.entry(gateway).or_insert(at);
            *heard = at.max(*heard);
            portion.lost.extend(lost);
        }
        copy.merge(&portion)?;
        Ok(new)
    }

    /// The readings of these gateways, first and last instant included; `None` where they are too many for memory.
    fn readings(
        &self,
        gateways: &[GatewayId],
        (first, last): (i64, i64),
    ) -> Result<Option<Readings>, StoreError> {
        let at = |ms| Timestamp::from_millisecond(ms).map_err(|e| self.unusable(Text::verbatim(e)));
        let span = (at(first)?, at(last.saturating_add(1))?);
        let mut readings = Readings::default();
        let mut too_many = false;
        let asked =
            self.samples(READINGS, "v|f|r|m|hi|lo|n|w[0-9]+", gateways, span, &mut |sample| {
                readings.add(sample);
                too_many = readings.len() > READINGS_MAX && first < last;
                if too_many { Err(words::too_many_for_an_instant()) } else { Ok(()) }
            });
        if too_many {
            return Ok(None);
        }
        asked?;
        Ok(Some(readings))
    }

    fn records(
        &self,
        measurement: &str,
        fields: &str,
        span: (Timestamp, Timestamp),
    ) -> Result<Records, StoreError> {
        let mut records = Records::default();
        let gateways = &self.settings.gateways;
        self.samples(measurement, fields, gateways, span, &mut |sample| {
            records.add(sample);
            if records.len() > RECORDS_MAX {
                return Err(words::too_many_records(RECORDS_MAX, measurement));
            }
            Ok(())
        })?;
        Ok(records)
    }

    /// Passes all samples of a measurement, from `from` to before `to`, to `each`.
    fn samples(
        &self,
        measurement: &str,
        fields: &str,
        gateways: &[GatewayId],
        (from, to): (Timestamp, Timestamp),
        each: &mut dyn FnMut(Sample<'_>) -> Result<(), Text>,
    ) -> Result<(), StoreError> {
        match self.settings.kind {
            ServerKind::Influx => {
                let bucket = self.settings.bucket.as_deref().unwrap_or_default();
                let org = self.settings.org.as_deref().unwrap_or_default();
                let samples = flux::samples(bucket, measurement, gateways, (from, to));
                let query = Query {
                    path: "/api/v2/query",
                    parameters: &[("org", org)],
                    body: Some(flux::body(&samples)),
                };
                let mut answer = Annotated::default();
                self.query(query, &mut |line| answer.line(line, each))
            }
            ServerKind::Victoria => {
                let selector = export::selector(measurement, fields, gateways);
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
                self.query(query, &mut |line| export::line(measurement, line, each))
            }
        }
    }

    fn query(
        &self,
        query: Query<'_>,
        line: &mut dyn FnMut(&[u8]) -> Result<(), Text>,
    ) -> Result<(), StoreError> {
        self.http.read(query, &mut |text| line(text).map_err(|problem| self.unusable(problem)))
    }

    fn unusable(&self, problem: Text) -> StoreError {
        let url = self.settings.read_url.as_ref().unwrap_or(&self.settings.url);
        StoreError::server(url, words::answer_unusable(problem))
    }
}

impl Part {
    fn add(&mut self, batch: BatchRecord) {
        if let Some((first, last)) = batch.span {
            let (from, to) = self.span.unwrap_or((first, last));
            self.span = Some((from.min(first), to.max(last)));
        }
        if !self.gateways.contains(&batch.gateway) {
            self.gateways.push(batch.gateway.clone());
        }
        self.readings += batch.readings;
        self.batches.push(batch);
    }
}

fn before(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}
