//! The queue: one row per batch.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::message::{decode, spoilt};
use super::room::{self, Limits};
use super::{SpoolError, aside, schema};
use crate::core::{GatewayId, Reading};
use crate::wire::{Epoch, RangeSet, Remains, Timebase, packed};

/// Released batches after which it is noted which are: what is released and not noted is sent again after a power cut, and
/// counts once all the same.
const NOTE_AFTER: u64 = 256;

/// A batch in the spool.
#[derive(Debug, Clone, PartialEq)]
pub struct SpooledBatch {
    /// Its number.
    pub seq: u64,
    /// How many readings.
    pub readings: u64,
    /// Its message, compressed where that pays.
    pub message: Vec<u8>,
}

/// What the spool holds and has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolStats {
    /// The life of the spool.
    pub epoch: Epoch,
    /// Batches that the hub does not have.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// Of the batches, how many wait for the time to be known.
    pub held: u64,
    /// The last number given to a batch.
    pub last_seq: u64,
    /// Bytes of payload in the file, with what the hub has.
    pub bytes: u64,
    /// Readings dropped since the file was made, because there was no more room.
    pub dropped_readings: u64,
    /// Readings given up where the oldest were thinned to one an hour.
    pub thinned_readings: u64,
    /// How often batches have come back that were done with: whoever sends has to begin again at the oldest.
    pub rewinds: u64,
}

/// The durable queue of one gateway.
pub struct Spool {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    vfs: Option<String>,
    pub(super) gateway: GatewayId,
    pub(super) limits: Limits,
    pub(super) compressor: packed::Compressor,
    /// What the hub has.
    pub(super) released: RangeSet,
    /// Of it, batches not yet noted in the file.
    pub(super) unnoted: u64,
    /// Batches whose time is provisional.
    pub(super) held: RangeSet,
    /// Whether such batches are held back.
    pub(super) holding: bool,
    /// The clock of this run of the machine, once it is known to be good.
    pub(super) clock: Option<Timebase>,
    /// A time that was known to be good, ms.
    pub(super) known_ms: i64,
    /// Batches up to here are thinned already.
    pub(super) thinned_to: u64,
    /// Readings lost, to be told with the next batch.
    pub(super) lost: Option<Remains>,
    pub(super) stats: SpoolStats,
}

impl Spool {
    /// Opens the spool at `path`, or makes it. A spoilt file is set aside and a new one made, that tells of it.
    ///
    /// # Errors
    /// The file cannot be opened or written, is of another layout, or belongs to another gateway.
    pub fn open(
        path: &Path,
        gateway: &GatewayId,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Self, SpoolError> {
        match Self::open_in(path, gateway, limits, None) {
            Err(error) if error.is_spoilt() => {
                let aside = aside::set_aside(path, now)?;
                tracing::error!(%error, aside = %aside.display(), "the spool is spoilt; set aside, and a new one begun");
                let mut spool = Self::open_in(path, gateway, limits, None)?;
                spool.lost = Some(spoilt(now));
                Ok(spool)
            }
            opened => opened,
        }
    }

    /// Sets the file aside, and goes on in a new one, that tells of it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(super) fn renew(&mut self, now: Timestamp) -> Result<PathBuf, SpoolError> {
        let aside = aside::set_aside(&self.path, now)?;
        let fresh = Self::open_in(&self.path, &self.gateway, self.limits, self.vfs.as_deref())?;
        let old = std::mem::replace(self, fresh);
        self.lost = Some(old.lost.map_or(spoilt(now), |lost| lost.and(spoilt(now))));
        self.holding = old.holding;
        self.clock = old.clock;
        self.known_ms = old.known_ms;
        self.stats.rewinds = old.stats.rewinds + 1;
        Ok(aside)
    }

    /// The same in the file layer `vfs`, for tests of power cuts.
    pub(super) fn open_in(
        path: &Path,
        gateway: &GatewayId,
        limits: Limits,
        vfs: Option<&str>,
    ) -> Result<Self, SpoolError> {
        let (connection, life) = schema::open(path, gateway, vfs)?;
        let mut spool = Self {
            connection,
            path: path.into(),
            vfs: vfs.map(str::to_owned),
            gateway: gateway.clone(),
            limits,
            compressor: packed::Compressor::default(),
            released: RangeSet::default(),
            unnoted: 0,
            held: RangeSet::default(),
            holding: true,
            clock: None,
            known_ms: life.known_ms,
            thinned_to: 0,
            lost: None,
            stats: SpoolStats {
                epoch: Epoch(life.epoch),
                last_seq: life.next_seq - 1,
                bytes: life.bytes,
                dropped_readings: life.dropped,
                thinned_readings: life.thinned,
                ..SpoolStats::default()
            },
        };
        spool.load(life.next_seq)?;
        Ok(spool)
    }

    /// What was written since the life was last noted, and what waits.
    fn load(&mut self, noted: u64) -> Result<(), SpoolError> {
        let connection = &self.connection;
        let (last, bytes): (Option<u64>, u64) = connection.query_row(
            "SELECT max(seq), coalesce(sum(length(payload)), 0) FROM batch WHERE seq >= ?1",
            [noted],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        self.stats.last_seq = last.unwrap_or(self.stats.last_seq);
        self.stats.bytes += bytes;
        let mut ranges = connection.prepare("SELECT first, last FROM released")?;
        let ranges = ranges.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.released = ranges.collect::<rusqlite::Result<_>>()?;
        let mut held = connection.prepare("SELECT seq, seq FROM held")?;
        let held = held.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.held = held.collect::<rusqlite::Result<_>>()?;
        let mut from = 1;
        while let Some((first, last)) = self.released.next_gap(from, self.stats.last_seq) {
            let (batches, readings) = count(connection, first, last)?;
            self.stats.batches += batches;
            self.stats.readings += readings;
            from = last + 1;
        }
        self.stats.held = self.held.len();
        Ok(())
    }

    /// The life of this spool.
    pub fn epoch(&self) -> Epoch {
        self.stats.epoch
    }

    /// What it holds and has lost.
    pub fn stats(&self) -> SpoolStats {
        self.stats
    }

    /// The last time that was known to be good, of readings in it.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn known_time(&self) -> Result<Option<Timestamp>, SpoolError> {
        let newest: Option<Vec<u8>> = self
            .connection
            .query_row(
                "SELECT payload FROM batch WHERE seq NOT IN (SELECT seq FROM held) ORDER BY seq DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()?;
        let newest = newest.and_then(|message| decode(&message).ok());
        let good = newest.filter(|batch| batch.clock.is_some_and(|clock| !clock.provisional));
        let read = good.and_then(|batch| batch.readings.iter().map(|r| r.observed_at).max());
        let noted = Timestamp::from_millisecond(self.known_ms).ok().filter(|_| self.known_ms > 0);
        Ok(read.max(noted))
    }

    /// Stores `readings`, whose times are by `clock`, as one batch or, where that would be too large a message, as several, and
    /// returns those that may be sent. Once this returns, a power cut does not lose them.
    ///
    /// # Errors
    /// Nothing is stored then, and no number is used.
    pub fn append(
        &mut self,
        mut readings: Vec<Reading>,
        mut clock: Timebase,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        self.append_or_keep(&mut readings, &mut clock)
    }

    /// The same of readings that are tried again where it fails: their times may have been corrected meanwhile, and `clock` with
    /// them.
    ///
    /// # Errors
    /// As [`Self::append`].
    pub(super) fn append_or_keep(
        &mut self,
        readings: &mut [Reading],
        clock: &mut Timebase,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        self.settle(readings, clock);
        let held = clock.provisional && self.holding;
        let batches = self.encode(readings, *clock);
        let coming = batches.iter().map(|batch| batch.message.len() as u64).sum();
        let mut stats = self.stats;
        let mut released = None;
        let connection = &self.connection;
        let transaction = connection.unchecked_transaction()?;
        let mut notes = self.unnoted >= NOTE_AFTER;
        if self.limits.asks_room(&self.path, stats.bytes, coming) {
            let mut room = room::Room::new(self, stats);
            room.make(coming)?;
            stats = room.stats;
            released = Some(room.thinned_to);
            notes = true;
        }
        for batch in &batches {
            let first =
                (self.lost.is_some() && batch.seq == self.stats.last_seq + 1).then_some(batch.seq);
            connection
                .prepare_cached(
                    "INSERT INTO batch (seq, first, readings, payload) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![batch.seq, first, batch.readings, batch.message])?;
            if held {
                connection
                    .prepare_cached("INSERT INTO held (seq, boot) VALUES (?1, ?2)")?
                    .execute(params![batch.seq, clock.boot.0])?;
            }
            stats.last_seq = batch.seq;
            stats.batches += 1;
            stats.readings += batch.readings;
            stats.held += u64::from(held);
            stats.bytes += batch.message.len() as u64;
        }
        if notes {
            note(connection, &stats, &self.released, self.known_ms)?;
        }
        transaction.commit()?;
        if notes {
            self.unnoted = 0;
        }
        if let Some(thinned_to) = released {
            self.thinned_to = thinned_to;
            self.reload_held()?;
        }
        if held {
            self.held.insert_range(self.stats.last_seq + 1, stats.last_seq);
        }
        self.stats = stats;
        self.lost = None;
        Ok(if held { Vec::new() } else { batches })
    }

    /// The held batches again, after some may have been dropped.
    fn reload_held(&mut self) -> Result<(), SpoolError> {
        if self.held.is_empty() {
            return Ok(());
        }
        let mut held = self.connection.prepare("SELECT seq, seq FROM held")?;
        let held = held.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.held = held.collect::<rusqlite::Result<_>>()?;
        Ok(())
    }

    /// Notes in the file what has been released.
    ///
    /// # Errors
    /// It is not noted then, and stays released.
    pub fn note(&mut self) -> Result<(), SpoolError> {
        if self.unnoted > 0 {
            let transaction = self.connection.unchecked_transaction()?;
            note(&self.connection, &self.stats, &self.released, self.known_ms)?;
            transaction.commit()?;
            self.unnoted = 0;
        }
        Ok(())
    }

    /// Readings have been lost before they could be stored: the next batch tells of it.
    pub fn lose(&mut self, lost: Remains) {
        self.lost = Some(self.lost.map_or(lost, |before| before.and(lost)));
        self.stats.dropped_readings += lost.lost.unwrap_or_default();
    }

    /// Batches after `after` up to `to` that the hub does not have and whose time is known, oldest first, at most `count`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn batches(
        &self,
        after: u64,
        to: u64,
        count: u32,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        let mut found = Vec::new();
        let mut from = after.saturating_add(1);
        while let Some((first, last)) = self.next_waiting(from, to.min(self.stats.last_seq)) {
            let left = count as usize - found.len();
            if left == 0 {
                break;
            }
            let mut statement = self.connection.prepare_cached(
                "SELECT seq, readings, payload FROM batch WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq LIMIT ?3",
            )?;
            let rows = statement.query_map(params![first, last, left as u64], |row| {
                Ok(SpooledBatch { seq: row.get(0)?, readings: row.get(1)?, message: row.get(2)? })
            })?;
            for row in rows {
                found.push(row?);
            }
            from = last + 1;
        }
        Ok(found)
    }

    /// The first stretch from `from` on of batches that the hub does not have and that are not held.
    fn next_waiting(&self, mut from: u64, to: u64) -> Option<(u64, u64)> {
        loop {
            let (first, last) = self.released.next_gap(from, to)?;
            if let Some(free) = self.held.next_gap(first, last) {
                return Some(free);
            }
            from = last + 1;
        }
    }

    /// What has been sent and received in a month.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn traffic(&self) -> Result<(String, u64), SpoolError> {
        let read = self.connection.query_row("SELECT month, bytes FROM traffic", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        Ok(read?)
    }

    /// Notes what has been sent and received in a month.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note_traffic(&self, month: &str, bytes: u64) -> Result<(), SpoolError> {
        self.connection
            .prepare_cached("UPDATE traffic SET month = ?1, bytes = ?2")?
            .execute(params![month, bytes])?;
        Ok(())
    }
}

/// Batches and readings of `first..=last`.
pub(super) fn count(
    connection: &Connection,
    first: u64,
    last: u64,
) -> rusqlite::Result<(u64, u64)> {
    connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(readings), 0) FROM batch WHERE seq BETWEEN ?1 AND ?2",
        )?
        .query_row([first, last], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Notes the life and what has been released.
fn note(
    connection: &Connection,
    stats: &SpoolStats,
    released: &RangeSet,
    known_ms: i64,
) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM released", [])?;
    let mut insert = connection.prepare_cached("INSERT INTO released VALUES (?1, ?2)")?;
    for (first, last) in released.iter() {
        insert.execute([first, last])?;
    }
    connection
        .prepare_cached(
            "UPDATE life SET next_seq = ?1, bytes = ?2, dropped = ?3, thinned = ?4, known_ms = ?5",
        )?
        .execute(params![
            stats.last_seq + 1,
            stats.bytes,
            stats.dropped_readings,
            stats.thinned_readings,
            known_ms
        ])?;
    Ok(())
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
