//! Hourly roll-ups, folded anew where readings have changed.
//!
//! The cell of a counter keeps the counter engine's state at the end of its hour. A late reading restarts the engine
//! from the cell before it; folding continues until a cell ends in the state in which it ended before, since from there
//! on nothing changes (docs/decisions/0005).

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};

use super::error::instant;
use super::in_force::InForce;
use super::tables::{SLOT_MS, Tables};
use super::{StoreError, rollup, series};
use crate::core::{Flag, HOUR_MS, HourCell, Kind, Rollup, Series, hour_start_ms};
use crate::counter;
use crate::locales::store as words;

/// A counter's engine: its state, and how the register behaves.
type Engine<'a> = Option<(&'a mut counter::State, &'a counter::Spec)>;

/// Rows of one hour whose folding is as much work as that of an hour with few: one every ten seconds. Engineering
/// judgement.
const ROWS_OF_A_FOLD: u32 = 360;

/// What was folded, and what is left since `most` was reached: touched hours, and the one with which a counter's chain
/// goes on.
#[derive(Default)]
pub(super) struct Folded {
    pub hours: BTreeSet<i64>,
    pub rest: Vec<i64>,
    /// How much work it was, in hours of few rows.
    pub work: usize,
}

impl Folded {
    /// Notes that an hour was folded.
    fn add(&mut self, cell: &HourCell, hour: i64) {
        self.hours.insert(hour);
        self.work += 1 + (rows_of(&cell.rollup) / u64::from(ROWS_OF_A_FOLD)) as usize;
    }
}

/// The rows that a roll-up stands for.
fn rows_of(rollup: &Rollup) -> u64 {
    u64::from(rollup.counted) + u64::from(rollup.failed) + u64::from(rollup.missing)
}

/// Folds anew the `touched` hours of `series`, in order, and those that a counter's changed state reaches, `most` in
/// all, where an hour of many rows counts as several. Folding on from the rest later comes to the same cells.
pub(super) fn refold(
    tables: &Tables<'_>,
    (id, series): (i64, &Series),
    touched: &[i64],
    most: usize,
) -> Result<Folded, StoreError> {
    let mut folded = Folded::default();
    let Some((&first, &last)) = touched.first().zip(touched.last()) else {
        return Ok(folded);
    };
    if series.parameter.spec().kind != Kind::Counter {
        for &hour in touched {
            if folded.work >= most {
                folded.rest.push(hour);
                continue;
            }
            let cell = fold(tables, id, hour, None)?;
            store(tables, id, &cell, None)?;
            folded.add(&cell, hour);
        }
        return Ok(folded);
    }
    let spec = series::spec(tables.connection, id)?;
    let mut state = state_before(tables, id, first)?;
    let mut next = Some(first);
    while let Some(hour) = next {
        if folded.work >= most {
            folded.rest.push(hour);
            folded.rest.extend(touched.iter().filter(|&&touched| touched > hour));
            break;
        }
        let cell = fold(tables, id, hour, Some((&mut state, &spec)))?;
        let json = serde_json::to_string(&state).map_err(StoreError::corrupt)?;
        let before = stored(tables, id, hour)?;
        store(tables, id, &cell, Some(&json))?;
        folded.add(&cell, hour);
        let settled = hour >= last && before == Stored::Counter(json);
        next = if settled { None } else { following(tables, id, hour, touched)? };
    }
    Ok(folded)
}

/// The next hour after `hour` that has a cell or is touched.
fn following(
    tables: &Tables<'_>,
    id: i64,
    hour: i64,
    touched: &[i64],
) -> Result<Option<i64>, StoreError> {
    let mut found: Option<i64> = None;
    if !tables.is_hot(hour) {
        found = tables
            .prepare("SELECT hour_ms FROM hour WHERE series = ?1 AND hour_ms > ?2 ORDER BY hour_ms LIMIT 1")?
            .query_row(params![id, hour], |row| row.get(0))
            .optional()?;
    }
    let mut from = hour;
    while found.is_none()
        && let Some(next) = hot_hour(tables, NEXT_HOT, from)?
    {
        if stored(tables, id, next)? != Stored::NoCell {
            found = Some(next);
        }
        from = next;
    }
    let touched = touched.iter().copied().find(|&h| h > hour);
    Ok(found.into_iter().chain(touched).min())
}

const NEXT_HOT: &str = "SELECT min(hour_ms) FROM hour_hot WHERE hour_ms > ?1";
const PREVIOUS_HOT: &str = "SELECT max(hour_ms) FROM hour_hot WHERE hour_ms < ?1";

/// The hot hour nearest to `hour`, of any series: there are never many.
fn hot_hour(tables: &Tables<'_>, sql: &str, hour: i64) -> Result<Option<i64>, StoreError> {
    Ok(tables.prepare(sql)?.query_row([hour], |row| row.get(0))?)
}

fn state_before(tables: &Tables<'_>, id: i64, hour: i64) -> Result<counter::State, StoreError> {
    let mut found = Stored::NoCell;
    let mut from = hour;
    while found == Stored::NoCell
        && tables.is_hot(from - 1)
        && let Some(before) = hot_hour(tables, PREVIOUS_HOT, from)?
    {
        found = stored(tables, id, before)?;
        from = before;
    }
    if found == Stored::NoCell {
        found = tables
            .prepare("SELECT state FROM hour WHERE series = ?1 AND hour_ms < ?2 ORDER BY hour_ms DESC LIMIT 1")?
            .query_row(params![id, hour], Stored::from_row)
            .optional()?
            .unwrap_or(Stored::NoCell);
    }
    match found {
        Stored::NoCell | Stored::Gauge => Ok(counter::State::default()),
        Stored::Counter(json) => serde_json::from_str(&json)
            .map_err(|error| StoreError::Corrupt(words::counter_state(error.to_string()))),
    }
}

/// What the file holds of an hour, as far as a counter's engine asks.
#[derive(PartialEq)]
enum Stored {
    NoCell,
    /// A cell without a counter's state.
    Gauge,
    /// The engine's state at the end of the hour, as JSON.
    Counter(String),
}

impl Stored {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(row.get::<_, Option<String>>(0)?.map_or(Self::Gauge, Self::Counter))
    }
}

fn stored(tables: &Tables<'_>, id: i64, hour: i64) -> Result<Stored, StoreError> {
    let sql = if tables.is_hot(hour) {
        "SELECT state FROM hour_hot WHERE series = ?1 AND hour_ms = ?2"
    } else {
        "SELECT state FROM hour WHERE series = ?1 AND hour_ms = ?2"
    };
    let found = tables.prepare(sql)?.query_row(params![id, hour], Stored::from_row).optional()?;
    Ok(found.unwrap_or(Stored::NoCell))
}

/// How many rows an hour of a series has, as its cell says.
pub(super) fn rows(tables: &Tables<'_>, id: i64, hour: i64) -> Result<u64, StoreError> {
    let sql = if tables.is_hot(hour) { ROWS_HOT } else { ROWS };
    let found = tables.prepare(sql)?.query_row([id, hour], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(0))
}

const ROWS: &str = "SELECT counted + failed + missing FROM hour WHERE series = ?1 AND hour_ms = ?2";
const ROWS_HOT: &str =
    "SELECT counted + failed + missing FROM hour_hot WHERE series = ?1 AND hour_ms = ?2";

/// How many rows an hour of a series has, counted.
pub(super) fn count_rows(tables: &Tables<'_>, id: i64, hour: i64) -> Result<u64, StoreError> {
    let end = hour.saturating_add(HOUR_MS);
    if !tables.is_hot(hour) {
        let mut count = tables.prepare(
            "SELECT count(*) FROM reading WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3",
        )?;
        return Ok(count.query_row(params![id, hour, end], |row| row.get(0))?);
    }
    let mut count =
        tables.prepare("SELECT count(*) FROM reading_hot WHERE slot = ?1 AND series = ?2")?;
    let mut rows = 0;
    for slot in hour / SLOT_MS..end / SLOT_MS {
        rows += count.query_row([slot, id], |row| row.get::<_, u64>(0))?;
    }
    Ok(rows)
}

/// Folds the readings of one hour, in order and as corrections say, into its cell; those of a counter through the
/// engine. One that is said to be wrong counts as one that failed.
fn fold(
    tables: &Tables<'_>,
    id: i64,
    hour: i64,
    engine: Engine<'_>,
) -> Result<HourCell, StoreError> {
    let increment = engine.is_some().then_some(0.0);
    let rollup = Rollup { increment, increment_max: increment, ..Rollup::default() };
    let end = hour + HOUR_MS;
    let in_force = tables.in_force(id, (hour, end))?;
    let mut folding = Folding { rollup, sum: 0.0, engine, in_force };
    if tables.is_hot(hour) {
        for slot in hour / SLOT_MS..end / SLOT_MS {
            let mut statement = tables.prepare(
                "SELECT at_ms, value, flag FROM reading_hot WHERE slot = ?1 AND series = ?2 ORDER BY at_ms",
            )?;
            folding.feed(statement.query(params![slot, id])?)?;
        }
    } else {
        let mut statement = tables.prepare(
            "SELECT at_ms, value, flag FROM reading
             WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms",
        )?;
        folding.feed(statement.query(params![id, hour, end])?)?;
    }
    Ok(HourCell { hour_at: instant(hour)?, rollup: folding.finish() })
}

struct Folding<'a> {
    rollup: Rollup,
    sum: f64,
    engine: Engine<'a>,
    in_force: InForce,
}

impl Folding<'_> {
    fn feed(&mut self, mut rows: rusqlite::Rows<'_>) -> Result<(), StoreError> {
        let rollup = &mut self.rollup;
        while let Some(row) = rows.next()? {
            let flag = Flag::try_from(row.get::<_, u8>(2)?).map_err(StoreError::Corrupt)?;
            let Some(value) = row.get::<_, Option<f64>>(1)? else {
                rollup.missing += 1;
                continue;
            };
            let at_ms: i64 = row.get(0)?;
            let counted = flag.counts().then(|| self.in_force.value(at_ms, value)).flatten();
            let Some(value) = counted else {
                rollup.failed += 1;
                continue;
            };
            rollup.counted += 1;
            rollup.suspect += u32::from(flag == Flag::Suspect);
            rollup.min = Some(rollup.min.map_or(value, |min| min.min(value)));
            rollup.max = Some(rollup.max.map_or(value, |max| max.max(value)));
            rollup.last = Some(value);
            self.sum += value;
            if let Some((state, spec)) = &mut self.engine {
                let step = state.feed(spec, instant(at_ms)?, value);
                rollup.increment = rollup.increment.map(|total| total + step.increment);
                rollup.increment_max = rollup.increment_max.map(|total| total + step.increment_max);
                rollup.rollovers += step.rollovers;
                rollup.resets += step.resets;
                rollup.glitches += step.glitches;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Rollup {
        if self.rollup.counted > 0 {
            self.rollup.mean = Some(self.sum / f64::from(self.rollup.counted));
        }
        self.rollup
    }
}

fn store(
    tables: &Tables<'_>,
    id: i64,
    cell: &HourCell,
    state: Option<&str>,
) -> Result<(), StoreError> {
    let hour_ms = cell.hour_at.as_millisecond();
    let sql = if tables.is_hot(hour_ms) { INSERT_HOT } else { INSERT };
    rollup::insert(tables.prepare(sql)?, [&id, &hour_ms, &state], &cell.rollup)
}

const INSERT: &str = rollup::insert_sql!("hour", "hour_ms, state");
const INSERT_HOT: &str = rollup::insert_sql!("hour_hot", "hour_ms, state");
const SELECT: &str = concat!(
    "SELECT hour_ms, ",
    rollup::columns!(),
    " FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3 ORDER BY hour_ms"
);
const SELECT_HOT: &str = concat!(
    "SELECT hour_ms, ",
    rollup::columns!(),
    " FROM hour_hot WHERE series = ?1 AND hour_ms = ?2"
);

/// The cells of a series from `from_ms` to before `to_ms`, in order.
pub(super) fn range(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Vec<HourCell>, StoreError> {
    let mut cells = Vec::new();
    if !tables.is_hot(from_ms) {
        let mut statement = tables.prepare(SELECT)?;
        let span = params![id, from_ms, to_ms.min(tables.hot_from_ms)];
        cells = statement.query_and_then(span, cell)?.collect::<Result<_, _>>()?;
    }
    let mut from = from_ms.max(tables.hot_from_ms).saturating_sub(1);
    while let Some(hour) = hot_hour(tables, NEXT_HOT, from)?
        && hour < to_ms
    {
        let mut statement = tables.prepare(SELECT_HOT)?;
        let mut found = statement.query_and_then(params![id, hour], cell)?;
        cells.extend(found.next().transpose()?);
        from = hour;
    }
    Ok(cells)
}

fn cell(row: &Row<'_>) -> Result<HourCell, StoreError> {
    Ok(HourCell { hour_at: instant(row.get(0)?)?, rollup: rollup::from_row(row, 1)? })
}

/// The hours of a series from `from_ms` to before `to_ms` that have cells, in order, the first `most` of them.
pub(super) fn with_cells(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
    most: u32,
) -> Result<Vec<i64>, StoreError> {
    let mut hours: Vec<i64> = Vec::new();
    let most = most as usize;
    if !tables.is_hot(from_ms) {
        let mut statement = tables.prepare(
            "SELECT hour_ms FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3 ORDER BY hour_ms LIMIT ?4",
        )?;
        let span = params![id, from_ms, to_ms.min(tables.hot_from_ms), most];
        hours = statement.query_map(span, |row| row.get(0))?.collect::<Result<_, _>>()?;
    }
    let mut from = from_ms.max(tables.hot_from_ms).saturating_sub(1);
    while hours.len() < most
        && let Some(hour) = hot_hour(tables, NEXT_HOT, from)?
        && hour < to_ms
    {
        if stored(tables, id, hour)? != Stored::NoCell {
            hours.push(hour);
        }
        from = hour;
    }
    Ok(hours)
}

/// The hours of a span that have a reading that is suspect, failed, missing or said to be wrong, the newest first: the
/// first `most` of them.
pub(super) fn not_all_good(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
    most: u32,
) -> Result<Vec<i64>, StoreError> {
    let from_ms = hour_start_ms(from_ms);
    let mut found: Vec<i64> = Vec::new();
    let mut below = to_ms;
    while found.len() < most as usize
        && let Some(hour) = hot_hour(tables, PREVIOUS_HOT, below)?
        && hour >= from_ms
    {
        let mut statement = tables.prepare(
            "SELECT 1 FROM hour_hot WHERE series = ?1 AND hour_ms = ?2 AND suspect + failed + missing > 0",
        )?;
        if statement.query_row([id, hour], |_| Ok(())).optional()?.is_some() {
            found.push(hour);
        }
        below = hour;
    }
    let mut statement = tables.prepare(
        "SELECT hour_ms FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3 AND suspect + failed + missing > 0
         ORDER BY hour_ms DESC LIMIT ?4",
    )?;
    let left = (most as usize).saturating_sub(found.len());
    let rows = statement.query_map(params![id, from_ms, to_ms, left], |row| row.get(0))?;
    found.extend(rows.collect::<Result<Vec<i64>, _>>()?);
    Ok(found)
}

/// The last hour of a series from `from_ms` to before `to_ms` that has a cell.
pub(super) fn last_with_cell(
    tables: &Tables<'_>,
    id: i64,
    (from_ms, to_ms): (i64, i64),
) -> Result<Option<i64>, StoreError> {
    let mut below = to_ms;
    while let Some(hour) = hot_hour(tables, PREVIOUS_HOT, below)?
        && hour >= from_ms
    {
        if stored(tables, id, hour)? != Stored::NoCell {
            return Ok(Some(hour));
        }
        below = hour;
    }
    let mut statement = tables.prepare(
        "SELECT max(hour_ms) FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3",
    )?;
    Ok(statement.query_row(params![id, from_ms, to_ms], |row| row.get(0))?)
}
