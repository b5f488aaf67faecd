//! A spool whose file is no longer where it was.
//!
//! A file that was deleted while it is open takes all that is written, and loses it when it is closed. As long as it is
//! open it can be read, so that all of it goes into a new file at its path, with the same epoch and numbers: nothing is
//! lost. Where another file lies there, that one is left alone, and the spool waits until it is moved away.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::place::{BESIDE, Found, Place};
use super::queue::Spool;
use super::schema::{self, SpoolError};
use crate::support::files::{create_new_of_service, folder_of, rename, sync_dir, with_suffix};
use crate::support::random;
use crate::wire::Epoch;

/// Removes a file that need not be there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

impl Spool {
    /// What lies at the spool's path. The log of the open file is taken away from beside another: whoever opens that
    /// one would write the log into it.
    pub(super) fn look(&mut self) -> Found {
        let found = self.place.look();
        let own = if found == Found::Another { self.place.own_beside() } else { Vec::new() };
        if !own.is_empty() {
            // The open file may have another name now.
            let _in_the_log = !self.empty_log();
        }
        for path in own {
            if let Err(error) = remove(&path) {
                tracing::error!(%error, path = %path.display(), "cannot remove the log of the spool's former file");
            }
        }
        found
    }

    /// Carries everything over into a new file at the spool's path, where there is none or a part of it, and goes on
    /// there.
    ///
    /// # Errors
    /// The open file is damaged, or no other can be made; it stays open then.
    pub(super) fn carry_over(&mut self, now: Timestamp) -> Result<(), SpoolError> {
        let path = self.place.path.clone();
        let failed = |source| SpoolError::Carry { path: path.clone(), source };
        let new = with_suffix(&path, &format!(".new-{:016x}", random::bits()));
        self.copy_to(&new)?;
        // Whatever lies beside the new file would be taken for its log.
        let parted = BESIDE.iter().try_for_each(|suffix| remove(&with_suffix(&path, suffix)));
        if let Err(error) = parted.and_then(|()| rename(&new, &path)) {
            let _as_before = fs::remove_file(&new);
            return Err(failed(error));
        }
        let opened = schema::open(&self.path, &self.gateway, self.vfs.as_deref());
        let (connection, life) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // As before: the open file has everything.
                let _as_before = fs::remove_file(&path);
                return Err(error);
            }
        };
        // Chosen again where nothing has been numbered yet.
        self.stats.epoch = Epoch(life.epoch);
        self.stats.carried_at = Some(now);
        self.connection = connection;
        self.place = self.place_of_open();
        Ok(())
    }

    /// Copies everything into a file beside the spool's path, whose name it returns: the open file has no name.
    ///
    /// # Errors
    /// The open file is damaged, or no other can be made.
    pub(super) fn keep_beside(&mut self, now: Timestamp) -> Result<PathBuf, SpoolError> {
        let name =
            format!(".kept-{}-{:04x}", now.strftime("%Y%m%dT%H%M%SZ"), random::bits() & 0xffff);
        let kept = with_suffix(&self.place.path, &name);
        self.copy_to(&kept)?;
        Ok(kept)
    }

    /// Writes everything into a new file, durably.
    fn copy_to(&self, new: &Path) -> Result<(), SpoolError> {
        let failed = |source| SpoolError::Carry { path: new.into(), source };
        create_new_of_service(new).map_err(failed)?;
        let copy = || -> Result<(), SpoolError> {
            let name = new.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(new.into()))?;
            self.connection.execute("VACUUM INTO ?1", [name])?;
            File::open(new).and_then(|file| file.sync_all()).map_err(failed)?;
            sync_dir(folder_of(new)).map_err(failed)
        };
        let copied = copy();
        if copied.is_err() {
            let _none = fs::remove_file(new);
        }
        copied
    }

    /// Where the file lies that is open.
    pub(super) fn place_of_open(&self) -> Place {
        Place::of(self.connection.path().map_or_else(|| self.path.clone(), PathBuf::from))
    }
}

#[cfg(test)]
#[path = "carry_tests.rs"]
mod tests;
