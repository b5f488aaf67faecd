//! An honest gateway: it sends a batch each 200 ms until it is acknowledged, as ours do, and notes how long that takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hanqing::core::{GatewayId, Reading, Series};
use hanqing::wire::{Ack, Batch, Birth, BirthSeries, CounterSpec, Epoch};
use jiff::Timestamp;

use super::client::{Client, Login, Protocol};

/// Its name, which is its user name at the broker.
pub const HONEST: &str = "gw-dongmen";

/// What it observes: a gauge and a counter.
pub const SERIES: [&str; 2] = ["pond-dongmen-1/level", "pump-dongmen-1/energy_total"];

/// Numbers that it leaves out: the hub has to tell of exactly these.
pub const LEFT_OUT: (u64, u64) = (4, 6);

/// Time between two batches.
const EVERY: Duration = Duration::from_millis(200);

/// Time after which it sends again what is not acknowledged.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Longest wait for the last acknowledgements. Generous: it costs time only where the test fails.
const ACKNOWLEDGED_MAX: Duration = Duration::from_secs(60);

/// A batch, and what became of it.
pub struct Sent {
    pub batch: Batch,
    first: Instant,
    last: Instant,
    /// From the first sending to the first acknowledgement.
    pub delay: Option<Duration>,
}

/// All that it has done.
#[derive(Default)]
pub struct Ledger {
    pub sent: Vec<Sent>,
    /// Batches that were sent more than once.
    pub again: u64,
    /// Acknowledgements of what it has never made.
    pub foreign: u64,
    /// How often it had to connect.
    pub connections: u64,
}

/// What others can know of it while it works.
#[derive(Default)]
pub struct Known {
    stop: AtomicBool,
    /// The last number.
    pub seq: AtomicU64,
    /// Time of the last reading, ms.
    pub at_ms: AtomicI64,
}

/// An honest gateway at work.
pub struct Honest {
    pub epoch: Epoch,
    pub known: Arc<Known>,
    thread: JoinHandle<Ledger>,
}

pub fn series() -> [Series; 2] {
    SERIES.map(|series| series.parse().unwrap())
}

pub fn gateway() -> GatewayId {
    HONEST.parse().unwrap()
}

/// What it announces.
pub fn birth(epoch: Epoch) -> Birth {
    let counter = CounterSpec { modulus: Some(1e6), max_rate_per_hour: Some(1e6) };
    let series = series().map(|series| {
        let unit = series.parameter.spec().unit;
        let counts = series.parameter.id() == "energy_total";
        BirthSeries { series, unit, interval_s: 1, counter: counts.then_some(counter) }
    });
    let mut birth = Birth::new("0.1.0", "honest".into(), series.into());
    birth.epoch = Some(epoch);
    birth
}

impl Honest {
    /// Begins at the broker of this port, with a password where the broker wants one.
    pub fn start(port: u16, password: Option<&'static str>, protocol: Protocol) -> Self {
        let epoch = Epoch(0x0d0d_0001);
        let known = Arc::new(Known::default());
        let mut work = Work {
            port,
            password,
            protocol,
            epoch,
            known: known.clone(),
            ledger: Ledger::default(),
        };
        let thread = std::thread::spawn(move || {
            work.run();
            work.ledger
        });
        Self { epoch, known, thread }
    }

    /// Batches that it has made up to now.
    pub fn made(&self) -> usize {
        // Numbers that it leaves out are no batches.
        let seq = self.known.seq.load(SeqCst);
        let left_out = if seq > LEFT_OUT.1 { LEFT_OUT.1 - LEFT_OUT.0 + 1 } else { 0 };
        (seq - left_out) as usize
    }

    /// Makes no more, and waits until all is acknowledged or it has waited long enough.
    pub fn finish(self) -> Ledger {
        self.known.stop.store(true, SeqCst);
        self.thread.join().unwrap()
    }
}

struct Work {
    port: u16,
    password: Option<&'static str>,
    protocol: Protocol,
    epoch: Epoch,
    known: Arc<Known>,
    ledger: Ledger,
}

impl Work {
    /// Works over one connection after the other.
    fn run(&mut self) {
        let mut asked = None;
        loop {
            let user = self.password.map(|password| (HONEST, password));
            let login = Login { client_id: HONEST, user, protocol: self.protocol };
            let done = Client::connect(self.port, login).and_then(|mut client| {
                self.ledger.connections += 1;
                self.over(&mut client, &mut asked)
            });
            let late = asked.is_some_and(|asked: Instant| asked.elapsed() > ACKNOWLEDGED_MAX);
            if done.is_ok() || late {
                return;
            }
            std::thread::yield_now();
        }
    }

    /// Works over one connection until all is done. `asked` is when it was asked to make no more.
    fn over(&mut self, client: &mut Client, asked: &mut Option<Instant>) -> std::io::Result<()> {
        let topic = format!("hanqing/v1/{HONEST}/ack");
        client.subscribe(&[&topic])?;
        client.publish(
            &format!("hanqing/v1/{HONEST}/birth"),
            &birth(self.epoch).to_bytes(),
            true,
        )?;
        let mut due = Instant::now();
        loop {
            if self.known.stop.load(SeqCst) {
                let asked = asked.get_or_insert_with(Instant::now);
                let all = self.ledger.sent.iter().all(|sent| sent.delay.is_some());
                if all || asked.elapsed() > ACKNOWLEDGED_MAX {
                    return Ok(());
                }
            }
            if due <= Instant::now() {
                if !self.known.stop.load(SeqCst) {
                    self.send_new(client)?;
                }
                self.send_again(client, false)?;
                due += EVERY;
            }
            let wait = due.saturating_duration_since(Instant::now());
            while let Ok(message) = client.messages.recv_timeout(wait) {
                self.ledger.foreign += u64::from(message.topic != topic);
                if let Ok(ack) = Ack::from_bytes(&message.payload) {
                    self.note(&ack, message.came);
                    if ack.start {
                        self.send_again(client, true)?;
                    }
                }
                if due <= Instant::now() {
                    break;
                }
            }
        }
    }

    fn send_new(&mut self, client: &mut Client) -> std::io::Result<()> {
        let before = self.ledger.sent.last().map_or(0, |sent| sent.batch.seq);
        let seq = if before + 1 == LEFT_OUT.0 { LEFT_OUT.1 + 1 } else { before + 1 };
        let now = Timestamp::now().as_millisecond();
        // Each time once: a machine that is slow may take two at the same moment.
        let at_ms = now.max(self.known.at_ms.load(SeqCst) + 1);
        let at = Timestamp::from_millisecond(at_ms).unwrap();
        let [level, energy] = series();
        let grown = seq as f64;
        let readings = vec![
            Reading::good(level, at, 218.0 + grown / 1000.0),
            Reading::good(energy, at, 1000.0 + grown / 8.0),
        ];
        let (gateway, epoch) = (gateway(), self.epoch);
        let batch = Batch { gateway, epoch, seq, clock: None, loss: None, readings };
        self.known.at_ms.store(at_ms, SeqCst);
        self.known.seq.store(seq, SeqCst);
        let first = Instant::now();
        self.ledger.sent.push(Sent { batch, first, last: first, delay: None });
        self.publish(client, self.ledger.sent.len() - 1)
    }

    fn publish(&self, client: &mut Client, nth: usize) -> std::io::Result<()> {
        let topic = format!("hanqing/v1/{HONEST}/readings");
        client.publish(&topic, &self.ledger.sent[nth].batch.to_bytes(), false)
    }

    /// Sends what is not acknowledged: all of it, or what has waited for long.
    fn send_again(&mut self, client: &mut Client, all: bool) -> std::io::Result<()> {
        for nth in 0..self.ledger.sent.len() {
            let sent = &mut self.ledger.sent[nth];
            let waited = if all { EVERY } else { AGAIN_AFTER };
            if sent.delay.is_none() && sent.last.elapsed() > waited {
                sent.last = Instant::now();
                self.ledger.again += 1;
                self.publish(client, nth)?;
            }
        }
        Ok(())
    }

    fn note(&mut self, ack: &Ack, came: Instant) {
        let last = self.ledger.sent.last().map_or(0, |sent| sent.batch.seq);
        if ack.epoch != self.epoch || ack.committed.last().is_some_and(|named| named > last) {
            self.ledger.foreign += 1;
            return;
        }
        for sent in self.ledger.sent.iter_mut().filter(|sent| sent.delay.is_none()) {
            if ack.committed.contains(sent.batch.seq) {
                sent.delay = Some(came.saturating_duration_since(sent.first));
            }
        }
    }
}
