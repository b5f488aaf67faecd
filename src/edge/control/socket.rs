//! The control socket in the file system, held by one gateway at a time.

use std::fs::{File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Uid, chownat, open};
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
        let lock = open_lock(&lock_path).map_err(io(&lock_path))?;
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
        give_to_owner_of_folder(&fresh).map_err(io(&fresh))?;
        std::fs::rename(&fresh, path).map_err(io(path))?;
        Ok(Self { listener, path: path.into(), _lock: lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    match files::create_new_of_service(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().write(true).open(path)
        }
        opened => opened,
    }
}

/// Gives a socket that root has made to the owner of its folder, whose commands are to reach the gateway.
fn give_to_owner_of_folder(socket: &Path) -> io::Result<()> {
    // Held by a handle: whoever owns the folder could put another file in its place.
    let held = File::from(open(socket, OFlags::PATH | OFlags::NOFOLLOW, Mode::empty())?);
    let found = held.metadata()?;
    let to_be = files::owner_of_new(&found, &std::fs::metadata(files::folder_of(socket))?);
    if let (Some((user, group)), true) = (to_be, found.file_type().is_socket()) {
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
        chownat(held, "", Some(user), Some(group), AtFlags::EMPTY_PATH)?;
    }
    Ok(())
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
    async fn what_root_makes_belongs_to_the_owner_of_the_folder() {
        use std::os::unix::fs::{MetadataExt, chown};
        let folder = tempfile::tempdir().unwrap();
        // Another user than root gives nothing away.
        if folder.path().metadata().unwrap().uid() == 0 {
            chown(folder.path(), Some(4711), Some(4712)).unwrap();
        }
        let owner = folder.path().metadata().unwrap();
        let path = folder.path().join("spool.sock");
        let _socket = ControlSocket::open(&path).unwrap();
        for file in [&path, &with_suffix(&path, ".lock")] {
            let found = file.metadata().unwrap();
            assert_eq!((found.uid(), found.gid()), (owner.uid(), owner.gid()), "{file:?}");
        }
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
