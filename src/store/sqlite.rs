//! The embedded store: SQLite, one writer, readers beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::readings::{self, Inserted, SeriesIds};
use super::{
    Committed, Delivered, GatewayRow, LostRow, Store, StoreError, delivered, hours, schema,
};
use crate::core::{GatewayId, HourCell, Kind, Reading, Series};
use crate::wire::{Batch, Birth, CounterSpec, Epoch, Status};

/// A portion of what a server holds, for the copy that is kept of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portion {
    /// Readings.
    pub readings: Vec<Reading>,
    /// Batches that came: first and last number.
    pub delivered: Vec<(GatewayId, Epoch, u64, u64)>,
    /// When each gateway was heard last.
    pub heard: BTreeMap<GatewayId, Timestamp>,
    /// Records of gaps.
    pub lost: Vec<LostRow>,
}

/// The last reading of a series, and the last that counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    /// The last reading, whatever its flag.
    pub last: Reading,
    /// The last reading with a value that counts.
    pub counted: Option<Reading>,
}

/// The store's file.
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    ids: SeriesIds,
    delivered: Delivered,
    /// SQLite's number of the file as others have left it: changes where another process writes to it.
    version: i64,
}

impl Sqlite {
    /// Opens the store at `path` for writing, or makes it.
    ///
    /// # Errors
    /// The file cannot be opened or is of another layout.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open(path)?;
        let delivered = delivered::load(&connection)?;
        Ok(Self {
            connection,
            path: path.into(),
            ids: SeriesIds::default(),
            delivered,
            version: 0,
        })
    }

    /// Opens the same file for reading, beside the writer.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn reader(&self) -> Result<Self, StoreError> {
        Self::open_reader(&self.path)
    }

    /// Opens the store at `path` for reading only.
    ///
    /// # Errors
    /// The file is not there or cannot be opened.
    pub fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open_reader(path)?;
        Ok(Self {
            connection,
            path: path.into(),
            ids: SeriesIds::default(),
            delivered: Delivered::new(),
            version: 0,
        })
    }

    /// Whether the file can hold this batch at all. One that it cannot hold must not be tried: it would fail for ever, and
    /// everything that is to be committed with it.
    ///
    /// # Errors
    /// Says what of it cannot be held.
    pub fn holds(batch: &Batch) -> Result<(), String> {
        if i64::try_from(batch.seq).is_err() {
            return Err(format!("seq {} is beyond what can be counted", batch.seq));
        }
        for (i, reading) in batch.readings.iter().enumerate() {
            let hour = hours::hour_of(reading.observed_at.as_millisecond());
            if Timestamp::from_millisecond(hour).is_err() {
                return Err(format!(
                    "readings[{i}]: {} is in no hour",
                    reading.observed_at
                ));
            }
        }
        Ok(())
    }

    /// Takes in what a server holds: a portion is committed whole.
    ///
    /// # Errors
    /// Nothing of it is committed then.
    pub fn absorb(&mut self, portion: &Portion) -> Result<(), StoreError> {
        self.write(|connection, ids, delivered| {
            let mut touched = Touched::default();
            for reading in &portion.readings {
                touched.insert(connection, ids, reading)?;
            }
            touched.refold(connection)?;
            for lost in &portion.lost {
                let LostRow {
                    gateway,
                    epoch,
                    seq,
                    remains,
                } = lost;
                delivered::lost(connection, gateway, *epoch, *seq, remains)?;
            }
            let mut now = Delivered::new();
            for (gateway, epoch, first, last) in &portion.delivered {
                let key = (gateway.clone(), *epoch);
                let set = now
                    .entry(key.clone())
                    .or_insert_with(|| delivered.get(&key).cloned().unwrap_or_default());
                set.insert_range(*first, *last);
            }
            for ((gateway, epoch), set) in &now {
                delivered::store(connection, gateway, *epoch, set)?;
            }
            for (gateway, at) in &portion.heard {
                delivered::heard(connection, gateway, *at)?;
            }
            Ok(((), now))
        })
    }

    /// Notes series, and of counters how their registers behave. Where that has changed, their hours are folded anew.
    ///
    /// # Errors
    /// Nothing is noted then.
    pub fn describe(&mut self, series: &[(Series, Option<CounterSpec>)]) -> Result<(), StoreError> {
        self.write(|connection, ids, _| {
            for (series, counter) in series {
                describe(connection, ids, series, *counter)?;
            }
            Ok(((), Delivered::new()))
        })
    }

    /// One transaction: all of it, or nothing. `work` also gives what is delivered after it.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection, &mut SeriesIds, &Delivered) -> Result<(T, Delivered), StoreError>,
    ) -> Result<T, StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let version = data_version(&self.connection)?;
        if version != self.version {
            // Somebody else has written: readings brought in by hand.
            self.delivered = delivered::load(&self.connection)?;
            self.ids.forget();
            self.version = version;
        }
        let written = work(&transaction, &mut self.ids, &self.delivered);
        match written.and_then(|done| Ok((done, transaction.commit()?))) {
            Ok(((done, delivered), ())) => {
                self.delivered.extend(delivered);
                Ok(done)
            }
            Err(error) => {
                self.ids.forget();
                Err(error)
            }
        }
    }

    /// The hours of `series` from `from` to before `to`, in order; hours without a poll are not there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn hours(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<HourCell>, StoreError> {
        match readings::find(&self.connection, series)? {
            Some(id) => hours::range(&self.connection, id, from, to),
            None => Ok(Vec::new()),
        }
    }

    /// What a counter grew by from `from` to before `to`; `None` where nothing of it is in the store.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn grown(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Option<f64>, StoreError> {
        let Some(id) = readings::find(&self.connection, series)? else {
            return Ok(None);
        };
        Ok(self
            .connection
            .prepare_cached("SELECT sum(increment) FROM hour WHERE series = ?1 AND hour_ms >= ?2 AND hour_ms < ?3")?
            .query_row(params![id, from.as_millisecond(), to.as_millisecond()], |row| row.get(0))?)
    }

    /// The readings of `series` from `from` to before `to`, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn readings(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Reading>, StoreError> {
        let Some(id) = readings::find(&self.connection, series)? else {
            return Ok(Vec::new());
        };
        let columns = readings::COLUMNS;
        let mut statement = self.connection.prepare_cached(&format!(
            "SELECT {columns} FROM reading WHERE series = ?1 AND at_ms >= ?2 AND at_ms < ?3 ORDER BY at_ms"
        ))?;
        let mut rows = statement.query(params![id, from.as_millisecond(), to.as_millisecond()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(readings::from_row(series, row)?);
        }
        Ok(found)
    }

    /// The last readings of `series`; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn latest(&self, series: &Series) -> Result<Option<Latest>, StoreError> {
        let Some(id) = readings::find(&self.connection, series)? else {
            return Ok(None);
        };
        let one = |condition: &str| -> Result<Option<Reading>, StoreError> {
            let columns = readings::COLUMNS;
            let mut statement = self.connection.prepare_cached(&format!(
                "SELECT {columns} FROM reading WHERE series = ?1 {condition} ORDER BY at_ms DESC LIMIT 1"
            ))?;
            let mut rows = statement.query([id])?;
            rows.next()?
                .map(|row| readings::from_row(series, row))
                .transpose()
        };
        Ok(match one("")? {
            None => None,
            Some(last) => Some(Latest {
                last,
                counted: one("AND value IS NOT NULL AND flag IN (1, 2, 3)")?,
            }),
        })
    }

    /// The series of the store, in order of their names.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn series(&self) -> Result<Vec<Series>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name FROM series ORDER BY name")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        names
            .map(|name| name?.parse().map_err(StoreError::Corrupt))
            .collect()
    }

    /// The gateways, with what has been committed of each.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn gateways(&self) -> Result<Vec<GatewayRow>, StoreError> {
        delivered::gateways(&self.connection)
    }

    /// What gateways say is lost, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn lost(&self) -> Result<Vec<LostRow>, StoreError> {
        delivered::all_lost(&self.connection)
    }

    /// How many readings are in the store.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn count(&self) -> Result<u64, StoreError> {
        Ok(self
            .connection
            .query_row("SELECT count(*) FROM reading", [], |row| row.get(0))?)
    }
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))?)
}

/// Hours that a commit changes, by series.
#[derive(Default)]
struct Touched<'a>(BTreeMap<i64, (Option<&'a Series>, BTreeSet<i64>)>);

impl<'a> Touched<'a> {
    /// Stores a reading; whether it is a new row.
    fn insert(
        &mut self,
        connection: &Connection,
        ids: &mut SeriesIds,
        reading: &'a Reading,
    ) -> Result<bool, StoreError> {
        let id = ids.id(connection, &reading.series)?;
        let inserted = readings::insert(connection, id, reading)?;
        if inserted != Inserted::Same {
            let (series, hours) = self.0.entry(id).or_default();
            *series = Some(&reading.series);
            hours.insert(hours::hour_of(reading.observed_at.as_millisecond()));
        }
        Ok(inserted == Inserted::New)
    }

    /// Folds anew what has changed.
    fn refold(self, connection: &Connection) -> Result<(), StoreError> {
        for (id, (series, touched)) in self.0 {
            let Some(series) = series else { continue };
            let touched: Vec<i64> = touched.into_iter().collect();
            hours::refold(connection, id, series, &touched)?;
        }
        Ok(())
    }
}

impl Store for Sqlite {
    /// Readings, roll-ups and batch numbers are one transaction: on an error nothing is committed.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.write(|connection, ids, delivered| {
            let mut committed = Committed::default();
            let mut touched = Touched::default();
            for batch in batches {
                for reading in &batch.readings {
                    let new = touched.insert(connection, ids, reading)?;
                    committed.new_readings += u64::from(new);
                }
                let key = (batch.gateway.clone(), batch.epoch);
                let set = committed
                    .delivered
                    .entry(key.clone())
                    .or_insert_with(|| delivered.get(&key).cloned().unwrap_or_default());
                let (first, last) = batch.stands_for();
                if let Some(remains) = &batch.remains {
                    delivered::lost(connection, &batch.gateway, batch.epoch, last, remains)?;
                }
                set.insert_range(first, last);
            }
            touched.refold(connection)?;
            for ((gateway, epoch), set) in &committed.delivered {
                delivered::store(connection, gateway, *epoch, set)?;
                delivered::heard(connection, gateway, now)?;
            }
            let delivered = committed.delivered.clone();
            Ok((committed, delivered))
        })
    }

    /// Where the specification of a counter has changed, its hours are folded anew.
    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|connection, ids, _| {
            delivered::birth(connection, gateway, birth)?;
            for series in &birth.series {
                describe(connection, ids, &series.series, series.counter)?;
            }
            Ok(((), Delivered::new()))
        })
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        delivered::status(&self.connection, gateway, status)
    }
}

/// Notes a series, and of a counter how its register behaves; where that is new, folds its hours anew.
fn describe(
    connection: &Connection,
    ids: &mut SeriesIds,
    series: &Series,
    counter: Option<CounterSpec>,
) -> Result<(), StoreError> {
    let id = ids.id(connection, series)?;
    if series.parameter.spec().kind != Kind::Counter {
        return Ok(());
    }
    let (modulus, rate) = counter.map_or((None, None), |c| (c.modulus, c.max_rate_per_hour));
    let changed = connection.execute(
        "UPDATE series SET modulus = ?2, max_rate_per_hour = ?3
         WHERE id = ?1 AND (modulus IS NOT ?2 OR max_rate_per_hour IS NOT ?3)",
        params![id, modulus, rate],
    )?;
    if changed == 0 {
        return Ok(());
    }
    let all: Vec<i64> = {
        let mut statement = connection
            .prepare_cached("SELECT hour_ms FROM hour WHERE series = ?1 ORDER BY hour_ms")?;
        let hours = statement.query_map([id], |row| row.get(0))?;
        hours.collect::<Result<_, _>>()?
    };
    hours::refold(connection, id, series, &all)
}

/// The cells of a series computed from nothing but its readings: what the stored ones have to equal.
#[cfg(test)]
pub(super) fn recompute(store: &Sqlite, series: &Series) -> Vec<HourCell> {
    let id: Option<i64> = store
        .connection
        .query_row(
            "SELECT id FROM series WHERE name = ?1",
            [series.to_string()],
            |row| row.get(0),
        )
        .ok();
    let Some(id) = id else { return Vec::new() };
    store.connection.execute("SAVEPOINT again", []).unwrap();
    store
        .connection
        .execute("DELETE FROM hour WHERE series = ?1", [id])
        .unwrap();
    let readings = store
        .readings(series, Timestamp::MIN, Timestamp::MAX)
        .unwrap();
    let touched: BTreeSet<i64> = readings
        .iter()
        .map(|r| hours::hour_of(r.observed_at.as_millisecond()))
        .collect();
    hours::refold(
        &store.connection,
        id,
        series,
        &touched.into_iter().collect::<Vec<_>>(),
    )
    .unwrap();
    let cells = store.hours(series, Timestamp::MIN, Timestamp::MAX).unwrap();
    store
        .connection
        .execute_batch("ROLLBACK TO again; RELEASE again;")
        .unwrap();
    cells
}
