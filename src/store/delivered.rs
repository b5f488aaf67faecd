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

/// Records of loss of one gateway that are kept: of more, the oldest are added up, so that the table stays small and
/// nothing that was told is forgotten. An honest gateway makes one an outage that outlasts its spool. Engineering
/// judgement.
pub(super) const LOST_MAX: usize = 1_000;

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
/// highest one, the time, the number of `new` readings and how far its readings reach. Adds up its oldest records of
/// loss where there are too many.
pub(super) fn write(
    connection: &Connection,
    (gateway, epoch): (&GatewayId, Epoch),
    before: &RangeSet,
    now: &Heard,
    (new, newest_ms): (i64, Option<i64>),
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
            "INSERT INTO epoch (gateway, epoch, first, last, heard_ms, readings, newest_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (gateway, epoch) DO UPDATE SET first = excluded.first, last = excluded.last,
                 heard_ms = excluded.heard_ms, readings = readings + excluded.readings,
                 newest_ms = max(coalesce(newest_ms, excluded.newest_ms), coalesce(excluded.newest_ms, newest_ms))",
        )?
        .execute(params![gateway.as_str(), epoch, first, last, now.heard_ms, new, newest_ms])?;
    bound_losses(connection, gateway)
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

/// Stores a gateway's record of loss. A wider record replaces those within it, and one that is within a wider one was
/// told before. How many there are is bounded once a commit, in [`write()`].
pub(super) fn note_loss(
    connection: &Connection,
    gateway: &GatewayId,
    epoch: Epoch,
    seq: u64,
    loss: &LossRecord,
) -> Result<(), StoreError> {
    let (mut loss, told) = (*loss, epoch.to_string());
    let wider: Option<(u64, LossRecord)> = connection
        .prepare_cached(
            "SELECT seq, record FROM lost WHERE gateway = ?1 AND epoch = ?2 AND seq >= ?3 ORDER BY seq LIMIT 1",
        )?
        .query_row(params![gateway.as_str(), told, seq], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .map(|(last, record): (u64, String)| Ok::<_, StoreError>((last, parse_loss(&record)?)))
        .transpose()?;
    if let Some((last, wider)) = wider
        && wider.first <= loss.first
        && (wider.first, last) != (loss.first, seq)
        && (last == seq || has_come(connection, gateway, &told, seq)?)
    {
        return Ok(());
    }
    // Those that begin before it were added up from several: what they tell is more than what it replaces.
    let mut within = connection.prepare_cached(
        "SELECT record FROM lost WHERE gateway = ?1 AND epoch = ?2 AND seq BETWEEN ?3 AND ?4",
    )?;
    let first = loss.first;
    let mut rows = within.query(params![gateway.as_str(), told, first, seq])?;
    while let Some(row) = rows.next()? {
        let before = parse_loss(&row.get::<_, String>(0)?)?;
        if before.first < first {
            loss = together(before, loss);
        }
    }
    connection
        .prepare_cached(
            "DELETE FROM lost WHERE gateway = ?1 AND epoch = ?2 AND seq BETWEEN ?3 AND ?4",
        )?
        .execute(params![gateway.as_str(), told, first, seq])?;
    insert_loss(connection, (gateway, &told), seq, &loss)
}

/// Whether the batch `seq` was committed before.
fn has_come(
    connection: &Connection,
    gateway: &GatewayId,
    epoch: &str,
    seq: u64,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT EXISTS (
             SELECT 1 FROM epoch WHERE gateway = ?1 AND epoch = ?2 AND ?3 BETWEEN first AND last
             UNION ALL
             SELECT 1 FROM delivered WHERE gateway = ?1 AND epoch = ?2 AND ?3 BETWEEN first AND last)",
    )?;
    Ok(statement.query_row(params![gateway.as_str(), epoch, seq], |row| row.get(0))?)
}

fn insert_loss(
    connection: &Connection,
    (gateway, epoch): (&GatewayId, &str),
    seq: u64,
    loss: &LossRecord,
) -> Result<(), StoreError> {
    let record = serde_json::to_string(loss).map_err(StoreError::corrupt)?;
    connection
        .prepare_cached("INSERT INTO lost (gateway, epoch, seq, record) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![gateway.as_str(), epoch, seq, record])?;
    Ok(())
}

fn parse_loss(record: &str) -> Result<LossRecord, StoreError> {
    serde_json::from_str(record).map_err(StoreError::corrupt)
}

/// One record for both: what either tells is added up, and why is that of the larger. What nobody can know is the
/// larger.
fn together(a: LossRecord, b: LossRecord) -> LossRecord {
    let size = |loss: &LossRecord| loss.lost.unwrap_or(u64::MAX);
    let lost = match (a.lost, b.lost) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    LossRecord {
        first: a.first.min(b.first),
        lost,
        from: a.from.min(b.from),
        to: a.to.max(b.to),
        why: if size(&b) > size(&a) { b.why } else { a.why },
    }
}

/// Adds up the oldest records of loss of `gateway` until there are [`LOST_MAX`]: those of one epoch, from the one that
/// was heard of longest ago on.
fn bound_losses(connection: &Connection, gateway: &GatewayId) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT count(*) FROM lost WHERE gateway = ?1")?;
    let rows: usize = statement.query_row([gateway.as_str()], |row| row.get(0))?;
    let mut excess = rows.saturating_sub(LOST_MAX);
    if excess == 0 {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(
        "SELECT epoch, count(*) FROM lost WHERE gateway = ?1 GROUP BY epoch
         ORDER BY (SELECT heard_ms FROM epoch WHERE gateway = ?1 AND epoch = lost.epoch), epoch",
    )?;
    let epochs = statement.query_map([gateway.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let epochs: Vec<(String, usize)> = epochs.collect::<Result<_, _>>()?;
    for (epoch, rows) in &epochs {
        let less = excess.min(rows - 1);
        if less > 0 {
            let (seq, loss) = take_losses(connection, (gateway, epoch), less + 1)?;
            insert_loss(connection, (gateway, epoch), seq, &loss)?;
            excess -= less;
        }
    }
    // One of each epoch is left, and those are too many. Numbers of another epoch would say nothing.
    let mut epochs = epochs.iter().map(|(epoch, _)| epoch);
    let Some(mut oldest) = epochs.next() else { return Ok(()) };
    for next in epochs.take(excess) {
        let (_, before) = take_losses(connection, (gateway, oldest), 1)?;
        let (seq, loss) = take_losses(connection, (gateway, next), 1)?;
        let both = LossRecord { first: loss.first, ..together(before, loss) };
        insert_loss(connection, (gateway, next), seq, &both)?;
        oldest = next;
    }
    Ok(())
}

/// Takes the `most` oldest records of loss of an epoch, of which there is one at least, out of the table. Returns them
/// as one, with the last number that it stands for.
fn take_losses(
    connection: &Connection,
    (gateway, epoch): (&GatewayId, &str),
    most: usize,
) -> Result<(u64, LossRecord), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, record FROM lost WHERE gateway = ?1 AND epoch = ?2 ORDER BY seq LIMIT ?3",
    )?;
    let mut rows = statement.query(params![gateway.as_str(), epoch, most])?;
    let mut all: Option<(u64, LossRecord)> = None;
    while let Some(row) = rows.next()? {
        let (seq, loss) = (row.get(0)?, parse_loss(&row.get::<_, String>(1)?)?);
        all = Some((seq, all.map_or(loss, |(_, before)| together(before, loss))));
    }
    let all = all.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    connection
        .prepare_cached("DELETE FROM lost WHERE gateway = ?1 AND epoch = ?2 AND seq <= ?3")?
        .execute(params![gateway.as_str(), epoch, all.0])?;
    Ok(all)
}

/// All records of loss, by gateway, epoch and number.
pub(super) fn all_lost(connection: &Connection) -> Result<Vec<LostRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT gateway, epoch, seq, record FROM lost ORDER BY gateway, epoch, seq",
    )?;
    let rows = statement.query_and_then([], lost_row)?;
    rows.collect()
}

/// The `most` newest records of loss of a gateway, the newest first.
pub(super) fn newest_lost(
    connection: &Connection,
    gateway: &GatewayId,
    most: usize,
) -> Result<Vec<LostRow>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT gateway, epoch, seq, record FROM lost WHERE gateway = ?1 ORDER BY epoch DESC, seq DESC LIMIT ?2",
    )?;
    let rows = statement.query_and_then(params![gateway.as_str(), most], lost_row)?;
    rows.collect()
}

fn lost_row(row: &Row<'_>) -> Result<LostRow, StoreError> {
    Ok(LostRow {
        gateway: gateway_id(&row.get::<_, String>(0)?)?,
        epoch: Epoch::try_from(row.get::<_, String>(1)?).map_err(StoreError::Corrupt)?,
        seq: row.get(2)?,
        loss: parse_loss(&row.get::<_, String>(3)?)?,
    })
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
