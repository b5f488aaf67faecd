//! Whether the path of the store still names the file that is open.
//!
//! A file that was deleted or renamed while it is open takes all that is written, and loses it when it is closed. So
//! nothing that was written counts before its path has been looked at.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::StoreError;
use crate::support::files::{FileId, rename, with_suffix};

/// A path, and which file was opened there.
#[derive(Debug, Clone)]
pub struct Place {
    path: PathBuf,
    /// `None` where the path names no file of the system.
    file: Option<FileId>,
    /// SQLite's log of what was written last, and its index, beside the file.
    log: Option<FileId>,
    index: Option<FileId>,
}

impl Place {
    /// The place of a file that has just been opened at `path`.
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.into(), file: FileId::of(path).ok(), log: None, index: None }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Notes which log lies beside the file, once it is there.
    pub(super) fn note_log(&mut self) {
        self.log = FileId::of(&self.beside("-wal")).ok();
        self.index = FileId::of(&self.beside("-shm")).ok();
    }

    /// That the path still names the file that was opened there, with its log beside it. Takes two looks at names.
    ///
    /// # Errors
    /// It names another, or none: nothing that was written last may be acknowledged.
    pub fn check(&self) -> Result<(), StoreError> {
        let Some(file) = self.file else { return Ok(()) };
        let now = FileId::of(&self.path).ok();
        let has_log = || self.log.is_none() || FileId::of(&self.beside("-wal")).ok() == self.log;
        if now == Some(file) && has_log() {
            return Ok(());
        }
        if now.is_some_and(|now| now != file) {
            self.put_log_aside();
        }
        Err(StoreError::Exchanged { path: self.path.clone() })
    }

    /// As [`Place::check`], by `connection`, which has the file open. What the log holds goes into the file, which may
    /// have another name now, or may have lost its log.
    pub(super) fn check_by(&self, connection: &Connection) -> Result<(), StoreError> {
        let checked = self.check();
        if checked.is_err()
            && let Err(error) =
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
        {
            tracing::error!(%error, "cannot write the log into the store's former file");
        }
        checked
    }

    /// Takes the log of the file that was open from beside the one that has come: SQLite would write it into that one.
    fn put_log_aside(&self) {
        let (log, index) = (self.beside("-wal"), self.beside("-shm"));
        let is_ours =
            |path: &Path, own: Option<FileId>| own.is_some() && FileId::of(path).ok() == own;
        if let Some(id) = self.log.filter(|_| is_ours(&log, self.log)) {
            put_aside(&log, id);
        }
        if is_ours(&index, self.index) {
            remove_index(&index);
        }
    }

    /// Puts a log without its file at `path` aside: SQLite would delete it where it begins a new file. It belongs to a
    /// file that was moved away, and holds what was written last.
    pub(super) fn keep_lone_log(path: &Path) {
        let log = with_suffix(path, "-wal");
        if let (false, Ok(id)) = (path.exists(), FileId::of(&log)) {
            put_aside(&log, id);
            remove_index(&with_suffix(path, "-shm"));
        }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        with_suffix(&self.path, suffix)
    }
}

/// Renames the log `id` of a file that is no longer beside it.
fn put_aside(log: &Path, id: FileId) {
    let kept = with_suffix(log, &format!(".left-{}", id.inode));
    let kept_as = kept.display();
    match rename(log, &kept) {
        Ok(()) => tracing::warn!(%kept_as, "the log of the store's former file was put aside"),
        Err(error) => {
            tracing::error!(%error, %kept_as, "cannot put the log of the store's former file aside");
        }
    }
}

/// Removes the index of a log that is no longer beside it. Whoever has it open keeps it.
fn remove_index(index: &Path) {
    match std::fs::remove_file(index) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            tracing::error!(%error, index = %index.display(), "cannot remove the index of a log that was put aside");
        }
        _ => {}
    }
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
