//! A hub's file, with its layers, and the township's.

use std::path::Path;

use super::key_path::KeyPath;
use super::layers::Layers;
use super::load::{Loaded, environment, from_beside, load, mqtt_paths};
use super::source_text::FileProblem;
use super::typed::Broken;
use super::{hub as meaning, township};
use crate::hub::{self, HubSettings};
use crate::water::Township;

/// A hub's settings and its township.
pub type LoadedHub = (HubSettings, Township);

/// Loads a hub's file, with the layers over it, and the township's file that it names.
///
/// # Errors
/// Everything that is wrong with either.
pub fn load_hub(file: &Path, set: &[(String, String)]) -> Result<LoadedHub, Vec<FileProblem>> {
    let loaded = read_hub(file, &environment(), set);
    let Some(settings) = loaded.value else {
        return Err(loaded.problems);
    };
    // A township whose path is missing is no second problem.
    if loaded.problems.iter().any(|p| p.problem.path == "township") {
        return Err(loaded.problems);
    }
    let mut township = read_township(&settings.township);
    if let Some(read) = &township.value {
        let own = settings.drought_grades.as_deref();
        let found = hub::grade_rules(own, &read.drought_grades).err();
        let file = own.unwrap_or(&settings.township);
        township.problems.extend(found.into_iter().flatten().map(|problem| FileProblem {
            file: file.into(),
            position: None,
            problem,
        }));
    }
    let problems = [loaded.problems, township.problems].concat();
    match township.value {
        Some(township) if problems.is_empty() => Ok((settings, township)),
        _ => Err(problems),
    }
}

/// Loads the file of a hub that only takes in: the township that it names is not looked at.
///
/// # Errors
/// Everything that is wrong with it.
#[cfg(feature = "influx")]
pub fn load_ingester(
    file: &Path,
    set: &[(String, String)],
) -> Result<HubSettings, Vec<FileProblem>> {
    let loaded = read_hub(file, &environment(), set);
    match loaded.value {
        Some(settings) if loaded.problems.is_empty() => Ok(settings),
        _ => Err(loaded.problems),
    }
}

pub(super) fn read_hub(
    file: &Path,
    environment: &[(String, String)],
    set: &[(String, String)],
) -> Loaded<HubSettings> {
    let prepare = |settings: &mut HubSettings| {
        mqtt_paths(file, &mut settings.mqtt);
        for path in [
            &mut settings.store.path,
            &mut settings.ledger.path,
            &mut settings.township,
            &mut settings.issued,
        ] {
            from_beside(file, path);
        }
        for path in [
            &mut settings.report_templates,
            &mut settings.plausibility,
            &mut settings.drought_grades,
        ]
        .into_iter()
        .flatten()
        {
            from_beside(file, path);
        }
        #[cfg(feature = "influx")]
        if let Some(server) = &mut settings.store.server {
            for path in [&mut server.token_file, &mut server.ca_file].into_iter().flatten() {
                from_beside(file, path);
            }
        }
    };
    let layers = Layers::read(file, environment, set);
    load(layers, prepare, |settings, broken| {
        let mut settings = settings.clone();
        // What stands in for a broker or a page is not to be compared with anything.
        if ["broker", "web"].map(KeyPath::parse).iter().any(|p| broken.taints(p)) {
            settings.broker = None;
        }
        meaning::check(&settings)
    })
}

pub(super) fn read_township(file: &Path) -> Loaded<Township> {
    let check = |read: &Township, broken: &Broken| {
        let mut problems = township::check(read);
        // Where a name was lost, who refers to it is not to blame.
        if broken.lost_name("village", "id") {
            problems.retain(|p| !p.path.ends_with(".village"));
        }
        if broken.lost_name("station", "id") || broken.lost_name("station", "kind") {
            problems.retain(|p| !p.path.ends_with(".pump.source"));
        }
        problems
    };
    load(Layers::single(file), |_| {}, check)
}
