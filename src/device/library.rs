//! The device profiles that the program carries: `config/devices/*.toml`, embedded.

use super::profile::Profile;

macro_rules! shipped {
    ($($id:literal,)*) => {
        /// Id and text of every shipped profile, by id.
        pub fn shipped() -> &'static [(&'static str, &'static str)] {
            &[$(($id, include_str!(concat!("../../config/devices/", $id, ".toml"))),)*]
        }
    };
}

shipped! {
    "acs550",
    "ddsu666",
    "delta-vfd",
    "dtsu666",
    "em-flow-meter",
    "gd-chf",
    "hlk-ld8001h",
    "jxbs-3001",
    "kaifeng-xintai",
    "md380",
    "pzem-016",
    "qdy30",
    "rain-bucket",
    "renke-weather",
    "sdm120",
    "sdm630",
    "sen0575",
    "soil-cwt",
    "sun2000",
    "tuf-2000m",
    "usaid-solar-vfd",
}

/// Parses a profile. Its meaning is not checked: see [`check`](super::check()).
///
/// # Errors
/// Not TOML, an unknown key, a missing one, or a value of the wrong type; the error names the line.
pub fn parse(text: &str) -> Result<Profile, toml::de::Error> {
    toml::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Parameter, Problem, Problems};
    use crate::device::check;

    fn problems(profile: &Profile) -> Vec<Problem> {
        Problems::of(|found| check(profile, found))
    }

    #[test]
    fn every_shipped_profile_is_right() {
        for (id, text) in shipped() {
            let profile = parse(text).unwrap_or_else(|e| panic!("{id}: {e}"));
            assert_eq!(profile.id, *id);
            assert_eq!(problems(&profile), [], "{id}");
            for point in &profile.points {
                let level = point.parameter == Parameter::Level;
                assert!(!level || !point.invalid.is_empty(), "{id}: no sentinel");
            }
        }
    }

    #[test]
    fn every_profile_is_listed_for_people() {
        let listed = include_str!("../../docs/devices.md");
        for (_, text) in shipped() {
            let profile = parse(text).unwrap();
            let functions: std::collections::BTreeSet<u8> =
                profile.points.iter().map(|p| p.function.into()).collect();
            let functions: Vec<String> = functions.iter().map(u8::to_string).collect();
            let row = format!(
                "| `{}` | {} | {} | {} |\n",
                profile.id,
                profile.name,
                functions.join(", "),
                profile.confidence
            );
            assert!(listed.contains(&row), "docs/devices.md lacks {row}");
        }
        assert_eq!(listed.matches("\n| `").count() - 9, shipped().len());
    }

    #[test]
    fn the_documented_profile_is_right() {
        let page = include_str!("../../docs/devices.md");
        let text = page.split("```").nth(1).and_then(|block| block.strip_prefix("toml\n"));
        let profile = parse(text.unwrap()).unwrap();
        assert_eq!(problems(&profile), []);
    }

    #[test]
    fn every_file_is_shipped() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/devices");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let ids: Vec<String> = shipped().iter().map(|(id, _)| format!("{id}.toml")).collect();
        assert_eq!(names, ids);
    }
}
