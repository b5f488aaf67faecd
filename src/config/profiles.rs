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

/// The shipped profiles, and over them those of `folder`: a file there with the id of a shipped profile takes its place.
/// A profile with problems is left out, or the shipped one stays.
pub fn profiles(folder: Option<&Path>) -> (Profiles, Vec<FileProblem>) {
    let mut problems = Vec::new();
    let mut profiles = Profiles::new();
    for (id, text) in device::shipped() {
        match device::parse(text) {
            Ok(profile) => {
                profiles.insert((*id).to_owned(), profile);
            }
            Err(error) => problems.push(FileProblem {
                file: PathBuf::from(format!("shipped profile {id}")),
                position: None,
                problem: Problem::new("", "", error.message(), "this build is faulty: report it"),
            }),
        }
    }
    let Some(folder) = folder else {
        return (profiles, problems);
    };
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
        Err(error) => problems.push(FileProblem {
            file: folder.into(),
            position: None,
            problem: Problem::new(
                "devices_dir",
                "",
                format!("cannot be read: {error}"),
                "give a directory with device profiles, or leave devices_dir out",
            ),
        }),
    }
    (profiles, problems)
}

/// Reads one profile and checks it.
pub(super) fn read_profile(file: &Path) -> Loaded<Profile> {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    load(
        Layers::single(file),
        |_| {},
        |profile: &Profile, _| {
            let mut problems = device::check(profile);
            if Some(profile.id.as_str()) != stem && !profile.id.trim().is_empty() {
                let rule = "is not the name of its file without .toml";
                let hint = "rename the file or correct the id";
                problems.push(Problem::new("id", &profile.id, rule, hint));
            }
            problems
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
