//! JSON by a template: a message a reading.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;
use serde_json::Value;

use super::checks::names;
use super::format::Format;
use super::placeholder::{Filling, Names};
use super::template::{Template, keys};
use super::topic::TopicPattern;
use super::{JsonSettings, Message};
use crate::core::{GatewayId, Problems, Reading, Series};
use crate::locales::{Text, interop_out as words};
use crate::wire::Birth;

/// The longest message, bytes: a broker in the cloud takes 128 KiB. Engineering judgement.
const MESSAGE_MAX: usize = 64 * 1024;

/// The view as JSON.
#[derive(Debug)]
pub(super) struct Json {
    topic: TopicPattern,
    template: Template,
    gateway: GatewayId,
    names: Names,
}

impl Json {
    /// The view with `settings`; what is wrong with them is added to `found`.
    pub(super) fn new(
        settings: &JsonSettings,
        gateway: &GatewayId,
        birth: &Birth,
        found: &mut Problems,
    ) -> Self {
        let view = Self {
            topic: TopicPattern::read("topic", &settings.topic, found),
            template: Template::read("template", &settings.template, found),
            gateway: gateway.clone(),
            names: names(settings.lang, &settings.names, birth, found),
        };
        if found.list().is_empty() {
            view.try_out(&settings.topic, birth, found);
        }
        view
    }

    /// Fills `topic` and template for each series: two keys may become one, names may make it too long, and nothing may
    /// tell the readings of two series apart.
    fn try_out(&self, topic: &str, birth: &Birth, found: &mut Problems) {
        // Messages may be long, and series many: they are known by their hashes.
        let (hasher, mut known) = (RandomState::new(), HashMap::new());
        for one in &birth.series {
            let reading = of_any_time(&one.series);
            let filling = self.filling(&reading);
            if !self.topic.check_filled(("topic", topic), filling, found) {
                return;
            }
            let document = self.template.fill(filling);
            let name = one.series.to_string();
            if keys(&document) != self.template.keys() {
                found.add("template", "", words::keys_collide(&name), words::other_name());
                return;
            }
            let size = document.to_string().len();
            let rule = words::message_too_long(&name, size, MESSAGE_MAX);
            if !found.ensure(size <= MESSAGE_MAX, "template", "", rule, Text::default()) {
                return;
            }
            let message = (self.topic.fill(filling), document);
            let hash = hasher.hash_one((&message.0, message.1.to_string()));
            let Some(other) = known.insert(hash, &one.series) else { continue };
            if *other != one.series && self.message(other) == message {
                let rule = words::series_collide(name, other.to_string());
                found.add("template", "", rule, words::name_the_series());
                return;
            }
        }
    }

    /// Topic and document of a reading of `series`.
    fn message(&self, series: &Series) -> (String, Value) {
        let reading = of_any_time(series);
        let filling = self.filling(&reading);
        (self.topic.fill(filling), self.template.fill(filling))
    }

    fn filling<'a>(&'a self, reading: &'a Reading) -> Filling<'a> {
        Filling { reading, gateway: &self.gateway, names: &self.names }
    }
}

/// A reading of `series` whose time and value take the most room.
fn of_any_time(series: &Series) -> Reading {
    Reading::good(series.clone(), Timestamp::MAX, f64::MIN)
}

impl Format for Json {
    fn readings(&mut self, readings: &[Reading], _: bool, _: Timestamp) -> Vec<Message> {
        let messages = readings.iter().map(|reading| {
            let filling = self.filling(reading);
            let payload = self.template.fill(filling).to_string().into_bytes();
            Message { topic: self.topic.fill(filling), payload, retain: false }
        });
        messages.collect()
    }
}
