//! Brings files of older layouts up to date in one transaction: a power cut leaves the file as it was.

use rusqlite::{Connection, params};

use super::schema::{self, DEFAULT_DAY_START, DEFAULT_ZONE, LOST, SCHEMA_VERSION, SENDERS, TIERS};
use super::tables::{self, SLOT_MS, Tables};
use super::{StoreError, days, pins};
use crate::core::{HOUR_MS, hour_start_ms};

pub(super) fn migrate(connection: &Connection, found: i64) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    if found < 2 {
        from_1(&transaction)?;
    }
    if found < 3 {
        from_2(&transaction)?;
    }
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
    Ok(transaction.commit()?)
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
