//! Settings of a hub, as in the office's configuration file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::figures::Wording;
use crate::ledger::Persons;
use crate::locales::Lang;
use crate::mqtt::MqttSettings;
#[cfg(feature = "influx")]
use crate::store::server::ServerSettings;

/// Everything in `hub.toml`. Relative paths start at the directory of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubSettings {
    /// The language of page, status and messages where neither `--lang` nor `HANQING_LANG` says it.
    #[serde(default)]
    pub lang: Option<Lang>,
    pub mqtt: MqttSettings,
    /// Name of the hub's session at the broker, unique among its hubs.
    #[serde(default = "default_client_id")]
    pub client_id: String,
    /// Group of hubs that share the gateways' messages, each message for one hub. They need a server to store to.
    #[serde(default)]
    pub share: Option<String>,
    pub store: StoreSettings,
    pub ledger: LedgerSettings,
    /// Who enters, reviews, accepts and issues; empty where names are compared as they are written.
    #[serde(rename = "person", default)]
    pub persons: Persons,
    #[serde(default)]
    pub web: WebSettings,
    /// The township's file.
    pub township: PathBuf,
    /// Directory of the office's own report templates.
    #[serde(default)]
    pub report_templates: Option<PathBuf>,
    /// Directory of issued reports, each frozen in a directory of its own.
    #[serde(default = "default_issued")]
    pub issued: PathBuf,
    /// The office's own rules of plausibility.
    #[serde(default)]
    pub plausibility: Option<PathBuf>,
    /// The office's own grades of drought.
    #[serde(default)]
    pub drought_grades: Option<PathBuf>,
    /// How figures are worded where that differs from the catalogue.
    #[serde(default)]
    pub wording: Vec<Wording>,
    /// A broker in this process; `None` where an external one is used.
    #[serde(default)]
    pub broker: Option<BrokerSettings>,
}

fn default_issued() -> PathBuf {
    "issued".into()
}

fn default_client_id() -> String {
    "hanqing-hub".into()
}

/// Where readings are stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The file. Its directory must exist and be writable. With a server it holds a copy of the server's readings for
    /// page and report, and the quarantine.
    pub path: PathBuf,
    /// Months after which raw readings are purged; hours and days stay forever. Without it, raw readings stay as well.
    #[serde(default)]
    pub keep_raw_months: Option<u32>,
    #[cfg(feature = "influx")]
    #[serde(default)]
    pub server: Option<ServerSettings>,
}

impl StoreSettings {
    /// A store in the file at `path`, without a server.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            keep_raw_months: None,
            #[cfg(feature = "influx")]
            server: None,
        }
    }
}

/// Where the ledger is, and when its rows count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSettings {
    /// The file. Its directory must exist and be writable.
    pub path: PathBuf,
    /// A row counts only once a second person has reviewed it, and findings are accepted and reports issued by others
    /// again.
    #[serde(default)]
    pub two_person: bool,
}

impl LedgerSettings {
    /// A ledger in the file at `path` whose rows count once they are entered.
    pub fn at(path: PathBuf) -> Self {
        Self { path, two_person: false }
    }
}

/// Where the page is served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSettings {
    /// Address and port. The page asks for no password: an address that others can reach needs a proxy that does.
    #[serde(default = "default_page")]
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that other machines can reach.
    #[serde(default)]
    pub allow_remote: bool,
}

fn default_page() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 8080).into()
}

impl Default for WebSettings {
    fn default() -> Self {
        Self { listen: default_page(), allow_remote: false }
    }
}

/// A broker in the hub's own process. It accepts any client and does not encrypt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerSettings {
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that other machines can reach.
    #[serde(default)]
    pub allow_remote: bool,
}
