//! What goes out to people.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::key::Subject;
use super::kind::Kind;
use crate::locales::Text;

/// Most alarms that a letter names; of more it says how many. A person on the telephone reads that many.
pub(super) const NAMED_MAX: usize = 10;

/// Why a letter goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Alarms were raised; others may have been cleared meanwhile.
    Raised,
    /// Alarms were cleared.
    Cleared,
    /// Nobody has acknowledged what is urgent.
    Escalated,
    /// So many alarms were raised that they are told in one letter.
    Storm,
    /// Of those alarms some have been cleared, mostly all.
    StormOver,
    /// Somebody tries whether letters arrive.
    Test,
}

impl Occasion {
    /// As ids of letters and programs name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Cleared => "cleared",
            Self::Escalated => "escalated",
            Self::Storm => "storm",
            Self::StormOver => "storm-over",
            Self::Test => "test",
        }
    }
}

/// An alarm as a letter tells of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmSaid {
    pub id: i64,
    #[serde(with = "kind_id")]
    pub kind: Kind,
    pub subject: Subject,
    #[serde(with = "both")]
    pub name: Text,
    /// The reading in words; of one that is cleared, the reading then.
    #[serde(with = "both")]
    pub said: Text,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    pub raised_at: Timestamp,
    /// `raised_at` in the township.
    pub raised_local: DateTime,
    pub cleared_at: Option<Timestamp>,
    /// `cleared_at` in the township.
    pub cleared_local: Option<DateTime>,
    /// It ended because nobody watches its key any longer.
    pub removed: bool,
    /// What is still open of its subject, though this is cleared.
    #[serde(with = "kind_ids")]
    pub still: Option<Kind>,
    /// How many others are silent or unreachable because of it.
    pub explains: usize,
    /// The names of the first of them.
    #[serde(with = "boths")]
    pub first: Vec<Text>,
}

/// What goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Of no other letter, and the same at each attempt to send it.
    pub id: String,
    pub at: Timestamp,
    /// `at` in the township.
    pub local: DateTime,
    pub occasion: Occasion,
    pub urgent: bool,
    /// The gravest alarms that it tells of, at most ten.
    pub alarms: Vec<AlarmSaid>,
    /// How many alarms it tells of as raised.
    pub raised: usize,
    /// How many it tells of as cleared.
    pub cleared: usize,
    /// After a storm: how many of its alarms are still open.
    pub open: usize,
    /// Of a test: who asked for it.
    pub by: String,
}

impl Letter {
    /// A letter that only tries whether letters arrive. Two that are made within one millisecond are one.
    pub fn test(by: &str, at: Timestamp, zone: &TimeZone) -> Self {
        Self {
            id: format!("{}-{}", Occasion::Test.id(), at.as_millisecond()),
            at,
            local: zone.to_datetime(at),
            occasion: Occasion::Test,
            urgent: false,
            alarms: Vec::new(),
            raised: 0,
            cleared: 0,
            open: 0,
            by: by.into(),
        }
    }
}

/// A text that is kept in both languages.
pub mod both {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::locales::{Lang, Text};

    #[derive(Serialize, Deserialize)]
    struct Kept {
        zh: String,
        en: String,
    }

    /// Writes both.
    pub fn serialize<S: Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
        let [zh, en] = of(text);
        Kept { zh, en }.serialize(serializer)
    }

    /// Reads both.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        Kept::deserialize(deserializer).map(|kept| text(kept.zh, kept.en))
    }

    /// Its words in Chinese and English.
    pub fn of(text: &Text) -> [String; 2] {
        [Lang::Chinese, Lang::English].map(|lang| text.within(lang))
    }

    /// The text of these words.
    pub fn text(zh: String, en: String) -> Text {
        if zh == en { Text::verbatim(zh) } else { Text::both(zh, en) }
    }
}

/// Texts that are kept in both languages.
mod boths {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::both;
    use crate::locales::Text;

    pub(super) fn serialize<S: Serializer>(
        texts: &[Text],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(texts.iter().map(both::of))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Text>, D::Error> {
        let kept: Vec<[String; 2]> = Vec::deserialize(from)?;
        Ok(kept.into_iter().map(|[zh, en]| both::text(zh, en)).collect())
    }
}

/// A kind by its id.
mod kind_id {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Kind;
    use crate::locales::alarm as words;

    pub(super) fn serialize<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.id())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Kind, D::Error> {
        let id = String::deserialize(from)?;
        Kind::from_id(&id).ok_or_else(|| D::Error::custom(words::no_kind()))
    }
}

/// A kind by its id, where there is one.
mod kind_ids {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Kind;

    pub(super) fn serialize<S: Serializer>(
        kind: &Option<Kind>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        kind.map(Kind::id).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Kind>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.and_then(|id| Kind::from_id(&id)))
    }
}
