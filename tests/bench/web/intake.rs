//! Readings that come to the hub as gateways send them, over a broker.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hanqing::core::Reading;
use hanqing::wire::{Batch, Epoch};
use jiff::Timestamp;
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};

use crate::office::{Field, Office, pause};

/// Gateways among which the stations are shared out.
pub const GATEWAYS: usize = 10;

/// Readings of a batch, as gateways send them at most.
const READINGS_EACH: usize = 100;

/// Time between two looks at what is due.
const SEND_EVERY: Duration = Duration::from_millis(10);

/// Messages that the client holds.
const HELD: usize = 1000;

/// Gateways that send so many readings a second until this is dropped.
pub struct Intake {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Intake {
    pub fn start(office: &Office, readings_s: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (client, mut connection) = connection("bench-gateways", office.broker_port);
        let (done, field) = (over.clone(), office.field.clone());
        let sending = std::thread::spawn(move || {
            send(&client, &field, readings_s, &done);
            let _ = client.disconnect();
        });
        // Ends with the client.
        let driving =
            std::thread::spawn(move || _ = connection.iter().take_while(Result::is_ok).count());
        Self { over, threads: vec![sending, driving] }
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Sends one reading of a gateway, and waits until the broker has it. Returns when it was on its way.
pub fn once(office: &Office, place: usize, level_m: f64, seq: u64) -> Instant {
    let one = &office.field.series[place];
    let reading = Reading::good(one.series.clone(), Timestamp::now(), level_m);
    let (client, mut connection) = connection("bench-once", office.broker_port);
    let begun = Instant::now();
    publish(&client, one.gateway, epoch(), seq, vec![reading]);
    let taken = |event: &Result<Event, _>| matches!(event, Ok(Event::Incoming(Packet::PubAck(_))));
    assert!(connection.iter().any(|event| taken(&event)), "the broker");
    begun
}

fn connection(name: &str, port: u16) -> (Client, rumqttc::Connection) {
    let mut options = MqttOptions::new(name, Ipv4Addr::LOCALHOST.to_string(), port);
    options.set_max_packet_size(1 << 20, 1 << 20);
    options.set_inflight(100);
    Client::new(options, HELD)
}

/// Sends what is due since the start, each gateway its own stations' readings, in batches.
fn send(client: &Client, field: &Field, readings_s: u32, over: &AtomicBool) {
    let begun = Instant::now();
    let epoch = epoch();
    let mut rest: Vec<Vec<Reading>> = vec![Vec::new(); GATEWAYS];
    let mut seqs = [0; GATEWAYS];
    let mut made = 0;
    while !over.load(Ordering::Relaxed) {
        let due = (begun.elapsed().as_secs_f64() * f64::from(readings_s)) as u64;
        while made < due {
            let number = made as usize % field.series.len();
            let gateway = field.series[number].gateway;
            rest[gateway].push(field.reading(number, Timestamp::now()));
            made += 1;
            if rest[gateway].len() == READINGS_EACH {
                seqs[gateway] += 1;
                publish(client, gateway, epoch, seqs[gateway], std::mem::take(&mut rest[gateway]));
            }
        }
        // A poll that does not fill a batch goes out as it is.
        if readings_s < READINGS_EACH as u32 {
            for (gateway, readings) in rest.iter_mut().enumerate().filter(|(_, r)| !r.is_empty()) {
                seqs[gateway] += 1;
                publish(client, gateway, epoch, seqs[gateway], std::mem::take(readings));
            }
        }
        pause(SEND_EVERY);
    }
}

fn publish(client: &Client, gateway: usize, epoch: Epoch, seq: u64, readings: Vec<Reading>) {
    let name = format!("gw-{gateway}");
    let topic = format!("hanqing/v1/{name}/readings");
    let gateway = name.parse().expect("a name");
    let batch = Batch { gateway, epoch, seq, clock: None, loss: None, readings };
    client.publish(topic, QoS::AtLeastOnce, false, batch.to_bytes()).expect("the broker");
}

/// From a batch's way out to its acknowledgement, one after the other.
pub fn acknowledged(office: &Office, count: usize) -> Vec<Duration> {
    let (client, mut connection) = connection("bench-one", office.broker_port);
    client.subscribe("hanqing/v1/gw-0/ack", QoS::AtLeastOnce).expect("the broker");
    let epoch = epoch();
    let field = &office.field;
    let number = (0..field.series.len()).find(|n| field.series[*n].gateway == 0);
    let number = number.expect("a series of the first gateway");
    let send = |seq: u64| {
        let begun = Instant::now();
        publish(&client, 0, epoch, seq, vec![field.reading(number, Timestamp::now())]);
        begun
    };
    let (mut times, mut sent): (Vec<Duration>, Option<Instant>) = (Vec::new(), None);
    for event in connection.iter() {
        match event.expect("the broker") {
            Event::Incoming(Packet::SubAck(_)) => sent = Some(send(1)),
            Event::Incoming(Packet::Publish(_)) => {
                let Some(since) = sent else { continue };
                times.push(since.elapsed());
                if times.len() == count {
                    break;
                }
                sent = Some(send(times.len() as u64 + 1));
            }
            _ => {}
        }
    }
    times
}

/// An epoch that no earlier run has had.
fn epoch() -> Epoch {
    Epoch(u64::try_from(Timestamp::now().as_millisecond()).expect("after 1970"))
}
