//! Puts the documents into a directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Documents, ReportError};

/// Writes each of [`Documents::files`] into `out`, which is made where it is not there, and returns their paths. Each file is written
/// aside and renamed, so that a reader never sees half of one.
///
/// # Errors
/// [`ReportError::Write`] with the path that could not be written.
pub fn write(documents: &Documents, out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    fs::create_dir_all(out).map_err(|source| ReportError::Write { path: out.into(), source })?;
    let files = documents.files().into_iter();
    files.map(|(name, bytes)| put(out, name, bytes)).collect()
}

/// Writes one file aside and renames it.
fn put(out: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, ReportError> {
    let path = out.join(name);
    let aside = out.join(format!("{name}.part"));
    let written = fs::write(&aside, bytes).and_then(|()| fs::rename(&aside, &path));
    written.map_err(|source| ReportError::Write { path: path.clone(), source })?;
    Ok(path)
}
