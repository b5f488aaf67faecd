//! The clock by which times were taken.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The clock of one boot of a machine. A reading's `observed_at` less `zero` is its monotonic time, which stays true whatever the
/// wall clock is set to later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timebase {
    pub boot: BootId,
    /// When the machine was switched on, as this clock shows it: milliseconds since 1970.
    pub zero: i64,
    /// Whether the clock was not yet known to be right.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub provisional: bool,
}

/// Names one boot of a machine, from switching on to switching off: 8 hexadecimal digits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct BootId(pub u32);

impl fmt::Display for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl From<BootId> for String {
    fn from(boot: BootId) -> String {
        boot.to_string()
    }
}

impl TryFrom<String> for BootId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let boot = u32::from_str_radix(&text, 16).ok().filter(|_| digits);
        boot.map(BootId).ok_or_else(|| format!("{text:?} is not a boot id: 8 hexadecimal digits"))
    }
}
