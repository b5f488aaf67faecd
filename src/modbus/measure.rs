//! What a point's registers come to at one installation: the same for a poll and for a technician's look at it.

use super::Adjust;
use crate::core::{Flag, Outcome, Reason};
use crate::device::{self, Point};
use crate::quality;

/// A value with its flag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value in the parameter's canonical unit, or why there is none.
    pub outcome: Outcome,
    /// QARTOD flag.
    pub flag: Flag,
    /// Why the flag is not good.
    pub reason: Option<Reason>,
}

impl Measured {
    /// No value, for `reason`.
    pub fn missing(reason: Reason) -> Self {
        Self { outcome: Outcome::Missing(reason), flag: Flag::Missing, reason: Some(reason) }
    }
}

/// What the registers in `parts`, those of [`Point::parts`], come to: decoded, tested against the device's range, adjusted to
/// the installation, tested against what is physical.
pub fn measured(point: &Point, adjust: &Adjust, parts: &[&[u16]]) -> Measured {
    let decoded = match device::decode(point, parts) {
        Ok(decoded) => decoded,
        Err(error) => return Measured::missing(error.reason()),
    };
    let spec = point.parameter.spec();
    let value = decoded * adjust.scale + adjust.offset;
    if !value.is_finite() {
        return Measured::missing(Reason::Undecodable);
    }
    let (mut flag, mut reason) = quality::gross_range(value, [spec.min, spec.max], None);
    if let (Some([low, high]), Some(factor)) = (point.valid_range, point.unit.factor_to(spec.unit))
    {
        let (device_flag, device_reason) =
            quality::gross_range(decoded, [low * factor, high * factor], None);
        if device_flag == Flag::Fail {
            (flag, reason) = (device_flag, device_reason);
        }
    }
    Measured { outcome: Outcome::Value(value), flag, reason }
}
