//! Sparkplug B 3.0: the gateway is the node, each of its stations a device, each series a metric of it.
//!
//! Sections and requirements are those of the Eclipse Sparkplug Specification 3.0.0.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::format::Format;
use super::topic::check_level;
use super::{Message, SparkplugSettings};
use crate::core::{Flag, GatewayId, Problems, Reading, Series, StationId, Unit};
use crate::interop::sparkplug::{
    BD_SEQ, BOOLEAN, DOUBLE, INT_64, Metric, NAMESPACE, Payload, PropertySet, QUALITY, QUALITY_BAD,
    QUALITY_GOOD, QUALITY_STALE, REBIRTH, Value,
};
use crate::locales::interop_out as words;
use crate::wire::Birth;

/// What stands in place of a group in the topics of hosts.
const STATE: &str = "STATE";

/// How many readings go into one message before the next begins: about 25 KB. Engineering judgement.
const METRICS_MAX: usize = 500;

/// The largest command that is read, bytes: a request for births has some 40.
const COMMAND_MAX: usize = 4 * 1024;

/// The shortest time between births that a host asks for. A host that misses something asks again as long as it misses
/// it, and each answer is all births of the gateway. Engineering judgement.
const REBIRTH_PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The property with the unit of a metric, as Ignition and other hosts read it.
const UNIT: &str = "engUnit";
/// The property with the QARTOD flag of a value that is not good.
const FLAG: &str = "flag";
/// The property with the reason of that flag.
const REASON: &str = "reason";

/// The view as a node of Sparkplug.
#[derive(Debug)]
pub(super) struct Sparkplug {
    group: String,
    node: String,
    /// The series of each device with their aliases, in order of their names.
    devices: BTreeMap<StationId, Vec<(Series, u64)>>,
    aliases: HashMap<Series, u64>,
    /// The number of the connection, 0 to 255: a death belongs to the birth with the same.
    bd_seq: u64,
    /// The number of the next message; `None` where there is no birth yet to which it could belong.
    seq: Option<u8>,
    /// When births were last sent because a host asked for them.
    asked: Option<Timestamp>,
    passed_over: u64,
}

impl Sparkplug {
    /// The view with `settings`; what is wrong with them is added to `found`.
    pub(super) fn new(
        settings: &SparkplugSettings,
        gateway: &GatewayId,
        birth: &Birth,
        found: &mut Problems,
    ) -> Self {
        check_level("group", &settings.group, found);
        let is_state = settings.group == STATE;
        let rule = words::group_of_hosts(STATE);
        found.ensure(!is_state, "group", &settings.group, rule, words::other_name());
        if let Some(node) = &settings.node {
            check_level("node", node, found);
        }
        let mut all: Vec<&Series> = birth.series.iter().map(|one| &one.series).collect();
        all.sort_unstable();
        all.dedup();
        let mut devices: BTreeMap<StationId, Vec<(Series, u64)>> = BTreeMap::new();
        let numbered = (1..).zip(all).map(|(alias, series)| (series.clone(), alias));
        let aliases: HashMap<Series, u64> = numbered.collect();
        for (series, alias) in &aliases {
            devices.entry(series.station.clone()).or_default().push((series.clone(), *alias));
        }
        for metrics in devices.values_mut() {
            metrics.sort_unstable_by_key(|(_, alias)| *alias);
        }
        Self {
            group: settings.group.clone(),
            node: settings.node.clone().unwrap_or_else(|| gateway.as_str().to_owned()),
            devices,
            aliases,
            bd_seq: 0,
            seq: None,
            asked: None,
            passed_over: 0,
        }
    }

    /// The topic of a message of the node, or of one of its devices (section 4.1).
    fn topic(&self, kind: &str, device: Option<&StationId>) -> String {
        let Self { group, node, .. } = self;
        match device {
            None => format!("{NAMESPACE}/{group}/{kind}/{node}"),
            Some(device) => format!("{NAMESPACE}/{group}/{kind}/{node}/{device}"),
        }
    }

    /// The next number of a message: 0 to 255, and 0 again.
    fn next_seq(&mut self) -> u64 {
        let seq = self.seq.unwrap_or_default();
        self.seq = Some(seq.wrapping_add(1));
        seq.into()
    }

    fn message(
        &mut self,
        kind: &str,
        device: Option<&StationId>,
        metrics: Vec<Metric>,
        now: Timestamp,
    ) -> Message {
        let seq = Some(self.next_seq());
        let payload = Payload { timestamp: millis(now), metrics, seq, ..Payload::default() };
        Message { topic: self.topic(kind, device), payload: payload.to_bytes(), retain: false }
    }

    /// The births of the node and of all devices, with the values of `latest`.
    fn births(&mut self, now: Timestamp, latest: &[Reading]) -> Vec<Message> {
        self.seq = Some(0);
        let rebirth = Metric {
            name: Some(REBIRTH.to_owned()),
            timestamp: millis(now),
            datatype: Some(BOOLEAN),
            value: Some(Value::Boolean(false)),
            ..Metric::default()
        };
        let metrics = vec![bd_seq(self.bd_seq, Some(now)), rebirth];
        let mut births = vec![self.message("NBIRTH", None, metrics, now)];
        let newest: HashMap<&Series, &Reading> =
            latest.iter().map(|reading| (&reading.series, reading)).collect();
        for (device, series) in self.devices.clone() {
            let metrics = series.iter().map(|(series, alias)| {
                let spec = series.parameter.spec();
                let mut metric = match newest.get(series) {
                    Some(reading) => of_reading(reading, *alias),
                    None => unknown(*alias, now),
                };
                metric.name = Some(spec.id.to_owned());
                if spec.unit != Unit::One {
                    let properties = metric.properties.get_or_insert_default();
                    properties.add_text(UNIT, spec.unit.symbol());
                }
                metric
            });
            let metrics = metrics.collect();
            births.push(self.message("DBIRTH", Some(&device), metrics, now));
        }
        births
    }

    /// Whether `payload` asks for all births.
    fn asks_for_births(&self, topic: &str, payload: &[u8]) -> bool {
        topic == self.topic("NCMD", None)
            && payload.len() <= COMMAND_MAX
            && Payload::from_bytes(payload).is_some_and(|command| {
                command.metrics.iter().any(|metric| {
                    metric.name.as_deref() == Some(REBIRTH)
                        && metric.value == Some(Value::Boolean(true))
                })
            })
    }

    /// What says that the node is gone. It has no number of its own (section 6.4.25).
    fn death(&self, now: Option<Timestamp>) -> Message {
        let payload = Payload {
            timestamp: now.and_then(millis),
            metrics: vec![bd_seq(self.bd_seq, now)],
            ..Payload::default()
        };
        Message { topic: self.topic("NDEATH", None), payload: payload.to_bytes(), retain: false }
    }
}

impl Format for Sparkplug {
    fn will(&mut self, sessions: u64) -> Option<Message> {
        self.bd_seq = sessions % 256;
        self.seq = None;
        Some(self.death(None))
    }

    fn subscriptions(&self) -> Vec<String> {
        vec![self.topic("NCMD", None)]
    }

    fn connected(&mut self, now: Timestamp, latest: &[Reading]) -> Vec<Message> {
        self.births(now, latest)
    }

    fn received(
        &mut self,
        topic: &str,
        payload: &[u8],
        now: Timestamp,
        latest: &[Reading],
    ) -> Vec<Message> {
        let pauses = self.asked.is_some_and(|asked| {
            (SignedDuration::ZERO..REBIRTH_PAUSE).contains(&now.duration_since(asked))
        });
        if self.seq.is_none() || pauses || !self.asks_for_births(topic, payload) {
            return Vec::new();
        }
        self.asked = Some(now);
        self.births(now, latest)
    }

    fn readings(&mut self, readings: &[Reading], historical: bool, now: Timestamp) -> Vec<Message> {
        let known = |reading: &&Reading| self.aliases.contains_key(&reading.series);
        let mut sent: Vec<&Reading> =
            readings.iter().filter(known).filter(|_| self.seq.is_some()).collect();
        self.passed_over += (readings.len() - sent.len()) as u64;
        // Values of a payload stand in the order in which they were observed (section 5.16).
        sent.sort_by(|a, b| {
            (&a.series.station, a.observed_at).cmp(&(&b.series.station, b.observed_at))
        });
        let mut messages = Vec::new();
        for of_device in sent.chunk_by(|a, b| a.series.station == b.series.station) {
            for portion in of_device.chunks(METRICS_MAX) {
                let metrics = portion.iter().filter_map(|reading| {
                    let mut metric = of_reading(reading, *self.aliases.get(&reading.series)?);
                    metric.is_historical = historical.then_some(true);
                    Some(metric)
                });
                let metrics = metrics.collect();
                let device = portion.first().map(|reading| &reading.series.station);
                messages.push(self.message("DDATA", device, metrics, now));
            }
        }
        messages
    }

    fn leaving(&mut self, now: Timestamp) -> Vec<Message> {
        self.seq = None;
        vec![self.death(Some(now))]
    }

    fn passed_over(&self) -> u64 {
        self.passed_over
    }
}

fn millis(at: Timestamp) -> Option<u64> {
    u64::try_from(at.as_millisecond()).ok()
}

/// The number of a connection (section 6.4.19).
fn bd_seq(number: u64, now: Option<Timestamp>) -> Metric {
    Metric {
        name: Some(BD_SEQ.to_owned()),
        timestamp: now.and_then(millis),
        datatype: Some(INT_64),
        value: Some(Value::Long(number)),
        ..Metric::default()
    }
}

/// What a reading says. A value that is in doubt is not good here, since there is nothing between good and bad. Its
/// type should stand in births only (section 6.4.6); it stands in data, too, since Eclipse Tahu's decoder for
/// JavaScript gives no value without it.
fn of_reading(reading: &Reading, alias: u64) -> Metric {
    let value = reading.value();
    let good = matches!(reading.flag, Flag::Good | Flag::NotEvaluated) && value.is_some();
    let mut properties = PropertySet::default();
    properties.add_int(QUALITY, if good { QUALITY_GOOD } else { QUALITY_BAD });
    if reading.flag != Flag::Good {
        properties.add_int(FLAG, u8::from(reading.flag).into());
        if let Some(reason) = reading.reason {
            properties.add_text(REASON, reason.id());
        }
    }
    Metric {
        alias: Some(alias),
        timestamp: millis(reading.observed_at),
        datatype: Some(DOUBLE),
        is_null: value.is_none().then_some(true),
        properties: Some(properties),
        value: value.map(Value::Double),
        ..Metric::default()
    }
}

/// A metric of which nothing has been read yet.
fn unknown(alias: u64, now: Timestamp) -> Metric {
    let mut properties = PropertySet::default();
    properties.add_int(QUALITY, QUALITY_STALE);
    Metric {
        alias: Some(alias),
        timestamp: millis(now),
        datatype: Some(DOUBLE),
        is_null: Some(true),
        properties: Some(properties),
        ..Metric::default()
    }
}
