//! The context of all buses of a gateway.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use super::quirks::QuirkStore;
use super::schedule::Mode;
use crate::device::Profile;
use crate::support::Clock;

/// What the buses of a gateway share.
#[derive(Clone)]
pub struct BusContext<'a> {
    pub clock: Clock,
    pub mode: watch::Receiver<Mode>,
    pub quirks: Arc<QuirkStore>,
    pub profiles: &'a BTreeMap<String, Profile>,
    /// Draws from `[0, 1)`.
    pub random: fn() -> f64,
}
