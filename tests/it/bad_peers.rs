//! What comes over the network is as bad as it may be: a gateway goes on and releases nothing that no hub has; a hub
//! sets it aside.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use hanqing::edge::control::SpoolStatus;
use hanqing::wire::{Ack, Epoch, MESSAGE_SIZE_MAX, packed};

use crate::context::{Context, GATEWAY, wait_for};
use crate::office::{complete, office, runs, status};
use crate::peers::{mosquitto, publish};
use crate::wide::WideField;

const NOISE_BYTES: usize = 1 << 20;

/// What a message may blow up to, and what it may cost a hub in memory: it keeps to a message's limit.
const BOMB_BYTES: usize = 256 << 20;
const BOMB_COST_MAX_KB: u64 = 128 << 10;

fn configure(context: &Context, broker_port: u16) -> WideField {
    let field = WideField::start(1);
    field.configure_each_second(context, broker_port);
    context.hub_config();
    field
}

fn ack(epoch: Epoch, first: u64, last: u64) -> Vec<u8> {
    let committed = [(first, last)].into_iter().collect();
    Ack { epoch, committed, whole: true, start: false, at: None }.to_bytes()
}

#[test]
fn acknowledgements_that_are_none_release_nothing_that_was_not_committed() {
    let context = Context::new();
    let field = configure(&context, context.broker_port());
    let mut broker = mosquitto(&context);
    let port = context.broker_port();
    let topic = format!("hanqing/v1/{GATEWAY}/ack");
    // The broker keeps it, and gives it to the gateway whenever it comes.
    publish(port, &[(&topic, b"{\"v\":1,\"epoch\":7".to_vec())], true);
    let mut edge = context.edge();
    let seen = status(&context, "batches that wait", |s| s.spool.batches >= 3);
    let epoch = seen.spool.epoch;
    let beyond = seen.spool.last_seq + 1_000_000;
    let other = Epoch(epoch.0 ^ 1);
    let readings = format!("hanqing/v1/{GATEWAY}/readings");
    publish(
        port,
        &[
            (&topic, b"committed".to_vec()),
            (&topic, Vec::new()),
            (&topic, b"{\"v\":1}".to_vec()),
            (&topic, ack(epoch, 1, 3).into_iter().rev().collect()),
            (&topic, ack(other, 1, beyond)),
            (&topic, vec![0xa5; NOISE_BYTES]),
            (&topic, vec![b'['; NOISE_BYTES]),
            (&readings, b"hello".to_vec()),
            ("hanqing/v1/gw-other/ack", ack(epoch, 1, beyond)),
            // In the order of the broker: when this has been heard, all the others have.
            (&topic, ack(epoch, 1, 1)),
        ],
        false,
    );
    let waits = |released: u64| {
        status(&context, "what is released", |status| {
            status.spool.last_seq - status.spool.batches >= released
        })
    };
    let seen = waits(1);
    assert_eq!(seen.spool.last_seq - seen.spool.batches, 1, "{:?}", seen.spool);
    assert_eq!(seen.delivery.connections, 1, "{}", context.log("edge"));
    let log = context.log("edge");
    // The noise is larger than what the gateway takes, as it says at the connection (Maximum Packet Size, MQTT 5,
    // 3.1.2.11.4), so that the broker keeps it back.
    assert_eq!(
        log.matches("ignored a malformed acknowledgement").count(),
        1,
        "one a minute: {log}"
    );
    assert_eq!(log.matches("an acknowledgement that the broker had retained").count(), 1, "{log}");
    runs(&mut edge, &context);

    // What was never sent: the numbers are another's, so nothing is released, and the spool begins a new epoch.
    publish(port, &[(&topic, ack(epoch, beyond, u64::MAX))], false);
    let renewed = status(&context, "a new epoch", |status| status.spool.epoch != epoch);
    let released = |spool: &SpoolStatus| spool.last_seq - spool.batches;
    assert_eq!(released(&renewed.spool), 0, "{:?}", renewed.spool);
    // All that will ever be, again and again: neither is anything released, nor is there another epoch. The gateway
    // connects anew with the epoch, and does not hear what is said meanwhile.
    let epoch = renewed.spool.epoch;
    wait_for("that it is not renumbered again and again", || {
        publish(port, &[(&topic, ack(epoch, 0, u64::MAX))], false);
        let log = context.log("edge");
        if log.contains("no new epoch is begun within an hour") { Ok(()) } else { Err(log) }
    });
    let more = status(&context, "more batches", |status| {
        status.spool.last_seq >= renewed.spool.last_seq + 3
    });
    assert_eq!((released(&more.spool), more.spool.epoch), (0, epoch));
    runs(&mut edge, &context);

    // A hub that tells the truth gets all of it. Over a new connection it is listened to at once, over this one in a
    // minute.
    broker.kill();
    let (_broker, _hub) = office(&context);
    let arrived = complete(&context, |status, _| status.readings);
    assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
    assert_eq!((arrived.lost, context.status().spool.epoch), (0, epoch));
    runs(&mut edge, &context);
}

/// A batch of `gw-x` with one reading.
fn batch(seq: u64) -> String {
    format!(
        r#"{{"v":1,"gateway":"gw-x","epoch":"00000000000000ff","seq":{seq},"at":{},"series":["pond-dongmen-1/level"],"readings":[[0,0,219.5]]}}"#,
        1_764_000_000_000 + seq * 1000
    )
}

/// The most memory that a process has had, KiB.
fn memory_most_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.unwrap().trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn halves_and_bombs_are_set_aside_and_what_comes_twice_counts_once() {
    let context = Context::new();
    context.hub_config();
    let (_broker, mut hub) = office(&context);
    let topic = "hanqing/v1/gw-x/readings";
    let whole = |seq| batch(seq).into_bytes();
    let half = |message: Vec<u8>| message[..message.len() / 2].to_vec();
    let bundle = |batches: &[Vec<u8>]| packed::bundle(batches);
    let bad = batch(3).replace("219.5", "\"high\"").into_bytes();
    let foreign = [
        (half(whole(1)), "ends too early"),
        (half(packed::compress(&whole(1))), "decompress"),
        (packed::compress(&half(whole(1))), "ends too early"),
        (packed::compress_well(&vec![b' '; BOMB_BYTES]), "larger than"),
        (packed::compress_well(&vec![b'['; MESSAGE_SIZE_MAX]), ""),
        (bundle(&[whole(2), bad, whole(4)]), "readings"),
        (half(bundle(&[whole(2), whole(3)])), "ends too early"),
        (b"[]".to_vec(), "no batches"),
        (vec![0x78; MESSAGE_SIZE_MAX], "decompress"),
    ];
    let mut messages: Vec<_> =
        foreign.iter().map(|(message, _)| (topic, message.clone())).collect();
    for message in [
        whole(1),
        whole(1),
        packed::compress(&whole(1)),
        bundle(&[whole(1), whole(2), whole(2)]),
        packed::compress(&bundle(&[whole(2), whole(3)])),
    ] {
        messages.push((topic, message));
    }
    publish(context.broker_port(), &messages, false);
    wait_for("the three batches", || {
        let counts = (context.store().count().unwrap(), context.quarantine().len() as u64);
        let wanted = (3, foreign.len() as u64);
        if counts == wanted { Ok(()) } else { Err((counts, context.log("hub"))) }
    });
    let set_aside = context.quarantine();
    for ((_, word), (at, reason)) in foreign.iter().zip(&set_aside) {
        assert_eq!(at, topic);
        assert!(reason.to_lowercase().contains(word), "{word:?} in {reason:?}");
    }
    let gateways = context.store().gateways().unwrap();
    let numbers = |set: &hanqing::wire::RangeSet| set.iter().collect::<Vec<_>>();
    let delivered: Vec<_> = gateways[0].delivered.values().map(numbers).collect();
    assert_eq!(delivered, [[(1, 3)]]);
    let log = context.log("hub");
    assert!(hub.runs() && !log.contains("panicked"), "{log}");
    let memory = memory_most_kb(hub.0.id());
    println!("the hub took {memory} KiB at most");
    assert!(memory < BOMB_COST_MAX_KB, "{memory} KiB");
}

/// What a bad broker does with a client.
#[derive(Clone, Copy)]
enum Deed {
    /// Refuses it, with this code.
    Refuse(u8),
    /// Takes it, and ends the connection.
    Ban,
    /// Takes it, and sends something that is not MQTT.
    Babble,
    /// Takes it and what it sends, and never says a word.
    Swallow,
}

/// A broker that does `deed` to the first `times` connections, and is a good one to those after them: the broker at
/// `good`.
struct BadBroker {
    port: u16,
    connections: Arc<AtomicU32>,
}

impl BadBroker {
    fn start(deed: Deed, times: u32, good: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicU32::new(0));
        let counted = connections.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = counted.fetch_add(1, SeqCst);
                std::thread::spawn(move || {
                    // However a connection ends, the gateway makes another.
                    let _ended = if number < times {
                        misbehave(client, deed)
                    } else {
                        pass_on(client, good)
                    };
                });
            }
        });
        Self { port, connections }
    }
}

/// Reads a packet of MQTT, whatever it is (3.1.1, 2.2), and returns what follows its length.
fn read_packet(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut byte = [0];
    client.read_exact(&mut byte)?;
    let (mut length, mut shift) = (0, 0);
    loop {
        client.read_exact(&mut byte)?;
        length |= u64::from(byte[0] & 0x7f) << shift;
        shift += 7;
        if byte[0] < 0x80 {
            break;
        }
    }
    let mut packet = Vec::new();
    client.take(length).read_to_end(&mut packet)?;
    Ok(packet)
}

/// Where a CONNECT says its version, and version 5 (MQTT 5, 3.1.2.2).
const VERSION_AT: usize = 6;
const VERSION_5: u8 = 5;

fn misbehave(mut client: TcpStream, deed: Deed) -> std::io::Result<()> {
    let connect = read_packet(&mut client)?;
    match deed {
        Deed::Refuse(code) => client.write_all(&[0x20, 2, 0, code])?,
        // In its own version, with no properties.
        Deed::Swallow if connect.get(VERSION_AT) == Some(&VERSION_5) => {
            client.write_all(&[0x20, 3, 0, 0, 0])?;
        }
        _ => client.write_all(&[0x20, 2, 0, 0])?,
    }
    match deed {
        Deed::Refuse(_) | Deed::Ban => return client.shutdown(Shutdown::Both),
        Deed::Babble => client.write_all(&[0xff; 256])?,
        Deed::Swallow => {}
    }
    std::io::copy(&mut client, &mut std::io::sink())?;
    Ok(())
}

fn pass_on(client: TcpStream, port: u16) -> std::io::Result<()> {
    let broker = TcpStream::connect(("127.0.0.1", port))?;
    let (mut from, mut to) = (client.try_clone()?, broker.try_clone()?);
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let (mut from, mut to) = (broker, client);
    std::io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Both)
}

/// A gateway whose broker does `deed` so many times says `problem`, measures on, and delivers everything when the
/// broker is good.
fn outlasts(deed: Deed, times: u32, problem: &str) {
    let context = Context::new();
    let (_broker, _hub) = {
        context.hub_config();
        office(&context)
    };
    let bad = BadBroker::start(deed, times, context.broker_port());
    let field = configure(&context, bad.port);
    let mut edge = context.edge();
    // The status has it only until the next attempt, which may follow within milliseconds.
    let told = status(&context, problem, |_| context.log("edge").contains(problem));
    status(&context, "polls all the same", |status| status.spool.last_seq > told.spool.last_seq);
    let arrived = complete(&context, |status, _| status.readings);
    assert_eq!(arrived.readings, arrived.last * field.readings_per_poll());
    assert_eq!(arrived.lost, 0);
    assert!(bad.connections.load(SeqCst) > times);
    runs(&mut edge, &context);
}

#[test]
fn a_broker_that_takes_nobody_is_outlasted() {
    outlasts(Deed::Refuse(3), 8, "it refuses new connections");
}

#[test]
fn a_broker_that_does_not_authorise_is_outlasted() {
    outlasts(Deed::Refuse(5), 8, "not authorised");
}

#[test]
fn a_broker_that_bans_is_outlasted_and_named() {
    outlasts(Deed::Ban, 4, "another client uses the id hanqing-gw-test, or the broker bans it");
}

#[test]
fn a_broker_that_babbles_is_outlasted() {
    outlasts(Deed::Babble, 3, "it sent something that is not MQTT");
}

/// Half a minute: so long a broker may take on a bad line.
#[test]
fn a_broker_that_confirms_nothing_is_left() {
    outlasts(Deed::Swallow, 1, "nothing that was sent has been confirmed for 30 s");
}
