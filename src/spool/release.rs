//! What the hub has, and what it has lost again.

use super::queue::count;
use super::{Spool, SpoolError};
use crate::wire::{Epoch, RangeSet};

impl Spool {
    /// The hub has `committed` of `epoch`. Those of another epoch, and those already released, change nothing. With `heal`,
    /// what was released and is not among them, though later ones are, waits again where it is still in the file: the hub has
    /// lost it.
    ///
    /// # Errors
    /// The file cannot be read; nothing is released then.
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
            // What is not yet there cannot have been committed.
            let last = last.min(self.stats.last_seq);
            let mut from = first.max(1);
            while let Some((first, last)) = self.released.next_gap(from, last) {
                let (batches, readings) = count(&self.connection, first, last)?;
                self.released.insert_range(first, last);
                self.stats.batches -= batches;
                self.stats.readings -= readings;
                self.unnoted += batches;
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

    /// Lets wait again what of `first..=last` was released and is still there.
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
            let (batches, readings) = count(&self.connection, oldest, last)?;
            self.released.remove_range(oldest, last);
            self.stats.batches += batches;
            self.stats.readings += readings;
            self.stats.rewinds += 1;
            self.unnoted += batches;
            self.thinned_to = self.thinned_to.min(oldest - 1);
        }
        Ok(())
    }
}
