//! What the hub has committed, and what it has lost again.

use super::queue::Spool;
use super::schema::SpoolError;
use crate::wire::{Epoch, RangeSet};

impl Spool {
    /// Notes that `seq` of `epoch` has been handed to a broker. The file learns of it with the next releases: after a
    /// power cut the mark may be lower, and what lies above it is sent once more.
    pub fn hand_over(&mut self, epoch: Epoch, seq: u64) {
        if epoch == self.stats.epoch {
            self.handed_to = self.handed_to.max(seq.min(self.stats.last_seq));
        }
    }

    /// Marks as released what the hub has `committed`. Numbers of another epoch, those already released, and those
    /// that were never handed over change nothing: a spool restored from an older copy gives numbers again that the
    /// hub has from before, and an acknowledgement of those says nothing of the new batches. With `heal`, released
    /// batches below the last committed number that are not among the committed ones wait again, if they are still in
    /// the file: the hub has lost them.
    ///
    /// # Errors
    /// The file cannot be read; what has not been released yet stays so.
    pub fn release(
        &mut self,
        epoch: Epoch,
        committed: &RangeSet,
        heal: bool,
    ) -> Result<(), SpoolError> {
        if epoch != self.stats.epoch {
            return Ok(());
        }
        let handed_to = self.handed_far_enough_for(committed)?;
        for (first, last) in committed.iter() {
            let last = last.min(handed_to);
            let mut from = first.max(1);
            while let Some((first, last)) = self.released.next_gap(from, last) {
                let (batches, readings) = self.count(first, last)?;
                self.released.insert_range(first, last);
                self.stats.batches -= batches;
                self.stats.readings -= readings;
                self.unsaved += batches;
                from = last + 1;
            }
        }
        if heal {
            for (first, last) in committed.gaps(1) {
                self.unrelease(first, last)?;
            }
        }
        Ok(())
    }

    /// Up to where `committed` may release. An export may have raised the mark in the file meanwhile.
    fn handed_far_enough_for(&mut self, committed: &RangeSet) -> Result<u64, SpoolError> {
        let wanted = committed.last().unwrap_or(0).min(self.stats.last_seq);
        if wanted > self.handed_to {
            let saved: u64 =
                self.connection.query_row("SELECT handed_to FROM life", [], |row| row.get(0))?;
            self.hand_over(self.stats.epoch, saved);
        }
        Ok(self.handed_to)
    }

    /// Lets released batches of `first..=last` that are still in the file wait again.
    fn unrelease(&mut self, first: u64, last: u64) -> Result<(), SpoolError> {
        let ranges: Vec<_> =
            self.released.iter().map(|(f, l)| (f.max(first), l.min(last))).collect();
        for (first, last) in ranges.into_iter().filter(|(first, last)| first <= last) {
            let oldest: Option<u64> = self.connection.query_row(
                "SELECT min(seq) FROM batch WHERE seq BETWEEN ?1 AND ?2",
                [first, last],
                |row| row.get(0),
            )?;
            let Some(oldest) = oldest else { continue };
            let (batches, readings) = self.count(oldest, last)?;
            self.released.remove_range(oldest, last);
            self.stats.batches += batches;
            self.stats.readings += readings;
            self.stats.rewinds += 1;
            self.unsaved += batches;
            self.thinned_to = self.thinned_to.min(oldest - 1);
        }
        Ok(())
    }
}
