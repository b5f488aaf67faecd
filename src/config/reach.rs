//! Levels that a gateway's devices cannot deliver: what device and adjustment give, against the station's geometry.

use std::path::Path;

use super::profiles::Profiles;
use crate::core::Parameter;
use crate::device::Measures;
use crate::edge::EdgeSettings;
use crate::locales::{Argument, Text, config as words};
use crate::modbus::value_range;
use crate::water::Township;

/// A warning for each station of the gateway `settings` whose geometry in the township no level of its device can
/// reach: the highest lies below the bottom, or the lowest above the crest. Both files are named.
pub(super) fn levels_out_of_reach(
    (edge, settings, profiles): (&Path, &EdgeSettings, &Profiles),
    (file, township): (&Path, &Township),
) -> Vec<Text> {
    let found = out_of_reach(settings, profiles, township);
    found.into_iter().map(|level| level.warning(edge, file)).collect()
}

/// A level that a device cannot deliver.
#[derive(Debug, Clone, PartialEq)]
struct OutOfReach {
    station: String,
    unit: u8,
    profile: String,
    /// Levels that the device can deliver as it is adjusted, m.
    range: [f64; 2],
    /// Bottom or crest of the station, m.
    limit_m: f64,
    above: bool,
    distance: bool,
}

impl OutOfReach {
    fn warning(&self, edge: &Path, township: &Path) -> Text {
        let [least, most] = self.range.map(|level_m| format!("{level_m:.2}"));
        let delivers = words::delivers(&self.profile, self.unit, Argument::of(&self.station));
        let limit = format!("{:.2}", self.limit_m);
        let geometry = match self.above {
            true => words::crest_below(limit, township),
            false => words::bottom_above(limit, township),
        };
        let line = if self.distance { words::adjust_distance() } else { words::adjust_depth() };
        words::level_out_of_reach(edge, delivers, least, most, geometry, line)
    }
}

fn out_of_reach(
    settings: &EdgeSettings,
    profiles: &Profiles,
    township: &Township,
) -> Vec<OutOfReach> {
    let devices = settings.buses.iter().flat_map(|bus| &bus.devices);
    let known = devices.filter_map(|device| Some((device, profiles.get(&device.profile)?)));
    let mut found = Vec::new();
    for (device, profile) in known {
        let adjust = device.adjust.get(&Parameter::Level).copied().unwrap_or_default();
        for (point, series) in device.observes(profile) {
            if point.parameter != Parameter::Level {
                continue;
            }
            let Some(station) = township.station(&series.station) else { continue };
            let range = value_range(point, &adjust);
            let below = station.bottom_m.filter(|bottom_m| range[1] < *bottom_m);
            let above = station.crest_m.filter(|crest_m| range[0] > *crest_m);
            let Some(limit_m) = below.or(above) else { continue };
            found.push(OutOfReach {
                station: station.id.to_string(),
                unit: device.unit,
                profile: profile.id.clone(),
                range,
                limit_m,
                above: below.is_none(),
                distance: point.measures == Some(Measures::Distance),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    /// The warnings of the shipped gateway and township, with `adjustment` in place of that of the first pond.
    fn warnings(adjustment: &str) -> Vec<Text> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = tempfile::tempdir().unwrap();
        let edge = folder.path().join("edge.toml");
        let text = std::fs::read_to_string(root.join("config/edge.toml")).unwrap();
        let shipped = "adjust.level = { offset = 216.90 }";
        assert!(text.contains(shipped));
        std::fs::write(&edge, text.replacen(shipped, adjustment, 1)).unwrap();
        let file = root.join("config/township.toml");
        let (settings, profiles) = super::super::load_edge(&edge, &[]).unwrap();
        let township = super::super::load_hub::read_township(&file).finish().unwrap();
        levels_out_of_reach((&edge, &settings, &profiles), (&file, &township))
    }

    #[test]
    fn a_depth_that_no_elevation_is_added_to_is_named_with_the_line_to_write() {
        let [warning] = warnings("").try_into().unwrap();
        let said = within(Lang::English, || warning.to_string());
        let parts = ["edge.toml", "pond-dongmen-1", "-0.50", "100.00", "township.toml", "adjust."];
        for part in parts {
            assert!(said.contains(part), "{part}: {said}");
        }
        let chinese = warning.within(Lang::Chinese);
        assert!(chinese.contains("`adjust.level = { offset = 探头高程 }`"), "{chinese}");
    }

    #[test]
    fn an_offset_of_another_datum_is_named_and_a_right_one_is_not() {
        assert_eq!(warnings("adjust.level = { offset = 216.90 }"), []);
        assert_eq!(warnings("adjust.level = { offset = 2169.0 }").len(), 1, "above the crest");
        assert_eq!(warnings("adjust.level = { offset = 21.69 }").len(), 1, "below the bottom");
    }
}
