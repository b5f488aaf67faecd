//! What a gateway's configuration says of quality: rules of single series, and rules of pumps and their sources.

use serde::{Deserialize, Serialize};

use super::presets::presets;
use crate::core::{Flag, StationId};

/// Where a test begins to doubt a reading, and where it fails it: `[suspect]` or `[suspect, fail]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Limits {
    /// Beyond it a reading is suspect.
    pub suspect: f64,
    /// Beyond it a reading fails; left out, none does.
    pub fail: Option<f64>,
}

impl Limits {
    /// These limits.
    pub fn new(suspect: f64, fail: Option<f64>) -> Self {
        Self { suspect, fail }
    }

    /// What `value` is where more is worse; a limit itself is not beyond it.
    pub fn above(self, value: f64) -> Flag {
        if self.fail.is_some_and(|fail| value > fail) {
            Flag::Fail
        } else if value > self.suspect {
            Flag::Suspect
        } else {
            Flag::Good
        }
    }

    /// What `value` is where less is worse; a limit itself is not beyond it.
    pub fn below(self, value: f64) -> Flag {
        if self.fail.is_some_and(|fail| value < fail) {
            Flag::Fail
        } else if value < self.suspect {
            Flag::Suspect
        } else {
            Flag::Good
        }
    }
}

impl TryFrom<Vec<f64>> for Limits {
    type Error = &'static str;
    fn try_from(numbers: Vec<f64>) -> Result<Self, Self::Error> {
        match *numbers {
            [suspect] => Ok(Self::new(suspect, None)),
            [suspect, fail] => Ok(Self::new(suspect, Some(fail))),
            _ => Err("must be [suspect] or [suspect, fail]"),
        }
    }
}

impl From<Limits> for Vec<f64> {
    fn from(limits: Limits) -> Self {
        [limits.suspect].into_iter().chain(limits.fail).collect()
    }
}

/// The tests of one series beyond the range of its device, in the parameter's canonical unit. A test that is left out is not made.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeriesRules {
    /// Id of a preset in `config/quality/presets.toml`: its tests hold where none is given here.
    pub preset: Option<String>,
    /// Gross range: outside this span a reading is suspect. Both bounds belong to it.
    pub expected: Option<[f64; 2]>,
    /// Spike: how far from both readings before it.
    pub spike: Option<Limits>,
    /// Rate of change, per hour.
    pub rate_per_hour: Option<Limits>,
    /// Flat line.
    pub flat: Option<FlatRule>,
    /// Attenuated signal.
    pub attenuated: Option<AttenuatedRule>,
    /// Time gap, s: how long since the last value.
    pub gap_s: Option<Limits>,
}

impl SeriesRules {
    /// The rules with those of the preset where there are none of their own. An unknown preset adds none: the check of the
    /// configuration names it.
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

    /// Whether no test is made.
    pub fn is_empty(&self) -> bool {
        let Self { preset: _, expected, spike, rate_per_hour, flat, attenuated, gap_s } = self;
        expected.is_none()
            && spike.is_none()
            && rate_per_hour.is_none()
            && flat.is_none()
            && attenuated.is_none()
            && gap_s.is_none()
    }
}

/// When a value that stays the same is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlatRule {
    /// After how many hours it is suspect.
    pub after_h: f64,
    /// After how many hours it fails; left out, it never does.
    #[serde(default)]
    pub fail_after_h: Option<f64>,
    /// Values less than this apart are the same: the sensor's resolution. A little more where the last digit may flicker.
    pub tolerance: f64,
}

/// When a value that varies too little is doubted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttenuatedRule {
    /// Over how many hours.
    pub window_h: f64,
    /// Standard deviations below which a reading is suspect, or fails.
    pub std: Limits,
    /// How many readings the window must hold.
    #[serde(default = "default_min_obs")]
    pub min_obs: u32,
}

/// A dozen readings make a deviation that means something. Engineering judgement.
fn default_min_obs() -> u32 {
    12
}

/// A pump: how to tell that it runs, and when running without flow is doubted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PumpRule {
    /// Its station, with its run state or its power.
    pub station: StationId,
    /// Rated power, kW: it runs where it draws more than a fifth of it.
    #[serde(default)]
    pub rated_kw: Option<f64>,
    /// It runs where it draws more than this, kW; instead of `rated_kw`.
    #[serde(default)]
    pub running_kw: Option<f64>,
    /// Station whose flow meter the pump's water passes; its own where left out.
    #[serde(default)]
    pub flow: Option<StationId>,
    /// How long it may run without flow, s.
    #[serde(default = "default_no_flow_after_s")]
    pub no_flow_after_s: u32,
    /// So little, and backflow, counts as no flow, m³/h.
    #[serde(default)]
    pub no_flow_at: f64,
}

impl PumpRule {
    /// What holds of a pump that the configuration does not name.
    pub fn of(station: StationId) -> Self {
        Self {
            station,
            rated_kw: None,
            running_kw: None,
            flow: None,
            no_flow_after_s: default_no_flow_after_s(),
            no_flow_at: 0.0,
        }
    }

    /// The power above which it runs, kW.
    pub fn threshold_kw(&self) -> Option<f64> {
        let rated = self.rated_kw.map(|rated| rated * super::RUNNING_SHARE);
        self.running_kw.or(rated)
    }

    /// The station of its flow meter.
    pub fn flow_station(&self) -> &StationId {
        self.flow.as_ref().unwrap_or(&self.station)
    }
}

/// An hour: filling a pipeline and priming take minutes. Engineering judgement.
fn default_no_flow_after_s() -> u32 {
    3600
}

/// A source whose level must not fall while its pumps stand: a leak, an open gate or somebody else's pump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRule {
    /// Its station, with its level.
    pub station: StationId,
    /// All pumps that draw from it.
    pub pumps: Vec<StationId>,
    /// How fast it may fall while they stand, m/h: more than what evaporates and seeps away.
    pub fall_per_hour: f64,
    /// Over how many hours that is measured, all of them idle.
    #[serde(default = "default_fall_after_h")]
    pub after_h: f64,
}

/// Two hours: long enough that waves and a sensor's last digit do not count. Engineering judgement.
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
    fn rules_of_its_own_go_before_those_of_the_preset() {
        let rules: SeriesRules = toml::from_str("preset = 'pond'\nspike = [0.3]").unwrap();
        let resolved = rules.resolved();
        assert_eq!(resolved.spike, Some(Limits::new(0.3, None)));
        assert!(resolved.rate_per_hour.is_some());
        assert!(!resolved.is_empty() && SeriesRules::default().resolved().is_empty());
    }

    #[test]
    fn a_pump_runs_above_a_fifth_of_its_rated_power() {
        let pump: PumpRule = toml::from_str("station = 'pump-1'\nrated_kw = 15").unwrap();
        assert_eq!(pump.threshold_kw(), Some(3.0));
        assert_eq!(pump.flow_station(), &pump.station);
        assert_eq!(PumpRule::of(pump.station.clone()).threshold_kw(), None);
    }
}
