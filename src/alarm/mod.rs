//! Alarms: which of them are raised and cleared, and what of it is told to whom and when.
//!
//! ```text
//! Seen (a condition of each watched key) ─▶ Watch::look ─▶ Outcome: alarms that changed, letters that go out
//! ```
//!
//! [`Watch`] holds what is open and decides; it knows no clock, no file and no channel. The hub sees the conditions,
//! `alarm_book` keeps the alarms and the letters, `notify` sends them. *Invariant:* an alarm is told once when it is
//! raised, once when nobody acknowledges it, and once when it is cleared; each in a letter with an id of its own.

mod key;
mod kind;
mod letter;
#[cfg(test)]
mod model_tests;
mod rules;
mod telling;
mod text;
mod watch;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use key::{Key, Subject};
pub use kind::Kind;
pub use letter::{AlarmSaid, Letter, Occasion, both};
pub use rules::{Quiet, Rules};
pub use text::{LetterText, for_receivers, letter_text};
pub use watch::{Outcome, Watch};

use crate::locales::Text;

/// An instant: what the clock shows, and how long the program has run, which no step of the clock changes. How long
/// something lasts is measured by `up`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    pub up: SignedDuration,
    pub time: Timestamp,
}

/// What is seen of a condition. Who sees has both thresholds of it: `On` beyond the first, `Off` beyond the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    On,
    /// Between the two thresholds: it stays what it was.
    Between,
    Off,
    /// There are no data, or none that are young enough: it neither raises nor clears.
    Unknown,
}

/// What is seen of one watched key.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub key: Key,
    pub condition: Condition,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    /// Of the subject: 石门水库.
    pub name: Text,
    /// The reading in words.
    pub said: Text,
    /// What a station's readings come through: a gateway, one of its buses or devices. While that is open itself, a
    /// silent station follows from it. Of another subject it is `None`: a device has its bus and gateway in its key.
    pub behind: Option<Subject>,
}

/// Who has taken note of an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Office and name of the person.
    pub by: String,
    pub at: Timestamp,
    pub note: String,
}

/// How an alarm ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleared {
    pub at: Timestamp,
    /// The reading at that time, in words.
    pub said: Text,
    /// It ended because nobody watches its key any longer.
    pub removed: bool,
}

/// Who has been told something of an alarm: in which letter, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub at: Timestamp,
    /// Id of the letter.
    pub letter: String,
}

/// An alarm, open or ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Unique, rising; about the second since 1970 in which it was raised, so that a book which is begun anew does not
    /// use an id again.
    pub id: i64,
    pub key: Key,
    pub name: Text,
    /// The reading in words, when it was raised or told.
    pub said: Text,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub raised_at: Timestamp,
    /// The letter that told of it; `None` where it is held back, or ended before it was told.
    pub told: Option<Told>,
    pub acknowledged: Option<Acknowledged>,
    pub escalated_at: Option<Timestamp>,
    pub cleared: Option<Cleared>,
    /// The letter that told of its end.
    pub clear_told: Option<Told>,
}

impl Alarm {
    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.cleared.is_none()
    }

    /// When it ended.
    pub fn cleared_at(&self) -> Option<Timestamp> {
        self.cleared.as_ref().map(|cleared| cleared.at)
    }
}
