//! The device profiles that a gateway can use: the shipped ones, and the user's own over them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::layers::Layers;
use super::load::{Loaded, load};
use super::source_text::FileProblem;
use crate::core::Problem;
use crate::device::{self, Profile};

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
                let hint = "this build is faulty: report it";
                let problem = Problem::new("", "", error.message(), hint);
                problems.push(FileProblem::unplaced(format!("shipped profile {id}"), problem));
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
            let rule = format!("cannot be read: {error}");
            let hint = "give a directory with device profiles, or leave devices_dir out";
            let problem = Problem::new("devices_dir", "", rule, hint);
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
            let rule = "must be the name of its file without .toml";
            found.ensure(right, "id", &profile.id, rule, "rename the file or correct the id");
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
