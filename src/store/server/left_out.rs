//! Readings that lie on the server and are not copied, since their station is another gateway's.
//!
//! They do not go to the quarantine: the server keeps them, each pass would find the last ones again, in other groups
//! and so not as the same message, and to retry them would write them where they are. Instead the copy notes whose they
//! are and the times that they span. Once their gateway may speak for the station, they are read again.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::params;

use crate::core::{GatewayId, Reading, StationId};
use crate::locales::{Text, store as words};
use crate::store::error::instant;
use crate::store::{Owners, Sqlite, StoreError};

/// Stations that are noted of one gateway: it may make up names. Engineering judgement.
const STATIONS_MAX: u64 = 100;

/// Stations of a gateway that are named: as many as fit a line. Engineering judgement.
const NAMED_MAX: usize = 5;

/// Readings of a station from a gateway that may not speak for it.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    pub station: StationId,
    pub gateway: GatewayId,
    /// How many there are at least: one that came late is not counted.
    pub readings: u64,
    /// Time of the first.
    pub from: Timestamp,
    /// Time of the last.
    pub to: Timestamp,
}

/// What is to be said of each gateway of which readings are left out, and how many there are.
pub fn by_gateway(left_out: &[LeftOut]) -> BTreeMap<GatewayId, (u64, Text)> {
    let mut of: BTreeMap<&GatewayId, Vec<&LeftOut>> = BTreeMap::new();
    for one in left_out {
        of.entry(&one.gateway).or_default().push(one);
    }
    let said = of.into_iter().map(|(gateway, all)| {
        let readings = all.iter().map(|one| one.readings).sum::<u64>();
        let mut stations: Vec<&str> =
            all.iter().take(NAMED_MAX).map(|one| one.station.as_str()).collect();
        stations.extend((all.len() > NAMED_MAX).then_some("…"));
        (gateway.clone(), (readings, words::left_out(readings, Text::list(stations))))
    });
    said.collect()
}

impl LeftOut {
    /// Whether their gateway may speak for the station by now.
    pub(super) fn is_allowed(&self, owners: &Owners) -> Result<bool, StoreError> {
        if owners.revocations()?.iter().any(|revoked| revoked.gateway == self.gateway) {
            return Ok(false);
        }
        if let Some(owner) = owners.declared().get(&self.station) {
            return Ok(*owner == self.gateway);
        }
        // One that was released belongs to whoever is heard next, not to whoever was.
        Ok(owners.pin_of(&self.station)?.is_some_and(|pin| pin.gateway == self.gateway))
    }
}

impl Sqlite {
    /// What the server holds and this copy of it leaves out, by station; nothing in a file that is no copy.
    pub fn left_out(&self) -> Result<Vec<LeftOut>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT station, gateway, readings, from_ms, to_ms FROM left_out ORDER BY station, gateway",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(LeftOut {
                station: row.get::<_, String>(0)?.parse().map_err(StoreError::corrupt)?,
                gateway: row.get::<_, String>(1)?.parse().map_err(StoreError::corrupt)?,
                readings: row.get(2)?,
                from: instant(row.get(3)?)?,
                to: instant(row.get(4)?)?,
            });
        }
        Ok(found)
    }

    /// Notes readings of `gateway` that are left out.
    pub(super) fn note_left_out(
        &mut self,
        gateway: &GatewayId,
        readings: &[Reading],
    ) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        for reading in readings {
            let station = reading.series.station.as_str();
            let at = reading.observed_at.as_millisecond();
            transaction
                .prepare_cached(
                    "INSERT INTO left_out (station, gateway, readings, from_ms, to_ms)
                     SELECT ?1, ?2, 0, ?3, ?3 - 1 WHERE (SELECT count(*) FROM left_out WHERE gateway = ?2) < ?4
                     ON CONFLICT (station, gateway) DO NOTHING",
                )?
                .execute(params![station, gateway.as_str(), at, STATIONS_MAX])?;
            // Readings come in order of time, and the newest ones in several passes: each counts once.
            transaction
                .prepare_cached(
                    "UPDATE left_out SET readings = readings + (?3 > to_ms),
                         from_ms = min(from_ms, ?3), to_ms = max(to_ms, ?3)
                     WHERE station = ?1 AND gateway = ?2",
                )?
                .execute(params![station, gateway.as_str(), at])?;
        }
        Ok(transaction.commit()?)
    }

    pub(super) fn forget_left_out(&mut self, left_out: &LeftOut) -> Result<(), StoreError> {
        self.connection.execute(
            "DELETE FROM left_out WHERE station = ?1 AND gateway = ?2",
            [left_out.station.as_str(), left_out.gateway.as_str()],
        )?;
        Ok(())
    }
}
