//! What fails when: drawn from a seed, so that a run can be made again.
//!
//! The moments are the plan's, to what they happen is not: the processes go their own way, and the same plan finds them
//! elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::faulty_line::{Mode, Way};

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The gateway is killed; its spool stays.
    KillEdge,
    /// The hub is killed; its store stays.
    KillHub,
    /// The broker is killed, and with it all that it held.
    KillBroker,
    /// A line is late.
    Delay,
    /// A line swallows everything.
    BlackHole,
    /// A line swallows everything in one direction.
    HalfOpen,
    /// A line resets its connections.
    Reset,
    /// A line ends its connections in the middle of a packet.
    Truncate,
    /// A line closes its connections and takes no others.
    Refuse,
    /// The hub is killed and goes on with an older copy of its store.
    Restore,
    /// Gateway or hub is asked to end, as by systemd, and does.
    Stop,
    /// A process stands still for a while, and goes on.
    Freeze,
    /// The hub is killed and finds no store any more.
    Delete,
    /// The hub is killed and finds a new, empty store.
    Empty,
    /// While the hub runs, its store goes, or another takes its place; then it is killed.
    Swap,
    /// The gateway is killed and goes on with an older image of its spool.
    RestoreSpool,
    /// The gateway is killed, and its spool copied to another of the same name, with devices of its own. Both run for a
    /// while.
    Clone,
    /// The gateway's clock jumps, and back after a while.
    ClockEdge,
    /// The hub's clock does.
    ClockHub,
    /// The server that holds the readings is killed; its files stay.
    KillServer,
    /// The server stands still for a while.
    FreezeServer,
    /// The server answers that it has a fault, or is not reached.
    RefuseServer,
}

impl Kind {
    /// All kinds, with their names.
    pub const ALL: [(Self, &str); 22] = [
        (Self::KillEdge, "kill-edge"),
        (Self::KillHub, "kill-hub"),
        (Self::KillBroker, "kill-broker"),
        (Self::Delay, "delay"),
        (Self::BlackHole, "black-hole"),
        (Self::HalfOpen, "half-open"),
        (Self::Reset, "reset"),
        (Self::Truncate, "truncate"),
        (Self::Refuse, "refuse"),
        (Self::Restore, "restore"),
        (Self::Stop, "stop"),
        (Self::Freeze, "freeze"),
        (Self::Delete, "delete"),
        (Self::Empty, "empty"),
        (Self::Swap, "swap"),
        (Self::RestoreSpool, "restore-spool"),
        (Self::Clone, "clone"),
        (Self::ClockEdge, "clock-edge"),
        (Self::ClockHub, "clock-hub"),
        (Self::KillServer, "kill-server"),
        (Self::FreezeServer, "freeze-server"),
        (Self::RefuseServer, "refuse-server"),
    ];

    /// Whether the hub's store loses what it had.
    pub fn loses_store(self) -> bool {
        matches!(self, Self::Restore | Self::Delete | Self::Empty | Self::Swap)
    }

    /// Whether the spool has another life afterwards.
    pub fn doubles_spool(self) -> bool {
        matches!(self, Self::RestoreSpool | Self::Clone)
    }

    /// Whether it happens to the server that holds the readings.
    pub fn needs_server(self) -> bool {
        matches!(self, Self::KillServer | Self::FreezeServer | Self::RefuseServer)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(kind, _)| kind == self);
        f.pad(name.map_or("", |(_, name)| name))
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or_else(|| format!("{text:?} is no kind of fault"))
    }
}

/// A process; of gateway and hub also the line to the broker, of the server that from the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The gateway.
    Edge,
    /// The hub.
    Hub,
    /// The broker.
    Broker,
    /// The other gateway of the same name.
    Second,
    /// The server that holds the readings.
    Server,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deed {
    /// Kills a process.
    Kill(Part),
    /// Asks it to end.
    Stop(Part),
    /// Starts it again.
    Start(Part),
    /// Makes it stand still.
    Freeze(Part),
    /// Lets it go on.
    Thaw(Part),
    /// Tells a line what to do.
    Line(Part, Mode),
    /// Copies the store, whose hub is dead.
    Copy,
    /// Puts the copy in the store's place.
    PutBack,
    /// Deletes the store.
    Delete,
    /// Puts an empty store in the store's place.
    Empty,
    /// Kills a process that may have ended by itself.
    Bury(Part),
    /// Takes an image of the spool, whose gateway is dead.
    CopySpool,
    /// Puts the image in the spool's place, whose gateway is dead.
    PutBackSpool,
    /// Gives the spool, whose gateway is dead, to the other gateway, which is dead, too.
    Clone,
    /// Sets a clock wrong by so many seconds, or right.
    Clock(Part, i64),
}

/// A deed, and how long after the beginning it is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// How long after the beginning.
    pub at: Duration,
    /// What is done.
    pub deed: Deed,
}

/// Faults and their ends, in order. At the end all processes run and all lines pass.
#[derive(Debug, PartialEq)]
pub struct Plan {
    /// In order of time.
    pub steps: Vec<Step>,
    /// How many faults of each kind.
    pub faults: BTreeMap<Kind, u32>,
}

impl Plan {
    /// So many faults of these kinds, each as likely as the others.
    pub fn draw(seed: u64, count: u32, kinds: &[Kind]) -> Self {
        let mut drawing = Drawing {
            random: ChaCha8Rng::seed_from_u64(seed),
            now: Duration::ZERO,
            busy: BTreeMap::new(),
            copied: false,
            spool_copied: false,
            steps: Vec::new(),
        };
        let mut faults = BTreeMap::new();
        while faults.values().sum::<u32>() < count {
            // Mostly faults come upon each other; now and then there is time to recover.
            let pause = match drawing.random.random_ratio(1, 20) {
                true => drawing.millis(5000, 12_000),
                false => drawing.millis(50, 2200),
            };
            drawing.now += pause;
            for _ in 0..DRAWS {
                let kind = kinds[drawing.random.random_range(0..kinds.len())];
                if let Some(kind) = drawing.fault(kind) {
                    *faults.entry(kind).or_default() += 1;
                    break;
                }
            }
        }
        // Stable: what begins and ends at one moment does so in this order.
        drawing.steps.sort_by_key(|step| step.at);
        Self { steps: drawing.steps, faults }
    }

    /// How many faults of which kind.
    pub fn summary(&self) -> String {
        let counts = self.faults.iter();
        let counts: Vec<String> = counts.map(|(kind, n)| format!("{n} {kind}")).collect();
        counts.join(", ")
    }
}

/// How often a fault is drawn anew whose place has one already.
const DRAWS: u32 = 10;

/// A process or a line, of which each has one fault at a time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Process(Part),
    Line(Part),
    Clock(Part),
}

struct Drawing {
    random: ChaCha8Rng,
    now: Duration,
    /// Until when a place has a fault already.
    busy: BTreeMap<Place, Duration>,
    /// Whether there is a copy of the store.
    copied: bool,
    /// Whether there is an image of the spool.
    spool_copied: bool,
    steps: Vec<Step>,
}

impl Drawing {
    fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.random.random_range(from..to))
    }

    /// Adds a fault of this kind, or what has to come before one can. Nothing where its place has a fault already.
    fn fault(&mut self, kind: Kind) -> Option<Kind> {
        match kind {
            Kind::RestoreSpool if self.spool_copied => {
                self.kill(Part::Edge, Some(Deed::PutBackSpool))?;
            }
            Kind::KillEdge | Kind::RestoreSpool => {
                let copies = !self.spool_copied || self.random.random_ratio(1, 2);
                self.kill(Part::Edge, copies.then_some(Deed::CopySpool))?;
                self.spool_copied = true;
                return Some(Kind::KillEdge);
            }
            Kind::Clone => self.double()?,
            Kind::KillServer => self.kill(Part::Server, None)?,
            Kind::Delete => self.kill(Part::Hub, Some(Deed::Delete))?,
            Kind::Empty => self.kill(Part::Hub, Some(Deed::Empty))?,
            Kind::Swap => self.swap()?,
            Kind::ClockEdge => self.clock(Part::Edge)?,
            Kind::ClockHub => self.clock(Part::Hub)?,
            Kind::FreezeServer => {
                self.pause(Part::Server, Deed::Freeze(Part::Server), Deed::Thaw(Part::Server))?;
            }
            Kind::RefuseServer => self.refuse()?,
            Kind::KillBroker => self.kill(Part::Broker, None)?,
            Kind::Restore if self.copied => self.kill(Part::Hub, Some(Deed::PutBack))?,
            Kind::Stop => {
                let part = self.either();
                self.pause(part, Deed::Stop(part), Deed::Start(part))?;
            }
            Kind::Freeze => {
                let parts = [Part::Edge, Part::Hub, Part::Broker];
                let part = parts[self.random.random_range(0..parts.len())];
                self.pause(part, Deed::Freeze(part), Deed::Thaw(part))?;
            }
            Kind::KillHub | Kind::Restore => {
                let copies = !self.copied || self.random.random_ratio(1, 2);
                self.kill(Part::Hub, copies.then_some(Deed::Copy))?;
                self.copied = true;
                return Some(Kind::KillHub);
            }
            line => self.cut(line)?,
        }
        Some(kind)
    }

    /// Kills a process for a while, and does something meanwhile.
    fn kill(&mut self, part: Part, meanwhile: Option<Deed>) -> Option<()> {
        let down = self.millis(0, 2500);
        let until = self.occupy(Place::Process(part), down)?;
        self.step(self.now, Deed::Kill(part));
        if let Some(deed) = meanwhile {
            self.step(self.now, deed);
        }
        self.step(until, Deed::Start(part));
        Some(())
    }

    /// Does one thing to a process, and the other after a while.
    fn pause(&mut self, part: Part, first: Deed, then: Deed) -> Option<()> {
        let lasts = self.lasts();
        let until = self.occupy(Place::Process(part), lasts)?;
        self.step(self.now, first);
        self.step(until, then);
        Some(())
    }

    /// Two gateways have the same spool, and run at the same time.
    fn double(&mut self) -> Option<()> {
        if self.is_busy(&Place::Process(Part::Edge)) {
            return None;
        }
        let (down, lasts) = (self.millis(0, 2500), self.millis(4000, 20_000));
        let ends = self.occupy(Place::Process(Part::Second), lasts)?;
        let until = self.occupy(Place::Process(Part::Edge), down)?;
        self.step(self.now, Deed::Kill(Part::Edge));
        self.step(self.now, Deed::Clone);
        self.step(self.now, Deed::Start(Part::Second));
        self.step(until, Deed::Start(Part::Edge));
        self.step(ends, Deed::Kill(Part::Second));
        Some(())
    }

    /// The store goes while its hub runs.
    fn swap(&mut self) -> Option<()> {
        let (lasts, down) = (self.lasts(), self.millis(0, 2500));
        let deed = match self.random.random_range(0..3) {
            0 => Deed::Delete,
            1 if self.copied => Deed::PutBack,
            _ => Deed::Empty,
        };
        let until = self.occupy(Place::Process(Part::Hub), lasts + down)?;
        self.step(self.now, deed);
        self.step(self.now + lasts, Deed::Bury(Part::Hub));
        self.step(until, Deed::Start(Part::Hub));
        Some(())
    }

    /// A clock is wrong for a while, by seconds up to half an hour.
    fn clock(&mut self, part: Part) -> Option<()> {
        let wrong = self.random.random_range(5..1800);
        let wrong = if self.random.random() { wrong } else { -wrong };
        let lasts = self.lasts();
        let until = self.occupy(Place::Clock(part), lasts)?;
        self.step(self.now, Deed::Clock(part, wrong));
        self.step(until, Deed::Clock(part, 0));
        Some(())
    }

    /// The server is not reached, or has a fault.
    fn refuse(&mut self) -> Option<()> {
        let modes = [
            Mode::Answer(500),
            Mode::Answer(503),
            Mode::Answer(429),
            Mode::Refuse,
            Mode::BlackHole,
            Mode::Reset,
        ];
        let mode = modes[self.random.random_range(0..modes.len())];
        let lasts = self.lasts();
        let until = self.occupy(Place::Line(Part::Server), lasts)?;
        self.step(self.now, Deed::Line(Part::Server, mode));
        self.step(until, Deed::Line(Part::Server, Mode::Pass));
        Some(())
    }

    fn either(&mut self) -> Part {
        match self.random.random() {
            true => Part::Edge,
            false => Part::Hub,
        }
    }

    /// How long a fault lasts: mostly short, and now and then longer than the daemons' patience.
    fn lasts(&mut self) -> Duration {
        match self.random.random_ratio(1, 6) {
            true => self.millis(5000, 15_000),
            false => self.millis(50, 4000),
        }
    }

    /// A line does not pass for a while.
    fn cut(&mut self, kind: Kind) -> Option<()> {
        let part = self.either();
        let way = if self.random.random() { Way::Up } else { Way::Down };
        let mode = match kind {
            Kind::Delay => Mode::Delay(self.millis(20, 1500)),
            Kind::BlackHole => Mode::BlackHole,
            Kind::HalfOpen => Mode::HalfOpen(way),
            Kind::Truncate => Mode::Truncate(way, self.random.random_range(1..400)),
            Kind::Refuse => Mode::Refuse,
            _ => Mode::Reset,
        };
        let lasts = self.lasts();
        let until = self.occupy(Place::Line(part), lasts)?;
        self.step(self.now, Deed::Line(part, mode));
        self.step(until, Deed::Line(part, Mode::Pass));
        Some(())
    }

    /// Gives a place a fault, and the moment at which it ends.
    fn occupy(&mut self, place: Place, lasts: Duration) -> Option<Duration> {
        let until = self.now + lasts;
        if self.is_busy(&place) {
            return None;
        }
        self.busy.insert(place, until);
        Some(until)
    }

    fn is_busy(&self, place: &Place) -> bool {
        self.busy.get(place).is_some_and(|busy| *busy >= self.now)
    }

    fn step(&mut self, at: Duration, deed: Deed) {
        self.steps.push(Step { at, deed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_draws_the_same_plan_again_and_everything_ends() {
        let kinds = Kind::ALL.map(|(kind, _)| kind);
        for seed in 0..50 {
            let plan = Plan::draw(seed, 100, &kinds);
            assert_eq!(plan, Plan::draw(seed, 100, &kinds));
            assert_eq!(plan.faults.values().sum::<u32>(), 100);
            assert!(plan.steps.is_sorted_by_key(|step| step.at));
            let mut runs = BTreeMap::new();
            let mut passes = BTreeMap::new();
            let mut clocks = BTreeMap::new();
            runs.insert(Part::Second, false);
            for Step { deed, .. } in plan.steps {
                let is_up = |part| runs.get(&part).copied().unwrap_or(true);
                match deed {
                    Deed::Kill(part) | Deed::Bury(part) | Deed::Stop(part) | Deed::Freeze(part) => {
                        assert_ne!(runs.insert(part, false), Some(false));
                    }
                    Deed::Start(part) | Deed::Thaw(part) => {
                        assert_eq!(runs.insert(part, true), Some(false));
                    }
                    Deed::Line(part, mode) => {
                        let passed = passes.insert(part, mode == Mode::Pass);
                        assert_eq!(passed.unwrap_or(true), mode != Mode::Pass);
                    }
                    Deed::Copy => assert!(!is_up(Part::Hub)),
                    Deed::PutBack | Deed::Delete | Deed::Empty => {}
                    Deed::CopySpool | Deed::PutBackSpool => assert!(!is_up(Part::Edge)),
                    Deed::Clone => assert!(!is_up(Part::Edge) && !is_up(Part::Second)),
                    Deed::Clock(part, wrong) => {
                        let was_right = clocks.insert(part, wrong == 0);
                        assert_eq!(was_right.unwrap_or(true), wrong != 0);
                    }
                }
            }
            assert_eq!(runs.remove(&Part::Second), Some(false));
            let whole = runs.values().chain(passes.values()).chain(clocks.values());
            assert!(whole.copied().all(|whole| whole));
        }
    }

    #[test]
    fn only_what_is_asked_for_fails() {
        for (kind, name) in Kind::ALL {
            assert_eq!(name.parse(), Ok(kind));
            let plan = Plan::draw(1, 30, &[kind]);
            let before = [Kind::KillHub, Kind::KillEdge];
            let other = plan.faults.keys().find(|&&k| k != kind && !before.contains(&k));
            assert_eq!(other, None);
        }
        assert!("flood".parse::<Kind>().is_err());
    }
}
