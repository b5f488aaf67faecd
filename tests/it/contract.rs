//! What every store promises, tested by the same functions: the embedded one, VictoriaMetrics (Debian's), and an InfluxDB 2 where
//! `HANQING_TEST_INFLUX_URL`, `_ORG`, `_BUCKET` and `_TOKEN` name one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hanqing::core::{
    Calendar, Flag, GatewayId, HourCell, Kind, Parameter, Period, Reading, Reason, Series,
};
use hanqing::figures::{self, Inputs};
use hanqing::hub;
use hanqing::store::server::copy::{Copier, Reach};
use hanqing::store::server::{Server, ServerSettings};
use hanqing::store::{Sqlite, Store};
use hanqing::water::Township;
use hanqing::wire::{
    Batch, Birth, BirthSeries, ClockState, CounterSpec, Epoch, GatewayState, LostTo, Remains,
    Status,
};
use jiff::civil::date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::context::{Context, repository};
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
        Self {
            prefix: prefix.into(),
            store: Box::new(store),
            copied: None,
            now: at(0),
            context,
        }
    }

    fn server(prefix: &str, settings: &ServerSettings, settle: impl Fn() + 'static) -> Self {
        let mut settings = settings.clone();
        let names = ["1", "2"].map(|n| format!("{prefix}-gw-{n}").parse().unwrap());
        settings.gateways = names.to_vec();
        let context = Context::new();
        let copied = Copied {
            copier: Copier::new(&settings).unwrap(),
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
            remains: None,
            readings,
        }
    }

    /// Commits as the hub's clock goes on.
    fn commit(&mut self, batches: &[Batch]) -> Vec<(u64, u64)> {
        self.now += SignedDuration::from_mins(1);
        let committed = self.store.commit(batches, self.now).unwrap();
        assert_eq!(committed.refused, []);
        let told = committed.delivered.values().flat_map(|set| set.iter());
        told.collect()
    }

    fn birth(&mut self, name: &str, counter: Option<CounterSpec>) {
        let series = self.series(name);
        let one = BirthSeries {
            unit: series.parameter.spec().unit,
            series,
            interval_s: 3600,
            counter,
        };
        self.now += SignedDuration::from_mins(1);
        let birth = Birth::new("0.1.0", "c".into(), vec![one]);
        let gateway = self.gateway(1);
        self.store.birth(&gateway, &birth, self.now).unwrap();
    }

    /// What the store holds, once it has settled.
    fn read(&mut self) -> Sqlite {
        match &self.copied {
            None => Sqlite::open_reader(&self.context.path("store.db")).unwrap(),
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
        self.read()
            .readings(&series, Timestamp::MIN, Timestamp::MAX)
            .unwrap()
    }

    fn hours(&mut self, name: &str) -> Vec<HourCell> {
        let series = self.series(name);
        self.read()
            .hours(&series, Timestamp::MIN, Timestamp::MAX)
            .unwrap()
    }

    /// Batches of gateway 1 that came, and those that are missing.
    fn delivered(&mut self) -> (Ranges, Ranges) {
        let gateway = self.gateway(1);
        let rows = self.read().gateways().unwrap();
        let row = rows.iter().find(|row| row.gateway == gateway).unwrap();
        let came = row.delivered.values().flat_map(|set| set.iter());
        (
            came.collect(),
            row.gaps()
                .iter()
                .map(|(_, first, last)| (*first, *last))
                .collect(),
        )
    }
}

/// First and last numbers.
type Ranges = Vec<(u64, u64)>;

/// A promise, with the prefix of its names.
type Promise = (&'static str, fn(Tested));

/// All that is promised. Each test has a prefix of its own: on a server they lie beside each other.
const PROMISES: &[Promise] = &[
    ("twice", a_batch_that_comes_twice_counts_once),
    ("late", late_and_replayed_readings_find_their_place),
    ("value", a_value_takes_the_place_of_what_is_missing),
    ("whole", readings_come_back_as_they_were),
    ("meter", a_counter_rolls_over_whenever_it_is_described),
    ("windows", windows_follow_zone_and_hydrological_day),
    ("latest", the_latest_and_the_latest_that_counts),
    ("gaps", gaps_and_what_is_lost_have_names),
    ("says", what_a_gateway_says_of_itself),
    (
        "random",
        whatever_comes_in_whatever_order_makes_the_same_roll_ups,
    ),
    ("figures", figures_are_the_same_to_the_last_digit),
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

fn a_batch_that_comes_twice_counts_once(mut tested: Tested) {
    let readings = vec![
        tested.good("pond/level", 0, 98.5),
        tested.good("pump/energy_total", 0, 10.0),
    ];
    let one = tested.batch(1, readings.clone());
    assert_eq!(tested.commit(std::slice::from_ref(&one)), [(1, 1)]);
    let hours = tested.hours("pond/level");
    assert_eq!(tested.commit(&[one.clone(), one]), [(1, 1)]);
    assert_eq!(tested.readings("pond/level"), readings[..1]);
    assert_eq!(tested.hours("pond/level"), hours);
    assert_eq!(tested.read().count().unwrap(), 2);
    assert_eq!(tested.delivered(), (vec![(1, 1)], vec![]));
    let names: Vec<Series> = tested.read().series().unwrap();
    assert_eq!(
        names,
        ["pond/level", "pump/energy_total"].map(|name| tested.series(name))
    );
}

fn late_and_replayed_readings_find_their_place(mut tested: Tested) {
    let hourly = |tested: &Tested, hours: &mut dyn Iterator<Item = i64>| -> Vec<Reading> {
        hours
            .map(|h| tested.good("pump/energy_total", 60 * h, 10.0 * h as f64))
            .collect()
    };
    let early = hourly(&tested, &mut (0..10));
    let middle = hourly(&tested, &mut (10..20));
    let late = hourly(&tested, &mut (20..30));
    tested.commit(&[tested.batch(1, early)]);
    tested.commit(&[tested.batch(3, late)]);
    let before = tested.hours("pump/energy_total");
    assert_eq!((before.len(), before[10].increment), (20, Some(110.0)));
    assert_eq!(tested.delivered().1, [(2, 2)]);
    let replayed = [tested.batch(2, middle.clone()), tested.batch(2, middle)];
    tested.commit(&replayed);
    let hours = tested.hours("pump/energy_total");
    assert_eq!(hours.len(), 30);
    assert!(hours[1..].iter().all(|hour| hour.increment == Some(10.0)));
    assert_eq!(tested.delivered(), (vec![(1, 3)], vec![]));
}

fn a_value_takes_the_place_of_what_is_missing(mut tested: Tested) {
    let missing = |tested: &Tested, minutes| {
        Reading::missing(
            tested.series("pond/level"),
            at(minutes),
            Reason::Timeout,
            vec![],
        )
    };
    let first = vec![missing(&tested, 0), tested.good("pond/level", 1, 1.5)];
    let then = vec![tested.good("pond/level", 0, 2.5), missing(&tested, 1)];
    tested.commit(&[tested.batch(1, first)]);
    tested.read();
    tested.commit(&[tested.batch(2, then)]);
    let wanted = [
        tested.good("pond/level", 0, 2.5),
        tested.good("pond/level", 1, 1.5),
    ];
    assert_eq!(tested.readings("pond/level"), wanted);
    let hours = tested.hours("pond/level");
    assert_eq!((hours[0].counted, hours[0].missing), (2, 0));
}

fn readings_come_back_as_they_were(mut tested: Tested) {
    let values = [
        0.0,
        1e-9,
        -273.15,
        98.113,
        f64::from(36.6f32),
        0.1 + 0.2,
        123_456_789.012_345,
        999_999_999_999.9,
        1e12,
        -1e300,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    let mut readings: Vec<Reading> = (0..)
        .zip(values)
        .map(|(minute, value)| tested.good("pond/level", minute, value))
        .collect();
    let flags = [Flag::NotEvaluated, Flag::Suspect, Flag::Fail];
    for (minute, reason) in (100..).zip(Reason::ALL) {
        let raw: Vec<u16> = (0..minute % 9)
            .map(|n| (n * 7919) as u16 ^ 0x8000)
            .collect();
        let series = tested.series("pond/level");
        readings.push(match minute % 4 {
            3 => Reading::missing(series, at(minute), *reason, raw),
            n => Reading {
                flag: flags[n as usize],
                reason: Some(*reason),
                raw,
                ..Reading::good(series, at(minute), minute as f64 / 3.0)
            },
        });
    }
    // A flag may come without a reason, and a time has milliseconds.
    readings.push(Reading {
        flag: Flag::NotEvaluated,
        observed_at: at(200) + SignedDuration::from_millis(7),
        ..tested.good("pond/level", 200, 4.0)
    });
    tested.commit(&[tested.batch(1, readings.clone())]);
    let found = tested.readings("pond/level");
    assert_eq!(found, readings);
    let bits = |readings: &[Reading]| -> Vec<_> {
        readings
            .iter()
            .map(|reading| reading.value().map(f64::to_bits))
            .collect()
    };
    assert_eq!(bits(&found), bits(&readings));
    let (from, to) = (at(3), at(9));
    let series = tested.series("pond/level");
    assert_eq!(
        tested.read().readings(&series, from, to).unwrap(),
        readings[3..9]
    );
}

fn a_counter_rolls_over_whenever_it_is_described(mut tested: Tested) {
    let spec = CounterSpec {
        modulus: Some(10_000.0),
        max_rate_per_hour: Some(60.0),
    };
    let values = [9_970.0, 9_990.0, 5.0, 15.0, 30.0];
    for (name, first) in [("before/energy_total", true), ("after/energy_total", false)] {
        let readings = (0..)
            .zip(values)
            .map(|(h, v)| tested.good(name, 60 * h, v))
            .collect();
        let seq = if first { 1 } else { 2 };
        if first {
            tested.birth(name, Some(spec));
        }
        tested.commit(&[tested.batch(seq, readings)]);
        if !first {
            tested.read();
            tested.birth(name, Some(spec));
        }
        let series = tested.series(name);
        assert_eq!(
            tested.read().grown(&series, None).unwrap(),
            Some(60.0),
            "{name}"
        );
        let hours = tested.hours(name);
        assert_eq!(hours.iter().map(|hour| hour.rollovers).sum::<u32>(), 1);
    }
    // Described anew, without a modulus: the fall is a reset now.
    tested.birth(
        "after/energy_total",
        Some(CounterSpec {
            modulus: None,
            max_rate_per_hour: None,
        }),
    );
    let hours = tested.hours("after/energy_total");
    assert_eq!(
        hours.iter().map(|hour| (hour.rollovers, hour.resets)).max(),
        Some((0, 1))
    );
}

fn windows_follow_zone_and_hydrological_day(mut tested: Tested) {
    let readings = (0..72)
        .map(|h| tested.good("pond/level", 60 * h, h as f64))
        .collect();
    tested.commit(&[tested.batch(1, readings)]);
    let series = tested.series("pond/level");
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let period = Period {
        from: date(2022, 8, 1),
        to: date(2022, 8, 2),
    };
    // 2022-08-01T00:00Z is eight in the morning there.
    for (start, lasts) in [(0, [15.0, 39.0]), (8, [23.0, 47.0])] {
        drop(tested.read());
        let path = match &tested.copied {
            None => tested.context.path("store.db"),
            Some(copied) => copied.path.clone(),
        };
        let mut store = Sqlite::open(&path).unwrap();
        let calendar = Calendar::new(zone.clone(), start);
        store.keep_days_by(&calendar).unwrap();
        let days = store.days(&series, period).unwrap();
        let found: Vec<Option<f64>> = days.iter().map(|day| day.last).collect();
        assert_eq!(found, lasts.map(Some));
        let (from, to) = calendar.bounds(period);
        let hours = store.hours(&series, from, to).unwrap();
        let counted: u32 = days.iter().map(|day| day.counted).sum();
        assert_eq!(hours.iter().map(|hour| hour.counted).sum::<u32>(), counted);
    }
}

fn the_latest_and_the_latest_that_counts(mut tested: Tested) {
    let series = tested.series("pond/level");
    assert_eq!(tested.read().latest(&series).unwrap(), None);
    let good = tested.good("pond/level", 10, 3.25);
    let failed = Reading {
        flag: Flag::Fail,
        reason: Some(Reason::Spike),
        ..tested.good("pond/level", 20, 99.0)
    };
    let missing = Reading::missing(series.clone(), at(30), Reason::Crc, vec![1, 2]);
    tested.commit(&[tested.batch(1, vec![missing.clone(), good.clone()])]);
    tested.commit(&[tested.batch(2, vec![failed])]);
    let latest = tested.read().latest(&series).unwrap().unwrap();
    assert_eq!((latest.last, latest.counted), (missing, Some(good)));
}

fn gaps_and_what_is_lost_have_names(mut tested: Tested) {
    let lost = Remains {
        first: 5,
        lost: Some(70),
        from: at(0),
        to: at(60),
        why: LostTo::Thinned,
    };
    let unknown = Remains {
        first: 9,
        lost: None,
        why: LostTo::Spoilt,
        ..lost
    };
    let mut thinned = tested.batch(7, vec![tested.good("pond/level", 0, 1.0)]);
    thinned.remains = Some(lost);
    let mut spoilt = tested.batch(9, vec![]);
    spoilt.remains = Some(unknown);
    tested.commit(&[tested.batch(2, vec![]), thinned, spoilt]);
    assert_eq!(
        tested.delivered(),
        (vec![(2, 2), (5, 7), (9, 9)], vec![(1, 1), (3, 4), (8, 8)])
    );
    let rows = tested.read().lost().unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.seq, row.remains)).collect();
    assert_eq!(told, [(7, lost), (9, unknown)]);
}

fn what_a_gateway_says_of_itself(mut tested: Tested) {
    tested.commit(&[tested.batch(1, vec![])]);
    let heard = tested.now;
    let gateway = tested.gateway(1);
    for (state, clock) in [
        (GatewayState::Online, Some(ClockState::Provisional)),
        (GatewayState::Offline, None),
        (GatewayState::Online, Some(ClockState::Good)),
    ] {
        tested.now += SignedDuration::from_mins(1);
        let mut status = Status::new(state, tested.now);
        status.clock = clock;
        tested.store.status(&gateway, &status, tested.now).unwrap();
        let rows = tested.read().gateways().unwrap();
        let row = rows.iter().find(|row| row.gateway == gateway).unwrap();
        assert_eq!(row.online, Some(state == GatewayState::Online));
        assert_eq!((row.since, row.heard_at), (Some(tested.now), Some(heard)));
        // A goodbye says nothing of the clock.
        assert_eq!(row.clock, Some(clock.unwrap_or(ClockState::Provisional)));
    }
}

/// Readings of a meter that rolls over, is reset and jumps, and of a pond, with what fails and is missing.
fn wild(tested: &Tested, random: &mut ChaCha8Rng, hours: i64) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut shown: f64 = 900.0;
    for minute in (0..hours * 60).step_by(20) {
        shown = (shown + random.random_range(0.0..15.0)).rem_euclid(1000.0);
        let meter = match random.random_range(0..40) {
            0 => 0.0,
            1 => shown * 3.0,
            2 => {
                shown = 0.0;
                shown
            }
            _ => shown,
        };
        let level = 97.0 + f64::from(random.random_range(-1.0f32..1.0));
        for (name, value) in [("pump/energy_total", meter), ("pond/level", level)] {
            let mut reading = tested.good(name, minute, value);
            match random.random_range(0..12) {
                0 => {
                    reading = Reading::missing(
                        reading.series,
                        reading.observed_at,
                        Reason::Timeout,
                        vec![],
                    )
                }
                1 => (reading.flag, reading.reason) = (Flag::Suspect, Some(Reason::Rate)),
                2 => (reading.flag, reading.reason) = (Flag::Fail, Some(Reason::Spike)),
                _ => {}
            }
            readings.push(reading);
        }
    }
    readings
}

fn whatever_comes_in_whatever_order_makes_the_same_roll_ups(mut tested: Tested) {
    let seed = 20_261_126;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let readings = wild(&tested, &mut random, 60);
    let spec = CounterSpec {
        modulus: Some(1000.0),
        max_rate_per_hour: Some(50.0),
    };

    let whole = Context::new();
    let mut expected = Sqlite::open(&whole.path("whole.db")).unwrap();
    expected
        .describe(&[(tested.series("pump/energy_total"), Some(spec))])
        .unwrap();
    expected
        .commit(&[tested.batch(1, readings.clone())], at(0))
        .unwrap();

    let mut rest = readings.as_slice();
    let mut batches = Vec::new();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(random.random_range(1..30).min(rest.len()));
        batches.push(tested.batch(batches.len() as u64 + 1, now.to_vec()));
        rest = later;
    }
    let mut sent = batches.clone();
    sent.extend_from_slice(&batches[..batches.len() / 3]);
    sent.shuffle(&mut random);
    for (i, some) in sent.chunks(4).enumerate() {
        if i == 3 {
            tested.birth("pump/energy_total", Some(spec));
        }
        // What is new in a file moves on meanwhile.
        tested.now += SignedDuration::from_hours(3);
        tested.commit(some);
        if i % 5 == 0 {
            tested.read();
        }
    }
    let ever = Period {
        from: date(2022, 7, 1),
        to: date(2022, 9, 1),
    };
    let read = tested.read();
    for name in ["pump/energy_total", "pond/level"] {
        let series = tested.series(name);
        let all = |store: &Sqlite| {
            (
                store
                    .readings(&series, Timestamp::MIN, Timestamp::MAX)
                    .unwrap(),
                store
                    .hours(&series, Timestamp::MIN, Timestamp::MAX)
                    .unwrap(),
                store.days(&series, ever).unwrap(),
                store.latest(&series).unwrap(),
            )
        };
        assert_eq!(all(&read), all(&expected), "{name}, seed {seed}");
    }
    assert_eq!(
        tested.delivered(),
        (vec![(1, batches.len() as u64)], vec![])
    );

    // A copy that is thrown away is made again.
    if let Some(copied) = &tested.copied {
        let again = tested.context.path("again.db");
        let mut copy = Sqlite::open(&again).unwrap();
        copied
            .copier
            .pass(&mut copy, tested.now, Reach::New)
            .unwrap();
        let series = tested.series("pump/energy_total");
        assert_eq!(
            copy.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap(),
            expected
                .hours(&series, Timestamp::MIN, Timestamp::MAX)
                .unwrap()
        );
        assert_eq!(copy.gateways().unwrap(), read.gateways().unwrap());
    }
}

/// The example's township over ten days of its drought, from this store and from one that is not under test.
fn figures_are_the_same_to_the_last_digit(mut tested: Tested) {
    let text = std::fs::read_to_string(repository("config/township.toml")).unwrap();
    let mut township: Township = toml::from_str(&text).unwrap();
    let named = |id: &hanqing::core::StationId| format!("{}-{id}", tested.prefix).parse().unwrap();
    for station in &mut township.stations {
        station.id = named(&station.id);
        if let Some(pump) = &mut station.pump {
            pump.source = named(&pump.source);
        }
    }
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut meters: BTreeMap<Series, f64> = BTreeMap::new();
    let mut batches = Vec::new();
    for h in 0..240 {
        let mut readings = Vec::new();
        for station in &township.stations {
            for parameter in [Parameter::Level, Parameter::EnergyTotal, Parameter::Power] {
                let pump = station.pump.is_some();
                if pump == (parameter == Parameter::Level) {
                    continue;
                }
                let series = Series::new(station.id.clone(), parameter);
                let value = if parameter.spec().kind == Kind::Counter {
                    let shown = meters.entry(series.clone()).or_insert(100.0);
                    *shown += f64::from(random.random_range(0.0f32..8.0));
                    *shown
                } else if parameter == Parameter::Level {
                    station.bottom_m.unwrap_or(0.0) + f64::from(random.random_range(0.0f32..3.0))
                } else {
                    f64::from(random.random_range(0.0f32..8.0))
                };
                readings.push(Reading::good(series, at(60 * h), value));
            }
        }
        batches.push(tested.batch(h as u64 + 1, readings));
    }
    let beside = Context::new();
    let mut expected = Sqlite::open(&beside.path("beside.db")).unwrap();
    expected.commit(&batches, at(0)).unwrap();
    batches.shuffle(&mut random);
    for some in batches.chunks(30) {
        tested.commit(some);
    }
    let calendar = hub::calendar(&township).unwrap();
    let period = Period {
        from: date(2022, 8, 2),
        to: date(2022, 8, 9),
    };
    let inputs = Inputs {
        township: &township,
        entries: &[],
        calendar: &calendar,
        period,
        code_version: "test",
    };
    let (from, to) = calendar.bounds(period);
    let all = |store: &Sqlite| {
        let figures = figures::compute(
            &inputs,
            &mut |series| store.hours(series, from, to),
            &mut |series| store.days(series, period),
        );
        serde_json::to_string_pretty(&figures.unwrap()).unwrap()
    };
    let found = all(&tested.read());
    assert_eq!(found, all(&expected));
    assert!(found.contains("electricity_used") && found.contains("counter difference"));
}
