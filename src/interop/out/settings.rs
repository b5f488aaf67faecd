//! How readings are written for others: one format a view, with its settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::StationId;
use crate::locales::Lang;

/// The format of a view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatSettings {
    /// Line protocol, as Telegraf and InfluxDB read it.
    LineProtocol(LineSettings),
    /// Sparkplug B 3.0, as SCADA systems read it.
    Sparkplug(SparkplugSettings),
    /// Home Assistant, which finds the sensors by itself.
    HomeAssistant(HomeSettings),
    /// JSON by a template.
    Json(JsonSettings),
}

/// Line protocol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineSettings {
    /// Where lines are published. It may have the placeholders of `json`.
    pub topic: String,
    /// The measurement of each line.
    pub measurement: String,
    /// Tags of each line besides `gateway`, `station`, `parameter` and `unit`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self {
            topic: "readings/{gateway}".into(),
            measurement: "readings".into(),
            tags: BTreeMap::new(),
        }
    }
}

/// Sparkplug B 3.0. The gateway is the node, and each of its stations a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SparkplugSettings {
    /// The group of the node.
    pub group: String,
    /// The name of the node; by default the gateway's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
}

/// Home Assistant, by its MQTT discovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HomeSettings {
    /// Where Home Assistant looks for what is there: its own setting, `homeassistant` by default.
    pub discovery_prefix: String,
    /// Where Home Assistant says that it has started: its own setting, `homeassistant/status` by default.
    pub status_topic: String,
    /// What the topics of states begin with.
    pub state_prefix: String,
    /// A value that no other follows within this many of its intervals counts as unavailable; 0 for never. Three leave
    /// room for a poll that fails and one that is late.
    pub expire_intervals: u32,
    /// The language of the names of parameters.
    pub lang: Lang,
    /// The names of stations; by default their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<StationId, String>,
}

impl Default for HomeSettings {
    fn default() -> Self {
        Self {
            discovery_prefix: "homeassistant".into(),
            status_topic: "homeassistant/status".into(),
            state_prefix: "hanqing-home".into(),
            expire_intervals: 3,
            lang: Lang::Chinese,
            names: BTreeMap::new(),
        }
    }
}

/// JSON, one message a reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonSettings {
    /// Where a reading is published, with placeholders.
    pub topic: String,
    /// The message, as a table or as the text of a JSON document, with placeholders in its texts and keys.
    pub template: serde_json::Value,
    /// The language of `{name}`.
    #[serde(default = "chinese")]
    pub lang: Lang,
    /// The names of stations in `{name}`; by default their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<StationId, String>,
}

fn chinese() -> Lang {
    Lang::Chinese
}
