//! What could not be taken in, kept for a person to look at.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{StoreError, schema};

/// What is kept of messages that are none: enough to see a fault, not enough for noise to fill the disk.
pub(super) const ROWS_MAX: u32 = 10_000;

/// The messages set aside: a table of the store's file, also where the readings go to a server.
pub struct Quarantine {
    connection: Connection,
}

impl Quarantine {
    /// Opens the quarantine in the store's file at `path`.
    ///
    /// # Errors
    /// The file cannot be opened or is of another layout.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connection: schema::open(path)?,
        })
    }

    /// Sets a message aside, with the reason.
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
            "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?1",
            [ROWS_MAX],
        )?;
        Ok(transaction.commit()?)
    }

    /// How many messages are set aside.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn count(&self) -> Result<u64, StoreError> {
        Ok(self
            .connection
            .query_row("SELECT count(*) FROM quarantine", [], |row| row.get(0))?)
    }
}
