//! The scenario: weather, water, demand, meters and faults of a simulation, all of it data.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use super::SimError;
use crate::core::{Parameter, Period, Problems, StationId};
use crate::locales::{Text, demo as words, foreign_toml};

const SHARE: RangeInclusive<f64> = 0.0..=1.0;

/// A scenario, as `config/examples/2022/scenario.toml` shows it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Used where the caller gives no other.
    pub seed: u64,
    pub physics_from: Date,
    /// The period over which the truth is summed.
    pub event: Period,
    /// Climate by month; each month once.
    #[serde(rename = "month")]
    pub months: Vec<MonthClimate>,
    /// Overrule the months; the first spell that contains a day counts.
    #[serde(rename = "spell", default)]
    pub spells: Vec<Spell>,
    pub soil: SoilSettings,
    pub demand: DemandSettings,
    pub pond: PondSettings,
    pub channel: ChannelSettings,
    pub well: WellSettings,
    pub tank: TankSettings,
    pub meters: MeterSettings,
    #[serde(rename = "meter", default)]
    pub presets: Vec<MeterPreset>,
    /// Each water source of the township once.
    #[serde(rename = "source")]
    pub sources: Vec<SourceSettings>,
    #[serde(rename = "fault", default)]
    pub faults: Vec<Fault>,
}

/// Climate of some months: share of days with rain, mean rain on such a day, and daily evaporation of open water.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonthClimate {
    pub months: Vec<i8>,
    pub wet_day_share: f64,
    pub rain_mm: f64,
    pub evaporation_mm: f64,
}

/// Climate of some days, as [`MonthClimate`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    pub from: Date,
    /// Included.
    pub to: Date,
    pub wet_day_share: f64,
    pub rain_mm: f64,
    pub evaporation_mm: f64,
}

/// Soil of the catchments.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoilSettings {
    pub deficit_max_mm: f64,
    /// Share of rain that runs off when it is driest, 0 to 1.
    pub runoff_share_dry: f64,
    /// Share of rain that runs off when it is wettest, 0 to 1.
    pub runoff_share_wet: f64,
    pub field_capacity_percent: f64,
    /// Depth of soil that the deficit is spread over, mm.
    pub depth_mm: f64,
}

/// When and how much farmers pump.
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
    /// Pumps run from the first hour of the day until the second.
    pub hours: [i8; 2],
}

/// Ponds and reservoirs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PondSettings {
    /// Share of the normal storage on the first day.
    pub fill_start: f64,
    pub seepage_mm_per_day: f64,
    /// Time in which the water above the normal level falls to a third, h.
    pub surplus_hours: f64,
    /// Height above the dead level at which a pump that stopped there starts again, m.
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
    pub litres_per_person_day: f64,
    /// Depth below the normal level at which the float valve opens, m.
    pub valve_opens_below_normal_m: f64,
    /// Share of the spring that remains when the soil is driest, 0 to 1.
    pub inflow_share_dry: f64,
}

/// Registers of meters on the first day of the physics: between the two values of each pair.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterSettings {
    pub energy_kwh: [f64; 2],
    pub volume_m3: [f64; 2],
    pub run_hours: [f64; 2],
}

/// A meter whose register is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterPreset {
    pub station: StationId,
    /// Energy register on the first day of the physics, kWh.
    pub energy_kwh: f64,
}

/// What feeds a water source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    pub station: StationId,
    /// Catchment of a pond, reservoir or channel, m2.
    #[serde(default)]
    pub catchment_m2: f64,
    /// Most that the aquifer of a well or the spring of a tank gives, m3/h.
    #[serde(default)]
    pub inflow_m3h: f64,
    /// Area of the aquifer of a well times its specific yield, m2.
    #[serde(default)]
    pub area_m2: f64,
    /// Flow of a channel at its normal level, m3/h.
    #[serde(default)]
    pub normal_flow_m3h: f64,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The pump's electricity meter is replaced by one that stands at zero.
    MeterReset { station: StationId, at: Timestamp },
    /// The station's units accept connections and answer nothing, from `from` until `to`.
    Silence { station: StationId, from: Timestamp, to: Timestamp },
    /// The station's sensor reports its sign for "no value", from `from` until `to`.
    Sentinel { station: StationId, parameter: Parameter, from: Timestamp, to: Timestamp },
}

impl Fault {
    pub fn station(&self) -> &StationId {
        match self {
            Self::MeterReset { station, .. }
            | Self::Silence { station, .. }
            | Self::Sentinel { station, .. } => station,
        }
    }
}

impl Scenario {
    /// Reads a scenario and checks it.
    ///
    /// # Errors
    /// [`SimError::Scenario`] where it cannot be read, [`SimError::Problems`] where a value makes no sense.
    pub fn parse(text: &str) -> Result<Self, SimError> {
        let scenario: Self = toml::from_str(text)
            .map_err(|error| SimError::Scenario(foreign_toml::error(&error, text)))?;
        let mut found = Problems::default();
        scenario.check(&mut found);
        found.result(scenario).map_err(SimError::Problems)
    }

    /// Adds every value that makes no sense, though its type allows it.
    pub fn check(&self, found: &mut Problems) {
        self.check_climate(found);
        found.ensure(
            self.physics_from < self.event.from && self.event.from <= self.event.to,
            "event.from",
            self.event.from,
            words::event_after_physics(),
            Text::default(),
        );
        self.check_demand(&mut found.at("demand"));
        let Self { soil, pond, channel, well, tank, .. } = self;
        found.within("soil.runoff_share_dry", soil.runoff_share_dry, SHARE, Text::default());
        found.within("soil.runoff_share_wet", soil.runoff_share_wet, SHARE, Text::default());
        found.positive("soil.deficit_max_mm", soil.deficit_max_mm, Text::default());
        found.positive("soil.depth_mm", soil.depth_mm, Text::default());
        found.within("pond.fill_start", pond.fill_start, SHARE, Text::default());
        found.positive("pond.surplus_hours", pond.surplus_hours, Text::default());
        found.not_negative("pond.seepage_mm_per_day", pond.seepage_mm_per_day, Text::default());
        found.not_negative("pond.restart_margin_m", pond.restart_margin_m, Text::default());
        found.positive("channel.fast_hours", channel.fast_hours, Text::default());
        found.positive("channel.slow_days", channel.slow_days, Text::default());
        found.not_negative("channel.loss_m3h", channel.loss_m3h, Text::default());
        found.within("well.inflow_share_dry", well.inflow_share_dry, SHARE, Text::default());
        found.not_negative("well.drawdown_m_per_m3h", well.drawdown_m_per_m3h, Text::default());
        found.within("tank.inflow_share_dry", tank.inflow_share_dry, SHARE, Text::default());
        found.not_negative(
            "tank.litres_per_person_day",
            tank.litres_per_person_day,
            Text::default(),
        );
        let MeterSettings { energy_kwh, volume_m3, run_hours } = self.meters;
        for (key, [low, high]) in
            [("energy_kwh", energy_kwh), ("volume_m3", volume_m3), ("run_hours", run_hours)]
        {
            let found = &mut found.at("meters");
            found.not_negative(key, low, Text::default());
            let rule = words::least_then_most();
            found.ensure(high - low >= 0.0 && high.is_finite(), key, high, rule, Text::default());
        }
        for (index, preset) in self.presets.iter().enumerate() {
            found.item("meter", index).not_negative(
                "energy_kwh",
                preset.energy_kwh,
                Text::default(),
            );
        }
        for (index, source) in self.sources.iter().enumerate() {
            let found = &mut found.item("source", index);
            found.not_negative("catchment_m2", source.catchment_m2, Text::default());
            found.not_negative("inflow_m3h", source.inflow_m3h, Text::default());
            found.not_negative("area_m2", source.area_m2, Text::default());
            found.not_negative("normal_flow_m3h", source.normal_flow_m3h, Text::default());
        }
    }

    fn check_climate(&self, found: &mut Problems) {
        let months = self.months.iter().map(|m| (m.wet_day_share, m.rain_mm, m.evaporation_mm));
        let spells = self.spells.iter().map(|s| (s.wet_day_share, s.rain_mm, s.evaporation_mm));
        let months = months.enumerate().map(|climate| ("month", climate));
        let spells = spells.enumerate().map(|climate| ("spell", climate));
        for (list, (index, (wet_day_share, rain_mm, evaporation_mm))) in months.chain(spells) {
            let found = &mut found.item(list, index);
            found.within("wet_day_share", wet_day_share, SHARE, Text::default());
            found.not_negative("rain_mm", rain_mm, Text::default());
            found.not_negative("evaporation_mm", evaporation_mm, Text::default());
        }
        for month in 1..=12_i8 {
            let times = self.months.iter().flat_map(|m| &m.months).filter(|m| **m == month).count();
            let rule = words::one_climate_each_month();
            found.ensure(
                times == 1,
                "month",
                words::month_times(month, times),
                rule,
                Text::default(),
            );
        }
    }

    fn check_demand(&self, found: &mut Problems) {
        let demand = &self.demand;
        found.not_negative("share", demand.share, Text::default());
        found.within("loss_share", demand.loss_share, SHARE, Text::default());
        found.positive("start_mm", demand.start_mm, Text::default());
        found.not_negative("start_spread_mm", demand.start_spread_mm, Text::default());
        let rule = words::below_start_mm();
        found.ensure(
            demand.stop_mm < demand.start_mm,
            "stop_mm",
            demand.stop_mm,
            rule,
            Text::default(),
        );
        found.positive("deficit_max_mm", demand.deficit_max_mm, Text::default());
        for (index, factor) in demand.crop_factor.into_iter().enumerate() {
            found.not_negative(format_args!("crop_factor[{index}]"), factor, Text::default());
        }
        let [first, before] = demand.hours;
        let right = 0 <= first && first < before && before <= 24;
        let rule = words::two_hours_of_a_day();
        found.ensure(right, "hours", format!("[{first}, {before}]"), rule, Text::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    const EXAMPLE: &str = include_str!("../../config/examples/2022/scenario.toml");

    #[test]
    fn the_example_reads() {
        let scenario = Scenario::parse(EXAMPLE).unwrap();
        assert_eq!(scenario.event.days(), 107);
        assert_eq!(scenario.faults.len(), 3);
    }

    #[test]
    fn a_wrong_value_is_named() {
        let cases = [
            ("seed = 2022", "sede = 2022", "sede"),
            ("\nshare = ", "\nshare = -1 #", "demand.share"),
            ("months = [3]", "months = [4]", "month = 3 0 times"),
            ("stop_mm = 6.0", "stop_mm = 60.0", "demand.stop_mm"),
            ("kind = \"silence\"", "kind = \"noise\"", "noise"),
        ];
        for (from, to, named) in cases {
            assert!(EXAMPLE.contains(from), "{from}");
            let error = Scenario::parse(&EXAMPLE.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
        }
        let error = Scenario::parse("seed = 1\nseed = 2").unwrap_err();
        let said = Lang::ALL.map(|lang| within(lang, || error.to_string()));
        assert!(
            said[0].starts_with("情景文件读不了：") && said[0].contains("设置项重复"),
            "{said:?}"
        );
        assert!(said[1].contains("duplicate key"), "{said:?}");
    }
}
