//! The result of the tests of one reading.

use crate::core::{Flag, Reason};

/// A flag with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub flag: Flag,
    /// `None` where the flag is good or no test was made.
    pub reason: Option<Reason>,
}

impl Verdict {
    /// All tests were passed.
    pub const GOOD: Self = Self { flag: Flag::Good, reason: None };

    /// The verdict of a test that doubts readings for `reason`.
    pub fn of(flag: Flag, reason: Reason) -> Self {
        match flag {
            Flag::Good | Flag::NotEvaluated => Self { flag, reason: None },
            Flag::Suspect | Flag::Fail | Flag::Missing => Self { flag, reason: Some(reason) },
        }
    }

    /// The worse of two, in the order missing, fail, suspect, good, not evaluated; of two equal flags the first. As in
    /// the QARTOD roll-up, except that a missing value stays missing whatever else was tested.
    pub fn worst(self, other: Self) -> Self {
        if severity(other.flag) > severity(self.flag) { other } else { self }
    }
}

/// How bad a flag is.
pub(super) fn severity(flag: Flag) -> u8 {
    match flag {
        Flag::NotEvaluated => 0,
        Flag::Good => 1,
        Flag::Suspect => 2,
        Flag::Fail => 3,
        Flag::Missing => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_stays_with_its_reason() {
        let good = Verdict::of(Flag::Good, Reason::Gap);
        let untested = Verdict::of(Flag::NotEvaluated, Reason::Gap);
        let suspect = Verdict::of(Flag::Suspect, Reason::Rate);
        let also = Verdict::of(Flag::Suspect, Reason::Flat);
        let fail = Verdict::of(Flag::Fail, Reason::OutOfRange);
        let missing = Verdict::of(Flag::Missing, Reason::Timeout);
        assert_eq!(good.reason, None);
        assert_eq!(untested.worst(good), good);
        assert_eq!(good.worst(untested), good);
        assert_eq!(good.worst(suspect), suspect);
        assert_eq!(suspect.worst(also), suspect);
        assert_eq!(suspect.worst(fail), fail);
        assert_eq!(fail.worst(suspect), fail);
        assert_eq!(missing.worst(fail), missing);
        assert_eq!(fail.worst(missing), missing);
    }
}
