//! Something that does not work for now: since when, and why it did not the last time.

use std::time::Duration;

use jiff::Timestamp;

use crate::locales::{Argument, Text};
use crate::support::Moment;
use crate::wire::{PROBLEM_MAX, cut};

/// An outage that lasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Outage {
    pub since: Moment,
    /// Empty where nothing is known.
    pub why: Text,
}

/// Notes that it does not work at `now`: it began then, unless it was not working before.
pub fn note(outage: &mut Option<Outage>, why: Text, now: Moment) {
    let why = if why.is_empty() { why } else { cut(why, PROBLEM_MAX) };
    let since = outage.as_ref().map_or(now, |outage| outage.since);
    *outage = Some(Outage { since, why });
}

impl Outage {
    /// Whether it has lasted longer than `most` at `now`.
    pub fn is_longer(&self, most: Duration, now: Moment) -> bool {
        now.since(self.since) > most
    }

    /// In words: `words` get the time of its start, and the reason follows.
    pub fn said(&self, words: fn(Argument) -> Text) -> Text {
        with_reason(words(instant(self.since.time)), &self.why)
    }
}

/// What is said, and the reason, if there is one.
pub fn with_reason(said: Text, why: &Text) -> Text {
    if why.is_empty() { said } else { Text::chain([&said, why]) }
}

/// A time as it is told, to the second.
pub fn instant(at: Timestamp) -> Argument {
    Argument::of(format_args!("{at:.0}"))
}
