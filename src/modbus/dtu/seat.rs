//! The connection of one terminal: passed to its bus, and kept from others that say its name.
//!
//! A terminal has no secret. One that answers is not replaced by a connection from another address. One from its own
//! may be itself, whose old connection has died unnoticed, or another behind the same router: it stands by until the
//! terminal fails to answer. One without a registration, which anybody can be, is replaced by none while it answers.

use std::collections::BTreeSet;
use std::io;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::modbus::error::ReadError;
use crate::support::{Stopwatch, lock};

/// Passes the newest connection of a terminal to its bus.
#[derive(Debug, Clone)]
pub struct DtuSlot(Arc<Slot>);

#[derive(Debug)]
struct Slot {
    state: Mutex<State>,
    arrived: Notify,
    watch: Stopwatch,
    patience: Patience,
    bus: String,
    /// Whether the terminal identifies itself.
    named: bool,
}

#[derive(Debug, Default)]
struct State {
    /// A connection that the bus has not taken yet.
    waiting: Option<Waiting>,
    seat: Option<Seat>,
    /// The connection that the bus has taken last, as long as it has it; `None` where that cannot be seen.
    held: Option<Weak<Hold>>,
    /// Where the connection that answered last came from, whether it has ended or not.
    answered: Option<IpAddr>,
    report: TerminalReport,
}

#[derive(Debug)]
struct Waiting {
    stream: TcpStream,
    peer: IpAddr,
    /// It gets the place only when its holder has died.
    stands_by: bool,
}

/// A second handle to the connection of a terminal, by which the place sees that the other end has closed it. The bus
/// has it with the connection and drops both together.
#[derive(Debug)]
pub(in crate::modbus) struct Hold(TcpStream);

impl Hold {
    fn of(stream: &TcpStream) -> io::Result<Arc<Self>> {
        let second = stream.as_fd().try_clone_to_owned()?;
        let second = TcpStream::from_std(std::net::TcpStream::from(second))?;
        Ok(Arc::new(Self(second)))
    }

    /// Whether the other end has closed it, whatever has arrived before that.
    fn hung_up(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(self.0.ready(Interest::READABLE)).poll(&mut context) {
            Poll::Ready(Ok(ready)) => ready.is_read_closed(),
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        }
    }
}

/// Who holds the place. Times are counted from any one instant.
#[derive(Debug, Clone, PartialEq)]
struct Seat {
    peer: IpAddr,
    /// The bus has taken the connection.
    taken: bool,
    /// When it answered last; `None` where it has not yet.
    answered_at: Option<Duration>,
    /// Requests without an answer since.
    unanswered: u32,
    /// The units that have answered on this connection, and the requests to these without an answer since the last.
    units: BTreeSet<u8>,
    lost: u32,
}

/// When a terminal that has answered counts as dead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Patience {
    /// After so many requests in a row without an answer: as many as all its units make in a poll.
    pub(super) requests: u32,
    /// For one from its own address: after so many to units that have answered, the request and its repetitions.
    pub(super) tries: u32,
    /// And after so long without one: the interval of its polls and the timeouts of one.
    pub(super) time: Duration,
}

/// The place of a terminal, as it is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalReport {
    /// Where it dials from; `None` before it has.
    pub peer: Option<IpAddr>,
    /// How often one from another address has taken the place of one that had died or hung up.
    pub replaced: u64,
    /// How often one was turned away, or made to wait, since the terminal was answering.
    pub refused: u64,
    /// Where the last of them dialled from, that it replaced or was turned away.
    pub other: Option<IpAddr>,
}

/// What became of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seated {
    /// It has the place: a free one, or its own.
    Taken,
    /// It has the place of one from this other address, which no longer answers, or has hung up after it did.
    Replaced(IpAddr),
    /// The terminal at this address, which may be the same, is answering: it waits until that ends.
    StandsBy(IpAddr),
    /// The terminal at this address is answering: it is hung up.
    Refused(IpAddr),
}

impl Seat {
    fn new(peer: IpAddr) -> Self {
        let (units, lost) = Default::default();
        Self { peer, taken: false, answered_at: None, unanswered: 0, units, lost }
    }

    fn is_live(&self, patience: Patience, now: Duration) -> bool {
        let recent = |at: Duration| now.saturating_sub(at) <= patience.time;
        self.answered_at.is_some_and(recent) && self.unanswered < patience.requests
    }

    /// Who gets the place when `peer` claims it; a terminal that is `named` has said its registration.
    fn claimed_by(&self, peer: IpAddr, named: bool, patience: Patience, now: Duration) -> Seated {
        let same = self.peer == peer;
        match self.is_live(patience, now) {
            true if named && !same => Seated::Refused(self.peer),
            true if named && self.lost >= patience.tries => Seated::Taken,
            true => Seated::StandsBy(self.peer),
            false if same => Seated::Taken,
            false => Seated::Replaced(self.peer),
        }
    }

    /// Notes whether `unit` has answered.
    fn record(&mut self, unit: u8, answered: bool, now: Duration) {
        if answered {
            (self.answered_at, self.unanswered, self.lost) = (Some(now), 0, 0);
            self.units.insert(unit);
        } else {
            self.unanswered = self.unanswered.saturating_add(1);
            // A unit that is always silent is no sign that the terminal is dead.
            let known = self.units.contains(&unit);
            self.lost = self.lost.saturating_add(u32::from(known));
        }
    }
}

impl DtuSlot {
    /// The place of the terminal of `bus`, which identifies itself, if it is `named`.
    pub(super) fn new(bus: &str, named: bool, patience: Patience) -> Self {
        Self(Arc::new(Slot {
            state: Mutex::default(),
            arrived: Notify::new(),
            watch: Stopwatch::start(),
            patience,
            bus: bus.into(),
            named,
        }))
    }

    /// Gives `stream` the place, or not. A connection that waits untaken makes room for a newer one.
    pub(super) fn put(&self, stream: TcpStream, peer: IpAddr) -> Seated {
        let now = self.0.watch.elapsed();
        let mut state = lock(&self.0.state);
        let seated = state.claimed_by(peer, self.0.named, self.0.patience, now);
        let stands_by = matches!(seated, Seated::StandsBy(_));
        match seated {
            Seated::Refused(_) => {}
            _ => state.waiting = Some(Waiting { stream, peer, stands_by }),
        }
        match seated {
            Seated::Taken | Seated::Replaced(_) => state.seat = Some(Seat::new(peer)),
            _ => {}
        }
        let report = &mut state.report;
        match seated {
            Seated::Taken => {}
            Seated::Replaced(old) => {
                (report.replaced, report.other) = (report.replaced + 1, Some(old));
            }
            Seated::StandsBy(_) | Seated::Refused(_) => {
                (report.refused, report.other) = (report.refused + 1, Some(peer));
            }
        }
        drop(state);
        self.0.arrived.notify_waiters();
        seated
    }

    /// The newest connection, if one has the place and has not been taken yet. Its second handle is to be kept as long
    /// as the connection.
    pub(in crate::modbus) fn take(&self) -> Option<(TcpStream, Option<Arc<Hold>>)> {
        let now = self.0.watch.elapsed();
        let mut state = lock(&self.0.state);
        if !state.has_newer(self.0.named, self.0.patience, now) {
            return None;
        }
        let Waiting { stream, peer, stands_by } = state.waiting.take()?;
        if stands_by {
            let bus = self.0.bus.as_str();
            tracing::info!(bus, %peer, "the connection that waited is asked now: the terminal no longer answers");
        }
        let before = state.seat.as_ref().map(|seat| seat.peer).filter(|before| *before != peer);
        if stands_by && let Some(before) = before {
            let report = &mut state.report;
            (report.replaced, report.other) = (report.replaced + 1, Some(before));
        }
        state.seat = Some(Seat { taken: true, ..Seat::new(peer) });
        // Without a descriptor for it, its end is seen at the next request.
        let hold = Hold::of(&stream).ok();
        state.held = hold.as_ref().map(Arc::downgrade);
        Some((stream, hold))
    }

    /// Waits until there is a connection to take.
    pub(in crate::modbus) async fn arrived(&self) {
        loop {
            let arrived = self.0.arrived.notified();
            let now = self.0.watch.elapsed();
            if lock(&self.0.state).has_newer(self.0.named, self.0.patience, now) {
                return;
            }
            arrived.await;
        }
    }

    /// The bus has no connection: whoever held the place is gone.
    pub(in crate::modbus) fn vacate(&self) {
        let mut state = lock(&self.0.state);
        state.seat = state.seat.take().filter(|seat| !seat.taken);
    }

    /// Records whether the terminal has answered a request to `unit`.
    pub(in crate::modbus) fn record(&self, unit: u8, outcome: Result<(), &ReadError>) {
        let now = self.0.watch.elapsed();
        let mut state = lock(&self.0.state);
        let state = &mut *state;
        if let Some(seat) = &mut state.seat
            && seat.taken
        {
            let answered = matches!(outcome, Ok(()) | Err(ReadError::Exception { .. }));
            seat.record(unit, answered, now);
            if answered {
                state.answered = Some(seat.peer);
            }
        }
    }

    /// How its place is held.
    pub(in crate::modbus) fn report(&self) -> TerminalReport {
        let state = lock(&self.0.state);
        let peer = state.seat.as_ref().map(|seat| seat.peer);
        TerminalReport { peer, ..state.report.clone() }
    }
}

impl State {
    /// Who gets the place when `peer` claims it. A free one is that of the terminal which answered last: another
    /// address replaces it, even if it has hung up before.
    fn claimed_by(&self, peer: IpAddr, named: bool, patience: Patience, now: Duration) -> Seated {
        let seat = self.seat.as_ref().filter(|_| !self.hung_up());
        match (seat, self.answered) {
            (Some(seat), _) => seat.claimed_by(peer, named, patience, now),
            (None, Some(before)) if before != peer => Seated::Replaced(before),
            (None, _) => Seated::Taken,
        }
    }

    /// Whether the connection that holds the place is at its end: closed by the terminal, or by the bus.
    fn hung_up(&self) -> bool {
        let taken = self.seat.as_ref().is_some_and(|seat| seat.taken);
        let ended = |held: &Weak<Hold>| held.upgrade().is_none_or(|hold| hold.hung_up());
        taken && self.held.as_ref().is_some_and(ended)
    }

    fn has_newer(&self, named: bool, patience: Patience, now: Duration) -> bool {
        let Some(waiting) = &self.waiting else { return false };
        let stays = |claimed| matches!(claimed, Seated::StandsBy(_) | Seated::Refused(_));
        !waiting.stands_by || !stays(self.claimed_by(waiting.peer, named, patience, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { requests: 4, tries: 2, time: Duration::from_secs(310) };

    fn peer(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    fn seat(answered_s: Option<u64>, unanswered: u32) -> Seat {
        let answered_at = answered_s.map(Duration::from_secs);
        Seat { taken: true, answered_at, unanswered, ..Seat::new(peer(1)) }
    }

    #[test]
    fn a_terminal_that_answers_is_not_replaced() {
        let claim = |seat: &Seat, from, named, now_s| {
            seat.claimed_by(peer(from), named, PATIENCE, Duration::from_secs(now_s))
        };
        let live = seat(Some(100), 0);
        assert_eq!(claim(&live, 1, true, 150), Seated::StandsBy(peer(1)));
        assert_eq!(claim(&live, 2, true, 150), Seated::Refused(peer(1)));
        for from in [1, 2] {
            assert_eq!(claim(&live, from, false, 150), Seated::StandsBy(peer(1)), "a bare connect");
        }
        // All its units were silent in a poll; no poll has been answered; it never has.
        let dead = [(seat(Some(100), 4), 150), (live, 411), (seat(None, 0), 150)];
        for (dead, now_s) in &dead {
            let now_s = *now_s;
            for named in [true, false] {
                assert_eq!(claim(dead, 2, named, now_s), Seated::Replaced(peer(1)));
                assert_eq!(claim(dead, 1, named, now_s), Seated::Taken);
            }
        }
        // A silent unit among others is no proof.
        assert_eq!(claim(&seat(Some(100), 3), 2, true, 410), Seated::Refused(peer(1)));
    }

    #[test]
    fn its_own_address_waits_for_a_request_and_its_repetition_to_units_that_have_answered() {
        let mut seat = seat(None, 0);
        let s = Duration::from_secs;
        let claim = |seat: &Seat, from| seat.claimed_by(peer(from), true, PATIENCE, s(10));
        seat.record(1, true, s(1));
        (0..3).for_each(|_| seat.record(2, false, s(2)));
        assert_eq!(claim(&seat, 1), Seated::StandsBy(peer(1)), "unit 2 never answers");
        seat.record(1, true, s(3));
        seat.record(1, false, s(4));
        assert_eq!(claim(&seat, 1), Seated::StandsBy(peer(1)));
        seat.record(1, false, s(5));
        assert_eq!(claim(&seat, 1), Seated::Taken);
        assert_eq!(claim(&seat, 2), Seated::Refused(peer(1)));
    }

    #[test]
    fn another_address_behind_one_that_has_hung_up_is_a_replacement() {
        let claim = |answered: Option<u8>, from| {
            let state = State { answered: answered.map(peer), ..State::default() };
            state.claimed_by(peer(from), true, PATIENCE, Duration::from_secs(150))
        };
        assert_eq!(claim(None, 1), Seated::Taken);
        assert_eq!(claim(Some(1), 1), Seated::Taken);
        assert_eq!(claim(Some(1), 2), Seated::Replaced(peer(1)));
    }
}
