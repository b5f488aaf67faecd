//! The two instants that a hub's clock moves, and how they are taken back: up to where rows are sealed into the cold
//! tier, and from where raw readings are kept.
//!
//! Neither may simply be set. Rows of after the first have to lie in the hot tier. From the second on every hour can be
//! folded anew: so it never goes back to an hour some of whose readings are gone, or a late reading would be folded
//! alone into the place of all of them.

use jiff::Timestamp;
use rusqlite::params;

use super::error::instant;
use super::present::{self, Coming, DAYS_TO_LET_GO, DAYS_TO_SEAL};
use super::tables::{self, SLOT_MS, Tables};
use super::{Sqlite, StoreError, hours, rollup, series};
use crate::core::{HOUR_MS, hour_start_ms};

/// The instants as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows before it are sealed into the cold tier.
    pub sealed: Timestamp,
    /// Raw readings before it are refused, since others of their time are gone. `None` where none were let go of.
    pub raw_from: Option<Timestamp>,
    /// The newest instant that gateways agree on; `None` where no reading of one is known.
    pub present: Option<Timestamp>,
}

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    pub before: Limits,
    pub after: Limits,
    /// The hour that keeps `raw_from` from going back as far as it should: readings of it are gone.
    pub gone: Option<Timestamp>,
}

impl Sqlite {
    /// The instants as they are.
    pub fn limits(&self) -> Result<Limits, StoreError> {
        let (sealed_ms, raw_from_ms): (i64, Option<i64>) =
            self.connection.query_row("SELECT sealed_ms, raw_from_ms FROM state", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let present_ms = present::agreed_ms(&self.connection, &Coming::default(), DAYS_TO_SEAL)?;
        Ok(Limits {
            sealed: instant(sealed_ms)?,
            raw_from: raw_from_ms.map(instant).transpose()?,
            present: present_ms.map(instant).transpose()?,
        })
    }

    /// The present that gateways agree on, for whoever lets readings go: of those that were heard on the last thirty
    /// days of reception. `None` where no gateway's readings are known.
    pub fn present(&self) -> Result<Option<Timestamp>, StoreError> {
        let present_ms = present::agreed_ms(&self.connection, &Coming::default(), DAYS_TO_LET_GO)?;
        present_ms.map(instant).transpose()
    }

    /// The earliest of the last seven days on which readings of gateways were received, by this machine's clock then;
    /// `None` where there were fewer.
    pub fn lasted(&self) -> Result<Option<Timestamp>, StoreError> {
        present::lasted_ms(&self.connection)?.map(instant).transpose()
    }

    /// Takes the instants back where a wrong clock has moved them too far: raw readings are taken from `wanted` on, or
    /// all of them without it, but of no hour some of whose readings are gone; and nothing of after `now` is sealed.
    ///
    /// # Errors
    /// Nothing was taken back.
    pub fn take_back(
        &mut self,
        wanted: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<TakenBack, StoreError> {
        self.settle()?;
        let before = self.limits()?;
        let mut gone_ms = None;
        let mut raw_from_ms = before.raw_from.map(|from| from.as_millisecond());
        if let Some(from_ms) = raw_from_ms {
            let wanted_ms = wanted.map_or(i64::MIN, |at| hour_start_ms(at.as_millisecond()));
            // Looked for before the file is locked, which takes long in a large one: below `raw_from` no hour changes.
            gone_ms = self.last_gone_ms((wanted_ms, from_ms))?;
            let least = gone_ms.map_or(wanted_ms, |hour| (hour + HOUR_MS).max(wanted_ms));
            raw_from_ms = Some(least.min(from_ms)).filter(|from| *from != i64::MIN);
        }
        self.write(None, |commit| {
            let tables = &mut commit.tables;
            if tables.raw_from_ms != raw_from_ms {
                tables.prepare("UPDATE state SET raw_from_ms = ?1")?.execute([raw_from_ms])?;
                tables.raw_from_ms = raw_from_ms;
            }
            let now_ms = now.as_millisecond();
            if tables.hot_from_ms > hour_start_ms(now_ms) {
                unseal(tables, tables::hot_from_ms(now_ms))?;
            }
            Ok(())
        })?;
        let gone = gone_ms.map(instant).transpose()?;
        Ok(TakenBack { before, after: self.limits()?, gone })
    }

    /// The last hour from `from_ms` to before `to_ms` that stands for more readings than there are.
    fn last_gone_ms(&self, (mut from_ms, to_ms): (i64, i64)) -> Result<Option<i64>, StoreError> {
        let tables = Tables::load(&self.connection, &self.calendar)?;
        let mut gone_ms = None;
        for id in series::ids(&self.connection)? {
            let cells = hours::with_cells(&tables, id, (from_ms, to_ms), u32::MAX)?;
            for hour in cells.into_iter().rev() {
                if hours::rows(&tables, id, hour)? > hours::count_rows(&tables, id, hour)? {
                    gone_ms = Some(hour);
                    // An earlier one of another series changes nothing.
                    from_ms = hour + HOUR_MS;
                    break;
                }
            }
        }
        Ok(gone_ms)
    }
}

/// Moves rows from `from_ms` on back to the hot tier.
fn unseal(tables: &mut Tables<'_>, from_ms: i64) -> Result<(), StoreError> {
    let connection = tables.connection;
    for id in series::ids(connection)? {
        let moved = tables.prepare(UNSEAL_READINGS)?.execute([id, from_ms, SLOT_MS])?;
        tables
            .prepare("DELETE FROM reading WHERE series = ?1 AND at_ms >= ?2")?
            .execute([id, from_ms])?;
        tables.prepare(UNSEAL_HOURS)?.execute([id, from_ms])?;
        tables
            .prepare("DELETE FROM hour WHERE series = ?1 AND hour_ms >= ?2")?
            .execute([id, from_ms])?;
        if moved > 0 {
            tables.prepare("DELETE FROM latest WHERE series = ?1")?.execute([id])?;
            tables.prepare(LATEST)?.execute(params![id])?;
        }
    }
    let day_ms = tables::day_start_ms(tables.calendar, from_ms);
    tables.prepare("DELETE FROM day WHERE day_ms >= ?1")?.execute([day_ms])?;
    tables.prepare("UPDATE state SET sealed_ms = ?1")?.execute([from_ms])?;
    (tables.hot_from_ms, tables.hot_from_day_ms) = (from_ms, day_ms);
    Ok(())
}

const UNSEAL_READINGS: &str = "INSERT INTO reading_hot (slot, series, at_ms, value, flag, reason, raw, source)
     SELECT at_ms / ?3, series, at_ms, value, flag, reason, raw, source FROM reading WHERE series = ?1 AND at_ms >= ?2";
const UNSEAL_HOURS: &str = concat!(
    "INSERT INTO hour_hot (series, hour_ms, state, ",
    rollup::columns!(),
    ") SELECT series, hour_ms, state, ",
    rollup::columns!(),
    " FROM hour WHERE series = ?1 AND hour_ms >= ?2"
);
const LATEST: &str = "INSERT INTO latest (series, at_ms, counted_ms)
     SELECT series, at_ms, (SELECT at_ms FROM reading WHERE series = ?1 AND value IS NOT NULL AND flag IN (1, 2, 3)
         ORDER BY at_ms DESC LIMIT 1)
     FROM reading WHERE series = ?1 ORDER BY at_ms DESC LIMIT 1";
