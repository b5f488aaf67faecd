//! Why a letter did not go out.

use std::time::Duration;

use crate::locales::Text;

/// Why a letter did not go out.
#[derive(Debug, Clone, PartialEq)]
pub struct SendError {
    pub why: Text,
    /// Whether trying again may help.
    pub retry: bool,
    /// How long the receiver asks to be left alone.
    pub after: Option<Duration>,
}
