//! Why a simulation cannot be set up.

use crate::core::{Problem, StationId};
use crate::locales::{Text, demo as words};

/// Why a simulation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The scenario is not valid TOML, or has an unknown key.
    #[error("{}", words::scenario_unreadable(.0))]
    Scenario(Text),
    /// Values of the scenario make no sense.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    /// `path` names a station that the township does not have, or one of the wrong kind.
    #[error("{}", words::wrong_station(path, station.as_str(), rule))]
    Station { path: Text, station: StationId, rule: Text },
    #[error("{}", words::wrong_device(format_args!("{bus:?}"), unit, problem))]
    Device { bus: String, unit: u8, problem: Text },
    #[error("{}", words::no_port_on_loopback())]
    Listen(#[source] std::io::Error),
}
