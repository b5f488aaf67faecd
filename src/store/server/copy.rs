//! The local copy of a server's readings: an embedded store for page and report that can be made again at any time.
//!
//! Each pass asks the server for the batches that came since the last pass, and then for the readings of the times that
//! these batches span. The last `settle_s` are read again in each pass: a server may show late what it has accepted,
//! and the clocks of hubs differ.
//!
//! Figures are made from the copy, and anybody who ingests for the same server may have written to it. Who may speak
//! for a station is therefore checked here as well, by the owners in this office's file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::annotated::Annotated;
use super::http::{Http, Query};
use super::samples::{BatchRecord, BirthRecord, Readings, Records, Sample};
use super::settings::{ServerKind, ServerSettings};
use super::{export, flux};
use crate::core::{GatewayId, Reading, Series, StationId};
use crate::locales::{Text, store as words};
use crate::store::line::{BATCHES, GATEWAYS, READINGS, SERIES};
use crate::store::{Owners, Portion, Sqlite, Store, StoreError};
use crate::wire::{Batch, CounterSpec, Epoch};

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

/// The name under which tables are imported (`hanqing import`), which an office does by hand: who may speak for a
/// station is no question there, and its corrections count by when they came.
const IMPORTED: &str = "import";

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
    /// Readings that were left out, since their station is another gateway's; the newest ones in several passes.
    pub left_out: u64,
}

/// A pass while it goes on.
struct Pass<'a> {
    copy: &'a mut Sqlite,
    owners: Owners,
    copied: Copied,
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
    declared: BTreeMap<StationId, GatewayId>,
}

impl Copier {
    /// Prepares to read from a server. `declared` are the gateways that the township's file names, by station.
    ///
    /// # Errors
    /// The settings are wrong, or a file that they name cannot be read.
    pub fn new(
        settings: &ServerSettings,
        declared: BTreeMap<StationId, GatewayId>,
    ) -> Result<Self, StoreError> {
        Ok(Self { http: Http::new(settings)?, settings: settings.clone(), declared })
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
        let path = Path::new(copy.connection.path().unwrap_or_default()).to_owned();
        let owners = Owners::open(&path, self.declared.clone())?;
        let mut pass = Pass { copy, owners, copied: Copied::default() };
        self.copy_allowed(&mut pass, now)?;
        let mut from = match pass.copy.copied_to()? {
            Some(to) => before(to, back),
            None => Timestamp::from_second(BEGINNING_S).unwrap_or_default(),
        };
        // Another hub's clock may be ahead of this one's.
        let end = now.checked_add(settle).unwrap_or(Timestamp::MAX);
        while from < end {
            let to = from.checked_add(WINDOW).unwrap_or(Timestamp::MAX).min(end);
            self.copy_window(&mut pass, (from, to), before(now, settle))?;
            pass.copy.note_copied(to.min(now))?;
            from = to;
        }
        Ok(pass.copied)
    }

    /// Copies what was left out before and belongs to its gateway by now.
    fn copy_allowed(&self, pass: &mut Pass<'_>, now: Timestamp) -> Result<(), StoreError> {
        for left_out in pass.copy.left_out()? {
            if left_out.is_allowed(&pass.owners)? {
                let span = (left_out.from.as_millisecond(), left_out.to.as_millisecond());
                let heard = BTreeMap::from([(left_out.gateway.clone(), now)]);
                let gateways = [left_out.gateway.clone()];
                self.copy_span(pass, &gateways, span, &heard, Some(&left_out.station))?;
                pass.copy.forget_left_out(&left_out)?;
            }
        }
        Ok(())
    }

    /// Copies the batches that came within `span`, and what gateways said in it.
    fn copy_window(
        &self,
        pass: &mut Pass<'_>,
        span: (Timestamp, Timestamp),
        settled: Timestamp,
    ) -> Result<(), StoreError> {
        let gateways = self.settings.gateways.clone();
        // Counters' specifications first, so that their readings are folded once; and once more afterwards, since by
        // then it is known whose the stations are of which readings have come for the first time.
        let series = self.records(SERIES, "k|modulus_hi|modulus_lo|rate_hi|rate_lo", span)?;
        let births = series.births();
        pass.describe(births.clone())?;
        let batches = self.records(
            BATCHES,
            "first|last|n|from_ms|to_ms|remains_first|lost|lost_from_ms|lost_to_ms|why",
            span,
        )?;
        let copy = &pass.copy;
        let known = |batch: &BatchRecord| {
            copy.has_delivered(&batch.gateway, batch.epoch, (batch.first, batch.last))
        };
        let to_copy = |batch: &BatchRecord| batch.at >= settled || !known(batch);
        let mut new: Vec<BatchRecord> = batches.batches().filter(to_copy).collect();
        drop(batches);
        pass.copied.new_batches += new.iter().filter(|batch| !known(batch)).count() as u64;
        new.sort_by_key(|batch| batch.span);
        let mut part = Part::default();
        for batch in new {
            if part.readings + batch.readings > READINGS_EACH && part.readings > 0 {
                self.copy_part(pass, std::mem::take(&mut part))?;
            }
            part.add(batch);
        }
        self.copy_part(pass, part)?;
        pass.describe(births)?;
        let states = self.records(GATEWAYS, "online|since_ms|provisional", span)?;
        for (gateway, status) in states.statuses() {
            if gateways.is_empty() || gateways.contains(&gateway) {
                pass.copy.status(&gateway, &status, span.1)?;
            }
        }
        Ok(())
    }

    /// Copies the readings of a part, and then its batches.
    fn copy_part(&self, pass: &mut Pass<'_>, part: Part) -> Result<(), StoreError> {
        let mut heard: BTreeMap<GatewayId, Timestamp> = BTreeMap::new();
        let mut first_heard = heard.clone();
        for BatchRecord { gateway, at, .. } in &part.batches {
            let last = heard.entry(gateway.clone()).or_insert(*at);
            *last = (*at).max(*last);
            let first = first_heard.entry(gateway.clone()).or_insert(*at);
            *first = (*at).min(*first);
        }
        if let Some(span) = part.span {
            self.copy_span(pass, &part.gateways, span, &first_heard, None)?;
        }
        let mut portion = Portion { heard, ..Portion::default() };
        for batch in part.batches {
            let BatchRecord { gateway, epoch, first, last, lost, .. } = batch;
            portion.delivered.push((gateway, epoch, first, last));
            portion.lost.extend(lost);
        }
        pass.copy.merge(&portion)?;
        Ok(())
    }

    /// Copies the readings of these gateways, of one station or all, first and last instant included. `heard` is when
    /// each was first heard of them.
    fn copy_span(
        &self,
        pass: &mut Pass<'_>,
        gateways: &[GatewayId],
        span: (i64, i64),
        heard: &BTreeMap<GatewayId, Timestamp>,
        station: Option<&StationId>,
    ) -> Result<(), StoreError> {
        let mut open = vec![span];
        while let Some((first, last)) = open.pop() {
            match self.readings(gateways, (first, last))? {
                Some(readings) => {
                    let mut readings = readings.complete();
                    readings.retain(|(_, reading)| {
                        station.is_none_or(|station| reading.series.station == *station)
                    });
                    pass.merge(readings, heard)?;
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

impl Pass<'_> {
    /// Notes what gateways observe of their own stations.
    fn describe(&mut self, births: Vec<BirthRecord>) -> Result<(), StoreError> {
        // Each series by its last record.
        let mut last = BTreeMap::new();
        for BirthRecord { gateway, birth, .. } in births {
            let birth = match gateway.filter(is_checked) {
                Some(gateway) => self.owners.check_birth(&gateway, birth)?.0,
                None => Some(birth),
            };
            let series = birth.into_iter().flat_map(|birth| birth.series);
            last.extend(series.map(|series| (series.series, series.counter)));
        }
        let all: Vec<(Series, Option<CounterSpec>)> = last.into_iter().collect();
        self.copy.describe(&all)
    }

    /// Commits readings, without those of stations that are another gateway's: where two wrote the same series and
    /// instant, the server has both.
    fn merge(
        &mut self,
        readings: Vec<(Option<GatewayId>, Reading)>,
        heard: &BTreeMap<GatewayId, Timestamp>,
    ) -> Result<(), StoreError> {
        let mut by_gateway: BTreeMap<(Option<Timestamp>, Option<GatewayId>), Vec<Reading>> =
            BTreeMap::new();
        for (gateway, reading) in readings {
            // In the order in which they were heard: a station that is new belongs to the first.
            let at = gateway.as_ref().and_then(|gateway| heard.get(gateway).copied());
            by_gateway.entry((at, gateway)).or_default().push(reading);
        }
        let mut groups = Vec::new();
        for ((at, gateway), readings) in by_gateway {
            let readings = match gateway.as_ref().filter(|gateway| is_checked(gateway)) {
                Some(gateway) => self.allowed(gateway, readings, at.unwrap_or_default())?,
                None => readings,
            };
            groups.push((gateway, readings));
        }
        let (readings, heard) = (of_each_instant(groups), heard.clone());
        let portion = Portion { readings, heard, ..Portion::default() };
        self.copied.new_readings += self.copy.merge(&portion)?;
        Ok(())
    }

    /// Those of a gateway's readings that it may speak for; the others are noted. `at` is when they were heard.
    fn allowed(
        &mut self,
        gateway: &GatewayId,
        readings: Vec<Reading>,
        at: Timestamp,
    ) -> Result<Vec<Reading>, StoreError> {
        let (gateway, epoch, seq, clock, loss) = (gateway.clone(), Epoch(0), 1, None, None);
        let mut batch = [Batch { gateway, epoch, seq, clock, loss, readings }];
        for refused in self.owners.check(&mut batch, at)? {
            let Batch { gateway, readings, .. } = refused.batch;
            self.copy.note_left_out(&gateway, &readings)?;
            self.copied.left_out += readings.len() as u64;
        }
        let [batch] = batch;
        Ok(batch.readings)
    }
}

/// Whether it is asked what `gateway` may speak for.
fn is_checked(gateway: &GatewayId) -> bool {
    gateway.as_str() != IMPORTED
}

/// All readings, and of a series in several groups one for each instant, the last: a later pass reads the same again
/// and must not change it. A value goes before a missing one.
fn of_each_instant(
    groups: Vec<(Option<GatewayId>, Vec<Reading>)>,
) -> Vec<(Option<GatewayId>, Reading)> {
    let mut group_of: HashMap<&Series, usize> = HashMap::new();
    let mut shared = HashSet::new();
    for (number, (_, readings)) in groups.iter().enumerate() {
        for chunk in readings.chunk_by(|a, b| a.series == b.series) {
            let Some(Reading { series, .. }) = chunk.first() else { continue };
            if *group_of.entry(series).or_insert(number) != number {
                shared.insert(series.clone());
            }
        }
    }
    drop(group_of);
    let mut all: Vec<(Option<GatewayId>, Reading)> = Vec::new();
    let mut places: HashMap<(Series, Timestamp), usize> = HashMap::new();
    for (gateway, readings) in groups {
        for reading in readings {
            if shared.contains(&reading.series) {
                let key = (reading.series.clone(), reading.observed_at);
                let place = *places.entry(key).or_insert(all.len());
                if let Some(before) = all.get_mut(place) {
                    if reading.value().is_some() || before.1.value().is_none() {
                        *before = (gateway.clone(), reading);
                    }
                    continue;
                }
            }
            all.push((gateway.clone(), reading));
        }
    }
    all
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
