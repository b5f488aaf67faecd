//! Series: the numbers that stand for them in the tables, and how the registers of counters behave.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::core::Series;
use crate::counter;
use crate::locales::store as words;
use crate::wire::CounterSpec;

/// Numbers of series, each looked up once.
#[derive(Default)]
pub(super) struct SeriesIds(HashMap<Series, i64>);

impl SeriesIds {
    /// The number of `series`, given to it now if it has none.
    pub fn id(&mut self, connection: &Connection, series: &Series) -> Result<i64, StoreError> {
        if let Some(id) = self.0.get(series) {
            return Ok(*id);
        }
        let name = series.to_string();
        connection
            .prepare_cached("INSERT INTO series (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")?
            .execute([&name])?;
        let id = find(connection, series)?
            .ok_or_else(|| StoreError::Corrupt(words::series_vanished(&name)))?;
        self.0.insert(series.clone(), id);
        Ok(id)
    }

    /// Forgets all numbers: those given in a transaction that failed do not exist.
    pub fn forget(&mut self) {
        self.0.clear();
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

/// How the register of counter `id` behaves, as far as it is known.
pub(super) fn spec(connection: &Connection, id: i64) -> Result<counter::Spec, StoreError> {
    Ok(connection
        .prepare_cached("SELECT modulus, max_rate_per_hour FROM series WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(counter::Spec { modulus: row.get(0)?, max_rate_per_hour: row.get(1)? })
        })?)
}

/// Notes how the register of counter `id` behaves. Returns whether that has changed.
pub(super) fn set_spec(
    connection: &Connection,
    id: i64,
    counter: Option<CounterSpec>,
) -> Result<bool, StoreError> {
    let (modulus, rate) = counter.map_or((None, None), |c| (c.modulus, c.max_rate_per_hour));
    let changed = connection.execute(
        "UPDATE series SET modulus = ?2, max_rate_per_hour = ?3
         WHERE id = ?1 AND (modulus IS NOT ?2 OR max_rate_per_hour IS NOT ?3)",
        params![id, modulus, rate],
    )?;
    Ok(changed > 0)
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
