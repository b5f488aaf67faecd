//! Brokers without rights or limits: the one in the hub's process, and a mosquitto that takes whatever comes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::client::{Login, Protocol, connect, packet, text};
use super::honest::{HONEST, Honest};
use super::scene::{logged, memory_most_kb, tail, unchanged};
use crate::context::{Context, Process, hanqing, outcome, wait_for};
use crate::peers::{mosquitto_with, publish};

/// Sessions of random packets.
const SESSIONS: u32 = 300;

/// A hub with the broker in its process.
fn hub_with_broker(context: &Context) -> Process {
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let broker = format!("[broker]\nlisten = \"127.0.0.1:{}\"\n", context.broker_port());
    context.write("hub.toml", &(config + &broker));
    let hub = context.hub();
    logged(context, "hub", "connected to the broker");
    hub
}

fn dial(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    stream
}

/// The process ends as a whole, so that whoever watches it starts it again, or the broker goes on.
fn ended_or_serves(context: &Context, hub: &mut Process) {
    let port = context.broker_port();
    wait_for("a hub that has ended, or serves", || {
        if !hub.runs() {
            return Ok(());
        }
        let hello = Login { client_id: "hello", user: None, protocol: Protocol::V3 };
        let answered = TcpStream::connect(("127.0.0.1", port)).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            stream.write_all(&connect(hello))?;
            let mut answer = [0; 4];
            stream.read_exact(&mut answer)?;
            Ok(answer)
        });
        match answered {
            Ok([0x20, 2, _, 0]) => Ok(()),
            other => Err((format!("{other:?}"), tail(&context.log("hub")))),
        }
    });
}

#[test]
fn four_packets_that_end_the_broker_end_the_process() {
    let context = Context::new();
    let mut hub = hub_with_broker(&context);
    let mut stream = dial(context.broker_port());
    let mut hello = connect(Login { client_id: "k", user: None, protocol: Protocol::V3 });
    // A session that stays: the flags are the eighth byte of the body.
    hello[9] = 0;
    let mut subscribe = vec![0, 1];
    text(b"$share/g/a", &mut subscribe);
    subscribe.push(1);
    let mut message = Vec::new();
    text(b"a", &mut message);
    message.extend([0, 2, b'x']);
    let mut answer = [0; 100];
    for bytes in [hello, packet(0x82, &subscribe), packet(0x32, &message)] {
        stream.write_all(&bytes).unwrap();
        // What it says does not matter, but it has to have taken the packet.
        let _answer = stream.read(&mut answer);
    }
    // The message comes to us, and is never confirmed.
    drop(stream);
    ended_or_serves(&context, &mut hub);
    let log = context.log("hub");
    if log.contains("panicked") {
        let ended = wait_for("the end of the process", || hub.0.try_wait().unwrap().ok_or(()));
        assert!(!ended.success(), "{}", tail(&log));
    }
}

#[test]
fn random_packets_end_the_broker_with_the_process_or_not_at_all() {
    let context = Context::new();
    let mut hub = hub_with_broker(&context);
    let seed = 7;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..SESSIONS {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", context.broker_port())) else {
            break;
        };
        let id = format!("r{}", random.random_range(0..5));
        let login = Login { client_id: &id, user: None, protocol: Protocol::V3 };
        let mut bytes = connect(login);
        for _ in 0..random.random_range(0..20) {
            let mut body = vec![0; random.random_range(0..40)];
            random.fill_bytes(&mut body);
            bytes.extend(packet(random.random(), &body));
        }
        // It may hang up in the middle.
        let _cut = stream.write_all(&bytes);
    }
    println!("seed {seed}");
    ended_or_serves(&context, &mut hub);
    let log = context.log("hub");
    if log.contains("panicked") {
        wait_for("the end of the process", || hub.0.try_wait().unwrap().ok_or(()));
    }
}

#[test]
fn a_broker_in_the_process_listens_on_this_machine_only() {
    let context = Context::new();
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let broker = format!("[broker]\nlisten = \"0.0.0.0:{}\"\n", context.broker_port());
    let file = context.write("hub.toml", &(config.clone() + &broker));
    let (code, said, told) = outcome(hanqing().arg("check").arg(&file));
    assert_ne!(code, Some(0), "{said}{told}");
    assert!((said.clone() + &told).contains("allow_remote"), "{said}{told}");
    let file = context.write("hub.toml", &(config.clone() + &broker + "allow_remote = true\n"));
    let (code, said, told) = outcome(hanqing().arg("check").arg(&file));
    assert_eq!(code, Some(0), "{said}{told}");

    let page = format!("listen = \"127.0.0.1:{}\"", context.page_port());
    assert!(config.contains(&page), "{config}");
    let open = config.replace(&page, &page.replace("127.0.0.1", "0.0.0.0"));
    let file = context.write("hub.toml", &open);
    let (code, said, told) = outcome(hanqing().arg("check").arg(&file));
    assert_ne!(code, Some(0), "{said}{told}");
    assert!((said.clone() + &told).contains("allow_remote"), "{said}{told}");
}

/// A retained message of five megabytes lies at a broker that has no limit, on a topic that the hub listens to.
fn outlasts_five_megabytes(protocol: &str, client: Protocol) {
    let context = Context::new();
    let config = std::fs::read_to_string(context.hub_config()).unwrap();
    let url = format!("url = \"mqtt://127.0.0.1:{}\"\n", context.broker_port());
    let config = config.replace(&url, &format!("{url}protocol = {protocol}\n"));
    context.write("hub.toml", &config);
    let port = context.broker_port();
    let open = format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n");
    let _broker = mosquitto_with(&context, &open, port);
    let large = super::client::Client::connect(
        port,
        Login { client_id: "large", user: None, protocol: client },
    );
    let mut large = large.unwrap();
    large.publish("hanqing/v1/gw-evil/birth", &vec![b'x'; 5 << 20], true).unwrap();
    large.flush().unwrap();
    let hub = context.hub();
    let honest = Honest::start(port, None, client);
    wait_for("readings of the honest gateway", || {
        match context.readings(super::honest::SERIES[0]) {
            readings if readings.len() >= 5 => Ok(()),
            readings => Err((readings, tail(&context.log("hub")))),
        }
    });
    let ledger = honest.finish();
    let waiting = ledger.sent.iter().filter(|sent| sent.delay.is_none()).count();
    assert_eq!(waiting, 0, "{}", tail(&context.log("hub")));
    // The older version has no way to leave out what is too large: the hub goes on without any birth.
    unchanged(&context, &ledger, client == Protocol::V5);
    println!("protocol {protocol}: hub {} MiB at most", memory_most_kb(hub.0.id()) >> 10);
}

#[test]
fn a_retained_message_of_five_megabytes_keeps_no_reading_away() {
    outlasts_five_megabytes("5", Protocol::V5);
}

#[test]
fn nor_does_it_over_the_older_protocol() {
    outlasts_five_megabytes("3", Protocol::V3);
}

#[test]
fn invented_gateways_at_a_broker_without_rights_are_capped() {
    let context = Context::new();
    context.hub_config();
    let port = context.broker_port();
    let open = format!("listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n");
    let _broker = mosquitto_with(&context, &open, port);
    let hub = context.hub();
    logged(&context, "hub", "connected to the broker");
    let honest = Honest::start(port, None, Protocol::V3);
    let messages: Vec<(String, Vec<u8>)> = (0..6_000)
        .map(|nth| {
            let status = br#"{"v":1,"state":"online","since":"2026-01-01T00:00:00Z"}"#.to_vec();
            (format!("hanqing/v1/invented-{nth}/status"), status)
        })
        .collect();
    let messages: Vec<(&str, Vec<u8>)> =
        messages.iter().map(|(topic, message)| (topic.as_str(), message.clone())).collect();
    publish(port, &messages, false);
    let before = honest.made();
    wait_for("more batches", || match honest.made() {
        made if made > before + 20 => Ok(()),
        made => Err(made),
    });
    let ledger = honest.finish();
    assert!(ledger.sent.iter().all(|sent| sent.delay.is_some()), "{}", tail(&context.log("hub")));
    unchanged(&context, &ledger, true);
    let gateways = context.store().gateways().unwrap();
    assert!(gateways.iter().any(|row| row.gateway.as_str() == HONEST));
    assert!(gateways.len() <= 5_000, "{}", gateways.len());
    println!("{} gateways, hub {} MiB", gateways.len(), memory_most_kb(hub.0.id()) >> 10);
}
