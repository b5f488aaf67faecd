//! The spool's file: a SQLite queue, one row per batch (docs/decisions/0002).

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use crate::core::{GatewayId, Reading};
use crate::support::chance;
use crate::wire::{Batch, Epoch, MESSAGE_SIZE_MAX, RangeSet};

/// The layout of the file. A file of another layout is refused, not guessed at.
const SCHEMA_VERSION: i64 = 1;

/// Pages written to the log before it is folded back into the file: 256 pages of 4 KiB keep the log at 1 MiB.
const CHECKPOINT_PAGES: i64 = 256;

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
        let (owner, epoch, next_seq, dropped): (String, i64, u64, u64) = connection
            .query_row(
                "SELECT gateway, epoch, next_seq, dropped_readings FROM life",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
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

    /// Stores `readings`, as one batch or, where that would be too large a message, as several, and returns the last number.
    /// Once this returns, a power cut does not lose them.
    ///
    /// # Errors
    /// Nothing is stored then, and no number is used.
    pub fn append(&mut self, readings: Vec<Reading>) -> Result<u64, SpoolError> {
        let count = readings.len() as u64;
        let messages = self.messages(readings);
        let stored = messages.len() as u64;
        let last = self.next_seq + stored - 1;
        let transaction = self.connection.transaction()?;
        for (seq, (count, payload)) in (self.next_seq..).zip(messages) {
            transaction
                .prepare_cached("INSERT INTO batch (seq, readings, payload) VALUES (?1, ?2, ?3)")?
                .execute(params![seq, count, payload])?;
            transaction
                .prepare_cached(
                    "UPDATE life SET next_seq = ?1, payload_bytes = payload_bytes + ?2",
                )?
                .execute(params![seq + 1, payload.len() as u64])?;
        }
        let dropped = drop_oldest(&transaction, self.size_max, last)?;
        transaction.commit()?;
        self.next_seq = last + 1;
        self.stats.last_seq = last;
        self.stats.batches = self.stats.batches + stored - dropped.0;
        self.stats.readings = self.stats.readings + count - dropped.1;
        self.stats.dropped_readings += dropped.1;
        Ok(last)
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

    /// Forgets the batches of `epoch` that the hub has committed. An acknowledgement of another epoch, or of batches that are
    /// already gone, changes nothing. Returns how many batches left.
    ///
    /// # Errors
    /// The batches are still there then, and will be sent again.
    pub fn release(&mut self, epoch: Epoch, committed: &RangeSet) -> Result<u64, SpoolError> {
        if epoch != self.epoch || committed.is_empty() {
            return Ok(0);
        }
        let transaction = self.connection.transaction()?;
        let mut left = (0, 0, 0);
        for (first, last) in committed.iter() {
            // SQLite counts in i64; a number beyond it is none of ours.
            let (first, last) = (first.min(i64::MAX as u64), last.min(i64::MAX as u64));
            let sums = remove(&transaction, first, last)?;
            left = (left.0 + sums.0, left.1 + sums.1, left.2 + sums.2);
        }
        transaction.execute(
            "UPDATE life SET payload_bytes = payload_bytes - ?1",
            [left.2],
        )?;
        transaction.commit()?;
        self.stats.batches -= left.0;
        self.stats.readings -= left.1;
        Ok(left.0)
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

/// Removes batches `first..=last`; returns batches, readings and payload bytes removed.
fn remove(connection: &Connection, first: u64, last: u64) -> rusqlite::Result<(u64, u64, u64)> {
    let sums = connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(readings), 0), coalesce(sum(length(payload)), 0)
             FROM batch WHERE seq BETWEEN ?1 AND ?2",
        )?
        .query_row(params![first, last], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    connection
        .prepare_cached("DELETE FROM batch WHERE seq BETWEEN ?1 AND ?2")?
        .execute(params![first, last])?;
    Ok(sums)
}

/// Drops the oldest batches while more than `size_max` bytes lie in the spool, never the one just appended.
/// Returns batches and readings dropped.
fn drop_oldest(
    connection: &Connection,
    size_max: u64,
    newest: u64,
) -> rusqlite::Result<(u64, u64)> {
    let mut bytes: u64 = connection
        .prepare_cached("SELECT payload_bytes FROM life")?
        .query_row([], |row| row.get(0))?;
    let mut dropped = (0, 0);
    while bytes > size_max {
        let oldest: Option<u64> = connection
            .prepare_cached("SELECT min(seq) FROM batch WHERE seq < ?1")?
            .query_row([newest], |row| row.get(0))
            .optional()?
            .flatten();
        let Some(oldest) = oldest else { break };
        let sums = remove(connection, oldest, oldest)?;
        dropped = (dropped.0 + sums.0, dropped.1 + sums.1);
        bytes -= sums.2;
    }
    if dropped.0 > 0 {
        connection.execute(
            "UPDATE life SET payload_bytes = ?1, dropped_readings = dropped_readings + ?2",
            params![bytes, dropped.1],
        )?;
    }
    Ok(dropped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn gateway() -> GatewayId {
        "gw-1".parse().unwrap()
    }

    fn readings(count: usize) -> Vec<Reading> {
        let series: crate::core::Series = "pond-1/level".parse().unwrap();
        let at = Timestamp::from_second(1_659_283_200).unwrap();
        vec![Reading::good(series, at, 1.5); count]
    }

    #[test]
    fn a_poll_too_large_for_a_message_becomes_several() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::open(&dir.path().join("spool.db"), &gateway(), 8 << 20).unwrap();
        let mut sent = Vec::new();
        for station in 0..247 {
            for (reading, ms) in readings(40).into_iter().zip(0..) {
                let mut reading = reading;
                reading.series = format!("pump-with-a-long-name-{station}/level")
                    .parse()
                    .unwrap();
                reading.observed_at += jiff::SignedDuration::from_millis(ms);
                reading.flag = crate::core::Flag::Suspect;
                reading.reason = Some(crate::core::Reason::Unexpected);
                reading.raw = vec![0xffff; 4];
                sent.push(reading);
            }
        }
        let last = spool.append(sent.clone()).unwrap();
        assert!(last > 1);
        assert_eq!(
            (spool.stats().batches, spool.stats().last_seq),
            (last, last)
        );
        assert_eq!(spool.stats().readings, sent.len() as u64);
        let mut came = Vec::new();
        for (seq, payload) in spool.batches(0, 1000).unwrap() {
            let batch = Batch::from_bytes(&payload).unwrap();
            assert_eq!(batch.seq, seq);
            came.extend(batch.readings);
        }
        assert_eq!(came, sent);
        assert_eq!(spool.append(readings(1)).unwrap(), last + 1);
    }

    #[test]
    fn numbers_go_on_after_reopening_and_readings_come_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.db");
        let mut spool = Spool::open(&path, &gateway(), 1 << 20).unwrap();
        let epoch = spool.epoch();
        assert_eq!(spool.append(readings(3)).unwrap(), 1);
        drop(spool);
        let mut spool = Spool::open(&path, &gateway(), 1 << 20).unwrap();
        assert_eq!(spool.epoch(), epoch);
        assert_eq!(spool.append(readings(2)).unwrap(), 2);
        let batches = spool.batches(0, 10).unwrap();
        let batch = Batch::from_bytes(&batches[0].1).unwrap();
        assert_eq!(
            (batch.seq, batch.epoch, batch.readings),
            (1, epoch, readings(3))
        );
        assert_eq!(
            spool.stats(),
            SpoolStats {
                batches: 2,
                readings: 5,
                last_seq: 2,
                dropped_readings: 0
            }
        );
    }

    #[test]
    fn an_acknowledgement_of_another_epoch_releases_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::open(&dir.path().join("s"), &gateway(), 1 << 20).unwrap();
        spool.append(readings(1)).unwrap();
        let all: RangeSet = [(1, u64::MAX)].into_iter().collect();
        let other = Epoch(spool.epoch().0.wrapping_add(1));
        assert_eq!(spool.release(other, &all).unwrap(), 0);
        assert_eq!(spool.release(spool.epoch(), &all).unwrap(), 1);
        assert_eq!(spool.release(spool.epoch(), &all).unwrap(), 0);
        assert_eq!(spool.stats().batches, 0);
    }

    #[test]
    fn a_full_spool_drops_the_oldest_and_counts_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let mut spool = Spool::open(&path, &gateway(), 600).unwrap();
        for _ in 0..10 {
            spool.append(readings(2)).unwrap();
        }
        let stats = spool.stats();
        assert!(stats.batches < 10 && stats.batches >= 2, "{stats:?}");
        assert_eq!(stats.readings + stats.dropped_readings, 20);
        assert_eq!(spool.batches(0, 99).unwrap().last().unwrap().0, 10);
        drop(spool);
        assert_eq!(Spool::open(&path, &gateway(), 600).unwrap().stats(), stats);
    }

    #[test]
    fn the_file_of_another_gateway_or_layout_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        drop(Spool::open(&path, &gateway(), 1000).unwrap());
        let other = "gw-2".parse().unwrap();
        assert!(matches!(
            Spool::open(&path, &other, 1000),
            Err(SpoolError::Owner { .. })
        ));
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 9).unwrap();
        assert!(matches!(
            Spool::open(&path, &gateway(), 1000),
            Err(SpoolError::Layout { found: 9, .. })
        ));
    }

    #[derive(Debug, Clone)]
    enum Action {
        Append,
        Release(u64, u64),
        Reopen,
    }

    fn action() -> impl Strategy<Value = Action> {
        prop_oneof![
            3 => Just(Action::Append),
            2 => (0u64..20, 0u64..5).prop_map(|(f, n)| Action::Release(f, f + n)),
            1 => Just(Action::Reopen),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn holds_what_a_plain_set_holds(actions in prop::collection::vec(action(), 1..30)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("s");
            let mut spool = Spool::open(&path, &gateway(), 1 << 30).unwrap();
            let (mut model, mut last) = (BTreeSet::new(), 0);
            for action in actions {
                match action {
                    Action::Append => { last = spool.append(readings(1)).unwrap(); model.insert(last); }
                    Action::Release(f, l) => {
                        spool.release(spool.epoch(), &[(f, l)].into_iter().collect()).unwrap();
                        model.retain(|s| !(f..=l).contains(s));
                    }
                    Action::Reopen => { drop(spool); spool = Spool::open(&path, &gateway(), 1 << 30).unwrap(); }
                }
                let held: BTreeSet<u64> = spool.batches(0, 1000).unwrap().into_iter().map(|b| b.0).collect();
                prop_assert_eq!(&held, &model);
                prop_assert_eq!(spool.stats().batches, model.len() as u64);
                prop_assert_eq!(spool.stats().last_seq, last);
            }
        }
    }
}
