//! What `hanqing status` shows of pushed configurations.

use serde::{Deserialize, Serialize};

use crate::locales::Text;
use crate::wire::{ConfigState, PushedSaid};

/// The same that the office is told, and what keeps the gateway from taking any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PushedStatus {
    pub state: ConfigState,
    /// Why none is taken, although the configuration asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Text>,
}

impl PushedStatus {
    /// What the gateway's report says of it.
    pub fn said(&self) -> PushedSaid {
        PushedSaid::of(&self.state, self.closed.as_ref())
    }
}
