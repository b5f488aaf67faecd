//! Read side of the embedded store. [`commit`](super::commit) writes; SQLite allows one writer and readers beside it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::Connection;

use super::delivered::Epochs;
use super::revocation::Walk;
use super::series::{self, SeriesIds};
use super::source::Sources;
use super::tables::{self, Tables, data_version};
use super::{
    GatewayRow, Latest, LostRow, Place, Replaced, StoreError, connection, days, delivered, hours,
    pending, readings, replaced,
};
use crate::core::{Calendar, DayCell, GatewayId, HourCell, Period, Reading, Series, hour_start_ms};
use crate::locales::{Text, store as words};
use crate::wire::{Batch, CounterSpec};

/// No `data_version`: nothing was read.
const NOT_READ: i64 = -1;

/// The store's file. Reading fails where the file does.
pub struct Sqlite {
    pub(super) connection: Connection,
    pub(super) place: Place,
    pub(super) calendar: Calendar,
    pub(super) ids: SeriesIds,
    pub(super) sources: Sources,
    /// What has come of gateways, of the writer.
    pub(super) epochs: Epochs,
    /// SQLite's `data_version` of what is in memory: changes where another process writes to the file.
    pub(super) version: i64,
    /// What a reader has read of gateways last, and at which `data_version`.
    read_epochs: RefCell<Option<(i64, Epochs)>>,
    /// Hours that one commit folds at most.
    pub(super) fold_max: usize,
    /// The series that had its turn last of those whose hours are folded later.
    pub(super) folded_series: i64,
    /// A rejection under way.
    pub(super) walk: Option<Walk>,
    /// The time that the last commit, birth or status was given.
    pub(super) worked_at: Option<Timestamp>,
}

impl Sqlite {
    /// Opens the store at `path` for writing, or creates it. Migrates an older layout, and refuses a later one. What a
    /// killed process has written is durable when it returns: gateways are told of it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_file(path).map_err(|error| error.at_opening(path))
    }

    fn open_file(path: &Path) -> Result<Self, StoreError> {
        let (connection, place) = connection::open(path)?;
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        let mut store = Self::new(connection, place)?;
        store.epochs = delivered::load(&store.connection)?;
        store.version = data_version(&store.connection)?;
        Ok(store)
    }

    /// Opens the same file for reading, beside the writer.
    pub fn reader(&self) -> Result<Self, StoreError> {
        Self::open_reader(self.place.path())
    }

    /// Opens the store at `path` for reading only.
    pub fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let opened = connection::open_reader(path)
            .and_then(|connection| Self::new(connection, Place::new(path)));
        opened.map_err(|error| error.at_opening(path))
    }

    /// The same, with all that is read of it as the file is now, whatever is written meanwhile. It is not to be kept
    /// for long: the file's log grows as long as it is open.
    pub fn open_instant(path: &Path) -> Result<Self, StoreError> {
        let store = Self::open_reader(path)?;
        store.connection.execute_batch("BEGIN")?;
        // The instant is that of the first reading.
        tables::calendar(&store.connection)?;
        Ok(store)
    }

    fn new(connection: Connection, place: Place) -> Result<Self, StoreError> {
        let calendar = tables::calendar(&connection)?;
        Ok(Self {
            connection,
            place,
            calendar,
            ids: SeriesIds::default(),
            sources: Sources::default(),
            epochs: Epochs::default(),
            version: NOT_READ,
            read_epochs: RefCell::new(None),
            fold_max: pending::FOLD_MAX,
            folded_series: i64::MIN,
            walk: None,
            worked_at: None,
        })
    }

    /// Whether the file can hold this batch at all; the error names the part that does not fit. A batch that does not
    /// fit must not be committed: it would fail forever, together with everything in the same commit.
    pub fn holds(batch: &Batch) -> Result<(), Text> {
        if i64::try_from(batch.seq).is_err() {
            return Err(words::seq_too_large(batch.seq, i64::MAX));
        }
        for (i, reading) in batch.readings.iter().enumerate() {
            let hour = hour_start_ms(reading.observed_at.as_millisecond());
            if Timestamp::from_millisecond(hour).is_err() {
                return Err(words::no_hour(i, reading.observed_at.to_string()));
            }
        }
        Ok(())
    }

    /// The calendar by which its days are folded.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The hours of `series` from `from` to before `to`, in order; hours without a poll are absent.
    pub fn hours(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<HourCell>, StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| hours::range(tables, id, span))
    }

    /// The days of `series` in `period`, in order; days without a poll are absent.
    pub fn days(&self, series: &Series, period: Period) -> Result<Vec<DayCell>, StoreError> {
        let span = self.span_ms(period);
        self.read_series(series, |tables, id| days::range(tables, id, span))
    }

    /// What a counter grew by in `period`, or ever; `None` where the store holds no growth of it.
    pub fn grown(
        &self,
        series: &Series,
        period: Option<Period>,
    ) -> Result<Option<f64>, StoreError> {
        let span = period.map_or((i64::MIN, i64::MAX), |period| self.span_ms(period));
        self.read_series(series, |tables, id| days::grown(tables, id, span))
    }

    /// The readings of `series` from `from` to before `to`, in order.
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

    /// Passes the readings of `series` from `from` to before `to` to `each`, in order, as the file is at one instant.
    pub fn each_reading(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        each: &mut dyn FnMut(Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| readings::range(tables, (id, series), span, each))
    }

    /// Passes the readings of `series` that count, from `from` to before `to`, with the values that they count as, to
    /// `each`, in order: without those that a correction says to be wrong, and shifted as others say.
    pub fn each_counted(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        each: &mut dyn FnMut(&Reading, f64),
    ) -> Result<(), StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| {
            let in_force = tables.in_force(id, span)?;
            readings::range(tables, (id, series), span, &mut |reading| {
                if let Some(value) = in_force.counted(&reading) {
                    each(&reading, value);
                }
                Ok(())
            })
        })
    }

    /// The readings of `series` from `from` to before `to` whose flag is suspect, fail or missing, the newest first:
    /// the first `most` of them, found by the hours that have some. Whether there may be more is told with them.
    pub fn flagged(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
        most: usize,
    ) -> Result<(Vec<Reading>, bool), StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| readings::flagged(tables, (id, series), span, most))
    }

    /// The last readings of `series`; `None` where there is none. The last that counts has the value that it counts as.
    pub fn latest(&self, series: &Series) -> Result<Option<Latest>, StoreError> {
        self.read_series(series, |tables, id| readings::latest(tables, (id, series)))
    }

    /// Whether the store knows `series`.
    pub fn knows(&self, series: &Series) -> Result<bool, StoreError> {
        Ok(series::find(&self.connection, series)?.is_some())
    }

    /// The series of the store, in order of their names.
    pub fn series(&self) -> Result<Vec<Series>, StoreError> {
        series::all(&self.connection)
    }

    /// How the registers of counters behave, where anything is known of them.
    pub fn counters(&self) -> Result<BTreeMap<Series, CounterSpec>, StoreError> {
        series::counters(&self.connection)
    }

    /// The gateways, with the batches committed of each.
    pub fn gateways(&self) -> Result<Vec<GatewayRow>, StoreError> {
        self.read(|tables| {
            let connection = tables.connection;
            let version = data_version(connection)?;
            if version == self.version {
                return delivered::gateways(connection, &self.epochs);
            }
            let mut read = self.read_epochs.borrow_mut();
            if read.as_ref().is_none_or(|(read, _)| *read != version) {
                *read = None;
            }
            let (_, epochs) = match read.take() {
                Some(read) => read,
                None => (version, delivered::load(connection)?),
            };
            let rows = delivered::gateways(connection, &epochs);
            // A writer's own commits do not change its version: what it holds is newer then.
            *read = (self.version == NOT_READ).then_some((version, epochs));
            rows
        })
    }

    /// Values of `series` at instants from `from` to before `to` that others have replaced, by instant and in the order
    /// in which they were replaced.
    pub fn history(
        &self,
        series: &Series,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Replaced>, StoreError> {
        let span = (from.as_millisecond(), to.as_millisecond());
        self.read_series(series, |tables, id| {
            replaced::range(tables.connection, (id, series), span)
        })
    }

    /// How many hours, or spans of them, are to be folded anew: 0 where all roll-ups are up to date.
    pub fn pending(&self) -> Result<u64, StoreError> {
        pending::count(&self.connection)
    }

    /// Gateways' records of loss, in order.
    pub fn lost(&self) -> Result<Vec<LostRow>, StoreError> {
        delivered::all_lost(&self.connection)
    }

    /// The `most` newest records of loss of a gateway, the newest first.
    pub fn newest_lost(
        &self,
        gateway: &GatewayId,
        most: usize,
    ) -> Result<Vec<LostRow>, StoreError> {
        delivered::newest_lost(&self.connection, gateway, most)
    }

    /// A number that changes where another connection has written to the file.
    pub fn written(&self) -> Result<i64, StoreError> {
        data_version(&self.connection)
    }

    /// How many readings are in the store.
    pub fn count(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT readings + (SELECT coalesce(sum(readings), 0) FROM epoch) FROM state",
        )?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Reads the whole file and looks for damage. Takes about a second for each 500 MB.
    pub fn verify(&self) -> Result<(), StoreError> {
        let found: String =
            self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if found == "ok" {
            return Ok(());
        }
        Err(StoreError::Damaged { path: self.place.path().into(), found: Text::verbatim(found) })
    }

    /// What ends a long reading of this connection, from another thread.
    pub fn interrupter(&self) -> impl Fn() + Send + 'static + use<> {
        let handle = self.connection.get_interrupt_handle();
        move || handle.interrupt()
    }

    fn span_ms(&self, period: Period) -> (i64, i64) {
        let (from, to) = self.calendar.bounds(period);
        (from.as_millisecond(), to.as_millisecond())
    }

    /// Reads something of `series`; nothing where the store does not know it.
    pub(super) fn read_series<T: Default>(
        &self,
        series: &Series,
        read: impl FnOnce(&Tables<'_>, i64) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.read(|tables| match series::find(tables.connection, series)? {
            Some(id) => read(tables, id),
            None => Ok(T::default()),
        })
    }

    /// Reads the file as it is at one instant, since rows move from one tier to the other.
    fn read<T>(
        &self,
        read: impl FnOnce(&Tables<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if !self.connection.is_autocommit() {
            // It stays at the instant of `open_instant`.
            return read(&Tables::load(&self.connection, &self.calendar)?);
        }
        let transaction = self.connection.unchecked_transaction()?;
        let found = read(&Tables::load(&transaction, &self.calendar)?)?;
        transaction.finish()?;
        Ok(found)
    }
}
