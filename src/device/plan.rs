//! Which registers to ask for: points that lie close together are read in one request.

use super::profile::{Function, Part, Point};

/// Most registers of one read, by the Modbus application protocol V1.1b3, §6.3 and §6.4.
pub const REGISTERS_MAX: u16 = 125;

/// One read of consecutive registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    /// Function code.
    pub function: Function,
    /// First address on the wire.
    pub address: u16,
    /// How many registers.
    pub count: u16,
}

/// Where a point lies in the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Index of the point in what was planned.
    pub point: usize,
    /// Which of the point's parts it is.
    pub part: usize,
    /// Index of its first register in the answer.
    pub offset: usize,
    /// How many registers it takes.
    pub count: usize,
}

impl Slot {
    /// The point's registers in the answer `words`; `None` where the answer is too short.
    pub fn words<'a>(&self, words: &'a [u16]) -> Option<&'a [u16]> {
        words.get(self.offset..self.offset.checked_add(self.count)?)
    }
}

/// A request and the points that its answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What to ask for.
    pub request: Request,
    /// Where the points lie in the answer, by address.
    pub slots: Vec<Slot>,
}

/// The fewest requests, in order of function and address, that read all `points` of one device.
///
/// A request asks for at most `registers_max` registers (never more than [`REGISTERS_MAX`]) and bridges at most `gap_max`
/// registers that nobody wants. A point is never split: one that is longer than `registers_max` gets a request of its
/// own, and the profile's check reports it. Points may overlap.
pub fn plan(points: &[&Point], registers_max: u16, gap_max: u16) -> Vec<Planned> {
    let limit = u32::from(registers_max.min(REGISTERS_MAX));
    let mut sorted: Vec<(usize, usize, Part)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let parts = point.parts();
        sorted.extend(
            parts
                .into_iter()
                .enumerate()
                .map(|(part, run)| (index, part, run)),
        );
    }
    sorted.sort_by_key(|(index, part, run)| (run.function, run.address, *index, *part));
    let mut planned: Vec<Planned> = Vec::new();
    for (point, part, run) in sorted {
        let start = u32::from(run.address);
        let after = start + u32::from(run.count);
        let count = usize::from(run.count);
        if let Some(last) = planned.last_mut() {
            let first = u32::from(last.request.address);
            let end = first + u32::from(last.request.count);
            let near = start <= end + u32::from(gap_max);
            let length = end.max(after) - first;
            if last.request.function == run.function && near && length <= limit {
                last.request.count = u16::try_from(length).unwrap_or(REGISTERS_MAX);
                last.slots.push(Slot {
                    point,
                    part,
                    offset: usize::from(run.address - last.request.address),
                    count,
                });
                continue;
            }
        }
        planned.push(Planned {
            request: Request {
                function: run.function,
                address: run.address,
                count: run.count,
            },
            slots: vec![Slot {
                point,
                part,
                offset: 0,
                count,
            }],
        });
    }
    planned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{Parameter, Unit};
    use crate::device::{ByteOrder, PointType};
    use proptest::prelude::*;

    fn point(function: Function, address: u16, point_type: PointType) -> Point {
        Point {
            parameter: Parameter::Flow,
            function,
            address,
            point_type,
            order: ByteOrder::Abcd,
            scale: 1.0,
            offset: 0.0,
            unit: Unit::CubicMetrePerHour,
            invalid: Vec::new(),
            valid_range: None,
            counter: None,
        }
    }

    #[test]
    fn bridges_small_gaps_only() {
        use Function::{Holding, Input};
        let points = [
            point(Holding, 8, PointType::I32),
            point(Holding, 0, PointType::F32),
            point(Input, 0, PointType::U16),
            point(Holding, 40, PointType::U16),
        ];
        let refs: Vec<&Point> = points.iter().collect();
        let requests: Vec<_> = plan(&refs, 125, 6)
            .iter()
            .map(|p| (p.request.function, p.request.address, p.request.count))
            .collect();
        assert_eq!(
            requests,
            [(Holding, 0, 10), (Holding, 40, 1), (Input, 0, 1)]
        );
        assert_eq!(plan(&refs, 125, 5).len(), 4);
        assert!(plan(&[], 125, 5).is_empty());
    }

    fn any_point() -> impl Strategy<Value = Point> {
        use PointType::*;
        (
            prop::sample::select(vec![Function::Holding, Function::Input]),
            prop_oneof![0u16..400, 65_000u16..=65_532],
            prop::sample::select(vec![U16, I16, U32, I32, U64, I64, F32, F64]),
        )
            .prop_map(|(function, address, point_type)| point(function, address, point_type))
    }

    proptest! {
        #[test]
        fn each_point_is_read_exactly_once_within_the_limits(
            points in prop::collection::vec(any_point(), 0..40),
            registers_max in 4u16..200,
            gap_max in 0u16..50,
        ) {
            let refs: Vec<&Point> = points.iter().collect();
            let planned = plan(&refs, registers_max, gap_max);
            let mut seen = vec![0; points.len()];
            for block in &planned {
                prop_assert!(block.request.count <= registers_max.min(125));
                let mut end = 0;
                for slot in &block.slots {
                    let point = &points[slot.point];
                    seen[slot.point] += 1;
                    prop_assert_eq!(point.function, block.request.function);
                    prop_assert_eq!(usize::from(block.request.address) + slot.offset, usize::from(point.address));
                    prop_assert_eq!(slot.count, usize::from(point.point_type.registers()));
                    let answer = vec![0; usize::from(block.request.count)];
                    prop_assert!(slot.words(&answer).is_some());
                    prop_assert!(slot.offset <= end + usize::from(gap_max));
                    end = end.max(slot.offset + slot.count);
                }
                prop_assert_eq!(end, usize::from(block.request.count));
            }
            prop_assert!(seen.iter().all(|times| *times == 1));
        }
    }
}
