//! Two hubs that only take in and share the load: mosquitto hands each message to one of them, VictoriaMetrics keeps
//! the readings, and either is killed in the middle of its work, again and again.

use std::collections::BTreeMap;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use hanqing::core::{GatewayId, Reading, Series};
use hanqing::store::server::copy::{Copier, Reach};
use hanqing::store::{Sqlite, Store};
use hanqing::support::Clock;
use hanqing::wire::{Ack, Batch, Epoch, RangeSet};
use jiff::{SignedDuration, Timestamp};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::context::{Context, Process, free_port, get, hanqing, outcome, repository, wait_for};
use crate::peers::{listener, mosquitto, publish};
use crate::victoria::Victoria;

const GATEWAYS: u64 = 3;
const WAVES: u64 = 16;
/// Batches of a gateway in a wave.
const EACH: u64 = 12;
const READINGS: i64 = 20;

/// When what is not acknowledged is sent again: VictoriaMetrics has a batch on its disk 15 s after it came.
const AGAIN_AFTER: Duration = Duration::from_secs(25);

/// How long acknowledgements are waited for between two waves.
const BETWEEN: Duration = Duration::from_millis(500);

/// A batch: number of its gateway, its own.
type Key = (u64, u64);

struct Field {
    start: Timestamp,
}

impl Field {
    fn gateway(number: u64) -> GatewayId {
        format!("gw-{number}").parse().unwrap()
    }

    fn batch(&self, number: u64, seq: u64) -> Batch {
        let series: Series = format!("pump-{number}/energy_total").parse().unwrap();
        let readings = (0..READINGS).map(|i| {
            let nth = seq as i64 * READINGS + i;
            let at = self.start + SignedDuration::from_secs(30 * nth);
            Reading::good(series.clone(), at, f64::from(0.1f32) * nth as f64)
        });
        Batch {
            gateway: Self::gateway(number),
            epoch: Epoch(number),
            seq,
            clock: None,
            loss: None,
            readings: readings.collect(),
        }
    }
}

/// A hub that only takes in.
struct Ingester<'a> {
    context: &'a Context,
    name: String,
    port: u16,
    process: Process,
}

impl<'a> Ingester<'a> {
    fn start(context: &'a Context, name: &str) -> Self {
        let port = free_port();
        let process = Self::run(context, name, port);
        let ingester = Self { context, name: name.into(), port, process };
        ingester.is_up();
        ingester
    }

    fn run(context: &Context, name: &str, port: u16) -> Process {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(context.path(&format!("{name}.log")))
            .unwrap();
        let set = |key: &str, value: String| format!("{key}={value}");
        let child = hanqing()
            .args(["hub", "--ingest-only", "-c"])
            .arg(context.path("hub.toml"))
            .args(["--set", &set("client_id", name.into())])
            .args([
                "--set",
                &set("store.path", context.path(&format!("{name}.db")).display().to_string()),
            ])
            .args(["--set", &set("web.listen", format!("127.0.0.1:{port}"))])
            .stderr(log)
            .spawn()
            .unwrap();
        Process(child)
    }

    /// Waits until it is connected to the broker.
    fn is_up(&self) {
        wait_for(&self.name, || {
            let page = get(self.port, "/metrics").map_err(|error| error.to_string())?;
            if page.contains("hanqing_hub_broker_connected 1") {
                return Ok(());
            }
            Err(self.context.log(&self.name))
        });
    }

    fn kill_and_start(&mut self) {
        self.process.kill();
        self.process = Self::run(self.context, &self.name, self.port);
    }
}

/// Notes what is acknowledged until nothing comes for a moment.
fn acknowledged(acks: &Receiver<(Instant, Vec<u8>)>, done: &mut BTreeMap<Epoch, RangeSet>) {
    while let Ok((_, message)) = acks.recv_timeout(BETWEEN) {
        let ack = Ack::from_bytes(&message).unwrap();
        let set = done.entry(ack.epoch).or_default();
        ack.committed.iter().for_each(|(first, last)| set.insert_range(first, last));
    }
}

/// The page and the report are those of one hub, from a copy of its own.
fn report_has_all(context: &Context, text: &str, copy: &Sqlite) {
    let text = text.replace("none.toml", repository("config/township.toml").to_str().unwrap());
    context.write("report.toml", &text.replace("none.db", "report.db"));
    let (code, said, errors) = outcome(
        hanqing()
            .args(["report", "--from", "2022-08-01", "--to", "2022-08-31", "-c"])
            .arg(context.path("report.toml"))
            .arg("--out")
            .arg(context.path("out")),
    );
    assert_eq!(code, Some(0), "{said}{errors}");
    assert_eq!(
        Sqlite::open_reader(&context.path("report.db")).unwrap().count().unwrap(),
        copy.count().unwrap()
    );
}

#[test]
fn either_of_two_ingesters_may_die_at_any_time() {
    let context = Context::new();
    let _broker = mosquitto(&context);
    let victoria = Victoria::start(&context);
    let text = format!(
        "township = \"none.toml\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n[store]\npath = \"none.db\"\n[store.server]\n\
         kind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n[ledger]\npath = \"none-ledger.db\"\n",
        context.broker_port(),
        victoria.port
    );
    context.write("hub.toml", &text);
    let mut ingesters = ["ingest-1", "ingest-2"].map(|name| Ingester::start(&context, name));
    let acks = listener(context.broker_port(), "hanqing/v1/+/ack".into());

    let now = Clock::system().now();
    let field = Field { start: now - SignedDuration::from_hours(200) };
    let seed: u64 = 20_261_126;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut done: BTreeMap<Epoch, RangeSet> = BTreeMap::new();
    let mut made = 0;
    let (mut kills, mut again) = (0, 0u64);
    let mut sent: BTreeMap<Key, Instant> = BTreeMap::new();
    loop {
        if made < WAVES * EACH {
            made += EACH;
        }
        let is_done =
            |(number, seq): Key| done.get(&Epoch(number)).is_some_and(|came| came.contains(seq));
        let all = (1..=GATEWAYS).flat_map(|number| (1..=made).map(move |seq| (number, seq)));
        let open: Vec<Key> = all.filter(|key| !is_done(*key)).collect();
        if open.is_empty() {
            break;
        }
        let mut messages = Vec::new();
        for key @ (number, seq) in open {
            let before = sent.get(&key);
            if before.is_none_or(|sent| sent.elapsed() >= AGAIN_AFTER) {
                again += u64::from(before.is_some());
                sent.insert(key, Instant::now());
                let topic = format!("hanqing/v1/{}/readings", Field::gateway(number));
                messages.push((topic, field.batch(number, seq).to_bytes()));
            }
        }
        let messages: Vec<(&str, Vec<u8>)> =
            messages.iter().map(|(topic, message)| (topic.as_str(), message.clone())).collect();
        if !messages.is_empty() {
            let half = random.random_range(1..=messages.len());
            publish(context.broker_port(), &messages[..half], false);
            if kills < WAVES {
                ingesters[random.random_range(0..2)].kill_and_start();
                kills += 1;
            }
            if half < messages.len() {
                publish(context.broker_port(), &messages[half..], false);
            }
        }
        acknowledged(&acks, &mut done);
        ingesters.iter().for_each(Ingester::is_up);
    }
    println!("{kills} kills, {again} batches sent again, seed {seed}");
    assert_eq!(kills, WAVES);

    // On the server lies every reading once, whoever wrote it, and both have written.
    victoria.flush();
    let mut copy = Sqlite::open(&context.path("copy.db")).unwrap();
    let now = Clock::system().now();
    let copied = Copier::new(&victoria.settings(), Default::default()).unwrap().pass(
        &mut copy,
        now,
        Reach::Day,
    );
    assert_eq!(copied.unwrap().new_readings, GATEWAYS * made * READINGS as u64);
    let mut direct = Sqlite::open(&context.path("direct.db")).unwrap();
    for number in 1..=GATEWAYS {
        let batches: Vec<Batch> = (1..=made).map(|seq| field.batch(number, seq)).collect();
        direct.commit(&batches, now).unwrap();
    }
    for series in direct.series().unwrap() {
        let all = |store: &Sqlite| {
            (
                store.readings(&series, Timestamp::MIN, Timestamp::MAX).unwrap(),
                store.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap(),
            )
        };
        assert_eq!(all(&copy), all(&direct), "{series}");
    }
    for gateway in copy.gateways().unwrap() {
        assert_eq!(gateway.gaps(), []);
        let came: Vec<(u64, u64)> = gateway.delivered.values().flat_map(|set| set.iter()).collect();
        assert_eq!(came, [(1, made)]);
    }
    for name in ["ingest-1", "ingest-2"] {
        let path =
            format!("/api/v1/series?match[]=hanqing_batch_first%7Bhub=%22{name}%22%7D&start=0");
        let found = get(victoria.port, &path).unwrap();
        assert!(found.contains("hanqing_batch_first"), "{name}: {found}");
    }

    report_has_all(&context, &text, &copy);
}

/// How often the server is killed, each time right after an acknowledgement.
const SERVER_KILLS: usize = 3;

/// Batches that are made at most, one each half second: acknowledgements come 15 s after the first.
const MADE_MAX: u64 = 400;

#[test]
fn what_is_acknowledged_is_there_after_the_server_was_killed() {
    let context = Context::new();
    let _broker = mosquitto(&context);
    let mut victoria = Victoria::start(&context);
    let text = format!(
        "township = \"none.toml\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:{}\"\n[store]\npath = \"none.db\"\n[store.server]\n\
         kind = \"victoria\"\nurl = \"http://127.0.0.1:{}\"\n[ledger]\npath = \"none-ledger.db\"\n",
        context.broker_port(),
        victoria.port
    );
    context.write("hub.toml", &text);
    let _ingester = Ingester::start(&context, "ingest-1");
    let acks = listener(context.broker_port(), "hanqing/v1/+/ack".into());
    let field = Field { start: Clock::system().now() - SignedDuration::from_hours(200) };
    let topic = format!("hanqing/v1/{}/readings", Field::gateway(1));
    let mut done: BTreeMap<Epoch, RangeSet> = BTreeMap::new();
    let count = |done: &BTreeMap<Epoch, RangeSet>| -> u64 {
        done.values().flat_map(|set| set.iter()).map(|(first, last)| last - first + 1).sum()
    };
    let mut made = 0;
    for _ in 0..SERVER_KILLS {
        // Nothing is sent again.
        let before = count(&done);
        while count(&done) == before {
            made += 1;
            assert!(made < MADE_MAX, "{}", context.log("ingest-1"));
            let message = field.batch(1, made).to_bytes();
            publish(context.broker_port(), &[(&topic, message)], false);
            acknowledged(&acks, &mut done);
        }
        victoria.kill_and_start();
    }
    victoria.flush();
    let mut copy = Sqlite::open(&context.path("copy.db")).unwrap();
    let mut copier = Copier::new(&victoria.settings(), Default::default()).unwrap();
    copier.pass(&mut copy, Clock::system().now(), Reach::Day).unwrap();
    let series: Series = "pump-1/energy_total".parse().unwrap();
    let there = copy.readings(&series, Timestamp::MIN, Timestamp::MAX).unwrap();
    let told = done.remove(&Epoch(1)).unwrap();
    println!(
        "made {made}, acknowledged {:?}, there {}",
        told.iter().collect::<Vec<_>>(),
        there.len()
    );
    let acknowledged = (1..=made).filter(|seq| told.contains(*seq));
    for reading in acknowledged.flat_map(|seq| field.batch(1, seq).readings) {
        assert!(there.contains(&reading), "acknowledged and lost: {reading:?}");
    }
    assert!((there.len() as i64) < made as i64 * READINGS, "the kills took nothing");
}

#[test]
fn a_file_has_one_hub() {
    let context = Context::new();
    context.hub_config();
    let refused =
        outcome(hanqing().args(["hub", "--ingest-only", "-c"]).arg(context.path("hub.toml")));
    assert_eq!(refused.0, Some(1), "{}", refused.2);
    assert!(refused.2.contains("store.server"), "{}", refused.2);
}
