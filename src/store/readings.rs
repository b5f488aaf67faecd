//! Readings in the file: one row for each series and instant.

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, Statement, ToSql, params};

use super::error::instant;
use super::in_force::InForce;
use super::source::{self, Sources};
use super::tables::{SLOT_MS, Tables};
use super::{StoreError, hours, replaced, series};
use crate::core::{Flag, GatewayId, HOUR_MS, Outcome, Reading, Reason, Series};
use crate::locales::{Text, store as words};

/// The last reading of a series, and the last that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    /// The last reading, whatever its flag.
    pub last: Reading,
    /// The last reading with a value that counts, with the value that it counts as.
    pub counted: Option<Reading>,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inserted {
    New,
    /// A row without a value got one.
    Filled,
    /// A row with another value was replaced, and kept.
    Replaced,
    Same,
}

/// Why a reading cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    /// Raw readings of its time have been purged.
    Purged,
    /// Its gateway has as many series as one may have.
    TooManySeries,
    /// Its series has as many readings in its hour as one may have.
    HourFull,
    /// Its instant has had as many values as are kept of one.
    InstantFull,
    /// Its gateway has replaced as many values as one may.
    HistoryFull,
}

/// The content of a row, besides its key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    pub value: Option<f64>,
    pub flag: u8,
    pub reason: Option<String>,
    pub raw: Option<Vec<u8>>,
    /// The number of its sender.
    pub source: Option<i64>,
}

impl Stored {
    /// The row of `reading`, sent by `source`.
    fn of(reading: &Reading, source: Option<i64>) -> Self {
        let raw = (!reading.raw.is_empty())
            .then(|| reading.raw.iter().flat_map(|word| word.to_be_bytes()).collect());
        Self {
            value: reading.value(),
            flag: u8::from(reading.flag),
            reason: reading.reason.map(|reason| reason.id().to_owned()),
            raw,
            source,
        }
    }

    /// The content in the columns of `row` from `first` on.
    pub fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            value: row.get(first)?,
            flag: row.get(first + 1)?,
            reason: row.get(first + 2)?,
            raw: row.get(first + 3)?,
            source: row.get(first + 4)?,
        })
    }

    /// Whether it was rejected because its gateway was revoked.
    pub fn is_revoked(&self) -> bool {
        self.reason.as_deref() == Some(Reason::Revoked.id())
    }
}

/// Rows that one statement adds: with more of them, what a statement costs beside its rows no longer counts.
/// Engineering judgement.
pub(super) const TOGETHER: usize = 10;

/// Parameters of each of these rows.
const COLUMNS: usize = 7;

/// The rows of one transaction, with the statements that add to them.
pub(super) struct Rows<'a> {
    tables: Tables<'a>,
    hot: CachedStatement<'a>,
    cold: CachedStatement<'a>,
    /// Adds [`TOGETHER`] cold rows.
    several: CachedStatement<'a>,
}

impl<'a> Rows<'a> {
    pub fn new(tables: &Tables<'a>) -> Result<Self, StoreError> {
        let (hot, cold) = (tables.prepare(INSERT_HOT)?, tables.prepare(INSERT)?);
        let several = tables.prepare(&insert_several())?;
        Ok(Self { tables: *tables, hot, cold, several })
    }

    /// Adds as many rows of `series` as one statement does, where `readings` has so many for the cold tier, of which
    /// the file has none. Returns how many it has added.
    pub fn insert_new<'r>(
        &mut self,
        series: i64,
        readings: impl ExactSizeIterator<Item = (&'r Reading, Option<i64>)>,
    ) -> Result<usize, StoreError> {
        debug_assert_eq!(readings.len(), TOGETHER);
        for (row, (reading, source)) in readings.enumerate() {
            let Stored { value, flag, reason, raw, source } = Stored::of(reading, source);
            let at_ms = reading.observed_at.as_millisecond();
            let columns: [&dyn ToSql; COLUMNS] =
                [&series, &at_ms, &value, &flag, &reason, &raw, &source];
            for (column, value) in columns.into_iter().enumerate() {
                self.several.raw_bind_parameter(row * COLUMNS + column + 1, value)?;
            }
        }
        Ok(self.several.raw_execute()?)
    }

    /// Stores a reading. Each series and instant has one row: a value replaces a missing one, never the other way
    /// round, and a later value an earlier one, which is kept. What a revoked gateway sent does not come back by being
    /// sent again.
    pub fn insert(
        &mut self,
        series: i64,
        reading: &Reading,
        (source, sources): (Option<(i64, &GatewayId)>, &mut Sources),
        now: Timestamp,
    ) -> Result<Result<Inserted, Refusal>, StoreError> {
        let key = (series, reading.observed_at.as_millisecond());
        let new = Stored::of(reading, source.map(|(id, _)| id));
        let hot = self.tables.is_hot(key.1);
        let statement = if hot { &mut self.hot } else { &mut self.cold };
        if write(statement, key, &new, hot)? {
            return Ok(Ok(Inserted::New));
        }
        if new.value.is_none() {
            return Ok(Ok(Inserted::Same));
        }
        let tables = &self.tables;
        let vanished = || StoreError::Corrupt(words::reading_vanished(reading.series.to_string()));
        let old = stored(tables, key)?.ok_or_else(vanished)?;
        let same_value = old.value == new.value;
        if same_value && old.flag == new.flag {
            return Ok(Ok(Inserted::Same));
        }
        if old.value.is_none() {
            overwrite(tables, key, &new)?;
            return Ok(Ok(Inserted::Filled));
        }
        if old.is_revoked() && (same_value || same_gateway(tables.connection, &old, source)?) {
            return Ok(Ok(Inserted::Same));
        }
        if replaced::at_instant(tables.connection, key)? >= replaced::INSTANT_MAX {
            return Ok(Err(Refusal::InstantFull));
        }
        if let Some((_, gateway)) = source {
            if sources.replaced(tables.connection, gateway)? >= replaced::GATEWAY_MAX {
                return Ok(Err(Refusal::HistoryFull));
            }
            sources.note_replaced(gateway);
        }
        replaced::keep(tables.connection, key, &old, now, new.source, None)?;
        overwrite(tables, key, &new)?;
        Ok(Ok(Inserted::Replaced))
    }
}

/// Whether this gateway sent the row.
fn same_gateway(
    connection: &Connection,
    old: &Stored,
    source: Option<(i64, &GatewayId)>,
) -> Result<bool, StoreError> {
    let (Some(id), Some((_, gateway))) = (old.source, source) else {
        return Ok(false);
    };
    let sent_by = source::gateway_of(connection, id)?;
    Ok(sent_by.as_deref() == Some(gateway.as_str()))
}

/// The row of a series and instant; `None` where there is none.
pub(super) fn stored(
    tables: &Tables<'_>,
    (series, at_ms): (i64, i64),
) -> Result<Option<Stored>, StoreError> {
    let from_row = |row: &Row<'_>| Stored::from_row(row, 0);
    let found = if tables.is_hot(at_ms) {
        let key = [at_ms.div_euclid(SLOT_MS), series, at_ms];
        tables.prepare(SELECT_HOT)?.query_row(key, from_row).optional()?
    } else {
        tables.prepare(SELECT)?.query_row([series, at_ms], from_row).optional()?
    };
    Ok(found)
}

/// Writes another content into a row. Returns whether there is such a row.
pub(super) fn overwrite(
    tables: &Tables<'_>,
    key: (i64, i64),
    new: &Stored,
) -> Result<bool, StoreError> {
    let hot = tables.is_hot(key.1);
    write(&mut *tables.prepare(if hot { UPDATE_HOT } else { UPDATE })?, key, new, hot)
}

/// Runs a statement on a row. Returns whether it wrote one.
fn write(
    statement: &mut Statement<'_>,
    (series, at_ms): (i64, i64),
    row: &Stored,
    hot: bool,
) -> Result<bool, StoreError> {
    let Stored { value, flag, reason, raw, source } = row;
    let written = if hot {
        let slot = at_ms.div_euclid(SLOT_MS);
        statement.execute(params![series, at_ms, value, flag, reason, raw, source, slot])?
    } else {
        statement.execute(params![series, at_ms, value, flag, reason, raw, source])?
    };
    Ok(written == 1)
}

/// The statement of [`Rows::insert_new`].
fn insert_several() -> String {
    let (row, rest) = ("(?, ?, ?, ?, ?, ?, ?)", ", (?, ?, ?, ?, ?, ?, ?)".repeat(TOGETHER - 1));
    format!(
        "INSERT INTO reading (series, at_ms, value, flag, reason, raw, source) VALUES {row}{rest} ON CONFLICT DO NOTHING"
    )
}

const INSERT: &str = "INSERT INTO reading (series, at_ms, value, flag, reason, raw, source)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
const UPDATE: &str = "UPDATE reading SET value = ?3, flag = ?4, reason = ?5, raw = ?6, source = ?7
     WHERE series = ?1 AND at_ms = ?2";
const SELECT: &str =
    "SELECT value, flag, reason, raw, source FROM reading WHERE series = ?1 AND at_ms = ?2";
const INSERT_HOT: &str =
    "INSERT INTO reading_hot (slot, series, at_ms, value, flag, reason, raw, source)
     VALUES (?8, ?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
const UPDATE_HOT: &str =
    "UPDATE reading_hot SET value = ?3, flag = ?4, reason = ?5, raw = ?6, source = ?7
     WHERE slot = ?8 AND series = ?1 AND at_ms = ?2";
const SELECT_HOT: &str = "SELECT value, flag, reason, raw, source FROM reading_hot
     WHERE slot = ?1 AND series = ?2 AND at_ms = ?3";

/// Notes when a series was read last, and when last with a value that counts, among its cold readings: those of hot
/// ones are found by looking.
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

/// The last readings of a series: looked for among hot rows, and noted of cold ones.
pub(super) fn latest(
    tables: &Tables<'_>,
    (id, series): (i64, &Series),
) -> Result<Option<Latest>, StoreError> {
    let noted: Option<(i64, Option<i64>)> = tables
        .prepare("SELECT at_ms, counted_ms FROM latest WHERE series = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let last = match (last_hot(tables, (id, series), LAST_HOT)?, noted) {
        (Some(hot), _) => Some(hot),
        (None, Some((at_ms, _))) => at(tables, (id, series), at_ms)?,
        (None, None) => None,
    };
    let Some(last) = last else {
        return Ok(None);
    };
    let in_force = tables.in_force(id, (i64::MIN, i64::MAX))?;
    if !in_force.is_empty() {
        let counted = last_counted(tables, (id, series), &in_force)?;
        return Ok(Some(Latest { last, counted }));
    }
    if counts(&last) {
        return Ok(Some(Latest { counted: Some(last.clone()), last }));
    }
    let mut counted = last_hot(tables, (id, series), LAST_HOT_COUNTED)?;
    if counted.is_none()
        && let Some(at_ms) = noted.and_then(|(_, counted_ms)| counted_ms)
    {
        counted = at(tables, (id, series), at_ms)?;
        if !counted.as_ref().is_some_and(counts) {
            // Its flag has been changed since: an earlier reading is the last that counts.
            counted = last_cold(tables, (id, series), at_ms, &counts)?;
        }
    }
    Ok(Some(Latest { last, counted }))
}

/// The last reading of a series that counts as corrections say, with the value that it counts as.
fn last_counted(
    tables: &Tables<'_>,
    key: (i64, &Series),
    in_force: &InForce,
) -> Result<Option<Reading>, StoreError> {
    let wanted = |reading: &Reading| in_force.counted(reading).is_some();
    let mut found = None;
    let mut below = i64::MAX;
    let mut previous = tables.prepare("SELECT max(slot) FROM reading_hot WHERE slot < ?1")?;
    while found.is_none()
        && let Some(slot) = previous.query_row([below], |row| row.get::<_, Option<i64>>(0))?
    {
        let from_ms = slot.saturating_mul(SLOT_MS);
        found = last_of(tables, key, (from_ms, from_ms.saturating_add(SLOT_MS)), &wanted)?;
        below = slot;
    }
    if found.is_none() {
        found = last_cold(tables, key, tables.hot_from_ms, &wanted)?;
    }
    Ok(found.and_then(|reading| {
        let value = in_force.counted(&reading)?;
        Some(Reading { outcome: Outcome::Value(value), ..reading })
    }))
}

/// The readings of a span whose flag is suspect, fail or missing, the newest first: the first `most` of them, and
/// whether there may be more.
pub(super) fn flagged(
    tables: &Tables<'_>,
    key: (i64, &Series),
    span: (i64, i64),
    most: usize,
) -> Result<(Vec<Reading>, bool), StoreError> {
    let mut found: Vec<Reading> = Vec::new();
    let hours = hours::not_all_good(tables, key.0, span, FLAGGED_HOURS_MAX)?;
    for hour in &hours {
        let part = (span.0.max(*hour), span.1.min(hour.saturating_add(HOUR_MS)));
        let mut of_hour = Vec::new();
        range(tables, key, part, &mut |reading| {
            if matches!(reading.flag, Flag::Suspect | Flag::Fail | Flag::Missing) {
                of_hour.push(reading);
            }
            Ok(())
        })?;
        found.extend(of_hour.into_iter().rev());
        if found.len() > most {
            found.truncate(most);
            return Ok((found, true));
        }
    }
    Ok((found, hours.len() >= FLAGGED_HOURS_MAX as usize))
}

/// Hours that are looked at for readings that are not good: three weeks of a sensor none of whose readings is, or of
/// readings that were good and are said to be wrong. Engineering judgement.
const FLAGGED_HOURS_MAX: u32 = 500;

fn counts(reading: &Reading) -> bool {
    reading.value().is_some() && reading.flag.counts()
}

/// The time of the last cold reading of a series that counts, ms, where `noted_ms` was noted of it: its flag may have
/// been changed since, or it may be said to be wrong.
pub(super) fn counted_ms(
    tables: &Tables<'_>,
    id: i64,
    noted_ms: Option<i64>,
) -> Result<Option<i64>, StoreError> {
    let Some(noted_ms) = noted_ms else { return Ok(None) };
    let series = series::named(tables.connection, id)?;
    let in_force = tables.in_force(id, (i64::MIN, i64::MAX))?;
    let wanted = |reading: &Reading| in_force.counted(reading).is_some();
    let mut counted = at(tables, (id, &series), noted_ms)?.filter(wanted);
    if counted.is_none() {
        counted = last_cold(tables, (id, &series), noted_ms, &wanted)?;
    }
    Ok(counted.map(|reading| reading.observed_at.as_millisecond()))
}

/// The reading of one instant.
fn at(tables: &Tables<'_>, key: (i64, &Series), at_ms: i64) -> Result<Option<Reading>, StoreError> {
    last_of(tables, key, (at_ms, at_ms.saturating_add(1)), &|_| true)
}

/// The last reading of a span that is wanted.
fn last_of(
    tables: &Tables<'_>,
    key: (i64, &Series),
    span: (i64, i64),
    wanted: &dyn Fn(&Reading) -> bool,
) -> Result<Option<Reading>, StoreError> {
    let mut found = None;
    range(tables, key, span, &mut |reading| {
        if wanted(&reading) {
            found = Some(reading);
        }
        Ok(())
    })?;
    Ok(found)
}

/// The last hot reading that `sql` finds, slot by slot.
fn last_hot(
    tables: &Tables<'_>,
    (id, series): (i64, &Series),
    sql: &str,
) -> Result<Option<Reading>, StoreError> {
    let mut below = i64::MAX;
    let mut previous = tables.prepare("SELECT max(slot) FROM reading_hot WHERE slot < ?1")?;
    let mut find = tables.prepare(sql)?;
    while let Some(slot) = previous.query_row([below], |row| row.get::<_, Option<i64>>(0))? {
        if let Some(row) = find.query([slot, id])?.next()? {
            return Ok(Some(from_row(series, row)?));
        }
        below = slot;
    }
    Ok(None)
}

const LAST_HOT: &str = "SELECT at_ms, value, flag, reason, raw FROM reading_hot
     WHERE slot = ?1 AND series = ?2 ORDER BY at_ms DESC LIMIT 1";
const LAST_HOT_COUNTED: &str = "SELECT at_ms, value, flag, reason, raw FROM reading_hot
     WHERE slot = ?1 AND series = ?2 AND value IS NOT NULL AND flag IN (1, 2, 3) ORDER BY at_ms DESC LIMIT 1";

/// The last cold reading before `before_ms` that is `wanted` and counts: in the last hour whose cell counts one.
fn last_cold(
    tables: &Tables<'_>,
    key: (i64, &Series),
    before_ms: i64,
    wanted: &dyn Fn(&Reading) -> bool,
) -> Result<Option<Reading>, StoreError> {
    let mut below = before_ms;
    let mut hours = tables.prepare(
        "SELECT hour_ms FROM hour WHERE series = ?1 AND hour_ms < ?2 AND counted > 0 ORDER BY hour_ms DESC LIMIT 1",
    )?;
    while let Some(hour) = hours.query_row([key.0, below], |row| row.get(0)).optional()? {
        if tables.is_purged(hour) {
            // Of those hours there are only the last readings, which stay.
            let end = before_ms.min(tables.raw_from_ms.unwrap_or(before_ms));
            return last_of(tables, key, (i64::MIN, end), wanted);
        }
        let end = before_ms.min(hour + HOUR_MS);
        if let Some(found) = last_of(tables, key, (hour, end), wanted)? {
            return Ok(Some(found));
        }
        below = hour;
    }
    Ok(None)
}

/// The reading of `series` in a row of time, value, flag, reason and raw registers.
pub(super) fn from_row(series: &Series, row: &Row<'_>) -> Result<Reading, StoreError> {
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
