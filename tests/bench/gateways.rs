//! Gateways that send messages made beforehand, compressed, as fast as a hub acknowledges them: each keeps a window of
//! messages that the hub has not acknowledged, as `hanqing edge` does, and sends again what stays without an answer.
//!
//! `tests/bench/ingest` runs it: `gateways PORT WINDOW FILE…`, a gateway `gw-0`, `gw-1` … for each file, which holds a
//! message a line, the one numbered 1 first. It prints the seconds from the first message to the last acknowledgement,
//! and how many messages were sent.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hanqing::wire::{Ack, packed};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};

/// After so long without an acknowledgement, everything that waits for one is sent again.
const STALLED: Duration = Duration::from_secs(2);

/// Messages that the client may hold before they are on their way.
const HANDED_MAX: usize = 100;

struct Gateway {
    topic: String,
    client: AsyncClient,
    messages: Vec<Vec<u8>>,
    /// Messages handed over for the first time so far.
    next: usize,
    /// Sent and not acknowledged, from 1.
    waiting: BTreeSet<usize>,
    /// To be sent again.
    again: BTreeSet<usize>,
    /// Handed over and not yet confirmed by the broker.
    handed: usize,
    sent: usize,
    window: usize,
}

impl Gateway {
    fn send(&mut self) {
        while self.handed < HANDED_MAX {
            let number = match self.again.pop_first() {
                Some(number) => number,
                None if self.next < self.messages.len() && self.waiting.len() < self.window => {
                    self.next += 1;
                    self.next
                }
                None => return,
            };
            let payload = self.messages[number - 1].clone();
            self.client.try_publish(&self.topic, QoS::AtLeastOnce, false, payload).expect("room");
            self.waiting.insert(number);
            self.handed += 1;
            self.sent += 1;
        }
    }

    fn acknowledged(&mut self, ack: &Ack) {
        let gone = |number: &usize| !ack.committed.contains(*number as u64);
        self.waiting.retain(gone);
        self.again.retain(gone);
    }

    fn is_done(&self) -> bool {
        self.next == self.messages.len() && self.waiting.is_empty()
    }
}

async fn run(port: u16, number: usize, messages: Vec<Vec<u8>>, window: usize) -> usize {
    let mut options = MqttOptions::new(format!("bench-{number}"), "127.0.0.1", port);
    options.set_max_packet_size(1 << 20, 1 << 20);
    options.set_inflight(HANDED_MAX as u16 + 8);
    let (client, mut events) = AsyncClient::new(options, 2 * HANDED_MAX);
    let name = format!("hanqing/v1/gw-{number}");
    client.try_subscribe(format!("{name}/ack"), QoS::AtLeastOnce).expect("room");
    let topic = format!("{name}/readings");
    let (waiting, again) = (BTreeSet::new(), BTreeSet::new());
    let mut gateway =
        Gateway { topic, client, messages, next: 0, waiting, again, handed: 0, sent: 0, window };
    let mut answered = Instant::now();
    let mut subscribed = false;
    while !gateway.is_done() {
        if subscribed {
            gateway.send();
        }
        if let Ok(event) = tokio::time::timeout(STALLED / 4, events.poll()).await {
            match event.expect("the broker") {
                Event::Incoming(Packet::SubAck(_)) => {
                    (subscribed, answered) = (true, Instant::now());
                }
                Event::Incoming(Packet::PubAck(_)) => gateway.handed -= 1,
                Event::Incoming(Packet::Publish(message)) => {
                    answered = Instant::now();
                    let ack = Ack::from_bytes(&message.payload).expect("an acknowledgement");
                    gateway.acknowledged(&ack);
                }
                _ => {}
            }
        }
        if answered.elapsed() >= STALLED {
            gateway.again = gateway.waiting.clone();
            answered = Instant::now();
        }
    }
    gateway.sent
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [port, window, files @ ..] = arguments.as_slice() else {
        eprintln!("tests/bench/ingest runs this");
        return;
    };
    let port = port.parse().expect("a port");
    let window = window.parse().expect("a number of messages");
    let read = |file| std::fs::read_to_string(file).expect("messages");
    let compressed = |line: &str| packed::compress(line.as_bytes());
    let messages: Vec<Vec<Vec<u8>>> =
        files.iter().map(|file| read(file).lines().map(compressed).collect()).collect();
    let began = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for (number, messages) in messages.into_iter().enumerate() {
        all.spawn(run(port, number, messages, window));
    }
    let sent: usize = all.join_all().await.iter().sum();
    println!("{:.3} {sent}", began.elapsed().as_secs_f64());
}
