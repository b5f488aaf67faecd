//! What a decoder finds in a message.

use jiff::Timestamp;

use super::names::Names;
use crate::core::shown;
use crate::locales::{Text, publisher as words};
use crate::wire::READINGS_MAX;

/// The value of a reading, as the message has it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Number(f64),
    Truth(bool),
    /// The message says that there is no value.
    Nothing,
    /// A text, a list, an object: nothing that a series holds. As people are shown it.
    Other(String),
}

/// How good the publisher says that a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// It says nothing else.
    Good,
    Uncertain,
    Bad,
}

/// A value that has a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Which of the decoder's places it was found at.
    pub place: usize,
    pub value: Value,
    /// To the millisecond; `None` where the message has no time for it.
    pub at: Option<Timestamp>,
    pub quality: Quality,
}

/// All that a message holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decoded {
    pub found: Vec<Found>,
    /// Values without a place.
    pub unmapped: Names,
    /// What could not be read of it, and how much more.
    pub refused: Refusals,
    /// Breaks of the numbers of Sparkplug messages.
    pub breaks: u64,
    /// Sparkplug values whose alias no birth has given.
    pub unknown_aliases: u64,
    /// A Sparkplug node, by group and name, whose births are needed again.
    pub rebirth: Option<(String, String)>,
}

/// Parts of a message that are not taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Refusals {
    pub count: u64,
    pub first: Option<Text>,
}

impl Refusals {
    /// Counts one; it is put into words only where it is the first.
    pub fn add(&mut self, problem: impl FnOnce() -> Text) {
        self.count += 1;
        self.first.get_or_insert_with(problem);
    }

    /// All of them in one sentence; `None` where there are none.
    pub fn problem(self) -> Option<Text> {
        let first = self.first?;
        Some(match self.count {
            0 | 1 => first,
            more => words::several(first, more - 1),
        })
    }
}

impl Decoded {
    /// Adds a value that is as good as any.
    pub(super) fn add(&mut self, place: usize, value: Value, at: Option<Timestamp>) {
        self.found.push(Found { place, value, at, quality: Quality::Good });
    }

    /// That the message is not too much for one.
    pub(super) fn bounded(self) -> Result<Self, Text> {
        match self.found.len() > READINGS_MAX {
            true => Err(words::too_many_values(READINGS_MAX)),
            false => Ok(self),
        }
    }
}

impl Value {
    /// The value of a JSON document.
    pub(super) fn of_json(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Nothing,
            serde_json::Value::Bool(truth) => Self::Truth(*truth),
            serde_json::Value::Number(number) => {
                number.as_f64().map_or_else(|| Self::Other(number.to_string()), Self::Number)
            }
            serde_json::Value::String(text) => Self::text(text),
            serde_json::Value::Array(_) => Self::Other("[...]".into()),
            serde_json::Value::Object(_) => Self::Other("{...}".into()),
        }
    }

    /// A text, of which people are shown the begin.
    pub(super) fn text(text: &str) -> Self {
        Self::Other(format!("{:?}", shown(text)))
    }
}
