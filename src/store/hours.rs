//! Hourly roll-ups, folded anew where readings have changed.
//!
//! The cell of a counter keeps the engine's state at the end of its hour. A late reading restarts the engine from the cell
//! before it and goes on until a cell ends in the state that it ended in before: from there on nothing changes
//! (docs/decisions/0005).

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::places::Places;
use super::readings::SLOT_MS;
use super::{StoreError, rollup};
use crate::core::{Flag, HOUR_MS, HourCell, Kind, Rollup, Series};
use crate::counter;

/// The counter of a series: its engine's state, and how its register behaves.
type Engine<'a> = Option<(&'a mut counter::State, &'a counter::Spec)>;

/// Folds anew the hours of `series` that are `touched`, and those after them that a counter's changed state reaches. Gives all
/// of them. `touched` is in order.
pub(super) fn refold(
    connection: &Connection,
    places: &Places,
    (id, series): (i64, &Series),
    touched: &[i64],
) -> Result<BTreeSet<i64>, StoreError> {
    let mut folded = BTreeSet::new();
    let Some((&first, &last)) = touched.first().zip(touched.last()) else {
        return Ok(folded);
    };
    let counter = series.parameter.spec().kind == Kind::Counter;
    if !counter {
        for &hour in touched {
            let cell = fold(connection, places, id, hour, None)?;
            put(connection, places, id, &cell, None)?;
        }
        folded.extend(touched);
        return Ok(folded);
    }
    let spec = spec(connection, id)?;
    let mut state = state_before(connection, places, id, first)?;
    let mut next = Some(first);
    while let Some(hour) = next {
        let cell = fold(connection, places, id, hour, Some((&mut state, &spec)))?;
        let written =
            serde_json::to_string(&state).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let before = stored(connection, places, id, hour)?;
        put(connection, places, id, &cell, Some(&written))?;
        folded.insert(hour);
        next = if hour >= last && before == Stored::Counter(written) {
            None
        } else {
            following(connection, places, id, hour, touched)?
        };
    }
    Ok(folded)
}

/// The next hour after `hour` that has a cell or is touched.
fn following(
    connection: &Connection,
    places: &Places,
    id: i64,
    hour: i64,
    touched: &[i64],
) -> Result<Option<i64>, StoreError> {
    let mut stored: Option<i64> = None;
    if hour < places.sealed_ms {
        stored = connection
            .prepare_cached(
                "SELECT hour_ms FROM hour WHERE series = ?1 AND hour_ms > ?2 ORDER BY hour_ms LIMIT 1",
            )?
            .query_row(params![id, hour], |row| row.get(0))
            .optional()?;
    }
    let mut from = hour;
    while stored.is_none()
        && let Some(next) = new_hour(connection, Side::After, from)?
    {
        if stored(connection, places, id, next)? != Stored::NoCell {
            stored = Some(next);
        }
        from = next;
    }
    let touched = touched.iter().copied().find(|&h| h > hour);
    Ok(match (stored, touched) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    })
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// The nearest hour before or after `hour` of which something new is kept, of any series. There are never many.
fn new_hour(connection: &Connection, side: Side, hour: i64) -> Result<Option<i64>, StoreError> {
    let sql = match side {
        Side::Before => "SELECT max(hour_ms) FROM hour_hot WHERE hour_ms < ?1",
        Side::After => "SELECT min(hour_ms) FROM hour_hot WHERE hour_ms > ?1",
    };
    Ok(connection.prepare_cached(sql)?.query_row([hour], |row| row.get(0))?)
}

fn spec(connection: &Connection, id: i64) -> Result<counter::Spec, StoreError> {
    Ok(connection
        .prepare_cached("SELECT modulus, max_rate_per_hour FROM series WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(counter::Spec { modulus: row.get(0)?, max_rate_per_hour: row.get(1)? })
        })?)
}

fn state_before(
    connection: &Connection,
    places: &Places,
    id: i64,
    hour: i64,
) -> Result<counter::State, StoreError> {
    let mut found = Stored::NoCell;
    let mut from = hour;
    while found == Stored::NoCell
        && places.is_new(from - 1)
        && let Some(before) = new_hour(connection, Side::Before, from)?
    {
        found = stored(connection, places, id, before)?;
        from = before;
    }
    if found == Stored::NoCell {
        found = connection
            .prepare_cached("SELECT state FROM hour WHERE series = ?1 AND hour_ms < ?2 ORDER BY hour_ms DESC LIMIT 1")?
            .query_row(params![id, hour], Stored::from_row)
            .optional()?
            .unwrap_or(Stored::NoCell);
    }
    match found {
        Stored::NoCell | Stored::Gauge => Ok(counter::State::default()),
        Stored::Counter(json) => serde_json::from_str(&json)
            .map_err(|e| StoreError::Corrupt(format!("counter state: {e}"))),
    }
}

/// What the file holds of an hour, as far as a counter's engine asks.
#[derive(PartialEq)]
enum Stored {
    NoCell,
    /// A cell without a counter's state.
    Gauge,
    /// The engine's state at the end of the hour, as it is written.
    Counter(String),
}

impl Stored {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(row.get::<_, Option<String>>(0)?.map_or(Self::Gauge, Self::Counter))
    }
}

fn stored(
    connection: &Connection,
    places: &Places,
    id: i64,
    hour: i64,
) -> Result<Stored, StoreError> {
    let sql = if places.is_new(hour) {
        "SELECT state FROM hour_hot WHERE series = ?1 AND hour_ms = ?2"
    } else {
        "SELECT state FROM hour WHERE series = ?1 AND hour_ms = ?2"
    };
    let found = connection.prepare_cached(sql)?.query_row(params![id, hour], Stored::from_row);
    Ok(found.optional()?.unwrap_or(Stored::NoCell))
}

/// Folds the readings of one hour, in order, into its cell; of a counter, through the engine.
fn fold(
    connection: &Connection,
    places: &Places,
    id: i64,
    hour: i64,
    engine: Engine<'_>,
) -> Result<HourCell, StoreError> {
    let mut folding = Folding::new(hour, engine)?;
    let end = hour + HOUR_MS;
    if places.is_new(hour) {
        for slot in hour / SLOT_MS..end / SLOT_MS {
            let mut statement = connection.prepare_cached(
                "SELECT at_ms, value, flag FROM reading_hot WHERE slot = ?1 AND series = ?2 ORDER BY at_ms",
            )?;
            folding.feed(statement.query(params![slot, id])?)?;
        }
    } else {
        let mut statement = connection.prepare_cached(
            "SELECT at_ms, value, flag FROM reading
             WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms",
        )?;
        folding.feed(statement.query(params![id, hour, end])?)?;
    }
    Ok(folding.done())
}

/// An hour that is being folded.
struct Folding<'a> {
    cell: HourCell,
    sum: f64,
    engine: Engine<'a>,
}

impl<'a> Folding<'a> {
    fn new(hour: i64, engine: Engine<'a>) -> Result<Self, StoreError> {
        let hour_at =
            Timestamp::from_millisecond(hour).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let increment = engine.is_some().then_some(0.0);
        let rollup = Rollup { increment, increment_max: increment, ..Rollup::default() };
        Ok(Self { cell: HourCell { hour_at, rollup }, sum: 0.0, engine })
    }

    fn feed(&mut self, mut rows: rusqlite::Rows<'_>) -> Result<(), StoreError> {
        let cell = &mut self.cell.rollup;
        while let Some(row) = rows.next()? {
            let (at_ms, value, flag): (i64, Option<f64>, u8) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let flag = Flag::try_from(flag).map_err(StoreError::Corrupt)?;
            let Some(value) = value else {
                cell.missing += 1;
                continue;
            };
            if !flag.counts() {
                cell.failed += 1;
                continue;
            }
            cell.counted += 1;
            cell.suspect += u32::from(flag == Flag::Suspect);
            cell.min = Some(cell.min.map_or(value, |m| m.min(value)));
            cell.max = Some(cell.max.map_or(value, |m| m.max(value)));
            cell.last = Some(value);
            self.sum += value;
            if let Some((state, spec)) = &mut self.engine {
                let at = Timestamp::from_millisecond(at_ms)
                    .map_err(|e| StoreError::Corrupt(e.to_string()))?;
                let step = state.feed(spec, at, value);
                cell.increment = cell.increment.map(|total| total + step.increment);
                cell.increment_max = cell.increment_max.map(|total| total + step.increment_max);
                cell.rollovers += step.rollovers;
                cell.resets += step.resets;
                cell.glitches += step.glitches;
            }
        }
        Ok(())
    }

    fn done(mut self) -> HourCell {
        if self.cell.counted > 0 {
            self.cell.rollup.mean = Some(self.sum / f64::from(self.cell.counted));
        }
        self.cell
    }
}

fn put(
    connection: &Connection,
    places: &Places,
    id: i64,
    cell: &HourCell,
    state: Option<&str>,
) -> Result<(), StoreError> {
    let hour_ms = cell.hour_at.as_millisecond();
    let sql = if places.is_new(hour_ms) { INSERT_HOT } else { INSERT };
    rollup::insert(connection, sql, [&id, &hour_ms, &state], &cell.rollup)
}

const INSERT: &str = concat!(
    "INSERT OR REPLACE INTO hour (series, hour_ms, state, ",
    rollup::columns!(),
    ") VALUES (",
    rollup::placeholders!(),
    ")"
);
const INSERT_HOT: &str = concat!(
    "INSERT OR REPLACE INTO hour_hot (series, hour_ms, state, ",
    rollup::columns!(),
    ") VALUES (",
    rollup::placeholders!(),
    ")"
);
const SELECT: &str = concat!(
    "SELECT hour_ms, ",
    rollup::columns!(),
    " FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3 ORDER BY hour_ms"
);
const SELECT_HOT: &str = concat!(
    "SELECT hour_ms, ",
    rollup::columns!(),
    " FROM hour_hot WHERE hour_ms = ?1 AND series = ?2"
);

fn cell(row: &Row<'_>) -> Result<HourCell, StoreError> {
    let hour_at =
        Timestamp::from_millisecond(row.get(0)?).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    Ok(HourCell { hour_at, rollup: rollup::from_row(row, 1)? })
}

/// The cells of a series from `from_ms` to before `to_ms`, in order.
pub(super) fn range(
    connection: &Connection,
    places: &Places,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Vec<HourCell>, StoreError> {
    let mut cells = Vec::new();
    if from_ms < places.sealed_ms {
        let mut statement = connection.prepare_cached(SELECT)?;
        let mut rows = statement.query(params![id, from_ms, to_ms.min(places.sealed_ms)])?;
        while let Some(row) = rows.next()? {
            cells.push(cell(row)?);
        }
    }
    let mut from = from_ms.max(places.sealed_ms).saturating_sub(1);
    while let Some(hour) = new_hour(connection, Side::After, from)?
        && hour < to_ms
    {
        let mut statement = connection.prepare_cached(SELECT_HOT)?;
        let mut rows = statement.query(params![hour, id])?;
        if let Some(row) = rows.next()? {
            cells.push(cell(row)?);
        }
        from = hour;
    }
    Ok(cells)
}

/// The hours of a series that have cells, in order.
pub(super) fn all(
    connection: &Connection,
    places: &Places,
    id: i64,
) -> Result<Vec<i64>, StoreError> {
    let cells = range(connection, places, id, (i64::MIN, i64::MAX))?;
    Ok(cells.iter().map(|cell| cell.hour_at.as_millisecond()).collect())
}
