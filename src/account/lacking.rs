//! What the township's file lacks, so that an index of the drought grade can never have a value here.

use crate::locales::{Text, account as words};
use crate::water::{Index, Station, StationKind, Township, balance};

/// Why `index` can never have a value in `township`; `None` where it can.
pub(super) fn lacking(index: Index, township: &Township) -> Option<Text> {
    let stations = township.stations.iter();
    match index {
        Index::RainlessDays
        | Index::RainAnomaly30
        | Index::RainAnomaly60
        | Index::RainAnomaly90 => {
            if township.climate.is_none() {
                return Some(words::no_climate());
            }
            let mut gauges = stations.filter(|s| s.kind == StationKind::RainGauge);
            gauges.next().is_none().then(words::no_gauge)
        }
        Index::SoilMoisture => {
            let soil = stations.filter(|s| s.kind == StationKind::Soil);
            let mut known = soil.filter(|s| s.field_capacity_percent.is_some());
            known.next().is_none().then(words::no_field_capacity)
        }
        Index::StorageShare => {
            let all: Vec<_> = reservoirs(township).collect();
            if all.is_empty() {
                return Some(words::no_reservoir());
            }
            let incomplete: Vec<_> =
                all.into_iter().filter(|s| !has_useful_capacity(s)).map(|s| &s.name).collect();
            (!incomplete.is_empty()).then(|| words::without_useful_capacity(Text::list(incomplete)))
        }
        Index::SupplyDays => {
            if township.demand.as_ref().is_none_or(|d| d.litres_per_person_day <= 0.0) {
                return Some(words::no_water_per_person());
            }
            let all: Vec<_> = serving(township).collect();
            if all.is_empty() {
                return Some(words::no_serving_source());
            }
            let incomplete: Vec<_> = all
                .into_iter()
                .filter(|s| s.curve.is_none() || s.dead_m.is_none())
                .map(|s| &s.name)
                .collect();
            (!incomplete.is_empty()).then(|| words::without_dead_storage(Text::list(incomplete)))
        }
    }
}

/// The reservoirs, whose storage share is graded.
pub(super) fn reservoirs(township: &Township) -> impl Iterator<Item = &Station> {
    township.stations.iter().filter(|station| station.kind == StationKind::Reservoir)
}

/// The sources that serve people, whose days of supply are graded. Tanks are refilled and do not count.
pub(super) fn serving(township: &Township) -> impl Iterator<Item = &Station> {
    let sources = township.stations.iter();
    sources.filter(|s| s.kind != StationKind::Tank && s.serves_persons.is_some_and(|n| n > 0))
}

/// Whether curve, dead and normal level say how much usable water there is at the normal level.
fn has_useful_capacity(station: &Station) -> bool {
    let normal = station.normal_m.and_then(|normal_m| balance(station, normal_m));
    normal.is_some_and(|balance| balance.full_m3.is_some())
}
