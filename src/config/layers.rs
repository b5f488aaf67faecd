//! The layers of a configuration, and which of them a value comes from.

use std::path::{Path, PathBuf};

use config::{Config, File, FileFormat};
use toml::Value;

use super::key_path::KeyPath;
#[cfg(feature = "edge")]
use super::key_path::Step;
use super::secrets;
use super::source_text::{FileProblem, SourceText};
use crate::core::Problem;
use crate::locales::{Text, check as own, config as words, core, foreign};

/// Prefix of environment variables that set a value: `HANQING__MQTT__URL` sets `mqtt.url`. With two underscores, so
/// that variables such as `HANQING_LOG` set nothing.
pub(super) const ENVIRONMENT_PREFIX: &str = "HANQING__";

/// The merged values and where they come from.
pub(super) struct Layers {
    /// The merged values; `None` where a layer cannot be read.
    pub(super) tree: Option<Value>,
    pub(super) problems: Vec<FileProblem>,
    /// The file and its parts, weakest first.
    files: Vec<SourceText>,
    /// Path and origin of each value set from outside, weakest first.
    overrides: Vec<(KeyPath, String)>,
}

impl Layers {
    pub(super) fn single(file: &Path) -> Self {
        Self::of(std::iter::once(SourceText::read(file)), &[])
    }

    /// Those of a file that is still to be written with this `text`: with the parts and settings that it would have in
    /// its place, or `alone`.
    #[cfg(any(feature = "edge", feature = "hub"))]
    pub(super) fn of_draft(
        file: &Path,
        text: &str,
        environment: &[(String, String)],
        alone: bool,
    ) -> Self {
        let draft = SourceText::parse(file, text.to_owned());
        match alone {
            true => Self::of(std::iter::once(draft), &[]),
            false => Self::under(draft, file, environment, &[]),
        }
    }

    /// Reads `file`, then over it the parts in `conf.d/<name of the file>/`, in order of their names, then what
    /// `environment` and `set` set.
    pub(super) fn read(
        file: &Path,
        environment: &[(String, String)],
        set: &[(String, String)],
    ) -> Self {
        Self::under(SourceText::read(file), file, environment, set)
    }

    /// `source` is the text of `file`.
    fn under(
        source: Result<SourceText, Box<FileProblem>>,
        file: &Path,
        environment: &[(String, String)],
        set: &[(String, String)],
    ) -> Self {
        let mut files = vec![source];
        match parts(file) {
            Ok(parts) => files.extend(parts.iter().map(|part| SourceText::read(part))),
            Err(problem) => files.push(Err(problem)),
        }
        let mut settings: Vec<Setting> = environment
            .iter()
            .filter_map(|(name, value)| {
                let key = name.strip_prefix(ENVIRONMENT_PREFIX)?;
                Some(Setting {
                    key: key.to_lowercase().replace("__", "."),
                    value: value.clone(),
                    origin: words::environment_variable(name).into(),
                })
            })
            .collect();
        settings.sort_by(|a, b| a.key.cmp(&b.key));
        settings.extend(set.iter().map(|(key, value)| Setting {
            key: key.clone(),
            value: value.clone(),
            origin: format!("--set {key}"),
        }));
        Self::of(files.into_iter(), &settings)
    }

    fn of(
        files: impl Iterator<Item = Result<SourceText, Box<FileProblem>>>,
        settings: &[Setting],
    ) -> Self {
        let mut layers =
            Self { tree: None, problems: Vec::new(), files: Vec::new(), overrides: Vec::new() };
        for file in files {
            match file {
                Ok(source) => layers.files.push(source),
                Err(problem) => layers.problems.push(*problem),
            }
        }
        let sound = layers.problems.is_empty();
        let mut builder = Config::builder();
        for source in &layers.files {
            builder = builder.add_source(File::from_str(&source.text, FileFormat::Toml));
        }
        if !sound {
            return layers;
        }
        match builder.build().and_then(Config::try_deserialize::<Value>) {
            Ok(tree) => layers.tree = Some(tree),
            Err(error) => {
                let rule = words::layers_clash(foreign::said(error));
                let placed = layers.place(Problem::new("", "", rule, words::look_at_layers()));
                layers.problems.push(placed);
                return layers;
            }
        }
        for setting in settings {
            match layers.tree.as_mut().map(|tree| setting.put_into(tree)) {
                Some(Ok(path)) => layers.overrides.push((path, setting.origin.clone())),
                Some(Err(problem)) => {
                    layers.problems.push(FileProblem::unplaced(setting.origin.clone(), problem));
                }
                None => {}
            }
        }
        layers
    }

    /// Puts `value` at `path` of the merged values, over all layers.
    #[cfg(feature = "edge")]
    pub(super) fn put_over(&mut self, path: KeyPath, value: Value, origin: String) {
        let mut place = self.tree.as_mut();
        for step in &path.0 {
            place = place.and_then(|place| match (step, place) {
                (Step::Key(key), Value::Table(table)) => {
                    let made = || Value::Table(toml::Table::new());
                    Some(table.entry(key.clone()).or_insert_with(made))
                }
                (Step::Index(index), Value::Array(list)) => list.get_mut(*index),
                _ => None,
            });
        }
        if let Some(place) = place {
            *place = value;
            self.overrides.push((path, origin));
        }
    }

    /// The problem with the origin of its value: the strongest layer that has the value, or one inside it, or else the
    /// innermost table around it.
    pub(super) fn place(&self, problem: Problem) -> FileProblem {
        let mut path = KeyPath::parse(&problem.path);
        loop {
            if let Some((_, origin)) = self.overrides.iter().rev().find(|(p, _)| *p == path) {
                return FileProblem::unplaced(origin, problem);
            }
            if let Some(source) = self.files.iter().rev().find(|f| f.at(&path).is_some()) {
                return source.place(problem);
            }
            // A table that only a value from outside has made.
            if let Some((_, origin)) = self.overrides.iter().rev().find(|(p, _)| path.holds(p))
                && !path.0.is_empty()
            {
                return FileProblem::unplaced(origin, problem);
            }
            match path.split_last() {
                Some((outer, _)) => path = outer,
                None => break,
            }
        }
        let file = self.files.first().map(|f| f.file.clone());
        FileProblem::unplaced(file.unwrap_or_default(), problem)
    }
}

/// Where the parts of `file` lie: `conf.d/edge` beside `edge.toml`.
pub fn folder_of_parts(file: &Path) -> PathBuf {
    let parent = file.parent().unwrap_or(Path::new(""));
    parent.join("conf.d").join(file.file_stem().unwrap_or_default())
}

/// The parts of `file`: `conf.d/edge/*.toml` beside `edge.toml`, by name. Where there is no such directory there are
/// none; one that cannot be read is a problem, since what is in it may be what counts.
fn parts(file: &Path) -> Result<Vec<PathBuf>, Box<FileProblem>> {
    let folder = folder_of_parts(file);
    let unreadable = |error: std::io::Error| {
        let (rule, hint) =
            (words::unreadable(foreign::io(&error)), words::let_parts_be_read(&folder));
        Box::new(FileProblem::unplaced(&folder, Problem::new("", "", rule, hint)))
    };
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        // The file itself cannot be there, which is said elsewhere.
        Err(_) if file.parent().is_some_and(Path::is_file) => return Ok(Vec::new()),
        entries => entries.map_err(unreadable)?,
    };
    let mut parts = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            parts.push(path);
        }
    }
    parts.sort();
    Ok(parts)
}

/// A value set from outside the files.
struct Setting {
    key: String,
    value: String,
    origin: String,
}

impl Setting {
    /// Puts it into `tree`, over what stands there, and returns its path. An element of a list is named by its number,
    /// from 0: `bus.0.interval_s` or `bus[0].interval_s`.
    fn put_into(&self, tree: &mut Value) -> Result<KeyPath, Problem> {
        let parts = self.parts()?;
        let problem =
            |rule: Text, hint: Text| Err(Problem::new(&self.key, self.shown(), rule, hint));
        let mut path = KeyPath::default();
        let mut place = tree;
        for (at, part) in parts.iter().enumerate() {
            let outer = path.to_string();
            place = match place {
                Value::Table(table) => {
                    path = path.key(part);
                    table.entry(part.clone()).or_insert_with(|| Value::Table(toml::Table::new()))
                }
                Value::Array(list) => {
                    let count = list.len();
                    let Ok(index) = part.parse::<usize>() else {
                        let rest = parts.get(at..).unwrap_or_default().join(".");
                        return problem(own::is_a_list(&outer), own::say_which(outer, rest));
                    };
                    let Some(element) = list.get_mut(index) else {
                        return problem(own::no_such_element(outer, count), Text::default());
                    };
                    path = path.index(index);
                    element
                }
                _ => return problem(own::is_a_value(outer), core::remove_it()),
            };
        }
        merge(place, value(&self.value));
        Ok(path)
    }

    /// The keys and numbers of its path.
    fn parts(&self) -> Result<Vec<String>, Problem> {
        let key = self.key.replace('[', ".").replace(']', "");
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let named = |part: &str| !part.is_empty() && part.chars().all(allowed);
        if !key.split('.').all(named) {
            let (rule, hint) = (words::not_a_key_path(), words::elements_by_number());
            return Err(Problem::new(&self.key, self.shown(), rule, hint));
        }
        Ok(key.split('.').map(str::to_owned).collect())
    }

    fn shown(&self) -> String {
        secrets::shown_text(&self.key, &self.value)
    }
}

/// Puts `value` over what stands at `place`: a table over a table key by key.
fn merge(place: &mut Value, value: Value) {
    match (place, value) {
        (Value::Table(place), Value::Table(table)) => {
            for (key, value) in table {
                match place.get_mut(&key) {
                    Some(inner) => merge(inner, value),
                    None => {
                        place.insert(key, value);
                    }
                }
            }
        }
        (place, value) => *place = value,
    }
}

/// A number, truth value, list or quoted text as TOML writes them; anything else is text.
fn value(text: &str) -> Value {
    let read: Option<toml::Table> = format!("value = {text}").parse().ok();
    match read {
        Some(mut table) if table.len() == 1 => {
            table.remove("value").unwrap_or_else(|| Value::from(text))
        }
        _ => Value::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let parts = folder.path().join("conf.d/edge");
        std::fs::create_dir_all(&parts).unwrap();
        std::fs::create_dir_all(folder.path().join("conf.d/hub")).unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("edge.toml", "a = 1\nb = 1\nc = 1\nd = 1\n[t]\nx = 1\ny = 1\n");
        write("conf.d/edge/10.toml", "b = 2\nc = 2\nd = 2\n[t]\ny = 2\n");
        write("conf.d/edge/20.toml", "b = 3\n");
        write("conf.d/edge/ignored.bak", "b = 4\n");
        write("conf.d/hub/10.toml", "a = 9\n");
        folder
    }

    #[test]
    fn each_layer_goes_over_the_one_before_and_is_named() {
        let folder = folder();
        let environment = pairs(&[
            ("HANQING__C", "3"),
            ("HANQING__D", "3"),
            ("HANQING_LOG", "debug"),
            ("HOME", "/"),
        ]);
        let set = pairs(&[("d", "4"), ("t.z", "mqtt://h")]);
        let layers = Layers::read(&folder.path().join("edge.toml"), &environment, &set);
        assert!(layers.problems.is_empty(), "{:?}", layers.problems);
        let expected = "a = 1\nb = 3\nc = 3\nd = 4\n[t]\nx = 1\ny = 2\nz = 'mqtt://h'\n";
        assert_eq!(layers.tree.as_ref().unwrap(), &Value::Table(expected.parse().unwrap()));
        let origin = |path: &str| {
            let placed = layers.place(Problem::new(path, "", Text::default(), Text::default()));
            let name = placed.file.file_name().unwrap_or_default();
            (name.to_str().unwrap().to_owned(), placed.position)
        };
        assert_eq!(origin("a"), ("edge.toml".into(), Some((1, 1))));
        assert_eq!(origin("b"), ("20.toml".into(), Some((1, 1))));
        assert_eq!(origin("c"), ("environment variable HANQING__C".into(), None));
        assert_eq!(origin("d"), ("--set d".into(), None));
        assert_eq!(origin("t.y"), ("10.toml".into(), Some((5, 1))));
        assert_eq!(origin("nowhere"), ("edge.toml".into(), None));
    }

    #[test]
    fn values_from_outside_have_types() {
        assert_eq!(value("7"), Value::from(7));
        assert_eq!(value("true"), Value::from(true));
        assert_eq!(value("\"7\""), Value::from("7"));
        assert_eq!(value("1\nother = 2"), Value::from("1\nother = 2"));
        assert_eq!(value(""), Value::from(""));
    }

    #[test]
    fn a_key_that_is_not_a_path_is_a_problem() {
        let folder = folder();
        let set = pairs(&[("t..x", "x"), ("", "y"), ("a.b", "1")]);
        let layers = Layers::read(&folder.path().join("edge.toml"), &[], &set);
        let lines: Vec<String> = layers.problems.iter().map(|p| p.to_string()).collect();
        assert_eq!(
            lines,
            [
                "--set t..x: t..x = x: is not a key path such as mqtt.url; an element of a list is named by its number, from 0: bus.0.interval_s",
                "--set : y: is not a key path such as mqtt.url; an element of a list is named by its number, from 0: bus.0.interval_s",
                "--set a.b: a.b = 1: a is a value and has no keys; remove it",
            ]
        );
        let zh = within(Lang::Chinese, || layers.problems[1].to_string());
        assert_eq!(
            zh,
            "--set ：y：不是 `mqtt.url` 这样的设置项路径；列表里的元素按序号写，从 0 数起：`bus.0.interval_s`"
        );
    }

    #[test]
    fn an_element_of_a_list_is_set_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.toml");
        let text = "[[bus]]\nname = \"a\"\n[[bus]]\nname = \"b\"\n[[bus.device]]\nunit = 1\n";
        std::fs::write(&file, text).unwrap();
        let environment = pairs(&[("HANQING__BUS__1__DEVICE__0__UNIT", "9")]);
        let set = pairs(&[("bus.0.name", "c"), ("bus[1].name", "d")]);
        let layers = Layers::read(&file, &environment, &set);
        assert!(layers.problems.is_empty(), "{:?}", layers.problems);
        let expected = "[[bus]]\nname = 'c'\n[[bus]]\nname = 'd'\n[[bus.device]]\nunit = 9\n";
        assert_eq!(layers.tree.as_ref().unwrap(), &Value::Table(expected.parse().unwrap()));
        let placed = |path: &str| {
            let problem = Problem::new(path, "", words::required(), Text::default());
            layers.place(problem).file.display().to_string()
        };
        assert_eq!(placed("bus[0].name"), "--set bus.0.name");
        assert_eq!(placed("bus[1].name"), "--set bus[1].name");
        let wrong = pairs(&[("bus.2.name", "x"), ("bus.name", "x")]);
        let layers = Layers::read(&file, &[], &wrong);
        let lines: Vec<String> = layers.problems.iter().map(|p| p.to_string()).collect();
        assert_eq!(
            lines,
            [
                "--set bus.2.name: bus.2.name = x: bus has no such element; it has 2, counted from 0",
                "--set bus.name: bus.name = x: bus is a list; say which element, counted from 0: bus.0.name",
            ]
        );
    }

    #[test]
    fn a_secret_among_the_layers_is_not_repeated() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code)]
        struct Mqtt {
            password_file: Option<PathBuf>,
            url: Option<String>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Top {
            mqtt: Mqtt,
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.toml");
        std::fs::write(&file, "[mqtt]\npassword_fil = \"s3cret\"\nuser = \"u:s3cret@h\"\n")
            .unwrap();
        let environment = pairs(&[("HANQING__MQTT__PASSWORD", "s3cret")]);
        let set = pairs(&[("mqtt.token[0]", "s3cret"), ("mqtt.secret", "s3cret")]);
        let layers = Layers::read(&file, &environment, &set);
        let tree = layers.tree.clone().unwrap();
        let found = super::super::recovery::read::<Top>(tree).problems;
        let found = found.into_iter().map(|problem| layers.place(problem).to_string());
        let said: Vec<String> =
            found.chain(layers.problems.iter().map(|p| p.to_string())).collect();
        assert_eq!(said.len(), 5, "{said:?}");
        assert!(said.iter().all(|said| !said.contains("s3cret")), "{said:?}");
        assert!(said.iter().any(|said| said.contains("HANQING__MQTT__PASSWORD")), "{said:?}");
    }

    #[test]
    fn a_variable_is_named_in_the_readers_language() {
        let folder = folder();
        let environment = pairs(&[("HANQING__C", "3")]);
        let file = folder.path().join("edge.toml");
        let layers = within(Lang::Chinese, || Layers::read(&file, &environment, &[]));
        let placed = layers.place(Problem::new("c", "3", words::required(), Text::default()));
        let zh = within(Lang::Chinese, || placed.to_string());
        assert_eq!(zh, "环境变量 HANQING__C：c = 3：必填");
    }

    #[test]
    fn parts_that_cannot_be_listed_are_a_problem_and_not_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.toml");
        std::fs::write(&file, "a = 1\n").unwrap();
        assert!(Layers::read(&file, &[], &[]).tree.is_some());
        // Root may read all directories; this is none for anybody.
        std::fs::write(folder.path().join("conf.d"), "").unwrap();
        let layers = Layers::read(&file, &[], &[]);
        assert!(layers.tree.is_none());
        let said = layers.problems[0].to_string();
        assert!(
            said.contains("conf.d/edge: cannot be read") && said.contains("chmod 755"),
            "{said}"
        );
    }

    #[test]
    fn each_unreadable_part_is_named() {
        let folder = folder();
        std::fs::write(folder.path().join("conf.d/edge/20.toml"), "b = \n").unwrap();
        std::fs::write(folder.path().join("conf.d/edge/30.toml"), "x\n").unwrap();
        let layers = Layers::read(&folder.path().join("edge.toml"), &[], &[]);
        assert!(layers.tree.is_none());
        assert_eq!(layers.problems.len(), 2);
    }
}
