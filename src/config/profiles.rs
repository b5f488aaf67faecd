//! The device profiles that a gateway can use: the shipped ones, and the user's own over them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::key_path::KeyPath;
use super::layers::Layers;
use super::load::{Loaded, load};
use super::recovery::Broken;
use super::source_text::FileProblem;
use crate::core::{Problem, Problems};
use crate::device::{self, Profile};
use crate::locales::{Text, config as words, foreign, foreign_toml};

/// Device profiles by id.
pub type Profiles = BTreeMap<String, Profile>;

/// The device profiles that can be used, and what is wrong with the others.
#[derive(Debug, Default)]
pub(super) struct Library {
    pub(super) profiles: Profiles,
    /// What is wrong with the shipped profiles.
    pub(super) problems: Vec<FileProblem>,
    /// Why the folder of the user's own profiles cannot be read.
    pub(super) folder: Option<Text>,
    /// What is wrong with each of the user's own profiles, by the name of its file, which has to be its id.
    broken: BTreeMap<String, Vec<FileProblem>>,
}

impl Library {
    /// The shipped profiles, and over them those of `folder`: a file there takes the place of the shipped profile of
    /// its id. A profile with problems is left out, or the shipped one stays. Of the shipped ones only those `wanted`
    /// are read, where that is given: to read all of them takes longer than all else that a gateway does at its start.
    pub(super) fn read(folder: Option<&Path>, wanted: Option<&BTreeSet<&str>>) -> Self {
        let mut library = Self::default();
        let shipped = device::shipped().iter();
        for (id, text) in shipped.filter(|(id, _)| wanted.is_none_or(|ids| ids.contains(id))) {
            match device::parse(text) {
                Ok(profile) => {
                    library.profiles.insert((*id).to_owned(), profile);
                }
                Err(error) => {
                    let rule = foreign_toml::error(&error, text);
                    let problem = Problem::new("", "", rule, words::faulty_build());
                    let place = words::shipped_profile(*id).to_string();
                    library.problems.push(FileProblem::unplaced(place, problem));
                }
            }
        }
        match folder.map(files) {
            None => {}
            Some(Ok(files)) => files.iter().for_each(|file| library.add(file)),
            Some(Err(error)) => library.folder = Some(words::unreadable(foreign::io(&error))),
        }
        library
    }

    /// What is wrong with the profiles of `folder` but those that one of the devices `used` asks for, which have been
    /// read. Nothing is where the folder cannot be read, which has been told.
    pub(super) fn wrong_and_unused(folder: &Path, used: &BTreeSet<&str>) -> Vec<FileProblem> {
        let mut library = Self::default();
        let unused = |file: &&PathBuf| !used.contains(&*stem(file));
        files(folder).unwrap_or_default().iter().filter(unused).for_each(|file| library.add(file));
        library.split(used).1
    }

    fn add(&mut self, file: &Path) {
        let Loaded { value, problems } = read_profile(file);
        match value {
            Some(profile) if problems.is_empty() => {
                self.profiles.insert(profile.id.clone(), profile);
            }
            _ => {
                self.broken.entry(stem(file)).or_default().extend(problems);
            }
        }
    }

    /// The ids of all profiles that there are, read or not.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let shipped = device::shipped().iter().map(|(id, _)| *id);
        let all: BTreeSet<&str> = self.profiles.keys().map(String::as_str).chain(shipped).collect();
        all.into_iter()
    }

    /// Whether the user has a profile of this name that has problems.
    pub(super) fn is_broken(&self, id: &str) -> bool {
        self.broken.contains_key(id)
    }

    /// What is wrong with the user's own profiles: with those that one of the devices `used` asks for, and with the
    /// others, which keep no gateway from its work.
    pub(super) fn split(self, used: &BTreeSet<&str>) -> (Vec<FileProblem>, Vec<FileProblem>) {
        let (ours, others): (Vec<_>, Vec<_>) =
            self.broken.into_iter().partition(|(name, _)| used.contains(name.as_str()));
        let problems = |of: Vec<(String, Vec<FileProblem>)>| {
            of.into_iter().flat_map(|(_, problems)| problems).collect::<Vec<_>>()
        };
        ([self.problems, problems(ours)].concat(), problems(others))
    }
}

/// The shipped profiles, and over them those of `folder`, with all that is wrong with any of them.
pub fn profiles(folder: Option<&Path>) -> (Profiles, Vec<FileProblem>) {
    let mut library = Library::read(folder, None);
    let profiles = std::mem::take(&mut library.profiles);
    if let (Some(rule), Some(folder)) = (library.folder.take(), folder) {
        let problem = Problem::new("devices_dir", "", rule, words::give_profiles());
        library.problems.push(FileProblem::unplaced(folder, problem));
    }
    let (problems, others) = library.split(&BTreeSet::new());
    (profiles, [problems, others].concat())
}

/// The profile in `file`, which is named after its id.
///
/// # Errors
///
/// Every problem of the file, which cannot be used then.
pub fn profile_file(file: &Path) -> Result<Profile, Vec<FileProblem>> {
    read_profile(file).finish()
}

pub(super) fn read_profile(file: &Path) -> Loaded<Profile> {
    let stem = file.file_stem().and_then(|stem| stem.to_str());
    load(
        Layers::single(file),
        |_| {},
        |profile: &Profile, broken, found| {
            let meant = Problems::of(|found| device::check(profile, found));
            let follows = |problem: &Problem| follows(profile, broken, &problem.path);
            meant.into_iter().filter(|p| !follows(p)).for_each(|problem| found.push(problem));
            let right = Some(profile.id.as_str()) == stem || profile.id.trim().is_empty();
            found.ensure(right, "id", &profile.id, words::id_is_file_name(), words::rename_file());
        },
    )
}

/// Whether a problem at `path` follows from what was left out or replaced in `profile`: a point that is not the file's
/// own does not decode to what the example says, and may be the same as another.
fn follows(profile: &Profile, broken: &Broken, path: &str) -> bool {
    let at = |path: &str| broken.reaches(&KeyPath::parse(path));
    if path.ends_with("].parameter") {
        return (0..profile.points.len()).any(|index| at(&format!("point[{index}].parameter")));
    }
    let of_point = path.strip_prefix("point[").and_then(|rest| rest.split_once(']'));
    if let Some((index, key)) = of_point {
        let begins = |keys: &[&str]| keys.iter().any(|begin| key.starts_with(begin));
        let broken = |key: &str| at(&format!("point[{index}].{key}"));
        let of_parameter = begins(&[".unit", ".counter", ".measures"]) && broken("parameter");
        let of_registers = begins(&[".type", ".bits", ".fraction", ".plus", ".factors"])
            && (broken("function") || broken("type"));
        return of_parameter || of_registers;
    }
    let Some(name) = path.strip_prefix("example.expect.") else { return false };
    let parameter = name.split('@').next().unwrap_or(name);
    at("example.block")
        || profile.points.iter().enumerate().any(|(index, point)| {
            let named = point.parameter.id() == parameter && at(&format!("point[{index}]"));
            named || at(&format!("point[{index}].parameter"))
        })
}

/// The name of a profile's file, which has to be its id.
fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    const RIGHT: &str = r#"
id = "meter"
name = "A meter"
source = "its manual"
verified_by = "nobody"
confidence = 0.5
[[point]]
parameter = "flow"
function = 3
address = 10
type = "u16"
scale = 0.1
unit = "m3/h"
[example]
source = "by hand"
block = [{ function = 3, address = 10, words = [1234] }]
expect = { flow = 123.4 }
"#;

    #[test]
    fn one_cause_is_one_problem() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("meter.toml");
        for (right, wrong, path) in [
            ("", "", ""),
            ("address = 10\n", "address = -1\n", "point[0].address"),
            ("m3/h", "m³/h", "point[0].unit"),
            ("\"u16\"", "\"u24\"", "point[0].type"),
            ("scale = 0.1", "multiplier = 0.1", "point[0].multiplier"),
            ("\"flow\"", "\"flwo\"", "point[0].parameter"),
            ("words = [1234]", "words = [70000]", "example.block[0].words[0]"),
        ] {
            std::fs::write(&file, RIGHT.replace(right, wrong)).unwrap();
            let problems = read_profile(&file).problems;
            let paths: Vec<&str> = problems.iter().map(|p| p.problem.path.as_str()).collect();
            let expected: Vec<&str> =
                Some(path).filter(|path| !path.is_empty()).into_iter().collect();
            assert_eq!(paths, expected, "{wrong}");
        }
    }
}
