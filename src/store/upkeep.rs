//! What is done to the file between commits: folding that was put off, another calendar, and raw readings that go.

use jiff::Timestamp;
use rusqlite::params;

use super::{Sqlite, Store, StoreError, days, pending, readings};
use crate::core::{Calendar, hour_start_ms};
use crate::locales::store as words;

impl Sqlite {
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
                let counted = readings::counted_ms(&commit.tables, id, counted)?;
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
}
