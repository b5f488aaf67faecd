//! From a tree of values to a typed configuration, with every structural problem and not only the first.
//!
//! serde stops at its first error. So the error is noted, its cause is taken out of the tree or replaced by a stand-in, and
//! the tree is read again until it reads. What a stand-in causes is not reported.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use toml::Value;

use super::key_path::{KeyPath, Step};
use super::words::did_you_mean;
use super::{culprit, stand_ins, words};
use crate::core::Problem;
use crate::support::nearest;

/// Most readings of one tree. A file with a thousand faults is another kind of file, and each reading costs milliseconds.
const READINGS_MAX: usize = 2000;

/// What a tree says.
pub(super) struct Typed<T> {
    /// The value, with stand-ins where the tree is broken; `None` where it could not be mended.
    pub(super) value: Option<T>,
    /// What is wrong.
    pub(super) problems: Vec<Problem>,
    /// What was taken out or replaced.
    pub(super) broken: Broken,
}

/// Places at which a value says nothing, for they were mended.
#[derive(Debug, Default)]
pub(super) struct Broken(BTreeSet<KeyPath>);

impl Broken {
    /// Whether what is said of the value at `path` may come from the mending.
    pub(super) fn taints(&self, path: &KeyPath) -> bool {
        self.0.iter().any(|b| b.holds(path) || path.holds(b))
    }

    /// Whether an element of the top-level list `list` has lost its own name `key`.
    #[cfg(feature = "hub")]
    pub(super) fn lost_name(&self, list: &str, key: &str) -> bool {
        self.0.iter().any(|path| match path.0.as_slice() {
            [Step::Key(first)] | [Step::Key(first), Step::Index(_)] => first == list,
            [Step::Key(first), Step::Index(_), Step::Key(last)] => first == list && last == key,
            _ => false,
        })
    }
}

/// Reads `tree` as `T`.
pub(super) fn read<T: DeserializeOwned>(tree: Value) -> Typed<T> {
    let mut mending = Mending {
        tree,
        problems: Vec::new(),
        stand_ins: BTreeMap::new(),
        hopeless: BTreeSet::new(),
        broken: BTreeSet::new(),
    };
    let mut value = None;
    for _ in 0..READINGS_MAX {
        match serde_path_to_error::deserialize::<_, T>(mending.tree.clone()) {
            Ok(read) => {
                value = Some(read);
                break;
            }
            Err(error) => {
                let path = culprit::path::<T>(&mending.tree, &error);
                if !mending.mend(path, error.inner().message()) {
                    break;
                }
            }
        }
    }
    Typed { value, problems: mending.problems, broken: Broken(mending.broken) }
}

struct Mending {
    tree: Value,
    problems: Vec<Problem>,
    /// Values that stand in, with those that can still be tried.
    stand_ins: BTreeMap<KeyPath, Vec<Value>>,
    /// Places for which no stand-in was found.
    hopeless: BTreeSet<KeyPath>,
    broken: BTreeSet<KeyPath>,
}

impl Mending {
    /// Notes the error and mends its cause. `false` where it cannot be mended.
    fn mend(&mut self, path: KeyPath, message: &str) -> bool {
        if let Some(field) = words::quoted_after(message, "unknown field ") {
            return self.unknown(path, field, message);
        }
        if let Some(field) = words::quoted_after(message, "missing field ") {
            let path = path.key(field);
            if !self.caused(&path) {
                let hint = format!("add `{field}`");
                self.problems.push(Problem::new(path.to_string(), "", "is required", hint));
            }
            return self.stand_in(path);
        }
        if self.stand_ins.contains_key(&path) {
            return self.next_stand_in(&path, message);
        }
        let name = words::quoted_after(message, "unknown variant ");
        if let (Some(name), Some(Step::Key(key))) = (name, path.0.last())
            && name == key
        {
            // The key itself is of a closed list, and not its value.
            return self.unknown(path.clone(), name, message);
        }
        // Also what holds a stand-in may be wrong by it: a curve that no longer rises.
        let by_us = self.caused(&path) || self.broken.iter().any(|b| path.holds(b));
        if !by_us {
            let value = path.get(&self.tree);
            let (rule, hint) = words::rule_and_hint(message, value);
            let value = value.map(words::shown).unwrap_or_default();
            self.problems.push(Problem::new(path.to_string(), value, rule, hint));
        }
        self.take_out(path)
    }

    /// Whether an error at `path` comes from what we mended there or around it.
    fn caused(&self, path: &KeyPath) -> bool {
        self.broken.iter().any(|broken| broken.holds(path))
    }

    /// A key that does not belong: takes it out, or gives it the name that was probably meant.
    fn unknown(&mut self, path: KeyPath, field: &str, message: &str) -> bool {
        let inside = matches!(path.0.last(), Some(Step::Key(key)) if key == field);
        let path = if inside { path } else { path.key(field) };
        let Some((outer, _)) = path.split_last() else {
            return false;
        };
        let known = words::expected(message);
        if !self.caused(&path) {
            let hint = did_you_mean(field, known.iter().copied()).unwrap_or_else(|| {
                match known.as_slice() {
                    [] => "remove it".into(),
                    known => format!("known here: {}", known.join(", ")),
                }
            });
            let value = path.get(&self.tree).map(words::shown).unwrap_or_default();
            self.problems.push(Problem::new(path.to_string(), value, "is no known key", hint));
        }
        let Some(table) = outer.get_mut(&mut self.tree).and_then(Value::as_table_mut) else {
            return false;
        };
        let Some(value) = table.remove(field) else {
            return false;
        };
        if let Some(meant) = nearest(field, known)
            && !table.contains_key(meant)
        {
            table.insert(meant.into(), value);
        }
        true
    }

    /// Takes the value at `path` out; of a list, where the others must keep their places, it is replaced.
    fn take_out(&mut self, path: KeyPath) -> bool {
        match path.split_last() {
            Some((outer, Step::Key(key))) => {
                let table = outer.get_mut(&mut self.tree).and_then(Value::as_table_mut);
                let removed = table.and_then(|table| table.remove(key)).is_some();
                // Not there, and still in the way: what holds it cannot be mended piecewise.
                let mended = removed || self.take_out(outer);
                self.broken.insert(path);
                mended
            }
            Some((_, Step::Index(_))) => self.stand_in(path),
            None => false,
        }
    }

    fn stand_in(&mut self, path: KeyPath) -> bool {
        self.broken.insert(path.clone());
        if self.hopeless.contains(&path) {
            let outer = path.split_last().map(|(outer, _)| outer);
            return outer.is_some_and(|outer| self.take_out(outer));
        }
        self.stand_ins.insert(path.clone(), stand_ins::candidates());
        self.next_stand_in(&path, "")
    }

    /// Tries the next value at `path`; gives up what holds it when all are tried.
    fn next_stand_in(&mut self, path: &KeyPath, message: &str) -> bool {
        let fitting = stand_ins::fitting(message);
        let next = self.stand_ins.get_mut(path).and_then(|left| left.pop());
        let Some((outer, step)) = path.split_last() else {
            return false;
        };
        let Some(value) = fitting.or(next) else {
            self.stand_ins.remove(path);
            self.hopeless.insert(path.clone());
            return self.take_out(outer);
        };
        match (outer.get_mut(&mut self.tree), step) {
            (Some(Value::Table(table)), Step::Key(key)) => {
                table.insert(key.clone(), value);
                true
            }
            (Some(Value::Array(array)), Step::Index(index)) => match array.get_mut(*index) {
                Some(element) => {
                    *element = value;
                    true
                }
                None => false,
            },
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
        let typed = read::<Outer>(Value::Table(text.parse().unwrap()));
        let mut lines: Vec<String> = typed.problems.iter().map(|p| p.to_string()).collect();
        lines.sort();
        (typed.value.is_some(), lines)
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
        let (mended, lines) = problems(text);
        assert!(mended);
        assert_eq!(
            lines,
            [
                r#"colour = "red": is no known key; known here: name, listen, inner, sub"#,
                r#"inner[0].kind = "pomp": must be one of pump, pond; did you mean `pump`?"#,
                r#"inner[0].list[1] = "two": must be a whole number from 0 to 65535"#,
                r#"inner[0].list[2] = -3: must be a whole number from 0 to 65535"#,
                r#"inner[0].station = "A b": "A b" is no id: 1 to 40 of a-z, 0-9 and '-', beginning with a letter"#,
                r#"inner[0].unit = 300: must be a whole number from 0 to 255"#,
                r#"inner[1].kind: is required; add `kind`"#,
                r#"inner[1].station: is required; add `station`"#,
                r#"inner[1].unit = "7": must be a whole number from 0 to 255; remove the quotes"#,
                r#"listen = 7: must be an address and port such as 127.0.0.1:8080; put it in quotes"#,
                r#"nam = "x": is no known key; did you mean `name`?"#,
                r#"sub.kin = "pond": is no known key; did you mean `kind`?"#,
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
        let typed = read::<Top>(Value::Table(toml::Table::new()));
        assert!(typed.value.is_some());
        let paths: Vec<&str> = typed.problems.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(paths, ["sub"]);
    }

    #[test]
    fn the_top_of_another_type_ends() {
        assert!(read::<Outer>(Value::from(1)).value.is_none());
    }
}
