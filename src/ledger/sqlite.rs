//! The ledger in SQLite: one append-only table.
//!
//! What is written stays written: triggers refuse UPDATE, DELETE and the hidden delete of INSERT OR REPLACE, whoever
//! opens the file. A commit is on the disk when `append` or `import` returns (`synchronous = FULL`).

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::release::{RELEASE, reviewers};
use crate::figures::{Entry, EntryCode};

/// Version of the table's layout, in `PRAGMA user_version`.
const LAYOUT: i64 = 2;

/// How long a writer waits for another: a clerk's import takes well under a second, ten times that is a fault.
const BUSY_MAX: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    value REAL NOT NULL CHECK (value >= 0),
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL CHECK (to_day >= from_day),
    village TEXT,
    crop TEXT,
    work TEXT,
    document TEXT NOT NULL CHECK (document <> ''),
    entered_by TEXT NOT NULL CHECK (entered_by <> ''),
    entered_at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    supersedes INTEGER UNIQUE REFERENCES entry (id) CHECK (supersedes < id)
) STRICT;
CREATE INDEX entry_same ON entry (code, from_day, document);
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: supersede the row instead of changing it'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: supersede the row instead of deleting it'); END;
CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.id OR supersedes = NEW.supersedes)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: this row is there already, or its predecessor is superseded'); END;
";

const COLUMNS: &str = "id, code, value, from_day, to_day, village, crop, work, document, entered_by, entered_at_ms, reason, supersedes";

/// Why the ledger could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be opened or made.
    #[error("cannot open the ledger {path}")]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file was written by a newer version of the program.
    #[error(
        "the ledger {path} has layout {found}, this program knows up to {LAYOUT}: update the program"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its layout.
        found: i64,
    },
    /// A statement failed; nothing of the call was written.
    #[error("the ledger refused {what}")]
    Sql {
        /// What was attempted.
        what: &'static str,
        /// Why.
        source: rusqlite::Error,
    },
    /// A row that is to be superseded or looked over does not exist.
    #[error("the ledger has no row {0}")]
    NoSuchRow(i64),
    /// A new row supersedes a row that another already supersedes.
    #[error(
        "row {row} is to be superseded, but row {by} supersedes it already: supersede row {by}"
    )]
    AlreadySuperseded {
        /// The row.
        row: i64,
        /// The row that supersedes it.
        by: i64,
    },
    /// A correction states another code than the row that it supersedes.
    #[error("row {row} states {old}, a correction cannot make it {new}")]
    OtherCode {
        /// The row.
        row: i64,
        /// What it states.
        old: String,
        /// What the correction states.
        new: &'static str,
    },
    /// A row of an export was changed in the file.
    #[error(
        "row {0} of the ledger states something else; to correct it, move {0} from 行号 to 更正行号 and say why in 更正原因; for a new \
         row, empty 行号"
    )]
    Changed(i64),
    /// A row of an export corrects one that the export is without.
    #[error("it corrects row {0}, which is not in the file: export with --all")]
    WithoutOld(i64),
    /// A review of a row that another supersedes.
    #[error("row {row} is superseded by row {by}: look that over")]
    Superseded {
        /// The row.
        row: i64,
        /// The row that supersedes it.
        by: i64,
    },
    /// A review by the one who entered the row.
    #[error("row {row} was entered by {by}: somebody else has to look it over")]
    OwnRow {
        /// The row.
        row: i64,
        /// Who.
        by: String,
    },
    /// A row in the file does not read back.
    #[error("row {row} of the ledger has a {column} that does not read: {text:?}")]
    Unreadable {
        /// The row.
        row: i64,
        /// The column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
}

/// The ledger's file.
#[derive(Debug)]
pub struct Ledger {
    pub(super) db: Connection,
}

pub(super) fn sql(what: &'static str) -> impl FnOnce(rusqlite::Error) -> LedgerError {
    move |source| LedgerError::Sql { what, source }
}

impl Ledger {
    /// Opens the ledger at `path`, making it where there is none.
    ///
    /// # Errors
    /// The file cannot be opened, is no ledger, or was written by a newer version.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let open = |source| LedgerError::Open { path: path.into(), source };
        let mut db = Connection::open(path).map_err(open)?;
        db.busy_timeout(BUSY_MAX).map_err(open)?;
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;",
        )
        .map_err(open)?;
        // Immediate: two programs that open a new file at once must not both make the table.
        let making = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(open)?;
        let found: i64 =
            making.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(open)?;
        if found > LAYOUT {
            return Err(LedgerError::Newer { path: path.into(), found });
        }
        if found < 1 {
            making.execute_batch(SCHEMA).map_err(open)?;
        }
        if found < 2 {
            making.execute_batch(RELEASE).map_err(open)?;
        }
        making.commit().map_err(open)?;
        Ok(Self { db })
    }

    /// Adds `rows` in one transaction, all or none, and returns their ids in the same order.
    ///
    /// # Errors
    /// A row breaks a rule of the table, or supersedes a row that is not there or is superseded already.
    pub fn append(&mut self, rows: &[Entry]) -> Result<Vec<i64>, LedgerError> {
        let writing = begin(&mut self.db)?;
        let ids = rows.iter().map(|row| insert(&writing, row)).collect::<Result<_, _>>()?;
        writing.commit().map_err(sql("to commit"))?;
        Ok(ids)
    }

    /// The rows that hold: those that no other row supersedes, by id.
    ///
    /// # Errors
    /// The file cannot be read, or a row does not read back.
    pub fn current(&self) -> Result<Vec<Entry>, LedgerError> {
        self.rows("WHERE id NOT IN (SELECT supersedes FROM entry WHERE supersedes IS NOT NULL)")
    }

    /// All rows, superseded ones too, by id.
    ///
    /// # Errors
    /// As [`Ledger::current`].
    pub fn all(&self) -> Result<Vec<Entry>, LedgerError> {
        self.rows("")
    }

    fn rows(&self, filter: &str) -> Result<Vec<Entry>, LedgerError> {
        let failed = "to be read";
        let mut statement = self
            .db
            .prepare_cached(&format!("SELECT {COLUMNS} FROM entry {filter} ORDER BY id"))
            .map_err(sql(failed))?;
        let mut rows = statement.query([]).map_err(sql(failed))?;
        let mut entries = Vec::new();
        let reviewers = reviewers(&self.db)?;
        while let Some(row) = rows.next().map_err(sql(failed))? {
            let mut entry = entry(row)?;
            entry.reviewed_by = reviewers.get(&entry.id).cloned();
            entries.push(entry);
        }
        Ok(entries)
    }
}

pub(super) fn begin(db: &mut Connection) -> Result<Transaction<'_>, LedgerError> {
    db.transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(sql("to begin a transaction"))
}

pub(super) fn insert(writing: &Transaction<'_>, row: &Entry) -> Result<i64, LedgerError> {
    if let Some(old) = row.supersedes {
        check_supersedes(writing, row, old)?;
    }
    let failed = "to add a row";
    writing
        .prepare_cached(
            "INSERT INTO entry (code, value, from_day, to_day, village, crop, work, document, entered_by,
             entered_at_ms, reason, supersedes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .map_err(sql(failed))?
        .insert(params![
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
        ])
        .map_err(sql(failed))
}

fn check_supersedes(writing: &Transaction<'_>, row: &Entry, old: i64) -> Result<(), LedgerError> {
    let failed = "to look up a superseded row";
    let code: Option<String> = writing
        .query_row("SELECT code FROM entry WHERE id = ?1", [old], |r| r.get(0))
        .optional()
        .map_err(sql(failed))?;
    let code = code.ok_or(LedgerError::NoSuchRow(old))?;
    if code != row.code.id() {
        return Err(LedgerError::OtherCode { row: old, old: code, new: row.code.id() });
    }
    superseded_by(writing, old)?
        .map_or(Ok(()), |by| Err(LedgerError::AlreadySuperseded { row: old, by }))
}

/// The row that supersedes `row`.
pub(super) fn superseded_by(db: &Connection, row: i64) -> Result<Option<i64>, LedgerError> {
    db.query_row("SELECT id FROM entry WHERE supersedes = ?1", [row], |r| r.get(0))
        .optional()
        .map_err(sql("to look up a superseded row"))
}

fn entry(row: &Row<'_>) -> Result<Entry, LedgerError> {
    let id: i64 = get(row, 0)?;
    let unreadable = |column, text: String| LedgerError::Unreadable { row: id, column, text };
    let code: String = get(row, 1)?;
    let from: String = get(row, 3)?;
    let to: String = get(row, 4)?;
    let village: Option<String> = get(row, 5)?;
    let crop: Option<String> = get(row, 6)?;
    let entered_at_ms: i64 = get(row, 10)?;
    Ok(Entry {
        id,
        reviewed_by: None,
        code: EntryCode::from_id(&code).ok_or_else(|| unreadable("code", code))?,
        value: get(row, 2)?,
        from: from.parse().map_err(|_| unreadable("from_day", from))?,
        to: to.parse().map_err(|_| unreadable("to_day", to))?,
        village: village
            .map(|text| text.parse().map_err(|_| unreadable("village", text)))
            .transpose()?,
        crop: crop.map(|text| text.parse().map_err(|_| unreadable("crop", text))).transpose()?,
        work: get(row, 7)?,
        document: get(row, 8)?,
        entered_by: get(row, 9)?,
        entered_at: Timestamp::from_millisecond(entered_at_ms)
            .map_err(|_| unreadable("entered_at_ms", entered_at_ms.to_string()))?,
        reason: get(row, 11)?,
        supersedes: get(row, 12)?,
    })
}

fn get<T: rusqlite::types::FromSql>(row: &Row<'_>, index: usize) -> Result<T, LedgerError> {
    row.get(index).map_err(sql("to be read"))
}

#[cfg(test)]
#[path = "sqlite_tests.rs"]
mod tests;
