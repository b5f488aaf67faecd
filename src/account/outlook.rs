//! What comes next at a source: the threshold that its level will reach first when it falls.

use super::history::status_limits;
use crate::water::{Station, Status};

/// The next worse status of `station` than `status` that has a threshold in `month` (1 to 12), and how far `level_m`
/// lies above it, m. `None` where the source is dry, or no worse status has a threshold.
pub fn next_limit(
    station: &Station,
    level_m: f64,
    month: i8,
    status: Option<Status>,
) -> Option<(Status, f64)> {
    status_limits(station, month)
        .into_iter()
        .filter(|(worse, _)| status.is_none_or(|status| *worse > status))
        .map(|(worse, limit_m)| (worse, level_m - limit_m))
        .filter(|(_, above_m)| *above_m > 0.0)
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::{Township, status};
    use proptest::prelude::*;

    fn pond(low: &str) -> Station {
        let text = format!(
            r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            threshold = [{{ months = [8], quantity = "level", {low} warn = 102.0, guard = 101.0, source = "t", confidence = 1.0 }}]"#
        );
        toml::from_str::<Township>(&text).unwrap().stations.remove(0)
    }

    #[test]
    fn the_next_limit_is_the_first_below_the_level() {
        let with_low = pond("low = 103.0,");
        let next = |station: &Station, level, month, status| {
            next_limit(station, level, month, status).map(|(s, m)| (s, (m * 100.0).round() / 100.0))
        };
        assert_eq!(next(&with_low, 103.5, 8, Some(Status::Normal)), Some((Status::Low, 0.5)));
        assert_eq!(next(&pond(""), 103.5, 8, Some(Status::Normal)), Some((Status::Warn, 1.5)));
        // The status is held until the level lies five centimetres above its limit.
        assert_eq!(next(&with_low, 102.03, 8, Some(Status::Warn)), Some((Status::Guard, 1.03)));
        assert_eq!(next(&with_low, 100.5, 8, Some(Status::Guard)), Some((Status::Dry, 0.45)));
        assert_eq!(next(&with_low, 100.02, 8, Some(Status::Dry)), None);
        // Without thresholds for the month, only its bottom says something.
        assert_eq!(next(&with_low, 103.5, 1, None), Some((Status::Dry, 3.45)));
    }

    proptest! {
        #[test]
        fn the_next_limit_is_worse_and_reached_exactly_after_that_fall(level in 100.2f64..106.0) {
            let station = pond("low = 103.0,");
            let now = status(&station, level, 8, None);
            let (next, above_m) = next_limit(&station, level, 8, now).unwrap();
            prop_assert!(Some(next) > now && above_m > 0.0);
            prop_assert_eq!(status(&station, level - above_m - 1e-9, 8, now), Some(next));
            prop_assert_eq!(status(&station, level - above_m * 0.999, 8, now), now);
        }
    }
}
