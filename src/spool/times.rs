//! Provisional times: readings taken before the clock is known to be right wait for their true times.

use rusqlite::params;

use super::message::{decode, stored};
use super::queue::Spool;
use super::schema::SpoolError;
use crate::core::{Flag, Reading, Reason};
use crate::wire::{Batch, BootId, Timebase};

/// Batches rewritten in one transaction: few enough to bound the log and not to delay appends.
const REWRITE_MAX: usize = 256;

impl Spool {
    /// Corrects the times of new readings if their boot's clock is good by now; doubts them if nothing is held now.
    pub(super) fn correct_new(&mut self, readings: &mut [Reading], clock: &mut Timebase) {
        if !clock.provisional {
            self.clock = Some(*clock);
            let newest = readings.iter().map(|r| r.observed_at.as_millisecond()).max();
            self.known_ms = newest.unwrap_or(0).max(self.known_ms);
        } else if let Some(good) = self.clock.filter(|good| good.boot == clock.boot) {
            readings.iter_mut().for_each(|reading| shift(reading, *clock, good));
            *clock = good;
        } else if !self.holding {
            readings.iter_mut().for_each(doubt);
        }
    }

    /// The clock is known to be good: held batches of its boot get their true times and may be sent. Each batch is
    /// corrected once; what has been sent is not touched.
    ///
    /// # Errors
    /// The file cannot be written; what has not been rewritten yet is still held.
    pub fn correct_held(&mut self, good: Timebase) -> Result<(), SpoolError> {
        self.clock = Some(good);
        self.holding = true;
        self.rewrite_held(good.boot, |batch| {
            if let Some(clock) = batch.clock.replace(good) {
                batch.readings.iter_mut().for_each(|reading| shift(reading, clock, good));
            }
        })
    }

    /// Stops waiting for the clock: held batches may be sent, flagged as suspect. Without `of_this_boot` this concerns
    /// only batches of earlier boots, whose true time can no longer become known.
    pub fn stop_holding(
        &mut self,
        this_boot: BootId,
        of_this_boot: bool,
    ) -> Result<(), SpoolError> {
        if of_this_boot {
            self.holding = false;
        }
        let mut statement = self.connection.prepare("SELECT DISTINCT boot FROM held")?;
        let boots = statement.query_map([], |row| Ok(BootId(row.get(0)?)))?;
        let boots = boots.collect::<rusqlite::Result<Vec<_>>>()?;
        drop(statement);
        for boot in boots.into_iter().filter(|boot| of_this_boot || *boot != this_boot) {
            self.rewrite_held(boot, |batch| batch.readings.iter_mut().for_each(doubt))?;
        }
        Ok(())
    }

    fn rewrite_held(
        &mut self,
        boot: BootId,
        change: impl Fn(&mut Batch),
    ) -> Result<(), SpoolError> {
        loop {
            let held = self.held_of(boot)?;
            if held.is_empty() {
                return Ok(());
            }
            let mut bytes = self.stats.bytes;
            let transaction = self.connection.unchecked_transaction()?;
            for (seq, payload) in &held {
                // A batch that cannot be read is dealt with when it is to be sent.
                if let Ok(mut batch) = decode(payload) {
                    change(&mut batch);
                    let message = stored(batch.to_bytes());
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

    /// The next held batches of a boot, with their payload.
    fn held_of(&self, boot: BootId) -> rusqlite::Result<Vec<(u64, Vec<u8>)>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, payload FROM batch WHERE seq IN (SELECT seq FROM held WHERE boot = ?1 ORDER BY seq LIMIT ?2)",
        )?;
        let rows = statement
            .query_map(params![boot.0, REWRITE_MAX], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    }
}

/// Gives the same instant as another clock of the same boot shows it.
fn shift(reading: &mut Reading, from: Timebase, to: Timebase) {
    let by = jiff::SignedDuration::from_millis(to.zero.saturating_sub(from.zero));
    if let Ok(at) = reading.observed_at.checked_add(by) {
        reading.observed_at = at;
    }
}

/// Flags a good reading whose time nobody vouches for.
fn doubt(reading: &mut Reading) {
    if reading.flag == Flag::Good {
        reading.flag = Flag::Suspect;
        reading.reason = Some(Reason::Clock);
    }
}

#[cfg(test)]
#[path = "times_tests.rs"]
mod tests;
