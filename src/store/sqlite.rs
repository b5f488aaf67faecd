//! The embedded store: SQLite, one writer, readers beside it. What it gives; [`write`](super::write) has what it takes in.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::Connection;

use super::places::{self, Places};
use super::readings::{self, SeriesIds};
use super::{Delivered, GatewayRow, LostRow, StoreError, days, delivered, hours, schema};
use crate::core::{Calendar, DayCell, HourCell, Period, Reading, Series, hour_start_ms};
use crate::wire::Batch;

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
    pub(super) connection: Connection,
    path: PathBuf,
    /// What the days are made by.
    pub(super) calendar: Calendar,
    pub(super) ids: SeriesIds,
    pub(super) delivered: Delivered,
    /// SQLite's number of the file as others have left it: changes where another process writes to it.
    pub(super) version: i64,
}

impl Sqlite {
    /// Opens the store at `path` for writing, or makes it. An older layout is brought up to date.
    ///
    /// # Errors
    /// The file cannot be opened or is of a later layout.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open(path)?;
        let delivered = delivered::load(&connection)?;
        Self::of(connection, path, delivered)
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
        Self::of(schema::open_reader(path)?, path, Delivered::new())
    }

    fn of(connection: Connection, path: &Path, delivered: Delivered) -> Result<Self, StoreError> {
        let calendar = places::calendar(&connection)?;
        Ok(Self {
            connection,
            path: path.into(),
            calendar,
            ids: SeriesIds::default(),
            delivered,
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
            let hour = hour_start_ms(reading.observed_at.as_millisecond());
            if Timestamp::from_millisecond(hour).is_err() {
                return Err(format!("readings[{i}]: {} is in no hour", reading.observed_at));
            }
        }
        Ok(())
    }

    /// The calendar that its days are made by.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
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
        let span = (from.as_millisecond(), to.as_millisecond());
        self.look(|connection, places| match readings::find(connection, series)? {
            Some(id) => hours::range(connection, places, id, span),
            None => Ok(Vec::new()),
        })
    }

    /// The days of `series` in `period`, in order; days without a poll are not there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn days(&self, series: &Series, period: Period) -> Result<Vec<DayCell>, StoreError> {
        let (from, to) = self.calendar.bounds(period);
        let span = (from.as_millisecond(), to.as_millisecond());
        self.look(|connection, _| match readings::find(connection, series)? {
            Some(id) => days::range(connection, &self.calendar, id, span),
            None => Ok(Vec::new()),
        })
    }

    /// What a counter grew by in `period`, or ever; `None` where nothing of it is in the store.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn grown(
        &self,
        series: &Series,
        period: Option<Period>,
    ) -> Result<Option<f64>, StoreError> {
        let span = period.map_or((i64::MIN, i64::MAX), |period| {
            let (from, to) = self.calendar.bounds(period);
            (from.as_millisecond(), to.as_millisecond())
        });
        self.look(|connection, _| match readings::find(connection, series)? {
            Some(id) => days::grown(connection, id, span),
            None => Ok(None),
        })
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
        let mut found = Vec::new();
        self.each_reading(series, from, to, &mut |reading| {
            found.push(reading);
            Ok(())
        })?;
        Ok(found)
    }

    /// Gives `each` the readings of `series` from `from` to before `to`, in order and one by one, as the file is at one instant.
    ///
    /// # Errors
    /// The file cannot be read, or what `each` fails with.
    pub fn each_reading(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        each: &mut dyn FnMut(Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.look(|connection, places| match readings::find(connection, series)? {
            Some(id) => readings::range(connection, places, (id, series), span, each),
            None => Ok(()),
        })
    }

    /// The last readings of `series`; `None` where there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn latest(&self, series: &Series) -> Result<Option<Latest>, StoreError> {
        self.look(|connection, places| match readings::find(connection, series)? {
            Some(id) => readings::latest(connection, places, (id, series)),
            None => Ok(None),
        })
    }

    /// The series of the store, in order of their names.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn series(&self) -> Result<Vec<Series>, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT name FROM series ORDER BY name")?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        names.map(|name| name?.parse().map_err(StoreError::Corrupt)).collect()
    }

    /// The gateways, with what has been committed of each.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn gateways(&self) -> Result<Vec<GatewayRow>, StoreError> {
        self.look(|connection, _| delivered::gateways(connection))
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
            .prepare_cached("SELECT readings FROM state")?
            .query_row([], |row| row.get(0))?)
    }

    /// Reads through the whole file and looks for damage. Takes about a second for each 500 MB.
    ///
    /// # Errors
    /// The file is damaged, or cannot be read.
    pub fn verify(&self) -> Result<(), StoreError> {
        let found: String =
            self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found == "ok" {
            return Ok(());
        }
        Err(StoreError::Damaged { path: self.path.clone(), found })
    }

    /// Reads the file as it is at one instant: rows move from one place to the other.
    fn look<T>(
        &self,
        read: impl FnOnce(&Connection, &Places) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        let places = Places::load(&transaction, &self.calendar)?;
        let found = read(&transaction, &places)?;
        transaction.finish()?;
        Ok(found)
    }
}
