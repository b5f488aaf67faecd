//! Puts the documents into a directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Documents, ReportError};

/// Writes `drought-relief.md`, `drought-relief.html` and `figures.json` into `out`, which is made where it is not there, and
/// returns their paths. Each file is written aside and renamed, so that a reader never sees half of one.
///
/// # Errors
/// [`ReportError::Write`] with the path that could not be written.
pub fn write(documents: &Documents, out: &Path) -> Result<[PathBuf; 3], ReportError> {
    fs::create_dir_all(out).map_err(|source| ReportError::Write {
        path: out.into(),
        source,
    })?;
    Ok([
        put(out, "drought-relief.md", &documents.markdown)?,
        put(out, "drought-relief.html", &documents.html)?,
        put(out, "figures.json", &documents.json)?,
    ])
}

fn put(out: &Path, name: &str, text: &str) -> Result<PathBuf, ReportError> {
    let path = out.join(name);
    let aside = out.join(format!("{name}.part"));
    let written = fs::write(&aside, text).and_then(|()| fs::rename(&aside, &path));
    written.map_err(|source| ReportError::Write {
        path: path.clone(),
        source,
    })?;
    Ok(path)
}
