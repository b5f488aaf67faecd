//! The settings of quality tests in a gateway's configuration: rules of single series, of pumps and of water sources.

use serde::{Deserialize, Serialize};

use super::presets::presets;
use crate::core::{Flag, StationId};
use crate::locales::{Text, quality as words};

/// The limits of a test: `[suspect]` or `[suspect, fail]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Limits {
    /// A reading beyond it is suspect.
    pub suspect: f64,
    /// A reading beyond it fails; with `None`, no reading fails.
    pub fail: Option<f64>,
}

impl Limits {
    pub fn new(suspect: f64, fail: Option<f64>) -> Self {
        Self { suspect, fail }
    }

    /// The flag of `value` where more is worse. A value at a limit is not beyond it.
    pub fn above(self, value: f64) -> Flag {
        if self.fail.is_some_and(|fail| value > fail) {
            Flag::Fail
        } else if value > self.suspect {
            Flag::Suspect
        } else {
            Flag::Good
        }
    }

    /// The flag of `value` where less is worse. A value at a limit is not beyond it.
    pub fn below(self, value: f64) -> Flag {
        Self::new(-self.suspect, self.fail.map(|fail| -fail)).above(-value)
    }
}

impl TryFrom<Vec<f64>> for Limits {
    type Error = Text;
    fn try_from(numbers: Vec<f64>) -> Result<Self, Self::Error> {
        match *numbers {
            [suspect] => Ok(Self::new(suspect, None)),
            [suspect, fail] => Ok(Self::new(suspect, Some(fail))),
            _ => Err(words::limits()),
        }
    }
}

impl From<Limits> for Vec<f64> {
    fn from(limits: Limits) -> Self {
        [limits.suspect].into_iter().chain(limits.fail).collect()
    }
}

/// The tests of a series besides its device's range, in the canonical unit. A test without a rule is not made.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeriesRules {
    /// Id of a preset in `config/quality/presets.toml`, whose rules apply where none is given here.
    pub preset: Option<String>,
    /// Gross range: outside of this span a reading is suspect. Both bounds belong to it.
    pub expected: Option<[f64; 2]>,
    /// Spike: distance from both previous readings.
    pub spike: Option<Limits>,
    /// Rate of change, per hour.
    pub rate_per_hour: Option<Limits>,
    pub flat: Option<FlatRule>,
    pub attenuated: Option<AttenuatedRule>,
    /// Time since the previous value, s.
    pub gap_s: Option<Limits>,
}

impl SeriesRules {
    /// The rules, completed by those of the preset. An unknown preset adds none; the configuration's check reports it.
    pub fn resolved(&self) -> Self {
        let preset = self.preset.as_deref();
        let preset = preset.and_then(|id| presets().iter().find(|preset| preset.id == id));
        let Some(rules) = preset.map(|preset| &preset.rules) else {
            return self.clone();
        };
        Self {
            preset: self.preset.clone(),
            expected: self.expected.or(rules.expected),
            spike: self.spike.or(rules.spike),
            rate_per_hour: self.rate_per_hour.or(rules.rate_per_hour),
            flat: self.flat.or(rules.flat),
            attenuated: self.attenuated.or(rules.attenuated),
            gap_s: self.gap_s.or(rules.gap_s),
        }
    }
}

/// When a constant value is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatRule {
    /// Suspect after this time.
    pub after_h: f64,
    /// Fails after this time; with `None`, never.
    pub fail_after_h: Option<f64>,
    /// Values less than this apart count as the same: the sensor's resolution, or more where its last digit flickers.
    pub tolerance: f64,
}

/// When a value that varies too little is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttenuatedRule {
    pub window_h: f64,
    /// Standard deviations below which a reading is suspect or fails.
    pub std: Limits,
    /// Readings that the window must hold at least.
    #[serde(default = "default_min_obs")]
    pub min_obs: u32,
}

/// A standard deviation of fewer than a dozen readings means little. Engineering judgement.
fn default_min_obs() -> u32 {
    12
}

/// How to tell that a pump runs, and when running without flow is doubted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PumpRule {
    /// The station of its run state or its power.
    pub station: StationId,
    /// The pump runs if it draws more than a fifth of this.
    pub rated_kw: Option<f64>,
    /// The pump runs if it draws more than this; overrides `rated_kw`.
    pub running_kw: Option<f64>,
    /// The station of the flow meter that the pump's water passes; its own by default.
    pub flow: Option<StationId>,
    /// How long it may run without flow.
    #[serde(default = "default_no_flow_after_s")]
    pub no_flow_after_s: u32,
    /// This much or less, and backflow, counts as no flow, m³/h.
    #[serde(default)]
    pub no_flow_at: f64,
}

impl PumpRule {
    /// The rule of a pump that the configuration does not name.
    pub fn default_for(station: StationId) -> Self {
        Self {
            station,
            rated_kw: None,
            running_kw: None,
            flow: None,
            no_flow_after_s: default_no_flow_after_s(),
            no_flow_at: 0.0,
        }
    }

    pub fn threshold_kw(&self) -> Option<f64> {
        let rated = self.rated_kw.map(|rated| rated * super::RUNNING_SHARE);
        self.running_kw.or(rated)
    }

    pub fn flow_station(&self) -> &StationId {
        self.flow.as_ref().unwrap_or(&self.station)
    }
}

/// Filling a pipeline and priming take minutes. Engineering judgement.
fn default_no_flow_after_s() -> u32 {
    3600
}

/// A source whose level must not fall with its pumps stopped: it then has a leak, an open gate or another pump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRule {
    /// The station of its level.
    pub station: StationId,
    /// All pumps that draw from it.
    pub pumps: Vec<StationId>,
    /// How fast the level may fall while they are stopped, m/h: more than evaporation and seepage.
    pub fall_per_hour: f64,
    /// The time over which the fall is measured, with all pumps stopped.
    #[serde(default = "default_fall_after_h")]
    pub after_h: f64,
}

/// Long enough that waves and a sensor's last digit do not matter. Engineering judgement.
fn default_fall_after_h() -> f64 {
    2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_one_or_two_numbers() {
        let rules = |text: &str| toml::from_str::<SeriesRules>(text);
        let one = rules("spike = [0.5]").unwrap();
        assert_eq!(one.spike, Some(Limits::new(0.5, None)));
        let two = rules("spike = [0.5, 1]").unwrap();
        assert_eq!(two.spike, Some(Limits::new(0.5, Some(1.0))));
        for bad in ["spike = []", "spike = [1, 2, 3]", "spike = 1", "spike = ['1']"] {
            assert!(rules(bad).is_err(), "{bad}");
        }
        let back = toml::to_string(&two).unwrap();
        assert_eq!(rules(&back).unwrap(), two);
    }

    #[test]
    fn rules_of_the_series_override_those_of_the_preset() {
        let rules: SeriesRules = toml::from_str("preset = 'pond'\nspike = [0.3]").unwrap();
        let resolved = rules.resolved();
        assert_eq!(resolved.spike, Some(Limits::new(0.3, None)));
        assert!(resolved.rate_per_hour.is_some());
        assert_eq!(SeriesRules::default().resolved(), SeriesRules::default());
    }

    #[test]
    fn a_pump_runs_above_a_fifth_of_its_rated_power() {
        let pump: PumpRule = toml::from_str("station = 'pump-1'\nrated_kw = 15").unwrap();
        assert_eq!(pump.threshold_kw(), Some(3.0));
        assert_eq!(pump.flow_station(), &pump.station);
        assert_eq!(PumpRule::default_for(pump.station).threshold_kw(), None);
    }
}
