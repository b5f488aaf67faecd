//! A gateway's file, with its layers and its device profiles.

use std::path::{Path, PathBuf};

use super::edge;
use super::layers::Layers;
use super::load::{Loaded, environment, from_beside, load, mqtt_paths};
use super::profiles::{Profiles, profiles};
use super::source_text::FileProblem;
use crate::core::GatewayId;
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

/// What can be read of a gateway's file, and what is wrong with it.
pub fn inspect_edge(
    file: &Path,
    set: &[(String, String)],
) -> (Option<LoadedEdge>, Vec<FileProblem>) {
    let loaded = read_edge(file, &environment(), set);
    (loaded.value, loaded.problems)
}

/// What is wrong with `text` as the gateway's file `file`: with the parts in its conf.d and with the environment, as a
/// gateway would read it there, or `alone`.
pub fn check_draft(file: &Path, text: &str, alone: bool) -> Vec<FileProblem> {
    read_layers(file, Layers::of_draft(file, text, &environment(), alone)).problems
}

/// The gateway's name in its file, though the file may be wrong elsewhere. `None` where that cannot be told.
pub fn gateway_name(file: &Path) -> Option<GatewayId> {
    let loaded = read_edge(file, &environment(), &[]);
    // Where there is none, something else stands in its place.
    let unnamed = loaded.problems.iter().any(|problem| problem.problem.path == "gateway");
    loaded.value.filter(|_| !unnamed).map(|(settings, _)| settings.gateway)
}

pub(super) fn read_edge(
    file: &Path,
    environment: &[(String, String)],
    set: &[(String, String)],
) -> Loaded<LoadedEdge> {
    read_layers(file, Layers::read(file, environment, set))
}

fn read_layers(file: &Path, layers: Layers) -> Loaded<LoadedEdge> {
    let mut known = Profiles::new();
    let mut profile_problems = Vec::new();
    let prepare = |settings: &mut EdgeSettings| {
        mqtt_paths(file, &mut settings.mqtt);
        from_beside(file, [&mut settings.spool.path]);
        from_beside(file, [&mut settings.socket, &mut settings.devices_dir].into_iter().flatten());
    };
    let mut loaded = load(layers, prepare, |settings, _, found| {
        (known, profile_problems) = profiles(settings.devices_dir.as_deref());
        edge::check(settings, &known, found);
    });
    loaded.problems.extend(profile_problems);
    Loaded { value: loaded.value.map(|settings| (settings, known)), problems: loaded.problems }
}
