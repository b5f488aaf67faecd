//! Copies of what gateway and hub remember: a spool restored from an older image, a gateway cloned with its spool, a
//! hub whose store was restored from an older copy or deleted. Nothing that waits is taken for delivered.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hanqing::store::Sqlite;
use jiff::Timestamp;

use crate::context::{Context, GATEWAY, Process, get, hanqing, looked_for, outcome, wait_for};
use crate::faulty_line::{FaultyLine, Mode};
use crate::ledger_device::LedgerDevice;
use crate::office::office;

/// Longest wait until everything has arrived. A gateway looks once a minute for what its hub has lost, and one that was
/// thrown off the broker waits minutes until it comes again.
const ARRIVES_MAX: Duration = Duration::from_secs(300);

/// Longest time to end in, once asked to.
const ENDS_MAX: Duration = Duration::from_secs(30);

/// Time between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Readings that are waited for before something is done to those who have them.
const SOME: usize = 5;

/// A gateway with a device of its own, of which it polls one number a second.
struct Gateway {
    config: PathBuf,
    spool: PathBuf,
    station: &'static str,
    device: LedgerDevice,
    process: Option<Process>,
}

impl Gateway {
    /// All gateways of these tests have the same name. It reaches the broker at `port`.
    fn new(context: &Context, station: &'static str, port: u16) -> Self {
        let device = LedgerDevice::start(1);
        let buses = format!(
            "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\ntimeout_ms = 20000\n\
             [[bus.device]]\nunit = 1\nprofile = \"numbers\"\nstation = \"{station}\"\n",
            device.port
        );
        let spool = context.path(&format!("{station}.db"));
        let text = fs::read_to_string(context.edge_config(&buses)).unwrap();
        let text = text
            .replace(&format!("{:?}", context.path("spool.db")), &format!("{spool:?}"))
            .replace(
                &format!(":{}\"\n[spool]", context.broker_port()),
                &format!(":{port}\"\n[spool]"),
            );
        let config = context.write(&format!("{station}.toml"), &text);
        Self { config, spool, station, device, process: None }
    }

    fn log_file(&self) -> PathBuf {
        self.config.with_extension("log")
    }

    fn start(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = hanqing();
        command.args(["edge", "-c"]).arg(&self.config).stderr(log);
        self.process = Some(Process(command.spawn().unwrap()));
    }

    /// Ends it in order: what it has read is in its spool.
    fn stop(&mut self) {
        ends(self.process.take().unwrap());
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// The numbers that its device has given since `from_ms`.
    fn given(&mut self, from_ms: i64) -> BTreeSet<u32> {
        let ledger = self.device.ledger();
        ledger[&1].iter().filter(|(_, at)| *at >= from_ms).map(|(number, _)| *number).collect()
    }

    /// The numbers that the store has of it.
    fn held(&self, context: &Context) -> BTreeSet<u32> {
        let readings = context.readings(&format!("{}/flow", self.station));
        readings.iter().filter_map(|reading| Some(reading.value()? as u32)).collect()
    }

    /// Waits until it has given `more` numbers than now.
    fn polls(&mut self, more: usize) {
        let before = self.given(0).len();
        wait_for("polls", || match self.given(0).len() {
            count if count >= before + more => Ok(()),
            count => Err(count),
        });
    }

    /// Waits until the store has so many more of it than now.
    fn delivers(&mut self, context: &Context, more: usize) {
        let before = self.held(context).len();
        let arrived = looked_for(ARRIVES_MAX, LOOK_EVERY, || match self.held(context).len() {
            count if count >= before + more => Ok(()),
            count => Err(count),
        });
        assert_eq!(arrived, Ok(()), "{}", self.log());
    }

    /// Waits until the store has every number that it has been given since `from_ms` up to now.
    fn complete(&mut self, context: &Context, from_ms: i64) {
        let given = self.given(from_ms);
        let complete = looked_for(ARRIVES_MAX, LOOK_EVERY, || {
            let lacks: Vec<u32> = given.difference(&self.held(context)).copied().collect();
            if lacks.is_empty() { Ok(()) } else { Err(lacks) }
        });
        assert_eq!(complete, Ok(()), "of {given:?}; {}", self.log());
    }
}

/// Ends a daemon as systemd does.
fn ends(mut process: Process) {
    let kill = format!("kill -TERM {}", process.0.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let ended =
        looked_for(ENDS_MAX, LOOK_EVERY, || process.0.try_wait().unwrap().ok_or("still there"));
    assert!(ended.is_ok_and(|status| status.success()), "it was asked to end, and {ended:?}");
}

/// Copies an SQLite file that nobody has open, and leaves nothing else there.
fn copy(from: &Path, to: &Path) {
    let beside = |path: &Path, more: &str| PathBuf::from(format!("{}{more}", path.display()));
    for more in ["", "-wal", "-shm"] {
        let _absent = fs::remove_file(beside(to, more));
        if beside(from, more).exists() && more != "-shm" {
            fs::copy(beside(from, more), beside(to, more)).unwrap();
        }
    }
}

/// How many epochs the hub knows, where it misses nothing in any.
fn epochs(context: &Context) -> Result<usize, String> {
    let gateways = context.store().gateways().unwrap();
    let gateway = gateways.into_iter().find(|g| g.gateway.as_str() == GATEWAY);
    match gateway {
        Some(gateway) if gateway.gaps().is_empty() => Ok(gateway.delivered.len()),
        other => Err(format!("{other:?}")),
    }
}

#[test]
fn a_spool_restored_from_an_older_image_loses_nothing() {
    let context = Context::new();
    context.hub_config();
    let line = FaultyLine::to(context.broker_port());
    let mut gateway = Gateway::new(&context, "meter-1", line.port);
    let (_broker, _hub) = office(&context);
    gateway.start();
    gateway.delivers(&context, SOME);
    gateway.stop();
    let image = context.path("image.db");
    copy(&gateway.spool, &image);
    // The numbers that come now are given again after the image is back.
    gateway.start();
    gateway.delivers(&context, 2 * SOME);
    gateway.stop();
    copy(&image, &gateway.spool);
    line.set(Mode::Refuse);
    let from_ms = Timestamp::now().as_millisecond();
    gateway.start();
    gateway.polls(SOME);
    line.set(Mode::Pass);
    gateway.polls(SOME);
    gateway.complete(&context, from_ms);
    assert!(gateway.log().contains("it begins a new epoch"), "{}", gateway.log());
    let (_, said, problem) = outcome(hanqing().arg("status").arg("-c").arg(&gateway.config));
    assert!(said.contains("restored from an older image: new epoch since"), "{said}{problem}");
    let two = |context: &Context| {
        wait_for("the new epoch beside the old one", || match epochs(context) {
            Ok(2) => Ok(()),
            other => Err(other),
        });
    };
    two(&context);
    // It stays.
    gateway.stop();
    gateway.start();
    gateway.delivers(&context, SOME);
    two(&context);
    assert_eq!(gateway.log().matches("it begins a new epoch").count(), 1, "{}", gateway.log());
}

#[test]
fn a_gateway_cloned_with_its_spool_loses_nothing_and_is_named() {
    let context = Context::new();
    context.hub_config();
    let mut first = Gateway::new(&context, "meter-1", context.broker_port());
    let mut second = Gateway::new(&context, "meter-2", context.broker_port());
    let (_broker, _hub) = office(&context);
    first.start();
    first.delivers(&context, SOME);
    first.stop();
    copy(&first.spool, &second.spool);
    first.start();
    first.delivers(&context, SOME);
    // Two with one name throw each other off the broker. It is told while both are there.
    second.start();
    first.polls(2 * SOME);
    second.polls(SOME);
    wait_for("that the hub names it", || {
        let health = get(context.page_port(), "/health").map_err(|e| e.to_string())?;
        let page = context.overview().to_string();
        let named = health.contains("speaks with two spools by turns")
            && page.contains("两个本地缓存用同一个网关名轮流发数");
        if named { Ok(()) } else { Err(health + &page) }
    });
    assert!(context.log("hub").contains("two spools send under one gateway's name"));
    first.stop();
    // Without what is left of its wait for the broker.
    second.stop();
    second.start();
    second.polls(1);
    second.complete(&context, 0);
    second.stop();
    first.start();
    first.complete(&context, 0);
    // The clone has begun an epoch of its own.
    assert!(second.log().contains("it begins a new epoch"), "{}", second.log());
}

#[test]
fn a_hub_restored_from_an_older_copy_or_deleted_gets_all_that_the_spool_has() {
    let context = Context::new();
    context.hub_config();
    let mut gateway = Gateway::new(&context, "meter-1", context.broker_port());
    let (_broker, hub) = office(&context);
    gateway.start();
    gateway.delivers(&context, SOME);
    ends(hub);
    let (store, older) = (context.path("store.db"), context.path("older.db"));
    copy(&store, &older);
    let hub = context.hub();
    gateway.delivers(&context, 2 * SOME);
    ends(hub);
    copy(&older, &store);
    let hub = context.hub();
    gateway.complete(&context, 0);
    ends(hub);
    copy(&context.path("none.db"), &store);
    let _hub = context.hub();
    gateway.complete(&context, 0);
    wait_for("one epoch without gaps", || match epochs(&context) {
        Ok(1) => Ok(()),
        other => Err(other),
    });
    assert!(!gateway.log().contains("it begins a new epoch"), "{}", gateway.log());
}

#[test]
fn a_hub_whose_store_is_deleted_or_exchanged_while_it_runs_ends_and_gets_all_again() {
    let context = Context::new();
    context.hub_config();
    let mut gateway = Gateway::new(&context, "meter-1", context.broker_port());
    let (_broker, mut hub) = office(&context);
    gateway.start();
    let (store, other) = (context.path("store.db"), context.path("other.db"));
    for exchanged in [false, true] {
        gateway.delivers(&context, SOME);
        if exchanged {
            drop(Sqlite::open(&other).unwrap());
            fs::rename(&other, &store).unwrap();
        } else {
            fs::remove_file(&store).unwrap();
        }
        let ended =
            looked_for(ENDS_MAX, LOOK_EVERY, || hub.0.try_wait().unwrap().ok_or("still there"));
        assert_eq!(ended.map(|status| status.code()), Ok(Some(1)), "{}", context.log("hub"));
        let said = context.log("hub").matches("was deleted or exchanged for another file").count();
        assert!(said > usize::from(exchanged), "{}", context.log("hub"));
        // As a service manager starts it.
        hub = context.hub();
        gateway.complete(&context, 0);
        Sqlite::open_reader(&store).unwrap().verify().unwrap();
    }
}
