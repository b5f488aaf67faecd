//! Why a simulation cannot be set up.

use crate::core::StationId;

/// Why a simulation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The scenario is no TOML, or has a key that it should not have.
    #[error("the scenario does not read: {0}")]
    Scenario(#[from] toml::de::Error),
    /// A value of the scenario or of the township that the simulation cannot work with.
    #[error("{path} = {value}: {rule}")]
    Value {
        /// Key path, `demand.share`.
        path: String,
        /// What stands there.
        value: String,
        /// The rule that it breaks.
        rule: &'static str,
    },
    /// Something names a station that the township does not have, or that is of another kind.
    #[error("{path} names {station}, which {rule}")]
    Station {
        /// Who names it.
        path: String,
        /// The station.
        station: StationId,
        /// What is wrong with it.
        rule: &'static str,
    },
    /// A device of a gateway cannot be simulated.
    #[error("bus {bus:?}, unit {unit}: {problem}")]
    Device {
        /// The bus.
        bus: String,
        /// The unit.
        unit: u8,
        /// What is wrong.
        problem: String,
    },
    /// No port could be opened on loopback.
    #[error("no port could be opened on 127.0.0.1")]
    Listen(#[source] std::io::Error),
}

impl SimError {
    pub(super) fn value(
        path: impl Into<String>,
        value: impl std::fmt::Display,
        rule: &'static str,
    ) -> Self {
        Self::Value { path: path.into(), value: value.to_string(), rule }
    }
}
