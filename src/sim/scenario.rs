//! The scenario: weather, water, demand, meters and faults of a simulation, all of it data.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::SimError;
use crate::core::{Parameter, Period, StationId};

/// What `config/examples/2022/scenario.toml` holds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The seed where the caller has no other.
    pub seed: u64,
    /// First day of the physics.
    pub physics_from: Date,
    /// What the truth is summed over.
    pub event: Period,
    /// Climate by month; each month once.
    #[serde(rename = "month")]
    pub months: Vec<MonthClimate>,
    /// Days that go before the months; the first that holds a day counts.
    #[serde(rename = "spell", default)]
    pub spells: Vec<Spell>,
    /// Soil of the catchments.
    pub soil: SoilSettings,
    /// What farmers pump.
    pub demand: DemandSettings,
    /// Ponds and reservoirs.
    pub pond: PondSettings,
    /// Channels.
    pub channel: ChannelSettings,
    /// Wells.
    pub well: WellSettings,
    /// Drinking-water tanks.
    pub tank: TankSettings,
    /// Registers that meters begin with.
    pub meters: MeterSettings,
    /// Meters whose register is given.
    #[serde(rename = "meter", default)]
    pub presets: Vec<MeterPreset>,
    /// What each water source is fed by; each source of the township once.
    #[serde(rename = "source")]
    pub sources: Vec<SourceSettings>,
    /// What goes wrong.
    #[serde(rename = "fault", default)]
    pub faults: Vec<Fault>,
}

/// Climate of some months.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthClimate {
    /// The months, 1 to 12.
    pub months: Vec<i8>,
    /// Share of days with rain, 0 to 1.
    pub wet_day_share: f64,
    /// Mean depth of rain on such a day, mm.
    pub rain_mm: f64,
    /// Evaporation of open water, mm a day.
    pub evaporation_mm: f64,
}

/// Climate of some days.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Share of days with rain, 0 to 1.
    pub wet_day_share: f64,
    /// Mean depth of rain on such a day, mm.
    pub rain_mm: f64,
    /// Evaporation of open water, mm a day.
    pub evaporation_mm: f64,
}

/// Soil of the catchments.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoilSettings {
    /// Water that it can lack, mm.
    pub deficit_max_mm: f64,
    /// Share of rain that runs off when it is driest, 0 to 1.
    pub runoff_share_dry: f64,
    /// Share of rain that runs off when it is wettest, 0 to 1.
    pub runoff_share_wet: f64,
    /// Volumetric water content at field capacity, %.
    pub field_capacity_percent: f64,
    /// Depth of soil that the deficit is spread over, mm.
    pub depth_mm: f64,
}

/// What farmers pump.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandSettings {
    /// Share of the crops' demand that they try to meet.
    pub share: f64,
    /// Crop demand over open-water evaporation, January to December.
    pub crop_factor: [f64; 12],
    /// Deficit at which the most diligent farmer begins, mm.
    pub start_mm: f64,
    /// How much later the least diligent one begins, mm.
    pub start_spread_mm: f64,
    /// Deficit at which a field has enough, mm.
    pub stop_mm: f64,
    /// The most that a field lacks, mm.
    pub deficit_max_mm: f64,
    /// Share of the pumped water that does not reach the roots, 0 to below 1.
    pub loss_share: f64,
    /// Pumps run from the first to before the second hour of the day.
    pub hours: [i8; 2],
}

/// Ponds and reservoirs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PondSettings {
    /// Share of the normal storage on the first day.
    pub fill_start: f64,
    /// Seepage through the bottom, mm a day.
    pub seepage_mm_per_day: f64,
    /// Time in which what stands above the normal level falls to a third, h.
    pub surplus_hours: f64,
    /// A pump that stopped at the dead level starts again this much above it, m.
    pub restart_margin_m: f64,
}

/// Channels.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSettings {
    /// Recession of the half of the run-off that passes at once, h.
    pub fast_hours: f64,
    /// Recession of the half that seeps out of the hills, days.
    pub slow_days: f64,
    /// Lost on the way, m3/h.
    pub loss_m3h: f64,
}

/// Wells.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WellSettings {
    /// Drop of the level while pumping, m for each m3/h.
    pub drawdown_m_per_m3h: f64,
    /// Share of the inflow that remains when the soil is driest, 0 to 1.
    pub inflow_share_dry: f64,
}

/// Drinking-water tanks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TankSettings {
    /// Drinking water used, litres a person and day.
    pub litres_per_person_day: f64,
    /// The float valve opens this much below the normal level, m.
    pub valve_opens_below_normal_m: f64,
    /// Share of the spring that remains when the soil is driest, 0 to 1.
    pub inflow_share_dry: f64,
}

/// Registers that meters begin with lie between the two of each pair.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterSettings {
    /// kWh.
    pub energy_kwh: [f64; 2],
    /// m3.
    pub volume_m3: [f64; 2],
    /// h.
    pub run_hours: [f64; 2],
}

/// A meter whose register is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterPreset {
    /// The pump.
    pub station: StationId,
    /// Its energy register on the first day of the physics, kWh.
    pub energy_kwh: f64,
}

/// What a water source is fed by.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// The source.
    pub station: StationId,
    /// Catchment of a pond, reservoir or channel, m2.
    #[serde(default)]
    pub catchment_m2: f64,
    /// Aquifer of a well, spring of a tank, m3/h at its best.
    #[serde(default)]
    pub inflow_m3h: f64,
    /// Of a well: area of its aquifer times specific yield, m2.
    #[serde(default)]
    pub area_m2: f64,
    /// Of a channel: flow at its normal level, m3/h.
    #[serde(default)]
    pub normal_flow_m3h: f64,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The pump's electricity meter is replaced by one that stands at zero.
    MeterReset {
        /// The pump.
        station: StationId,
        /// When.
        at: Timestamp,
    },
    /// The station's units accept connections and answer nothing.
    Silence {
        /// The station.
        station: StationId,
        /// From when.
        from: Timestamp,
        /// Until before when.
        to: Timestamp,
    },
    /// The station's sensor reports its sign for "no value".
    Sentinel {
        /// The station.
        station: StationId,
        /// Which of its parameters.
        parameter: Parameter,
        /// From when.
        from: Timestamp,
        /// Until before when.
        to: Timestamp,
    },
}

impl Fault {
    /// The station that it befalls.
    pub fn station(&self) -> &StationId {
        match self {
            Self::MeterReset { station, .. }
            | Self::Silence { station, .. }
            | Self::Sentinel { station, .. } => station,
        }
    }
}

impl Scenario {
    /// Reads a scenario and checks its numbers.
    ///
    /// # Errors
    /// [`SimError::Scenario`] where it does not read, [`SimError::Value`] where a number makes no sense.
    pub fn parse(text: &str) -> Result<Self, SimError> {
        let scenario: Self = toml::from_str(text)?;
        scenario.check()?;
        Ok(scenario)
    }

    /// Checks what the types leave open.
    fn check(&self) -> Result<(), SimError> {
        let share = |path: &str, value: f64| {
            (0.0..=1.0)
                .contains(&value)
                .then_some(())
                .ok_or_else(|| SimError::value(path, value, "a share lies between 0 and 1"))
        };
        let positive = |path: &str, value: f64| {
            (value.is_finite() && value > 0.0)
                .then_some(())
                .ok_or_else(|| SimError::value(path, value, "has to be above zero"))
        };
        let not_negative = |path: &str, value: f64| {
            (value.is_finite() && value >= 0.0)
                .then_some(())
                .ok_or_else(|| SimError::value(path, value, "may not be negative"))
        };
        let climates = self
            .months
            .iter()
            .map(|m| ("month", m.wet_day_share, m.rain_mm, m.evaporation_mm))
            .chain(
                self.spells.iter().map(|s| ("spell", s.wet_day_share, s.rain_mm, s.evaporation_mm)),
            );
        for (what, wet, rain, evaporation) in climates {
            share(&format!("{what}.wet_day_share"), wet)?;
            not_negative(&format!("{what}.rain_mm"), rain)?;
            not_negative(&format!("{what}.evaporation_mm"), evaporation)?;
        }
        for month in 1..=12_i8 {
            let times = self.months.iter().flat_map(|m| &m.months).filter(|m| **m == month).count();
            if times != 1 {
                let rule = "each month from 1 to 12 has its climate once";
                return Err(SimError::value("month.months", month, rule));
            }
        }
        if self.event.from <= self.physics_from || self.event.to < self.event.from {
            let rule =
                "the event begins after the physics does, and ends no earlier than it begins";
            return Err(SimError::value("event.from", self.event.from, rule));
        }
        share("soil.runoff_share_dry", self.soil.runoff_share_dry)?;
        share("soil.runoff_share_wet", self.soil.runoff_share_wet)?;
        share("well.inflow_share_dry", self.well.inflow_share_dry)?;
        share("tank.inflow_share_dry", self.tank.inflow_share_dry)?;
        share("pond.fill_start", self.pond.fill_start)?;
        share("demand.loss_share", self.demand.loss_share)?;
        positive("soil.deficit_max_mm", self.soil.deficit_max_mm)?;
        positive("soil.depth_mm", self.soil.depth_mm)?;
        positive("pond.surplus_hours", self.pond.surplus_hours)?;
        positive("channel.fast_hours", self.channel.fast_hours)?;
        positive("channel.slow_days", self.channel.slow_days)?;
        not_negative("channel.loss_m3h", self.channel.loss_m3h)?;
        not_negative("demand.share", self.demand.share)?;
        positive("demand.start_mm", self.demand.start_mm)?;
        not_negative("demand.start_spread_mm", self.demand.start_spread_mm)?;
        if self.demand.stop_mm >= self.demand.start_mm {
            let rule = "a field has enough below the deficit at which watering begins";
            return Err(SimError::value("demand.stop_mm", self.demand.stop_mm, rule));
        }
        positive("demand.deficit_max_mm", self.demand.deficit_max_mm)?;
        not_negative("pond.seepage_mm_per_day", self.pond.seepage_mm_per_day)?;
        not_negative("pond.restart_margin_m", self.pond.restart_margin_m)?;
        not_negative("well.drawdown_m_per_m3h", self.well.drawdown_m_per_m3h)?;
        not_negative("tank.litres_per_person_day", self.tank.litres_per_person_day)?;
        for factor in self.demand.crop_factor {
            not_negative("demand.crop_factor", factor)?;
        }
        let [first, before] = self.demand.hours;
        if !(0 <= first && first < before && before <= 24) {
            let rule = "pumps run from an hour of the day to a later one, at most 24";
            return Err(SimError::value("demand.hours", before, rule));
        }
        let registers = [
            ("meters.energy_kwh", self.meters.energy_kwh),
            ("meters.volume_m3", self.meters.volume_m3),
            ("meters.run_hours", self.meters.run_hours),
        ];
        for (path, [low, high]) in registers {
            not_negative(path, low)?;
            not_negative(path, high - low)?;
        }
        for preset in &self.presets {
            not_negative(&format!("meter {}", preset.station), preset.energy_kwh)?;
        }
        for source in &self.sources {
            let path = format!("source {}", source.station);
            not_negative(&path, source.catchment_m2)?;
            not_negative(&path, source.inflow_m3h)?;
            not_negative(&path, source.area_m2)?;
            not_negative(&path, source.normal_flow_m3h)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../config/examples/2022/scenario.toml");

    #[test]
    fn the_example_reads() {
        let scenario = Scenario::parse(EXAMPLE).unwrap();
        assert_eq!(scenario.event.days(), 107);
        assert_eq!(scenario.faults.len(), 3);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        let cases = [
            ("seed = 2022", "sede = 2022", "sede"),
            ("\nshare = ", "\nshare = -1 #", "demand.share"),
            ("months = [3]", "months = [4]", "month.months"),
            ("stop_mm = 6.0", "stop_mm = 60.0", "demand.stop_mm"),
            ("kind = \"silence\"", "kind = \"noise\"", "noise"),
        ];
        for (from, to, named) in cases {
            assert!(EXAMPLE.contains(from), "{from}");
            let error = Scenario::parse(&EXAMPLE.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
