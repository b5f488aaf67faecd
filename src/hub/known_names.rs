//! The gateways and stations that the office has heard or been told of: a name that is none of them is a mistake.

use std::collections::BTreeSet;

use super::message::{self, Content};
use crate::core::{GatewayId, StationId, nearest};
use crate::locales::{Text, office as words};
use crate::store::{Owners, Quarantine, Sqlite};
use crate::water::Township;

/// The names of the gateways and stations of an office.
pub struct KnownNames {
    gateways: BTreeSet<GatewayId>,
    stations: BTreeSet<StationId>,
}

impl KnownNames {
    /// From the township's file, the store, the owners and what waits in the quarantine.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn of(
        store: &Sqlite,
        owners: &Owners,
        quarantine: &Quarantine,
        township: &Township,
    ) -> anyhow::Result<Self> {
        let mut known = Self { gateways: BTreeSet::new(), stations: BTreeSet::new() };
        known.gateways.extend(store.gateways()?.into_iter().map(|row| row.gateway));
        known.stations.extend(store.series()?.into_iter().map(|series| series.station));
        known.stations.extend(township.stations.iter().map(|station| station.id.clone()));
        known.gateways.extend(owners.declared().values().cloned());
        for pin in owners.pins()? {
            known.stations.insert(pin.station);
            known.gateways.insert(pin.gateway);
        }
        known.gateways.extend(owners.revocations()?.into_iter().map(|revoked| revoked.gateway));
        for message in quarantine.list(None)? {
            known.gateways.extend(message.gateway);
            // What is stored only in the quarantine may be pinned, so that it can be taken in.
            let Some((message, payload)) = quarantine.get(message.id)? else { continue };
            if let Ok((Content::Batches(batches), _)) =
                message::read_known(&message.topic, &payload)
            {
                let readings = batches.into_iter().flat_map(|batch| batch.readings);
                known.stations.extend(readings.map(|reading| reading.series.station));
            }
        }
        Ok(known)
    }

    /// # Errors
    /// There is no such gateway; the nearest name is given.
    pub fn gateway(&self, gateway: &GatewayId) -> Result<(), Text> {
        if self.gateways.contains(gateway) {
            return Ok(());
        }
        let hint = hint(gateway.as_str(), self.gateways.iter().map(GatewayId::as_str));
        Err(words::no_such_gateway(gateway.as_str(), hint))
    }

    /// # Errors
    /// There is no such station; the nearest name is given.
    pub fn station(&self, station: &StationId) -> Result<(), Text> {
        if self.stations.contains(station) {
            return Ok(());
        }
        let hint = hint(station.as_str(), self.stations.iter().map(StationId::as_str));
        Err(words::no_such_station(station.as_str(), hint))
    }
}

/// Which of `names` may have been meant, or where the names are.
pub(super) fn hint<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Text {
    nearest(typed, names).map_or_else(words::see_gateway_list, words::did_you_mean_name)
}
