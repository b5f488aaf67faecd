//! Daily roll-ups: each day is folded from its hours, in the commit that changes an hour.

use std::collections::BTreeSet;

use jiff::ToSpan;
use rusqlite::{Row, params};

use super::error::instant;
use super::tables::Tables;
use super::{StoreError, hours, rollup};
use crate::core::{Calendar, DayCell};

/// Folds anew the days to which these hours belong.
pub(super) fn refold(
    tables: &Tables<'_>,
    id: i64,
    changed_hours: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let mut folded_to = i64::MIN;
    for &hour in changed_hours {
        if hour >= folded_to {
            let (start, end) = bounds(tables.calendar, hour)?;
            fold(tables, id, (start, end))?;
            folded_to = end;
        }
    }
    Ok(())
}

/// First instant of the day that an hour belongs to, and first instant after it, ms.
fn bounds(calendar: &Calendar, hour_ms: i64) -> Result<(i64, i64), StoreError> {
    let day = calendar.day_of(instant(hour_ms)?);
    let start = calendar.start_of(day).as_millisecond();
    let end =
        day.checked_add(1.day()).map_or(i64::MAX, |next| calendar.start_of(next).as_millisecond());
    // A day that the calendar leaves out ends where it begins; its hours must not be folded forever.
    Ok((start, end.max(hour_ms + 1)))
}

fn fold(tables: &Tables<'_>, id: i64, (start, end): (i64, i64)) -> Result<(), StoreError> {
    let hours = hours::range(tables, id, (start, end))?;
    let cell = DayCell::of(tables.calendar.day_of(instant(start)?), &hours);
    let sql = if start >= tables.hot_from_day_ms { INSERT_HOT } else { INSERT };
    rollup::insert(tables.prepare(sql)?, [&id, &start, &cell.covered_h], &cell.rollup)
}

const INSERT: &str = rollup::insert_sql!("day", "day_ms, covered_h");
const INSERT_HOT: &str = rollup::insert_sql!("day_hot", "day_ms, covered_h");
const SELECT: &str = concat!(
    "SELECT day_ms, covered_h, ",
    rollup::columns!(),
    " FROM day WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3 ORDER BY day_ms"
);
const SELECT_HOT: &str = concat!(
    "SELECT day_ms, covered_h, ",
    rollup::columns!(),
    " FROM day_hot WHERE series = ?1 AND day_ms = ?2"
);

/// The days of a series that begin from `from_ms` to before `to_ms`, in order.
pub(super) fn range(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Vec<DayCell>, StoreError> {
    let cell = |row: &Row<'_>| -> Result<DayCell, StoreError> {
        let day = tables.calendar.day_of(instant(row.get(0)?)?);
        Ok(DayCell { day, covered_h: row.get(1)?, rollup: rollup::from_row(row, 2)? })
    };
    let mut statement = tables.prepare(SELECT)?;
    let cold = statement.query_and_then(params![id, from_ms, to_ms], cell)?;
    let mut cells = cold.collect::<Result<Vec<_>, _>>()?;
    // Two days are hot as a rule, and all series of a day lie together.
    let mut next = from_ms;
    while let Some(day_ms) = tables
        .prepare("SELECT min(day_ms) FROM day_hot WHERE day_ms >= ?1")?
        .query_row([next], |row| row.get::<_, Option<i64>>(0))?
        && day_ms < to_ms
    {
        let mut statement = tables.prepare(SELECT_HOT)?;
        let mut found = statement.query_and_then(params![id, day_ms], cell)?;
        cells.extend(found.next().transpose()?);
        next = day_ms + 1;
    }
    Ok(cells)
}

/// Folds all days anew from the hours: after a change of calendar, or for a file that had no days.
pub(super) fn rebuild(tables: &Tables<'_>) -> Result<(), StoreError> {
    tables.connection.execute_batch("DELETE FROM day; DELETE FROM day_hot;")?;
    let mut statement = tables.prepare("SELECT id FROM series ORDER BY id")?;
    let ids: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for id in ids {
        refold(tables, id, &hours::all(tables, id)?.into_iter().collect())?;
    }
    Ok(())
}

/// What a counter grew by on the days that begin from `from_ms` to before `to_ms`; `None` where no reading counts.
pub(super) fn grown(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<f64>, StoreError> {
    let mut statement = tables.prepare(
        "SELECT sum(increment) FROM (
             SELECT increment FROM day WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3 AND counted > 0
             UNION ALL
             SELECT increment FROM day_hot WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3 AND counted > 0)",
    )?;
    Ok(statement.query_row(params![id, from_ms, to_ms], |row| row.get(0))?)
}
