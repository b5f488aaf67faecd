//! Settings of a server that holds the readings.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::core::GatewayId;
use crate::locales::{Text, store as words};

/// A server that holds the readings, where one file on one machine is not enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    pub kind: ServerKind,
    /// `https://host:port`, or `http://host:port` without encryption. Of a VictoriaMetrics cluster, vminsert:
    /// `https://vminsert:8480/insert/0/influx`.
    pub url: String,
    /// URL for reading, if it differs. Of a VictoriaMetrics cluster, vmselect:
    /// `https://vmselect:8481/select/0/prometheus`.
    #[serde(default)]
    pub read_url: Option<String>,
    /// Organisation, of InfluxDB.
    #[serde(default)]
    pub org: Option<String>,
    /// Bucket, of InfluxDB.
    #[serde(default)]
    pub bucket: Option<String>,
    /// File that holds only the token; a newline at its end is ignored.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Certificate authority that signed the server's certificate, PEM. Without it, those that browsers trust.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Allows `http` to another machine: anyone on the line can then read and forge readings.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Longest wait for an answer, s.
    #[serde(default = "default_timeout_s")]
    pub timeout_s: u16,
    /// Gateways whose readings page and report of this hub show; all if empty.
    #[serde(default)]
    pub gateways: Vec<GatewayId>,
    /// Seconds after which a server surely shows what it accepted, and by which the clocks of hubs may differ. Records
    /// are asked for this far back in each pass of the copy, and a batch is read once more when it is this old.
    #[serde(default = "default_settle_s")]
    pub settle_s: u32,
}

/// Ten seconds are long for a write of a few hundred kilobytes, and short enough to notice a hanging server.
fn default_timeout_s() -> u16 {
    10
}

/// A cluster shows what it accepted within seconds; the rest is for clocks.
fn default_settle_s() -> u32 {
    120
}

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServerKind {
    /// InfluxDB 2, or a server with its API.
    Influx,
    /// VictoriaMetrics, single or cluster.
    Victoria,
}

impl ServerSettings {
    /// Whether `url` may be used; the error says what is wrong with it.
    pub fn check_url(&self, url: &str) -> Result<(), Text> {
        let (scheme, rest) = url.split_once("://").ok_or_else(words::url_without_scheme)?;
        if !matches!(scheme, "http" | "https") {
            return Err(words::url_scheme(format!("{scheme:?}")));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(words::url_with_user());
        }
        if rest.contains(['?', '#']) || rest.contains(char::is_whitespace) {
            return Err(words::url_with_query());
        }
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        if host.is_empty() {
            return Err(words::url_without_host());
        }
        if let Some((_, port)) = authority.rsplit_once(':').filter(|_| !authority.ends_with(']'))
            && !port.parse::<u16>().is_ok_and(|port| port > 0)
        {
            return Err(words::url_port(format!("{port:?}")));
        }
        let here = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if scheme == "http" && !here && !self.allow_plaintext {
            return Err(words::url_plaintext());
        }
        Ok(())
    }
}
