//! Devices that number, delay, repeat, merge, split and drop their answers, in virtual time.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const TIMEOUT: u64 = 100;

/// A sequence of numbers that a seed determines (xorshift64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn one_in(&mut self, cases: u64) -> bool {
        self.below(cases) == 0
    }
}

/// What is sent over one connection, in the order of its times.
#[derive(Debug, Clone)]
enum Event {
    Frame(Vec<u8>),
    /// The rest of a frame.
    Rest(Vec<u8>),
    Close,
}

/// A device of one habit, with its faults. An answer holds the address of its request and its serial number.
struct Device {
    habit: Numbering,
    /// It closes each connection behind its first answer.
    closes: bool,
    /// How often something goes wrong: once in so many answers; never where 0.
    trouble: u64,
    draw: Draw,
    /// By time, connection and order.
    events: BTreeMap<(u64, u64, u64), Event>,
    order: u64,
    /// When the last frame of a connection has left as a whole.
    free_at: BTreeMap<u64, u64>,
    /// Requests on each connection.
    asked: BTreeMap<u64, u32>,
    /// An answer that leaves together with the next, its connection, and whether only there.
    held: Option<(u64, Vec<u8>, bool)>,
    serial: u16,
}

impl Device {
    fn new(habit: Numbering, trouble: u64, seed: u64) -> Self {
        Self {
            habit,
            closes: false,
            trouble,
            draw: Draw(seed | 1),
            events: BTreeMap::new(),
            order: 0,
            free_at: BTreeMap::new(),
            asked: BTreeMap::new(),
            held: None,
            serial: 0,
        }
    }

    fn send(&mut self, at: u64, connection: u64, event: Event) {
        self.order += 1;
        self.events.insert((at, connection, self.order), event);
    }

    fn number(&mut self, asked: u16, first: bool) -> u16 {
        match self.habit {
            Numbering::PlusOne => asked.wrapping_add(1),
            Numbering::Zero => 0,
            Numbering::Any => match self.trouble % 3 {
                0 => 0x1234,
                1 => asked.swap_bytes(),
                _ => self.draw.below(65536) as u16,
            },
            Numbering::FirstOdd if first => match self.draw.below(4) {
                0 => 0,
                1 => asked.wrapping_add(2),
                2 => self.draw.below(65536) as u16,
                _ => asked + 1,
            },
            Numbering::Exact | Numbering::FirstOdd => asked,
        }
    }

    /// Takes a request at `now`.
    fn ask(&mut self, now: u64, connection: u64, request: &[u8]) {
        let count = self.asked.entry(connection).or_default();
        *count += 1;
        let first = *count == 1;
        let number = self.number(u16::from_be_bytes([request[0], request[1]]), first);
        self.serial += 1;
        let [s1, s0] = self.serial.to_be_bytes();
        let [n1, n0] = number.to_be_bytes();
        let body = [request[6], 3, 4, request[8], request[9], s1, s0];
        let mut frame = vec![n1, n0, 0, 0, 0, 7];
        frame.extend(body);
        if self.trouble > 0 && self.draw.one_in(200) {
            frame = vec![n1, n0, 0, 0, 0, 3, request[6], 0x83, 6];
        }
        let mut at = now + 5;
        let mut on = connection;
        let trouble = self.trouble > 0 && self.draw.one_in(self.trouble);
        let held = self.held.take();
        let held = held.filter(|(on, _, there)| *on == connection || !*there);
        if let Some((_, held, _)) = held {
            // In one segment with this one, before or behind it.
            match self.draw.one_in(2) {
                true => frame = [held, frame].concat(),
                false => frame.extend(held),
            }
        }
        if trouble {
            match self.draw.below(8) {
                0 => return,
                1 => at = now + self.draw.below(4 * TIMEOUT),
                2 => self.held = Some((connection, frame.clone(), true)),
                3 => {
                    // Where answers have no number, nothing could tell that one belongs to another connection.
                    self.held = Some((connection, frame, self.habit.anonymous()));
                    return;
                }
                4 => frame = [frame.clone(), frame].concat(),
                5 => {
                    let again = now + self.draw.below(3 * TIMEOUT);
                    self.send(again, connection, Event::Frame(frame.clone()));
                }
                6 => {
                    let closed = now + self.draw.below(TIMEOUT);
                    self.send(closed, connection, Event::Close);
                }
                // A gateway that gives what came late to whoever is connected then.
                _ if !self.habit.anonymous() => {
                    at = now + TIMEOUT + self.draw.below(TIMEOUT);
                    on += 1;
                }
                _ => {}
            }
        }
        self.send(at, on, Event::Frame(frame));
        if self.closes {
            // Behind the rest of a frame too.
            let lasts = if self.trouble > 0 { 40 } else { 0 };
            self.send(at + lasts, on, Event::Close);
        }
    }

    /// What leaves next on `connection` until `until`.
    fn next(&mut self, connection: u64, until: u64) -> Option<(u64, Event)> {
        loop {
            let found = self.events.iter().find(|((_, on, _), _)| *on == connection);
            let (&(at, on, order), _) = found?;
            if at > until {
                return None;
            }
            let event = self.events.remove(&(at, on, order))?;
            let free_at = self.free_at.get(&on).copied().unwrap_or_default();
            match event {
                Event::Frame(frame) if at < free_at => self.send(free_at, on, Event::Frame(frame)),
                Event::Frame(frame) if self.trouble > 0 && self.draw.one_in(4) => {
                    let cut = self.draw.below(frame.len() as u64) as usize;
                    let rest_at = at + 1 + self.draw.below(30);
                    self.free_at.insert(on, rest_at);
                    self.order += 1;
                    // Before all that has to wait for it.
                    self.events.insert((rest_at, on, 0), Event::Rest(frame[cut..].to_vec()));
                    return Some((at, Event::Rest(frame[..cut].to_vec())));
                }
                event => return Some((at, event)),
            }
        }
    }
}

/// Reads as `TcpLine` does.
struct Client {
    conversation: Conversation,
    device: Device,
    now: u64,
    connection: u64,
    connected: bool,
    /// The serial number of the last request that was sent.
    sent: u16,
}

enum Failed {
    Ended,
    Unsent,
    Teaches,
    Otherwise,
}

impl Client {
    fn new(habit: Numbering, trouble: u64, seed: u64) -> Self {
        Self {
            conversation: Conversation::new(
                Some(habit).filter(|habit| *habit == Numbering::Any),
                seed.wrapping_mul(0x9e37_79b9),
            ),
            device: Device::new(habit, trouble, seed.wrapping_mul(0x2545_f491_4f6c_dd1d)),
            now: 0,
            connection: 0,
            connected: false,
            sent: 0,
        }
    }

    /// Hears what comes until `until`, all of one moment at once, until there is an answer or an end.
    fn hear(&mut self, until: u64) {
        while let Some((at, event)) = self.device.next(self.connection, until) {
            self.now = self.now.max(at);
            let mut event = Some(event);
            while let Some(heard) = event {
                match heard {
                    Event::Frame(bytes) | Event::Rest(bytes) => self.conversation.hear(&bytes),
                    Event::Close => self.conversation.closed(),
                }
                event = self.device.next(self.connection, at).map(|(_, event)| event);
            }
            self.conversation.hush();
            if self.conversation.answered() || self.conversation.fault().is_some() {
                return;
            }
        }
        self.now = self.now.max(until);
    }

    fn once(&mut self, address: u16) -> Result<Vec<u8>, Failed> {
        if !std::mem::take(&mut self.connected) {
            self.connection += 1;
            self.conversation.opened();
        }
        self.hear(self.now);
        let [a1, a0] = address.to_be_bytes();
        let frame = [0xab, 0xcd, 0, 0, 0, 6, 1, 3, a1, a0, 0, 2];
        let sent = self.conversation.ask(&frame).map_err(|fault| match fault {
            Fault::Renew => Failed::Unsent,
            _ => Failed::Ended,
        })?;
        assert_eq!(sent[2..], frame[2..]);
        self.device.ask(self.now, self.connection, &sent);
        self.sent = self.device.serial;
        self.hear(self.now + TIMEOUT);
        if self.conversation.answered() {
            self.connected = !self.conversation.closes();
            let mut answer = self.conversation.take(3);
            answer.extend(self.conversation.take(300));
            assert_eq!(answer[..2], [0xab, 0xcd], "the library's number is put back");
            return Ok(answer[6..].to_vec());
        }
        if let Some(fault) = self.conversation.fault() {
            return Err(match fault {
                Fault::Closed if self.conversation.parting().closes => Failed::Teaches,
                Fault::Closed => Failed::Ended,
                _ => Failed::Otherwise,
            });
        }
        self.connected = self.conversation.timed_out().kept;
        Err(if self.connected { Failed::Teaches } else { Failed::Otherwise })
    }

    /// The value of `address`, checked; `None` where there is none.
    fn read(&mut self, address: u16) -> Option<()> {
        let mut left = 3;
        while left > 0 {
            left -= 1;
            let reused = self.connected;
            match self.once(address) {
                Ok(answer) => {
                    let [1, 3, 4, a1, a0, s1, s0] = *answer.as_slice() else { return None };
                    assert_eq!(u16::from_be_bytes([a1, a0]), address, "{:?}", self.device.habit);
                    // Without a number, an earlier answer for the same register is as good.
                    let doubted = self.conversation.numbering().anonymous() || self.device.closes;
                    if !doubted {
                        let serial = u16::from_be_bytes([s1, s0]);
                        assert_eq!(serial, self.sent, "late: {:?}", self.device.habit);
                    }
                    return Some(());
                }
                Err(Failed::Unsent) if reused => left += 1,
                Err(Failed::Teaches) => {}
                Err(Failed::Ended) if reused => {}
                Err(_) => return None,
            }
        }
        None
    }
}

const ALL: [Numbering; 5] =
    [Numbering::Exact, Numbering::FirstOdd, Numbering::PlusOne, Numbering::Zero, Numbering::Any];

#[test]
fn every_habit_is_read_from_the_first_call_on_and_soon_known() {
    for habit in ALL {
        for seed in 1..50 {
            let mut client = Client::new(habit, 0, seed);
            for round in 0..12u16 {
                assert_eq!(client.read(round), Some(()), "{habit:?}");
                // An idle device hangs up now and then.
                if round % 2 == 1 {
                    client.device.send(client.now, client.connection, Event::Close);
                }
            }
            assert_eq!(client.conversation.numbering(), habit, "{seed}");
            let begun = client.now;
            for round in 0..10u16 {
                assert_eq!(client.read(round), Some(()), "{habit:?}");
            }
            assert_eq!(client.now - begun, 50, "each answer at once: {habit:?}");
        }
    }
}

/// No connection has a second answer: two with the same request show the habit, the third gives the first value.
#[test]
fn a_device_that_closes_behind_each_answer_is_read_from_the_first_call_on() {
    for (habit, known) in [
        (Numbering::Exact, Numbering::Exact),
        (Numbering::PlusOne, Numbering::PlusOne),
        (Numbering::Zero, Numbering::FirstOdd),
        (Numbering::Any, Numbering::Any),
    ] {
        for seed in 1..50 {
            let mut client = Client::new(habit, 0, seed);
            client.device.closes = true;
            for round in 0..12u16 {
                assert_eq!(client.read(round), Some(()), "{habit:?} {round}");
            }
            assert_eq!(client.conversation.numbering(), known, "{seed}");
            let extra = if known == habit && habit != Numbering::PlusOne { 0 } else { 2 };
            assert_eq!(client.device.serial, 12 + extra, "{habit:?}: one connection for each");
            // After a time-out the first answer is doubted again, and the value still comes.
            client.conversation.opened();
            client.conversation.ask(&request()).unwrap();
            client.conversation.timed_out();
            client.connected = false;
            for round in 0..4u16 {
                assert_eq!(client.read(round), Some(()), "{habit:?} {round}");
            }
        }
    }
    // Any number, and now and then one that looks like another habit.
    for seed in 1..50 {
        let mut client = Client::new(Numbering::FirstOdd, 0, seed);
        client.device.closes = true;
        let read = (0..40u16).filter(|round| client.read(*round).is_some()).count();
        assert!(read >= 36, "{seed}: {read}");
    }
}

#[test]
fn what_came_before_the_device_closed_the_connection_is_told() {
    let mut conversation = Conversation::new(None, 1);
    conversation.opened();
    let sent = conversation.ask(&request()).unwrap();
    let number = u16::from_be_bytes([sent[0], sent[1]]);
    conversation.hear(&answer(&sent, 6));
    conversation.closed();
    assert_eq!(conversation.fault(), Some(Fault::Closed));
    let parting = conversation.parting();
    assert_eq!(parting.number, Some((number, number.wrapping_add(6))));
    assert!(parting.closes && parting.unruly && !parting.kept);
    // Without an answer, and with an earlier one, nothing is learned.
    conversation.opened();
    conversation.ask(&request()).unwrap();
    conversation.closed();
    assert_eq!(conversation.parting(), Unanswered::default());
    conversation.opened();
    conversation.ask(&request()).unwrap();
    conversation.hear(&answer(&sent, 0));
    conversation.closed();
    assert!(conversation.parting().number.is_some() && !conversation.parting().closes);
    assert_eq!(conversation.numbering(), Numbering::Exact);
}

/// How many schedules are tried: `HANQING_NUMBER_SCHEDULES`, of 64 requests each.
#[test]
fn no_value_is_ever_given_for_another_request() {
    let given = std::env::var("HANQING_NUMBER_SCHEDULES").ok();
    let schedules = given.map_or(400, |text| text.parse().unwrap());
    let (mut read, mut all) = ([0u64; 10], 0u64);
    let devices: Vec<(Numbering, bool)> =
        ALL.into_iter().flat_map(|habit| [(habit, false), (habit, true)]).collect();
    for seed in 1..=schedules {
        for ((habit, closes), read) in devices.iter().zip(&mut read) {
            let mut client = Client::new(*habit, 2 + seed % 12, seed);
            client.device.closes = *closes;
            for _ in 0..64 {
                let address = client.device.draw.below(5) as u16;
                *read += u64::from(client.read(address).is_some());
                client.now += client.device.draw.below(60);
            }
        }
        all += 64;
    }
    println!("{all} requests of each habit, kept and closed, read: {read:?}");
    assert!(read.iter().all(|read| *read > all / 2), "{read:?} of {all}");
}

/// A device that changes its habit, after an exchange for instance, is read again.
#[test]
fn a_habit_is_given_up_when_it_is_contradicted() {
    let learned = || ALL.into_iter().filter(|habit| *habit != Numbering::Any);
    for (before, after) in learned().flat_map(|a| learned().map(move |b| (a, b))) {
        let mut client = Client::new(before, 0, 7);
        for round in 0..8u16 {
            client.read(round);
            client.device.send(client.now, client.connection, Event::Close);
        }
        assert_eq!(client.conversation.numbering(), before);
        client.device.habit = after;
        let read = (0..12u16).filter(|round| client.read(*round).is_some()).count();
        assert!(read >= 10, "{before:?} {after:?} {read}");
    }
}

fn request() -> [u8; 12] {
    [0, 1, 0, 0, 0, 6, 1, 3, 0, 9, 0, 1]
}

fn answer(sent: &[u8], add: u16) -> Vec<u8> {
    let number = u16::from_be_bytes([sent[0], sent[1]]).wrapping_add(add);
    let [n1, n0] = number.to_be_bytes();
    vec![n1, n0, 0, 0, 0, 5, 1, 3, 2, 0x12, 0x34]
}

#[test]
fn what_cannot_be_followed_ends_the_connection_and_says_why() {
    for (bytes, fault) in [
        (vec![0, 1, 0, 0, 0, 1, 1], Fault::Short(1)),
        (vec![0, 1, 0, 0, 0, 0], Fault::Short(0)),
        (vec![0, 1, 0, 0, 0, 255], Fault::Long(255)),
        (vec![0x55; 40], Fault::Protocol(0x5555)),
    ] {
        let mut conversation = Conversation::new(None, 1);
        conversation.opened();
        conversation.ask(&request()).unwrap();
        conversation.hear(&bytes);
        assert_eq!(conversation.fault(), Some(fault));
        assert!(!conversation.answered());
        assert_eq!(conversation.ask(&request()), Err(Fault::Renew));
        conversation.opened();
        assert!(conversation.ask(&request()).is_ok());
    }
}

#[test]
fn an_older_number_is_no_habit() {
    let mut conversation = Conversation::new(None, 1);
    conversation.opened();
    let old = conversation.ask(&request()).unwrap();
    assert_eq!(conversation.timed_out(), Unanswered::default());
    conversation.opened();
    let sent = conversation.ask(&request()).unwrap();
    conversation.hear(&answer(&old, 0));
    conversation.hear(&answer(&old, 1));
    let unanswered = conversation.timed_out();
    assert!(!unanswered.kept);
    let number = |frame: &[u8]| u16::from_be_bytes([frame[0], frame[1]]);
    assert_eq!(unanswered.number, Some((number(&sent), number(&old))));
}

#[test]
fn two_answers_without_a_number_are_none() {
    two_answers_are_none(Numbering::Zero);
    two_answers_are_none(Numbering::Any);
}

fn two_answers_are_none(habit: Numbering) {
    let mut conversation = Conversation::new(Some(habit), 1);
    conversation.opened();
    let sent = conversation.ask(&request()).unwrap();
    let number = u16::from_be_bytes([sent[0], sent[1]]);
    let zero = answer(&sent, number.wrapping_neg());
    conversation.hear(&zero);
    conversation.hear(&zero[..5]);
    conversation.hush();
    assert!(!conversation.answered(), "a second one has begun");
    conversation.hear(&zero[5..]);
    conversation.hush();
    assert_eq!(conversation.fault(), Some(Fault::Ambiguous));
}

proptest! {
    /// Nothing panics, little is kept, and what is passed on carries the number of the request.
    #[test]
    fn any_bytes_may_come(
        chunks in prop::collection::vec(prop::collection::vec(0u8..8, 0..300), 0..12),
        habit in prop::sample::select(ALL.to_vec()),
    ) {
        let mut conversation = Conversation::new(Some(habit), 3);
        conversation.opened();
        for chunk in chunks {
            let asked = conversation.ask(&request()).is_ok();
            conversation.hear(&chunk);
            conversation.hush();
            let kept = conversation.received.len();
            prop_assert!(kept < HEAD + LENGTH_MAX || conversation.fault().is_some());
            if conversation.answered() {
                prop_assert!(asked);
                prop_assert_eq!(conversation.take(2), vec![0, 1]);
            } else {
                conversation.timed_out();
            }
            if conversation.fault().is_some() {
                conversation.opened();
            }
        }
    }
}
