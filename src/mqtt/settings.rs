//! The settings for the connection to the broker.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Protocol;
use crate::core::{check_bracketed, check_host, full_width_in};
use crate::locales::{Text, mqtt as words};

/// How to reach the broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttSettings {
    /// `mqtts://host:port`, or `mqtt://host:port` without encryption.
    pub url: String,
    /// The version of MQTT: "auto", 5 or 3.
    #[serde(default)]
    pub protocol: Protocol,
    #[serde(default)]
    pub user: Option<String>,
    /// File that holds nothing but the password; a newline at its end is ignored.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// Certificate authority that signed the broker's certificate, PEM. `mqtts` needs it.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Certificate that identifies this client, PEM, followed by its intermediate certificates. Needs `key_file`.
    #[serde(default)]
    pub cert_file: Option<PathBuf>,
    /// Private key of `cert_file`, PEM, without a passphrase.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Allows `mqtt` to another machine: whoever taps the line can then read and forge readings.
    #[serde(default)]
    pub allow_plaintext: bool,
    /// Messages that may be in flight at once. In measurements 8 to 20 fill a link.
    #[serde(default = "default_window")]
    pub window: u16,
    /// Seconds of silence, at least 5, after which the connection is tested. Mobile networks drop idle ones in minutes.
    #[serde(default = "default_keep_alive_s")]
    pub keep_alive_s: u16,
}

fn default_window() -> u16 {
    16
}

fn default_keep_alive_s() -> u16 {
    30
}

/// A broker's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name or address, without brackets.
    pub host: String,
    /// 1883, or 8883 with TLS, if the URL has none.
    pub port: u16,
    /// Whether the connection is encrypted and the broker's certificate verified.
    pub tls: bool,
}

impl Endpoint {
    /// Whether the broker is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl MqttSettings {
    /// The default settings for the broker at `url`.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            protocol: Protocol::default(),
            user: None,
            password_file: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            allow_plaintext: false,
            window: default_window(),
            keep_alive_s: default_keep_alive_s(),
        }
    }

    /// The address in the URL, or what is wrong with the URL.
    pub fn endpoint(&self) -> Result<Endpoint, Text> {
        if let Some(rule) = full_width_in(&self.url) {
            return Err(rule);
        }
        let (scheme, rest) = self.url.split_once("://").ok_or_else(words::no_scheme)?;
        let tls = match scheme {
            "mqtts" => true,
            "mqtt" => false,
            other => return Err(words::unknown_scheme(format_args!("{other:?}"))),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#']) {
            return Err(words::path_in_url());
        }
        if rest.contains('@') {
            return Err(words::user_in_url());
        }
        let (host, port) = split_port(rest)?;
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(words::no_host());
        }
        match rest.starts_with('[') {
            // A link-local address names its interface after a `%`.
            true => check_bracketed(host.split('%').next().unwrap_or(host))?,
            false => check_host(host)?,
        }
        let port = port.unwrap_or(if tls { 8883 } else { 1883 });
        if port == 0 {
            return Err(words::port_zero());
        }
        Ok(Endpoint { host: host.into(), port, tls })
    }
}

/// Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`.
fn split_port(text: &str) -> Result<(&str, Option<u16>), Text> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or_else(words::bracket_open)?;
            match after {
                "" => (host, None),
                _ => (host, Some(after.strip_prefix(':').ok_or_else(words::text_after_bracket)?)),
            }
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = port
        .map(|port| port.parse().map_err(|_| words::not_a_port(format_args!("{port:?}"))))
        .transpose()?;
    Ok((host, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;

    #[test]
    fn reads_urls_strictly() {
        let endpoint = |url: &str| MqttSettings::at(url).endpoint();
        let found = endpoint("mqtts://broker.example.org").unwrap();
        assert_eq!((found.port, found.tls, found.is_loopback()), (8883, true, false));
        let found = endpoint("mqtt://[::1]:1884/").unwrap();
        assert_eq!((found.host.as_str(), found.port, found.is_loopback()), ("::1", 1884, true));
        for bad in [
            "broker:1883",
            "http://x",
            "mqtt://",
            "mqtt://u:p@h",
            "mqtt://h:99999",
            "mqtt://h/x",
            "mqtt://h:0",
            "mqtt://[::1",
            "mqtt://192.168.1.300:1883",
            "mqtt://0.0.0.0:1883",
            "mqtt://[10.0.0.1]:1883",
            "mqtt:／／h:1883",
            "mqtts://h\u{7f}",
            "mqtts://h\u{1b}[2J:8883",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
        let wrong = endpoint("http://x").unwrap_err();
        let said = Lang::ALL.map(|lang| wrong.within(lang));
        let zh = "不认识协议 \"http\"：应为 `mqtts` 或 `mqtt`";
        assert_eq!(said, [zh, "scheme \"http\" is unknown: mqtts or mqtt"]);
    }
}
