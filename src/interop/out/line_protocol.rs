//! Line protocol: a line a reading, times in nanoseconds, as Telegraf's `mqtt_consumer` and InfluxDB read it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::format::Format;
use super::placeholder::{Filling, Names};
use super::topic::TopicPattern;
use super::{LineSettings, Message};
use crate::core::{Flag, GatewayId, Problems, Reading};
use crate::interop::line::{Line, sayable};
use crate::locales::{Lang, Text, interop_out as words};
use crate::wire::Birth;

/// How many bytes of lines go into one message before the next begins: a broker in the cloud takes 128 KiB. Engineering
/// judgement.
const MESSAGE_MAX: usize = 64 * 1024;

/// The longest measurement, and name and value of a tag, bytes. Engineering judgement.
const NAME_MAX: usize = 128;

/// Tags that a configuration may add. Engineering judgement.
const TAGS_MAX: usize = 16;

/// The tags of every line.
const OWN_TAGS: [&str; 4] = ["gateway", "parameter", "station", "unit"];

/// The fields of lines: a tag with the name of a field is refused by some servers, and hides it in others.
const FIELDS: [&str; 3] = ["value", "quality", "flags"];

/// The view as lines.
#[derive(Debug)]
pub(super) struct LineProtocol {
    topic: TopicPattern,
    measurement: String,
    tags: BTreeMap<String, String>,
    gateway: GatewayId,
    names: Names,
}

impl LineProtocol {
    /// The view with `settings`; what is wrong with them is added to `found`.
    pub(super) fn new(
        settings: &LineSettings,
        gateway: &GatewayId,
        birth: &Birth,
        found: &mut Problems,
    ) -> Self {
        let LineSettings { topic, measurement, tags } = settings;
        check_name("measurement", measurement, found);
        let comment = measurement.starts_with('#');
        let rule = words::line_is_comment();
        found.ensure(!comment, "measurement", measurement, rule, words::other_characters());
        let count = tags.len();
        found.within("tags", count, ..=TAGS_MAX, Text::default());
        for (name, value) in tags {
            let mut found = found.at("tags");
            check_name(name, value, &mut found);
            check_name(name, name, &mut found);
            let known = OWN_TAGS.iter().chain(&FIELDS).any(|own| own == name);
            let own = known || name == "time" || name.starts_with('_');
            found.ensure(!own, name, value, words::tag_is_taken(name), words::other_name());
        }
        let view = Self {
            topic: TopicPattern::read("topic", topic, found),
            measurement: measurement.clone(),
            tags: tags.clone(),
            gateway: gateway.clone(),
            names: Names { lang: Lang::Chinese, stations: BTreeMap::new() },
        };
        if found.list().is_empty() {
            // One series is enough to act on.
            let _right = birth.series.iter().all(|one| {
                let reading = Reading::good(one.series.clone(), Timestamp::MAX, f64::MIN);
                view.topic.check_filled(("topic", topic), view.filling(&reading), found)
            });
        }
        view
    }

    fn filling<'a>(&'a self, reading: &'a Reading) -> Filling<'a> {
        Filling { reading, gateway: &self.gateway, names: &self.names }
    }

    /// Appends the line of `reading`.
    fn write(&self, reading: &Reading, out: &mut Vec<u8>) {
        let spec = reading.series.parameter.spec();
        let own =
            [self.gateway.as_str(), spec.id, reading.series.station.as_str(), spec.unit.symbol()];
        let mut tags: Vec<(&str, Option<&str>)> = OWN_TAGS.into_iter().zip(own.map(Some)).collect();
        tags.extend(self.tags.iter().map(|(name, value)| (name.as_str(), Some(value.as_str()))));
        // InfluxDB takes in lines with sorted tags faster.
        tags.sort_unstable();
        let mut line = Line::new(out, &self.measurement, &tags);
        if let Some(value) = reading.value().filter(|value| value.is_finite()) {
            line = line.float("value", value);
        }
        line = line.integer("quality", u8::from(reading.flag));
        if let Some(reason) = reading.reason.filter(|_| reading.flag != Flag::Good) {
            line = line.word("flags", reason.id());
        }
        line.end(reading.observed_at.as_nanosecond());
    }
}

/// A text that stands in lines.
fn check_name(key: &str, text: &str, found: &mut Problems) {
    found.ensure(
        sayable(text) && text.len() <= NAME_MAX,
        key,
        format_args!("{:?}", crate::core::shown(text)),
        words::not_sayable(NAME_MAX),
        words::other_characters(),
    );
}

impl Format for LineProtocol {
    fn readings(&mut self, readings: &[Reading], _: bool, _: Timestamp) -> Vec<Message> {
        let mut messages: Vec<Message> = Vec::new();
        // The message of each topic that is not full yet.
        let mut open: BTreeMap<String, usize> = BTreeMap::new();
        for reading in readings {
            let topic = self.topic.fill(self.filling(reading));
            let begun = open.get(&topic).and_then(|at| messages.get_mut(*at));
            match begun {
                Some(message) if message.payload.len() < MESSAGE_MAX => {
                    self.write(reading, &mut message.payload);
                }
                _ => {
                    let mut payload = Vec::new();
                    self.write(reading, &mut payload);
                    open.insert(topic.clone(), messages.len());
                    messages.push(Message { topic, payload, retain: false });
                }
            }
        }
        messages
    }
}
