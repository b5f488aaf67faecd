//! What every store promises, tested by the same functions: the embedded one, VictoriaMetrics (Debian's), and an
//! InfluxDB 2 where `HANQING_TEST_INFLUX_URL`, `_ORG`, `_BUCKET` and `_TOKEN` name one.

mod promises;
mod whole;

use std::path::PathBuf;

use hanqing::core::{GatewayId, HourCell, Reading, Series};
use hanqing::store::server::copy::{Copier, Reach};
use hanqing::store::server::{Server, ServerSettings};
use hanqing::store::{Sqlite, Store};
use hanqing::wire::{Batch, Birth, BirthSeries, CounterSpec, Epoch};
use jiff::{SignedDuration, Timestamp};

use crate::context::Context;
use crate::victoria::Victoria;

/// A store under test: what takes in, and how to see what it then holds.
struct Tested {
    context: Context,
    /// Names of this test's gateways and stations begin with it: a server is shared.
    prefix: String,
    store: Box<dyn Store>,
    copied: Option<Copied>,
    now: Timestamp,
}

/// How a server is read.
struct Copied {
    copier: Copier,
    path: PathBuf,
    settle: Box<dyn Fn()>,
}

/// 2022-08-01T00:00:00Z and so many minutes.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_659_312_000 + 60 * minutes).unwrap()
}

impl Tested {
    fn embedded(prefix: &str) -> Self {
        let context = Context::new();
        let store = Sqlite::open(&context.path("store.db")).unwrap();
        Self { prefix: prefix.into(), store: Box::new(store), copied: None, now: at(0), context }
    }

    fn server(prefix: &str, settings: &ServerSettings, settle: impl Fn() + 'static) -> Self {
        let mut settings = settings.clone();
        let names = ["1", "2"].map(|n| format!("{prefix}-gw-{n}").parse().unwrap());
        settings.gateways = names.to_vec();
        let context = Context::new();
        let copied = Copied {
            copier: Copier::new(&settings, Default::default()).unwrap(),
            path: context.path("copy.db"),
            settle: Box::new(settle),
        };
        Self {
            prefix: prefix.into(),
            store: Box::new(Server::open(&settings, "hub-1").unwrap()),
            copied: Some(copied),
            // VictoriaMetrics takes nothing from more than two days ahead.
            now: at(60 * 24 * 10),
            context,
        }
    }

    fn gateway(&self, number: u8) -> GatewayId {
        format!("{}-gw-{number}", self.prefix).parse().unwrap()
    }

    fn series(&self, name: &str) -> Series {
        format!("{}-{name}", self.prefix).parse().unwrap()
    }

    fn good(&self, name: &str, minutes: i64, value: f64) -> Reading {
        Reading::good(self.series(name), at(minutes), value)
    }

    fn batch(&self, seq: u64, readings: Vec<Reading>) -> Batch {
        Batch {
            gateway: self.gateway(1),
            epoch: Epoch(0x8c5f_0000_0000_0007),
            seq,
            clock: None,
            loss: None,
            readings,
        }
    }

    /// Commits as the hub's clock goes on.
    fn commit(&mut self, batches: &[Batch]) -> Vec<(u64, u64)> {
        self.now += SignedDuration::from_mins(1);
        let committed = self.store.commit(batches, self.now).unwrap();
        assert_eq!(committed.refused, []);
        // Of a server, some are durable a little later.
        let told = committed.delivered.values().chain(committed.later.values());
        let told = told.flat_map(|set| set.iter());
        told.collect()
    }

    fn birth(&mut self, name: &str, counter: Option<CounterSpec>) {
        let series = self.series(name);
        let one =
            BirthSeries { unit: series.parameter.spec().unit, series, interval_s: 3600, counter };
        // The rule of a counter changes once an hour at most.
        self.now += SignedDuration::from_hours(1);
        let birth = Birth::new("0.1.0", "c".into(), vec![one]);
        let gateway = self.gateway(1);
        self.store.birth(&gateway, &birth, self.now).unwrap();
    }

    /// What the store holds, once it has settled.
    fn read(&mut self) -> Sqlite {
        match &mut self.copied {
            None => {
                while self.store.work_on().unwrap() {}
                Sqlite::open_reader(&self.context.path("store.db")).unwrap()
            }
            Some(copied) => {
                (copied.settle)();
                let mut copy = Sqlite::open(&copied.path).unwrap();
                copied.copier.pass(&mut copy, self.now, Reach::New).unwrap();
                copy
            }
        }
    }

    fn readings(&mut self, name: &str) -> Vec<Reading> {
        let series = self.series(name);
        self.read().readings(&series, Timestamp::MIN, Timestamp::MAX).unwrap()
    }

    fn hours(&mut self, name: &str) -> Vec<HourCell> {
        let series = self.series(name);
        self.read().hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap()
    }

    /// Batches of gateway 1 that came, and those that are missing.
    fn delivered(&mut self) -> (Ranges, Ranges) {
        let gateway = self.gateway(1);
        let rows = self.read().gateways().unwrap();
        let row = rows.iter().find(|row| row.gateway == gateway).unwrap();
        let came = row.delivered.values().flat_map(|set| set.iter());
        (came.collect(), row.gaps().iter().map(|(_, first, last)| (*first, *last)).collect())
    }
}

/// First and last numbers.
type Ranges = Vec<(u64, u64)>;

/// A promise, with the prefix of its names.
type Promise = (&'static str, fn(Tested));

/// All that is promised. Each test has a prefix of its own: on a server they lie beside each other.
const PROMISES: &[Promise] = &[
    ("twice", promises::a_batch_that_comes_twice_counts_once),
    ("late", promises::late_and_replayed_readings_find_their_place),
    ("value", promises::a_value_takes_the_place_of_what_is_missing),
    ("whole", promises::readings_come_back_as_they_were),
    ("meter", promises::a_counter_rolls_over_whenever_it_is_described),
    ("windows", promises::windows_follow_zone_and_hydrological_day),
    ("latest", promises::the_latest_and_the_latest_that_counts),
    ("gaps", promises::gaps_and_what_is_lost_have_names),
    ("says", promises::what_a_gateway_says_of_itself),
    ("random", whole::whatever_comes_in_whatever_order_makes_the_same_roll_ups),
    ("figures", whole::figures_are_the_same_to_the_last_digit),
];

#[test]
fn the_embedded_store_keeps_its_promises() {
    for (prefix, promise) in PROMISES {
        println!("sqlite: {prefix}");
        promise(Tested::embedded(prefix));
    }
}

#[test]
fn victoriametrics_keeps_its_promises() {
    let context = Context::new();
    let victoria = std::rc::Rc::new(Victoria::start(&context));
    for (prefix, promise) in PROMISES {
        println!("victoria-metrics: {prefix}");
        let settling = victoria.clone();
        let settings = victoria.settings();
        promise(Tested::server(prefix, &settings, move || settling.flush()));
    }
}

#[test]
fn influxdb_keeps_its_promises() {
    let named = |name: &str| std::env::var(format!("HANQING_TEST_INFLUX_{name}")).ok();
    let (Some(url), Some(token)) = (named("URL"), named("TOKEN")) else {
        println!(
            "\n*** NOT TESTED against an InfluxDB 2: none is installed here. Set HANQING_TEST_INFLUX_URL, _ORG, _BUCKET and \
             _TOKEN to have it tested. ***\n"
        );
        return;
    };
    let context = Context::new();
    let token = context.write("token", &token);
    let text = format!(
        "kind = \"influx\"\nurl = \"{url}\"\norg = \"{}\"\nbucket = \"{}\"\ntoken_file = \"{}\"\nallow_plaintext = true",
        named("ORG").expect("HANQING_TEST_INFLUX_ORG"),
        named("BUCKET").expect("HANQING_TEST_INFLUX_BUCKET"),
        token.display()
    );
    let settings: ServerSettings = toml::from_str(&text).unwrap();
    // What an earlier run has left in the bucket must not be seen.
    let run = std::process::id();
    for (prefix, promise) in PROMISES {
        println!("influxdb: {prefix}");
        promise(Tested::server(&format!("{prefix}-{run}"), &settings, || ()));
    }
}
