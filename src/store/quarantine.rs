//! Messages that could not be stored, for a person to look at.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, connection};

/// Unreadable messages that are kept: enough to see a fault, too few for noise to fill the disk. Engineering judgement.
pub(super) const UNREADABLE_MAX: u32 = 10_000;

/// Messages with readings that are kept. At this number nothing more is committed, since no reading may be lost.
pub(super) const READINGS_MAX: u64 = 100_000;

/// The quarantine: a table of the store's file, also where readings go to a server.
pub struct Quarantine {
    connection: Connection,
}

/// A message in the quarantine, without its content.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantinedMessage {
    pub id: i64,
    pub received_at: Timestamp,
    pub topic: String,
    pub problem: String,
    /// Whether it holds readings, and so stays until they are stored.
    pub has_readings: bool,
    /// Size of its stored content, bytes.
    pub size: u64,
}

impl Quarantine {
    /// Opens the quarantine in the store's file at `path`.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: connection::open(path)? })
    }

    /// Adds a message that cannot be read. Only the newest of these stay.
    pub fn add_unreadable(
        &mut self,
        now: Timestamp,
        topic: &str,
        problem: &str,
        payload: &[u8],
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO quarantine (received_ms, topic, problem, payload) VALUES (?1, ?2, ?3, ?4)",
            params![now.as_millisecond(), topic, problem, payload],
        )?;
        transaction.execute(
            "DELETE FROM quarantine WHERE kept = 0 AND id <= (SELECT max(id) FROM quarantine) - ?1",
            [UNREADABLE_MAX],
        )?;
        Ok(transaction.commit()?)
    }

    /// Adds readings that cannot be stored, as a message of their own, once. They stay until they are stored.
    ///
    /// # Errors
    /// The quarantine is full, or the file cannot be written.
    pub fn add_readings(
        &mut self,
        now: Timestamp,
        topic: &str,
        problem: &str,
        payload: &[u8],
    ) -> Result<(), StoreError> {
        let transaction = self.connection.transaction()?;
        let waiting: u64 =
            transaction.query_row("SELECT count(*) FROM quarantine WHERE kept = 1", [], |row| {
                row.get(0)
            })?;
        if waiting >= READINGS_MAX {
            return Err(StoreError::QuarantineFull(waiting));
        }
        transaction.execute(
            "INSERT INTO quarantine (received_ms, topic, problem, payload, kept)
             SELECT ?1, ?2, ?3, ?4, 1 WHERE NOT EXISTS
                 (SELECT 1 FROM quarantine WHERE kept = 1 AND topic = ?2 AND payload = ?4)",
            params![now.as_millisecond(), topic, problem, payload],
        )?;
        Ok(transaction.commit()?)
    }

    /// All messages, the newest first.
    pub fn list(&self) -> Result<Vec<QuarantinedMessage>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM quarantine ORDER BY id DESC");
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One message and its content; `None` where there is none with this number.
    pub fn get(&self, id: i64) -> Result<Option<(QuarantinedMessage, Vec<u8>)>, StoreError> {
        let sql = format!("SELECT {COLUMNS}, payload FROM quarantine WHERE id = ?1");
        let mut statement = self.connection.prepare(&sql)?;
        Ok(statement.query_row([id], |row| Ok((from_row(row)?, row.get(6)?))).optional()?)
    }

    pub fn remove(&mut self, id: i64) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM quarantine WHERE id = ?1", [id])?;
        Ok(())
    }

    pub fn set_problem(&mut self, id: i64, problem: &str) -> Result<(), StoreError> {
        let sql = "UPDATE quarantine SET problem = ?2 WHERE id = ?1";
        self.connection.execute(sql, params![id, problem])?;
        Ok(())
    }

    pub fn count(&self) -> Result<u64, StoreError> {
        Ok(self.connection.query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?)
    }
}

const COLUMNS: &str = "id, received_ms, topic, problem, kept, length(payload)";

fn from_row(row: &Row<'_>) -> rusqlite::Result<QuarantinedMessage> {
    let received_ms: i64 = row.get(1)?;
    Ok(QuarantinedMessage {
        id: row.get(0)?,
        received_at: Timestamp::from_millisecond(received_ms).unwrap_or_default(),
        topic: row.get(2)?,
        problem: row.get(3)?,
        has_readings: row.get(4)?,
        size: row.get(5)?,
    })
}
