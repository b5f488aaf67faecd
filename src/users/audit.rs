//! The record of who did what: rows that are only added, each sealed with the one before.
//!
//! Triggers refuse to change or delete a row, but whoever may write to the file can take the triggers away. Then the
//! hashes tell: each is the SHA-256 of the hash before it and of all other fields of its row. Whoever changes a row has
//! to make all later hashes anew, and where the last one was written down elsewhere, that shows too. A running hub
//! remembers the last one.

use std::net::IpAddr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::deed::Deed;
use super::error::UsersError;
use super::file::{UsersFile, time};
use super::token::sha256;
use crate::locales::{Text, users as words};
use crate::support::hex;

/// Most letters of a detail: the longest reason, and what it is about. Engineering judgement.
const DETAIL_MAX: usize = 700;

/// Most letters of who did it. Engineering judgement: an id.
const BY_MAX: usize = 100;

/// Who has done what was done by `hanqing user`: whoever may write to the file. An office gives nobody such an id.
pub const CONSOLE: &str = "@console";

/// What stands for the hash before the first row.
static FIRST: [u8; 32] = [0; 32];

const COLUMNS: &str = "id, at_ms, done_by, came_from, deed, detail, hash";

/// A row of the record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    pub id: i64,
    pub at: Timestamp,
    /// Id of who did it, or [`CONSOLE`]; empty where nobody knows, or where it was the hub.
    pub by: String,
    /// The address that it came from; `None` where it was done on the hub's own machine.
    pub from: Option<String>,
    pub deed: Deed,
    /// What it was done to, and why. Of failures that were only counted it is `+N`.
    pub detail: String,
    /// Whether the row is as it was written, after the row that it was written after.
    pub sound: bool,
}

impl AuditRow {
    /// Who did it: the id, or that it was the command line.
    pub fn by_in_words(&self) -> Text {
        if self.by == CONSOLE { words::at_the_console() } else { Text::verbatim(&self.by) }
    }

    /// What it was done to, and why.
    pub fn detail_in_words(&self) -> Text {
        self.not_listed().map_or_else(|| Text::verbatim(&self.detail), words::more_failures)
    }

    /// How many failures the row stands for that were counted only, where it is such a row.
    pub(super) fn not_listed(&self) -> Option<u64> {
        let counted = self.deed == Deed::SignInFailed && self.by.is_empty();
        self.detail.strip_prefix('+').filter(|_| counted)?.parse().ok()
    }
}

/// The record as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chain {
    pub rows: u64,
    /// The first row that is not as it was written, or does not follow the row before it.
    pub broken: Option<i64>,
    /// Hash of the last row, hexadecimal. Kept elsewhere, it proves later that no row up to it has changed or is gone.
    pub last: String,
}

/// What is to be recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done<'a> {
    pub(super) at: Timestamp,
    pub(super) by: &'a str,
    pub(super) from: Option<IpAddr>,
    pub(super) deed: Deed,
    pub(super) detail: &'a str,
}

/// A row as the file has it.
struct Stored {
    id: i64,
    at_ms: i64,
    by: String,
    from: String,
    deed: String,
    detail: String,
    hash: Vec<u8>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            at_ms: row.get(1)?,
            by: row.get(2)?,
            from: row.get(3)?,
            deed: row.get(4)?,
            detail: row.get(5)?,
            hash: row.get(6)?,
        })
    }

    /// The hash that the row has after one whose hash is `before`.
    fn seal(&self, before: &[u8]) -> [u8; 32] {
        let [id, at_ms] = [self.id, self.at_ms].map(i64::to_be_bytes);
        let texts = [&self.by, &self.from, &self.deed, &self.detail];
        let fields = [before, id.as_slice(), at_ms.as_slice()];
        let fields = fields.into_iter().chain(texts.map(|text| text.as_bytes()));
        let mut bytes = Vec::new();
        // With its length before it, so that no letter can move from one field into the next.
        for field in fields {
            bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
            bytes.extend_from_slice(field);
        }
        sha256(&bytes)
    }

    /// Whether it follows the row `before`, or is the first.
    fn follows(&self, before: Option<(i64, &[u8])>) -> bool {
        let (id, hash) = before.unwrap_or((0, FIRST.as_slice()));
        self.id == id.saturating_add(1) && self.hash == self.seal(hash)
    }

    fn shown(self, sound: bool) -> AuditRow {
        AuditRow {
            id: self.id,
            at: time(self.at_ms),
            by: self.by,
            from: Some(self.from).filter(|from| !from.is_empty()),
            deed: Deed::from_id(&self.deed),
            detail: self.detail,
            sound,
        }
    }
}

/// Adds a row, in the transaction of what was done.
pub(super) fn add(db: &Connection, done: Done<'_>) -> rusqlite::Result<()> {
    let last: Option<(i64, Vec<u8>)> = db
        .prepare_cached("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (id, before) = last.unwrap_or((0, FIRST.to_vec()));
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    let row = Stored {
        id: id.saturating_add(1),
        at_ms: done.at.as_millisecond(),
        by: short(done.by, BY_MAX),
        from: done.from.map(|from| from.to_canonical().to_string()).unwrap_or_default(),
        deed: done.deed.id().into(),
        detail: short(done.detail, DETAIL_MAX),
        hash: Vec::new(),
    };
    let hash = row.seal(&before);
    let insert = format!("INSERT INTO audit ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    db.prepare_cached(&insert)?
        .execute(params![row.id, row.at_ms, row.by, row.from, row.deed, row.detail, hash])?;
    Ok(())
}

impl UsersFile {
    /// The `most` newest rows before the row `before`, or of all; the newest first.
    pub fn audit(&self, before: Option<i64>, most: usize) -> Result<Vec<AuditRow>, UsersError> {
        let query = format!("SELECT {COLUMNS} FROM audit WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
        let mut statement = self.db.prepare_cached(&query)?;
        // One more: whether a row is sound depends on the row before it.
        let limit = i64::try_from(most.saturating_add(1)).unwrap_or(i64::MAX);
        let rows = statement.query_map((before.unwrap_or(i64::MAX), limit), Stored::read)?;
        let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        let before = rows.iter().skip(1).map(|row| Some((row.id, row.hash.as_slice())));
        let before = before.chain(std::iter::once(None));
        let sound: Vec<bool> =
            rows.iter().zip(before).map(|(row, before)| row.follows(before)).collect();
        Ok(rows.into_iter().zip(sound).map(|(row, sound)| row.shown(sound)).take(most).collect())
    }

    /// The number and the hash of the newest row.
    pub(super) fn newest(&self) -> Result<Option<(i64, Vec<u8>)>, UsersError> {
        let query = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1";
        let mut statement = self.db.prepare_cached(query)?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    }

    /// Whether the row `id` is there, with that hash.
    pub(super) fn has(&self, id: i64, hash: &[u8]) -> Result<bool, UsersError> {
        let query = "SELECT count(*) FROM audit WHERE id = ?1 AND hash = ?2";
        let found: i64 = self.db.prepare_cached(query)?.query_row((id, hash), |row| row.get(0))?;
        Ok(found > 0)
    }

    /// Reads the whole record and finds its first row that is not as it was written.
    pub fn verify(&self) -> Result<Chain, UsersError> {
        let mut statement = self.db.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY id"))?;
        let mut found = statement.query([])?;
        let mut last: Option<(i64, Vec<u8>)> = None;
        let mut chain = Chain { rows: 0, broken: None, last: String::new() };
        while let Some(row) = found.next()? {
            let row = Stored::read(row)?;
            let before = last.as_ref().map(|(id, hash)| (*id, hash.as_slice()));
            if chain.broken.is_none() && !row.follows(before) {
                chain.broken = Some(row.id);
            }
            chain.rows += 1;
            last = Some((row.id, row.hash));
        }
        chain.last = last.map(|(_, hash)| hex(&hash)).unwrap_or_default();
        Ok(chain)
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
