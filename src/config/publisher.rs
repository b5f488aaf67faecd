//! Other programs whose readings the hub takes, `[[publisher]]`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::series_rules;
use crate::core::{Kind, Problems};
use crate::hub::{HubSettings, PublishedSeries, PublisherSettings};
use crate::interop::incoming::{
    Format, NAME_MAX, Place, TimeForm, dev_eui, is_filter, is_pointer, matches, overlap,
};
use crate::interop::sparkplug::NAMESPACE;
use crate::locales::{Text, config as general, core as core_words, publisher as words};
use crate::wire::SERIES_MAX;

/// Topic filters of a publisher. Engineering judgement: with wildcards, a few say all.
const TOPICS_MAX: usize = 50;

/// Topics of our own: nobody else's messages come there.
const OWN_TOPICS: &str = "hanqing/#";

/// Seconds between readings: as in a gateway's birth, at most 31 days.
const INTERVAL_S: RangeInclusive<u32> = 1..=2_678_400;

/// What a level of a topic does not have.
const NO_LEVEL: [char; 4] = ['/', '+', '#', '\0'];

/// The last level of the topics of uplinks, with both network servers.
const UPLINK: &str = "/up";

/// What a key is to a format.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Needed,
    Allowed,
    /// It would say nothing there.
    None,
}

pub(super) fn check(settings: &HubSettings, found: &mut Problems) {
    let all = &settings.publishers;
    let names = all.iter().map(|one| &one.gateway);
    found.unique("publisher", "gateway", names, words::gateway_own_name());
    let mut seen = Seen::default();
    for (number, one) in all.iter().enumerate() {
        let found = &mut found.item("publisher", number);
        topics(one, &mut seen, found);
        found.within("interval_s", one.interval_s, INTERVAL_S, words::interval_hint());
        keys(one, found);
        let count = one.series.len();
        let right = (1..=SERIES_MAX).contains(&count);
        found.ensure(right, "series", count, words::series_count(SERIES_MAX), Text::default());
        series(one, number, &mut seen, found);
    }
}

/// Begins of the paths of problems that say nothing: what they rest on could not be read. `broken` says that of a path.
pub(super) fn unreadable(
    publishers: &[PublisherSettings],
    broken: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut begins = Vec::new();
    for (number, one) in publishers.iter().enumerate() {
        let publisher = format!("publisher[{number}].");
        // What its keys have to be hangs on the format.
        if broken(&format!("{publisher}format")) {
            begins.push(publisher);
            continue;
        }
        let series = (0..one.series.len()).map(|at| format!("{publisher}series[{at}]."));
        let lost = |series: &String| {
            ["station", "parameter", "unit"].iter().any(|key| broken(&format!("{series}{key}")))
        };
        begins.extend(series.filter(lost));
    }
    begins
}

/// What the publishers before have taken.
#[derive(Default)]
struct Seen {
    /// Topic filters, with where they stand.
    topics: Vec<(String, String)>,
    /// Series, with where they stand.
    series: BTreeMap<String, String>,
    /// The publishers of stations, by their numbers.
    stations: BTreeMap<String, usize>,
}

fn topics(one: &PublisherSettings, seen: &mut Seen, found: &mut Problems) {
    let count = one.topics.len();
    let rule = words::topics_count(TOPICS_MAX);
    found.ensure((1..=TOPICS_MAX).contains(&count), "topics", count, rule, words::topic_example());
    for (number, topic) in one.topics.iter().enumerate() {
        let key = format!("topics[{number}]");
        if !is_filter(topic) {
            found.add(key, topic, words::topic_wrong(), words::topic_example());
            continue;
        }
        if overlap(topic, OWN_TOPICS) {
            found.add(key, topic, words::topic_of_hanqing(), words::topic_example());
            continue;
        }
        let uplinks = matches!(one.format, Format::Chirpstack | Format::ThingsStack);
        let right = !uplinks || topic.ends_with(UPLINK);
        found.ensure(right, &key, topic, words::topic_of_uplinks(), uplink_example(one.format));
        if let Some((_, other)) = seen.topics.iter().find(|(other, _)| overlap(other, topic)) {
            found.add(&key, topic, words::topic_taken(other), words::topics_apart());
        }
        seen.topics.push((topic.clone(), found.path(key)));
    }
}

fn uplink_example(format: Format) -> Text {
    words::such_as_topic(match format {
        Format::Chirpstack => "application/+/device/+/event/up",
        _ => "v3/+/devices/+/up",
    })
}

/// The keys of a publisher that its format needs or has no use for.
fn keys(one: &PublisherSettings, found: &mut Problems) {
    let json = if one.format == Format::Json { Use::Allowed } else { Use::None };
    let sparkplug = if one.format == Format::Sparkplug { Use::Allowed } else { Use::None };
    let written = match one.format {
        Format::TelegrafJson | Format::LineProtocol => Use::Allowed,
        Format::Json if one.time.is_some() => Use::Needed,
        _ => Use::None,
    };
    uses(one.format, "records", one.records.is_some(), json, found);
    uses(one.format, "time", one.time.is_some(), json, found);
    uses(one.format, "name", one.name.is_some(), json, found);
    uses(one.format, "rebirth", one.rebirth, sparkplug, found);
    if written == Use::Needed {
        let (rule, hint) = (words::time_form_needed(), Text::default());
        found.required(one.time_form.is_some(), "time_form", rule, hint);
    } else {
        uses(one.format, "time_form", one.time_form.is_some(), written, found);
    }
    if one.format == Format::LineProtocol && one.time_form == Some(TimeForm::Rfc3339) {
        found.add("time_form", TimeForm::Rfc3339.id(), words::time_form_line(), Text::default());
    }
    if one.format == Format::Json {
        let timed = one.time.is_some() || one.arrival_time;
        found.required(timed, "time", words::time_needed(), words::pointer_example());
    }
    for (key, pointer) in [("records", &one.records), ("time", &one.time), ("name", &one.name)] {
        if let Some(pointer) = pointer {
            check_pointer(key, pointer, found);
        }
    }
}

fn check_pointer(key: &str, pointer: &str, found: &mut Problems) {
    let right = is_pointer(pointer) && pointer.len() <= NAME_MAX;
    let (rule, hint) = (words::pointer_wrong(NAME_MAX), words::pointer_example());
    found.ensure(right, key, pointer, rule, hint);
}

fn uses(format: Format, key: &str, there: bool, wanted: Use, found: &mut Problems) {
    match (there, wanted) {
        (false, Use::Needed) => {
            found.required(false, key, words::needed(format.id()), Text::default());
        }
        (true, Use::None) => {
            found.add(key, "", words::not_needed(format.id()), core_words::remove_it());
        }
        _ => {}
    }
}

fn series(one: &PublisherSettings, number: usize, seen: &mut Seen, found: &mut Problems) {
    let mut places: Vec<(String, Place)> = Vec::new();
    for (at, published) in one.series.iter().enumerate() {
        let path = found.path(format_args!("series[{at}]"));
        let found = &mut found.item("series", at);
        places_of(one.format, published, found);
        within_topics(one, published, found);
        meaning(one, published, found);
        let name = published.series().to_string();
        match seen.series.get(&name) {
            Some(other) => found.add("", name, words::series_taken(other), Text::default()),
            None => {
                seen.series.insert(name, path.clone());
            }
        }
        let owner = *seen.stations.entry(published.station.to_string()).or_insert(number);
        if owner != number {
            let rule = words::station_taken(format_args!("publisher[{owner}]"));
            found.add("station", &published.station, rule, words::station_apart());
        }
        if let Some(place) = published.place(one.format) {
            if let Some((other, _)) = places.iter().find(|(_, other)| other.overlaps(&place)) {
                found.add("", "", words::place_taken(other), words::place_apart());
            }
            places.push((path, place));
        }
    }
}

/// The keys that say where the values of a series are.
fn places_of(format: Format, one: &PublishedSeries, found: &mut Problems) {
    use Use::{Allowed, Needed, None};
    let [metric, tags, sparkplug, device, uplink, pointer, json] = match format {
        Format::TelegrafJson | Format::LineProtocol => {
            [Needed, Allowed, None, None, None, None, None]
        }
        Format::Sparkplug => [None, None, Needed, Allowed, None, None, None],
        Format::Chirpstack | Format::ThingsStack => [None, None, None, None, Needed, Needed, None],
        Format::Json => [None, None, None, None, None, Needed, Allowed],
    };
    for (key, text, wanted) in [
        ("measurement", &one.measurement, metric),
        ("field", &one.field, metric),
        ("group", &one.group, sparkplug),
        ("node", &one.node, sparkplug),
        ("device", &one.device, device),
        ("metric", &one.metric, sparkplug),
        ("dev_eui", &one.dev_eui, uplink),
        ("pointer", &one.pointer, pointer),
        ("topic", &one.topic, json),
        ("name", &one.name, json),
    ] {
        uses(format, key, text.is_some(), wanted, found);
        let Some(text) = text.as_deref().filter(|_| wanted != None) else { continue };
        match key {
            "dev_eui" => {
                let (right, rule) = (dev_eui(text).is_some(), words::dev_eui_wrong());
                found.ensure(right, key, text, rule, Text::default());
            }
            "pointer" => check_pointer(key, text, found),
            "group" | "node" | "device" => {
                let right = (1..=NAME_MAX).contains(&text.len()) && !text.contains(NO_LEVEL);
                found.ensure(right, key, text, words::level_wrong(NAME_MAX), Text::default());
            }
            "topic" => {
                let (rule, hint) = (words::topic_wrong(), words::topic_example());
                found.ensure(is_filter(text), key, text, rule, hint);
            }
            _ => name(key, text, found),
        }
    }
    uses(format, "tags", !one.tags.is_empty(), tags, found);
    for (tag, value) in &one.tags {
        name(&format!("tags.{tag}"), value, found);
    }
}

/// That messages with the values of a series are subscribed to at all.
fn within_topics(one: &PublisherSettings, published: &PublishedSeries, found: &mut Problems) {
    let topics = || Text::list(one.topics.iter());
    let topic = published.topic.as_deref();
    if let Some(topic) = topic.filter(|topic| one.format == Format::Json && is_filter(topic)) {
        let right = one.topics.iter().any(|own| overlap(own, topic));
        found.ensure(right, "topic", topic, words::topic_outside(topics()), Text::default());
    }
    let Some(Place::Sparkplug { group, node, device, .. }) = published.place(one.format) else {
        return;
    };
    let levels = [Some(&group), Some(&node), device.as_ref()];
    if levels.into_iter().flatten().any(|level| level.contains(NO_LEVEL)) {
        return;
    }
    let of_node = |kind: &str| format!("{NAMESPACE}/{group}/{kind}/{node}");
    // Births say what the aliases of data stand for, and deaths that they have ended.
    let mut needed = match device {
        None => vec![of_node("NDATA")],
        Some(device) => {
            ["DDATA", "DBIRTH"].map(|kind| format!("{}/{device}", of_node(kind))).into()
        }
    };
    needed.extend(["NBIRTH", "NDEATH"].map(of_node));
    let outside = |topic: &String| !one.topics.iter().any(|own| matches(own, topic));
    if let Some(topic) = needed.into_iter().find(outside) {
        found.add("node", topic, words::topic_outside(topics()), words::topics_of_node());
    }
}

fn name(key: &str, text: &str, found: &mut Problems) {
    let right = (1..=NAME_MAX).contains(&text.len()) && !text.contains('\0');
    found.ensure(right, key, text, words::name_long(NAME_MAX), Text::default());
}

/// What the values of a series mean.
fn meaning(publisher: &PublisherSettings, one: &PublishedSeries, found: &mut Problems) {
    let spec = one.parameter.spec();
    let rule = words::unit_wrong(spec.id, spec.unit.symbol());
    found.ensure(one.factor().is_some(), "unit", one.unit, rule, words::unit_hint());
    let counts = spec.kind == Kind::Counter;
    if counts && one.scale < 0.0 {
        found.add("scale", one.scale, words::counter_grows(), general::leave_it_out_for(1));
    } else {
        found.factor("scale", one.scale, general::leave_it_out_for(1));
    }
    found.finite("offset", one.offset, general::leave_it_out_for(0));
    if let Some(range) = one.range {
        found.span("range", range, Text::default());
    }
    for (key, number) in [("modulus", one.modulus), ("max_rate_per_hour", one.max_rate_per_hour)] {
        let Some(number) = number else { continue };
        if counts {
            found.positive(key, number, Text::default());
        } else {
            found.add(key, number, words::no_counter(spec.id), core_words::remove_it());
        }
    }
    let limited = !counts || one.max_rate_per_hour.is_some();
    found.required(limited, "max_rate_per_hour", words::counter_needs_rate(), Text::default());
    let found = &mut found.at("quality");
    series_rules::check(&one.quality, one.parameter, publisher.interval_s, found);
}

#[cfg(test)]
#[path = "publisher_tests.rs"]
mod tests;
