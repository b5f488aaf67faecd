//! The account of a township: its sources, pumps and rain, and their sums.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::{Basis, Cells, Entry, EntryCode, PumpAccount, Rainfall, SourceAccount};
use crate::core::Period;
use crate::water::StationKind;

/// The sources, pumps and rain of a township over the period of a [`Basis`], in the township's order.
#[derive(Debug, Clone, PartialEq)]
pub struct TownshipAccount {
    pub sources: Vec<SourceAccount>,
    pub pumps: Vec<PumpAccount>,
    pub rain: Rainfall,
    pub days: Vec<TownshipDay>,
}

/// A day of the whole township.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TownshipDay {
    pub day: Date,
    /// Electricity of all pumps, kWh; `None` where no pump has data.
    pub energy_kwh: Option<f64>,
    /// Water stored in ponds and reservoirs, m3: of each its last storage up to this day. `None` before the first.
    pub storage_m3: Option<f64>,
}

impl TownshipAccount {
    pub fn of<C: Cells>(basis: &Basis<'_>, cells: &mut C) -> Result<TownshipAccount, C::Error> {
        let (mut sources, mut pumps) = (Vec::new(), Vec::new());
        for station in &basis.township.stations {
            if station.kind.is_source() {
                sources.push(SourceAccount::of(basis, station, cells)?);
            } else if station.kind == StationKind::Pump {
                pumps.push(PumpAccount::of(basis, station, cells)?);
            }
        }
        let days = days(&pumps, &sources, basis.period);
        let rain = Rainfall::of(basis, cells)?;
        Ok(TownshipAccount { sources, pumps, rain, days })
    }

    /// Those of the ledger's rows that an account is made from: which meters were replaced.
    pub fn rows(entries: &[Entry]) -> impl Iterator<Item = &Entry> + Clone {
        let meters = [EntryCode::MeterReplaced, EntryCode::MeterInstalled];
        entries.iter().filter(move |entry| meters.contains(&entry.code))
    }
}

fn days(pumps: &[PumpAccount], sources: &[SourceAccount], period: Period) -> Vec<TownshipDay> {
    let mut energy: BTreeMap<Date, f64> = BTreeMap::new();
    for (day, kwh) in pumps.iter().flat_map(|pump| &pump.days) {
        *energy.entry(*day).or_insert(0.0) += kwh;
    }
    // By how much each day changes what a source stored last.
    let mut changes: BTreeMap<Date, f64> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.kind.stores()) {
        let mut before = 0.0;
        for (day, stored) in source.days.iter().filter_map(|d| Some((d.day, d.storage_m3()?))) {
            *changes.entry(day).or_insert(0.0) += stored - before;
            before = stored;
        }
    }
    let mut stored = None;
    let of = |day: Date| {
        if let Some(change) = changes.get(&day) {
            stored = Some(stored.unwrap_or(0.0) + change);
        }
        TownshipDay { day, energy_kwh: energy.get(&day).copied(), storage_m3: stored }
    };
    let days = period.from.series(1.day()).take_while(|day| *day <= period.to);
    days.map(of).collect()
}
