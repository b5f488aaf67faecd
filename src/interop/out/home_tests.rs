//! Home Assistant's discovery and states.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_readings::{
    ENERGY, LEVEL, STATE, at, birth, flagged, good, missing, nasty, problems, text, view,
};
use super::{FormatSettings, HomeSettings, Message, View};
use crate::core::{Flag, Reason};

fn parsed(message: &Message) -> Value {
    serde_json::from_slice(&message.payload).unwrap()
}

fn topics(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.topic.as_str()).collect()
}

#[test]
fn each_series_is_announced_then_the_gateway_and_the_values_that_are_fresh() {
    let mut view = view("[home_assistant]\nnames = { pond-1 = '东门塘' }");
    let will = view.will(1).unwrap();
    assert_eq!((will.topic.as_str(), text(&will)), ("hanqing-home/gw-1/availability", "offline"));
    // Three intervals of 300 s: the register of 900 s ago is fresh, the level of 901 s ago is not.
    let said = view.connected(at(901), &[good(LEVEL, 0, 98.5), good(ENERGY, 1, 7.0)]);
    assert!(said.iter().all(|message| message.retain));
    assert_eq!(
        topics(&said),
        [
            "homeassistant/sensor/hanqing_gw-1/pond-1_level/config",
            "homeassistant/sensor/hanqing_gw-1/pump-1_energy_total/config",
            "homeassistant/binary_sensor/hanqing_gw-1/pump-1_run_state/config",
            "hanqing-home/gw-1/availability",
            "hanqing-home/gw-1/pump-1/energy_total",
        ]
    );
    assert_eq!(text(&said[3]), "online");
    let level = parsed(&said[0]);
    let state = "hanqing-home/gw-1/pond-1/level";
    assert_eq!(
        level,
        json!({
            "name": "水位",
            "unique_id": "hanqing_pond-1_level",
            "object_id": "hanqing_pond_1_level",
            "default_entity_id": "sensor.hanqing_pond_1_level",
            "state_topic": state,
            "value_template": "{{ value_json.value }}",
            "json_attributes_topic": state,
            "json_attributes_template": "{{ value_json.attributes | tojson }}",
            "availability_topic": "hanqing-home/gw-1/availability",
            "expire_after": 900,
            "device_class": "distance",
            "unit_of_measurement": "m",
            "state_class": "measurement",
            "device": { "identifiers": ["hanqing_pond-1"], "name": "东门塘", "manufacturer": "hanqing" },
            "origin": { "name": "hanqing", "sw_version": "0.1.0" },
        })
    );
    let energy = parsed(&said[1]);
    assert_eq!(
        [&energy["state_class"], &energy["device_class"], &energy["unit_of_measurement"]],
        ["total_increasing", "energy", "kWh"]
    );
    let running = parsed(&said[2]);
    assert_eq!((&running["device_class"], running.get("state_class")), (&json!("running"), None));
    let last = view.leaving(at(1_000));
    assert_eq!((topics(&last), text(&last[0])), (vec![will.topic.as_str()], "offline"));
}

#[test]
fn a_state_has_its_quality_beside_it_and_no_value_where_there_is_none() {
    let mut view = view("[home_assistant]");
    view.connected(at(0), &[]);
    let readings = [
        flagged(LEVEL, 1, 98.5, Flag::Suspect, Reason::Spike),
        flagged(ENERGY, 1, -7.0, Flag::Fail, Reason::OutOfRange),
        missing(STATE, 1),
    ];
    let states: Vec<Value> = view.readings(&readings, false, at(2)).iter().map(parsed).collect();
    let time = "2022-08-01T00:00:01Z";
    assert_eq!(
        states,
        [
            json!({ "value": 98.5, "attributes": { "observed_at": time, "quality": 3, "flags": "spike" } }),
            json!({ "value": null, "attributes": {
                "observed_at": time, "quality": 4, "flags": "out_of_range", "failed_value": -7.0 } }),
            json!({ "value": null, "attributes": { "observed_at": time, "quality": 9, "flags": "timeout" } }),
        ]
    );
}

#[test]
fn the_newest_state_is_never_replaced_by_an_older_one() {
    let mut view = view("[home_assistant]");
    view.connected(at(600), &[good(LEVEL, 500, 5.0)]);
    assert!(view.readings(&[good(LEVEL, 700, 7.0)], true, at(700)).is_empty());
    assert!(view.readings(&[good(LEVEL, 400, 4.0)], false, at(700)).is_empty());
    assert_eq!(view.passed_over(), 2);
    let two = [good(LEVEL, 800, 8.0), good(LEVEL, 810, 8.1), good("gone-1/level", 810, 1.0)];
    let states = view.readings(&two, false, at(811));
    assert_eq!(states.len(), 1);
    assert_eq!(parsed(&states[0])["value"], 8.1);
    assert_eq!(view.passed_over(), 4);
}

#[test]
fn all_is_announced_again_when_home_assistant_has_started() {
    let mut view = view("[home_assistant]\nstatus_topic = 'ha/status'\ndiscovery_prefix = 'ha'");
    assert_eq!(view.subscriptions(), ["ha/status", "ha/+/hanqing_gw-1/+/config"]);
    let first = view.connected(at(0), &[]);
    let again = view.received("ha/status", b"online", at(10), &[good(LEVEL, 5, 1.0)]);
    assert_eq!(topics(&again)[..4], topics(&first)[..]);
    assert_eq!(again.len(), 5);
    for (topic, payload) in [("ha/status", "offline"), ("other", "online"), ("ha/status", "")] {
        assert!(view.received(topic, payload.as_bytes(), at(10), &[]).is_empty(), "{topic}");
    }
}

#[test]
fn what_is_left_of_a_series_that_is_gone_is_removed_and_nothing_else() {
    let mut view = view("[home_assistant]");
    view.connected(at(0), &[]);
    let gone = "homeassistant/sensor/hanqing_gw-1/pond-9_level/config";
    let removed = |topics: &[&str]| -> Vec<Message> {
        let empty = |topic: &&str| (*topic).to_owned();
        let topics = topics.iter().map(empty);
        topics.map(|topic| Message { topic, payload: Vec::new(), retain: true }).collect()
    };
    let both = removed(&[gone, "hanqing-home/gw-1/pond-9/level"]);
    assert_eq!(view.received(gone, b"{}", at(1), &[]), both);
    // A state that lives on under another component, and what is no series at all.
    for other in ["pump-1_run_state", "pond-1_nothing", "availability"] {
        let topic = format!("homeassistant/sensor/hanqing_gw-1/{other}/config");
        assert_eq!(view.received(&topic, b"{}", at(1), &[]), removed(&[&topic]), "{other}");
    }
    for (topic, payload) in [
        (gone, ""),
        ("homeassistant/sensor/hanqing_gw-1/pond-1_level/config", "{}"),
        ("homeassistant/sensor/hanqing_gw-2/pond-9_level/config", "{}"),
        ("homeassistant/sensor/hanqing_gw-1/pond-9_level/config/x", "{}"),
        ("homeassistant/sensor/hanqing_gw-1/pond-9_level/state", "{}"),
        ("homeassistantx/sensor/hanqing_gw-1/pond-9_level/config", "{}"),
        ("homeassistant", "{}"),
    ] {
        assert!(view.received(topic, payload.as_bytes(), at(1), &[]).is_empty(), "{topic}");
    }
    let long = vec![b'x'; 20_000];
    assert!(view.received(gone, &long, at(1), &[]).is_empty());
}

#[test]
fn a_value_expires_after_a_minute_at_least_or_never() {
    let expires = |toml: &str| {
        let said = view(&format!("[home_assistant]\n{toml}")).connected(at(0), &[]);
        parsed(&said[0]).get("expire_after").cloned()
    };
    assert_eq!(expires("expire_intervals = 0"), None);
    assert_eq!(expires("expire_intervals = 2"), Some(json!(600)));
    let mut soon = birth();
    soon.series[0].interval_s = 1;
    let settings = FormatSettings::HomeAssistant(HomeSettings::default());
    let mut view = View::new(&settings, &"gw-1".parse().unwrap(), &soon).unwrap();
    assert_eq!(parsed(&view.connected(at(0), &[])[0])["expire_after"], 60);
    assert!(problems("[home_assistant]\nexpire_intervals = 32")[0].contains("expire_intervals"));
    assert!(problems("[home_assistant]\nstate_prefix = 'hanqing/v1/x'")[0].contains("hanqing/v1"));
}

proptest! {
    #[test]
    fn whatever_the_names_what_is_announced_reads_back(name in nasty()) {
        let names = [("pond-1".parse().unwrap(), name.clone())].into();
        let settings = FormatSettings::HomeAssistant(HomeSettings { names, ..HomeSettings::default() });
        let view = View::new(&settings, &"gw-1".parse().unwrap(), &birth());
        let Ok(mut view) = view else { return Ok(()) };
        let said = view.connected(at(0), &[]);
        let level = parsed(&said[0]);
        prop_assert_eq!(&level["device"]["name"], &json!(name));
        let safe = |c: char| c.is_ascii_alphanumeric() || "_-/".contains(c);
        prop_assert!(said.iter().all(|message| message.topic.chars().all(safe)));
    }
}
