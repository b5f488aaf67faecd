//! An instant by both measures of a machine: what its clock shows, and how long it has run.

use std::time::Duration;

use jiff::Timestamp;

/// An instant. How long something lasts is measured by `up`, which no step of the clock changes; `time` is what a
/// person is shown. Moments of one run are ordered by `up`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Since the clock was made.
    pub up: Duration,
    pub time: Timestamp,
}

impl Moment {
    /// How long it is from `earlier` to this.
    pub fn since(self, earlier: Self) -> Duration {
        self.up.saturating_sub(earlier.up)
    }
}
