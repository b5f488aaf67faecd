//! The local copy of a server's readings: an embedded store for page and report that can be made again at any time.
//!
//! Each pass asks the server in one query for what hubs recorded since the last pass, and then for the readings of the
//! times that the batches among it span. One thread asks and reads the answers while another merges what came before.
//! A server may show late what it has accepted, and the clocks of hubs differ: records are asked for `settle_s` further
//! back, and a batch is read once more when it has settled, and in each pass before as long as readings are missing.
//!
//! Figures are made from the copy, and anybody who ingests for the same server may have written to it. Who may speak
//! for a station is therefore checked here as well, by the owners in this office's file.

mod marks;
mod parts;
mod proof;
mod seen;
mod source;
mod span;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use jiff::{SignedDuration, Timestamp};

use self::marks::{BirthRecord, Marks};
use self::parts::{Heard, Part, Piece};
use self::proof::Proof;
use self::seen::{Seen, Times};
use self::source::Source;
use self::span::{after, before};
use super::samples::OfGateway;
use super::settings::ServerSettings;
use crate::core::{GatewayId, Reading, Series, StationId};
use crate::locales::foreign;
use crate::store::{Owners, Portion, Sqlite, Store, StoreError};
use crate::wire::{Batch, CounterSpec, Epoch, Status};

/// Records are asked for in spans of this length, or in shorter ones where there are too many: a week of a township is
/// some 70,000 batches.
const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

/// 2020-01-01, s: an empty copy begins here. No hub could have written anything earlier.
const BEGINNING_S: i64 = 1_577_836_800;

/// The name under which tables are imported (`hanqing import`), which an office does by hand: who may speak for a
/// station is no question there, and its corrections count by when they came.
const IMPORTED: &str = "import";

/// Result of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    pub new_readings: u64,
    pub new_batches: u64,
    /// Readings that were left out, since their station is another gateway's; those that are read again once more.
    pub left_out: u64,
}

/// What is known of the file that is copied to.
struct Known {
    path: PathBuf,
    owners: Owners,
    seen: Seen,
    /// What gateways observe, as the last pass had it.
    births: Vec<BirthRecord>,
    /// The gateways' states as they are in the file.
    states: BTreeMap<GatewayId, Status>,
    /// When each gateway was heard last. A batch that is read again was heard before.
    heard: Heard,
}

impl Known {
    fn of(copy: &Sqlite, declared: BTreeMap<StationId, GatewayId>) -> Result<Self, StoreError> {
        let path = path_of(copy);
        let rows = copy.gateways()?.into_iter();
        Ok(Self {
            owners: Owners::open(&path, declared)?,
            path,
            seen: Seen::default(),
            births: Vec::new(),
            states: BTreeMap::new(),
            heard: rows.filter_map(|row| Some((row.gateway, row.heard_at?))).collect(),
        })
    }
}

fn path_of(copy: &Sqlite) -> PathBuf {
    PathBuf::from(copy.connection.path().unwrap_or_default())
}

/// A pass while it goes on.
struct Pass<'a> {
    copy: &'a mut Sqlite,
    known: &'a mut Known,
    proof: &'a mut Proof,
    times: Times,
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
    source: Source,
    declared: BTreeMap<StationId, GatewayId>,
    known: Option<Known>,
    proof: Proof,
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
        Ok(Self { source: Source::new(settings)?, declared, known: None, proof: Proof::default() })
    }

    /// Brings `copy` up to date. A pass that fails keeps what it has copied, and the next one continues there.
    ///
    /// # Errors
    /// The server does not answer, its answer cannot be used, or the copy cannot be written.
    pub fn pass(
        &mut self,
        copy: &mut Sqlite,
        now: Timestamp,
        reach: Reach,
    ) -> Result<Copied, StoreError> {
        let path = path_of(copy);
        let mut proof = std::mem::take(&mut self.proof);
        let mut known = match self.known.take().filter(|known| known.path == path) {
            Some(known) => known,
            None => Known::of(copy, self.declared.clone())?,
        };
        let copied_to = copy.copied_to()?;
        let times = Times::new(now, self.source.settle(), copied_to);
        let mut pass =
            Pass { copy, known: &mut known, proof: &mut proof, times, copied: Copied::default() };
        let passed = self.run(&mut pass, (copied_to, now), reach).map(|()| pass.copied);
        (self.known, self.proof) = (Some(known), proof);
        passed
    }

    /// Looks whether the server still has what was copied. The time of a record that it has lost; where it does not
    /// answer, as at the last look.
    pub fn look_back(&mut self, now: Timestamp) -> Option<Timestamp> {
        let settled = before(now, self.source.settle());
        self.proof.look(&self.source, settled)
    }

    fn run(
        &self,
        pass: &mut Pass<'_>,
        (copied_to, now): (Option<Timestamp>, Timestamp),
        reach: Reach,
    ) -> Result<(), StoreError> {
        let settle = self.source.settle();
        let back = match reach {
            Reach::New => settle,
            Reach::Day => LOOK_BACK.max(settle),
        };
        self.copy_allowed(pass, now)?;
        let mut from = match copied_to {
            Some(to) => before(to.min(now), back),
            None => Timestamp::from_second(BEGINNING_S).unwrap_or_default(),
        };
        // Another hub's clock may be ahead of this one's.
        let end = after(now, settle);
        let mut length = WINDOW;
        while from < end {
            let to = after(from, length).min(end);
            let Some(marks) = self.source.marks((from, to))? else {
                length =
                    SignedDuration::from_millis(to.duration_since(from).as_millis() as i64 / 2);
                continue;
            };
            self.copy_window(pass, &marks, to)?;
            // Each note is written to the disk: at rest, it is enough to note what settles.
            let noted = to.min(now);
            if copied_to.is_none_or(|last| noted >= after(last, settle) || last > now) {
                pass.copy.note_copied(noted)?;
            }
            from = to;
            length = length.saturating_mul(2).min(WINDOW);
        }
        pass.known.seen.forget(&pass.times);
        Ok(())
    }

    /// Copies what was left out before and belongs to its gateway by now.
    fn copy_allowed(&self, pass: &mut Pass<'_>, now: Timestamp) -> Result<(), StoreError> {
        for left_out in pass.copy.left_out()? {
            if left_out.is_allowed(&pass.known.owners)? {
                let span = (left_out.from.as_millisecond(), left_out.to.as_millisecond());
                let heard = BTreeMap::from([(left_out.gateway.clone(), now)]);
                let gateways = [left_out.gateway.clone()];
                self.source.pieces(&gateways, span, &mut |readings, _| {
                    let mut readings = readings.complete();
                    for (_, readings) in &mut readings {
                        readings.retain(|reading| reading.series.station == left_out.station);
                    }
                    pass.merge(readings, &heard)?;
                    Ok(true)
                })?;
                pass.copy.forget_left_out(&left_out)?;
            }
        }
        Ok(())
    }

    /// Copies the batches of a window that ends at `to`, and what gateways said in it.
    fn copy_window(
        &self,
        pass: &mut Pass<'_>,
        marks: &Marks,
        to: Timestamp,
    ) -> Result<(), StoreError> {
        // Counters' specifications first, so that their readings are folded once; and once more afterwards, since by
        // then it is known whose the stations are of which readings have come for the first time.
        let births = marks.births();
        let is_news = births != pass.known.births;
        if is_news {
            pass.describe(&births)?;
        }
        let mut new = Vec::new();
        for batch in marks.batches() {
            let range = (batch.first, batch.last);
            let is_known = pass.copy.has_delivered(&batch.gateway, batch.epoch, range);
            pass.copied.new_batches += u64::from(!is_known);
            if pass.known.seen.wants(&batch, is_known, &pass.times) {
                new.push(batch);
            }
        }
        let parts = Part::all(new);
        self.copy_parts(pass, &parts)?;
        if is_news || !parts.is_empty() {
            pass.describe(&births)?;
            pass.known.births = births;
        }
        let gateways = self.source.gateways();
        for (gateway, status) in marks.statuses() {
            let is_ours = gateways.is_empty() || gateways.contains(&gateway);
            if is_ours && pass.known.states.get(&gateway) != Some(&status) {
                pass.copy.status(&gateway, &status, to)?;
                pass.known.states.insert(gateway, status);
            }
        }
        Ok(())
    }

    /// Copies parts. A thread asks for the next one and reads it while this one merges what came.
    fn copy_parts(&self, pass: &mut Pass<'_>, parts: &[Part]) -> Result<(), StoreError> {
        if parts.is_empty() {
            return Ok(());
        }
        // Without room of its own: what waits to be taken is one more piece in memory.
        let (sender, receiver) = mpsc::sync_channel(0);
        let source = &self.source;
        thread::scope(|scope| {
            let reading = thread::Builder::new()
                .name("copy".into())
                .spawn_scoped(scope, move || source.send(parts, &sender));
            reading.map_err(|error| source.failed(foreign::io(&error)))?;
            pass.take(parts, receiver)
        })
    }
}

impl Pass<'_> {
    /// Merges the pieces of parts, and after the last one of each its batches.
    fn take(
        &mut self,
        parts: &[Part],
        pieces: Receiver<Result<Piece, StoreError>>,
    ) -> Result<(), StoreError> {
        let mut found: BTreeMap<GatewayId, u64> = BTreeMap::new();
        for piece in pieces {
            let Piece { part, readings, is_last } = piece?;
            let Some(part) = parts.get(part) else { continue };
            for (gateway, readings) in &readings {
                let Some(gateway) = gateway else { continue };
                *found.entry(gateway.clone()).or_default() += readings.len() as u64;
            }
            let (first_heard, heard) = part.heard();
            self.merge(readings, &first_heard)?;
            if is_last {
                self.finish(part, heard, &std::mem::take(&mut found))?;
            }
        }
        Ok(())
    }

    /// Notes the batches of a part of which so many readings of each gateway were found.
    fn finish(
        &mut self,
        part: &Part,
        heard: Heard,
        found: &BTreeMap<GatewayId, u64>,
    ) -> Result<(), StoreError> {
        let mut portion = Portion::default();
        for (gateway, at) in heard {
            let last = self.known.heard.entry(gateway.clone()).or_insert(at);
            *last = at.max(*last);
            portion.heard.insert(gateway, *last);
        }
        for batch in &part.batches {
            let range = (batch.gateway.clone(), batch.epoch, batch.first, batch.last);
            portion.delivered.push(range);
            portion.lost.extend(batch.lost.clone());
        }
        self.copy.merge(&portion, self.times.now)?;
        let incomplete = part.incomplete(found);
        for batch in &part.batches {
            let is_whole = !incomplete.contains(&batch.gateway);
            self.known.seen.note(batch, is_whole, &self.times);
            self.proof.note(batch, &self.times);
        }
        Ok(())
    }

    /// Notes what gateways observe of their own stations.
    fn describe(&mut self, births: &[BirthRecord]) -> Result<(), StoreError> {
        // Each series by its last record.
        let mut last = BTreeMap::new();
        for BirthRecord { gateway, birth, .. } in births.iter().cloned() {
            let birth = match gateway.filter(is_checked) {
                Some(gateway) => self.known.owners.check_birth(&gateway, birth)?.0,
                None => Some(birth),
            };
            let series = birth.into_iter().flat_map(|birth| birth.series);
            last.extend(series.map(|series| (series.series, series.counter)));
        }
        if last.is_empty() {
            return Ok(());
        }
        let all: Vec<(Series, Option<CounterSpec>)> = last.into_iter().collect();
        self.copy.describe(&all)
    }

    /// Commits readings, without those of stations that are another gateway's: where two wrote the same series and
    /// instant, the server has both. `heard` is when each gateway was first heard of them.
    fn merge(&mut self, readings: Vec<OfGateway>, heard: &Heard) -> Result<(), StoreError> {
        // In the order in which they were heard: a station that is new belongs to the first.
        let mut readings: Vec<_> = readings
            .into_iter()
            .map(|(gateway, readings)| {
                let at = gateway.as_ref().and_then(|gateway| heard.get(gateway).copied());
                ((at, gateway), readings)
            })
            .collect();
        readings.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut groups = Vec::new();
        for ((at, gateway), readings) in readings {
            let readings = match gateway.as_ref().filter(|gateway| is_checked(gateway)) {
                Some(gateway) => self.allowed(gateway, readings, at.unwrap_or_default())?,
                None => readings,
            };
            groups.push((gateway, readings));
        }
        let (readings, heard) = (of_each_instant(groups), heard.clone());
        let portion = Portion { readings, heard, ..Portion::default() };
        self.copied.new_readings += self.copy.merge(&portion, self.times.now)?;
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
        for refused in self.known.owners.check(&mut batch, at)? {
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

/// Series that lie in several groups.
fn shared(groups: &[OfGateway]) -> HashSet<Series> {
    let mut group_of: HashMap<&Series, usize> = HashMap::new();
    let mut shared = HashSet::new();
    if groups.len() < 2 {
        return shared;
    }
    for (number, (_, readings)) in groups.iter().enumerate() {
        for chunk in readings.chunk_by(|a, b| a.series == b.series) {
            let Some(Reading { series, .. }) = chunk.first() else { continue };
            if *group_of.entry(series).or_insert(number) != number {
                shared.insert(series.clone());
            }
        }
    }
    shared
}

/// All readings, and of a series in several groups one for each instant, the last: a later pass reads the same again
/// and must not change it. A value goes before a missing one.
fn of_each_instant(groups: Vec<OfGateway>) -> Vec<(Option<GatewayId>, Reading)> {
    let shared = shared(&groups);
    let count = groups.iter().map(|(_, readings)| readings.len()).sum();
    let mut all: Vec<(Option<GatewayId>, Reading)> = Vec::with_capacity(count);
    let mut places: HashMap<(Series, Timestamp), usize> = HashMap::new();
    for (gateway, readings) in groups {
        if shared.is_empty() {
            all.extend(readings.into_iter().map(|reading| (gateway.clone(), reading)));
            continue;
        }
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
