//! Where a level ranks among those of the same days of earlier years.

use serde::Serialize;

/// Days on either side of the same day of an earlier year that are ranked with it. Engineering judgement, confidence
/// 0.6: a fortnight gives enough days of one season, as the week on either side that hydrology smooths daily ranks by.
pub(super) const BESIDE_DAYS: i64 = 7;

/// Days of an earlier year, of the [`BESIDE_DAYS`] on either side and the day itself, that need a level before the year
/// counts. Engineering judgement, confidence 0.6: the half.
pub(super) const DAYS_MIN: usize = 8;

/// Earlier years that a rank needs. Engineering judgement, confidence 0.6: with fewer, one wet year decides it.
pub(super) const YEARS_MIN: usize = 5;

/// A level among those of the same days of earlier years.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rank {
    /// Above 0 and below 100; low where the level is low. Weibull's position i / (n + 1) of the level among n values,
    /// those of `days` and itself, equal ones sharing the mean position, as the USGS ranks streamflow (WaterWatch).
    pub percentile: f64,
    /// Earlier years with levels.
    pub years: usize,
    /// Days of those years that have a level.
    pub days: usize,
    /// Those of them on which the last level was higher.
    pub higher: usize,
}

impl Rank {
    /// The rank of `level_m` among `earlier`, the last levels (m) of the days of each earlier year. `None` with levels
    /// of fewer than [`YEARS_MIN`] years.
    pub(super) fn of(level_m: f64, earlier: &[Vec<f64>]) -> Option<Self> {
        let years: Vec<_> = earlier.iter().filter(|days| days.len() >= DAYS_MIN).collect();
        if years.len() < YEARS_MIN {
            return None;
        }
        let levels = || years.iter().copied().flatten();
        let days = levels().count();
        let lower = levels().filter(|level| **level < level_m).count();
        let higher = levels().filter(|level| **level > level_m).count();
        let equal = days - lower - higher;
        let position = 1.0 + lower as f64 + equal as f64 / 2.0;
        let percentile = position / (days + 2) as f64 * 100.0;
        Some(Self { percentile, years: years.len(), days, higher })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Years of ten days each, of levels 1 to 10 m.
    fn years(count: usize) -> Vec<Vec<f64>> {
        vec![(1..=10).map(f64::from).collect(); count]
    }

    #[test]
    fn a_level_is_ranked_among_five_years() {
        let low = Rank::of(0.5, &years(5)).unwrap();
        assert_eq!((low.years, low.days, low.higher), (5, 50, 50));
        assert!((low.percentile - 100.0 / 52.0).abs() < 1e-9, "{low:?}");
        let high = Rank::of(11.0, &years(6)).unwrap();
        assert_eq!(high.higher, 0);
        assert!((high.percentile - 6100.0 / 62.0).abs() < 1e-9, "{high:?}");
        let same = Rank::of(2.0, &vec![vec![2.0; 15]; 5]).unwrap();
        assert_eq!((same.percentile, same.higher), (50.0, 0), "all are equal");
    }

    #[test]
    fn fewer_than_five_years_or_days_rank_nothing() {
        assert_eq!(Rank::of(1.0, &years(4)), None);
        let mut with_gaps = years(5);
        with_gaps[2].truncate(7);
        assert_eq!(Rank::of(1.0, &with_gaps), None);
    }

    proptest! {
        #[test]
        fn a_lower_level_never_ranks_higher(a in 0.0f64..11.0, b in 0.0f64..11.0) {
            let rank = |level: f64| Rank::of(level, &years(5)).unwrap().percentile;
            let (low, high) = (rank(a.min(b)), rank(a.max(b)));
            prop_assert!(low <= high && low > 0.0 && high < 100.0);
        }
    }
}
