//! The file's layout.
//!
//! Readings, hours and days lie in two tiers each. Hot rows lie together by time (`*_hot`), so that a commit of one
//! reading of each of many series touches few pages; cold rows lie together by series, as they are read. Rows before
//! one instant (`state.sealed_ms`) are cold, all others hot, so that no row is ever looked up twice.
//! [`Tables::demote`](super::tables::Tables::demote) moves the instant, and the rows with it.

use rusqlite::Connection;

use super::rollup;

/// The layout of the file. A file of a later one is refused.
pub(super) const SCHEMA_VERSION: i64 = 3;

/// Creates all tables in an empty file.
pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(
        "CREATE TABLE series (
             id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
             modulus REAL, max_rate_per_hour REAL
         ) STRICT;
         CREATE TABLE reading (
             series INTEGER NOT NULL, at_ms INTEGER NOT NULL,
             value REAL, flag INTEGER NOT NULL, reason TEXT, raw BLOB,
             PRIMARY KEY (series, at_ms)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE delivered (
             gateway TEXT NOT NULL, epoch TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
             PRIMARY KEY (gateway, epoch, first)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE gateway (
             name TEXT PRIMARY KEY, online INTEGER, since_ms INTEGER, heard_ms INTEGER, birth TEXT, provisional INTEGER
         ) STRICT;
         CREATE TABLE quarantine (
             id INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL,
             topic TEXT NOT NULL, problem TEXT NOT NULL, payload BLOB NOT NULL, kept INTEGER NOT NULL DEFAULT 0
         ) STRICT;",
    )?;
    transaction.execute_batch(HOUR)?;
    transaction.execute_batch(LOST)?;
    transaction.execute_batch(TIERS)?;
    transaction.execute(
        "INSERT INTO state (sealed_ms, zone, day_start_hour) VALUES (0, ?1, ?2)",
        (DEFAULT_ZONE, DEFAULT_DAY_START),
    )?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// A table of roll-ups: the columns before those of the roll-up, those after them, and the key.
macro_rules! rollup_table {
    ($name:literal, $before:literal, $after:literal, $key:literal) => {
        concat!(
            "CREATE TABLE ",
            $name,
            " (series INTEGER NOT NULL, ",
            $before,
            ", ",
            rollup::definitions!(),
            $after,
            ", PRIMARY KEY (",
            $key,
            ")) STRICT, WITHOUT ROWID;"
        )
    };
}

const HOUR: &str =
    rollup_table!("hour", "hour_ms INTEGER NOT NULL", ", state TEXT", "series, hour_ms");

/// Zone of a file's days until a calendar is set.
pub(super) const DEFAULT_ZONE: &str = "Asia/Shanghai";
/// Hour at which days begin until a calendar is set.
pub(super) const DEFAULT_DAY_START: i8 = 0;

/// Gateways' records of loss: since layout 2.
pub(super) const LOST: &str = "CREATE TABLE lost (
    gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (gateway, epoch, seq)
) STRICT, WITHOUT ROWID;";

/// Since layout 3: the hot tier, days, the last reading of each series, and the state of the file as a whole.
pub(super) const TIERS: &str = concat!(
    "
    CREATE TABLE reading_hot (
        slot INTEGER NOT NULL, series INTEGER NOT NULL, at_ms INTEGER NOT NULL,
        value REAL, flag INTEGER NOT NULL, reason TEXT, raw BLOB,
        PRIMARY KEY (slot, series, at_ms)
    ) STRICT, WITHOUT ROWID;
    ",
    rollup_table!("hour_hot", "hour_ms INTEGER NOT NULL", ", state TEXT", "hour_ms, series"),
    rollup_table!(
        "day",
        "day_ms INTEGER NOT NULL, covered_h INTEGER NOT NULL",
        "",
        "series, day_ms"
    ),
    rollup_table!(
        "day_hot",
        "day_ms INTEGER NOT NULL, covered_h INTEGER NOT NULL",
        "",
        "day_ms, series"
    ),
    "
    CREATE TABLE latest (
        series INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, counted_ms INTEGER
    ) STRICT;
    CREATE TABLE state (
        only INTEGER PRIMARY KEY DEFAULT 1 CHECK (only = 1),
        sealed_ms INTEGER NOT NULL,
        raw_from_ms INTEGER,
        copied_ms INTEGER,
        readings INTEGER NOT NULL DEFAULT 0,
        zone TEXT NOT NULL, day_start_hour INTEGER NOT NULL
    ) STRICT;"
);
