//! MQTT for gateways (`uplink`) and hubs (`intake`). Only this module names rumqttc, and only `broker` rumqttd.
//!
//! A client and its event loop live for one connection and are dropped with it: the state that rumqttc 0.25 keeps
//! across reconnections loses messages or never recovers (docs/decisions/0003). What has to survive is in the spool.

#[cfg(feature = "demo")]
pub mod broker;
mod certificates;
mod client;
mod expiry;
mod failure;
#[cfg(feature = "hub")]
pub mod intake;
#[cfg(feature = "hub")]
mod office;
mod problem;
mod protocol;
mod reconnect;
mod session;
mod settings;
mod shown;
mod subject;
#[cfg(test)]
mod test_broker;
mod tls;
mod tls_words;
mod trial;
#[cfg(feature = "edge")]
pub mod uplink;
#[cfg(feature = "edge")]
pub mod view;

#[cfg(feature = "edge")]
pub use client::Will;
pub use expiry::{CertificateEnd, Whose, warnings as certificate_warnings};
#[cfg(feature = "hub")]
pub use office::{OfficeLine, Taken};
pub use protocol::{Protocol, Version, VersionMemory};
pub use reconnect::Reconnect;
pub use settings::{Endpoint, MqttSettings};
pub use subject::common_name;
#[cfg(any(feature = "edge", feature = "hub"))]
pub use subject::is_authority;
pub use tls::{certificate_ends, check_files};
pub use trial::try_broker;

use std::fmt;

use crate::core::Problem;
use crate::locales::{Lang, Text, mqtt as words, within};

/// Why there is no connection.
#[derive(Debug)]
pub enum MqttError {
    /// The settings do not describe a broker.
    Settings(Text),
    /// A file with the password, a certificate or a key cannot be used.
    File(Problem),
    /// The broker did not accept the connection, or it broke. `broker` is host and port.
    Connection { broker: String, problem: Text },
    /// The broker closed the connection without saying why.
    Closed { broker: String },
    /// It sent a packet that is larger than any that is accepted.
    Oversized { broker: String, bytes: usize },
    /// It does not take a packet as large as one that we have sent. Only MQTT 5 says so.
    TooLarge { broker: String, problem: Text },
    /// We have ended the connection ourselves because there are new certificates.
    Renewed { broker: String },
}

impl fmt::Display for MqttError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for MqttError {}

impl MqttError {
    /// What happened, to be shown later.
    pub fn text(&self) -> Text {
        match self {
            Self::Settings(problem) => problem.clone(),
            Self::File(problem) => Text::both(
                within(Lang::Chinese, || problem.to_string()),
                within(Lang::English, || problem.to_string()),
            ),
            Self::Connection { broker, problem } | Self::TooLarge { broker, problem } => {
                words::no_connection(broker, problem)
            }
            Self::Closed { broker } => words::no_connection(broker, words::closed_by_broker()),
            Self::Oversized { broker, bytes } => words::oversized(broker, bytes),
            Self::Renewed { broker } => words::renewed(broker),
        }
    }

    /// Whether trying again is pointless. Settings do not change; a file that cannot be used at the first attempt is a
    /// mistake, while later (`tried`) it may just be half written.
    fn is_final(&self, tried: bool) -> bool {
        match self {
            Self::Settings(_) => true,
            Self::File(_) => !tried,
            Self::Connection { .. }
            | Self::Closed { .. }
            | Self::Oversized { .. }
            | Self::TooLarge { .. }
            | Self::Renewed { .. } => false,
        }
    }
}
