//! Daily roll-ups: of each day its hours together, kept in the commit that changes an hour.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, Row, params};

use super::places::Places;
use super::{StoreError, hours, rollup};
use crate::core::{Calendar, DayCell};

/// Folds anew the days that these hours belong to.
pub(super) fn refold(
    connection: &Connection,
    places: &Places,
    calendar: &Calendar,
    id: i64,
    folded: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let mut done = i64::MIN;
    for &hour in folded {
        if hour < done {
            continue;
        }
        let (start, end) = bounds(calendar, hour)?;
        fold(connection, places, calendar, id, (start, end))?;
        done = end;
    }
    Ok(())
}

/// First instant of the day that an hour belongs to, and first instant after it, ms.
fn bounds(calendar: &Calendar, hour_ms: i64) -> Result<(i64, i64), StoreError> {
    let at =
        Timestamp::from_millisecond(hour_ms).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let day = calendar.day_of(at);
    let start = calendar.start_of(day).as_millisecond();
    let end =
        day.checked_add(1.day()).map_or(i64::MAX, |next| calendar.start_of(next).as_millisecond());
    // A day that a calendar leaves out ends where it begins; its hours must not be folded for ever.
    Ok((start, end.max(hour_ms + 1)))
}

fn fold(
    connection: &Connection,
    places: &Places,
    calendar: &Calendar,
    id: i64,
    (start, end): (i64, i64),
) -> Result<(), StoreError> {
    let hours = hours::range(connection, places, id, (start, end))?;
    let at = Timestamp::from_millisecond(start).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let cell = DayCell::of(calendar.day_of(at), &hours);
    let sql = if start >= places.sealed_day_ms { INSERT_HOT } else { INSERT };
    rollup::insert(connection, sql, [&id, &start, &cell.covered_h], &cell.rollup)
}

const INSERT: &str = concat!(
    "INSERT OR REPLACE INTO day (series, day_ms, covered_h, ",
    rollup::columns!(),
    ") VALUES (",
    rollup::placeholders!(),
    ")"
);
const INSERT_HOT: &str = concat!(
    "INSERT OR REPLACE INTO day_hot (series, day_ms, covered_h, ",
    rollup::columns!(),
    ") VALUES (",
    rollup::placeholders!(),
    ")"
);
const SELECT: &str = concat!(
    "SELECT day_ms, covered_h, ",
    rollup::columns!(),
    " FROM day WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3 ORDER BY day_ms"
);
const SELECT_HOT: &str = concat!(
    "SELECT day_ms, covered_h, ",
    rollup::columns!(),
    " FROM day_hot WHERE day_ms = ?1 AND series = ?2"
);

fn cell(calendar: &Calendar, row: &Row<'_>) -> Result<DayCell, StoreError> {
    let start =
        Timestamp::from_millisecond(row.get(0)?).map_err(|e| StoreError::Corrupt(e.to_string()))?;
    let day = calendar.day_of(start);
    Ok(DayCell { day, covered_h: row.get(1)?, rollup: rollup::from_row(row, 2)? })
}

/// The days of a series that begin from `from_ms` to before `to_ms`, in order.
pub(super) fn range(
    connection: &Connection,
    calendar: &Calendar,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Vec<DayCell>, StoreError> {
    // Of what is new there are two days as a rule, and all series of a day lie together.
    let mut statement = connection.prepare_cached(SELECT)?;
    let mut cells = Vec::new();
    let mut rows = statement.query(params![id, from_ms, to_ms])?;
    while let Some(row) = rows.next()? {
        cells.push(cell(calendar, row)?);
    }
    let mut next = from_ms;
    while let Some(day_ms) = connection
        .prepare_cached("SELECT min(day_ms) FROM day_hot WHERE day_ms >= ?1")?
        .query_row([next], |row| row.get::<_, Option<i64>>(0))?
        && day_ms < to_ms
    {
        let mut statement = connection.prepare_cached(SELECT_HOT)?;
        let mut rows = statement.query(params![day_ms, id])?;
        if let Some(row) = rows.next()? {
            cells.push(cell(calendar, row)?);
        }
        next = day_ms + 1;
    }
    Ok(cells)
}

/// Makes all days anew, from the hours: for a calendar that has changed, or a file that had none.
pub(super) fn rebuild(
    connection: &Connection,
    places: &Places,
    calendar: &Calendar,
) -> Result<(), StoreError> {
    connection.execute_batch("DELETE FROM day; DELETE FROM day_hot;")?;
    let ids: Vec<i64> = {
        let mut statement = connection.prepare("SELECT id FROM series ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        ids.collect::<Result<_, _>>()?
    };
    for id in ids {
        let all: BTreeSet<i64> = hours::all(connection, places, id)?.into_iter().collect();
        refold(connection, places, calendar, id, &all)?;
    }
    Ok(())
}

/// What a counter grew by on the days that begin from `from_ms` to before `to_ms`; `None` where nothing of it is known.
pub(super) fn grown(
    connection: &Connection,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<f64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT sum(increment) FROM (
             SELECT increment FROM day WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3
             UNION ALL
             SELECT increment FROM day_hot WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3)",
    )?;
    Ok(statement.query_row(params![id, from_ms, to_ms], |row| row.get(0))?)
}
