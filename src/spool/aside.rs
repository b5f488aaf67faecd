//! A spoilt file is set aside, never deleted: somebody may still get something out of it (`hanqing export --spool`).

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::SpoolError;
use crate::support::files::{quarantine, with_suffix};

/// What belongs to a SQLite database.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Gives the spool at `path` another name, with what belongs to it, and says which.
///
/// # Errors
/// The file system refuses.
pub(super) fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, SpoolError> {
    let failed = |source| SpoolError::Aside { path: path.into(), source };
    let mut aside = with_suffix(path, &format!(".spoilt-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    let mut again = 1;
    while aside.try_exists().map_err(failed)? {
        again += 1;
        aside = with_suffix(path, &format!(".spoilt-{}-{again}", now.strftime("%Y%m%dT%H%M%SZ")));
    }
    for part in PARTS {
        quarantine(&with_suffix(path, part), &with_suffix(&aside, part)).map_err(failed)?;
    }
    Ok(aside)
}
