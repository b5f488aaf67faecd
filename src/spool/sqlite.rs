//! The spool's file: a SQLite queue, one row per batch (docs/decisions/0002).

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::core::{GatewayId, Reading};
use crate::support::chance;
use crate::wire::{Batch, Epoch, MESSAGE_SIZE_MAX, RangeSet};

/// The layout of the file. A file of another layout is refused, not guessed at.
const SCHEMA_VERSION: i64 = 1;

/// Pages written to the log before it is folded back into the file: 256 pages of 4 KiB keep the log at 1 MiB.
const CHECKPOINT_PAGES: i64 = 256;

/// Pages kept in memory, KiB: those of the newest batches, which are the next to be released. SQLite's own default of 2 MiB
/// would be a fifth of what a gateway may take.
const CACHE_KIB: i64 = 512;

/// A failure of the spool.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The file cannot be opened.
    #[error("cannot open the spool {path}; its directory must exist and be writable")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file was written by another version.
    #[error(
        "the spool {path} has layout {found}, this program knows {SCHEMA_VERSION}; move it aside to start a new one"
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: i64,
    },
    /// The file belongs to another gateway.
    #[error("the spool {path} belongs to gateway {owner}; give each gateway a spool of its own")]
    Owner {
        /// The file.
        path: PathBuf,
        /// The gateway that it belongs to.
        owner: String,
    },
    /// Reading or writing failed; what was to be written is not in the spool.
    #[error("the spool failed")]
    Storage(#[from] rusqlite::Error),
    /// The thread that owns the file is gone.
    #[error("the spool is closed")]
    Closed,
}

/// A batch in the spool: its number, and its message as bytes.
pub type SpooledBatch = (u64, Vec<u8>);

/// What the spool holds and has lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolStats {
    /// Batches not yet released.
    pub batches: u64,
    /// Readings in them.
    pub readings: u64,
    /// The last number given to a batch.
    pub last_seq: u64,
    /// Readings dropped since the file was made, because the cap was reached.
    pub dropped_readings: u64,
}

/// The durable queue of one gateway.
pub struct Spool {
    connection: Connection,
    gateway: GatewayId,
    epoch: Epoch,
    next_seq: u64,
    size_max: u64,
    /// Bytes of payload in the file.
    payload_bytes: u64,
    /// Released, and still in the file.
    released: RangeSet,
    stats: SpoolStats,
}

impl Spool {
    /// Opens the spool at `path`, or makes it, for at most `size_max` bytes of payload.
    ///
    /// # Errors
    /// The file cannot be opened or written, is of another layout, or belongs to another gateway.
    pub fn open(path: &Path, gateway: &GatewayId, size_max: u64) -> Result<Self, SpoolError> {
        let open = |source| SpoolError::Open {
            path: path.into(),
            source,
        };
        let connection = Connection::open(path).map_err(open)?;
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
                 PRAGMA cache_size = -{CACHE_KIB};
                 PRAGMA journal_size_limit = 4194304;"
            ))
            .map_err(open)?;
        let found: i64 = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(open)?;
        if found == 0 {
            create(&connection, gateway).map_err(open)?;
        } else if found != SCHEMA_VERSION {
            return Err(SpoolError::Layout {
                path: path.into(),
                found,
            });
        }
        let (owner, epoch, next_seq, payload_bytes, dropped): (String, i64, u64, u64, u64) =
            connection
                .query_row(
                    "SELECT gateway, epoch, next_seq, payload_bytes, dropped_readings FROM life",
                    [],
                    |row| {
                        Ok((
                            row.get(0)?,
                            row.get(1)?,
                            row.get(2)?,
                            row.get(3)?,
                            row.get(4)?,
                        ))
                    },
                )
                .map_err(open)?;
        if owner != gateway.as_str() {
            return Err(SpoolError::Owner {
                path: path.into(),
                owner,
            });
        }
        let (batches, readings) = connection
            .query_row(
                "SELECT count(*), coalesce(sum(readings), 0) FROM batch",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .map_err(open)?;
        Ok(Self {
            connection,
            gateway: gateway.clone(),
            epoch: Epoch(epoch as u64),
            next_seq,
            size_max,
            payload_bytes,
            released: RangeSet::default(),
            stats: SpoolStats {
                batches,
                readings,
                last_seq: next_seq - 1,
                dropped_readings: dropped,
            },
        })
    }

    /// The life of this spool.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// What it holds and has lost.
    pub fn stats(&self) -> SpoolStats {
        self.stats
    }

    /// Stores `readings`, as one batch or, where that would be too large a message, as several, and returns them. What has
    /// been released since leaves the file in the same transaction. Once this returns, a power cut does not lose them.
    ///
    /// # Errors
    /// Nothing is stored then, and no number is used.
    pub fn append(&mut self, readings: Vec<Reading>) -> Result<Vec<SpooledBatch>, SpoolError> {
        self.write(self.messages(readings))
    }

    /// Takes what has been released out of the file.
    ///
    /// # Errors
    /// It is still there then, and stays released.
    pub fn flush(&mut self) -> Result<(), SpoolError> {
        if !self.released.is_empty() {
            self.write(Vec::new())?;
        }
        Ok(())
    }

    /// One transaction: stores `messages` and removes what has been released, and the oldest where that is too much.
    fn write(&mut self, messages: Vec<(u64, Vec<u8>)>) -> Result<Vec<SpooledBatch>, SpoolError> {
        let first = self.next_seq;
        let mut stats = self.stats;
        let mut bytes = self.payload_bytes;
        let transaction = self.connection.transaction()?;
        for (seq, (count, payload)) in (first..).zip(&messages) {
            transaction
                .prepare_cached("INSERT INTO batch (seq, readings, payload) VALUES (?1, ?2, ?3)")?
                .execute(params![seq, count, payload])?;
            stats.last_seq = seq;
            stats.batches += 1;
            stats.readings += count;
            bytes += payload.len() as u64;
        }
        for (first, last) in self.released.iter() {
            let gone = remove(&transaction, first, last)?;
            stats.batches -= gone.batches;
            stats.readings -= gone.readings;
            bytes = bytes.saturating_sub(gone.bytes);
        }
        while bytes > self.size_max {
            // Never the one just appended.
            let Some(oldest) = oldest(&transaction, stats.last_seq)? else {
                break;
            };
            let gone = remove(&transaction, oldest, oldest)?;
            stats.batches -= gone.batches;
            stats.readings -= gone.readings;
            stats.dropped_readings += gone.readings;
            bytes = bytes.saturating_sub(gone.bytes);
        }
        transaction
            .prepare_cached(
                "UPDATE life SET next_seq = ?1, payload_bytes = ?2, dropped_readings = ?3",
            )?
            .execute(params![stats.last_seq + 1, bytes, stats.dropped_readings])?;
        transaction.commit()?;
        self.next_seq = stats.last_seq + 1;
        self.payload_bytes = bytes;
        self.released = RangeSet::default();
        self.stats = stats;
        let payloads = messages.into_iter().map(|(_, payload)| payload);
        Ok((first..).zip(payloads).collect())
    }

    /// The messages that carry `readings`, numbered on from the next number: how many readings, and the bytes. Always one at
    /// least. A message that no broker and no hub takes would stand in the way of all that come after it.
    fn messages(&self, readings: Vec<Reading>) -> Vec<(u64, Vec<u8>)> {
        let mut messages = Vec::new();
        let mut rest = vec![readings];
        while let Some(readings) = rest.pop() {
            let count = readings.len();
            let batch = Batch {
                gateway: self.gateway.clone(),
                epoch: self.epoch,
                seq: self.next_seq + messages.len() as u64,
                readings,
            };
            let payload = batch.to_bytes();
            if payload.len() <= MESSAGE_SIZE_MAX || count < 2 {
                messages.push((count as u64, payload));
                continue;
            }
            let mut first = batch.readings;
            rest.push(first.split_off(count / 2));
            rest.push(first);
        }
        messages
    }

    /// Batches after `after`, oldest first, at most `count`: number and message.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn batches(&self, after: u64, count: u32) -> Result<Vec<SpooledBatch>, SpoolError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, payload FROM batch WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let rows =
            statement.query_map(params![after, count], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Marks batches of `epoch` as done with. They leave the file with the next [`Self::append`] or [`Self::flush`]: a commit
    /// of its own for each would wear the flash, and what a power cut brings back is sent once more and counts once. Those
    /// of another epoch, and those already gone, change nothing.
    pub fn release(&mut self, epoch: Epoch, done: &RangeSet) {
        if epoch == self.epoch {
            for (first, last) in done.iter() {
                // What is not yet there cannot have been done with.
                self.released
                    .insert_range(first, last.min(self.stats.last_seq));
            }
        }
    }
}

fn create(connection: &Connection, gateway: &GatewayId) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(
        "CREATE TABLE life (
             gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL,
             payload_bytes INTEGER NOT NULL, dropped_readings INTEGER NOT NULL
         ) STRICT;
         CREATE TABLE batch (seq INTEGER PRIMARY KEY, readings INTEGER NOT NULL, payload BLOB NOT NULL) STRICT;",
    )?;
    transaction.execute(
        "INSERT INTO life VALUES (?1, ?2, 1, 0, 0)",
        params![gateway.as_str(), chance::bits() as i64],
    )?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// What has been removed.
struct Gone {
    batches: u64,
    readings: u64,
    bytes: u64,
}

/// Removes batches `first..=last`.
fn remove(connection: &Connection, first: u64, last: u64) -> rusqlite::Result<Gone> {
    let gone = connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(readings), 0), coalesce(sum(length(payload)), 0)
             FROM batch WHERE seq BETWEEN ?1 AND ?2",
        )?
        .query_row(params![first, last], |row| {
            Ok(Gone {
                batches: row.get(0)?,
                readings: row.get(1)?,
                bytes: row.get(2)?,
            })
        })?;
    connection
        .prepare_cached("DELETE FROM batch WHERE seq BETWEEN ?1 AND ?2")?
        .execute(params![first, last])?;
    Ok(gone)
}

/// The oldest batch before `newest`.
fn oldest(connection: &Connection, newest: u64) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached("SELECT min(seq) FROM batch WHERE seq < ?1")?
        .query_row([newest], |row| row.get(0))
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
