//! From files to settings that are right.

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::key_path::KeyPath;
use super::layers::Layers;
use super::source_text::FileProblem;
use super::typed::{self, Broken};
use crate::core::Problem;
use crate::mqtt::MqttSettings;

/// What a configuration says, as far as it can be read, and what is wrong with it.
pub(super) struct Loaded<T> {
    /// The value; with stand-ins where there are problems.
    pub(super) value: Option<T>,
    /// What is wrong, file by file in the order of lines.
    pub(super) problems: Vec<FileProblem>,
}

#[cfg(feature = "edge")]
impl<T> Loaded<T> {
    /// The value, where nothing is wrong.
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
    check: impl FnOnce(&T, &Broken) -> Vec<Problem>,
) -> Loaded<T> {
    let mut problems = layers.problems.clone();
    let mut value = None;
    if let Some(tree) = layers.tree.clone() {
        let mut typed = typed::read::<T>(tree);
        if let Some(read) = &mut typed.value {
            prepare(read);
            let meant = check(read, &typed.broken)
                .into_iter()
                .filter(|problem| !typed.broken.taints(&KeyPath::parse(&problem.path)));
            typed.problems.extend(meant);
        }
        problems.extend(typed.problems.into_iter().map(|p| layers.place(p)));
        value = typed.value;
    }
    problems.sort_by(|a, b| (&a.file, a.position).cmp(&(&b.file, b.position)));
    problems.dedup();
    Loaded { value, problems }
}

/// Variables of the environment; those that are no text are left out, for no setting is meant by them.
pub(super) fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Makes `path` one from the directory of `file`.
pub(super) fn from_beside(file: &Path, path: &mut PathBuf) {
    *path = file.parent().unwrap_or(Path::new("")).join(&*path);
}

/// Paths of the broker's files, from the directory of `file`.
pub(super) fn mqtt_paths(file: &Path, mqtt: &mut MqttSettings) {
    let MqttSettings { password_file, ca_file, cert_file, key_file, .. } = mqtt;
    let files = [password_file, ca_file, cert_file, key_file];
    for path in files.into_iter().flatten() {
        from_beside(file, path);
    }
}
