//! Records that go with readings: those of batches, and those of what gateways say of themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::http::Http;
use super::lines::Lines;
use super::settings::ServerSettings;
use super::waiting::Waiting;
use super::write::{Trust, Writer, Written};
use crate::core::GatewayId;
use crate::locales::{Text, store as words};
use crate::store::{StoreError, line};
use crate::support::Stopwatch;
use crate::wire::{Batch, Birth, Status};

/// Records that wait to be written, at most. A birth that has no room comes again when its gateway or the hub connects.
/// A birth of 100 series is 15 kB, so that these are 15 MB. Engineering judgement.
const KEPT_MAX: usize = 1_000;

/// A gateway, and the measurement of a record of it.
type Key = (GatewayId, &'static str);

/// Writes the records of a hub. What the server does not take of one gateway is kept and tried again, and holds up no
/// other.
pub(super) struct RecordWriter {
    writer: Writer,
    /// The hub's name at the server, unique among its hubs.
    hub: String,
    /// Time of the last record: no two have the same, so that none replaces another.
    last_ms: i64,
    /// The newest record of each kind that the server did not take, and why.
    kept: BTreeMap<Key, (Lines, Text)>,
    waiting: Waiting<Key>,
    /// The newest record of each kind that the server took and may not have on its disk; `None` where it has all there.
    recent: Option<BTreeMap<Key, (Lines, Stopwatch)>>,
}

impl RecordWriter {
    pub fn new(settings: &ServerSettings, hub: &str) -> Self {
        Self {
            writer: Writer::new(settings),
            hub: hub.into(),
            last_ms: 0,
            kept: BTreeMap::new(),
            waiting: Waiting::default(),
            recent: None,
        }
    }

    /// Keeps what the server takes from now on until [`RecordWriter::forget`].
    pub fn keep_recent(&mut self) {
        self.recent.get_or_insert_default();
    }

    /// Drops what was written longer ago than this: the server has it on its disk.
    pub fn forget(&mut self, longer: Duration) {
        if let Some(recent) = &mut self.recent {
            recent.retain(|_, (_, written)| written.elapsed() < longer);
        }
    }

    /// Has all written again that the server may have lost.
    pub fn write_recent_again(&mut self) {
        let recent = self.recent.as_mut().map(std::mem::take).unwrap_or_default();
        for (key, (lines, _)) in recent {
            self.kept.entry(key).or_insert_with(|| (lines, words::started_anew()));
        }
    }

    fn unique_time(&mut self, now: Timestamp) -> Timestamp {
        let next = Timestamp::from_millisecond(self.last_ms + 1).unwrap_or(now);
        let at = now.max(next);
        self.last_ms = at.as_millisecond();
        at
    }

    /// Writes the records of batches. Returns the time of each, and those that the server does not take, by their
    /// places in `batches`.
    pub fn batches(
        &mut self,
        http: &Http,
        batches: &[&Batch],
        now: Timestamp,
        trust: Trust,
    ) -> Result<(Vec<Timestamp>, BTreeMap<usize, Text>), StoreError> {
        let (mut lines, mut times) = (Lines::default(), Vec::new());
        for batch in batches {
            let at = self.unique_time(now);
            times.push(at);
            lines.begin(&batch.gateway);
            line::batch(lines.buffer(), &self.hub, batch, at);
            lines.end();
        }
        Ok((times, not_taken(self.writer.write(http, &lines, now, trust)?, &lines)))
    }

    /// Writes what a gateway observes.
    pub fn birth(
        &mut self,
        http: &Http,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
        trust: Trust,
    ) -> Result<(), StoreError> {
        let at = self.unique_time(now);
        let mut lines = Lines::default();
        lines.begin(gateway);
        for series in &birth.series {
            let (hub, of) = (&self.hub, Some(gateway));
            line::series(lines.buffer(), hub, of, &series.series, series.counter, at);
            lines.end();
        }
        self.write_or_keep(http, (gateway.clone(), line::SERIES), lines, now, trust)
    }

    /// Writes a gateway's state.
    pub fn status(
        &mut self,
        http: &Http,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
        trust: Trust,
    ) -> Result<(), StoreError> {
        let at = self.unique_time(now);
        let mut lines = Lines::default();
        lines.begin(gateway);
        line::status(lines.buffer(), &self.hub, gateway, status, at);
        lines.end();
        self.write_or_keep(http, (gateway.clone(), line::GATEWAYS), lines, now, trust)
    }

    fn write_or_keep(
        &mut self,
        http: &Http,
        key: Key,
        lines: Lines,
        now: Timestamp,
        trust: Trust,
    ) -> Result<(), StoreError> {
        let reason = match self.waiting.reason(&key, now).cloned() {
            Some(reason) => reason,
            None => match self.attempt(http, &key, &lines, now, trust)? {
                Some(reason) => reason,
                None => return Ok(()),
            },
        };
        if self.kept.len() < KEPT_MAX || self.kept.contains_key(&key) {
            self.kept.insert(key, (lines, reason));
        }
        Ok(())
    }

    /// Writes a record; why the server does not take it.
    fn attempt(
        &mut self,
        http: &Http,
        key: &Key,
        lines: &Lines,
        now: Timestamp,
        trust: Trust,
    ) -> Result<Option<Text>, StoreError> {
        let written = self.writer.write(http, lines, now, trust)?;
        let reason = not_taken(written, lines).into_values().next();
        match &reason {
            None => {
                self.kept.remove(key);
                self.waiting.clear(key);
                if let Some(recent) = &mut self.recent
                    && (recent.len() < KEPT_MAX || recent.contains_key(key))
                {
                    recent.insert(key.clone(), (lines.clone(), Stopwatch::start()));
                }
            }
            Some(reason) => self.waiting.note(key, reason, now),
        }
        Ok(reason)
    }

    /// Writes what was kept and is due. Returns the gateways of which a record is still not written.
    pub fn again(
        &mut self,
        http: &Http,
        now: Timestamp,
        trust: Trust,
    ) -> Result<BTreeMap<GatewayId, Text>, StoreError> {
        let is_due = |key: &&Key| self.waiting.reason(key, now).is_none();
        let due: Vec<Key> = self.kept.keys().filter(is_due).cloned().collect();
        for key in due {
            let Some((lines, before)) = self.kept.remove(&key) else { continue };
            let attempted = self.attempt(http, &key, &lines, now, trust);
            let reason = match &attempted {
                Ok(reason) => reason.clone(),
                Err(_) => Some(before),
            };
            if let Some(reason) = reason {
                self.kept.insert(key, (lines, reason));
            }
            attempted?;
        }
        let kept = self.kept.iter();
        Ok(kept.map(|((gateway, _), (_, reason))| (gateway.clone(), reason.clone())).collect())
    }
}

/// The units that are not written completely: no line of a record may be missing.
fn not_taken(written: Written, lines: &Lines) -> BTreeMap<usize, Text> {
    let Written { refused, mut left } = written;
    for (line, reason) in refused {
        left.entry(lines.unit_of(line)).or_insert_with(|| words::refuses_records(reason));
    }
    left
}
