//! What a gateway's configuration file says.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::core::GatewayId;
use crate::modbus::BusSettings;
use crate::mqtt::MqttSettings;
use crate::quality::{PumpRule, SourceRule};
use crate::spool::Limits;
use crate::support::Trust;

use super::delivery::Window;

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
    /// How what is in the spool goes out.
    #[serde(default)]
    pub uplink: UplinkSettings,
    /// The clock.
    #[serde(default)]
    pub clock: ClockSettings,
    /// The page of metrics; without it nothing listens.
    #[serde(default)]
    pub metrics: Option<MetricsSettings>,
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
    /// MiB that stay free on its file system: below it the file does not grow. 64 MiB leave room for the system's own logs.
    #[serde(default = "default_free_min_mb")]
    pub free_min_mb: u32,
}

impl SpoolSettings {
    /// How large it may grow.
    pub fn limits(&self) -> Limits {
        Limits {
            size_max: u64::from(self.size_max_mb) << 20,
            free_min: u64::from(self.free_min_mb) << 20,
        }
    }
}

/// How what is in the spool goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UplinkSettings {
    /// Whether messages are compressed (zlib). Where it is left out: towards a hub, which reads either, but not where somebody else
    /// listens (`confirm = "broker"`).
    #[serde(default)]
    pub compress: Option<bool>,
    /// How fast the backlog may follow what is new, KiB a second; 0 for as fast as the link takes it. 512 leave a tenth of an
    /// LTE Cat 1 uplink free (5 Mbit/s, 3GPP TS 36.306).
    #[serde(default = "default_backlog_kb_s")]
    pub backlog_kb_s: u32,
    /// MiB that may be sent and received in a calendar month; without it there is no limit.
    #[serde(default)]
    pub monthly_mb: Option<u32>,
    /// When to connect, by the gateway's local time, such as `["06:00+20", "*:30+5"]`: hour, minute and how many minutes. It
    /// disconnects earlier where everything is delivered. Without any it stays connected.
    #[serde(default)]
    pub windows: Vec<Window>,
}

impl Default for UplinkSettings {
    fn default() -> Self {
        Self {
            compress: None,
            backlog_kb_s: default_backlog_kb_s(),
            monthly_mb: None,
            windows: Vec::new(),
        }
    }
}

/// Whose word makes the time good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSettings {
    /// `kernel`: the machine's clock is right once a time service has set it. `always`: it is right from the start, by a battery or
    /// GPS.
    #[serde(default)]
    pub trust: Trust,
    /// Minutes of connection after which readings of an unknown time are no longer held back, but sent as suspect.
    #[serde(default = "default_hold_min")]
    pub hold_min: u16,
}

impl Default for ClockSettings {
    fn default() -> Self {
        Self { trust: Trust::default(), hold_min: default_hold_min() }
    }
}

/// Where the gateway's metrics and health can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address and port, such as 127.0.0.1:9464.
    pub listen: SocketAddr,
    /// Whether it may be an address that other machines reach. The page asks for no password.
    #[serde(default)]
    pub allow_remote: bool,
}

fn default_free_min_mb() -> u32 {
    64
}

fn default_backlog_kb_s() -> u32 {
    512
}

/// A time service asks again within a minute or two of the network coming up (systemd-timesyncd: 30 s, chrony: 64 s at most at
/// first); ten leave room for a bad line.
fn default_hold_min() -> u16 {
    10
}

fn default_size_max_mb() -> u32 {
    256
}
