//! A damaged file is renamed, never deleted: `hanqing export --spool` may still read part of it.
//!
//! Only a spool is: a file of somebody else's, at which a mistyped path points, stays where it is.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::schema::SpoolError;
use crate::support::files;

/// What belongs to an SQLite database: the file itself and what SQLite keeps beside it.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// How every SQLite file begins (SQLite's file format, 1.3.1).
const OF_SQLITE: &[u8] = b"SQLite format 3\0";

/// How SQLite's log begins, but for its last bit (SQLite's file format, 4.1).
const OF_LOG: [u8; 3] = [0x37, 0x7f, 0x06];

/// Bytes at the beginning that are zeros where a power cut has kept a file's contents from the disk: the block of usual
/// file systems.
const BLOCK: u64 = 4096;

/// Whether the regular file at `path` cannot be a spool, not even a damaged one: it does not begin as an SQLite file,
/// is neither empty nor zeros, as a power cut may leave it, and SQLite has no log beside it.
pub fn is_foreign(path: &Path) -> bool {
    let Some(begin) = begin(path, BLOCK) else { return false };
    // A file that is shorter than that was cut off.
    let as_sqlite = OF_SQLITE.starts_with(begin.get(..OF_SQLITE.len()).unwrap_or(&begin));
    let zeros = begin.iter().all(|byte| *byte == 0);
    let log = begin_of_log(path).is_some_and(|log| log == OF_LOG);
    !as_sqlite && !zeros && !log
}

fn begin_of_log(path: &Path) -> Option<Vec<u8>> {
    begin(&files::with_suffix(path, "-wal"), OF_LOG.len() as u64)
}

/// At most the first `most` bytes; `None` where there is no regular file, or it cannot be read.
fn begin(path: &Path, most: u64) -> Option<Vec<u8>> {
    let mut begin = Vec::new();
    let file: File = files::open_regular(path).ok()?;
    file.take(most).read_to_end(&mut begin).ok()?;
    Some(begin)
}

/// Renames the spool at `path` with all its parts to a name that holds the time, and returns that name. What cannot be
/// a spool is not touched.
pub(super) fn quarantine(path: &Path, now: Timestamp) -> Result<PathBuf, SpoolError> {
    if is_foreign(path) {
        return Err(SpoolError::Foreign { path: path.into() });
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_spool_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("spool.db");
        assert!(!is_foreign(&path), "there is none");
        let long = b"root:x:0:0:root:/root:/bin/bash\n".repeat(300);
        for (contents, foreign) in [
            (&b""[..], false),
            (b"SQLite f", false),
            (b"SQLite format 3\0 and garbage", false),
            (&[0; 9000], false),
            (b"gateway = \"gw-1\"\n", true),
            (b"SQLite format 2\0", true),
            (b"x", true),
            (&long, true),
        ] {
            std::fs::write(&path, contents).unwrap();
            assert_eq!(is_foreign(&path), foreign, "{:?}", contents.get(..20));
            let away = quarantine(&path, Timestamp::UNIX_EPOCH);
            assert_eq!(matches!(away, Err(SpoolError::Foreign { .. })), foreign);
            assert_eq!(path.exists(), foreign);
        }
        // The file's beginning was overwritten, and its log says what it was.
        std::fs::write(dir.path().join("spool.db-wal"), [0x37, 0x7f, 0x06, 0x82, 0]).unwrap();
        assert!(!is_foreign(&path));
    }
}
