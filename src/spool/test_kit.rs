//! Helpers for the tests of the spool.

use std::path::Path;

use jiff::Timestamp;

use super::message::decode;
use super::{Limits, Spool};
use crate::core::{GatewayId, Reading};
use crate::wire::{Batch, BootId, RangeSet, Timebase};

/// More than these tests use.
pub const LIMITS: Limits = Limits { size_max: 64 << 20, free_min: 0 };

/// A clock that is known to be right.
pub const CLOCK: Timebase =
    Timebase { boot: BootId(7), zero: 1_659_000_000_000, provisional: false };

pub fn gateway() -> GatewayId {
    "gw-1".parse().unwrap()
}

pub fn open(path: &Path) -> Spool {
    Spool::open(path, &gateway(), LIMITS, Timestamp::UNIX_EPOCH).unwrap()
}

pub fn reading(second: i64) -> Reading {
    let at = Timestamp::from_second(1_659_283_200 + second).unwrap();
    Reading::good("pond-1/level".parse().unwrap(), at, 1.5)
}

pub fn readings(count: usize) -> Vec<Reading> {
    vec![reading(0); count]
}

pub fn range(first: u64, last: u64) -> RangeSet {
    [(first, last)].into_iter().collect()
}

/// Appends, and returns the last number.
pub fn append(spool: &mut Spool, readings: Vec<Reading>) -> u64 {
    spool.append(readings, CLOCK).unwrap();
    spool.stats().last_seq
}

/// The hub acknowledges `committed`, as all that it has, after everything has been handed over.
pub fn release_all(spool: &mut Spool, committed: &RangeSet) {
    hand_over_all(spool);
    assert_eq!(spool.release(spool.epoch(), committed, true).unwrap(), None);
}

/// Everything is handed to a broker.
pub fn hand_over_all(spool: &mut Spool) {
    spool.hand_over(spool.epoch(), &range(1, u64::MAX));
}

/// The batches that may be sent, decoded.
pub fn waiting(spool: &Spool) -> Vec<Batch> {
    let batches = spool.batches(0, u64::MAX, u32::MAX).unwrap();
    let batches = batches.into_iter().map(|spooled| {
        let batch = decode(&spooled.message).unwrap();
        assert_eq!((batch.seq, batch.readings.len() as u64), (spooled.seq, spooled.readings));
        batch
    });
    batches.collect()
}

/// The numbers of the batches that may be sent.
pub fn numbers(spool: &Spool) -> Vec<u64> {
    waiting(spool).into_iter().map(|batch| batch.seq).collect()
}
