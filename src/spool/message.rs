//! Batches as the file stores them: as messages, compressed where that pays.

use jiff::Timestamp;

use crate::core::GatewayId;
use crate::wire::{Batch, Epoch, LossCause, LossRecord, WireError, packed};

/// Messages from this size on are compressed. Of smaller ones many fit on a page anyway.
pub(super) const COMPRESS_FROM: usize = 256;

/// Reads a stored batch.
pub(super) fn decode(message: &[u8]) -> Result<Batch, WireError> {
    Batch::from_bytes(&packed::decompress(message)?)
}

pub(super) fn stored(message: Vec<u8>) -> Vec<u8> {
    if message.len() < COMPRESS_FROM { message } else { packed::compress(&message) }
}

/// A stored batch without readings, which tells the hub of a loss.
pub(super) fn loss_only(gateway: &GatewayId, epoch: Epoch, seq: u64, loss: LossRecord) -> Vec<u8> {
    let gateway = gateway.clone();
    let batch = Batch { gateway, epoch, seq, clock: None, loss: Some(loss), readings: Vec::new() };
    stored(batch.to_bytes())
}

/// The loss record of a file that could not be read any more.
pub(super) fn damaged(now: Timestamp) -> LossRecord {
    LossRecord { first: 1, lost: None, from: now, to: now, why: LossCause::Damaged }
}
