//! A point of a device as it is installed: its series, its correction and its interval.

use std::sync::Arc;

use jiff::Timestamp;

use super::Adjust;
use crate::core::{Flag, Outcome, Raw, Reading, Reason, Series};
use crate::device::{self, Curve, Point};

/// A point that is polled.
pub(super) struct DevicePoint {
    pub(super) series: Series,
    /// Shared by the devices of a bus that follow one profile: a large bus then touches less memory with each poll.
    pub(super) point: Arc<Point>,
    pub(super) adjust: Adjust,
    /// Where the series is computed from the point's value.
    pub(super) curve: Option<Curve>,
    /// Index of its interval among those of the bus.
    pub(super) interval: usize,
}

impl DevicePoint {
    pub(super) fn is_due(&self, due: &[bool]) -> bool {
        due.get(self.interval).copied().unwrap_or(false)
    }

    /// The reading that the registers in `parts` make. No quality test has been made yet.
    pub(super) fn reading(&self, at: Timestamp, parts: &[&[u16]]) -> Reading {
        let measured = measure(&self.point, &self.adjust, parts);
        match measured.and_then(|value| computed(self.curve.as_ref(), value)) {
            Ok(value) => Reading {
                series: self.series.clone(),
                observed_at: at,
                outcome: Outcome::Value(value),
                flag: Flag::Good,
                reason: None,
                raw: Raw::of(parts),
            },
            Err(reason) => Reading::missing(self.series.clone(), at, reason, Raw::of(parts)),
        }
    }
}

/// A series that a device gives, and how.
pub struct Given<'a> {
    /// The point whose registers it is made of.
    pub point: &'a Point,
    pub series: Series,
    /// The correction of the point's value.
    pub adjust: Adjust,
    /// Where it is computed from the point's value, what computes it.
    pub curve: Option<&'a Curve>,
}

impl Given<'_> {
    /// The value in the registers `parts`, in the canonical unit of the series, or the reason why there is none.
    ///
    /// # Errors
    /// Those of [`measure`]; `out_of_range` for a level outside the limits of a curve.
    pub fn measure(&self, parts: &[&[u16]]) -> Result<f64, Reason> {
        measure(self.point, &self.adjust, parts).and_then(|value| computed(self.curve, value))
    }

    /// The values that the series can have here, in its canonical unit.
    pub fn value_range(&self) -> [f64; 2] {
        match self.curve {
            Some(curve) => [0.0, curve.to.spec().max],
            None => value_range(self.point, &self.adjust),
        }
    }
}

/// What `curve` makes of a measured value; the value itself where there is none.
fn computed(curve: Option<&Curve>, value: f64) -> Result<f64, Reason> {
    curve.map_or(Ok(value), |curve| curve.flow(value).ok_or(Reason::OutOfRange))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Profile;
    use crate::modbus::DeviceSettings;

    #[test]
    fn a_weir_gives_a_flow_of_the_level_that_is_adjusted_to_the_place() {
        let profile: Profile = toml::from_str(
            r#"
            id = "level"
            name = "A sensor"
            source = "a test"
            verified_by = "nobody"
            confidence = 1.0
            [[point]]
            parameter = "level"
            function = 3
            address = 4
            type = "u16"
            scale = 0.001
            unit = "m"
            "#,
        )
        .unwrap();
        let device: DeviceSettings = toml::from_str(
            r#"
            unit = 1
            profile = "level"
            station = "channel-1"
            adjust.level = { scale = -1.0, offset = 2.0 }
            [[curve]]
            from = "level"
            to = "flow"
            kind = "v_notch"
            zero_m = 0.5
            angle_deg = 90
            "#,
        )
        .unwrap();
        let gives: Vec<Given<'_>> = device.gives(&profile).collect();
        let names: Vec<String> = gives.iter().map(|given| given.series.to_string()).collect();
        assert_eq!(names, ["channel-1/level", "channel-1/flow"]);
        // 1.3 m down to the water is a level of 0.7 m, a head of 0.2 m.
        let level = gives[0].measure(&[&[1300]]).unwrap();
        assert!((level - 0.7).abs() < 1e-9);
        let flow = gives[1].measure(&[&[1300]]).unwrap();
        assert!((flow - 88.9).abs() < 1.0, "{flow}");
        assert_eq!(gives[1].measure(&[&[1500]]), Err(Reason::OutOfRange));
        assert_eq!(gives[1].measure(&[&[]]), Err(Reason::Length));
        assert_eq!(gives[1].value_range()[0], 0.0);
    }
}
