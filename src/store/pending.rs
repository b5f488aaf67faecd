//! Hours that are still to be folded: what one commit has no room for is folded in portions between commits.

use rusqlite::{Connection, OptionalExtension, params};

use super::hours::Folded;
use super::tables::Tables;
use super::{StoreError, hours, series};
use crate::core::HOUR_MS;

/// Hours that one commit folds at most: a tenth of a second's work, and more than are touched by live readings of the
/// largest townships at once. Engineering judgement.
pub(super) const FOLD_MAX: usize = 2_000;

/// Hours of a series that are folded before the next one's turn, so that none waits for the long chain of another.
/// Engineering judgement.
const TURN_MAX: usize = 250;

/// Hours of one series that are to be folded anew.
pub(super) struct Turn {
    pub series: i64,
    /// In order.
    pub hours: Vec<i64>,
    /// The row that says so where it stands for a span, as first and last hour.
    span: Option<(i64, i64)>,
    /// Whether the span has more hours than these.
    more: bool,
}

/// Notes hours that are to be folded.
pub(super) fn note(connection: &Connection, series: i64, hours: &[i64]) -> Result<(), StoreError> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO pending (series, hour_ms, to_ms) VALUES (?1, ?2, ?2) ON CONFLICT DO NOTHING",
    )?;
    for hour in hours {
        insert.execute([series, *hour])?;
    }
    Ok(())
}

/// Notes that all hours of a series from `first` to `last`, both included, that have a cell are to be folded.
pub(super) fn note_span(
    connection: &Connection,
    series: i64,
    (first, last): (i64, i64),
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO pending (series, hour_ms, to_ms) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute([series, first, last])?;
    Ok(())
}

/// How many hours, or spans of them, are to be folded.
pub(super) fn count(connection: &Connection) -> Result<u64, StoreError> {
    let mut count = connection.prepare_cached("SELECT count(*) FROM pending")?;
    Ok(count.query_row([], |row| row.get(0))?)
}

/// Whether this hour is to be folded, by itself.
pub(super) fn has(connection: &Connection, series: i64, hour: i64) -> Result<bool, StoreError> {
    let mut find = connection.prepare_cached(
        "SELECT 1 FROM pending WHERE series = ?1 AND hour_ms = ?2 AND to_ms = ?2",
    )?;
    Ok(find.query_row([series, hour], |_| Ok(())).optional()?.is_some())
}

/// Whether any hour is to be folded.
pub(super) fn is_any(connection: &Connection) -> Result<bool, StoreError> {
    let mut find = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM pending)")?;
    Ok(find.query_row([], |row| row.get(0))?)
}

/// Whether anything is to be folded, of hours before `before_ms`.
pub(super) fn any(connection: &Connection, before_ms: i64) -> Result<bool, StoreError> {
    // The key orders by series: of few rows all are looked at, of many one is found soon.
    let mut find = connection.prepare_cached("SELECT 1 FROM pending WHERE hour_ms < ?1 LIMIT 1")?;
    Ok(find.query_row([before_ms], |_| Ok(())).optional()?.is_some())
}

/// The next series after `series` that has hours to be folded, with the first of them; the first of all where there is
/// none after it.
pub(super) fn next(
    tables: &Tables<'_>,
    series: i64,
    most: usize,
) -> Result<Option<Turn>, StoreError> {
    let mut after =
        tables.prepare("SELECT series FROM pending WHERE series > ?1 ORDER BY series LIMIT 1")?;
    let mut found: Option<i64> = None;
    for from in [series, i64::MIN] {
        if found.is_none() {
            found = after.query_row([from], |row| row.get(0)).optional()?;
        }
    }
    let Some(id) = found else {
        return Ok(None);
    };
    let most = most.min(TURN_MAX);
    let mut statement = tables.prepare(
        "SELECT hour_ms, to_ms FROM pending WHERE series = ?1 ORDER BY hour_ms, to_ms LIMIT ?2",
    )?;
    let rows = statement.query_map(params![id, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let rows: Vec<(i64, i64)> = rows.collect::<Result<_, _>>()?;
    let (first, last) = rows[0];
    if last > first {
        // Hours whose readings were purged stand as they are.
        let from = first.max(tables.raw_from_ms.unwrap_or(first));
        let span = (from, last.saturating_add(1));
        let hours = hours::with_cells(tables, id, span, u32::try_from(most).unwrap_or(u32::MAX))?;
        let more = hours.len() >= most;
        return Ok(Some(Turn { series: id, hours, span: Some((first, last)), more }));
    }
    let singles = rows.into_iter().take_while(|(first, last)| first == last);
    let hours = singles.map(|(hour, _)| hour).collect();
    Ok(Some(Turn { series: id, hours, span: None, more: false }))
}

/// Folds the hours of a turn, with the chain behind them as far as the turn has room, and notes what is left.
pub(super) fn fold(tables: &Tables<'_>, turn: &Turn, most: usize) -> Result<Folded, StoreError> {
    let series = series::named(tables.connection, turn.series)?;
    let most = most.min(TURN_MAX).max(turn.hours.len());
    let mut folded = hours::refold(tables, (turn.series, &series), &turn.hours, most)?;
    let mut delete =
        tables.prepare("DELETE FROM pending WHERE series = ?1 AND hour_ms = ?2 AND to_ms = ?3")?;
    match turn.span {
        None => {
            for hour in &turn.hours {
                delete.execute([turn.series, *hour, *hour])?;
            }
        }
        Some((first, last)) => {
            delete.execute([turn.series, first, last])?;
            if let Some(done) = turn.hours.last().filter(|_| turn.more)
                && *done < last
            {
                let left = (done + HOUR_MS, last);
                note_span(tables.connection, turn.series, left)?;
                folded.rest.retain(|hour| !(left.0..=left.1).contains(hour));
            }
        }
    }
    note(tables.connection, turn.series, &folded.rest)?;
    Ok(folded)
}
