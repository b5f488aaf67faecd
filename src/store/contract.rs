//! The contract of every store.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{StoreError, Waits};
use crate::core::{GatewayId, Reading};
use crate::locales::Text;
use crate::wire::{Batch, Birth, Epoch, RangeSet, Status};

/// Stores readings: in the embedded file, or on a server. Reading always goes through a [`Sqlite`](super::Sqlite): the
/// file itself, or the local copy of a server's readings. Figures are therefore the same from each, by construction.
/// Every store passes the same tests (`tests/it/contract.rs`).
pub trait Store: Send {
    /// Commits batches: when it returns, the readings and numbers of those that it names as delivered are durable. The
    /// file commits all or none; a server may leave out some gateways' ([`Committed::left`]), and have some only in its
    /// memory for now ([`Committed::later`]). Committing a batch again
    /// changes nothing, and it is acknowledged again. For one series and instant, a value replaces a missing one,
    /// never the other way round.
    ///
    /// # Errors
    /// None of the batches may be acknowledged. Some of their readings may be stored: they come again, and count once.
    fn commit(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError>;

    /// Stores the readings of batches of which others were taken out that nothing keeps. Neither their numbers nor
    /// their records of loss are noted: their gateways send them again, and each reading counts once. What cannot be
    /// stored of them is left to that, too. [`Committed::delivered`] names what was committed before, where the store
    /// can. A store without a way to do so takes nothing of them.
    ///
    /// # Errors
    /// As for [`Store::commit`].
    fn commit_in_part(
        &mut self,
        _batches: &[Batch],
        _now: Timestamp,
    ) -> Result<Committed, StoreError> {
        Ok(Committed::default())
    }

    /// Takes out of `batches` what can never be stored, as far as that is known beforehand: it goes to the quarantine
    /// before the rest is committed, so that a power cut between the two loses nothing.
    ///
    /// # Errors
    /// The batches are as they were.
    fn refuse(
        &mut self,
        _batches: &mut [Batch],
        _now: Timestamp,
    ) -> Result<Vec<Refused>, StoreError> {
        Ok(Vec::new())
    }

    /// All numbers of a gateway's `epoch` that are committed, or without it those of its newest epoch. `None` where
    /// the store cannot name all, or there is no epoch.
    fn delivered(
        &mut self,
        _gateway: &GatewayId,
        _epoch: Option<Epoch>,
    ) -> Result<Option<(Epoch, RangeSet)>, StoreError> {
        Ok(None)
    }

    /// Notes what a gateway observes.
    fn birth(
        &mut self,
        gateway: &GatewayId,
        birth: &Birth,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Commits what a person imports: like [`Store::commit`], but not bounded as a gateway is, and of no sender
    /// where the store notes senders. When it returns, no work on it is put off.
    ///
    /// # Errors
    /// As for [`Store::commit`].
    fn import(&mut self, batches: &[Batch], now: Timestamp) -> Result<Committed, StoreError> {
        self.commit(batches, now)
    }

    /// Does a portion of the work that was put off, such as folding hours anew. Returns whether more is left.
    ///
    /// # Errors
    /// The portion is as if it had not been begun.
    fn work_on(&mut self) -> Result<bool, StoreError> {
        Ok(false)
    }

    /// Its waits for a server; none where it has none.
    fn waits(&self) -> Waits {
        Waits::default()
    }

    /// Looks which batches of [`Committed::later`] have become durable since, and names them once.
    ///
    /// # Errors
    /// That cannot be told for now: those that wait go on to wait.
    fn confirm(&mut self) -> Result<Confirmed, StoreError> {
        Ok(Confirmed::default())
    }

    /// Waits until all that was written by this program is durable, for a command that ends then.
    ///
    /// # Errors
    /// Some of it may be lost, or that cannot be told.
    fn wait_until_durable(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

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
    /// Values that replaced others. The old ones are kept.
    pub replaced: u64,
    /// Committed numbers of each gateway's epoch, those of these batches at least: what the gateway is told.
    pub delivered: BTreeMap<(GatewayId, Epoch), RangeSet>,
    /// Whether `delivered` names all that the store has of these epochs.
    pub whole: bool,
    /// Numbers of batches that are written and not durable yet: [`Store::confirm`] names them once they are. What of
    /// them was refused is to be kept as if they were delivered.
    pub later: BTreeMap<(GatewayId, Epoch), RangeSet>,
    /// Readings that can never be stored and go to the quarantine. A batch of theirs that is not in `delivered` is not
    /// committed: its gateway keeps it.
    pub refused: Vec<Refused>,
    /// Gateways of which batches are left out, with the reason: a server does not take what they hold, for now. Each
    /// once, in order. These batches are not in `delivered`, so their gateway sends them again. The others are
    /// committed.
    pub left: Vec<(GatewayId, Text)>,
    /// Gateways of which batches hold what can never be stored and the quarantine has no room for. Each once, in order.
    /// The other readings of these batches are stored, but the batches are not committed by this.
    pub full: Vec<GatewayId>,
    /// The batches as they were stored, without what was refused; those of [`Self::left`] are among them. Only a
    /// [`StoreHandle`](super::StoreHandle) hands them back.
    pub stored: Vec<Batch>,
}

/// What has become of batches that were written and not durable.
#[derive(Debug, Default, PartialEq)]
pub struct Confirmed {
    /// Those that are durable now, as far as they were not named before.
    pub delivered: BTreeMap<(GatewayId, Epoch), RangeSet>,
    /// How many may be lost: their gateways get no acknowledgement and send them again.
    pub lost: usize,
    /// Whether more wait.
    pub waiting: bool,
    /// The time of a record that was durable and is not there any more: the server has lost what it had.
    pub gone: Option<Timestamp>,
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
