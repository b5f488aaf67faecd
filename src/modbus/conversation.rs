//! What is said over a connection to a Modbus TCP device: requests get their numbers, and of all frames that come only
//! the answer to the open request is passed on. Works on bytes; `mbap` connects it to a stream.
//!
//! A frame with a foreign number is skipped until the time-out: a late answer, or a repeated one, costs nothing. Where
//! the first request of a connection brings nothing but one fitting answer with a foreign number, the connection is
//! kept for one more request, which shows whether the device has a habit (see `numbering`). Where answers carry zero
//! they have no identity. So that habit takes two such requests, and then two answers in one hearing are none, what
//! comes while nothing is asked ends the connection, and so does a request whose answer looks like that to an earlier
//! one for other registers. The same holds where answers carry any number, which has to be set.
//!
//! A device that closes the connection behind each answer never shows a second one. Its habit is that of the only
//! answer on two connections with the same request.

use super::numbering::{Deviation, EVIDENCE_MIN, Habits, Numbering};

/// Transaction, protocol and length; the length counts what follows.
const HEAD: usize = 6;

/// Most bytes that follow: unit and a PDU of 253 (Modbus messaging on TCP/IP V1.0b, 3.1.3).
const LENGTH_MAX: usize = 254;

/// On how many connections after a request without an answer the first answer is accepted only with its own number.
/// Engineering judgement: the late answer, and one that is late because of it.
const DOUBTED: u8 = 2;

/// Why a connection can no longer be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The device closed it.
    Closed,
    /// Nothing was sent: the next request needs a new connection.
    Renew,
    /// A frame of another protocol.
    Protocol(u16),
    /// A frame too short to hold a unit and a function.
    Short(usize),
    /// A frame longer than there are.
    Long(usize),
    /// Several answers fit, and nothing tells which belongs to the request.
    Ambiguous,
}

/// What came instead of an answer, until the time-out or until the device closed the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Unanswered {
    /// Whether the connection is kept: the same request, made again now, may show a habit.
    pub(super) kept: bool,
    /// Whether the same request, made again on a new connection, may show a habit.
    pub(super) closes: bool,
    /// Whether the foreign number follows no habit, and none is known or set.
    pub(super) unruly: bool,
    /// The number of the request, and that of the first answer with another.
    pub(super) number: Option<(u16, u16)>,
    /// The unit of a frame that carried the right number, where numbers matter.
    pub(super) unit: Option<u8>,
}

/// The open request.
#[derive(Debug, Clone, Copy)]
struct Asked {
    number: u16,
    /// The number that the library gave it.
    own: [u8; 2],
    unit: u8,
    function: u8,
    address: u16,
    /// Bytes of its registers or bits.
    bytes: usize,
}

impl Asked {
    fn parse(frame: &[u8], number: u16) -> Option<Self> {
        let [own_1, own_0, _, _, _, _, unit, function, a1, a0, c1, c0] = *frame else {
            return None;
        };
        let count = usize::from(u16::from_be_bytes([c1, c0]));
        Some(Self {
            number,
            own: [own_1, own_0],
            unit,
            function,
            address: u16::from_be_bytes([a1, a0]),
            bytes: if matches!(function, 1 | 2) { count.div_ceil(8) } else { 2 * count },
        })
    }

    /// Whether `body`, unit and PDU, can be the answer: registers, bits or an exception.
    fn fits(&self, body: &[u8]) -> bool {
        match *body {
            [unit, function, _] => unit == self.unit && function == self.function | 0x80,
            [unit, function, bytes, ref data @ ..] => {
                let proper = usize::from(bytes) == self.bytes && data.len() == self.bytes;
                unit == self.unit && function == self.function && proper
            }
            _ => false,
        }
    }

    /// Whether an answer to `other` could be taken for that to this one, and would give other registers.
    fn mistakable(&self, other: &Self) -> bool {
        self.alike(other) && self.address != other.address
    }

    /// Whether an answer to `other` is as good as one to this.
    fn same(&self, other: &Self) -> bool {
        self.alike(other) && self.address == other.address
    }

    /// Whether their answers look alike.
    fn alike(&self, other: &Self) -> bool {
        let shape = |asked: &Self| (asked.unit, asked.function, asked.bytes);
        shape(self) == shape(other)
    }
}

/// What came while a request was open.
#[derive(Debug, Default)]
struct Heard {
    unanswered: Unanswered,
    /// How the fitting answers with foreign numbers differ, late ones left out; how many there were.
    odd: Option<Deviation>,
    odd_count: u32,
    late: bool,
    /// A fitting answer without a number, and how many there were.
    unnumbered: Vec<u8>,
    unnumbered_count: u32,
}

/// Connections in a row that the device closed behind the only answer, which carried a foreign number.
#[derive(Debug, Clone, Copy)]
struct Closing {
    /// Made on each of them.
    asked: Asked,
    /// How all of them differed.
    deviation: Deviation,
    connections: u8,
}

/// The requests and answers of one line. It has at most one connection at a time.
#[derive(Debug)]
pub(super) struct Conversation {
    habits: Habits,
    /// Bytes of a frame that has not come as a whole.
    received: Vec<u8>,
    /// Requests made on this connection.
    requests: u32,
    open: Option<Asked>,
    heard: Heard,
    /// What the answer to the first request on this connection had for a number, if not its own.
    first: Option<(u16, Deviation)>,
    /// Something came while nothing was asked.
    stray: bool,
    /// The last request has not been answered.
    pending: bool,
    /// One on this connection was not answered in time.
    missed: bool,
    /// On how many connections, from this one on, the late answer to a request of an earlier one may come.
    doubt: u8,
    /// The kinds of requests made on this connection, each once.
    made: Vec<Asked>,
    closing: Option<Closing>,
    /// Connections in a row that the device closed behind their first answer.
    hung_up: u8,
    /// Answers on this connection.
    answers: u32,
    /// What had come when the device closed the connection while a request was open.
    parting: Option<Unanswered>,
    fault: Option<Fault>,
    /// The answer, as far as it has not been taken.
    answer: Vec<u8>,
}

impl Conversation {
    /// With a habit that is set, nothing is learned. `seed` is random.
    pub(super) fn new(set: Option<Numbering>, seed: u64) -> Self {
        Self {
            habits: Habits::new(set, seed),
            received: Vec::new(),
            requests: 0,
            open: None,
            heard: Heard::default(),
            first: None,
            stray: false,
            pending: false,
            missed: false,
            doubt: 0,
            made: Vec::new(),
            closing: None,
            hung_up: 0,
            answers: 0,
            parting: None,
            fault: None,
            answer: Vec::new(),
        }
    }

    /// A new connection replaces the last.
    pub(super) fn opened(&mut self) {
        self.received.clear();
        self.requests = 0;
        self.open = None;
        self.heard = Heard::default();
        self.first = None;
        self.stray = false;
        let pending = std::mem::take(&mut self.pending);
        let missed = std::mem::take(&mut self.missed) || pending;
        self.doubt = if missed { DOUBTED } else { self.doubt.saturating_sub(1) };
        self.made.clear();
        if missed && self.parting.is_none() {
            self.closing = None;
        }
        self.parting = None;
        self.answers = 0;
        self.fault = None;
        self.answer.clear();
    }

    /// What the device does with numbers, as set or learned.
    pub(super) fn numbering(&self) -> Numbering {
        self.habits.current()
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// What had come when the device closed the connection while a request was open.
    pub(super) fn parting(&self) -> Unanswered {
        self.parting.unwrap_or_default()
    }

    /// Whether the device closes each connection behind its answer, so that keeping it is of no use.
    pub(super) fn closes(&self) -> bool {
        let known = self.closing.is_some_and(|closing| closing.connections >= EVIDENCE_MIN);
        known || self.hung_up >= EVIDENCE_MIN
    }

    /// The request of the library with a number of ours, to be sent now. What has come before is no answer to it.
    pub(super) fn ask(&mut self, frame: &[u8]) -> Result<Vec<u8>, Fault> {
        if let Some(fault) = self.fault {
            // A new connection that begins badly has a reason of its own.
            let fault = if self.requests == 0 { fault } else { Fault::Renew };
            self.fault = Some(fault);
            return Err(fault);
        }
        let avoid = self.first.map(|(number, _)| number);
        let number = self.habits.next(avoid);
        let Some(asked) = Asked::parse(frame, number) else {
            return Err(self.end(Fault::Renew));
        };
        if self.expects().anonymous() {
            let mistakable = self.made.iter().any(|made| asked.mistakable(made));
            if mistakable || self.stray || !self.received.is_empty() {
                return Err(self.end(Fault::Renew));
            }
        }
        if !self.made.iter().any(|made| made.alike(&asked)) {
            self.made.push(asked);
        }
        self.requests = self.requests.saturating_add(1);
        self.heard = Heard::default();
        self.answer.clear();
        self.open = Some(asked);
        self.pending = true;
        let mut sent = number.to_be_bytes().to_vec();
        sent.extend(frame.iter().skip(2));
        Ok(sent)
    }

    /// Bytes have come.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.received.extend(bytes);
        while self.fault.is_none() {
            let Some(frame) = self.next_frame() else { break };
            self.judge(frame);
        }
    }

    /// The next whole frame. Sets the fault where the stream cannot be followed.
    fn next_frame(&mut self) -> Option<Vec<u8>> {
        let [_, _, p1, p0, l1, l0, ..] = *self.received.as_slice() else {
            return None;
        };
        let protocol = u16::from_be_bytes([p1, p0]);
        let length = usize::from(u16::from_be_bytes([l1, l0]));
        if protocol != 0 {
            self.end(Fault::Protocol(protocol));
        } else if length < 2 {
            self.end(Fault::Short(length));
        } else if length > LENGTH_MAX {
            self.end(Fault::Long(length));
        } else if self.received.len() >= HEAD + length {
            let rest = self.received.split_off(HEAD + length);
            return Some(std::mem::replace(&mut self.received, rest));
        }
        None
    }

    fn judge(&mut self, frame: Vec<u8>) {
        let (Some(asked), [n1, n0, _, _, _, _, body @ ..]) = (self.open, frame.as_slice()) else {
            self.stray = true;
            return;
        };
        let number = u16::from_be_bytes([*n1, *n0]);
        let deviation = self.habits.deviation(asked.number, number);
        let own_unit = body.first() == Some(&asked.unit);
        if self.habits.current() == Numbering::Any {
            if asked.fits(body) {
                self.heard.odd_count += 1;
                self.heard.unnumbered_count += 1;
                self.heard.unnumbered = frame;
            } else if !own_unit {
                self.heard.unanswered.unit = body.first().copied();
            }
            return;
        }
        if deviation == Deviation::None && own_unit {
            return self.found_exact(frame);
        }
        if deviation == Deviation::None {
            self.heard.unanswered.unit = body.first().copied();
        }
        if !asked.fits(body) {
            return;
        }
        self.heard.unanswered.number.get_or_insert((asked.number, number));
        if deviation == Deviation::Late {
            self.heard.late = true;
            return;
        }
        self.heard.odd_count += 1;
        self.heard.odd = Some(deviation);
        match (self.expects(), deviation) {
            (Numbering::PlusOne, Deviation::PlusOne) => {
                if self.habits.learning() {
                    self.habits.learn(Numbering::PlusOne);
                }
                self.settle(frame);
            }
            // While it is being learned, the right number may still come.
            (Numbering::Zero, Deviation::Zero) if !self.habits.learning() => {
                self.heard.unnumbered_count += 1;
                self.heard.unnumbered = frame;
            }
            (Numbering::FirstOdd, _)
                if self.requests == 1 && !self.stray && self.certain(&asked) =>
            {
                self.first = Some((number, deviation));
                self.settle(frame);
            }
            _ => {}
        }
    }

    /// Whether the first answer of a connection can only be that to `asked`: no earlier request may still be answered,
    /// or those that may be were the same.
    fn certain(&self, asked: &Asked) -> bool {
        let repeated =
            |closing: Closing| closing.connections >= DOUBTED && closing.asked.same(asked);
        self.doubt == 0 || self.closing.is_some_and(repeated)
    }

    /// The habit by which a foreign number is right: the known one, or that which the first answer has shown.
    fn expects(&self) -> Numbering {
        match self.first {
            Some((_, Deviation::PlusOne)) if self.habits.learning() => Numbering::PlusOne,
            Some((_, Deviation::Zero)) if self.habits.learning() => Numbering::Zero,
            _ => self.habits.current(),
        }
    }

    /// An answer with the number of its request is always right.
    fn found_exact(&mut self, frame: Vec<u8>) {
        self.closing = None;
        if self.requests == 2 && self.first.is_some() {
            // So the odd answer was that to the first request.
            self.missed = false;
        }
        match self.habits.current() {
            Numbering::PlusOne | Numbering::Zero => self.habits.unlearn(),
            Numbering::Exact if self.first.is_some() && self.requests == 2 => {
                self.habits.saw_first_odd();
            }
            Numbering::Exact if self.requests == 1 => self.habits.unlearn(),
            Numbering::Exact | Numbering::FirstOdd | Numbering::Any => {}
        }
        self.settle(frame);
    }

    fn settle(&mut self, mut frame: Vec<u8>) {
        let Some(asked) = self.open.take() else { return };
        self.pending = false;
        self.answers = self.answers.saturating_add(1);
        if self.answers > 1 {
            self.hung_up = 0;
        }
        for (byte, own) in frame.iter_mut().zip(asked.own) {
            *byte = own;
        }
        self.answer = frame;
    }

    /// Nothing more has come for now: an answer without a number counts if it is the only one.
    pub(super) fn hush(&mut self) {
        if self.open.is_none() || self.heard.unnumbered_count == 0 || !self.received.is_empty() {
            return;
        }
        if self.heard.odd_count > 1 || self.heard.late {
            self.open = None;
            self.end(Fault::Ambiguous);
            return;
        }
        let frame = std::mem::take(&mut self.heard.unnumbered);
        self.settle(frame);
    }

    /// The device has closed the connection.
    pub(super) fn closed(&mut self) {
        self.hush();
        if self.fault.is_none()
            && let Some(asked) = self.open
        {
            self.parting = Some(self.closed_behind(asked));
        }
        if self.fault.is_none() && self.answers == 1 {
            self.hung_up = self.hung_up.saturating_add(1);
        }
        self.end(Fault::Closed);
    }

    /// The device has closed the connection while `asked` was open.
    fn closed_behind(&mut self, asked: Asked) -> Unanswered {
        let unanswered = self.unanswered();
        let heard = &self.heard;
        if self.answers > 0 && unanswered == Unanswered::default() && self.received.is_empty() {
            // It was closed behind an earlier answer, while the request was on its way.
            self.pending = false;
        }
        let clear = heard.odd_count == 1 && !heard.late && !self.stray && self.received.is_empty();
        let Some(deviation) = heard.odd.filter(|_| clear && self.requests == 1) else {
            self.closing = None;
            return unanswered;
        };
        let known = self.closing.filter(|closing| closing.asked.same(&asked));
        let alike = known.is_none_or(|known| known.deviation == deviation);
        let closing = Closing {
            asked,
            deviation: if alike { deviation } else { Deviation::Other },
            connections: known.map_or(1, |known| known.connections.saturating_add(1)),
        };
        self.closing = Some(closing);
        if self.doubt == 0 {
            // No answer to another request can come on this connection: it was that to this one.
            self.pending = false;
        }
        let learning = self.habits.learning();
        if learning && closing.connections >= EVIDENCE_MIN {
            self.habits.learn_closing(closing.deviation);
        } else if matches!(self.habits.current(), Numbering::PlusOne | Numbering::Zero) {
            self.habits.unlearn();
        }
        let known = self.habits.current() == Numbering::FirstOdd;
        let closes = learning || known || self.habits.learning();
        Unanswered { closes, ..unanswered }
    }

    /// What has come so far instead of an answer.
    fn unanswered(&self) -> Unanswered {
        let other = self.heard.odd == Some(Deviation::Other) && !self.heard.late;
        Unanswered { unruly: other && self.habits.learning(), ..self.heard.unanswered }
    }

    fn end(&mut self, fault: Fault) -> Fault {
        *self.fault.get_or_insert(fault)
    }

    /// Whether an answer waits to be taken.
    pub(super) fn answered(&self) -> bool {
        !self.answer.is_empty()
    }

    /// Takes at most `most` bytes of the answer.
    pub(super) fn take(&mut self, most: usize) -> Vec<u8> {
        let rest = self.answer.split_off(most.min(self.answer.len()));
        std::mem::replace(&mut self.answer, rest)
    }

    /// The time for the answer is over.
    pub(super) fn timed_out(&mut self) -> Unanswered {
        let unanswered = self.unanswered();
        let heard = std::mem::take(&mut self.heard);
        self.open = None;
        self.missed = true;
        self.closing = None;
        let sound = self.fault.is_none() && self.received.is_empty();
        let clear = heard.odd_count == 1 && !heard.late && !self.stray;
        let candidate = heard.unanswered.number.zip(heard.odd);
        let zero = Some((0, Deviation::Zero));
        let both_zero = self.first == zero && heard.odd == Some(Deviation::Zero);
        if self.requests == 2 && both_zero && sound && clear && self.habits.learning() {
            self.habits.learn(Numbering::Zero);
            return Unanswered { kept: true, ..unanswered };
        }
        let doubted = self.habits.current() == Numbering::FirstOdd && self.doubt > 0;
        if let Some(((_, got), deviation)) = candidate
            && sound
            && clear
            && self.requests == 1
            && (self.habits.learning() || doubted)
        {
            self.first = Some((got, deviation));
            return Unanswered { kept: true, ..unanswered };
        }
        if heard.odd.is_some() {
            self.habits.unlearn();
        }
        unanswered
    }
}

#[cfg(test)]
#[path = "conversation_tests.rs"]
mod tests;
