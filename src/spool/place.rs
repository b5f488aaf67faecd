//! Whether a path still names the file that was opened there.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::support::files::{FileId, with_suffix};

/// What SQLite keeps beside the file: what was written last, and an index of that.
pub(super) const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// A path, and which files were opened there. In a file layer that is not the system's, none.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub path: PathBuf,
    file: Option<FileId>,
    beside: [Option<FileId>; 2],
    /// The file's length as last seen. It only ever grows.
    length: u64,
}

/// What lies at the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The file that is open, or that cannot be told.
    Ours,
    /// No file, or the file without its log or its end.
    Gone,
    /// Another file.
    Another,
}

impl Place {
    /// The place of a spool that has just been opened at `path`, after links.
    pub fn of(path: PathBuf) -> Self {
        let file = FileId::of(&path).ok();
        let beside = BESIDE.map(|suffix| FileId::of(&with_suffix(&path, suffix)).ok());
        let mut place = Self { path, file, beside, length: 0 };
        place.is_shorter();
        place
    }

    pub fn look(&mut self) -> Found {
        let Some(file) = self.file else { return Found::Ours };
        match FileId::of(&self.path) {
            Ok(now) if now != file => Found::Another,
            Ok(_) => {
                if self.has_lost_its_log() || self.is_shorter() {
                    Found::Gone
                } else {
                    Found::Ours
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Found::Gone,
            // The next write meets whatever it is.
            Err(_) => Found::Ours,
        }
    }

    fn has_lost_its_log(&self) -> bool {
        let [log, _] = self.beside;
        let now = FileId::of(&with_suffix(&self.path, "-wal"));
        log.is_some_and(|log| match now {
            Ok(now) => now != log,
            Err(error) => error.kind() == ErrorKind::NotFound,
        })
    }

    fn is_shorter(&mut self) -> bool {
        let length = fs::metadata(&self.path).map_or(self.length, |file| file.len());
        let is_shorter = length < self.length;
        self.length = length.max(self.length);
        is_shorter
    }

    /// What lies beside the path of the file that is open.
    pub fn own_beside(&self) -> Vec<PathBuf> {
        let all = BESIDE.iter().zip(self.beside);
        let named = all.map(|(suffix, own)| (with_suffix(&self.path, suffix), own));
        let own = named.filter(|(path, own)| own.is_some() && FileId::of(path).ok() == *own);
        own.map(|(path, _)| path).collect()
    }
}
