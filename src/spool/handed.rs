//! Which numbers have left the spool, and which may have.
//!
//! A hub that names others has them from another life of this spool: the file was restored from an older image, or
//! copied to another gateway. What may have left is noted before it leaves: while there is a connection, the file says
//! that any number may have; the first append without one says which had. A power cut therefore never makes a number
//! look like another life's, and no number costs a write of its own.

use rusqlite::params;

use super::queue::Spool;
use super::schema::SpoolError;
use crate::wire::{Epoch, RangeSet};

/// The mark in the file while any number may leave: the largest that SQLite holds.
const ANY: u64 = i64::MAX as u64;

/// What is known of the numbers that have left.
#[derive(Debug, Default)]
pub(super) struct Handed {
    /// Handed to a broker or written to an export.
    pub sure: RangeSet,
    /// All up to this number may have been: in an earlier run, or while no hub was heard of.
    pub maybe_to: u64,
    /// Whether any number may leave now.
    open: bool,
    /// Whether a hub has said over this connection what it has of the epoch, or nobody else can know the epoch.
    pub heard: bool,
    /// Whether the epoch was chosen in this run, so that nobody else can know it.
    fresh: bool,
    /// The mark as the file has it.
    saved_mark: u64,
    /// Whether the file lacks some of `sure`.
    unsaved: bool,
}

impl Handed {
    /// As the file has it, where `last` is the last number given. With `fresh`, nobody else knows the epoch.
    pub fn new(sure: RangeSet, mark: u64, last: u64, fresh: bool) -> Self {
        let maybe_to = mark.min(last);
        Self { sure, maybe_to, heard: fresh, fresh, saved_mark: mark, ..Self::default() }
    }

    /// The mark that the file has to have before anything leaves, and once nothing leaves any more.
    fn mark(&self) -> u64 {
        if self.open { ANY } else { self.maybe_to }
    }

    /// Whether the mark in the file is not the one that is due with the next append.
    pub fn mark_is_due(&self) -> bool {
        self.saved_mark != self.mark()
    }

    pub fn is_unsaved(&self) -> bool {
        self.unsaved
    }

    /// The transaction of [`Spool::write_handed`] has been committed.
    pub fn saved(&mut self) {
        (self.saved_mark, self.unsaved) = (self.mark(), false);
    }

    fn insert(&mut self, first: u64, last: u64) {
        self.unsaved |= self.sure.next_gap(first, last).is_some();
        self.sure.insert_range(first, last);
    }

    /// Another batch than the one that left has this number now: it may have left, and is to be sent.
    pub fn send_again(&mut self, seq: u64) {
        self.sure.remove_range(seq, seq);
        self.maybe_to = self.maybe_to.max(seq);
    }

    /// Up to which number, of those up to `last`, all may have left or are `released`.
    fn known_to(&self, released: &RangeSet, last: u64) -> u64 {
        let mut to = self.maybe_to;
        loop {
            let next = |set: &RangeSet, from| {
                set.next_gap(from, last).map_or(last, |(first, _)| first - 1)
            };
            let further =
                if to < last { next(&self.sure, to + 1).max(next(released, to + 1)) } else { last };
            if further <= to {
                return to;
            }
            to = further;
        }
    }
}

impl Spool {
    /// Notes that these numbers of `epoch` have been handed to a broker. The file learns of them with the next
    /// releases: after a power cut they may have left, and are sent once more.
    pub fn hand_over(&mut self, epoch: Epoch, handed: &RangeSet) {
        if epoch != self.stats.epoch {
            return;
        }
        for (first, last) in handed.iter() {
            self.handed.insert(first.max(1), last.min(self.stats.last_seq));
        }
    }

    /// Any number of `epoch` may leave from now on: the file says so when this returns.
    ///
    /// # Errors
    /// The file cannot be written; it is tried again with the next append.
    pub fn begin_sending(&mut self, epoch: Epoch) -> Result<(), SpoolError> {
        if epoch != self.stats.epoch {
            return Ok(());
        }
        self.handed.open = true;
        if self.handed.mark_is_due() { self.save_handed() } else { Ok(()) }
    }

    /// The connection is gone: nothing leaves until [`Self::begin_sending`]. The next append notes it. Meanwhile a copy
    /// of this spool may use its numbers: a hub has to be heard of again.
    pub fn end_sending(&mut self) {
        (self.handed.open, self.handed.heard) = (false, self.handed.fresh);
    }

    /// Notes in the file that `seq`, the first waiting number after [`SpoolStats::send_to`], may leave, although no hub
    /// has been heard of over this connection. It is released only once it has been sent again after one has.
    ///
    /// # Errors
    /// The file cannot be written; then it must not leave.
    ///
    /// [`SpoolStats::send_to`]: super::SpoolStats::send_to
    pub fn may_leave(&mut self, epoch: Epoch, seq: u64) -> Result<(), SpoolError> {
        if epoch != self.stats.epoch {
            return Ok(());
        }
        let before = self.handed.maybe_to;
        self.handed.maybe_to = before.max(seq.min(self.stats.last_seq));
        let saved = self.save_handed();
        if saved.is_err() {
            self.handed.maybe_to = before;
        }
        saved
    }

    fn save_handed(&mut self) -> Result<(), SpoolError> {
        let transaction = self.connection.unchecked_transaction()?;
        self.write_handed()?;
        transaction.commit()?;
        self.handed.saved();
        Ok(())
    }

    /// Writes what has left into the transaction that the caller has begun. What an export has noted stays.
    pub(super) fn write_handed(&self) -> rusqlite::Result<()> {
        let mut sure = self.ranges("SELECT first, last FROM handed")?;
        self.handed.sure.iter().for_each(|(first, last)| sure.insert_range(first, last));
        self.connection.execute("DELETE FROM handed", [])?;
        let mut insert = self.connection.prepare_cached("INSERT INTO handed VALUES (?1, ?2)")?;
        for (first, last) in sure.iter() {
            insert.execute([first, last])?;
        }
        self.connection
            .prepare_cached("UPDATE life SET may_to = ?1")?
            .execute(params![self.handed.mark()])?;
        Ok(())
    }

    /// Takes in what an export has noted in the file.
    pub(super) fn read_handed(&mut self) -> rusqlite::Result<()> {
        let noted = self.ranges("SELECT first, last FROM handed")?;
        for (first, last) in noted.iter() {
            self.handed.sure.insert_range(first.max(1), last.min(self.stats.last_seq));
        }
        Ok(())
    }

    /// Up to which number batches may be sent: until a hub has been heard of, only those that may have left before.
    pub(super) fn send_to(&self) -> u64 {
        if self.handed.heard {
            u64::MAX
        } else {
            self.handed.known_to(&self.released, self.stats.last_seq)
        }
    }
}
