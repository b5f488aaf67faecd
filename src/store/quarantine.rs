//! What could not be taken in, kept for a person to look at.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, schema};

/// What is kept of messages that are none: enough to see a fault, not enough for noise to fill the disk.
pub(super) const ROWS_MAX: u32 = 10_000;

/// Sets of readings that wait: nothing more is taken in when there are so many, since none may be lost.
pub(super) const KEPT_MAX: u64 = 100_000;

/// The messages set aside: a table of the store's file, also where the readings go to a server.
pub struct Quarantine {
    connection: Connection,
}

/// A message that was set aside.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    /// Its number.
    pub id: i64,
    /// When it was set aside.
    pub received_at: Timestamp,
    /// The topic that it came on.
    pub topic: String,
    /// Why it was set aside.
    pub problem: String,
    /// Whether it is of readings, and stays until it is taken in.
    pub is_kept: bool,
    /// How many bytes of it are kept.
    pub size: u64,
}

impl Quarantine {
    /// Opens the quarantine in the store's file at `path`.
    ///
    /// # Errors
    /// The file cannot be opened or is of another layout.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: schema::open(path)? })
    }

    /// Sets a message aside that is none of ours, with the reason. Only the newest stay.
    ///
    /// # Errors
    /// It is not kept then.
    pub fn put(
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
            [ROWS_MAX],
        )?;
        Ok(transaction.commit()?)
    }

    /// Keeps readings that cannot be stored, as a message with nothing but them, until they are taken in. The same message is kept
    /// once.
    ///
    /// # Errors
    /// They are not kept then: too many wait already, or the file cannot be written.
    pub fn keep(
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
        if waiting >= KEPT_MAX {
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

    /// What is set aside, the newest first, without its content.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn list(&self) -> Result<Vec<SetAside>, StoreError> {
        let mut statement = self
            .connection
            .prepare(&format!("SELECT {COLUMNS} FROM quarantine ORDER BY id DESC"))?;
        let rows = statement.query_map([], from_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One message and its content; `None` where there is none of this number.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn get(&self, id: i64) -> Result<Option<(SetAside, Vec<u8>)>, StoreError> {
        let mut statement = self
            .connection
            .prepare(&format!("SELECT {COLUMNS}, payload FROM quarantine WHERE id = ?1"))?;
        Ok(statement.query_row([id], |row| Ok((from_row(row)?, row.get(6)?))).optional()?)
    }

    /// Removes a message: it was taken in.
    ///
    /// # Errors
    /// It stays then.
    pub fn remove(&mut self, id: i64) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM quarantine WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Notes why a message still cannot be taken in.
    ///
    /// # Errors
    /// The reason stays as it was then.
    pub fn explain(&mut self, id: i64, problem: &str) -> Result<(), StoreError> {
        self.connection
            .execute("UPDATE quarantine SET problem = ?2 WHERE id = ?1", params![id, problem])?;
        Ok(())
    }

    /// How many messages are set aside.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn count(&self) -> Result<u64, StoreError> {
        Ok(self.connection.query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?)
    }
}

const COLUMNS: &str = "id, received_ms, topic, problem, kept, length(payload)";

fn from_row(row: &Row<'_>) -> rusqlite::Result<SetAside> {
    let received_ms: i64 = row.get(1)?;
    Ok(SetAside {
        id: row.get(0)?,
        received_at: Timestamp::from_millisecond(received_ms).unwrap_or_default(),
        topic: row.get(2)?,
        problem: row.get(3)?,
        is_kept: row.get(4)?,
        size: row.get(5)?,
    })
}
