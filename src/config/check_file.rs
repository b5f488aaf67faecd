//! The check of a file of any kind.

use std::path::Path;

use super::source_text::{FileProblem, SourceText};
use crate::core::Problem;
use crate::locales::{Text, config as words};

/// A kind of configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A gateway, `edge.toml`.
    Edge,
    /// An office, `hub.toml`.
    Hub,
    Township,
    /// A device profile, `devices/*.toml`.
    Profile,
    Scenario,
    /// None of these, or a file that cannot be read.
    Unknown,
}

impl FileKind {
    /// Tells the kind by a top-level key that no other kind has.
    fn of(keys: &toml::Table) -> Self {
        let any = |names: &[&str]| names.iter().any(|name| keys.contains_key(*name));
        if any(&["gateway", "bus", "spool"]) {
            Self::Edge
        } else if any(&["store", "township", "ledger", "web"]) {
            Self::Hub
        } else if any(&["village", "station", "crop"]) {
            Self::Township
        } else if any(&["point", "registers_max", "verified_by"]) {
            Self::Profile
        } else if any(&["physics_from", "month", "spell"]) {
            Self::Scenario
        } else {
            Self::Unknown
        }
    }

    pub fn name(self) -> Text {
        match self {
            Self::Edge => words::kind_edge(),
            Self::Hub => words::kind_hub(),
            Self::Township => words::kind_township(),
            Self::Profile => words::kind_profile(),
            Self::Scenario => words::kind_scenario(),
            Self::Unknown => words::kind_unknown(),
        }
    }
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    pub kind: FileKind,
    /// Empty where the file is right.
    pub problems: Vec<FileProblem>,
}

/// Checks a file of any kind, with the parts in its conf.d and without the environment: a check says the same on every
/// machine. A hub's township is a file of its own, and checked as such.
pub fn check_file(file: &Path) -> CheckReport {
    let source = match SourceText::read(file) {
        Ok(source) => source,
        Err(problem) => return CheckReport { kind: FileKind::Unknown, problems: vec![*problem] },
    };
    let kind = FileKind::of(&source.text.parse().unwrap_or_default());
    let whole = |rule: Text, hint: Text| vec![source.place(Problem::new("", "", rule, hint))];
    let problems = match kind {
        #[cfg(feature = "edge")]
        FileKind::Edge => super::load_edge::read_edge(file, &[], &[]).problems,
        #[cfg(feature = "edge")]
        FileKind::Profile => super::profiles::read_profile(file).problems,
        #[cfg(feature = "hub")]
        FileKind::Hub => super::load_hub::read_hub(file, &[], &[]).problems,
        #[cfg(feature = "hub")]
        FileKind::Township => super::load_hub::read_township(file).problems,
        #[cfg(feature = "demo")]
        FileKind::Scenario => {
            use super::layers::Layers;
            use super::recovery::Broken;
            use crate::core::Problems;
            use crate::sim::Scenario;
            // Its numbers belong together: they are judged only where all are known.
            let check = |scenario: &Scenario, broken: &Broken, found: &mut Problems| {
                if broken.is_empty() {
                    scenario.check(found);
                }
            };
            super::load::load(Layers::single(file), |_| {}, check).problems
        }
        FileKind::Unknown => whole(words::no_configuration(), words::keys_of_kinds()),
        #[allow(unreachable_patterns)]
        other => whole(words::not_in_this_build(other.name()), words::build_with_features()),
    };
    CheckReport { kind, problems }
}
