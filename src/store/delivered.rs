//! Batches committed of each gateway, and what the gateway says of itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::StoreError;
use crate::core::{GatewayId, IdError};
use crate::wire::{Birth, ClockState, Epoch, GatewayState, LossRecord, RangeSet, Status};

/// Committed batch numbers by gateway and epoch.
pub type Delivered = BTreeMap<(GatewayId, Epoch), RangeSet>;

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

pub(super) fn load(connection: &Connection) -> Result<Delivered, StoreError> {
    let mut statement = connection.prepare("SELECT gateway, epoch, first, last FROM delivered")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
    })?;
    let mut delivered = Delivered::new();
    for row in rows {
        let (gateway, epoch, first, last) = row?;
        let gateway = gateway_id(&gateway)?;
        let epoch = Epoch::try_from(epoch).map_err(StoreError::Corrupt)?;
        delivered.entry((gateway, epoch)).or_default().insert_range(first, last);
    }
    Ok(delivered)
}

/// Replaces the ranges of one gateway's epoch.
pub(super) fn replace(
    connection: &Connection,
    gateway: &GatewayId,
    epoch: Epoch,
    set: &RangeSet,
) -> Result<(), StoreError> {
    // A handful of ranges at most, as a rule one: all are written.
    let epoch = epoch.to_string();
    connection
        .prepare_cached("DELETE FROM delivered WHERE gateway = ?1 AND epoch = ?2")?
        .execute(params![gateway.as_str(), epoch])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO delivered (gateway, epoch, first, last) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (first, last) in set.iter() {
        insert.execute(params![gateway.as_str(), epoch, first, last])?;
    }
    Ok(())
}

/// Notes that a batch of `gateway` was committed at `now`.
pub(super) fn note_heard(
    connection: &Connection,
    gateway: &GatewayId,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO gateway (name, heard_ms) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET heard_ms = excluded.heard_ms",
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
        "INSERT INTO gateway (name, birth) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET birth = excluded.birth",
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

pub(super) fn gateways(connection: &Connection) -> Result<Vec<GatewayRow>, StoreError> {
    let mut rows: BTreeMap<GatewayId, GatewayRow> = BTreeMap::new();
    let empty = |gateway: &GatewayId| GatewayRow {
        gateway: gateway.clone(),
        online: None,
        since: None,
        clock: None,
        heard_at: None,
        delivered: BTreeMap::new(),
    };
    for ((gateway, epoch), set) in load(connection)? {
        let row = rows.entry(gateway.clone()).or_insert_with(|| empty(&gateway));
        row.delivered.insert(epoch, set);
    }
    let mut statement =
        connection.prepare("SELECT name, online, since_ms, heard_ms, provisional FROM gateway")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let name: String = row.get(0)?;
        let gateway = gateway_id(&name)?;
        let at = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let entry = rows.entry(gateway.clone()).or_insert_with(|| empty(&gateway));
        entry.online = row.get(1)?;
        entry.since = at(row.get(2)?);
        entry.heard_at = at(row.get(3)?);
        entry.clock = row.get::<_, Option<bool>>(4)?.map(|provisional| {
            if provisional { ClockState::Provisional } else { ClockState::Good }
        });
    }
    Ok(rows.into_values().collect())
}
