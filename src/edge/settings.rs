//! What a gateway's configuration file says.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::core::GatewayId;
use crate::modbus::BusSettings;
use crate::mqtt::MqttSettings;
use crate::quality::{PumpRule, SourceRule};

/// A gateway: `edge.toml`. Relative paths are taken from the directory of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeSettings {
    /// Its name: topic, client id, owner of the spool.
    pub gateway: GatewayId,
    /// Whose word releases a batch from the spool.
    #[serde(default)]
    pub confirm: Confirm,
    /// The broker.
    pub mqtt: MqttSettings,
    /// The spool.
    pub spool: SpoolSettings,
    /// The local socket at which a technician's commands ask the running gateway; the spool's file with the extension `sock`
    /// where it is left out.
    #[serde(default)]
    pub socket: Option<PathBuf>,
    /// Whether it starts in drought mode: polls by the shorter intervals of drought.
    #[serde(default)]
    pub drought: bool,
    /// Directory of device profiles of the user's own; one with the id of a shipped profile takes its place.
    #[serde(default)]
    pub devices_dir: Option<PathBuf>,
    /// The buses.
    #[serde(rename = "bus", default)]
    pub buses: Vec<BusSettings>,
    /// Pumps: how to tell that they run, and when running without flow is doubted.
    #[serde(rename = "pump", default)]
    pub pumps: Vec<PumpRule>,
    /// Sources whose level must not fall while their pumps stand.
    #[serde(rename = "source", default)]
    pub sources: Vec<SourceRule>,
}

/// Whose word releases a batch from the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    /// The hub's, when it has committed it.
    #[default]
    Hub,
    /// The broker's (PUBACK), where who listens is somebody else's program and acknowledges nothing. What the broker loses after
    /// that, by a restart without persistence or a queue that is full, is lost.
    Broker,
}

impl EdgeSettings {
    /// Where is kept what devices refuse: beside the spool.
    pub fn learned_path(&self) -> PathBuf {
        self.spool.path.with_extension("learned.toml")
    }

    /// Where a technician's commands find the running gateway.
    pub fn socket_path(&self) -> PathBuf {
        match &self.socket {
            Some(path) => path.clone(),
            None => self.spool.path.with_extension("sock"),
        }
    }
}

/// Where the spool lies and how large it may grow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpoolSettings {
    /// The file. Its directory must exist and be writable.
    pub path: PathBuf,
    /// Most payload that it keeps, MiB; beyond it the oldest is dropped and counted. 256 MiB are about a year of 20 series
    /// at five minutes.
    #[serde(default = "default_size_max_mb")]
    pub size_max_mb: u32,
}

fn default_size_max_mb() -> u32 {
    256
}
