//! A point of a device as it is installed: its series, its correction and its interval.

use jiff::Timestamp;

use super::Adjust;
use crate::core::{Flag, Outcome, Reading, Reason, Series};
use crate::device::{self, Point};

/// A point that is polled.
pub(super) struct DevicePoint {
    pub(super) series: Series,
    pub(super) point: Point,
    pub(super) adjust: Adjust,
    /// Index of its interval among those of the bus.
    pub(super) interval: usize,
}

impl DevicePoint {
    pub(super) fn is_due(&self, due: &[bool]) -> bool {
        due.get(self.interval).copied().unwrap_or(false)
    }

    /// The reading that the registers in `parts` make. No quality test has been made yet.
    pub(super) fn reading(&self, at: Timestamp, parts: &[&[u16]]) -> Reading {
        match measure(&self.point, &self.adjust, parts) {
            Ok(value) => Reading {
                series: self.series.clone(),
                observed_at: at,
                outcome: Outcome::Value(value),
                flag: Flag::Good,
                reason: None,
                raw: parts.concat(),
            },
            Err(reason) => Reading::missing(self.series.clone(), at, reason, parts.concat()),
        }
    }
}

/// The values that `point` can have here: what the device can measure, adjusted, as far as it is physically possible.
pub fn value_range(point: &Point, adjust: &Adjust) -> [f64; 2] {
    let spec = point.parameter.spec();
    let (mut min, mut max) = (spec.min, spec.max);
    if let (Some(valid), Some(factor)) = (point.valid_range, point.unit.factor_to(spec.unit)) {
        let [a, b] = valid.map(|bound| adjust.apply(bound * factor));
        (min, max) = (min.max(a.min(b)), max.min(a.max(b)));
    }
    [min, max]
}

/// The value in the registers `parts`, those of [`Point::parts`]: decoded, then adjusted to the installation. In the
/// parameter's canonical unit, or the reason why there is none.
pub fn measure(point: &Point, adjust: &Adjust, parts: &[&[u16]]) -> Result<f64, Reason> {
    let decoded = device::decode(point, parts).map_err(|error| error.reason())?;
    let value = adjust.apply(decoded);
    if value.is_finite() { Ok(value) } else { Err(Reason::Undecodable) }
}
