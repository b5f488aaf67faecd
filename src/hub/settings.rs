//! What the office's configuration file says.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::figures::Wording;
use crate::mqtt::MqttSettings;
#[cfg(feature = "influx")]
use crate::store::server::ServerSettings;

/// The office side: `hub.toml`. Relative paths are taken from the directory of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubSettings {
    /// The broker.
    pub mqtt: MqttSettings,
    /// Name of the hub's session at the broker; two hubs must not share one.
    #[serde(default = "default_client_id")]
    pub client_id: String,
    /// Group of hubs that share what gateways send: the broker gives each message to one of them. They need a server to store to.
    #[serde(default)]
    pub share: Option<String>,
    /// The time-series store.
    pub store: StoreSettings,
    /// The ledger.
    pub ledger: LedgerSettings,
    /// The page.
    #[serde(default)]
    pub web: WebSettings,
    /// The township's file.
    pub township: PathBuf,
    /// Directory of the office's own report templates.
    #[serde(default)]
    pub report_templates: Option<PathBuf>,
    /// Directory of the reports that were issued, each frozen in one of its own.
    #[serde(default = "default_issued")]
    pub issued: PathBuf,
    /// The office's own rules of plausibility.
    #[serde(default)]
    pub plausibility: Option<PathBuf>,
    /// The office's own grades of drought.
    #[serde(default)]
    pub drought_grades: Option<PathBuf>,
    /// How figures are to be worded, other than the catalogue has it.
    #[serde(default)]
    pub wording: Vec<Wording>,
    /// A broker in this process; absent where an external one is used.
    #[serde(default)]
    pub broker: Option<BrokerSettings>,
}

fn default_issued() -> PathBuf {
    "issued".into()
}

fn default_client_id() -> String {
    "hanqing-hub".into()
}

/// Where readings are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The file. Its directory must exist and be writable. With a server it holds a copy of the server's readings, which page and
    /// report are made of, and what was set aside.
    pub path: PathBuf,
    /// Months after which readings are let go of; hours and days stay for ever. Without it, readings stay as well.
    #[serde(default)]
    pub keep_raw_months: Option<u32>,
    /// A server that keeps the readings.
    #[cfg(feature = "influx")]
    #[serde(default)]
    pub server: Option<ServerSettings>,
}

impl StoreSettings {
    /// A store in the file at `path`, and nothing else.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            keep_raw_months: None,
            #[cfg(feature = "influx")]
            server: None,
        }
    }
}

/// Where the ledger lies, and when its rows count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// The file. Its directory must exist and be writable.
    pub path: PathBuf,
    /// A row counts once somebody else than who entered it has looked it over.
    #[serde(default)]
    pub two_person: bool,
}

impl LedgerSettings {
    /// A ledger in the file at `path` whose rows count as they are entered.
    pub fn at(path: PathBuf) -> Self {
        Self { path, two_person: false }
    }
}

/// Where the page is served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSettings {
    /// Address and port. The page asks for no password: put a proxy that does before any address that others reach.
    pub listen: SocketAddr,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self { listen: (Ipv4Addr::LOCALHOST, 8080).into() }
    }
}

/// A broker in the hub's own process. It takes any client and does not encrypt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerSettings {
    /// Address and port.
    pub listen: SocketAddr,
}
