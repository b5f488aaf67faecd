//! MQTT, at the gateway ([`uplink`]) and at the hub ([`intake`]). Only this module names rumqttc, only [`broker`] rumqttd.
//!
//! A client and its event loop live for one connection and are thrown away with it: rumqttc 0.25 keeps state across
//! reconnections that loses messages or never recovers (docs/decisions/0003). What has to survive lies in the spool.

#[cfg(feature = "demo")]
pub mod broker;
#[cfg(feature = "hub")]
pub mod intake;
mod session;
mod settings;
mod tls;
#[cfg(feature = "edge")]
pub mod uplink;

pub use settings::{Endpoint, MqttSettings};

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum MqttError {
    /// The settings do not describe a broker.
    #[error("{0}")]
    Settings(String),
    /// The file with the password or the certificate authority cannot be used.
    #[error("cannot use {path}: {problem}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong with it.
        problem: String,
    },
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
}
