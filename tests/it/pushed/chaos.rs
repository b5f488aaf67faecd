//! Never a gateway that does not come back: good and bad configurations are pushed while the gateway is killed, hub
//! and broker go, and others forge and replay, at moments drawn from a seed. After each fault the gateway has to run
//! what was confirmed last, and to deliver, within two minutes and by itself.
//!
//!     HANQING_PUSH_FAULTS=200 HANQING_PUSH_SEED=7 tests/run --test it pushed::chaos -- --nocapture
//!
//! `HANQING_PUSH_CONFIRM_S=90` gives each trial the time that it has at gateways, where that is not set.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hanqing::wire::ConfigStep;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::kit::Office;
use super::steps::Steps;
use crate::context::{free_port, looked_for};
use crate::peers::mosquitto;

/// Faults where nobody asks for another number: each kind once.
const FAULTS: u32 = FAULT_KINDS.len() as u32;

/// The gateway's own interval, s.
const OWN: u32 = 1;

/// A gateway is back within two minutes.
const BACK_MAX: Duration = Duration::from_secs(120);

/// Time between two looks at it.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// Nothing: a good one has to be kept.
    None,
    /// Killed some time after a good one was sent.
    Kill,
    /// The same, twice.
    KillTwice,
    /// Killed while a bad one is on trial.
    KillOnTrial,
    OtherBroker,
    NoBus,
    Forged,
    Replayed,
    Older,
    ForAnother,
    NotAllowed,
    /// The hub is killed before it can confirm, and comes back too late or in time.
    HubGone,
    /// The broker is killed while one is on trial.
    BrokerGone,
    /// The power fails at a step of writing the state, of a good one.
    Cut,
    /// The same of a bad one: when its trial begins, or when it is taken back.
    CutOnTrial,
}

const FAULT_KINDS: [Fault; 15] = [
    Fault::None,
    Fault::Kill,
    Fault::KillTwice,
    Fault::KillOnTrial,
    Fault::OtherBroker,
    Fault::NoBus,
    Fault::Forged,
    Fault::Replayed,
    Fault::Older,
    Fault::ForAnother,
    Fault::NotAllowed,
    Fault::HubGone,
    Fault::BrokerGone,
    Fault::Cut,
    Fault::CutOnTrial,
];

fn variable<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    let text = std::env::var(name).ok();
    text.map_or(otherwise, |text| match text.parse() {
        Ok(value) => value,
        Err(_) => panic!("{name}={text:?} cannot be read"),
    })
}

struct Chaos {
    office: Office,
    draw: ChaCha8Rng,
    number: u64,
    /// When the fault began.
    began: Instant,
    /// The one that was confirmed last.
    kept: Option<u64>,
    /// The interval of each that was good.
    intervals: BTreeMap<u64, u32>,
    /// The last that was good, as it was sent.
    last: Vec<u8>,
}

impl Chaos {
    fn next(&mut self) -> u64 {
        self.number += self.draw.random_range(1..1000);
        self.number
    }

    /// Sends a good one.
    fn good(&mut self) -> u64 {
        let (number, interval) = (self.next(), self.draw.random_range(1..=3u32));
        self.intervals.insert(number, interval);
        let set = json!({"bus.field.interval_s": interval});
        self.last = self.office.signed("gw-test", number, set);
        self.office.send(&self.last);
        number
    }

    /// Sends one that is valid and wrong.
    fn wrong(&mut self, key: &str) -> u64 {
        let number = self.next();
        let nowhere = format!("127.0.0.1:{}", free_port());
        let value = if key == "mqtt.url" { format!("mqtt://{nowhere}") } else { nowhere };
        self.office.send(&self.office.signed("gw-test", number, json!({ key: value })));
        number
    }

    /// Lets a moment pass that is drawn.
    fn moment(&mut self, most_ms: u64) {
        let until = Duration::from_millis(self.draw.random_range(0..most_ms));
        let began = Instant::now();
        let passed = || if began.elapsed() >= until { Ok(()) } else { Err(()) };
        looked_for(BACK_MAX, Duration::from_millis(1), passed).unwrap();
    }

    fn restart(&mut self, most_ms: u64) {
        self.moment(most_ms);
        self.office.kill();
        self.office.start_edge();
    }

    /// Does it, and returns the numbers that may be kept after it, and whether one must be.
    fn strike(&mut self, fault: Fault) -> (Vec<u64>, bool) {
        self.began = Instant::now();
        match fault {
            Fault::None => return (vec![self.good()], true),
            Fault::Kill | Fault::KillTwice => {
                let number = self.good();
                self.restart(5000);
                if fault == Fault::KillTwice {
                    self.restart(3000);
                }
                return (vec![number], false);
            }
            Fault::KillOnTrial => {
                let key = if self.draw.random_bool(0.5) { "mqtt.url" } else { "bus.field.tcp" };
                let number = self.wrong(key);
                self.office.comes_to(number, "on_trial");
                self.restart(4000);
            }
            Fault::OtherBroker => self.gone_back("mqtt.url"),
            Fault::NoBus => self.gone_back("bus.field.tcp"),
            Fault::Forged => {
                let number = self.next();
                let set = json!({"bus.field.interval_s": 3});
                self.refused(&Office::stranger().message("gw-test", number, set));
            }
            Fault::Replayed => {
                // With another to come between, so that it is old.
                let old = self.last.clone();
                let number = self.good();
                self.office.comes_to(number, "kept");
                self.refused(&old);
                return (vec![number], true);
            }
            Fault::Older => {
                // Numbers of forged ones were never seen.
                let old = self.office.pushed().state.highest - 1;
                let message =
                    self.office.signed("gw-test", old, json!({"bus.field.interval_s": 3}));
                self.refused(&message);
            }
            Fault::ForAnother => {
                let number = self.next();
                let set = json!({"bus.field.interval_s": 3});
                self.refused(&self.office.signed("gw-other", number, set));
            }
            Fault::NotAllowed => {
                let number = self.next();
                let set = json!({"spool.path": "/tmp/x"});
                self.office.send(&self.office.signed("gw-test", number, set));
                self.office.comes_to(number, "refused");
            }
            Fault::HubGone => {
                let number = self.good();
                self.moment(1500);
                self.office.hub.kill();
                self.moment(14_000);
                self.office.hub = self.office.context.hub();
                return (vec![number], false);
            }
            Fault::BrokerGone => {
                let number = self.good();
                self.moment(1500);
                self.office.broker.kill();
                self.moment(6000);
                self.office.broker = mosquitto(&self.office.context);
                // It has retained nothing.
                self.office.listen_again();
                self.office.send(&self.last);
                return (vec![number], false);
            }
            Fault::Cut => {
                let steps = Steps::of(&self.office);
                let number = self.good();
                self.cut(steps);
                return (vec![number], false);
            }
            Fault::CutOnTrial => {
                let key = if self.draw.random_bool(0.5) { "mqtt.url" } else { "bus.field.tcp" };
                let steps = Steps::of(&self.office);
                let number = self.wrong(key);
                self.cut(steps);
                // Where the power failed before its number was on the disk, it comes again.
                self.heard(number);
            }
        }
        (Vec::new(), false)
    }

    /// Lets the power fail at a step that is drawn, of the two times that the state is written, and come back.
    fn cut(&mut self, mut steps: Steps) {
        let at = self.draw.random_range(1..=2 * Steps::OF_A_WRITE);
        steps.wait(at);
        self.office.kill();
        steps.lose(&mut self.draw);
        self.office.start_edge();
        // The power is back.
        self.began = Instant::now();
    }

    /// Waits until the gateway has seen this number.
    fn heard(&self, number: u64) {
        let heard = looked_for(BACK_MAX, LOOK_EVERY, || match self.office.pushed().state {
            state if state.highest >= number => Ok(()),
            state => Err(Box::new(state)),
        });
        assert!(heard.is_ok(), "{number}: {heard:?}");
    }

    fn gone_back(&mut self, key: &str) {
        let number = self.wrong(key);
        let back = looked_for(BACK_MAX, LOOK_EVERY, || match self.office.pushed().state.last {
            Some(last) if last.number == number && last.step == ConfigStep::RolledBack => Ok(()),
            last => Err(last),
        });
        assert!(back.is_ok(), "{number} is not taken back: {back:?}");
    }

    /// Sends one that is not believed, and waits until the gateway has counted it.
    fn refused(&self, message: &[u8]) {
        let counted = || self.office.pushed().state.refused;
        let before = counted();
        self.office.send(message);
        let seen = looked_for(BACK_MAX, LOOK_EVERY, || match counted() {
            count if count > before => Ok(()),
            count => Err(count),
        });
        assert!(seen.is_ok(), "{before} were refused, and still {seen:?}");
    }

    /// Waits until the gateway is back, and returns how long that took since the fault: nothing is on trial, it
    /// delivers, and runs what it should.
    fn back(&mut self, fault: Fault, may: &[u64], must: bool) -> Duration {
        let settled = looked_for(BACK_MAX, LOOK_EVERY, || {
            let state = self.office.pushed().state;
            let heard = may.iter().all(|number| state.highest >= *number);
            let over = state.last.as_ref().is_none_or(|last| last.step.is_final());
            if over && heard { Ok(state) } else { Err(Box::new(state)) }
        });
        let state = settled.unwrap_or_else(|state| panic!("{fault:?}: on and on: {state:?}"));
        let used = state.in_force.as_ref().map(|used| used.number);
        let new = used.filter(|used| may.contains(used));
        assert!(used == self.kept || new.is_some(), "{fault:?}: {state:?}, kept {:?}", self.kept);
        assert!(!must || new.is_some(), "{fault:?}: a good one was not kept: {state:?}");
        self.kept = used;
        self.office.delivers();
        assert!(self.office.edge.runs(), "{fault:?}: the gateway has ended");
        let wanted = used.map_or(OWN, |used| self.intervals[&used]);
        if let Some(announced) = self.office.announced() {
            assert_eq!(announced, wanted, "{fault:?}: {state:?}");
        }
        let took = self.began.elapsed();
        assert!(took < BACK_MAX, "{fault:?} took {took:?}");
        took
    }
}

#[test]
fn whatever_is_pushed_and_whatever_happens_the_gateway_comes_back() {
    let (faults, seed) =
        (variable("HANQING_PUSH_FAULTS", FAULTS), variable("HANQING_PUSH_SEED", 1));
    let office = Office::start(&["mqtt.url", "bus.*.tcp"]);
    let (kept, intervals, last) = (None, BTreeMap::new(), Vec::new());
    let draw = ChaCha8Rng::seed_from_u64(seed);
    let began = Instant::now();
    let mut chaos = Chaos { office, draw, number: 1000, began, kept, intervals, last };
    let first = chaos.good();
    chaos.back(Fault::None, &[first], true);
    let (mut slowest, mut done) = ((Duration::ZERO, Fault::None), BTreeMap::new());
    for count in 0..faults {
        // Each kind once, then by chance.
        let fault = match FAULT_KINDS.get(count as usize) {
            Some(fault) => *fault,
            None => FAULT_KINDS[chaos.draw.random_range(0..FAULT_KINDS.len())],
        };
        let (may, must) = chaos.strike(fault);
        let took = chaos.back(fault, &may, must);
        *done.entry(fault).or_insert(0) += 1;
        slowest = slowest.max((took, fault));
        println!("{count}: {fault:?}, back after {:.1} s", took.as_secs_f64());
    }
    println!("{faults} faults, seed {seed}: {done:?}; slowest {slowest:?}");
}
