//! Batches as messages: how they are made, kept in the file, and what takes the place of one that cannot be read.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Spool, SpoolError, SpooledBatch};
use crate::core::Reading;
use crate::wire::{Batch, LostTo, MESSAGE_SIZE_MAX, Remains, Timebase, WireError, packed};

/// A message from this size on is compressed in the file. Smaller ones fit on a page many times.
const COMPRESS_FROM: usize = 256;

impl Spool {
    /// The batches that carry `readings`, numbered on from the next number. Always one at least. A message that no broker and no
    /// hub takes would stand in the way of all that come after it.
    pub(super) fn encode(&mut self, readings: &[Reading], clock: Timebase) -> Vec<SpooledBatch> {
        let mut batches: Vec<SpooledBatch> = Vec::new();
        let mut rest = vec![readings];
        while let Some(readings) = rest.pop() {
            let count = readings.len();
            let seq = self.stats.last_seq + 1 + batches.len() as u64;
            let mut batch = Batch {
                gateway: self.gateway.clone(),
                epoch: self.stats.epoch,
                seq,
                clock: Some(clock),
                remains: self.lost.filter(|_| batches.is_empty()),
                readings: Vec::new(),
            };
            if let Some(remains) = &mut batch.remains {
                remains.first = seq;
            }
            let message = batch.carrying(readings);
            if message.len() <= MESSAGE_SIZE_MAX || count < 2 {
                batches.push(SpooledBatch {
                    seq,
                    readings: count as u64,
                    message: if message.len() < COMPRESS_FROM {
                        message
                    } else {
                        self.compressor.compress(&message)
                    },
                });
                continue;
            }
            let (first, second) = readings.split_at(count / 2);
            rest.push(second);
            rest.push(first);
        }
        batches
    }

    /// A batch cannot be read any more: what is left of it is the word of that.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn spoilt(&mut self, seq: u64, now: Timestamp) -> Result<(), SpoolError> {
        let row = self.connection.query_row(
            "SELECT coalesce(first, seq), readings, length(payload) FROM batch WHERE seq = ?1",
            [seq],
            |row| Ok((row.get(0)?, row.get::<_, u64>(1)?, row.get::<_, u64>(2)?)),
        );
        let Some((first, readings, size)) = row.optional()? else {
            return Ok(());
        };
        let remains = Remains { first, lost: Some(readings), ..spoilt(now) };
        let batch = self.only_remains(seq, remains);
        let transaction = self.connection.unchecked_transaction()?;
        self.connection
            .prepare_cached(
                "UPDATE batch SET first = ?2, readings = 0, payload = ?3 WHERE seq = ?1",
            )?
            .execute(params![seq, first, batch])?;
        transaction.commit()?;
        self.stats.readings -= readings;
        self.stats.dropped_readings += readings;
        self.stats.bytes = self.stats.bytes.saturating_sub(size) + batch.len() as u64;
        self.stats.rewinds += 1;
        Ok(())
    }

    /// A batch that carries nothing but a record of what is lost.
    pub(super) fn only_remains(&self, seq: u64, remains: Remains) -> Vec<u8> {
        let batch = Batch {
            gateway: self.gateway.clone(),
            epoch: self.stats.epoch,
            seq,
            clock: None,
            remains: Some(remains),
            readings: Vec::new(),
        };
        smaller(batch.to_bytes())
    }
}

/// The record of a file that could not be read any more.
pub(super) fn spoilt(now: Timestamp) -> Remains {
    Remains { first: 1, lost: None, from: now, to: now, why: LostTo::Spoilt }
}

/// A batch as the file holds it.
pub(super) fn decode(message: &[u8]) -> Result<Batch, WireError> {
    Batch::from_bytes(&packed::plain(message)?)
}

/// A message as the file keeps it.
pub(super) fn smaller(message: Vec<u8>) -> Vec<u8> {
    if message.len() < COMPRESS_FROM { message } else { packed::compress(&message) }
}
