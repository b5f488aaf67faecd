//! Messages of Sparkplug B nodes (Eclipse Sparkplug Specification 3.0).
//!
//! Data may name a metric by the alias that a birth has given it, and leave out its type. Births are not retained: a
//! hub that has missed one, or may have, does not know what an alias stands for, and says so until it has the next.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Age;
use super::found::{Decoded, Found, Quality, Value};
use super::names::brief;
use super::place::Place;
use super::sparkplug_topic::{Kind, Topic};
use crate::core::shown;
use crate::interop::sparkplug::{
    BD_SEQ, INT_32, INT_64, Metric, Payload, Property, QUALITY, QUALITY_GOOD, UINT_64,
    Value as Carried,
};
use crate::locales::{Text, publisher as words};
use crate::wire::READINGS_MAX;

/// `Int8` and `Int16` (section 6.4.16).
const INT_8: u32 = 1;
const INT_16: u32 = 2;

/// `UInt8`, the first of the unsigned types, which end with `UInt64`.
const UINT_8: u32 = 5;

/// `DateTime`: milliseconds since 1970, unsigned.
const DATE_TIME: u32 = 13;

/// The `uuid` of a message whose body is compressed (section 6.4.4).
const COMPRESSED: &str = "SPBV1.0_COMPRESSED";

/// What hosts write to a node or a device, and births list beside its metrics (section 6.4.20).
const CONTROLS: [&str; 2] = ["Node Control/", "Device Control/"];

/// Quality codes of OPC that nodes pass on: uncertain is 0x40 to 0x7f.
const UNCERTAIN: std::ops::Range<u32> = 0x40..0x80;

/// A device of a node; `None` is the node itself.
type Device = Option<String>;

/// The nodes that have places. Others are not remembered.
#[derive(Debug, Default)]
pub(super) struct Nodes(HashMap<String, HashMap<String, Node>>);

/// What is known of one node.
#[derive(Debug, Default)]
struct Node {
    places: HashMap<Device, HashMap<String, usize>>,
    /// What aliases stand for by the last births; `None` for a metric without a place.
    aliases: HashMap<Device, HashMap<u64, Option<usize>>>,
    /// Types of the metrics at places, by the last births.
    types: HashMap<usize, u32>,
    /// The number of the last message since a birth of the node was heard.
    seq: Option<u8>,
    /// The number of the connection that this birth began.
    session: Option<u64>,
}

impl Nodes {
    pub fn new(places: &[Place]) -> Self {
        let mut all = Self::default();
        for (number, place) in places.iter().enumerate() {
            if let Place::Sparkplug { group, node, device, metric } = place {
                let nodes = all.0.entry(group.clone()).or_default();
                let of_device = nodes.entry(node.clone()).or_default();
                let metrics = of_device.places.entry(device.clone()).or_default();
                metrics.insert(metric.clone(), number);
            }
        }
        all
    }

    /// Reads a message. Of one that the broker had kept nobody knows which life of its node it is of: its values have
    /// times, but what it says of aliases and numbers does not count.
    pub fn decode(&mut self, topic: &str, payload: &[u8], age: Age) -> Result<Decoded, Text> {
        let mut decoded = Decoded::default();
        let Some(topic) = Topic::read(topic)? else { return Ok(decoded) };
        let payload = Payload::from_bytes(payload).ok_or_else(words::not_sparkplug)?;
        if payload.uuid.as_deref() == Some(COMPRESSED) {
            return Err(words::compressed());
        }
        let known = self.0.get_mut(topic.group).and_then(|nodes| nodes.get_mut(topic.node));
        let Some(node) = known else {
            unmapped(&topic, &payload, &mut decoded);
            return Ok(decoded);
        };
        if age == Age::Live {
            node.count(&topic, &payload, &mut decoded);
        }
        let unknown_signs = match topic.kind {
            Kind::NodeDeath | Kind::DeviceDeath => 0,
            Kind::NodeBirth | Kind::DeviceBirth | Kind::Data => {
                node.take((&topic, age), &payload, &mut decoded)
            }
        };
        let needed = decoded.unknown_aliases > 0 || decoded.breaks > 0 || unknown_signs > 0;
        if needed && age == Age::Live {
            decoded.rebirth = Some((topic.group.into(), topic.node.into()));
        }
        decoded.bounded()
    }
}

impl Node {
    /// Follows the numbers of its messages (section 6.4.5): a break is a loss. What is lost may have been a birth, so
    /// what earlier births have said is forgotten. The same number again is the same message again.
    fn count(&mut self, topic: &Topic<'_>, payload: &Payload, decoded: &mut Decoded) {
        let seq = payload.seq.and_then(|seq| u8::try_from(seq).ok());
        match topic.kind {
            Kind::NodeBirth => {
                self.forget();
                (self.seq, self.session) = (seq, session(payload));
            }
            // The will of a connection before may come behind the birth of the next, and says nothing of it.
            Kind::NodeDeath if self.outlives(session(payload)) => {}
            // The births of its next life may be missed, and its aliases are others then.
            Kind::NodeDeath => {
                self.forget();
                (self.seq, self.session) = (None, None);
            }
            Kind::DeviceBirth | Kind::DeviceDeath | Kind::Data
                if seq.is_some() && seq == self.seq => {}
            Kind::DeviceBirth | Kind::DeviceDeath | Kind::Data => {
                let expected = self.seq.map(|last| last.wrapping_add(1));
                if let (Some(expected), Some(seq)) = (expected, seq)
                    && expected != seq
                {
                    decoded.breaks += 1;
                    self.forget();
                }
                // Before the first birth there is nothing to forget. A message without a number does not end the count.
                let begun = expected.is_some() || topic.kind == Kind::DeviceBirth;
                self.seq = seq.filter(|_| begun).or(self.seq);
            }
        }
        if topic.kind == Kind::DeviceBirth {
            self.aliases.remove(&topic.device.map(str::to_owned));
        }
    }

    /// Whether a death of the connection `dead` is of another than the last birth's.
    fn outlives(&self, dead: Option<u64>) -> bool {
        dead.zip(self.session).is_some_and(|(dead, lives)| dead != lives)
    }

    /// Forgets what births have said.
    fn forget(&mut self) {
        self.aliases.clear();
        self.types.clear();
    }

    /// Takes the values of a message. Returns of how many the sign is not known.
    fn take(
        &mut self,
        (topic, age): (&Topic<'_>, Age),
        payload: &Payload,
        decoded: &mut Decoded,
    ) -> u64 {
        let device = topic.device.map(str::to_owned);
        let Some(places) = self.places.get(&device) else {
            unmapped(topic, payload, decoded);
            return 0;
        };
        let mut unknown_signs = 0;
        let mut none = HashMap::new();
        let aliases = match age {
            Age::Live => self.aliases.entry(device).or_default(),
            Age::Kept => &mut none,
        };
        let birth = topic.kind != Kind::Data && age == Age::Live;
        for metric in &payload.metrics {
            let name = metric.name.as_deref().filter(|name| !name.is_empty());
            let place = match (name, metric.alias) {
                (Some(name), alias) => {
                    let place = places.get(name).copied();
                    if let Some(alias) = alias.filter(|_| birth && aliases.len() < READINGS_MAX) {
                        aliases.insert(alias, place);
                    }
                    place
                }
                (None, Some(alias)) => {
                    let Some(place) = aliases.get(&alias) else {
                        decoded.unknown_aliases += 1;
                        continue;
                    };
                    *place
                }
                (None, None) => {
                    decoded.refused.add(words::metric_nameless);
                    continue;
                }
            };
            let Some(place) = place else {
                note_unmapped(topic, metric, decoded);
                continue;
            };
            if let Some(kind) = metric.datatype.filter(|_| birth) {
                self.types.insert(place, kind);
            }
            let kind = metric.datatype.or_else(|| self.types.get(&place).copied());
            match found(place, metric, kind, payload) {
                Ok(found) => decoded.found.push(found),
                Err(problem) => {
                    unknown_signs += u64::from(matches!(problem, Problem::Sign(_)));
                    let name = || shown(&named(topic, metric)).into_owned();
                    decoded.refused.add(|| problem.said(name()));
                }
            }
        }
        unknown_signs
    }
}

/// The number of a node's connection, of its birth or its death (section 6.4.19). Some libraries write it in 32 bits.
fn session(payload: &Payload) -> Option<u64> {
    let metric = payload.metrics.iter().find(|metric| metric.name.as_deref() == Some(BD_SEQ))?;
    match metric.value {
        Some(Carried::Long(number)) => Some(number),
        Some(Carried::Int(number)) => Some(number.into()),
        _ => None,
    }
}

/// Counts the metrics of a message as values without a place.
fn unmapped(topic: &Topic<'_>, payload: &Payload, decoded: &mut Decoded) {
    for metric in &payload.metrics {
        note_unmapped(topic, metric, decoded);
    }
}

/// Counts a metric as a value without a place, unless it is none that anybody measures.
fn note_unmapped(topic: &Topic<'_>, metric: &Metric, decoded: &mut Decoded) {
    let name = metric.name.as_deref().unwrap_or_default();
    if name != BD_SEQ && !CONTROLS.iter().any(|control| name.starts_with(control)) {
        decoded.unmapped.add(|| named(topic, metric));
    }
}

/// How a metric is named to people.
fn named(topic: &Topic<'_>, metric: &Metric) -> String {
    let Topic { group, node, device, .. } = topic;
    let device = device.map(|device| format!("/{device}")).unwrap_or_default();
    let name = match (&metric.name, metric.alias) {
        (Some(name), _) => brief(name).into(),
        (None, Some(alias)) => format!("#{alias}"),
        (None, None) => String::new(),
    };
    format!("{}/{}{} {name}", brief(group), brief(node), brief(&device))
}

/// Why a metric is not taken.
enum Problem {
    /// It is historical, and has no time.
    Timeless,
    /// Its time is none.
    Time(u64),
    /// Nobody knows the sign of its number.
    Sign(u64),
}

impl Problem {
    /// In words, of the metric of that name.
    fn said(self, name: String) -> Text {
        match self {
            Self::Timeless => words::historical_without_time(name),
            Self::Time(ms) => words::time_unreadable(name, ms, "ms"),
            Self::Sign(number) => words::sign_unknown(name, number),
        }
    }
}

fn found(
    place: usize,
    metric: &Metric,
    kind: Option<u32>,
    payload: &Payload,
) -> Result<Found, Problem> {
    let own = metric.timestamp;
    if metric.is_historical == Some(true) && own.is_none() {
        return Err(Problem::Timeless);
    }
    let at = match own.or(payload.timestamp) {
        None => None,
        Some(ms) => {
            let at = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
            Some(at.ok_or(Problem::Time(ms))?)
        }
    };
    let value = match &metric.value {
        _ if metric.is_null == Some(true) => Value::Nothing,
        None => Value::Nothing,
        Some(value) => carried(value, kind).map_err(Problem::Sign)?,
    };
    Ok(Found { place, value, at, quality: quality(metric) })
}

/// Whether a number of unknown type may be one below 0. Some libraries write the two's complement of small types in as
/// few bits as the type has, others in 32.
fn may_be_negative(bits: u32) -> bool {
    (i8::try_from(bits).is_err() && u8::try_from(bits).is_ok())
        || (i16::try_from(bits).is_err() && u16::try_from(bits).is_ok())
        || i32::try_from(bits).is_err()
}

/// The value, by its type; its bits as an error where the type is unknown and the sign depends on it.
fn carried(value: &Carried, kind: Option<u32>) -> Result<Value, u64> {
    Ok(match (value, kind) {
        (Carried::Int(bits), Some(INT_8)) => Value::Number(f64::from(*bits as i8)),
        (Carried::Int(bits), Some(INT_16)) => Value::Number(f64::from(*bits as i16)),
        (Carried::Int(bits), Some(INT_32)) => Value::Number(f64::from(*bits as i32)),
        (Carried::Int(number), Some(UINT_8..=UINT_64)) => Value::Number(f64::from(*number)),
        (Carried::Int(bits), None) if may_be_negative(*bits) => return Err((*bits).into()),
        (Carried::Int(number), None) => Value::Number(f64::from(*number)),
        (Carried::Long(bits), Some(INT_64)) => Value::Number(*bits as i64 as f64),
        (Carried::Long(number), Some(UINT_8..=UINT_64 | DATE_TIME)) => {
            Value::Number(*number as f64)
        }
        (Carried::Long(bits), None) if i64::try_from(*bits).is_err() => return Err(*bits),
        (Carried::Long(number), None) => Value::Number(*number as f64),
        (Carried::Float(number), _) => Value::Number(shortest(*number)),
        (Carried::Double(number), _) => Value::Number(*number),
        (Carried::Boolean(truth), _) => Value::Truth(*truth),
        (Carried::String(text), _) => Value::text(text),
        (Carried::Int(number), Some(kind)) => Value::Other(format!("{number} (type {kind})")),
        (Carried::Long(number), Some(kind)) => Value::Other(format!("{number} (type {kind})")),
        (Carried::Bytes(_) | Carried::DataSet(_) | Carried::Template(_), _) => {
            Value::Other("{...}".into())
        }
    })
}

/// The number of the fewest digits that is this one in single precision: 21.6, and not 21.600000381.
fn shortest(number: f32) -> f64 {
    number.to_string().parse().unwrap_or(f64::from(number))
}

/// What the node says of the value. Without a word it is good.
fn quality(metric: &Metric) -> Quality {
    let said = metric.properties.as_ref().and_then(|all| all.get(QUALITY));
    let code = match said.and_then(|said| said.value.as_ref()) {
        None => return Quality::Good,
        Some(Property::Int(code)) => Some(*code),
        Some(Property::Long(code)) => u32::try_from(*code).ok(),
        Some(_) => None,
    };
    match code {
        Some(QUALITY_GOOD) => Quality::Good,
        Some(code) if UNCERTAIN.contains(&code) => Quality::Uncertain,
        _ => Quality::Bad,
    }
}
