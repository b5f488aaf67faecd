//! From files to checked settings.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::key_path::KeyPath;
use super::layers::Layers;
use super::recovery::{self, Broken};
use super::source_text::FileProblem;
use crate::core::{Problem, Problems};
use crate::mqtt::MqttSettings;

/// A configuration as far as it can be read, and what is wrong with it.
pub(super) struct Loaded<T> {
    /// With substitutes where there are problems.
    pub(super) value: Option<T>,
    /// File by file, in the order of lines.
    pub(super) problems: Vec<FileProblem>,
}

impl<T> Loaded<T> {
    pub(super) fn finish(self) -> Result<T, Vec<FileProblem>> {
        match self.value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(self.problems),
        }
    }
}

/// Reads `T` from `layers`, lets `prepare` complete it and `check` judge it.
pub(super) fn load<T: DeserializeOwned>(
    layers: Layers,
    prepare: impl FnOnce(&mut T),
    check: impl FnOnce(&T, &Broken, &mut Problems),
) -> Loaded<T> {
    let mut problems = layers.problems.clone();
    let mut value = None;
    if let Some(tree) = layers.tree.clone() {
        let mut read = recovery::read::<T>(tree);
        if let Some(value) = &mut read.value {
            prepare(value);
            let mut found = Problems::of(|found| check(value, &read.broken, found));
            found.retain(|problem| !read.broken.taints(&KeyPath::parse(&problem.path)));
            read.problems.extend(found);
        }
        problems.extend(read.problems.into_iter().map(|p| place(&layers, &read.broken, p)));
        value = read.value;
    }
    problems.sort_by(|a, b| (&a.file, a.position).cmp(&(&b.file, b.position)));
    problems.dedup();
    Loaded { value, problems }
}

/// The problem with its place, which has the names that stand in the file.
fn place(layers: &Layers, broken: &Broken, problem: Problem) -> FileProblem {
    let meant = KeyPath::parse(&problem.path);
    let written = broken.written(&meant);
    if written == meant {
        return layers.place(problem);
    }
    let path = problem.path.clone();
    let mut placed = layers.place(Problem { path: written.to_string(), ..problem });
    placed.problem.path = path;
    placed
}

/// The variables of the environment that are text; no setting is meant by the others.
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Makes `paths` relative to the directory of `file`.
pub(super) fn from_beside<'a>(file: &Path, paths: impl IntoIterator<Item = &'a mut PathBuf>) {
    for path in paths {
        *path = file.parent().unwrap_or(Path::new("")).join(&*path);
    }
}

pub(super) fn mqtt_paths(file: &Path, mqtt: &mut MqttSettings) {
    let MqttSettings { password_file, ca_file, cert_file, key_file, .. } = mqtt;
    from_beside(file, [password_file, ca_file, cert_file, key_file].into_iter().flatten());
}
