//! The spool's file: its layout, and how it is opened (docs/decisions/0002).

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, ffi, params};

use crate::core::GatewayId;
use crate::support::chance;

/// The layout of the file. A file of another layout is refused, not guessed at.
const SCHEMA_VERSION: i64 = 2;

/// Bytes of a page. What an append costs is the pages that it touches: with 1024 bytes a batch of ten readings takes two thirds of
/// what it takes with 4096, one of a hundred seven tenths (docs/reliability.md).
const PAGE_SIZE: i64 = 1024;

/// Pages written to the log before it is folded back into the file: 1 MiB. The newest page is written again by each append that
/// still fits on it; folding back later writes it once.
const CHECKPOINT_PAGES: i64 = 1024;

/// Pages kept in memory, KiB. SQLite's own default of 2 MiB would be a fifth of what a gateway may take.
const CACHE_KIB: i64 = 512;

/// A failure of the spool.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The file cannot be opened.
    #[error("cannot open the spool {path}; its directory must exist and be writable")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// There is no spool to read from.
    #[error(
        "cannot read the spool {path}; give spool.path of the gateway's configuration, as a user who may read it"
    )]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file was written by another version.
    #[error(
        "the spool {path} has layout {found}, this program knows {SCHEMA_VERSION}; move it aside to start a new one"
    )]
    Layout {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: i64,
    },
    /// The file belongs to another gateway.
    #[error("the spool {path} belongs to gateway {owner}; give each gateway a spool of its own")]
    Owner {
        /// The file.
        path: PathBuf,
        /// The gateway that it belongs to.
        owner: String,
    },
    /// Reading or writing failed; what was to be written is not in the spool.
    #[error("the spool failed")]
    Storage(#[from] rusqlite::Error),
    /// The spoilt file cannot be set aside.
    #[error("the spool {path} is spoilt and cannot be set aside")]
    Aside {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The thread that owns the file is gone.
    #[error("the spool is closed")]
    Closed,
}

impl SpoolError {
    /// What SQLite says, where it is its failure.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } | Self::Storage(source) => {
                source.sqlite_error_code()
            }
            _ => None,
        }
    }

    /// Whether the file itself is damaged: no waiting helps.
    pub fn is_spoilt(&self) -> bool {
        let code = self.code();
        matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// Whether it may pass: a full disk, a file system that can only be read, a device that does not answer.
    pub fn may_pass(&self) -> bool {
        let refused = matches!(self, Self::Layout { .. } | Self::Owner { .. } | Self::Closed);
        !refused && !self.is_spoilt()
    }
}

/// What the file says of its own life.
pub(super) struct Life {
    pub epoch: u64,
    pub next_seq: u64,
    /// Bytes of payload of the batches below `next_seq`.
    pub bytes: u64,
    pub dropped: u64,
    pub thinned: u64,
    /// A time that was known to be good, ms.
    pub known_ms: i64,
}

/// Opens the file, or makes it, in the file layer `vfs` or the system's.
pub(super) fn open(
    path: &Path,
    gateway: &GatewayId,
    vfs: Option<&str>,
) -> Result<(Connection, Life), SpoolError> {
    let failed = |source| SpoolError::Open { path: path.into(), source };
    let connection = match vfs {
        None => Connection::open(path),
        Some(vfs) => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs),
    };
    let connection = connection.map_err(failed)?;
    // SQLite opens for reading what it cannot write, and a connection stays so when the file system can be written again.
    if connection.is_readonly(MAIN_DB).map_err(failed)? {
        return Err(failed(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_READONLY),
            Some("the file system, or the file, can only be read".into()),
        )));
    }
    if vfs.is_some() {
        // Without shared memory there is no log but for one user alone.
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE;").map_err(failed)?;
    }
    connection
        .execute_batch(&format!(
            "PRAGMA page_size = {PAGE_SIZE};
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
             PRAGMA cache_size = -{CACHE_KIB};
             PRAGMA busy_timeout = 5000;
             PRAGMA journal_size_limit = 4194304;"
        ))
        .map_err(failed)?;
    let mut found = layout(&connection).map_err(failed)?;
    if found == 1 {
        from_1(&connection).map_err(failed)?;
        found = SCHEMA_VERSION;
    }
    if found == 0 {
        create(&connection, gateway).map_err(failed)?;
    } else if found != SCHEMA_VERSION {
        return Err(SpoolError::Layout { path: path.into(), found });
    }
    let (owner, life) = life(&connection).map_err(failed)?;
    if owner != gateway.as_str() {
        return Err(SpoolError::Owner { path: path.into(), owner });
    }
    Ok((connection, life))
}

/// Opens a spool for reading beside its gateway, and says whose it is.
///
/// # Errors
/// There is none, or of another layout.
pub(super) fn read_only(path: &Path) -> Result<(Connection, String), SpoolError> {
    let failed = |source| SpoolError::Read { path: path.into(), source };
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    connection.execute_batch("PRAGMA busy_timeout = 5000;").map_err(failed)?;
    let found = layout(&connection).map_err(failed)?;
    if found != SCHEMA_VERSION {
        return Err(SpoolError::Layout { path: path.into(), found });
    }
    let (owner, _) = life(&connection).map_err(failed)?;
    Ok((connection, owner))
}

fn layout(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn life(connection: &Connection) -> rusqlite::Result<(String, Life)> {
    connection.query_row(
        "SELECT gateway, epoch, next_seq, bytes, dropped, thinned, known_ms FROM life",
        [],
        |row| {
            let life = Life {
                epoch: row.get::<_, i64>(1)? as u64,
                next_seq: row.get(2)?,
                bytes: row.get(3)?,
                dropped: row.get(4)?,
                thinned: row.get(5)?,
                known_ms: row.get(6)?,
            };
            Ok((row.get(0)?, life))
        },
    )
}

/// Beside the batches. `batch.first`: of one that is the remains of others, the first of them. `released`: what the hub has.
/// `held`: whose time is provisional, by the run of the machine that they were read in.
const TABLES: &str = "CREATE TABLE life (
         gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
         dropped INTEGER NOT NULL, thinned INTEGER NOT NULL, known_ms INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE released (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
     CREATE TABLE held (seq INTEGER PRIMARY KEY, boot INTEGER NOT NULL) STRICT;
     CREATE TABLE traffic (month TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
     INSERT INTO traffic VALUES ('', 0);";

/// Layout 1 removed at once what the hub had.
fn from_1(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(
        "ALTER TABLE life RENAME TO life_1; ALTER TABLE batch ADD COLUMN first INTEGER;",
    )?;
    transaction.execute_batch(TABLES)?;
    transaction.execute_batch(
        "INSERT INTO life SELECT gateway, epoch, next_seq, payload_bytes, dropped_readings, 0, 0 FROM life_1;
         DROP TABLE life_1;",
    )?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

fn create(connection: &Connection, gateway: &GatewayId) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(
        "CREATE TABLE batch (
             seq INTEGER PRIMARY KEY, first INTEGER, readings INTEGER NOT NULL, payload BLOB NOT NULL
         ) STRICT;",
    )?;
    transaction.execute_batch(TABLES)?;
    transaction.execute(
        "INSERT INTO life VALUES (?1, ?2, 1, 0, 0, 0, 0)",
        params![gateway.as_str(), chance::bits() as i64],
    )?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}
