//! The contract of every store.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::StoreError;
use crate::core::{GatewayId, Reading};
use crate::locales::Text;
use crate::wire::{Batch, Birth, Epoch, RangeSet, Status};

/// Stores readings: in the embedded file, or on a server. Reading always goes through a [`Sqlite`](super::Sqlite): the
/// file itself, or the local copy of a server's readings. Figures are therefore the same from each, by construction.
/// Every store passes the same tests (`tests/it/contract.rs`).
pub trait Store: Send {
    /// Commits batches: when it returns, their readings and their numbers are durable. Committing a batch again changes
    /// nothing, and it is acknowledged again. For one series and instant, a value replaces a missing one, never the
    /// other way round.
    ///
    /// # Errors
    /// None of the batches may be acknowledged. Some of their readings may be stored: they come again, and count once.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError>;

    /// Notes what a gateway observes.
    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Notes a gateway's state.
    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

/// Result of a commit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Committed {
    /// Readings that were not there before; for a server, which does not say, all that it accepted.
    pub new_readings: u64,
    /// Committed numbers of each gateway's epoch, those of these batches at least: what the gateway is told.
    pub delivered: BTreeMap<(GatewayId, Epoch), RangeSet>,
    /// Readings that can never be stored and go to the quarantine. Their batches count as committed.
    pub refused: Vec<Refused>,
}

/// Readings that can never be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The batch they came in, with no other readings.
    pub batch: Batch,
    pub problem: Text,
}

impl Refused {
    pub fn new(batch: &Batch, readings: Vec<Reading>, problem: Text) -> Self {
        let Batch { ref gateway, epoch, seq, clock, .. } = *batch;
        let batch = Batch { gateway: gateway.clone(), epoch, seq, clock, loss: None, readings };
        Self { batch, problem }
    }
}
