//! Reads a tree of values into a type and reports every structural error, not only the first.
//!
//! serde stops at its first error. So that error is noted, its cause is removed from the tree or replaced by a
//! substitute, and the tree is read again, until it can be read. Errors that a substitute causes are not reported. The
//! texts of serde and toml on which this relies are pinned by a test in [`serde_text`]; docs/decisions/0015 says why no
//! library does it.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use toml::Value;

use super::key_path::{KeyPath, Step};
use super::{error_path, older, secrets, serde_text, substitutes};
use crate::core::{Parameter, Problem, did_you_mean, nearest};
use crate::locales::{Text, check as own, config as words, core, foreign_serde};

/// Most passes over one tree. A file with a thousand errors is not a configuration, and each pass costs milliseconds.
const PASSES_MAX: usize = 2000;

/// The outcome of reading a tree.
pub(super) struct Recovered<T> {
    /// The value, with substitutes where the tree is broken; `None` where no substitute fits.
    pub(super) value: Option<T>,
    pub(super) problems: Vec<Problem>,
    /// The places that were removed or replaced.
    pub(super) broken: Broken,
}

/// Places whose values mean nothing, since they were removed or replaced.
#[derive(Debug, Default)]
pub(super) struct Broken {
    places: BTreeSet<KeyPath>,
    /// Keys that do not belong: as they were, where they were left out, or under the name that was probably meant.
    #[cfg_attr(not(feature = "edge"), allow(dead_code, reason = "asked of device profiles"))]
    unknown: BTreeSet<KeyPath>,
    /// Of these, the ones whose name is itself a value, such as a parameter's.
    guessed: BTreeSet<KeyPath>,
    /// Keys under the name that was probably meant, and as they stand in the file, in the order in which they were met.
    renamed: Vec<(KeyPath, KeyPath)>,
}

impl Broken {
    /// Where the value at `path` stands in the file, with the names that it has there.
    pub(super) fn written(&self, path: &KeyPath) -> KeyPath {
        self.renamed.iter().rev().fold(path.clone(), |path, (meant, written)| {
            match path.0.strip_prefix(meant.0.as_slice()) {
                Some(inner) => KeyPath(written.0.iter().chain(inner).cloned().collect()),
                None => path,
            }
        })
    }

    /// Whether every value is the file's own.
    #[cfg(feature = "demo")]
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether a problem at `path` may come from a substitute.
    pub(super) fn taints(&self, path: &KeyPath) -> bool {
        // A point of a curve is compared with those before it.
        let curve = match path.split_last() {
            Some((list, Step::Index(_))) => Some(list).filter(is_curve),
            _ => None,
        };
        self.guessed.contains(path)
            || self.places.iter().any(|b| b.holds(path) || path.holds(b))
            || curve.is_some_and(|curve| self.places.iter().any(|b| is_point_of(&curve, b)))
    }

    /// Whether a part of the value at `path` was left out or replaced, and what follows from it too may be wrong.
    #[cfg(feature = "edge")]
    pub(super) fn reaches(&self, path: &KeyPath) -> bool {
        self.places.iter().any(|b| b.holds(path) || path.holds(b))
            || self.unknown.iter().any(|key| path.holds(key))
    }

    /// Whether an element of the top-level list `list` has lost its own name `key`.
    #[cfg(feature = "hub")]
    pub(super) fn lost_name(&self, list: &str, key: &str) -> bool {
        self.places.iter().any(|path| match path.0.as_slice() {
            [Step::Key(first)] | [Step::Key(first), Step::Index(_)] => first == list,
            [Step::Key(first), Step::Index(_), Step::Key(last)] => first == list && last == key,
            _ => false,
        })
    }
}

/// Whether the list at `path` is one of points, of a weir or of a storage.
fn is_curve(path: &KeyPath) -> bool {
    matches!(path.0.last(), Some(Step::Key(key)) if key == "points" || key == "curve")
}

/// Whether `path` is one of the points of `curve`, or one of its two numbers.
fn is_point_of(curve: &KeyPath, path: &KeyPath) -> bool {
    let inner = path.0.strip_prefix(curve.0.as_slice()).unwrap_or_default();
    !inner.is_empty() && inner.iter().all(|step| matches!(step, Step::Index(_)))
}

pub(super) fn read<T: DeserializeOwned>(tree: Value) -> Recovered<T> {
    let mut recovery = Recovery {
        tree,
        problems: Vec::new(),
        untried: BTreeMap::new(),
        hopeless: BTreeSet::new(),
        broken: BTreeSet::new(),
        unknown: BTreeSet::new(),
        guessed: BTreeSet::new(),
        renamed: Vec::new(),
        belongs_at_top: older::belongs_at_top::<T>,
    };
    let mut value = None;
    for _ in 0..PASSES_MAX {
        match serde_path_to_error::deserialize::<_, T>(recovery.tree.clone()) {
            Ok(read) => {
                value = Some(read);
                break;
            }
            Err(error) => {
                let path = error_path::path::<T>(&recovery.tree, &error);
                if !recovery.repair(path, error.inner().message()) {
                    break;
                }
            }
        }
    }
    let Recovery { problems, broken: places, unknown, guessed, renamed, .. } = recovery;
    let broken = Broken { places, unknown, guessed, renamed };
    Recovered { value, problems, broken }
}

/// Settings of a device that are easily taken for those of its bus.
const OF_DEVICES: [&str; 10] = [
    "intervals_s",
    "drought_intervals_s",
    "registers_max",
    "in_parts",
    "hole",
    "unit",
    "profile",
    "station",
    "parameters",
    "adjust",
];

/// Where `key` belongs, which stands in another table of a gateway's file than its own. `known` are the keys here.
fn elsewhere(key: &str, known: &[&str]) -> Option<Text> {
    let is_bus = known.contains(&"turnaround_ms") && known.contains(&"device");
    if is_bus && OF_DEVICES.contains(&key) {
        return Some(own::belongs_to_device());
    }
    if key == "password" && known.contains(&"password_file") {
        return Some(own::password_in_file());
    }
    (key == "device" && known.contains(&"bus")).then(own::device_of_bus)
}

/// The one of `known` that was probably meant by `key`: the nearest, or the one of which it is the plural.
fn meant<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let plural = |one: &&&str| ["s", "es"].iter().any(|end| key.strip_suffix(end) == Some(**one));
    nearest(key, known.iter().copied()).or_else(|| known.iter().find(plural).copied())
}

/// How `field` is added to `table`, where its name alone does not say it: what counts or switches has a unit as well.
fn missing_in(table: &Value, field: &str) -> Option<Text> {
    let parameter: Parameter = table.get("parameter")?.as_str()?.parse().ok()?;
    let is_one = parameter.spec().unit.symbol() == "1";
    (field == "unit" && is_one).then(|| own::add_so("unit = \"1\""))
}

struct Recovery {
    tree: Value,
    problems: Vec<Problem>,
    /// Places with a substitute, and the substitutes that can still be tried there.
    untried: BTreeMap<KeyPath, Vec<Value>>,
    /// Places where every substitute was refused.
    hopeless: BTreeSet<KeyPath>,
    broken: BTreeSet<KeyPath>,
    unknown: BTreeSet<KeyPath>,
    guessed: BTreeSet<KeyPath>,
    renamed: Vec<(KeyPath, KeyPath)>,
    /// Whether a key with this value is one of the file's top.
    belongs_at_top: fn(&str, &Value) -> bool,
}

impl Recovery {
    /// Notes the error and repairs its cause. Like the functions below, returns `false` if nothing is left to repair.
    fn repair(&mut self, path: KeyPath, message: &str) -> bool {
        if let Some(field) = foreign_serde::unknown_field(message) {
            return self.unknown_key(path, field, message);
        }
        if let Some(field) = foreign_serde::missing_field(message) {
            let path = path.key(field);
            if !self.caused(&path) {
                let top = path.split_last().is_some_and(|(outer, _)| outer.0.is_empty());
                let form = match path.split_last() {
                    _ if top => serde_text::missing_at_top(field),
                    Some((outer, _)) => outer.get(&self.tree).and_then(|t| missing_in(t, field)),
                    None => None,
                };
                let hint = form.unwrap_or_else(|| words::add_key(field));
                self.problems.push(Problem::new(path.to_string(), "", words::required(), hint));
            }
            return self.substitute(path);
        }
        if self.untried.contains_key(&path) {
            return self.next_substitute(&path, message);
        }
        if let (Some(name), Some(Step::Key(key))) =
            (foreign_serde::unknown_variant(message), path.0.last())
            && name == key
        {
            // The key itself, not its value, is of a closed list.
            let meant = nearest(name, foreign_serde::expected(message));
            let outer = path.split_last().map(|(outer, _)| outer);
            self.guessed.extend(outer.zip(meant).map(|(outer, meant)| outer.key(meant)));
            return self.unknown_key(path.clone(), name, message);
        }
        // Whatever holds a substitute may be wrong because of it: a curve that no longer rises.
        if !self.caused(&path) && !self.broken.iter().any(|b| path.holds(b)) {
            let value = path.get(&self.tree);
            let (rule, hint) = serde_text::rule_of_key(&path, message, value)
                .unwrap_or_else(|| serde_text::rule_and_hint(message, value));
            let form = value.and_then(|value| serde_text::form_of_key(&path, message, value));
            let hint = form.unwrap_or(hint);
            let value = value.map(|value| secrets::shown(&path, value)).unwrap_or_default();
            self.problems.push(Problem::new(path.to_string(), value, rule, hint));
        }
        self.remove(path)
    }

    /// Whether an error at `path` comes from a repair there or around it.
    fn caused(&self, path: &KeyPath) -> bool {
        self.broken.iter().any(|broken| broken.holds(path))
    }

    /// Removes a key that does not belong, or renames it to the one that was probably meant.
    fn unknown_key(&mut self, path: KeyPath, key: &str, message: &str) -> bool {
        let inside = matches!(path.0.last(), Some(Step::Key(last)) if last == key);
        let path = if inside { path } else { path.key(key) };
        let Some((outer, _)) = path.split_last() else { return false };
        let known = foreign_serde::expected(message);
        let value = path.get(&self.tree);
        let is_of_top =
            !outer.0.is_empty() && value.is_some_and(|value| (self.belongs_at_top)(key, value));
        let other_place = || elsewhere(key, &known).or_else(|| is_of_top.then(own::belongs_at_top));
        if !self.caused(&path) {
            let meant = || meant(key, &known).and_then(|meant| did_you_mean(meant, [meant]));
            let hint = other_place().or_else(meant).unwrap_or_else(|| match known[..] {
                [] => core::remove_it(),
                _ => words::known_here(Text::list(known.iter().copied())),
            });
            let value = path.get(&self.tree).map(|value| secrets::shown(&path, value));
            let value = value.unwrap_or_default();
            let rule = words::unknown_key();
            self.problems.push(Problem::new(path.to_string(), value, rule, hint));
        }
        let table = outer.get_mut(&mut self.tree).and_then(Value::as_table_mut);
        let Some((table, value)) = table.and_then(|t| t.remove(key).map(|value| (t, value))) else {
            return false;
        };
        let here = other_place().is_none();
        let Some(meant) =
            meant(key, &known).filter(|_| here).filter(|meant| !table.contains_key(*meant))
        else {
            if key == "device" && known.contains(&"bus") {
                // The buses lack what stands here.
                let buses = table.get("bus").and_then(Value::as_array).into_iter().flatten();
                let lacking = buses.enumerate().filter(|(_, bus)| bus.get(key).is_none());
                let places = lacking.map(|(bus, _)| outer.key("bus").index(bus).key(key));
                self.broken.extend(places);
            }
            self.unknown.insert(path);
            return true;
        };
        self.unknown.insert(outer.key(meant));
        if secrets::is_secret(key) {
            // A password is no path: under the other name it would be judged, and repeated, as one.
            self.broken.insert(outer.key(meant));
        } else {
            table.insert(meant.into(), value);
            self.renamed.push((outer.key(meant), path));
        }
        true
    }

    /// Removes the value at `path`. An element of a list is replaced, so that the others keep their places.
    fn remove(&mut self, path: KeyPath) -> bool {
        match path.split_last() {
            Some((outer, Step::Key(key))) => {
                let table = outer.get_mut(&mut self.tree).and_then(Value::as_table_mut);
                let removed = table.and_then(|table| table.remove(key)).is_some();
                // Where it is not even there, the value around it cannot be repaired piece by piece.
                let repaired = removed || self.remove(outer);
                self.broken.insert(path);
                repaired
            }
            Some((_, Step::Index(_))) => self.substitute(path),
            None => false,
        }
    }

    fn substitute(&mut self, path: KeyPath) -> bool {
        self.broken.insert(path.clone());
        if self.hopeless.contains(&path) {
            return path.split_last().is_some_and(|(outer, _)| self.remove(outer));
        }
        self.untried.insert(path.clone(), substitutes::candidates());
        self.next_substitute(&path, "")
    }

    /// Tries the next substitute at `path`, and removes the value around it after the last one.
    fn next_substitute(&mut self, path: &KeyPath, message: &str) -> bool {
        let fitting = substitutes::fitting(message);
        let next = self.untried.get_mut(path).and_then(|left| left.pop());
        let Some((outer, step)) = path.split_last() else { return false };
        let Some(value) = fitting.or(next) else {
            self.untried.remove(path);
            self.hopeless.insert(path.clone());
            return self.remove(outer);
        };
        match (outer.get_mut(&mut self.tree), step) {
            (Some(Value::Table(table)), Step::Key(key)) => {
                table.insert(key.clone(), value);
                true
            }
            (Some(Value::Array(array)), Step::Index(index)) => {
                array.get_mut(*index).map(|element| *element = value).is_some()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Pump,
        Pond,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        unit: u8,
        kind: Kind,
        station: crate::core::StationId,
        #[serde(default)]
        list: Vec<u16>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Outer {
        name: String,
        listen: std::net::SocketAddr,
        inner: Vec<Inner>,
        sub: Option<Box<Inner>>,
    }

    fn problems(text: &str) -> (bool, Vec<String>) {
        let read = read::<Outer>(Value::Table(text.parse().unwrap()));
        let mut lines: Vec<String> = read.problems.iter().map(|p| p.to_string()).collect();
        lines.sort();
        (read.value.is_some(), lines)
    }

    #[test]
    fn a_right_tree_has_no_problem() {
        let text =
            "name = 'x'\nlisten = '127.0.0.1:1'\n[[inner]]\nunit = 1\nkind = 'pump'\nstation = 'a'";
        assert_eq!(problems(text), (true, vec![]));
    }

    #[test]
    fn every_problem_is_reported_once_at_its_own_place() {
        let text = "
nam = 'x'
listen = 7
colour = 'red'
[[inner]]
unit = 300
kind = 'pomp'
station = 'A b'
list = [1, 'two', -3]
[[inner]]
unit = '7'
[sub]
kin = 'pond'
";
        let (read, lines) = problems(text);
        assert!(read);
        assert_eq!(
            lines,
            [
                r#"colour = "red": is not a known key; known here: name, listen, inner, sub"#,
                r#"inner[0].kind = "pomp": must be one of pump, pond; did you mean `pump`?"#,
                r#"inner[0].list[1] = "two": must be a whole number from 0 to 65535"#,
                r#"inner[0].list[2] = -3: must be a whole number from 0 to 65535"#,
                r#"inner[0].station = "A b": "A b" is not a valid id: 1 to 40 of a-z, 0-9 and '-', beginning with a letter"#,
                r#"inner[0].unit = 300: must be 1 to 247; 0 is broadcast, and above 247 is reserved"#,
                r#"inner[1].kind: is required; add `kind`"#,
                r#"inner[1].station: is required; add `station`"#,
                r#"inner[1].unit = "7": must be 1 to 247; remove the quotes"#,
                r#"listen = 7: must be an address and port such as 127.0.0.1:8080; put it in quotes"#,
                r#"nam = "x": is not a known key; did you mean `name`?"#,
                r#"sub.kin = "pond": is not a known key; did you mean `kind`?"#,
                r#"sub.station: is required; add `station`"#,
                r#"sub.unit: is required; add `unit`"#,
            ]
        );
    }

    #[test]
    fn a_missing_table_is_one_problem_and_not_one_for_each_of_its_keys() {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code)]
        struct Top {
            sub: Inner,
        }
        let read = read::<Top>(Value::Table(toml::Table::new()));
        assert!(read.value.is_some());
        let paths: Vec<&str> = read.problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["sub"]);
    }

    #[test]
    fn what_stands_below_another_name_keeps_its_place() {
        let text = "name = 'x'\nlisten = '127.0.0.1:1'\n[[iner]]\nuint = 300";
        let read = read::<Outer>(Value::Table(text.parse().unwrap()));
        let written = |path: &str| read.broken.written(&KeyPath::parse(path)).to_string();
        assert_eq!(written("inner[0].unit"), "iner[0].uint");
        assert_eq!(written("inner[0].station"), "iner[0].station");
        assert_eq!(written("name"), "name");
    }

    #[test]
    fn a_broken_point_says_nothing_of_the_others() {
        let places = ["curve[0].points[0]", "curve[0].zero_m"].map(KeyPath::parse);
        let broken = Broken { places: places.into(), ..Broken::default() };
        assert!(broken.taints(&KeyPath::parse("curve[0].points[1]")));
        assert!(!broken.taints(&KeyPath::parse("curve[1].points[1]")));
        assert!(!broken.taints(&KeyPath::parse("curve[0].unit")));
        // The list of curves is no curve whose points rise.
        assert!(!broken.taints(&KeyPath::parse("curve[1]")));
    }

    #[test]
    fn a_plural_means_its_singular() {
        assert_eq!(meant("buses", &["lang", "bus"]), Some("bus"));
        assert_eq!(meant("devices", &["device"]), Some("device"));
        assert_eq!(meant("glasses", &["bus"]), None);
    }

    #[test]
    fn a_top_of_another_type_gives_nothing() {
        assert!(read::<Outer>(Value::from(1)).value.is_none());
    }

    #[test]
    fn a_unit_that_lacks_is_1_where_nothing_is_measured() {
        let said = |parameter: &str| {
            let table = toml::Table::from_iter([("parameter".to_owned(), parameter.into())]);
            missing_in(&Value::Table(table), "unit").map(|said| said.to_string())
        };
        assert!(said("run_state").is_some_and(|said| said.contains("unit = \"1\"")));
        assert_eq!((said("level"), said("no-such")), (None, None));
        assert_eq!(missing_in(&Value::Table(toml::Table::new()), "unit"), None);
    }
}
