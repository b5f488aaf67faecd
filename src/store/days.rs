//! Daily roll-ups, folded from hours. A day that is over is kept, and folded anew in the commit that changes an hour of
//! it; the current one is folded when it is read, since each commit changes it.

use std::collections::BTreeSet;

use jiff::ToSpan;
use rusqlite::{Row, params};

use super::error::instant;
use super::tables::Tables;
use super::{StoreError, hours, rollup, series};
use crate::core::{Calendar, DayCell};

/// Folds anew the kept days to which these hours belong.
pub(super) fn refold(
    tables: &Tables<'_>,
    id: i64,
    changed_hours: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let mut folded_to = i64::MIN;
    for &hour in changed_hours {
        if hour >= folded_to {
            let (start, end) = bounds(tables.calendar, hour)?;
            if start >= tables.hot_from_day_ms {
                break;
            }
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
    rollup::insert(tables.prepare(INSERT)?, [&id, &start, &cell.covered_h], &cell.rollup)
}

const INSERT: &str = rollup::insert_sql!("day", "day_ms, covered_h");
const SELECT: &str = concat!(
    "SELECT day_ms, covered_h, ",
    rollup::columns!(),
    " FROM day WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3 ORDER BY day_ms"
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
    cells.extend(current(tables, id, (from_ms, to_ms))?);
    Ok(cells)
}

/// The days that are not kept yet and begin from `from_ms` to before `to_ms`, folded from their hours.
fn current(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Vec<DayCell>, StoreError> {
    let from_ms = from_ms.max(tables.hot_from_day_ms);
    if from_ms >= to_ms {
        return Ok(Vec::new());
    }
    // Whole days: the hours before the first that begins in the span are left out, those of the last are all taken.
    let first = match instant(from_ms) {
        Ok(_) => bounds(tables.calendar, from_ms)?,
        Err(_) => (from_ms, i64::MAX),
    };
    let first = if first.0 < from_ms { first.1 } else { first.0 };
    let end = match instant(to_ms - 1) {
        Ok(_) => bounds(tables.calendar, to_ms - 1)?.1,
        Err(_) => i64::MAX,
    };
    let hours = hours::range(tables, id, (first, end))?;
    Ok(DayCell::fold(&hours, tables.calendar))
}

/// Keeps the days of all series that begin from `from_ms` to before `to_ms`: they are over.
pub(super) fn keep(tables: &Tables<'_>, span: (i64, i64)) -> Result<(), StoreError> {
    for id in series::ids(tables.connection)? {
        refold(tables, id, &hours::with_cells(tables, id, span, u32::MAX)?.into_iter().collect())?;
    }
    Ok(())
}

/// Folds all days anew from the hours: after a change of calendar, or for a file that had no days.
pub(super) fn rebuild(tables: &Tables<'_>) -> Result<(), StoreError> {
    tables.connection.execute_batch("DELETE FROM day;")?;
    keep(tables, (i64::MIN, tables.hot_from_day_ms))
}

/// What a counter grew by on the days that begin from `from_ms` to before `to_ms`; `None` where no reading counts.
pub(super) fn grown(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<f64>, StoreError> {
    // Added up in order of the days, so that the sum does not depend on which of them are kept.
    let mut statement = tables.prepare(
        "SELECT increment FROM day
         WHERE series = ?1 AND day_ms >= ?2 AND day_ms < ?3 AND counted > 0 ORDER BY day_ms",
    )?;
    let kept = statement.query_map(params![id, from_ms, to_ms], |row| row.get(0))?;
    let mut grown = kept.collect::<Result<Vec<Option<f64>>, _>>()?;
    let current = current(tables, id, (from_ms, to_ms))?;
    grown.extend(current.iter().filter(|day| day.counted > 0).map(|day| day.increment));
    Ok(grown.into_iter().flatten().reduce(|total, day| total + day))
}
