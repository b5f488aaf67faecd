//! Who may read and write the files of an enrolment: the key is for us and the daemon alone, and the daemon has to get
//! at all of it, whatever the umask is.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use rustix::fs::OFlags;

use crate::locales::enrolment as words;
use crate::support::accounts::{SERVICE, group_id};
use crate::support::files;

/// The largest of our files that is read, bytes.
const FILE_MAX: u64 = 64 * 1024;

/// Of a key, for its owner alone, and with the daemon's group.
pub(super) const SECRET: u32 = 0o600;
pub(super) const SHARED: u32 = 0o640;

/// The file is none of these small ones.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::file_too_large(FILE_MAX / 1024))]
struct TooLarge;

/// Opens a file to read it, neither through a link nor waiting for whoever writes to a pipe.
pub(super) fn open_itself(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    File::options().read(true).custom_flags(flags).open(path)
}

/// Who we are, and who else is to read what we write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readers {
    user: Option<u32>,
    group: Option<u32>,
}

impl Readers {
    pub fn here() -> Self {
        let user = fs::metadata("/proc/self").map(|own| own.uid()).ok();
        Self { user, group: group_id(Path::new("/"), SERVICE) }
    }

    /// The daemon's group, where we may give it something: only root gives to a group that he need not be in.
    pub fn group(self) -> Option<u32> {
        self.group.filter(|_| self.user == Some(0))
    }

    /// Whether nobody but us has a part in a file, or the daemon's group in one of root's.
    pub fn are_all(self, found: &fs::Metadata) -> bool {
        let others = found.mode() & 0o077;
        let shared = others == 0o040 && self.group() == Some(found.gid());
        self.user == Some(found.uid()) && (others == 0 || shared)
    }

    /// Lets the daemon into a folder of ours, whatever the umask was when it was made.
    pub fn let_in(self, folder: &Path) -> io::Result<()> {
        let (found, mode) = (fs::metadata(folder)?, |found: &fs::Metadata| found.mode() & 0o7777);
        let by_group = self.group().is_some_and(|group| found.gid() == group);
        let may = mode(&found) & 0o005 == 0o005 || by_group && mode(&found) & 0o050 == 0o050;
        if may || self.user != Some(found.uid()) {
            return Ok(());
        }
        open_folder(folder, self.group())
    }
}

/// Opens a folder for the daemon's group, or where there is none, for everybody.
fn open_folder(folder: &Path, group: Option<u32>) -> io::Result<()> {
    let opened = File::open(folder)?;
    fchown_to(&opened, group)?;
    opened.set_permissions(Permissions::from_mode(if group.is_some() { 0o750 } else { 0o755 }))
}

/// Creates a folder, and those above it, which the daemon can enter.
pub(super) fn create_folder(folder: &Path, group: Option<u32>) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    create_folder(files::folder_of(folder), group)?;
    files::create_dir_all(folder)?;
    open_folder(folder, group)
}

/// What is in a file, which has to be as small as ours are.
pub(super) fn read(file: File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > FILE_MAX {
        true => Err(io::Error::new(ErrorKind::InvalidData, TooLarge)),
        false => Ok(bytes),
    }
}

/// Writes a file for us alone, and then gives it these permissions and that group.
pub(super) fn write(path: &Path, contents: &[u8], mode: u32, group: Option<u32>) -> io::Result<()> {
    files::write_as(SECRET, path, |file| {
        file.write_all(contents)?;
        file.flush()?;
        fchown_to(file.get_ref(), group)?;
        file.get_ref().set_permissions(Permissions::from_mode(mode))
    })?;
    files::sync_dir(files::folder_of(path))
}

fn fchown_to(file: &File, group: Option<u32>) -> io::Result<()> {
    match group {
        Some(group) => fchown(file, None, Some(group)),
        None => Ok(()),
    }
}
