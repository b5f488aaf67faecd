//! The disk under the spool: what the file may take of it, and a reserve on it.
//!
//! The reserve is a file of nothing beside the spool. On a disk that somebody else has filled, even deleting needs some
//! space: for the log, and for what the log adds to the file. Then the reserve is given up, and the spool makes room
//! within its own file. It is laid again once there is space.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::OptionalExtension;
use rustix::fs::{FallocateFlags, fallocate};

use super::queue::Spool;
use super::schema::BUSY_TIMEOUT;
use super::space::free;
use crate::support::files::{create_new_of_service, with_suffix};

/// Size of the reserve, bytes: what a log may hold before it is folded back, and as much again that it adds to the
/// file.
const RESERVE: u64 = 2 << 20;

/// On a small disk the reserve is this part of the free space. Engineering judgement.
const RESERVE_PART: u64 = 8;

/// A smaller reserve is of no use: a transaction that makes room may write as much. Engineering judgement.
const RESERVE_MIN: u64 = 64 << 10;

/// Free space that is never used, bytes, whatever the configuration says: what one append on a low disk may add to the
/// log. The largest message has 256 KiB; a part that is thinned for it has 64 KiB, which are read, written and freed.
/// Engineering judgement.
const SPARE: u64 = 512 << 10;

fn reserve_of(spool: &Path) -> PathBuf {
    with_suffix(spool, "-reserve")
}

/// Takes `size` bytes of the disk.
fn fill(mut file: File, size: u64) -> io::Result<()> {
    if fallocate(&file, FallocateFlags::empty(), 0, size).is_err() {
        io::copy(&mut io::repeat(0).take(size), &mut file)?;
        file.flush()?;
    }
    file.sync_all()
}

/// Gives up the reserve of the spool at `path`. Returns whether there was one.
pub(super) fn give_up_reserve(path: &Path) -> bool {
    fs::remove_file(reserve_of(path)).is_ok()
}

impl Spool {
    /// Logs where less is free than the spool is to leave: readings are given up from the first one on.
    pub(super) fn tell_of_little_space(&self) {
        let least = self.limits.free_min;
        if let Some(free) = free(&self.path).filter(|free| *free < least) {
            tracing::error!(
                free_mib = free >> 20,
                free_min_mib = least >> 20,
                "less space is free than spool.free_min_mb asks for: the spool does not grow, and readings are thinned and \
                 dropped; free some space or lower spool.free_min_mb"
            );
        }
    }

    /// Lays the reserve, unless it is there or there is no space for it beside what the limits leave.
    pub(super) fn lay_reserve(&self) {
        let reserve = reserve_of(&self.path);
        let spare = free(&self.path).unwrap_or(0).saturating_sub(self.limits.free_min);
        let size = (spare / RESERVE_PART).min(RESERVE);
        if size < RESERVE_MIN || reserve.exists() {
            return;
        }
        // Without one the spool works as well, except on a disk that is full to the last byte.
        let laid = create_new_of_service(&reserve).and_then(|file| fill(file, size));
        if laid.is_err() {
            let _none = fs::remove_file(&reserve);
        }
    }

    /// Whether the file must not grow: less is free than the limits want, or than what waits in the log will add to it
    /// and the next append needs. Where the log alone takes what the limits want, it is emptied instead.
    pub(super) fn disk_is_low(&self) -> bool {
        let Some(left) = free(&self.path) else { return false };
        // The log adds no more than it holds. Asking SQLite for less costs more than all the rest of this.
        if left >= self.limits.free_min.max(SPARE).saturating_add(SPARE + self.log_size()) {
            return false;
        }
        let growth = self.growth();
        // On a disk that is almost full the log stays as it is: its space is the spool's, whoever fills the rest.
        if left < growth + SPARE {
            return true;
        }
        let with_log = left + self.log_size();
        if left >= self.limits.free_min || with_log.saturating_sub(growth) < self.limits.free_min {
            return left < self.limits.free_min;
        }
        let emptied = self.empty_log_unless_read();
        !emptied || free(&self.path).is_some_and(|left| left < self.limits.free_min)
    }

    fn log_size(&self) -> u64 {
        fs::metadata(with_suffix(&self.path, "-wal")).map_or(0, |log| log.len())
    }

    /// Bytes that the log will add to the file when it is folded back.
    fn growth(&self) -> u64 {
        let pragma = |name| -> rusqlite::Result<u64> {
            self.connection.prepare_cached(name)?.query_row([], |row| row.get(0))
        };
        let pages = pragma("PRAGMA page_count").and_then(|n| Ok(n * pragma("PRAGMA page_size")?));
        // Asked by its name: the file itself must not be opened and closed, which would drop SQLite's locks on it.
        let file = fs::metadata(&self.path).map(|file| file.len());
        match (pages, file) {
            (Ok(pages), Ok(file)) => pages.saturating_sub(file),
            _ => 0,
        }
    }

    /// Folds the log back into the file, as far as nobody reads what it would overwrite. `false` where that failed.
    pub(super) fn fold_log(&self) -> bool {
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)")
    }

    /// The same, and empties the log: the file alone is then the whole spool. `false` also where somebody reads.
    pub(super) fn empty_log(&self) -> bool {
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// The same, and does not wait for whoever reads.
    fn empty_log_unless_read(&self) -> bool {
        let waits = self.connection.busy_timeout(Duration::ZERO);
        let emptied = waits.is_ok() && self.empty_log();
        let _as_before = self.connection.busy_timeout(BUSY_TIMEOUT);
        emptied
    }

    fn checkpoint(&self, pragma: &str) -> bool {
        let busy = self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).optional();
        busy.is_ok_and(|busy| busy.is_none_or(|busy| busy == 0))
    }

    /// After a write for which the disk had no space: makes some. Returns whether another attempt may succeed.
    pub(super) fn make_space(&self) -> bool {
        let given_up = give_up_reserve(&self.path);
        self.empty_log() || given_up
    }
}

#[cfg(test)]
#[path = "disk_tests.rs"]
mod tests;
