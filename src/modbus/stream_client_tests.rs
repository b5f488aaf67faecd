//! The decisions of a line of RTU frames, without waiting.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::open_requests::{MARKERS_MAX, Next, OpenRequests};
use super::super::rtu::{Fault, Parsed, RtuRequest};
use super::super::timing::EXCEPTION_BYTES;
use super::world::{TIMEOUT, World};
use crate::device::{Function, Request};

/// An answer that has begun is over after this time.
const BYTE_GAP_SERIAL: u64 = 50;
const BYTE_GAP_NETWORK: u64 = 500;

/// The silence between frames.
const SILENCE: u64 = 4;

pub enum Failure {
    Exception(u8),
    None,
}

pub struct Client {
    serial: bool,
    open: OpenRequests,
    outstanding: BTreeMap<(u8, Function), u64>,
    last_answered: Option<RtuRequest>,
    trailing: bool,
    traffic_end: u64,
    pub now: u64,
}

/// What [`Client::hear`] found.
enum Heard {
    Answer { answer: Result<Vec<u16>, u8>, copies: bool },
    Fault(Fault),
}

impl Client {
    pub fn new(serial: bool) -> Self {
        Self {
            serial,
            open: OpenRequests::default(),
            outstanding: BTreeMap::new(),
            last_answered: None,
            trailing: false,
            traffic_end: 0,
            now: 0,
        }
    }

    fn time(&self) -> Duration {
        Duration::from_millis(self.now)
    }

    pub fn read(&mut self, world: &mut World, unit: u8, block: usize) -> Result<Vec<u16>, Failure> {
        let request = world.request(unit, block);
        let next =
            if self.serial { Next::Ask } else { self.open.next(unit, &request, self.time()) };
        if next == Next::Wait {
            self.now += TIMEOUT;
            return Err(Failure::None);
        }
        if next == Next::Again {
            return self.again(world, unit, request);
        }
        if let Next::Marker(marker) = next {
            let mut proven = false;
            for _ in 0..MARKERS_MAX {
                let outcome = self.read_once(world, unit, marker.request, true);
                if matches!(outcome, Err(Failure::None)) {
                    self.open.unanswered(unit, &request);
                    return Err(Failure::None);
                }
                proven = self.open.proves(unit, marker, &request);
                if proven {
                    break;
                }
            }
            if !proven {
                return Err(Failure::None);
            }
        }
        self.read_once(world, unit, request, false)
    }

    fn again(
        &mut self,
        world: &mut World,
        unit: u8,
        request: Request,
    ) -> Result<Vec<u16>, Failure> {
        let start = self.open.last();
        for answers in 1..=MARKERS_MAX {
            match self.read_once(world, unit, request, false) {
                Ok(words) => {
                    if self.open.answers_since(unit, &request, (start, answers)) {
                        return Ok(words);
                    }
                }
                Err(Failure::None) => {
                    self.open.unanswered(unit, &request);
                    return Err(Failure::None);
                }
                Err(refused) => return Err(refused),
            }
        }
        Err(Failure::None)
    }

    fn read_once(
        &mut self,
        world: &mut World,
        unit: u8,
        request: Request,
        marker: bool,
    ) -> Result<Vec<u16>, Failure> {
        let key = (unit, request.function);
        let rtu = RtuRequest { unit, request };
        if !self.silent(world, key) {
            return Err(Failure::None);
        }
        let exceptions = marker || self.open.believes_exception(unit, request.function);
        let alone = !self.open.any(unit);
        let fresh = !self.open.is_open(unit, &request);
        if self.serial {
            self.outstanding.insert(key, self.now + 2 * TIMEOUT);
        } else {
            self.open.sent(unit, &request, self.time());
        }
        world.send(unit, &request, self.now);
        let mut received = Vec::new();
        match self.hear(world, &rtu, (exceptions, alone, marker), &mut received) {
            Heard::Answer { answer, copies } => {
                self.outstanding.remove(&key);
                let before = rtu.hear(&received[..received.len() - 1], exceptions);
                self.trailing = !matches!(before.parsed, Parsed::Incomplete(_));
                self.note_copies(&received);
                if copies && fresh && !self.serial {
                    self.open.repeats(unit);
                }
                self.open.answered(unit, &request, answer.is_err());
                self.open.came(&received, Some(&rtu), self.time());
                self.last_answered = Some(rtu);
                answer.map_err(Failure::Exception)
            }
            Heard::Fault(fault) => {
                self.open.failed(unit, &received, self.time());
                let others = self.outstanding.keys().any(|other| *other != key);
                let only = !others && !self.trailing;
                if fault == Fault::Crc && only && rtu.damaged_in(&received) {
                    self.outstanding.remove(&key);
                } else if self.serial && !matches!(fault, Fault::Crc | Fault::Cut { .. }) {
                    self.outstanding.insert(key, self.now + TIMEOUT);
                }
                if fault == Fault::Silence && !self.serial {
                    world.reconnect();
                }
                Err(Failure::None)
            }
        }
    }

    /// Waits for the silence that is due; returns whether it came.
    fn silent(&mut self, world: &mut World, key: (u8, Function)) -> bool {
        let mut seen = Vec::new();
        let mut give_up_at = None;
        loop {
            let now = self.now;
            self.outstanding.retain(|_, until| *until > now);
            let silence = if self.serial { SILENCE } else { 0 };
            let due = self.outstanding.get(&key).copied().unwrap_or_default();
            let due = due.max(self.traffic_end + silence);
            let give_up_at = *give_up_at.get_or_insert(due.max(now) + 2 * TIMEOUT);
            match world.next_at() {
                Some(at) if at <= due.max(now) => self.now = at.max(now),
                _ => {
                    self.now = due.max(now);
                    break;
                }
            }
            seen.extend(world.take(self.now));
            self.traffic_end = self.now;
            if let Some(until) = self.outstanding.get_mut(&key) {
                *until = (*until).max(self.now + TIMEOUT);
            }
            if self.now > give_up_at {
                return false;
            }
        }
        self.note_copies(&seen);
        self.open.came(&seen, None, self.time());
        true
    }

    fn without_copies(&self, unit: u8, received: &[u8]) -> Vec<u8> {
        self.open.without_copies(unit, received, self.time())
    }

    fn note_copies(&mut self, came: &[u8]) {
        if let Some(rtu) = self.last_answered
            && self.open.is_copy(rtu.unit, &rtu.request, &rtu.parse(came))
            && !self.serial
        {
            self.open.repeats(rtu.unit);
        }
    }

    fn hear(
        &mut self,
        world: &mut World,
        rtu: &RtuRequest,
        (exceptions, alone, marker): (bool, bool, bool),
        received: &mut Vec<u8>,
    ) -> Heard {
        let deadline = self.now + TIMEOUT;
        let byte_gap = if self.serial { BYTE_GAP_SERIAL } else { BYTE_GAP_NETWORK };
        let mut begun = false;
        self.traffic_end = self.now;
        loop {
            let until_gap = begun && self.now + byte_gap < deadline;
            let until = if until_gap { self.now + byte_gap } else { deadline };
            match world.next_at() {
                Some(at) if at < until => self.now = at.max(self.now),
                _ => {
                    self.now = until;
                    let fault = rtu.fault(&self.without_copies(rtu.unit, received));
                    if until_gap && !(fault.answered() && alone) {
                        begun = false;
                        continue;
                    }
                    return Heard::Fault(fault);
                }
            }
            received.extend(world.take(self.now));
            self.traffic_end = self.now;
            begun = true;
            if received.len() < EXCEPTION_BYTES {
                continue;
            }
            let heard = rtu.hear(&self.without_copies(rtu.unit, received), exceptions);
            let copies = heard.copies;
            let answer = match (heard.parsed, marker) {
                (Parsed::Words(words), _) => Ok(words),
                (Parsed::Exception(code), _) => Err(code),
                (Parsed::Ambiguous, true) => Err(0),
                (Parsed::Ambiguous, false) => return Heard::Fault(Fault::Ambiguous),
                (Parsed::Incomplete(_), _) => continue,
            };
            return Heard::Answer { answer, copies };
        }
    }
}
