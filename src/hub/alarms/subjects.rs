//! What is seen, before anything is said of it: a key and the name of its subject; and how a station is found.

use std::collections::HashMap;
use std::sync::Arc;

use crate::alarm::{Condition, Key, Kind, Seen, Subject};
use crate::core::{GatewayId, StationId};
use crate::locales::Text;
use crate::water::{Station, Township};

/// Of a station.
pub(super) fn of_station(kind: Kind, station: &Station, condition: Condition) -> Seen {
    let subject = Subject::Station(station.id.clone());
    of(kind, subject, Text::verbatim(&station.name), condition)
}

/// Of a gateway.
pub(super) fn of_gateway(kind: Kind, gateway: &GatewayId, condition: Condition) -> Seen {
    of(kind, Subject::Gateway(gateway.clone()), Text::verbatim(gateway), condition)
}

/// Of the hub itself: `what` is the name of a fault, of a certificate, of a disk.
pub(super) fn of_hub(kind: Kind, what: &str, name: Text, condition: Condition) -> Seen {
    of(kind, Subject::Hub(what.into()), name, condition)
}

pub(super) fn of(kind: Kind, subject: Subject, name: Text, condition: Condition) -> Seen {
    let key = Key { kind, subject };
    Seen { key, condition, value: None, limit: None, name, said: Text::default(), behind: None }
}

/// The township's stations, found by their ids: a look at ten thousand must not search the file for each.
#[derive(Debug)]
pub(super) struct Register {
    township: Arc<Township>,
    places: HashMap<StationId, usize>,
    /// The places of the pumps that draw on the station of each place that has some.
    pumps: HashMap<usize, Vec<usize>>,
}

impl Register {
    pub fn new(township: Arc<Township>) -> Self {
        let ids = township.stations.iter().map(|station| station.id.clone());
        let places: HashMap<StationId, usize> = ids.zip(0..).collect();
        let mut pumps: HashMap<usize, Vec<usize>> = HashMap::new();
        for (place, station) in township.stations.iter().enumerate() {
            let source = station.pump.as_ref().and_then(|pump| places.get(&pump.source));
            if let Some(source) = source {
                pumps.entry(*source).or_default().push(place);
            }
        }
        Self { township, places, pumps }
    }

    pub fn stations(&self) -> &[Station] {
        &self.township.stations
    }

    pub fn place(&self, station: &StationId) -> Option<usize> {
        self.places.get(station).copied()
    }

    pub fn at(&self, place: usize) -> Option<&Station> {
        self.township.stations.get(place)
    }

    pub fn station(&self, id: &StationId) -> Option<&Station> {
        self.at(self.place(id)?)
    }

    /// The places of the pumps that draw on the station at `place`.
    pub fn pumps_of(&self, place: usize) -> &[usize] {
        self.pumps.get(&place).map(Vec::as_slice).unwrap_or_default()
    }
}
