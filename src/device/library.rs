//! The device profiles that the program carries: `config/devices/*.toml`, embedded.

use super::profile::{Function, Profile};
use crate::core::toml_text;

macro_rules! shipped {
    ($($id:literal,)*) => {
        /// Id and text of every shipped profile, by id.
        pub fn shipped() -> &'static [(&'static str, &'static str)] {
            &[$(($id, include_str!(concat!("../../config/devices/", $id, ".toml"))),)*]
        }
    };
}

shipped! {
    "abb-b23",
    "acrel-adw300",
    "acs550",
    "adam-4150",
    "altivar",
    "arad-octave",
    "briter-brt38",
    "cg-em24",
    "cg-em24-e1",
    "danfoss-fc51",
    "ddm18sd",
    "dds238",
    "ddsu666",
    "delta-vfd",
    "dtsu666",
    "em-flow-meter",
    "epever-tracer",
    "gd-chf",
    "grundfos-cim",
    "hlk-ld8001h",
    "inepro-pro380",
    "infwin-soil",
    "jxbs-3001",
    "kaifeng-xintai",
    "keller-level",
    "krohne-ifc070",
    "level-rs485-0",
    "level-rs485-1",
    "level-rs485-9",
    "level-troll",
    "leveline-ctd",
    "md380",
    "mfe600c",
    "mfe600h",
    "orno-we504",
    "orno-we516",
    "pressure-rs485",
    "pzem-016",
    "pzem-017",
    "qdy30",
    "rain-bucket",
    "remond-turbidity",
    "renke-fsjt",
    "renke-fxjt",
    "renke-station",
    "renke-weather",
    "renogy-rover",
    "s-ph-01",
    "schneider-iem3000",
    "sdm120",
    "sdm220",
    "sdm230",
    "sdm630",
    "sdm72",
    "sen0575",
    "siemens-pac2200",
    "siemens-v20",
    "siyb-radar",
    "smt100",
    "soil-cwt",
    "sun2000",
    "thies-clima",
    "tuf-2000m",
    "urm14",
    "usaid-solar-vfd",
    "vaisala-hmp110",
    "waveshare-di8",
    "wb-mcm8",
    "xy-md02",
}

/// Parses a profile. Its meaning is not checked: see [`check`](super::check()).
///
/// # Errors
/// Not TOML, where the error names the line; an unknown key, a missing one, or a value of the wrong type.
pub fn parse(text: &str) -> Result<Profile, toml::de::Error> {
    toml_text::parse(text)
}

/// The address on the wire of the register that `function` reads and to which manuals give this number, where it looks
/// like one: 40001 is the first holding and 30001 the first input register.
pub fn manual_address(function: Function, number: u16) -> Option<u16> {
    let first = match function {
        Function::Holding => 40_001,
        Function::Input => 30_001,
        Function::Coils | Function::DiscreteInputs => return None,
    };
    number.checked_sub(first).filter(|address| *address < 9_999)
}

/// The first address of a profile whose addresses all look like the numbers that manuals give registers, 40001 for the
/// first holding and 30001 for the first input register, with the address that the number stands for. Devices with such
/// addresses on the wire exist (SunSpec begins at 40000), so it is a doubt, no fault.
pub fn manual_number(profile: &Profile) -> Option<(u16, u16)> {
    let addresses = profile.points.iter().map(|point| {
        manual_address(point.function, point.address).map(|address| (point.address, address))
    });
    let all: Option<Vec<(u16, u16)>> = addresses.collect();
    all?.first().copied()
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
        let (_, tables) = listed.split_once("## The shipped profiles").unwrap();
        assert_eq!(tables.matches("\n| `").count(), shipped().len());
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
        // By the id, as the list is: in file names a hyphen comes before the dot.
        names.sort_by(|a, b| a.trim_end_matches(".toml").cmp(b.trim_end_matches(".toml")));
        let ids: Vec<String> = shipped().iter().map(|(id, _)| format!("{id}.toml")).collect();
        assert_eq!(names, ids);
    }
}
