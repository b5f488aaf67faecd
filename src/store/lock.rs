//! Who works with the store's file: many, or one who replaces it.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::file::give_to_owner_of;

/// Why a lock is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// A restore replaces the file.
    #[error("a restore replaces {0}; wait until it is done")]
    Replaced(PathBuf),
    /// A hub or an import works with the file.
    #[error("a hanqing hub or import works with {0}; stop it, then repeat")]
    Used(PathBuf),
    /// The lock's own file cannot be made.
    #[error("cannot lock {path}; its directory must exist and be writable")]
    Io {
        /// The lock's file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A lock on the store's file, in a file beside it. It goes with its process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// For who works with the store at `path`, beside others.
    ///
    /// # Errors
    /// The file is being replaced.
    pub fn shared(path: &Path) -> Result<Self, LockError> {
        Self::take(path, File::try_lock_shared, LockError::Replaced)
    }

    /// For who replaces the file at `path`: nobody works with it then.
    ///
    /// # Errors
    /// Somebody does.
    pub fn alone(path: &Path) -> Result<Self, LockError> {
        Self::take(path, File::try_lock, LockError::Used)
    }

    fn take(
        path: &Path,
        lock: fn(&File) -> Result<(), TryLockError>,
        held: fn(PathBuf) -> LockError,
    ) -> Result<Self, LockError> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let beside = PathBuf::from(beside);
        let failed = |source| LockError::Io { path: beside.clone(), source };
        let file = open(&beside).map_err(failed)?;
        match lock(&file) {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(held(path.into())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// Opens the lock's file. To be locked it need not be written: root may have made it before the hub's user comes.
fn open(path: &Path) -> io::Result<File> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let made = File::options().create(true).truncate(false).write(true).open(path)?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    give_to_owner_of(folder, &made)?;
    Ok(made)
}
