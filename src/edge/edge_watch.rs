//! The counters and states of a running gateway, for tests, the demo and the status.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::watch;

use super::delivery::DeliveryStatus;
use crate::modbus::BusStats;
use crate::spool::SpoolStatus;

/// Shows what a running gateway does.
#[derive(Clone)]
pub struct EdgeWatch {
    pub buses: Arc<BusStats>,
    pub spool: watch::Receiver<SpoolStatus>,
    pub delivery: watch::Receiver<DeliveryStatus>,
}

impl EdgeWatch {
    /// Readings made since the start, including missing ones.
    pub fn polled(&self) -> u64 {
        self.buses.readings.load(Relaxed)
    }

    pub fn spooled(&self) -> SpoolStatus {
        *self.spool.borrow()
    }
}
