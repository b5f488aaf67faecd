//! Settings that the office pushes, over those of the gateway's own file; and `[remote]`, which says who may.

use std::path::Path;

use serde_json::Value as Json;
use toml::Value;

use super::key_path::{KeyPath, Step};
use super::layers::Layers;
use super::load::environment;
use super::load_edge::{LoadedEdge, read_layers};
use super::settable::{Leads, leads};
use super::source_text::FileProblem;
use crate::core::{Problem, Problems, nearest};
use crate::edge::pushed::{CONFIRM_S, PublicKeys};
use crate::edge::{Confirm, EdgeSettings};
use crate::locales::{Text, config as config_words, core as core_words, pushed as words};
use crate::wire::{PushedConfig, is_allowed, is_never_pushed, key_parts, pattern_problem};

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
    let mut paths = Vec::new();
    for (key, value) in &pushed.set {
        let parts = key_parts(key).filter(|parts| is_allowed(parts, allow));
        let placed = parts.ok_or_else(|| words::not_allowed(key));
        let placed = placed.and_then(|parts| place(layers.tree.as_ref(), key, &parts));
        match (placed, setting(value)) {
            (Ok(path), Some(value)) => {
                paths.push((path.to_string(), key.as_str()));
                layers.put_over(path, value, origin.clone());
            }
            (Ok(_), None) => problem(&mut layers, &origin, words::no_value(key)),
            (Err(rule), _) => problem(&mut layers, &origin, rule),
        }
    }
    let mut loaded = read_layers(file, layers);
    let own = loaded.problems.iter_mut().filter(|problem| problem.file == Path::new(&origin));
    own.for_each(|problem| by_name(&mut problem.problem.path, &paths));
    loaded.finish()
}

/// Names a place of the file as the office has named it: `bus.pumps.interval_s` in place of `bus[0].interval_s`.
fn by_name(place: &mut String, paths: &[(String, &str)]) {
    let named = |(path, key): &(String, &str)| {
        let rest = place.strip_prefix(path.as_str())?;
        (rest.is_empty() || rest.starts_with('[')).then(|| format!("{key}{rest}"))
    };
    if let Some(named) = paths.iter().find_map(named) {
        *place = named;
    }
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
        if let Some((rule, hint)) = pattern_mistake(pattern) {
            found.add(format_args!("allow[{index}]"), pattern, rule, hint);
        }
    }
    let hint = config_words::leave_it_out_for(90);
    found.within("confirm_s", remote.confirm_s, CONFIRM_S, hint);
}

/// What is wrong with a pattern of what may be pushed, and the way out. One that allows nothing is a mistake.
fn pattern_mistake(pattern: &str) -> Option<(Text, Text)> {
    if let Some(rule) = pattern_problem(pattern) {
        return Some((rule, words::leave_pattern_out()));
    }
    let parts: Vec<&str> = pattern.split('.').collect();
    match leads::<EdgeSettings>(&parts) {
        Leads::Setting => None,
        Leads::Group { names, of_each } => {
            Some((words::allows_a_group(), into_group(&parts, &names, of_each)))
        }
        Leads::Nowhere { at, known } => {
            Some((words::allows_nothing(), there_is(&parts, at, known)))
        }
    }
}

/// What to write in place of a pattern that ends before settings of these names.
fn into_group(parts: &[&str], names: &[&str], of_each: bool) -> Text {
    // Whoever leaves out the bus's name has named a bus that is called like a setting.
    if let Some((last, outer)) = parts.split_last().filter(|(last, _)| names.contains(last)) {
        let meant: Vec<&str> = outer.iter().copied().chain(["*", *last]).collect();
        return core_words::did_you_mean(meant.join("."));
    }
    let mut inside = parts.to_vec();
    inside.extend(of_each.then_some("*"));
    match pushable(&inside, names) {
        names if names.is_empty() => words::leave_pattern_out(),
        names => words::one_in_group(inside.join("."), Text::list(names)),
    }
}

/// What there is where the part `at` a place of a pattern is nothing: one that is near, or what is known.
fn there_is(parts: &[&str], at: usize, known: Vec<&str>) -> Text {
    let (outer, part) = (parts.get(..at).unwrap_or_default(), parts.get(at).copied());
    let known = pushable(outer, &known);
    let near = part.and_then(|part| nearest(part, known.iter().copied()));
    match near {
        Some(near) => {
            let mut meant = parts.to_vec();
            meant.splice(at..=at, [near]);
            core_words::did_you_mean(meant.join("."))
        }
        None if known.is_empty() => words::leave_pattern_out(),
        None => config_words::known_here(Text::list(known)),
    }
}

/// Those of `names` inside `outer` that may be pushed.
fn pushable<'a>(outer: &[&str], names: &[&'a str]) -> Vec<&'a str> {
    let may = |name: &&str| {
        let parts: Vec<&str> = outer.iter().copied().chain([*name]).collect();
        !is_never_pushed(&parts)
    };
    names.iter().copied().filter(may).collect()
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
    fn a_key_that_is_missing_is_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.toml");
        let told = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let report = crate::config::check_file(&file);
            let of_key = |said: &String| said.contains("public_key_file");
            let problems: Vec<String> =
                report.problems.iter().map(ToString::to_string).filter(of_key).collect();
            let warnings: Vec<String> =
                report.warnings.iter().map(ToString::to_string).filter(of_key).collect();
            (problems.len(), warnings.len())
        };
        assert_eq!(told(FILE), (0, 1), "the file is not there");
        let without = FILE.replace("public_key_file = \"push.pub\"", "allow = [\"drought\"]");
        assert_eq!(told(&without), (1, 0));
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
            ("bus.levels.interval_s", "often".into(), "push 7: bus.levels.interval_s = "),
            ("bus.levels.timeout_ms", 0.into(), "push 7: bus.levels.timeout_ms = 0"),
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
            "\"push.pub\"\nallow = [\"spool.path\", \"*\", \"uplink.windos\"]\nconfirm_s = 5\n",
        );
        std::fs::write(&file, format!("confirm = \"broker\"\n{wrong}")).unwrap();
        let problems = super::super::load_edge(&file, &[]).unwrap_err();
        let paths: Vec<&str> = problems.iter().map(|p| p.problem.path.as_str()).collect();
        for path in
            ["remote", "remote.allow[0]", "remote.allow[1]", "remote.allow[2]", "remote.confirm_s"]
        {
            assert!(paths.contains(&path), "{path}: {paths:?}");
        }
    }

    #[test]
    fn a_pattern_that_allows_nothing_is_a_mistake_and_says_what_was_meant() {
        for (pattern, says) in [
            ("uplink.windos", "did you mean `uplink.windows`?"),
            ("drouht", "did you mean `drought`?"),
            ("bus.*.intervals", "did you mean `bus.*.interval_s`?"),
            ("bus.interval_s", "did you mean `bus.*.interval_s`?"),
            ("bus", "`bus.*.`"),
            ("bus.*", "interval_s"),
            ("uplink", "windows"),
            ("uplink.speed", "known here: compress"),
            ("bus.*.*.interval_s", "leave it out"),
            ("drought.on", "leave it out"),
        ] {
            let (_, hint) = pattern_mistake(pattern).unwrap_or_else(|| panic!("{pattern}"));
            assert!(hint.to_string().contains(says), "{pattern}: {hint}");
            assert!(!hint.to_string().contains("name,"), "{pattern}: {hint}");
        }
        for pattern in ["drought", "bus.*.interval_s", "bus.*.*", "mqtt.url", "uplink.windows"] {
            assert_eq!(pattern_mistake(pattern), None, "{pattern}");
        }
    }
}
