//! MQTT for gateways (`uplink`) and hubs (`intake`). Only this module names rumqttc, and only `broker` rumqttd.
//!
//! A client and its event loop live for one connection and are dropped with it: the state that rumqttc 0.25 keeps
//! across reconnections loses messages or never recovers (docs/decisions/0003). What has to survive is in the spool.

#[cfg(feature = "demo")]
pub mod broker;
mod certificates;
#[cfg(feature = "hub")]
pub mod intake;
mod problem;
mod reconnect;
mod session;
mod settings;
mod subject;
mod tls;
#[cfg(feature = "edge")]
pub mod uplink;

pub use reconnect::Reconnect;
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
    /// The broker did not accept the connection, or it broke. `broker` is host and port.
    #[error("no connection to {broker}: {problem}")]
    Connection { broker: String, problem: String },
    #[error("{broker} sent a packet of {bytes} bytes, larger than any that is accepted")]
    Oversized { broker: String, bytes: usize },
    /// We have ended the connection ourselves because there are new certificates.
    #[error("ended the connection to {broker} to use the new certificates")]
    Renewed { broker: String },
}

impl MqttError {
    /// Whether trying again is pointless. Settings do not change; a file that cannot be used at the first attempt is a
    /// mistake, while later (`tried`) it may just be half written.
    fn is_final(&self, tried: bool) -> bool {
        match self {
            Self::Settings(_) => true,
            Self::File(_) => !tried,
            Self::Connection { .. } | Self::Oversized { .. } | Self::Renewed { .. } => false,
        }
    }
}
