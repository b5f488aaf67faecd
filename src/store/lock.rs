//! A lock on the store's file: shared by all who work with it, exclusive for a restore that replaces it.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::file::give_to_owner_of;
use crate::locales::store as words;

/// Why a lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    #[error("{}", words::being_replaced(.0))]
    BeingReplaced(PathBuf),
    #[error("{}", words::used_by_hub(.0))]
    InUse(PathBuf),
    #[error("{}", words::cannot_lock(path))]
    Io { path: PathBuf, source: io::Error },
}

/// A lock on the store's file, held in a file beside it. It ends with its process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Locks the store at `path` for work beside others; an error while the file is being replaced.
    pub fn shared(path: &Path) -> Result<Self, LockError> {
        Self::take(path, File::try_lock_shared, LockError::BeingReplaced)
    }

    /// Locks the store at `path` to replace it; an error while a process works with the file.
    pub fn exclusive(path: &Path) -> Result<Self, LockError> {
        Self::take(path, File::try_lock, LockError::InUse)
    }

    fn take(
        path: &Path,
        lock: fn(&File) -> Result<(), TryLockError>,
        held: fn(PathBuf) -> LockError,
    ) -> Result<Self, LockError> {
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock_path = PathBuf::from(lock_path);
        let failed = |source| LockError::Io { path: lock_path.clone(), source };
        let file = open(&lock_path).map_err(failed)?;
        match lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(held(path.into())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// Opens the lock's file. A lock needs no write permission: root may have created the file before the hub's user comes.
fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let created = File::options().create(true).truncate(false).write(true).open(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    give_to_owner_of(folder, &created)?;
    Ok(created)
}
