//! What a second person does: looking rows over, and accepting findings. Both are append-only like the rows themselves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::sqlite::{Ledger, LedgerError, begin, sql};
use crate::figures::{Acceptance, Entry};

/// The tables that layout 2 adds.
pub(super) const RELEASE: &str = "
CREATE TABLE review (
    entry INTEGER NOT NULL PRIMARY KEY REFERENCES entry (id),
    reviewed_by TEXT NOT NULL CHECK (reviewed_by <> ''),
    reviewed_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE acceptance (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> ''),
    accepted_by TEXT NOT NULL CHECK (accepted_by <> ''),
    accepted_at_ms INTEGER NOT NULL
) STRICT;
CREATE TRIGGER review_no_update BEFORE UPDATE ON review
BEGIN SELECT RAISE(ABORT, 'a review is never changed'); END;
CREATE TRIGGER review_no_delete BEFORE DELETE ON review
BEGIN SELECT RAISE(ABORT, 'a review is never taken back: correct the row'); END;
CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'an acceptance is never changed'); END;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'an acceptance is never taken back: it ends with the numbers that it holds for'); END;
PRAGMA user_version = 2;
";

/// Who looked over which row.
pub(super) fn reviewers(db: &Connection) -> Result<BTreeMap<i64, String>, LedgerError> {
    let failed = "to be read";
    let mut statement = db
        .prepare_cached("SELECT entry, reviewed_by FROM review")
        .map_err(sql(failed))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let rows = rows.map_err(sql(failed))?;
    rows.collect::<Result<_, _>>().map_err(sql(failed))
}

/// The rows of a ledger, parted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    /// The rows that count.
    pub counting: Vec<Entry>,
    /// The rows that wait for somebody to look them over.
    pub pending: Vec<Entry>,
}

impl Ledger {
    /// The rows that count: not superseded and, with `two_person`, looked over by a second person. A correction that waits leaves the
    /// row that it supersedes in force.
    ///
    /// # Errors
    /// The file cannot be read, or a row does not read back.
    pub fn counted(&self, two_person: bool) -> Result<Counted, LedgerError> {
        let all = self.all()?;
        let waits = |entry: &Entry| two_person && entry.reviewed_by.is_none();
        let released = all.iter().filter(|entry| !waits(entry));
        let superseded: BTreeSet<i64> = released.filter_map(|entry| entry.supersedes).collect();
        let mut counted = Counted::default();
        for entry in all {
            if superseded.contains(&entry.id) {
            } else if waits(&entry) {
                counted.pending.push(entry);
            } else {
                counted.counting.push(entry);
            }
        }
        Ok(counted)
    }

    /// Notes that `by` has looked over `rows`, all or none; those that somebody has looked over already are left as they are. Returns
    /// how many were new.
    ///
    /// # Errors
    /// A row does not exist, or `by` entered it.
    pub fn review(&mut self, rows: &[i64], by: &str, at: Timestamp) -> Result<usize, LedgerError> {
        let failed = "to note a review";
        let writing = begin(&mut self.db)?;
        let mut added = 0;
        for row in rows {
            let entered_by: Option<String> = writing
                .query_row("SELECT entered_by FROM entry WHERE id = ?1", [row], |r| {
                    r.get(0)
                })
                .optional()
                .map_err(sql(failed))?;
            let entered_by = entered_by.ok_or(LedgerError::NoSuchRow(*row))?;
            if entered_by.trim() == by.trim() {
                return Err(LedgerError::OwnRow {
                    row: *row,
                    by: entered_by,
                });
            }
            added += writing
                .execute(
                    "INSERT INTO review (entry, reviewed_by, reviewed_at_ms) VALUES (?1, ?2, ?3)
                     ON CONFLICT (entry) DO NOTHING",
                    params![row, by.trim(), at.as_millisecond()],
                )
                .map_err(sql(failed))?;
        }
        writing.commit().map_err(sql("to commit"))?;
        Ok(added)
    }

    /// Notes that a finding is accepted.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn accept(&mut self, acceptance: &Acceptance) -> Result<(), LedgerError> {
        let added = self.db.execute(
            "INSERT INTO acceptance (rule, fingerprint, from_day, to_day, reason, accepted_by, accepted_at_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                acceptance.rule,
                acceptance.fingerprint,
                acceptance.from.to_string(),
                acceptance.to.to_string(),
                acceptance.reason,
                acceptance.accepted_by,
                acceptance.accepted_at.as_millisecond(),
            ],
        );
        added.map(|_| ()).map_err(sql("to accept a finding"))
    }

    /// All acceptances, in the order in which they were made.
    ///
    /// # Errors
    /// The file cannot be read, or an acceptance does not read back.
    pub fn acceptances(&self) -> Result<Vec<Acceptance>, LedgerError> {
        let failed = "to be read";
        let mut statement = self
            .db
            .prepare_cached(
                "SELECT id, rule, fingerprint, from_day, to_day, reason, accepted_by, accepted_at_ms
                 FROM acceptance ORDER BY id",
            )
            .map_err(sql(failed))?;
        let mut rows = statement.query([]).map_err(sql(failed))?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(sql(failed))? {
            let text = |index| row.get::<_, String>(index).map_err(sql(failed));
            let id: i64 = row.get(0).map_err(sql(failed))?;
            let unreadable = |column, text: String| LedgerError::Unreadable {
                row: id,
                column,
                text,
            };
            let (from, to) = (text(3)?, text(4)?);
            let at: i64 = row.get(7).map_err(sql(failed))?;
            found.push(Acceptance {
                rule: text(1)?,
                fingerprint: text(2)?,
                from: from.parse().map_err(|_| unreadable("from_day", from))?,
                to: to.parse().map_err(|_| unreadable("to_day", to))?,
                reason: text(5)?,
                accepted_by: text(6)?,
                accepted_at: Timestamp::from_millisecond(at)
                    .map_err(|_| unreadable("accepted_at_ms", at.to_string()))?,
            });
        }
        Ok(found)
    }
}

#[cfg(test)]
#[path = "release_tests.rs"]
mod tests;
