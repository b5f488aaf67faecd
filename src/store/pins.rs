//! The tables of pinned stations and revoked gateways.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use super::error::instant;
use crate::core::{GatewayId, IdError, StationId};
use crate::locales::{Lang, Text, store as words};
use crate::wire::Birth;

/// A station that belongs to a gateway since readings of it first came, or by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    pub station: StationId,
    pub gateway: GatewayId,
    /// When it was pinned.
    pub since: Timestamp,
}

/// A gateway that may not speak any more: stolen, or replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Revocation {
    pub gateway: GatewayId,
    /// Its readings from here on are rejected.
    pub since: Timestamp,
    /// When it was revoked.
    pub noted_at: Timestamp,
}

/// All pins, by station.
pub fn all(connection: &Connection) -> Result<Vec<Pin>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT station, gateway, since_ms FROM owner ORDER BY station")?;
    let mut rows = statement.query([])?;
    let mut pins = Vec::new();
    while let Some(row) = rows.next()? {
        pins.push(Pin {
            station: id(row.get::<_, String>(0)?)?,
            gateway: id(row.get::<_, String>(1)?)?,
            since: instant(row.get(2)?)?,
        });
    }
    Ok(pins)
}

/// Whom `station` is pinned to, and since when.
pub fn find(
    connection: &Connection,
    station: &StationId,
) -> Result<Option<(GatewayId, Timestamp)>, StoreError> {
    let found: Option<(String, i64)> = connection
        .prepare_cached("SELECT gateway, since_ms FROM owner WHERE station = ?1")?
        .query_row([station.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(gateway, since_ms)| Ok((id(gateway)?, instant(since_ms)?))).transpose()
}

/// How many stations are pinned to `gateway`.
pub fn count(connection: &Connection, gateway: &GatewayId) -> Result<u64, StoreError> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM owner WHERE gateway = ?1")?
        .query_row([gateway.as_str()], |row| row.get(0))?)
}

/// The revoked gateways, by name.
pub fn revocations(connection: &Connection) -> Result<Vec<Revocation>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT gateway, since_ms, noted_ms FROM revoked ORDER BY gateway")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Revocation {
            gateway: id(row.get::<_, String>(0)?)?,
            since: instant(row.get(1)?)?,
            noted_at: instant(row.get(2)?)?,
        });
    }
    Ok(found)
}

fn id<T: FromStr<Err = IdError>>(text: String) -> Result<T, StoreError> {
    text.parse().map_err(|error: IdError| StoreError::corrupt(error))
}

/// Pins the stations of a file from before there were owners, each to the only gateway whose birth names it. Gateways
/// that never sent a batch are not asked: their births cost nothing.
///
/// # Errors
/// The file cannot be read or written.
pub(super) fn pin_by_births(connection: &Connection) -> Result<(), StoreError> {
    let mut speakers: BTreeMap<StationId, BTreeMap<GatewayId, i64>> = BTreeMap::new();
    let mut statement = connection.prepare(
        "SELECT name, birth, heard_ms FROM gateway WHERE birth IS NOT NULL AND heard_ms IS NOT NULL",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let gateway: GatewayId = id(row.get::<_, String>(0)?)?;
        let (birth, heard_ms): (String, i64) = (row.get(1)?, row.get(2)?);
        // One that this version cannot read names nobody.
        let Ok(birth) = Birth::from_bytes(birth.as_bytes()) else { continue };
        for series in birth.series {
            let station = series.series.station;
            speakers.entry(station).or_default().insert(gateway.clone(), heard_ms);
        }
    }
    for (station, gateways) in speakers {
        let mut names = gateways.iter();
        if let (Some((gateway, heard_ms)), None) = (names.next(), names.next()) {
            connection
                .prepare_cached(
                    "INSERT INTO owner (station, gateway, since_ms) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![station.as_str(), gateway.as_str(), heard_ms])?;
        } else {
            let names = Text::list(gateways.keys().map(|gateway| gateway.as_str()));
            let problem = words::several_speak_for(station.as_str(), names).within(Lang::English);
            let path = connection.path();
            tracing::warn!(path, %problem, "a station is left without an owner");
        }
    }
    Ok(())
}
