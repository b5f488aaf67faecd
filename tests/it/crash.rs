//! Nothing is lost: gateway, hub and broker are killed, stopped, frozen and cut off from each other at random, and at
//! the end the store holds what a device gave, each number once.
//!
//! `HANQING_CRASH_FAULTS` makes it longer, `HANQING_CRASH_SEED` looks elsewhere, and `HANQING_CRASH_KINDS` names the
//! kinds of faults, separated by commas:
//!
//!     HANQING_CRASH_SEED=7 HANQING_CRASH_FAULTS=1000 tests/run --test it crash -- --nocapture

mod plan;
mod verdict;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use self::plan::{Deed, Kind, Part, Plan};
use self::verdict::{Killed, Verdict};
use crate::context::{Context, GATEWAY, Process, hanqing, looked_for, outcome, wait_for};
use crate::faulty_line::FaultyLine;
use crate::ledger_device::{Given, LedgerDevice};
use crate::peers::mosquitto;

/// Units, all on one bus: a kill may come between the first and the last of a poll.
const UNITS: u8 = 3;

/// Longest wait for the first reading after the last fault. A gateway that found no broker ten times in a row waits up
/// to five minutes before it looks again.
const JOINS_MAX: Duration = Duration::from_secs(600);

/// Longest wait for all others after that. A batch that the broker has forgotten is sent again after a minute at most.
const CATCHES_UP_MAX: Duration = Duration::from_secs(150);

/// Batches that may wait at any moment of a gateway that polls on: the newest, and one that has just been acknowledged.
const ON_THEIR_WAY_MAX: u64 = 2;

/// Longest time to end in, once asked to: ten seconds until a daemon lets go of what hangs, and more for a busy
/// machine.
const ENDS_MAX: Duration = Duration::from_secs(30);

/// The number of the signal that asks a process to end.
const TERM: i32 = 15;

/// Time between two looks at a process that ends.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Time between two comparisons of store and ledger.
const COMPARE_EVERY: Duration = Duration::from_millis(500);

fn variable<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    match env::var(name) {
        Ok(text) => match text.parse() {
            Ok(value) => value,
            Err(_) => panic!("{name}={text:?} cannot be read"),
        },
        Err(_) => otherwise,
    }
}

fn kinds() -> Vec<Kind> {
    let names = env::var("HANQING_CRASH_KINDS").unwrap_or_default();
    if names.is_empty() {
        return Kind::ALL.map(|(kind, _)| kind).into();
    }
    names.split(',').map(|name| name.parse().unwrap()).collect()
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

fn series(unit: u8) -> String {
    format!("meter-{unit}/flow")
}

/// Device, gateway, line, broker, line, hub.
struct Chain {
    context: Context,
    device: LedgerDevice,
    edge_line: FaultyLine,
    hub_line: FaultyLine,
    processes: BTreeMap<Part, Process>,
    /// Kills and orderly ends of the gateway.
    kills: Vec<Killed>,
    /// What was done when, for who has to find out why.
    deeds: Vec<String>,
    /// What a process did that it must not.
    wrong: Vec<String>,
}

impl Chain {
    /// A chain whose gateway lets a batch go by the word of `confirm`.
    fn start(confirm: &str) -> Self {
        let context = Context::new();
        let device = LedgerDevice::start(UNITS);
        let edge_line = FaultyLine::to(context.broker_port());
        let hub_line = FaultyLine::to(context.broker_port());
        let devices: String = (1..=UNITS)
            .map(|unit| {
                format!("[[bus.device]]\nunit = {unit}\nprofile = \"numbers\"\nstation = \"meter-{unit}\"\n")
            })
            .collect();
        // The long timeout: an answer that is late because this machine is busy must not count as lost.
        let edge = context.edge_config(&format!(
            "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\ntimeout_ms = 20000\nretries = 0\n{devices}",
            device.port
        ));
        over(&edge, &context, &edge_line);
        let rest = fs::read_to_string(&edge).unwrap();
        fs::write(&edge, format!("confirm = \"{confirm}\"\n{rest}")).unwrap();
        over(&context.hub_config(), &context, &hub_line);
        let mut chain = Self {
            context,
            device,
            edge_line,
            hub_line,
            processes: BTreeMap::new(),
            kills: Vec::new(),
            deeds: Vec::new(),
            wrong: Vec::new(),
        };
        for part in [Part::Broker, Part::Hub, Part::Edge] {
            chain.launch(part);
        }
        wait_for("the first readings", || {
            let held = chain.held();
            match held.values().all(|held| !held.is_empty()) {
                true => Ok(()),
                false => Err(held),
            }
        });
        chain
    }

    fn launch(&mut self, part: Part) {
        let process = match part {
            Part::Edge => self.context.edge(),
            Part::Hub => self.context.hub(),
            Part::Broker => mosquitto(&self.context),
        };
        self.processes.insert(part, process);
    }

    fn kill(&mut self, part: Part) {
        let mut process = self.running(part);
        let from_ms = now_ms();
        process.kill();
        self.down(part, from_ms);
    }

    /// Asks it to end, and waits until it has.
    fn stop(&mut self, part: Part) {
        let mut process = self.running(part);
        signal(&process, "TERM");
        let ended = looked_for(ENDS_MAX, LOOK_EVERY, || process.0.try_wait().unwrap().ok_or(()));
        match ended {
            // The signal itself ends one that has only just begun.
            Ok(status) if status.success() || status.signal() == Some(TERM) => {}
            other => self.wrong(format!("{part:?} was asked to end: {other:?}")),
        }
    }

    /// Takes a process that should run.
    fn running(&mut self, part: Part) -> Process {
        let mut process = self.processes.remove(&part).unwrap();
        if !process.runs() {
            self.wrong(format!("{part:?} had ended"));
        }
        process
    }

    /// Notes that a process has ended that ran at `from_ms`.
    fn down(&mut self, part: Part, from_ms: i64) {
        if part == Part::Edge {
            let to_ms = now_ms();
            self.kills.push(Killed { from_ms, to_ms });
        }
    }

    fn wrong(&mut self, what: String) {
        self.wrong.push(format!("{}: {what}", Timestamp::now()));
    }

    fn line(&self, part: Part) -> &FaultyLine {
        match part {
            Part::Edge => &self.edge_line,
            _ => &self.hub_line,
        }
    }

    fn apply(&mut self, deed: Deed) {
        self.deeds.push(format!("{} {deed:?}", Timestamp::now()));
        match deed {
            Deed::Kill(part) => self.kill(part),
            Deed::Stop(part) => self.stop(part),
            Deed::Start(part) => self.launch(part),
            Deed::Freeze(part) => signal(&self.processes[&part], "STOP"),
            Deed::Thaw(part) => signal(&self.processes[&part], "CONT"),
            Deed::Line(part, mode) => self.line(part).set(mode),
            Deed::Copy => self.move_store(&self.context.path(""), &self.copies()),
            Deed::PutBack => self.move_store(&self.copies(), &self.context.path("")),
        }
    }

    fn copies(&self) -> PathBuf {
        let copies = self.context.path("copy");
        fs::create_dir_all(&copies).unwrap();
        copies
    }

    /// Copies the files of the store, whose hub is dead, and leaves no other there.
    fn move_store(&self, from: &Path, to: &Path) {
        for name in ["store.db", "store.db-wal", "store.db-shm"] {
            let _absent = fs::remove_file(to.join(name));
            // The third is an index of the second that is made anew.
            if from.join(name).exists() && name != "store.db-shm" {
                fs::copy(from.join(name), to.join(name)).unwrap();
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is waited for: these are the moments of the faults, drawn from the seed"
    )]
    fn suffer(&mut self, plan: &Plan) {
        let begun = Instant::now();
        for step in &plan.steps {
            std::thread::sleep(step.at.saturating_sub(begun.elapsed()));
            self.apply(step.deed);
        }
    }

    /// Numbers in the store by unit, in order of their moments.
    fn held(&self) -> BTreeMap<u8, Vec<(u32, i64)>> {
        let unit = |unit: u8| {
            let readings = self.context.readings(&series(unit));
            let number = |value: f64| {
                assert!(value.fract() == 0.0 && value >= 0.0, "{value}");
                value as u32
            };
            let held = readings.iter().filter_map(|reading| {
                let at_ms = reading.observed_at.as_millisecond();
                Some((number(reading.value()?), at_ms))
            });
            (unit, held.collect())
        };
        (1..=UNITS).map(unit).collect()
    }

    fn verdict(&mut self, due_ms: i64) -> Verdict {
        let held = self.held();
        Verdict::of(&self.device.ledger(), &held, &self.kills, due_ms)
    }

    /// What is still wrong with the batches that the hub has noted: gaps, other epochs.
    fn batches(&self) -> Result<(), String> {
        let gateways = self.context.store().gateways().unwrap();
        let gateway = gateways.into_iter().find(|g| g.gateway.as_str() == GATEWAY);
        match gateway {
            Some(g) if g.gaps().is_empty() && g.delivered.len() == 1 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }

    /// Whether the gateway says that no more waits than may be on its way.
    fn waiting(&self) -> Result<(), String> {
        let config = self.context.path("edge.toml");
        let (_, said, problem) = outcome(hanqing().arg("status").arg("-c").arg(config));
        let count = said.split_once("Waiting for the office: batches ").map(|(_, rest)| rest);
        let count = count.and_then(|rest| rest.split_once(',')?.0.parse().ok());
        match count {
            Some(0..=ON_THEIR_WAY_MAX) => Ok(()),
            _ => Err(format!("{said}{problem}")),
        }
    }

    /// Waits until something arrives from each unit that it gave after `due_ms`.
    fn joins(&self, due_ms: i64) -> Result<(), String> {
        looked_for(JOINS_MAX, COMPARE_EVERY, || {
            let newest = |held: &Vec<(u32, i64)>| held.last().is_some_and(|(_, at)| *at > due_ms);
            match self.held().values().all(newest) {
                true => Ok(()),
                false => Err("nothing new arrives".into()),
            }
        })
    }

    /// Waits until what is given from now on arrives, and with it all that was given before, and the hub misses
    /// nothing.
    fn settle(&mut self) -> Outcome {
        let begun = Instant::now();
        let due_ms = now_ms();
        let joined = self.joins(due_ms);
        let arrived =
            looked_for(CATCHES_UP_MAX, COMPARE_EVERY, || match self.verdict(due_ms).complete() {
                true => self.batches().and_then(|()| self.waiting()),
                false => Err("something is lost".into()),
            });
        let settled = begun.elapsed();
        let verdict = self.verdict(due_ms);
        let (missing, hours) = self.hours();
        Outcome {
            verdict,
            missing,
            settled,
            problems: [joined.err(), arrived.err(), hours.err()].into_iter().flatten().collect(),
        }
    }

    /// Polls without a value, and whether the hours count what there is.
    fn hours(&self) -> (usize, Result<(), String>) {
        let store = self.context.store();
        let mut missing = 0;
        for unit in 1..=UNITS {
            let series = series(unit).parse().unwrap();
            let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
            // Hours first: more may be committed between the two.
            let hours = store.hours(&series, from, to).unwrap();
            let counted: usize = hours.iter().map(|hour| hour.counted as usize).sum();
            let readings = store.readings(&series, from, to).unwrap();
            let values = readings.iter().filter(|r| r.value().is_some()).count();
            missing += readings.len() - values;
            if !(counted..=counted + 5).contains(&values) {
                let problem = format!("{series}: {counted} in the hours, {values} readings");
                return (missing, Err(problem));
            }
        }
        (missing, Ok(()))
    }

    /// Everything that must not be.
    fn problems(&mut self, outcome: Outcome) -> Vec<String> {
        let Outcome { verdict, mut problems, .. } = outcome;
        if !verdict.complete() || !verdict.sound() {
            problems.push(format!("{verdict:?}"));
        }
        for part in [Part::Broker, Part::Hub, Part::Edge] {
            let process = self.running(part);
            self.processes.insert(part, process);
        }
        problems.append(&mut self.wrong);
        let logs = ["edge", "hub"].map(|daemon| (daemon, self.context.log(daemon)));
        let panicked = logs.iter().filter(|(_, log)| log.contains("panicked"));
        problems.extend(panicked.map(|(daemon, _)| format!("{daemon} panicked")));
        let set_aside = self.context.quarantine();
        problems.extend(set_aside.iter().map(|row| format!("set aside: {row:?}")));
        problems
    }

    /// Copies what is left to where it can be looked at, and says where.
    fn keep(&self, seed: u64) -> String {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{seed}"));
        fs::create_dir_all(&folder).unwrap();
        for entry in fs::read_dir(self.context.path("")).unwrap().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
            }
        }
        fs::write(folder.join("deeds.log"), self.deeds.join("\n")).unwrap();
        format!("what is left lies in {}", folder.display())
    }
}

/// Sends a process a signal.
fn signal(process: &Process, name: &str) {
    let kill = format!("kill -{name} {}", process.0.id());
    let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert!(sent.success(), "{kill}: {sent}");
}

/// Lets a daemon connect over a line, and notice within seconds that it is dead.
fn over(config: &Path, context: &Context, line: &FaultyLine) {
    let text = fs::read_to_string(config).unwrap();
    let url = |port: u16| format!("url = \"mqtt://127.0.0.1:{port}\"\n");
    let direct = url(context.broker_port());
    assert!(text.contains(&direct), "{text}");
    let over = url(line.port) + "keep_alive_s = 5\n";
    fs::write(config, text.replace(&direct, &over)).unwrap();
}

/// What a run came to.
struct Outcome {
    verdict: Verdict,
    /// Polls that the store holds without a value.
    missing: usize,
    /// How long it took after the last fault.
    settled: Duration,
    problems: Vec<String>,
}

impl Outcome {
    fn report(&self) -> String {
        let verdict = &self.verdict;
        format!(
            "{} given, {} held, {} cut off with the gateway, {} lost, {} twice, {} never given, {} out of order, \
             {} polls without a value; settled after {:.1?}",
            verdict.given,
            verdict.held,
            verdict.cut_off.len(),
            verdict.lost.len(),
            verdict.doubles.len(),
            verdict.invented.len(),
            verdict.disordered.len(),
            self.missing,
            self.settled
        )
    }
}

#[test]
fn nothing_is_lost_whatever_fails() {
    let seed = variable("HANQING_CRASH_SEED", 20_220_022);
    let count = variable("HANQING_CRASH_FAULTS", 24);
    let plan = Plan::draw(seed, count, &kinds());
    println!("HANQING_CRASH_SEED={seed}, {count} faults: {}", plan.summary());
    let begun = Instant::now();
    let mut chain = Chain::start("hub");
    chain.suffer(&plan);
    let outcome = chain.settle();
    println!(
        "seed {seed}, {count} faults in {:.1?}: {}; {} connections of the gateway, {} of the hub",
        begun.elapsed(),
        outcome.report(),
        chain.edge_line.carried(),
        chain.hub_line.carried()
    );
    let problems = chain.problems(outcome);
    if !problems.is_empty() {
        panic!("seed {seed}: {}\n{}", chain.keep(seed), problems.join("\n"));
    }
}

#[test]
fn what_is_lost_is_seen() {
    // A gateway that believes the broker, which then forgets.
    let mut chain = Chain::start("broker");
    chain.kill(Part::Hub);
    let forgotten_ms = now_ms();
    wait_for("polls that the broker alone has", || {
        let ledger = chain.device.ledger();
        let polled = |given: &Given| given.iter().filter(|(_, at)| *at > forgotten_ms).count();
        match ledger.values().all(|given| polled(given) >= 3) {
            true => chain.waiting(),
            false => Err(format!("{ledger:?}")),
        }
    });
    chain.kill(Part::Broker);
    let due_ms = now_ms();
    chain.launch(Part::Broker);
    chain.launch(Part::Hub);
    // Ends its back-off; in order, since after a power cut it would send again what it had not noted as done with.
    chain.stop(Part::Edge);
    chain.launch(Part::Edge);
    assert_eq!(chain.joins(now_ms()), Ok(()));
    let verdict = chain.verdict(due_ms);
    assert!(!verdict.complete() && verdict.sound(), "{verdict:?}");
    assert!(verdict.lost.iter().all(|n| n.at_ms > forgotten_ms - 2000), "{verdict:?}");
}
