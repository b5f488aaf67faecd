//! Plain JSON, by pointers (RFC 6901): to the values, to their time, to the name of what was observed, and to the list
//! where one message has several records.

use std::borrow::Cow;
use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::document::document;
use super::filter;
use super::found::{Decoded, Value};
use super::moment::{TimeForm, told};
use super::names::brief;
use super::place::{NAME_MAX, Place};
use crate::core::shown;
use crate::locales::{Text, publisher as words};
use crate::wire::READINGS_MAX;

/// Where the parts of a document are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pointers {
    /// The list of records; `None` where the message is one.
    pub records: Option<String>,
    /// The time of a record: in it, or in the message around it.
    pub time: Option<(String, TimeForm)>,
    /// The name of a record: in it, or in the message around it.
    pub name: Option<String>,
}

/// Places that are looked at in one message, however many records it has. Engineering judgement: ten for each value
/// that a message may have, in hundredths of a second.
const LOOKED_MAX: usize = 10 * READINGS_MAX;

/// Places by the name that they ask for; `None` are those of any.
type Named<'a> = HashMap<Option<&'a str>, Vec<&'a At>>;

/// The places, and where the rest is.
#[derive(Debug)]
pub(super) struct Documents {
    places: Vec<At>,
    pointers: Pointers,
}

#[derive(Debug)]
struct At {
    number: usize,
    topic: Option<String>,
    name: Option<String>,
    pointer: String,
}

impl Documents {
    pub fn new(places: &[Place], pointers: Pointers) -> Self {
        let at = |(number, place): (usize, &Place)| match place {
            Place::Json { topic, name, pointer } => {
                let (topic, name, pointer) = (topic.clone(), name.clone(), pointer.clone());
                Some(At { number, topic, name, pointer })
            }
            _ => None,
        };
        Self { places: places.iter().enumerate().filter_map(at).collect(), pointers }
    }

    /// The places that messages on `topic` may fill, by the name that they ask for.
    fn of_topic(&self, topic: &str) -> Named<'_> {
        let mut named = Named::default();
        for at in &self.places {
            if at.topic.as_ref().is_none_or(|own| filter::matches(own, topic)) {
                named.entry(at.name.as_deref()).or_default().push(at);
            }
        }
        named
    }

    /// Reads a message.
    pub fn decode(&self, topic: &str, payload: &[u8]) -> Result<Decoded, Text> {
        let document = document(payload)?;
        let places = self.of_topic(topic);
        let (mut decoded, mut looked) = (Decoded::default(), 0);
        match &self.pointers.records {
            None => {
                self.record(&document, &document, (&places, topic), &mut decoded);
            }
            Some(pointer) => {
                let records = document.pointer(pointer).and_then(Json::as_array);
                let records = records.ok_or_else(|| words::no_records(pointer))?;
                for record in records {
                    looked += self.record(record, &document, (&places, topic), &mut decoded);
                    if decoded.found.len() > READINGS_MAX || looked > LOOKED_MAX {
                        return Err(words::too_many_values(READINGS_MAX));
                    }
                }
            }
        }
        decoded.bounded()
    }

    /// Reads a record. Returns how many places were looked at.
    fn record(
        &self,
        record: &Json,
        around: &Json,
        (places, topic): (&Named<'_>, &str),
        decoded: &mut Decoded,
    ) -> usize {
        let there = |pointer: &str| record.pointer(pointer).or_else(|| around.pointer(pointer));
        let name: Option<Cow<'_, str>> = match self.pointers.name.as_deref().and_then(there) {
            Some(Json::String(name)) => Some(name.into()),
            Some(Json::Number(number)) => Some(number.to_string().into()),
            _ => None,
        };
        // One name around the records may be as long as the message: it is not looked up for each of them.
        let known = name.as_deref().filter(|name| name.len() <= NAME_MAX);
        let named = known.and_then(|name| places.get(&Some(name)));
        let places: Vec<&&At> = named.into_iter().chain(places.get(&None)).flatten().collect();
        let said = name.as_deref().unwrap_or(topic);
        if places.is_empty() {
            decoded.unmapped.add(|| brief(said).into());
            return 0;
        }
        let at = match self.time(there) {
            Ok(at) => at,
            Err((time, form)) => {
                let problem = || words::time_unreadable(&*shown(said), told(time), form.id());
                decoded.refused.add(problem);
                return 0;
            }
        };
        let before = decoded.found.len();
        for place in &places {
            if let Some(value) = record.pointer(&place.pointer) {
                decoded.add(place.number, Value::of_json(value), at);
            }
        }
        if decoded.found.len() == before {
            decoded.unmapped.add(|| brief(said).into());
        }
        places.len()
    }

    /// The time of a record, `None` where it has none; or what stands there, and the form that it is not in.
    fn time<'a>(
        &self,
        there: impl Fn(&str) -> Option<&'a Json>,
    ) -> Result<Option<Timestamp>, (&'a Json, TimeForm)> {
        let Some((pointer, form)) = &self.pointers.time else { return Ok(None) };
        match there(pointer).filter(|time| !time.is_null()) {
            None => Ok(None),
            Some(time) => form.of_json(time).map(Some).ok_or((time, *form)),
        }
    }
}
