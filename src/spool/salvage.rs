//! Reads a damaged file behind its damage: what one search by number cannot reach, another may.
//!
//! SQLite fails at the first damaged page that a search meets. The numbers that remain are halved then, and halved
//! again, until what is left is either read or named as unreadable.

use std::convert::Infallible;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::message::{damaged, decode};
use super::queue::SpooledBatch;
use super::schema::open_read_only;
use crate::wire::{Batch, LossRecord, RangeSet};

/// Searches that may fail before the rest is given up: each takes some 10 µs. Engineering judgement.
const FAILURES_MAX: u32 = 200_000;

/// Numbers that are looked for beyond the last that the file knows of, where its end cannot be read: more than a
/// gateway appends between two times that it saves its state. Engineering judgement.
const BEYOND: u64 = 100_000;

/// In which order numbers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    OldestFirst,
    NewestFirst,
}

/// Whether to read on.
pub(super) type GoesOn = bool;

/// The batches of a file, with what could not be read so far.
pub(super) struct Salvage<'a> {
    connection: &'a Connection,
    order: Order,
    failures: u32,
    /// Numbers that may have had a batch, and that cannot be read.
    pub unreadable: RangeSet,
    /// Why the first of them cannot.
    pub why: Option<rusqlite::Error>,
}

impl<'a> Salvage<'a> {
    pub fn new(connection: &'a Connection, order: Order) -> Self {
        Self { connection, order, failures: 0, unreadable: RangeSet::default(), why: None }
    }

    /// Hands all batches from `first` to `last` that can be read to `sink`, until that says to stop.
    ///
    /// # Errors
    /// That of `sink`.
    pub fn read<E>(
        &mut self,
        (first, last): (u64, u64),
        mut sink: impl FnMut(SpooledBatch) -> Result<GoesOn, E>,
    ) -> Result<(), E> {
        let mut ranges = vec![(first, last)];
        while let Some((mut first, mut last)) = ranges.pop() {
            let order = self.order;
            let mut goes_on = true;
            let found = self.search(first, last, |batch| {
                match order {
                    Order::OldestFirst => first = batch.seq + 1,
                    Order::NewestFirst => last = batch.seq - 1,
                }
                goes_on = sink(batch)?;
                Ok(goes_on)
            })?;
            if !goes_on {
                return Ok(());
            }
            if let Err(error) = found
                && first <= last
            {
                self.failures += 1;
                self.why.get_or_insert(error);
                if first == last || self.failures > FAILURES_MAX {
                    self.unreadable.insert_range(first, last);
                    continue;
                }
                let middle = first + (last - first) / 2;
                let halves = [(first, middle), (middle + 1, last)];
                match self.order {
                    Order::OldestFirst => ranges.extend(halves.into_iter().rev()),
                    Order::NewestFirst => ranges.extend(halves),
                }
            }
        }
        Ok(())
    }

    /// One search. The inner error is SQLite's, the outer one that of `sink`.
    fn search<E>(
        &self,
        first: u64,
        last: u64,
        mut sink: impl FnMut(SpooledBatch) -> Result<GoesOn, E>,
    ) -> Result<rusqlite::Result<()>, E> {
        let query = match self.order {
            Order::OldestFirst => {
                "SELECT seq, readings, payload FROM batch WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq"
            }
            Order::NewestFirst => {
                "SELECT seq, readings, payload FROM batch WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq DESC"
            }
        };
        let mut statement = match self.connection.prepare_cached(query) {
            Ok(statement) => statement,
            Err(error) => return Ok(Err(error)),
        };
        let mut rows = match statement.query(params![first, last]) {
            Ok(rows) => rows,
            Err(error) => return Ok(Err(error)),
        };
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            };
            let batch = row.get(0).and_then(|seq| {
                Ok(SpooledBatch { seq, readings: row.get(1)?, message: row.get(2)?, plain: None })
            });
            let goes_on = match batch {
                // A damaged page may hold any number.
                Ok(batch) if (first..=last).contains(&batch.seq) => sink(batch)?,
                Ok(_) => return Ok(Err(rusqlite::Error::InvalidQuery)),
                Err(error) => return Ok(Err(error)),
            };
            if !goes_on {
                return Ok(Ok(()));
            }
        }
    }
}

/// The last number that the file can have.
pub(super) fn last_number(connection: &Connection) -> u64 {
    let number = |query| connection.query_row(query, [], |row| row.get::<_, Option<u64>>(0));
    if let Ok(last) = number("SELECT max(seq) FROM batch") {
        return last.unwrap_or(0);
    }
    let saved = number("SELECT next_seq FROM life").ok().flatten().unwrap_or(1);
    saved.saturating_add(BEYOND)
}

/// Numbers that the query names, or none where they cannot be read.
pub(super) fn numbers(connection: &Connection, query: &str) -> RangeSet {
    let read = || -> rusqlite::Result<RangeSet> {
        let mut statement = connection.prepare(query)?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    read().unwrap_or_default()
}

/// The record of the loss of all that waits in the file at `path`, which is given up at `now`. Its times are those of
/// the first and the last reading that wait. Where one of these cannot be read, the nearest time outside stands for it:
/// that of the last reading before it, and `now` for what comes after the last one that can be read.
pub(super) fn loss_of(path: &Path, now: Timestamp) -> LossRecord {
    let (from, to) = open_read_only(path).map(|(file, _)| times_of(&file)).unwrap_or_default();
    between(from, to, now)
}

/// The record of the loss of batch `seq` alone, with the times of its neighbours; `now` where it has none.
pub(super) fn loss_around(connection: &Connection, seq: u64, now: Timestamp) -> LossRecord {
    let before = nearest(connection, Order::NewestFirst, (1, seq.saturating_sub(1)));
    let after =
        nearest(connection, Order::OldestFirst, (seq.saturating_add(1), last_number(connection)));
    between(before.map(|(_, to)| to), after.map(|(from, _)| from), now)
}

fn between(from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> LossRecord {
    let to = to.unwrap_or(now);
    LossRecord { from: from.unwrap_or(to).min(to), to, ..damaged(now) }
}

/// The times of the first batch in this order that can be read.
fn nearest(connection: &Connection, order: Order, range: (u64, u64)) -> Option<Times> {
    let mut found = None;
    let _never: Result<(), Infallible> = Salvage::new(connection, order).read(range, |batch| {
        found = times(&batch);
        Ok(found.is_none())
    });
    found
}

/// When what waits in a damaged file began and ended, as far as it is known.
fn times_of(connection: &Connection) -> (Option<Timestamp>, Option<Timestamp>) {
    let released = numbers(connection, "SELECT first, last FROM released");
    let end = last_number(connection);
    let Some((start, _)) = released.next_gap(1, end) else { return (None, None) };
    let mut damage_before = false;
    let mut from = None;
    let mut oldest = Salvage::new(connection, Order::OldestFirst);
    let _never: Result<(), Infallible> = oldest.read((start, end), |batch| {
        if !released.contains(batch.seq) {
            from = times(&batch).map(|(from, _)| from);
            damage_before |= from.is_none();
        }
        Ok(from.is_none())
    });
    damage_before |=
        oldest.unreadable.iter().any(|(first, last)| released.next_gap(first, last).is_some());
    if damage_before {
        let before = nearest(connection, Order::NewestFirst, (1, start.saturating_sub(1)));
        from = before.map(|(_, to)| to).or(from);
    }
    let mut to = None;
    let mut newest = Salvage::new(connection, Order::NewestFirst);
    let _never: Result<(), Infallible> = newest.read((start, end), |batch| {
        to = times(&batch).map(|(_, to)| to);
        Ok(false)
    });
    (from, to.filter(|_| newest.unreadable.is_empty()))
}

/// First and last time.
type Times = (Timestamp, Timestamp);

fn times(batch: &SpooledBatch) -> Option<Times> {
    decode(&batch.message).ok().and_then(|batch| span(&batch))
}

/// First and last time of what a batch tells of.
fn span(batch: &Batch) -> Option<Times> {
    let times = || batch.readings.iter().map(|reading| reading.observed_at);
    let lost = batch.loss.map(|loss| (loss.from, loss.to));
    let first = times().chain(lost.map(|(from, _)| from)).min()?;
    Some((first, times().chain(lost.map(|(_, to)| to)).max()?))
}

#[cfg(test)]
#[path = "salvage_tests.rs"]
mod tests;
