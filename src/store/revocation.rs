//! Rows of a revoked gateway: taken out of the figures in portions, never deleted, and taken back if it was a mistake.
//!
//! A rejected row keeps its value, with the flag Fail and a reason of its own; what it was before goes to the former
//! values, marked with the gateway. Where the gateway had replaced a value that stands, that one comes back instead.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::error::instant;
use super::readings::{self, Stored};
use super::source::{last_day_before, may_have_come_since};
use super::tables::Tables;
use super::{Sqlite, StoreError, pending, replaced};
use crate::core::{Flag, GatewayId, Reason, Series, hour_start_ms};

/// Rows that one portion changes at most: some ten milliseconds' work. Engineering judgement.
const CHANGES_MAX: u32 = 5_000;

/// Rows that one portion looks at at most, to find those. Engineering judgement.
const LOOKS_MAX: u32 = 100_000;

/// What a portion of a rejection or its undoing came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Rows that were changed.
    pub rows: u64,
    /// Whether nothing is left to do.
    pub finished: bool,
}

/// Rejected readings of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    pub series: Series,
    pub rows: u64,
    /// The first and the last of them.
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A rejection under way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Walk {
    gateway: GatewayId,
    since: Timestamp,
    place: Place,
}

/// The last row that was looked at: of the hot tier first, from which rows move to the cold one.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Hot { slot: i64, series: i64, at_ms: i64 },
    Cold { series: i64, at_ms: i64 },
}

impl Sqlite {
    /// Rejects a portion of the readings of `gateway` that were observed at or after `since`, or came on its UTC day or
    /// later; at most `most` rows at once. Their hours are folded anew later, by [`Sqlite::fold_pending`]. Called again
    /// after it has finished, it finds nothing.
    ///
    /// # Errors
    /// The portion has changed nothing.
    pub fn reject(
        &mut self,
        gateway: &GatewayId,
        since: Timestamp,
        now: Timestamp,
        most: u32,
    ) -> Result<Progress, StoreError> {
        let same = |walk: &Walk| walk.gateway == *gateway && walk.since == since;
        let walk = self.walk.take().filter(same).unwrap_or_else(|| Walk {
            gateway: gateway.clone(),
            since,
            place: Place::Hot { slot: i64::MIN, series: i64::MIN, at_ms: i64::MIN },
        });
        let most = most.clamp(1, CHANGES_MAX);
        let (rows, place) = self.write(None, |commit| reject(&commit.tables, &walk, now, most))?;
        self.walk = place.map(|place| Walk { place, ..walk });
        Ok(Progress { rows, finished: self.walk.is_none() })
    }

    /// Takes a portion of what [`Sqlite::reject`] has done to readings of `gateway` back, at most `most` rows at once.
    /// What has replaced a rejected reading since then stays, with the rejected one as its former value. Where another
    /// gateway is still revoked whose values this one had covered, these stay uncovered.
    ///
    /// # Errors
    /// The portion has changed nothing.
    pub fn reinstate(&mut self, gateway: &GatewayId, most: u32) -> Result<Progress, StoreError> {
        let most = most.clamp(1, CHANGES_MAX);
        self.walk = None;
        let rows = self.write(None, |commit| reinstate(&commit.tables, gateway, most))?;
        Ok(Progress { rows, finished: rows < u64::from(most) })
    }

    /// What is rejected of `gateway`, by series.
    pub fn rejected(&self, gateway: &GatewayId) -> Result<Vec<Rejected>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name, count(*), min(at_ms), max(at_ms)
             FROM replaced JOIN series ON series.id = replaced.series
             WHERE revoked = ?1 GROUP BY replaced.series ORDER BY name",
        )?;
        let rows = statement.query_and_then([gateway.as_str()], |row| {
            let series = row.get::<_, String>(0)?.parse().map_err(StoreError::Corrupt)?;
            let (from, to) = (instant(row.get(2)?)?, instant(row.get(3)?)?);
            Ok(Rejected { series, rows: row.get(1)?, from, to })
        })?;
        rows.collect()
    }
}

/// Rejects a portion. Returns how many rows were changed, and where to go on.
fn reject(
    tables: &Tables<'_>,
    walk: &Walk,
    now: Timestamp,
    most: u32,
) -> Result<(u64, Option<Place>), StoreError> {
    let mut statement = tables.prepare("SELECT id, day_ms FROM source WHERE gateway = ?1")?;
    let rows = statement.query_map([walk.gateway.as_str()], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let days: BTreeMap<i64, i64> = rows.collect::<Result<_, _>>()?;
    if days.is_empty() {
        return Ok((0, None));
    }
    let wanted = |at_ms: i64, source: Option<i64>| {
        let day_ms = source.and_then(|id| days.get(&id));
        day_ms.is_some_and(|day_ms| is_meant(walk.since, at_ms, *day_ms))
    };
    let (found, place) = look(tables, walk.place, most, &wanted)?;
    let rejected = Stored {
        value: None,
        flag: u8::from(Flag::Fail),
        reason: Some(Reason::Revoked.id().to_owned()),
        raw: None,
        source: None,
    };
    let mut hours = BTreeSet::new();
    for (key, old) in &found {
        let new = match former(tables, walk, *key)? {
            Some(former) => former,
            None => Stored { flag: rejected.flag, reason: rejected.reason.clone(), ..old.clone() },
        };
        replaced::keep(tables.connection, *key, old, now, None, Some(&walk.gateway))?;
        readings::overwrite(tables, *key, &new)?;
        hours.insert((key.0, hour_start_ms(key.1)));
    }
    note_hours(tables, &hours)?;
    Ok((found.len() as u64, place))
}

/// Whether a row of the gateway, of this time and day of reception, is rejected.
fn is_meant(since: Timestamp, at_ms: i64, day_ms: i64) -> bool {
    at_ms >= since.as_millisecond() || may_have_come_since(day_ms, since)
}

/// A row by series and instant.
type Found = ((i64, i64), Stored);

/// Looks for rows that are to be rejected, from a place on. Returns them, and where to go on.
fn look(
    tables: &Tables<'_>,
    place: Place,
    most: u32,
    wanted: &dyn Fn(i64, Option<i64>) -> bool,
) -> Result<(Vec<Found>, Option<Place>), StoreError> {
    let mut found = Vec::new();
    let mut looks = 0;
    let mut last = place;
    let mut take = |row: &Row<'_>| -> Result<bool, StoreError> {
        let (slot, series, at_ms): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        last = match place {
            Place::Hot { .. } => Place::Hot { slot, series, at_ms },
            Place::Cold { .. } => Place::Cold { series, at_ms },
        };
        looks += 1;
        if wanted(at_ms, row.get(7)?) {
            let stored = Stored::from_row(row, 3)?;
            if stored.value.is_some() && !stored.is_revoked() {
                found.push(((series, at_ms), stored));
            }
        }
        Ok(found.len() < most as usize && looks < LOOKS_MAX)
    };
    let mut goes_on = true;
    let mut statement;
    let mut rows = match place {
        Place::Hot { slot, series, at_ms } => {
            statement = tables.prepare(
                "SELECT slot, series, at_ms, value, flag, reason, raw, source FROM reading_hot
                 WHERE (slot, series, at_ms) > (?1, ?2, ?3) ORDER BY slot, series, at_ms",
            )?;
            statement.query(params![slot, series, at_ms])?
        }
        Place::Cold { series, at_ms } => {
            statement = tables.prepare(
                "SELECT 0, series, at_ms, value, flag, reason, raw, source FROM reading
                 WHERE (series, at_ms) > (?1, ?2) ORDER BY series, at_ms",
            )?;
            statement.query(params![series, at_ms])?
        }
    };
    let mut ended = false;
    while goes_on && !ended {
        match rows.next()? {
            Some(row) => goes_on = take(row)?,
            None => ended = true,
        }
    }
    let next = match (ended, place) {
        (false, _) => Some(last),
        (true, Place::Hot { .. }) => Some(Place::Cold { series: i64::MIN, at_ms: i64::MIN }),
        (true, Place::Cold { .. }) => None,
    };
    Ok((found, next))
}

/// The newest former value of a row that stands: another gateway's that is not revoked, an import's, or one that this
/// gateway sent before it was stolen.
fn former(
    tables: &Tables<'_>,
    walk: &Walk,
    (series, at_ms): (i64, i64),
) -> Result<Option<Stored>, StoreError> {
    let mut statement = tables.prepare(
        "SELECT r.value, r.flag, r.reason, r.raw, r.source FROM replaced r LEFT JOIN source s ON s.id = r.source
         WHERE r.series = ?1 AND r.at_ms = ?2 AND r.revoked IS NULL AND r.value IS NOT NULL
             AND (r.reason IS NULL OR r.reason <> ?3)
             AND CASE WHEN s.gateway = ?4 THEN r.at_ms < ?5 AND s.day_ms <= ?6
                 ELSE s.gateway IS NULL OR s.gateway NOT IN (SELECT gateway FROM revoked) END
         ORDER BY r.id DESC LIMIT 1",
    )?;
    let row = params![
        series,
        at_ms,
        Reason::Revoked.id(),
        walk.gateway.as_str(),
        walk.since.as_millisecond(),
        last_day_before(walk.since)
    ];
    Ok(statement.query_row(row, |row| Stored::from_row(row, 0)).optional()?)
}

/// Takes a portion back. Returns of how many rows.
fn reinstate(tables: &Tables<'_>, gateway: &GatewayId, most: u32) -> Result<u64, StoreError> {
    let mut statement = tables.prepare(
        "SELECT id, series, at_ms, value, flag, reason, raw, source FROM replaced
         WHERE revoked = ?1 ORDER BY series, at_ms, id DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![gateway.as_str(), most], |row| {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?), Stored::from_row(row, 3)?))
    })?;
    let marked: Vec<(i64, (i64, i64), Stored)> = rows.collect::<Result<_, _>>()?;
    let mut hours = BTreeSet::new();
    for (id, key, old) in &marked {
        if !take_place_of_successor(tables, *id, *key)? {
            // The rejection of a value that this one covers again has nothing to say any more.
            tables
                .prepare("DELETE FROM replaced WHERE series = ?1 AND at_ms = ?2 AND id >= ?3 AND revoked IS NOT NULL")?
                .execute(params![key.0, key.1, id])?;
            readings::overwrite(tables, *key, old)?;
            hours.insert((key.0, hour_start_ms(key.1)));
        }
    }
    note_hours(tables, &hours)?;
    Ok(marked.len() as u64)
}

/// Where a later value has replaced what the rejection had left of a row, the rejected value becomes the former value
/// of that one, as it would have been without the rejection. Returns whether it did.
fn take_place_of_successor(
    tables: &Tables<'_>,
    id: i64,
    (series, at_ms): (i64, i64),
) -> Result<bool, StoreError> {
    let later: Option<(i64, i64, Option<i64>)> = tables
        .prepare(
            "SELECT id, replaced_ms, by_source FROM replaced
             WHERE series = ?1 AND at_ms = ?2 AND id > ?3 AND revoked IS NULL ORDER BY id LIMIT 1",
        )?
        .query_row([series, at_ms, id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((later, replaced_ms, by_source)) = later else {
        return Ok(false);
    };
    tables
        .prepare(
            "UPDATE replaced SET revoked = NULL, replaced_ms = ?2, by_source = ?3 WHERE id = ?1",
        )?
        .execute(params![id, replaced_ms, by_source])?;
    tables.prepare("DELETE FROM replaced WHERE id = ?1")?.execute([later])?;
    Ok(true)
}

/// Notes the hours of changed rows, as far as they can be folded anew.
fn note_hours(tables: &Tables<'_>, hours: &BTreeSet<(i64, i64)>) -> Result<(), StoreError> {
    for (series, hour) in hours.iter().filter(|(_, hour)| !tables.is_purged(*hour)) {
        pending::note(tables.connection, *series, &[*hour])?;
    }
    Ok(())
}
