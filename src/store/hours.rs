//! Hourly roll-ups, folded anew where readings have changed.
//!
//! The cell of a counter keeps the engine's state at the end of its hour. A late reading restarts the engine from the cell
//! before it and goes on until a cell ends in the state that it ended in before: from there on nothing changes
//! (docs/decisions/0005).

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{StoreError, readings};
use crate::core::{Flag, HourCell, Kind, Reading, Series};
use crate::counter;

/// One hour, ms.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// Start of the hour that `at_ms` falls into.
pub(super) fn hour_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(HOUR_MS) * HOUR_MS
}

/// Folds anew the hours of `series` that begin at `from_ms` or later: all of `touched`, and those after them that a counter's
/// changed state reaches. `touched` is in order.
pub(super) fn refold(
    connection: &Connection,
    id: i64,
    series: &Series,
    touched: &[i64],
) -> Result<(), StoreError> {
    let Some((&first, &last)) = touched.first().zip(touched.last()) else {
        return Ok(());
    };
    let spec = spec(connection, id)?;
    let counter = series.parameter.spec().kind == Kind::Counter;
    let mut state = if counter {
        state_before(connection, id, first)?
    } else {
        counter::State::default()
    };
    let mut next = Some(first);
    while let Some(hour) = next {
        let readings = of_hour(connection, id, series, hour)?;
        let cell = fold(hour, &readings, counter.then_some((&mut state, &spec)))?;
        let written = if counter {
            Some(serde_json::to_string(&state).map_err(|e| StoreError::Corrupt(e.to_string()))?)
        } else {
            None
        };
        let before = state_at(connection, id, hour)?;
        put(connection, id, &cell, written.as_deref())?;
        next = if counter && hour >= last && before.is_some() && before == written {
            None
        } else if counter {
            following(connection, id, hour, touched)?
        } else {
            touched.iter().copied().find(|&h| h > hour)
        };
    }
    Ok(())
}

/// The next hour after `hour` that has a cell or is touched.
fn following(
    connection: &Connection,
    id: i64,
    hour: i64,
    touched: &[i64],
) -> Result<Option<i64>, StoreError> {
    let stored: Option<i64> = connection
        .prepare_cached(
            "SELECT hour_ms FROM hour WHERE series = ?1 AND hour_ms > ?2 ORDER BY hour_ms LIMIT 1",
        )?
        .query_row(params![id, hour], |row| row.get(0))
        .optional()?;
    let touched = touched.iter().copied().find(|&h| h > hour);
    Ok(match (stored, touched) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    })
}

fn spec(connection: &Connection, id: i64) -> Result<counter::Spec, StoreError> {
    Ok(connection
        .prepare_cached("SELECT modulus, max_rate_per_hour FROM series WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(counter::Spec {
                modulus: row.get(0)?,
                max_rate_per_hour: row.get(1)?,
            })
        })?)
}

fn state_before(connection: &Connection, id: i64, hour: i64) -> Result<counter::State, StoreError> {
    let text: Option<Option<String>> = connection
        .prepare_cached("SELECT state FROM hour WHERE series = ?1 AND hour_ms < ?2 ORDER BY hour_ms DESC LIMIT 1")?
        .query_row(params![id, hour], |row| row.get(0))
        .optional()?;
    match text.flatten() {
        None => Ok(counter::State::default()),
        Some(text) => serde_json::from_str(&text)
            .map_err(|e| StoreError::Corrupt(format!("counter state: {e}"))),
    }
}

fn state_at(connection: &Connection, id: i64, hour: i64) -> Result<Option<String>, StoreError> {
    let found: Option<Option<String>> = connection
        .prepare_cached("SELECT state FROM hour WHERE series = ?1 AND hour_ms = ?2")?
        .query_row(params![id, hour], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

fn of_hour(
    connection: &Connection,
    id: i64,
    series: &Series,
    hour: i64,
) -> Result<Vec<Reading>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT at_ms, value, flag, reason, raw FROM reading
         WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms",
    )?;
    let mut rows = statement.query(params![id, hour, hour + HOUR_MS])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(readings::from_row(series, row)?);
    }
    Ok(found)
}

/// Folds the readings of one hour, in order, into its cell; of a counter, through the engine.
fn fold(
    hour: i64,
    readings: &[Reading],
    mut counter: Option<(&mut counter::State, &counter::Spec)>,
) -> Result<HourCell, StoreError> {
    let hour_at =
        Timestamp::from_millisecond(hour).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let mut cell = HourCell {
        hour_at,
        counted: 0,
        suspect: 0,
        failed: 0,
        missing: 0,
        min: None,
        max: None,
        mean: None,
        last: None,
        increment: counter.is_some().then_some(0.0),
        increment_max: counter.is_some().then_some(0.0),
        rollovers: 0,
        resets: 0,
        glitches: 0,
    };
    let mut sum = 0.0;
    for reading in readings {
        let Some(value) = reading.value() else {
            cell.missing += 1;
            continue;
        };
        if !reading.flag.counts() {
            cell.failed += 1;
            continue;
        }
        cell.counted += 1;
        cell.suspect += u32::from(reading.flag == Flag::Suspect);
        cell.min = Some(cell.min.map_or(value, |m| m.min(value)));
        cell.max = Some(cell.max.map_or(value, |m| m.max(value)));
        cell.last = Some(value);
        sum += value;
        if let Some((state, spec)) = &mut counter {
            let step = state.feed(spec, reading.observed_at, value);
            cell.increment = cell.increment.map(|total| total + step.increment);
            cell.increment_max = cell.increment_max.map(|total| total + step.increment_max);
            cell.rollovers += step.rollovers;
            cell.resets += step.resets;
            cell.glitches += step.glitches;
        }
    }
    if cell.counted > 0 {
        cell.mean = Some(sum / f64::from(cell.counted));
    }
    Ok(cell)
}

fn put(
    connection: &Connection,
    id: i64,
    cell: &HourCell,
    state: Option<&str>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO hour (series, hour_ms, counted, suspect, failed, missing, min, max, mean, last,
                 increment, increment_max, rollovers, resets, glitches, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            id,
            cell.hour_at.as_millisecond(),
            cell.counted,
            cell.suspect,
            cell.failed,
            cell.missing,
            cell.min,
            cell.max,
            cell.mean,
            cell.last,
            cell.increment,
            cell.increment_max,
            cell.rollovers,
            cell.resets,
            cell.glitches,
            state,
        ])?;
    Ok(())
}

/// The cells of a series from `from` to before `to`, in order.
pub(super) fn range(
    connection: &Connection,
    id: i64,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<HourCell>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT hour_ms, counted, suspect, failed, missing, min, max, mean, last,
             increment, increment_max, rollovers, resets, glitches
         FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3 ORDER BY hour_ms",
    )?;
    let mut rows = statement.query(params![id, from.as_millisecond(), to.as_millisecond()])?;
    let mut cells = Vec::new();
    while let Some(row) = rows.next()? {
        cells.push(cell(row)?);
    }
    Ok(cells)
}

fn cell(row: &Row<'_>) -> Result<HourCell, StoreError> {
    let hour_at =
        Timestamp::from_millisecond(row.get(0)?).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    Ok(HourCell {
        hour_at,
        counted: row.get(1)?,
        suspect: row.get(2)?,
        failed: row.get(3)?,
        missing: row.get(4)?,
        min: row.get(5)?,
        max: row.get(6)?,
        mean: row.get(7)?,
        last: row.get(8)?,
        increment: row.get(9)?,
        increment_max: row.get(10)?,
        rollovers: row.get(11)?,
        resets: row.get(12)?,
        glitches: row.get(13)?,
    })
}
