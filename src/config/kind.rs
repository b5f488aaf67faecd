//! Which kind of file it is, and its check.

use std::fmt;
use std::path::Path;

use super::source_text::{FileProblem, SourceText};
use crate::core::Problem;

/// A kind of configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A gateway, `edge.toml`.
    Edge,
    /// An office, `hub.toml`.
    Hub,
    /// A township, `township.toml`.
    Township,
    /// A device profile, `devices/*.toml`.
    Profile,
    /// A scenario of the simulator.
    Scenario,
    /// None of these, or a file that does not read.
    Unknown,
}

impl Kind {
    /// The kind that these top-level keys make a file: by the first that only one kind has.
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
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Edge => "gateway",
            Self::Hub => "hub",
            Self::Township => "township",
            Self::Profile => "device profile",
            Self::Scenario => "scenario",
            Self::Unknown => "unknown",
        })
    }
}

/// What a check of a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// What kind of file it is.
    pub kind: Kind,
    /// What is wrong; empty where it is right.
    pub problems: Vec<FileProblem>,
}

/// Checks a file of any kind, with the parts in its conf.d and without the environment: a check says the same on every
/// machine. A hub's township is a file of its own, and checked as such.
pub fn check_file(file: &Path) -> CheckReport {
    let source = match SourceText::read(file) {
        Ok(source) => source,
        Err(problem) => {
            return CheckReport { kind: Kind::Unknown, problems: vec![*problem] };
        }
    };
    let kind = Kind::of(&source.text.parse().unwrap_or_default());
    let problems = match kind {
        #[cfg(feature = "edge")]
        Kind::Edge => super::load_edge::read_edge(file, &[], &[]).problems,
        #[cfg(feature = "edge")]
        Kind::Profile => super::profiles::read_profile(file).problems,
        #[cfg(feature = "hub")]
        Kind::Hub => super::load_hub::read_hub(file, &[], &[]).problems,
        #[cfg(feature = "hub")]
        Kind::Township => super::load_hub::read_township(file).problems,
        #[cfg(feature = "demo")]
        Kind::Scenario => scenario(file, &source),
        Kind::Unknown => vec![source.place(Problem::new(
            "",
            "",
            "is no configuration that hanqing knows",
            "a gateway has `gateway`, a hub `store`, a township [[village]], a device profile [[point]]",
        ))],
        #[allow(unreachable_patterns)]
        other => vec![source.place(Problem::new(
            "",
            "",
            format!("is a {other}'s file, and this build has no such part"),
            "build with --features edge,hub,demo",
        ))],
    };
    CheckReport { kind, problems }
}

/// Structure first; the numbers only where that is right.
#[cfg(feature = "demo")]
fn scenario(file: &Path, source: &SourceText) -> Vec<FileProblem> {
    use super::layers::Layers;
    use crate::sim::{Scenario, SimError};

    let read = super::load::load::<Scenario>(Layers::single(file), |_| {}, |_, _| Vec::new());
    if !read.problems.is_empty() {
        return read.problems;
    }
    match Scenario::parse(&source.text) {
        Ok(_) => Vec::new(),
        Err(SimError::Value { path, value, rule }) => {
            vec![source.place(Problem::new(path, value, rule, ""))]
        }
        Err(error) => vec![source.place(Problem::new("", "", error.to_string(), ""))],
    }
}
