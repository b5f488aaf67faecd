//! Stations with their state, and gateways: of the township's file and of the overview.

use crate::core::{GatewayId, StationId, nearest};
use crate::water::{Station, Township};
use crate::web::api_model::{
    FloodLimitItem, GatewayItem, PlaceItem, PumpItem, StateItem, StationItem, ThresholdItem,
};
use crate::web::{ApiPart, ApiRefusal, Overview};

/// The stations after the one of that id, in order of their ids.
pub(super) fn page(
    township: &Township,
    overview: &Overview,
    after: Option<&StationId>,
    most: usize,
) -> ApiPart<StationItem> {
    let mut stations: Vec<&Station> = township
        .stations
        .iter()
        .filter(|station| after.is_none_or(|id| station.id > *id))
        .collect();
    stations.sort_by(|a, b| a.id.cmp(&b.id));
    let more = stations.len() > most;
    stations.truncate(most);
    let items = stations.into_iter().map(|station| item(township, overview, station));
    ApiPart { items: items.collect(), more }
}

/// One station.
pub(super) fn one(
    township: &Township,
    overview: &Overview,
    id: &StationId,
) -> Result<StationItem, ApiRefusal> {
    match township.station(id) {
        Some(station) => Ok(item(township, overview, station)),
        None => Err(none(township, id)),
    }
}

/// There is no such station; the nearest one is named.
pub(super) fn none(township: &Township, id: &StationId) -> ApiRefusal {
    let ids = township.stations.iter().map(|station| station.id.as_str());
    ApiRefusal::NoStation(nearest(id.as_str(), ids).map(str::to_owned))
}

fn item(township: &Township, overview: &Overview, station: &Station) -> StationItem {
    let row = overview.sources.iter().find(|row| row.id == station.id);
    let known = |limit: Option<f64>| limit.filter(|limit| limit.is_finite());
    StationItem {
        id: station.id.to_string(),
        name: station.name.clone(),
        kind: word(&station.kind),
        village: station.village.to_string(),
        village_name: township.village_name(&station.village).to_owned(),
        gateway: station.gateway.as_ref().map(ToString::to_string),
        place: station
            .place
            .map(|place| PlaceItem { longitude: place.longitude, latitude: place.latitude }),
        bottom_m: known(station.bottom_m),
        dead_m: known(station.dead_m),
        normal_m: known(station.normal_m),
        crest_m: known(station.crest_m),
        thresholds: station
            .thresholds
            .iter()
            .map(|threshold| {
                let level = |limit| known(threshold.level_m(limit, station));
                ThresholdItem {
                    months: threshold.months.clone(),
                    low_m: threshold.low.and_then(level),
                    warning_m: level(threshold.warn),
                    assured_m: level(threshold.guard),
                }
            })
            .collect(),
        flood_limits: station
            .floods
            .iter()
            .map(|limit| FloodLimitItem { months: limit.months.clone(), level_m: limit.level_m })
            .collect(),
        serves_persons: station.serves_persons,
        pump: station.pump.as_ref().map(|pump| PumpItem {
            source: pump.source.to_string(),
            rated_power_kw: pump.rated_power_kw,
            rated_flow_m3h: pump.rated_flow_m3h,
        }),
        state: row.map(|row| StateItem {
            status: row.status.map(|status| status.id().to_owned()),
            level_m: known(row.level_m),
            storage_m3: known(row.storage_m3),
            share_of_normal: known(row.share_of_normal),
            trend_m_per_day: known(row.trend_m_per_day),
            observed_at: row.observed_at,
            ahead_at: row.ahead_at,
            supply_days: row.supply_days,
        }),
    }
}

/// The word that JSON has for it.
fn word(of: &impl serde::Serialize) -> String {
    let word = serde_json::to_value(of).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The gateways after the one of that id, in order of their ids.
pub(super) fn gateways(
    overview: &Overview,
    after: Option<&GatewayId>,
    most: usize,
) -> ApiPart<GatewayItem> {
    let mut rows: Vec<_> = overview
        .gateways
        .iter()
        .filter(|row| after.is_none_or(|after| row.id.as_str() > after.as_str()))
        .collect();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    let more = rows.len() > most;
    rows.truncate(most);
    let items = rows.into_iter().map(|row| GatewayItem {
        id: row.id.clone(),
        online: row.online,
        last_seen: row.last_seen,
        version: row.version.clone(),
        gaps: row.gaps.len() as u64 + row.more_gaps,
        stations: row.declared.iter().chain(&row.pinned).map(ToString::to_string).collect(),
        revoked_since: row.revoked_since,
        publisher: row.publisher.as_ref().map(|publisher| publisher.format.clone()),
    });
    ApiPart { items: items.collect(), more }
}
