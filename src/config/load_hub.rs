//! A hub's file, with its layers, and the township's.

use std::path::Path;

use super::key_path::KeyPath;
use super::layers::Layers;
use super::load::{Loaded, environment, from_beside, load, mqtt_paths};
use super::source_text::FileProblem;
use super::{hub as meaning, township};
use crate::core::Problems;
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
    // Where the path of the township is missing, there is no township to report on.
    let nowhere = loaded.problems.iter().any(|p| p.problem.path == "township");
    let Some(settings) = loaded.value.filter(|_| !nowhere) else {
        return Err(loaded.problems);
    };
    let mut township = read_township(&settings.township);
    if let Some(read) = &township.value {
        let own = settings.drought_grades.as_deref();
        let found = hub::grade_rules(own, &read.drought_grades).err();
        let file = own.unwrap_or(&settings.township);
        let found = found.into_iter().flatten();
        township.problems.extend(found.map(|problem| FileProblem::unplaced(file, problem)));
    }
    township.problems = [loaded.problems, township.problems].concat();
    Ok((settings, township.finish()?))
}

/// Loads the file of a hub that only takes readings in; its township is not looked at.
///
/// # Errors
/// Everything that is wrong with it.
#[cfg(feature = "influx")]
pub fn load_ingester(
    file: &Path,
    set: &[(String, String)],
) -> Result<HubSettings, Vec<FileProblem>> {
    read_hub(file, &environment(), set).finish()
}

/// What is wrong with `text` as the hub's file `file`: with the parts in its conf.d and with the environment, as a hub
/// would read it there, or `alone`. Its township is not looked at.
pub fn check_hub_draft(file: &Path, text: &str, alone: bool) -> Vec<FileProblem> {
    read_hub_layers(file, Layers::of_draft(file, text, &environment(), alone)).problems
}

/// What is wrong with `text` as the township's file `file`.
pub fn check_township_draft(file: &Path, text: &str) -> Vec<FileProblem> {
    read_township_layers(Layers::of_draft(file, text, &[], true)).problems
}

pub(super) fn read_hub(
    file: &Path,
    environment: &[(String, String)],
    set: &[(String, String)],
) -> Loaded<HubSettings> {
    read_hub_layers(file, Layers::read(file, environment, set))
}

fn read_hub_layers(file: &Path, layers: Layers) -> Loaded<HubSettings> {
    let prepare = |settings: &mut HubSettings| {
        mqtt_paths(file, &mut settings.mqtt);
        let HubSettings { store, ledger, township, issued, web, .. } = settings;
        from_beside(file, [&mut store.path, &mut ledger.path, township, issued]);
        from_beside(file, [&mut web.certificate_file, &mut web.key_file].into_iter().flatten());
        if !web.users.as_os_str().is_empty() {
            from_beside(file, [&mut web.users]);
        }
        for channel in &mut settings.alarm.channels {
            from_beside(file, channel.files());
        }
        if let Some(push) = &mut settings.push {
            from_beside(file, push.files());
        }
        if let Some(enroll) = &mut settings.enroll {
            from_beside(file, [&mut enroll.authority_file, &mut enroll.authority_key_file]);
        }
        #[cfg(feature = "influx")]
        if let Some(server) = &mut store.server {
            from_beside(file, [&mut server.token_file, &mut server.ca_file].into_iter().flatten());
        }
        let HubSettings { report_templates, plausibility, drought_grades, .. } = settings;
        from_beside(file, [report_templates, plausibility, drought_grades].into_iter().flatten());
    };
    load(layers, prepare, |settings: &HubSettings, broken, found| {
        let mut settings = settings.clone();
        // A substitute for a broker or a page must not be compared with anything.
        if ["broker", "web"].map(KeyPath::parse).iter().any(|p| broken.taints(p)) {
            settings.broker = None;
        }
        // Of a channel whose kind was lost, nobody knows what it needs.
        let channels = (0..settings.alarm.channels.len()).map(|at| format!("alarm.channel[{at}]."));
        let lost = channels.filter(|of| broken.taints(&KeyPath::parse(&format!("{of}kind"))));
        let publishers = super::publisher::unreadable(&settings.publishers, |path| {
            broken.taints(&KeyPath::parse(path))
        });
        let lost: Vec<String> = lost.chain(publishers).collect();
        for problem in Problems::of(|found| meaning::check(&settings, found)) {
            let path = format!("{}.", problem.path);
            if !lost.iter().any(|place| path.starts_with(place)) {
                found.push(problem);
            }
        }
    })
}

pub(super) fn read_township(file: &Path) -> Loaded<Township> {
    read_township_layers(Layers::single(file))
}

fn read_township_layers(layers: Layers) -> Loaded<Township> {
    load(
        layers,
        |_| {},
        |read: &Township, broken, found| {
            // Where a name was lost, whoever refers to it is not to blame.
            let villages = broken.lost_name("village", "id");
            let stations = broken.lost_name("station", "id") || broken.lost_name("station", "kind");
            for problem in Problems::of(|found| township::check(read, found)) {
                let excused = villages && problem.path.ends_with(".village")
                    || stations && problem.path.ends_with(".pump.source");
                if !excused {
                    found.push(problem);
                }
            }
        },
    )
}
