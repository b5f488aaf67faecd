//! The file's layout, and how it is opened.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

/// The layout of the file. A file of another layout is refused, not guessed at.
const SCHEMA_VERSION: i64 = 2;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error("cannot open the store {path}; its directory must exist and be writable")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file was written by another version.
    #[error(
        "the store {path} has layout {found}, this program knows {SCHEMA_VERSION}; use the version that wrote it"
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: i64,
    },
    /// Reading or writing failed; a commit that failed left nothing behind.
    #[error("the store failed")]
    Storage(#[from] rusqlite::Error),
    /// Something in the file cannot be what we wrote.
    #[error("the store holds what cannot be read: {0}")]
    Corrupt(String),
    /// The thread that owns the file is gone.
    #[error("the store is closed")]
    Closed,
}

/// Opens the store at `path` for writing, or makes it.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Open {
        path: path.into(),
        source,
    };
    let connection = Connection::open(path).map_err(failed)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA busy_timeout = 5000;
             PRAGMA journal_size_limit = 67108864;
             PRAGMA cache_size = -16384;
             PRAGMA temp_store = FILE;",
        )
        .map_err(failed)?;
    let mut found = layout(&connection).map_err(failed)?;
    if found == 1 {
        from_1(&connection).map_err(failed)?;
        found = SCHEMA_VERSION;
    }
    if found == 0 {
        create(&connection).map_err(failed)?;
    } else if found != SCHEMA_VERSION {
        return Err(StoreError::Layout {
            path: path.into(),
            found,
        });
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens the store at `path` for reading beside the writer.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Open {
        path: path.into(),
        source,
    };
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    connection
        .execute_batch("PRAGMA busy_timeout = 5000; PRAGMA temp_store = FILE;")
        .map_err(failed)?;
    let found = layout(&connection).map_err(failed)?;
    if found != SCHEMA_VERSION {
        return Err(StoreError::Layout {
            path: path.into(),
            found,
        });
    }
    Ok(connection)
}

fn layout(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn create(connection: &Connection) -> rusqlite::Result<()> {
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
         CREATE TABLE hour (
             series INTEGER NOT NULL, hour_ms INTEGER NOT NULL,
             counted INTEGER NOT NULL, suspect INTEGER NOT NULL, failed INTEGER NOT NULL, missing INTEGER NOT NULL,
             min REAL, max REAL, mean REAL, last REAL,
             increment REAL, increment_max REAL,
             rollovers INTEGER NOT NULL, resets INTEGER NOT NULL, glitches INTEGER NOT NULL,
             state TEXT,
             PRIMARY KEY (series, hour_ms)
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
             topic TEXT NOT NULL, problem TEXT NOT NULL, payload BLOB NOT NULL
         ) STRICT;",
    )?;
    transaction.execute_batch(LOST)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// What gateways say is lost.
const LOST: &str = "CREATE TABLE lost (
    gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (gateway, epoch, seq)
) STRICT, WITHOUT ROWID;";

/// Layout 2 keeps what gateways say is lost, and of their clocks.
fn from_1(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(LOST)?;
    transaction.execute_batch("ALTER TABLE gateway ADD COLUMN provisional INTEGER;")?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}
