//! Reviews: a second person confirms rows, and with that rule only confirmed rows count.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::error::{LedgerError, sql};
use super::persons::{Persons, Separation};
use super::sqlite::{Ledger, begin, superseded_by};
use crate::account::Entry;
use crate::locales::ledger as words;

/// The rows that count and those that wait.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowsInForce {
    pub in_force: Vec<Entry>,
    /// Rows that wait for a review.
    pub pending: Vec<Entry>,
}

impl RowsInForce {
    /// All of these rows, by id.
    pub fn with_pending(self) -> Vec<Entry> {
        let mut rows = [self.in_force, self.pending].concat();
        rows.sort_by_key(|entry| entry.id);
        rows
    }
}

/// Whether a row that `entered_by` entered may be reviewed by `by`.
fn apart(row: i64, entered_by: &str, by: &str, persons: &Persons) -> Result<(), LedgerError> {
    match persons.separation(entered_by, by) {
        Separation::Apart => Ok(()),
        Separation::Same => Err(LedgerError::OwnRow { row, by: entered_by.into() }),
        Separation::Unlisted(why) => Err(LedgerError::Unlisted { row, why }),
    }
}

/// The rows of which `by` may review which.
#[derive(Debug, Default)]
pub struct Reviewable {
    pub rows: Vec<i64>,
    /// How many she entered herself.
    pub own: usize,
    /// Why nobody can say who entered a row.
    pub unclear: Vec<LedgerError>,
}

impl Reviewable {
    /// Sorts `pending` by whether `by` may review them.
    pub fn of(pending: &[Entry], by: &str, persons: &Persons) -> Self {
        let mut reviewable = Self::default();
        for entry in pending {
            match apart(entry.id, &entry.entered_by, by, persons) {
                Ok(()) => reviewable.rows.push(entry.id),
                Err(LedgerError::OwnRow { .. }) => reviewable.own += 1,
                Err(unclear) => reviewable.unclear.push(unclear),
            }
        }
        reviewable
    }
}

impl Ledger {
    /// The rows that count: not superseded and, with `two_person`, reviewed by a second person. While a correction
    /// waits, the row that it supersedes stays in force. If several corrections of a row wait, the last is pending.
    pub fn rows_in_force(&self, two_person: bool) -> Result<RowsInForce, LedgerError> {
        let all = self.all()?;
        let corrected: BTreeSet<i64> = all.iter().filter_map(|entry| entry.supersedes).collect();
        let waits = |entry: &Entry| two_person && entry.reviewed_by.is_none();
        // A reviewed correction ends all rows before it in its chain, also across corrections that wait.
        let mut out_of_force = BTreeSet::new();
        for entry in all.iter().rev() {
            if let Some(old) = entry.supersedes
                && (!waits(entry) || out_of_force.contains(&entry.id))
            {
                out_of_force.insert(old);
            }
        }
        let mut rows = RowsInForce::default();
        for entry in all {
            if waits(&entry) {
                if !corrected.contains(&entry.id) {
                    rows.pending.push(entry);
                }
            } else if !out_of_force.contains(&entry.id) {
                rows.in_force.push(entry);
            }
        }
        Ok(rows)
    }

    /// Records that `by` has reviewed `rows`, all or none; rows with a review keep it. Returns how many are new. `by`
    /// and who entered a row have to be two of `persons`, or without a list two names.
    pub fn review(
        &mut self,
        rows: &[i64],
        by: &str,
        persons: &Persons,
        at: Timestamp,
    ) -> Result<usize, LedgerError> {
        let failed = words::recording_review;
        let writing = begin(&mut self.db)?;
        let mut added = 0;
        for row in rows {
            let found = writing
                .query_row(
                    "SELECT entered_by, reviewed_by FROM entry LEFT JOIN review ON review.entry = id WHERE id = ?1",
                    [row],
                    |r| Ok((r.get::<_, String>(0)?, r.get::<_, Option<String>>(1)?)),
                )
                .optional()
                .map_err(sql(failed))?;
            let (entered_by, reviewed_by) = found.ok_or(LedgerError::NoSuchRow(*row))?;
            if reviewed_by.is_some() {
                continue;
            }
            apart(*row, &entered_by, by, persons)?;
            if let Some(by) = superseded_by(&writing, *row)? {
                return Err(LedgerError::Superseded { row: *row, by });
            }
            let insert =
                "INSERT INTO review (entry, reviewed_by, reviewed_at_ms) VALUES (?1, ?2, ?3)";
            let values = params![row, by.trim(), at.as_millisecond()];
            added += writing.execute(insert, values).map_err(sql(failed))?;
        }
        writing.commit().map_err(sql(words::committing))?;
        Ok(added)
    }
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
