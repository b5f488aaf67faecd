//! What a gateway's configuration says of its buses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::{Parameter, StationId};

/// One bus: a Modbus TCP endpoint with the devices behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusSettings {
    /// Name in logs and metrics.
    pub name: String,
    /// Host and port, `192.168.1.10:502`.
    pub tcp: String,
    /// How long connecting and each answer may take, ms. Field devices answer in 20 to 150 ms.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// How often a request that got no answer is asked again within the poll.
    #[serde(default = "default_retries")]
    pub retries: u32,
    /// Time between polls, s. Polls fall on multiples of it since the epoch.
    #[serde(default = "default_interval_s")]
    pub interval_s: u32,
    /// The devices.
    #[serde(rename = "device", default)]
    pub devices: Vec<DeviceSettings>,
}

fn default_timeout_ms() -> u64 {
    1000
}

fn default_retries() -> u32 {
    1
}

fn default_interval_s() -> u32 {
    300
}

/// One Modbus unit on a bus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceSettings {
    /// Unit id, 1 to 247.
    pub unit: u8,
    /// The profile that it follows.
    pub profile: String,
    /// The station that it observes.
    pub station: StationId,
    /// Correction at this installation, by parameter.
    #[serde(default)]
    pub adjust: BTreeMap<Parameter, Adjust>,
    /// Only these parameters of the profile are read; all of them where empty.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

/// `value × scale + offset`, in the parameter's canonical unit: a submersible sensor's elevation, a radar's reference
/// level with scale -1, a current transformer's ratio.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adjust {
    /// Factor.
    #[serde(default = "one")]
    pub scale: f64,
    /// Added after the factor.
    #[serde(default)]
    pub offset: f64,
}

impl Default for Adjust {
    fn default() -> Self {
        Self {
            scale: 1.0,
            offset: 0.0,
        }
    }
}

fn one() -> f64 {
    1.0
}
