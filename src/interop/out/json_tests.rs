//! JSON by a template, read back by serde_json.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::test_readings::{
    ENERGY, LEVEL, at, birth, flagged, good, missing, nasty, problems, text, view,
};
use super::{FormatSettings, JsonSettings, View};
use crate::core::{Flag, Reason};
use crate::locales::Lang;

/// What a template makes of readings.
fn made(template: &str, reading: crate::core::Reading) -> Value {
    let mut view =
        view(&format!("[json]\ntopic = 'x/{{station}}/{{parameter}}'\ntemplate = {template}"));
    let messages = view.readings(&[reading], false, at(1));
    assert_eq!(messages.len(), 1);
    serde_json::from_slice(&messages[0].payload).unwrap()
}

#[test]
fn a_placeholder_alone_keeps_its_type_and_in_a_text_it_becomes_text() {
    let table = "{ t = '{time_ms}', v = '{value}', q = '{quality}', said = '{name}: {value} {unit}', list = [1, true, '{station}'] }";
    assert_eq!(
        made(table, good(LEVEL, 0, 98.5)),
        json!({
            "t": 1_659_312_000_000_i64, "v": 98.5, "q": 1,
            "said": "pond-1 水位: 98.5 m", "list": [1, true, "pond-1"],
        })
    );
    let value = made(table, missing(LEVEL, 0));
    assert_eq!((&value["v"], &value["q"]), (&Value::Null, &json!(9)));
    assert_eq!(value["said"], "pond-1 水位:  m");
    let flagged = flagged(LEVEL, 0, 1.0, Flag::Fail, Reason::Spike);
    assert_eq!(made("['{flags}', '{time}']", flagged), json!(["spike", "2022-08-01T00:00:00Z"]));
}

#[test]
fn a_template_can_be_the_text_of_a_document_and_have_placeholders_in_keys() {
    let text = r#"'{"{gateway}": [{"ts": "{time_ms}", "values": {"{parameter}": "{value}"}}], "n": null}'"#;
    assert_eq!(
        made(text, good(LEVEL, 1, 3.0)),
        json!({ "gw-1": [{ "ts": 1_659_312_001_000_i64, "values": { "level": 3.0 } }], "n": null })
    );
    assert_eq!(made("'\"{value}\"'", good(LEVEL, 1, 3.0)), json!(3.0));
    assert_eq!(made("'\"{{value}}\"'", good(LEVEL, 1, 3.0)), json!("{value}"));
}

#[test]
fn each_reading_has_a_message_with_its_own_topic() {
    let mut view = view(
        "[json]\ntopic = 'a/{station}/{parameter}'\ntemplate = '\"{value}\"'\nlang = 'en'\nnames = { pond-1 = '东门塘' }",
    );
    let messages = view.readings(&[good(LEVEL, 0, 1.0), good(ENERGY, 0, 2.0)], true, at(1));
    let topics: Vec<_> = messages.iter().map(|message| message.topic.as_str()).collect();
    assert_eq!(topics, ["a/pond-1/level", "a/pump-1/energy_total"]);
    assert_eq!(text(&messages[1]), "2.0");
    assert!(view.will(1).is_none() && view.subscriptions().is_empty());
    assert!(view.connected(at(1), &[good(LEVEL, 0, 1.0)]).is_empty());
    assert_eq!(view.passed_over(), 0);
}

#[test]
fn what_is_wrong_with_a_template_is_said_with_its_place() {
    for (toml, says) in [
        (
            "template = { a = { b = '{vaule}' } }",
            "json.template.a.b = \"{vaule}\": there is no placeholder {vaule}",
        ),
        ("template = ['x', '{']", "json.template[1]"),
        ("template = '{\"a\": {value}}'", "line 1, column 8"),
        ("template = '{\"a\": 1, \"a\": 2}'", "line 1, column 12: the key a stands twice"),
        ("template = { '{value}' = 1 }", "differs from reading to reading"),
        ("template = { '{station}' = 1, pond-1 = 2 }", "two keys become the same for pond-1/level"),
        ("template = 1\nnames = { pond-9 = 'x' }", "json.names.pond-9"),
        ("template = 1\nnames = { pond-1 = \"a\\u202e\" }", "cannot be seen"),
        ("template = 1\nnames = { pond-1 = ' ' }", "must not be empty"),
    ] {
        let found = problems(&format!("[json]\ntopic = 'x'\n{toml}"));
        assert_eq!(found.len(), 1, "{toml}: {found:?}");
        assert!(found[0].contains(says), "{toml}: {found:?}");
    }
    let long = format!("[json]\ntopic = 'x'\ntemplate = '\"{}\"'", "x".repeat(9_000));
    assert!(problems(&long)[0].contains("at most 8192"));
    let wide = format!(
        "[json]\ntopic = 'x'\ntemplate = '\"{}\"'\nnames = {{ pond-1 = '{}' }}",
        "{name}".repeat(1_300),
        "塘".repeat(60)
    );
    assert!(problems(&wide)[0].contains("a message of pond-1/level has"));
    // Several at once.
    assert_eq!(problems("[json]\ntopic = '{a}'\ntemplate = ['{b}', '{c}']").len(), 3);
}

#[test]
fn two_series_that_nothing_would_tell_apart_are_named() {
    let of = |topic: &str, template: &str| {
        let text = format!("[json]\ntopic = '{topic}'\ntemplate = {template}");
        View::new(&super::test_readings::settings(&text), &"gw-1".parse().unwrap(), &birth())
    };
    for (topic, template) in [
        ("telemetry", "{ t = '{time_ms}', v = '{value}' }"),
        ("telemetry/{station}", "{ t = '{time_ms}', v = '{value}' }"),
        ("telemetry", "{ '{station}' = { v = '{value}', q = '{quality}' } }"),
    ] {
        let found = of(topic, template).unwrap_err();
        let [problem] = &found[..] else { panic!("{found:?}") };
        let said = problem.to_string();
        assert!(said.starts_with("json.template: nothing tells messages of"), "{said}");
        assert!(said.contains("{station} and {parameter}"), "{said}");
    }
    for (topic, template) in [
        ("t/{station}/{parameter}", "1"),
        ("t", "{ '{station}' = { '{parameter}' = '{value}' } }"),
        ("t/{station}", "{ '{parameter}' = '{value}' }"),
        ("t", "['{name}', '{value}']"),
    ] {
        assert!(of(topic, template).is_ok(), "{topic} {template}");
    }
    // By the parameter alone, where no two stations have it in common.
    assert!(of("t/{parameter}", "'\"{value}\"'").is_ok());
}

#[test]
fn where_no_station_is_known_none_is_called_wrong() {
    let of = |birth: &crate::wire::Birth| {
        let text = "[json]\ntopic = '{gateway}/x'\ntemplate = 1\nnames = { pond-1 = '东门塘' }";
        View::new(&super::test_readings::settings(text), &"hanqing".parse().unwrap(), birth)
    };
    let none = crate::wire::Birth::new("0.1.0", "5d41402abc4b2a76".into(), Vec::new());
    assert!(of(&none).is_ok());
    // With stations, there are topics.
    let found = of(&birth()).unwrap_err();
    let [problem] = &found[..] else { panic!("{found:?}") };
    let said = problem.to_string();
    assert!(said.starts_with("json.topic = {gateway}/x: topics whose first level is"), "{said}");
}

proptest! {
    #[test]
    fn whatever_the_names_the_document_reads_back(text in nasty(), name in nasty(), value in any::<f64>()) {
        let literal = text.replace('{', "{{").replace('}', "}}");
        let settings = JsonSettings {
            topic: "x/{name}".into(),
            template: json!({ "t": format!("{literal}{{name}}"), "v": "{value}", literal: 1 }),
            lang: Lang::Chinese,
            names: [("pond-1".parse().unwrap(), name.clone())].into(),
        };
        let view = View::new(&FormatSettings::Json(settings), &"gw-1".parse().unwrap(), &birth());
        let Ok(mut view) = view else { return Ok(()) };
        let messages = view.readings(&[good(LEVEL, 0, value)], false, at(1));
        let read: Value = serde_json::from_slice(&messages[0].payload).unwrap();
        prop_assert_eq!(&read["t"], &json!(format!("{text}{name} 水位")));
        prop_assert_eq!(&read[&text], &json!(1));
        prop_assert_eq!(&read["v"], &Value::from(value));
        prop_assert_eq!(messages[0].topic.split('/').count(), 2);
    }
}
