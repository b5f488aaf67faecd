//! Who may speak for a station: the gateway that the township's file declares, or the first that sent readings
//! of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::pins::{self, Pin, Revocation};
use super::{Refused, StoreError, connection, tables};
use crate::core::{GatewayId, Reading, StationId};
use crate::locales::{Text, store as words};
use crate::wire::{Batch, Birth};

/// Stations that are pinned to one gateway at first sight: as many as it may have series, so that one that makes up
/// names fills neither the file nor the page. Those that are declared or pinned by hand do not count. Engineering
/// judgement.
const PINS_MAX: u64 = 4000;

/// Stations whose owner is kept in memory between two writes of others: more than a township has. Engineering
/// judgement.
const REMEMBERED_MAX: usize = 10_000;

/// The owners of all stations. It sees what other processes, such as the command line, write into the file.
pub struct Owners {
    connection: Connection,
    zone: TimeZone,
    declared: BTreeMap<StationId, GatewayId>,
    /// Pins that were looked up since another connection wrote.
    known: HashMap<StationId, (GatewayId, Timestamp)>,
    revoked: BTreeMap<GatewayId, Revocation>,
    /// SQLite's `data_version` of what is in memory.
    version: Option<i64>,
}

/// Why a gateway may not speak for a station.
enum Foreign {
    Declared(GatewayId),
    Pinned(GatewayId, Timestamp),
    /// The gateway has as many stations as may be pinned.
    TooMany,
}

/// What was heard of a station that is another's.
#[derive(Clone, Copy)]
enum Heard {
    Readings,
    Birth,
}

impl Owners {
    /// Opens the owners in the store's file at `path`, beside the gateways that the township's file declares.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn open(path: &Path, declared: BTreeMap<StationId, GatewayId>) -> Result<Self, StoreError> {
        let (connection, _) = connection::open(path)?;
        let zone = tables::calendar(&connection)?.zone().clone();
        let mut owners = Self {
            connection,
            zone,
            declared,
            known: HashMap::new(),
            revoked: BTreeMap::new(),
            version: None,
        };
        owners.refresh()?;
        Ok(owners)
    }

    /// The gateways that the township's file declares, by station.
    pub fn declared(&self) -> &BTreeMap<StationId, GatewayId> {
        &self.declared
    }

    /// Takes out of `batches` the readings of stations that are another gateway's, and all of a gateway that is
    /// revoked. Stations of which readings come for the first time are pinned to the gateway that they come from.
    ///
    /// # Errors
    /// The file cannot be read or written; the batches are as they were.
    pub fn check(
        &mut self,
        batches: &mut [Batch],
        now: Timestamp,
    ) -> Result<Vec<Refused>, StoreError> {
        self.refresh()?;
        let (mut spoken, mut seen) = (Vec::new(), BTreeSet::new());
        for batch in batches.iter().filter(|batch| !self.revoked.contains_key(&batch.gateway)) {
            let named = stations(batch.readings.iter().map(|reading| &reading.series.station));
            let pairs = named.into_iter().map(|station| (&batch.gateway, station));
            spoken.extend(pairs.filter(|pair| seen.insert(*pair)));
        }
        self.meet(&spoken, now)?;
        Ok(batches.iter_mut().flat_map(|batch| self.refuse(batch)).collect())
    }

    /// What of a birth may stand, `None` for that of a revoked gateway, and why the rest may not. It pins nothing: a
    /// birth costs nothing, and a broker keeps that of a gateway that is long gone.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn check_birth(
        &mut self,
        gateway: &GatewayId,
        mut birth: Birth,
    ) -> Result<(Option<Birth>, Option<Text>), StoreError> {
        self.refresh()?;
        if let Some(revoked) = self.revoked.get(gateway) {
            return Ok((None, Some(self.revoked_problem(revoked))));
        }
        let named = stations(birth.series.iter().map(|series| &series.series.station));
        let foreign = self.of_others(gateway, named)?;
        birth.series.retain(|series| !foreign.contains_key(&series.series.station));
        let problem = self.problem(gateway, Heard::Birth, &foreign);
        Ok((Some(birth), problem))
    }

    /// Why some readings of `batches` may not be stored as things are now; nothing is pinned.
    pub fn objection_to(&mut self, batches: &[Batch]) -> Result<Option<Text>, StoreError> {
        for batch in batches {
            let named = stations(batch.readings.iter().map(|reading| &reading.series.station));
            let problem = self.objection(&batch.gateway, Heard::Readings, named)?;
            if problem.is_some() {
                return Ok(problem);
            }
        }
        Ok(None)
    }

    /// Why some of a birth may not stand as things are now; nothing is pinned.
    pub fn objection_to_birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
    ) -> Result<Option<Text>, StoreError> {
        let named = stations(birth.series.iter().map(|series| &series.series.station));
        self.objection(gateway, Heard::Birth, named)
    }

    fn objection(
        &mut self,
        gateway: &GatewayId,
        heard: Heard,
        named: BTreeSet<&StationId>,
    ) -> Result<Option<Text>, StoreError> {
        self.refresh()?;
        if let Some(revoked) = self.revoked.get(gateway) {
            return Ok(Some(self.revoked_problem(revoked)));
        }
        let foreign = self.of_others(gateway, named)?;
        Ok(self.problem(gateway, heard, &foreign))
    }

    /// Which of `stations` are another gateway's; nothing is pinned.
    fn of_others(
        &mut self,
        gateway: &GatewayId,
        stations: BTreeSet<&StationId>,
    ) -> Result<BTreeMap<StationId, Foreign>, StoreError> {
        for station in &stations {
            if !self.known.contains_key(*station)
                && let Some(owner) = pins::find(&self.connection, station)?
            {
                self.known.insert((*station).clone(), owner);
            }
        }
        let mut foreign = self.foreign(gateway, stations);
        foreign.retain(|_, why| !matches!(why, Foreign::TooMany));
        Ok(foreign)
    }

    /// All pins, by station.
    pub fn pins(&self) -> Result<Vec<Pin>, StoreError> {
        pins::all(&self.connection)
    }

    /// The pin of `station`, if it has one.
    pub fn pin_of(&self, station: &StationId) -> Result<Option<Pin>, StoreError> {
        let found = pins::find(&self.connection, station)?;
        Ok(found.map(|(gateway, since)| Pin { station: station.clone(), gateway, since }))
    }

    /// Pins `station` to `gateway` by hand, from whomever it was before; the township's file goes before a pin.
    pub fn pin(
        &mut self,
        station: &StationId,
        gateway: &GatewayId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO owner (station, gateway, since_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (station) DO UPDATE SET gateway = excluded.gateway, since_ms = excluded.since_ms",
            params![station.as_str(), gateway.as_str(), now.as_millisecond()],
        )?;
        self.known.remove(station);
        Ok(())
    }

    /// Releases `station`: it belongs to the gateway that sends readings of it next. Whether it was pinned.
    pub fn release(&mut self, station: &StationId) -> Result<bool, StoreError> {
        let gone =
            self.connection.execute("DELETE FROM owner WHERE station = ?1", [station.as_str()])?;
        self.known.remove(station);
        Ok(gone > 0)
    }

    /// The revoked gateways, by name.
    pub fn revocations(&self) -> Result<Vec<Revocation>, StoreError> {
        pins::revocations(&self.connection)
    }

    /// Revokes `gateway`: nothing of it is taken in any more. What is stored of it since `since` is for
    /// [`Sqlite`](super::Sqlite) to reject.
    pub fn revoke(
        &mut self,
        gateway: &GatewayId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.connection.execute(
            "INSERT INTO revoked (gateway, since_ms, noted_ms) VALUES (?1, ?2, ?3)
             ON CONFLICT (gateway) DO UPDATE SET since_ms = excluded.since_ms, noted_ms = excluded.noted_ms",
            params![gateway.as_str(), since.as_millisecond(), now.as_millisecond()],
        )?;
        self.version = None;
        Ok(())
    }

    /// Takes the revocation of `gateway` back. Whether it was revoked.
    pub fn reinstate(&mut self, gateway: &GatewayId) -> Result<bool, StoreError> {
        let gone = self
            .connection
            .execute("DELETE FROM revoked WHERE gateway = ?1", [gateway.as_str()])?;
        self.version = None;
        Ok(gone > 0)
    }

    /// Forgets what is in memory if another connection has written since.
    fn refresh(&mut self) -> Result<(), StoreError> {
        let version = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        if self.version != Some(version) || self.known.len() > REMEMBERED_MAX {
            self.known.clear();
            let revoked = pins::revocations(&self.connection)?.into_iter();
            self.revoked = revoked.map(|revoked| (revoked.gateway.clone(), revoked)).collect();
            self.version = Some(version);
        }
        Ok(())
    }

    /// Looks up whom these stations belong to, and pins those that nobody has spoken for.
    fn meet(
        &mut self,
        spoken: &[(&GatewayId, &StationId)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut new = Vec::new();
        for &(gateway, station) in spoken {
            if self.declared.contains_key(station) || self.known.contains_key(station) {
                continue;
            }
            match pins::find(&self.connection, station)? {
                Some(owner) => {
                    self.known.insert(station.clone(), owner);
                }
                None => new.push((gateway, station)),
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut room = BTreeMap::new();
        for (gateway, _) in &new {
            if !room.contains_key(gateway) {
                let pinned = pins::count(&self.connection, gateway)?;
                room.insert(*gateway, PINS_MAX.saturating_sub(pinned));
            }
        }
        if room.values().all(|room| *room == 0) {
            return Ok(());
        }
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let mut owners = Vec::new();
        for (gateway, station) in new {
            // Another of the same commit, or another process, may have been first.
            if let Some(owner) = pins::find(&transaction, station)? {
                owners.push((station, owner));
                continue;
            }
            let Some(left) = room.get_mut(gateway).filter(|left| **left > 0) else { continue };
            *left -= 1;
            transaction
                .prepare_cached(
                    "INSERT INTO owner (station, gateway, since_ms) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![station.as_str(), gateway.as_str(), now.as_millisecond()])?;
            owners.push((station, (gateway.clone(), now)));
        }
        transaction.commit()?;
        self.known.extend(owners.into_iter().map(|(station, owner)| (station.clone(), owner)));
        Ok(())
    }

    /// Which of `stations` are not for `gateway` to speak for.
    fn foreign<'a>(
        &self,
        gateway: &GatewayId,
        stations: impl IntoIterator<Item = &'a StationId>,
    ) -> BTreeMap<StationId, Foreign> {
        let foreign = |station: &StationId| {
            if let Some(owner) = self.declared.get(station) {
                return (owner != gateway).then(|| Foreign::Declared(owner.clone()));
            }
            match self.known.get(station) {
                Some((owner, _)) if owner == gateway => None,
                Some((owner, since)) => Some(Foreign::Pinned(owner.clone(), *since)),
                None => Some(Foreign::TooMany),
            }
        };
        let stations = stations.into_iter();
        stations.filter_map(|station| Some((station.clone(), foreign(station)?))).collect()
    }

    /// Takes out of `batch` what its gateway may not say.
    fn refuse(&self, batch: &mut Batch) -> Option<Refused> {
        if let Some(revoked) = self.revoked.get(&batch.gateway) {
            let readings = std::mem::take(&mut batch.readings);
            let problem = self.revoked_problem(revoked);
            return (!readings.is_empty()).then(|| Refused::new(batch, readings, problem));
        }
        let stations = stations(batch.readings.iter().map(|reading| &reading.series.station));
        let foreign = self.foreign(&batch.gateway, stations);
        let problem = self.problem(&batch.gateway, Heard::Readings, &foreign)?;
        let is_foreign = |reading: &mut Reading| foreign.contains_key(&reading.series.station);
        let readings = batch.readings.extract_if(.., is_foreign).collect();
        Some(Refused::new(batch, readings, problem))
    }

    fn revoked_problem(&self, revoked: &Revocation) -> Text {
        let Revocation { gateway, since, noted_at } = revoked;
        words::gateway_revoked(gateway.as_str(), self.day(*noted_at), self.day(*since))
    }

    /// Who may speak for the first of these stations, who spoke, and what to do if that is right.
    fn problem(
        &self,
        gateway: &GatewayId,
        heard: Heard,
        foreign: &BTreeMap<StationId, Foreign>,
    ) -> Option<Text> {
        let (station, why) = foreign.first_key_value()?;
        let (station, speaker) = (station.as_str(), gateway.as_str());
        let spoke = match heard {
            Heard::Readings => words::sent_readings(speaker),
            Heard::Birth => words::named_in_birth(speaker),
        };
        let problem = match why {
            Foreign::Declared(owner) => words::declared_for(station, owner.as_str(), spoke),
            Foreign::Pinned(owner, since) => {
                words::pinned_to(station, owner.as_str(), self.day(*since), spoke, speaker)
            }
            Foreign::TooMany => words::too_many_stations(speaker, PINS_MAX, station),
        };
        let more = foreign.len() - 1;
        Some(if more > 0 { words::and_more_stations(problem, more) } else { problem })
    }

    fn day(&self, at: Timestamp) -> String {
        self.zone.to_datetime(at).date().to_string()
    }
}

/// The different stations among these; readings of one station mostly follow each other.
fn stations<'a>(all: impl Iterator<Item = &'a StationId>) -> BTreeSet<&'a StationId> {
    let mut stations = BTreeSet::new();
    let mut last: Option<&StationId> = None;
    for station in all {
        if last != Some(station) {
            stations.insert(station);
            last = Some(station);
        }
    }
    stations
}

#[cfg(test)]
#[path = "owners_tests.rs"]
mod tests;
