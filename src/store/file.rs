//! SQLite files as a whole, the store's and the ledger's: copied while others write, examined, held while replaced.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::StoreError;
use crate::locales::{Text, foreign, store as words};

/// Pages copied between two reports of progress: 4 MB.
const PAGES_PER_STEP: i32 = 1024;

/// What a file holds, to compare copies by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub layout: i64,
    pub rows: BTreeMap<String, u64>,
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    Connection::open_with_flags(path, flags)
        .map_err(|source| StoreError::Open { path: path.into(), source })
}

/// Copies the file at `from` as it is at one instant, even while others write, and examines the copy. `advanced`
/// receives the bytes copied and the bytes in all.
///
/// # Errors
/// `from` cannot be read, `to` cannot be written, or the copy is damaged. `to` must not be used then.
pub fn copy(from: &Path, to: &Path, advanced: &dyn Fn(u64, u64)) -> Result<Contents, StoreError> {
    let source = open(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // One transaction sees one instant, and the copy need not restart when others write.
    let instant = source.unchecked_transaction()?;
    let contents = contents(&instant)?;
    let page: u64 = instant.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let mut target = open(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    {
        let copying = Backup::new(&source, &mut target)?;
        loop {
            let step = copying.step(PAGES_PER_STEP)?;
            let progress = copying.progress();
            let bytes = |pages: i32| u64::from(pages.unsigned_abs()) * page;
            advanced(bytes(progress.pagecount - progress.remaining), bytes(progress.pagecount));
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ => return Err(StoreError::InUse { path: from.into() }),
            }
        }
    }
    instant.finish()?;
    // A single file, without a write-ahead log beside it.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    drop(target);
    if examine(to)? != contents {
        return Err(StoreError::Damaged { path: to.into(), found: words::copy_differs() });
    }
    Ok(contents)
}

/// Reads the whole file at `path`, looks for damage and counts its rows.
pub fn examine(path: &Path) -> Result<Contents, StoreError> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let damaged = |found: Text| StoreError::Damaged { path: path.into(), found };
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| damaged(foreign::sqlite(&error)))?;
    if found != "ok" {
        return Err(damaged(Text::verbatim(found)));
    }
    contents(&connection).map_err(|error| damaged(foreign::sqlite(&error)))
}

fn contents(connection: &Connection) -> rusqlite::Result<Contents> {
    let layout = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut rows = BTreeMap::new();
    for name in names {
        let name = name?;
        let quoted = name.replace('"', "\"\"");
        let count = format!("SELECT count(*) FROM \"{quoted}\"");
        rows.insert(name, connection.query_row(&count, [], |row| row.get(0))?);
    }
    Ok(Contents { layout, rows })
}

/// Gives `file` to the owner of `like`: root may create a file that a hub of another user has to open.
///
/// # Errors
/// The owners differ, and this user may not give files away.
pub fn give_to_owner_of(like: &Path, file: &File) -> io::Result<()> {
    let (like, file_now) = (like.metadata()?, file.metadata()?);
    if like.uid() == file_now.uid() {
        return Ok(());
    }
    fchown(file, Some(like.uid()), Some(like.gid()))
}

/// A file that no other process has open. Its write-ahead log has been merged into it.
pub struct Held {
    _connection: Connection,
}

/// Holds the file at `path`; `None` where it is too damaged to be opened.
///
/// # Errors
/// A process has it open, or it cannot be read.
pub fn hold(path: &Path) -> Result<Option<Held>, StoreError> {
    let failed = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Err(StoreError::InUse { path: path.into() })
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Ok(None),
        _ => Err(StoreError::Open { path: path.into(), source: error }),
    };
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Fails while another connection is open, even an idle one.
    let alone = connection
        .busy_timeout(std::time::Duration::ZERO)
        .and_then(|()| connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())))
        .and_then(|()| connection.execute_batch("BEGIN EXCLUSIVE"));
    match alone {
        Ok(()) => Ok(Some(Held { _connection: connection })),
        Err(error) => failed(error),
    }
}
