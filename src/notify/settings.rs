//! Settings of the channels that alarms go out by, as in the office's configuration file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::core::Network;

/// One channel, `[[alarm.channel]]`. Which keys a kind needs, and which it has no use for, `config` checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSettings {
    /// What page, log and `hanqing alarm test` call it.
    pub name: String,
    pub kind: ChannelKind,
    /// Only alarms that are urgent.
    #[serde(default)]
    pub urgent_only: bool,
    /// It gets what nobody has acknowledged in time, and nothing else.
    #[serde(default)]
    pub escalation: bool,
    /// Where a webhook is. The URL of a robot holds its key: it is in `url_file`.
    #[serde(default)]
    pub url: Option<String>,
    /// File that holds nothing but the URL.
    #[serde(default)]
    pub url_file: Option<PathBuf>,
    /// File that holds the secret by which messages are signed.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// The word that a robot of DingTalk or Feishu asks for in each message.
    #[serde(default)]
    pub keyword: Option<String>,
    /// Networks that a webhook may reach though they are private or this machine's own.
    #[serde(default)]
    pub allow: Vec<Network>,
    /// Certificate authority of the receiver, PEM. Without it, those that browsers trust; for e-mail, the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Name of the mail server.
    #[serde(default)]
    pub server: Option<String>,
    /// Its port; 465 or 587 where it is left out.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection to the mail server is encrypted.
    #[serde(default)]
    pub tls: MailTls,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// The sender's address.
    #[serde(default)]
    pub from: Option<String>,
    /// The readers' addresses.
    #[serde(default)]
    pub to: Vec<String>,
    /// Where a syslog server is: `host:port`, or the path of a socket.
    #[serde(default)]
    pub address: Option<String>,
    /// The topic that a channel of kind "mqtt" publishes on.
    #[serde(default)]
    pub topic: Option<String>,
}

impl ChannelSettings {
    /// The paths in it, which start at the directory of the configuration.
    pub fn files(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let Self { url_file, secret_file, ca_file, password_file, .. } = self;
        [url_file, secret_file, ca_file, password_file].into_iter().flatten()
    }

    /// Its files that hold a secret, by their keys.
    pub fn secrets(&self) -> impl Iterator<Item = (&'static str, &PathBuf)> {
        let files = [
            ("url_file", &self.url_file),
            ("secret_file", &self.secret_file),
            ("password_file", &self.password_file),
        ];
        files.into_iter().filter_map(|(key, path)| Some((key, path.as_ref()?)))
    }

    /// Where a channel of kind "mqtt" publishes. No gateway has a name that begins with `-`: the topic is none of
    /// theirs.
    pub fn topic(&self) -> &str {
        self.topic.as_deref().unwrap_or("hanqing/v1/-/alarms")
    }
}

/// What a channel speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    Webhook,
    Wecom,
    Dingtalk,
    Feishu,
    Email,
    Syslog,
    /// Over the hub's own connection to the broker, which the hub sees to.
    Mqtt,
}

impl ChannelKind {
    /// As it stands in the file.
    pub fn id(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
            Self::Email => "email",
            Self::Syslog => "syslog",
            Self::Mqtt => "mqtt",
        }
    }

    /// Whether it is a robot of a group chat, whose URL is its key.
    pub fn is_robot(self) -> bool {
        matches!(self, Self::Wecom | Self::Dingtalk | Self::Feishu)
    }

    /// Whether its receiver says that it has taken a message.
    pub fn gives_receipts(self) -> bool {
        self != Self::Syslog
    }

    /// Whether it goes over HTTP.
    pub fn is_http(self) -> bool {
        self.is_robot() || self == Self::Webhook
    }
}

/// How the connection to a mail server is encrypted: there is none that is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// From the first byte on (RFC 8314).
    #[default]
    Implicit,
    /// After the greeting; a server that does not offer it gets nothing.
    Starttls,
}

impl MailTls {
    /// The port that servers have for it.
    pub fn usual_port(self) -> u16 {
        match self {
            Self::Implicit => 465,
            Self::Starttls => 587,
        }
    }
}
