//! What the hub has committed, and what it has lost again.

use super::queue::Spool;
use super::schema::SpoolError;
use crate::wire::{Epoch, RangeSet};

impl Spool {
    /// Marks as released what the hub has `committed`. Numbers of another epoch, and those already released, change
    /// nothing. With `heal`, released batches below the last committed number that are not among the committed ones
    /// wait again, if they are still in the file: the hub has lost them.
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
        for (first, last) in committed.iter() {
            // A number that does not exist yet cannot have been committed.
            let last = last.min(self.stats.last_seq);
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
