//! From a level to a flow: a weir, a flume or a gauged section at one place, so part of a device's settings.
//!
//! The head is `level - zero_m`. Outside the heads for which a formula holds there is no flow: nothing is extrapolated.
//! A level within the resolution of a sensor counts as the limit, since 219.25 - 216.9 is not 2.35 in binary fractions.

use serde::{Deserialize, Serialize};

use super::hydraulics;
use crate::core::{Parameter, Unit};

/// A head that is no more than this outside the limits counts as the limit, m. Engineering judgement: half a
/// millimetre, the rounding of a sensor that shows millimetres, so that a dry channel at its zero has a flow of 0.
const LIMIT_M: f64 = 0.000_5;

/// The same for the dust of binary fractions alone.
const DUST_M: f64 = 1e-9;

/// A series that is computed from another of the same device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// The parameter that is measured: `level`, as the device's `adjust` gives it.
    pub from: Parameter,
    /// The parameter that is computed: `flow`.
    pub to: Parameter,
    pub kind: CurveKind,
    /// The level at which the head is 0: the notch's lowest point, the crest, the flume's floor, the gauge's zero, m.
    #[serde(default)]
    pub zero_m: f64,
    /// Of a V-notch: its angle, degrees.
    pub angle_deg: Option<f64>,
    /// Of a V-notch or a rectangular weir: a discharge coefficient found at this place instead of the standard's.
    pub coefficient: Option<f64>,
    /// Of a rectangular weir: the width of the opening, m.
    pub width_m: Option<f64>,
    /// Of a rectangular weir: the width of the channel before it, m; that of the opening where it is not given.
    pub approach_width_m: Option<f64>,
    /// Of a rectangular weir: the height of the crest over the channel's floor, m.
    pub crest_height_m: Option<f64>,
    /// Of a Parshall flume: its throat's width, m, one of the standard's sizes; not beside `c` and `n`.
    pub throat_m: Option<f64>,
    /// Of a flume of another size: `Q = c × h^n`.
    pub c: Option<f64>,
    pub n: Option<f64>,
    /// Of a gauged section: `Q = a × (h - h0_m)^b`.
    pub a: Option<f64>,
    pub b: Option<f64>,
    pub h0_m: Option<f64>,
    /// Of a table: heads, m, with the flow at each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<[f64; 2]>,
    /// The unit of the flow where this curve gives its numbers: of `points`, `a`, `c`.
    pub unit: Option<Unit>,
    /// The heads for which it was gauged, m. A standard's own limits hold besides.
    pub range_m: Option<[f64; 2]>,
}

/// What a level is measured at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurveKind {
    /// A thin-plate weir with a V-notch 三角堰.
    VNotch,
    /// A thin-plate weir with a rectangular opening 矩形堰.
    RectangularWeir,
    /// A Parshall flume 巴歇尔槽.
    Parshall,
    /// A stage-discharge relation of a gauged section 水位流量关系.
    Power,
    /// The same as a table.
    Table,
}

impl CurveKind {
    /// Its name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::VNotch => "v_notch",
            Self::RectangularWeir => "rectangular_weir",
            Self::Parshall => "parshall",
            Self::Power => "power",
            Self::Table => "table",
        }
    }
}

impl Curve {
    /// The heads for which it gives a flow, m; `None` where it is not complete.
    pub fn heads(&self) -> Option<[f64; 2]> {
        let standard = match self.kind {
            CurveKind::VNotch => hydraulics::V_NOTCH_HEADS_M,
            CurveKind::RectangularWeir => hydraulics::rectangular_heads(self.crest_height_m?),
            CurveKind::Parshall => match self.throat_m {
                Some(throat_m) => hydraulics::parshall(throat_m)?.heads_m,
                None => self.range_m?,
            },
            CurveKind::Power => self.range_m?,
            CurveKind::Table => [self.points.first()?[0], self.points.last()?[0]],
        };
        let [low, high] = self.range_m.unwrap_or(standard);
        Some([standard[0].max(low), standard[1].min(high)])
    }

    /// The flow at `level_m`, in the unit of `to`; `None` where the head is outside its limits.
    pub fn flow(&self, level_m: f64) -> Option<f64> {
        let head = level_m - self.zero_m;
        let [low, high] = self.heads()?;
        if !(low - LIMIT_M - DUST_M..=high + LIMIT_M + DUST_M).contains(&head) {
            return None;
        }
        let head = head.clamp(low, high);
        let second = Unit::CubicMetrePerSecond;
        let (flow, unit) = match self.kind {
            CurveKind::VNotch => {
                (hydraulics::v_notch(self.angle_deg?, self.coefficient, head), second)
            }
            CurveKind::RectangularWeir => {
                let (width, crest) = (self.width_m?, self.crest_height_m?);
                let channel = self.approach_width_m.unwrap_or(width);
                (hydraulics::rectangular(width, channel, crest, self.coefficient, head), second)
            }
            CurveKind::Parshall => match self.throat_m {
                Some(throat_m) => {
                    let size = hydraulics::parshall(throat_m)?;
                    (size.c * head.powf(size.n), second)
                }
                None => (self.c? * head.powf(self.n?), self.unit?),
            },
            CurveKind::Power => {
                let above = head - self.h0_m.unwrap_or_default();
                (self.a? * above.powf(self.b?), self.unit?)
            }
            CurveKind::Table => (between(&self.points, head)?, self.unit?),
        };
        let flow = flow * unit.factor_to(self.to.spec().unit)?;
        Some(flow).filter(|flow| flow.is_finite() && *flow >= 0.0)
    }
}

/// The widths of the throats of the standard's Parshall flumes, m.
pub fn parshall_throats_m() -> impl Iterator<Item = f64> {
    hydraulics::PARSHALLS.into_iter().map(|size| size.throat_m)
}

/// The smallest and the largest angle of a V-notch with known coefficients, degrees.
pub fn v_notch_angles_deg() -> [f64; 2] {
    hydraulics::V_NOTCH_ANGLES_DEG
}

/// The value at `head`, on the line between its neighbours in `points`.
fn between(points: &[[f64; 2]], head: f64) -> Option<f64> {
    points.windows(2).find_map(|pair| {
        let [[from, low], [to, high]] = *pair else { return None };
        let inside = (from..=to).contains(&head) && from < to;
        inside.then(|| low + (high - low) * ((head - from) / (to - from)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(text: &str) -> Curve {
        toml::from_str(&format!("from = 'level'\nto = 'flow'\n{text}")).unwrap()
    }

    #[test]
    fn a_table_is_linear_between_its_points_and_ends_there() {
        let table = curve(
            "kind = 'table'\nzero_m = 100.0\nunit = 'L/s'\npoints = [[0.1, 10], [0.3, 30], [0.4, 80]]",
        );
        assert_eq!(table.flow(100.2).map(|q| (q * 1e6).round() / 1e6), Some(20.0 * 3.6));
        assert!((table.flow(100.35).unwrap() - 55.0 * 3.6).abs() < 1e-6);
        for level in [100.0, 100.09, 100.41, 0.2, f64::NAN] {
            assert_eq!(table.flow(level), None, "{level}");
        }
    }

    #[test]
    fn a_gauged_section_is_a_power_over_its_zero_within_what_was_gauged() {
        let section = curve(
            "kind = 'power'\na = 12.5\nb = 1.67\nh0_m = 0.2\nunit = 'm3/s'\nrange_m = [0.3, 2.0]",
        );
        let flow = section.flow(1.2).unwrap();
        assert!((flow - 12.5 * 3600.0).abs() < 1e-6, "{flow}");
        assert_eq!((section.flow(0.25), section.flow(2.1)), (None, None));
    }

    #[test]
    fn a_level_at_a_limit_has_a_flow_whatever_its_binary_fraction() {
        let mut table =
            curve("kind = 'table'\nunit = 'L/s'\npoints = [[0.0, 0.0], [0.5, 20.0], [1.0, 80.0]]");
        table.zero_m = 216.9;
        for (offset, centimetres) in [(216.7, 20.0), (216.8, 10.0), (216.6, 30.0), (216.3, 60.0)] {
            let flow = table.flow(centimetres * 0.01 + offset);
            assert_eq!(flow, Some(0.0), "{offset}");
        }
        assert_eq!(table.flow(216.8996), Some(0.0));
        assert_eq!(table.flow(216.899), None);
        for level in [217.9, 217.900_000_1, 217.900_4] {
            assert!((table.flow(level).unwrap() - 288.0).abs() < 1e-9, "{level}");
        }
        assert_eq!(table.flow(217.901), None);
        for (limit, text) in [
            (0.38, "kind = 'v_notch'\nangle_deg = 90"),
            (0.03, "kind = 'rectangular_weir'\nwidth_m = 0.5\ncrest_height_m = 0.3"),
            (0.6, "kind = 'parshall'\nthroat_m = 0.25"),
        ] {
            let mut curve = curve(text);
            curve.zero_m = 10.0;
            // As an f32 that a sensor sends.
            assert!(curve.flow(f64::from(10.0 + limit as f32)).is_some(), "{limit}");
        }
    }

    #[test]
    fn the_heads_are_the_narrower_of_standard_and_range() {
        let notch = curve("kind = 'v_notch'\nangle_deg = 90\nrange_m = [0.0, 0.2]");
        assert_eq!(notch.heads(), Some([0.06, 0.2]));
        let flume = curve("kind = 'parshall'\nthroat_m = 0.25");
        assert_eq!(flume.heads(), Some([0.03, 0.6]));
        assert!((flume.flow(0.3).unwrap() / 3600.0 - 0.561 * 0.3f64.powf(1.513)).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn more_water_is_more_flow_and_nothing_is_made_up(
            low in 0.0..2.0f64,
            more in 0.001..1.0f64,
            kind in 0usize..5,
        ) {
            let curve = curve([
                "kind = 'v_notch'\nangle_deg = 60",
                "kind = 'rectangular_weir'\nwidth_m = 0.5\napproach_width_m = 1.2\ncrest_height_m = 0.3",
                "kind = 'parshall'\nthroat_m = 0.6",
                "kind = 'power'\na = 3.0\nb = 1.5\nunit = 'm3/s'\nrange_m = [0.1, 1.5]",
                "kind = 'table'\nunit = 'm3/h'\npoints = [[0.0, 0.0], [0.5, 9.0], [2.0, 80.0]]",
            ][kind]);
            let [least, most] = curve.heads().unwrap();
            let (first, second) = (curve.flow(low), curve.flow(low + more));
            let near = (low - least).abs() < 0.001 || (low - most).abs() < 0.001;
            prop_assert!(near || first.is_some() == (least..=most).contains(&low));
            if let (Some(first), Some(second)) = (first, second) {
                // Both may count as the limit.
                prop_assert!(second > first || (near && second >= first));
            }
        }
    }
}
