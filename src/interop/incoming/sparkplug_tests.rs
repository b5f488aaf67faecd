//! Messages of Sparkplug nodes: aliases, births and deaths, and what a value says of itself.

use super::tests::{at, decoder, english, numbers};
use super::*;
use crate::interop::sparkplug::{self as sp, Metric, Payload, PropertySet};

pub(super) fn node_metric(device: Option<&str>, name: &str) -> Place {
    let (group, node) = ("County".into(), "Edge 1".into());
    Place::Sparkplug { group, node, device: device.map(Into::into), metric: name.into() }
}

pub(super) fn named(name: &str, alias: Option<u64>, kind: Option<u32>, value: sp::Value) -> Metric {
    let (name, value) = ((!name.is_empty()).then(|| name.into()), Some(value));
    Metric { name, alias, datatype: kind, value, ..Metric::default() }
}

pub(super) fn message(seq: u64, metrics: Vec<Metric>) -> Vec<u8> {
    let timestamp = Some(1_658_136_855_775);
    Payload { timestamp, metrics, seq: Some(seq), ..Payload::default() }.to_bytes()
}

pub(super) const BIRTH: &str = "spBv1.0/County/NBIRTH/Edge 1";
pub(super) const DATA: &str = "spBv1.0/County/NDATA/Edge 1";
pub(super) const DEVICE_BIRTH: &str = "spBv1.0/County/DBIRTH/Edge 1/塘";
pub(super) const DEVICE_DATA: &str = "spBv1.0/County/DDATA/Edge 1/塘";
const DEATH: &str = "spBv1.0/County/NDEATH/Edge 1";

#[test]
fn a_sparkplug_alias_counts_once_a_birth_has_given_it() {
    let places = [node_metric(None, "Inputs/Level"), node_metric(Some("塘"), "Level")];
    let mut decoder = decoder(Format::Sparkplug, &places, TimeForm::S);
    let aliased = |alias, bits| named("", Some(alias), None, sp::Value::Int(bits));
    let early = decoder.decode(DATA, &message(7, vec![aliased(1, 5)])).unwrap();
    assert_eq!((early.found.len(), early.unknown_aliases, early.breaks), (0, 1, 0));
    assert_eq!(early.rebirth, Some(("County".into(), "Edge 1".into())));

    let born = vec![
        named("Inputs/Level", Some(1), Some(sp::INT_32), sp::Value::Int(5)),
        named("Other", Some(2), Some(sp::INT_32), sp::Value::Int(6)),
        named("bdSeq", None, Some(sp::INT_64), sp::Value::Long(0)),
        named("Node Control/Rebirth", None, Some(sp::BOOLEAN), sp::Value::Boolean(false)),
    ];
    let born = decoder.decode(BIRTH, &message(0, born)).unwrap();
    assert_eq!((numbers(&born), born.rebirth), (vec![(0, 5.0)], None));
    assert_eq!(born.unmapped.first, ["County/Edge 1 Other"], "and what is none of its values");
    let device = vec![named("Level", Some(1), Some(sp::FLOAT), sp::Value::Float(21.6))];
    let device = decoder.decode(DEVICE_BIRTH, &message(1, device)).unwrap();
    assert_eq!(numbers(&device), [(1, 21.6)]);

    // Of the node and of its device; -5 as two's complement, whose type the birth has said.
    let data =
        decoder.decode(DATA, &message(2, vec![aliased(1, -5i32 as u32), aliased(2, 1)])).unwrap();
    assert_eq!((numbers(&data), data.unmapped.count), (vec![(0, -5.0)], 1));
    assert_eq!(data.found[0].at, Some(at("2022-07-18T09:34:15.775Z")));
    let of_device = vec![named("", Some(1), None, sp::Value::Float(0.1))];
    let of_device = decoder.decode(DEVICE_DATA, &message(3, of_device)).unwrap();
    assert_eq!((numbers(&of_device), of_device.breaks), (vec![(1, 0.1)], 0));

    // The same message again is no loss.
    let again = decoder.decode(DATA, &message(3, vec![aliased(1, 2)])).unwrap();
    assert_eq!((again.breaks, numbers(&again)), (0, vec![(0, 2.0)]));
    // What is lost may have been a birth that has given the alias to another metric.
    let lost = decoder.decode(DATA, &message(5, vec![aliased(1, 1)])).unwrap();
    assert_eq!((lost.breaks, lost.unknown_aliases, lost.found.len()), (1, 1, 0));
    assert!(lost.rebirth.is_some());
    let next = named("Inputs/Level", None, Some(sp::INT_32), sp::Value::Int(4));
    let next = decoder.decode(DATA, &message(6, vec![next, aliased(1, 1)])).unwrap();
    assert_eq!((next.breaks, next.unknown_aliases, numbers(&next)), (0, 1, vec![(0, 4.0)]));
    // A node that comes again begins anew, with aliases of its own.
    let dead = decoder.decode(DEATH, &message(0, vec![])).unwrap();
    assert_eq!(dead, Decoded::default());
    let again = vec![named("Inputs/Level", Some(9), Some(sp::INT_32), sp::Value::Int(5))];
    assert_eq!(decoder.decode(BIRTH, &message(0, again)).unwrap().breaks, 0);
    assert_eq!(decoder.decode(DATA, &message(1, vec![aliased(1, 1)])).unwrap().unknown_aliases, 1);
    // After 255 comes 0.
    for seq in 2..600 {
        let decoded = decoder.decode(DATA, &message(seq % 256, vec![])).unwrap();
        assert_eq!(decoded.breaks, 0, "{seq}");
    }
}

#[test]
fn a_death_ends_the_aliases_of_its_own_connection_and_of_no_other() {
    let places = [node_metric(None, "m"), node_metric(Some("塘"), "Level")];
    let mut decoder = decoder(Format::Sparkplug, &places, TimeForm::S);
    let number = |seq| named(sp::BD_SEQ, None, Some(sp::INT_64), sp::Value::Long(seq));
    let death = |seq| Payload { metrics: vec![number(seq)], ..Payload::default() }.to_bytes();
    let double = |name, alias| named(name, alias, Some(sp::DOUBLE), sp::Value::Double(1.5));
    decoder.decode(BIRTH, &message(0, vec![number(8), double("m", Some(1))])).unwrap();
    // The will of the connection before, which the broker gives up late.
    decoder.decode(DEATH, &death(7)).unwrap();
    let lives = decoder.decode(DATA, &message(1, vec![double("", Some(1))])).unwrap();
    assert_eq!((numbers(&lives), lives.breaks), (vec![(0, 1.5)], 0));
    assert_eq!(decoder.decode(DATA, &message(3, vec![])).unwrap().breaks, 1, "it still counts");
    // Its own: the birth that follows is missed, and has given the alias to another metric.
    decoder.decode(BIRTH, &message(0, vec![number(9), double("m", Some(1))])).unwrap();
    decoder.decode(DEATH, &death(9)).unwrap();
    let next = decoder.decode(DATA, &message(4, vec![double("", Some(1))])).unwrap();
    assert_eq!((next.found.len(), next.unknown_aliases), (0, 1));
    assert!(next.rebirth.is_some());
}

#[test]
fn numbers_are_followed_from_the_birth_of_a_device_on_where_the_nodes_was_missed() {
    let mut decoder = decoder(Format::Sparkplug, &[node_metric(Some("塘"), "Level")], TimeForm::S);
    let double = |name, alias| named(name, alias, Some(sp::DOUBLE), sp::Value::Double(1.5));
    assert_eq!(decoder.decode(DATA, &message(3, vec![])).unwrap().breaks, 0);
    decoder.decode(DEVICE_BIRTH, &message(9, vec![double("Level", Some(1))])).unwrap();
    let next = decoder.decode(DEVICE_DATA, &message(10, vec![double("", Some(1))])).unwrap();
    assert_eq!((numbers(&next), next.breaks), (vec![(0, 1.5)], 0));
    assert_eq!(decoder.decode(DEVICE_DATA, b"").unwrap().breaks, 0, "it has no number");
    let lost = decoder.decode(DEVICE_DATA, &message(2, vec![double("", Some(1))])).unwrap();
    assert_eq!((lost.found.len(), lost.breaks, lost.unknown_aliases), (0, 1, 1));
}

#[test]
fn the_last_metric_of_a_large_birth_is_known_by_its_alias() {
    let mut decoder = decoder(Format::Sparkplug, &[node_metric(None, "m")], TimeForm::S);
    let bare = |name: &str, alias| Metric {
        name: (!name.is_empty()).then(|| name.into()),
        alias: Some(alias),
        value: Some(sp::Value::Double(1.5)),
        ..Metric::default()
    };
    let mut born: Vec<Metric> = (0..9000).map(|alias| bare("x", alias)).collect();
    born.push(bare("m", 9000));
    decoder.decode(BIRTH, &message(0, born)).unwrap();
    let data = decoder.decode(DATA, &message(1, vec![bare("", 9000), bare("", 8999)])).unwrap();
    assert_eq!((numbers(&data), data.unknown_aliases, data.unmapped.count), (vec![(0, 1.5)], 0, 1));
}

#[test]
fn sparkplug_says_what_is_null_bad_and_historical() {
    let mut decoder = decoder(Format::Sparkplug, &[node_metric(None, "m")], TimeForm::S);
    let mut read = |change: &dyn Fn(&mut Metric)| {
        let mut metric = named("m", None, Some(sp::DOUBLE), sp::Value::Double(1.5));
        change(&mut metric);
        decoder.decode(DATA, &message(0, vec![metric])).unwrap()
    };
    let quality = |code| {
        let mut properties = PropertySet::default();
        properties.add_int(sp::QUALITY, code);
        Some(properties)
    };
    let of = |decoded: &Decoded| (decoded.found[0].value.clone(), decoded.found[0].quality);
    assert_eq!(of(&read(&|_| {})), (Value::Number(1.5), Quality::Good));
    let null = read(&|metric| (metric.is_null, metric.value) = (Some(true), None));
    assert_eq!(of(&null), (Value::Nothing, Quality::Good));
    for (code, expected) in
        [(192, Quality::Good), (0, Quality::Bad), (500, Quality::Bad), (64, Quality::Uncertain)]
    {
        assert_eq!(of(&read(&|metric| metric.properties = quality(code))).1, expected, "{code}");
    }
    let old = read(&|metric| metric.is_historical = Some(true));
    assert!(english(old.refused.problem()).contains("historical"));
    let old = read(&|metric| {
        (metric.is_historical, metric.timestamp) = (Some(true), Some(1_000_000_000_000));
    });
    assert_eq!(old.found[0].at, Some(at("2001-09-09T01:46:40Z")));
    let never = read(&|metric| metric.timestamp = Some(u64::MAX));
    assert!(english(never.refused.problem()).contains("time of County/Edge 1 m"));
    let unsigned = |metric: &mut Metric| {
        (metric.datatype, metric.value) = (None, Some(sp::Value::Long(u64::MAX)));
    };
    let unknown = read(&unsigned);
    assert!(unknown.rebirth.is_some(), "its birth says the type");
    let said = english(unknown.refused.problem());
    assert!(said.contains("County/Edge 1 m, 18446744073709551615, comes without"), "{said}");
    let nan = read(&|metric| metric.value = Some(sp::Value::Double(f64::NAN)));
    assert!(matches!(nan.found[0].value, Value::Number(number) if number.is_nan()));
    let table = read(&|metric| metric.value = Some(sp::Value::DataSet(vec![1, 2])));
    assert_eq!(of(&table).0, Value::Other("{...}".into()));
    let text = read(&|metric| metric.value = Some(sp::Value::String("high".into())));
    assert_eq!(of(&text).0, Value::Other("\"high\"".into()));
}

#[test]
fn a_whole_number_without_its_type_is_taken_where_it_has_one_meaning() {
    let mut decoder = decoder(Format::Sparkplug, &[node_metric(None, "m")], TimeForm::S);
    let mut read = |bits| {
        let metric = named("m", None, None, sp::Value::Int(bits));
        let decoded = decoder.decode(DATA, &message(0, vec![metric])).unwrap();
        numbers(&decoded).first().map(|(_, number)| *number)
    };
    for bits in [0, 127, 256, 32_767, 65_536, i32::MAX as u32] {
        assert_eq!(read(bits), Some(f64::from(bits)));
    }
    // -1 and -128 of Int8, -32768 and -1 of Int16, and of Int32: as libraries write them.
    for bits in [128, 255, 32_768, 65_535, 0x8000_0000, u32::MAX, -5i8 as u32] {
        assert_eq!(read(bits), None, "{bits}");
    }
}

#[test]
fn what_the_broker_had_kept_says_nothing_of_the_present() {
    let places = [node_metric(None, "m"), node_metric(None, "n")];
    let mut decoder = decoder(Format::Sparkplug, &places, TimeForm::S);
    let double = |name, alias| named(name, alias, Some(sp::DOUBLE), sp::Value::Double(1.5));
    decoder.decode(BIRTH, &message(0, vec![double("m", Some(1))])).unwrap();
    let old = decoder.decode_kept(BIRTH, &message(7, vec![double("n", Some(1))])).unwrap();
    assert_eq!((numbers(&old), old.rebirth), (vec![(1, 1.5)], None), "it has its time");
    let old = decoder.decode_kept(DATA, &message(9, vec![double("", Some(1))])).unwrap();
    assert_eq!((old.found.len(), old.unknown_aliases, old.rebirth), (0, 1, None));
    let now = decoder.decode(DATA, &message(1, vec![double("", Some(1))])).unwrap();
    assert_eq!((numbers(&now), now.breaks), (vec![(0, 1.5)], 0));
}

#[test]
fn what_is_no_sparkplug_message_is_refused_and_commands_are_passed_over() {
    let mut decoder = decoder(Format::Sparkplug, &[node_metric(None, "m")], TimeForm::S);
    for topic in [
        "a/b",
        "spBv1.0",
        "spBv1.0/g",
        "spBv1.0/g/NDATA",
        "spBv1.0/g/DDATA/n",
        "spBv1.0/g/NDATA/n/d/e",
        "spAv1.0/g/NDATA/n",
    ] {
        assert!(decoder.decode(topic, b"").is_err(), "{topic}");
    }
    for topic in ["spBv1.0/STATE/host", "spBv1.0/g/NCMD/n", "spBv1.0/g/DCMD/n/d"] {
        assert_eq!(decoder.decode(topic, b"{}").unwrap(), Decoded::default(), "{topic}");
    }
    assert!(decoder.decode(DATA, b"{\"a\":1}").is_err());
    let compressed = Payload { uuid: Some("SPBV1.0_COMPRESSED".into()), ..Payload::default() };
    assert!(decoder.decode(DATA, &compressed.to_bytes()).is_err());
    let nameless = decoder.decode(DATA, &message(0, vec![Metric::default()])).unwrap();
    assert_eq!(nameless.refused.count, 1);
}
