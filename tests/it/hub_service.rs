//! The hub as a service: what it tells systemd, when its watchdog is not fed, how it takes a new configuration.

use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use hanqing::core::Reading;
use hanqing::wire::{Batch, Epoch};
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

use crate::context::{Context, Process, free_port, get, hanqing, repository, wait_for};
use crate::daemon::{hears, signal};
use crate::hostile::scene::logged;
use crate::office::{complete, status};
use crate::peers::{mosquitto, publish};
use crate::wide::WideField;

/// Time in which systemd wants to hear of it. It is fed three times as often.
const WATCHDOG: Duration = Duration::from_secs(3);

const LEVEL: &str = "pond-dongmen-1/level";

/// A hub and the socket to which it tells how it is.
struct Service {
    context: Context,
    socket: UnixDatagram,
}

impl Service {
    /// With this in its `hub.toml`, beside what every test has.
    fn new(change: impl FnOnce(&Context, String) -> String) -> Self {
        let context = Context::new();
        let config = std::fs::read_to_string(context.hub_config()).unwrap();
        let config = change(&context, config);
        context.write("hub.toml", &config);
        let socket = UnixDatagram::bind(context.path("notify")).unwrap();
        socket.set_read_timeout(Some(WATCHDOG)).unwrap();
        Self { context, socket }
    }

    /// What systemd has in the environment of a service.
    fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("NOTIFY_SOCKET", self.context.path("notify").display().to_string()),
            ("WATCHDOG_USEC", WATCHDOG.as_micros().to_string()),
        ]
    }

    fn start(&self, more: &[(&'static str, String)]) -> Process {
        let mut environment = self.environment();
        environment.extend_from_slice(more);
        self.context.daemon_with("hub", "hub.toml", "hub", &environment)
    }

    fn config(&self) -> String {
        std::fs::read_to_string(self.context.path("hub.toml")).unwrap()
    }

    /// What was told within this time.
    fn told_within(&self, time: Duration) -> Vec<String> {
        let (begun, mut told) = (Instant::now(), Vec::new());
        while let Some(left) = time.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            let mut notice = [0; 1024];
            self.socket.set_read_timeout(Some(left)).unwrap();
            if let Ok(length) = self.socket.recv(&mut notice) {
                told.push(String::from_utf8_lossy(&notice[..length]).into_owned());
            }
        }
        self.socket.set_read_timeout(Some(WATCHDOG)).unwrap();
        told
    }

    /// Has the hub read its configuration again and waits until that is done; returns what was told meanwhile.
    fn reload(&self, hub: &Process) -> Vec<String> {
        signal(hub, "HUP");
        let mut told = hears(&self.socket, "RELOADING=1");
        told.extend(hears(&self.socket, "READY=1"));
        assert!(!told.iter().any(|notice| notice.contains("STOPPING=1")), "{told:?}");
        let begins = told.iter().find(|notice| notice.contains("RELOADING=1")).unwrap();
        assert!(begins.contains("MONOTONIC_USEC="), "{begins}");
        told
    }

    /// Sends readings, one batch.
    fn send(&self, seq: u64) {
        let reading = Reading::good(LEVEL.parse().unwrap(), Timestamp::now(), 2.5);
        let gateway = "gw-x".parse().unwrap();
        let (epoch, readings) = (Epoch(7), vec![reading]);
        let batch = Batch { gateway, epoch, seq, clock: None, loss: None, readings }.to_bytes();
        publish(self.context.broker_port(), &[("hanqing/v1/gw-x/readings", batch)], false);
    }

    fn health(&self) -> String {
        get(self.context.page_port(), "/health").unwrap_or_default()
    }
}

fn unchanged(_: &Context, config: String) -> String {
    config
}

/// Keeps the store in a folder of its own.
fn apart(context: &Context, config: String) -> String {
    std::fs::create_dir(context.path("disk")).unwrap();
    let place = |folder: &str| format!("{:?}", context.path(&format!("{folder}store.db")));
    config.replace(&place(""), &place("disk/"))
}

#[test]
fn systemd_hears_when_the_hub_is_up_that_it_gets_on_and_when_it_ends() {
    let service = Service::new(unchanged);
    let mut hub = service.start(&[]);
    // The broker need not be there.
    let told = hears(&service.socket, "READY=1");
    assert!(told.iter().any(|notice| notice.contains("STATUS=taking in")), "{told:?}");
    TcpStream::connect(("127.0.0.1", service.context.page_port())).unwrap();
    for _ in 0..4 {
        hears(&service.socket, "WATCHDOG=1");
    }
    signal(&hub, "TERM");
    hears(&service.socket, "STOPPING=1");
    let ended = wait_for("the end", || hub.0.try_wait().unwrap().ok_or("it runs"));
    assert!(ended.success(), "{ended}: {}", service.context.log("hub"));
}

#[test]
fn a_store_whose_disk_does_not_answer_starves_the_watchdog_until_it_does() {
    let service = Service::new(apart);
    let context = &service.context;
    let library = context.path("stall_writes.so");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
        .arg(&library)
        .arg(repository("tests/stall_writes.c"));
    assert!(compiler.status().unwrap().success(), "cannot build tests/stall_writes.c");
    let _broker = mosquitto(context);
    let path = |name: &str| context.path(name).display().to_string();
    let _hub = service.start(&[
        ("LD_PRELOAD", library.display().to_string()),
        ("STALL_WHILE", path("stalls")),
        ("STALL_UNDER", path("disk")),
    ]);
    logged(context, "hub", "connected to the broker");
    hears(&service.socket, "WATCHDOG=1");

    let stalls = context.write("stalls", "");
    service.send(1);
    logged(context, "hub", "the store's thread does not answer");
    // What was told before that.
    service.told_within(Duration::from_millis(100));
    let told = service.told_within(WATCHDOG);
    assert!(!told.iter().any(|notice| notice.contains("WATCHDOG=1")), "{told:?}");
    // The page lives: it is the store that hangs.
    assert!(service.health().contains("HTTP/1.1"), "{}", service.health());

    std::fs::remove_file(stalls).unwrap();
    hears(&service.socket, "WATCHDOG=1");
    wait_for("the reading", || {
        let found = hanqing::store::Sqlite::open_reader(&context.path("disk/store.db"));
        let found = found.map_err(|e| e.to_string())?.count().map_err(|e| e.to_string())?;
        if found == 1 { Ok(()) } else { Err(context.log("hub")) }
    });
}

#[test]
fn a_store_that_another_program_has_locked_does_not_starve_the_watchdog() {
    let service = Service::new(unchanged);
    let context = &service.context;
    let _broker = mosquitto(context);
    let _hub = service.start(&[]);
    logged(context, "hub", "connected to the broker");
    let mut other = Connection::open(context.path("store.db")).unwrap();
    other.busy_timeout(Duration::from_secs(10)).unwrap();
    let lock = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    service.send(1);
    logged(context, "hub", "write to the store failed");
    service.told_within(Duration::from_millis(100));
    hears(&service.socket, "WATCHDOG=1");
    assert_eq!(context.store().count().unwrap(), 0);
    drop(lock);
    wait_for("the reading", || match context.store().count().unwrap() {
        1 => Ok(()),
        _ => Err(context.log("hub")),
    });
}

/// A server that takes connections and never answers. Tells of each connection.
fn silent_server() -> (u16, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, accepted) = sync_channel(1000);
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        // Ends with the test's process.
        for stream in listener.incoming().map_while(Result::ok) {
            kept.push(stream);
            if sender.send(()).is_err() {
                return;
            }
        }
    });
    (port, accepted)
}

/// Longer than systemd waits for a sign of life.
const SERVER_TIMEOUT_S: u64 = 8;

#[test]
fn a_server_that_does_not_answer_does_not_starve_the_watchdog() {
    let (port, accepted) = silent_server();
    let service = Service::new(|_, config| {
        config
            + &format!(
                "[store.server]\nkind = \"victoria\"\nurl = \"http://127.0.0.1:{port}\"\ntimeout_s = {SERVER_TIMEOUT_S}\n"
            )
    });
    let context = &service.context;
    let _broker = mosquitto(context);
    let log = std::fs::File::create(context.path("hub.log")).unwrap();
    let mut ingester = hanqing();
    ingester.args(["hub", "--ingest-only", "-c"]).arg(context.path("hub.toml"));
    let hub = Process(ingester.envs(service.environment()).stderr(log).spawn().unwrap());
    hears(&service.socket, "READY=1");
    logged(context, "hub", "connected to the broker");
    while accepted.try_recv().is_ok() {}
    service.send(1);
    accepted.recv_timeout(Duration::from_secs(60)).unwrap();
    // The thread of the store waits for the answer from now on.
    service.told_within(Duration::from_millis(100));
    let told = service.told_within(Duration::from_secs(SERVER_TIMEOUT_S - 2));
    let fed = told.iter().filter(|notice| notice.contains("WATCHDOG=1")).count();
    assert!(fed >= 3, "{told:?}");
    assert!(!context.log("hub").contains("does not answer; the watchdog"), "{told:?}");
    // Nor does it keep the hub from a new configuration.
    service.reload(&hub);
    assert!(context.log("hub").contains("configuration reloaded"), "{}", context.log("hub"));
}

/// Who may sign in, so that there is somebody for a first link.
const ADMINISTRATOR: &str =
    "\n[[person]]\nid = \"zhao\"\nname = \"赵某\"\noffice = \"水利站\"\nrole = \"administrator\"\n";

/// The language of the first page, for a browser that asks for none.
fn language(port: u16) -> Result<String, String> {
    let answer = get(port, "/").map_err(|error| error.to_string())?;
    let head = answer.to_ascii_lowercase();
    let found = head.lines().find_map(|line| line.strip_prefix("content-language: "));
    found.map(str::to_owned).ok_or(answer)
}

#[test]
fn a_new_configuration_is_taken_whole_or_not_at_all_and_no_reading_is_lost() {
    let service = Service::new(|_, config| config + ADMINISTRATOR);
    let context = &service.context;
    let field = WideField::start(1);
    field.configure_each_second(context, context.broker_port());
    let _broker = mosquitto(context);
    let hub = service.start(&[]);
    hears(&service.socket, "READY=1");
    let _edge = context.edge();
    let comes = || {
        let before = context.store().count().unwrap();
        wait_for("more readings", || match context.store().count().unwrap() {
            count if count > before => Ok(()),
            _ => Err(context.log("hub")),
        });
    };
    comes();
    assert_eq!(language(context.page_port()).unwrap(), "zh-cn");

    // In order, and taken: another language, another port.
    let (good, old_port, new_port) = (service.config(), context.page_port(), free_port());
    let moved = good.replace(&format!("127.0.0.1:{old_port}"), &format!("127.0.0.1:{new_port}"));
    context.write("hub.toml", &format!("lang = \"en\"\n{moved}"));
    service.reload(&hub);
    assert_eq!(language(new_port).unwrap(), "en");
    assert!(TcpStream::connect(("127.0.0.1", old_port)).is_err(), "the old page is closed");
    comes();
    context.write("hub.toml", &good);
    service.reload(&hub);
    assert_eq!(language(old_port).unwrap(), "zh-cn");
    comes();

    // A mistake: nothing of it is taken, and it is named.
    context.write("hub.toml", &format!("lang = \"en\"\n{}", good.replace("[ledger]", "[legder]")));
    let told = service.reload(&hub);
    assert!(told.iter().any(|notice| notice.contains("was not taken")), "{told:?}");
    let log = context.log("hub");
    assert!(log.contains("the configuration stays as it was") && log.contains("legder"), "{log}");
    let health = service.health();
    assert!(health.contains(" 200 OK") && health.contains("hub.toml"), "{health}");
    assert!(health.contains("legder") && health.contains("was not taken"), "{health}");
    let refused = |value: u8| {
        let metrics = get(old_port, "/metrics").unwrap();
        let line = format!("hanqing_hub_configuration_refused {value}\n");
        assert!(metrics.contains(&line), "{metrics}");
    };
    refused(1);
    assert_eq!(language(old_port).unwrap(), "zh-cn");
    comes();

    // Without a mistake, but the page's address is taken, and the store is no store.
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let no_store = context.write("no-store.db", "a diary");
    for (wrong, named) in [
        (good.replace(&format!("127.0.0.1:{old_port}"), &taken), taken.as_str()),
        (good.replace("store.db", "no-store.db"), no_store.to_str().unwrap()),
    ] {
        assert_ne!(wrong, good);
        context.write("hub.toml", &wrong);
        let told = service.reload(&hub);
        assert!(told.iter().any(|notice| notice.contains("was not taken")), "{told:?}");
        let log = context.log("hub");
        assert!(log.contains("the new configuration failed, the old one stays"), "{log}");
        let health = service.health();
        assert!(health.contains(named) && health.contains("was not taken"), "{named}: {health}");
        refused(1);
        comes();
    }
    context.write("hub.toml", &good);
    service.reload(&hub);
    assert!(!service.health().contains("was not taken"), "{}", service.health());
    refused(0);

    status(context, "some polls after it", |status| status.spool.last_seq >= 12);
    let arrived = complete(context, |status, _| status.readings);
    assert_eq!((arrived.readings, arrived.lost), (arrived.last * field.readings_per_poll(), 0));
    assert_eq!(context.quarantine(), []);
    assert_eq!(context.printed("hub").matches("/first/").count(), 1, "links are printed once");
    assert!(!context.log("hub").contains("panicked"), "{}", context.log("hub"));
}

#[test]
fn the_address_of_the_brokers_own_process_takes_a_restart() {
    let service = Service::new(|context, config| {
        config + &format!("[broker]\nlisten = \"127.0.0.1:{}\"\n", context.broker_port())
    });
    let context = &service.context;
    let hub = service.start(&[]);
    logged(context, "hub", "connected to the broker");
    let good = service.config();
    let (old, new) = (context.broker_port().to_string(), free_port().to_string());
    context.write("hub.toml", &good.replace(&old, &new));
    service.reload(&hub);
    let health = service.health();
    for part in ["broker.listen", old.as_str(), new.as_str(), "restart"] {
        assert!(health.contains(part), "{part}: {health}");
    }
    // What is in force goes on, and another change is taken.
    service.send(1);
    wait_for("the reading", || match context.store().count().unwrap() {
        1 => Ok(()),
        _ => Err(context.log("hub")),
    });
    context.write("hub.toml", &format!("lang = \"en\"\n{good}"));
    service.reload(&hub);
    assert_eq!(language(context.page_port()).unwrap(), "en");
    wait_for("the next reading", || {
        service.send(2);
        let count = context.store().count().unwrap();
        if count >= 2 { Ok(()) } else { Err(context.log("hub")) }
    });
}
