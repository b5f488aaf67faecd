//! The counters and states of a running gateway, for tests, the demo and the status.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::delivery::DeliveryStatus;
use crate::locales::Text;
use crate::modbus::BusStats;
use crate::spool::SpoolStatus;

/// A new configuration that a gateway has not taken: it goes on with the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedReload {
    pub at: Timestamp,
    pub problems: Vec<Text>,
}

/// Shows what a running gateway does.
#[derive(Clone)]
pub struct EdgeWatch {
    pub buses: Arc<BusStats>,
    pub spool: watch::Receiver<SpoolStatus>,
    pub delivery: watch::Receiver<DeliveryStatus>,
    /// Set by whoever reloads its configuration.
    pub refused: watch::Sender<Option<RefusedReload>>,
}

impl EdgeWatch {
    /// Readings made since the start, including missing ones.
    pub fn polled(&self) -> u64 {
        self.buses.counts().readings
    }

    pub fn spooled(&self) -> SpoolStatus {
        *self.spool.borrow()
    }
}
