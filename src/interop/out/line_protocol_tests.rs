//! Line protocol, read back by InfluxData's own reader.

use influxdb_line_protocol::{FieldValue, ParsedLine, parse_lines};
use proptest::prelude::*;

use super::test_readings::{
    ENERGY, LEVEL, STATE, at, flagged, good, missing, nasty, problems, text, view,
};
use super::{FormatSettings, LineSettings, View};
use crate::core::{Flag, Reason};
use crate::interop::line::sayable;

fn tag(line: &ParsedLine<'_>, name: &str) -> Option<String> {
    let tags = line.series.tag_set.iter().flatten();
    tags.clone().find(|(known, _)| *known == name).map(|(_, value)| value.to_string())
}

#[test]
fn a_line_has_the_series_in_its_tags_and_nanoseconds() {
    let mut view = view("[line_protocol]");
    let messages = view.readings(&[good(LEVEL, 0, 98.113)], false, at(1));
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].topic, "readings/gw-1");
    assert!(!messages[0].retain);
    assert_eq!(
        text(&messages[0]),
        "readings,gateway=gw-1,parameter=level,station=pond-1,unit=m value=98.113,quality=1i 1659312000000000000\n"
    );
    let read: Vec<_> = parse_lines(text(&messages[0])).collect::<Result<_, _>>().unwrap();
    assert_eq!(tag(&read[0], "station").as_deref(), Some("pond-1"));
    assert_eq!(read[0].field_value("value"), Some(&FieldValue::F64(98.113)));
    assert_eq!(read[0].timestamp, Some(1_659_312_000_000_000_000));
}

#[test]
fn a_missing_value_has_no_field_and_a_flag_says_why() {
    let mut view = view("[line_protocol]");
    let readings = [
        missing(LEVEL, 0),
        flagged(ENERGY, 0, 7.0, Flag::Suspect, Reason::Spike),
        good(STATE, 0, 0.0),
    ];
    let messages = view.readings(&readings, true, at(1));
    let read: Vec<_> = parse_lines(text(&messages[0])).collect::<Result<_, _>>().unwrap();
    let field = |line: usize, name: &str| read[line].field_value(name).map(ToString::to_string);
    assert_eq!(field(0, "value"), None);
    assert_eq!(field(0, "quality").as_deref(), Some("9i"));
    assert_eq!(read[0].field_value("flags"), Some(&FieldValue::String("timeout".into())));
    assert_eq!(read[1].field_value("flags"), Some(&FieldValue::String("spike".into())));
    assert_eq!(read[1].field_value("value"), Some(&FieldValue::F64(7.0)));
    assert_eq!(field(2, "flags"), None);
}

#[test]
fn lines_of_a_topic_stand_in_one_message_until_it_is_large() {
    let mut view = view("[line_protocol]\ntopic = 'x/{station}'");
    let two = [good(LEVEL, 0, 1.0), good(ENERGY, 0, 1.0), good(LEVEL, 300, 2.0)];
    let topics = |messages: &[super::Message]| -> Vec<String> {
        messages.iter().map(|message| message.topic.clone()).collect()
    };
    let messages = view.readings(&two, false, at(1));
    assert_eq!(topics(&messages), ["x/pond-1", "x/pump-1"]);
    assert_eq!(text(&messages[0]).lines().count(), 2);
    let many: Vec<_> = (0..2_000).map(|n| good(LEVEL, n, 1.0)).collect();
    let messages = view.readings(&many, false, at(1));
    assert!(messages.len() > 1);
    assert!(messages.iter().all(|message| message.payload.len() < 66_000));
    let lines: usize = messages.iter().map(|message| text(message).lines().count()).sum();
    assert_eq!(lines, many.len());
}

#[test]
fn names_that_no_line_can_have_are_refused() {
    for (toml, says) in [
        ("measurement = ''", "line_protocol.measurement"),
        ("measurement = '#a'", "comment"),
        ("measurement = 'a\\b'", "backslash"),
        ("measurement = \"a\\nb\"", "control"),
        ("tags = { station = 'x' }", "line_protocol.tags.station"),
        ("tags = { _x = 'x' }", "another use"),
        ("tags = { quality = 'x' }", "another use"),
        ("tags = { town = '' }", "line_protocol.tags.town"),
        ("topic = 'a/#'", "line_protocol.topic"),
    ] {
        let found = problems(&format!("[line_protocol]\n{toml}"));
        assert_eq!(found.len(), 1, "{toml}: {found:?}");
        assert!(found[0].contains(says), "{toml}: {found:?}");
    }
}

proptest! {
    #[test]
    fn whatever_names_pass_are_read_back(measurement in nasty(), name in nasty(), value in nasty()) {
        let settings = LineSettings {
            measurement: measurement.clone(),
            tags: [(name.clone(), value.clone())].into(),
            ..LineSettings::default()
        };
        let settings = FormatSettings::LineProtocol(settings);
        let view = View::new(&settings, &"gw-1".parse().unwrap(), &super::test_readings::birth());
        let all = [&measurement, &name, &value];
        let right = all.iter().all(|text| sayable(text)) && !measurement.starts_with('#');
        prop_assert_eq!(view.is_ok(), right);
        let Ok(mut view) = view else { return Ok(()) };
        let messages = view.readings(&[good(LEVEL, 0, 1.5), missing(STATE, 0)], false, at(1));
        let read: Vec<_> = parse_lines(text(&messages[0])).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read.len(), 2);
        for line in &read {
            prop_assert_eq!(line.series.measurement.to_string(), measurement.clone());
            prop_assert_eq!(tag(line, &name), Some(value.clone()));
        }
    }
}
