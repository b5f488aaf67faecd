//! Beginning a new epoch, where another life of the spool has used this one's numbers.

use jiff::Timestamp;
use rusqlite::params;

use super::handed::Handed;
use super::message::{damaged, decode, loss_only, stored};
use super::queue::{Spool, SpoolStats, noted};
use super::schema::SpoolError;
use crate::support::random;
use crate::wire::{Epoch, LossRecord, RangeSet};

/// Batches that are renumbered together: few enough to be held in memory.
const ROWS: u64 = 64;

/// A batch as the file has it.
struct Row {
    seq: u64,
    /// The first number that its loss record covers.
    first: Option<u64>,
    readings: u64,
    payload: Vec<u8>,
}

impl Spool {
    /// Begins a new epoch: what waits gets the numbers from 1 on, in order, and is sent again. What was released is
    /// deleted from the file: under the new epoch it would be sent again, too. Where the hub has said that it has these
    /// numbers and no others, released ones that it lacks wait again instead. A power cut leaves either the old epoch
    /// or the new one.
    ///
    /// # Errors
    /// The file cannot be written; nothing has changed.
    pub fn renew(&mut self, now: Timestamp, hub_has: Option<&RangeSet>) -> Result<(), SpoolError> {
        let epoch = Epoch(random::bits());
        let transaction = self.connection.unchecked_transaction()?;
        for (first, last) in self.released.iter() {
            let all = [(first, last)].into_iter().collect();
            for (from, to) in hub_has.unwrap_or(&all).iter() {
                let both = [from.max(first), to.min(last)];
                if both[0] <= both[1] {
                    transaction.execute("DELETE FROM batch WHERE seq BETWEEN ?1 AND ?2", both)?;
                }
            }
        }
        let mut places = self.views.places.clone();
        places.iter_mut().for_each(|place| place.cursor = 0);
        let mut stats = SpoolStats {
            epoch,
            batches: 0,
            readings: 0,
            last_seq: 0,
            bytes: 0,
            rewinds: self.stats.rewinds + 1,
            renewed_at: noted(now.as_millisecond()),
            ..self.stats
        };
        let mut after = 0;
        loop {
            let rows = self.rows_after(after)?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for row in &rows {
                self.renumber(row, &mut stats, now)?;
                for (old, new) in self.views.places.iter().zip(&mut places) {
                    if row.seq <= old.cursor {
                        new.cursor = stats.last_seq;
                    }
                }
            }
        }
        transaction.execute("DELETE FROM released", [])?;
        transaction.execute("DELETE FROM handed", [])?;
        transaction.execute(
            "UPDATE life SET epoch = ?1, next_seq = ?2, bytes = ?3, dropped = ?4, may_to = 0, renewed_ms = ?5",
            params![
                epoch.0 as i64,
                stats.last_seq + 1,
                stats.bytes,
                stats.dropped_readings,
                now.as_millisecond()
            ],
        )?;
        for place in &mut places {
            let (_, readings) = self.count(place.cursor + 1, stats.last_seq)?;
            place.replaced(place.backlog, readings);
        }
        if !places.is_empty() {
            self.write_views(&places, epoch)?;
        }
        // Read before the commit: after it nothing may fail.
        let held = self.read_held()?;
        transaction.commit()?;
        stats.held = held.len();
        self.views.set(places);
        self.views.saved();
        (self.stats, self.held) = (stats, held);
        self.released = RangeSet::default();
        self.handed = Handed::new(RangeSet::default(), 0, 0, true);
        (self.unsaved, self.thinned_to) = (0, 0);
        Ok(())
    }

    fn rows_after(&self, after: u64) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, first, readings, payload FROM batch WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let rows = statement.query_map([after, ROWS], |row| {
            Ok(Row {
                seq: row.get(0)?,
                first: row.get(1)?,
                readings: row.get(2)?,
                payload: row.get(3)?,
            })
        })?;
        rows.collect()
    }

    /// Gives a batch the next number of the new epoch, which is free: it is at most its old one, and all that had lower
    /// ones have moved. A record of a loss covers its own number alone: nobody waits for those between.
    fn renumber(&self, row: &Row, stats: &mut SpoolStats, now: Timestamp) -> rusqlite::Result<()> {
        let seq = stats.last_seq + 1;
        let (message, readings) = match decode(&row.payload) {
            Ok(mut batch) => {
                (batch.epoch, batch.seq) = (stats.epoch, seq);
                batch.loss = batch.loss.map(|loss| LossRecord { first: seq, ..loss });
                (stored(batch.to_bytes()), row.readings)
            }
            Err(_) => {
                let loss = LossRecord { first: seq, lost: Some(row.readings), ..damaged(now) };
                stats.dropped_readings += row.readings;
                (loss_only(&self.gateway, stats.epoch, seq, loss), 0)
            }
        };
        self.connection
            .prepare_cached(
                "UPDATE batch SET seq = ?2, first = ?3, readings = ?4, payload = ?5 WHERE seq = ?1",
            )?
            .execute(params![row.seq, seq, row.first.map(|_| seq), readings, message])?;
        self.connection
            .prepare_cached("UPDATE held SET seq = ?2 WHERE seq = ?1")?
            .execute([row.seq, seq])?;
        stats.last_seq = seq;
        stats.batches += 1;
        stats.readings += readings;
        stats.bytes += message.len() as u64;
        Ok(())
    }
}
