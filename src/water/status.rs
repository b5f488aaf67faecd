//! Status of a water source 正常 / 偏低 / 旱警 / 旱保 / 干涸, from monthly thresholds with hysteresis.

use serde::{Deserialize, Serialize};

use super::dry::dry_level_m;
use super::{Station, StationKind};
use crate::locales::{Text, water as words};

/// How far a level has to rise above a threshold before the status clears, m. `docs/domain.md` §2.1 (hysteresis, e.g. 5
/// cm). Engineering judgement, confidence 0.6: twice the accuracy of a level sensor (±2 cm).
pub const CLEAR_MARGIN_M: f64 = 0.05;

/// Status of a water source, in order from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Normal,
    Low,
    /// 旱警: at or below the drought-warning value.
    Warn,
    /// 旱保: at or below the value that protects key users.
    Guard,
    /// 干涸; of a channel 断流.
    Dry,
}

impl Status {
    /// A dry channel has ceased to flow.
    pub fn name(self, kind: StationKind) -> Text {
        match self {
            Self::Normal => words::status_normal(),
            Self::Low => words::status_low(),
            Self::Warn => words::status_warn(),
            Self::Guard => words::status_guard(),
            Self::Dry if kind == StationKind::Channel => words::status_no_flow(),
            Self::Dry => words::status_dry(),
        }
    }

    /// Id in JSON and in style sheets.
    pub fn id(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Low => "low",
            Self::Warn => "warn",
            Self::Guard => "guard",
            Self::Dry => "dry",
        }
    }
}

/// The status of `station` at `level_m` (m) in `month` (1 to 12).
///
/// At or below a threshold a status takes effect at once. To clear it, the level has to rise [`CLEAR_MARGIN_M`] above
/// the threshold: `previous` is the status before, `None` at the start. A threshold in storage is converted to a level
/// by the station's curve. `None` where no status can be given: the station is not a source, the level is not finite,
/// or the month has no threshold. Dry needs the bottom only.
pub fn status(
    station: &Station,
    level_m: f64,
    month: i8,
    previous: Option<Status>,
) -> Option<Status> {
    if !station.kind.is_source() || !level_m.is_finite() {
        return None;
    }
    let reached = |grade: Status, limit_m: f64| {
        let held = previous.is_some_and(|p| p >= grade);
        level_m <= limit_m + if held { CLEAR_MARGIN_M } else { 0.0 }
    };
    if dry_level_m(station).is_some_and(|limit| reached(Status::Dry, limit)) {
        return Some(Status::Dry);
    }
    let threshold = station.threshold(month)?;
    let level_of = |limit: f64| threshold.level_m(limit, station);
    if reached(Status::Guard, level_of(threshold.guard)?) {
        Some(Status::Guard)
    } else if reached(Status::Warn, level_of(threshold.warn)?) {
        Some(Status::Warn)
    } else if threshold.low.and_then(level_of).is_some_and(|limit| reached(Status::Low, limit)) {
        Some(Status::Low)
    } else {
        Some(Status::Normal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use crate::water::Township;

    fn station(kind: &str, quantity: &str) -> Station {
        let text = format!(
            r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "{kind}"
            village = "v"
            bottom_m = 100.0
            curve = [[100.0, 0.0], [110.0, 1000.0]]
            [[station.threshold]]
            months = [7, 8]
            quantity = "{quantity}"
            low = {low}
            warn = {warn}
            guard = {guard}
            source = "test"
            confidence = 1.0"#,
            low = if quantity == "level" { 106.0 } else { 600.0 },
            warn = if quantity == "level" { 104.0 } else { 400.0 },
            guard = if quantity == "level" { 102.0 } else { 200.0 },
        );
        toml::from_str::<Township>(&text).unwrap().stations.remove(0)
    }

    #[test]
    fn grades_by_level_and_by_storage_alike() {
        for quantity in ["level", "storage"] {
            let pond = station("pond", quantity);
            for (level, expected) in [
                (107.0, Status::Normal),
                (106.0, Status::Low),
                (104.0, Status::Warn),
                (102.0, Status::Guard),
                (100.05, Status::Dry),
            ] {
                assert_eq!(status(&pond, level, 8, None), Some(expected), "{quantity}");
            }
        }
    }

    #[test]
    fn clears_only_five_centimetres_above() {
        let pond = station("pond", "level");
        assert_eq!(status(&pond, 104.04, 8, None), Some(Status::Low));
        assert_eq!(status(&pond, 104.04, 8, Some(Status::Warn)), Some(Status::Warn));
        assert_eq!(status(&pond, 104.06, 8, Some(Status::Warn)), Some(Status::Low));
        assert_eq!(status(&pond, 103.0, 8, Some(Status::Normal)), Some(Status::Warn));
    }

    #[test]
    fn a_channel_ceases_at_its_bottom_and_a_month_without_threshold_says_nothing() {
        let channel = station("channel", "level");
        assert_eq!(status(&channel, 100.04, 8, None), Some(Status::Guard));
        assert_eq!(status(&channel, 100.0, 8, None), Some(Status::Dry));
        let name = Status::Dry.name(channel.kind);
        assert_eq!(
            (name.within(Lang::Chinese), name.to_string()),
            ("断流".into(), "no flow".into())
        );
        assert_eq!(status(&channel, 101.0, 1, None), None);
        assert_eq!(status(&channel, f64::NAN, 8, None), None);
        assert_eq!(status(&station("soil", "level"), 101.0, 8, None), None);
    }
}
