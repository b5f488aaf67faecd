//! Appending: readings become batches, in one transaction with the space that has to be reclaimed for them.

use rusqlite::params;

use super::message::COMPRESS_FROM;
use super::queue::{Spool, SpooledBatch};
use super::reclaim::Reclaim;
use super::schema::SpoolError;
use crate::core::Reading;
use crate::wire::{Batch, LossRecord, MESSAGE_SIZE_MAX, READINGS_MAX, Timebase};

/// Released batches after which an append saves the state. After a power cut, the rest is sent again and counted once.
const SAVE_AFTER: u64 = 256;

impl Spool {
    /// Stores `readings`, whose times are by `clock`, as one batch, or as several if one message would be too large.
    /// Returns the batches that may be sent. Once this returns, a power cut does not lose them.
    ///
    /// # Errors
    /// Nothing is stored then, and no number is used.
    pub fn append(
        &mut self,
        mut readings: Vec<Reading>,
        mut clock: Timebase,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        self.append_corrected(&mut readings, &mut clock)
    }

    /// Like [`Self::append`], for a retry after an error. Corrects their times, and `clock`, if it has become good.
    /// Where the disk is full it makes room with what the hub has, and tries once more.
    pub(super) fn append_corrected(
        &mut self,
        readings: &mut [Reading],
        clock: &mut Timebase,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        match self.try_append(readings, clock, false) {
            Err(error) if error.is_full(&self.path) && self.make_space() => {
                self.try_append(readings, clock, true)
            }
            tried => tried,
        }
    }

    /// With `full`, the disk has just had no space for it.
    fn try_append(
        &mut self,
        readings: &mut [Reading],
        clock: &mut Timebase,
        full: bool,
    ) -> Result<Vec<SpooledBatch>, SpoolError> {
        self.correct_new(readings, clock);
        let held = clock.provisional && self.holding;
        let batches = self.encode(readings, *clock);
        let size: u64 = batches.iter().map(|batch| batch.message.len() as u64).sum();
        let mut stats = self.stats;
        let low = self.disk_is_low();
        let transaction = self.connection.unchecked_transaction()?;
        let mut places = self.views.places.clone();
        let thinned_to = if full || low || stats.bytes + size > self.limits.size_max {
            let mut reclaim = Reclaim::new(self, stats, low);
            if full {
                reclaim.free_released(size)?;
            }
            reclaim.free(size)?;
            stats = reclaim.stats;
            places = reclaim.places;
            Some(reclaim.thinned_to)
        } else {
            None
        };
        for batch in &batches {
            let reports_loss = self.loss.is_some() && batch.seq == self.stats.last_seq + 1;
            self.insert(batch, reports_loss.then_some(batch.seq))?;
            if held {
                self.connection
                    .prepare_cached("INSERT INTO held (seq, boot) VALUES (?1, ?2)")?
                    .execute(params![batch.seq, clock.boot.0])?;
            }
            stats.last_seq = batch.seq;
            stats.batches += 1;
            stats.readings += batch.readings;
            stats.held += u64::from(held);
            stats.bytes += batch.message.len() as u64;
            places.iter_mut().for_each(|place| place.replaced(0, batch.readings));
        }
        let saves = thinned_to.is_some() || self.unsaved >= SAVE_AFTER;
        let marks = self.handed.mark_is_due();
        let saves_views = self.views.are_saved_with(&places, thinned_to.is_some(), full);
        if saves {
            self.write_state(&stats)?;
        }
        if marks {
            self.write_handed()?;
        }
        if saves_views {
            self.write_views(&places, stats.epoch)?;
        }
        // Read before the commit: after it nothing may fail, since the readings are stored.
        let held_now = thinned_to.map(|_| self.read_held()).transpose()?;
        transaction.commit()?;
        if saves {
            self.unsaved = 0;
        }
        if marks {
            self.handed.saved();
        }
        if held {
            self.held.insert_range(self.stats.last_seq + 1, stats.last_seq);
        }
        if let (Some(thinned_to), Some(held_now)) = (thinned_to, held_now) {
            (self.thinned_to, self.held) = (thinned_to, held_now);
        }
        self.views.set(places);
        if saves_views {
            self.views.saved();
        }
        self.stats = stats;
        self.loss = None;
        // Where it cannot be read now, more than the bound waits until the next append.
        let _later = self.pass_over();
        if full || low {
            // What lies in the log takes space twice. The batches are stored, whether it can be folded back or not.
            let _later = self.fold_log();
        }
        Ok(if held { Vec::new() } else { batches })
    }

    /// Inserts the row of a batch; `first` is the first number that its loss record covers.
    pub(super) fn insert(&self, batch: &SpooledBatch, first: Option<u64>) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO batch (seq, first, readings, payload) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![batch.seq, first, batch.readings, batch.message])?;
        Ok(())
    }

    /// The batches that carry `readings`, numbered from the next number on, one at least. None is larger than a broker
    /// and a hub accept: such a message would block all that come after it.
    fn encode(&mut self, readings: &[Reading], clock: Timebase) -> Vec<SpooledBatch> {
        let mut batches: Vec<SpooledBatch> = Vec::new();
        let mut rest = vec![readings];
        while let Some(readings) = rest.pop() {
            let seq = self.stats.last_seq + 1 + batches.len() as u64;
            let loss = self.loss.filter(|_| batches.is_empty());
            let batch = Batch {
                gateway: self.gateway.clone(),
                epoch: self.stats.epoch,
                seq,
                clock: Some(clock),
                loss: loss.map(|loss| LossRecord { first: seq, ..loss }),
                readings: Vec::new(),
            };
            let message = self.encoder.encode(&batch, readings);
            let too_large = message.len() > MESSAGE_SIZE_MAX || readings.len() > READINGS_MAX;
            if too_large && readings.len() > 1 {
                let (first, second) = readings.split_at(readings.len() / 2);
                rest.extend([second, first]);
                continue;
            }
            let (message, plain) = match message.len() < COMPRESS_FROM {
                true => (message, None),
                false => (self.compressor.compress(&message), Some(message)),
            };
            let plain = plain.filter(|_| self.keeps_plain);
            let readings = readings.len() as u64;
            batches.push(SpooledBatch { seq, readings, message, plain });
        }
        batches
    }
}
