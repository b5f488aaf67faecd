//! Reading from InfluxDB: answers are assembled, and broken answers do no harm.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use influxdb_line_protocol::{FieldValue, parse_lines};
use jiff::SignedDuration;
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;

use super::super::copy::{Copier, Reach};
use super::super::samples::{Block, Point, Readings, Tag, Tags};
use super::super::*;
use super::test_fake::{Fake, Reply, answer, taken};
use super::{buckets, settings};
use crate::core::{Flag, Reading, Reason, Series};
use crate::store::tests::{at, batch, born, gateway, good, missing};
use crate::store::{Sqlite, line};
use crate::wire::{ClockState, GatewayState, LossCause, LossRecord};

/// The written lines in the form of InfluxDB's answer for some measurements: a table for each series and field.
fn csv(lines: &str, measurements: &[&str]) -> String {
    type Rows = Vec<(i64, String)>;
    let mut tables: BTreeMap<(Vec<(String, String)>, String), Rows> = BTreeMap::new();
    for line in parse_lines(lines).map(Result::unwrap) {
        let measurement = line.series.measurement.as_str();
        if !measurements.contains(&measurement) {
            continue;
        }
        let tags = line.series.tag_set.unwrap_or_default();
        let tags = tags.iter().map(|(k, v)| (k.to_string(), v.to_string()));
        // It is dropped where it is the only one.
        let of_several = (measurements.len() > 1).then_some(measurement);
        let of_several = of_several.map(|name| ("_measurement".to_owned(), name.to_owned()));
        let tags: Vec<_> = of_several.into_iter().chain(tags).collect();
        for (field, value) in &line.field_set {
            let value = match value {
                FieldValue::F64(value) => format!("{value}"),
                FieldValue::I64(value) => format!("{value}"),
                other => panic!("{other:?}"),
            };
            let key = (tags.clone(), field.to_string());
            // The same instant once: the last one written counts.
            let rows = tables.entry(key).or_default();
            let at = line.timestamp.unwrap();
            rows.retain(|(before, _)| *before != at);
            rows.push((at, value));
        }
    }
    let mut text = String::new();
    for (n, ((tags, field), rows)) in tables.iter().enumerate() {
        let names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
        let types = "string,".repeat(names.len());
        text += &format!(
            "#datatype,string,long,dateTime:RFC3339,double,string,{}\r\n",
            types.trim_end_matches(',')
        );
        text += &format!(",result,table,_time,_value,_field,{}\r\n", names.join(","));
        for (ms, value) in rows {
            let at = Timestamp::from_millisecond(*ms).unwrap();
            let values: Vec<&str> = tags.iter().map(|(_, value)| value.as_str()).collect();
            text += &format!(",_result,{n},{at},{value},{field},{}\r\n", values.join(","));
        }
        text += "\r\n";
    }
    text
}

/// The lines of the gateways and times that a query names.
fn asked_for(lines: &str, query: &str) -> String {
    let instant = |name: &str| {
        let rest = query.split(&format!("{name}: ")).nth(1).unwrap();
        let text = rest.split([',', ')']).next().unwrap();
        text.parse::<Timestamp>().unwrap().as_millisecond()
    };
    let (from, to) = (instant("start"), instant("stop"));
    let gateways: Vec<String> = query
        .split("r.gateway == \"")
        .skip(1)
        .map(|rest| format!(",gateway={},", rest.split('"').next().unwrap()))
        .collect();
    let wanted = |line: &&str| {
        let at: i64 = line.rsplit(' ').next().unwrap().parse().unwrap();
        let of_gateway = gateways.is_empty() || gateways.iter().any(|tag| line.contains(tag));
        of_gateway && (from..to).contains(&at)
    };
    lines.lines().filter(wanted).map(|line| format!("{line}\n")).collect()
}

/// A server that stores what is written and answers queries from it; `spoil` may change each answer.
pub fn keeping(mut spoil: impl FnMut(String) -> Reply + Send + 'static) -> Fake {
    let lines = Arc::new(Mutex::new(String::new()));
    Fake::start(move |request| {
        let mut lines = lines.lock().unwrap();
        if request.line.starts_with("GET /api/v2/buckets?") {
            return buckets(0);
        }
        if request.line.starts_with("POST /api/v2/write?") {
            lines.push_str(&request.body);
            return taken();
        }
        assert!(request.line.starts_with("POST /api/v2/query?org=county "), "{}", request.line);
        let asked: serde_json::Value = serde_json::from_str(&request.body).unwrap();
        let query = asked["query"].as_str().unwrap();
        let named = query.split("r._measurement == \"").skip(1);
        let named: Vec<&str> = named.map(|rest| rest.split('"').next().unwrap()).collect();
        spoil(csv(&asked_for(&lines, query), &named))
    })
}

pub fn whole(text: String) -> Reply {
    answer("200 OK", "content-type: text/csv\r\n", &text)
}

/// Batches with readings of every kind.
fn batches() -> Vec<Batch> {
    let failed = Reading {
        flag: Flag::Fail,
        reason: Some(Reason::Spike),
        raw: vec![1, 2, 3, 0xffff].into(),
        ..good("pond-1/level", 3, f64::from(0.7f32))
    };
    let mut thinned = batch(7, vec![missing("pond-2/level", 9, Reason::Crc)]);
    thinned.loss =
        Some(LossRecord { first: 5, lost: Some(12), from: at(0), to: at(9), why: LossCause::Full });
    let meter = (0..20).map(|h| good("pump-1/energy_total", 60 * h, 9_900.0 + 10.1 * h as f64));
    vec![
        batch(
            1,
            vec![good("pond-1/level", 1, 98.113), missing("pond-1/level", 2, Reason::Timeout)],
        ),
        batch(2, vec![failed, good("pond-1/level", 2, 1e-7)]),
        batch(3, meter.collect()),
        thinned,
    ]
}

fn status() -> Status {
    let mut status = Status::new(GatewayState::Online, at(1));
    status.clock = Some(ClockState::Provisional);
    status
}

fn written(store: &mut dyn Store) {
    let birth = born("pump-1/energy_total", Some(10_000.0), Some(50.0));
    store.birth(&gateway("gw-1"), &birth, at(2000)).unwrap();
    store.commit(&batches(), at(2001)).unwrap();
    store.status(&gateway("gw-1"), &status(), at(2002)).unwrap();
}

/// Everything that a file holds.
fn held(store: &Sqlite) -> impl PartialEq + std::fmt::Debug {
    let series = store.series().unwrap();
    let all = series.iter().map(|series| {
        (
            store.readings(series, Timestamp::MIN, Timestamp::MAX).unwrap(),
            store.hours(series, Timestamp::MIN, Timestamp::MAX).unwrap(),
        )
    });
    let all: Vec<_> = all.collect();
    let gateways = store.gateways().unwrap();
    let gateways: Vec<_> = gateways
        .into_iter()
        .map(|row| (row.gateway, row.online, row.since, row.clock, row.delivered))
        .collect();
    (series, all, gateways, store.lost().unwrap())
}

pub fn file() -> (tempfile::TempDir, Sqlite) {
    let dir = tempfile::tempdir().unwrap();
    let store = Sqlite::open(&dir.path().join("s")).unwrap();
    (dir, store)
}

#[test]
fn a_copy_holds_what_was_written() {
    let fake = keeping(whole);
    let mut server = Server::open(&settings(&fake.url), "hub-1").unwrap();
    written(&mut server);
    let (_one, mut direct) = file();
    written(&mut direct);
    let (_two, mut copy) = file();
    let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
    let copied = copier.pass(&mut copy, at(2003), Reach::New).unwrap();
    assert_eq!((copied.new_batches, copied.new_readings), (4, 24));
    assert_eq!(held(&copy), held(&direct));
    // Nothing new: a query, and one for the readings once they have settled; nothing changes.
    let before = fake.requests().len();
    let copied = copier.pass(&mut copy, at(2103), Reach::New).unwrap();
    assert_eq!((copied.new_batches, copied.new_readings), (0, 0));
    assert_eq!(fake.requests().len() - before, 2);
    assert_eq!(held(&copy), held(&direct));
}

/// The error of a broken answer, and how it breaks.
type Breakage = (&'static str, fn(String) -> Reply);

#[test]
fn a_broken_answer_leaves_nothing_wrong_behind() {
    let broken: [Breakage; 5] = [
        ("503", |_| answer("503 Service Unavailable", "", "busy")),
        ("cut off", |text| {
            let half = &text[..text.len() / 2];
            Reply::Half(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{half}", text.len()))
        }),
        ("runtime error", |text| {
            whole(format!("{text}\r\nerror,reference\r\nruntime error,897\r\n"))
        }),
        ("not a valid number", |text| whole(text.replace(",98.113,", ",98.1l3,"))),
        ("longer than", |_| whole("x".repeat(9 << 20))),
    ];
    for (words, spoil) in broken {
        // The answer for readings breaks once.
        let mut broke = false;
        let fake = keeping(move |text| {
            if text.contains(",98.113,") && !std::mem::replace(&mut broke, true) {
                spoil(text)
            } else {
                whole(text)
            }
        });
        let mut server = Server::open(&settings(&fake.url), "hub-1").unwrap();
        written(&mut server);
        let (_one, mut copy) = file();
        let mut copier = Copier::new(&settings(&fake.url), BTreeMap::new()).unwrap();
        let error = copier.pass(&mut copy, at(2003), Reach::New).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
        assert!(copy.gateways().unwrap().iter().all(|row| row.delivered.is_empty()));
        copier.pass(&mut copy, at(2004), Reach::New).unwrap();
        let (_two, mut direct) = file();
        written(&mut direct);
        assert_eq!(held(&copy), held(&direct), "{words}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Samples may come in any order, and more than once.
    #[test]
    fn samples_come_in_any_order_and_again(
        values in prop::collection::vec((any::<f32>().prop_filter("finite", |v| v.is_finite()), 0u8..5), 1..30),
        seed in any::<u64>(),
    ) {
        let series: Series = "pond-1/level".parse().unwrap();
        let readings: Vec<Reading> = (0..).zip(&values).map(|(minute, (value, kind))| {
            let time = at(0) + SignedDuration::from_mins(minute);
            let good = Reading::good(series.clone(), time, f64::from(*value));
            match kind {
                0 => Reading::missing(series.clone(), time, Reason::Crc, vec![7; minute as usize % 8]),
                1 => Reading { flag: Flag::Suspect, reason: Some(Reason::Rate), raw: vec![1, 2].into(), ..good },
                2 => Reading { flag: Flag::NotEvaluated, ..good },
                _ => good,
            }
        }).collect();
        let mut text = Vec::new();
        for reading in &readings {
            line::reading(&mut text, Some(&gateway("gw-1")), reading).unwrap();
        }
        let mut samples = Vec::new();
        for parsed in parse_lines(std::str::from_utf8(&text).unwrap()).map(Result::unwrap) {
            for (field, value) in &parsed.field_set {
                let number = match value {
                    FieldValue::F64(value) => *value,
                    FieldValue::I64(value) => *value as f64,
                    other => panic!("{other:?}"),
                };
                samples.push((field.to_string(), parsed.timestamp.unwrap(), number));
            }
        }
        let again = samples.len() / 2;
        samples.extend_from_within(..again);
        samples.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        let mut tags = Tags::default();
        for (name, value) in [("gateway", "gw-1"), ("station", "pond-1"), ("parameter", "level")] {
            tags.set(Tag::named(name).unwrap(), value);
        }
        let mut found = Readings::default();
        for (field, at_ms, number) in &samples {
            let points = [Point { at_ms: *at_ms, number: *number }];
            found.add(Block { tags: &tags, field, points: &points });
        }
        // Comparison ignores the sign of zero.
        prop_assert_eq!(found.complete(), vec![(Some(gateway("gw-1")), readings)]);
    }
}
