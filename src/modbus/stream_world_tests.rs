//! The units and the line. Times in milliseconds.

use std::collections::VecDeque;

use super::super::rtu::crc;
use crate::device::{Function, Request};

/// The timeout of every request.
pub const TIMEOUT: u64 = 1000;

/// The longest pause within an answer on a serial port.
const PAUSE_SERIAL: u64 = 40;

/// The longest delay of an answer on a stream over TCP, before the pause within it.
const LATEST: u64 = 29_000;

/// The longest pause within an answer there.
const PAUSE_TCP: u64 = 700;

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What a unit does with a request for what it does not have.
#[derive(Clone, Copy, PartialEq)]
enum Unknown {
    Answers,
    Refuses,
    Ignores,
}

struct Unit {
    blocks: Vec<Request>,
    /// Blocks that are answered with an exception.
    refused: Vec<bool>,
    unknown: Unknown,
    /// More registers than the block has are refused.
    ends: bool,
    /// Each answer comes twice.
    repeats: bool,
    /// The second time this long after the first at most.
    apart: u64,
    /// When its last answer comes: they keep their order.
    last: u64,
}

/// A server that gives the oldest answer it holds to each request, over all connections.
pub struct Behind {
    held: VecDeque<Vec<u8>>,
    /// So many answers are held back in the end.
    lag: usize,
    /// With more it drops some.
    most: usize,
    /// Which it drops: the newest, the oldest or all but the last.
    drops: u64,
    /// How often it gives none, or two.
    uneven_percent: u64,
}

impl Behind {
    pub fn new(rng: &mut Rng) -> Self {
        let lag = rng.index(5);
        let most = if lag == 0 { 5 } else { [usize::MAX, 5, lag + 1][rng.index(3)] };
        let uneven_percent = match (lag, most) {
            (0, _) => 25,
            // It would be further behind all the time.
            (_, usize::MAX) => 0,
            _ => [0, 5][rng.index(2)],
        };
        Self { held: VecDeque::new(), lag, most, drops: rng.below(3), uneven_percent }
    }

    /// What it gives when this answer is had.
    fn turn(&mut self, rng: &mut Rng, answer: Option<Vec<u8>>) -> Vec<Vec<u8>> {
        self.held.extend(answer);
        if self.held.len() > self.most {
            match self.drops {
                0 => drop(self.held.pop_back()),
                1 => drop(self.held.pop_front()),
                _ => drop(self.held.drain(..self.held.len() - 1)),
            }
        }
        let number = match rng.chance(self.uneven_percent) {
            true => 2 * rng.index(2),
            false => 1,
        };
        let number = number.min(self.held.len().saturating_sub(self.lag));
        self.held.drain(..number).collect()
    }
}

/// Bytes that arrive together.
struct Piece {
    at: u64,
    bytes: Vec<u8>,
    /// It continues the piece before.
    joined: bool,
}

pub struct World {
    rng: Rng,
    serial: bool,
    units: Vec<Unit>,
    pieces: Vec<Piece>,
    /// Nothing arrives before this time.
    stalled_until: u64,
    /// What has not arrived is delivered to the next connection.
    keeps: bool,
    drops_percent: u64,
    /// The server is behind.
    pub behind: Option<Behind>,
    /// Nothing goes wrong any more.
    pub sound: bool,
    pub requests: u64,
}

impl World {
    pub fn new(rng: &mut Rng, serial: bool) -> Self {
        let mut units = Vec::new();
        for _ in 0..=rng.below(3) {
            let number = 2 + rng.below(3);
            let blocks: Vec<Request> = (0..number).map(|index| block(rng, index)).collect();
            let mut refused: Vec<bool> = blocks.iter().map(|_| rng.chance(12)).collect();
            refused[0] = false;
            units.push(Unit {
                blocks,
                refused,
                unknown: [Unknown::Answers, Unknown::Refuses, Unknown::Ignores][rng.index(3)],
                ends: rng.chance(50),
                repeats: rng.chance(15),
                apart: 0,
                last: 0,
            });
        }
        let drops_percent = [0, 10, 40][rng.index(3)];
        Self {
            rng: Rng::new(rng.bits()),
            serial,
            units,
            pieces: Vec::new(),
            stalled_until: 0,
            keeps: rng.chance(70),
            drops_percent,
            behind: None,
            sound: false,
            requests: 0,
        }
    }

    /// All blocks, by unit and index.
    pub fn blocks(&self) -> Vec<(u8, usize)> {
        let units = self.units.iter().zip(1_u8..);
        units.flat_map(|(unit, id)| (0..unit.blocks.len()).map(move |block| (id, block))).collect()
    }

    fn unit(&self, id: u8) -> &Unit {
        &self.units[usize::from(id) - 1]
    }

    pub fn request(&self, unit: u8, block: usize) -> Request {
        self.unit(unit).blocks[block]
    }

    /// From now on all answers come twice, the second time up to this much later.
    pub fn repeat(&mut self, apart: u64) {
        for unit in &mut self.units {
            (unit.repeats, unit.apart) = (true, apart);
        }
    }

    pub fn readable(&self, unit: u8, block: usize) -> bool {
        !self.unit(unit).refused[block]
    }

    /// Whether a request after the first `before` has read this in this block: each register names its unit, block,
    /// offset and request.
    pub fn gave(&self, unit: u8, block: usize, read: &[u16], before: u64) -> bool {
        let count = self.request(unit, block).count;
        (before + 1..=self.requests).any(|number| read == words(unit, block, count, number))
    }

    /// The code of an exception to the last request.
    pub fn code(&self) -> u8 {
        code(self.requests)
    }

    /// The unit's answer.
    fn answer(&self, id: u8, request: &Request) -> Option<Vec<u8>> {
        let unit = self.unit(id);
        let function = u8::from(request.function);
        let same = |block: &Request| {
            (block.function, block.address) == (request.function, request.address)
        };
        let registers = |words: &[u16]| {
            let data: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            let data = if request.function.bits() {
                vec![0x55; usize::from(request.count).div_ceil(8)]
            } else {
                data
            };
            frame(&[&[id, function, data.len() as u8], &data[..]].concat())
        };
        let refusal = || frame(&[id, function | 0x80, code(self.requests)]);
        let Some(block) = unit.blocks.iter().position(same) else {
            return match unit.unknown {
                Unknown::Answers => Some(registers(&words(0, 0, request.count, self.requests))),
                Unknown::Refuses => Some(refusal()),
                Unknown::Ignores => None,
            };
        };
        if unit.refused[block] || unit.ends && request.count > unit.blocks[block].count {
            return Some(refusal());
        }
        Some(registers(&words(id, block, request.count, self.requests)))
    }

    /// A request that ends at `now`.
    pub fn send(&mut self, id: u8, request: &Request, now: u64) {
        self.requests += 1;
        if !self.sound && self.rng.chance(self.drops_percent) {
            return;
        }
        let answer = self.answer(id, request);
        if self.behind.is_some() {
            return self.send_behind(answer, now);
        }
        let Some(answer) = answer else {
            return;
        };
        let repeats = self.unit(id).repeats;
        let mut bytes = if self.sound { answer.clone() } else { self.spoilt(&answer, repeats) };
        let apart = self.unit(id).apart;
        if repeats && apart == 0 {
            bytes.extend(&answer);
        }
        let mut delay = 5 + self.rng.below(50);
        if !self.sound && self.rng.chance(35) {
            // Around the timeout, or anything.
            delay = match (self.rng.chance(50), self.serial) {
                (true, _) => TIMEOUT - 60 + self.rng.below(160),
                (false, true) => self.rng.below(2 * TIMEOUT - PAUSE_SERIAL),
                (false, false) => self.rng.below(LATEST),
            };
        }
        if !self.sound && !self.serial && self.rng.chance(8) {
            self.stalled_until = now + self.rng.below(LATEST);
        }
        let mut at = (now + delay).max(self.units[usize::from(id) - 1].last);
        if !self.serial {
            at = at.max(self.stalled_until);
        }
        self.units[usize::from(id) - 1].last = at;
        if apart > 0 {
            let later = at + 100 + self.rng.below(apart);
            self.arrive(later, answer, None);
            return self.arrive(at, bytes, None);
        }
        let copy = repeats.then_some(answer.len());
        self.arrive(at, bytes, copy);
    }

    /// The same with a server that is behind.
    fn send_behind(&mut self, answer: Option<Vec<u8>>, now: u64) {
        let Some(mut behind) = self.behind.take() else { return };
        let mut give = behind.turn(&mut self.rng, answer.clone());
        if self.sound {
            // It gives all that it has left, or throws it away.
            let left = give.into_iter().chain(behind.held);
            give = if self.rng.chance(50) { left.collect() } else { answer.into_iter().collect() };
        } else {
            self.behind = Some(behind);
        }
        let at = now + 5 + self.rng.below(50);
        for bytes in give {
            self.arrive(at, bytes, None);
        }
    }

    /// The answer with noise around it, or damaged behind its head: a check of 16 bits is taken as certain, which it is
    /// for a frame with one wrong bit and not for pieces of two.
    fn spoilt(&mut self, answer: &[u8], repeats: bool) -> Vec<u8> {
        let mut bytes = answer.to_vec();
        if self.rng.chance(6) {
            let at = 3 + self.rng.index(bytes.len() - 3);
            bytes[at] ^= 1 << self.rng.below(8);
        }
        if self.rng.chance(15) {
            bytes = [self.noise(), bytes].concat();
        }
        if self.rng.chance(15) && !repeats {
            bytes.extend(self.noise());
        }
        bytes
    }

    /// Bytes that no frame of these units begins with.
    fn noise(&mut self) -> Vec<u8> {
        let length = 1 + self.rng.below(9);
        (0..length).map(|_| [0, 0xff, 0x7f, 0xfe][self.rng.index(4)]).collect()
    }

    /// Puts bytes into the stream, in one piece or two. The last `copy` bytes are a copy of those before: it begins
    /// together with its original.
    fn arrive(&mut self, at: u64, bytes: Vec<u8>, copy: Option<usize>) {
        let mut place = self.pieces.iter().rposition(|piece| piece.at <= at).map_or(0, |at| at + 1);
        while self.pieces.get(place).is_some_and(|piece| piece.joined) {
            place += 1;
        }
        let cut = self.rng.index(bytes.len());
        let whole = self.sound || cut == 0 || !self.rng.chance(20);
        if whole || copy.is_some_and(|copy| cut == bytes.len() - copy) {
            return self.pieces.insert(place, Piece { at, bytes, joined: false });
        }
        let later = at + self.rng.below(if self.serial { PAUSE_SERIAL } else { PAUSE_TCP });
        let (head, tail) = bytes.split_at(cut);
        let tail = Piece { at: later, bytes: tail.to_vec(), joined: true };
        self.pieces.insert(place, tail);
        self.pieces.insert(place, Piece { at, bytes: head.to_vec(), joined: false });
    }

    /// When the next bytes come.
    pub fn next_at(&self) -> Option<u64> {
        self.pieces.first().map(|piece| piece.at)
    }

    /// The bytes that have come by `now`, in the order of the stream.
    pub fn take(&mut self, now: u64) -> Vec<u8> {
        let come = self.pieces.iter().take_while(|piece| piece.at <= now).count();
        self.pieces.drain(..come).flat_map(|piece| piece.bytes).collect()
    }

    /// The connection is replaced.
    pub fn reconnect(&mut self) {
        if !self.keeps {
            self.pieces.clear();
        }
    }
}

fn block(rng: &mut Rng, index: u64) -> Request {
    Request {
        function: if rng.chance(80) { Function::Holding } else { Function::Input },
        address: index as u16 * 100,
        count: [1, 2, 2, 2, 4, 10][rng.index(6)],
    }
}

fn words(unit: u8, block: usize, count: u16, request: u64) -> Vec<u16> {
    let head = u16::from(unit) << 14 | (block as u16) << 12;
    (0..count).map(|offset| head | (offset % 16) << 8 | (request % 256) as u16).collect()
}

/// Neither 10 nor 11, which come from gateways.
fn code(request: u64) -> u8 {
    12 + (request % 200) as u8
}

fn frame(body: &[u8]) -> Vec<u8> {
    [body, &crc(body)].concat()
}
