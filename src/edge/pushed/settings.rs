//! Whether a gateway takes configurations from the office, `[remote]`.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How long a trial may last, seconds. Below ten a weak mobile network has not connected; above ten minutes nobody at
/// the office waits. Engineering judgement.
pub const CONFIRM_S: RangeInclusive<u32> = 10..=600;

/// Who may push a configuration, and what of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteSettings {
    /// The public keys that are believed, one a line, as `hanqing push key` writes them.
    pub public_key_file: PathBuf,
    /// Patterns of the settings that may be pushed; `*` stands for one part. By default those that can make a gateway
    /// slower or costlier, but cannot send it elsewhere.
    #[serde(default = "harmless")]
    pub allow: Vec<String>,
    /// Seconds within which the hub has to have acknowledged readings of every bus made with the new settings, or they
    /// are taken back. 90, with the time for ending the old connection and for going back, is within two minutes.
    #[serde(default = "confirm_s")]
    pub confirm_s: u32,
}

fn confirm_s() -> u32 {
    90
}

fn harmless() -> Vec<String> {
    let keys = [
        "drought",
        "bus.*.interval_s",
        "bus.*.drought_interval_s",
        "bus.*.timeout_ms",
        "bus.*.retries",
        "uplink.backlog_kb_s",
    ];
    keys.map(str::to_owned).to_vec()
}
