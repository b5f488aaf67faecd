//! Settings that the office pushes, over those of the gateway's own file; and `[remote]`, which says who may.

use std::path::Path;

use serde_json::Value as Json;
use toml::Value;

use super::key_path::{KeyPath, Step};
use super::layers::Layers;
use super::load::environment;
use super::load_edge::{LoadedEdge, read_layers};
use super::source_text::FileProblem;
use crate::core::{Problem, Problems};
use crate::edge::pushed::{CONFIRM_S, PublicKeys};
use crate::edge::{Confirm, EdgeSettings};
use crate::locales::{Text, config as config_words, pushed as words};
use crate::wire::{PushedConfig, is_allowed, key_parts, pattern_problem};

/// By what the elements of a list are called: a bus by its name, a device by its unit, a pump or source by its station.
const NAMES: [&str; 3] = ["name", "unit", "station"];

/// Loads a gateway's file, with the layers over it, and `pushed` over all of them. `allow` are the patterns of what may
/// be pushed now.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_pushed(
    file: &Path,
    set: &[(String, String)],
    pushed: &PushedConfig,
    allow: &[String],
) -> Result<LoadedEdge, Vec<FileProblem>> {
    let mut layers = Layers::read(file, &environment(), set);
    // As `--set` is the origin of what a command sets.
    let origin = format!("push {}", pushed.number);
    for (key, value) in &pushed.set {
        let parts = key_parts(key).filter(|parts| is_allowed(parts, allow));
        let placed = parts.ok_or_else(|| words::not_allowed(key));
        let placed = placed.and_then(|parts| place(layers.tree.as_ref(), key, &parts));
        match (placed, setting(value)) {
            (Ok(path), Some(value)) => layers.put_over(path, value, origin.clone()),
            (Ok(_), None) => problem(&mut layers, &origin, words::no_value(key)),
            (Err(rule), _) => problem(&mut layers, &origin, rule),
        }
    }
    read_layers(file, layers).finish()
}

/// Adds what is wrong with a setting, which `rule` names.
fn problem(layers: &mut Layers, origin: &str, rule: Text) {
    let problem = Problem::new("", "", rule, Text::default());
    layers.problems.push(FileProblem::unplaced(origin, problem));
}

/// The path in `tree` of the setting at `key`. A group that is not there is made by whoever puts the value in.
fn place(tree: Option<&Value>, key: &str, parts: &[&str]) -> Result<KeyPath, Text> {
    let missing = || words::no_such_place(key);
    let mut inner = tree.ok_or_else(missing)?;
    let mut path = KeyPath::default();
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        match inner {
            Value::Table(table) => {
                path = path.key(part);
                match table.get(*part) {
                    Some(Value::Table(_)) if is_last => return Err(words::is_a_group(key)),
                    Some(Value::Array(list)) if is_last && list.iter().any(Value::is_table) => {
                        return Err(words::is_a_group(key));
                    }
                    Some(value) => inner = value,
                    None => {
                        let rest = parts.get(at + 1..).unwrap_or_default();
                        return Ok(rest.iter().fold(path, |path, part| path.key(part)));
                    }
                }
            }
            Value::Array(list) => {
                let index = list.iter().position(|one| is_called(one, part));
                let (index, one) =
                    index.and_then(|i| Some((i, list.get(i)?))).ok_or_else(missing)?;
                path = path.index(index);
                inner = one;
            }
            _ => return Err(missing()),
        }
    }
    // The last part has to be a key: an element of a list is a group.
    match path.split_last() {
        Some((_, Step::Key(_))) => Ok(path),
        _ => Err(words::is_a_group(key)),
    }
}

fn is_called(element: &Value, name: &str) -> bool {
    let called = NAMES.iter().find_map(|key| element.get(key));
    match called {
        Some(Value::String(called)) => called == name,
        Some(Value::Integer(called)) => called.to_string() == name,
        _ => false,
    }
}

/// A pushed value as TOML has it.
fn setting(value: &Json) -> Option<Value> {
    Some(match value {
        Json::Bool(value) => Value::Boolean(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Integer(whole),
            None => Value::Float(number.as_f64()?),
        },
        Json::String(text) => Value::String(text.clone()),
        Json::Array(list) => Value::Array(list.iter().map(setting).collect::<Option<_>>()?),
        Json::Null | Json::Object(_) => return None,
    })
}

/// Adds what is wrong with `[remote]`.
pub(super) fn check(settings: &EdgeSettings, found: &mut Problems) {
    let Some(remote) = &settings.remote else { return };
    let confirmed = settings.confirm == Confirm::Hub;
    found.required(confirmed, "remote", words::needs_hub(), words::hub_or_no_remote());
    let found = &mut found.at("remote");
    for (index, pattern) in remote.allow.iter().enumerate() {
        if let Some(rule) = pattern_problem(pattern) {
            found.add(format_args!("allow[{index}]"), pattern, rule, words::leave_pattern_out());
        }
    }
    let hint = config_words::leave_it_out_for(90);
    found.within("confirm_s", remote.confirm_s, CONFIRM_S, hint);
}

/// A warning where the public keys cannot be read: the gateway runs without what they would allow.
pub fn remote_warning(settings: &EdgeSettings) -> Option<Text> {
    let file = &settings.remote.as_ref()?.public_key_file;
    PublicKeys::read(file).err().map(words::no_remote)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const FILE: &str = "gateway = \"gw-1\"\n[mqtt]\nurl = \"mqtt://127.0.0.1:1883\"\n[spool]\npath = \"spool.db\"\n\
        [remote]\npublic_key_file = \"push.pub\"\n\
        [[bus]]\nname = \"levels\"\ntcp = \"127.0.0.1:502\"\n[[bus.device]]\nunit = 1\nprofile = \"qdy30\"\nstation = \"pond-a\"\n\
        [[bus]]\nname = \"泵房\"\ntcp = \"127.0.0.1:503\"\n[[bus.device]]\nunit = 3\nprofile = \"qdy30\"\nstation = \"pond-b\"\n\
        adjust.level = { offset = 1.0 }\n";

    fn load(set: &[(&str, Json)], allow: &[&str]) -> Result<EdgeSettings, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.toml");
        std::fs::write(&file, FILE).unwrap();
        let set: BTreeMap<String, Json> =
            set.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let at = "2026-12-01T08:00:00Z".parse().unwrap();
        let pushed = PushedConfig::new("gw-1".parse().unwrap(), 7, (at, "office".into()), set);
        let allow: Vec<String> = allow.iter().map(|p| (*p).to_owned()).collect();
        load_pushed(&file, &[], &pushed, &allow).map(|(settings, _)| settings).map_err(|problems| {
            problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        })
    }

    #[test]
    fn settings_are_put_over_the_file_by_what_things_are_called() {
        let allow = ["bus.*.interval_s", "bus.*.device.*.gap_ms", "uplink.*", "drought"];
        let settings = load(
            &[
                ("bus.泵房.interval_s", 60.into()),
                ("bus.泵房.device.3.gap_ms", 20.into()),
                ("drought", true.into()),
            ],
            &allow,
        )
        .unwrap();
        assert_eq!((settings.buses[0].interval_s, settings.buses[1].interval_s), (300, 60));
        assert_eq!((settings.buses[1].devices[0].gap_ms, settings.drought), (Some(20.0), true));
        assert_eq!(load(&[], &[]).unwrap().buses[1].interval_s, 300);
    }

    #[test]
    fn what_is_not_allowed_not_there_or_wrong_is_named_and_nothing_is_taken() {
        let allow = [
            "bus.*.interval_s",
            "bus.*.device.*",
            "bus.*.timeout_ms",
            "bus.*.device",
            "bus.*.*.*.adjust",
        ];
        for (key, value, says) in [
            ("mqtt.url", Json::from("mqtt://127.0.0.1:1"), "remote.allow"),
            ("gateway", "gw-2".into(), "remote.allow"),
            ("bus.pumps.interval_s", 60.into(), "no such place"),
            ("bus.1.interval_s", 60.into(), "no such place"),
            ("bus.levels.interval_s", "often".into(), "push 7: bus[0]"),
            ("bus.levels.timeout_ms", 0.into(), "push 7: bus[0]"),
            ("bus.levels.device.1", 2.into(), "group"),
            ("bus.levels.device", 2.into(), "group"),
            ("bus.泵房.device.3.adjust", 2.into(), "group"),
        ] {
            let said = load(&[(key, value)], &allow).unwrap_err();
            assert!(said.contains(says), "{key}: {said}");
        }
        // A group that is not in the file has defaults, which its keys may replace.
        let uplink = load(&[("uplink.backlog_kb_s", 64.into())], &["uplink.*"]);
        assert_eq!(uplink.unwrap().uplink.backlog_kb_s, 64);
    }

    #[test]
    fn a_remote_that_is_wrong_is_said_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.toml");
        let wrong = FILE.replace(
            "\"push.pub\"\n",
            "\"push.pub\"\nallow = [\"spool.path\", \"*\"]\nconfirm_s = 5\n",
        );
        std::fs::write(&file, format!("confirm = \"broker\"\n{wrong}")).unwrap();
        let problems = super::super::load_edge(&file, &[]).unwrap_err();
        let paths: Vec<&str> = problems.iter().map(|p| p.problem.path.as_str()).collect();
        for path in ["remote", "remote.allow[0]", "remote.allow[1]", "remote.confirm_s"] {
            assert!(paths.contains(&path), "{path}: {paths:?}");
        }
    }
}
