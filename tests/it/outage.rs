//! Three days without a link: what was measured meanwhile arrives, oldest first, and what is new does not wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use hanqing::config::load_edge;
use hanqing::edge::{Edge, EdgeWatch};
use hanqing::support::Clock;
use hanqing::wire::{Ack, packed};
use jiff::{SignedDuration, Timestamp};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::context::{Context, GATEWAY, free_port, wait_for};
use crate::office::office;
use crate::peers::listener;
use crate::wide::{Run, WideField};

/// Two devices of a hundred levels.
const UNITS: u8 = 2;

const INTERVAL: SignedDuration = SignedDuration::from_mins(5);

/// Polls of 72 h.
const POLLS: u64 = 72 * 12;

/// How fast the backlog may follow, KiB a second: so that all of it takes a quarter of a minute.
const BACKLOG_KB_S: u32 = 45;

/// The promise: a new reading is with the hub so soon, whatever the backlog.
const DELAY_MAX: Duration = Duration::from_secs(5);

/// Live polls during the backlog, at least: else nothing has been shown.
const LIVE_MIN: usize = 8;

/// Longest wait for the whole of the backlog. Generous: it costs time only where the test fails.
const DRAIN_MAX: Duration = Duration::from_secs(120);

/// Lets the gateway, which dials `from`, through to the broker at `to`.
async fn link(from: u16, to: u16) {
    let listener = TcpListener::bind(("127.0.0.1", from)).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut gateway, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut broker = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                gateway.set_nodelay(true).unwrap();
                broker.set_nodelay(true).unwrap();
                // However it ends, the gateway dials again.
                let _ended = tokio::io::copy_bidirectional(&mut gateway, &mut broker).await;
            });
        }
    });
}

/// The first time at which each batch was acknowledged.
fn acknowledged(acks: &Receiver<(Instant, Vec<u8>)>, at: &mut BTreeMap<u64, Instant>) {
    while let Ok((came, payload)) = acks.try_recv() {
        let ack = Ack::from_bytes(&payload).unwrap();
        for (first, last) in ack.committed.iter() {
            for seq in first..=last {
                at.entry(seq).or_insert(came);
            }
        }
    }
}

fn seconds(since: Instant, at: Instant) -> f64 {
    at.duration_since(since).as_secs_f64()
}

async fn until_connected(watch: &EdgeWatch) {
    let mut delivery = watch.delivery.clone();
    let connected = delivery.wait_for(|status| status.connected_since.is_some());
    let connected = tokio::time::timeout(DRAIN_MAX, connected).await;
    connected.expect("a connection").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_days_of_outage_arrive_in_order_and_nothing_new_waits_for_them() {
    let context = Context::new();
    let field = WideField::start(UNITS);
    let away = free_port();
    let spool = context.path("spool.db");
    let config = field.configure(
        &context,
        &Run {
            broker_port: away,
            spool: &spool,
            limits: "",
            sections: &format!("[uplink]\nbacklog_kb_s = {BACKLOG_KB_S}\n"),
            intervals: "interval_s = 300",
        },
    );
    let (settings, profiles) = load_edge(&config, &[]).unwrap();
    let start: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
    let (clock, driver) = Clock::stepped(start);
    let spool = Edge::spool(&settings, clock.now()).unwrap();
    let edge = Edge::open(settings, &profiles, spool, clock.clone()).unwrap();
    let watch = edge.watch();
    let stop = CancellationToken::new();
    let running = tokio::spawn(edge.run(stop.clone()));

    let begun = Instant::now();
    driver.all_asleep().await;
    for _ in 1..POLLS {
        driver.advance_to(clock.now() + INTERVAL);
        driver.all_asleep().await;
    }
    let held = watch.spooled().spool;
    let readings = POLLS * field.readings_per_poll();
    assert_eq!((held.last_seq, held.batches, held.readings), (POLLS, POLLS, readings));
    println!(
        "72 h, {readings} readings, {} bytes of payload: polled in {:.1} s",
        held.bytes,
        begun.elapsed().as_secs_f64()
    );

    context.hub_config();
    let (_broker, _hub) = office(&context);
    let port = context.broker_port();
    let acks = listener(port, format!("hanqing/v1/{GATEWAY}/ack"));
    let messages = listener(port, format!("hanqing/v1/{GATEWAY}/readings"));
    link(away, port).await;
    let dialled = Instant::now();
    until_connected(&watch).await;
    let drain = Instant::now();
    println!("connected after {:.1} s", seconds(dialled, drain));

    // One poll a second, until the hub has all of the backlog.
    let mut second = tokio::time::interval(Duration::from_secs(1));
    let mut stepped = BTreeMap::new();
    let mut at = BTreeMap::new();
    while (1..=POLLS).any(|seq| !at.contains_key(&seq)) {
        second.tick().await;
        assert!(drain.elapsed() < DRAIN_MAX, "{:?}, {} acknowledged", watch.spooled(), at.len());
        driver.all_asleep().await;
        stepped.insert(POLLS + 1 + stepped.len() as u64, Instant::now());
        driver.advance_to(clock.now() + INTERVAL);
        acknowledged(&acks, &mut at);
    }
    driver.all_asleep().await;
    let made = POLLS + stepped.len() as u64;
    let empty = async {
        let mut spool = watch.spool.clone();
        let drained = spool.wait_for(|s| s.spool.last_seq == made && s.spool.batches == 0);
        drained.await.unwrap();
    };
    tokio::time::timeout(DRAIN_MAX, empty).await.expect("an empty spool");
    wait_for("all acknowledgements", || {
        acknowledged(&acks, &mut at);
        if at.len() as u64 == made { Ok(()) } else { Err(at.len()) }
    });

    // What is new comes within the promise.
    let delays: Vec<f64> = stepped.iter().map(|(seq, since)| seconds(*since, at[seq])).collect();
    let drained = (1..=POLLS).map(|seq| at[&seq]).max().unwrap();
    let during = stepped.values().filter(|since| **since < drained).count();
    let most = delays.iter().copied().fold(0.0, f64::max);
    let mut sorted = delays.clone();
    sorted.sort_by(f64::total_cmp);
    println!(
        "backlog in {:.1} s; {during} live polls meanwhile; delay of {} live batches: median {:.3} s, most {most:.3} s",
        seconds(drain, drained),
        delays.len(),
        sorted[sorted.len() / 2],
    );
    assert!(during >= LIVE_MIN, "the backlog was gone too soon: {during} live polls");
    assert!(most < DELAY_MAX.as_secs_f64(), "{delays:?}");

    came_by_age(&messages);
    stored_once(&context, &field, made, start);

    stop.cancel();
    running.await.unwrap().unwrap();
}

/// The backlog came in order of its age.
fn came_by_age(messages: &Receiver<(Instant, Vec<u8>)>) {
    let (mut seen, mut backlog, mut again) = (BTreeSet::new(), Vec::new(), 0);
    for (_, payload) in messages.try_iter() {
        for batch in packed::unpack(&payload).unwrap() {
            if !seen.insert(batch.seq) {
                again += 1;
            } else if batch.seq <= POLLS {
                backlog.push(batch.seq);
            }
        }
    }
    println!("{} batches came, {again} more than once", seen.len());
    assert!(backlog.iter().copied().eq(1..=POLLS), "{backlog:?}");
}

/// The store has all polls from `start` on, each once.
fn stored_once(context: &Context, field: &WideField, made: u64, start: Timestamp) {
    let store = context.store();
    assert_eq!(store.count().unwrap(), made * field.readings_per_poll());
    assert_eq!(context.quarantine(), []);
    assert_eq!(store.lost().unwrap(), []);
    let gateways = store.gateways().unwrap();
    assert_eq!((gateways[0].gaps(), gateways[0].delivered.len()), (vec![], 1));
    for series in ["pond-1-0/level", "pond-2-99/level"] {
        let readings = context.readings(series);
        let times = readings.iter().map(|reading| reading.observed_at);
        let expected = (0..made).map(|poll| start + INTERVAL * poll as i32);
        assert!(times.eq(expected), "{series}: {} readings", readings.len());
        assert!(readings.iter().all(|reading| reading.value().is_some()));
    }
}
