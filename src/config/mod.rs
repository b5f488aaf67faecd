//! Configuration files: read, checked as a whole, every problem named.

#[cfg(feature = "demo")]
mod example;
mod load;
mod near;
mod position;

#[cfg(feature = "demo")]
pub use example::example;
pub use load::FileProblem;

use std::path::Path;

/// What a check of a file found.
pub struct CheckReport {
    /// What kind of file it is.
    pub kind: &'static str,
    /// What is wrong.
    pub problems: Vec<FileProblem>,
}

/// A gateway's settings and the device profiles that it can use.
#[cfg(feature = "edge")]
pub type LoadedEdge = (
    crate::edge::EdgeSettings,
    std::collections::BTreeMap<String, crate::device::Profile>,
);

/// Loads a gateway's file.
///
/// # Errors
/// Everything that is wrong.
#[cfg(feature = "edge")]
pub fn load_edge(path: &Path, set: &[(String, String)]) -> Result<LoadedEdge, Vec<FileProblem>> {
    let settings: crate::edge::EdgeSettings = load::load(path, set).finish()?;
    let profiles = crate::device::shipped()
        .iter()
        .filter_map(|(id, text)| Some(((*id).to_owned(), crate::device::parse(text).ok()?)))
        .collect();
    Ok((settings, profiles))
}

/// Loads a hub's file and its township.
///
/// # Errors
/// Everything that is wrong.
#[cfg(feature = "hub")]
pub fn load_hub(
    path: &Path,
    set: &[(String, String)],
) -> Result<(crate::hub::HubSettings, crate::water::Township), Vec<FileProblem>> {
    let mut settings: crate::hub::HubSettings = load::load(path, set).finish()?;
    let directory = path.parent().unwrap_or(Path::new(""));
    for file in [
        &mut settings.township,
        &mut settings.store.path,
        &mut settings.ledger.path,
    ] {
        *file = directory.join(&*file);
    }
    let township = load::load(&settings.township, &[]).finish()?;
    Ok((settings, township))
}

/// Checks a file of any kind.
pub fn check_file(path: &Path) -> CheckReport {
    let loaded = load::load::<toml::Value>(path, &[]);
    let problems = loaded.finish().err().unwrap_or_default();
    CheckReport {
        kind: "TOML",
        problems,
    }
}
