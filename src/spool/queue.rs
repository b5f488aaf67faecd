//! The queue in the spool's file, one row per batch: opening, reading, and what it knows of itself.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::handed::Handed;
use super::message::{decode, loss_only};
use super::place::Place;
use super::quarantine::quarantine;
use super::salvage;
use super::schema::{self, SpoolError};
use super::view_places::Views;
use crate::core::GatewayId;
use crate::wire::{Encoder, Epoch, LossRecord, RangeSet, Timebase, packed};

/// A batch in the spool.
#[derive(Debug, Clone, PartialEq)]
pub struct SpooledBatch {
    pub seq: u64,
    pub readings: u64,
    /// As stored: compressed where that pays.
    pub message: Vec<u8>,
    /// As it was before it was compressed, of a batch that has just been appended, where the spool keeps it: see
    /// [`Spool::keep_plain`].
    pub plain: Option<Vec<u8>>,
}

/// What the spool holds and what it has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolStats {
    pub epoch: Epoch,
    /// Batches that the hub does not have.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// How many of the batches are held back until the time is known.
    pub held: u64,
    /// The last number given to a batch.
    pub last_seq: u64,
    /// Bytes of payload in the file, including batches that the hub has.
    pub bytes: u64,
    /// Readings dropped for lack of space since the file was created.
    pub dropped_readings: u64,
    /// Readings given up by thinning the oldest to one an hour.
    pub thinned_readings: u64,
    /// How often batches that had been dealt with came back. Each time the sender has to start from the oldest again.
    pub rewinds: u64,
    /// When this run found the file damaged and began a new one.
    pub damaged_at: Option<Timestamp>,
    /// Up to which number batches may be sent: until a hub has been heard of over this connection, only those that may
    /// have been sent before.
    pub send_to: u64,
    /// When the epoch was last begun anew because another life of the spool was found.
    pub renewed_at: Option<Timestamp>,
    /// When this run found its file gone and went on in a new one, with all that was in it.
    pub carried_at: Option<Timestamp>,
}

/// How large the spool may grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most bytes of payload.
    pub size_max: u64,
    /// Free bytes on the file system below which the file does not grow any more. Some space is left in any case.
    pub free_min: u64,
}

/// The durable queue of one gateway.
pub struct Spool {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) vfs: Option<String>,
    /// Which file is open.
    pub(super) place: Place,
    pub(super) gateway: GatewayId,
    pub(super) limits: Limits,
    pub(super) encoder: Encoder,
    pub(super) compressor: packed::Compressor,
    /// Whether batches that have just been appended are wanted as they were before compression.
    pub(super) keeps_plain: bool,
    /// The numbers that the hub has.
    pub(super) released: RangeSet,
    /// How many of the released batches the file does not know of yet.
    pub(super) unsaved: u64,
    /// What nobody was given nobody can have.
    pub(super) handed: Handed,
    /// Batches whose time is provisional.
    pub(super) held: RangeSet,
    /// Whether batches of provisional time are held back.
    pub(super) holding: bool,
    /// The clock of this boot, once it is known to be right.
    pub(super) clock: Option<Timebase>,
    /// The latest time that was known to be right, ms.
    pub(super) known_ms: i64,
    /// Batches up to this number have been thinned already.
    pub(super) thinned_to: u64,
    /// A loss that the next batch has to report.
    pub(super) loss: Option<LossRecord>,
    /// Who else reads, and how far.
    pub(super) views: Views,
    pub(super) stats: SpoolStats,
}

impl Spool {
    /// Opens or creates the spool at `path`. A damaged file is quarantined; the new one reports the loss to the hub.
    ///
    /// # Errors
    /// The file cannot be opened or written, is no spool, has another layout, or belongs to another gateway.
    pub fn open(
        path: &Path,
        gateway: &GatewayId,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Self, SpoolError> {
        match Self::open_in(path, gateway, limits, None) {
            Err(error) if error.is_damage() => {
                let away = quarantine(path, now)?;
                tracing::error!(%error, kept_as = %away.display(), "the spool is damaged; started a new one");
                let mut spool = Self::open_in(path, gateway, limits, None)?;
                spool.tell_of_little_space();
                spool.loss = Some(salvage::loss_of(&away, now));
                spool.stats.damaged_at = Some(now);
                Ok(spool)
            }
            opened => opened.inspect(Self::tell_of_little_space),
        }
    }

    /// Batches that are appended come with their message as it was before compression: for an uplink that sends it
    /// so. It costs memory until it is sent, and spares undoing the compression.
    pub fn keep_plain(&mut self, keeps: bool) {
        self.keeps_plain = keeps;
    }

    /// Quarantines the file, whose new name it returns, and goes on in a new one, which reports the loss to the hub.
    pub(super) fn replace_file(&mut self, now: Timestamp) -> Result<PathBuf, SpoolError> {
        let away = quarantine(&self.path, now)?;
        let fresh = Self::open_in(&self.path, &self.gateway, self.limits, self.vfs.as_deref())?;
        let old = std::mem::replace(self, fresh);
        self.loss = Some(salvage::loss_of(&away, now).after(old.loss));
        (self.holding, self.keeps_plain) = (old.holding, old.keeps_plain);
        self.clock = old.clock;
        self.views = old.views.in_new_file();
        self.known_ms = old.known_ms;
        self.stats.rewinds = old.stats.rewinds + 1;
        self.stats.damaged_at = Some(now);
        self.stats.carried_at = old.stats.carried_at;
        Ok(away)
    }

    /// Like [`Self::open`], but fails on a damaged file. `vfs` names SQLite's file layer, for tests of power cuts.
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
            place: Place::default(),
            gateway: gateway.clone(),
            limits,
            encoder: Encoder::default(),
            compressor: packed::Compressor::default(),
            keeps_plain: false,
            released: RangeSet::default(),
            unsaved: 0,
            handed: Handed::default(),
            held: RangeSet::default(),
            holding: true,
            clock: None,
            known_ms: life.known_ms,
            thinned_to: 0,
            loss: None,
            views: Views::default(),
            stats: SpoolStats {
                epoch: Epoch(life.epoch),
                last_seq: life.next_seq - 1,
                bytes: life.bytes,
                dropped_readings: life.dropped,
                thinned_readings: life.thinned,
                renewed_at: noted(life.renewed_ms),
                ..SpoolStats::default()
            },
        };
        spool.load(life.next_seq)?;
        spool.place = spool.place_of_open();
        let handed = spool.ranges("SELECT first, last FROM handed")?;
        spool.handed = Handed::new(handed, life.may_to, spool.stats.last_seq, life.fresh);
        Ok(spool)
    }

    /// Loads what waits, and what was appended from batch `unsaved_from` on, after the state was last saved.
    fn load(&mut self, unsaved_from: u64) -> Result<(), SpoolError> {
        let (last, bytes): (Option<u64>, u64) = self.connection.query_row(
            "SELECT max(seq), coalesce(sum(length(payload)), 0) FROM batch WHERE seq >= ?1",
            [unsaved_from],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        self.stats.last_seq = last.unwrap_or(self.stats.last_seq);
        self.stats.bytes += bytes;
        self.released = self.ranges("SELECT first, last FROM released")?;
        self.held = self.read_held()?;
        self.stats.held = self.held.len();
        let mut from = 1;
        while let Some((first, last)) = self.released.next_gap(from, self.stats.last_seq) {
            let (batches, readings) = self.count(first, last)?;
            self.stats.batches += batches;
            self.stats.readings += readings;
            from = last + 1;
        }
        Ok(())
    }

    /// The held batches as the file has them, in the current transaction.
    pub(super) fn read_held(&self) -> rusqlite::Result<RangeSet> {
        self.ranges("SELECT seq, seq FROM held")
    }

    pub(super) fn ranges(&self, query: &str) -> rusqlite::Result<RangeSet> {
        let mut statement = self.connection.prepare(query)?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// Batches and readings in `first..=last`.
    pub(super) fn count(&self, first: u64, last: u64) -> rusqlite::Result<(u64, u64)> {
        self.connection
            .prepare_cached("SELECT count(*), coalesce(sum(readings), 0) FROM batch WHERE seq BETWEEN ?1 AND ?2")?
            .query_row([first, last], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    pub fn epoch(&self) -> Epoch {
        self.stats.epoch
    }

    pub fn stats(&self) -> SpoolStats {
        SpoolStats { send_to: self.send_to(), ..self.stats }
    }

    /// The latest time in it that was known to be right: the clock cannot be earlier now.
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
        Ok(read.max(noted(self.known_ms)))
    }

    /// Batches after `after` up to `to` that the hub lacks and whose time is known: oldest first, at most `count`.
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
                let (seq, readings, message) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(SpooledBatch { seq, readings, message, plain: None })
            })?;
            for row in rows {
                found.push(row?);
            }
            from = last + 1;
        }
        Ok(found)
    }

    /// The first stretch from `from` on that is neither released nor held.
    fn next_waiting(&self, mut from: u64, to: u64) -> Option<(u64, u64)> {
        loop {
            let (first, last) = self.released.next_gap(from, to)?;
            if let Some(free) = self.held.next_gap(first, last) {
                return Some(free);
            }
            from = last + 1;
        }
    }

    /// Records readings that were lost before they could be stored: the next batch reports them to the hub.
    pub fn record_loss(&mut self, loss: LossRecord) {
        self.loss = Some(loss.after(self.loss));
        self.stats.dropped_readings += loss.lost.unwrap_or(0);
    }

    /// Replaces a batch that cannot be read any more by a record of its loss.
    pub fn replace_damaged(&mut self, seq: u64, now: Timestamp) -> Result<(), SpoolError> {
        let row = self.connection.query_row(
            "SELECT coalesce(first, seq), readings, length(payload) FROM batch WHERE seq = ?1",
            [seq],
            |row| Ok((row.get(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?)),
        );
        let Some((first, readings, size)) = row.optional()? else {
            return Ok(());
        };
        let around = salvage::loss_around(&self.connection, seq, now);
        let loss = LossRecord { first, lost: Some(readings), ..around };
        let message = loss_only(&self.gateway, self.stats.epoch, seq, loss);
        self.connection
            .prepare_cached(
                "UPDATE batch SET first = ?2, readings = 0, payload = ?3 WHERE seq = ?1",
            )?
            .execute(params![seq, first, message])?;
        self.stats.readings -= readings;
        self.stats.dropped_readings += readings;
        self.views.lose_batch(seq, readings);
        self.stats.bytes = self.stats.bytes.saturating_sub(size) + message.len() as u64;
        self.stats.rewinds += 1;
        Ok(())
    }

    /// Saves which batches have been released and handed over. Later ones wait again after a power cut, and are sent
    /// once more.
    pub fn save_state(&mut self) -> Result<(), SpoolError> {
        if self.unsaved > 0 || self.handed.is_unsaved() {
            let transaction = self.connection.unchecked_transaction()?;
            self.write_state(&self.stats)?;
            self.write_handed()?;
            transaction.commit()?;
            self.unsaved = 0;
            self.handed.saved();
        }
        self.save_views()
    }

    /// Writes the state into the transaction that the caller has begun, all but what was handed over: what is released
    /// was, and of the rest it does no harm not to know.
    pub(super) fn write_state(&self, stats: &SpoolStats) -> rusqlite::Result<()> {
        self.connection.execute("DELETE FROM released", [])?;
        let mut insert = self.connection.prepare_cached("INSERT INTO released VALUES (?1, ?2)")?;
        for (first, last) in self.released.iter() {
            insert.execute([first, last])?;
        }
        let (dropped, thinned) = (stats.dropped_readings, stats.thinned_readings);
        self.connection
            .prepare_cached("UPDATE life SET next_seq = ?1, bytes = ?2, dropped = ?3, thinned = ?4, known_ms = ?5")?
            .execute(params![stats.last_seq + 1, stats.bytes, dropped, thinned, self.known_ms])?;
        Ok(())
    }

    /// The month and its bytes sent and received that were last saved by [`Self::save_traffic`].
    pub fn traffic(&self) -> Result<(String, u64), SpoolError> {
        let read = self.connection.query_row("SELECT month, bytes FROM traffic", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        });
        Ok(read?)
    }

    /// Saves the bytes sent and received in a month.
    pub fn save_traffic(&self, month: &str, bytes: u64) -> Result<(), SpoolError> {
        self.connection
            .prepare_cached("UPDATE traffic SET month = ?1, bytes = ?2")?
            .execute(params![month, bytes])?;
        Ok(())
    }
}

/// A time as the file has it, ms; 0 stands for none.
pub(super) fn noted(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok().filter(|_| ms > 0)
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
