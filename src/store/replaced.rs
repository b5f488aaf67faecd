//! Former values: what stood in a row before another value replaced it.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::StoreError;
use super::error::instant;
use super::readings::{self, Stored};
use crate::core::{GatewayId, Reading, Series};
use crate::wire::Epoch;

/// Former values that are kept of one instant of a series: a reading is corrected once or twice. Beyond that a new
/// value is refused, since neither it nor the old one may be lost. Engineering judgement.
pub(super) const INSTANT_MAX: u64 = 16;

/// Values that one gateway may replace: two months of one series every minute. Beyond that its new values are refused.
/// Engineering judgement.
pub(super) const GATEWAY_MAX: u64 = 100_000;

/// A value that another has replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Replaced {
    /// As it was.
    pub reading: Reading,
    /// Who sent it; `None` for what was imported, and for what came before layout 4.
    pub from: Option<Sender>,
    pub replaced_at: Timestamp,
    pub by: Replacement,
}

/// Who sent a row, and on which day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub gateway: GatewayId,
    pub epoch: Epoch,
    /// The beginning of the office's day on which the hub received it.
    pub day: Timestamp,
}

/// What replaced a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement {
    /// A later value, and its sender; `None` for an import.
    Value(Option<Sender>),
    /// The revocation of the gateway that had sent it.
    Revocation(GatewayId),
}

/// Keeps a row that `by` is about to replace; or the revocation of `revoked`.
pub(super) fn keep(
    connection: &Connection,
    (series, at_ms): (i64, i64),
    old: &Stored,
    now: Timestamp,
    by: Option<i64>,
    revoked: Option<&GatewayId>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO replaced (series, at_ms, replaced_ms, value, flag, reason, raw, source, by_source, revoked)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            series,
            at_ms,
            now.as_millisecond(),
            old.value,
            old.flag,
            old.reason,
            old.raw,
            old.source,
            by,
            revoked.map(GatewayId::as_str),
        ])?;
    Ok(())
}

/// How many values were replaced at this instant by others.
pub(super) fn at_instant(
    connection: &Connection,
    (series, at_ms): (i64, i64),
) -> Result<u64, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT count(*) FROM replaced WHERE series = ?1 AND at_ms = ?2 AND revoked IS NULL",
        )?
        .query_row([series, at_ms], |row| row.get(0))?)
}

/// The former values of a series at instants from `from_ms` to before `to_ms`, by instant and in the order in which
/// they were replaced.
pub(super) fn range(
    connection: &Connection,
    (id, series): (i64, &Series),
    (from_ms, to_ms): (i64, i64),
) -> Result<Vec<Replaced>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.at_ms, r.value, r.flag, r.reason, r.raw, r.replaced_ms, r.revoked,
             s.gateway, s.epoch, s.day_ms, b.gateway, b.epoch, b.day_ms
         FROM replaced r LEFT JOIN source s ON s.id = r.source LEFT JOIN source b ON b.id = r.by_source
         WHERE r.series = ?1 AND r.at_ms >= ?2 AND r.at_ms < ?3 ORDER BY r.at_ms, r.id",
    )?;
    let mut rows = statement.query(params![id, from_ms, to_ms])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let revoked: Option<String> = row.get(6)?;
        let by = match revoked {
            Some(name) => Replacement::Revocation(name.parse().map_err(StoreError::corrupt)?),
            None => Replacement::Value(sender(row, 10)?),
        };
        found.push(Replaced {
            reading: readings::from_row(series, row)?,
            from: sender(row, 7)?,
            replaced_at: instant(row.get(5)?)?,
            by,
        });
    }
    Ok(found)
}

fn sender(row: &Row<'_>, first: usize) -> Result<Option<Sender>, StoreError> {
    let Some(gateway) = row.get::<_, Option<String>>(first)? else {
        return Ok(None);
    };
    Ok(Some(Sender {
        gateway: gateway.parse().map_err(StoreError::corrupt)?,
        epoch: Epoch::try_from(row.get::<_, String>(first + 1)?).map_err(StoreError::Corrupt)?,
        day: instant(row.get(first + 2)?)?,
    }))
}
