//! Provisional times: readings made before the clock was known to be right wait, and get their true times when it is.

use rusqlite::params;

use super::message::{decode, smaller};
use super::{Spool, SpoolError};
use crate::core::{Flag, Reading, Reason};
use crate::wire::{Batch, BootId, Timebase};

/// Batches that are written anew in one transaction: bounded in the log, and few enough that appends do not wait long.
const AT_ONCE: usize = 256;

impl Spool {
    /// What of new readings can be said now: their true times where this run's clock has become good meanwhile; a doubt where
    /// nobody waits for it any more.
    pub(super) fn settle(&mut self, readings: &mut [Reading], clock: &mut Timebase) {
        if !clock.provisional {
            self.clock = Some(*clock);
            let newest = readings.iter().map(|r| r.observed_at.as_millisecond());
            self.known_ms = self.known_ms.max(newest.max().unwrap_or_default());
        } else if let Some(good) = self.clock.filter(|good| good.boot == clock.boot) {
            for reading in readings {
                shift(reading, *clock, good);
            }
            *clock = good;
        } else if !self.holding {
            readings.iter_mut().for_each(doubt);
        }
    }

    /// The clock is known to be good: the batches of its run of the machine get their true times and may be sent. Each does so
    /// once: what has been sent is not touched.
    ///
    /// # Errors
    /// The file cannot be written; what has not been written anew is still held.
    pub fn time_is_known(&mut self, good: Timebase) -> Result<(), SpoolError> {
        self.clock = Some(good);
        self.holding = true;
        self.rewrite_held(good.boot, |batch| {
            if let Some(clock) = batch.clock.replace(good) {
                batch.readings.iter_mut().for_each(|reading| shift(reading, clock, good));
            }
        })
    }

    /// Nobody waits for the time any more: what is held may be sent as it is, as suspect. Without `of_this_run` only the batches of
    /// earlier runs of the machine, of whose time nothing more will be known.
    ///
    /// # Errors
    /// As [`Self::time_is_known`].
    pub fn time_stays_unknown(
        &mut self,
        this_run: BootId,
        of_this_run: bool,
    ) -> Result<(), SpoolError> {
        if of_this_run {
            self.holding = false;
        }
        let doubted = |batch: &mut Batch| batch.readings.iter_mut().for_each(doubt);
        let boots = {
            let mut boots = self.connection.prepare("SELECT DISTINCT boot FROM held")?;
            let boots = boots.query_map([], |row| Ok(BootId(row.get(0)?)))?;
            boots.collect::<rusqlite::Result<Vec<_>>>()?
        };
        for boot in boots {
            if of_this_run || boot != this_run {
                self.rewrite_held(boot, doubted)?;
            }
        }
        Ok(())
    }

    fn rewrite_held(
        &mut self,
        boot: BootId,
        change: impl Fn(&mut Batch),
    ) -> Result<(), SpoolError> {
        loop {
            let held = {
                let mut held = self.connection.prepare_cached(
                    "SELECT seq, payload FROM batch WHERE seq IN (SELECT seq FROM held WHERE boot = ?1 ORDER BY seq LIMIT ?2)",
                )?;
                let rows = held.query_map(params![boot.0, AT_ONCE], |row| {
                    Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?))
                })?;
                rows.collect::<rusqlite::Result<Vec<_>>>()?
            };
            if held.is_empty() {
                return Ok(());
            }
            let mut bytes = self.stats.bytes;
            let transaction = self.connection.unchecked_transaction()?;
            for (seq, payload) in &held {
                // One that cannot be read is found when it is to be sent.
                if let Ok(mut batch) = decode(payload) {
                    change(&mut batch);
                    let message = smaller(batch.to_bytes());
                    self.connection
                        .prepare_cached("UPDATE batch SET payload = ?2 WHERE seq = ?1")?
                        .execute(params![seq, message])?;
                    bytes = bytes.saturating_sub(payload.len() as u64) + message.len() as u64;
                }
                self.connection
                    .prepare_cached("DELETE FROM held WHERE seq = ?1")?
                    .execute([seq])?;
            }
            transaction.commit()?;
            for (seq, _) in &held {
                self.held.remove_range(*seq, *seq);
            }
            self.stats.bytes = bytes;
            self.stats.held = self.held.len();
            self.stats.rewinds += 1;
        }
    }
}

/// The same instant by another clock of the same run.
fn shift(reading: &mut Reading, from: Timebase, to: Timebase) {
    let by = jiff::SignedDuration::from_millis(to.zero.saturating_sub(from.zero));
    if let Ok(at) = reading.observed_at.checked_add(by) {
        reading.observed_at = at;
    }
}

/// A value whose time nobody vouches for.
fn doubt(reading: &mut Reading) {
    if reading.flag == Flag::Good {
        reading.flag = Flag::Suspect;
        reading.reason = Some(Reason::Clock);
    }
}

#[cfg(test)]
#[path = "times_tests.rs"]
mod tests;
