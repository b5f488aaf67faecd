//! The control socket in the file system, held by one gateway at a time.

use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::locales::{edge as words, foreign};
use crate::support::files::{self, with_suffix};

/// The longest path, bytes: the system allows 107 (`sun_path` in unix(7)), and `.new` takes four while it is made.
pub const SOCKET_PATH_MAX: usize = 103;

/// Only for the gateway's user and root. Whoever may send commands can keep a bus busy; on a gateway those are the
/// users who may stop the service anyway. A group of its own would have to be maintained by hand.
const MODE: u32 = 0o600;

/// Why the socket could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error("{}", words::socket_taken(.0))]
    Taken(PathBuf),
    #[error("{}", words::not_a_socket(.0))]
    NotASocket(PathBuf),
    #[error("{}", words::cannot_listen(path, foreign::io(source)))]
    Io { path: PathBuf, source: io::Error },
}

/// A listening socket. As long as it exists, no other gateway can open it; that of a dead gateway can be opened.
#[derive(Debug)]
pub struct ControlSocket {
    pub(super) listener: UnixListener,
    path: PathBuf,
    /// Locked as long as it is open. The system unlocks it when the process ends, however it ends.
    _lock: File,
}

impl ControlSocket {
    /// Listens at `path`, and replaces the socket that a dead gateway has left there. Needs a running tokio runtime.
    pub fn open(path: &Path) -> Result<Self, SocketError> {
        let lock_path = with_suffix(path, ".lock");
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| SocketError::Io { path, source }
        };
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(files::MODE)
            .open(&lock_path)
            .map_err(io(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SocketError::Taken(lock_path)),
            Err(TryLockError::Error(source)) => return Err(io(&lock_path)(source)),
        }
        match path.symlink_metadata() {
            Ok(found) if !found.file_type().is_socket() => {
                return Err(SocketError::NotASocket(path.into()));
            }
            _ => {}
        }
        // Created under another name and renamed: `path` never has a socket with other permissions, whatever the umask.
        let fresh = with_suffix(path, ".new");
        if let Err(source) = std::fs::remove_file(&fresh)
            && source.kind() != io::ErrorKind::NotFound
        {
            return Err(io(&fresh)(source));
        }
        let listener = UnixListener::bind(&fresh).map_err(io(&fresh))?;
        std::fs::set_permissions(&fresh, Permissions::from_mode(MODE)).map_err(io(&fresh))?;
        std::fs::rename(&fresh, path).map_err(io(path))?;
        Ok(Self { listener, path: path.into(), _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        // The lock is still held, so this is our own socket. If it stays, the next gateway replaces it.
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
        // The socket of a killed gateway.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let socket = ControlSocket::open(&path).unwrap();
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, MODE);
        let error = ControlSocket::open(&path).unwrap_err();
        assert!(matches!(error, SocketError::Taken(_)), "{error}");
        assert!(
            tokio::net::UnixStream::connect(socket.path()).await.is_ok(),
            "the first still listens"
        );
        drop(socket);
        assert!(!path.exists());
        ControlSocket::open(&path).unwrap();
    }

    #[tokio::test]
    async fn a_file_of_the_users_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "mine").unwrap();
        let error = ControlSocket::open(&path).unwrap_err();
        assert!(matches!(error, SocketError::NotASocket(_)), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        let nowhere = folder.path().join("no/such.sock");
        assert!(matches!(ControlSocket::open(&nowhere), Err(SocketError::Io { .. })));
    }
}
