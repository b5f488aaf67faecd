//! The file's tables as one transaction sees them, in two tiers (see [`schema`](super::schema)).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{CachedStatement, Connection};

use super::in_force::InForce;
use super::present::{self, Coming, DAYS_TO_SEAL};
use super::{StoreError, days, rollup};
use crate::core::{Calendar, hour_start_ms};
use crate::locales::store as words;

/// How long rows stay in the hot tier at least: gateways are late by minutes where nothing is wrong, and a later
/// reading finds its tier all the same.
const HOT_FOR: SignedDuration = SignedDuration::from_hours(2);

/// Rows are demoted at most once in this time: the more rows at once, the fewer pages are written; the longer the wait,
/// the more rows are searched for the last readings. A quarter of a day of 200 series every minute is 72,000 rows.
const DEMOTION_INTERVAL: SignedDuration = SignedDuration::from_hours(6);

/// Hot readings lie together by five minutes: a commit of one reading of each series of a gateway touches one or two
/// pages, and the readings of one series in an hour are found with twelve lookups.
pub(super) const SLOT_MS: i64 = 300_000;

/// The tables, and the instant that parts their tiers.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub connection: &'a Connection,
    /// Days are folded by this calendar.
    pub calendar: &'a Calendar,
    /// Readings and hours from here on are hot, ms.
    pub hot_from_ms: i64,
    /// Days that begin here or later are not kept, but folded when they are read, ms.
    pub hot_from_day_ms: i64,
    /// Before this, raw readings have been purged and their hours stand for them, ms.
    pub raw_from_ms: Option<i64>,
    /// Whether any correction is in force.
    pub is_corrected: bool,
}

impl<'a> Tables<'a> {
    /// The tables now, within the caller's transaction.
    pub fn load(connection: &'a Connection, calendar: &'a Calendar) -> Result<Self, StoreError> {
        let (hot_from_ms, raw_from_ms, is_corrected) = connection
            .prepare_cached(
                "SELECT sealed_ms, raw_from_ms,
                     EXISTS (SELECT 1 FROM correction INDEXED BY correction_in_force WHERE withdrawn_ms IS NULL)
                 FROM state",
            )?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let hot_from_day_ms = day_start_ms(calendar, hot_from_ms);
        Ok(Self { connection, calendar, hot_from_ms, hot_from_day_ms, raw_from_ms, is_corrected })
    }

    /// The statement of `sql`, compiled once for each connection.
    pub fn prepare(&self, sql: &str) -> Result<CachedStatement<'a>, StoreError> {
        Ok(self.connection.prepare_cached(sql)?)
    }

    /// What corrections say of series `id` from the first to before the second instant.
    pub fn in_force(&self, id: i64, span: (i64, i64)) -> Result<InForce, StoreError> {
        match self.is_corrected {
            true => InForce::read(self.connection, id, span),
            false => Ok(InForce::default()),
        }
    }

    /// Whether a reading of this time, or the hour that begins at it, is in the hot tier.
    pub fn is_hot(&self, at_ms: i64) -> bool {
        at_ms >= self.hot_from_ms
    }

    /// Whether readings of this time have been purged: their hour cannot be folded anew.
    pub fn is_purged(&self, at_ms: i64) -> bool {
        self.raw_from_ms.is_some_and(|from| at_ms < from)
    }

    /// Moves rows that are no longer hot at `now` to the cold tier. Rows of after the present that gateways agree on,
    /// with those that are `coming`, stay hot, and so do those of after `now`, which is what this machine's clock says:
    /// neither is believed alone.
    pub fn demote(
        &mut self,
        now: Timestamp,
        coming: impl FnOnce() -> Coming,
    ) -> Result<(), StoreError> {
        let is_due = |hot_from_ms: i64| {
            hot_from_ms.saturating_sub(self.hot_from_ms) >= as_ms(DEMOTION_INTERVAL)
        };
        let by_clock = hot_from_ms(now.as_millisecond());
        if !is_due(by_clock) {
            return Ok(());
        }
        let present_ms = present::agreed_ms(self.connection, &coming(), DAYS_TO_SEAL)?;
        let Some(present_ms) = present_ms else { return Ok(()) };
        let hot_from_ms = by_clock.min(hour_start_ms(present_ms));
        if !is_due(hot_from_ms) {
            return Ok(());
        }
        // In the order of the cold table, so that its pages are written once.
        let (slot, connection) = (hot_from_ms / SLOT_MS, self.connection);
        connection.execute(DEMOTE_LATEST, [slot])?;
        for (insert, delete, before) in [
            (DEMOTE_READINGS, "DELETE FROM reading_hot WHERE slot < ?1", slot),
            (DEMOTE_HOURS, "DELETE FROM hour_hot WHERE hour_ms < ?1", hot_from_ms),
        ] {
            connection.execute(insert, [before])?;
            connection.execute(delete, [before])?;
        }
        connection.execute("UPDATE state SET sealed_ms = ?1", [hot_from_ms])?;
        let ended = (self.hot_from_day_ms, day_start_ms(self.calendar, hot_from_ms));
        (self.hot_from_ms, self.hot_from_day_ms) = (hot_from_ms, ended.1);
        if ended.0 < ended.1 { days::keep(self, ended) } else { Ok(()) }
    }
}

/// The first instant that is hot at `now_ms`.
pub(super) fn hot_from_ms(now_ms: i64) -> i64 {
    hour_start_ms(now_ms.saturating_sub(as_ms(HOT_FOR)))
}

const DEMOTE_READINGS: &str = "INSERT INTO reading (series, at_ms, value, flag, reason, raw, source)
     SELECT series, at_ms, value, flag, reason, raw, source FROM reading_hot WHERE slot < ?1 ORDER BY series, at_ms";
const DEMOTE_HOURS: &str = concat!(
    "INSERT INTO hour (series, hour_ms, state, ",
    rollup::columns!(),
    ") SELECT series, hour_ms, state, ",
    rollup::columns!(),
    " FROM hour_hot WHERE hour_ms < ?1 ORDER BY series, hour_ms"
);
const DEMOTE_LATEST: &str = "INSERT INTO latest (series, at_ms, counted_ms)
     SELECT series, max(at_ms), max(at_ms) FILTER (WHERE value IS NOT NULL AND flag IN (1, 2, 3))
     FROM reading_hot WHERE slot < ?1 GROUP BY series
     ON CONFLICT (series) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms),
         counted_ms = max(coalesce(counted_ms, excluded.counted_ms), coalesce(excluded.counted_ms, counted_ms))";

fn as_ms(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Start of the day that this instant falls into, ms.
pub(super) fn day_start_ms(calendar: &Calendar, at_ms: i64) -> i64 {
    Timestamp::from_millisecond(at_ms)
        .map_or(at_ms, |at| calendar.start_of(calendar.day_of(at)).as_millisecond())
}

/// SQLite's `data_version`: changes where another connection writes to the file.
pub(super) fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// The calendar by which the file's days are folded.
pub(super) fn calendar(connection: &Connection) -> Result<Calendar, StoreError> {
    let (zone, day_start_hour): (String, i8) =
        connection.query_row("SELECT zone, day_start_hour FROM state", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let zone = TimeZone::get(&zone).map_err(|error| {
        StoreError::Corrupt(words::zone_unknown(format!("{zone:?}"), error.to_string()))
    })?;
    Ok(Calendar::new(zone, day_start_hour))
}
