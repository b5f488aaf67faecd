//! Reviews: a second person confirms rows, and with that rule only confirmed rows count.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::error::{LedgerError, sql};
use super::persons::{PersonError, Persons, Separation, letters};
use super::sqlite::{Ledger, begin, superseded_by};
use crate::account::Entry;
use crate::locales::{Text, ledger as words};

/// How many rows of one enterer who is not listed are named.
const ROWS_NAMED: usize = 5;

/// The rows that count and those that wait.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowsInForce {
    pub in_force: Vec<Entry>,
    /// Rows that wait for a review.
    pub pending: Vec<Entry>,
}

impl RowsInForce {
    /// Those of `all` rows that count: not superseded nor withdrawn and, with `two_person`, reviewed by a second
    /// person. While a correction or a withdrawal waits, the row that it supersedes stays in force. If several of a row
    /// wait, the last is pending.
    pub fn of(all: Vec<Entry>, two_person: bool) -> Self {
        let stands = stands(&all, two_person);
        let mut rows = RowsInForce::default();
        for (entry, stand) in all.into_iter().zip(stands) {
            match stand {
                Stand::Counts => rows.in_force.push(entry),
                Stand::Waits => rows.pending.push(entry),
                Stand::Neither => {}
            }
        }
        rows
    }

    /// The numbers of the rows that count and of those that wait, as [`of`](Self::of) finds them.
    pub fn numbers(all: &[Entry], two_person: bool) -> (BTreeSet<i64>, BTreeSet<i64>) {
        let stands = stands(all, two_person);
        let of = |wanted| {
            let rows = all.iter().zip(&stands).filter(move |(_, stand)| **stand == wanted);
            rows.map(|(entry, _)| entry.id).collect()
        };
        (of(Stand::Counts), of(Stand::Waits))
    }

    /// All of these rows, by id.
    pub fn with_pending(self) -> Vec<Entry> {
        let mut rows = [self.in_force, self.pending].concat();
        rows.sort_by_key(|entry| entry.id);
        rows
    }
}

/// How it stands with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Counts,
    Waits,
    Neither,
}

/// How it stands with each of `all` rows: see [`RowsInForce::of`].
fn stands(all: &[Entry], two_person: bool) -> Vec<Stand> {
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
    let stand = |entry: &Entry| match waits(entry) {
        true if corrected.contains(&entry.id) => Stand::Neither,
        true => Stand::Waits,
        false if entry.withdrawn || out_of_force.contains(&entry.id) => Stand::Neither,
        false => Stand::Counts,
    };
    all.iter().map(stand).collect()
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
    /// Those whose enterer means nobody of the list.
    pub unlisted: Vec<UnlistedRows>,
}

/// Rows that one text, which means nobody of the list, is said to have entered.
#[derive(Debug, Clone, PartialEq)]
pub struct UnlistedRows {
    pub entered_by: String,
    pub rows: Vec<i64>,
    why: PersonError,
}

impl UnlistedRows {
    /// How many they are, which the first ones are, and why nobody can say who entered them.
    pub fn text(&self) -> Text {
        let (named, n) = (self.rows.iter().take(ROWS_NAMED).copied(), self.rows.len());
        let rows = Text::list(named);
        match n > ROWS_NAMED {
            true => words::rows_of_nobody_and_more(&self.entered_by, n, rows, self.why.text()),
            false => words::rows_of_nobody(&self.entered_by, n, rows, self.why.text()),
        }
    }
}

impl Reviewable {
    /// Sorts `pending` by whether `by` may review them.
    pub fn of(pending: &[Entry], by: &str, persons: &Persons) -> Self {
        let mut reviewable = Self::default();
        for entry in pending {
            match persons.separation(&entry.entered_by, by) {
                Separation::Apart => reviewable.rows.push(entry.id),
                Separation::Same => reviewable.own += 1,
                Separation::Unlisted(why) => reviewable.add_unlisted(entry, why),
            }
        }
        reviewable
    }

    fn add_unlisted(&mut self, entry: &Entry, why: PersonError) {
        let same =
            |known: &&mut UnlistedRows| letters(&known.entered_by) == letters(&entry.entered_by);
        match self.unlisted.iter_mut().find(same) {
            Some(known) => known.rows.push(entry.id),
            None => {
                let (entered_by, rows) = (entry.entered_by.clone(), vec![entry.id]);
                self.unlisted.push(UnlistedRows { entered_by, rows, why });
            }
        }
    }
}

impl Ledger {
    /// The rows that count: see [`RowsInForce::of`].
    pub fn rows_in_force(&self, two_person: bool) -> Result<RowsInForce, LedgerError> {
        Ok(RowsInForce::of(self.all()?, two_person))
    }

    /// Records that `by` has reviewed `rows`, all or none; rows with a review keep it. Returns those that are
    /// reviewed now. `by` and who entered a row have to be two of `persons`, or without a list two names.
    pub fn review(
        &mut self,
        rows: &[i64],
        by: &str,
        persons: &Persons,
        at: Timestamp,
    ) -> Result<Vec<i64>, LedgerError> {
        let failed = words::recording_review;
        let writing = begin(&mut self.db)?;
        let mut added = Vec::new();
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
            writing.execute(insert, values).map_err(sql(failed))?;
            added.push(*row);
        }
        writing.commit().map_err(sql(words::committing))?;
        Ok(added)
    }
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
