//! Whose word releases a batch: the hub's, or the broker's where who listens is somebody else's program.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use hanqing::wire::{Batch, packed};
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use serde_json::json;

use crate::context::{Context, GATEWAY, wait_for};
use crate::peers::{Pymodbus, mosquitto};

/// Longest wait for a batch that is polled each second. Generous: it costs time only where the test fails.
const BATCH_MAX: Duration = Duration::from_secs(60);

/// Batches that may wait for the test to look: more than it polls.
const QUEUE_MAX: usize = 64;

/// Somebody else's program, which acknowledges nothing: what it is sent, until it is dropped. It listens when this
/// returns.
fn listener(port: u16) -> Receiver<Batch> {
    let (sender, batches) = sync_channel(QUEUE_MAX);
    let (ready, listens) = sync_channel(QUEUE_MAX);
    std::thread::spawn(move || {
        let options = MqttOptions::new("listener", "127.0.0.1", port);
        let (client, mut connection) = Client::new(options, 8);
        client.subscribe("hanqing/v1/+/readings", QoS::AtLeastOnce).unwrap();
        // Ends with the broker.
        for event in connection.iter().map_while(Result::ok) {
            match event {
                Event::Incoming(Packet::SubAck(_)) => ready.send(()).unwrap(),
                Event::Incoming(Packet::Publish(message)) => {
                    for batch in packed::unpack(&message.payload).unwrap() {
                        if sender.send(batch).is_err() {
                            return;
                        }
                    }
                }
                _ => {}
            }
        }
    });
    listens.recv_timeout(BATCH_MAX).unwrap();
    batches
}

/// A gateway that polls one level each second.
fn configure(context: &Context, confirm: &str, field: &Pymodbus) {
    context.write(
        "edge.toml",
        &format!(
            "gateway = \"{GATEWAY}\"\nconfirm = \"{confirm}\"\n\
             [mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n[spool]\npath = {:?}\n[clock]\ntrust = \"always\"\n\
             [[bus]]\nname = \"field\"\ntcp = \"127.0.0.1:{}\"\ninterval_s = 1\n\
             [[bus.device]]\nunit = 1\nprofile = \"qdy30\"\nstation = \"pond-dongmen-1\"\n",
            context.broker_port(),
            context.path("spool.db"),
            field.port
        ),
    );
}

fn seqs(batches: &Receiver<Batch>, count: usize) -> Vec<u64> {
    let next = || batches.recv_timeout(BATCH_MAX).unwrap().seq;
    std::iter::repeat_with(next).take(count).collect()
}

/// Waits until the spool has taken in `last` batches and holds none but perhaps the newest.
fn drained(context: &Context, last: u64) {
    wait_for("an empty spool", || {
        let spool = context.spool();
        if spool.last_seq >= last && spool.waiting <= 1 { Ok(()) } else { Err(spool) }
    });
}

#[test]
fn the_brokers_word_releases_where_it_is_told_to() {
    let context = Context::new();
    let field = Pymodbus::start(&json!({"1": {"2": [16, 3, 2350]}}));
    configure(&context, "broker", &field);
    let mut broker = mosquitto(&context);
    let batches = listener(context.broker_port());
    let _edge = context.edge();
    assert_eq!(seqs(&batches, 3), [1, 2, 3]);
    drained(&context, 3);
    // While the broker is unreachable, all of it stays.
    broker.kill();
    let before = context.spool().last_seq;
    wait_for("polls without a broker", || {
        let spool = context.spool();
        if spool.waiting >= 3 && spool.last_seq >= before + 3 { Ok(()) } else { Err(spool) }
    });
    let _broker = mosquitto(&context);
    drained(&context, before + 4);
}

#[test]
fn the_brokers_word_alone_releases_nothing() {
    let context = Context::new();
    let field = Pymodbus::start(&json!({"1": {"2": [16, 3, 2350]}}));
    configure(&context, "hub", &field);
    context.hub_config();
    let _broker = mosquitto(&context);
    let batches = listener(context.broker_port());
    let _edge = context.edge();
    // The broker had taken the first before it passed the fifth on, four polls later.
    assert_eq!(seqs(&batches, 5), [1, 2, 3, 4, 5]);
    let spool = context.spool();
    assert_eq!(spool.waiting, spool.last_seq);
    let _hub = context.hub();
    drained(&context, spool.last_seq);
}
