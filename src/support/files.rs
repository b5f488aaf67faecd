//! Files that survive a power cut.
//!
//! A rename is atomic but not durable: the new name is on the disk only after its directory has been synced, and what
//! the name points to only after the file has. Every function here that gives a file its name does both.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::locales::support as words;

/// The file itself may not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::file_read_only())]
struct ReadOnly;

/// Replaces the file at `path`, unless it is read-only. After a power cut it has its old contents or these `contents`,
/// whole.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|old| old.permissions().readonly()) {
        return Err(io::Error::new(ErrorKind::PermissionDenied, ReadOnly));
    }
    let new = with_suffix(path, ".new");
    let replaced = write(&new, |file| file.write_all(contents)).and_then(|()| rename(&new, path));
    if replaced.is_err() {
        // The error that matters is the first one; a left-over is overwritten by the next attempt.
        let _removed = fs::remove_file(&new);
    }
    replaced
}

/// Writes the file at `path` and syncs it. Its name is durable once its directory has been synced, see [`sync_dir`].
pub fn write<E: From<io::Error>>(
    path: &Path,
    contents: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    let mut file = BufWriter::new(File::create(path)?);
    contents(&mut file)?;
    file.flush()?;
    Ok(file.get_ref().sync_all()?)
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
