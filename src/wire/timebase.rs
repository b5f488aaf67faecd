//! The clock by which times were taken.

use serde::{Deserialize, Serialize};

use super::BootId;

/// The clock of one boot of a machine. A reading's `observed_at` less `zero` is its monotonic time, which stays true
/// whatever the wall clock is set to later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timebase {
    pub boot: BootId,
    /// When the machine was switched on, as this clock shows it: milliseconds since 1970.
    pub zero: i64,
    /// Whether the clock was not yet known to be right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}
