//! Lines for a server, and to whom they belong.

use crate::core::GatewayId;

/// Lines of a body. InfluxData advises 5000 for a write.
const LINES_MAX: usize = 5_000;

/// Bytes of a body before it is compressed. InfluxDB's cloud accepts 50 MB, most proxies one.
const BYTES_MAX: usize = 1_000_000;

/// Lines from `.0` to before `.1`.
pub(super) type Range = (usize, usize);

/// Lines in units: those of a batch, or those of a record. A unit is written as a whole or comes again as a whole.
#[derive(Clone, Default)]
pub(super) struct Lines {
    text: Vec<u8>,
    /// Where each line ends in the text.
    ends: Vec<usize>,
    units: Vec<Unit>,
}

#[derive(Clone)]
struct Unit {
    gateway: GatewayId,
    /// Number of its first line; its lines end where those of the next unit begin.
    first: usize,
}

impl Lines {
    /// Begins a unit of `gateway`. Units of one gateway that follow each other are written together.
    pub fn begin(&mut self, gateway: &GatewayId) {
        self.units.push(Unit { gateway: gateway.clone(), first: self.ends.len() });
    }

    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Notes that a line was appended.
    pub fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of the unit to which a line belongs.
    pub fn unit_of(&self, line: usize) -> usize {
        self.units.partition_point(|unit| unit.first <= line).saturating_sub(1)
    }

    pub fn gateway_of(&self, unit: usize) -> Option<&GatewayId> {
        Some(&self.units.get(unit)?.gateway)
    }

    fn start_of(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0)
    }

    pub fn slice(&self, (from, to): Range) -> &[u8] {
        self.text.get(self.start_of(from)..self.start_of(to)).unwrap_or_default()
    }

    /// The end of the body that begins with line `from`.
    pub fn body_from(&self, from: usize) -> usize {
        let start = self.start_of(from);
        let mut to = from;
        while to < self.ends.len()
            && to - from < LINES_MAX
            && (to == from || self.start_of(to + 1) - start <= BYTES_MAX)
        {
            to += 1;
        }
        to
    }

    /// The lines of a range by gateway.
    pub fn by_gateway(&self, (from, to): Range) -> Vec<Range> {
        let mut parts: Vec<Range> = Vec::new();
        let mut last = None;
        let mut start = from;
        while start < to {
            let unit = self.unit_of(start);
            let end = self.units.get(unit + 1).map_or(to, |next| next.first.min(to));
            let gateway = self.gateway_of(unit);
            match parts.last_mut() {
                Some(part) if last == gateway => part.1 = end,
                _ => parts.push((start, end)),
            }
            (last, start) = (gateway, end);
        }
        parts
    }

    /// The line between two units that is nearest to the middle of a range; `None` within one unit.
    pub fn between_units(&self, (from, to): Range) -> Option<usize> {
        let middle = from + (to - from) / 2;
        let starts = self.units.iter().map(|unit| unit.first);
        starts.filter(|first| (from + 1..to).contains(first)).min_by_key(|f| f.abs_diff(middle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_between_gateways_and_between_units() {
        let mut lines = Lines::default();
        for (name, count) in [("gw-1", 3), ("gw-1", 0), ("gw-1", 1), ("gw-2", 2), ("gw-3", 1)] {
            lines.begin(&name.parse().unwrap());
            for _ in 0..count {
                lines.buffer().extend_from_slice(b"x 1\n");
                lines.end();
            }
        }
        assert_eq!(lines.len(), 7);
        assert_eq!(lines.by_gateway((0, 7)), [(0, 4), (4, 6), (6, 7)]);
        assert_eq!(lines.by_gateway((2, 5)), [(2, 4), (4, 5)]);
        assert_eq!([0, 2, 3, 4, 5, 6].map(|line| lines.unit_of(line)), [0, 0, 2, 3, 3, 4]);
        assert_eq!(lines.between_units((0, 4)), Some(3));
        assert_eq!(lines.between_units((0, 3)), None);
        assert_eq!(lines.between_units((0, 7)), Some(3));
        assert_eq!(lines.slice((3, 5)), b"x 1\nx 1\n");
        assert_eq!(lines.body_from(0), 7);
    }
}
