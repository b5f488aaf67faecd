//! Brings files of older layouts up to date in one transaction: a power cut or a full disk leaves the file as it was.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::schema::{self, DEFAULT_DAY_START, DEFAULT_ZONE, LOST, SCHEMA_VERSION, SENDERS, TIERS};
use super::tables::{self, SLOT_MS, Tables};
use super::{StoreError, days, pins};
use crate::core::{HOUR_MS, hour_start_ms};

/// Brings the file, whose layout is an older one, up to date.
///
/// Of programs that open it at once, one does it and the others wait for it.
pub(super) fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let found: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found >= SCHEMA_VERSION {
        return Ok(());
    }
    tracing::info!(
        from = found,
        to = SCHEMA_VERSION,
        "bringing the store into the layout of this version"
    );
    if found < 2 {
        from_1(&transaction)?;
    }
    if found < 3 {
        from_2(&transaction)?;
    }
    add_what_forms_lacked(&transaction, found)?;
    if found < 4 {
        from_3(&transaction)?;
        pins::pin_by_births(&transaction)?;
    }
    schema::add_corrections(&transaction)?;
    if found < 3 {
        let calendar = tables::calendar(&transaction)?;
        days::rebuild(&Tables::load(&transaction, &calendar)?)?;
    }
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    tracing::info!("the store has the layout of this version");
    Ok(())
}

/// Adds the columns that the first forms of layouts 2, 3 and 4 did not have yet: their numbers stayed.
fn add_what_forms_lacked(connection: &Connection, found: i64) -> rusqlite::Result<()> {
    for (layout, table, column, definition) in [
        (2, "gateway", "provisional", "INTEGER"),
        (3, "quarantine", "kept", "INTEGER NOT NULL DEFAULT 0"),
        (3, "state", "copied_ms", "INTEGER"),
        (4, "epoch", "newest_ms", "INTEGER"),
    ] {
        let count = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
        let there: i64 = connection.query_row(count, (table, column), |row| row.get(0))?;
        if found >= layout && there == 0 {
            let add = format!("ALTER TABLE {table} ADD COLUMN {column} {definition};");
            connection.execute_batch(&add)?;
        }
    }
    Ok(())
}

/// Layout 2 adds gateways' records of loss, and the state of their clocks.
fn from_1(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(LOST)?;
    connection.execute_batch("ALTER TABLE gateway ADD COLUMN provisional INTEGER;")
}

/// Layout 3 adds the hot tier, days, each series' last reading, and quarantined readings that stay until stored.
fn from_2(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(TIERS)?;
    connection
        .execute_batch("ALTER TABLE quarantine ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;")?;
    connection.execute_batch(
        "INSERT INTO latest (series, at_ms, counted_ms)
             SELECT id, last, (SELECT max(at_ms) FROM reading WHERE series = id AND value IS NOT NULL AND flag IN (1, 2, 3))
             FROM (SELECT id, (SELECT max(at_ms) FROM reading WHERE series = id) AS last FROM series)
             WHERE last IS NOT NULL;",
    )?;
    // All existing rows are in the cold tier.
    let newest: Option<i64> =
        connection.query_row("SELECT max(at_ms) FROM latest", [], |row| row.get(0))?;
    let hot_from_ms = newest.map_or(0, |newest| hour_start_ms(newest) + HOUR_MS);
    connection.execute(
        "INSERT INTO state (sealed_ms, readings, zone, day_start_hour)
         VALUES (?1, (SELECT count(*) FROM reading), ?2, ?3)",
        params![hot_from_ms, DEFAULT_ZONE, DEFAULT_DAY_START],
    )?;
    Ok(())
}

/// Layout 4 adds who sent each row, former values, owners of stations, and hours to be folded. The highest range of
/// each epoch moves to `epoch`; days that are not over are folded when they are read.
fn from_3(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(SENDERS)?;
    connection.execute_batch(
        "INSERT INTO epoch (gateway, epoch, first, last, heard_ms)
             SELECT gateway, epoch, first, max(last),
                 coalesce((SELECT heard_ms FROM gateway WHERE name = gateway), 0)
             FROM delivered GROUP BY gateway, epoch;
         DELETE FROM delivered WHERE (gateway, epoch, first) IN (SELECT gateway, epoch, first FROM epoch);",
    )?;
    // Slots are shorter since then.
    connection.execute("UPDATE reading_hot SET slot = at_ms / ?1", [SLOT_MS])?;
    Ok(())
}
