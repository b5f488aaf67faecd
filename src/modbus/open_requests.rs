//! Requests that may still be answered, on streams that keep bytes: serial servers and terminals. Pure.
//!
//! An answer in RTU carries unit, function and number of bytes, and nothing else: its *shape*. A unit answers one
//! request after the other, and a stream delivers first what came first; but it may hold everything back for any time,
//! across connections too. So a request is made directly only where no earlier one of its unit that may still be
//! answered has its shape, and an exception is only believed where none has its function. Otherwise a *marker* goes
//! first: a cheap read with another shape. Its answer proves that whatever was asked before has been answered or never
//! will be. If markers of one shape were sent more than once, it proves so for what was asked before the first.
//! docs/decisions/0031 has the reasons.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::rtu::{self, Parsed, RtuRequest};
use super::timing::data_bytes;
use crate::device::{Function, Request};

/// So long after the last request of a shape, and after anything late from the unit, a stream is taken to hold no more
/// than [`HELD_MAX`] answers of that shape. Engineering judgement: serial servers hold a request for seconds, terminals
/// without signal lose it after some tens.
const FORGOTTEN: Duration = Duration::from_secs(30);

/// The same where markers used to be answered, in case the unit has been replaced. Engineering judgement: longer than
/// TCP and a terminal hold bytes back, which is some minutes, and short enough that a new unit is read the same day.
const FORGOTTEN_KNOWN: Duration = Duration::from_secs(600);

/// Answers of one shape that a stream holds for any time. Engineering judgement: serial servers have been seen to stay
/// one to four requests behind; more would also be more than most keep.
const HELD_MAX: usize = MARKERS_MAX - 1;

/// Markers without an answer before a request may be its own: each kind has been tried twice, since one may be lost by
/// chance.
const ALL_TRIES: u32 = 4;

/// Markers in vain after which none is sent any more where none was ever answered: they could be taken for requests of
/// other blocks, whose time would begin anew. Engineering judgement: each kind has had several turns.
const VAIN_TRIES: u32 = 16;

/// Copies that do not come where they are awaited until the unit is taken for one that does not repeat itself.
/// Engineering judgement: one that does so does it nearly always, and a broken connection loses those of a few
/// requests.
const MISSED_MAX: u32 = 16;

/// A copy of an answer is awaited this long after the request. Engineering judgement: it comes from a repeater or a
/// second way through the network, within a second or two.
const COPY_MAX: Duration = Duration::from_secs(10);

/// Requests of one shape that are kept by number: enough for minutes of polls. More are counted.
const NUMBERS_MAX: usize = 64;

/// Registers in a request (Modbus application protocol V1.1b3, 6.3).
const COUNT_MAX: u16 = 125;

/// Markers in a row for one request, as long as they are answered: each answer may be that to an earlier marker of the
/// same shape and proves a little more. Engineering judgement: more have rarely been left unanswered.
pub(super) const MARKERS_MAX: usize = 8;

/// What an answer shows besides its unit: function and bytes of data.
type Shape = (Function, usize);

fn shape(request: &Request) -> Shape {
    (request.function, data_bytes(request))
}

/// A request of this shape.
fn any_of((function, data): Shape) -> Request {
    let count = if function.bits() { data * 8 } else { data / 2 };
    Request { function, address: 0, count: u16::try_from(count).unwrap_or(COUNT_MAX) }
}

/// What has to happen for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It is made.
    Ask,
    /// This marker is made first, and the request only if it is answered.
    Marker(Marker),
    /// No marker helps: it is made time and again, until its answer cannot be that to an earlier one.
    Again,
    /// No marker helps: nothing is sent until enough time has passed.
    Wait,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    pub(super) kind: MarkerKind,
    pub(super) request: Request,
    /// No earlier request could have its answer.
    fresh: bool,
}

/// How a marker's answer differs from those that may still come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkerKind {
    /// By its function. The unit need not support it: an exception is as good.
    Function,
    /// By its number of bytes. An exception may also be that to an earlier request of the function, and proves less.
    Count,
}

impl MarkerKind {
    fn other(self) -> Self {
        match self {
            Self::Function => Self::Count,
            Self::Count => Self::Function,
        }
    }
}

/// The requests of all units of a line. Outlives its connections.
#[derive(Debug, Default)]
pub(super) struct OpenRequests {
    units: BTreeMap<u8, Unit>,
    /// Requests that were sent.
    sent: u64,
}

#[derive(Debug, Default)]
struct Unit {
    open: BTreeMap<Shape, Open>,
    /// The kind of marker that was answered last.
    works: Option<MarkerKind>,
    /// Markers in a row that had no answer.
    unanswered: u32,
    /// Markers in a row that did not prove enough.
    tries: u32,
    /// The same for each request that has been in vain: others' success must not bring the turn back to the marker that
    /// the unit refuses for this one.
    vain: BTreeMap<(Shape, u16), u32>,
    /// Its answers come more than once.
    repeats: bool,
    /// Copies in a row that were awaited and not seen.
    missed: u32,
    /// What it said lately and has not said again, the newest first.
    heard: VecDeque<(Vec<u8>, Duration)>,
    /// When it last sent what was not asked for just then.
    late: Duration,
    /// The oldest request that the last answer may have been to.
    answered: u64,
}

/// The open requests of one shape. Numbers rise over the whole line.
#[derive(Debug, Clone, Default)]
struct Open {
    /// The oldest ones.
    numbers: VecDeque<u64>,
    /// How many came after these.
    more: u64,
    /// The number before them.
    since: u64,
    last: u64,
    /// When the last was sent.
    at: Duration,
}

impl Open {
    fn first(&self) -> u64 {
        self.numbers.front().copied().unwrap_or(self.since)
    }

    fn add(&mut self, number: u64, now: Duration) {
        if self.more == 0 && self.numbers.len() < NUMBERS_MAX {
            self.numbers.push_back(number);
            self.since = number;
        } else {
            self.more += 1;
        }
        (self.last, self.at) = (number, now);
    }

    fn count(&self) -> usize {
        self.numbers.len().saturating_add(usize::try_from(self.more).unwrap_or(usize::MAX))
    }

    /// The oldest or a later one was answered.
    fn answered(&mut self) {
        if self.numbers.pop_front().is_none() {
            self.more = self.more.saturating_sub(1);
        }
    }

    /// Removes the requests up to this number; returns whether some are left.
    fn close(&mut self, until: u64) -> bool {
        self.numbers.retain(|number| *number > until);
        if self.last <= until {
            self.more = 0;
        }
        if self.numbers.is_empty() && self.more == 1 {
            self.more = 0;
            self.numbers.push_back(self.last);
        }
        // It is not known which of those that were counted came next.
        self.since = self.since.max(until);
        !self.numbers.is_empty() || self.more > 0
    }
}

impl OpenRequests {
    /// What has to happen at `now` for `request` to `unit`.
    pub(super) fn next(&self, unit: u8, request: &Request, now: Duration) -> Next {
        self.units.get(&unit).map_or(Next::Ask, |unit| unit.next(request, now))
    }

    /// Whether an exception to a request of this function could only be the answer to it.
    pub(super) fn believes_exception(&self, unit: u8, function: Function) -> bool {
        self.units.get(&unit).is_none_or(|unit| unit.of(function).next().is_none())
    }

    /// Whether nothing proves that no request of this shape will be answered. Time is no proof.
    pub(super) fn is_open(&self, unit: u8, request: &Request) -> bool {
        self.units.get(&unit).is_some_and(|unit| unit.open.contains_key(&shape(request)))
    }

    /// Whether what came besides the answer to a request can only be the copy of that to `request`, the last before
    /// that had one.
    pub(super) fn is_copy(&self, unit: u8, request: &Request, came: &Parsed) -> bool {
        let Some(unit) = self.units.get(&unit) else {
            return true;
        };
        let mut open = unit.open.keys();
        match came {
            Parsed::Words(_) => !open.any(|open| *open == shape(request)),
            Parsed::Exception(_) => !open.any(|open| open.0 == request.function),
            Parsed::Incomplete(_) | Parsed::Ambiguous => false,
        }
    }

    /// Whether any request to the unit may still be answered.
    pub(super) fn any(&self, unit: u8) -> bool {
        self.units.get(&unit).is_some_and(|unit| !unit.open.is_empty())
    }

    /// The number of the last request that was sent, whatever it was.
    pub(super) fn last(&self) -> u64 {
        self.sent
    }

    /// Whether the last answer to `request`, which is made again and again, was that to one made since `start` was the
    /// [`last`](Self::last): as many as may be late have come before it. `answers`: those that came since then.
    pub(super) fn answers_since(
        &mut self,
        unit: u8,
        request: &Request,
        (start, answers): (u64, usize),
    ) -> bool {
        let Some(unit) = self.units.get_mut(&unit) else {
            return false;
        };
        if unit.answered > start {
            return true;
        }
        if answers <= HELD_MAX {
            return false;
        }
        // No more than these were held, or it would not have been asked.
        unit.open.retain(|_, open| open.close(start));
        if let Some(open) = unit.open.get_mut(&shape(request)) {
            open.answered();
        }
        true
    }

    /// What has come, besides an answer or with it. Late ones keep time from proving anything. Returns the units of
    /// which it is news that their answers come twice.
    pub(super) fn came(
        &mut self,
        bytes: &[u8],
        answered: Option<&RtuRequest>,
        now: Duration,
    ) -> Vec<u8> {
        self.take_in(bytes, (answered, false), now)
    }

    /// The same where a request to this unit was not answered.
    pub(super) fn failed(&mut self, unit: u8, bytes: &[u8], now: Duration) -> Vec<u8> {
        let copies = self.without_copies(unit, bytes, now).len() < bytes.len();
        let news = self.take_in(bytes, (None, true), now);
        if copies {
            self.copies_only(unit);
        }
        news
    }

    fn take_in(
        &mut self,
        bytes: &[u8],
        (answered, failed): (Option<&RtuRequest>, bool),
        now: Duration,
    ) -> Vec<u8> {
        let mut answered = answered.copied();
        let mut news = Vec::new();
        for frame in rtu::answers(bytes) {
            let Some((id, unit)) =
                frame.first().and_then(|id| Some((*id, self.units.get_mut(id)?)))
            else {
                continue;
            };
            let fits = |shape: &Shape| {
                let request = any_of(*shape);
                let parsed = RtuRequest { unit: id, request }.parse(frame);
                !matches!(parsed, Parsed::Incomplete(_))
            };
            let own = answered.is_some_and(|own| fits(&shape(&own.request)));
            let owed = unit.open.keys().any(fits);
            if owed && !own {
                unit.late = now;
            }
            unit.expire(now);
            let copy_of = unit.heard.iter().position(|(heard, _)| heard == frame);
            if let Some(place) = copy_of {
                unit.heard.remove(place);
            }
            if copy_of.is_some() && (unit.repeats || !own && !owed) {
                if !failed {
                    unit.missed = 0;
                }
                if !std::mem::replace(&mut unit.repeats, true) {
                    news.push(id);
                }
                continue;
            }
            if own {
                answered = None;
            }
            unit.heard.truncate(NUMBERS_MAX);
            unit.heard.push_front((frame.to_vec(), now));
        }
        news
    }

    /// A request was not answered, and only copies came. More than once in a row, they were answers that say the same.
    fn copies_only(&mut self, unit: u8) {
        if let Some(unit) = self.units.get_mut(&unit) {
            unit.missed = unit.missed.saturating_add(MISSED_MAX / 2);
            unit.repeats &= unit.missed < MISSED_MAX;
        }
    }

    /// `bytes` without the copies of what a unit, one that repeats itself, has said before.
    pub(super) fn without_copies(&self, unit: u8, bytes: &[u8], now: Duration) -> Vec<u8> {
        let mut left = bytes.to_vec();
        let unit = self.units.get(&unit).filter(|unit| unit.repeats);
        for (frame, at) in unit.iter().flat_map(|unit| &unit.heard) {
            let place = left.windows(frame.len()).position(|window| window == frame);
            if let Some(place) = place.filter(|_| now.saturating_sub(*at) < COPY_MAX) {
                left.drain(place..place + frame.len());
            }
        }
        left
    }

    /// The request is sent at `now`. It is open until an answer says otherwise.
    pub(super) fn sent(&mut self, unit: u8, request: &Request, now: Duration) {
        self.sent += 1;
        let (number, shape) = (self.sent, shape(request));
        let unit = self.units.entry(unit).or_default();
        unit.open.entry(shape).or_default().add(number, now);
    }

    /// The request was answered by the unit, or an earlier one of its shape was: nothing from before that one will be.
    pub(super) fn answered(&mut self, unit: u8, request: &Request, exception: bool) {
        let Some(unit) = self.units.get_mut(&unit) else {
            return;
        };
        // It is there: markers have their turns again.
        unit.unanswered = unit.unanswered.min(ALL_TRIES);
        let own = shape(request);
        unit.vain.remove(&(own, request.address));
        // An exception may belong to any request of its function.
        let could = |open: &Shape| *open == own || exception && open.0 == own.0;
        let open = unit.open.iter_mut().filter(|(shape, _)| could(shape)).map(|(_, open)| open);
        // The answer is that to this request or to a later one.
        let Some(oldest) = open.min_by_key(|open| open.first()) else {
            return;
        };
        let first = oldest.first();
        unit.answered = first;
        oldest.answered();
        unit.open.retain(|_, open| open.close(first));
    }

    /// The marker for `request` to the unit was not answered.
    pub(super) fn unanswered(&mut self, unit: u8, request: &Request) {
        let unit = self.units.entry(unit).or_default();
        unit.unanswered = unit.unanswered.saturating_add(1);
        unit.in_vain(request);
    }

    /// The marker for `request` was answered. Returns whether the request may be made now.
    pub(super) fn proves(&mut self, unit: u8, marker: Marker, request: &Request) -> bool {
        let unit = self.units.entry(unit).or_default();
        let proves = !unit.open.contains_key(&shape(request));
        if proves {
            unit.works = Some(marker.kind).filter(|_| marker.fresh).or(unit.works);
            (unit.unanswered, unit.tries) = (0, 0);
            unit.vain.remove(&(shape(request), request.address));
        } else {
            unit.in_vain(request);
        }
        proves
    }

    /// An answer of the unit has come twice. Returns whether it is news that they do.
    pub(super) fn repeats(&mut self, unit: u8) -> bool {
        let unit = self.units.entry(unit).or_default();
        unit.missed = 0;
        !std::mem::replace(&mut unit.repeats, true)
    }
}

impl Unit {
    /// Forgets what is too old to be repeated.
    fn expire(&mut self, now: Duration) {
        let before = self.heard.len();
        self.heard.retain(|(_, at)| now.saturating_sub(*at) < COPY_MAX);
        if self.repeats {
            let missed = u32::try_from(before - self.heard.len()).unwrap_or(u32::MAX);
            self.missed = self.missed.saturating_add(missed);
            self.repeats = self.missed < MISSED_MAX;
        }
    }

    /// A marker for this request was not answered, or proved too little.
    fn in_vain(&mut self, request: &Request) {
        self.tries = self.tries.saturating_add(1);
        let own = self.vain.entry((shape(request), request.address)).or_default();
        *own = own.saturating_add(1);
    }

    /// The open requests of this function.
    fn of(&self, function: Function) -> impl Iterator<Item = &Open> {
        let open = self.open.iter().filter(move |(shape, _)| shape.0 == function);
        open.map(|(_, open)| open)
    }

    fn next(&self, request: &Request, now: Duration) -> Next {
        // A unit that leaves markers unanswered, though they help, is silent: another shape would only be one more.
        let helps = self.works.is_some() || self.unanswered < ALL_TRIES;
        let silent = self.unanswered > 0 && helps && !self.open.contains_key(&shape(request));
        let last = match self.open.get(&shape(request)) {
            Some(open) => open.last,
            None if silent && !self.open.is_empty() => 0,
            None => return Next::Ask,
        };
        if let Some(next) = self.without_marker(request, now) {
            return next;
        }
        let own = self.vain.get(&(shape(request), request.address)).copied().unwrap_or_default();
        let (kind, turn) = self.turn(self.tries.max(own));
        let marker = self.marker((kind, turn), request, last);
        let marker = marker.or_else(|| self.marker((kind.other(), turn), request, last));
        marker.map_or(Next::Ask, Next::Marker)
    }

    /// What happens where markers are of no use.
    fn without_marker(&self, request: &Request, now: Duration) -> Option<Next> {
        let open = self.open.get(&shape(request))?;
        if self.unanswered < ALL_TRIES {
            return None;
        }
        let quiet = now.saturating_sub(open.at.max(self.late));
        if self.works.is_some() {
            return (quiet >= FORGOTTEN_KNOWN).then_some(Next::Again);
        }
        // By turns with markers, as long as it goes wrong.
        if open.count() <= HELD_MAX && self.unanswered.is_multiple_of(2) {
            return Some(Next::Again);
        }
        let vain = self.unanswered >= VAIN_TRIES;
        vain.then_some(if quiet >= FORGOTTEN { Next::Again } else { Next::Wait })
    }

    /// The kind that is tried next, and which of its kind: the best of each in turn, then that which was answered last
    /// in half of the turns and any in the others. Turns are mixed, so that none falls to the same block time and
    /// again.
    fn turn(&self, tries: u32) -> (MarkerKind, u32) {
        let first = self.works.unwrap_or(MarkerKind::Function);
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
        let mixed = tries.wrapping_mul(0x9e37_79b9) >> 16;
        match tries {
            0 | 2 => (first, 0),
            1 | 3 => (first.other(), 0),
            _ if mixed & 1 == 0 => (first, 0),
            _ if mixed & 2 == 0 => (first, mixed >> 2),
            _ => (first.other(), mixed >> 2),
        }
    }

    /// A marker of this kind for `request`, best one of whose shape was not sent before the request with number `last`.
    /// Without an answer its turn passes to the others, also to those that prove less: each answer proves some more.
    fn marker(
        &self,
        (kind, turn): (MarkerKind, u32),
        request: &Request,
        last: u64,
    ) -> Option<Marker> {
        let oldest = |marker: &Request| match kind {
            MarkerKind::Function => self.of(marker.function).map(Open::first).min(),
            MarkerKind::Count => self.open.get(&shape(marker)).map(Open::first),
        };
        let mut markers = match kind {
            MarkerKind::Function => others(request.function)
                .map(|function| Request { function, count: 1, ..*request })
                .to_vec(),
            MarkerKind::Count => counts(request),
        };
        // Among proofs one that was sent before is no further shape.
        markers.sort_by_key(|marker| match oldest(marker) {
            Some(first) if first > last => (0, 0),
            None => (1, 0),
            Some(first) => (2, u64::MAX - first),
        });
        let turn = usize::try_from(turn).unwrap_or_default().checked_rem(markers.len())?;
        let request = *markers.get(turn)?;
        Some(Marker { kind, request, fresh: oldest(&request).is_none() })
    }
}

/// Requests of the same function and address with another number of bytes: few registers, and one more.
fn counts(request: &Request) -> Vec<Request> {
    // A byte has eight bits.
    let step = if request.function.bits() { 8 } else { 1 };
    let more = request.count.saturating_add(step).min(COUNT_MAX);
    let few = [1, 1 + step, 1 + 2 * step];
    few.into_iter()
        .chain(Some(more).filter(|more| !few.contains(more)))
        .filter(|count| request.address.checked_add(count - 1).is_some())
        .map(|count| Request { count, ..*request })
        .filter(|marker| shape(marker) != shape(request))
        .collect()
}

/// The other functions, first the one that reads the same kind of data.
fn others(function: Function) -> [Function; 3] {
    use Function::{Coils, DiscreteInputs, Holding, Input};
    match function {
        Coils => [DiscreteInputs, Holding, Input],
        DiscreteInputs => [Coils, Holding, Input],
        Holding => [Input, Coils, DiscreteInputs],
        Input => [Holding, Coils, DiscreteInputs],
    }
}

#[cfg(test)]
#[path = "open_requests_tests.rs"]
mod tests;
