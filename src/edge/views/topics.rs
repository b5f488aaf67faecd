//! Where views publish: no two of them may write to one topic of a broker.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::ViewSettings;
use crate::core::{GatewayId, Problem, Reading, same_host, shown};
use crate::edge::EdgeSettings;
use crate::interop::out::{FormatSettings, View};
use crate::locales::views as words;
use crate::wire::Birth;

/// The host, in one way of writing, and port of a broker.
type Broker = (String, u16);

/// The views of `settings` that write to a topic to which one before them writes at the same broker, each once: their
/// numbers, and what is wrong. Views that are wrong by themselves write nowhere.
pub(super) fn shared(settings: &EdgeSettings, birth: &Birth) -> Vec<(usize, Problem)> {
    let mut found = Vec::new();
    let mut taken: BTreeMap<(Broker, String), &str> = BTreeMap::new();
    for (index, view) in settings.views.iter().enumerate() {
        let Some(broker) = broker(settings, view) else { continue };
        let mut told = false;
        for topic in topics(view, &settings.gateway, birth) {
            let key = (broker.clone(), topic);
            let Some(other) = taken.get(&key) else {
                taken.insert(key, &view.name);
                continue;
            };
            if *other != view.name && !std::mem::replace(&mut told, true) {
                let rule = words::shares_topic(*other);
                let problem = Problem::new(
                    word(&view.format),
                    shown(&key.1),
                    rule,
                    words::topic_of_its_own(),
                );
                found.push((index, problem));
            }
        }
    }
    found
}

fn broker(settings: &EdgeSettings, view: &ViewSettings) -> Option<Broker> {
    let endpoint = view.mqtt.as_ref().unwrap_or(&settings.mqtt).endpoint().ok()?;
    Some((same_host(&endpoint.host), endpoint.port))
}

/// The topics to which a view writes from its will to its end, with one reading of each series between them.
fn topics(view: &ViewSettings, gateway: &GatewayId, birth: &Birth) -> Vec<String> {
    let Ok(mut view) = View::new(&view.format, gateway, birth) else { return Vec::new() };
    let at = Timestamp::UNIX_EPOCH;
    // No other placeholder becomes this number.
    let reading = |series| Reading::good(series, at, 0.25);
    let readings: Vec<Reading> =
        birth.series.iter().map(|one| reading(one.series.clone())).collect();
    let will = view.will(1);
    let first = view.connected(at, &[]);
    let data = view.readings(&readings, false, at);
    let last = view.leaving(at);
    let all = will.into_iter().chain(first).chain(data).chain(last);
    all.map(|message| message.topic).collect()
}

/// The key of a format in a view's `format`.
fn word(format: &FormatSettings) -> &'static str {
    match format {
        FormatSettings::LineProtocol(_) => "line_protocol",
        FormatSettings::Sparkplug(_) => "sparkplug",
        FormatSettings::HomeAssistant(_) => "home_assistant",
        FormatSettings::Json(_) => "json",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::BirthSeries;

    fn birth() -> Birth {
        let one = |text: &str| {
            let series: crate::core::Series = text.parse().unwrap();
            let unit = series.parameter.spec().unit;
            BirthSeries { series, unit, interval_s: 300, counter: None }
        };
        Birth::new("0.1.0", "d".into(), ["pond-1/level", "pond-2/level"].map(one).into())
    }

    /// The views that share a topic with another, of those with these formats, each at a port of this machine or at
    /// the gateway's broker.
    fn sharing(views: &[(&str, Option<u16>)]) -> Vec<(usize, String)> {
        let mut text =
            "gateway = 'gw-1'\nmqtt = { url = 'mqtt://127.0.0.1' }\nspool = { path = 's' }\n"
                .to_owned();
        for (index, (format, port)) in views.iter().enumerate() {
            text += &format!("[[view]]\nname = 'v{index}'\nformat.{format}\n");
            if let Some(port) = port {
                text += &format!("mqtt.url = 'mqtt://127.0.0.1:{port}'\n");
            }
        }
        let settings: EdgeSettings = toml::from_str(&text).unwrap();
        let found = shared(&settings, &birth());
        found.into_iter().map(|(index, problem)| (index, problem.to_string())).collect()
    }

    #[test]
    fn two_views_at_one_topic_of_one_broker_are_found_whatever_their_formats() {
        let json = "json = { topic = 'x/{station}', template = '1' }";
        let lines = "line_protocol = { topic = 'x/pond-2' }";
        let found =
            sharing(&[(json, None), (lines, None), (lines, Some(1884)), (json, Some(1883))]);
        let [(1, lines), (3, again)] = &found[..] else { panic!("{found:?}") };
        assert!(lines.starts_with("line_protocol = x/pond-2: the view v0 "), "{lines}");
        assert!(again.starts_with("json = x/pond-1: the view v0 "), "{again}");
        for twice in ["sparkplug = { group = 'g' }", "home_assistant = {}", "line_protocol = {}"] {
            assert_eq!(sharing(&[(twice, None), (twice, None)]).len(), 1, "{twice}");
        }
    }

    #[test]
    fn one_broker_by_several_names_is_one() {
        let settings: EdgeSettings = toml::from_str(
            "gateway = 'gw-1'\nmqtt = { url = 'mqtt://127.0.0.1' }\nspool = { path = 's' }\n\
             [[view]]\nname = 'a'\nformat.sparkplug = { group = 'g' }\n\
             [[view]]\nname = 'b'\nmqtt.url = 'mqtt://localhost:1883'\nformat.sparkplug = { group = 'g' }\n\
             [[view]]\nname = 'c'\nmqtt.url = 'mqtt://[::1]'\nformat.sparkplug = { group = 'g' }\n",
        )
        .unwrap();
        let found: Vec<_> = shared(&settings, &birth()).into_iter().map(|(at, _)| at).collect();
        assert_eq!(found, [1, 2]);
    }

    #[test]
    fn views_with_topics_of_their_own_share_none() {
        let json = "json = { topic = 'y/{station}', template = '1' }";
        assert_eq!(
            sharing(&[
                ("line_protocol = {}", None),
                ("sparkplug = { group = 'g' }", None),
                ("sparkplug = { group = 'g', node = 'other' }", None),
                ("home_assistant = {}", None),
                ("home_assistant = { discovery_prefix = 'other', state_prefix = 'other' }", None),
                (json, None),
                ("json = { topic = 'z/{station}', template = '1' }", None),
                // It is wrong by itself.
                ("json = { topic = 'y/{station}', template = '{nothing}' }", None),
            ]),
            []
        );
    }
}
