//! A statement: everything that a report prints. What a report issues is frozen as this.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::facts::SourceFacts;
use super::ledger_rows::Rows;
use super::plausibility::Findings;
use super::{Comparison, Earlier, Entry, EntryCode, Figure, FigureId, PumpAccount};
use crate::core::Period;
use crate::water::{StationKind, Township};

/// The figures of a period with everything that stands beside them in a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statement {
    /// What it covers.
    pub period: Period,
    /// All figures of the catalogue, in its order.
    pub figures: Vec<Figure>,
    /// What the rules of plausibility found.
    pub findings: Findings,
    /// Figures beside those of earlier years.
    pub comparisons: Vec<Comparison>,
    /// The figures of earlier periods that figures of this one are made from.
    pub earlier: Vec<Earlier>,
    /// The ledger by village.
    pub villages: Vec<VillageTotals>,
    /// The water sources.
    pub sources: Vec<SourceRecord>,
    /// The pumps.
    pub pumps: Vec<PumpAccount>,
    /// Day by day over the whole township.
    pub days: Vec<TownshipDay>,
    /// The rows of the ledger that count for the period.
    pub entries: Vec<Entry>,
    /// Rows that wait for a second person, and are in no figure.
    pub pending: Vec<Entry>,
}

impl Statement {
    /// The figure `id` of the period.
    pub fn figure(&self, id: FigureId) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    /// The value of the figure `id`, where it is a number.
    pub fn number(&self, id: FigureId) -> Option<f64> {
        self.figure(id)?.number()
    }

    /// The figure `id` of the earlier period that ended on `end`, where a figure of this period is made from it.
    pub fn earlier_figure(&self, id: FigureId, end: Date) -> Option<&Figure> {
        let then = self.earlier.iter().find(|then| then.period.to == end)?;
        then.figures.iter().find(|figure| figure.id == id)
    }
}

/// What the ledger says of a village.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VillageTotals {
    /// Its name.
    pub name: String,
    /// Inhabitants.
    pub persons: u32,
    /// Sown area, mu.
    pub sown_area_mu: f64,
    /// Sums by code, in the order of [`VillageTotals::CODES`]; `None` where the ledger has no row.
    pub sums: Vec<Option<f64>>,
}

impl VillageTotals {
    /// The codes that are summed by village.
    pub const CODES: &'static [EntryCode] = &[
        EntryCode::AreaAffected,
        EntryCode::AreaDamaged,
        EntryCode::AreaFailed,
        EntryCode::EquipmentDeclared,
        EntryCode::Gasoline,
        EntryCode::Diesel,
        EntryCode::WaterWork,
        EntryCode::WaterWorkGroups,
        EntryCode::WaterWorkPersons,
    ];
}

/// A water source over the period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SourceRecord {
    /// Station id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: StationKind,
    /// Its village.
    pub village: String,
    /// Share of the hours with data, 0 to 1.
    pub coverage: f64,
    /// First of three days on end at 旱警 or worse.
    pub warn_from: Option<Date>,
    /// Hours that it was dry, of spells of a day and longer.
    pub dry_h: Option<u32>,
    /// Last level of each day that has one, m, and the storage there, m3.
    pub days: Vec<SourceDay>,
    /// 旱警 of the last month of the period, as a level, m.
    pub warn_m: Option<f64>,
    /// 旱保, likewise.
    pub guard_m: Option<f64>,
}

/// A day of the whole township.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TownshipDay {
    /// The day.
    pub day: Date,
    /// Electricity of all pumps, kWh; `None` where no pump has data.
    pub energy_kwh: Option<f64>,
    /// Water stored in ponds and reservoirs, m3: of each its last storage up to this day. `None` before the first.
    pub storage_m3: Option<f64>,
}

/// The last level of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SourceDay {
    /// The day.
    pub day: Date,
    /// Level, m.
    pub level_m: f64,
    /// Storage by the curve, m3; `None` without a curve.
    pub storage_m3: Option<f64>,
}

/// The ledger by village, in the order of the township.
pub(super) fn villages(rows: Rows<'_>, township: &Township) -> Vec<VillageTotals> {
    let of = |village: &crate::water::Village| {
        let sum = |code: &EntryCode| {
            let entries = rows.of(*code).into_iter();
            let here = entries.filter(|e| e.village.as_ref() == Some(&village.id));
            here.map(|e| e.value).reduce(|a, b| a + b)
        };
        VillageTotals {
            name: village.name.clone(),
            persons: village.persons,
            sown_area_mu: village.sown_area_mu,
            sums: VillageTotals::CODES.iter().map(sum).collect(),
        }
    };
    township.villages.iter().map(of).collect()
}

/// The water sources, in the order of the township.
pub(super) fn sources(
    facts: &[SourceFacts<'_>],
    township: &Township,
    period: Period,
) -> Vec<SourceRecord> {
    let record = |source: &SourceFacts<'_>| {
        let station = source.station;
        let village = township.village(&station.village);
        let days = source.days.iter().map(|(day, level_m)| SourceDay {
            day: *day,
            level_m: *level_m,
            storage_m3: station.curve.as_ref().map(|c| c.storage(*level_m).volume_m3),
        });
        let limits = station.limits(period.to.month());
        SourceRecord {
            id: station.id.to_string(),
            name: station.name.clone(),
            kind: station.kind,
            village: village.map_or_else(|| station.village.to_string(), |v| v.name.clone()),
            coverage: source.coverage.share(),
            warn_from: source.warn_from,
            dry_h: source.dry.map(|spell| spell.hours),
            days: days.collect(),
            warn_m: limits.map(|(warn, _)| warn),
            guard_m: limits.map(|(_, guard)| guard),
        }
    };
    facts.iter().map(record).collect()
}

/// The days of a period.
fn each_day(period: Period) -> impl Iterator<Item = Date> {
    let days = period.from.series(jiff::ToSpan::day(1));
    days.take_while(move |day| *day <= period.to)
}

/// Each day of the period over all pumps and all ponds and reservoirs.
pub(super) fn days(
    pumps: &[PumpAccount],
    sources: &[SourceRecord],
    period: Period,
) -> Vec<TownshipDay> {
    let mut energy: BTreeMap<Date, f64> = BTreeMap::new();
    for (day, kwh) in pumps.iter().flat_map(|pump| &pump.days) {
        *energy.entry(*day).or_insert(0.0) += kwh;
    }
    let stores =
        |source: &&SourceRecord| matches!(source.kind, StationKind::Pond | StationKind::Reservoir);
    // What a source stored last, and the change that each later day brings.
    let mut changes: BTreeMap<Date, f64> = BTreeMap::new();
    for source in sources.iter().filter(stores) {
        let mut before = 0.0;
        for (day, stored) in source.days.iter().filter_map(|d| Some((d.day, d.storage_m3?))) {
            *changes.entry(day).or_insert(0.0) += stored - before;
            before = stored;
        }
    }
    let mut stored = None;
    let day_of = |day: Date| {
        if let Some(change) = changes.get(&day) {
            stored = Some(stored.unwrap_or(0.0) + change);
        }
        TownshipDay { day, energy_kwh: energy.get(&day).copied(), storage_m3: stored }
    };
    each_day(period).map(day_of).collect()
}
