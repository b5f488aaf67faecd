//! What has become of the configurations that were pushed to a gateway, and what follows from each step. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::locales::Text;
use crate::wire::{ConfigOutcome, ConfigStep, PushedConfig};

/// Kept configurations that are remembered.
pub const KEPT_MAX: usize = 5;

/// The version of the file.
const FORMAT: u8 = 1;

/// All that has to outlast a power cut.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    v: u8,
    /// The highest number that was seen with a good signature, whatever became of it; 0 for none.
    pub highest: u64,
    /// SHA-256 of what was signed under it.
    pub digest: String,
    /// What runs, and is not confirmed.
    pub trial: Option<Trial>,
    /// Which of `kept` is in force.
    pub in_force: Option<u64>,
    /// The last that were confirmed, oldest first.
    pub kept: Vec<Kept>,
    /// What has become of the last one.
    pub last: Option<ConfigOutcome>,
}

/// A configuration that has to prove itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    pub config: PushedConfig,
    pub at: Timestamp,
}

/// A configuration that the hub has confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    pub config: PushedConfig,
    pub at: Timestamp,
}

impl Default for State {
    fn default() -> Self {
        let (highest, digest, kept) = (0, String::new(), Vec::new());
        Self { v: FORMAT, highest, digest, trial: None, in_force: None, kept, last: None }
    }
}

impl State {
    /// One that believes nothing made before `number`.
    pub fn anew(number: u64) -> Self {
        Self { highest: number, ..Self::default() }
    }

    /// Whether this program can use it, as it was read.
    pub fn is_sound(&self) -> bool {
        self.v == FORMAT && self.kept.len() <= KEPT_MAX
    }

    /// The configuration that is in force; on trial, the one before it.
    pub fn in_force(&self) -> Option<&Kept> {
        let number = self.in_force?;
        self.kept.iter().find(|kept| kept.config.number == number)
    }

    /// Begins the trial of `config`. One that is still on trial ends with it.
    pub fn begin(&mut self, config: PushedConfig, digest: String, at: Timestamp) {
        self.see(config.number, digest);
        self.last = Some(ConfigOutcome::new(config.number, ConfigStep::OnTrial, at, &[]));
        self.trial = Some(Trial { config, at });
    }

    /// Refuses the one of this number before it has run.
    pub fn refuse(&mut self, number: u64, digest: String, why: &[Text], at: Timestamp) {
        self.see(number, digest);
        self.last = Some(ConfigOutcome::new(number, ConfigStep::Refused, at, why));
    }

    fn see(&mut self, number: u64, digest: String) {
        if number >= self.highest {
            (self.highest, self.digest) = (number, digest);
        }
    }

    /// Keeps what is on trial: the hub has confirmed it.
    pub fn keep(&mut self, at: Timestamp) {
        let Some(Trial { config, .. }) = self.trial.take() else { return };
        let number = config.number;
        self.in_force = Some(number);
        self.last = Some(ConfigOutcome::new(number, ConfigStep::Kept, at, &[]));
        self.kept.push(Kept { config, at });
        let surplus = self.kept.len().saturating_sub(KEPT_MAX);
        self.kept.drain(..surplus);
    }

    /// Takes back what is on trial. Returns whether there was anything.
    pub fn go_back(&mut self, why: &[Text], at: Timestamp) -> bool {
        let Some(trial) = self.trial.take() else { return false };
        let number = trial.config.number;
        self.last = Some(ConfigOutcome::new(number, ConfigStep::RolledBack, at, why));
        true
    }

    /// Puts another kept one in force, or none, where somebody at the gateway has asked for it while `number` was.
    /// Returns whether anything has changed.
    pub fn put_in_force(&mut self, number: Option<u64>, to: Option<u64>, at: Timestamp) -> bool {
        let known = |to: u64| self.kept.iter().any(|kept| kept.config.number == to);
        if self.in_force != number || self.in_force == to || !to.is_none_or(known) {
            return false;
        }
        let dropped = number.map(|n| ConfigOutcome::new(n, ConfigStep::Dropped, at, &[]));
        (self.in_force, self.last) = (to, dropped.or(self.last.take()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn at() -> Timestamp {
        "2026-12-01T08:00:00Z".parse().unwrap()
    }

    fn config(number: u64) -> PushedConfig {
        let of = (at(), "office".to_owned());
        PushedConfig::new("gw-1".parse().unwrap(), number, of, BTreeMap::new())
    }

    #[test]
    fn the_last_five_that_were_kept_are_remembered_and_the_last_is_in_force() {
        let mut state = State::default();
        for number in 1..=7 {
            state.begin(config(number), "d".into(), at());
            assert_eq!(state.in_force, number.checked_sub(1).filter(|before| *before > 0));
            state.keep(at());
        }
        let numbers: Vec<u64> = state.kept.iter().map(|kept| kept.config.number).collect();
        assert_eq!((numbers, state.in_force, state.highest), (vec![3, 4, 5, 6, 7], Some(7), 7));
        assert!(state.is_sound());
    }

    #[test]
    fn what_is_taken_back_leaves_the_one_before_in_force_and_its_number_used() {
        let mut state = State::default();
        state.begin(config(1), "a".into(), at());
        state.keep(at());
        state.begin(config(2), "b".into(), at());
        assert!(state.go_back(&[Text::verbatim("why")], at()) && !state.go_back(&[], at()));
        assert_eq!((state.in_force, state.highest, state.kept.len()), (Some(1), 2, 1));
        assert_eq!(state.last.as_ref().map(|last| last.step), Some(ConfigStep::RolledBack));
        state.refuse(5, "c".into(), &[], at());
        assert_eq!((state.in_force, state.highest, &*state.digest), (Some(1), 5, "c"));
        state.refuse(4, "d".into(), &[], at());
        assert_eq!((state.highest, &*state.digest), (5, "c"), "a late one takes nothing's place");
    }

    #[test]
    fn only_a_kept_one_is_put_in_force_again_and_only_in_place_of_what_was_meant() {
        let mut state = State::default();
        for number in [1, 2] {
            state.begin(config(number), "d".into(), at());
            state.keep(at());
        }
        assert!(!state.put_in_force(Some(1), None, at()), "another was pushed meanwhile");
        assert!(!state.put_in_force(Some(2), Some(9), at()), "there is none");
        assert!(state.put_in_force(Some(2), Some(1), at()));
        assert_eq!(state.in_force().map(|kept| kept.config.number), Some(1));
        assert!(state.put_in_force(Some(1), None, at()));
        assert_eq!((state.in_force, state.highest), (None, 2));
        assert_eq!(state.last.map(|last| last.step), Some(ConfigStep::Dropped));
    }
}
