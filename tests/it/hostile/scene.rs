//! An office with a password for each gateway, an honest gateway that works, and a hostile one beside it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use hanqing::core::Series;
use hanqing::store::{Sqlite, Store};
use hanqing::wire::{Ack, Epoch};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::client::{Client, Login, Protocol};
use super::forgery;
use super::honest::{self, HONEST, Honest, LEFT_OUT, Ledger};
use crate::context::{Context, Process, get, hanqing, outcome, repository, wait_for};
use crate::peers::mosquitto_with;

/// The hostile gateway, which has one login and nothing else.
pub const EVIL: &str = "gw-evil";

/// A series of its own.
pub const OWN_LEVEL: &str = "pond-lifang-1/level";
pub const OWN_COUNTER: &str = "pump-lifang-1/energy_total";

/// A series that the township gives to the honest gateway, which has never sent it.
pub const DECLARED: &str = "pond-dongmen-2/level";

/// Series that are not the hostile gateway's.
pub const FOREIGN: [&str; 3] = [honest::SERIES[0], honest::SERIES[1], DECLARED];

/// The password of everybody in these tests.
pub const PASSWORD: &str = "pw";

/// Batches of the honest gateway before anything happens to it.
const QUIET: usize = 15;

/// The same where figures are measured, half a minute's.
const QUIET_PROOF: usize = 150;

/// How long an attack goes on where figures are measured.
const ATTACK_PROOF: Duration = Duration::from_secs(30);

/// Messages in a second of a hostile gateway where figures are measured.
const RATE_PROOF: u32 = 1000;

/// The most that an acknowledgement may take in a test that measures nothing. Generous: other tests run beside it.
const DELAY_MAX: Duration = Duration::from_secs(20);

/// The epoch of the batches by which the hostile gateway sees that it is heard, and how long it waits for that. What it
/// said before may have filled its quarantine.
const HEARD_EPOCH: u64 = 0x4ea4d;
const HEARD_MAX: Duration = Duration::from_secs(2);

/// The most memory that a hub may have had, KiB.
const MEMORY_MAX_KB: u64 = 128 << 10;

/// What the hub has counted that is worth printing.
const COUNTED: [&str; 4] = [
    "hanqing_hub_readings_total",
    "hanqing_hub_refused_total",
    "hanqing_hub_quarantined_total",
    "hanqing_hub_dropped_total",
];

/// Whether figures are measured: `HANQING_PROOF=1`, for runs of one test at a time.
pub fn proof() -> bool {
    std::env::var("HANQING_PROOF").is_ok_and(|value| value == "1")
}

/// What is shipped for mosquitto, with passwords as its comment says, without encryption, and on a port of this test.
fn broker_config(context: &Context) -> String {
    let shipped = std::fs::read_to_string(repository("deploy/mosquitto/mosquitto.conf")).unwrap();
    let left_out = [
        "listener ",
        "cafile ",
        "certfile ",
        "keyfile ",
        "tls_version ",
        "require_certificate ",
        "use_identity_as_username ",
        "acl_file ",
        "persistence ",
        "autosave_interval ",
    ];
    let kept = shipped.lines().filter(|line| !left_out.iter().any(|word| line.starts_with(word)));
    let kept: Vec<&str> = kept.collect();
    assert!(kept.contains(&"use_username_as_clientid true"), "{shipped}");
    let acl = repository("deploy/mosquitto/hanqing.acl");
    let passwords = passwords(context, &["hanqing-hub", HONEST, EVIL]);
    format!(
        // As root, mosquitto becomes a user who cannot look into the folder of a test.
        "user root\nlistener {} 127.0.0.1\n{}\npersistence false\nacl_file {}\npassword_file {}\n",
        context.broker_port(),
        kept.join("\n"),
        acl.display(),
        passwords.display()
    )
}

/// A file of mosquitto's in which these users have the password of the test.
pub fn passwords(context: &Context, users: &[&str]) -> PathBuf {
    let file = context.write("passwords", "");
    for user in users {
        let mut command = Command::new("mosquitto_passwd");
        let (code, said, told) = outcome(command.arg("-b").arg(&file).args([user, PASSWORD]));
        assert_eq!(code, Some(0), "{said}{told}");
    }
    file
}

/// The shipped township, in which two stations are the honest gateway's by name.
fn township(context: &Context) -> PathBuf {
    let mut text = std::fs::read_to_string(repository("config/township.toml")).unwrap();
    for station in ["pond-dongmen-1", "pond-dongmen-2"] {
        let id = format!("id = \"{station}\"\n");
        assert_eq!(text.matches(&id).count(), 1, "{id}");
        text = text.replace(&id, &format!("{id}gateway = \"{HONEST}\"\n"));
    }
    context.write("township.toml", &text)
}

fn hub_config(context: &Context) {
    let password = context.write("hub.pw", PASSWORD);
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let url = format!("url = \"mqtt://127.0.0.1:{}\"\n", context.broker_port());
    let shipped = format!("{:?}", repository("config/township.toml"));
    assert!(config.contains(&url) && config.contains(&shipped), "{config}");
    let login = format!("{url}user = \"hanqing-hub\"\npassword_file = {password:?}\n");
    let config = config.replace(&url, &login);
    let config = config.replace(&shipped, &format!("{:?}", township(context)));
    context.write("hub.toml", &config);
}

/// A hostile gateway, which comes again however often it is thrown out.
pub struct Evil {
    port: u16,
    pub protocol: Protocol,
    client: Option<Client>,
    /// Whether it listens to its acknowledgements over this connection.
    listens: bool,
    begun: Instant,
    /// Messages that it has offered.
    pub offered: u32,
}

impl Evil {
    fn new(port: u16) -> Self {
        Self {
            port,
            protocol: Protocol::V5,
            client: None,
            listens: false,
            begun: Instant::now(),
            offered: 0,
        }
    }

    /// Its connection.
    pub fn client(&mut self) -> &mut Client {
        let port = self.port;
        let protocol = self.protocol;
        self.client.get_or_insert_with(|| {
            let user = Some((EVIL, PASSWORD));
            wait_for("a connection of the hostile gateway", || {
                Client::connect(port, Login { client_id: EVIL, user, protocol })
            })
        })
    }

    /// Connects with its own login under this client id.
    pub fn takes(&mut self, client_id: &str) {
        let user = Some((EVIL, PASSWORD));
        let login = Login { client_id, user, protocol: self.protocol };
        let client = Client::connect(self.port, login);
        self.offered += 1;
        self.client = client.ok();
    }

    /// Leaves.
    pub fn drop_connection(&mut self) {
        (self.client, self.listens) = (None, false);
    }

    /// Publishes something, over a new connection where the broker has ended the old one.
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing is waited for: this is the rate that the figures are for"
    )]
    pub fn publish(&mut self, topic: &str, payload: &[u8], retain: bool) {
        self.offered += 1;
        if self.client().publish(topic, payload, retain).is_err() {
            self.drop_connection();
        }
        if proof() {
            let due = Duration::from_secs(1) * self.offered / RATE_PROOF;
            std::thread::sleep(due.saturating_sub(self.begun.elapsed()));
        }
    }

    /// Publishes something on a channel of its own.
    pub fn say(&mut self, channel: &str, payload: &[u8]) {
        self.publish(&format!("hanqing/v1/{EVIL}/{channel}"), payload, false);
    }

    /// Sends a good batch of its own with this number, and waits until the hub has it, and all that was said before.
    /// Returns whether it has.
    pub fn is_heard(&mut self, seq: u64) -> bool {
        if !self.listens {
            let heard = self.client().subscribe(&[&format!("hanqing/v1/{EVIL}/ack")]);
            self.listens = heard.is_ok();
        }
        let at_ms = Timestamp::now().as_millisecond();
        let readings = serde_json::json!([[0, 0, 218.0]]);
        let message = forgery::batch(HEARD_EPOCH, seq, at_ms, &[OWN_LEVEL], &readings);
        self.say("readings", &forgery::bytes(&message));
        let begun = Instant::now();
        while let Some(wait) = HEARD_MAX.checked_sub(begun.elapsed()) {
            let Ok(message) = self.client().messages.recv_timeout(wait) else { return false };
            let ack = Ack::from_bytes(&message.payload);
            let named = |ack: Ack| ack.epoch == Epoch(HEARD_EPOCH) && ack.committed.contains(seq);
            if ack.is_ok_and(named) {
                return true;
            }
        }
        false
    }

    /// Waits until the broker has taken everything.
    pub fn flush(&mut self) {
        if self.client().flush().is_err() {
            self.drop_connection();
        }
    }
}

/// All of them.
pub struct Scene {
    pub context: Context,
    pub evil: Evil,
    pub hub: Process,
    honest: Honest,
    /// Batches of the honest gateway that were made before the attack, and after it.
    attack: Option<(usize, usize)>,
    _broker: Process,
}

impl Scene {
    /// Broker, hub and honest gateway at work, undisturbed for a while.
    pub fn start() -> Self {
        Self::start_with(|_| ())
    }

    /// The same, with files in the office's folder that are changed before the hub starts.
    pub fn start_with(change: impl FnOnce(&Context)) -> Self {
        let context = Context::new();
        hub_config(&context);
        change(&context);
        let port = context.broker_port();
        let broker = mosquitto_with(&context, &broker_config(&context), port);
        let hub = context.hub();
        logged(&context, "hub", "connected to the broker");
        let honest = Honest::start(port, Some(PASSWORD), Protocol::V5);
        let evil = Evil::new(port);
        let scene = Self { context, evil, hub, honest, attack: None, _broker: broker };
        scene.honest_goes_on(if proof() { QUIET_PROOF } else { QUIET });
        scene
    }

    /// Waits until the honest gateway has made so many more batches.
    pub fn honest_goes_on(&self, more: usize) {
        let until = self.honest.made() + more;
        wait_for("batches of the honest gateway", || match self.honest.made() {
            made if made >= until => Ok(()),
            made => Err(made),
        });
    }

    /// Looks at the honest gateway whenever it is called: epoch, last number, time of the last reading in ms.
    pub fn look(&self) -> impl Fn() -> (Epoch, u64, i64) + use<> {
        let (epoch, known) = (self.honest.epoch, self.honest.known.clone());
        move || (epoch, known.seq.load(SeqCst), known.at_ms.load(SeqCst))
    }

    /// The honest gateway's epoch, its last number and the time of its last reading.
    pub fn seen_of_the_honest(&self) -> (Epoch, u64, i64) {
        self.look()()
    }

    /// Does something hostile so many times, or for as long as it is measured, while the honest gateway works.
    pub fn attack(&mut self, times: u32, mut deed: impl FnMut(&mut Evil, u32)) {
        let begun = Instant::now();
        let from = self.honest.made();
        (self.evil.begun, self.evil.offered) = (begun, 0);
        let mut round = 0;
        while round < times || proof() && begun.elapsed() < ATTACK_PROOF {
            deed(&mut self.evil, round);
            round += 1;
        }
        self.evil.flush();
        self.honest_goes_on(QUIET);
        self.attack = Some((from, self.honest.made()));
    }

    /// A number that the store gives for this query.
    pub fn number(&self, sql: &str) -> i64 {
        let path = self.context.path("store.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = Connection::open_with_flags(path, flags).unwrap();
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// What has been set aside of the hostile gateway: reasons.
    pub fn set_aside(&self) -> Vec<String> {
        let topic = format!("hanqing/v1/{EVIL}/");
        let rows = self.context.quarantine();
        rows.into_iter().filter(|(from, _)| from.starts_with(&topic)).map(|(_, why)| why).collect()
    }

    /// Waits until the hub has set something aside for a reason that has this word in it.
    pub fn sets_aside(&self, word: &str) {
        wait_for("a reason in the quarantine", || {
            let reasons = self.set_aside();
            match reasons.iter().any(|reason| reason.contains(word)) {
                true => Ok(()),
                false => Err((word.to_owned(), reasons, self.context.log("hub"))),
            }
        });
    }

    /// Bytes of the store's files.
    pub fn store_bytes(&self) -> u64 {
        let files = ["store.db", "store.db-wal"].map(|name| self.context.path(name));
        files.iter().filter_map(|file| std::fs::metadata(file).ok()).map(|file| file.len()).sum()
    }

    /// Runs a command of the office on this hub's files.
    pub fn command(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let config = self.context.path("hub.toml");
        outcome(hanqing().args(arguments).arg("-c").arg(config))
    }

    /// Holds that the honest gateway lost nothing by the attack, and that the hub is well.
    pub fn end(mut self, what: &str) -> Ended {
        let ledger = self.honest.finish();
        let log = self.context.log("hub");
        assert!(self.hub.runs() && !log.contains("panicked"), "{}", tail(&log));
        let waiting: Vec<u64> =
            ledger.sent.iter().filter(|s| s.delay.is_none()).map(|s| s.batch.seq).collect();
        assert_eq!(waiting, [0; 0], "not acknowledged: {}", tail(&log));
        assert_eq!(ledger.foreign, 0, "acknowledgements that no hub has made");
        unchanged(&self.context, &ledger, true);
        let memory_kb = memory_most_kb(self.hub.0.id());
        let counted = get(self.context.page_port(), "/metrics").unwrap();
        let counted: Vec<&str> = counted
            .lines()
            .filter(|line| COUNTED.iter().any(|word| line.starts_with(word)))
            .collect();
        let (from, to) = self.attack.unwrap_or((0, 0));
        let quiet = Delays::of(&ledger, 0..from);
        let attacked = Delays::of(&ledger, from..to);
        println!(
            "{what}: undisturbed {quiet}; under attack {attacked}; {} messages offered, {} batches sent again, \
             {} connections, hub {} MiB at most; {}",
            self.evil.offered,
            ledger.again,
            ledger.connections,
            memory_kb >> 10,
            counted.join(", ")
        );
        assert!(attacked.most <= DELAY_MAX, "{attacked}");
        assert!(memory_kb <= MEMORY_MAX_KB, "{memory_kb} KiB");
        Ended { context: self.context, _hub: self.hub, _broker: self._broker }
    }
}

/// What is left to be looked at: the hub still runs.
pub struct Ended {
    pub context: Context,
    _hub: Process,
    _broker: Process,
}

impl Ended {
    /// Holds that the hub never lost its connection.
    pub fn connected_once(&self) {
        let log = self.context.log("hub");
        assert_eq!(log.matches("connected to the broker").count(), 1, "{}", tail(&log));
    }
}

/// Times from a batch to its acknowledgement.
struct Delays {
    count: usize,
    median: Duration,
    most: Duration,
}

impl Delays {
    fn of(ledger: &Ledger, batches: std::ops::Range<usize>) -> Self {
        let sent = ledger.sent.get(batches).unwrap_or_default();
        let mut delays: Vec<Duration> = sent.iter().filter_map(|sent| sent.delay).collect();
        delays.sort();
        Self {
            count: delays.len(),
            median: delays.get(delays.len() / 2).copied().unwrap_or_default(),
            most: delays.last().copied().unwrap_or_default(),
        }
    }
}

impl std::fmt::Display for Delays {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [median, most] = [self.median, self.most].map(|delay| delay.as_secs_f64());
        write!(f, "{median:.3} s median, {most:.3} s at most of {}", self.count)
    }
}

/// Holds that the store has of the honest gateway what it made, to the last bit, and nothing else under its names.
/// `birth`: whether the hub can have heard what it observes.
pub fn unchanged(context: &Context, ledger: &Ledger, birth: bool) {
    let mut direct = Sqlite::open(&context.path("direct.db")).unwrap();
    let epoch = ledger.sent[0].batch.epoch;
    let now = Timestamp::now();
    if birth {
        direct.birth(&honest::gateway(), &honest::birth(epoch), now).unwrap();
    }
    for sent in &ledger.sent {
        direct.commit(std::slice::from_ref(&sent.batch), now).unwrap();
    }
    let direct = Sqlite::open_reader(&context.path("direct.db")).unwrap();
    let store = context.store();
    let readings = |store: &Sqlite, series: &Series| {
        store.readings(series, Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap()
    };
    let hours = |store: &Sqlite, series: &Series| {
        store.hours(series, Timestamp::MIN, Timestamp::MAX).unwrap()
    };
    for series in honest::series() {
        assert_eq!(readings(&store, &series), readings(&direct, &series), "{series}");
        // They are made in the background where a rule changes.
        wait_for("the same hours", || match (hours(&store, &series), hours(&direct, &series)) {
            (held, made) if held == made => Ok(()),
            both => Err(both),
        });
    }
    assert_eq!(readings(&store, &DECLARED.parse().unwrap()), []);
    let rules = |store: &Sqlite| {
        let mut rules = store.counters().unwrap();
        rules.retain(|series, _| honest::series().contains(series));
        rules
    };
    assert_eq!(rules(&store), rules(&direct));
    let gateways = store.gateways().unwrap();
    let gateway = gateways.iter().find(|row| row.gateway.as_str() == HONEST).unwrap();
    assert_eq!(gateway.gaps(), [(epoch, LEFT_OUT.0, LEFT_OUT.1)]);
}

/// Waits until a daemon has logged this.
pub fn logged(context: &Context, daemon: &str, text: &str) {
    wait_for(text, || match context.log(daemon) {
        log if log.contains(text) => Ok(()),
        log => Err(tail(&log)),
    });
}

/// The most memory that a process has had, KiB.
pub fn memory_most_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().trim().parse().unwrap()
}

/// The end of a log.
pub fn tail(log: &str) -> String {
    let from = log.len().saturating_sub(4000);
    String::from_utf8_lossy(&log.as_bytes()[from..]).into_owned()
}
