//! Which registers to ask for: the requests that take a bus the least time.
//!
//! A request costs its own time and that of each register; so two points are read together where what lies between them costs
//! less than another request would. docs/acquisition.md has the model.

use std::cmp::Reverse;

use super::profile::{Function, Part, Point};

/// Most registers of one read, by the Modbus application protocol V1.1b3, §6.3 and §6.4.
pub const REGISTERS_MAX: u16 = 125;

/// Most bits of one read, by the Modbus application protocol V1.1b3, §6.1 and §6.2.
pub const BITS_MAX: u16 = 2000;

/// Bits that cost as much as a register: an answer packs them.
const BITS_PER_REGISTER: f64 = 16.0;

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

/// What reading costs on one bus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Of a request with its answer, whatever they carry, µs.
    pub request_us: f64,
    /// Of each register that an answer carries, µs.
    pub register_us: f64,
}

impl Costs {
    /// How long `request` takes, µs.
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
    /// Function code.
    pub function: Function,
    /// The first register.
    pub first: u16,
    /// The last register.
    pub last: u16,
}

impl Run {
    /// Whether the two have a register in common.
    pub fn touches(&self, other: &Run) -> bool {
        self.function == other.function && self.first <= other.last && other.first <= self.last
    }

    /// Whether `other` lies within it.
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

/// What a plan has to keep to.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// Most registers of a request; never more than [`REGISTERS_MAX`]. Of bits [`BITS_MAX`] holds.
    pub registers_max: u16,
    /// No request touches these.
    pub holes: Vec<Run>,
    /// No request holds both the first and the last register of one of these: a device refuses them together.
    pub seams: Vec<Run>,
    /// What reading costs.
    pub costs: Costs,
}

/// The requests, in order of function and address, that read all `points` of one device in the least time; of several such
/// the fewest, and the first of them the longest.
///
/// A part of a point is never split: one that is longer than `registers_max` gets a request of its own, and the profile's
/// check reports it. A part that touches a hole is in no request. Points may overlap.
pub fn plan(points: &[&Point], terms: &Terms) -> Vec<Planned> {
    let mut places: Vec<Place> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let parts = point.parts().into_iter().enumerate();
        places.extend(parts.map(|(part, run)| Place { run, point: index, part }));
    }
    let open = |place: &Place| terms.holes.iter().all(|h| !h.touches(&place.run.into()));
    places.retain(open);
    // The longest first of those with one address: whatever lies within another then follows it.
    places.sort_by_key(|p| {
        let Part { function, address, .. } = p.run;
        (function, address, Reverse(p.run.count), p.point, p.part)
    });
    places
        .chunk_by(|a, b| a.run.function == b.run.function)
        .flat_map(|places| plan_function(places, terms))
        .collect()
}

/// A part of a point.
struct Place {
    run: Part,
    point: usize,
    part: usize,
}

/// Registers from `start` to before `end` that are read together whatever the plan: no other part reaches beyond them on both
/// sides, and those within them come for free.
struct Block<'a> {
    start: u32,
    end: u32,
    places: &'a [Place],
}

/// The plan of the sorted `places` of one function.
fn plan_function(places: &[Place], terms: &Terms) -> Vec<Planned> {
    let Some(function) = places.first().map(|place| place.run.function) else {
        return Vec::new();
    };
    let blocks = blocks(places);
    let limit = if function.bits() {
        u32::from(BITS_MAX)
    } else {
        u32::from(terms.registers_max.min(REGISTERS_MAX))
    };
    let bars = Bars::new(function, terms);
    let each = terms.costs.each(function);
    // The least cost of the blocks before each, and where the last request of that begins. A request of neighbouring blocks
    // is never worse than one that leaves some out, since blocks do not lie within each other.
    let mut best = vec![(f64::INFINITY, 0); blocks.len() + 1];
    if let Some(none) = best.first_mut() {
        none.0 = 0.0;
    }
    for (first, from) in blocks.iter().enumerate() {
        let before = best.get(first).map_or(f64::INFINITY, |(cost, _)| *cost);
        let end_max = (from.start + limit).min(bars.end_max(from.start));
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
        planned.extend(planned_request(function, together));
        after = *first;
    }
    planned.reverse();
    planned
}

fn blocks(places: &[Place]) -> Vec<Block<'_>> {
    let span = |place: &Place| {
        let start = u32::from(place.run.address);
        (start, start + u32::from(place.run.count))
    };
    let mut blocks = Vec::new();
    let mut rest = places;
    while let Some(outer) = rest.first() {
        let (start, end) = span(outer);
        let inner = rest.iter().take_while(|place| span(place).1 <= end).count();
        let (places, others) = rest.split_at(inner);
        blocks.push(Block { start, end, places });
        rest = others;
    }
    blocks
}

fn planned_request(function: Function, blocks: &[Block]) -> Option<Planned> {
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
    Some(Planned {
        request: Request {
            function,
            address: u16::try_from(start).ok()?,
            count: u16::try_from(end - start).ok()?,
        },
        slots: slots.collect(),
    })
}

/// Holes and seams of one function, for look-up by address.
struct Bars {
    /// First register, and the end that a request must not pass if it begins at or before that.
    ends: Vec<(u32, u32)>,
}

impl Bars {
    fn new(function: Function, terms: &Terms) -> Self {
        let holes = terms.holes.iter().map(|hole| (hole, hole.first));
        let seams = terms.seams.iter().map(|seam| (seam, seam.last));
        let mut ends: Vec<(u32, u32)> = holes
            .chain(seams)
            .filter(|(bar, _)| bar.function == function)
            .map(|(bar, end)| (u32::from(bar.first), u32::from(end)))
            .collect();
        ends.sort_unstable();
        // Of those that begin later too, the nearest end.
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
