//! The file as it is open, and whether it is still the one at its place, as it was left.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::file::AlarmsFile;
use crate::support::files::{self, FileId};

/// What belongs to an SQLite database: the file itself and what SQLite keeps beside it.
pub(super) const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// The file as it is open.
pub(super) struct Held {
    pub file: AlarmsFile,
    there: There,
    /// What SQLite keeps beside it.
    beside: Vec<(PathBuf, FileId)>,
}

/// The file that a path names, and how somebody left it who wrote to it last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct There {
    own: FileId,
    bytes: u64,
    changed: Option<SystemTime>,
}

impl There {
    pub fn at(path: &Path) -> io::Result<Self> {
        let (own, found) = (FileId::of(path)?, std::fs::metadata(path)?);
        Ok(Self { own, bytes: found.len(), changed: found.modified().ok() })
    }
}

/// What stands beside the file at `path`, while it is open.
fn beside(path: &Path) -> Vec<(PathBuf, FileId)> {
    let parts = PARTS.iter().filter(|part| !part.is_empty());
    let parts = parts.map(|part| files::with_suffix(path, part));
    parts.filter_map(|part| FileId::of(&part).ok().map(|id| (part, id))).collect()
}

impl Held {
    /// The file that was opened at `path`; `None` where it is gone again already.
    pub fn new(file: AlarmsFile, path: &Path) -> Option<Self> {
        let there = There::at(path).ok()?;
        Some(Self { file, there, beside: beside(path) })
    }

    /// Whether it is as it was left.
    pub fn is(&self, there: Option<There>) -> bool {
        Some(self.there) == there
    }

    /// Notes how the file was left by what was just written to it.
    pub fn note_written(&mut self, path: &Path) {
        if let Ok(there) = There::at(path)
            && there.own == self.there.own
        {
            self.there = there;
        }
    }

    /// Closes the file that is no longer the one at `path`, or no longer has what was written to it: somebody has
    /// copied another over it. What SQLite kept beside it belongs to it: beside another file it would be taken for
    /// that one's latest changes.
    pub fn let_go(self, path: &Path, there: Option<There>) {
        let copied_over = there.is_some_and(|there| there.own == self.there.own);
        match copied_over {
            true => self.file.leave(),
            false => drop(self.file),
        }
        let left = beside(path).into_iter().filter(|part| self.beside.contains(part));
        for (part, _) in left {
            if let Err(error) = std::fs::remove_file(&part) {
                tracing::error!(%error, part = %part.display(), "cannot remove what belongs to the file before");
            }
        }
    }
}
