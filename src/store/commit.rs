//! Write side of the embedded store: each commit is one transaction of readings, hours, days and batch numbers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::readings::{self, Inserted};
use super::series::{self, SeriesIds};
use super::tables::Tables;
use super::{Committed, Delivered, LostRow, Refused, Sqlite, Store, StoreError};
use super::{days, delivered, hours};
use crate::core::{Calendar, GatewayId, Kind, Reading, Series, hour_start_ms};
use crate::locales::{Text, store as words};
use crate::wire::{Batch, Birth, CounterSpec, Epoch, Status};

/// A part of what a server holds, for the local copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portion {
    pub readings: Vec<Reading>,
    /// Batches that came: first and last number.
    pub delivered: Vec<(GatewayId, Epoch, u64, u64)>,
    pub heard: BTreeMap<GatewayId, Timestamp>,
    pub lost: Vec<LostRow>,
}

impl Store for Sqlite {
    /// Readings, roll-ups and batch numbers are one transaction: on an error nothing is committed.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.write(Some(now), |commit| {
            let mut committed = Committed::default();
            for batch in batches {
                let mut too_late = Vec::new();
                for reading in &batch.readings {
                    if commit.tables.is_purged(reading.observed_at.as_millisecond()) {
                        too_late.push(reading.clone());
                    } else {
                        committed.new_readings += u64::from(commit.insert(reading)?);
                    }
                }
                if !too_late.is_empty() {
                    committed.refused.push(Refused::new(batch, too_late, commit.purged_problem()));
                }
                let (first, last) = batch.stands_for();
                if let Some(loss) = &batch.loss {
                    delivered::note_loss(
                        commit.connection(),
                        &batch.gateway,
                        batch.epoch,
                        last,
                        loss,
                    )?;
                }
                commit.note_delivered(&batch.gateway, batch.epoch, (first, last));
            }
            committed.delivered = commit.now_delivered.clone();
            for gateway in batches.iter().map(|batch| &batch.gateway).collect::<BTreeSet<_>>() {
                delivered::note_heard(commit.connection(), gateway, now)?;
            }
            Ok(committed)
        })
    }

    /// Where the specification of a counter has changed, its hours are folded anew.
    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(None, |commit| {
            delivered::note_birth(commit.connection(), gateway, birth)?;
            birth
                .series
                .iter()
                .try_for_each(|series| commit.describe(&series.series, series.counter))
        })
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        _now: Timestamp,
    ) -> Result<(), StoreError> {
        delivered::note_status(&self.connection, gateway, status)
    }
}

impl Sqlite {
    /// Commits a part of what a server holds, all or nothing. Returns how many readings are new.
    pub fn merge(&mut self, portion: &Portion) -> Result<u64, StoreError> {
        let heard = portion.heard.values().max();
        let newest = portion.readings.iter().map(|reading| &reading.observed_at).max();
        self.write(heard.or(newest).copied(), |commit| {
            let mut new = 0;
            for reading in &portion.readings {
                // The server may still hold what was purged here: its hours stand for it.
                if !commit.tables.is_purged(reading.observed_at.as_millisecond()) {
                    new += u64::from(commit.insert(reading)?);
                }
            }
            for LostRow { gateway, epoch, seq, loss } in &portion.lost {
                delivered::note_loss(commit.connection(), gateway, *epoch, *seq, loss)?;
            }
            for (gateway, epoch, first, last) in &portion.delivered {
                commit.note_delivered(gateway, *epoch, (*first, *last));
            }
            for (gateway, at) in &portion.heard {
                delivered::note_heard(commit.connection(), gateway, *at)?;
            }
            Ok(new)
        })
    }

    /// Notes series, and how the registers of counters behave. Where that has changed, their hours are folded anew.
    pub fn describe(&mut self, series: &[(Series, Option<CounterSpec>)]) -> Result<(), StoreError> {
        self.write(None, |commit| {
            series.iter().try_for_each(|(series, counter)| commit.describe(series, *counter))
        })
    }

    /// Folds days by this calendar from now on, and all existing ones anew where it differs from the last.
    ///
    /// # Errors
    /// The days stay as they were; the zone may have no IANA name.
    pub fn set_calendar(&mut self, calendar: &Calendar) -> Result<(), StoreError> {
        if *calendar == self.calendar {
            return Ok(());
        }
        let zone = calendar.zone().iana_name();
        let zone = zone.ok_or_else(|| StoreError::Corrupt(words::zone_without_name()))?;
        let before = std::mem::replace(&mut self.calendar, calendar.clone());
        let changed = self.write(None, |commit| {
            commit.connection().execute(
                "UPDATE state SET zone = ?1, day_start_hour = ?2",
                params![zone, calendar.day_start_hour()],
            )?;
            days::rebuild(&commit.tables)
        });
        if changed.is_err() {
            self.calendar = before;
        }
        changed
    }

    /// Deletes raw readings before `before`, at most `most` at once; their hours and days stay, and so do the last
    /// readings of each series. Returns how many are gone: where it is `most`, more may be left.
    pub fn purge_raw(&mut self, before: Timestamp, most: u32) -> Result<u64, StoreError> {
        self.write(None, |commit| {
            let connection = commit.connection();
            // Hot readings are never purged, and hours only whole: none can be folded from part of its readings.
            let before = hour_start_ms(before.as_millisecond()).min(commit.tables.hot_from_ms);
            connection.execute(
                "UPDATE state SET raw_from_ms = ?1 WHERE raw_from_ms IS NULL OR raw_from_ms < ?1",
                [before],
            )?;
            let mut left = u64::from(most);
            let mut statement = connection.prepare("SELECT series, at_ms, counted_ms FROM latest ORDER BY series")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()?
                && left > 0
            {
                let (id, last, counted): (i64, i64, Option<i64>) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let gone = connection
                    .prepare_cached(
                        "DELETE FROM reading WHERE series = ?1 AND at_ms IN (
                             SELECT at_ms FROM reading WHERE series = ?1 AND at_ms < ?2 AND at_ms <> ?3 AND at_ms IS NOT ?4
                             ORDER BY at_ms LIMIT ?5)",
                    )?
                    .execute(params![id, before, last, counted, left])?;
                left -= gone as u64;
            }
            let gone = u64::from(most) - left;
            commit.count -= i64::try_from(gone).unwrap_or(i64::MAX);
            Ok(gone)
        })
    }

    /// Runs `work` in one transaction, all or nothing. With `now`, rows that are no longer hot are demoted.
    fn write<T>(
        &mut self,
        now: Option<Timestamp>,
        work: impl FnOnce(&mut Commit<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let version = data_version(&self.connection)?;
        if version != self.version {
            // Another process has written, such as an import.
            self.delivered = delivered::load(&self.connection)?;
            self.ids.forget();
            self.version = version;
        }
        let run = || {
            let mut tables = Tables::load(&transaction, &self.calendar)?;
            if let Some(now) = now {
                tables.demote(now)?;
            }
            let mut commit = Commit {
                tables,
                ids: &mut self.ids,
                delivered: &self.delivered,
                now_delivered: Delivered::new(),
                touched: BTreeMap::new(),
                count: 0,
            };
            let done = work(&mut commit)?;
            Ok((done, commit.finish()?))
        };
        match run().and_then(|done| Ok((done, transaction.commit()?))) {
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

    #[cfg(feature = "influx")]
    pub(super) fn has_delivered(
        &self,
        gateway: &GatewayId,
        epoch: Epoch,
        (first, last): (u64, u64),
    ) -> bool {
        let key = (gateway.clone(), epoch);
        self.delivered.get(&key).is_some_and(|set| set.next_gap(first, last).is_none())
    }

    /// Up to when a server was copied into this file; `None` where it never was.
    #[cfg(feature = "influx")]
    pub fn copied_to(&self) -> Result<Option<Timestamp>, StoreError> {
        let ms: Option<i64> =
            self.connection.query_row("SELECT copied_ms FROM state", [], |row| row.get(0))?;
        ms.map(super::error::instant).transpose()
    }

    #[cfg(feature = "influx")]
    pub(super) fn note_copied(&mut self, to: Timestamp) -> Result<(), StoreError> {
        self.connection.execute("UPDATE state SET copied_ms = ?1", [to.as_millisecond()])?;
        Ok(())
    }
}

/// A transaction while it is being made.
struct Commit<'a> {
    tables: Tables<'a>,
    ids: &'a mut SeriesIds,
    delivered: &'a Delivered,
    /// What is delivered with it, of the epochs that it touches.
    now_delivered: Delivered,
    /// Changed series, by number.
    touched: BTreeMap<i64, Touched>,
    /// By how much the number of readings changes.
    count: i64,
}

struct Touched {
    series: Series,
    hours: BTreeSet<i64>,
    last_ms: i64,
    counted_ms: Option<i64>,
}

impl<'a> Commit<'a> {
    fn connection(&self) -> &'a Connection {
        self.tables.connection
    }

    fn purged_problem(&self) -> Text {
        let from = self.tables.raw_from_ms.unwrap_or_default();
        let from = Timestamp::from_millisecond(from).unwrap_or_default();
        words::purged(from.to_string())
    }

    /// Stores a reading. Returns whether it is a new row.
    fn insert(&mut self, reading: &Reading) -> Result<bool, StoreError> {
        let id = self.ids.id(self.tables.connection, &reading.series)?;
        let inserted = readings::insert(&self.tables, id, reading)?;
        if inserted == Inserted::Same {
            return Ok(false);
        }
        let at = reading.observed_at.as_millisecond();
        let touched = self.touched.entry(id).or_insert_with(|| Touched {
            series: reading.series.clone(),
            hours: BTreeSet::new(),
            last_ms: at,
            counted_ms: None,
        });
        touched.hours.insert(hour_start_ms(at));
        touched.last_ms = touched.last_ms.max(at);
        if reading.value().is_some() && reading.flag.counts() {
            touched.counted_ms = touched.counted_ms.max(Some(at));
        }
        let new = inserted == Inserted::New;
        self.count += i64::from(new);
        Ok(new)
    }

    fn note_delivered(&mut self, gateway: &GatewayId, epoch: Epoch, (first, last): (u64, u64)) {
        let key = (gateway.clone(), epoch);
        let before = self.delivered;
        self.now_delivered
            .entry(key)
            .or_insert_with_key(|key| before.get(key).cloned().unwrap_or_default())
            .insert_range(first, last);
    }

    /// Notes a series and how a counter's register behaves; where that has changed, its hours are folded anew.
    fn describe(
        &mut self,
        series: &Series,
        counter: Option<CounterSpec>,
    ) -> Result<(), StoreError> {
        let id = self.ids.id(self.tables.connection, series)?;
        let is_counter = series.parameter.spec().kind == Kind::Counter;
        if !is_counter || !series::set_spec(self.tables.connection, id, counter)? {
            return Ok(());
        }
        let mut all = hours::all(&self.tables, id)?;
        // Hours whose readings were purged stand as they are.
        all.retain(|hour| !self.tables.is_purged(*hour));
        self.refold(id, series, &all)
    }

    fn refold(&self, id: i64, series: &Series, touched: &[i64]) -> Result<(), StoreError> {
        let folded = hours::refold(&self.tables, (id, series), touched)?;
        days::refold(&self.tables, id, &folded)
    }

    /// Folds anew what has changed, then writes and returns what was delivered.
    fn finish(mut self) -> Result<Delivered, StoreError> {
        for (id, touched) in std::mem::take(&mut self.touched) {
            let hours: Vec<i64> = touched.hours.into_iter().collect();
            self.refold(id, &touched.series, &hours)?;
            readings::note_latest(self.connection(), id, touched.last_ms, touched.counted_ms)?;
        }
        for ((gateway, epoch), set) in &self.now_delivered {
            delivered::replace(self.connection(), gateway, *epoch, set)?;
        }
        if self.count != 0 {
            self.tables
                .prepare("UPDATE state SET readings = readings + ?1")?
                .execute([self.count])?;
        }
        Ok(self.now_delivered)
    }
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}
