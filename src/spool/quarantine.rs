//! A damaged file is renamed, never deleted: `hanqing export --spool` may still read part of it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::schema::SpoolError;
use crate::support::files;

/// What belongs to an SQLite database: the file itself and what SQLite keeps beside it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Renames the spool at `path` with all its parts to a name that holds the time, and returns that name.
pub(super) fn quarantine(path: &Path, now: Timestamp) -> Result<PathBuf, SpoolError> {
    let failed = |source| SpoolError::Quarantine { path: path.into(), source };
    let name = format!(".damaged-{}", now.strftime("%Y%m%dT%H%M%SZ"));
    let mut away = files::with_suffix(path, &name);
    let mut count = 1;
    while away.try_exists().map_err(failed)? {
        count += 1;
        away = files::with_suffix(path, &format!("{name}-{count}"));
    }
    for part in PARTS {
        files::quarantine(&files::with_suffix(path, part), &files::with_suffix(&away, part))
            .map_err(failed)?;
    }
    Ok(away)
}
