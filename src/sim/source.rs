//! The water balance of a source, hour by hour.

use super::SimError;
use super::scenario::{Scenario, SourceSettings};
use super::truth::DRY_MARGIN_M;
use crate::locales::demo as words;
use crate::water::{Station, StationKind, StorageCurve};

/// Level over flow of a channel: depth grows with this power of the flow (Manning's formula for a wide section, 3/5).
const DEPTH_OVER_FLOW: f64 = 0.6;
/// Hours when people draw most water, and the shares of the mean (16 x 1.3 + 8 x 0.4 = 24). Engineering judgement.
const DRINKING_DAY: (std::ops::Range<i8>, f64, f64) = (6..22, 1.3, 0.4);

/// The weather of an hour, as far as it matters to a source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hour {
    pub rain_mm: f64,
    /// Run-off of the catchments, mm.
    pub runoff_mm: f64,
    /// Evaporation of open water, mm.
    pub evaporation_mm: f64,
    /// How wet the soil is, 0 driest to 1.
    pub wetness: f64,
    pub hour: i8,
}

#[derive(Debug, Clone)]
pub(super) struct Source {
    pub bottom_m: f64,
    dead_m: f64,
    normal_m: f64,
    crest_m: f64,
    feed: SourceSettings,
    body: Body,
    /// Pumps have stopped at the dead level and wait for the restart margin.
    exhausted: bool,
    /// Drawn in the present hour, m3.
    drawn_m3: f64,
}

#[derive(Debug, Clone)]
enum Body {
    /// Pond or reservoir.
    Basin { curve: StorageCurve, volume_m3: f64 },
    /// Two storages that drain into the channel, and its flow after losses and pumps.
    Channel { fast_m3: f64, slow_m3: f64, flow_m3h: f64 },
    /// Water in the aquifer above the bottom.
    Well { volume_m3: f64, drawdown_m: f64 },
    /// Tank with a float valve.
    Tank { curve: StorageCurve, volume_m3: f64, persons: f64, filling: bool },
}

impl Source {
    pub(super) fn new(scenario: &Scenario, station: &Station) -> Result<Self, SimError> {
        let missing = |rule| SimError::Station {
            path: words::the_township(),
            station: station.id.clone(),
            rule,
        };
        let levels = (station.bottom_m, station.dead_m, station.normal_m, station.crest_m);
        let (Some(bottom_m), Some(dead_m), Some(normal_m), Some(crest_m)) = levels else {
            return Err(missing(words::levels_missing()));
        };
        if !(bottom_m <= dead_m && dead_m < normal_m && normal_m <= crest_m) {
            return Err(missing(words::levels_out_of_order()));
        }
        let feed = scenario
            .sources
            .iter()
            .find(|s| s.station == station.id)
            .cloned()
            .ok_or_else(|| missing(words::no_source_table()))?;
        let curve = station.curve.clone();
        let body = match (station.kind, curve) {
            (StationKind::Pond | StationKind::Reservoir, Some(curve)) => Body::Basin {
                volume_m3: curve.storage(normal_m).volume_m3 * scenario.pond.fill_start,
                curve,
            },
            (StationKind::Tank, Some(curve)) => Body::Tank {
                volume_m3: curve.storage(normal_m).volume_m3,
                curve,
                persons: f64::from(station.serves_persons.unwrap_or(0)),
                filling: false,
            },
            (StationKind::Channel, _) if feed.normal_flow_m3h > 0.0 => Body::Channel {
                fast_m3: 0.0,
                slow_m3: feed.normal_flow_m3h * scenario.channel.slow_days * 24.0,
                flow_m3h: feed.normal_flow_m3h,
            },
            (StationKind::Well, _) if feed.area_m2 > 0.0 => {
                Body::Well { volume_m3: feed.area_m2 * (normal_m - bottom_m), drawdown_m: 0.0 }
            }
            (StationKind::Channel, _) => {
                return Err(missing(words::needs_in_source("normal_flow_m3h")));
            }
            (StationKind::Well, _) => return Err(missing(words::needs_in_source("area_m2"))),
            _ => return Err(missing(words::needs_curve())),
        };
        Ok(Self {
            bottom_m,
            dead_m,
            normal_m,
            crest_m,
            feed,
            body,
            exhausted: false,
            drawn_m3: 0.0,
        })
    }

    pub(super) fn level_m(&self) -> f64 {
        match &self.body {
            Body::Basin { curve, volume_m3 } | Body::Tank { curve, volume_m3, .. } => {
                curve.level(*volume_m3)
            }
            Body::Channel { flow_m3h, .. } => {
                let share = (flow_m3h / self.feed.normal_flow_m3h).max(0.0);
                let depth_m = (self.normal_m - self.bottom_m) * share.powf(DEPTH_OVER_FLOW);
                (self.bottom_m + depth_m).min(self.crest_m)
            }
            Body::Well { volume_m3, drawdown_m } => {
                (self.bottom_m + volume_m3 / self.feed.area_m2 - drawdown_m).max(self.bottom_m)
            }
        }
    }

    /// The level at or below which it is dry, m: a channel's cease-to-flow level, else the mud above the bottom.
    pub(super) fn dry_level_m(&self) -> f64 {
        match self.body {
            Body::Channel { .. } => self.bottom_m,
            _ => self.bottom_m + DRY_MARGIN_M,
        }
    }

    /// How far the water stands below its normal level, m.
    pub(super) fn drop_m(&self) -> f64 {
        self.normal_m - self.level_m()
    }

    /// Water that pumps may still draw in this hour, m3: none at or below the dead level.
    pub(super) fn available_m3(&self) -> f64 {
        if self.exhausted {
            return 0.0;
        }
        let left = match &self.body {
            Body::Basin { curve, volume_m3 } | Body::Tank { curve, volume_m3, .. } => {
                volume_m3 - curve.storage(self.dead_m).volume_m3
            }
            Body::Channel { flow_m3h, .. } => *flow_m3h,
            Body::Well { volume_m3, .. } => {
                volume_m3 - self.feed.area_m2 * (self.dead_m - self.bottom_m)
            }
        };
        left.max(0.0)
    }

    /// Takes out `water_m3`, at most the [available](Self::available_m3) water.
    pub(super) fn draw(&mut self, water_m3: f64) {
        self.drawn_m3 += water_m3;
        match &mut self.body {
            Body::Basin { volume_m3, .. }
            | Body::Tank { volume_m3, .. }
            | Body::Well { volume_m3, .. } => {
                *volume_m3 -= water_m3;
            }
            Body::Channel { flow_m3h, .. } => *flow_m3h -= water_m3,
        }
    }

    /// An hour of weather and use, before the pumps draw.
    pub(super) fn flow(&mut self, scenario: &Scenario, hour: Hour) {
        self.drawn_m3 = 0.0;
        let runoff_m3 = hour.runoff_mm / 1000.0 * self.feed.catchment_m2;
        match &mut self.body {
            Body::Basin { curve, volume_m3 } => {
                let area_m2 = area_m2(curve, *volume_m3);
                let seepage_mm = scenario.pond.seepage_mm_per_day / 24.0;
                let net_mm = hour.rain_mm - hour.evaporation_mm - seepage_mm;
                let mut volume = *volume_m3 + runoff_m3 + net_mm / 1000.0 * area_m2;
                let normal_m3 = curve.storage(self.normal_m).volume_m3;
                if volume > normal_m3 {
                    let stays = (-1.0 / scenario.pond.surplus_hours).exp();
                    volume = normal_m3 + (volume - normal_m3) * stays;
                }
                *volume_m3 = volume.clamp(0.0, curve.storage(self.crest_m).volume_m3);
            }
            Body::Channel { fast_m3, slow_m3, flow_m3h } => {
                *fast_m3 += runoff_m3 / 2.0;
                *slow_m3 += runoff_m3 / 2.0;
                let fast = *fast_m3 / scenario.channel.fast_hours;
                let slow = *slow_m3 / (scenario.channel.slow_days * 24.0);
                *fast_m3 -= fast;
                *slow_m3 -= slow;
                *flow_m3h = (fast + slow - scenario.channel.loss_m3h).max(0.0);
            }
            Body::Well { volume_m3, .. } => {
                let full_m3 = self.feed.area_m2 * (self.normal_m - self.bottom_m);
                let dry = scenario.well.inflow_share_dry;
                let inflow = self.feed.inflow_m3h * (dry + (1.0 - dry) * hour.wetness);
                // The lower the water, the steeper the gradient towards it.
                let share = 2.0 * (1.0 - *volume_m3 / full_m3);
                *volume_m3 = (*volume_m3 + inflow * share.clamp(0.0, 1.0)).min(full_m3);
            }
            Body::Tank { curve, volume_m3, persons, filling } => {
                let (day, by_day, by_night) = DRINKING_DAY;
                let share = if day.contains(&hour.hour) { by_day } else { by_night };
                let used = *persons * scenario.tank.litres_per_person_day / 1000.0 / 24.0 * share;
                let normal_m3 = curve.storage(self.normal_m).volume_m3;
                let opens_m = self.normal_m - scenario.tank.valve_opens_below_normal_m;
                if *volume_m3 >= normal_m3 {
                    *filling = false;
                } else if curve.level(*volume_m3) <= opens_m {
                    *filling = true;
                }
                let dry = scenario.tank.inflow_share_dry;
                let spring = self.feed.inflow_m3h * (dry + (1.0 - dry) * hour.wetness);
                let inflow = if *filling { spring } else { 0.0 };
                *volume_m3 =
                    (*volume_m3 + inflow - used).clamp(0.0, curve.storage(self.crest_m).volume_m3);
            }
        }
        if self.level_m()
            > self.dead_m + scenario.pond.restart_margin_m.min(self.normal_m - self.dead_m)
        {
            self.exhausted = false;
        }
    }

    /// Ends the hour: the level shows the water that was drawn.
    pub(super) fn settle(&mut self, scenario: &Scenario) {
        if let Body::Well { drawdown_m, .. } = &mut self.body {
            *drawdown_m = self.drawn_m3 * scenario.well.drawdown_m_per_m3h;
        }
        let gone = self.available_m3() <= 0.0;
        if gone && !matches!(self.body, Body::Channel { .. }) {
            self.exhausted = true;
        }
    }
}

/// Surface at `volume_m3`, m2: the slope of the storage curve there.
fn area_m2(curve: &StorageCurve, volume_m3: f64) -> f64 {
    // Half the resolution of level records, 1 cm (GB/T 50138).
    const HALF_M: f64 = 0.005;
    let level = curve.level(volume_m3);
    let (lowest, highest) = match (curve.points().first(), curve.points().last()) {
        (Some(first), Some(last)) => (first[0], last[0]),
        _ => return 0.0,
    };
    let low = (level - HALF_M).max(lowest);
    let high = (level + HALF_M).min(highest);
    if high <= low {
        return 0.0;
    }
    (curve.storage(high).volume_m3 - curve.storage(low).volume_m3) / (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surface_is_the_slope_of_the_curve() {
        let curve = StorageCurve::new(vec![[10.0, 0.0], [11.0, 1000.0], [13.0, 5000.0]]).unwrap();
        assert!((area_m2(&curve, 500.0) - 1000.0).abs() < 1e-6);
        assert!((area_m2(&curve, 3000.0) - 2000.0).abs() < 1e-6);
        assert!((area_m2(&curve, 0.0) - 1000.0).abs() < 1e-6);
    }
}
