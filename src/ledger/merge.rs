//! Merges the rows of a file into the ledger, each of them once, even if the file is an export of the same ledger.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};

use super::error::{LedgerError, sql};
use super::sqlite::{Ledger, begin, insert};
use crate::account::Entry;
use crate::locales::ledger as words;

/// What an import does with one row of a file.
#[derive(Debug)]
pub enum ImportOutcome {
    /// The row was added with this id.
    Added(i64),
    /// The ledger has exactly this row already, with this id.
    AlreadyThere(i64),
    Refused(LedgerError),
}

impl Ledger {
    /// Adds those of `rows` that the ledger does not have yet, in one transaction, and returns an outcome for each. The
    /// ledger has a row already if code, value, days, village, crop, work, document, person and superseded row are
    /// equal, so repeating an import, or a row within a file, doubles nothing.
    ///
    /// Rows with an `id` come from an export. A correction among them finds its row by that id, whatever id the row
    /// gets here. A row that differs from the ledger's row of its id was changed in the file; it would count twice
    /// and is refused.
    pub fn import(&mut self, rows: &[Entry]) -> Result<Vec<ImportOutcome>, LedgerError> {
        let writing = begin(&mut self.db)?;
        let outcomes = merge(&writing, rows)?;
        writing.commit().map_err(sql(words::committing))?;
        Ok(outcomes)
    }

    /// What [`Ledger::import`] would do, without doing it.
    pub fn preview(&mut self, rows: &[Entry]) -> Result<Vec<ImportOutcome>, LedgerError> {
        merge(&begin(&mut self.db)?, rows)
    }
}

fn merge(writing: &Transaction<'_>, rows: &[Entry]) -> Result<Vec<ImportOutcome>, LedgerError> {
    let last: i64 = writing
        .query_row("SELECT coalesce(max(id), 0) FROM entry", [], |r| r.get(0))
        .map_err(sql(words::reading_last))?;
    // Exported rows in order of their ids, so that a correction follows its row in any file. New rows come last.
    let mut order: Vec<(usize, &Entry)> = rows.iter().enumerate().collect();
    order.sort_by_key(|(_, row)| (row.id == 0, row.id));
    let mut ids = BTreeMap::new();
    let mut outcomes = Vec::new();
    for (index, row) in order {
        let outcome = merge_row(writing, row, last, &ids)?;
        if let (ImportOutcome::Added(id) | ImportOutcome::AlreadyThere(id), 1..) =
            (&outcome, row.id)
        {
            ids.insert(row.id, *id);
        }
        outcomes.push((index, outcome));
    }
    outcomes.sort_by_key(|(index, _)| *index);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

/// Merges one row. `last` is the highest id before the import; `ids` maps ids in the file to ids in this ledger.
fn merge_row(
    writing: &Transaction<'_>,
    row: &Entry,
    last: i64,
    ids: &BTreeMap<i64, i64>,
) -> Result<ImportOutcome, LedgerError> {
    let known = row.supersedes.and_then(|old| ids.get(&old));
    let row = Entry { supersedes: known.copied().or(row.supersedes), ..row.clone() };
    if let Some(id) = find_equal(writing, &row)? {
        return Ok(ImportOutcome::AlreadyThere(id));
    }
    if row.id > 0 {
        if row.id <= last || ids.contains_key(&row.id) {
            return Ok(ImportOutcome::Refused(LedgerError::Changed(row.id)));
        }
        if let (Some(old), None) = (row.supersedes, known) {
            return Ok(ImportOutcome::Refused(LedgerError::WithoutOld(old)));
        }
    }
    match insert(writing, &row) {
        Ok(id) => Ok(ImportOutcome::Added(id)),
        Err(
            error @ (LedgerError::NoSuchRow(_)
            | LedgerError::AlreadySuperseded { .. }
            | LedgerError::OtherCode { .. }),
        ) => Ok(ImportOutcome::Refused(error)),
        Err(error) => Err(error),
    }
}

/// The id of a row in the ledger that equals `row`.
fn find_equal(writing: &Transaction<'_>, row: &Entry) -> Result<Option<i64>, LedgerError> {
    let values = params![
        row.code.id(),
        row.value,
        row.from.to_string(),
        row.to.to_string(),
        row.village.as_ref().map(|id| id.as_str()),
        row.crop.as_ref().map(|id| id.as_str()),
        row.work,
        row.document,
        row.entered_by,
        row.supersedes,
    ];
    writing
        .prepare_cached(
            "SELECT id FROM entry WHERE code = ?1 AND value = ?2 AND from_day = ?3 AND to_day = ?4 AND village IS ?5
             AND crop IS ?6 AND work IS ?7 AND document = ?8 AND entered_by = ?9 AND supersedes IS ?10 ORDER BY id LIMIT 1",
        )
        .and_then(|mut query| query.query_row(values, |found| found.get(0)).optional())
        .map_err(sql(words::looking_for_duplicate))
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
