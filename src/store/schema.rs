//! The file's layout, and how it is opened.
//!
//! Readings, hours and days lie in two places each. What is new lies together by time (`*_hot`), so that a commit of one reading
//! of each of many series touches few pages; what is older lies together by series, as it is read. One instant parts the two
//! (`state.sealed_ms`), so that no row is ever looked for twice: what lies before it is in the second place, what lies at it or
//! after it in the first. [`seal`](super::seal) moves the instant, and the rows with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{migration, rollup};

/// The layout of the file. A file of a later one is refused, not guessed at.
pub(super) const SCHEMA_VERSION: i64 = 3;

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
        "the store {path} has layout {found}, this program knows {SCHEMA_VERSION}; use the version that wrote it, or for a \
         lower number let hanqing hub open it once"
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
    /// The file is damaged.
    #[error(
        "the store {path} is damaged: {found}; stop the hub, keep the file, and bring back a copy with hanqing restore"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first thing that was found.
        found: String,
    },
    /// The server that keeps the readings does not take or give them.
    #[error("the server {url}: {problem}")]
    Server {
        /// The server.
        url: String,
        /// What is wrong.
        problem: String,
        /// How long it asks to be left alone.
        wait: Option<Duration>,
    },
    /// The machine's clock is wrong: what is committed by it would be filed under a wrong time.
    #[error("this machine's clock says {0}, which cannot be; set it")]
    Clock(jiff::Timestamp),
    /// Readings that cannot be stored wait for a person, and there is no room for more.
    #[error("{0} sets of readings were set aside and wait; see hanqing quarantine list")]
    QuarantineFull(u64),
    /// Another program has the file open.
    #[error("{path} is in use; stop hanqing hub and every command that works on it, then repeat")]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The thread that owns the file is gone.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// A server's fault, without a word of when to come again.
    #[cfg(feature = "influx")]
    pub(super) fn server(url: &str, problem: String) -> Self {
        Self::Server { url: url.into(), problem, wait: None }
    }

    /// How long to wait before it is tried again, where a server said so.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Server { wait, .. } => *wait,
            _ => None,
        }
    }
}

/// Opens the store at `path` for writing, or makes it.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Open { path: path.into(), source };
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
    let found = layout(&connection).map_err(failed)?;
    match found {
        0 => create(&connection).map_err(failed)?,
        1..SCHEMA_VERSION => migration::migrate(&connection, found)?,
        SCHEMA_VERSION => {}
        _ => {
            return Err(StoreError::Layout { path: path.into(), found });
        }
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(connection)
}

/// Prepared statements that are kept: all that a connection ever uses.
const STATEMENTS_MAX: usize = 128;

/// Opens the store at `path` for reading beside the writer.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Open { path: path.into(), source };
    // A connection has one owner: a lock around each column that is read would cost a fifth of the time.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection
        .execute_batch(
            "PRAGMA busy_timeout = 5000; PRAGMA temp_store = FILE; PRAGMA cache_size = -8192;",
        )
        .map_err(failed)?;
    let found = layout(&connection).map_err(failed)?;
    if found != SCHEMA_VERSION {
        return Err(StoreError::Layout { path: path.into(), found });
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
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
    transaction.execute_batch(PLACES)?;
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

/// Zone of the days of a file that nobody has said anything else of.
pub(super) const DEFAULT_ZONE: &str = "Asia/Shanghai";
/// Hour at which these days begin.
pub(super) const DEFAULT_DAY_START: i8 = 0;

/// What gateways say is lost: since layout 2.
pub(super) const LOST: &str = "CREATE TABLE lost (
    gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, record TEXT NOT NULL,
    PRIMARY KEY (gateway, epoch, seq)
) STRICT, WITHOUT ROWID;";

/// Since layout 3: the places of what is new, days, the last reading of each series, and the state of the file as a whole.
pub(super) const PLACES: &str = concat!(
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
