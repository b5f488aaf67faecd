//! What the tests of one reading come to.

use crate::core::{Flag, Reason};

/// A flag, and why it is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The flag.
    pub flag: Flag,
    /// Why it is not good; `None` where it is, or where no test was made.
    pub reason: Option<Reason>,
}

impl Verdict {
    /// What a test says that doubts a reading for `reason`; it counts as passed where it could not be made.
    pub fn of(flag: Flag, reason: Reason) -> Self {
        match flag {
            Flag::Good | Flag::NotEvaluated => Self { flag, reason: None },
            Flag::Suspect | Flag::Fail | Flag::Missing => Self { flag, reason: Some(reason) },
        }
    }

    /// The worse of two: missing, fail, suspect, good, not evaluated; of two alike the first. As the QARTOD roll-up, but that a
    /// missing value stays missing whatever else was tested.
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
