//! What a store holds in the end, whatever came before: roll-ups, and figures of a township.

use std::collections::BTreeMap;

use hanqing::account::Basis;
use hanqing::core::{Flag, Kind, Parameter, Period, Reading, Reason, Series};
use hanqing::figures::{self, Inputs, Rules};
use hanqing::hub::{self, StoreCells};
use hanqing::store::server::copy::Reach;
use hanqing::store::{Sqlite, Store};
use hanqing::water::Township;
use hanqing::wire::CounterSpec;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Tested, at};
use crate::context::{Context, repository};

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
                    );
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

pub fn whatever_comes_in_whatever_order_makes_the_same_roll_ups(mut tested: Tested) {
    let seed = 20_261_126;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let readings = wild(&tested, &mut random, 60);
    let spec = CounterSpec { modulus: Some(1000.0), max_rate_per_hour: Some(50.0) };

    let whole = Context::new();
    let mut expected = Sqlite::open(&whole.path("whole.db")).unwrap();
    expected.describe(&[(tested.series("pump/energy_total"), Some(spec))]).unwrap();
    expected.commit(&[tested.batch(1, readings.clone())], at(0)).unwrap();
    expected.settle().unwrap();

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
    let ever = Period { from: date(2022, 7, 1), to: date(2022, 9, 1) };
    let read = tested.read();
    for name in ["pump/energy_total", "pond/level"] {
        let series = tested.series(name);
        let all = |store: &Sqlite| {
            (
                store.readings(&series, Timestamp::MIN, Timestamp::MAX).unwrap(),
                store.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap(),
                store.days(&series, ever).unwrap(),
                store.latest(&series).unwrap(),
            )
        };
        assert_eq!(all(&read), all(&expected), "{name}, seed {seed}");
    }
    assert_eq!(tested.delivered(), (vec![(1, batches.len() as u64)], vec![]));

    // A copy that is thrown away is made again.
    if let Some(copied) = &mut tested.copied {
        let again = tested.context.path("again.db");
        let mut copy = Sqlite::open(&again).unwrap();
        copied.copier.pass(&mut copy, tested.now, Reach::New).unwrap();
        let series = tested.series("pump/energy_total");
        assert_eq!(
            copy.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap(),
            expected.hours(&series, Timestamp::MIN, Timestamp::MAX).unwrap()
        );
        assert_eq!(copy.gateways().unwrap(), read.gateways().unwrap());
    }
}

/// The example's township over ten days of its drought, from this store and from one that is not under test.
pub fn figures_are_the_same_to_the_last_digit(mut tested: Tested) {
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
    expected.settle().unwrap();
    batches.shuffle(&mut random);
    for some in batches.chunks(30) {
        tested.commit(some);
    }
    let calendar = hub::calendar(&township).unwrap();
    let period = Period { from: date(2022, 8, 2), to: date(2022, 8, 9) };
    let rules = Rules::embedded().unwrap();
    let inputs = Inputs {
        basis: Basis { township: &township, calendar: &calendar, entries: &[], period },
        earlier: &[],
        pending: &[],
        rules: &rules,
        acceptances: &[],
        caveats: &[],
        wordings: &[],
        code_version: "test",
    };
    let all = |store: &Sqlite| {
        let figures = figures::compute(&inputs, &mut StoreCells { store, calendar: &calendar });
        serde_json::to_string_pretty(&figures.unwrap()).unwrap()
    };
    let found = all(&tested.read());
    assert_eq!(found, all(&expected));
    assert!(found.contains("electricity_used") && found.contains("counter difference"));
}
