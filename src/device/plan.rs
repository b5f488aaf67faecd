//! Plans the requests that read a device's points in the least time.
//!
//! A request costs a fixed time and a time for each register. Two points are read together where the registers between
//! them cost less than another request. docs/acquisition.md has the model.

use std::cmp::Reverse;

use super::in_parts::InParts;
use super::profile::{Function, Part, Point, REGISTERS_MAX};

/// Most bits of one read, by the Modbus application protocol V1.1b3, §6.1 and §6.2.
pub const BITS_MAX: u16 = 2000;

/// Bits that cost as much as a register: an answer packs them.
const BITS_PER_REGISTER: f64 = 16.0;

/// One read of consecutive registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request {
    pub function: Function,
    /// First address on the wire.
    pub address: u16,
    pub count: u16,
}

/// Where a part of a point lies in the answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Index of the point in the list that was planned.
    pub point: usize,
    /// Index among the point's parts.
    pub part: usize,
    /// Index of its first register in the answer.
    pub offset: usize,
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
    pub request: Request,
    /// By address.
    pub slots: Vec<Slot>,
    /// Its registers are read by several requests of at most this many, since the device does not answer them in one.
    pub in_parts_of: Option<u16>,
}

impl Planned {
    /// The requests that read its parts one by one, in their order; parts of the same registers share one.
    pub fn apart(&self) -> Vec<Planned> {
        let mut all: Vec<Planned> = Vec::new();
        for slot in &self.slots {
            let offset = u16::try_from(slot.offset).unwrap_or(u16::MAX);
            let request = Request {
                address: self.request.address.saturating_add(offset),
                count: u16::try_from(slot.count).unwrap_or(u16::MAX),
                ..self.request
            };
            let slot = Slot { offset: 0, ..*slot };
            match all.iter_mut().find(|planned| planned.request == request) {
                Some(same) => same.slots.push(slot),
                None => all.push(Planned { request, slots: vec![slot], in_parts_of: None }),
            }
        }
        all
    }

    /// The requests that are made for it, where the value that is read in parts stands still meanwhile.
    pub fn requests(&self) -> Vec<Request> {
        match self.in_parts_of {
            None => vec![self.request],
            Some(most) => InParts::least(self.request, most),
        }
    }

    /// The registers of each of its parts.
    pub fn parts(&self) -> Vec<Run> {
        self.apart().iter().map(|part| Run::from(part.request)).collect()
    }

    /// Whether its answer holds parts of different registers.
    pub fn has_several(&self) -> bool {
        let run = |slot: &Slot| (slot.offset, slot.count);
        let mut runs = self.slots.iter().map(run);
        let first = runs.next();
        runs.any(|run| Some(run) != first)
    }
}

/// The cost of reading on one bus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// A request with its answer, without the registers, µs.
    pub request_us: f64,
    /// Each register of an answer, µs.
    pub register_us: f64,
}

impl Costs {
    /// The time that `request` takes, µs.
    pub fn of(&self, request: Request) -> f64 {
        self.request_us + f64::from(request.count) * self.each(request.function)
    }

    fn each(&self, function: Function) -> f64 {
        if function.bits() { self.register_us / BITS_PER_REGISTER } else { self.register_us }
    }
}

/// Neighbouring registers of one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Run {
    pub function: Function,
    pub first: u16,
    pub last: u16,
}

impl Run {
    /// Whether the two have a register in common.
    pub fn touches(&self, other: &Run) -> bool {
        self.function == other.function && self.first <= other.last && other.first <= self.last
    }

    pub fn holds(&self, other: &Run) -> bool {
        self.function == other.function && self.first <= other.first && other.last <= self.last
    }
}

impl From<Part> for Run {
    fn from(part: Part) -> Self {
        Self { function: part.function, first: part.address, last: last(part.address, part.count) }
    }
}

impl From<Request> for Run {
    fn from(request: Request) -> Self {
        Self {
            function: request.function,
            first: request.address,
            last: last(request.address, request.count),
        }
    }
}

fn last(address: u16, count: u16) -> u16 {
    address.saturating_add(count.saturating_sub(1))
}

/// The limits of a plan, and its costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Most registers of a request; never more than [`REGISTERS_MAX`]. The limit for bits is [`BITS_MAX`].
    pub registers_max: u16,
    /// Registers that no request touches.
    pub holes: Vec<Run>,
    /// No request holds both the first and the last register of one of these: the device refuses them together.
    pub seams: Vec<Run>,
    /// Registers that the device answers wrongly in one request, without an exception. Where there are any, each part
    /// has a request of its own, and a part that holds one of these is read register by register.
    pub wrong: Vec<Run>,
    /// A part of more than `registers_max` registers may be read by several requests.
    pub in_parts: bool,
    pub costs: Costs,
}

impl Terms {
    /// The most registers of each request by which `part`, that of a point, is read; `None` where it is read in one.
    pub fn in_parts_of(&self, part: &Run) -> Option<u16> {
        if self.wrong.iter().any(|wrong| part.holds(wrong)) {
            return Some(1);
        }
        let many = part.last - part.first >= self.registers_max;
        (self.in_parts && many && !part.function.bits()).then_some(self.registers_max.max(1))
    }
}

/// The requests, in order of function and address, that read all `points` of one device in the least time. Of several
/// such plans it is the one with the fewest requests, the first of them the longest.
///
/// A part of a point that is longer than `registers_max` is planned alone, to be read [in parts](Planned::in_parts_of)
/// where the terms allow it; the configuration's check reports the others. A part that touches a hole is in no request.
/// Points may overlap.
pub fn plan(points: &[&Point], terms: &Terms) -> Vec<Planned> {
    let mut places: Vec<PlacedPart> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let parts = point.parts().into_iter().enumerate();
        places.extend(parts.map(|(part, run)| PlacedPart { run, point: index, part }));
    }
    let open = |place: &PlacedPart| terms.holes.iter().all(|h| !h.touches(&place.run.into()));
    places.retain(open);
    // At one address the longest comes first, so that a part that lies within another follows it.
    places.sort_by_key(|p| {
        let Part { function, address, .. } = p.run;
        (function, address, Reverse(p.run.count), p.point, p.part)
    });
    places
        .chunk_by(|a, b| a.run.function == b.run.function)
        .flat_map(|places| plan_function(places, terms))
        .collect()
}

/// A part of a point, with its index and that of its point.
struct PlacedPart {
    run: Part,
    point: usize,
    part: usize,
}

/// The registers from `start` to before `end` of one part. The parts within it are read with it for free, so every plan
/// reads them together.
struct Block<'a> {
    start: u32,
    end: u32,
    places: &'a [PlacedPart],
}

/// The plan of the sorted `places` of one function.
fn plan_function(places: &[PlacedPart], terms: &Terms) -> Vec<Planned> {
    let Some(function) = places.first().map(|place| place.run.function) else {
        return Vec::new();
    };
    let blocks = blocks(places, !terms.wrong.is_empty());
    if !terms.wrong.is_empty() {
        let alone = |block| planned_request(function, std::slice::from_ref(block), terms);
        return blocks.iter().filter_map(alone).collect();
    }
    let limit = if function.bits() {
        u32::from(BITS_MAX)
    } else {
        u32::from(terms.registers_max.min(REGISTERS_MAX))
    };
    let barriers = Barriers::new(function, terms);
    let each = terms.costs.each(function);
    // For each block: the least cost of all blocks before it, and the block at which the last request of that plan
    // begins. A request of neighbouring blocks is never worse than one that skips some, since blocks do not lie within
    // each other.
    let mut best = vec![(f64::INFINITY, 0); blocks.len() + 1];
    if let Some(none) = best.first_mut() {
        none.0 = 0.0;
    }
    for (first, from) in blocks.iter().enumerate() {
        let before = best.get(first).map_or(f64::INFINITY, |(cost, _)| *cost);
        let end_max = (from.start + limit).min(barriers.end_max(from.start));
        let reach = blocks.iter().zip(best.iter_mut().skip(1)).skip(first);
        for (count, (to, best)) in reach.enumerate() {
            if count > 0 && to.end > end_max {
                break;
            }
            let cost = before + terms.costs.request_us + f64::from(to.end - from.start) * each;
            if cost < best.0 {
                *best = (cost, first);
            }
        }
    }
    let mut planned = Vec::new();
    let mut after = blocks.len();
    while let Some((_, first)) = best.get(after).filter(|_| after > 0) {
        let together = blocks.get(*first..after).unwrap_or_default();
        planned.extend(planned_request(function, together, terms));
        after = *first;
    }
    planned.reverse();
    planned
}

/// The `places` with those that lie within each; where they are read `apart`, only with those of the same registers.
fn blocks(places: &[PlacedPart], apart: bool) -> Vec<Block<'_>> {
    let span = |place: &PlacedPart| {
        let start = u32::from(place.run.address);
        (start, start + u32::from(place.run.count))
    };
    let mut blocks = Vec::new();
    let mut rest = places;
    while let Some(outer) = rest.first() {
        let (start, end) = span(outer);
        let within = |place: &&PlacedPart| match span(place) {
            (_, last) if !apart => last <= end,
            own => own == (start, end),
        };
        let inner = rest.iter().take_while(within).count();
        let (places, others) = rest.split_at(inner);
        blocks.push(Block { start, end, places });
        rest = others;
    }
    blocks
}

fn planned_request(function: Function, blocks: &[Block], terms: &Terms) -> Option<Planned> {
    let start = blocks.first()?.start;
    let end = blocks.last()?.end;
    let slots = blocks.iter().flat_map(|block| block.places).map(|place| {
        let address = u32::from(place.run.address);
        Slot {
            point: place.point,
            part: place.part,
            offset: (address - start) as usize,
            count: usize::from(place.run.count),
        }
    });
    let request = Request {
        function,
        address: u16::try_from(start).ok()?,
        count: u16::try_from(end - start).ok()?,
    };
    let in_parts_of = match blocks {
        [_] => terms.in_parts_of(&Run::from(request)),
        _ => None,
    };
    Some(Planned { request, slots: slots.collect(), in_parts_of })
}

/// Holes and seams of one function, for look-up by address.
struct Barriers {
    /// First register, and the end that a request must not pass if it begins at or before that register.
    ends: Vec<(u32, u32)>,
}

impl Barriers {
    fn new(function: Function, terms: &Terms) -> Self {
        let holes = terms.holes.iter().map(|hole| (hole, hole.first));
        let seams = terms.seams.iter().map(|seam| (seam, seam.last));
        let mut ends: Vec<(u32, u32)> = holes
            .chain(seams)
            .filter(|(bar, _)| bar.function == function)
            .map(|(bar, end)| (u32::from(bar.first), u32::from(end)))
            .collect();
        ends.sort_unstable();
        // The nearest end of this barrier and of all that begin later.
        let mut nearest = u32::MAX;
        for (_, end) in ends.iter_mut().rev() {
            nearest = nearest.min(*end);
            *end = nearest;
        }
        Self { ends }
    }

    /// The end that a request from `start` must not pass.
    fn end_max(&self, start: u32) -> u32 {
        let after = self.ends.partition_point(|(first, _)| *first < start);
        self.ends.get(after).map_or(u32::MAX, |(_, end)| *end)
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
