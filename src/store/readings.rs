//! Readings in the file: one row for each series and instant.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use super::error::instant;
use super::tables::{SLOT_MS, Tables};
use crate::core::{Flag, Outcome, Reading, Reason, Series};
use crate::locales::{Text, store as words};

/// The last reading of a series, and the last that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    /// The last reading, whatever its flag.
    pub last: Reading,
    /// The last reading with a value that counts.
    pub counted: Option<Reading>,
}

#[derive(PartialEq, Eq)]
pub(super) enum Inserted {
    New,
    /// A row without a value, or with another one, was replaced.
    Replaced,
    Same,
}

/// Stores a reading. Each series and instant has one row: a value replaces a missing one, never the other way round,
/// and a later value an earlier one.
pub(super) fn insert(
    tables: &Tables<'_>,
    series: i64,
    reading: &Reading,
) -> Result<Inserted, StoreError> {
    let at = reading.observed_at.as_millisecond();
    let (value, flag) = (reading.value(), u8::from(reading.flag));
    let reason = reading.reason.map(Reason::id);
    let raw: Option<Vec<u8>> = (!reading.raw.is_empty())
        .then(|| reading.raw.iter().flat_map(|word| word.to_be_bytes()).collect());
    let slot = at.div_euclid(SLOT_MS);
    let cold = params![series, at, value, flag, reason, raw];
    let hot = params![series, at, value, flag, reason, raw, slot];
    let (insert, update, row) =
        if tables.is_hot(at) { (INSERT_HOT, UPDATE_HOT, hot) } else { (INSERT, UPDATE, cold) };
    if tables.prepare(insert)?.execute(row)? == 1 {
        return Ok(Inserted::New);
    }
    let updated = tables.prepare(update)?.execute(row)? == 1;
    Ok(if updated { Inserted::Replaced } else { Inserted::Same })
}

const INSERT: &str =
    "INSERT INTO reading (series, at_ms, value, flag, reason, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE reading SET value = ?3, flag = ?4, reason = ?5, raw = ?6
     WHERE series = ?1 AND at_ms = ?2 AND ?3 IS NOT NULL AND (value IS NOT ?3 OR flag <> ?4)";
const INSERT_HOT: &str = "INSERT INTO reading_hot (slot, series, at_ms, value, flag, reason, raw)
     VALUES (?7, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
const UPDATE_HOT: &str = "UPDATE reading_hot SET value = ?3, flag = ?4, reason = ?5, raw = ?6
     WHERE slot = ?7 AND series = ?1 AND at_ms = ?2
         AND ?3 IS NOT NULL AND (value IS NOT ?3 OR flag <> ?4)";

/// Notes when a series was read last, and when last with a value that counts.
pub(super) fn note_latest(
    connection: &Connection,
    series: i64,
    at_ms: i64,
    counted_ms: Option<i64>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO latest (series, at_ms, counted_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (series) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms),
                 counted_ms = max(coalesce(counted_ms, excluded.counted_ms), coalesce(excluded.counted_ms, counted_ms))
             WHERE excluded.at_ms > at_ms OR excluded.counted_ms > coalesce(counted_ms, excluded.counted_ms - 1)",
        )?
        .execute(params![series, at_ms, counted_ms])?;
    Ok(())
}

/// Passes the readings of a series from `from_ms` to before `to_ms` to `each`, in order.
pub(super) fn range(
    tables: &Tables<'_>,
    (id, series): (i64, &Series),
    (from_ms, to_ms): (i64, i64),
    each: &mut dyn FnMut(Reading) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if !tables.is_hot(from_ms) {
        let mut statement = tables.prepare(
            "SELECT at_ms, value, flag, reason, raw FROM reading
             WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms",
        )?;
        let mut rows = statement.query(params![id, from_ms, to_ms.min(tables.hot_from_ms)])?;
        while let Some(row) = rows.next()? {
            each(from_row(series, row)?)?;
        }
    }
    let from_ms = from_ms.max(tables.hot_from_ms);
    let mut next = from_ms / SLOT_MS;
    while from_ms < to_ms
        && let Some(slot) = next_slot(tables, next)?
        && slot <= (to_ms - 1) / SLOT_MS
    {
        let mut statement = tables.prepare(
            "SELECT at_ms, value, flag, reason, raw FROM reading_hot
             WHERE slot = ?4 AND series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms",
        )?;
        let mut rows = statement.query(params![id, from_ms, to_ms, slot])?;
        while let Some(row) = rows.next()? {
            each(from_row(series, row)?)?;
        }
        next = slot + 1;
    }
    Ok(())
}

/// The first slot with hot readings at or after `slot`.
fn next_slot(tables: &Tables<'_>, slot: i64) -> Result<Option<i64>, StoreError> {
    let mut statement = tables.prepare("SELECT min(slot) FROM reading_hot WHERE slot >= ?1")?;
    Ok(statement.query_row([slot], |row| row.get(0))?)
}

pub(super) fn latest(
    tables: &Tables<'_>,
    (id, series): (i64, &Series),
) -> Result<Option<Latest>, StoreError> {
    let noted: Option<(i64, Option<i64>)> = tables
        .prepare("SELECT at_ms, counted_ms FROM latest WHERE series = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((last_ms, counted_ms)) = noted else {
        return Ok(None);
    };
    let find_last = |span, wanted: fn(&Reading) -> bool| -> Result<Option<Reading>, StoreError> {
        let mut found = None;
        range(tables, (id, series), span, &mut |reading| {
            if wanted(&reading) {
                found = Some(reading);
            }
            Ok(())
        })?;
        Ok(found)
    };
    let at = |ms: i64| find_last((ms, ms.saturating_add(1)), |_| true);
    let Some(last) = at(last_ms)? else {
        return Ok(None);
    };
    let mut counted = counted_ms.map(at).transpose()?.flatten();
    if counted.as_ref().is_some_and(|reading| !reading.flag.counts()) {
        // Its flag has been changed since: an earlier reading is the last that counts.
        counted = find_last((i64::MIN, i64::MAX), |reading| {
            reading.value().is_some() && reading.flag.counts()
        })?;
    }
    Ok(Some(Latest { last, counted }))
}

/// The reading of `series` in a row of time, value, flag, reason and raw registers.
fn from_row(series: &Series, row: &Row<'_>) -> Result<Reading, StoreError> {
    let (at, value, flag): (i64, Option<f64>, u8) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let (reason, raw): (Option<String>, Option<Vec<u8>>) = (row.get(3)?, row.get(4)?);
    let corrupt =
        |problem: Text| StoreError::Corrupt(words::bad_reading(series.to_string(), at, problem));
    let flag = Flag::try_from(flag).map_err(corrupt)?;
    let reason = reason
        .map(|id| {
            Reason::from_id(&id).ok_or_else(|| corrupt(words::reason_unknown(format!("{id:?}"))))
        })
        .transpose()?;
    let outcome = match (value, reason) {
        (Some(value), _) => Outcome::Value(value),
        (None, Some(reason)) => Outcome::Missing(reason),
        (None, None) => return Err(corrupt(words::neither_value_nor_reason())),
    };
    Ok(Reading {
        series: series.clone(),
        observed_at: instant(at)?,
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
