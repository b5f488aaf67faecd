//! The device profiles that a gateway can use: the shipped ones, and the user's own over them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::layers::Layers;
use super::load::{Loaded, load};
use super::source_text::FileProblem;
use crate::core::Problem;
use crate::device::{self, Profile};
use crate::locales::{config as words, foreign, foreign_toml};

/// Device profiles by id.
pub type Profiles = BTreeMap<String, Profile>;

/// The shipped profiles, and over them those of `folder`: a file there replaces the shipped profile of its id. A
/// profile with problems is left out, or the shipped one stays.
pub fn profiles(folder: Option<&Path>) -> (Profiles, Vec<FileProblem>) {
    let mut problems = Vec::new();
    let mut profiles = Profiles::new();
    for (id, text) in device::shipped() {
        match device::parse(text) {
            Ok(profile) => {
                profiles.insert((*id).to_owned(), profile);
            }
            Err(error) => {
                let rule = foreign_toml::error(&error, text);
                let problem = Problem::new("", "", rule, words::faulty_build());
                let place = words::shipped_profile(*id).to_string();
                problems.push(FileProblem::unplaced(place, problem));
            }
        }
    }
    let Some(folder) = folder else { return (profiles, problems) };
    match files(folder) {
        Ok(files) => {
            for file in files {
                match read_profile(&file).finish() {
                    Ok(profile) => {
                        profiles.insert(profile.id.clone(), profile);
                    }
                    Err(found) => problems.extend(found),
                }
            }
        }
        Err(error) => {
            let rule = words::unreadable(foreign::io(&error));
            let problem = Problem::new("devices_dir", "", rule, words::give_profiles());
            problems.push(FileProblem::unplaced(folder, problem));
        }
    }
    (profiles, problems)
}

pub(super) fn read_profile(file: &Path) -> Loaded<Profile> {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    load(
        Layers::single(file),
        |_| {},
        |profile: &Profile, _, found| {
            device::check(profile, found);
            let right = Some(profile.id.as_str()) == stem || profile.id.trim().is_empty();
            found.ensure(right, "id", &profile.id, words::id_is_file_name(), words::rename_file());
        },
    )
}

/// The TOML files in `folder`, by name.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|e| e == "toml"));
    files.sort();
    Ok(files)
}
