//! How far a pushed configuration has come, in words.

#[cfg(feature = "edge")]
use jiff::{Timestamp, tz::TimeZone};

use crate::locales::{Text, pushed as words};
use crate::wire::ConfigStep;
#[cfg(feature = "edge")]
use crate::{locales::moment, wire::ConfigOutcome};

/// What has become of it.
pub fn name(step: ConfigStep) -> Text {
    match step {
        ConfigStep::OnTrial => words::step_on_trial(),
        ConfigStep::Kept => words::step_kept(),
        ConfigStep::RolledBack => words::step_rolled_back(),
        ConfigStep::Refused => words::step_refused(),
        ConfigStep::Dropped => words::step_dropped(),
    }
}

/// What has become of the last one, and why.
#[cfg(feature = "edge")]
pub fn last(outcome: &ConfigOutcome, now: Timestamp, zone: &TimeZone) -> Vec<Text> {
    let at = moment(outcome.at, now, zone);
    let head = words::last(outcome.number, name(outcome.step), at);
    std::iter::once(head).chain(outcome.why.iter().map(|why| why.text())).collect()
}
