//! Write side of the embedded store: each commit is one transaction of readings, hours, days and batch numbers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::delivered::{self, Epochs, Heard};
use super::readings::{self, Inserted, Refusal};
use super::series::{self, SeriesIds};
use super::source::Sources;
use super::tables::Tables;
use super::{Committed, LostRow, Refused, Sqlite, Store, StoreError, days, hours, intake, pending};
use crate::core::{Calendar, GatewayId, Kind, Reading, Series, hour_start_ms};
use crate::locales::store as words;
use crate::wire::{Batch, Birth, CounterSpec, Epoch, RangeSet, Status};

/// A part of what a server holds, for the local copy.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Portion {
    /// With the gateway that sent each, where that is known.
    pub readings: Vec<(Option<GatewayId>, Reading)>,
    /// Batches that came: first and last number.
    pub delivered: Vec<(GatewayId, Epoch, u64, u64)>,
    pub heard: BTreeMap<GatewayId, Timestamp>,
    pub lost: Vec<LostRow>,
}

/// Counters whose wanted rule is taken over in one portion of background work. Engineering judgement.
const RULES_MAX: u32 = 100;

impl Store for Sqlite {
    /// Readings, roll-ups and batch numbers are one transaction: on an error nothing is committed. What it has no room
    /// to fold is folded by [`Store::work_on`].
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.worked_at = Some(now);
        self.write(Some(now), |commit| intake::commit(commit, batches, now, true))
    }

    /// As [`Store::commit`], but the rows have no sender, and what bounds a gateway does not bound a person. Everything
    /// is folded when it returns.
    fn import(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let committed =
            self.write(Some(now), |commit| intake::commit(commit, batches, now, false))?;
        self.settle()?;
        Ok(committed)
    }

    /// Takes out readings whose raw neighbours have been purged: their hours cannot be folded anew.
    fn refuse(
        &mut self,
        batches: &mut [Batch],
        _now: Timestamp,
    ) -> Result<Vec<Refused>, StoreError> {
        let tables = Tables::load(&self.connection, &self.calendar)?;
        let purged = |reading: &Reading| tables.is_purged(reading.observed_at.as_millisecond());
        let mut refused = Vec::new();
        for batch in batches {
            if batch.readings.iter().any(purged) {
                let (late, rest) =
                    std::mem::take(&mut batch.readings).into_iter().partition(purged);
                batch.readings = rest;
                refused.push(Refused::new(batch, late, intake::problem(&tables, Refusal::Purged)));
            }
        }
        Ok(refused)
    }

    /// Where the rule of a counter has changed, its hours are to be folded anew, and [`Store::work_on`] does. A rule that
    /// has changed within the hour changes again when the hour is over.
    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.worked_at = Some(now);
        self.write(None, |commit| {
            if !commit.meet(gateway) {
                return Ok(());
            }
            delivered::note_birth(commit.connection(), gateway, birth)?;
            birth.series.iter().try_for_each(|series| {
                commit.describe(&series.series, series.counter, Some((gateway, now)))
            })
        })
    }

    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.worked_at = Some(now);
        self.write(None, |commit| {
            if !commit.meet(gateway) {
                return Ok(());
            }
            delivered::note_status(commit.connection(), gateway, status)
        })
    }

    fn delivered(
        &mut self,
        gateway: &GatewayId,
        epoch: Option<Epoch>,
    ) -> Result<Option<(Epoch, RangeSet)>, StoreError> {
        delivered::of(&self.connection, gateway, epoch)
    }

    fn work_on(&mut self) -> Result<bool, StoreError> {
        if let Some(now_ms) = self.worked_at.map(Timestamp::as_millisecond)
            && !series::due(&self.connection, now_ms, 1)?.is_empty()
        {
            self.write(None, |commit| {
                for (id, counter) in series::due(commit.connection(), now_ms, RULES_MAX)? {
                    if series::want_spec(commit.connection(), id, counter, now_ms)? {
                        commit.fold_all_later(id)?;
                    }
                }
                Ok(())
            })?;
            return Ok(true);
        }
        let most = self.fold_max;
        self.fold_pending(u32::try_from(most).unwrap_or(u32::MAX))
    }
}

impl Sqlite {
    /// Commits a part of what a server holds, all or nothing, and folds it. Returns how many readings are new. Readings of
    /// a revoked gateway that it would reject are left out.
    pub fn merge(&mut self, portion: &Portion) -> Result<u64, StoreError> {
        let heard = portion.heard.values().max();
        let newest = portion.readings.iter().map(|(_, reading)| &reading.observed_at).max();
        let now = heard.or(newest).copied();
        let new =
            self.write(now, |commit| intake::merge(commit, portion, now.unwrap_or_default()))?;
        self.settle()?;
        Ok(new)
    }

    /// Notes series, and how the registers of counters behave. Where that has changed, their hours are folded anew.
    pub fn describe(&mut self, series: &[(Series, Option<CounterSpec>)]) -> Result<(), StoreError> {
        self.write(None, |commit| {
            let mut each = series.iter();
            each.try_for_each(|(series, counter)| commit.describe(series, *counter, None))
        })?;
        self.settle()
    }

    /// Folds at most about `most` hours that are to be folded anew, as one transaction, a few of each series in turn.
    /// Returns whether more are left.
    ///
    /// # Errors
    /// Nothing was folded; it can be tried again.
    pub fn fold_pending(&mut self, most: u32) -> Result<bool, StoreError> {
        if !pending::any(&self.connection, i64::MAX)? {
            return Ok(false);
        }
        let after = self.folded_series;
        self.folded_series =
            self.write(None, |commit| commit.fold_pending(after, most as usize))?;
        pending::any(&self.connection, i64::MAX)
    }

    /// Does all work that was put off.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        while self.work_on()? {}
        Ok(())
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
        self.settle()?;
        self.write(None, |commit| {
            let connection = commit.connection();
            // Hot readings are never purged, and hours only whole: none can be folded from part of its readings.
            let before = hour_start_ms(before.as_millisecond()).min(commit.tables.hot_from_ms);
            if pending::any(connection, before)? {
                // Another process has put work off since: hours are folded before their readings go.
                return Ok(0);
            }
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
                connection
                    .prepare_cached(
                        "DELETE FROM replaced WHERE series = ?1 AND at_ms < ?2 AND at_ms <> ?3 AND at_ms IS NOT ?4",
                    )?
                    .execute(params![id, before, last, counted])?;
                left -= gone as u64;
            }
            let gone = u64::from(most) - left;
            commit.count -= i64::try_from(gone).unwrap_or(i64::MAX);
            commit.sources.forget();
            Ok(gone)
        })
    }

    /// Runs `work` in one transaction, all or nothing. With `now`, rows that are no longer hot are demoted.
    pub(super) fn write<T>(
        &mut self,
        now: Option<Timestamp>,
        work: impl FnOnce(&mut Commit<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let version = data_version(&self.connection)?;
        if version != self.version {
            // Another process has written, such as an import.
            self.epochs = delivered::load(&self.connection)?;
            self.ids.forget();
            self.sources.forget();
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
                sources: &mut self.sources,
                epochs: &self.epochs,
                changes: Changes::default(),
                touched: BTreeMap::new(),
                count: 0,
                fold_max: self.fold_max,
            };
            let done = work(&mut commit)?;
            Ok((done, commit.finish()?))
        };
        match run().and_then(|done| Ok((done, transaction.commit()?))) {
            Ok(((done, changes), ())) => {
                changes.apply(&mut self.epochs);
                Ok(done)
            }
            Err(error) => {
                self.ids.forget();
                self.sources.forget();
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
        self.epochs.heard.get(&key).is_some_and(|heard| heard.set.next_gap(first, last).is_none())
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

/// What a transaction changes of what is known of gateways.
#[derive(Default)]
pub(super) struct Changes {
    /// Epochs of which something came.
    pub heard: BTreeMap<(GatewayId, Epoch), Heard>,
    /// Epochs that were folded away, before what came.
    gone: BTreeSet<(GatewayId, Epoch)>,
    gateways: BTreeSet<GatewayId>,
}

impl Changes {
    fn apply(self, epochs: &mut Epochs) {
        epochs.heard.retain(|key, _| !self.gone.contains(key));
        epochs.heard.extend(self.heard);
        epochs.gateways.extend(self.gateways);
    }
}

/// A transaction while it is being made.
pub(super) struct Commit<'a> {
    pub tables: Tables<'a>,
    pub ids: &'a mut SeriesIds,
    pub sources: &'a mut Sources,
    epochs: &'a Epochs,
    pub changes: Changes,
    /// Changed series, by number.
    touched: BTreeMap<i64, Touched>,
    /// By how much the number of readings changes.
    count: i64,
    /// Hours that it folds at most.
    fold_max: usize,
}

struct Touched {
    series: Series,
    hours: BTreeSet<i64>,
    /// The last changed reading in the cold tier, and the last of these that counts.
    cold_ms: Option<i64>,
    cold_counted_ms: Option<i64>,
}

impl<'a> Commit<'a> {
    pub fn connection(&self) -> &'a Connection {
        self.tables.connection
    }

    /// Stores a reading, sent by `source`.
    pub fn insert(
        &mut self,
        reading: &Reading,
        source: Option<(i64, &GatewayId)>,
        now: Timestamp,
    ) -> Result<Result<Inserted, Refusal>, StoreError> {
        let at = reading.observed_at.as_millisecond();
        if self.tables.is_purged(at) {
            return Ok(Err(Refusal::Purged));
        }
        let gateway = source.map(|(_, gateway)| gateway);
        let Some(id) = self.ids.id(self.tables.connection, &reading.series, gateway)? else {
            return Ok(Err(Refusal::TooManySeries));
        };
        let senders = (source, &mut *self.sources);
        let inserted = match readings::insert(&self.tables, id, reading, senders, now)? {
            Ok(Inserted::Same) => return Ok(Ok(Inserted::Same)),
            Ok(inserted) => inserted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let touched = self.touched.entry(id).or_insert_with(|| Touched {
            series: reading.series.clone(),
            hours: BTreeSet::new(),
            cold_ms: None,
            cold_counted_ms: None,
        });
        touched.hours.insert(hour_start_ms(at));
        if !self.tables.is_hot(at) {
            touched.cold_ms = touched.cold_ms.max(Some(at));
            if reading.value().is_some() && reading.flag.counts() {
                touched.cold_counted_ms = touched.cold_counted_ms.max(Some(at));
            }
        }
        self.count += i64::from(inserted == Inserted::New);
        Ok(Ok(inserted))
    }

    /// What has come of an epoch so far.
    pub fn heard(&self, key: &(GatewayId, Epoch)) -> Option<&Heard> {
        let before = || self.epochs.heard.get(key).filter(|_| !self.changes.gone.contains(key));
        self.changes.heard.get(key).or_else(before)
    }

    /// Whether there is room for a gateway, which is known from now on.
    pub fn meet(&mut self, gateway: &GatewayId) -> bool {
        let known = |gateways: &BTreeSet<GatewayId>| gateways.contains(gateway);
        if known(&self.epochs.gateways) || known(&self.changes.gateways) {
            return true;
        }
        let room =
            self.epochs.gateways.len() + self.changes.gateways.len() < delivered::GATEWAYS_MAX;
        if room {
            self.changes.gateways.insert(gateway.clone());
        }
        room
    }

    /// Notes what has come of an epoch at `now`. A gateway with too many epochs loses the oldest one.
    pub fn note_delivered(
        &mut self,
        key: &(GatewayId, Epoch),
        (first, last): (u64, u64),
        now: Timestamp,
    ) {
        let mut heard = match self.heard(key) {
            Some(heard) => heard.clone(),
            None => {
                self.make_room(&key.0);
                Heard::default()
            }
        };
        heard.set.insert_range(first, last);
        heard.heard_ms = now.as_millisecond();
        self.changes.heard.insert(key.clone(), heard);
    }

    /// Folds epochs of a gateway away until there is room for one more.
    fn make_room(&mut self, gateway: &GatewayId) {
        let its = |epochs: &BTreeMap<(GatewayId, Epoch), Heard>| {
            let from = (gateway.clone(), Epoch(0));
            let its = epochs.range(from..).take_while(|((name, _), _)| name == gateway);
            its.map(|(key, heard)| (key.clone(), heard.heard_ms)).collect::<BTreeMap<_, _>>()
        };
        let mut all = its(&self.epochs.heard);
        all.retain(|key, _| !self.changes.gone.contains(key));
        all.extend(its(&self.changes.heard));
        while all.len() >= delivered::EPOCHS_MAX
            && let Some((oldest, _)) = all.iter().min_by_key(|(_, heard_ms)| **heard_ms)
        {
            let oldest = oldest.clone();
            all.remove(&oldest);
            self.changes.heard.remove(&oldest);
            self.changes.gone.insert(oldest);
        }
    }

    /// Notes a series and how a counter's register behaves; where that has changed, all its hours are to be folded. A
    /// gateway may change it, and bring series in, only so often.
    fn describe(
        &mut self,
        series: &Series,
        counter: Option<CounterSpec>,
        by: Option<(&GatewayId, Timestamp)>,
    ) -> Result<(), StoreError> {
        let gateway = by.map(|(gateway, _)| gateway);
        let Some(id) = self.ids.id(self.tables.connection, series, gateway)? else {
            return Ok(());
        };
        if series.parameter.spec().kind != Kind::Counter {
            return Ok(());
        }
        let changed = match by {
            Some((_, now)) => {
                series::want_spec(self.connection(), id, counter, now.as_millisecond())?
            }
            None => series::set_spec(self.connection(), id, counter)?,
        };
        if changed { self.fold_all_later(id) } else { Ok(()) }
    }

    /// Notes all hours of a series that can be folded anew.
    fn fold_all_later(&self, id: i64) -> Result<(), StoreError> {
        // Hours whose readings were purged stand as they are.
        let from = self.tables.raw_from_ms.unwrap_or(i64::MIN);
        let first = hours::with_cells(&self.tables, id, (from, i64::MAX), 1)?;
        if let Some(first) = first.first() {
            let last = hours::last_with_cell(&self.tables, id)?.unwrap_or(*first);
            pending::note_span(self.connection(), id, (*first, last))?;
        }
        Ok(())
    }

    /// Folds hours that were put off, `most` in all or a few more, of the series after `after` first. Returns the last
    /// series that had its turn.
    fn fold_pending(&self, mut after: i64, most: usize) -> Result<i64, StoreError> {
        let mut left = most;
        while left > 0
            && let Some(turn) = pending::next(&self.tables, after, left)?
        {
            let folded = pending::fold(&self.tables, &turn, left)?;
            days::refold(&self.tables, turn.series, &folded.hours)?;
            left = left.saturating_sub(folded.hours.len().max(1));
            after = turn.series;
        }
        Ok(after)
    }

    /// Folds what has changed, series with few changed hours first, and each first as far as readings have come, so that
    /// live readings never wait for a long chain. What there is no room for is noted.
    fn fold(&mut self, touched: &BTreeMap<i64, Touched>) -> Result<(), StoreError> {
        let mut waiting: Vec<(i64, &Series, Vec<i64>)> = touched
            .iter()
            .map(|(id, one)| (*id, &one.series, one.hours.iter().copied().collect()))
            .collect();
        waiting.sort_by_key(|(_, _, hours)| hours.len());
        let mut left = self.fold_max;
        for chain in [CHAIN_FIRST, usize::MAX] {
            for (id, series, hours) in &mut waiting {
                if hours.is_empty() || left == 0 {
                    continue;
                }
                let most = left.min(hours.len().saturating_add(chain));
                let folded = hours::refold(&self.tables, (*id, series), hours, most)?;
                days::refold(&self.tables, *id, &folded.hours)?;
                left -= folded.hours.len().min(left);
                *hours = folded.rest;
            }
        }
        for (id, _, hours) in &waiting {
            pending::note(self.connection(), *id, hours)?;
        }
        Ok(())
    }

    /// Folds anew what has changed, then writes and returns what was delivered.
    fn finish(mut self) -> Result<Changes, StoreError> {
        let touched = std::mem::take(&mut self.touched);
        self.fold(&touched)?;
        for (id, Touched { cold_ms, cold_counted_ms, .. }) in touched {
            if let Some(at_ms) = cold_ms {
                readings::note_latest(self.connection(), id, at_ms, cold_counted_ms)?;
            }
        }
        for (gateway, epoch) in &self.changes.gone {
            delivered::forget(self.connection(), (gateway, *epoch))?;
        }
        let nothing = RangeSet::default();
        for (key, now) in &self.changes.heard {
            let before = self.epochs.heard.get(key).filter(|_| !self.changes.gone.contains(key));
            let before = before.map_or(&nothing, |heard| &heard.set);
            // Counted with the first epoch: its row is written anyway.
            let new = std::mem::take(&mut self.count);
            delivered::write(self.connection(), (&key.0, key.1), before, now, new)?;
        }
        if self.count != 0 {
            self.tables
                .prepare("UPDATE state SET readings = readings + ?1")?
                .execute([self.count])?;
        }
        Ok(self.changes)
    }
}

/// Hours of a counter's chain that are folded at once behind those that readings have come of: two days. Engineering
/// judgement.
const CHAIN_FIRST: usize = 48;

/// SQLite's `data_version`: changes where another connection writes to the file.
pub(super) fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}
