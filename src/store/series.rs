//! Series: the numbers that stand for them in the tables, and how the registers of counters behave.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::core::{GatewayId, HOUR_MS, Series};
use crate::counter;
use crate::wire::CounterSpec;

/// Series that one gateway may bring in: twenty times as many as the largest gateways have. Engineering judgement.
pub(super) const SERIES_MAX: u64 = 4_000;

/// A counter's rule is taken over at most once in this time, since each change folds all its hours anew. Engineering
/// judgement.
pub(super) const RULE_EVERY_MS: i64 = HOUR_MS;

/// Numbers of series, each looked up once.
#[derive(Default)]
pub(super) struct SeriesIds {
    ids: HashMap<Series, i64>,
    /// How many series a gateway has brought in, where that was looked up.
    brought: HashMap<GatewayId, u64>,
}

impl SeriesIds {
    /// The number of `series`, given to it now if it has none; `None` where `gateway` has brought in as many as one
    /// may.
    pub fn id(
        &mut self,
        connection: &Connection,
        series: &Series,
        gateway: Option<&GatewayId>,
    ) -> Result<Option<i64>, StoreError> {
        if let Some(id) = self.ids.get(series) {
            return Ok(Some(*id));
        }
        if let Some(id) = find(connection, series)? {
            self.ids.insert(series.clone(), id);
            return Ok(Some(id));
        }
        if let Some(gateway) = gateway {
            let brought = self.brought(connection, gateway)?;
            if *brought >= SERIES_MAX {
                return Ok(None);
            }
            *brought += 1;
        }
        connection
            .prepare_cached("INSERT INTO series (name, gateway) VALUES (?1, ?2)")?
            .execute(params![series.to_string(), gateway.map(GatewayId::as_str)])?;
        let id = connection.last_insert_rowid();
        self.ids.insert(series.clone(), id);
        Ok(Some(id))
    }

    fn brought(
        &mut self,
        connection: &Connection,
        gateway: &GatewayId,
    ) -> Result<&mut u64, StoreError> {
        match self.brought.entry(gateway.clone()) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let count = connection
                    .prepare_cached("SELECT count(*) FROM series WHERE gateway = ?1")?
                    .query_row([gateway.as_str()], |row| row.get(0))?;
                Ok(entry.insert(count))
            }
        }
    }

    /// Forgets all numbers: those given in a transaction that failed do not exist.
    pub fn forget(&mut self) {
        self.ids.clear();
        self.brought.clear();
    }
}

/// The number of `series`, if it has one.
pub(super) fn find(connection: &Connection, series: &Series) -> Result<Option<i64>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT id FROM series WHERE name = ?1")?
        .query_row([series.to_string()], |row| row.get(0))
        .optional()?)
}

/// All series, in order of their names.
pub(super) fn all(connection: &Connection) -> Result<Vec<Series>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT name FROM series ORDER BY name")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.map(|name| name?.parse().map_err(StoreError::Corrupt)).collect()
}

/// The numbers of all series, in order.
pub(super) fn ids(connection: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT id FROM series ORDER BY id")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The series of a number.
pub(super) fn named(connection: &Connection, id: i64) -> Result<Series, StoreError> {
    let name: String = connection
        .prepare_cached("SELECT name FROM series WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    name.parse().map_err(StoreError::Corrupt)
}

/// How the register of counter `id` behaves, as far as it is known. A number that no register can have is not.
pub(super) fn spec(connection: &Connection, id: i64) -> Result<counter::Spec, StoreError> {
    let possible = |number: &f64| number.is_finite() && *number > 0.0;
    let (modulus, rate): (Option<f64>, Option<f64>) = connection
        .prepare_cached("SELECT modulus, max_rate_per_hour FROM series WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(counter::Spec {
        modulus: modulus.filter(possible),
        max_rate_per_hour: rate.filter(possible),
    })
}

/// Notes how the register of counter `id` behaves. Returns whether that has changed.
pub(super) fn set_spec(
    connection: &Connection,
    id: i64,
    counter: Option<CounterSpec>,
) -> Result<bool, StoreError> {
    let (modulus, rate) = columns(counter);
    let changed = connection
        .prepare_cached(
            "UPDATE series SET modulus = ?2, max_rate_per_hour = ?3, wanted = NULL
             WHERE id = ?1 AND (modulus IS NOT ?2 OR max_rate_per_hour IS NOT ?3)",
        )?
        .execute(params![id, modulus, rate])?;
    Ok(changed > 0)
}

/// Notes how a gateway says that the register of counter `id` behaves. Returns whether that has changed now; where the
/// rule has changed less than [`RULE_EVERY_MS`] ago, it is only wanted, and [`due`] names it later.
pub(super) fn want_spec(
    connection: &Connection,
    id: i64,
    counter: Option<CounterSpec>,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let (modulus, rate) = columns(counter);
    let (same, changed_ms, waits): (bool, Option<i64>, bool) = connection
        .prepare_cached(
            "SELECT modulus IS ?2 AND max_rate_per_hour IS ?3, changed_ms, wanted IS NOT NULL FROM series WHERE id = ?1",
        )?
        .query_row(params![id, modulus, rate], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let want = |wanted: Option<String>| {
        let sql = "UPDATE series SET wanted = ?2 WHERE id = ?1 AND wanted IS NOT ?2";
        connection.prepare_cached(sql)?.execute(params![id, wanted])
    };
    if same {
        if waits {
            want(None)?;
        }
        return Ok(false);
    }
    // A clock that was set back must not hold a rule up for longer than the time itself.
    if changed_ms
        .is_some_and(|changed_ms| now_ms.abs_diff(changed_ms) < RULE_EVERY_MS.unsigned_abs())
    {
        want(Some(serde_json::to_string(&counter).map_err(StoreError::corrupt)?))?;
        return Ok(false);
    }
    set_spec(connection, id, counter)?;
    connection
        .prepare_cached("UPDATE series SET changed_ms = ?2 WHERE id = ?1")?
        .execute([id, now_ms])?;
    Ok(true)
}

/// The counters whose wanted rule is due, the first `most` of them.
pub(super) fn due(
    connection: &Connection,
    now_ms: i64,
    most: u32,
) -> Result<Vec<(i64, Option<CounterSpec>)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, wanted FROM series
         WHERE wanted IS NOT NULL AND changed_ms NOT BETWEEN ?1 AND ?2 LIMIT ?3",
    )?;
    let recent = params![now_ms - RULE_EVERY_MS + 1, now_ms + RULE_EVERY_MS - 1, most];
    let rows = statement.query_and_then(recent, |row| {
        let wanted: String = row.get(1)?;
        Ok((row.get(0)?, serde_json::from_str(&wanted).map_err(StoreError::corrupt)?))
    })?;
    rows.collect()
}

fn columns(counter: Option<CounterSpec>) -> (Option<f64>, Option<f64>) {
    counter.map_or((None, None), |counter| (counter.modulus, counter.max_rate_per_hour))
}

/// How the registers of counters behave, where anything is known of them.
pub(super) fn counters(
    connection: &Connection,
) -> Result<BTreeMap<Series, CounterSpec>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT name, modulus, max_rate_per_hour FROM series
         WHERE modulus IS NOT NULL OR max_rate_per_hour IS NOT NULL",
    )?;
    let counters = statement.query_and_then([], |row| {
        let series = row.get::<_, String>(0)?.parse().map_err(StoreError::Corrupt)?;
        Ok((series, CounterSpec { modulus: row.get(1)?, max_rate_per_hour: row.get(2)? }))
    })?;
    counters.collect()
}
