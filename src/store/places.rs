//! Which of two places a row lies in, and when it moves from one to the other (see [`schema`](super::schema)).

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, params};

use super::{StoreError, readings, rollup};
use crate::core::{Calendar, hour_start_ms};

/// Behind the hub's clock by this much, what is new may stay with what is new: gateways are late by minutes where nothing is
/// wrong, and what comes later finds its place all the same.
const NEW_FOR: SignedDuration = SignedDuration::from_hours(2);

/// Rows move once for so many hours: the more at a time, the fewer pages are written; the longer, the more is looked through
/// to find the last readings. A quarter of a day of 200 series each minute is 72,000 rows.
const MOVED_TOGETHER: SignedDuration = SignedDuration::from_hours(6);

/// The instant that parts the two places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    /// Readings and hours from here on lie with what is new, ms.
    pub sealed_ms: i64,
    /// Days that begin here or later lie with what is new, ms.
    pub sealed_day_ms: i64,
    /// Before it, readings have been let go of and their hours stand for them, ms.
    pub raw_from_ms: Option<i64>,
}

impl Places {
    /// The places now.
    pub fn load(connection: &Connection, calendar: &Calendar) -> Result<Self, StoreError> {
        let (sealed_ms, raw_from_ms) = connection
            .prepare_cached("SELECT sealed_ms, raw_from_ms FROM state")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self { sealed_ms, sealed_day_ms: day_start(calendar, sealed_ms), raw_from_ms })
    }

    /// Whether a reading of this time, or the hour that begins at it, lies with what is new.
    pub fn is_new(&self, at_ms: i64) -> bool {
        at_ms >= self.sealed_ms
    }

    /// Moves what is no longer new at `now`, within the caller's transaction.
    pub fn seal(
        &mut self,
        connection: &Connection,
        calendar: &Calendar,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let ms = now.as_millisecond();
        let newest = hour_start_ms(ms.saturating_sub(as_ms(NEW_FOR)));
        if newest.saturating_sub(self.sealed_ms) < as_ms(MOVED_TOGETHER) {
            return Ok(());
        }
        let day = day_start(calendar, newest);
        for (place, key, before) in [
            ("reading", "slot", newest / readings::SLOT_MS),
            ("hour", "hour_ms", newest),
            ("day", "day_ms", day),
        ] {
            // In the order of their new place: its pages are written once.
            connection.execute(&format!(
                "INSERT INTO {place} SELECT {columns} FROM {place}_hot WHERE {key} < ?1 ORDER BY series, {order}",
                columns = columns(place),
                order = if place == "reading" { "at_ms" } else { key },
            ), [before])?;
            connection.execute(&format!("DELETE FROM {place}_hot WHERE {key} < ?1"), [before])?;
        }
        connection.execute("UPDATE state SET sealed_ms = ?1", params![newest])?;
        self.sealed_ms = newest;
        self.sealed_day_ms = day;
        Ok(())
    }
}

/// Columns of both places of a table, in the order of the second.
fn columns(place: &str) -> &'static str {
    match place {
        "reading" => "series, at_ms, value, flag, reason, raw",
        "hour" => concat!("series, hour_ms, ", rollup::columns!(), ", state"),
        _ => concat!("series, day_ms, covered_h, ", rollup::columns!()),
    }
}

fn as_ms(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Start of the day that this instant falls into, ms.
fn day_start(calendar: &Calendar, at_ms: i64) -> i64 {
    Timestamp::from_millisecond(at_ms)
        .map_or(at_ms, |at| calendar.start_of(calendar.day_of(at)).as_millisecond())
}

/// The calendar that the days of the file are made by.
pub(super) fn calendar(connection: &Connection) -> Result<Calendar, StoreError> {
    let (zone, day_start_hour): (String, i8) =
        connection.query_row("SELECT zone, day_start_hour FROM state", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let zone = TimeZone::get(&zone)
        .map_err(|error| StoreError::Corrupt(format!("zone {zone:?}: {error}")))?;
    Ok(Calendar::new(zone, day_start_hour))
}
