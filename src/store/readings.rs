//! Readings in the file: one row per series and instant.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::places::Places;
use super::{Latest, StoreError};
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

/// Readings that are new lie together by quarters of an hour: a commit of one reading of each series touches few pages, and those
/// of one series in an hour are found by looking four times.
pub(super) const SLOT_MS: i64 = 900_000;

/// Stores a reading. The same series and instant is the same row: a value replaces what is missing there, never the other way
/// round, and a later value an earlier one.
pub(super) fn insert(
    connection: &Connection,
    places: &Places,
    series: i64,
    reading: &Reading,
) -> Result<Inserted, StoreError> {
    let at = reading.observed_at.as_millisecond();
    let flag = u8::from(reading.flag);
    let reason = reading.reason.map(Reason::id);
    let raw: Option<Vec<u8>> = (!reading.raw.is_empty())
        .then(|| reading.raw.iter().flat_map(|word| word.to_be_bytes()).collect());
    let (insert, update) =
        if places.is_new(at) { (INSERT_HOT, UPDATE_HOT) } else { (INSERT, UPDATE) };
    let values = params![series, at, reading.value(), flag, reason, raw];
    if connection.prepare_cached(insert)?.execute(values)? == 1 {
        return Ok(Inserted::New);
    }
    Ok(if connection.prepare_cached(update)?.execute(values)? == 1 {
        Inserted::Replaced
    } else {
        Inserted::Same
    })
}

const INSERT: &str =
    "INSERT INTO reading (series, at_ms, value, flag, reason, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE reading SET value = ?3, flag = ?4, reason = ?5, raw = ?6
     WHERE series = ?1 AND at_ms = ?2 AND ?3 IS NOT NULL AND (value IS NOT ?3 OR flag <> ?4)";
const INSERT_HOT: &str = "INSERT INTO reading_hot (slot, series, at_ms, value, flag, reason, raw)
     VALUES (?2 / 900000, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
const UPDATE_HOT: &str = "UPDATE reading_hot SET value = ?3, flag = ?4, reason = ?5, raw = ?6
     WHERE slot = ?2 / 900000 AND series = ?1 AND at_ms = ?2
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

/// Gives `each` the readings of a series from `from_ms` to before `to_ms`, in order.
pub(super) fn range(
    connection: &Connection,
    places: &Places,
    (id, series): (i64, &Series),
    (from_ms, to_ms): (i64, i64),
    each: &mut dyn FnMut(Reading) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if from_ms < places.sealed_ms {
        let mut statement = connection.prepare_cached(
            "SELECT at_ms, value, flag, reason, raw FROM reading
             WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms",
        )?;
        let mut rows = statement.query(params![id, from_ms, to_ms.min(places.sealed_ms)])?;
        while let Some(row) = rows.next()? {
            each(from_row(series, row)?)?;
        }
    }
    let from_ms = from_ms.max(places.sealed_ms);
    let mut next = from_ms / SLOT_MS;
    while from_ms < to_ms
        && let Some(slot) = next_slot(connection, next)?
        && slot <= (to_ms - 1) / SLOT_MS
    {
        let mut statement = connection.prepare_cached(
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

/// The first slot with readings at or after `slot`.
fn next_slot(connection: &Connection, slot: i64) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT min(slot) FROM reading_hot WHERE slot >= ?1")?
        .query_row([slot], |row| row.get(0))?)
}

/// The last reading of a series, and the last that counts.
pub(super) fn latest(
    connection: &Connection,
    places: &Places,
    (id, series): (i64, &Series),
) -> Result<Option<Latest>, StoreError> {
    let noted: Option<(i64, Option<i64>)> = connection
        .prepare_cached("SELECT at_ms, counted_ms FROM latest WHERE series = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((at, counted_ms)) = noted else {
        return Ok(None);
    };
    let one = |at_ms: i64| -> Result<Option<Reading>, StoreError> {
        let mut found = None;
        let span = (at_ms, at_ms.saturating_add(1));
        range(connection, places, (id, series), span, &mut |reading| {
            found = Some(reading);
            Ok(())
        })?;
        Ok(found)
    };
    let Some(last) = one(at)? else {
        return Ok(None);
    };
    let mut counted = match counted_ms {
        Some(at_ms) => one(at_ms)?,
        None => None,
    };
    if counted.as_ref().is_some_and(|reading| !reading.flag.counts()) {
        // Its flag was changed since: the one before it has to be looked for.
        counted = None;
        range(connection, places, (id, series), (i64::MIN, i64::MAX), &mut |reading| {
            if reading.value().is_some() && reading.flag.counts() {
                counted = Some(reading);
            }
            Ok(())
        })?;
    }
    Ok(Some(Latest { last, counted }))
}

/// The reading of `series` in a row of time, value, flag, reason and raw registers.
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
