//! A pump with the field behind it: the field dries, the farmer pumps, the meters turn.

use super::rng::{Draw, Purpose};
use super::scenario::{MeterSettings, Scenario};
use crate::water::Pump;

/// Square metres of a mu.
const M2_PER_MU: f64 = 10_000.0 / 15.0;
/// Share of a pump's flow that a source must have, or starting the pump is not worth it. Engineering judgement.
const START_SHARE_MIN: f64 = 0.25;

/// One pump and its field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    rated: Pump,
    /// Water that the field lacks, mm.
    deficit_mm: f64,
    /// Deficit at which its farmer begins to pump, mm.
    start_mm: f64,
    watering: bool,
    /// Whether the pump runs at the full hour, when its instruments are read.
    pub runs: bool,
    /// Hours that it ran without being seen, h. A debt: over time it is seen running as often as it runs.
    unseen_h: f64,
    /// Flow at the full hour, m3/h.
    pub flow_m3h: f64,
    pub registers: Registers,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Registers {
    pub energy_kwh: f64,
    pub volume_m3: f64,
    pub run_hours: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Run {
    pub hours: f64,
    pub water_m3: f64,
    pub energy_kwh: f64,
}

impl Registers {
    pub(super) fn draw(meters: &MeterSettings, seed: u64, number: u32) -> Self {
        let mut draw = Draw::new(seed, Purpose::Meters, number);
        let mut between = |[low, high]: [f64; 2]| draw.between(low, high);
        Self {
            energy_kwh: between(meters.energy_kwh),
            volume_m3: between(meters.volume_m3),
            run_hours: between(meters.run_hours),
        }
    }
}

impl Field {
    pub(super) fn new(scenario: &Scenario, seed: u64, number: u32, rated: &Pump) -> Self {
        let demand = &scenario.demand;
        let mut draw = Draw::new(seed, Purpose::Farmer, number);
        let start_mm = demand.start_mm + draw.share() * demand.start_spread_mm;
        Self {
            deficit_mm: draw.between(0.0, demand.start_mm),
            start_mm,
            rated: rated.clone(),
            watering: false,
            runs: false,
            unseen_h: 0.0,
            flow_m3h: 0.0,
            registers: Registers::draw(&scenario.meters, seed, number),
        }
    }

    /// Power at the full hour, kW.
    pub(super) fn power_kw(&self) -> f64 {
        if self.runs { self.rated.rated_power_kw } else { 0.0 }
    }

    /// Lets the field dry for an hour. Returns whether its farmer wants to pump.
    pub(super) fn dry(
        &mut self,
        scenario: &Scenario,
        month: i8,
        hour: i8,
        rain_mm: f64,
        evaporation_mm: f64,
    ) -> bool {
        let demand = &scenario.demand;
        let factor = usize::try_from(month - 1)
            .ok()
            .and_then(|m| demand.crop_factor.get(m))
            .copied()
            .unwrap_or(0.0);
        let dried = self.deficit_mm + evaporation_mm * factor * demand.share - rain_mm;
        self.deficit_mm = dried.clamp(0.0, demand.deficit_max_mm);
        self.watering =
            self.deficit_mm >= self.start_mm || (self.watering && self.deficit_mm > demand.stop_mm);
        let [from, before] = demand.hours;
        self.watering && (from..before).contains(&hour)
    }

    /// Pumps for an hour what the field needs, at most `available_m3`; the water is `drop_m` below its normal level.
    pub(super) fn pump(&mut self, scenario: &Scenario, available_m3: f64, drop_m: f64) -> Run {
        // A lower source is a higher lift: at the same power the flow falls in proportion.
        let lift_m = self.rated.rated_head_m + drop_m.max(0.0);
        let flow = self.rated.rated_flow_m3h * self.rated.rated_head_m / lift_m;
        self.rest();
        if available_m3 < flow * START_SHARE_MIN {
            return Run::default();
        }
        let reaching = 1.0 - scenario.demand.loss_share;
        let area_m2 = (self.rated.irrigates_mu * M2_PER_MU).max(1.0);
        let wanted_mm = (self.deficit_mm - scenario.demand.stop_mm).max(0.0);
        let wanted_m3 = wanted_mm / 1000.0 * area_m2 / reaching.max(0.01);
        let water_m3 = flow.min(available_m3).min(wanted_m3);
        let hours = water_m3 / flow;
        self.unseen_h += hours;
        self.runs = self.unseen_h >= 0.5;
        if self.runs {
            self.unseen_h -= 1.0;
            self.flow_m3h = flow;
        }
        self.deficit_mm -= water_m3 * reaching / area_m2 * 1000.0;
        let run = Run { hours, water_m3, energy_kwh: hours * self.rated.rated_power_kw };
        self.registers.energy_kwh += run.energy_kwh;
        self.registers.volume_m3 += run.water_m3;
        self.registers.run_hours += run.hours;
        run
    }

    pub(super) fn rest(&mut self) {
        self.runs = false;
        self.flow_m3h = 0.0;
    }
}
