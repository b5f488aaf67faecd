//! A gateway's file, with its layers and its device profiles.

use std::path::{Path, PathBuf};

use super::edge;
use super::layers::Layers;
use super::load::{Loaded, environment, from_beside, load, mqtt_paths};
use super::profiles::{Profiles, profiles};
use super::source_text::FileProblem;
use crate::edge::EdgeSettings;

/// A gateway's settings and the device profiles that it can use.
pub type LoadedEdge = (EdgeSettings, Profiles);

/// Loads a gateway's file, with the layers over it.
///
/// # Errors
/// Everything that is wrong with it and with the user's own device profiles.
pub fn load_edge(file: &Path, set: &[(String, String)]) -> Result<LoadedEdge, Vec<FileProblem>> {
    read_edge(file, &environment(), set).finish()
}

/// Where a gateway listens that was started with this file, though the file may have been made wrong since. `None`
/// where that cannot be told.
pub fn control_socket(file: &Path, set: &[(String, String)]) -> Option<PathBuf> {
    let (settings, _) = read_edge(file, &environment(), set).value?;
    Some(settings.socket_path())
}

pub(super) fn read_edge(
    file: &Path,
    environment: &[(String, String)],
    set: &[(String, String)],
) -> Loaded<LoadedEdge> {
    let mut known = Profiles::new();
    let mut profile_problems = Vec::new();
    let prepare = |settings: &mut EdgeSettings| {
        mqtt_paths(file, &mut settings.mqtt);
        from_beside(file, [&mut settings.spool.path]);
        from_beside(file, [&mut settings.socket, &mut settings.devices_dir].into_iter().flatten());
    };
    let mut loaded = load(Layers::read(file, environment, set), prepare, |settings, _, found| {
        (known, profile_problems) = profiles(settings.devices_dir.as_deref());
        edge::check(settings, &known, found);
    });
    loaded.problems.extend(profile_problems);
    Loaded { value: loaded.value.map(|settings| (settings, known)), problems: loaded.problems }
}
