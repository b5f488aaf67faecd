//! MQTT, at the gateway ([`uplink`]) and at the hub ([`intake`]). Only this module names rumqttc, only [`broker`] rumqttd.
//!
//! A client and its event loop live for one connection and are thrown away with it: rumqttc 0.25 keeps state across
//! reconnections that loses messages or never recovers (docs/decisions/0003). What has to survive lies in the spool.

#[cfg(feature = "demo")]
pub mod broker;
mod certificates;
#[cfg(feature = "hub")]
pub mod intake;
mod problem;
mod session;
mod settings;
mod subject;
mod tls;
#[cfg(feature = "edge")]
pub mod uplink;

pub use settings::{Endpoint, MqttSettings};
pub use tls::check_files;

use crate::core::Problem;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum MqttError {
    /// The settings do not describe a broker.
    #[error("{0}")]
    Settings(String),
    /// A file with the password, a certificate or a key cannot be used.
    #[error("{0}")]
    File(Problem),
    /// The broker did not take the connection, or it broke.
    #[error("no connection to {broker}: {problem}")]
    Connection {
        /// Host and port.
        broker: String,
        /// What happened.
        problem: String,
    },
    /// The broker sent a packet larger than any that is taken.
    #[error("{broker} sent a packet of {bytes} bytes, larger than any that is taken")]
    Oversized {
        /// Host and port.
        broker: String,
        /// Size of the packet.
        bytes: usize,
    },
    /// The connection was ended by ourselves: there are other certificates, and the next one is made with them.
    #[error("ended the connection to {broker}, to use the new certificates")]
    Renewed {
        /// Host and port.
        broker: String,
    },
}

impl MqttError {
    /// Whether trying again is no use. Settings stay as they are; a file that cannot be used at the first attempt is a mistake as
    /// well, and one that cannot be used later (`begun`) may only be half written.
    pub fn is_final(&self, begun: bool) -> bool {
        match self {
            Self::Settings(_) => true,
            Self::File(_) => !begun,
            Self::Connection { .. } | Self::Oversized { .. } | Self::Renewed { .. } => false,
        }
    }
}
