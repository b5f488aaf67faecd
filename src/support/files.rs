//! Files that survive a power cut, and that only owner and group read.
//!
//! A rename is atomic but not durable: the new name is on the disk only after its directory has been synced, and what
//! the name points to only after the file has. Every function here that gives a file its name does both.
//!
//! Whoever may write to a directory could lay a link where a file is expected, and have another file overwritten by
//! it. So a file is written under a random name that did not exist, and renamed: a link in its place is replaced.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use super::random;
use crate::locales::support as words;

/// Permissions of what we create: readings, money and settings are for owner and group. The umask may narrow them.
pub const MODE: u32 = 0o640;

/// The file itself may not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::file_read_only())]
struct ReadOnly;

/// A directory, a pipe or a device.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::no_regular_file())]
struct NoRegularFile;

/// Opens a file that somebody names to be read. A pipe would keep us waiting, and a device may never end: both are
/// refused.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(ErrorKind::InvalidInput, NoRegularFile)),
    }
}

/// The contents of such a file, but only one byte more than `most` of one that is larger.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut contents = Vec::new();
    open_regular(path)?.take(most.saturating_add(1)).read_to_end(&mut contents)?;
    Ok(contents)
}

/// Replaces the file at `path`, unless it is read-only. After a power cut it has its old contents or these `contents`,
/// whole.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|old| old.permissions().readonly()) {
        return Err(io::Error::new(ErrorKind::PermissionDenied, ReadOnly));
    }
    write(path, |file| file.write_all(contents))?;
    sync_dir(folder_of(path))
}

/// Writes the file at `path` and syncs it; whatever was there is replaced once all is written. Its name is durable once
/// its directory has been synced, see [`sync_dir`]. A process that is killed leaves a `.hanqing-*.new` behind.
pub fn write<E: From<io::Error>>(
    path: &Path,
    contents: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    write_as(MODE, path, contents)
}

/// As [`write()`], with these permissions from the first moment on: nobody who has opened it early reads on.
pub fn write_as<E: From<io::Error>>(
    mode: u32,
    path: &Path,
    contents: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    let new = folder_of(path).join(format!(".hanqing-{:016x}.new", random::bits()));
    let mut file = BufWriter::new(create_new_as(mode, &new)?);
    let written = || -> Result<(), E> {
        contents(&mut file)?;
        file.flush()?;
        file.get_ref().sync_all()?;
        Ok(fs::rename(&new, path)?)
    };
    let written = written();
    if written.is_err() {
        // The error that matters is the first one.
        let _removed = fs::remove_file(&new);
    }
    written
}

/// Creates a file for owner and group. An error where there is anything at `path`, be it a link that leads nowhere.
pub fn create_new(path: &Path) -> io::Result<File> {
    create_new_as(MODE, path)
}

fn create_new_as(mode: u32, path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).mode(mode).open(path)
}

/// As [`create_new`], for a file that a service keeps. Where root creates it, before the service has, it belongs to the
/// owner and group of its folder: as that user the service opens it.
pub fn create_new_of_service(path: &Path) -> io::Result<File> {
    let file = create_new(path)?;
    if let Some((user, group)) = owner_of_new(&file.metadata()?, &fs::metadata(folder_of(path))?) {
        fchown(&file, Some(user), Some(group))?;
    }
    Ok(file)
}

/// User and group that a file which was created in `folder` is to be given to; `None` where it has them, or where it is
/// not root's to give away.
pub fn owner_of_new(file: &fs::Metadata, folder: &fs::Metadata) -> Option<(u32, u32)> {
    let [now, to_be] = [file, folder].map(|of| (of.uid(), of.gid()));
    (now.0 == 0 && now != to_be).then_some(to_be)
}

/// Creates the empty file of a database for owner and group, unless it is there. SQLite by itself would let others read
/// it; what it lays beside the file it gives the file's permissions. Whatever keeps this from creating the file,
/// SQLite meets and names.
pub fn create_database(path: &Path) {
    // What is there is not opened: the system drops all of a process's locks on a file when it closes it once.
    if path.exists() {
        return;
    }
    // Only a file that is new is given away: a link may lead to anybody's.
    if create_new_of_service(path).is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
        let _named = File::options().write(true).create(true).truncate(false).mode(MODE).open(path);
    }
}

/// Which file it is that a path names: its device and its number there. No other has them while somebody has it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    pub inode: u64,
}

impl FileId {
    /// The file that `path` names now.
    pub fn of(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self { device: found.dev(), inode: found.ino() })
    }
}

/// Renames a file or directory whose contents are synced, and syncs the directory that holds the new name.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_dir(folder_of(to))
}

/// Moves `path` to `to`, durably. `false` if there is no such file.
pub fn quarantine(path: &Path, to: &Path) -> io::Result<bool> {
    match rename(path, to) {
        Err(error) if error.kind() == ErrorKind::NotFound && !path.exists() => Ok(false),
        renamed => renamed.map(|()| true),
    }
}

/// Creates `directory`, and its parents if need be, durably.
pub fn create_dir_all(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    create_dir_all(folder_of(directory))?;
    fs::create_dir(directory)?;
    sync_dir(folder_of(directory))
}

/// Brings the names in `directory` to the disk.
pub fn sync_dir(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// The directory that holds `path`.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// `path` with `suffix` appended to its name: a file beside it.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;
    use crate::locales::{Lang, foreign, within};

    #[test]
    fn a_file_is_replaced_whole_or_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        // A directory in the file's place cannot be replaced by a file.
        let taken = folder.path().join("taken");
        fs::create_dir(&taken).unwrap();
        replace(&taken, b"three").unwrap_err();
        assert!(taken.is_dir());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left over");
    }

    #[test]
    fn what_root_creates_for_a_service_belongs_to_the_owner_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let about = |path: &Path| fs::metadata(path).unwrap();
        let service = folder.path().join("service");
        fs::create_dir(&service).unwrap();
        // Another user than root gives nothing away.
        let root = about(&service).uid() == 0;
        if root {
            std::os::unix::fs::chown(&service, Some(4711), Some(4712)).unwrap();
        }
        let owner = (about(&service).uid(), about(&service).gid());
        let [database, reserve, link] = ["a.db", "a.db-reserve", "b.db"].map(|n| service.join(n));
        create_database(&database);
        drop(create_new_of_service(&reserve).unwrap());
        for path in [&database, &reserve] {
            assert_eq!((about(path).uid(), about(path).gid()), owner, "{}", path.display());
        }
        assert_eq!(owner_of_new(&about(&database), &about(folder.path())), None, "not root's");
        // What a link leads to stays whose it is.
        let away = folder.path().join("away.db");
        symlink(&away, &link).unwrap();
        create_database(&link);
        assert_eq!(about(&away).uid() == 0, root);
        let away = about(&away);
        let to_be = owner_of_new(&away, &about(&service));
        assert_eq!(to_be, root.then_some(owner));
    }

    #[test]
    fn only_a_regular_file_is_read_and_no_more_of_it_than_asked() {
        let folder = tempfile::tempdir().unwrap();
        let [file, pipe] = ["a", "b"].map(|name| folder.path().join(name));
        fs::write(&file, "12345").unwrap();
        assert_eq!(read_regular(&file, 3).unwrap(), b"1234");
        assert_eq!(read_regular(&file, 9).unwrap(), b"12345");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        for path in [&pipe, &folder.path().to_owned(), &PathBuf::from("/dev/zero")] {
            let error = read_regular(path, 9).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", path.display());
        }
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_link_is_replaced_and_what_it_leads_to_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "mine").unwrap();
        let [replaced, written, dangling] = ["a", "b", "c"].map(|name| folder.path().join(name));
        for link in [&replaced, &written] {
            symlink(&victim, link).unwrap();
        }
        symlink(folder.path().join("nothing"), &dangling).unwrap();
        replace(&replaced, b"new").unwrap();
        write(&written, |file| file.write_all(b"new")).unwrap();
        replace(&dangling, b"new").unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        for path in [&replaced, &written, &dangling] {
            assert!(fs::symlink_metadata(path).unwrap().is_file(), "{}", path.display());
            assert_eq!(fs::read(path).unwrap(), b"new");
        }
        assert!(!folder.path().join("nothing").exists());
        let link = folder.path().join("d");
        symlink(folder.path().join("nothing"), &link).unwrap();
        assert_eq!(create_new(&link).unwrap_err().kind(), ErrorKind::AlreadyExists);
    }

    #[test]
    fn what_is_created_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let [file, new, database] = ["a", "b", "c"].map(|name| folder.path().join(name));
        // One that everybody could read is not so any longer once it is replaced.
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        replace(&file, b"new").unwrap();
        drop(create_new(&new).unwrap());
        create_database(&database);
        for path in [&file, &new, &database] {
            // A umask of 022, the usual one, takes nothing from it; 077 takes the group's part.
            assert!([0o640, 0o600].contains(&mode(path)), "{:o}", mode(path));
        }
        fs::write(&database, "rows").unwrap();
        create_database(&database);
        assert_eq!(fs::read(&database).unwrap(), b"rows");
    }

    #[test]
    fn what_fails_half_way_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        replace(&path, b"one").unwrap();
        let failed = write(&path, |file| {
            file.write_all(b"tw")?;
            Err(io::Error::other("cut"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "cut");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_read_only_file_is_named_as_one_in_both_languages() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.json");
        fs::write(&path, "one").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = replace(&path, b"two").unwrap_err();
        assert_eq!(foreign::io(&error).to_string(), "the file is read-only");
        assert_eq!(within(Lang::Chinese, || foreign::io(&error).to_string()), "文件是只读的");
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn a_quarantined_file_has_another_name_and_a_missing_one_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spool.db");
        let away = with_suffix(&path, ".damaged");
        assert!(!quarantine(&path, &away).unwrap());
        fs::write(&path, "torn").unwrap();
        assert!(quarantine(&path, &away).unwrap());
        assert_eq!((path.exists(), fs::read_to_string(&away).unwrap()), (false, "torn".into()));
        quarantine(&away, &folder.path().join("no/such/folder")).unwrap_err();
    }

    #[test]
    fn a_directory_is_created_with_its_parents() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/c");
        for _ in 0..2 {
            create_dir_all(&path).unwrap();
        }
        fs::write(folder.path().join("file"), "").unwrap();
        create_dir_all(&folder.path().join("file/b")).unwrap_err();
    }

    #[test]
    fn the_folder_of_a_bare_name_is_the_current_one() {
        assert_eq!(folder_of(Path::new("a.toml")), Path::new("."));
        assert_eq!(folder_of(Path::new("/var/a.toml")), Path::new("/var"));
    }
}
