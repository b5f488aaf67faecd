//! Reclaiming space for new batches. What the hub has goes first; then the oldest hours are thinned to one reading an
//! hour and series; only then are the oldest batches dropped. Every loss is counted, and recorded in its place.
//!
//! One reading an hour is kept for annual reports: the difference of a counter over a year stays the same.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::message::{decode, loss_only, stored};
use super::queue::{Spool, SpoolStats, SpooledBatch};
use super::schema::SpoolError;
use super::view_places::ViewPlace;
use crate::core::{HOUR_MS, Reading, Series};
use crate::wire::{Batch, LossCause, LossRecord, MESSAGE_SIZE_MAX, Timebase};

/// The share freed at once: a 64th. Less at once writes more pages; more at once loses more before it has to.
const AT_ONCE: u64 = 64;

/// Bytes freed at once, and thinned at once, on a disk that is low: each page that changes, and each that becomes free,
/// takes its size again in the log until that is folded back. Engineering judgement: together a sixth of what is spared
/// for it (`disk`).
const LOW_AT_ONCE: u64 = 16 << 10;
const LOW_THINNED: u64 = 64 << 10;

/// Rows that are looked at together.
const ROWS: u64 = 256;

/// Most rows of one hour: one a second.
const HOUR_ROWS: u64 = 3600;

/// Reclaims space within the caller's transaction.
pub(super) struct Reclaim<'a> {
    spool: &'a Spool,
    /// The spool's statistics once the transaction is committed.
    pub stats: SpoolStats,
    pub thinned_to: u64,
    /// How far the views are once it is committed.
    pub places: Vec<ViewPlace>,
    /// Whether the disk is low: the file keeps its size, and little is changed at once.
    low: bool,
}

impl<'a> Reclaim<'a> {
    pub fn new(spool: &'a Spool, stats: SpoolStats, low: bool) -> Self {
        let places = spool.views.places.clone();
        Self { spool, stats, thinned_to: spool.thinned_to, places, low }
    }

    /// Frees space for `coming` bytes with what the hub has alone, whatever the limits allow.
    pub fn free_released(&mut self, coming: u64) -> Result<(), SpoolError> {
        self.delete_released(coming + LOW_AT_ONCE).map(|_| ())
    }

    /// Frees space for `coming` bytes, as far as there is anything to give up.
    pub fn free(&mut self, coming: u64) -> Result<(), SpoolError> {
        let mut most = self.spool.limits.size_max;
        let mut at_once = most / AT_ONCE;
        if self.low {
            at_once = at_once.min(LOW_AT_ONCE);
            // Of the free space within it a quarter may be lost to fragmentation.
            most = most.min(self.stats.bytes + self.free_within()? / 4 * 3);
        }
        if self.stats.bytes + coming <= most {
            return Ok(());
        }
        let goal = most.saturating_sub(coming + at_once);
        while self.stats.bytes > goal {
            let need = self.stats.bytes - goal;
            if !(self.delete_released(need)? || self.thin_oldest()? || self.drop_oldest(need)?) {
                break;
            }
        }
        Ok(())
    }

    fn free_within(&self) -> Result<u64, SpoolError> {
        let pragma = |name: &str| -> rusqlite::Result<u64> {
            self.spool.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
        };
        Ok(pragma("freelist_count")? * pragma("page_size")?)
    }

    /// Deletes released batches until `need` bytes are free. Returns whether there were any.
    fn delete_released(&mut self, need: u64) -> Result<bool, SpoolError> {
        for (first, last) in self.spool.released.iter() {
            let mut statement = self.spool.connection.prepare_cached(
                "SELECT seq, length(payload) FROM batch WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq LIMIT ?3",
            )?;
            let mut rows = statement.query([first, last, ROWS])?;
            let (mut freed, mut deleted) = (0, None);
            while freed < need
                && let Some(row) = rows.next()?
            {
                let seq: u64 = row.get(0)?;
                freed += row.get::<_, u64>(1)?;
                deleted = Some((deleted.map_or(seq, |(first, _)| first), seq));
            }
            drop(rows);
            drop(statement);
            if let Some((first, last)) = deleted {
                self.take_from_views(first, last, &[])?;
                self.delete(first, last, freed)?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Thins the oldest hour that can be thinned. Returns whether it has got on.
    fn thin_oldest(&mut self) -> Result<bool, SpoolError> {
        let (got_on, hour) = self.next_hour()?;
        let Some(hour) = hour else { return Ok(got_on) };
        self.thinned_to = hour.rows.last;
        let mut kept: Vec<(u64, Reading)> = hour.kept.into_values().collect();
        kept.sort_by_key(|(_, reading)| reading.observed_at);
        let (numbers, kept): (Vec<u64>, Vec<Reading>) = kept.into_iter().unzip();
        let lost = hour.rows.readings - kept.len() as u64;
        if lost == 0 {
            return Ok(true);
        }
        let loss = hour.rows.loss(lost, LossCause::Thinned);
        let batch = Batch {
            gateway: self.spool.gateway.clone(),
            epoch: self.spool.stats.epoch,
            seq: hour.rows.last,
            clock: hour.clock,
            loss: Some(loss),
            readings: kept,
        };
        let message = batch.to_bytes();
        if message.len() <= MESSAGE_SIZE_MAX {
            self.replace(&hour.rows, loss.first, &numbers, stored(message))?;
            self.stats.thinned_readings += lost;
        }
        Ok(true)
    }

    /// The rows of the oldest hour that is not thinned yet, or a part of it, and whether there was anything to look at.
    /// Passes over batches that are released, held or unreadable.
    fn next_hour(&mut self) -> Result<(bool, Option<Hour>), SpoolError> {
        let mut statement = self.spool.connection.prepare_cached(
            "SELECT seq, coalesce(first, seq), payload FROM batch WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let mut rows = statement.query([self.thinned_to, self.spool.stats.last_seq, HOUR_ROWS])?;
        let mut found = Hour::default();
        let mut hour = None;
        let mut got_on = false;
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            got_on = true;
            let stays = self.spool.released.contains(seq) || self.spool.held.contains(seq);
            let payload: Vec<u8> = row.get(2)?;
            // A batch that cannot be read is dealt with when it is to be sent.
            let batch = if stays { None } else { decode(&payload).ok() };
            let begins = batch.as_ref().and_then(|b| b.readings.first()).map(hour_of);
            let same = batch.is_some() && (hour.is_none() || begins.is_none() || begins == hour);
            let enough = self.low && found.rows.bytes >= LOW_THINNED;
            if (!same || enough) && found.rows.count > 0 {
                break;
            }
            let Some(batch) = batch else {
                self.thinned_to = seq;
                continue;
            };
            hour = hour.or(begins);
            found.rows.add(seq, row.get(1)?, payload.len(), &batch);
            found.keep_best(seq, batch);
        }
        Ok((got_on, (found.rows.count > 0).then_some(found)))
    }

    /// Drops the oldest batches until `need` bytes are free. Returns whether anything could be given up.
    fn drop_oldest(&mut self, need: u64) -> Result<bool, SpoolError> {
        let mut statement = self.spool.connection.prepare_cached(
            "SELECT seq, coalesce(first, seq), readings, payload FROM batch WHERE seq <= ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = statement.query([self.spool.stats.last_seq, ROWS])?;
        let mut dropped = Rows::default();
        // A single row may have nothing left to give up: it may be the record of earlier losses.
        while (dropped.count < 2 || dropped.bytes < need)
            && let Some(row) = rows.next()?
        {
            let (seq, first) = (row.get(0)?, row.get(1)?);
            let payload: Vec<u8> = row.get(3)?;
            match decode(&payload) {
                Ok(batch) => dropped.add(seq, first, payload.len(), &batch),
                Err(_) => dropped.add_unreadable(seq, first, payload.len(), row.get(2)?),
            }
        }
        drop(rows);
        drop(statement);
        if dropped.count < 2 && dropped.readings == 0 {
            return Ok(false);
        }
        let connection = &self.spool.connection;
        connection.execute(
            "DELETE FROM held WHERE seq BETWEEN ?1 AND ?2",
            [dropped.first, dropped.last],
        )?;
        self.stats.held =
            connection.query_row("SELECT count(*) FROM held", [], |row| row.get(0))?;
        let loss = dropped.loss(dropped.readings, LossCause::Full);
        let epoch = self.spool.stats.epoch;
        let message = loss_only(&self.spool.gateway, epoch, dropped.last, loss);
        self.replace(&dropped, loss.first, &[], message)?;
        self.stats.dropped_readings += dropped.readings;
        self.thinned_to = self.thinned_to.max(dropped.last);
        Ok(true)
    }

    /// Puts one row in the place of `old`. Of each reading in it, `kept` has the number of the row that it comes from.
    fn replace(
        &mut self,
        old: &Rows,
        first: u64,
        kept: &[u64],
        message: Vec<u8>,
    ) -> Result<(), SpoolError> {
        let readings = kept.len() as u64;
        self.take_from_views(old.first_row, old.last, kept)?;
        self.delete(old.first_row, old.last, old.bytes)?;
        self.stats.bytes += message.len() as u64;
        self.stats.batches = (self.stats.batches + 1).saturating_sub(old.count);
        self.stats.readings = (self.stats.readings + readings).saturating_sub(old.readings);
        self.spool
            .insert(&SpooledBatch { seq: old.last, readings, message, plain: None }, Some(first))?;
        Ok(())
    }

    /// Of the batches `first..=last` only readings of the batches `kept` stay, for views, too, that have not had all of
    /// them: those get again what they have had of it.
    fn take_from_views(&mut self, first: u64, last: u64, kept: &[u64]) -> Result<(), SpoolError> {
        let before = self.spool.readings_for_views(&self.places, first, last)?;
        for (place, before) in self.places.iter_mut().zip(before) {
            let waits = place.cursor < last;
            let after = if waits { kept.len() as u64 } else { 0 };
            let new = kept.iter().filter(|seq| **seq > place.cursor).count() as u64;
            place.thinned(before, after, new);
        }
        Ok(())
    }

    fn delete(&mut self, first: u64, last: u64, bytes: u64) -> Result<(), SpoolError> {
        self.spool
            .connection
            .prepare_cached("DELETE FROM batch WHERE seq BETWEEN ?1 AND ?2")?
            .execute([first, last])?;
        self.stats.bytes = self.stats.bytes.saturating_sub(bytes);
        Ok(())
    }
}

/// An hour that is to be thinned.
#[derive(Default)]
struct Hour {
    rows: Rows,
    /// Each with the number of its row.
    kept: BTreeMap<(Series, i64), (u64, Reading)>,
    /// Of the newest batch.
    clock: Option<Timebase>,
}

impl Hour {
    /// Keeps of each hour and series the last reading that counts, or the last at all. `seq` is the row's number.
    fn keep_best(&mut self, seq: u64, batch: Batch) {
        self.clock = batch.clock;
        for reading in batch.readings {
            let slot = (reading.series.clone(), hour_of(&reading));
            let before = self.kept.get(&slot);
            if reading.flag.counts() || before.is_none_or(|(_, kept)| !kept.flag.counts()) {
                self.kept.insert(slot, (seq, reading));
            }
        }
    }
}

/// Consecutive rows that one row is to replace.
#[derive(Default)]
struct Rows {
    count: u64,
    /// Number of the first row, and the first number that it covers.
    first_row: u64,
    first: u64,
    last: u64,
    readings: u64,
    bytes: u64,
    /// What they report of earlier losses.
    earlier: Option<LossRecord>,
    /// First and last time of their readings.
    times: Option<(Timestamp, Timestamp)>,
}

impl Rows {
    fn add(&mut self, seq: u64, first: u64, bytes: usize, batch: &Batch) {
        self.add_unreadable(seq, first, bytes, batch.readings.len() as u64);
        for reading in &batch.readings {
            let at = reading.observed_at;
            let (from, to) = self.times.unwrap_or((at, at));
            self.times = Some((from.min(at), to.max(at)));
        }
        self.earlier = batch.loss.map(|loss| loss.after(self.earlier)).or(self.earlier);
    }

    fn add_unreadable(&mut self, seq: u64, first: u64, bytes: usize, readings: u64) {
        if self.count == 0 {
            (self.first_row, self.first) = (seq, first);
        }
        self.last = seq;
        self.count += 1;
        self.bytes += bytes as u64;
        self.readings += readings;
    }

    /// The record of their loss, if `lost` of their readings are given up.
    fn loss(&self, lost: u64, why: LossCause) -> LossRecord {
        let times = self.times.or(self.earlier.map(|earlier| (earlier.from, earlier.to)));
        // No row could be read: 1970 stands for an unknown time.
        let (from, to) = times.unwrap_or_default();
        LossRecord { first: self.first, lost: Some(lost), from, to, why }.after(self.earlier)
    }
}

fn hour_of(reading: &Reading) -> i64 {
    reading.observed_at.as_millisecond().div_euclid(HOUR_MS)
}

#[cfg(test)]
#[path = "reclaim_tests.rs"]
mod tests;
