//! What really happened in the event: the reference for every measured figure.
//!
//! Truth is physical. It goes on through a meter's roll-over or reset, a silent unit and a sensor without a value.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::core::{Period, StationId};

/// A source other than a channel counts as dry while its level is at most this much above its bottom, m; a channel when
/// it ceases to flow. Engineering judgement: some mud and the sensor's own error (2 cm for level records).
pub const DRY_MARGIN_M: f64 = 0.05;

/// What happened between the first hour of the event and now, or the event's end.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    pub event: Period,
    pub pumps: BTreeMap<StationId, PumpTruth>,
    pub sources: BTreeMap<StationId, SourceTruth>,
    /// Rain by gauge, mm.
    pub rain_mm: BTreeMap<StationId, f64>,
}

/// What a pump did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct PumpTruth {
    pub energy_kwh: f64,
    pub water_m3: f64,
    pub hours_run: f64,
}

/// The state of a water source, noted at every full hour of the event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct SourceTruth {
    /// Full hours at which it was dry: without flow, or at most [`DRY_MARGIN_M`] above its bottom.
    pub dry_hours: u32,
    /// Days on which it was dry at every full hour.
    pub dry_days: u32,
    /// The first full hour at which it was dry.
    pub first_dry_at: Option<Timestamp>,
    /// Lowest level at a full hour, m; absent before the event.
    pub lowest_m: Option<f64>,
    /// Last level at a full hour, m; absent before the event.
    pub last_m: Option<f64>,
}

impl Truth {
    pub fn energy_kwh(&self) -> f64 {
        self.pumps.values().map(|p| p.energy_kwh).sum()
    }

    pub fn water_m3(&self) -> f64 {
        self.pumps.values().map(|p| p.water_m3).sum()
    }
}
