//! Ready-made sets of tests: `config/quality/presets.toml`, embedded in the program.

use std::sync::LazyLock;

use serde::Deserialize;

use super::SeriesRules;
use crate::core::Parameter;

/// Tests that suit a kind of series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// As the configuration names it.
    pub id: String,
    /// In Chinese.
    pub name: String,
    pub parameter: Parameter,
    /// Where its limits come from.
    pub source: String,
    /// 0 to 1.
    pub confidence: f64,
    /// The longest poll interval that the limits are meant for, s.
    pub interval_max_s: u32,
    pub rules: SeriesRules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presets {
    #[serde(rename = "preset")]
    presets: Vec<Preset>,
}

const TEXT: &str = include_str!("../../config/quality/presets.toml");

/// All presets.
pub fn presets() -> &'static [Preset] {
    static READ: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        toml::from_str::<Presets>(TEXT)
            .expect("the embedded presets are valid: a test reads them")
            .presets
    });
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_valid_and_names_its_source() {
        let read = toml::from_str::<Presets>(TEXT).unwrap().presets;
        assert_eq!(read, presets());
        for (index, preset) in read.iter().enumerate() {
            assert!(read[..index].iter().all(|other| other.id != preset.id));
            assert!(!preset.source.is_empty() && !preset.name.is_empty());
            assert!((0.0..=1.0).contains(&preset.confidence));
            assert!(preset.rules.preset.is_none() && preset.rules != SeriesRules::default());
        }
    }
}
