//! SQLite files as a whole, the store's and the ledger's: copied while others write, examined, held while replaced.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{StoreError, schema};
use crate::locales::{Text, foreign, store as words};
use crate::support::files;
use crate::support::sql::without_literals;

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
    files::create_database(to);
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

/// What the store's file at `path` holds that no program of ours puts there: its name in the file.
///
/// A digest only says that a backup is as it was when the digest was made, by whoever made it. A trigger that somebody
/// added to a copy would go on changing readings, unseen, for as long as the file lives.
///
/// # Errors
/// It cannot be read, or is of a later layout.
pub fn foreign_to_store(path: &Path) -> Result<Vec<String>, StoreError> {
    let ours = Connection::open_in_memory()?;
    schema::create(&ours)?;
    foreign(path, schema::SCHEMA_VERSION, &ours)
}

/// As [`foreign_to_store`], for another file of ours: `layouts` makes its tables, layout by layout.
///
/// # Errors
/// As [`foreign_to_store`].
pub fn foreign_to(path: &Path, layouts: &[&str]) -> Result<Vec<String>, StoreError> {
    let ours = Connection::open_in_memory()?;
    layouts.iter().try_for_each(|layout| ours.execute_batch(layout))?;
    foreign(path, layouts.len() as i64, &ours)
}

/// What the file at `path` holds that `ours` of layout `known` does not. A later layout is refused. Of an earlier one
/// tables are not compared, of which there may have been others.
fn foreign(path: &Path, known: i64, ours: &Connection) -> Result<Vec<String>, StoreError> {
    let found = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let layout: i64 = found.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if layout > known {
        return Err(StoreError::Layout { path: path.into(), found: layout, known });
    }
    let ours = objects(ours)?;
    let foreign = objects(&found)?.into_iter().filter(|object| {
        let same = |own: &Object| (&own.kind, &own.name) == (&object.kind, &object.name);
        match object.kind.as_str() {
            // Of a key, made by SQLite itself.
            "index" if object.sql.is_empty() => false,
            // SQLite's own. A virtual table runs code of whoever wrote its module.
            "table" if object.sql.starts_with("CREATE TABLE") => {
                let own = object.name.starts_with("sqlite_") || ours.iter().any(same);
                layout == known && !own
            }
            // What a trigger says when it refuses a row has changed without a change of the layout.
            _ => !ours.iter().any(|own| {
                same(own) && without_literals(&own.sql) == without_literals(&object.sql)
            }),
        }
    });
    let mut names: Vec<String> = foreign.map(|object| object.name).collect();
    names.extend(generated(&found)?);
    Ok(names)
}

/// The tables with columns that SQLite works out when they are read, at whatever cost. None of ours has one.
fn generated(found: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT DISTINCT m.name FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS c
               WHERE m.type = 'table' AND c.hidden IN (2, 3)";
    let mut statement = found.prepare(sql)?;
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Names of the triggers and views of a store that are not its own. A trigger changes what is written; a view that
/// stands for a table changes what is read.
pub(super) fn triggers_and_views(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let foreign = |object: &Object| match object.kind.as_str() {
        "trigger" => {
            let same = |own: &str| without_literals(own) == without_literals(&object.sql);
            !schema::TRIGGERS.into_iter().any(same)
        }
        kind => kind == "view",
    };
    let found = objects(connection)?.into_iter().filter(foreign);
    Ok(found.map(|object| object.name).collect())
}

/// Runs `sql` in the file at `path`, as somebody else's program would.
#[cfg(test)]
pub fn alter(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

/// A table, index, trigger or view.
struct Object {
    kind: String,
    name: String,
    /// What made it; empty for an index of a key.
    sql: String,
}

fn objects(connection: &Connection) -> rusqlite::Result<Vec<Object>> {
    let mut statement =
        connection.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?;
    let rows = statement.query_map([], |row| {
        Ok(Object { kind: row.get(0)?, name: row.get(1)?, sql: row.get(2)? })
    })?;
    rows.collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Sqlite;

    #[test]
    fn a_trigger_or_a_view_that_somebody_added_is_told_at_opening() {
        let foreign = [
            ("seen", "CREATE VIEW seen AS SELECT * FROM reading"),
            ("trap", "CREATE TRIGGER trap AFTER INSERT ON epoch BEGIN DELETE FROM epoch; END"),
        ];
        for (name, sql) in foreign {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("store.db");
            drop(Sqlite::open(&path).unwrap());
            drop(Sqlite::open(&path).unwrap());
            alter(&path, sql);
            let Err(StoreError::Damaged { found, .. }) = Sqlite::open(&path) else {
                panic!("{name}")
            };
            assert!(found.to_string().ends_with(name), "{found}");
        }
    }
}
