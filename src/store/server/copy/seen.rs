//! Which batches have been read, and how surely.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::marks::BatchRecord;
use super::span::before;
use crate::core::GatewayId;
use crate::wire::Epoch;

/// A record of a batch: its gateway, epoch, first and last number, and when a hub made it.
type Key = (GatewayId, Epoch, u64, u64, Timestamp);

/// How a batch was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before it had settled, when the server did not show all of it.
    Incomplete,
    /// Before it had settled, and as far as can be seen, whole.
    Early,
    /// When it had settled.
    Settled,
}

/// What a pass goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub now: Timestamp,
    settle: SignedDuration,
    /// Up to when the file had been copied when the pass began.
    copied_to: Option<Timestamp>,
}

impl Times {
    pub fn new(now: Timestamp, settle: SignedDuration, copied_to: Option<Timestamp>) -> Self {
        // A clock that was ahead would have the pass wait for it.
        Self { now, settle, copied_to: copied_to.map(|to| to.min(now)) }
    }

    /// Whether the server surely shows everything of a batch of this time.
    pub fn has_settled(&self, at: Timestamp) -> bool {
        at < before(self.now, self.settle)
    }

    /// Whether a batch of this time may have been read for the last time before it had settled.
    fn is_doubtful(&self, at: Timestamp) -> bool {
        let late = |to: Timestamp| before(to, self.settle) <= at && before(at, self.settle) <= to;
        self.copied_to.is_some_and(late)
    }
}

/// The batches that were read of late. Another process may have read those before it began.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<Key, State>);

fn key(batch: &BatchRecord) -> Key {
    (batch.gateway.clone(), batch.epoch, batch.first, batch.last, batch.at)
}

impl Seen {
    /// Whether the readings of a batch are to be read. `is_known` says whether the copy has it.
    pub fn wants(&self, batch: &BatchRecord, is_known: bool, times: &Times) -> bool {
        if !is_known {
            return true;
        }
        match self.0.get(&key(batch)) {
            Some(State::Incomplete) => true,
            Some(State::Early) => times.has_settled(batch.at),
            Some(State::Settled) => false,
            None => !times.has_settled(batch.at) || times.is_doubtful(batch.at),
        }
    }

    /// Notes that a batch was read.
    pub fn note(&mut self, batch: &BatchRecord, is_whole: bool, times: &Times) {
        let state = match (times.has_settled(batch.at), is_whole) {
            (true, _) => State::Settled,
            (false, true) => State::Early,
            (false, false) => State::Incomplete,
        };
        if state != State::Settled || is_kept(batch.at, times) {
            self.0.insert(key(batch), state);
        } else {
            self.0.remove(&key(batch));
        }
    }

    /// Forgets what no pass after this one, which is complete, asks for.
    pub fn forget(&mut self, times: &Times) {
        self.0.retain(|(.., at), _| is_kept(*at, times));
    }
}

/// Passes go back by what settles, from a time that is noted no more often; and so far again, for other hubs' clocks.
fn is_kept(at: Timestamp, times: &Times) -> bool {
    at >= before(times.now, times.settle.saturating_mul(4))
}
