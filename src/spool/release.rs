//! What the hub has committed, and what it has lost again.

use super::queue::Spool;
use super::schema::SpoolError;
use crate::wire::{Epoch, RangeSet};

impl Spool {
    /// Marks as released what the hub has `committed`, as far as it has been handed over in this file's life. Numbers
    /// of another epoch and those already released change nothing. With `heal`, released batches below the last
    /// committed number that are not among the committed ones wait again, if they are still in the file: the hub has
    /// lost them.
    ///
    /// Where the hub names a batch that cannot have left this file, it has the number from another life of this spool:
    /// the file was restored from an older image, or copied. Then nothing is released, and the highest such number is
    /// returned: see [`Self::renew`].
    ///
    /// A record of loss that took a number while its batch was under way waits until it has been sent itself, unless
    /// the hub has all that it stands for.
    ///
    /// # Errors
    /// The file cannot be read; what has not been released yet stays so.
    pub fn release(
        &mut self,
        epoch: Epoch,
        committed: &RangeSet,
        heal: bool,
    ) -> Result<Option<u64>, SpoolError> {
        if epoch != self.stats.epoch {
            return Ok(None);
        }
        if self.foreign(committed)?.is_some() {
            // Perhaps it was exported meanwhile.
            self.read_handed()?;
            let foreign = self.foreign(committed)?;
            if foreign.is_some() {
                return Ok(foreign);
            }
        }
        self.handed.heard = true;
        for seq in self.superseded(committed)? {
            self.handed.send_again(seq);
            self.stats.rewinds += 1;
        }
        for (first, last) in committed.iter() {
            self.release_range(first.max(1), last)?;
        }
        if heal {
            for (first, last) in committed.gaps(1) {
                self.unrelease(first, last)?;
            }
        }
        Ok(None)
    }

    /// The numbers among `committed` of records of loss that were handed over, where the hub lacks some of what they
    /// stand for. Then it has the batch that had the number before.
    fn superseded(&self, committed: &RangeSet) -> rusqlite::Result<Vec<u64>> {
        let mut found = Vec::new();
        for (first, last) in committed.iter() {
            let mut from = first.max(1);
            while let Some((first, last)) = self.released.next_gap(from, last) {
                let mut statement = self.connection.prepare_cached(
                    "SELECT first, seq FROM batch WHERE seq BETWEEN ?1 AND ?2 AND first < seq",
                )?;
                let records =
                    statement.query_map([first, last], |row| Ok((row.get(0)?, row.get(1)?)))?;
                for record in records {
                    let (first, seq) = record?;
                    if self.handed.sure.contains(seq) && !self.has_all(committed, first, seq) {
                        found.push(seq);
                    }
                }
                from = last + 1;
            }
        }
        Ok(found)
    }

    /// Whether the hub has all of `first..=last`: they are `committed` or were released before.
    fn has_all(&self, committed: &RangeSet, first: u64, last: u64) -> bool {
        let mut from = first;
        while let Some((first, end)) = committed.next_gap(from, last) {
            if self.released.next_gap(first, end).is_some() {
                return false;
            }
            from = end + 1;
        }
        true
    }

    /// A number among `committed` that no batch of this file can have left with.
    fn foreign(&self, committed: &RangeSet) -> rusqlite::Result<Option<u64>> {
        let beyond = committed.last().filter(|last| *last > self.stats.last_seq);
        if beyond.is_some() {
            return Ok(beyond);
        }
        for (first, last) in committed.iter() {
            let mut from = first.max(self.handed.maybe_to + 1);
            while let Some((first, last)) = self.released.next_gap(from, last) {
                let unknown = self.in_file(first, last)?;
                let foreign =
                    unknown.into_iter().rev().find(|seq| !self.handed.sure.contains(*seq));
                if foreign.is_some() {
                    return Ok(foreign);
                }
                from = last + 1;
            }
        }
        Ok(None)
    }

    /// Releases what is not released in `first..=last`, up to the last number at most: what was handed over, and
    /// numbers without a batch of their own. What may have been handed over by an earlier run, without being known to
    /// have been, waits until it is sent again.
    fn release_range(&mut self, first: u64, last: u64) -> rusqlite::Result<()> {
        let mut from = first;
        while let Some((first, last)) = self.released.next_gap(from, last) {
            let mut free = first;
            while let Some((unsure, unsure_last)) = self.handed.sure.next_gap(free, last) {
                self.mark_released(free, unsure - 1)?;
                free = unsure;
                for seq in self.in_file(unsure, unsure_last)? {
                    self.mark_released(free, seq - 1)?;
                    free = seq + 1;
                }
                self.mark_released(free, unsure_last)?;
                free = unsure_last + 1;
            }
            self.mark_released(free, last)?;
            from = last + 1;
        }
        Ok(())
    }

    /// Marks numbers as released of which none is yet; nothing where `last < first`.
    fn mark_released(&mut self, first: u64, last: u64) -> rusqlite::Result<()> {
        if last < first {
            return Ok(());
        }
        let (batches, readings) = self.count(first, last)?;
        self.released.insert_range(first, last);
        self.stats.batches -= batches;
        self.stats.readings -= readings;
        self.unsaved += batches;
        Ok(())
    }

    /// The numbers of the batches in the file among `first..=last`, ascending.
    fn in_file(&self, first: u64, last: u64) -> rusqlite::Result<Vec<u64>> {
        if self.handed.sure.next_gap(first, last).is_none() {
            return Ok(Vec::new());
        }
        let mut statement = self
            .connection
            .prepare_cached("SELECT seq FROM batch WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq")?;
        statement.query_map([first, last], |row| row.get(0))?.collect()
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
