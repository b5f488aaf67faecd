//! A server that holds the readings: InfluxDB 2, or VictoriaMetrics through the same write API. It is the store of
//! record where several hubs ingest; reading goes through a local [`copy`] in an embedded store.

mod annotated;
mod check;
pub mod copy;
mod export;
pub mod flux;
mod http;
mod left_out;
mod lines;
mod records;
mod samples;
mod settings;
#[cfg(test)]
mod tests;
mod waiting;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use left_out::{LeftOut, by_gateway};
pub use settings::{ServerKind, ServerSettings};

use self::check::{CheckError, Span};
use self::http::Http;
use self::lines::Lines;
use self::records::RecordWriter;
use self::waiting::Waiting;
use self::write::{Trust, Writer};
use super::{Committed, Refused, Store, StoreError, line};
use crate::core::{GatewayId, Reading};
use crate::locales::{Text, store as words};
use crate::wire::{Batch, Birth, Epoch, Status};

/// How often in a row a server is believed that it takes nothing at all. After that each gateway's lines are tried on
/// their own: it may be the lines of one that a server, or a proxy before it, answers so. Engineering judgement.
const BELIEVED: u32 = 3;

/// A server that readings are written to. Its methods block: a [`StoreHandle`](super::StoreHandle) runs them.
pub struct Server {
    settings: ServerSettings,
    http: Http,
    /// Writes readings. Records have a writer of their own: that one is taken says nothing of readings.
    writer: Writer,
    records: RecordWriter,
    /// `None` until the server has answered once.
    span: Option<Span>,
    /// Writes in a row that failed as a whole.
    failures: u32,
    /// Gateways of which the server did not take all batches.
    waiting: Waiting<GatewayId>,
}

impl Server {
    /// Prepares to write to a server as the hub named `hub`, and checks whether it can be used. It need not answer yet.
    ///
    /// # Errors
    /// The settings are wrong, a file that they name cannot be read, or the server answers but cannot be used.
    pub fn open(settings: &ServerSettings, hub: &str) -> Result<Self, StoreError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if hub.is_empty() || !hub.chars().all(allowed) {
            let problem = words::bad_hub_name(format!("{hub:?}"));
            return Err(StoreError::server(&settings.url, problem));
        }
        let mut server = Self {
            http: Http::new(settings)?,
            writer: Writer::new(settings),
            records: RecordWriter::new(settings, hub),
            settings: settings.clone(),
            span: None,
            failures: 0,
            waiting: Waiting::default(),
        };
        match check::check(settings, &server.http) {
            Ok(span) => server.span = Some(span),
            Err(CheckError::Unusable(error)) => return Err(error),
            Err(CheckError::Unreachable(error)) => {
                tracing::warn!(%error, "the server is unreachable; nothing is acknowledged until it answers");
            }
        }
        Ok(server)
    }

    /// Checks the server until it has answered once.
    fn check(&mut self) -> Result<Span, StoreError> {
        if let Some(span) = self.span {
            return Ok(span);
        }
        match check::check(&self.settings, &self.http) {
            Ok(span) => Ok(*self.span.insert(span)),
            Err(CheckError::Unusable(error) | CheckError::Unreachable(error)) => Err(error),
        }
    }

    fn trust(&self) -> Trust {
        if self.failures < BELIEVED { Trust::Believe } else { Trust::Doubt }
    }

    /// Counts a write that failed as a whole.
    fn noted<T>(&mut self, written: Result<T, StoreError>) -> Result<T, StoreError> {
        self.failures = self.failures.saturating_add(u32::from(written.is_err()));
        written
    }

    /// Writes batches, which are in order of their gateways, and their records. Returns why gateways' batches are left.
    fn write_batches(
        &mut self,
        batches: &[&Batch],
        now: Timestamp,
    ) -> Result<(Committed, BTreeMap<GatewayId, Text>), StoreError> {
        let span = self.check()?;
        let trust = self.trust();
        let Readings { lines, places, mut refused } = Readings::new(batches, span, now);
        let written = self.writer.write(&self.http, &lines, now, trust)?;
        let mut not_written = written.left;
        for (line, reason) in written.refused {
            if let Some((b, r)) = places.get(line) {
                refused.entry(*b).or_default().insert(*r, reason);
            }
        }
        let complete: Vec<usize> =
            (0..batches.len()).filter(|b| !not_written.contains_key(b)).collect();
        let with_record: Vec<&Batch> =
            complete.iter().filter_map(|b| batches.get(*b).copied()).collect();
        for (place, reason) in self.records.batches(&self.http, &with_record, now, trust)? {
            not_written.extend(complete.get(place).map(|b| (*b, reason)));
        }
        let mut committed = Committed::default();
        let mut left = BTreeMap::new();
        for (b, batch) in batches.iter().enumerate() {
            match not_written.remove(&b) {
                None => note_committed(&mut committed, batch, refused.remove(&b)),
                Some(reason) => {
                    left.entry(batch.gateway.clone()).or_insert(reason);
                }
            }
        }
        Ok((committed, left))
    }
}

/// The lines of some batches, each of which is a unit.
struct Readings {
    lines: Lines,
    /// Of each line, the numbers of its batch and of its reading there.
    places: Vec<(usize, usize)>,
    /// Of each batch, the numbers of readings that have no line, with the reason.
    refused: BTreeMap<usize, BTreeMap<usize, Text>>,
}

impl Readings {
    fn new(batches: &[&Batch], span: Span, now: Timestamp) -> Self {
        let (mut lines, mut places) = (Lines::default(), Vec::new());
        let mut refused: BTreeMap<usize, BTreeMap<usize, Text>> = BTreeMap::new();
        for (b, batch) in batches.iter().enumerate() {
            lines.begin(&batch.gateway);
            for (r, reading) in batch.readings.iter().enumerate() {
                let gateway = Some(&batch.gateway);
                let written = storable(span, reading, now)
                    .and_then(|()| line::reading(lines.buffer(), gateway, reading));
                match written {
                    Ok(()) => {
                        lines.end();
                        places.push((b, r));
                    }
                    Err(problem) => {
                        refused.entry(b).or_default().insert(r, problem);
                    }
                }
            }
        }
        Self { lines, places, refused }
    }
}

/// Whether the server can ever store a reading; the error says why not.
fn storable(span: Span, reading: &Reading, now: Timestamp) -> Result<(), Text> {
    line::storable(reading).and_then(|()| span.holds(reading.observed_at, now))
}

/// Notes that a batch is committed but for its `refused` readings.
fn note_committed(
    committed: &mut Committed,
    batch: &Batch,
    refused: Option<BTreeMap<usize, Text>>,
) {
    let key: (GatewayId, Epoch) = (batch.gateway.clone(), batch.epoch);
    let (first, last) = batch.stands_for();
    committed.delivered.entry(key).or_default().insert_range(first, last);
    let refused = refused.unwrap_or_default();
    committed.new_readings += (batch.readings.len() - refused.len()) as u64;
    if let Some(problem) = refused.values().next().cloned() {
        let readings = refused.keys().filter_map(|r| batch.readings.get(*r).cloned());
        committed.refused.push(Refused::new(batch, readings.collect(), problem));
    }
}

impl Store for Server {
    /// Readings first; once they are accepted, the records of their batches. What a server does not take of one gateway
    /// is left out, and that gateway waits: the others' batches are committed. A commit that fails may leave readings
    /// behind; they are written again with their batch, to the same place. `whole` stays false: the server may hold
    /// what other hubs committed.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let mut left: BTreeMap<GatewayId, Text> = BTreeMap::new();
        let mut due: Vec<&Batch> = Vec::new();
        for batch in batches {
            match self.waiting.reason(&batch.gateway, now) {
                None => due.push(batch),
                Some(reason) => {
                    left.entry(batch.gateway.clone()).or_insert_with(|| reason.clone());
                }
            }
        }
        due.sort_by(|a, b| a.gateway.cmp(&b.gateway));
        let written = self.write_batches(&due, now);
        let (mut committed, not_taken) = self.noted(written)?;
        if !committed.delivered.is_empty() {
            self.failures = 0;
        }
        for gateway in due.iter().map(|batch| &batch.gateway).collect::<BTreeSet<_>>() {
            match not_taken.get(gateway) {
                None => self.waiting.clear(gateway),
                Some(reason) => self.waiting.note(gateway, reason, now),
            }
        }
        left.extend(not_taken);
        // The batches are committed, whatever becomes of these.
        if let Ok(kept) = self.records.again(&self.http, now, self.trust()) {
            for (gateway, reason) in kept {
                left.entry(gateway).or_insert(reason);
            }
        }
        committed.left = left.into_iter().collect();
        Ok(committed)
    }

    /// Writes the readings, but no records of their batches.
    fn commit_in_part(
        &mut self,
        batches: &[Batch],
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        let (span, trust) = (self.check()?, self.trust());
        let waits = |batch: &&Batch| self.waiting.reason(&batch.gateway, now).is_some();
        let mut due: Vec<&Batch> = batches.iter().filter(|batch| !waits(batch)).collect();
        due.sort_by(|a, b| a.gateway.cmp(&b.gateway));
        let Readings { lines, .. } = Readings::new(&due, span, now);
        let written = self.writer.write(&self.http, &lines, now, trust);
        let mut left = BTreeMap::new();
        for (b, reason) in self.noted(written)?.left {
            if let Some(batch) = due.get(b) {
                self.waiting.note(&batch.gateway, &reason, now);
                left.insert(batch.gateway.clone(), reason);
            }
        }
        Ok(Committed { left: left.into_iter().collect(), ..Committed::default() })
    }

    /// A person is told at once what the server does not take.
    fn import(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let committed = self.commit(batches, now)?;
        let url = &self.settings.url;
        match committed.left.first() {
            Some((_, reason)) => Err(StoreError::server(url, reason.clone())),
            None => Ok(committed),
        }
    }

    fn refuse(
        &mut self,
        batches: &mut [Batch],
        now: Timestamp,
    ) -> Result<Vec<Refused>, StoreError> {
        let span = self.check()?;
        let mut refused = Vec::new();
        for batch in batches {
            let mut problem = None;
            let never = |reading: &mut Reading| match storable(span, reading, now) {
                Ok(()) => false,
                Err(why) => {
                    problem.get_or_insert(why);
                    true
                }
            };
            let readings = batch.readings.extract_if(.., never).collect();
            refused.extend(problem.map(|problem| Refused::new(batch, readings, problem)));
        }
        Ok(refused)
    }

    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check()?;
        let written = self.records.birth(&self.http, gateway, birth, now, self.trust());
        self.noted(written)
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.check()?;
        let written = self.records.status(&self.http, gateway, status, now, self.trust());
        self.noted(written)
    }
}
