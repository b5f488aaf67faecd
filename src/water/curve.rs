//! The storage curve: level to storage, piecewise linear.

use serde::{Deserialize, Serialize};

use crate::locales::water as words;

/// A storage curve 水位库容曲线: points of level (m) and storage (m3), both strictly rising. Between points it is linear, as
/// SL 323's table ST_ZVARL_B is meant to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<[f64; 2]>", into = "Vec<[f64; 2]>")]
pub struct StorageCurve {
    points: Vec<[f64; 2]>,
}

/// Why points do not make a storage curve.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CurveError {
    #[error("{}", words::curve_too_short(.0))]
    TooShort(usize),
    #[error("{}", words::curve_not_rising(index, level, storage))]
    NotRising {
        /// Index of the point, from 0.
        index: usize,
        level: f64,
        storage: f64,
    },
    #[error("{}", words::curve_impossible(.0))]
    Impossible(usize),
}

/// A storage read off the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Storage {
    pub volume_m3: f64,
    /// The level lies outside the curve. The storage is that of the nearer end, and a figure made from it is suspect.
    pub outside: bool,
}

impl StorageCurve {
    /// A curve through `points` of level (m) and storage (m3).
    ///
    /// ```
    /// use hanqing::water::StorageCurve;
    ///
    /// let curve = StorageCurve::new(vec![[100.0, 0.0], [102.0, 4000.0]])?;
    /// assert_eq!(curve.storage(101.0).volume_m3, 2000.0);
    /// assert!(curve.storage(103.0).outside);
    /// assert!(StorageCurve::new(vec![[100.0, 0.0], [99.0, 4000.0]]).is_err());
    /// # Ok::<(), hanqing::water::CurveError>(())
    /// ```
    pub fn new(points: Vec<[f64; 2]>) -> Result<Self, CurveError> {
        if points.len() < 2 {
            return Err(CurveError::TooShort(points.len()));
        }
        for (index, point) in points.iter().enumerate() {
            if !point.iter().all(|x| x.is_finite()) || point[1] < 0.0 {
                return Err(CurveError::Impossible(index));
            }
        }
        for (index, pair) in points.windows(2).enumerate() {
            if pair[1][0] <= pair[0][0] || pair[1][1] <= pair[0][1] {
                return Err(CurveError::NotRising {
                    index: index + 1,
                    level: pair[1][0],
                    storage: pair[1][1],
                });
            }
        }
        Ok(Self { points })
    }

    pub fn storage(&self, level_m: f64) -> Storage {
        let (volume_m3, outside) = interpolate(&self.points, 0, 1, level_m);
        Storage { volume_m3, outside }
    }

    /// The level at which `volume_m3` is stored; outside the curve, that of the nearer end.
    pub fn level(&self, volume_m3: f64) -> f64 {
        interpolate(&self.points, 1, 0, volume_m3).0
    }

    pub fn points(&self) -> &[[f64; 2]] {
        &self.points
    }
}

/// Interpolates column `y` where column `x` is `at`; the flag says that `at` lies outside the points.
fn interpolate(points: &[[f64; 2]], x: usize, y: usize, at: f64) -> (f64, bool) {
    let after = points.partition_point(|p| p[x] < at);
    let Some(high) = points.get(after) else {
        return (points[points.len() - 1][y], true);
    };
    let Some(low) = after.checked_sub(1).map(|i| points[i]) else {
        return (high[y], high[x] > at);
    };
    let share = (at - low[x]) / (high[x] - low[x]);
    (low[y] + share * (high[y] - low[y]), false)
}

impl TryFrom<Vec<[f64; 2]>> for StorageCurve {
    type Error = CurveError;
    fn try_from(points: Vec<[f64; 2]>) -> Result<Self, CurveError> {
        Self::new(points)
    }
}

impl From<StorageCurve> for Vec<[f64; 2]> {
    fn from(curve: StorageCurve) -> Self {
        curve.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve() -> StorageCurve {
        StorageCurve::new(vec![[100.0, 0.0], [101.0, 1000.0], [103.0, 6000.0]]).unwrap()
    }

    #[test]
    fn reads_between_the_points_and_says_when_outside() {
        assert_eq!(curve().storage(100.5).volume_m3, 500.0);
        assert_eq!(curve().storage(102.0).volume_m3, 3500.0);
        assert!(curve().storage(99.9).outside);
        assert!(curve().storage(103.1).outside);
        assert!(!curve().storage(100.0).outside && !curve().storage(103.0).outside);
    }

    #[test]
    fn refuses_what_is_no_curve() {
        for bad in [
            vec![[1.0, 1.0]],
            vec![[1.0, 1.0], [2.0, 1.0]],
            vec![[1.0, 1.0], [1.0, 2.0]],
            vec![[0.0, -1.0], [1.0, 2.0]],
            vec![[0.0, f64::NAN], [1.0, 2.0]],
        ] {
            assert!(StorageCurve::new(bad.clone()).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn level_undoes_storage(level in 100.0f64..103.0) {
            prop_assert!((curve().level(curve().storage(level).volume_m3) - level).abs() < 1e-9);
        }
    }
}
