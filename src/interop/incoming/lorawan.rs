//! Uplinks of LoRaWAN devices, as network servers publish them: ChirpStack v4 (documentation, Integrations, Event
//! types: `up`) and The Things Stack v3 (documentation, Integrations, MQTT: `/up`).
//!
//! The values are those of the object that the network server's decoder has made; what it cannot decode is no reading.
//! The time is when the network received the uplink.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::document::document;
use super::found::{Decoded, Value};
use super::moment::{TimeForm, told};
use super::place::{NAME_MAX, Place, dev_eui};
use crate::locales::{Text, publisher as words};

/// Whose messages they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Chirpstack,
    ThingsStack,
}

/// The places in the objects of each device.
#[derive(Debug, Default)]
pub(super) struct Devices(HashMap<String, Places>);

/// The places in the objects of one device.
#[derive(Debug, Default)]
struct Places {
    /// In the order of the configuration.
    at: Vec<(String, usize)>,
    pointers: HashSet<String>,
}

impl Devices {
    pub fn new(places: &[Place]) -> Self {
        let mut all = Self::default();
        for (number, place) in places.iter().enumerate() {
            if let Place::Device { dev_eui, pointer } = place {
                let places = all.0.entry(dev_eui.clone()).or_default();
                places.at.push((pointer.clone(), number));
                places.pointers.insert(pointer.clone());
            }
        }
        all
    }
}

/// What an uplink says.
struct Uplink<'a> {
    device: &'a Json,
    /// When the network received it.
    at: Option<&'a Json>,
    object: Option<&'a Json>,
    /// It carries nothing of the device's, such as an answer to the network.
    empty: bool,
    /// Somebody has made it at a keyboard: no device has measured anything.
    simulated: bool,
}

impl<'a> Uplink<'a> {
    fn of(server: Server, document: &'a Json) -> Option<Self> {
        let at = |pointer: &str| document.pointer(pointer);
        let empty = |pointer: &str| at(pointer).is_none_or(|data| data.is_null() || data == "");
        Some(match server {
            Server::Chirpstack => Self {
                device: at("/deviceInfo/devEui")?,
                at: at("/time"),
                object: at("/object"),
                empty: empty("/data"),
                simulated: false,
            },
            Server::ThingsStack => Self {
                device: at("/end_device_ids/dev_eui")?,
                at: at("/uplink_message/received_at").or_else(|| at("/received_at")),
                object: at("/uplink_message/decoded_payload"),
                empty: empty("/uplink_message/frm_payload"),
                simulated: at("/simulated").and_then(Json::as_bool) == Some(true),
            },
        })
    }
}

/// Reads a message.
pub(super) fn decode(payload: &[u8], devices: &Devices, server: Server) -> Result<Decoded, Text> {
    let document = document(payload)?;
    let uplink = Uplink::of(server, &document).ok_or_else(words::no_dev_eui)?;
    let device = uplink.device.as_str().and_then(dev_eui).ok_or_else(words::no_dev_eui)?;
    if uplink.simulated {
        return Err(words::simulated(&device));
    }
    let mut decoded = Decoded::default();
    let Some(places) = devices.0.get(&device) else {
        decoded.unmapped.add(|| device);
        return Ok(decoded);
    };
    let form = TimeForm::Rfc3339;
    let at = match uplink.at.filter(|at| !at.is_null()) {
        None => None,
        Some(at) => {
            let problem = || words::time_unreadable(&device, told(at), form.id());
            Some(form.of_json(at).ok_or_else(problem)?)
        }
    };
    match uplink.object.filter(|object| object.is_object()) {
        Some(object) => read(object, places, (&device, at), &mut decoded),
        // Nothing is lost with it.
        None if uplink.empty => {}
        None => return Err(words::not_decoded(&device)),
    }
    decoded.bounded()
}

/// Takes the values of a device's object. One that is not there is of another kind of uplink.
fn read(
    object: &Json,
    places: &Places,
    (device, at): (&str, Option<Timestamp>),
    decoded: &mut Decoded,
) {
    for (pointer, place) in &places.at {
        if let Some(value) = object.pointer(pointer) {
            decoded.add(*place, Value::of_json(value), at);
        }
    }
    let mut path = String::new();
    leaves(object, &mut path, &mut |path| {
        if !places.pointers.contains(path) {
            decoded.unmapped.add(|| format!("{device} {path}"));
        }
    });
}

/// Calls `leaf` with the pointer of each number and truth in `value`; of one that is longer than any place, with enough
/// of it. JSON is no deeper than its parser lets in.
fn leaves(value: &Json, path: &mut String, leaf: &mut impl FnMut(&str)) {
    let length = path.len();
    let mut below = |path: &mut String, step: &str, value: &Json| {
        // One long name may stand above all values: it is not repeated for each of them.
        if length <= NAME_MAX {
            push_step(path, step);
        }
        leaves(value, path, leaf);
        path.truncate(length);
    };
    match value {
        Json::Object(members) => {
            members.iter().for_each(|(name, value)| below(path, name, value));
        }
        Json::Array(all) => {
            all.iter().enumerate().for_each(|(n, value)| below(path, &n.to_string(), value));
        }
        Json::Number(_) | Json::Bool(_) => leaf(path),
        Json::Null | Json::String(_) => {}
    }
}

/// Adds a step to a pointer, as RFC 6901 writes it: as much of it as tells it from every place.
fn push_step(path: &mut String, step: &str) {
    path.push('/');
    for character in step.chars().take(NAME_MAX + 1) {
        match character {
            '~' => path.push_str("~0"),
            '/' => path.push_str("~1"),
            plain => path.push(plain),
        }
    }
}
