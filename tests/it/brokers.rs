//! Real brokers: mosquitto over both versions of MQTT, with rights and with limits; NATS and RabbitMQ, which speak the
//! older one only.

pub mod others;

use std::time::Duration;

use hanqing::edge::control::GatewayStatus;
use serde_json::json;

use crate::context::{
    Context, GATEWAY, Process, get, hanqing, looked_for, outcome, repository, wait_for,
};
use crate::hostile::scene::{PASSWORD, logged, passwords, tail};
use crate::office::{complete, status};
use crate::peers::{Pymodbus, listener, mosquitto_with};
use crate::tls;
use crate::wide::WideField;
use others::{Nats, Rabbit};

/// The versions of `mqtt.protocol`, and the one that a broker which knows both then speaks.
const PROTOCOLS: [(&str, &str); 3] = [("\"auto\"", "5"), ("5", "5"), ("3", "3.1.1")];

/// Batches that wait before the broker is there.
const BACKLOG: u64 = 20;

/// Adds a line to a table of a file of the test.
fn set(context: &Context, file: &str, table: &str, line: &str) {
    let path = context.path(file);
    let text = std::fs::read_to_string(&path).unwrap();
    let head = format!("[{table}]\n");
    assert_eq!(text.matches(&head).count(), 1, "{text}");
    std::fs::write(path, text.replace(&head, &format!("{head}{line}\n"))).unwrap();
}

fn open(port: u16, more: &str) -> String {
    format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n{more}")
}

/// Configures gateway and hub: so many devices of a hundred levels, polled each second.
fn configure(context: &Context, units: u8, protocol: &str) -> WideField {
    let field = WideField::start(units);
    field.configure_each_second(context, context.broker_port());
    context.hub_config();
    for file in ["edge.toml", "hub.toml"] {
        set(context, file, "mqtt", &format!("protocol = {protocol}"));
    }
    field
}

/// What `hanqing status` prints.
fn status_text(context: &Context) -> String {
    let (_, said, told) = outcome(hanqing().arg("status").arg("-c").arg(context.path("edge.toml")));
    said + &told
}

/// Longest wait for something that is said only after it has gone on for minutes.
const PATIENCE: Duration = Duration::from_secs(420);

/// Waits as long as that.
fn patiently<S: std::fmt::Debug>(what: &str, look: impl FnMut() -> Result<(), S>) {
    if let Err(seen) = looked_for(PATIENCE, Duration::from_secs(1), look) {
        panic!("waited {PATIENCE:?} for {what}; last seen: {seen:?}");
    }
}

/// Waits until `hanqing status` says this.
fn status_says(context: &Context, word: &str) {
    patiently(word, || match status_text(context) {
        text if text.contains(word) => {
            println!("{text}");
            Ok(())
        }
        text => Err((text, tail(&context.log("edge")))),
    });
}

/// Waits until the hub has each reading of a gateway that polls on.
fn all_arrives(context: &Context, field: &WideField) {
    let arrived = complete(context, |status, _| status.readings);
    assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
    assert_eq!(arrived.lost, 0);
}

#[test]
fn mosquitto_gives_each_reading_over_both_versions() {
    for (protocol, speaks) in PROTOCOLS {
        let context = Context::new();
        let field = configure(&context, 1, protocol);
        let port = context.broker_port();
        let _edge = context.edge();
        status(&context, "a backlog", |status| status.spool.batches >= 3);
        let _broker = mosquitto_with(&context, &open(port, "max_queued_messages 0\n"), port);
        let _hub = context.hub();
        logged(&context, "hub", "connected to the broker");
        all_arrives(&context, &field);
        let (log, said) = (context.log("hub"), status_text(&context));
        assert!(log.contains(&format!("protocol=\"{speaks}\"")), "{log}");
        assert!(said.contains(&format!("MQTT {speaks})")), "{said}");
    }
}

#[test]
fn a_broker_of_the_older_version_only_is_told_from_one_that_refuses() {
    let context = Context::new();
    let field = configure(&context, 1, "5");
    let nats = Nats::start(&context);
    let _edge = context.edge();
    wait_for("what is wrong", || match status_text(&context) {
        text if text.contains("mqtt.protocol") => Ok(()),
        text => Err((text, tail(&context.log("edge")))),
    });
    drop(field);
    drop(nats);
}

/// mosquitto with a password for each of these users, and the shipped rights.
fn with_rights(context: &Context, users: &[&str]) -> Process {
    let port = context.broker_port();
    let passwords = passwords(context, users);
    let rights = std::fs::read_to_string(repository("deploy/mosquitto/hanqing.acl"));
    let rights = context.write("rights", &rights.unwrap());
    let config = format!(
        "user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npersistence false\n\
         password_file {}\nacl_file {}\n",
        passwords.display(),
        rights.display()
    );
    mosquitto_with(context, &config, port)
}

fn log_in(context: &Context, file: &str, user: &str) {
    let password = context.write("pw", PASSWORD);
    set(context, file, "mqtt", &format!("user = \"{user}\"\npassword_file = {password:?}"));
}

#[test]
fn a_user_without_rights_is_told_so_under_version_5() {
    let context = Context::new();
    let _field = configure(&context, 1, "5");
    // Its own name is gw-test, and the rights go by the user's name.
    log_in(&context, "edge.toml", "gw-other");
    log_in(&context, "hub.toml", "hanqing-hub");
    let _broker = with_rights(&context, &["gw-other", "hanqing-hub"]);
    let _hub = context.hub();
    let _edge = context.edge();
    status_says(&context, "hanqing/v1/gw-test/");
    wait_for("a warning", || match context.log("edge") {
        log if log.contains("WARN")
            && log.contains("does not let gw-test write")
            && log.contains("gw-other") =>
        {
            Ok(())
        }
        log => Err(tail(&log)),
    });
    // Nothing that the broker refused counts as delivered.
    let seen = context.spool();
    assert_eq!(seen.waiting, seen.last_seq, "{seen:?}");
    assert!(context.store().gateways().unwrap().is_empty());
}

#[test]
fn acknowledgements_that_never_come_are_named() {
    let context = Context::new();
    let field = configure(&context, 1, "\"auto\"");
    log_in(&context, "edge.toml", GATEWAY);
    log_in(&context, "hub.toml", "hanqing-hub");
    let broker = with_rights(&context, &[GATEWAY, "hanqing-hub"]);
    let rights = context.path("rights");
    let whole = std::fs::read_to_string(&rights).unwrap();
    let without: String = whole
        .lines()
        .filter(|line| !line.contains("/ack"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(whole, without);
    std::fs::write(&rights, without).unwrap();
    let reread = || {
        let sent =
            std::process::Command::new("kill").args(["-HUP", &broker.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
    };
    reread();
    let _hub = context.hub();
    logged(&context, "hub", "connected to the broker");
    let _edge = context.edge();
    // Both sides say where to look.
    status_says(&context, "hanqing/v1/gw-test/ack");
    logged(&context, "edge", "hanqing/v1/gw-test/ack");
    logged(&context, "hub", "hanqing/v1/+/ack");
    std::fs::write(&rights, whole).unwrap();
    reread();
    all_arrives(&context, &field);
}

/// A backlog goes to a broker that takes small messages only, and new readings beside it.
fn passes_a_small_broker(protocol: &str, limit: &str) {
    let context = Context::new();
    let field = configure(&context, 1, protocol);
    let port = context.broker_port();
    let _edge = context.edge();
    status(&context, "a backlog", |status| status.spool.batches >= BACKLOG);
    let _broker = mosquitto_with(&context, &open(port, limit), port);
    let _hub = context.hub();
    all_arrives(&context, &field);
    let log = context.log("edge");
    assert!(!log.contains("another client uses the id"), "{}", tail(&log));
}

/// A birth with a hundred series has six thousand bytes, and fits; a bundle of the whole backlog does not.
const LIMIT: u32 = 7_000;

#[test]
fn a_backlog_fits_a_limit_that_only_drops() {
    passes_a_small_broker("5", &format!("message_size_limit {LIMIT}\n"));
}

#[test]
fn a_backlog_fits_a_limit_that_only_drops_over_the_older_version() {
    passes_a_small_broker("3", &format!("message_size_limit {LIMIT}\n"));
}

#[test]
fn a_backlog_fits_a_limit_that_the_broker_tells() {
    passes_a_small_broker("5", &format!("max_packet_size {LIMIT}\n"));
}

#[test]
fn a_backlog_fits_a_limit_that_ends_the_connection() {
    passes_a_small_broker("3", &format!("max_packet_size {LIMIT}\n"));
}

/// A batch that no broker of this limit can take, then smaller ones: these pass, and that one is named.
fn names_what_is_too_large(protocol: &str, limit: &str) {
    let context = Context::new();
    let large = configure(&context, 14, protocol);
    let mut edge = context.edge();
    let first = status(&context, "large batches", |status| status.spool.batches >= 2);
    edge.kill();
    drop(large);
    let field = configure(&context, 1, protocol);
    let mut edge = context.edge();
    let port = context.broker_port();
    let _broker = mosquitto_with(&context, &open(port, limit), port);
    let _hub = context.hub();
    let known = |last: u64| {
        let store = context.store();
        let gateways = store.gateways().unwrap();
        let come = gateways.iter().flat_map(|row| row.delivered.values());
        come.into_iter().any(|set| set.last().is_some_and(|come| come > last + 5))
    };
    let last: GatewayStatus = status(&context, "small batches", |status| {
        status.spool.last_seq > first.spool.last_seq + 5
    });
    patiently("live readings", || match known(last.spool.last_seq) {
        true => Ok(()),
        false => Err((status_text(&context), tail(&context.log("edge")))),
    });
    status_says(&context, "does not pass the broker");
    logged(&context, "edge", "does not pass the broker");
    assert!(edge.runs());
    drop(field);
}

#[test]
fn live_readings_pass_a_batch_that_is_too_large() {
    names_what_is_too_large("5", &format!("max_packet_size {LIMIT}\n"));
}

#[test]
fn live_readings_pass_a_batch_that_is_dropped_without_a_word() {
    names_what_is_too_large("3", &format!("message_size_limit {LIMIT}\n"));
}

#[test]
fn certificates_are_user_names_over_both_versions() {
    for (protocol, _) in PROTOCOLS {
        let context = Context::new();
        let folder = tls::office(&context, "certs");
        let port = context.broker_port();
        let _broker = mosquitto_with(&context, &tls::shipped(&context, "certs", port), port);
        let field = Pymodbus::start(&json!({"1": {"2": [16, 3, 2350]}}));
        context.hub_config();
        context.edge_config(&format!(
            "[[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
             [[bus.device]]\nunit = 1\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\n",
            field.port
        ));
        for (file, name) in [("edge.toml", GATEWAY), ("hub.toml", "hanqing-hub")] {
            let text = std::fs::read_to_string(context.path(file)).unwrap();
            let text = text.replace("mqtt://127.0.0.1", "mqtts://localhost");
            std::fs::write(context.path(file), text).unwrap();
            let of = |end: &str| folder.join(format!("{name}.{end}"));
            let files = format!(
                "protocol = {protocol}\nca_file = {:?}\ncert_file = {:?}\nkey_file = {:?}",
                folder.join("ca.pem"),
                of("pem"),
                of("key")
            );
            set(&context, file, "mqtt", &files);
        }
        let _hub = context.hub();
        let _edge = context.edge();
        status(&context, "an empty spool", |status| {
            status.spool.last_seq >= 3 && status.spool.batches <= 1
        });
    }
}

#[test]
fn nats_gives_each_reading() {
    let context = Context::new();
    let field = configure(&context, 1, "\"auto\"");
    let mut nats = Nats::start(&context);
    let _hub = context.hub();
    logged(&context, "hub", "connected to the broker");
    let _edge = context.edge();
    all_arrives(&context, &field);
    // It forgets nothing, and neither do we.
    nats.kill_and_start(&context);
    all_arrives(&context, &field);
}

#[test]
fn rabbitmq_gives_each_reading() {
    let context = Context::new();
    let field = configure(&context, 1, "\"auto\"");
    let _rabbit = Rabbit::start(&context);
    let _hub = context.hub();
    logged(&context, "hub", "connected to the broker");
    let _edge = context.edge();
    all_arrives(&context, &field);
}

#[test]
fn a_broker_that_does_not_share_is_named() {
    let context = Context::new();
    let _field = configure(&context, 1, "3");
    let _nats = Nats::start(&context);
    let victoria = crate::victoria::Victoria::start(&context);
    let config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    let server = format!(
        "[store.server]\nkind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n",
        victoria.port
    );
    context.write("hub.toml", &(config + &server));
    let log = std::fs::File::create(context.path("ingest.log")).unwrap();
    let child = hanqing()
        .args(["hub", "--ingest-only", "-c"])
        .arg(context.path("hub.toml"))
        .stderr(log)
        .spawn()
        .unwrap();
    let _ingester = Process(child);
    let _edge = context.edge();
    patiently("the name of what is wrong", || match get(context.page_port(), "/health") {
        Ok(health) if health.contains("share") => {
            println!("{health}");
            Ok(())
        }
        other => Err((other.ok(), tail(&context.log("ingest")))),
    });
}

/// Time without a fault in which nothing may come twice: longer than the minute after which a gateway looks again.
const AT_REST: Duration = Duration::from_secs(75);

/// Counts how often each batch is published while nothing is wrong.
fn nothing_comes_twice(context: &Context, from: Duration) {
    let messages = listener(context.broker_port(), format!("hanqing/v1/{GATEWAY}/readings"));
    let mut times = std::collections::BTreeMap::<u64, u32>::new();
    let begun = std::time::Instant::now();
    while let Ok((_, message)) = messages.recv_timeout(from.saturating_sub(begun.elapsed())) {
        for batch in hanqing::wire::packed::unpack(&message).unwrap() {
            *times.entry(batch.seq).or_default() += 1;
        }
    }
    assert!(times.len() as u64 > from.as_secs() / 2, "{times:?}");
    times.retain(|_, count| *count > 1);
    assert!(times.is_empty(), "{times:?}: {}", tail(&context.log("edge")));
}

#[test]
fn nothing_is_sent_twice_at_rest() {
    let context = Context::new();
    let _field = configure(&context, 1, "\"auto\"");
    let port = context.broker_port();
    let _broker = mosquitto_with(&context, &open(port, ""), port);
    let _hub = context.hub();
    logged(&context, "hub", "connected to the broker");
    let _edge = context.edge();
    status(&context, "a history", |status| status.spool.last_seq >= 3 && status.spool.batches <= 1);
    nothing_comes_twice(&context, AT_REST);
}

#[test]
fn nothing_is_sent_twice_at_rest_with_a_server() {
    let context = Context::new();
    let _field = configure(&context, 1, "\"auto\"");
    let port = context.broker_port();
    let _broker = mosquitto_with(&context, &open(port, ""), port);
    let victoria = crate::victoria::Victoria::start(&context);
    let config = std::fs::read_to_string(context.path("hub.toml")).unwrap();
    let server = format!(
        "[store.server]\nkind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n",
        victoria.port
    );
    context.write("hub.toml", &(config + &server));
    let _hub = context.hub();
    logged(&context, "hub", "connected to the broker");
    let _edge = context.edge();
    // A batch counts when it is on the server's disk, 15 s later.
    status(&context, "a history", |status| {
        status.spool.last_seq >= 20 && status.spool.batches <= status.spool.last_seq - 2
    });
    nothing_comes_twice(&context, AT_REST);
}
