//! The township among a hub's metrics: its stations, each source beside the limits of its month, the pumps that run.
//!
//! Labels come from the township's file and from small sets. What is not known is left out, so that no old level is
//! told again as one of now.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use prometheus_client::registry::Unit;
use serde::Serialize;
use tokio::sync::watch;

use crate::core::Calendar;
use crate::hub::overview::STALE;
use crate::support::openmetrics::{Labels, Writer};
use crate::water::{Station, StationKind, Status, Township, dry_level_m};
use crate::web::{Overview, SourceRow};

/// What a hub with pages knows of its township.
#[derive(Debug, Clone)]
pub(in crate::hub) struct TownshipShown {
    pub township: Arc<Township>,
    pub calendar: Calendar,
    pub overview: watch::Receiver<Arc<Overview>>,
}

/// The states of a source: one of them is 1.
const STATUSES: [(Option<Status>, &str); 6] = [
    (Some(Status::Normal), "normal"),
    (Some(Status::Low), "low"),
    (Some(Status::Warn), "warn"),
    (Some(Status::Guard), "guard"),
    (Some(Status::Dry), "dry"),
    (None, "unknown"),
];

/// A metric of a source: its name, its help, its unit, and its value.
type Entry = (&'static str, &'static str, Option<Unit>, fn(&SourceRow) -> Option<f64>);

impl TownshipShown {
    /// Appends the township's metrics.
    pub fn write(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let overview = self.overview.borrow().clone();
        self.stations(writer)?;
        let entries: [Entry; 5] = [
            (
                "level",
                "Level of a source, of a reading that counts",
                Some(Unit::Meters),
                fresh_level,
            ),
            ("storage", "Storage of a source by its curve", other("cubic_meters"), |row| {
                fresh_level(row).and(row.storage_m3)
            }),
            ("storage_ratio", "Storage of a source by that at its normal level", None, |row| {
                fresh_level(row).and(row.share_of_normal)
            }),
            ("age", "Age of a source's last reading that counts", Some(Unit::Seconds), |row| {
                row.age_s.map(|age_s| age_s as f64)
            }),
            ("supply", "How long the usable water of a source lasts", other("days"), |row| {
                row.supply_days.map(f64::from)
            }),
        ];
        for (name, help, unit, value) in entries {
            let values = overview.sources.iter().filter_map(|row| Some((of(row), value(row)?)));
            let values = values.filter(|(_, value)| value.is_finite());
            writer.gauges(&format!("source_{name}"), help, unit, values)?;
        }
        let limits = overview.sources.iter().flat_map(|row| self.limits(row, overview.now));
        let help = "Where the status of a source changes in the month of its level, and its normal level, crest and flood limit";
        writer.gauges("source_limit", help, Some(Unit::Meters), limits)?;
        let statuses = overview.sources.iter().flat_map(|row| {
            STATUSES
                .map(|(status, id)| (with(of(row), "status", id), u64::from(row.status == status)))
        });
        let help =
            "1 for the status of a source; unknown where its last level is too old or is doubted";
        writer.gauges("source_status", help, None, statuses)?;
        self.pumps(&overview, writer)
    }

    /// The names of all stations.
    fn stations(&self, writer: &mut Writer<'_>) -> fmt::Result {
        let stations = self.township.stations.iter().map(|station| {
            let labels = vec![
                ("station", station.id.to_string()),
                ("name", station.name.clone()),
                ("kind", word(&station.kind)),
                ("village", self.township.village_name(&station.village).to_owned()),
            ];
            (labels, 1_u64)
        });
        writer.gauges("station_info", "A station of the township's file", None, stations)
    }

    /// The limits of a source in the month of its level, as its page has them.
    fn limits(&self, row: &SourceRow, now: Timestamp) -> Vec<(Labels, f64)> {
        let Some(station) = self.township.station(&row.id) else { return Vec::new() };
        let month = self.calendar.day_of(row.observed_at.unwrap_or(now)).month();
        let limits = limits(station, month).into_iter();
        limits.map(|(limit, level_m)| (with(of(row), "limit", limit), level_m)).collect()
    }

    /// How many pumps run at this moment.
    fn pumps(&self, overview: &Overview, writer: &mut Writer<'_>) -> fmt::Result {
        // Before anything is looked at, the overview has no township.
        if overview.township.is_empty() {
            return Ok(());
        }
        let pumps = self.township.stations.iter().filter(|s| s.kind == StationKind::Pump).count();
        let (running, unknown) =
            (u64::from(overview.totals.pumps_running), u64::from(overview.totals.pumps_unknown));
        let standing = (pumps as u64).saturating_sub(running + unknown);
        let values = [("running", running), ("standing", standing), ("unknown", unknown)];
        let values = values.map(|(state, count)| (with(Labels::new(), "state", state), count));
        writer.gauges("pumps", "Pumps that run, stand, or of which that is unknown", None, values)
    }
}

/// The level, unless it is too old to say something of now.
fn fresh_level(row: &SourceRow) -> Option<f64> {
    row.level_m.filter(|_| row.age_s.is_some_and(|age_s| age_s <= STALE.as_secs()))
}

/// The levels that part one status from the next in `month`, with names that stay, m.
fn limits(station: &Station, month: i8) -> Vec<(&'static str, f64)> {
    let threshold = station.threshold(month);
    let level = |limit: Option<f64>| threshold.and_then(|t| t.level_m(limit?, station));
    let all = [
        ("low", level(threshold.and_then(|t| t.low))),
        ("warn", level(threshold.map(|t| t.warn))),
        ("guard", level(threshold.map(|t| t.guard))),
        ("dry", dry_level_m(station)),
        ("normal", station.normal_m),
        ("crest", station.crest_m),
        ("flood", station.flood_limit_m(month)),
    ];
    let known = all.into_iter().filter_map(|(name, level_m)| Some((name, level_m?)));
    known.filter(|(_, level_m)| level_m.is_finite()).collect()
}

fn of(row: &SourceRow) -> Labels {
    vec![("station", row.id.to_string())]
}

fn with(mut labels: Labels, name: &'static str, value: &str) -> Labels {
    labels.push((name, value.into()));
    labels
}

fn other(unit: &str) -> Option<Unit> {
    Some(Unit::Other(unit.into()))
}

/// The word that JSON has for it.
fn word(of: &impl Serialize) -> String {
    let word = serde_json::to_value(of).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
#[path = "township_tests.rs"]
mod tests;
