//! Writes the documents into a directory.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Documents, ReportError};
use crate::support::files;

/// Writes each of [`Documents::files`] into `out`, which is created if needed, and returns their paths. Each file is
/// replaced as a whole, even if the power fails.
pub fn write(documents: &Documents, out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    fs::create_dir_all(out).map_err(|source| ReportError::Write { path: out.into(), source })?;
    let each = documents.files().into_iter().map(|(name, bytes)| {
        let path = out.join(name);
        match files::replace(&path, bytes) {
            Ok(()) => Ok(path),
            Err(source) => Err(ReportError::Write { path, source }),
        }
    });
    each.collect()
}
