//! The ledger in SQLite.
//!
//! Triggers refuse UPDATE, DELETE and the hidden delete of INSERT OR REPLACE, whichever program opens the file. A
//! commit is on the disk when `append` or `import` returns (`synchronous = FULL`).

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::error::{LedgerError, sql};
use super::schema::{ENTRIES, LAYOUT, LAYOUTS, REVIEWS_AND_ACCEPTANCES, WITHDRAWALS};
use super::visible::visible;
use crate::account::{Entry, EntryCode};
use crate::locales::ledger as words;
use crate::support::files;
use crate::support::sql::without_literals;

/// How long a writer waits for another one: ten times what a clerk's import takes.
const BUSY_MAX: Duration = Duration::from_secs(10);

const COLUMNS: &str = "id, code, value, from_day, to_day, village, crop, work, document, entered_by, entered_at_ms, \
                       reason, supersedes, withdrawn";

/// The ledger's file.
#[derive(Debug)]
pub struct Ledger {
    pub(super) db: Connection,
}

impl Ledger {
    /// Opens the ledger at `path` and creates it if it does not exist.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        files::create_database(path);
        Self::begin(Connection::open(path), path)
    }

    /// The ledger at `path` for a command that only reads it: where there is none, it is empty and none is made.
    ///
    /// # Errors
    /// As [`Ledger::open`]; also where the folder is missing.
    pub fn open_to_read(path: &Path) -> Result<Self, LedgerError> {
        // What cannot be looked at is told of by whoever opens it.
        let there = path.try_exists().unwrap_or(true);
        if there || !files::folder_of(path).is_dir() { Self::open(path) } else { Self::in_memory() }
    }

    /// An empty ledger that ends with its handle.
    pub fn in_memory() -> Result<Self, LedgerError> {
        Self::begin(Connection::open_in_memory(), Path::new(""))
    }

    fn begin(opened: rusqlite::Result<Connection>, path: &Path) -> Result<Self, LedgerError> {
        let open = |source| LedgerError::Open { path: path.into(), source };
        let mut db = opened.map_err(open)?;
        db.busy_timeout(BUSY_MAX).map_err(open)?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;",
        )
        .map_err(open)?;
        // Immediate, so that two programs which open a new file at once do not both create the tables.
        let creating =
            db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open)?;
        let found: i64 =
            creating.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
        if found > LAYOUT {
            return Err(LedgerError::Newer { path: path.into(), found });
        }
        if found < 1 {
            creating.execute_batch(ENTRIES).map_err(open)?;
        }
        if found < 2 {
            creating.execute_batch(REVIEWS_AND_ACCEPTANCES).map_err(open)?;
        }
        if found < 3 {
            creating.execute_batch(WITHDRAWALS).map_err(open)?;
        }
        let foreign = foreign_triggers(&creating).map_err(open)?;
        if !foreign.is_empty() {
            return Err(LedgerError::ForeignTriggers { path: path.into(), names: foreign });
        }
        creating.commit().map_err(open)?;
        Ok(Self { db })
    }

    /// Adds `rows` in one transaction, all or none, and returns their ids in the same order.
    pub fn append(&mut self, rows: &[Entry]) -> Result<Vec<i64>, LedgerError> {
        let writing = begin(&mut self.db)?;
        let ids = rows.iter().map(|row| insert(&writing, row)).collect::<Result<_, _>>()?;
        writing.commit().map_err(sql(words::committing))?;
        Ok(ids)
    }

    /// The same, with `before` done while the rows are written and not yet committed.
    #[cfg(test)]
    pub fn append_after(
        &mut self,
        rows: &[Entry],
        before: impl FnOnce(),
    ) -> Result<(), LedgerError> {
        let writing = begin(&mut self.db)?;
        for row in rows {
            insert(&writing, row)?;
        }
        before();
        writing.commit().map_err(sql(words::committing))
    }

    /// A number that changes where another connection has written to the file.
    pub fn version(&self) -> Result<i64, LedgerError> {
        let version = self.db.query_row("PRAGMA data_version", [], |row| row.get(0));
        version.map_err(sql(words::being_read))
    }

    /// The rows that no other row supersedes, by id.
    pub fn current(&self) -> Result<Vec<Entry>, LedgerError> {
        self.rows("WHERE id NOT IN (SELECT supersedes FROM entry WHERE supersedes IS NOT NULL)")
    }

    /// All rows with the superseded ones, by id.
    pub fn all(&self) -> Result<Vec<Entry>, LedgerError> {
        self.rows("")
    }

    fn rows(&self, filter: &str) -> Result<Vec<Entry>, LedgerError> {
        let query = format!(
            "SELECT {COLUMNS}, reviewed_by FROM entry LEFT JOIN review ON review.entry = id {filter} ORDER BY id"
        );
        let mut statement = self.db.prepare_cached(&query).map_err(sql(words::reading_rows))?;
        let mut rows = statement.query([]).map_err(sql(words::reading_rows))?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next().map_err(sql(words::reading_rows))? {
            entries.push(entry(row)?);
        }
        Ok(entries)
    }
}

/// Names of the triggers that are not the ledger's own.
fn foreign_triggers(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
    let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found = found.collect::<rusqlite::Result<Vec<(String, String)>>>()?;
    // What a trigger says when it refuses a row has changed without a change of the layout.
    let own = LAYOUTS.map(without_literals);
    let is_own = |sql: &str| own.iter().any(|layout| layout.contains(&without_literals(sql)));
    Ok(found.into_iter().filter(|(_, sql)| !is_own(sql)).map(|(name, _)| name).collect())
}

pub(super) fn begin(db: &mut Connection) -> Result<Transaction<'_>, LedgerError> {
    db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql(words::beginning))
}

pub(super) fn insert(writing: &Transaction<'_>, row: &Entry) -> Result<i64, LedgerError> {
    match row.supersedes {
        Some(old) => check_supersedes(writing, row, old)?,
        None if row.withdrawn => return Err(LedgerError::NothingWithdrawn),
        None => {}
    }
    writing
        .prepare_cached(
            "INSERT INTO entry (code, value, from_day, to_day, village, crop, work, document, entered_by,
             entered_at_ms, reason, supersedes, withdrawn)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )
        .and_then(|mut statement| {
            statement.insert(params![
                row.code.id(),
                row.value,
                row.from.to_string(),
                row.to.to_string(),
                row.village.as_ref().map(|id| id.as_str()),
                row.crop.as_ref().map(|id| id.as_str()),
                row.work,
                row.document,
                row.entered_by,
                row.entered_at.as_millisecond(),
                row.reason,
                row.supersedes,
                row.withdrawn,
            ])
        })
        .map_err(sql(words::adding_row))
}

fn check_supersedes(writing: &Transaction<'_>, row: &Entry, old: i64) -> Result<(), LedgerError> {
    let code: Option<String> = writing
        .query_row("SELECT code FROM entry WHERE id = ?1", [old], |r| r.get(0))
        .optional()
        .map_err(sql(words::looking_up))?;
    let code = code.ok_or(LedgerError::NoSuchRow(old))?;
    if code != row.code.id() {
        return Err(LedgerError::OtherCode { row: old, old: code, new: row.code });
    }
    superseded_by(writing, old)?
        .map_or(Ok(()), |by| Err(LedgerError::AlreadySuperseded { row: old, by }))
}

/// The row that supersedes `row`.
pub(super) fn superseded_by(db: &Connection, row: i64) -> Result<Option<i64>, LedgerError> {
    db.query_row("SELECT id FROM entry WHERE supersedes = ?1", [row], |r| r.get(0))
        .optional()
        .map_err(sql(words::looking_up))
}

/// Text as it can be seen: rows of before such characters were refused may hold others, for a terminal, a page or Word.
fn shown(text: String) -> String {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(visible) => visible,
    }
}

fn entry(row: &Row<'_>) -> Result<Entry, LedgerError> {
    let id: i64 = get(row, 0)?;
    let code: String = get(row, 1)?;
    let parsed_code = EntryCode::from_id(&code);
    Ok(Entry {
        id,
        code: parsed_code.ok_or(LedgerError::Unreadable { row: id, column: "code", text: code })?,
        value: get(row, 2)?,
        from: parse(id, "from_day", get(row, 3)?)?,
        to: parse(id, "to_day", get(row, 4)?)?,
        village: get::<Option<_>>(row, 5)?.map(|text| parse(id, "village", text)).transpose()?,
        crop: get::<Option<_>>(row, 6)?.map(|text| parse(id, "crop", text)).transpose()?,
        work: get::<Option<String>>(row, 7)?.map(shown),
        document: shown(get(row, 8)?),
        entered_by: shown(get(row, 9)?),
        entered_at: instant(id, "entered_at_ms", get(row, 10)?)?,
        reason: shown(get(row, 11)?),
        supersedes: get(row, 12)?,
        withdrawn: get(row, 13)?,
        reviewed_by: get(row, 14)?,
    })
}

pub(super) fn get<T: FromSql>(row: &Row<'_>, index: usize) -> Result<T, LedgerError> {
    row.get(index).map_err(sql(words::reading_row))
}

/// The value of a text column of row `id`.
pub(super) fn parse<T: std::str::FromStr>(
    id: i64,
    column: &'static str,
    text: String,
) -> Result<T, LedgerError> {
    text.parse().map_err(|_| LedgerError::Unreadable { row: id, column, text })
}

/// The instant in a column of milliseconds of row `id`.
pub(super) fn instant(id: i64, column: &'static str, ms: i64) -> Result<Timestamp, LedgerError> {
    let unreadable = |_| LedgerError::Unreadable { row: id, column, text: ms.to_string() };
    Timestamp::from_millisecond(ms).map_err(unreadable)
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
