//! What a station's own geometry says of a level: one below the bottom or far above the crest is no level of it.

use serde::Serialize;

use super::{Station, StationKind};
use crate::locales::{Text, water as words};

/// How far below its bottom the level of a pond, reservoir, tank or well may be read, m. Engineering judgement,
/// confidence 0.7: a gauge is off by 2 cm (`docs/domain.md` §2.1), and its zero by some centimetres more; where a
/// bottom lies deeper than the file says, it is the file that needs correction.
pub const BELOW_BOTTOM_M: f64 = 0.10;

/// The same of a channel, m: its bottom is the level at which flow ceases, and a pool below it goes on falling.
/// Engineering judgement, confidence 0.6: gauges of small channels hang in pools of 1 to 2 m.
pub const BELOW_FLOW_M: f64 = 2.0;

/// How far above its crest a level may stand, m. The crest of a pond is that of its dam; water goes over it before it
/// stands a metre higher. Engineering judgement, confidence 0.7.
pub const ABOVE_POND_CREST_M: f64 = 1.0;

/// The same of a reservoir or a channel, m: a flood stands above the spillway or over the banks. Engineering judgement,
/// confidence 0.6: spillways of small reservoirs are designed for 1 to 2 m of water.
pub const ABOVE_SPILLWAY_M: f64 = 2.0;

/// The same of a tank or a well, m: it overflows at its crest. Engineering judgement, confidence 0.7: what is left is
/// the error of the gauge and of the file.
pub const ABOVE_OVERFLOW_M: f64 = 0.5;

/// How far above the end of its storage curve a level may stand where no crest is known, as a share of the curve's
/// depth. Engineering judgement, confidence 0.6: curves end at the crest or at the highest flood.
pub const ABOVE_CURVE_SHARE: f64 = 0.10;

/// The most that the level of a pond or reservoir changes in an hour, as a share of its depth. Engineering judgement,
/// confidence 0.8: nothing fills or empties one in an hour; a gauge that fails reads the one or the other end.
pub const STEP_SHARE_PER_H: f64 = 0.9;

/// Why a level is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelDoubt {
    BelowBottom,
    AboveCrest,
    /// Above the end of the storage curve, where no crest is known.
    OutsideCurve,
    /// Further from the level before than such a water can rise or fall in that time.
    TooFast,
}

impl LevelDoubt {
    pub fn name(self) -> Text {
        match self {
            Self::BelowBottom => words::level_below_bottom(),
            Self::AboveCrest => words::level_above_crest(),
            Self::OutsideCurve => words::level_outside_curve(),
            Self::TooFast => words::level_too_fast(),
        }
    }
}

/// Why `level_m` (m) cannot be the level of `station`; `None` where nothing in its file speaks against it.
pub fn doubt(station: &Station, level_m: f64) -> Option<LevelDoubt> {
    let (below, above) = match station.kind {
        StationKind::Channel => (BELOW_FLOW_M, ABOVE_SPILLWAY_M),
        StationKind::Reservoir => (BELOW_BOTTOM_M, ABOVE_SPILLWAY_M),
        StationKind::Pond => (BELOW_BOTTOM_M, ABOVE_POND_CREST_M),
        StationKind::Well | StationKind::Tank => (BELOW_BOTTOM_M, ABOVE_OVERFLOW_M),
        StationKind::Pump | StationKind::RainGauge | StationKind::Soil => return None,
    };
    if station.bottom_m.is_some_and(|bottom| level_m < bottom - below) {
        return Some(LevelDoubt::BelowBottom);
    }
    if let Some(crest) = station.crest_m {
        return (level_m > crest + above).then_some(LevelDoubt::AboveCrest);
    }
    let [start, end] = curve_ends(station)?;
    let highest = end + ABOVE_CURVE_SHARE * (end - start);
    (level_m > highest).then_some(LevelDoubt::OutsideCurve)
}

/// The most that the level of `station` can change in an hour, m; `None` where it is no pond or reservoir, or its depth
/// is not known.
pub fn step_m_per_h(station: &Station) -> Option<f64> {
    let ends = curve_ends(station);
    let bottom = station.bottom_m.or(ends.map(|[start, _]| start))?;
    let top = station.crest_m.or(ends.map(|[_, end]| end)).or(station.normal_m)?;
    let depth = top - bottom;
    (station.kind.stores() && depth > 0.0).then_some(STEP_SHARE_PER_H * depth)
}

/// The levels at which the storage curve begins and ends, m.
fn curve_ends(station: &Station) -> Option<[f64; 2]> {
    let points = station.curve.as_ref()?.points();
    Some([points.first()?[0], points.last()?[0]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::Township;

    fn station(kind: &str, more: &str) -> Station {
        let text = format!(
            r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "{kind}"
            village = "v"
            {more}"#
        );
        toml::from_str::<Township>(&text).unwrap().stations.remove(0)
    }

    #[test]
    fn a_level_below_the_bottom_or_far_above_the_crest_is_doubted() {
        let pond = station("pond", "bottom_m = 100.0\ncrest_m = 103.0");
        for (level, expected) in [
            (99.89, Some(LevelDoubt::BelowBottom)),
            (99.91, None),
            (101.0, None),
            (103.9, None),
            (104.1, Some(LevelDoubt::AboveCrest)),
            (9999.0, Some(LevelDoubt::AboveCrest)),
        ] {
            assert_eq!(doubt(&pond, level), expected, "{level}");
        }
        let well = station("well", "bottom_m = 192.0");
        assert_eq!(doubt(&well, 2.35), Some(LevelDoubt::BelowBottom));
        assert_eq!(doubt(&well, 9999.0), None, "nothing says how high it may stand");
    }

    #[test]
    fn a_pool_stands_below_cease_to_flow_and_a_flood_above_the_spillway() {
        let channel = station("channel", "bottom_m = 80.0\ncrest_m = 82.0");
        assert_eq!(doubt(&channel, 78.5), None);
        assert_eq!(doubt(&channel, 77.9), Some(LevelDoubt::BelowBottom));
        assert_eq!(doubt(&channel, 83.9), None);
        let reservoir = station("reservoir", "bottom_m = 80.0\ncrest_m = 82.0");
        assert_eq!(doubt(&reservoir, 83.9), None);
        assert_eq!(doubt(&reservoir, 84.1), Some(LevelDoubt::AboveCrest));
        let tank = station("tank", "bottom_m = 80.0\ncrest_m = 82.0");
        assert_eq!(doubt(&tank, 82.6), Some(LevelDoubt::AboveCrest));
    }

    #[test]
    fn without_a_crest_the_curve_says_how_high_it_may_stand() {
        let pond = station("pond", "curve = [[100.0, 0.0], [104.0, 4000.0]]");
        assert_eq!(doubt(&pond, 104.3), None);
        assert_eq!(doubt(&pond, 104.5), Some(LevelDoubt::OutsideCurve));
        assert_eq!(doubt(&pond, 95.0), None, "a curve may begin above the bottom");
    }

    #[test]
    fn only_ponds_and_reservoirs_of_known_depth_have_a_most_that_they_change() {
        let geometry = "bottom_m = 100.0\ncrest_m = 104.0";
        assert_eq!(step_m_per_h(&station("pond", geometry)), Some(3.6));
        assert_eq!(step_m_per_h(&station("tank", geometry)), None);
        assert_eq!(step_m_per_h(&station("pond", "bottom_m = 100.0")), None);
    }
}
