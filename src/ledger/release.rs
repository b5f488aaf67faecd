//! What a second person does: looking rows over, and accepting findings. Both are append-only like the rows themselves.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::sqlite::{Ledger, LedgerError, begin, sql, superseded_by};
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
CREATE TRIGGER review_no_replace BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM review WHERE entry = NEW.entry)
BEGIN SELECT RAISE(ABORT, 'the row is looked over already'); END;
CREATE TRIGGER review_by_another BEFORE INSERT ON review
WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry AND entered_by = NEW.reviewed_by)
BEGIN SELECT RAISE(ABORT, 'somebody else than who entered it looks a row over'); END;
CREATE TRIGGER acceptance_no_replace BEFORE INSERT ON acceptance
WHEN EXISTS (SELECT 1 FROM acceptance WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'an acceptance is never changed'); END;
CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance
BEGIN SELECT RAISE(ABORT, 'an acceptance is never changed'); END;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'an acceptance is never taken back: it ends with the numbers that it holds for'); END;
PRAGMA user_version = 2;
";

/// Who looked over which row.
pub(super) fn reviewers(db: &Connection) -> Result<BTreeMap<i64, String>, LedgerError> {
    let failed = "to be read";
    let mut statement =
        db.prepare_cached("SELECT entry, reviewed_by FROM review").map_err(sql(failed))?;
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

impl Counted {
    /// Both, by number.
    pub fn both(self) -> Vec<Entry> {
        let mut rows = [self.counting, self.pending].concat();
        rows.sort_by_key(|entry| entry.id);
        rows
    }
}

/// Whether two names are those of one person: written the same, but for blanks.
fn same_person(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> String { name.split_whitespace().collect() };
    letters(one) == letters(other)
}

impl Ledger {
    /// The rows that count: not superseded and, with `two_person`, looked over by a second person. A correction that waits leaves the
    /// row that it supersedes in force; of corrections of one another that wait, the last does.
    ///
    /// # Errors
    /// The file cannot be read, or a row does not read back.
    pub fn counted(&self, two_person: bool) -> Result<Counted, LedgerError> {
        let all = self.all()?;
        let corrected: BTreeSet<i64> = all.iter().filter_map(|entry| entry.supersedes).collect();
        let waits = |entry: &Entry| two_person && entry.reviewed_by.is_none();
        // A row is out of force where one that is released comes after it, however many that wait lie between.
        let mut out_of_force = BTreeSet::new();
        for entry in all.iter().rev() {
            if let Some(old) = entry.supersedes
                && (!waits(entry) || out_of_force.contains(&entry.id))
            {
                out_of_force.insert(old);
            }
        }
        let mut counted = Counted::default();
        for entry in all {
            if waits(&entry) {
                if !corrected.contains(&entry.id) {
                    counted.pending.push(entry);
                }
            } else if !out_of_force.contains(&entry.id) {
                counted.counting.push(entry);
            }
        }
        Ok(counted)
    }

    /// Notes that `by` has looked over `rows`, all or none; those that somebody has looked over already are left as they are. Returns
    /// how many were new.
    ///
    /// # Errors
    /// A row does not exist, is superseded, or `by` entered it.
    pub fn review(&mut self, rows: &[i64], by: &str, at: Timestamp) -> Result<usize, LedgerError> {
        let failed = "to note a review";
        let writing = begin(&mut self.db)?;
        let looked_over = reviewers(&writing)?;
        let mut added = BTreeSet::new();
        for row in rows {
            if looked_over.contains_key(row) || added.contains(row) {
                continue;
            }
            let entered_by: Option<String> = writing
                .query_row("SELECT entered_by FROM entry WHERE id = ?1", [row], |r| r.get(0))
                .optional()
                .map_err(sql(failed))?;
            let entered_by = entered_by.ok_or(LedgerError::NoSuchRow(*row))?;
            if same_person(&entered_by, by) {
                return Err(LedgerError::OwnRow { row: *row, by: entered_by });
            }
            if let Some(by) = superseded_by(&writing, *row)? {
                return Err(LedgerError::Superseded { row: *row, by });
            }
            writing
                .execute(
                    "INSERT INTO review (entry, reviewed_by, reviewed_at_ms) VALUES (?1, ?2, ?3)",
                    params![row, by.trim(), at.as_millisecond()],
                )
                .map_err(sql(failed))?;
            added.insert(*row);
        }
        writing.commit().map_err(sql("to commit"))?;
        Ok(added.len())
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
            let unreadable =
                |column, text: String| LedgerError::Unreadable { row: id, column, text };
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
