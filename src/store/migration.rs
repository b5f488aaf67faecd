//! Brings files of older layouts up to date in one transaction: a power cut leaves the file as it was.

use rusqlite::{Connection, params};

use super::schema::{DEFAULT_DAY_START, DEFAULT_ZONE, LOST, SCHEMA_VERSION, TIERS};
use super::tables::{self, Tables};
use super::{StoreError, days};
use crate::core::{HOUR_MS, hour_start_ms};

pub(super) fn migrate(connection: &Connection, found: i64) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    if found < 2 {
        from_1(&transaction)?;
    }
    from_2(&transaction)?;
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
    let calendar = tables::calendar(connection)?;
    days::rebuild(&Tables::load(connection, &calendar)?)
}
