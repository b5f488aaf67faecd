//! What the embedded store takes in: each commit is one transaction of readings, hours, days and batch numbers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::places::Places;
use super::readings::{self, Inserted, SeriesIds};
use super::{
    Committed, Delivered, LostRow, Refused, Sqlite, Store, StoreError, days, delivered, hours,
};
use crate::core::{Calendar, GatewayId, Kind, Reading, Series, hour_start_ms};
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

impl Store for Sqlite {
    /// Readings, roll-ups and batch numbers are one transaction: on an error nothing is committed.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.write(Some(now), |commit| {
            let mut committed = Committed::default();
            for batch in batches {
                let mut refused = Vec::new();
                for reading in &batch.readings {
                    if commit.is_let_go(reading) {
                        refused.push(reading.clone());
                    } else {
                        committed.new_readings += u64::from(commit.insert(reading)?);
                    }
                }
                if !refused.is_empty() {
                    committed.refused.push(Refused {
                        problem: commit.why_let_go(),
                        batch: Batch { readings: refused, ..batch.clone() },
                    });
                }
                let (first, last) = batch.stands_for();
                if let Some(remains) = &batch.remains {
                    delivered::lost(commit.connection, &batch.gateway, batch.epoch, last, remains)?;
                }
                commit.deliver(&batch.gateway, batch.epoch, (first, last));
            }
            committed.delivered = commit.now_delivered.clone();
            for gateway in batches.iter().map(|batch| &batch.gateway).collect::<BTreeSet<_>>() {
                delivered::heard(commit.connection, gateway, now)?;
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
            delivered::birth(commit.connection, gateway, birth)?;
            for series in &birth.series {
                commit.describe(&series.series, series.counter)?;
            }
            Ok(())
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

impl Sqlite {
    /// Takes in what a server holds: a portion is committed whole. Gives the number of readings that were not there before.
    ///
    /// # Errors
    /// Nothing of it is committed then.
    pub fn absorb(&mut self, portion: &Portion) -> Result<u64, StoreError> {
        let heard = portion.heard.values().max();
        let newest = portion.readings.iter().map(|reading| &reading.observed_at).max();
        self.write(heard.or(newest).copied(), |commit| {
            let mut new = 0;
            for reading in &portion.readings {
                // What was let go of here may still be there: its hours stand for it.
                if !commit.is_let_go(reading) {
                    new += u64::from(commit.insert(reading)?);
                }
            }
            for LostRow { gateway, epoch, seq, remains } in &portion.lost {
                delivered::lost(commit.connection, gateway, *epoch, *seq, remains)?;
            }
            for (gateway, epoch, first, last) in &portion.delivered {
                commit.deliver(gateway, *epoch, (*first, *last));
            }
            for (gateway, at) in &portion.heard {
                delivered::heard(commit.connection, gateway, *at)?;
            }
            Ok(new)
        })
    }

    /// Notes series, and of counters how their registers behave. Where that has changed, their hours are folded anew.
    ///
    /// # Errors
    /// Nothing is noted then.
    pub fn describe(&mut self, series: &[(Series, Option<CounterSpec>)]) -> Result<(), StoreError> {
        self.write(None, |commit| {
            for (series, counter) in series {
                commit.describe(series, *counter)?;
            }
            Ok(())
        })
    }

    /// Makes the days by this calendar from now on; all of them anew where it is another one.
    ///
    /// # Errors
    /// The days stay as they were then.
    pub fn keep_days_by(&mut self, calendar: &Calendar) -> Result<(), StoreError> {
        if *calendar == self.calendar {
            return Ok(());
        }
        let zone = calendar
            .zone()
            .iana_name()
            .ok_or_else(|| StoreError::Corrupt("a zone without a name cannot be kept".into()))?;
        let before = std::mem::replace(&mut self.calendar, calendar.clone());
        let changed = self.write(None, |commit| {
            commit.connection.execute(
                "UPDATE state SET zone = ?1, day_start_hour = ?2",
                params![zone, calendar.day_start_hour()],
            )?;
            days::rebuild(commit.connection, &commit.places, calendar)
        });
        if changed.is_err() {
            self.calendar = before;
        }
        changed
    }

    /// Lets go of readings before `before`, at most so many at once; their hours and days stay, and so do the last readings of each
    /// series. Gives how many are gone: where it is `most`, more may be left.
    ///
    /// # Errors
    /// Nothing is let go of then.
    pub fn let_go(&mut self, before: Timestamp, most: u32) -> Result<u64, StoreError> {
        self.write(None, |commit| {
            let connection = commit.connection;
            // What is new is never let go of, and an hour goes whole: it cannot be folded from a part of its readings.
            let before = hour_start_ms(before.as_millisecond()).min(commit.places.sealed_ms);
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

    /// One transaction: all of it, or nothing. At `now` what is no longer new moves to its second place.
    fn write<T>(
        &mut self,
        now: Option<Timestamp>,
        work: impl FnOnce(&mut Commit<'_>) -> Result<T, StoreError>,
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
        let mut places = Places::load(&transaction, &self.calendar)?;
        let written = now
            .map_or(Ok(()), |now| places.seal(&transaction, &self.calendar, now))
            .and_then(|()| {
                let mut commit = Commit {
                    connection: &transaction,
                    places,
                    calendar: &self.calendar,
                    ids: &mut self.ids,
                    delivered: &self.delivered,
                    now_delivered: Delivered::new(),
                    touched: BTreeMap::new(),
                    count: 0,
                };
                let done = work(&mut commit)?;
                Ok((done, commit.finish()?))
            });
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
}

/// A transaction as it is being made.
struct Commit<'a> {
    connection: &'a Connection,
    places: Places,
    calendar: &'a Calendar,
    ids: &'a mut SeriesIds,
    /// What was delivered before it.
    delivered: &'a Delivered,
    /// What is delivered with it, of the epochs that it touches.
    now_delivered: Delivered,
    touched: BTreeMap<i64, Touched>,
    /// By how much the number of readings changes.
    count: i64,
}

/// What a commit changes of a series.
struct Touched {
    series: Series,
    hours: BTreeSet<i64>,
    last_ms: i64,
    counted_ms: Option<i64>,
}

impl Commit<'_> {
    /// Whether readings of this time have been let go of: the hour cannot be folded anew.
    fn is_let_go(&self, reading: &Reading) -> bool {
        let at = reading.observed_at.as_millisecond();
        self.places.raw_from_ms.is_some_and(|from| at < from)
    }

    fn why_let_go(&self) -> String {
        let from = self.places.raw_from_ms.unwrap_or_default();
        let from = Timestamp::from_millisecond(from).unwrap_or_default();
        format!(
            "readings before {from} have been let go of (store.keep_raw_months), and the hours made of them stand: \
             these come too late"
        )
    }

    /// Stores a reading; whether it is a new row.
    fn insert(&mut self, reading: &Reading) -> Result<bool, StoreError> {
        let id = self.ids.id(self.connection, &reading.series)?;
        let inserted = readings::insert(self.connection, &self.places, id, reading)?;
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

    /// Notes that batches came.
    fn deliver(&mut self, gateway: &GatewayId, epoch: Epoch, (first, last): (u64, u64)) {
        let key = (gateway.clone(), epoch);
        let before = self.delivered;
        self.now_delivered
            .entry(key)
            .or_insert_with_key(|key| before.get(key).cloned().unwrap_or_default())
            .insert_range(first, last);
    }

    /// Notes a series, and of a counter how its register behaves; where that is new, folds its hours anew.
    fn describe(
        &mut self,
        series: &Series,
        counter: Option<CounterSpec>,
    ) -> Result<(), StoreError> {
        let id = self.ids.id(self.connection, series)?;
        if series.parameter.spec().kind != Kind::Counter {
            return Ok(());
        }
        let (modulus, rate) = counter.map_or((None, None), |c| (c.modulus, c.max_rate_per_hour));
        let changed = self.connection.execute(
            "UPDATE series SET modulus = ?2, max_rate_per_hour = ?3
             WHERE id = ?1 AND (modulus IS NOT ?2 OR max_rate_per_hour IS NOT ?3)",
            params![id, modulus, rate],
        )?;
        if changed == 0 {
            return Ok(());
        }
        let mut all = hours::all(self.connection, &self.places, id)?;
        // What stands for readings that were let go of stands as it is.
        all.retain(|hour| self.places.raw_from_ms.is_none_or(|from| *hour >= from));
        self.refold(id, series, &all)
    }

    fn refold(&self, id: i64, series: &Series, touched: &[i64]) -> Result<(), StoreError> {
        let folded = hours::refold(self.connection, &self.places, (id, series), touched)?;
        days::refold(self.connection, &self.places, self.calendar, id, &folded)
    }

    /// Folds anew what has changed, and writes what was delivered; gives that.
    fn finish(mut self) -> Result<Delivered, StoreError> {
        for (id, touched) in std::mem::take(&mut self.touched) {
            let hours: Vec<i64> = touched.hours.into_iter().collect();
            self.refold(id, &touched.series, &hours)?;
            readings::note_latest(self.connection, id, touched.last_ms, touched.counted_ms)?;
        }
        for ((gateway, epoch), set) in &self.now_delivered {
            delivered::store(self.connection, gateway, *epoch, set)?;
        }
        if self.count != 0 {
            self.connection
                .prepare_cached("UPDATE state SET readings = readings + ?1")?
                .execute([self.count])?;
        }
        Ok(self.now_delivered)
    }
}

fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// The cells of a series computed from nothing but its readings: what the stored ones have to equal.
#[cfg(test)]
pub(super) fn recompute(
    store: &Sqlite,
    series: &Series,
) -> (Vec<crate::core::HourCell>, Vec<crate::core::DayCell>) {
    let connection = &store.connection;
    let Some(id) = readings::find(connection, series).unwrap() else {
        return Default::default();
    };
    let transaction = connection.unchecked_transaction().unwrap();
    let places = Places::load(&transaction, &store.calendar).unwrap();
    for table in ["hour", "hour_hot", "day", "day_hot"] {
        let sql = format!("DELETE FROM {table} WHERE series = ?1");
        transaction.execute(&sql, [id]).unwrap();
    }
    let mut touched = BTreeSet::new();
    let all = (i64::MIN, i64::MAX);
    let mut note = |reading: Reading| {
        touched.insert(hour_start_ms(reading.observed_at.as_millisecond()));
        Ok(())
    };
    readings::range(&transaction, &places, (id, series), all, &mut note).unwrap();
    let touched: Vec<i64> = touched.into_iter().collect();
    let folded = hours::refold(&transaction, &places, (id, series), &touched).unwrap();
    days::refold(&transaction, &places, &store.calendar, id, &folded).unwrap();
    (
        hours::range(&transaction, &places, id, all).unwrap(),
        days::range(&transaction, &store.calendar, id, all).unwrap(),
    )
}
