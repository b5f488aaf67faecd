//! The columns of a roll-up: one list for the tables of hours and of days.

use rusqlite::{CachedStatement, Row, ToSql, params_from_iter};

use super::StoreError;
use crate::core::Rollup;

/// The names of the columns, in the order of [`insert`] and [`from_row`].
macro_rules! columns {
    () => {
        "counted, suspect, failed, missing, min, max, mean, last, increment, increment_max, rollovers, resets, glitches"
    };
}

/// The columns as they stand in the `CREATE TABLE` of hours and of days.
macro_rules! definitions {
    () => {
        "counted INTEGER NOT NULL, suspect INTEGER NOT NULL, failed INTEGER NOT NULL, missing INTEGER NOT NULL,
             min REAL, max REAL, mean REAL, last REAL,
             increment REAL, increment_max REAL,
             rollovers INTEGER NOT NULL, resets INTEGER NOT NULL, glitches INTEGER NOT NULL"
    };
}

/// Inserts or replaces a row of `$table`: its series, the two columns of `$key`, and the roll-up.
macro_rules! insert_sql {
    ($table:literal, $key:literal) => {
        concat!(
            "INSERT OR REPLACE INTO ",
            $table,
            " (series, ",
            $key,
            ", ",
            rollup::columns!(),
            ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
    };
}

pub(super) use {columns, definitions, insert_sql};

/// Runs `statement`, which [`insert_sql`] made, with the values of `key` in front of those of `rollup`.
pub(super) fn insert(
    mut statement: CachedStatement<'_>,
    key: [&dyn ToSql; 3],
    rollup: &Rollup,
) -> Result<(), StoreError> {
    let row = key.into_iter().chain(values(rollup));
    statement.execute(params_from_iter(row))?;
    Ok(())
}

fn values(rollup: &Rollup) -> [&dyn ToSql; 13] {
    [
        &rollup.counted,
        &rollup.suspect,
        &rollup.failed,
        &rollup.missing,
        &rollup.min,
        &rollup.max,
        &rollup.mean,
        &rollup.last,
        &rollup.increment,
        &rollup.increment_max,
        &rollup.rollovers,
        &rollup.resets,
        &rollup.glitches,
    ]
}

/// The roll-up in the columns of `row` from `first` on.
pub(super) fn from_row(row: &Row<'_>, first: usize) -> Result<Rollup, StoreError> {
    Ok(Rollup {
        counted: row.get(first)?,
        suspect: row.get(first + 1)?,
        failed: row.get(first + 2)?,
        missing: row.get(first + 3)?,
        min: row.get(first + 4)?,
        max: row.get(first + 5)?,
        mean: row.get(first + 6)?,
        last: row.get(first + 7)?,
        increment: row.get(first + 8)?,
        increment_max: row.get(first + 9)?,
        rollovers: row.get(first + 10)?,
        resets: row.get(first + 11)?,
        glitches: row.get(first + 12)?,
    })
}
