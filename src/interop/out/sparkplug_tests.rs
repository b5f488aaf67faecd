//! Sparkplug B: what the specification demands of a node, message by message.

use proptest::prelude::*;

use super::test_readings::{
    ENERGY, LEVEL, STATE, at, birth, flagged, good, missing, nasty, problems, view,
};
use super::{FormatSettings, Message, SparkplugSettings, View};
use crate::core::{Flag, Reading, Reason};
use crate::interop::sparkplug::{
    BD_SEQ, DOUBLE, INT_64, Metric, Payload, Property, QUALITY, REBIRTH, Value,
};

fn payload(message: &Message) -> Payload {
    assert!(!message.retain);
    Payload::from_bytes(&message.payload).unwrap()
}

fn topics(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.topic.as_str()).collect()
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| payload(message).seq.unwrap()).collect()
}

fn quality(metric: &Metric) -> u32 {
    match metric.properties.as_ref().unwrap().get(QUALITY).unwrap().value {
        Some(Property::Int(quality)) => quality,
        ref other => unreachable!("{other:?}"),
    }
}

/// A node that is connected, and what it said first.
fn connected(latest: &[Reading]) -> (View, Vec<Message>) {
    let mut view = view("[sparkplug]\ngroup = '赤水'");
    view.will(257);
    let births = view.connected(at(0), latest);
    (view, births)
}

fn rebirth(value: bool) -> Vec<u8> {
    let metric = Metric {
        name: Some(REBIRTH.into()),
        value: Some(Value::Boolean(value)),
        ..Metric::default()
    };
    Payload { metrics: vec![metric], ..Payload::default() }.to_bytes()
}

#[test]
fn the_will_is_a_death_with_the_number_of_the_birth_and_no_sequence() {
    let mut view = view("[sparkplug]\ngroup = '赤水'\nnode = 'east gate'");
    let will = view.will(511).unwrap();
    assert_eq!(will.topic, "spBv1.0/赤水/NDEATH/east gate");
    let death = payload(&will);
    assert_eq!((death.seq, death.metrics.len()), (None, 1));
    let number = &death.metrics[0];
    assert_eq!(number.name.as_deref(), Some(BD_SEQ));
    assert_eq!((number.datatype, &number.value), (Some(INT_64), &Some(Value::Long(255))));
    let born = view.connected(at(0), &[]);
    assert_eq!(payload(&born[0]).metrics[0].value, Some(Value::Long(255)));
    let last = view.leaving(at(9));
    assert_eq!(topics(&last), [will.topic.as_str()]);
    assert_eq!(payload(&last[0]).metrics[0].value, Some(Value::Long(255)));
    assert_eq!(payload(&view.will(512).unwrap()).metrics[0].value, Some(Value::Long(0)));
}

#[test]
fn births_name_every_metric_with_alias_type_unit_and_value() {
    let (_, births) = connected(&[good(LEVEL, -60, 98.5), missing(ENERGY, -60)]);
    assert_eq!(
        topics(&births),
        [
            "spBv1.0/赤水/NBIRTH/gw-1",
            "spBv1.0/赤水/DBIRTH/gw-1/pond-1",
            "spBv1.0/赤水/DBIRTH/gw-1/pump-1"
        ]
    );
    assert_eq!(seqs(&births), [0, 1, 2]);
    let node = payload(&births[0]);
    let names: Vec<_> = node.metrics.iter().map(|one| one.name.as_deref().unwrap()).collect();
    assert_eq!(names, [BD_SEQ, REBIRTH]);
    assert_eq!(
        (&node.metrics[1].value, node.metrics[1].alias),
        (&Some(Value::Boolean(false)), None)
    );
    let pond = payload(&births[1]);
    let level = &pond.metrics[0];
    assert_eq!((level.name.as_deref(), level.datatype), (Some("level"), Some(DOUBLE)));
    assert_eq!(level.value, Some(Value::Double(98.5)));
    assert_eq!((level.timestamp, quality(level)), (Some(1_659_311_940_000), 192));
    let unit = level.properties.as_ref().unwrap().get("engUnit").unwrap();
    assert_eq!(unit.value, Some(Property::String("m".into())));
    // Missing, and not read yet.
    let pump = payload(&births[2]);
    let [energy, state] = &pump.metrics[..] else { unreachable!("two metrics") };
    assert_eq!((energy.is_null, &energy.value, quality(energy)), (Some(true), &None, 0));
    assert_eq!((state.is_null, &state.value, quality(state)), (Some(true), &None, 500));
    let all = births.iter().flat_map(|birth| payload(birth).metrics);
    let mut aliases: Vec<_> = all.clone().filter_map(|metric| metric.alias).collect();
    aliases.sort_unstable();
    aliases.dedup();
    assert_eq!(aliases.len(), 3);
    assert!(all.into_iter().all(|metric| metric.timestamp.is_some()));
}

#[test]
fn data_have_aliases_quality_and_the_order_of_their_times() {
    let (mut view, births) = connected(&[]);
    let readings = [
        good(LEVEL, 300, 2.0),
        flagged(ENERGY, 0, 7.0, Flag::Suspect, Reason::Spike),
        flagged(LEVEL, 0, 1.0, Flag::Fail, Reason::OutOfRange),
        missing(STATE, 0),
    ];
    let data = view.readings(&readings, false, at(301));
    assert_eq!(topics(&data), ["spBv1.0/赤水/DDATA/gw-1/pond-1", "spBv1.0/赤水/DDATA/gw-1/pump-1"]);
    assert_eq!(seqs(&data), [3, 4]);
    let pond = payload(&data[0]);
    let values: Vec<_> = pond.metrics.iter().map(|one| one.value.clone()).collect();
    assert_eq!(values, [Some(Value::Double(1.0)), Some(Value::Double(2.0))]);
    assert_eq!(pond.metrics.iter().map(quality).collect::<Vec<_>>(), [0, 192]);
    let reason = pond.metrics[0].properties.as_ref().unwrap().get("reason").unwrap();
    assert_eq!(reason.value, Some(Property::String("out_of_range".into())));
    let born = payload(&births[1]).metrics[0].alias;
    assert!(pond.metrics.iter().all(|one| one.name.is_none() && one.alias == born));
    assert!(pond.metrics.iter().all(|one| one.is_historical.is_none()));
    let pump = payload(&data[1]);
    assert_eq!(pump.metrics.iter().map(quality).collect::<Vec<_>>(), [0, 0]);
    let state = pump.metrics.iter().find(|one| one.value.is_none()).unwrap();
    assert_eq!(state.is_null, Some(true));
}

#[test]
fn the_backlog_is_historical_and_a_series_without_birth_is_passed_over() {
    let (mut view, _) = connected(&[]);
    let data =
        view.readings(&[good(LEVEL, -900, 1.0), good("gone-1/level", -900, 1.0)], true, at(0));
    assert_eq!(data.len(), 1);
    assert_eq!(payload(&data[0]).metrics[0].is_historical, Some(true));
    assert_eq!(view.passed_over(), 1);
}

#[test]
fn numbers_begin_again_after_255_and_large_batches_are_split() {
    let (mut view, _) = connected(&[]);
    let mut numbers = Vec::new();
    for n in 0..300 {
        numbers.extend(seqs(&view.readings(&[good(LEVEL, n, 1.0)], false, at(n))));
    }
    assert_eq!(numbers, (3..303).map(|n| n % 256).collect::<Vec<u64>>());
    let many: Vec<_> = (0..1_200).map(|n| good(LEVEL, n, 1.0)).collect();
    let data = view.readings(&many, false, at(2_000));
    let sizes: Vec<_> = data.iter().map(|message| payload(message).metrics.len()).collect();
    assert_eq!(sizes, [500, 500, 200]);
}

#[test]
fn there_are_no_data_before_a_birth_nor_after_a_death() {
    let mut view = view("[sparkplug]\ngroup = 'g'");
    assert!(view.readings(&[good(LEVEL, 0, 1.0)], false, at(0)).is_empty());
    view.will(1);
    assert!(view.readings(&[good(LEVEL, 0, 1.0)], false, at(0)).is_empty());
    assert!(view.received("spBv1.0/g/NCMD/gw-1", &rebirth(true), at(0), &[]).is_empty());
    view.connected(at(0), &[]);
    view.leaving(at(0));
    assert!(view.readings(&[good(LEVEL, 0, 1.0)], false, at(0)).is_empty());
    assert_eq!(view.passed_over(), 3);
}

#[test]
fn a_host_gets_all_births_again_and_not_more_often_than_every_five_seconds() {
    let (mut view, births) = connected(&[]);
    assert_eq!(view.subscriptions(), ["spBv1.0/赤水/NCMD/gw-1"]);
    view.readings(&[good(LEVEL, 0, 1.0)], false, at(0));
    let topic = "spBv1.0/赤水/NCMD/gw-1";
    let latest = [good(LEVEL, 0, 1.0)];
    let again = view.received(topic, &rebirth(true), at(1), &latest);
    assert_eq!(topics(&again), topics(&births));
    assert_eq!(seqs(&again), [0, 1, 2]);
    assert_eq!(payload(&again[0]).metrics[0].value, Some(Value::Long(1)));
    assert_eq!(payload(&again[1]).metrics[0].value, Some(Value::Double(1.0)));
    assert!(view.received(topic, &rebirth(true), at(5), &latest).is_empty());
    assert_eq!(view.received(topic, &rebirth(true), at(6), &latest).len(), 3);
    // The clock was set back.
    assert_eq!(view.received(topic, &rebirth(true), at(-900), &latest).len(), 3);
    assert_eq!(seqs(&view.readings(&latest, false, at(7))), [3]);
}

#[test]
fn other_commands_and_noise_are_not_answered() {
    let (mut view, _) = connected(&[]);
    let topic = "spBv1.0/赤水/NCMD/gw-1";
    let mut long = rebirth(true);
    let body = Payload { body: Some(vec![0; 5_000]), ..Payload::default() };
    long.extend(body.to_bytes());
    for (topic, bytes) in [
        (topic, rebirth(false)),
        (topic, Vec::new()),
        (topic, vec![0xff; 40]),
        (topic, long),
        ("spBv1.0/赤水/NCMD/gw-2", rebirth(true)),
        ("spBv1.0/赤水/DCMD/gw-1/pond-1", rebirth(true)),
    ] {
        assert!(view.received(topic, &bytes, at(1), &[]).is_empty(), "{topic}");
    }
    assert_eq!(view.received(topic, &rebirth(true), at(1), &[]).len(), 3);
}

#[test]
fn names_that_are_no_level_of_a_topic_are_refused() {
    for toml in
        ["group = 'a/b'", "group = ''", "group = 'a'\nnode = '+'", "group = '#'", "group = 'STATE'"]
    {
        assert_eq!(problems(&format!("[sparkplug]\n{toml}")).len(), 1, "{toml}");
    }
}

proptest! {
    #[test]
    fn whatever_names_pass_the_messages_read_back(group in nasty(), node in nasty(), value in any::<f64>()) {
        let settings = SparkplugSettings { group: group.clone(), node: Some(node.clone()) };
        let view = View::new(&FormatSettings::Sparkplug(settings), &"gw-1".parse().unwrap(), &birth());
        let Ok(mut view) = view else { return Ok(()) };
        view.will(1);
        let births = view.connected(at(0), &[]);
        let levels: Vec<_> = births[1].topic.split('/').collect();
        prop_assert_eq!(levels, ["spBv1.0", &group, "DBIRTH", &node, "pond-1"]);
        let data = view.readings(&[good(LEVEL, 0, value)], false, at(0));
        let read = match payload(&data[0]).metrics[0].value {
            Some(Value::Double(read)) => read,
            ref other => unreachable!("{other:?}"),
        };
        prop_assert_eq!(read.to_bits(), value.to_bits());
    }

    #[test]
    fn noise_is_answered_by_nothing(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (mut view, _) = connected(&[]);
        let asked = Payload::from_bytes(&bytes).is_some_and(|payload| !payload.metrics.is_empty());
        let answer = view.received("spBv1.0/赤水/NCMD/gw-1", &bytes, at(1), &[]);
        prop_assert!(answer.is_empty() || asked);
    }
}
