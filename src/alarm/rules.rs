//! What an office may say of its alarms.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Time;

use super::kind::Kind;

/// Hours in which only what is urgent rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    pub from: Time,
    /// Not a part of it. Where it is before `from`, the hours pass midnight.
    pub to: Time,
}

impl Quiet {
    /// Whether this time of the day is one of them.
    pub fn holds(&self, time: Time) -> bool {
        match self.from <= self.to {
            true => self.from <= time && time < self.to,
            false => self.from <= time || time < self.to,
        }
    }
}

/// When alarms are raised and told.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// How long conditions have to last, where it is not [`Kind::hold`].
    pub holds: BTreeMap<Kind, SignedDuration>,
    /// Kinds that are not watched.
    pub off: BTreeSet<Kind>,
    /// Of one subject, the least time between two letters, where nothing graver happens.
    pub repeat: SignedDuration,
    /// So many alarms raised within `storm_window` are told in one letter.
    pub storm_from: usize,
    pub storm_window: SignedDuration,
    pub quiet: Option<Quiet>,
    /// How long an urgent alarm may go unacknowledged before it is told once more, to those who are called then.
    pub escalate_after: Option<SignedDuration>,
}

impl Default for Rules {
    /// Engineering judgement: whoever is told once an hour of a station reads it, twenty alarms within ten minutes
    /// nobody reads one by one, and within half an hour a person on duty has looked.
    fn default() -> Self {
        Self {
            holds: BTreeMap::new(),
            off: BTreeSet::new(),
            repeat: SignedDuration::from_hours(1),
            storm_from: 20,
            storm_window: SignedDuration::from_mins(10),
            quiet: None,
            escalate_after: Some(SignedDuration::from_mins(30)),
        }
    }
}

impl Rules {
    /// How long a condition of this kind has to last.
    pub fn hold(&self, kind: Kind) -> SignedDuration {
        self.holds.get(&kind).copied().unwrap_or_else(|| kind.hold())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_pass_midnight() {
        let hour = |hour| Time::constant(hour, 0, 0, 0);
        let night = Quiet { from: hour(22), to: hour(7) };
        let noon = Quiet { from: hour(12), to: hour(14) };
        for (at, in_night, in_noon) in [
            (21, false, false),
            (22, true, false),
            (0, true, false),
            (7, false, false),
            (12, false, true),
            (14, false, false),
        ] {
            assert_eq!((night.holds(hour(at)), noon.holds(hour(at))), (in_night, in_noon), "{at}");
        }
    }
}
