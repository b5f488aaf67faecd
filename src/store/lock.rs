//! A lock on the store's file: shared by all who work with it, exclusive for a restore that replaces it. Hubs have a
//! second one, of which there is one: two on one file would both acknowledge, purge and fold.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::file::give_to_owner_of;
use crate::locales::store as words;
use crate::support::files::{create_new, folder_of, with_suffix};

/// Why a lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("{}", words::being_replaced(.0))]
    BeingReplaced(PathBuf),
    #[error("{}", words::used_by_hub(.0))]
    InUse(PathBuf),
    #[error("{}", words::another_hub(.0))]
    AnotherHub(PathBuf),
    #[error("{}", words::cannot_lock(path))]
    Io { path: PathBuf, source: io::Error },
}

/// A lock on the store's file, held in a file beside it. It ends with its process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    /// The second lock of a hub.
    _hub: Option<File>,
}

impl Lock {
    /// Locks the store at `path` for work beside others; an error while the file is being replaced.
    pub fn shared(path: &Path) -> Result<Self, LockError> {
        let file = take(path, ".lock", File::try_lock_shared, LockError::BeingReplaced)?;
        Ok(Self { _file: file, _hub: None })
    }

    /// Locks the store at `path` for a hub: as [`Lock::shared`], and an error while another hub has the file.
    pub fn hub(path: &Path) -> Result<Self, LockError> {
        let shared = Self::shared(path)?;
        let hub = take(path, ".hub.lock", File::try_lock, LockError::AnotherHub)?;
        Ok(Self { _hub: Some(hub), ..shared })
    }

    /// Locks the store at `path` to replace it; an error while a process works with the file.
    pub fn exclusive(path: &Path) -> Result<Self, LockError> {
        let file = take(path, ".lock", File::try_lock, LockError::InUse)?;
        Ok(Self { _file: file, _hub: None })
    }
}

fn take(
    path: &Path,
    suffix: &str,
    lock: fn(&File) -> Result<(), TryLockError>,
    held: fn(PathBuf) -> LockError,
) -> Result<File, LockError> {
    let lock_path = with_suffix(path, suffix);
    let failed = |source| LockError::Io { path: lock_path.clone(), source };
    let file = open(&lock_path).map_err(failed)?;
    match lock(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(held(path.into())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens the lock's file. A lock needs no write permission: root may have created the file before the hub's user comes.
fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    match create_new(path) {
        // Another process has come between.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => File::open(path),
        created => {
            let created = created?;
            give_to_owner_of(folder_of(path), &created)?;
            Ok(created)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::{Lang, within};

    #[test]
    fn one_file_has_one_hub_and_any_number_of_commands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let hub = Lock::hub(&path).unwrap();
        let second = Lock::hub(&path).unwrap_err();
        assert!(matches!(&second, LockError::AnotherHub(file) if *file == path), "{second:?}");
        for lang in Lang::ALL {
            let said = within(lang, || second.to_string());
            assert!(said.contains(&path.display().to_string()), "{said}");
        }
        let command = Lock::shared(&path).unwrap();
        assert!(matches!(Lock::exclusive(&path), Err(LockError::InUse(_))));
        drop((hub, command));
        let restore = Lock::exclusive(&path).unwrap();
        assert!(matches!(Lock::hub(&path), Err(LockError::BeingReplaced(_))));
        drop(restore);
        Lock::hub(&path).unwrap();
        // Another file is another hub's.
        let _first = Lock::hub(&path).unwrap();
        Lock::hub(&folder.path().join("other.db")).unwrap();
    }

    #[test]
    fn a_hub_that_is_refused_keeps_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let first = Lock::hub(&path).unwrap();
        Lock::hub(&path).unwrap_err();
        drop(first);
        Lock::exclusive(&path).unwrap();
    }
}
