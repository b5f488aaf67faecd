//! Room for what is new: first what the hub has goes, then the oldest is thinned to one reading an hour and series, and only then
//! is it dropped. What is lost is counted, and a record of it takes the place in the queue.
//!
//! Hours are kept since an annual report needs them: a counter's difference over a year is the same from one reading an hour.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::params;

use super::SpoolError;
use super::message::{decode, smaller};
use super::queue::{Spool, SpoolStats};
use crate::core::{HOUR_MS, Reading, Series};
use crate::wire::{Batch, LostTo, MESSAGE_SIZE_MAX, Remains};

/// How much is made room for at once: a 64th of the whole. Less often means fewer pages written; more at once means more lost
/// before it has to be.
const AT_ONCE: u64 = 64;

/// Rows that are looked at together.
const ROWS: u64 = 256;

/// Rows of one hour at most: one a second.
const HOUR_ROWS: u64 = 3600;

/// How large the spool may grow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most bytes of payload.
    pub size_max: u64,
    /// Bytes that stay free on the file system: below it the file does not grow.
    pub free_min: u64,
}

impl Limits {
    /// Whether room has to be made for `coming` bytes beside `bytes` of payload.
    pub(super) fn asks_room(&self, path: &Path, bytes: u64, coming: u64) -> bool {
        bytes + coming > self.size_max || self.disk_is_low(path)
    }

    fn disk_is_low(&self, path: &Path) -> bool {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let stat = rustix::fs::statvfs(directory.unwrap_or(Path::new(".")));
        stat.is_ok_and(|stat| stat.f_bavail.saturating_mul(stat.f_frsize) < self.free_min)
    }
}

/// Making room, within one transaction.
pub(super) struct Room<'a> {
    spool: &'a Spool,
    pub stats: SpoolStats,
    pub thinned_to: u64,
}

impl<'a> Room<'a> {
    pub fn new(spool: &'a Spool, stats: SpoolStats) -> Self {
        Self { spool, stats, thinned_to: spool.thinned_to }
    }

    /// Makes room for `coming` bytes, as far as there is anything to give up.
    pub fn make(&mut self, coming: u64) -> Result<(), SpoolError> {
        let limits = self.spool.limits;
        let mut most = limits.size_max;
        if limits.disk_is_low(&self.spool.path) {
            // The file keeps its size: what is free within it can be filled, but for what fragments.
            most = most.min(self.stats.bytes + self.free_within()? / 4 * 3);
        }
        if self.stats.bytes + coming <= most {
            return Ok(());
        }
        let goal = most.saturating_sub(coming + most / AT_ONCE);
        while self.stats.bytes > goal {
            let need = self.stats.bytes - goal;
            if !(self.forget_released(need)? || self.thin()? || self.drop_oldest(need)?) {
                break;
            }
        }
        Ok(())
    }

    fn free_within(&self) -> Result<u64, SpoolError> {
        let pragma = |name: &str| {
            self.spool
                .connection
                .query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0))
        };
        Ok(pragma("freelist_count")? * pragma("page_size")?)
    }

    /// Removes some of what the hub has, for `need` bytes. Returns whether there was anything.
    fn forget_released(&mut self, need: u64) -> Result<bool, SpoolError> {
        for (first, last) in self.spool.released.iter() {
            let mut statement = self.spool.connection.prepare_cached(
                "SELECT seq, length(payload) FROM batch WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq LIMIT ?3",
            )?;
            let rows = statement.query_map([first, last, ROWS], |row| {
                Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
            })?;
            let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            let mut freed = 0;
            let enough = rows.iter().position(|(_, size)| {
                freed += size;
                freed >= need
            });
            if let Some(enough) = enough {
                rows.truncate(enough + 1);
            }
            if let (Some((first, _)), Some((last, _))) = (rows.first(), rows.last()) {
                self.remove(*first, *last)?;
                self.shrink(rows.iter().map(|(_, size)| size).sum());
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Thins the oldest hour that can be. Returns whether it has got on.
    fn thin(&mut self) -> Result<bool, SpoolError> {
        let connection = &self.spool.connection;
        let mut statement = connection.prepare_cached(
            "SELECT seq, coalesce(first, seq), payload FROM batch WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3",
        )?;
        let last_seq = self.spool.stats.last_seq;
        let mut rows = statement.query([self.thinned_to, last_seq, HOUR_ROWS])?;
        let mut hour = None;
        let mut taken = Taken::default();
        let mut kept: BTreeMap<(Series, i64), Reading> = BTreeMap::new();
        let mut got_on = false;
        while let Some(row) = rows.next()? {
            let seq: u64 = row.get(0)?;
            got_on = true;
            let stands = self.spool.released.contains(seq) || self.spool.held.contains(seq);
            let payload: Vec<u8> = row.get(2)?;
            // One that cannot be read is found when it is to be sent.
            let batch = if stands { None } else { decode(&payload).ok() };
            let begins = batch.as_ref().and_then(|b| b.readings.first()).map(hour_of);
            let same = batch.is_some() && (hour.is_none() || begins.is_none() || begins == hour);
            if !same && taken.rows > 0 {
                break;
            }
            let Some(batch) = batch else {
                self.thinned_to = seq;
                continue;
            };
            hour = hour.or(begins);
            taken.add(seq, row.get(1)?, payload.len() as u64, &batch);
            for reading in batch.readings {
                let slot = (reading.series.clone(), hour_of(&reading));
                let better =
                    reading.flag.counts() || kept.get(&slot).is_none_or(|k| !k.flag.counts());
                if better {
                    kept.insert(slot, reading);
                }
            }
            taken.clock = batch.clock;
        }
        drop(rows);
        drop(statement);
        if taken.rows == 0 {
            return Ok(got_on);
        }
        self.thinned_to = taken.last;
        let mut kept: Vec<Reading> = kept.into_values().collect();
        kept.sort_by_key(|reading| reading.observed_at);
        let lost = taken.readings - kept.len() as u64;
        if lost == 0 {
            return Ok(true);
        }
        let remains = taken.remains(lost, LostTo::Thinned);
        let batch = Batch {
            gateway: self.spool.gateway.clone(),
            epoch: self.spool.stats.epoch,
            seq: taken.last,
            clock: taken.clock,
            remains: Some(remains),
            readings: kept,
        };
        let message = batch.to_bytes();
        if message.len() > MESSAGE_SIZE_MAX {
            return Ok(true);
        }
        self.replace(&taken, remains.first, batch.readings.len() as u64, &smaller(message))?;
        self.stats.thinned_readings += lost;
        Ok(true)
    }

    /// Drops the oldest that the hub does not have, for `need` bytes. Returns whether anything could be given up.
    fn drop_oldest(&mut self, need: u64) -> Result<bool, SpoolError> {
        let mut statement = self.spool.connection.prepare_cached(
            "SELECT seq, coalesce(first, seq), readings, payload FROM batch WHERE seq <= ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = statement.query([self.spool.stats.last_seq, ROWS])?;
        let mut taken = Taken::default();
        // Of one row alone nothing may be left to give up: it may be what stands for those dropped before.
        while taken.rows < 2 || taken.bytes < need {
            let Some(row) = rows.next()? else { break };
            let seq: u64 = row.get(0)?;
            let payload: Vec<u8> = row.get(3)?;
            match decode(&payload) {
                Ok(batch) => taken.add(seq, row.get(1)?, payload.len() as u64, &batch),
                Err(_) => taken.add_unread(seq, row.get(1)?, payload.len() as u64, row.get(2)?),
            }
        }
        drop(rows);
        drop(statement);
        if taken.rows < 2 && taken.readings == 0 {
            return Ok(false);
        }
        let remains = taken.remains(taken.readings, LostTo::Full);
        let message = self.spool.only_remains(taken.last, remains);
        self.spool
            .connection
            .execute("DELETE FROM held WHERE seq BETWEEN ?1 AND ?2", [taken.first, taken.last])?;
        self.stats.held =
            self.spool.connection.query_row("SELECT count(*) FROM held", [], |row| row.get(0))?;
        self.replace(&taken, remains.first, 0, &message)?;
        self.stats.dropped_readings += taken.readings;
        self.thinned_to = self.thinned_to.max(taken.last);
        Ok(true)
    }

    /// One row in the place of those taken.
    fn replace(
        &mut self,
        taken: &Taken,
        first: u64,
        readings: u64,
        message: &[u8],
    ) -> Result<(), SpoolError> {
        self.remove(taken.first_row, taken.last)?;
        self.spool
            .connection
            .prepare_cached(
                "INSERT INTO batch (seq, first, readings, payload) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![taken.last, first, readings, message])?;
        self.shrink(taken.bytes);
        self.stats.bytes += message.len() as u64;
        self.stats.batches = (self.stats.batches + 1).saturating_sub(taken.rows);
        self.stats.readings = (self.stats.readings + readings).saturating_sub(taken.readings);
        Ok(())
    }

    fn remove(&self, first: u64, last: u64) -> Result<(), SpoolError> {
        self.spool
            .connection
            .prepare_cached("DELETE FROM batch WHERE seq BETWEEN ?1 AND ?2")?
            .execute([first, last])?;
        Ok(())
    }

    fn shrink(&mut self, bytes: u64) {
        self.stats.bytes = self.stats.bytes.saturating_sub(bytes);
    }
}

/// Rows that one takes the place of.
#[derive(Default)]
struct Taken {
    rows: u64,
    first_row: u64,
    first: u64,
    last: u64,
    readings: u64,
    bytes: u64,
    earlier: Option<Remains>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    clock: Option<crate::wire::Timebase>,
}

impl Taken {
    fn add(&mut self, seq: u64, first: u64, bytes: u64, batch: &Batch) {
        self.add_unread(seq, first, bytes, batch.readings.len() as u64);
        for reading in &batch.readings {
            let at = reading.observed_at;
            self.from = Some(self.from.map_or(at, |from| from.min(at)));
            self.to = Some(self.to.map_or(at, |to| to.max(at)));
        }
        if let Some(remains) = batch.remains {
            self.earlier = Some(self.earlier.map_or(remains, |earlier| earlier.and(remains)));
        }
    }

    fn add_unread(&mut self, seq: u64, first: u64, bytes: u64, readings: u64) {
        if self.rows == 0 {
            self.first_row = seq;
            self.first = first;
        }
        self.last = seq;
        self.rows += 1;
        self.bytes += bytes;
        self.readings += readings;
    }

    /// The record of them, where `lost` of their readings are gone.
    fn remains(&self, lost: u64, why: LostTo) -> Remains {
        let earlier = self.earlier;
        let known =
            |at: Option<Timestamp>, earlier: Option<Timestamp>| at.or(earlier).unwrap_or_default();
        let now = Remains {
            first: self.first,
            lost: Some(lost),
            from: known(self.from, earlier.map(|e| e.from)),
            to: known(self.to, earlier.map(|e| e.to)),
            why,
        };
        earlier.map_or(now, |earlier| earlier.and(now))
    }
}

fn hour_of(reading: &Reading) -> i64 {
    reading.observed_at.as_millisecond().div_euclid(HOUR_MS)
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
