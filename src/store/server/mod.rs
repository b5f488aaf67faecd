//! A server that holds the readings: InfluxDB 2, or VictoriaMetrics through the same write API. It is the store of
//! record where several hubs ingest; reading goes through a local [`copy`] in an embedded store.

mod annotated;
mod check;
pub mod copy;
mod corrections;
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
mod trial;
mod unsynced;
mod waiting;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

pub use left_out::{LeftOut, by_gateway};
pub use settings::{ServerKind, ServerSettings};
pub use trial::{read_files, try_server};

use self::check::{CheckError, Found, Span};
use self::http::Http;
use self::lines::Lines;
use self::records::RecordWriter;
use self::unsynced::Unsynced;
use self::waiting::Waiting;
use self::write::{Trust, Writer};
use super::{Committed, Confirmed, Refused, Store, StoreError, Waits, line};
use crate::core::{GatewayId, Reading};
use crate::locales::{Text, store as words};
use crate::support::ShownCertificates;
use crate::wire::{Batch, Birth, Epoch, Status};

/// How often in a row a server is believed that it takes nothing at all. After that each gateway's lines are tried on
/// their own: it may be the lines of one that a server, or a proxy before it, answers so. Engineering judgement.
const BELIEVED: u32 = 3;

/// How often a command looks whether the server has all on its disk.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A server that readings are written to. Its methods block: a [`StoreHandle`](super::StoreHandle) runs them.
pub struct Server {
    settings: ServerSettings,
    http: Http,
    /// Writes readings. Records have a writer of their own: that one is taken says nothing of readings.
    writer: Writer,
    records: RecordWriter,
    hub: String,
    /// `None` until the server has answered once.
    found: Option<Found>,
    /// What the server has taken and may not have on its disk; `None` where it has all there.
    unsynced: Option<Unsynced>,
    /// Writes in a row that failed as a whole.
    failures: u32,
    /// Gateways of which the server did not take all batches.
    waiting: Waiting<GatewayId>,
    /// The time by which it was last judged whether readings are ahead.
    judged: Option<Timestamp>,
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
            hub: hub.into(),
            found: None,
            unsynced: None,
            failures: 0,
            waiting: Waiting::default(),
            judged: None,
        };
        match check::check(settings, &server.http) {
            Ok(found) => server.note_found(found),
            Err(CheckError::Unusable(error)) => return Err(error),
            Err(CheckError::Unreachable(error)) => {
                tracing::warn!(%error, "the server is unreachable; nothing is acknowledged until it answers");
            }
        }
        Ok(server)
    }

    /// The certificates that the server shows from now on.
    pub fn certificates(&self) -> ShownCertificates {
        self.http.shown.clone()
    }

    /// Whether the server lets this hub read, as far as it has answered; the error says that it does not. A hub that
    /// only ingests need not read from InfluxDB.
    pub fn check_readable(&self) -> Result<(), StoreError> {
        if self.found.is_none_or(|found| found.may_read) {
            return Ok(());
        }
        let bucket = self.settings.bucket.as_deref().unwrap_or_default();
        Err(StoreError::server(
            &self.settings.url,
            words::bucket_not_readable(format!("{bucket:?}")),
        ))
    }

    fn note_found(&mut self, found: Found) {
        self.found = Some(found);
        if let Some(flush) = found.flush {
            self.unsynced = Some(Unsynced::new(&self.hub, flush));
            self.records.keep_recent();
        }
    }

    /// Checks the server until it has answered once, and before each write whether it can be looked at.
    fn before_write(&mut self) -> Result<Span, StoreError> {
        let span = self.check()?;
        if let Some(unsynced) = &mut self.unsynced
            && unsynced.before_write(&self.http)?
        {
            self.records.write_recent_again();
        }
        Ok(span)
    }

    /// Checks the server until it has answered once.
    fn check(&mut self) -> Result<Span, StoreError> {
        if let Some(found) = self.found {
            return Ok(found.span);
        }
        match check::check(&self.settings, &self.http) {
            Ok(found) => {
                self.note_found(found);
                Ok(found.span)
            }
            Err(CheckError::Unusable(error) | CheckError::Unreachable(error)) => Err(error),
        }
    }

    /// The time by which it is judged whether readings are ahead: what [`Store::refuse`] has let pass is not refused
    /// afterwards, where this machine's clock is behind.
    fn latest(&self, now: Timestamp) -> Timestamp {
        self.judged.map_or(now, |judged| judged.max(now))
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
        let span = self.before_write()?;
        let trust = self.trust();
        let Readings { lines, places, mut refused } =
            Readings::new(batches, span, self.latest(now));
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
        let (times, not_taken) = self.records.batches(&self.http, &with_record, now, trust)?;
        for (place, reason) in not_taken {
            not_written.extend(complete.get(place).map(|b| (*b, reason)));
        }
        let times: BTreeMap<usize, Timestamp> = complete.into_iter().zip(times).collect();
        let mut committed = Committed::default();
        let mut left = BTreeMap::new();
        for (b, batch) in batches.iter().enumerate() {
            match not_written.remove(&b) {
                None => {
                    note_committed(&mut committed, batch, refused.remove(&b));
                    if let Some((unsynced, at)) = self.unsynced.as_mut().zip(times.get(&b)) {
                        unsynced.note(&batch.gateway, batch.epoch, batch.stands_for(), *at);
                    }
                }
                Some(reason) => {
                    left.entry(batch.gateway.clone()).or_insert(reason);
                }
            }
        }
        if let Some(unsynced) = &self.unsynced {
            committed.later = std::mem::take(&mut committed.delivered);
            if unsynced.is_unseen() {
                let of_batches = batches.iter().map(|batch| batch.gateway.clone());
                of_batches.for_each(|gateway| {
                    left.entry(gateway).or_insert_with(words::not_shown);
                });
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
    fn waits(&self) -> Waits {
        self.http.waits.clone()
    }

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
        if !committed.delivered.is_empty() || !committed.later.is_empty() {
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
        let Readings { lines, .. } = Readings::new(&due, span, self.latest(now));
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

    /// A person is told at once what the server does not take. VictoriaMetrics changes no value that it has: what would
    /// is refused.
    fn import(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let mut batches = batches.to_vec();
        let mut refused = Vec::new();
        if self.settings.kind == ServerKind::Victoria {
            refused = corrections::take_out(&self.http, &mut batches)?;
        }
        let mut committed = self.commit(&batches, now)?;
        committed.refused.extend(refused);
        let url = &self.settings.url;
        match committed.left.first() {
            Some((_, reason)) => Err(StoreError::server(url, reason.clone())),
            None => Ok(committed),
        }
    }

    fn confirm(&mut self) -> Result<Confirmed, StoreError> {
        let Some(unsynced) = &mut self.unsynced else { return Ok(Confirmed::default()) };
        let confirmed = unsynced.look(&self.http)?;
        if confirmed.lost > 0 {
            self.records.write_recent_again();
        } else if !confirmed.delivered.is_empty() {
            self.records.forget(unsynced.wait);
        }
        Ok(confirmed)
    }

    fn wait_until_durable(&mut self) -> Result<(), StoreError> {
        loop {
            let Confirmed { lost, waiting, .. } = self.confirm()?;
            if lost > 0 {
                return Err(StoreError::server(&self.settings.url, words::not_kept(lost)));
            }
            if !waiting {
                return Ok(());
            }
            self.http.wait(|| tokio::time::sleep(LOOK_EVERY));
        }
    }

    fn refuse(
        &mut self,
        batches: &mut [Batch],
        now: Timestamp,
    ) -> Result<Vec<Refused>, StoreError> {
        let span = self.check()?;
        self.judged = Some(now);
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
        self.before_write()?;
        let written = self.records.birth(&self.http, gateway, birth, now, self.trust());
        self.noted(written)
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.before_write()?;
        let written = self.records.status(&self.http, gateway, status, now, self.trust());
        self.noted(written)
    }
}
