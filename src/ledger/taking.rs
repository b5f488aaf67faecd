//! Taking the rows of a file into the ledger: each once, also of a file that is an export of it.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};

use super::sqlite::{Ledger, LedgerError, begin, insert, sql};
use crate::figures::Entry;

/// What became of a row of a file.
#[derive(Debug)]
pub enum Placed {
    /// It was added under this number.
    Added(i64),
    /// The ledger states exactly the same already, under this number.
    There(i64),
    /// It was left out.
    Refused(LedgerError),
}

impl Ledger {
    /// Adds those of `rows` that the ledger does not hold yet, in one transaction, and says of each what became of it. A row is held
    /// already where code, value, days, village, crop, work, document, person and superseded row are the same: an import that is run
    /// twice, or that has a row twice, doubles nothing.
    ///
    /// Rows with an `id` come from an export. Among them a correction finds its row by that number, whatever number it gets here; and
    /// one that the ledger holds under its number, but as another, was changed in the file and is refused: it would count twice.
    ///
    /// # Errors
    /// The file cannot be read or written; then nothing was added.
    pub fn import(&mut self, rows: &[Entry]) -> Result<Vec<Placed>, LedgerError> {
        let writing = begin(&mut self.db)?;
        let placed = place(&writing, rows)?;
        writing.commit().map_err(sql("to commit"))?;
        Ok(placed)
    }

    /// What [`Ledger::import`] would do, without doing it.
    ///
    /// # Errors
    /// As [`Ledger::import`].
    pub fn preview(&mut self, rows: &[Entry]) -> Result<Vec<Placed>, LedgerError> {
        place(&begin(&mut self.db)?, rows)
    }
}

fn place(writing: &Transaction<'_>, rows: &[Entry]) -> Result<Vec<Placed>, LedgerError> {
    let last: i64 = writing
        .query_row("SELECT coalesce(max(id), 0) FROM entry", [], |r| r.get(0))
        .map_err(sql("to be read"))?;
    // Rows of an export in their order, whatever the file was sorted by: a correction follows its row. New rows follow.
    let mut order: Vec<(usize, &Entry)> = rows.iter().enumerate().collect();
    order.sort_by_key(|(_, row)| (row.id == 0, row.id));
    let mut own = BTreeMap::new();
    let mut placed = Vec::new();
    for (index, row) in order {
        let became = place_one(writing, row, last, &own)?;
        if let (Placed::Added(id) | Placed::There(id), 1..) = (&became, row.id) {
            own.insert(row.id, *id);
        }
        placed.push((index, became));
    }
    placed.sort_by_key(|(index, _)| *index);
    Ok(placed.into_iter().map(|(_, became)| became).collect())
}

/// Places a row; `last` is the last number before the file, and `own` the numbers that rows of the file have here by theirs.
fn place_one(
    writing: &Transaction<'_>,
    row: &Entry,
    last: i64,
    own: &BTreeMap<i64, i64>,
) -> Result<Placed, LedgerError> {
    let known = row.supersedes.and_then(|old| own.get(&old));
    let meant = Entry { supersedes: known.copied().or(row.supersedes), ..row.clone() };
    if let Some(id) = held(writing, &meant)? {
        return Ok(Placed::There(id));
    }
    if row.id > 0 {
        if row.id <= last || own.contains_key(&row.id) {
            return Ok(Placed::Refused(LedgerError::Changed(row.id)));
        }
        if let (Some(old), None) = (row.supersedes, known) {
            return Ok(Placed::Refused(LedgerError::WithoutOld(old)));
        }
    }
    match insert(writing, &meant) {
        Ok(id) => Ok(Placed::Added(id)),
        Err(
            error @ (LedgerError::NoSuchRow(_)
            | LedgerError::AlreadySuperseded { .. }
            | LedgerError::OtherCode { .. }),
        ) => Ok(Placed::Refused(error)),
        Err(error) => Err(error),
    }
}

/// The number under which the ledger states the same as `row`.
fn held(writing: &Transaction<'_>, row: &Entry) -> Result<Option<i64>, LedgerError> {
    let failed = "to look for a duplicate";
    writing
        .prepare_cached(
            "SELECT id FROM entry WHERE code = ?1 AND value = ?2 AND from_day = ?3 AND to_day = ?4 AND village IS ?5
             AND crop IS ?6 AND work IS ?7 AND document = ?8 AND entered_by = ?9 AND supersedes IS ?10 ORDER BY id LIMIT 1",
        )
        .map_err(sql(failed))?
        .query_row(
            params![
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
            ],
            |found| found.get(0),
        )
        .optional()
        .map_err(sql(failed))
}

#[cfg(test)]
#[path = "taking_tests.rs"]
mod tests;
