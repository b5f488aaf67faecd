//! A gateway's file, with its layers and its device profiles.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::edge;
use super::layers::Layers;
use super::load::{Loaded, environment, from_beside, load, mqtt_paths};
use super::profiles::{Library, Profiles};
use super::source_text::FileProblem;
use crate::core::{GatewayId, Problem};
use crate::edge::EdgeSettings;
use crate::locales::{check as own, config as words};

/// A gateway's settings and the device profiles that it can use.
pub type LoadedEdge = (EdgeSettings, Profiles);

/// Loads a gateway's file, with the layers over it.
///
/// # Errors
/// Everything that is wrong with it, and with those of the user's own device profiles that its devices use.
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

pub(super) fn read_layers(file: &Path, layers: Layers) -> Loaded<LoadedEdge> {
    read_with_unused(file, layers).0
}

/// Also what is wrong with the user's own device profiles that no device of the gateway uses.
pub(super) fn read_with_unused(
    file: &Path,
    layers: Layers,
) -> (Loaded<LoadedEdge>, Vec<FileProblem>) {
    let mut library = Library::default();
    let prepare = |settings: &mut EdgeSettings| {
        mqtt_paths(file, &mut settings.mqtt);
        let views = settings.views.iter_mut();
        views.filter_map(|view| view.mqtt.as_mut()).for_each(|mqtt| mqtt_paths(file, mqtt));
        from_beside(file, [&mut settings.spool.path]);
        from_beside(file, settings.remote.as_mut().map(|remote| &mut remote.public_key_file));
        from_beside(file, [&mut settings.socket, &mut settings.devices_dir].into_iter().flatten());
    };
    let empty = layers.tree.as_ref().map(devices_without_parameters).unwrap_or_default();
    let mut loaded = load(layers, prepare, |settings, _, found| {
        let wanted = used(Some(settings));
        library = Library::read(settings.devices_dir.as_deref(), Some(&wanted));
        if let (Some(rule), Some(folder)) = (library.folder.take(), &settings.devices_dir) {
            found.add("devices_dir", folder.display(), rule, words::give_profiles());
        }
        for path in empty {
            let (rule, hint) = (own::no_parameters(), own::leave_out_for_all());
            found.push(Problem::new(path, "[]", rule, hint));
        }
        edge::check(settings, &library, found);
    });
    let profiles = std::mem::take(&mut library.profiles);
    let (problems, unused) = library.split(&used(loaded.value.as_ref()));
    loaded.problems.extend(problems);
    let value = loaded.value.map(|settings| (settings, profiles));
    (Loaded { value, problems: loaded.problems }, unused)
}

/// The places of `parameters` that are there and empty: what was read could not tell them from those that are not
/// there, for which everything is read.
fn devices_without_parameters(tree: &toml::Value) -> Vec<String> {
    let list = |table: &toml::Value, key: &str| {
        table.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default()
    };
    let mut found = Vec::new();
    for (bus, settings) in list(tree, "bus").iter().enumerate() {
        for (device, settings) in list(settings, "device").iter().enumerate() {
            let parameters = settings.get("parameters").and_then(toml::Value::as_array);
            if parameters.is_some_and(Vec::is_empty) {
                found.push(format!("bus[{bus}].device[{device}].parameters"));
            }
        }
    }
    found
}

/// The profiles that the gateway's devices name.
fn used(settings: Option<&EdgeSettings>) -> BTreeSet<&str> {
    let buses = settings.into_iter().flat_map(|settings| &settings.buses);
    buses.flat_map(|bus| &bus.devices).map(|device| device.profile.as_str()).collect()
}

/// What is wrong with the user's own device profiles that no device of `settings` uses: the gateway runs without them.
pub fn unused_profiles(settings: &EdgeSettings) -> Vec<FileProblem> {
    let Some(folder) = settings.devices_dir.as_deref() else { return Vec::new() };
    Library::wrong_and_unused(folder, &used(Some(settings)))
}
