//! The sets of tests that the program carries: `config/quality/presets.toml`, embedded.

use std::sync::LazyLock;

use serde::Deserialize;

use super::SeriesRules;
use crate::core::Parameter;

/// Tests that suit a kind of series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Id in configuration.
    pub id: String,
    /// What it is for, in Chinese.
    pub name: String,
    /// Of which parameter.
    pub parameter: Parameter,
    /// Where its limits come from.
    pub source: String,
    /// How sure they are, 0 to 1.
    pub confidence: f64,
    /// The longest time between polls that its limits are meant for, s.
    pub interval_max_s: u32,
    /// The tests.
    pub rules: SeriesRules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presets {
    #[serde(rename = "preset")]
    presets: Vec<Preset>,
}

const TEXT: &str = include_str!("../../config/quality/presets.toml");

/// All presets. A test holds that the text reads.
pub fn presets() -> &'static [Preset] {
    static READ: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        let read = toml::from_str::<Presets>(TEXT);
        read.map(|presets| presets.presets).unwrap_or_default()
    });
    &READ
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_reads_and_says_where_it_comes_from() {
        let read = toml::from_str::<Presets>(TEXT).unwrap().presets;
        assert_eq!(read, presets());
        for (index, preset) in read.iter().enumerate() {
            assert!(read[..index].iter().all(|other| other.id != preset.id));
            assert!(!preset.source.is_empty() && !preset.name.is_empty());
            assert!((0.0..=1.0).contains(&preset.confidence));
            assert!(preset.rules.preset.is_none() && !preset.rules.is_empty());
        }
    }
}
