//! The counters and states of a running gateway, for tests, the demo and the status.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::delivery::DeliveryStatus;
use super::pushed::PushedStatus;
use super::views::ViewWatch;
use crate::locales::Text;
use crate::modbus::{BusStats, BusWatch};
use crate::spool::SpoolStatus;
use crate::support::Clock;

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
    /// In the order of the configuration.
    pub views: Vec<ViewWatch>,
    /// Set by whoever reloads its configuration.
    pub refused: watch::Sender<Option<RefusedReload>>,
    /// What has been pushed to it; set by whoever takes that.
    pub pushed: watch::Sender<Option<PushedStatus>>,
    /// Its buses by name.
    pub lines: Arc<[(String, BusWatch)]>,
    pub clock: Clock,
}

impl EdgeWatch {
    /// Readings made since the start, including missing ones.
    pub fn polled(&self) -> u64 {
        self.buses.counts().readings
    }

    /// Whether readings wait for the clock, which is not known to be right.
    pub fn waits_for_clock(&self) -> bool {
        self.clock.base().provisional
    }

    pub fn spooled(&self) -> SpoolStatus {
        *self.spool.borrow()
    }
}
