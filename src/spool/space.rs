//! How much space a file system has left.

use std::path::Path;

use crate::support::files::folder_of;

/// A usual block of a file system, bytes.
const BLOCK: u64 = 4096;

/// Bytes that this user may still write to the file system of `path`; `None` where the system does not say.
pub(super) fn free(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(folder_of(path)).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Whether the file system of `path` has no space for one more page of a log.
pub(super) fn is_full(path: &Path) -> bool {
    free(path).is_some_and(|free| free < BLOCK)
}
