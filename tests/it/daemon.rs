//! The gateway as a service: what it tells systemd, how it takes a new configuration, how it ends.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::context::{Context, GATEWAY, Process, hanqing, outcome, repository, wait_for};
use crate::peers::{Pymodbus, mosquitto};

/// Time in which systemd wants to hear of it. It is fed three times as often.
const WATCHDOG: Duration = Duration::from_secs(2);

/// Bytes of a notification; ours are shorter.
const NOTICE_MAX: usize = 1024;

fn configure(context: &Context, port: u16, stations: &[&str], interval_s: u32) {
    let mut bus = format!(
        "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{port}\"\ninterval_s = {interval_s}\n"
    );
    for (station, unit) in stations.iter().zip(1..) {
        bus += &format!(
            "[[bus.device]]\nunit = {unit}\nprofile = \"one-level\"\nstation = \"{station}\"\n"
        );
    }
    context.edge_config(&bus);
}

fn start(context: &Context, socket: &std::path::Path) -> Process {
    let log = std::fs::File::create(context.path("edge.log")).unwrap();
    let child = hanqing()
        .args(["edge", "-c"])
        .arg(context.path("edge.toml"))
        .env("NOTIFY_SOCKET", socket)
        .env("WATCHDOG_USEC", WATCHDOG.as_micros().to_string())
        .stderr(log)
        .spawn()
        .unwrap();
    Process(child)
}

/// Sends a signal.
pub fn signal(process: &Process, name: &str) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &process.0.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// Waits for a notification that says `what`; returns it after those that came before.
pub fn hears(socket: &UnixDatagram, what: &str) -> Vec<String> {
    let mut heard = Vec::new();
    wait_for(what, || {
        let mut notice = [0; NOTICE_MAX];
        let length = socket.recv(&mut notice).map_err(|e| e.to_string())?;
        let notice = String::from_utf8_lossy(&notice[..length]).into_owned();
        heard.push(notice.clone());
        if notice.lines().any(|line| line == what) { Ok(()) } else { Err(notice) }
    });
    heard
}

#[test]
fn systemd_hears_when_it_is_up_that_it_gets_on_and_when_it_ends() {
    let context = Context::new();
    let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
    configure(&context, field.port, &["pond-dongmen-1"], 1);
    let path = context.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(WATCHDOG)).unwrap();
    let mut edge = start(&context, &path);
    // Neither the broker nor anything else has to be there.
    hears(&socket, "READY=1");
    for _ in 0..3 {
        hears(&socket, "WATCHDOG=1");
    }
    // A reload is no end: systemd kills whoever says so and goes on.
    signal(&edge, "HUP");
    let mut told = hears(&socket, "RELOADING=1");
    told.extend(hears(&socket, "READY=1"));
    told.extend(hears(&socket, "WATCHDOG=1"));
    assert!(!told.iter().any(|notice| notice.contains("STOPPING=1")), "{told:?}");
    // One that fails only when it is opened, since its spool is another gateway's, is told of as well.
    let good = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    for (config, not_taken) in [(good.replace(GATEWAY, "gw-other"), true), (good, false)] {
        context.write("edge.toml", &config);
        signal(&edge, "HUP");
        hears(&socket, "RELOADING=1");
        let told = hears(&socket, "READY=1");
        let is_told = told.iter().any(|notice| notice.contains("was not taken"));
        assert_eq!(is_told, not_taken, "{told:?}");
    }
    let stored = context.spool().last_seq;
    signal(&edge, "TERM");
    hears(&socket, "STOPPING=1");
    let ended = wait_for("the end", || edge.0.try_wait().unwrap().ok_or("it runs"));
    assert!(ended.success(), "{ended}");
    let edge = start(&context, &path);
    assert!(context.spool().last_seq >= stored);
    drop(edge);
}

#[test]
fn a_new_configuration_is_taken_whole_or_not_at_all() {
    let context = Context::new();
    let field = Pymodbus::start(&json!({"1": {"4": [2350]}, "2": {"4": [1350]}}));
    configure(&context, field.port, &["pond-dongmen-1"], 1);
    let edge = context.edge();
    let before = context.spool();
    let units = || {
        let buses = context.status().buses;
        buses.iter().map(|bus| bus.devices.len()).sum::<usize>()
    };
    let polls_on = || {
        let seq = context.spool().last_seq;
        wait_for("another poll", || match context.spool() {
            seen if seen.last_seq > seq => Ok(()),
            seen => Err(seen),
        });
    };
    let says = |what: &str| {
        wait_for(what, || {
            let log = context.log("edge");
            if log.contains(what) { Ok(()) } else { Err(log) }
        });
    };

    let good = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    // One mistake: nothing of it is taken.
    configure(&context, field.port, &["pond-dongmen-1", "Pond 2"], 1);
    signal(&edge, "HUP");
    says("the configuration stays as it was");
    polls_on();
    for (lang, told) in [("zh", "重新加载的配置没有采用"), ("en", "was not taken")] {
        let mut status = hanqing();
        status.env("HANQING_LANG", lang).args(["status", "-c"]).arg(context.path("gateway.toml"));
        context.write("gateway.toml", &good);
        let (_, printed, problem) = outcome(&mut status);
        assert!(printed.contains(told), "{printed}{problem}");
        assert!(printed.contains("edge.toml"), "{printed}");
    }
    assert_eq!((units(), context.spool().epoch), (1, before.epoch));

    // Without a mistake, but its spool is another gateway's.
    let text = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    let other = text.replace("Pond 2", "pond-dongmen-2").replace(GATEWAY, "gw-other");
    context.write("edge.toml", &other);
    signal(&edge, "HUP");
    says("the new configuration failed, the old one stays");
    polls_on();
    let refused = wait_for("the refusal", || context.status().refused.ok_or("nothing refused"));
    assert!(refused.problems[0].to_string().contains("belongs to gateway"), "{refused:?}");
    assert_eq!((units(), context.spool().epoch), (1, before.epoch));

    configure(&context, field.port, &["pond-dongmen-1", "pond-dongmen-2"], 1);
    signal(&edge, "HUP");
    wait_for("the second unit", || if units() == 2 { Ok(()) } else { Err(units()) });
    polls_on();
    assert_eq!(context.spool().epoch, before.epoch);
    assert!(context.spool().last_seq > before.last_seq);
    assert_eq!(context.status().refused, None);
}

#[test]
fn a_modem_is_switched_on_only_in_its_hours() {
    let context = Context::new();
    let field = Pymodbus::start(&json!({"1": {"4": [2350]}}));
    let _broker = mosquitto(&context);
    context.hub_config();
    let _hub = context.hub();
    configure(&context, field.port, &["pond-dongmen-1"], 1);
    let shipped = std::fs::read_to_string(context.path("edge.toml")).unwrap();
    let during = |windows: &str| {
        let uplink = format!("[uplink]\nwindows = {windows}\n[clock]");
        context.write("edge.toml", &shipped.replace("[clock]", &uplink));
    };
    let hour = jiff::ZonedDateTime::now().hour();
    during(&format!("[\"{}:00+10\"]", (hour + 12) % 24));
    let edge = context.edge();
    wait_for("polls without a connection", || {
        let status = context.status();
        let closed = status.delivery.connections == 0 && status.delivery.next_at > Some(status.now);
        if closed && status.spool.batches >= 3 { Ok(()) } else { Err(Box::new(status.delivery)) }
    });
    assert_eq!(context.readings("pond-dongmen-1/level"), []);

    during("[\"*:00+60\"]");
    signal(&edge, "HUP");
    let rested = wait_for("everything delivered, and an end of the connection", || {
        let status = context.status();
        let delivery = status.delivery;
        if delivery.connections > 0
            && delivery.connected_since.is_none()
            && delivery.next_at.is_some()
        {
            Ok(delivery)
        } else {
            Err(Box::new(delivery))
        }
    });
    assert_eq!((rested.connections, rested.problem), (1, None));
    assert!(context.readings("pond-dongmen-1/level").len() >= 3);
}

/// A gateway whose unit refuses one of these holds every reading for its clock: which of them is made depends on the
/// C library and the machine.
#[test]
fn the_unit_lets_the_clock_be_asked_whichever_call_it_takes() {
    let unit = repository("deploy/systemd/hanqing-edge.service");
    let unit = std::fs::read_to_string(unit).unwrap();
    // The last of them counts: the calls are among those that a line before it takes away.
    let mut filters = unit.lines().filter_map(|line| line.strip_prefix("SystemCallFilter="));
    let filter = filters.next_back().unwrap();
    let passed: Vec<&str> = filter.split(' ').collect();
    for call in ["adjtimex", "clock_adjtime", "clock_adjtime64"] {
        assert!(passed.contains(&call), "{call} in {filter}");
    }
    assert!(!unit.lines().any(|line| line.starts_with("ProtectClock=yes")), "it forbids them too");
}

#[test]
fn a_spool_of_another_user_ends_the_gateway_with_a_way_out() {
    let context = Context::new();
    // Without the profiles of the tests, whose folder others may not enter.
    let config = format!(
        "gateway = \"{GATEWAY}\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n[spool]\npath = {:?}\n[[bus]]\n\
         name = \"b\"\ntcp = \"127.0.0.1:1\"\ninterval_s = 60\n[[bus.device]]\nunit = 1\n\
         profile = \"hlk-ld8001h\"\nstation = \"pond-1\"\n",
        context.broker_port(),
        context.path("spool.db"),
    );
    context.write("edge.toml", &config);
    context.write("spool.db", "");
    let [spool, folder] = ["spool.db", ""].map(|name| context.path(name));
    std::fs::set_permissions(&spool, PermissionsExt::from_mode(0o000)).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
    let owner = spool.metadata().unwrap().uid();
    // Root may open everything.
    let mut edge = if owner == 0 {
        let program = context.path("hanqing");
        std::fs::copy(env!("CARGO_BIN_EXE_hanqing"), &program).unwrap();
        let mut stranger = Command::new("setpriv");
        stranger.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        stranger
    } else {
        hanqing()
    };
    edge.args(["--lang", "en", "edge", "-c"]).arg(context.path("edge.toml"));
    let (code, _, told) = outcome(&mut edge);
    assert_eq!(code, Some(1), "{told}");
    let owner = if owner == 0 { "root".into() } else { owner.to_string() };
    for part in [
        format!("{} of the spool belongs to {owner}", spool.display()),
        format!("chown -R hanqing:hanqing {}", spool.parent().unwrap().display()),
    ] {
        assert!(told.contains(&part), "{part}: {told}");
    }
}
