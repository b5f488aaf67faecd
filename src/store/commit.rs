//! Write side of the embedded store: each commit is one transaction of readings, hours, days and batch numbers.

use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior};

use super::intake::Way;
use super::present::Coming;
use super::readings::Refusal;
use super::tables::{Tables, data_version};
use super::transaction::Commit;
use super::{Committed, Portion, Refused, Sqlite, Store, StoreError, delivered, intake, series};
use crate::core::{GatewayId, Reading, Series};
use crate::wire::{Batch, Birth, CounterSpec, Epoch, RangeSet, Status};

/// Counters whose wanted rule is taken over in one portion of background work. Engineering judgement.
const RULES_MAX: u32 = 100;

impl Store for Sqlite {
    /// Readings, roll-ups and batch numbers are one transaction: on an error nothing is committed. What it has no room
    /// to fold is folded by [`Store::work_on`].
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.worked_at = Some(now);
        let coming = || Coming::sent(batches);
        self.write(Some((now, &coming)), |commit| intake::commit(commit, batches, now, Way::Sent))
    }

    fn commit_in_part(
        &mut self,
        batches: &[Batch],
        now: Timestamp,
    ) -> Result<Committed, StoreError> {
        self.worked_at = Some(now);
        let coming = || Coming::sent(batches);
        self.write(Some((now, &coming)), |commit| {
            intake::commit(commit, batches, now, Way::SentInPart)
        })
    }

    /// As [`Store::commit`], but the rows have no sender, and what bounds a gateway does not bound a person. Everything
    /// is folded when it returns.
    fn import(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        let coming = || Coming::imported(batches);
        let committed = self.write(Some((now, &coming)), |commit| {
            intake::commit(commit, batches, now, Way::Imported)
        })?;
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

    /// Where the rule of a counter has changed, its hours are to be folded anew, and [`Store::work_on`] does. A rule
    /// that has changed within the hour changes again when the hour is over.
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
    /// Commits a part of what a server holds, all or nothing, and folds it. Returns how many readings are new. Readings
    /// of a revoked gateway that it would reject are left out, and what is too much for an hour of a series. It came
    /// when the server says that it was heard, but not after `clock`, which is what this machine's clock shows.
    pub fn merge(&mut self, portion: &Portion, clock: Timestamp) -> Result<u64, StoreError> {
        let heard = portion.heard.values().max();
        let newest = portion.readings.iter().map(|(_, reading)| &reading.observed_at).max();
        let now = heard.or(newest).map(|at| clock.min(*at));
        let coming = || Coming::copied(&portion.readings);
        let sealing = now.map(|now| (now, &coming as &dyn Fn() -> Coming));
        let new =
            self.write(sealing, |commit| intake::merge(commit, portion, now.unwrap_or_default()))?;
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

    /// Runs `work` in one transaction, all or nothing. With the time, and how far the readings reach that are coming,
    /// rows that are no longer hot are demoted.
    pub(super) fn write<T>(
        &mut self,
        sealing: Option<(Timestamp, &dyn Fn() -> Coming)>,
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
            if let Some((now, coming)) = sealing {
                tables.demote(now, coming)?;
            }
            let known = (&mut self.ids, &mut self.sources);
            let mut commit = Commit::new(tables, known, &self.epochs, self.fold_max);
            let done = work(&mut commit)?;
            Ok((done, commit.finish()?))
        };
        let committed = run().and_then(|done| {
            transaction.commit()?;
            self.place.check_by(&self.connection)?;
            Ok(done)
        });
        match committed {
            Ok((done, changes)) => {
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
