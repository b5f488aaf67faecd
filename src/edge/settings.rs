//! The settings of a gateway.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::core::GatewayId;
use crate::locales::Lang;
use crate::modbus::BusSettings;
use crate::mqtt::MqttSettings;
use crate::quality::{PumpRule, SourceRule};
use crate::spool::{self, Limits};
use crate::support::Trust;

use super::delivery::Window;
use super::pushed::RemoteSettings;
use super::views::ViewSettings;

/// A gateway: `edge.toml`. Relative paths are taken from the directory of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeSettings {
    /// Its id: in topics, as client id, and as the owner of the spool.
    pub gateway: GatewayId,
    /// The language of messages and status where neither `--lang` nor `HANQING_LANG` says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<Lang>,
    /// Whose acknowledgement releases a batch from the spool.
    #[serde(default)]
    pub confirm: Confirm,
    pub mqtt: MqttSettings,
    pub spool: SpoolSettings,
    #[serde(default)]
    pub uplink: UplinkSettings,
    #[serde(default)]
    pub clock: ClockSettings,
    /// The metrics page; by default there is none.
    pub metrics: Option<MetricsSettings>,
    /// Who may push settings to it; by default nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<RemoteSettings>,
    /// Where a technician's commands reach the running gateway; by default the spool's file with the extension `sock`.
    pub socket: Option<PathBuf>,
    /// Whether it starts in drought mode, and polls by the shorter drought intervals.
    #[serde(default)]
    pub drought: bool,
    /// Directory of the user's own device profiles. One with the id of a shipped profile replaces it.
    pub devices_dir: Option<PathBuf>,
    #[serde(rename = "bus", default)]
    pub buses: Vec<BusSettings>,
    /// How to tell that pumps run, and when running without flow is doubted.
    #[serde(rename = "pump", default)]
    pub pumps: Vec<PumpRule>,
    /// Sources whose level must not fall while their pumps are stopped.
    #[serde(rename = "source", default)]
    pub sources: Vec<SourceRule>,
    /// Who else gets the readings, in other formats.
    #[serde(rename = "view", default, skip_serializing_if = "Vec::is_empty")]
    pub views: Vec<ViewSettings>,
}

/// Whose acknowledgement releases a batch from the spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confirm {
    /// The hub's, after it has committed the batch.
    #[default]
    Hub,
    /// The broker's (PUBACK), for a subscriber that is not a hub and acknowledges nothing. What the broker loses after
    /// that, by a restart without persistence or because its queue is full, is lost.
    Broker,
}

impl EdgeSettings {
    /// The file of device quirks, next to the spool.
    pub fn quirks_path(&self) -> PathBuf {
        self.spool.path.with_extension("learned.toml")
    }

    /// Whether messages are sent compressed.
    pub fn compresses(&self) -> bool {
        self.uplink.compress.unwrap_or(self.confirm == Confirm::Hub)
    }

    /// The brokers that it names, with their key paths: its own first, then those of views.
    pub fn brokers(&self) -> Vec<(String, &MqttSettings)> {
        let views = self.views.iter().enumerate();
        let of_views = views
            .filter_map(|(index, view)| Some((format!("view[{index}].mqtt"), view.mqtt.as_ref()?)));
        std::iter::once(("mqtt".to_owned(), &self.mqtt)).chain(of_views).collect()
    }

    pub fn socket_path(&self) -> PathBuf {
        self.socket.clone().unwrap_or_else(|| self.spool.path.with_extension("sock"))
    }
}

/// The spool's file, and how large it may grow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpoolSettings {
    /// The file. Its directory must exist and be writable.
    pub path: PathBuf,
    /// Most payload, MiB; then the oldest is dropped and counted. 256 hold about a year of 20 series at five minutes.
    #[serde(default = "number::<256>")]
    pub size_max_mb: u32,
    /// Space to keep free on its file system, MiB: with less, the file does not grow. 64 leave the system's logs room.
    #[serde(default = "number::<64>")]
    pub free_min_mb: u32,
}

impl SpoolSettings {
    /// Whether the file that is there already is no spool: a gateway refuses to start with it.
    pub fn is_of_others(&self) -> bool {
        spool::is_foreign(&self.path) || spool::is_other_database(&self.path)
    }

    pub fn limits(&self) -> Limits {
        Limits {
            size_max: u64::from(self.size_max_mb) << 20,
            free_min: u64::from(self.free_min_mb) << 20,
        }
    }
}

/// How the content of the spool is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UplinkSettings {
    /// Whether messages are compressed (zlib). By default they are for a hub, which reads both, but not for other
    /// subscribers (`confirm = "broker"`).
    pub compress: Option<bool>,
    /// How fast the backlog is sent besides new readings, KiB/s; 0 for as fast as possible. 512 leave a tenth of an LTE
    /// Cat 1 uplink free (5 Mbit/s, 3GPP TS 36.306).
    pub backlog_kb_s: u32,
    /// Traffic limit of a calendar month, sent and received, MiB; `None` for no limit.
    pub monthly_mb: Option<u32>,
    /// When to connect, by the gateway's local time, such as `["06:00+20", "*:30+5"]`: hour, minute and duration in
    /// minutes. It disconnects earlier when everything is delivered. If empty, it stays connected.
    pub windows: Vec<Window>,
}

impl Default for UplinkSettings {
    fn default() -> Self {
        Self { compress: None, backlog_kb_s: 512, monthly_mb: None, windows: Vec::new() }
    }
}

/// How far the machine's clock is trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockSettings {
    /// `kernel`: the machine's clock is right once a time service has set it. `always`: it is right from the start,
    /// thanks to a battery or GPS.
    pub trust: Trust,
    /// After this many minutes of connection, those since the start together, readings whose time is unknown are no
    /// longer held back, but sent as suspect. A time service tries again within a minute or two of the network coming
    /// up (systemd-timesyncd: 30 s, chrony: 64 s at most at first); ten minutes, the default, leave room for a bad
    /// line.
    pub hold_min: u16,
}

impl Default for ClockSettings {
    fn default() -> Self {
        Self { trust: Trust::default(), hold_min: 10 }
    }
}

/// Where the gateway serves its metrics and health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricsSettings {
    /// Such as 127.0.0.1:9464.
    pub listen: SocketAddr,
    /// Whether the address may be reachable from other machines. The page requires no password.
    #[serde(default)]
    pub allow_remote: bool,
}

fn number<const N: u32>() -> u32 {
    N
}
