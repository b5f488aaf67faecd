//! A record that the server surely had, by which it is seen that it has lost what it had: its files are gone, or an
//! older copy of them was put there. The copy knows then what the server does not.

use jiff::{SignedDuration, Timestamp};

use super::marks::BatchRecord;
use super::seen::Times;
use super::source::Source;
use super::span::after;
use crate::store::StoreError;

/// Looks in a row that do not find it until it counts as lost: part of a cluster may be away for a moment. Engineering
/// judgement.
const MISSED: u32 = 2;

#[derive(Debug, Default)]
pub(super) struct Proof {
    /// One of the last that had settled, so that no retention has deleted it.
    record: Option<BatchRecord>,
    /// The one that takes its place when it has settled.
    next: Option<BatchRecord>,
    /// Looks in a row that did not find it.
    missed: u32,
}

impl Proof {
    /// Notes a batch that was copied.
    pub fn note(&mut self, batch: &BatchRecord, times: &Times) {
        let takes = match &self.next {
            None => batch.at <= times.now,
            Some(next) => batch.at > next.at && times.has_settled(batch.at),
        };
        if takes {
            self.next = Some(batch.clone());
        }
    }

    /// Looks whether the server still has the record. What was recorded before `settled` is surely shown. Returns when
    /// the record was made, where it is lost.
    pub fn look(&mut self, source: &Source, settled: Timestamp) -> Option<Timestamp> {
        if self.missed == 0
            && let Some(next) = self.next.take_if(|next| next.at < settled)
        {
            self.record = Some(next);
        }
        let record = self.record.as_ref()?;
        match has(source, record) {
            Ok(true) => self.missed = 0,
            Ok(false) => self.missed = self.missed.saturating_add(1),
            // The next pass says why.
            Err(_) => {}
        }
        (self.missed >= MISSED).then_some(record.at)
    }
}

fn has(source: &Source, record: &BatchRecord) -> Result<bool, StoreError> {
    let instant = (record.at, after(record.at, SignedDuration::from_millis(1)));
    // More than memory holds is not lost.
    let marks = source.marks(instant)?;
    let is_it = |batch: BatchRecord| {
        (&batch.gateway, batch.epoch, batch.at) == (&record.gateway, record.epoch, record.at)
    };
    Ok(marks.is_none_or(|marks| marks.batches().any(is_it)))
}
