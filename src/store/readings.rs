//! Readings in the file: one row per series and instant.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::core::{Flag, Outcome, Reading, Reason, Series};

/// Numbers of series, looked up once.
#[derive(Default)]
pub(super) struct SeriesIds(HashMap<Series, i64>);

impl SeriesIds {
    /// The number of `series`, given to it now if it has none.
    pub fn id(&mut self, connection: &Connection, series: &Series) -> Result<i64, StoreError> {
        if let Some(id) = self.0.get(series) {
            return Ok(*id);
        }
        let name = series.to_string();
        connection
            .prepare_cached("INSERT INTO series (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")?
            .execute([&name])?;
        let id = find(connection, series)?
            .ok_or_else(|| StoreError::Corrupt(format!("series {name} vanished")))?;
        self.0.insert(series.clone(), id);
        Ok(id)
    }

    /// Forgets all numbers: those given in a transaction that failed do not exist.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

/// The number of `series`, if it has one.
pub(super) fn find(connection: &Connection, series: &Series) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT id FROM series WHERE name = ?1")?
        .query_row([series.to_string()], |row| row.get(0))
        .optional()?)
}

/// What an insert came to.
#[derive(PartialEq, Eq)]
pub(super) enum Inserted {
    /// A new row.
    New,
    /// A row was there and gives way: it had no value, or another one.
    Replaced,
    /// The same row was there.
    Same,
}

/// Stores a reading. The same series and instant is the same row: a value replaces what is missing there, never the other way
/// round, and a later value an earlier one.
pub(super) fn insert(
    connection: &Connection,
    series: i64,
    reading: &Reading,
) -> Result<Inserted, StoreError> {
    let at = reading.observed_at.as_millisecond();
    let flag = u8::from(reading.flag);
    let reason = reading.reason.map(Reason::id);
    let raw: Option<Vec<u8>> = (!reading.raw.is_empty()).then(|| {
        reading
            .raw
            .iter()
            .flat_map(|word| word.to_be_bytes())
            .collect()
    });
    let new = connection
        .prepare_cached(
            "INSERT INTO reading (series, at_ms, value, flag, reason, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![series, at, reading.value(), flag, reason, raw])?;
    if new == 1 {
        return Ok(Inserted::New);
    }
    let replaced = connection
        .prepare_cached(
            "UPDATE reading SET value = ?3, flag = ?4, reason = ?5, raw = ?6
             WHERE series = ?1 AND at_ms = ?2 AND ?3 IS NOT NULL AND (value IS NOT ?3 OR flag <> ?4)",
        )?
        .execute(params![series, at, reading.value(), flag, reason, raw])?;
    Ok(if replaced == 1 {
        Inserted::Replaced
    } else {
        Inserted::Same
    })
}

/// Columns that [`from_row`] reads.
pub(super) const COLUMNS: &str = "at_ms, value, flag, reason, raw";

/// The reading of `series` in a row of [`COLUMNS`].
pub(super) fn from_row(series: &Series, row: &Row<'_>) -> Result<Reading, StoreError> {
    let (at, value, flag): (i64, Option<f64>, u8) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (reason, raw): (Option<String>, Option<Vec<u8>>) = (row.get(3)?, row.get(4)?);
    let corrupt = |what: String| StoreError::Corrupt(format!("{series} at {at} ms: {what}"));
    let flag = Flag::try_from(flag).map_err(corrupt)?;
    let reason = reason
        .map(|id| Reason::from_id(&id).ok_or_else(|| corrupt(format!("reason {id:?}"))))
        .transpose()?;
    let outcome = match (value, reason) {
        (Some(value), _) => Outcome::Value(value),
        (None, Some(reason)) => Outcome::Missing(reason),
        (None, None) => return Err(corrupt("neither value nor reason".into())),
    };
    Ok(Reading {
        series: series.clone(),
        observed_at: Timestamp::from_millisecond(at).map_err(|e| corrupt(e.to_string()))?,
        outcome,
        flag,
        reason,
        raw: raw
            .unwrap_or_default()
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect(),
    })
}
