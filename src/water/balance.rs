//! The water of a source at a level: storage, usable share, and how long it lasts.

use serde::Serialize;

use super::Station;

/// Days over which a source's fall is measured. Engineering judgement, confidence 0.6: a week evens out irrigation.
pub const FALL_DAYS: usize = 7;

/// How long the usable water of a source lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Supply {
    Days(u32),
    /// It does not fall: no end is in sight.
    NoEnd,
}

/// The water of a source at a level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Balance {
    pub storage_m3: f64,
    /// The level lies outside the storage curve; the storage is that of the nearer end.
    pub outside: bool,
    /// Storage above dead storage, m3; `None` without a dead level.
    pub usable_m3: Option<f64>,
    /// Usable water at normal level, m3; `None` without a normal level above a dead one.
    pub full_m3: Option<f64>,
    /// Usable water as a share of `full_m3` 蓄水率, from 0; above 1 where the level lies above the normal one.
    pub share: Option<f64>,
    /// Storage as a share of that at normal level, from 0; `None` without a normal level.
    pub share_of_normal: Option<f64>,
}

/// The water of `station` at `level_m`; `None` without a storage curve.
pub fn balance(station: &Station, level_m: f64) -> Option<Balance> {
    let curve = station.curve.as_ref()?;
    let at = curve.storage(level_m);
    let dead = station.dead_m.map(|m| curve.storage(m).volume_m3);
    let usable_m3 = dead.map(|dead| (at.volume_m3 - dead).max(0.0));
    let normal = station.normal_m.map(|m| curve.storage(m).volume_m3);
    let full = normal.zip(dead).map(|(normal, dead)| normal - dead);
    let full_m3 = full.filter(|full| *full > 0.0);
    Some(Balance {
        storage_m3: at.volume_m3,
        outside: at.outside,
        usable_m3,
        full_m3,
        share: usable_m3.zip(full_m3).map(|(usable, full)| usable / full),
        share_of_normal: normal.filter(|normal| *normal > 0.0).map(|normal| at.volume_m3 / normal),
    })
}

/// How long `usable_m3` lasts if a source goes on falling as in the last [`FALL_DAYS`] days. `storages_m3` are the
/// storages of the days up to now, the latest last, `None` for a day without data. Their fall is the balance of people,
/// pumps, evaporation, seepage and inflow: none has to be guessed. `None` unless both ends of the window have data.
pub fn supply(usable_m3: f64, storages_m3: &[Option<f64>]) -> Option<Supply> {
    let window = storages_m3.len().checked_sub(FALL_DAYS + 1)?;
    let first = (*storages_m3.get(window)?)?;
    let last = (*storages_m3.last()?)?;
    let fall = (first - last) / FALL_DAYS as f64;
    Some(lasts(usable_m3, fall))
}

/// How long `usable_m3` lasts at `demand_m3` a day. Without usable water it lasts no day, also where nothing is drawn.
pub fn lasts(usable_m3: f64, demand_m3: f64) -> Supply {
    if usable_m3 <= 0.0 {
        return Supply::Days(0);
    }
    if demand_m3 <= 0.0 {
        return Supply::NoEnd;
    }
    let days = (usable_m3 / demand_m3).floor();
    // More than ten thousand years counts as no end.
    if days >= f64::from(u32::MAX) { Supply::NoEnd } else { Supply::Days(days as u32) }
}

/// A level or storage against the mean of the same day in earlier years.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anomaly {
    /// (now - mean) / mean, in per cent.
    pub percent: f64,
    pub years: usize,
}

/// `now` against `earlier`, one value for each earlier year that has data. `None` without any, or with a mean of 0.
pub fn anomaly(now: f64, earlier: &[f64]) -> Option<Anomaly> {
    let mean = earlier.iter().sum::<f64>() / earlier.len() as f64;
    (mean > 0.0).then(|| Anomaly { percent: (now - mean) / mean * 100.0, years: earlier.len() })
}

/// Relative moisture of the soil, %: volumetric content against field capacity, both in per cent of volume. Above 100
/// after irrigation.
pub fn soil_relative_moisture(volumetric_percent: f64, field_capacity_percent: f64) -> f64 {
    volumetric_percent / field_capacity_percent * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::water::Township;
    use proptest::prelude::*;

    fn pond() -> Station {
        let text = r#"name = "t"
            [[station]]
            id = "s"
            name = "甲"
            kind = "pond"
            village = "v"
            bottom_m = 100.0
            dead_m = 101.0
            normal_m = 109.0
            curve = [[100.0, 0.0], [110.0, 1000.0]]"#;
        toml::from_str::<Township>(text).unwrap().stations.remove(0)
    }

    #[test]
    fn usable_is_what_lies_above_dead_storage() {
        let half = balance(&pond(), 105.0).unwrap();
        assert_eq!((half.storage_m3, half.usable_m3), (500.0, Some(400.0)));
        assert_eq!(half.share, Some(0.5));
        let dead = balance(&pond(), 100.5).unwrap();
        assert_eq!((dead.usable_m3, dead.share), (Some(0.0), Some(0.0)));
        assert!(balance(&pond(), 111.0).unwrap().outside);
        let mut without = pond();
        without.dead_m = None;
        assert_eq!(balance(&without, 105.0).unwrap().usable_m3, None);
    }

    #[test]
    fn supply_is_what_the_fall_of_a_week_leaves() {
        let days = |values: &[f64]| values.iter().map(|v| Some(*v)).collect::<Vec<_>>();
        let falling = days(&[800.0, 790.0, 780.0, 770.0, 760.0, 750.0, 740.0, 730.0]);
        assert_eq!(supply(630.0, &falling), Some(Supply::Days(63)));
        assert_eq!(supply(635.0, &falling), Some(Supply::Days(63)), "whole days");
        assert_eq!(supply(0.0, &falling), Some(Supply::Days(0)));
        assert_eq!(supply(630.0, &days(&[700.0; 8])), Some(Supply::NoEnd));
        assert_eq!(
            supply(0.0, &days(&[700.0; 8])),
            Some(Supply::Days(0)),
            "dry, so it cannot fall"
        );
        assert_eq!(supply(630.0, &falling[1..]), None, "a week is needed");
        // 1900 persons at 60 litres draw 114 m3 a day (docs/domain.md §1.5).
        assert_eq!(lasts(3420.0, 1900.0 * 0.06), Supply::Days(30));
    }

    #[test]
    fn relative_moisture_and_anomaly() {
        assert_eq!(soil_relative_moisture(16.0, 32.0), 50.0);
        let found = anomaly(80.0, &[100.0, 140.0]).unwrap();
        assert!((found.percent - -33.333).abs() < 0.001 && found.years == 2);
        assert_eq!(anomaly(80.0, &[]), None);
    }

    proptest! {
        #[test]
        fn less_water_never_lasts_longer(a in 0.0f64..1e6, b in 0.0f64..1e6, demand in 0.1f64..1e4) {
            let (less, more) = if a < b { (a, b) } else { (b, a) };
            if let (Supply::Days(less), Supply::Days(more)) = (lasts(less, demand), lasts(more, demand)) {
                prop_assert!(less <= more);
            }
        }
    }
}
