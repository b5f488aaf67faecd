//! Topics with placeholders, and the parts of topics that a configuration gives.

use super::pattern::Pattern;
use super::placeholder::{Filling, Placeholder};
use crate::core::{Problems, shown};
use crate::locales::interop_out as words;

/// The longest topic, bytes. MQTT allows 65535; a cloud's broker 256, and 512 leave room for those who allow more.
/// Engineering judgement.
const TOPIC_MAX: usize = 512;

/// The longest that a placeholder becomes in a topic, bytes: a station's name and a parameter's in Chinese. Engineering
/// judgement.
const PLACE_MAX: usize = 128;

/// The longest that another placeholder becomes: an id has 40 characters at most, a time 30, a number 25.
const SHORT_MAX: usize = 40;

/// The first level of our own topics, to which nobody else may publish.
const OWN: &str = "hanqing";

/// A topic with placeholders.
#[derive(Debug, Default)]
pub(super) struct TopicPattern(Pattern);

impl TopicPattern {
    /// Reads the topic that stands at `key`.
    pub(super) fn read(key: &str, text: &str, found: &mut Problems) -> Self {
        let pattern = Pattern::read(key, text, found);
        let longest = pattern.words().map(str::len).sum::<usize>()
            + pattern.places().map(longest).sum::<usize>();
        let words = pattern.text(|_| "x".into());
        if found.text(key, text, words::topic_such_as()) && check(key, &words, text, found) {
            found.ensure(
                longest <= TOPIC_MAX,
                key,
                format_args!("{:?}", shown(text)),
                words::topic_too_long(longest, TOPIC_MAX),
                words::shorten(),
            );
        }
        Self(pattern)
    }

    /// Checks what the topic, which stands at `key` as `text`, becomes for a reading.
    pub(super) fn check_filled(
        &self,
        (key, text): (&str, &str),
        filling: Filling<'_>,
        found: &mut Problems,
    ) -> bool {
        let right = !is_own(&self.filled(filling));
        found.ensure(right, key, shown(text), words::topic_of_gateways(OWN), words::topic_such_as())
    }

    /// The topic of a reading: each placeholder stays within its level, and none makes it one of our own.
    pub(super) fn fill(&self, filling: Filling<'_>) -> String {
        let topic = self.filled(filling);
        if is_own(&topic) { format!("_{topic}") } else { topic }
    }

    fn filled(&self, filling: Filling<'_>) -> String {
        self.0.text(|place| level(&filling.text(place)))
    }
}

/// The most bytes that a placeholder becomes.
fn longest(place: Placeholder) -> usize {
    match place {
        Placeholder::Name => PLACE_MAX,
        _ => SHORT_MAX,
    }
}

/// `text` as one level of a topic, or as part of one: what has a meaning in topics becomes `_`, and so does nothing at
/// all.
fn level(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        let c = if is_of_topics(c) || c == '/' { '_' } else { c };
        if safe.len() + c.len_utf8() > PLACE_MAX {
            break;
        }
        safe.push(c);
    }
    if safe.is_empty() { "_".into() } else { safe }
}

/// Whether a character has a meaning in filters, or may not stand in a topic at all (MQTT 5, 1.5.4 and 4.7.1).
fn is_of_topics(c: char) -> bool {
    matches!(c, '+' | '#' | '\u{feff}') || c.is_control() || is_noncharacter(c)
}

/// Code points that are no characters, for which a broker may end the connection (MQTT 5, 1.5.4).
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

/// Whether a topic is one of our own.
fn is_own(topic: &str) -> bool {
    topic.split('/').next() == Some(OWN)
}

/// Checks the beginning of topics that stands at `key`.
pub(super) fn check_prefix(key: &str, text: &str, found: &mut Problems) {
    if found.text(key, text, words::topic_such_as()) && check(key, text, text, found) {
        let at_ends = text.starts_with('/') || text.ends_with('/');
        found.ensure(!at_ends, key, text, words::slash_at_ends(), words::remove_slash());
        check_length(key, text, found);
    }
}

/// Checks a level of topics that stands at `key`.
pub(super) fn check_level(key: &str, text: &str, found: &mut Problems) {
    if found.text(key, text, words::topic_such_as()) {
        let right = !text.contains(|c| is_of_topics(c) || c == '/');
        let shown = shown(text);
        found.ensure(right, key, &shown, words::no_level(), words::other_characters());
        check_length(key, text, found);
    }
}

fn check_length(key: &str, text: &str, found: &mut Problems) {
    let rule = words::topic_too_long(text.len(), PLACE_MAX);
    found.ensure(text.len() <= PLACE_MAX, key, shown(text), rule, words::shorten());
}

/// Whether `words`, of `text` at `key`, can be part of a topic to which others listen.
fn check(key: &str, words: &str, text: &str, found: &mut Problems) -> bool {
    let rule = if words.contains(is_of_topics) {
        words::no_topic()
    } else if words.starts_with('$') {
        words::topic_of_broker()
    } else if is_own(words) {
        words::topic_of_gateways(OWN)
    } else {
        return true;
    };
    found.add(key, shown(text), rule, words::topic_such_as());
    false
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::placeholder::Names;
    use super::*;
    use crate::core::{Reading, Reason};
    use crate::locales::Lang;

    fn filled(topic: &str, station_name: &str) -> String {
        let at = "2022-08-01T00:00:00Z".parse().unwrap();
        let stations = BTreeMap::from([("pond-1".parse().unwrap(), station_name.to_owned())]);
        let names = Names { lang: Lang::Chinese, stations };
        let reading = Reading::missing("pond-1/flow".parse().unwrap(), at, Reason::Timeout, vec![]);
        let gateway = "gw-1".parse().unwrap();
        let filling = Filling { reading: &reading, gateway: &gateway, names: &names };
        let mut found = Problems::default();
        let topic = TopicPattern::read("topic", topic, &mut found);
        assert!(found.list().is_empty(), "{:?}", found.list());
        topic.fill(filling)
    }

    #[test]
    fn what_fills_a_topic_stays_within_its_level() {
        assert_eq!(filled("x/{unit}/{station}", ""), "x/m3_h/pond-1");
        assert_eq!(filled("x/{name}", "a/+b#\0\u{fffe}"), "x/a__b___ 流量");
        assert_eq!(filled("x/{value}/y", ""), "x/_/y");
        assert_eq!(filled("{name}", &"塘".repeat(200)).len(), PLACE_MAX - PLACE_MAX % 3);
        assert_eq!(filled("hanqing{gateway}/{quality}", ""), "hanqinggw-1/9");
        assert_eq!(filled("hanqing-home/{gateway}", ""), "hanqing-home/gw-1");
    }

    #[test]
    fn a_topic_that_a_placeholder_makes_one_of_our_own_is_refused_and_never_filled() {
        let at = "2022-08-01T00:00:00Z".parse().unwrap();
        let names = Names { lang: Lang::Chinese, stations: BTreeMap::new() };
        for (topic, gateway, becomes) in [
            ("{gateway}/v1/{station}/ack", "hanqing", "_hanqing/v1/qing/ack"),
            ("han{station}/v1/{gateway}", "gw-1", "_hanqing/v1/gw-1"),
            ("a/{gateway}", "hanqing", "a/hanqing"),
        ] {
            let reading = Reading::good("qing/level".parse().unwrap(), at, 1.0);
            let gateway = gateway.parse().unwrap();
            let filling = Filling { reading: &reading, gateway: &gateway, names: &names };
            let mut read = TopicPattern::default();
            let found = Problems::of(|found| {
                read = TopicPattern::read("topic", topic, found);
                read.check_filled(("topic", topic), filling, found);
            });
            assert_eq!(found.len(), usize::from(becomes.starts_with('_')), "{found:?}");
            assert_eq!(read.fill(filling), becomes);
        }
    }

    proptest! {
        #[test]
        fn a_topic_has_no_wildcard_whatever_the_name(name in "\\PC{0,80}|.{0,80}") {
            let topic = filled("x/{name}/y", &name);
            prop_assert_eq!(topic.split('/').count(), 3);
            prop_assert!(!topic.contains(is_of_topics));
            prop_assert!(topic.len() <= TOPIC_MAX);
        }
    }

    #[test]
    fn topics_that_reach_nobody_or_our_own_gateways_are_refused() {
        for (topic, says) in [
            ("", "empty"),
            ("a/+/b", "wildcard"),
            ("a/#", "wildcard"),
            ("a\nb", "wildcard"),
            ("$SYS/a", "broker"),
            ("hanqing/v1/gw-1/readings", "first level is hanqing"),
            ("hanqing/v{quality}/{gateway}/status", "first level is hanqing"),
            ("hanqing", "first level is hanqing"),
            (&"a/".repeat(300), "600 bytes"),
            (&"{name}".repeat(5), "640 bytes"),
            ("a/{nothing}", "{nothing}"),
        ] {
            let found = Problems::of(|found| {
                TopicPattern::read("topic", topic, found);
            });
            let [problem] = &found[..] else { unreachable!("one problem of {topic}: {found:?}") };
            assert!(problem.to_string().contains(says), "{topic}: {problem}");
        }
        let own = "first level is hanqing";
        for (prefix, says) in
            [("/a", "slash"), ("a/", "slash"), ("a/+", "wildcard"), ("hanqing", own)]
        {
            let found = Problems::of(|found| check_prefix("state_prefix", prefix, found));
            assert!(found.len() == 1 && found[0].to_string().contains(says), "{found:?}");
        }
        for level in ["", "a/b", "a+b", "#", "a\0", &"塘".repeat(43)] {
            let found = Problems::of(|found| check_level("group", level, found));
            assert_eq!(found.len(), 1, "{level}: {found:?}");
        }
        assert!(Problems::of(|found| check_level("group", "赤水 镇 \"1\"", found)).is_empty());
    }
}
