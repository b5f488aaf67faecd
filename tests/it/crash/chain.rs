//! The chain from device to hub, and what happens to it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use hanqing::store::Sqlite;
use jiff::Timestamp;

use super::clocks;
use super::machine::{Machine, configure_second, spool};
use super::plan::{Deed, Kind, Part, Plan};
use super::verdict::Killed;
use crate::context::{Context, Process, looked_for, wait_for};
use crate::faulty_line::FaultyLine;
use crate::peers::mosquitto;
use crate::victoria::Victoria;

/// Longest time to end in, once asked to: ten seconds until a daemon lets go of what hangs, and more for a busy
/// machine.
const ENDS_MAX: Duration = Duration::from_secs(30);

/// The number of the signal that asks a process to end.
const TERM: i32 = 15;

/// Time between two looks at a process that ends.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The files of the store. The third is an index of the second that is made anew.
const STORE: [&str; 3] = ["store.db", "store.db-wal", "store.db-shm"];

/// A server that holds the readings, and the line from the hub to it.
pub struct Server {
    pub victoria: Victoria,
    pub line: FaultyLine,
}

/// Device, gateway, line, broker, line, hub; and where faults ask for it, a line and a server.
pub struct Chain {
    pub context: Context,
    pub first: Machine,
    /// The other gateway of the same name, where there is one.
    pub second: Option<Machine>,
    pub edge_line: FaultyLine,
    pub hub_line: FaultyLine,
    server: Option<Server>,
    processes: BTreeMap<Part, Process>,
    /// Whether clocks can jump.
    jumps: bool,
    /// When the image of the spool was taken, ms since 1970.
    image_ms: i64,
    /// How often the spool may have been found to have another life.
    pub lives: u32,
    /// What was done when, for who has to find out why.
    pub deeds: Vec<String>,
    /// What a process did that it must not.
    pub wrong: Vec<String>,
}

/// The present, ms since 1970.
pub fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

impl Chain {
    /// A chain to which faults of these kinds can happen, whose gateway lets a batch go by the word of `confirm`.
    pub fn start(confirm: &str, kinds: &[Kind]) -> Self {
        let context = Context::new();
        let first = Machine::start("meter");
        let edge_line = FaultyLine::to(context.broker_port());
        let hub_line = FaultyLine::to(context.broker_port());
        let edge = context.edge_config(&first.bus());
        over(&edge, &context, &edge_line);
        let rest = fs::read_to_string(&edge).unwrap();
        fs::write(&edge, format!("confirm = \"{confirm}\"\n{rest}")).unwrap();
        over(&context.hub_config(), &context, &hub_line);
        let server = kinds.iter().any(|kind| kind.needs_server()).then(|| serve(&context));
        let second = kinds.contains(&Kind::Clone).then(|| {
            let second = Machine::start("other");
            configure_second(&context, &first, &second);
            second
        });
        let mut chain = Self {
            context,
            first,
            second,
            edge_line,
            hub_line,
            server,
            processes: BTreeMap::new(),
            jumps: kinds.iter().any(|kind| matches!(kind, Kind::ClockEdge | Kind::ClockHub)),
            image_ms: 0,
            lives: 1,
            deeds: Vec::new(),
            wrong: Vec::new(),
        };
        for part in [Part::Broker, Part::Hub, Part::Edge] {
            chain.launch(part);
        }
        wait_for("the first readings", || {
            let held = chain.first.held(&chain.context);
            match held.values().all(|held| !held.is_empty()) {
                true => Ok(()),
                false => Err(held),
            }
        });
        chain
    }

    /// Whether the readings go to a server.
    pub fn has_server(&self) -> bool {
        self.server.is_some()
    }

    pub fn launch(&mut self, part: Part) {
        let environment = match part {
            Part::Edge | Part::Hub if self.jumps => clocks::environment(&self.context, part),
            _ => Vec::new(),
        };
        let context = &self.context;
        let process = match part {
            Part::Edge => context.daemon_with("edge", "edge.toml", "edge", &environment),
            Part::Hub => context.daemon_with("hub", "hub.toml", "hub", &environment),
            Part::Second => context.daemon_with("edge", "second.toml", "second", &[]),
            Part::Broker => mosquitto(context),
            Part::Server => return self.server().victoria.start_again(),
        };
        self.processes.insert(part, process);
    }

    fn server(&mut self) -> &mut Server {
        self.server.as_mut().unwrap()
    }

    pub fn kill(&mut self, part: Part) {
        let from_ms = now_ms();
        match part {
            Part::Server => self.server().victoria.process().kill(),
            part => self.running(part).kill(),
        }
        self.down(part, from_ms);
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self, part: Part) {
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

    /// Notes which of the processes that should run do not.
    pub fn look_at_processes(&mut self) {
        for part in [Part::Broker, Part::Hub, Part::Edge] {
            let process = self.running(part);
            self.processes.insert(part, process);
        }
    }

    /// Notes that a process has ended that ran at `from_ms`.
    fn down(&mut self, part: Part, from_ms: i64) {
        let killed = Killed { from_ms, to_ms: now_ms() };
        match part {
            Part::Edge => self.first.kills.push(killed),
            Part::Second => self.second().kills.push(killed),
            _ => {}
        }
    }

    fn second(&mut self) -> &mut Machine {
        self.second.as_mut().unwrap()
    }

    fn wrong(&mut self, what: String) {
        self.wrong.push(format!("{}: {what}", Timestamp::now()));
    }

    fn line(&mut self, part: Part) -> &FaultyLine {
        match part {
            Part::Edge => &self.edge_line,
            Part::Server => &self.server().line,
            _ => &self.hub_line,
        }
    }

    fn send(&mut self, part: Part, name: &str) {
        match part {
            Part::Server => signal(self.server().victoria.process(), name),
            part => signal(&self.processes[&part], name),
        }
    }

    fn apply(&mut self, deed: Deed) {
        self.deeds.push(format!("{} {deed:?}", Timestamp::now()));
        let (here, copies) = (self.context.path(""), self.context.path("copy"));
        match deed {
            Deed::Kill(part) => self.kill(part),
            Deed::Bury(part) => {
                self.processes.remove(&part).unwrap().kill();
            }
            Deed::Stop(part) => self.stop(part),
            Deed::Start(part) => self.launch(part),
            Deed::Freeze(part) => self.send(part, "STOP"),
            Deed::Thaw(part) => self.send(part, "CONT"),
            Deed::Line(part, mode) => self.line(part).set(mode),
            Deed::Copy => copy_all(&STORE[..2], &here, &copies),
            Deed::PutBack => {
                delete_all(&STORE, &here);
                copy_all(&STORE[..2], &copies, &here);
            }
            Deed::Delete => delete_all(&STORE, &here),
            Deed::Empty => {
                delete_all(&STORE, &here);
                let new = self.context.path("empty.db");
                drop(Sqlite::open(&new).unwrap());
                fs::rename(new, here.join(STORE[0])).unwrap();
            }
            Deed::CopySpool => {
                self.image_ms = now_ms();
                copy_all(&spool(Part::Edge), &here, &copies);
            }
            Deed::PutBackSpool => {
                self.lives += 1;
                self.first.loses_spool(&self.context, self.image_ms);
                copy_all(&spool(Part::Edge), &copies, &here);
            }
            Deed::Clone => self.clone_spool(),
            Deed::Clock(part, seconds) => clocks::jump(&self.context, part, seconds),
        }
    }

    /// Gives the second gateway the spool of the first, in place of what it had.
    fn clone_spool(&mut self) {
        self.lives += 2;
        if let Some(second) = &mut self.second {
            second.loses_spool(&self.context, 0);
        }
        for (from, to) in spool(Part::Edge).into_iter().zip(spool(Part::Second)) {
            let (from, to) = (self.context.path(from), self.context.path(to));
            delete(&to);
            if from.exists() {
                fs::copy(from, to).unwrap();
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is waited for: these are the moments of the faults, drawn from the seed"
    )]
    pub fn suffer(&mut self, plan: &Plan) {
        let begun = Instant::now();
        for step in &plan.steps {
            std::thread::sleep(step.at.saturating_sub(begun.elapsed()));
            self.apply(step.deed);
        }
    }

    /// Copies what is left to where it can be looked at, and says where.
    pub fn keep(&self, name: &str, seed: u64) -> String {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("crash-{name}-{seed}"));
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

/// Copies those of the files that are there, and leaves no other of them.
fn copy_all(names: &[&str], from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in names {
        delete(&to.join(name));
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

fn delete_all(names: &[&str], folder: &Path) {
    names.iter().for_each(|name| delete(&folder.join(name)));
}

fn delete(path: &Path) {
    if path.exists() {
        fs::remove_file(path).unwrap();
    }
}

/// Starts a server, and has the hub write to it over a line.
fn serve(context: &Context) -> Server {
    let victoria = Victoria::start(context);
    let line = FaultyLine::to(victoria.port);
    let text = fs::read_to_string(context.path("hub.toml")).unwrap();
    let server = format!(
        "[store.server]\nkind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\ntimeout_s = 3\n",
        line.port
    );
    context.write("hub.toml", &(text + &server));
    Server { victoria, line }
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
