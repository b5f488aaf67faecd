//! What the page of the alarms is made from, and what can be done on it.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::alarm::{Alarm, Kind, Occasion};
use crate::core::StationId;
use crate::locales::Text;
use crate::web::model::in_chinese;

/// What is open, as every page knows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct OpenAlarms {
    /// The gravest first.
    pub open: Vec<OpenAlarm>,
    /// Why the list may be incomplete; empty where it is not.
    #[serde(serialize_with = "in_chinese")]
    pub incomplete: Text,
}

/// An alarm that is open.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenAlarm {
    pub id: i64,
    #[serde(serialize_with = "by_id")]
    pub kind: Kind,
    /// The station that it is of, where it is of one.
    pub station: Option<StationId>,
    #[serde(serialize_with = "in_chinese")]
    pub name: Text,
    #[serde(serialize_with = "in_chinese")]
    pub said: Text,
    pub raised_at: Timestamp,
    pub acknowledged: bool,
}

fn by_id<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.id())
}

/// What is asked of the hub about alarms.
#[derive(Debug, Clone, PartialEq)]
pub enum AlarmsAsked {
    Show(HistoryAsked),
    /// Somebody has taken note of an alarm.
    Acknowledge {
        id: i64,
        /// Office and name.
        by: String,
        note: String,
    },
    /// Sends a letter that says that it is a test.
    Test {
        channel: String,
        by: String,
    },
}

/// Which part of the history.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryAsked {
    /// Alarms with lower numbers than this one.
    pub before: Option<i64>,
    pub station: Option<StationId>,
    pub kind: Option<Kind>,
}

/// The hub's answer.
#[derive(Debug, Clone, PartialEq)]
pub enum AlarmsAnswer {
    Shown(Box<AlarmsFacts>),
    /// What is acknowledged now, or why nothing is.
    Acknowledged(Result<Box<Alarm>, Text>),
    /// That the letter arrived or went out, or why it did not.
    Tested(Result<Text, Text>),
}

/// What the page shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AlarmsFacts {
    /// The gravest first.
    pub open: Vec<AlarmShown>,
    /// Those that have ended, the newest first.
    pub history: Vec<AlarmShown>,
    /// The number before which the next page of the history begins.
    pub next: Option<i64>,
    pub channels: Vec<ChannelShown>,
    /// Why the lists may be incomplete; empty where they are not.
    pub incomplete: Text,
}

/// An alarm, and what was sent of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmShown {
    pub alarm: Alarm,
    pub sent: Vec<SentShown>,
}

/// What became of telling an alarm by one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct SentShown {
    /// That it was raised, escalated or cleared.
    pub of: Occasion,
    /// Empty where the letter is so old that only its time is known.
    pub channel: String,
    pub state: SentState,
    /// Why it did not arrive the last time; empty where it did, or was not tried.
    pub why: Text,
}

/// Whether a letter has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentState {
    Waiting,
    Sent(Timestamp),
    GivenUp,
}

/// A channel, without its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelShown {
    pub name: String,
    /// What it speaks, as the configuration names it.
    pub kind: &'static str,
    /// Its receiver says that it has taken a letter.
    pub receipts: bool,
    pub urgent_only: bool,
    pub escalation: bool,
    pub last_sent: Option<Timestamp>,
    /// Since when no letter arrives, and why.
    pub failing: Option<(Timestamp, Text)>,
    /// Letters that wait.
    pub waiting: u64,
}
