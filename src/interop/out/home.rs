//! Home Assistant: what it needs to find the sensors by itself (MQTT discovery), and their states.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::checks::names;
use super::format::Format;
use super::home_entity::{Component, Entity};
use super::placeholder::Names;
use super::topic::check_prefix;
use super::{HomeSettings, Message};
use crate::core::{Flag, GatewayId, Problems, Reading, Series};
use crate::locales::Text;
use crate::wire::Birth;

/// What a value is given at least before it expires, seconds: a connection that is made anew takes its time.
/// Engineering judgement.
const EXPIRE_MIN_S: u32 = 60;

/// The most intervals that a value may be good for: with a reading a day, a month. Engineering judgement.
const INTERVALS_MAX: u32 = 31;

/// The largest message that is looked at, bytes: Home Assistant says `online`, and a configuration of ours has some
/// 800.
const RECEIVED_MAX: usize = 16 * 1024;

/// The states of an availability topic, which are Home Assistant's defaults.
const ONLINE: &str = "online";
const OFFLINE: &str = "offline";

/// The value as a state; `None` is the word that Home Assistant takes for an unknown one.
const SENSOR_TEMPLATE: &str = "{{ value_json.value }}";
const BINARY_TEMPLATE: &str = "{{ {0: 'OFF', 1: 'ON'}.get(value_json.value, None) }}";

/// The view as Home Assistant's entities.
#[derive(Debug)]
pub(super) struct Home {
    settings: HomeSettings,
    gateway: GatewayId,
    names: Names,
    version: String,
    /// Each series with the seconds after which a value of it expires; `None` for never.
    series: BTreeMap<Series, Option<u32>>,
    /// When the value was observed that is shown of a series.
    shown: HashMap<Series, Timestamp>,
    passed_over: u64,
}

impl Home {
    /// The view with `settings`; what is wrong with them is added to `found`.
    pub(super) fn new(
        settings: &HomeSettings,
        gateway: &GatewayId,
        birth: &Birth,
        found: &mut Problems,
    ) -> Self {
        check_prefix("discovery_prefix", &settings.discovery_prefix, found);
        check_prefix("status_topic", &settings.status_topic, found);
        check_prefix("state_prefix", &settings.state_prefix, found);
        let intervals = settings.expire_intervals;
        found.within("expire_intervals", intervals, ..=INTERVALS_MAX, Text::default());
        let expires = |interval_s: u32| {
            (intervals > 0).then(|| interval_s.saturating_mul(intervals).max(EXPIRE_MIN_S))
        };
        Self {
            settings: settings.clone(),
            gateway: gateway.clone(),
            names: names(settings.lang, &settings.names, birth, found),
            version: birth.version.clone(),
            series: birth
                .series
                .iter()
                .map(|one| (one.series.clone(), expires(one.interval_s)))
                .collect(),
            shown: HashMap::new(),
            passed_over: 0,
        }
    }

    fn availability_topic(&self) -> String {
        format!("{}/{}/availability", self.settings.state_prefix, self.gateway)
    }

    fn state_topic(&self, series: &Series) -> String {
        let Series { station, parameter } = series;
        format!("{}/{}/{station}/{parameter}", self.settings.state_prefix, self.gateway)
    }

    /// The topics of configurations of a component, with this as the last level but one.
    fn config_topic(&self, component: &str, object: &str) -> String {
        let Self { settings, gateway, .. } = self;
        format!("{}/{component}/hanqing_{gateway}/{object}/config", settings.discovery_prefix)
    }

    fn config_topic_of(&self, series: &Series) -> String {
        let component = Entity::of(series.parameter).component.id();
        self.config_topic(component, &format!("{}_{}", series.station, series.parameter))
    }

    /// What Home Assistant is told of a series.
    fn config(&self, series: &Series, expires: Option<u32>) -> Message {
        let entity = Entity::of(series.parameter);
        let id = format!("hanqing_{}_{}", series.station, series.parameter);
        let object = id.replace('-', "_");
        let state_topic = self.state_topic(series);
        let template = match entity.component {
            Component::Sensor => SENSOR_TEMPLATE,
            Component::BinarySensor => BINARY_TEMPLATE,
        };
        let all = json!({
            "name": self.names.parameter(series),
            "unique_id": id,
            "object_id": object,
            "default_entity_id": format!("{}.{object}", entity.component.id()),
            "state_topic": state_topic,
            "value_template": template,
            "json_attributes_topic": state_topic,
            "json_attributes_template": "{{ value_json.attributes | tojson }}",
            "availability_topic": self.availability_topic(),
            "expire_after": expires,
            "device_class": entity.device_class,
            "unit_of_measurement": entity.unit,
            "state_class": entity.state_class.filter(|_| entity.component == Component::Sensor),
            "entity_category": entity.diagnostic.then_some("diagnostic"),
            "device": {
                "identifiers": [format!("hanqing_{}", series.station)],
                "name": self.names.station(&series.station),
                "manufacturer": "hanqing",
            },
            "origin": { "name": "hanqing", "sw_version": self.version },
        });
        let told = match all {
            Value::Object(all) => {
                Value::Object(all.into_iter().filter(|(_, value)| !value.is_null()).collect())
            }
            other => other,
        };
        retained(self.config_topic_of(series), told.to_string())
    }

    fn availability(&self, state: &str) -> Message {
        retained(self.availability_topic(), state.to_owned())
    }

    /// All that Home Assistant needs after a start: its own, or ours.
    fn announced(&mut self, now: Timestamp, latest: &[Reading]) -> Vec<Message> {
        let configs = self.series.iter().map(|(series, expires)| self.config(series, *expires));
        let mut all: Vec<Message> = configs.collect();
        all.push(self.availability(ONLINE));
        let fresh = latest.iter().filter(|reading| self.is_fresh(reading, now));
        all.extend(fresh.map(|reading| self.state(reading)));
        let times = latest.iter().filter(|reading| self.series.contains_key(&reading.series));
        self.shown.extend(times.map(|reading| (reading.series.clone(), reading.observed_at)));
        all
    }

    /// Whether a reading has not expired.
    fn is_fresh(&self, reading: &Reading, now: Timestamp) -> bool {
        self.series.get(&reading.series).is_some_and(|expires| {
            expires.is_none_or(|seconds| {
                now.duration_since(reading.observed_at) <= SignedDuration::from_secs(seconds.into())
            })
        })
    }

    /// The state that a reading is. A value that failed is no state: it would be summed up for good.
    fn state(&self, reading: &Reading) -> Message {
        let value = reading.value();
        let failed = reading.flag == Flag::Fail;
        let mut attributes = json!({
            "observed_at": reading.observed_at,
            "quality": u8::from(reading.flag),
            "flags": reading.reason.map_or("", |reason| reason.id()),
        });
        if let (true, Some(attributes)) = (failed, attributes.as_object_mut()) {
            attributes.insert("failed_value".to_owned(), value.into());
        }
        let state = json!({ "value": value.filter(|_| !failed), "attributes": attributes });
        retained(self.state_topic(&reading.series), state.to_string())
    }

    /// The answer to a configuration of ours that the broker has kept: it goes where its series is there no more, and
    /// so does the state that was kept with it.
    fn left_over(&self, topic: &str, payload: &[u8]) -> Vec<Message> {
        let rest = topic.strip_prefix(&self.settings.discovery_prefix).unwrap_or_default();
        let mut levels = rest.split('/');
        let [_, component, _, object] = [(); 4].map(|()| levels.next().unwrap_or_default());
        let ours = topic == self.config_topic(component, object) && !payload.is_empty();
        let known = self.series.keys().any(|series| topic == self.config_topic_of(series));
        if !ours || known {
            return Vec::new();
        }
        // No station has an underscore in its id. A series may have been another component.
        let series: Option<Series> =
            object.split_once('_').and_then(|of| format!("{}/{}", of.0, of.1).parse().ok());
        let state = series.filter(|series| !self.series.contains_key(series));
        let gone = [Some(topic.to_owned()), state.map(|series| self.state_topic(&series))];
        gone.into_iter().flatten().map(|topic| retained(topic, String::new())).collect()
    }
}

impl Format for Home {
    fn will(&mut self, _: u64) -> Option<Message> {
        Some(self.availability(OFFLINE))
    }

    fn subscriptions(&self) -> Vec<String> {
        vec![self.settings.status_topic.clone(), self.config_topic("+", "+")]
    }

    fn connected(&mut self, now: Timestamp, latest: &[Reading]) -> Vec<Message> {
        self.announced(now, latest)
    }

    fn received(
        &mut self,
        topic: &str,
        payload: &[u8],
        now: Timestamp,
        latest: &[Reading],
    ) -> Vec<Message> {
        if payload.len() > RECEIVED_MAX {
            Vec::new()
        } else if topic == self.settings.status_topic {
            if payload == ONLINE.as_bytes() { self.announced(now, latest) } else { Vec::new() }
        } else {
            self.left_over(topic, payload)
        }
    }

    fn readings(&mut self, readings: &[Reading], historical: bool, _: Timestamp) -> Vec<Message> {
        // Of each series the newest, where it is newer than what is shown.
        let mut newest: BTreeMap<&Series, &Reading> = BTreeMap::new();
        for reading in readings.iter().filter(|_| !historical) {
            let shown = newest.get(&reading.series).map(|before| before.observed_at);
            let shown = shown.max(self.shown.get(&reading.series).copied());
            let newer = shown.is_none_or(|shown| reading.observed_at > shown);
            if newer && self.series.contains_key(&reading.series) {
                newest.insert(&reading.series, reading);
            }
        }
        self.passed_over += (readings.len() - newest.len()) as u64;
        let states = newest.values().map(|reading| self.state(reading)).collect();
        let times = newest.iter().map(|(series, one)| ((*series).clone(), one.observed_at));
        self.shown.extend(times);
        states
    }

    fn leaving(&mut self, _: Timestamp) -> Vec<Message> {
        vec![self.availability(OFFLINE)]
    }

    fn passed_over(&self) -> u64 {
        self.passed_over
    }
}

/// A message that the broker keeps: what Home Assistant reads when it starts.
fn retained(topic: String, payload: String) -> Message {
    Message { topic, payload: payload.into_bytes(), retain: true }
}
