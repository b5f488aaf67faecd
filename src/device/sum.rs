//! Numbers that are sums: of phases or tariffs, of forward less reverse, of a total's parts.

use serde::{Deserialize, Serialize};

use super::profile::{ByteOrder, Part, Point, PointType, one, u16_type};

/// A number that is added to a point's own, of the point's function.
///
/// A sum's registers are always read in one request: a total whose parts are of two moments is a wrong total.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addend {
    /// Address of its first register on the wire, from 0; before or behind the point's own.
    pub address: u16,
    #[serde(rename = "type", default = "u16_type")]
    pub point_type: PointType,
    /// The point's where it is not given.
    pub order: Option<ByteOrder>,
    /// The number is these bits of an unsigned one, from the lowest to the highest.
    pub bits: Option<[u8; 2]>,
    /// Factor to it in the sum: 10000 for the part of a total above 9999, -1 for what is taken away, 0.001 for
    /// thousandths.
    #[serde(default = "one")]
    pub scale: f64,
}

impl Addend {
    /// Address behind its last register.
    fn end(&self) -> u32 {
        u32::from(self.address) + u32::from(self.point_type.registers())
    }
}

impl Point {
    /// The registers from the lowest to the highest that make the number: its own, its fraction's and those of `plus`.
    pub(super) fn span(&self) -> Part {
        let first = self.plus.iter().map(|addend| addend.address).fold(self.address, u16::min);
        let own = u32::from(self.address) + u32::from(self.own_registers());
        let end = self.plus.iter().map(Addend::end).fold(own, u32::max);
        let count = u16::try_from(end - u32::from(first)).unwrap_or(u16::MAX);
        Part { function: self.function, address: first, count }
    }

    /// The registers from `address` on among `words`, those of [`span`](Self::span).
    pub(super) fn within<'a>(
        &self,
        words: &'a [u16],
        address: u16,
        count: u16,
    ) -> Option<&'a [u16]> {
        let start = usize::from(address.checked_sub(self.span().address)?);
        words.get(start..start + usize::from(count))
    }
}
