//! Batches committed of each gateway, and what the gateway says of itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::core::{GatewayId, IdError};
use crate::wire::{Birth, ClockState, Epoch, GatewayState, LossRecord, RangeSet, Status};

/// Committed batch numbers by gateway and epoch.
pub type Delivered = BTreeMap<(GatewayId, Epoch), RangeSet>;

/// Ranges of numbers of one epoch: a gateway sends in order, and each fault of the line costs one. Beyond that, a batch
/// that would make one more is refused. Engineering judgement.
pub(super) const RANGES_MAX: usize = 1_000;

/// Epochs of one gateway, each from a new spool. Before a further one is taken, the one that was not heard of for the
/// longest time is folded away: a batch of it is then new again, and acknowledged by itself. That is harmless, since
/// its readings count once. Engineering judgement.
pub(super) const EPOCHS_MAX: usize = 16;

/// Gateways of one file: a hundred townships'. Engineering judgement.
pub(super) const GATEWAYS_MAX: usize = 5_000;

/// What has come of one gateway's epoch.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Heard {
    pub set: RangeSet,
    /// When a batch of it was committed last, by the hub's clock, ms.
    pub heard_ms: i64,
}

/// What has come of each gateway's epochs, and which gateways there are.
#[derive(Debug, Clone, Default)]
pub(super) struct Epochs {
    pub heard: BTreeMap<(GatewayId, Epoch), Heard>,
    /// All gateways, also those of which no batch has come.
    pub gateways: BTreeSet<GatewayId>,
}

/// A gateway as the hub knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayRow {
    pub gateway: GatewayId,
    /// As the gateway or its last will said; `None` where neither has yet.
    pub online: Option<bool>,
    /// Since when `online` holds, by the gateway's clock.
    pub since: Option<Timestamp>,
    pub clock: Option<ClockState>,
    /// When its last batch was committed, by the hub's clock.
    pub heard_at: Option<Timestamp>,
    pub delivered: BTreeMap<Epoch, RangeSet>,
}

impl GatewayRow {
    /// Missing batches, by epoch: numbers below the largest committed one that have not come.
    pub fn gaps(&self) -> Vec<(Epoch, u64, u64)> {
        self.delivered
            .iter()
            .flat_map(|(epoch, set)| {
                set.gaps(1).into_iter().map(|(first, last)| (*epoch, first, last))
            })
            .collect()
    }
}

fn gateway_id(name: &str) -> Result<GatewayId, StoreError> {
    name.parse().map_err(|error: IdError| StoreError::corrupt(error))
}

pub(super) fn load(connection: &Connection) -> Result<Epochs, StoreError> {
    let mut epochs = Epochs::default();
    let key = |row: &Row<'_>| -> Result<(GatewayId, Epoch), StoreError> {
        let epoch = Epoch::try_from(row.get::<_, String>(1)?).map_err(StoreError::Corrupt)?;
        Ok((gateway_id(&row.get::<_, String>(0)?)?, epoch))
    };
    let mut statement =
        connection.prepare_cached("SELECT gateway, epoch, first, last, heard_ms FROM epoch")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let heard = epochs.heard.entry(key(row)?).or_default();
        heard.set.insert_range(row.get(2)?, row.get(3)?);
        heard.heard_ms = row.get(4)?;
    }
    let mut statement =
        connection.prepare_cached("SELECT gateway, epoch, first, last FROM delivered")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let heard = epochs.heard.entry(key(row)?).or_default();
        heard.set.insert_range(row.get(2)?, row.get(3)?);
    }
    let mut statement = connection.prepare_cached("SELECT name FROM gateway")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        epochs.gateways.insert(gateway_id(&row.get::<_, String>(0)?)?);
    }
    epochs.gateways.extend(epochs.heard.keys().map(|(gateway, _)| gateway.clone()));
    Ok(epochs)
}

/// The ranges of one gateway's `epoch`, or without it of the epoch that was heard of last; `None` where there is none.
pub(super) fn of(
    connection: &Connection,
    gateway: &GatewayId,
    epoch: Option<Epoch>,
) -> Result<Option<(Epoch, RangeSet)>, StoreError> {
    let newest = || -> Result<Option<Epoch>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT epoch FROM epoch WHERE gateway = ?1 ORDER BY heard_ms DESC LIMIT 1",
        )?;
        let found = statement.query_row([gateway.as_str()], |row| row.get::<_, String>(0));
        found.optional()?.map(|text| Epoch::try_from(text).map_err(StoreError::Corrupt)).transpose()
    };
    let epoch = match epoch {
        Some(epoch) => Some(epoch),
        None => newest()?,
    };
    let Some(epoch) = epoch else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT first, last FROM epoch WHERE gateway = ?1 AND epoch = ?2
         UNION ALL SELECT first, last FROM delivered WHERE gateway = ?1 AND epoch = ?2",
    )?;
    let mut rows = statement.query(params![gateway.as_str(), epoch.to_string()])?;
    let mut set = RangeSet::default();
    while let Some(row) = rows.next()? {
        set.insert_range(row.get(0)?, row.get(1)?);
    }
    Ok(Some((epoch, set)))
}

/// Writes what has changed of one gateway's epoch: the ranges below the highest that differ, and the row with the
/// highest one, the time and the number of `new` readings.
pub(super) fn write(
    connection: &Connection,
    (gateway, epoch): (&GatewayId, Epoch),
    before: &RangeSet,
    now: &Heard,
    new: i64,
) -> Result<(), StoreError> {
    let epoch = epoch.to_string();
    let lower = |set: &RangeSet| {
        let mut ranges: BTreeMap<u64, u64> = set.iter().collect();
        (ranges.pop_last(), ranges)
    };
    let (Some((first, last)), after) = lower(&now.set) else {
        return Ok(());
    };
    let (_, before) = lower(before);
    let mut delete = connection
        .prepare_cached("DELETE FROM delivered WHERE gateway = ?1 AND epoch = ?2 AND first = ?3")?;
    for gone in before.keys().filter(|first| !after.contains_key(first)) {
        delete.execute(params![gateway.as_str(), epoch, gone])?;
    }
    let mut insert = connection.prepare_cached(
        "INSERT OR REPLACE INTO delivered (gateway, epoch, first, last) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (first, last) in after.iter().filter(|(first, last)| before.get(first) != Some(last)) {
        insert.execute(params![gateway.as_str(), epoch, first, last])?;
    }
    connection
        .prepare_cached(
            "INSERT INTO epoch (gateway, epoch, first, last, heard_ms, readings) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (gateway, epoch) DO UPDATE SET first = excluded.first, last = excluded.last,
                 heard_ms = excluded.heard_ms, readings = readings + excluded.readings",
        )?
        .execute(params![gateway.as_str(), epoch, first, last, now.heard_ms, new])?;
    Ok(())
}

/// Folds an epoch away.
pub(super) fn forget(
    connection: &Connection,
    (gateway, epoch): (&GatewayId, Epoch),
) -> Result<(), StoreError> {
    let key = params![gateway.as_str(), epoch.to_string()];
    let readings: Option<i64> = connection
        .prepare_cached("SELECT readings FROM epoch WHERE gateway = ?1 AND epoch = ?2")?
        .query_row(key, |row| row.get(0))
        .optional()?;
    connection
        .prepare_cached("UPDATE state SET readings = readings + ?1")?
        .execute([readings.unwrap_or(0)])?;
    for sql in [
        "DELETE FROM epoch WHERE gateway = ?1 AND epoch = ?2",
        "DELETE FROM delivered WHERE gateway = ?1 AND epoch = ?2",
    ] {
        connection.prepare_cached(sql)?.execute(key)?;
    }
    Ok(())
}

/// Notes that batches of `gateway`, no matter of which epoch, were committed at `now`.
pub(super) fn note_heard(
    connection: &Connection,
    gateway: &GatewayId,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO gateway (name, heard_ms) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET heard_ms = excluded.heard_ms WHERE heard_ms IS NOT excluded.heard_ms",
        )?
        .execute(params![gateway.as_str(), now.as_millisecond()])?;
    Ok(())
}

pub(super) fn note_status(
    connection: &Connection,
    gateway: &GatewayId,
    status: &Status,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO gateway (name, online, since_ms, provisional) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET online = excluded.online, since_ms = excluded.since_ms,
                 provisional = coalesce(excluded.provisional, provisional)",
        )?
        .execute(params![
            gateway.as_str(),
            status.state == GatewayState::Online,
            status.since.as_millisecond(),
            status.clock.map(|clock| clock == ClockState::Provisional)
        ])?;
    Ok(())
}

pub(super) fn note_birth(
    connection: &Connection,
    gateway: &GatewayId,
    birth: &Birth,
) -> Result<(), StoreError> {
    let text = String::from_utf8_lossy(&birth.to_bytes()).into_owned();
    connection.execute(
        "INSERT INTO gateway (name, birth) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET birth = excluded.birth
         WHERE birth IS NOT excluded.birth",
        params![gateway.as_str(), text],
    )?;
    Ok(())
}

/// A gateway's record of lost readings.
#[derive(Debug, Clone, PartialEq)]
pub struct LostRow {
    pub gateway: GatewayId,
    pub epoch: Epoch,
    /// The batch that carried the record, and the last that it stands for.
    pub seq: u64,
    pub loss: LossRecord,
}

/// Stores a gateway's record of loss. A wider record replaces those within it.
pub(super) fn note_loss(
    connection: &Connection,
    gateway: &GatewayId,
    epoch: Epoch,
    seq: u64,
    loss: &LossRecord,
) -> Result<(), StoreError> {
    let epoch = epoch.to_string();
    connection
        .prepare_cached(
            "DELETE FROM lost WHERE gateway = ?1 AND epoch = ?2 AND seq BETWEEN ?3 AND ?4",
        )?
        .execute(params![gateway.as_str(), epoch, loss.first, seq])?;
    let record = serde_json::to_string(loss).map_err(StoreError::corrupt)?;
    connection
        .prepare_cached("INSERT INTO lost (gateway, epoch, seq, record) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![gateway.as_str(), epoch, seq, record])?;
    Ok(())
}

/// All records of loss, by gateway, epoch and number.
pub(super) fn all_lost(connection: &Connection) -> Result<Vec<LostRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT gateway, epoch, seq, record FROM lost ORDER BY gateway, epoch, seq",
    )?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let gateway: String = row.get(0)?;
        let record: String = row.get(3)?;
        found.push(LostRow {
            gateway: gateway_id(&gateway)?,
            epoch: Epoch::try_from(row.get::<_, String>(1)?).map_err(StoreError::Corrupt)?,
            seq: row.get(2)?,
            loss: serde_json::from_str(&record).map_err(StoreError::corrupt)?,
        });
    }
    Ok(found)
}

pub(super) fn gateways(
    connection: &Connection,
    epochs: &Epochs,
) -> Result<Vec<GatewayRow>, StoreError> {
    let mut rows: BTreeMap<GatewayId, GatewayRow> = BTreeMap::new();
    let empty = |gateway: &GatewayId| GatewayRow {
        gateway: gateway.clone(),
        online: None,
        since: None,
        clock: None,
        heard_at: None,
        delivered: BTreeMap::new(),
    };
    let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    for ((gateway, epoch), heard) in &epochs.heard {
        let row = rows.entry(gateway.clone()).or_insert_with(|| empty(gateway));
        row.delivered.insert(*epoch, heard.set.clone());
        row.heard_at = row.heard_at.max(at(Some(heard.heard_ms).filter(|ms| *ms != 0)));
    }
    let mut statement =
        connection.prepare("SELECT name, online, since_ms, heard_ms, provisional FROM gateway")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        let gateway = gateway_id(&name)?;
        let entry = rows.entry(gateway.clone()).or_insert_with(|| empty(&gateway));
        entry.online = row.get(1)?;
        entry.since = at(row.get(2)?);
        entry.heard_at = entry.heard_at.max(at(row.get(3)?));
        entry.clock = row.get::<_, Option<bool>>(4)?.map(|provisional| {
            if provisional { ClockState::Provisional } else { ClockState::Good }
        });
    }
    Ok(rows.into_values().collect())
}
