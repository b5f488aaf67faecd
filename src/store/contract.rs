//! What every store promises.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::StoreError;
use crate::core::{GatewayId, Reading};
use crate::wire::{Batch, Birth, Epoch, RangeSet, Status};

/// What takes readings in and keeps them: the embedded file, or a server.
///
/// What has been taken in is read from a [`Sqlite`](super::Sqlite): the file itself, or the copy of a server's readings that is
/// kept beside the page. Figures are therefore the same from each, by construction.
///
/// Every store passes the same tests (`contract_tests.rs`).
pub trait Store: Send {
    /// Commits batches: when it returns, their readings are durable, and so is that these batches came. A batch that was committed
    /// before changes nothing and is acknowledged again. Of one series and instant, a value takes the place of what is missing
    /// there, never the other way round.
    ///
    /// # Errors
    /// None of the batches may be acknowledged then. Some of their readings may be there: they come again, and count once.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError>;

    /// Notes what a gateway observes.
    ///
    /// # Errors
    /// It has to be said again then.
    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Notes what a gateway says of itself.
    ///
    /// # Errors
    /// It has to be said again then.
    fn status(
        &mut self,
        gateway: &GatewayId,
        status: &Status,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

/// What a commit came to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Committed {
    /// Rows that were not there before; of a server, which does not tell, all that were sent to it.
    pub new_readings: u64,
    /// What of each gateway's epoch is committed, these batches at least: what its gateway is told.
    pub delivered: BTreeMap<(GatewayId, Epoch), RangeSet>,
    /// Readings that the store will never take, with the reason: to be set aside. Their batches count as committed.
    pub refused: Vec<Refused>,
}

/// Readings that a store will never take.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    /// The batch they came in, with no other readings.
    pub batch: Batch,
    pub problem: String,
}

impl Refused {
    /// These `readings` of `batch`.
    pub fn new(batch: &Batch, readings: Vec<Reading>, problem: String) -> Self {
        let Batch { ref gateway, epoch, seq, clock, .. } = *batch;
        let batch = Batch { gateway: gateway.clone(), epoch, seq, clock, loss: None, readings };
        Self { batch, problem }
    }
}
