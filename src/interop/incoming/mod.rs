//! Messages that other programs publish, decoded: Telegraf's JSON, InfluxDB line protocol, Sparkplug B, the uplinks of
//! LoRaWAN network servers, and plain JSON.
//!
//! A decoder knows the places of the values that are wanted. What has no place is counted with its name, and nothing is
//! guessed: neither a name, nor a time, nor a sign.

mod document;
mod filter;
mod found;
mod json;
mod line_protocol;
mod lorawan;
mod metrics;
mod moment;
mod names;
mod place;
mod sparkplug;
#[cfg(test)]
mod sparkplug_tests;
mod sparkplug_topic;
mod telegraf;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use filter::{is_filter, matches, overlap};
pub use found::{Decoded, Found, Quality, Refusals, Value};
pub use json::Pointers;
pub use moment::TimeForm;
pub use names::Names;
pub use place::{NAME_MAX, Place, dev_eui, is_pointer};

use crate::locales::{Text, publisher as words};
use crate::wire::MESSAGE_SIZE_MAX;

/// The format of a publisher's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    TelegrafJson,
    LineProtocol,
    /// Sparkplug B 3.0.
    Sparkplug,
    /// ChirpStack v4.
    Chirpstack,
    /// The Things Stack v3.
    ThingsStack,
    Json,
}

impl Format {
    /// Its name in configuration and for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::TelegrafJson => "telegraf_json",
            Self::LineProtocol => "line_protocol",
            Self::Sparkplug => "sparkplug",
            Self::Chirpstack => "chirpstack",
            Self::ThingsStack => "things_stack",
            Self::Json => "json",
        }
    }
}

/// Reads the messages of one publisher.
#[derive(Debug)]
pub struct Decoder(Kind);

/// Whether a message comes now, or the broker had kept it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Live,
    Kept,
}

#[derive(Debug)]
enum Kind {
    Telegraf(metrics::Metrics, TimeForm),
    Line(metrics::Metrics, TimeForm),
    Sparkplug(sparkplug::Nodes),
    Lorawan(lorawan::Devices, lorawan::Server),
    Json(json::Documents),
}

impl Decoder {
    /// For messages of `format` with values at `places`. `form` is that of the times of Telegraf and line protocol;
    /// `pointers` are for plain JSON.
    pub fn new(format: Format, places: &[Place], form: TimeForm, pointers: Pointers) -> Self {
        use lorawan::{Devices, Server};
        use metrics::Metrics;
        Self(match format {
            Format::TelegrafJson => Kind::Telegraf(Metrics::new(places), form),
            Format::LineProtocol => Kind::Line(Metrics::new(places), form),
            Format::Sparkplug => Kind::Sparkplug(sparkplug::Nodes::new(places)),
            Format::Chirpstack => Kind::Lorawan(Devices::new(places), Server::Chirpstack),
            Format::ThingsStack => Kind::Lorawan(Devices::new(places), Server::ThingsStack),
            Format::Json => Kind::Json(json::Documents::new(places, pointers)),
        })
    }

    /// Reads a message.
    ///
    /// # Errors
    /// Why nothing of it can be read.
    pub fn decode(&mut self, topic: &str, payload: &[u8]) -> Result<Decoded, Text> {
        self.read(topic, payload, Age::Live)
    }

    /// Reads a message that the broker had kept. It may be of any time: nothing is concluded from it about others.
    ///
    /// # Errors
    /// Why nothing of it can be read.
    pub fn decode_kept(&mut self, topic: &str, payload: &[u8]) -> Result<Decoded, Text> {
        self.read(topic, payload, Age::Kept)
    }

    fn read(&mut self, topic: &str, payload: &[u8], age: Age) -> Result<Decoded, Text> {
        if payload.len() > MESSAGE_SIZE_MAX {
            return Err(words::too_large(payload.len(), MESSAGE_SIZE_MAX));
        }
        match &mut self.0 {
            Kind::Telegraf(metrics, form) => telegraf::decode(payload, metrics, *form),
            Kind::Line(metrics, form) => line_protocol::decode(payload, metrics, *form),
            Kind::Sparkplug(nodes) => nodes.decode(topic, payload, age),
            Kind::Lorawan(devices, server) => lorawan::decode(payload, devices, *server),
            Kind::Json(documents) => documents.decode(topic, payload),
        }
    }
}
