//! The users' file in SQLite.
//!
//! Its owner and group may read it, nobody else. What is deleted is overwritten (`secure_delete`), and a commit is on
//! the disk when the call returns (`synchronous = FULL`). The hub and the commands of `hanqing user` may have it open
//! at once.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::UsersError;
use super::schema::{INVITATIONS, LAYOUT, LAYOUTS, TABLES, TOKENS};
use crate::support::files;
use crate::support::sql::without_literals;

/// How long a writer waits for another one: a hundred times what a transaction takes.
const BUSY_MAX: Duration = Duration::from_secs(5);

/// The users' file, opened.
#[derive(Debug)]
pub struct UsersFile {
    pub(super) db: Connection,
}

impl UsersFile {
    /// Opens the file at `path` and creates it if it does not exist.
    ///
    /// # Errors
    /// It cannot be opened or written, a newer program has made it, or it has triggers that are not ours.
    pub fn open(path: &Path) -> Result<Self, UsersError> {
        files::create_database(path);
        Self::begin(Connection::open(path), path)
    }

    /// An empty file that ends with its handle.
    #[cfg(test)]
    pub(super) fn in_memory() -> Self {
        Self::begin(Connection::open_in_memory(), Path::new("")).unwrap()
    }

    fn begin(opened: rusqlite::Result<Connection>, path: &Path) -> Result<Self, UsersError> {
        let open = |source| UsersError::Open { path: path.into(), source };
        let mut db = opened.map_err(open)?;
        db.busy_timeout(BUSY_MAX).map_err(open)?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA recursive_triggers = ON;",
        )
        .map_err(open)?;
        // Immediate, so that two programs which open a new file at once do not both create the tables.
        let creating =
            db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open)?;
        let found: i64 =
            creating.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
        if found > LAYOUT {
            return Err(UsersError::Newer { path: path.into(), found });
        }
        if found < 1 {
            creating.execute_batch(TABLES).map_err(open)?;
        }
        if found < 2 {
            creating.execute_batch(INVITATIONS).map_err(open)?;
        }
        if found < 3 {
            creating.execute_batch(TOKENS).map_err(open)?;
        }
        let foreign = foreign_triggers(&creating).map_err(open)?;
        if !foreign.is_empty() {
            return Err(UsersError::ForeignTriggers { path: path.into(), names: foreign });
        }
        creating.commit().map_err(open)?;
        Ok(Self { db })
    }

    /// A number that changes where another connection has written to the file.
    pub(super) fn version(&self) -> Result<i64, UsersError> {
        Ok(self.db.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }

    /// Begins to write.
    pub(super) fn writing(&mut self) -> Result<Transaction<'_>, UsersError> {
        Ok(self.db.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

/// Names of the triggers and views that are not ours: they could change unseen what is read or written.
pub(super) fn foreign_triggers(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')";
    let mut statement = db.prepare(query)?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found = found.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    let own = LAYOUTS.map(without_literals);
    let is_own = |sql: &str| own.iter().any(|own| own.contains(&without_literals(sql)));
    let foreign = found.into_iter().filter(|(_, sql)| !is_own(sql));
    Ok(foreign.map(|(name, _)| name).collect())
}

/// The time in a column of milliseconds. One that is none, which only somebody else can have written, is that of 1970.
pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
