//! The tables of the spool's file, and how it is opened (docs/decisions/0002).

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, ffi, params};

use super::migration;
use crate::core::GatewayId;
use crate::locales::{core as general, spool as words};
use crate::support::{files, random};

/// Version of the layout. An older one is brought up to date when its gateway opens the file, a later one is refused.
pub(super) const SCHEMA_VERSION: i64 = 3;

/// The oldest layout that an export reads: what it needs stands there as in the present one, or is not there.
const READABLE_FROM: i64 = 1;

/// Bytes of a page. An append costs the pages that it touches: with 1024 bytes, a batch of ten readings takes two
/// thirds of what it takes with 4096, and one of a hundred takes seven tenths (docs/reliability.md).
const PAGE_SIZE: i64 = 1024;

/// Pages written to the log before it is folded back into the file: 1 MiB. Each append rewrites the newest page for as
/// long as it fits there; folding back later writes that page once.
const CHECKPOINT_PAGES: i64 = 1024;

/// Page cache, KiB. SQLite's default of 2 MiB would be a fifth of the memory that a gateway may use.
const CACHE_KIB: i64 = 512;

/// How long a statement waits for another program that uses the file, an export. Engineering judgement.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A failure of the spool.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    #[error("{}", words::cannot_open(path))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{}", words::cannot_read(path))]
    Read { path: PathBuf, source: rusqlite::Error },
    #[error("{}", words::other_layout(path, *found, SCHEMA_VERSION))]
    Layout { path: PathBuf, found: i64 },
    #[error("{}", words::other_owner(path, owner))]
    Owner { path: PathBuf, owner: String },
    /// A file that is no spool, and none of ours to rename or to write to.
    #[error("{}", words::no_spool(path))]
    Foreign { path: PathBuf },
    /// What was to be written is not in the spool.
    #[error("{}", words::failed())]
    Storage(#[from] rusqlite::Error),
    #[error("{}", words::cannot_quarantine(path))]
    Quarantine { path: PathBuf, source: std::io::Error },
    /// Everything was to go into a new file.
    #[error("{}", words::cannot_carry(path))]
    Carry { path: PathBuf, source: std::io::Error },
    /// The thread that owns the file has ended.
    #[error("{}", words::closed())]
    Closed,
}

impl SpoolError {
    /// SQLite's code, if SQLite failed.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } | Self::Storage(source) => {
                source.sqlite_error_code()
            }
            _ => None,
        }
    }

    /// Whether the file itself is damaged, so that waiting does not help.
    pub fn is_damage(&self) -> bool {
        let code = self.code();
        matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
    }

    /// Whether the disk at `path` had no space for it. Some file systems say so only when they are to sync.
    pub(super) fn is_full(&self, path: &Path) -> bool {
        match self.code() {
            Some(ErrorCode::DiskFull) => true,
            Some(ErrorCode::SystemIoFailure) => super::space::is_full(path),
            _ => false,
        }
    }

    /// Whether it may pass: a full disk, a read-only file system, a device that does not answer.
    pub fn may_pass(&self) -> bool {
        let refused = matches!(
            self,
            Self::Layout { .. } | Self::Owner { .. } | Self::Foreign { .. } | Self::Closed
        );
        !refused && !self.is_damage()
    }
}

/// The spool's state as it was last saved.
pub(super) struct Life {
    pub epoch: u64,
    pub next_seq: u64,
    /// Payload of the batches below `next_seq`.
    pub bytes: u64,
    pub dropped: u64,
    pub thinned: u64,
    /// The latest time that was known to be right.
    pub known_ms: i64,
    /// All numbers up to this one may have been handed over, whatever else has been.
    pub may_to: u64,
    /// When the epoch was last begun anew because another life of the spool was found, ms; 0 if never.
    pub renewed_ms: i64,
    /// Whether the epoch has just been chosen, so that nobody else can know it.
    pub fresh: bool,
}

/// Opens or creates the file, in SQLite's file layer `vfs` or the system's.
pub(super) fn open(
    path: &Path,
    gateway: &GatewayId,
    vfs: Option<&str>,
) -> Result<(Connection, Life), SpoolError> {
    let failed = |source| SpoolError::Open { path: path.into(), source };
    let connection = match vfs {
        None => {
            files::create_database(path);
            Connection::open(path)
        }
        Some(vfs) => Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs),
    };
    let connection = connection.map_err(failed)?;
    // SQLite opens read-only what it cannot write, and stays read-only when the file system becomes writable.
    if connection.is_readonly(MAIN_DB).map_err(failed)? {
        return Err(failed(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_READONLY),
            Some(general::sqlite_read_only().into()),
        )));
    }
    if vfs.is_some() {
        // Such a file layer has no shared memory; SQLite then allows a log only with exclusive locking.
        connection.execute_batch("PRAGMA locking_mode = EXCLUSIVE;").map_err(failed)?;
    }
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    if is_of_others(&connection).map_err(failed)? {
        return Err(SpoolError::Foreign { path: path.into() });
    }
    connection
        .execute_batch(&format!(
            "PRAGMA page_size = {PAGE_SIZE};
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
             PRAGMA cache_size = -{CACHE_KIB};
             PRAGMA journal_size_limit = 4194304;"
        ))
        .map_err(failed)?;
    // Statements stay as they were compiled: one that asks for a range would be compiled anew for each.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    let found = migration::migrate(&connection).map_err(failed)?;
    match found {
        0 => create(&connection, gateway).map_err(failed)?,
        1..=SCHEMA_VERSION => {}
        found => return Err(SpoolError::Layout { path: path.into(), found }),
    }
    let (owner, mut life) = life(&connection).map_err(failed)?;
    if owner != gateway.as_str() {
        return Err(SpoolError::Owner { path: path.into(), owner });
    }
    life.fresh = found == 0 || choose_again(&connection, &mut life);
    Ok((connection, life))
}

/// Opens a spool for reading while its gateway may be writing to it. Returns the gateway's id, too.
pub(super) fn open_read_only(path: &Path) -> Result<(Connection, String), SpoolError> {
    let failed = |source| SpoolError::Read { path: path.into(), source };
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let found = layout(&connection).map_err(failed)?;
    if !(READABLE_FROM..=SCHEMA_VERSION).contains(&found) {
        return Err(SpoolError::Layout { path: path.into(), found });
    }
    let owner = connection.query_row("SELECT gateway FROM life", [], |row| row.get(0));
    Ok((connection, owner.map_err(failed)?))
}

/// That the file at `path` is of a later version than this program, by its header (SQLite's file format, 1.3). SQLite
/// itself would make files beside it, which then belong to this user.
pub fn newer_layout(path: &Path) -> Option<SpoolError> {
    let mut header = [0; 64];
    File::open(path).ok()?.read_exact(&mut header).ok()?;
    let found = header.starts_with(b"SQLite format 3\0").then(|| header.last_chunk::<4>())??;
    let found = i64::from(i32::from_be_bytes(*found));
    (found > SCHEMA_VERSION).then(|| SpoolError::Layout { path: path.into(), found })
}

/// Whether the SQLite file at `path` is another program's, as it lies there: SQLite opens it as one that nobody
/// changes, and makes no files beside it.
pub fn is_other_database(path: &Path) -> bool {
    let escaped = |byte: &u8| match byte {
        b'/' | b'.' | b'-' | b'_' => char::from(*byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let Some(path) = path.canonicalize().ok().filter(|path| path.is_file()) else { return false };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(escaped).collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let opened = Connection::open_with_flags(format!("file:{path}?immutable=1"), flags);
    opened.and_then(|connection| is_of_others(&connection)).unwrap_or(false)
}

/// Whether it has tables, and not those that every layout of a spool has.
fn is_of_others(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT count(*) > 0 AND sum(name IN ('life', 'batch')) < 2 FROM sqlite_schema WHERE type = 'table'",
        [],
        |row| row.get(0),
    )
}

/// Notes in the file at `path`, which its gateway may be using, that everything up to `seq` has been handed over. A
/// file of an older layout needs no note: its migration takes all that is in it for handed over.
pub(super) fn note_handed(path: &Path, seq: u64) -> rusqlite::Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    if layout(&connection)? == SCHEMA_VERSION {
        connection.execute(
            "INSERT INTO handed VALUES (1, ?1) ON CONFLICT (first) DO UPDATE SET last = max(last, excluded.last)",
            [seq],
        )?;
    }
    Ok(())
}

/// Chooses another epoch for a spool that has never numbered a batch: it may have been copied with its image. Returns
/// whether it has; on a disk that cannot be written the epoch stays.
fn choose_again(connection: &Connection, life: &mut Life) -> bool {
    let count =
        || connection.query_row("SELECT count(*) FROM batch", [], |row| row.get::<_, u64>(0));
    if life.next_seq > 1 || count().unwrap_or(1) > 0 {
        return false;
    }
    let epoch = random::bits();
    let chosen = connection.execute("UPDATE life SET epoch = ?1", [epoch as i64]).is_ok();
    if chosen {
        life.epoch = epoch;
    }
    chosen
}

pub(super) fn layout(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn life(connection: &Connection) -> rusqlite::Result<(String, Life)> {
    connection.query_row(
        "SELECT gateway, epoch, next_seq, bytes, dropped, thinned, known_ms, may_to, renewed_ms FROM life",
        [],
        |row| {
            let life = Life {
                epoch: row.get::<_, i64>(1)? as u64,
                next_seq: row.get(2)?,
                bytes: row.get(3)?,
                dropped: row.get(4)?,
                thinned: row.get(5)?,
                known_ms: row.get(6)?,
                may_to: row.get(7)?,
                renewed_ms: row.get(8)?,
                fresh: false,
            };
            Ok((row.get(0)?, life))
        },
    )
}

/// The tables beside `batch`. `released`: what the hub has. `held`: batches of provisional time, with the boot that
/// they were read in. In `batch`, `first` is the first number that a loss record covers. `handed`: what was handed to a
/// broker or written to an export in this file's life; `life.may_to`: all up to that number may have been, too.
pub(super) const TABLES: &str = "CREATE TABLE life (
         gateway TEXT NOT NULL, epoch INTEGER NOT NULL, next_seq INTEGER NOT NULL, bytes INTEGER NOT NULL,
         dropped INTEGER NOT NULL, thinned INTEGER NOT NULL, known_ms INTEGER NOT NULL, may_to INTEGER NOT NULL,
         renewed_ms INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE handed (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
     CREATE TABLE released (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
     CREATE TABLE held (seq INTEGER PRIMARY KEY, boot INTEGER NOT NULL) STRICT;
     CREATE TABLE traffic (month TEXT NOT NULL, bytes INTEGER NOT NULL) STRICT;
     INSERT INTO traffic VALUES ('', 0);";

fn create(connection: &Connection, gateway: &GatewayId) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(
        "CREATE TABLE batch (
             seq INTEGER PRIMARY KEY, first INTEGER, readings INTEGER NOT NULL, payload BLOB NOT NULL
         ) STRICT;",
    )?;
    transaction.execute_batch(TABLES)?;
    transaction.execute(
        "INSERT INTO life VALUES (?1, ?2, 1, 0, 0, 0, 0, 0, 0)",
        params![gateway.as_str(), random::bits() as i64],
    )?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}
