//! Opens the file, for writing or for reading beside the writer.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

use super::schema::{self, CHECKPOINT_PAGES, PAGE_SIZE, SCHEMA_VERSION};
use super::{Place, StoreError, file, migration};
use crate::locales::{Text, store as words};
use crate::support::files;

/// Opens the store at `path` for writing, or creates it.
pub(super) fn open(path: &Path) -> Result<(Connection, Place), StoreError> {
    let failed = |source| StoreError::Open { path: path.into(), source };
    Place::keep_lone_log(path);
    files::create_database(path);
    let connection = Connection::open(path).map_err(failed)?;
    let mut place = Place::new(path);
    connection.pragma_update(None, "page_size", PAGE_SIZE).map_err(failed)?;
    log_writes_ahead(&connection).map_err(failed)?;
    connection
        .execute_batch(&format!(
            "PRAGMA synchronous = FULL;
             PRAGMA busy_timeout = 5000;
             PRAGMA journal_size_limit = 67108864;
             PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
             PRAGMA cache_size = -8192;
             PRAGMA temp_store = FILE;",
        ))
        .map_err(failed)?;
    let found = layout(&connection).map_err(failed)?;
    match found {
        0 => schema::create(&connection).map_err(failed)?,
        1..SCHEMA_VERSION => migration::migrate(&connection).map_err(|e| e.at_upgrade(path))?,
        SCHEMA_VERSION => {}
        _ => {
            return Err(StoreError::Layout { path: path.into(), found, known: SCHEMA_VERSION });
        }
    }
    let foreign = file::triggers_and_views(&connection).map_err(failed)?;
    if !foreign.is_empty() {
        let found = words::foreign_triggers(Text::list(&foreign));
        return Err(StoreError::Damaged { path: path.into(), found });
    }
    keep_plans(&connection).map_err(failed)?;
    place.note_log();
    Ok((connection, place))
}

/// Keeps statements as they were compiled. Else SQLite compiles one that asks for a range anew for each range, in case
/// another plan is better: a sixth of the time of taking readings in.
fn keep_plans(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Has a file keep a write-ahead log. Where a write fails just then, SQLite tells it only after its answer, and goes on
/// with another journal: readers would wait for each commit, and commits for readers.
fn log_writes_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = statement.query([])?;
    let mut keeps_log = false;
    while let Some(row) = rows.next()? {
        keeps_log = row.get_ref(0)?.as_str()? == "wal";
    }
    match keeps_log {
        true => Ok(()),
        false => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), None)),
    }
}

/// Capacity for cached statements: more than a connection ever uses.
const STATEMENTS_MAX: usize = 128;

pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Open { path: path.into(), source };
    // A connection has one owner. SQLite's lock around each column would cost a fifth of the time.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    connection
        .execute_batch(
            "PRAGMA busy_timeout = 5000; PRAGMA temp_store = FILE; PRAGMA cache_size = -8192;",
        )
        .map_err(failed)?;
    let found = layout(&connection).map_err(failed)?;
    if found != SCHEMA_VERSION {
        return Err(StoreError::Layout { path: path.into(), found, known: SCHEMA_VERSION });
    }
    keep_plans(&connection).map_err(failed)?;
    Ok(connection)
}

fn layout(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}
