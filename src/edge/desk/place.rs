//! The socket's place in the file system, held by one gateway at a time.

use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::support::files::with_suffix;

/// The longest path of a socket, bytes: the system takes 107 (`sun_path` in unix(7)), and while it is made it has four more.
pub const SOCKET_PATH_MAX: usize = 103;

/// For the gateway's own user and root alone. Whoever may ask here can keep a bus busy, and on a gateway that is whoever may
/// stop the service anyhow; a group of its own would have to be kept by hand.
const MODE: u32 = 0o600;

/// Why a place cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// Another gateway runs on the same configuration.
    #[error(
        "another hanqing edge runs on this configuration and holds {0}: stop it first, or give this one a spool of its own"
    )]
    Taken(PathBuf),
    /// Something else lies there.
    #[error("{0} is there and no socket: set `socket` to another path, or remove the file")]
    NotASocket(PathBuf),
    /// The system does not give it.
    #[error("cannot listen at {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
}

/// A socket that listens. While it lives no other gateway gets its place; a gateway that has died does not hold it.
#[derive(Debug)]
pub struct Place {
    pub(super) listener: UnixListener,
    path: PathBuf,
    /// Locked as long as it is open; the system unlocks it when the process ends, however it ends.
    _lock: File,
}

impl Place {
    /// Listens at `path`. A socket that a dead gateway has left there is replaced. Needs a running tokio runtime.
    ///
    /// # Errors
    /// Another gateway holds the place, something else lies there, or the system refuses.
    pub fn take(path: &Path) -> Result<Self, PlaceError> {
        let lock_path = with_suffix(path, ".lock");
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| PlaceError::Io { path, source }
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PlaceError::Taken(lock_path)),
            Err(TryLockError::Error(source)) => return Err(io(&lock_path)(source)),
        }
        match path.symlink_metadata() {
            Ok(found) if !found.file_type().is_socket() => {
                return Err(PlaceError::NotASocket(path.into()));
            }
            _ => {}
        }
        // Made aside and moved: at `path` there is never a socket with other rights, whatever the process's umask.
        let aside = with_suffix(path, ".new");
        if let Err(source) = std::fs::remove_file(&aside)
            && source.kind() != io::ErrorKind::NotFound
        {
            return Err(io(&aside)(source));
        }
        let listener = UnixListener::bind(&aside).map_err(io(&aside))?;
        std::fs::set_permissions(&aside, Permissions::from_mode(MODE)).map_err(io(&aside))?;
        std::fs::rename(&aside, path).map_err(io(path))?;
        Ok(Self { listener, path: path.into(), _lock: lock })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The lock is still held: this is our own. Where it stays, the next gateway replaces it.
        let _gone = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_gateway_holds_it_and_a_dead_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.sock");
        // As a killed gateway leaves it.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let place = Place::take(&path).unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        let error = Place::take(&path).unwrap_err();
        assert!(matches!(error, PlaceError::Taken(_)), "{error}");
        assert!(
            tokio::net::UnixStream::connect(place.path()).await.is_ok(),
            "the first still listens"
        );
        drop(place);
        assert!(!path.exists());
        Place::take(&path).unwrap();
    }

    #[tokio::test]
    async fn a_file_of_the_users_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "mine").unwrap();
        let error = Place::take(&path).unwrap_err();
        assert!(matches!(error, PlaceError::NotASocket(_)), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        let nowhere = folder.path().join("no/such.sock");
        assert!(matches!(Place::take(&nowhere), Err(PlaceError::Io { .. })));
    }
}
