//! Why a simulation cannot be set up.

use crate::core::{Problem, StationId};

/// Why a simulation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The scenario is not valid TOML, or has an unknown key.
    #[error("the scenario cannot be read: {0}")]
    Scenario(#[from] toml::de::Error),
    /// Values of the scenario make no sense.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// `path` names a station that the township does not have, or one of the wrong kind.
    #[error("{path} names {station}, which {rule}")]
    Station { path: String, station: StationId, rule: &'static str },
    #[error("bus {bus:?}, unit {unit}: {problem}")]
    Device { bus: String, unit: u8, problem: String },
    #[error("no port could be opened on 127.0.0.1")]
    Listen(#[source] std::io::Error),
}
