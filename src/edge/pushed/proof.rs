//! What shows that a gateway is neither blind nor cut off: readings of each bus, made on trial and acknowledged by the
//! hub. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::wire::{Epoch, RangeSet};

/// What has been shown so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proof {
    /// The buses that have given values before.
    needed: BTreeSet<String>,
    epoch: Epoch,
    /// The first batch of the trial.
    first: u64,
    /// The last batch that was in the spool after the first values of each bus had come.
    appended: BTreeMap<String, u64>,
    /// The same of anything that was read, be it that there is no value.
    any: Option<u64>,
    committed: RangeSet,
}

/// What is still to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lacks {
    /// Buses that have given no value.
    pub silent: Vec<String>,
    /// Whether the hub has not acknowledged what was read.
    pub unacknowledged: bool,
}

impl Proof {
    /// Nothing is shown yet of these buses.
    pub fn of(needed: impl IntoIterator<Item = String>) -> Self {
        Self { needed: needed.into_iter().collect(), ..Self::default() }
    }

    /// The same with nothing shown, for a gateway that starts anew.
    pub fn anew(&self) -> Self {
        Self::of(self.needed.iter().cloned())
    }

    /// The spool as it is when the trial begins: its last batch is `last`.
    pub fn begin(&mut self, epoch: Epoch, last: u64) {
        *self = Self { epoch, first: last.saturating_add(1), ..self.anew() };
    }

    /// Readings of `bus` are in the spool, whose last batch is now `last`; `gave` says whether one has a value.
    pub fn appended(&mut self, bus: &str, gave: bool, epoch: Epoch, last: u64) {
        if epoch != self.epoch {
            // All batches have new numbers: what is shown of the old ones counts for nothing.
            self.begin(epoch, 0);
        }
        self.any.get_or_insert(last);
        if gave && self.needed.contains(bus) && !self.appended.contains_key(bus) {
            self.appended.insert(bus.into(), last);
        }
    }

    /// The hub has these batches.
    pub fn committed(&mut self, epoch: Epoch, batches: &RangeSet) {
        if epoch == self.epoch {
            batches.iter().for_each(|(first, last)| self.committed.insert_range(first, last));
        }
    }

    /// Whether all is shown: the hub has all that was appended in the trial up to the first values of each bus. Where
    /// no bus has given any before, it has to have the first that was appended.
    pub fn is_whole(&self) -> bool {
        let lacks = self.lacks();
        lacks.silent.is_empty() && !lacks.unacknowledged
    }

    /// What is still to be shown.
    pub fn lacks(&self) -> Lacks {
        let silent = self.needed.iter().filter(|bus| !self.appended.contains_key(*bus));
        let last = self.appended.values().max().copied().or(self.any);
        let has_all =
            |last| last >= self.first && self.committed.next_gap(self.first, last).is_none();
        Lacks { silent: silent.cloned().collect(), unacknowledged: !last.is_some_and(has_all) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(of: &[(u64, u64)]) -> RangeSet {
        of.iter().copied().collect()
    }

    fn proof(needed: &[&str]) -> Proof {
        let mut proof = Proof::of(needed.iter().map(|bus| (*bus).to_owned()));
        proof.begin(Epoch(1), 10);
        proof
    }

    #[test]
    fn each_bus_that_gave_values_has_to_give_one_that_the_hub_has() {
        let mut proof = proof(&["a", "b"]);
        proof.committed(Epoch(1), &ranges(&[(1, 10)]));
        assert!(!proof.is_whole());
        proof.appended("a", true, Epoch(1), 11);
        proof.committed(Epoch(1), &ranges(&[(1, 11)]));
        assert_eq!(proof.lacks(), Lacks { silent: vec!["b".into()], unacknowledged: false });
        proof.appended("b", false, Epoch(1), 12);
        proof.committed(Epoch(1), &ranges(&[(12, 12)]));
        assert!(!proof.is_whole(), "b has answered nothing");
        proof.appended("b", true, Epoch(1), 14);
        assert_eq!(proof.lacks(), Lacks { silent: vec![], unacknowledged: true });
        proof.committed(Epoch(1), &ranges(&[(14, 14)]));
        assert!(!proof.is_whole(), "13 is missing, and may be the one of b");
        proof.committed(Epoch(1), &ranges(&[(13, 13)]));
        assert!(proof.is_whole());
    }

    #[test]
    fn old_readings_and_those_of_another_epoch_show_nothing() {
        let mut proof = proof(&["a"]);
        proof.appended("a", true, Epoch(1), 11);
        proof.committed(Epoch(2), &ranges(&[(1, 99)]));
        assert!(!proof.is_whole());
        proof.appended("a", true, Epoch(2), 40);
        assert!(!proof.is_whole());
        proof.committed(Epoch(1), &ranges(&[(1, 99)]));
        assert!(!proof.is_whole());
        proof.committed(Epoch(2), &ranges(&[(1, 40)]));
        assert!(proof.is_whole());
    }

    #[test]
    fn where_no_bus_gave_values_the_hub_has_to_have_what_was_made() {
        let mut proof = proof(&[]);
        proof.committed(Epoch(1), &ranges(&[(1, 10)]));
        assert!(!proof.is_whole());
        proof.appended("dead", false, Epoch(1), 11);
        assert!(!proof.is_whole());
        proof.committed(Epoch(1), &ranges(&[(11, 11)]));
        assert!(proof.is_whole());
        assert!(!proof.anew().is_whole());
    }
}
