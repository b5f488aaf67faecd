//! The copy of a server's readings that page and report are made of: an embedded store that can be thrown away and made again.
//!
//! The server is asked for the batches that came since the last pass, and then for the readings of the times that these batches
//! span. What came within the last `settle_s` is read again in each pass: a server may show late what it has taken, and the hubs'
//! clocks differ.

use std::cell::RefCell;

use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;

use super::annotated::Annotated;
use super::http::{Http, Question};
use super::samples::{Came, Readings, Records, Sample};
use super::settings::{ServerKind, ServerSettings};
use super::{export, flux, runtime};
use crate::core::GatewayId;
use crate::store::line::{BATCHES, GATEWAYS, READINGS, SERIES};
use crate::store::{Portion, Sqlite, Store, StoreError};
use crate::wire::Epoch;

/// Batches are asked for by so much time at once: a week of a township is some 70,000.
const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// 2020-01-01: before it there was nothing that could have written, and a copy that has no beginning begins there.
const BEGINNING_S: i64 = 1_577_836_800;

/// Readings that are fetched and committed together, by what their batches say.
const READINGS_EACH: u64 = 20_000;

/// Readings that are held at once. A span that holds more, since other batches lie in it too, is asked for in halves.
const READINGS_MAX: usize = 100_000;

/// Records of one measurement that are held at once.
const RECORDS_MAX: usize = 500_000;

/// Times that readings of some batches span.
#[derive(Debug, Default)]
struct Part {
    gateways: Vec<GatewayId>,
    span: Option<(i64, i64)>,
    readings: u64,
    came: Vec<Came>,
}

/// What a pass came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Readings that the copy did not have.
    pub new_readings: u64,
    /// Batches that it did not have.
    pub new_batches: u64,
}

/// How far back a pass looks for batches that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the last pass.
    New,
    /// A day: finds what a hub with a wrong clock has filed under a time that was looked at before.
    Day,
}

/// See [`Reach::Day`].
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24);

/// What keeps a copy up to date.
pub struct Copier {
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
    settings: ServerSettings,
    http: Http,
}

impl Copier {
    /// Makes ready to read from a server.
    ///
    /// # Errors
    /// The settings are wrong, or a file of theirs cannot be read.
    pub fn new(settings: &ServerSettings) -> Result<Self, StoreError> {
        Ok(Self {
            runtime: Some(runtime(settings)?),
            http: Http::new(settings)?,
            settings: settings.clone(),
        })
    }

    /// Brings `copy` up to date. What was copied stays where it ends early; the next pass goes on there.
    ///
    /// # Errors
    /// The server does not answer or what it says cannot be read, or the copy cannot be written.
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
            self.window(copy, (from, to), before(now, settle), &mut copied)?;
            copy.note_copied(to.min(now))?;
            from = to;
        }
        Ok(copied)
    }

    /// Copies what came from `from` to before `to`.
    fn window(
        &self,
        copy: &mut Sqlite,
        span: (Timestamp, Timestamp),
        settled: Timestamp,
        copied: &mut Copied,
    ) -> Result<(), StoreError> {
        let gateways = self.settings.gateways.clone();
        // First what counters are, so that their readings are folded once.
        let series = self.records(SERIES, "k|modulus_hi|modulus_lo|rate_hi|rate_lo", span)?;
        copy.describe(&series.series())?;
        let batches = self.records(
            BATCHES,
            "first|last|n|from_ms|to_ms|remains_first|lost|lost_from_ms|lost_to_ms|why",
            span,
        )?;
        let mut new: Vec<Came> = batches
            .batches()
            .filter(|came| {
                came.at >= settled || !copy.has(&came.gateway, came.epoch, (came.first, came.last))
            })
            .collect();
        drop(batches);
        copied.new_batches += new
            .iter()
            .filter(|came| !copy.has(&came.gateway, came.epoch, (came.first, came.last)))
            .count() as u64;
        new.sort_by_key(|came| came.span);
        let mut part = Part::default();
        for came in new {
            if part.readings + came.readings > READINGS_EACH && part.readings > 0 {
                copied.new_readings += self.part(copy, std::mem::take(&mut part))?;
            }
            part.add(came);
        }
        copied.new_readings += self.part(copy, part)?;
        let said = self.records(GATEWAYS, "online|since_ms|provisional", span)?;
        for (gateway, status) in said.statuses() {
            if gateways.is_empty() || gateways.contains(&gateway) {
                copy.status(&gateway, &status, span.1)?;
            }
        }
        Ok(())
    }

    /// Copies the readings of a part, and then that its batches came.
    fn part(&self, copy: &mut Sqlite, part: Part) -> Result<u64, StoreError> {
        let mut new = 0;
        if let Some((first, last)) = part.span {
            let mut open = vec![(first, last)];
            while let Some((first, last)) = open.pop() {
                match self.readings(&part.gateways, (first, last))? {
                    Some(readings) => {
                        let portion = Portion {
                            readings: readings.complete(),
                            heard: part
                                .came
                                .last()
                                .map(|came| (came.gateway.clone(), came.at))
                                .into_iter()
                                .collect(),
                            ..Portion::default()
                        };
                        new += copy.absorb(&portion)?;
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
        for came in part.came {
            let Came { gateway, epoch, first, last, at, lost, .. } = came;
            portion.delivered.push((gateway.clone(), epoch, first, last));
            let heard = portion.heard.entry(gateway).or_insert(at);
            *heard = at.max(*heard);
            portion.lost.extend(lost);
        }
        copy.absorb(&portion)?;
        Ok(new)
    }

    /// The readings of these gateways, first and last instant included; `None` where they are too many to be held.
    fn readings(
        &self,
        gateways: &[GatewayId],
        (first, last): (i64, i64),
    ) -> Result<Option<Readings>, StoreError> {
        let at = |ms| Timestamp::from_millisecond(ms).map_err(|e| self.unread(e.to_string()));
        let span = (at(first)?, at(last.saturating_add(1))?);
        let mut readings = Readings::default();
        let mut too_many = false;
        let asked =
            self.samples(READINGS, "v|f|r|m|hi|lo|n|w[0-9]+", gateways, span, &mut |sample| {
                readings.add(sample);
                too_many = readings.len() > READINGS_MAX && first < last;
                if too_many { Err("too many readings for one instant".into()) } else { Ok(()) }
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
                return Err(format!(
                    "more than {RECORDS_MAX} records of {measurement} in a week: name this hub's gateways in store.server.gateways"
                ));
            }
            Ok(())
        })?;
        Ok(records)
    }

    /// Gives all samples of a measurement, from `from` to before `to`, to `each`.
    fn samples(
        &self,
        measurement: &str,
        fields: &str,
        gateways: &[GatewayId],
        (from, to): (Timestamp, Timestamp),
        each: &mut dyn FnMut(Sample<'_>) -> Result<(), String>,
    ) -> Result<(), StoreError> {
        match self.settings.kind {
            ServerKind::Influx => {
                let bucket = self.settings.bucket.as_deref().unwrap_or_default();
                let org = self.settings.org.as_deref().unwrap_or_default();
                let query = flux::samples(bucket, measurement, gateways, (from, to));
                let question = Question {
                    path: "/api/v2/query",
                    query: &[("org", org)],
                    body: Some(flux::body(&query)),
                };
                let mut answer = Annotated::default();
                self.ask(question, &mut |line| answer.line(line, each))
            }
            ServerKind::Victoria => {
                let selector = export::selector(measurement, fields, gateways);
                // Both ends are included there.
                let last = before(to, SignedDuration::from_millis(1));
                let question = Question {
                    path: "/api/v1/export",
                    query: &[
                        ("match[]", &selector),
                        ("start", &export::time(from)),
                        ("end", &export::time(last)),
                        ("max_rows_per_line", export::ROWS_EACH),
                    ],
                    body: None,
                };
                self.ask(question, &mut |line| export::line(measurement, line, each))
            }
        }
    }

    fn ask(
        &self,
        question: Question<'_>,
        line: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<(), StoreError> {
        let runtime = self.runtime.as_ref().ok_or(StoreError::Closed)?;
        let line = RefCell::new(line);
        runtime.block_on(self.http.read(question, &mut |text| {
            (line.borrow_mut())(text).map_err(|problem| self.unread(problem))
        }))
    }

    fn unread(&self, problem: String) -> StoreError {
        let url = self.settings.read_url.as_ref().unwrap_or(&self.settings.url);
        StoreError::server(url, format!("its answer cannot be used: {problem}"))
    }
}

impl Sqlite {
    /// Whether these batches came.
    fn has(&self, gateway: &GatewayId, epoch: Epoch, range: (u64, u64)) -> bool {
        let key = (gateway.clone(), epoch);
        self.delivered.get(&key).is_some_and(|set| set.next_gap(range.0, range.1).is_none())
    }

    /// Up to when a server was copied into this file; `None` where it never was.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn copied_to(&self) -> Result<Option<Timestamp>, StoreError> {
        let ms: Option<i64> =
            self.connection.query_row("SELECT copied_ms FROM state", [], |row| row.get(0))?;
        ms.map(Timestamp::from_millisecond)
            .transpose()
            .map_err(|error| StoreError::Corrupt(error.to_string()))
    }

    /// Notes up to when a server was copied.
    fn note_copied(&mut self, to: Timestamp) -> Result<(), StoreError> {
        let ms = to.as_millisecond();
        self.connection.execute("UPDATE state SET copied_ms = ?1", [ms])?;
        Ok(())
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        // A runtime that is dropped where another runs would panic.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Part {
    fn add(&mut self, came: Came) {
        if let Some((first, last)) = came.span {
            let (from, to) = self.span.unwrap_or((first, last));
            self.span = Some((from.min(first), to.max(last)));
        }
        if !self.gateways.contains(&came.gateway) {
            self.gateways.push(came.gateway.clone());
        }
        self.readings += came.readings;
        self.came.push(came);
    }
}

fn before(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}
