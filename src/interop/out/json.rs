//! JSON by a template: a message a reading.

use jiff::Timestamp;

use super::checks::names;
use super::format::Format;
use super::placeholder::{Filling, Names};
use super::template::{Template, keys};
use super::topic::TopicPattern;
use super::{JsonSettings, Message};
use crate::core::{GatewayId, Problems, Reading};
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

    /// Fills `topic` and template for each series: two keys may become one, and names may make it too long.
    fn try_out(&self, topic: &str, birth: &Birth, found: &mut Problems) {
        for one in &birth.series {
            let reading = Reading::good(one.series.clone(), Timestamp::MAX, f64::MIN);
            let filling = self.filling(&reading);
            if !self.topic.check_filled(("topic", topic), filling, found) {
                return;
            }
            let document = self.template.fill(filling);
            let name = one.series.to_string();
            if keys(&document) != self.template.keys() {
                found.add("template", "", words::keys_collide(name), words::other_name());
                return;
            }
            let size = document.to_string().len();
            let rule = words::message_too_long(name, size, MESSAGE_MAX);
            if !found.ensure(size <= MESSAGE_MAX, "template", "", rule, Text::default()) {
                return;
            }
        }
    }

    fn filling<'a>(&'a self, reading: &'a Reading) -> Filling<'a> {
        Filling { reading, gateway: &self.gateway, names: &self.names }
    }
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
