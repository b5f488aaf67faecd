//! What a gateway announces: its birth (what it observes) and its status (online or offline).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FORMAT, WireError, check_format, read, write};
use crate::core::{Series, Unit};

/// Retained at `…/birth`: what the gateway observes, how often, and how its counters behave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Birth {
    v: u8,
    /// Version of the gateway's program.
    pub version: String,
    /// Digest of the gateway's configuration: changes with it.
    pub config: String,
    pub series: Vec<BirthSeries>,
}

/// One series of a gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BirthSeries {
    pub series: Series,
    pub unit: Unit,
    /// Seconds between polls.
    pub interval_s: u32,
    /// Only for a counter, in `unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<CounterSpec>,
}

/// How a counter's register behaves, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CounterSpec {
    /// The value at which it rolls over to zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulus: Option<f64>,
    /// The most it can grow in an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rate_per_hour: Option<f64>,
}

impl Birth {
    pub fn new(version: &str, config: String, series: Vec<BirthSeries>) -> Self {
        Self { v: FORMAT, version: version.into(), config, series }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let birth: Self = read(bytes)?;
        check_format(birth.v)?;
        Ok(birth)
    }
}

/// Whether a gateway is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayState {
    Online,
    /// Announced by the gateway itself, or by the broker as its last will.
    Offline,
}

/// Retained at `…/status`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    v: u8,
    pub state: GatewayState,
    /// By the gateway's clock. A last will carries the time when the connection was made.
    pub since: Timestamp,
    /// Absent if the gateway says nothing about its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockState>,
}

/// Whether a gateway knows its clock to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockState {
    Good,
    /// Not known to be right: readings are held back for a while, then sent as suspect.
    Provisional,
}

impl Status {
    pub fn new(state: GatewayState, since: Timestamp) -> Self {
        Self { v: FORMAT, state, since, clock: None }
    }

    pub fn with_clock(self, clock: ClockState) -> Self {
        Self { clock: Some(clock), ..self }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        write(self)
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WireError> {
        let status: Self = read(bytes)?;
        check_format(status.v)?;
        Ok(status)
    }
}
