//! An office whose alarms ring a receiver: a hub as users run it, mosquitto, ponds whose levels a gateway sends.

use std::cell::{Cell, RefCell};
use std::process::Stdio;
use std::time::{Duration, Instant};

use hanqing::core::{Reading, Series};
use hanqing::wire::{Batch, Epoch, GatewayState, Status};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags};

use super::receiver::Receiver;
use crate::context::{Context, Process, hanqing, outcome, repository, wait_for};
use crate::crash::clocks;
use crate::crash::plan::Part;
use crate::hostile::scene::tail;
use crate::peers::{mosquitto, publish};
use crate::visit::Visit;
use crate::workplace::kit::{configure, signed_in};

/// Levels of each pond of these tests, m; which thresholds they are beyond is the same in every month.
pub const FULL: f64 = 220.0;
pub const WARNING: f64 = 218.0;
pub const ASSURED: f64 = 217.4;
pub const DRY: f64 = 217.02;

/// The pond of the shipped township that all of them are like.
const LIKE: &str = "pond-dongmen-1";

/// The gateway that sends their levels.
const SENDER: &str = "gw-dongmen";

/// Levels ring at once, and nothing else of what a test does not mean to ring.
pub const LEVELS: &str = "hold_minutes = { below-warning = 0, below-assured = 0, dry = 0 }\n";

/// Time after which a message that the hub may have missed is published again.
const AGAIN_AFTER: Duration = Duration::from_millis(700);

/// The office.
pub struct Office {
    pub context: Context,
    pub receiver: Receiver,
    pub hub: RefCell<Option<Process>>,
    broker: RefCell<Option<Process>>,
    seq: Cell<u64>,
    /// How often it had connected to the broker before its last start.
    connected: Cell<usize>,
    /// By how many seconds the hub's clock, and with it that of whoever sends, is ahead of this machine's.
    ahead_s: Cell<i64>,
}

impl Office {
    /// One of so many ponds, with these lines in its section `[alarm]` and one channel.
    pub fn open(ponds: usize, alarm: &str) -> Self {
        let receiver = Receiver::start();
        let channel = receiver.channel("duty", "");
        Self::with(receiver, ponds, &format!("{alarm}{channel}"))
    }

    /// One whose whole section `[alarm]`, with its channels, is this.
    pub fn with(receiver: Receiver, ponds: usize, alarm: &str) -> Self {
        let office = Self {
            context: Context::new(),
            receiver,
            hub: RefCell::new(None),
            broker: RefCell::new(None),
            seq: Cell::new(0),
            connected: Cell::new(0),
            ahead_s: Cell::new(0),
        };
        configure(&office.context, "open_to = [\"127.0.0.0/8\"]\n");
        let config = std::fs::read_to_string(office.context.path("hub.toml")).unwrap();
        let shipped = format!("{:?}", repository("config/township.toml"));
        assert!(config.contains(&shipped), "{config}");
        let own = office.context.write("township.toml", &township(ponds));
        let config = config.replace(&shipped, &format!("{own:?}"));
        office.context.write("hub.toml", &format!("{config}\n[alarm]\nlang = \"en\"\n{alarm}"));
        office.starts_broker();
        office.starts();
        office
    }

    pub fn starts_broker(&self) {
        *self.broker.borrow_mut() = Some(mosquitto(&self.context));
    }

    pub fn kills_broker(&self) {
        *self.broker.borrow_mut() = None;
    }

    /// Starts the hub, and waits until it listens.
    pub fn starts(&self) {
        self.launches();
        self.listens();
    }

    /// Starts the hub and waits for nothing.
    pub fn launches(&self) {
        self.connected.set(self.connections());
        let environment = clocks::environment(&self.context, Part::Hub);
        let hub = self.context.daemon_with("hub", "hub.toml", "hub", &environment);
        *self.hub.borrow_mut() = Some(hub);
    }

    /// Waits until the hub has connected to the broker since it was started.
    pub fn listens(&self) {
        wait_for("the hub at the broker", || match self.connections() > self.connected.get() {
            true => Ok(()),
            false => Err(tail(&self.context.log("hub"))),
        });
    }

    fn connections(&self) -> usize {
        self.context.log("hub").matches("connected to the broker").count()
    }

    /// Kills the hub, as a power cut would.
    pub fn kills(&self) {
        *self.hub.borrow_mut() = None;
    }

    /// Lets so much time pass while the hub is down: whatever waits for it is due when it starts.
    pub fn sleeps(&self, time: SignedDuration) {
        self.kills();
        self.passes(time);
        self.starts();
    }

    /// Sets the clock of the hub ahead, which is down, and of whoever sends to it.
    pub fn passes(&self, time: SignedDuration) {
        self.ahead_s.set(self.ahead_s.get() + time.as_secs());
        clocks::jump(&self.context, Part::Hub, self.ahead_s.get());
    }

    /// What the hub's clock shows.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now() + SignedDuration::from_secs(self.ahead_s.get());
        Timestamp::from_millisecond(now.as_millisecond()).unwrap()
    }

    /// Publishes levels of ponds as of now, until the hub has stored them. Returns when it was first published.
    pub fn levels(&self, levels: &[(usize, f64)]) -> Instant {
        let sent = self.sends(levels);
        wait_for("the levels in the store", || sent.arrives(self));
        sent.begun
    }

    /// Levels of ponds as of now, on their way.
    pub fn sends(&self, levels: &[(usize, f64)]) -> Sent {
        let now = self.now();
        let readings: Vec<Reading> =
            levels.iter().map(|(pond, level)| Reading::good(series(*pond), now, *level)).collect();
        let seq = self.seq.get() + 1;
        self.seq.set(seq);
        let (gateway, epoch) = (SENDER.parse().unwrap(), Epoch(7));
        let batch = Batch { gateway, epoch, seq, clock: None, loss: None, readings }.to_bytes();
        let (last, _) = levels.last().expect("a level");
        let begun = Instant::now();
        Sent { batch, last: series(*last), at: now, begun, published: Cell::new(None) }
    }

    /// Gateways say that they are there, or that they are not: as the broker does when they are cut off.
    pub fn gateways(&self, count: usize, online: bool) {
        let messages: Vec<(String, Vec<u8>)> = (0..count)
            .map(|number| {
                let state = if online { GatewayState::Online } else { GatewayState::Offline };
                let status = Status::new(state, self.now());
                (format!("hanqing/v1/gw-{number}/status"), status.to_bytes())
            })
            .collect();
        let messages: Vec<(&str, Vec<u8>)> =
            messages.iter().map(|(topic, bytes)| (topic.as_str(), bytes.clone())).collect();
        publish(self.context.broker_port(), &messages, true);
    }

    /// Somebody of this role at the page.
    pub fn person(&self, role: &str) -> Visit {
        signed_in(&self.context, role)
    }

    /// Whether exactly these alarms are open in the book.
    pub fn has_open(&self, alarms: &[String]) -> Result<(), String> {
        let mut open = self.book().map_err(|e| e.to_string())?;
        let mut expected = alarms.to_vec();
        open.sort();
        expected.sort();
        if open == expected { Ok(()) } else { Err(format!("{open:?}")) }
    }

    /// Kind and subject of the alarms that are open in the book.
    fn book(&self) -> rusqlite::Result<Vec<String>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let book = Connection::open_with_flags(self.context.path("alarms.db"), flags)?;
        let open = "SELECT kind || ' ' || subject FROM alarm WHERE cleared_ms IS NULL";
        let mut statement = book.prepare(open)?;
        let names = statement.query_map([], |row| row.get(0))?;
        names.collect()
    }

    /// What a command beside the running hub says: its exit code, and all that it prints.
    pub fn says(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = hanqing();
        command.args(arguments).arg("-c").arg(self.context.path("hub.toml"));
        let (code, said, told) = outcome(command.stderr(Stdio::piped()));
        (code, said + &told)
    }
}

/// A batch that is published until the hub has it: the broker keeps nothing for a hub that is away.
pub struct Sent {
    batch: Vec<u8>,
    last: Series,
    at: Timestamp,
    begun: Instant,
    published: Cell<Option<Instant>>,
}

impl Sent {
    /// Whether it is in the store; publishes it where it may have been missed.
    pub fn arrives(&self, office: &Office) -> Result<(), String> {
        if self.published.get().is_none_or(|at| at.elapsed() > AGAIN_AFTER) {
            let topic = format!("hanqing/v1/{SENDER}/readings");
            publish(office.context.broker_port(), &[(&topic, self.batch.clone())], false);
            self.published.set(Some(Instant::now()));
        }
        match office.context.store().readings(&self.last, self.at, Timestamp::MAX) {
            Ok(readings) if !readings.is_empty() => Ok(()),
            other => Err(format!("{other:?}\n{}", tail(&office.context.log("hub")))),
        }
    }
}

/// The id of a pond.
pub fn pond(number: usize) -> String {
    format!("{LIKE}-r{number}")
}

/// As letters and the list name an alarm of a pond.
pub fn alarm(kind: &str, number: usize) -> String {
    format!("{kind} station/{}", pond(number))
}

fn series(number: usize) -> Series {
    format!("{}/level", pond(number)).parse().unwrap()
}

/// The shipped township with so many ponds more, each with the same thresholds in every month.
fn township(ponds: usize) -> String {
    let text = std::fs::read_to_string(repository("config/township.toml")).unwrap();
    let mut table: toml::Table = toml::from_str(&text).unwrap();
    let stations = table["station"].as_array_mut().unwrap();
    let like = stations.iter().find(|station| station["id"].as_str() == Some(LIKE)).unwrap();
    let mut like = like.clone();
    let threshold = like["threshold"].as_array().unwrap()[1].clone();
    let mut threshold = threshold.as_table().unwrap().clone();
    threshold["months"] = (1..=12).collect::<Vec<i64>>().into();
    like["threshold"] = vec![toml::Value::Table(threshold)].into();
    for number in 0..ponds {
        let mut copy = like.clone();
        copy["id"] = pond(number).into();
        copy["name"] = format!("塘{number}").into();
        stations.push(copy);
    }
    toml::to_string(&table).unwrap()
}
