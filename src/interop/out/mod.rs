//! A gateway's readings as other people's systems read them: what to publish, and when.
//!
//! A [`View`] knows nothing of connections. Whoever has one asks it for its last will, says that the connection is
//! there, hands over readings and what was received, and publishes what comes back, in this order.

mod checks;
mod format;
mod home;
mod home_entity;
#[cfg(test)]
mod home_tests;
mod json;
#[cfg(test)]
mod json_tests;
mod line_protocol;
#[cfg(all(test, feature = "hub"))]
mod line_protocol_tests;
mod message;
mod pattern;
mod placeholder;
mod settings;
mod sparkplug;
#[cfg(test)]
mod sparkplug_tests;
mod template;
#[cfg(test)]
mod test_readings;
mod topic;

use jiff::Timestamp;

use crate::core::{GatewayId, Problem, Problems, Reading};
use crate::wire::Birth;
use format::Format;
use home::Home;
use json::Json;
use line_protocol::LineProtocol;
use sparkplug::Sparkplug;

pub use message::Message;
pub use settings::{FormatSettings, HomeSettings, JsonSettings, LineSettings, SparkplugSettings};

/// The readings of a gateway in one format.
#[derive(Debug)]
pub struct View {
    format: Box<dyn Format>,
}

impl View {
    /// The view of the gateway that announces itself by `birth`.
    ///
    /// # Errors
    /// All that is wrong with the settings; paths begin with the format's name, such as `json.template.value`.
    pub fn new(
        settings: &FormatSettings,
        gateway: &GatewayId,
        birth: &Birth,
    ) -> Result<Self, Vec<Problem>> {
        let mut found = Problems::default();
        let format: Box<dyn Format> = match settings {
            FormatSettings::LineProtocol(settings) => Box::new(LineProtocol::new(
                settings,
                gateway,
                birth,
                &mut found.at("line_protocol"),
            )),
            FormatSettings::Sparkplug(settings) => {
                Box::new(Sparkplug::new(settings, gateway, birth, &mut found.at("sparkplug")))
            }
            FormatSettings::HomeAssistant(settings) => {
                Box::new(Home::new(settings, gateway, birth, &mut found.at("home_assistant")))
            }
            FormatSettings::Json(settings) => {
                Box::new(Json::new(settings, gateway, birth, &mut found.at("json")))
            }
        };
        found.result(Self { format })
    }

    /// The last will of the connection that is made next. `sessions` grows by one with each, also over restarts. Ask
    /// for it before each connection.
    pub fn will(&mut self, sessions: u64) -> Option<Message> {
        self.format.will(sessions)
    }

    /// The filters to subscribe to when the connection is there, before what [`View::connected`] gives is published.
    pub fn subscriptions(&self) -> Vec<String> {
        self.format.subscriptions()
    }

    /// The connection is there: what to publish first. `latest` is the newest reading of each series that there is.
    pub fn connected(&mut self, now: Timestamp, latest: &[Reading]) -> Vec<Message> {
        self.format.connected(now, latest)
    }

    /// A message has come: the answer. What is not understood has none.
    pub fn received(
        &mut self,
        topic: &str,
        payload: &[u8],
        now: Timestamp,
        latest: &[Reading],
    ) -> Vec<Message> {
        self.format.received(topic, payload, now, latest)
    }

    /// The messages of `readings`. `historical` are those that are no news: they waited while there was no connection.
    pub fn readings(
        &mut self,
        readings: &[Reading],
        historical: bool,
        now: Timestamp,
    ) -> Vec<Message> {
        self.format.readings(readings, historical, now)
    }

    /// What to publish before the connection is ended.
    pub fn leaving(&mut self, now: Timestamp) -> Vec<Message> {
        self.format.leaving(now)
    }

    /// Readings that were handed over since the start and that the format has no way to carry.
    pub fn passed_over(&self) -> u64 {
        self.format.passed_over()
    }
}
