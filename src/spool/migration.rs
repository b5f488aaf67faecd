//! Brings a file of an older layout up to date, in one transaction: a power cut or a full disk leaves it as it was.
//!
//! Batches stay where they are. However many there are, a few pages are written.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::schema::{SCHEMA_VERSION, TABLES, layout};

/// Brings the file up to date if its layout is an older one. Returns the layout that was found.
pub(super) fn migrate(connection: &Connection) -> rusqlite::Result<i64> {
    let found = layout(connection)?;
    let is_older = (1..SCHEMA_VERSION).contains(&found);
    if !is_older && (found != SCHEMA_VERSION || !has_highest(connection)?) {
        return Ok(found);
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    match found {
        1 => from_1(&transaction)?,
        2 => from_2(&transaction)?,
        _ => from_highest(&transaction)?,
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    tracing::info!(
        from = found,
        to = SCHEMA_VERSION,
        "brought the spool into the layout of this version"
    );
    Ok(found)
}

/// Layout 1 deleted batches as soon as the hub had them.
fn from_1(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "ALTER TABLE life RENAME TO life_1; ALTER TABLE batch ADD COLUMN first INTEGER;",
    )?;
    connection.execute_batch(TABLES)?;
    connection.execute_batch(
        "INSERT INTO life SELECT gateway, epoch, next_seq, payload_bytes, dropped_readings, 0, 0, next_seq - 1, 0 FROM life_1;
         DROP TABLE life_1;",
    )?;
    take_for_handed(connection)
}

/// Layout 2 did not say what had been handed over.
fn from_2(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "ALTER TABLE life ADD COLUMN may_to INTEGER NOT NULL DEFAULT 0;
         ALTER TABLE life ADD COLUMN renewed_ms INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE handed (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;",
    )?;
    take_for_handed(connection)
}

/// Takes every batch of an older layout for handed over: any may have been.
fn take_for_handed(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "UPDATE life SET may_to = max(next_seq - 1, coalesce((SELECT max(seq) FROM batch), 0));
         INSERT INTO handed SELECT 1, may_to FROM life WHERE may_to > 0;",
    )
}

/// Whether the file is of the first form of layout 3, which only knew the highest number that was handed over.
fn has_highest(connection: &Connection) -> rusqlite::Result<bool> {
    let columns = "SELECT count(*) > 0 FROM pragma_table_info('life') WHERE name = 'handed_to'";
    connection.query_row(columns, [], |row| row.get(0))
}

fn from_highest(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "ALTER TABLE life RENAME COLUMN handed_to TO may_to;
         ALTER TABLE life ADD COLUMN renewed_ms INTEGER NOT NULL DEFAULT 0;
         CREATE TABLE handed (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
         INSERT INTO handed SELECT 1, may_to FROM life WHERE may_to > 0;",
    )
}

#[cfg(test)]
#[path = "migration_tests.rs"]
mod tests;
