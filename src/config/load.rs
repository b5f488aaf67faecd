//! Reading a file into its type, with every problem named.
//!
//! serde stops at the first thing it cannot take. Here that thing is noted, cut out, and the rest tried again, so that whoever
//! wrote the file sees all that is wrong at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use toml::Value;

use super::position::Positions;
use crate::core::Problem;

/// Prefix of environment variables that override a setting: `HANQING__MQTT__URL` sets `mqtt.url`.
const ENVIRONMENT: &str = "HANQING";

/// Most problems that are looked for in one file. Whoever has more looks for one cause.
const PROBLEMS_MAX: usize = 100;

/// Largest configuration file, bytes: a township of 5000 stations fits.
const FILE_SIZE_MAX: u64 = 4 * 1024 * 1024;

/// A problem and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// Line and column from 1, where the file itself holds the value.
    pub position: Option<(usize, usize)>,
    /// What is wrong.
    pub problem: Problem,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.position {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

/// A file that has been read: what it holds, and where.
pub struct Loaded<T> {
    /// The settings; `None` where what is wrong leaves nothing to go on with. What was cut out is missing in them.
    pub settings: Option<T>,
    /// What is wrong.
    pub problems: Vec<FileProblem>,
    file: PathBuf,
    positions: Positions,
}

impl<T> Loaded<T> {
    /// Adds problems that were found in what the file means.
    pub fn add(&mut self, problems: impl IntoIterator<Item = Problem>) {
        for problem in problems {
            let position = self.positions.of(&problem.path);
            self.problems.push(FileProblem {
                file: self.file.clone(),
                position,
                problem,
            });
        }
    }

    /// The settings, or everything that is wrong.
    pub fn finish(self) -> Result<T, Vec<FileProblem>> {
        match self.settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(self.problems),
        }
    }
}

/// Reads the file at `path`; over it the files of `conf.d` beside it, the environment, and `set`, in this order.
pub fn load<T: DeserializeOwned>(path: &Path, set: &[(String, String)]) -> Loaded<T> {
    let mut loaded = Loaded {
        settings: None,
        problems: Vec::new(),
        file: path.into(),
        positions: Positions::default(),
    };
    let text = match read(path) {
        Ok(text) => text,
        Err(problem) => {
            loaded.add([problem]);
            return loaded;
        }
    };
    match Positions::read(&text) {
        Ok(positions) => loaded.positions = positions,
        Err((position, message)) => {
            let problem = Problem::new(
                "file",
                "",
                format!("no TOML: {message}"),
                "mend the line that is named",
            );
            loaded.problems.push(FileProblem {
                file: path.into(),
                position: Some(position),
                problem,
            });
            return loaded;
        }
    }
    match layer(path, &text, set) {
        Ok(table) => {
            let (settings, problems) = collect(table);
            loaded.settings = settings;
            loaded.add(problems);
        }
        Err(error) => {
            let hint = format!("look at conf.d, at {ENVIRONMENT}__ variables and at --set");
            loaded.add([Problem::new("file", "", error.to_string(), hint)]);
        }
    }
    loaded
}

fn read(path: &Path) -> Result<String, Problem> {
    let hint = "check the path and who may read it";
    let failed =
        |error: std::io::Error| Problem::new("file", "", format!("cannot be read: {error}"), hint);
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > FILE_SIZE_MAX {
        let rule = format!("larger than {FILE_SIZE_MAX} bytes");
        return Err(Problem::new("file", size, rule, "is this a configuration?"));
    }
    std::fs::read_to_string(path).map_err(failed)
}

fn layer(path: &Path, text: &str, set: &[(String, String)]) -> Result<Value, config::ConfigError> {
    let mut builder = Config::builder().add_source(File::from_str(text, FileFormat::Toml));
    let directory = path
        .parent()
        .unwrap_or(Path::new(""))
        .join("conf.d")
        .join(path.file_stem().unwrap_or_default());
    let mut parts: Vec<PathBuf> = std::fs::read_dir(directory)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    parts.retain(|part| {
        part.extension()
            .is_some_and(|extension| extension == "toml")
    });
    parts.sort();
    for part in parts {
        builder = builder.add_source(File::from(part).format(FileFormat::Toml));
    }
    let environment = Environment::with_prefix(ENVIRONMENT)
        .prefix_separator("__")
        .separator("__")
        .try_parsing(true);
    builder = builder.add_source(environment);
    for (key, value) in set {
        builder = builder.set_override(key, scalar(value))?;
    }
    builder.build()?.try_deserialize()
}

/// A value of the command line: a number or a truth value where it reads as one, text otherwise.
fn scalar(text: &str) -> config::Value {
    if let Ok(number) = text.parse::<i64>() {
        number.into()
    } else if let Ok(number) = text.parse::<f64>() {
        number.into()
    } else if let Ok(truth) = text.parse::<bool>() {
        truth.into()
    } else {
        text.into()
    }
}

/// Reads `value` as `T`; what cannot be taken is noted and cut out, as often as needed.
fn collect<T: DeserializeOwned>(mut value: Value) -> (Option<T>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut cuts = Cuts::default();
    while problems.len() < PROBLEMS_MAX {
        let error = match serde_path_to_error::deserialize(value.clone()) {
            Ok(settings) => return (Some(settings), problems),
            Err(error) => error,
        };
        let path: Vec<Segment> = error.path().iter().cloned().collect();
        let message = error.inner().to_string().trim().to_owned();
        let fault = Fault::of(&path, &message);
        let name = cuts.original(&fault.keys);
        let consequence = fault.missing && cuts.cut.contains(&name);
        if !consequence {
            problems.push(fault.problem(&value, &name, &message));
        }
        if !cuts.cut_out(&mut value, &fault) {
            return (None, problems);
        }
    }
    (None, problems)
}

/// One step into a document.
#[derive(Debug, Clone, PartialEq)]
enum Key {
    Name(String),
    Index(usize),
}

/// What serde could not take.
struct Fault {
    /// Where, in the document as it is now.
    keys: Vec<Key>,
    /// A field that is not there.
    missing: bool,
    /// A field that nobody knows.
    unknown: bool,
}

impl Fault {
    fn of(path: &[Segment], message: &str) -> Self {
        let mut keys: Vec<Key> = path
            .iter()
            .filter_map(|segment| match segment {
                Segment::Seq { index } => Some(Key::Index(*index)),
                Segment::Map { key } => Some(Key::Name(key.clone())),
                Segment::Enum { .. } | Segment::Unknown => None,
            })
            .collect();
        let quoted =
            |prefix: &str| Some(message.strip_prefix(prefix)?.split_once('`')?.0.to_owned());
        let missing = quoted("missing field `");
        let unknown = quoted("unknown field `");
        if let Some(name) = missing.as_ref().or(unknown.as_ref()) {
            let last = keys.last() == Some(&Key::Name(name.clone()));
            if !last || missing.is_some() {
                keys.push(Key::Name(name.clone()));
            }
        }
        Self {
            keys,
            missing: missing.is_some(),
            unknown: unknown.is_some(),
        }
    }

    fn problem(&self, document: &Value, name: &str, message: &str) -> Problem {
        let message = message.lines().next().unwrap_or(message);
        if self.missing {
            return Problem::new(
                name,
                "",
                "is missing",
                "add it; the example in config/ shows how",
            );
        }
        let found = at(document, &self.keys).map(short).unwrap_or_default();
        if self.unknown {
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            let written = self.keys.last().map(|key| match key {
                Key::Name(name) => name.as_str(),
                Key::Index(_) => "",
            });
            let near = written.and_then(|w| super::near::nearest(w, known.iter().copied()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            return Problem::new(name, found, "is no setting", hint);
        }
        Problem::new(name, found, message, "")
    }
}

/// A value as it is shown: short, and never a whole table.
fn short(value: &Value) -> String {
    match value {
        Value::Table(_) => "{…}".into(),
        Value::Array(_) => "[…]".into(),
        other => other.to_string().chars().take(60).collect(),
    }
}

fn at<'a>(mut value: &'a Value, keys: &[Key]) -> Option<&'a Value> {
    for key in keys {
        value = match key {
            Key::Name(name) => value.get(name.as_str())?,
            Key::Index(index) => value.get(*index)?,
        };
    }
    Some(value)
}

fn at_mut<'a>(mut value: &'a mut Value, keys: &[Key]) -> Option<&'a mut Value> {
    for key in keys {
        value = match key {
            Key::Name(name) => value.get_mut(name.as_str())?,
            Key::Index(index) => value.get_mut(*index)?,
        };
    }
    Some(value)
}

/// What has been cut out of a document.
#[derive(Default)]
struct Cuts {
    /// Paths, as the file has them.
    cut: BTreeSet<String>,
    /// Indices cut out of arrays, by the array's path as the file has it.
    indices: BTreeMap<String, BTreeSet<usize>>,
}

impl Cuts {
    /// The path as the file has it, of one in the document as it is now.
    fn original(&self, keys: &[Key]) -> String {
        let mut path = String::new();
        for key in keys {
            match key {
                Key::Name(name) if path.is_empty() => path.push_str(name),
                Key::Name(name) => {
                    path.push('.');
                    path.push_str(name);
                }
                Key::Index(index) => {
                    let gone = self.indices.get(&path);
                    let original = (0..)
                        .filter(|i| !gone.is_some_and(|g| g.contains(i)))
                        .nth(*index)
                        .unwrap_or(*index);
                    path.push_str(&format!("[{original}]"));
                }
            }
        }
        path
    }

    /// Cuts the fault out: the value itself, or, of a field that is missing, the nearest element of an array that would
    /// need it, or table. False where that would be the whole document.
    fn cut_out(&mut self, document: &mut Value, fault: &Fault) -> bool {
        let mut keys = fault.keys.clone();
        if fault.missing {
            keys.pop();
            if let Some(index) = keys.iter().rposition(|key| matches!(key, Key::Index(_))) {
                keys.truncate(index + 1);
            }
        }
        let path = self.original(&keys);
        let Some(last) = keys.pop() else { return false };
        let array = self.original(&keys);
        let Some(parent) = at_mut(document, &keys) else {
            return false;
        };
        match (last, parent) {
            (Key::Name(name), Value::Table(table)) => {
                if table.remove(&name).is_none() {
                    return false;
                }
            }
            (Key::Index(index), Value::Array(elements)) if index < elements.len() => {
                elements.remove(index);
                let gone = self.indices.entry(array).or_default();
                let original = (0..)
                    .filter(|i| !gone.contains(i))
                    .nth(index)
                    .unwrap_or(index);
                gone.insert(original);
            }
            _ => return false,
        }
        self.cut.insert(path);
        true
    }
}
