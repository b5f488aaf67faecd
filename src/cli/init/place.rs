//! How a first configuration gets its place, and the directory of a daemon's files theirs.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::locales::setup as words;
use crate::support::accounts::{Account, SERVICE, group_id, is_root};
use crate::support::{files, random};

/// Most copies of earlier files that are kept beside a new one. Engineering judgement: nobody makes it anew so often.
const COPIES_MAX: u32 = 1000;

/// Permissions of a directory that we make: readings are for owner and group.
const FOLDER_MODE: u32 = 0o750;

/// Writes the file at `path`, for its owner and for the service's group. What is there stays, or is kept beside it
/// with `force`; returns the name of what is kept.
pub fn write(path: &Path, text: &str, force: bool) -> io::Result<Option<PathBuf>> {
    let folder = files::folder_of(path);
    files::create_dir_all(folder)?;
    let new = folder.join(format!(".hanqing-{:016x}.new", random::bits()));
    files::write(&new, |file| file.write_all(text.as_bytes()))?;
    let placed = place(&new, path, force);
    if placed.is_err() {
        // The error that matters is the first one.
        let _removed = fs::remove_file(&new);
    }
    let kept = placed?;
    files::sync_dir(folder)?;
    Ok(kept)
}

/// The same, and says what has been written and what is kept.
///
/// # Errors
/// With the way out.
pub fn write_and_say(path: &Path, text: &str, force: bool) -> anyhow::Result<()> {
    let kept = write(path, text, force).map_err(|error| {
        let said = match error.kind() {
            io::ErrorKind::PermissionDenied => words::cannot_be_placed(path),
            _ => words::cannot_be_written(path),
        };
        anyhow::Error::new(error).context(said)
    })?;
    say!("{}", words::written(path));
    if let Some(kept) = kept {
        say!("{}", words::kept(&kept));
    }
    Ok(())
}

/// Makes the directory of the file `path` where it is missing, and says so; as root for the service's user, where there
/// is one.
///
/// # Errors
/// It cannot be made.
pub fn make_folder_of(path: &Path) -> anyhow::Result<()> {
    let folder = files::folder_of(path);
    if folder.exists() {
        return Ok(());
    }
    let made = || {
        files::create_dir_all(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE))?;
        match Account::of(Path::new("/"), SERVICE) {
            Some(user) if is_root() => chown(folder, Some(user.uid()), user.gid()),
            _ => Ok(()),
        }
    };
    made().with_context(|| words::folder_cannot_be_made(folder))?;
    say!("{}", words::folder_made(folder));
    Ok(())
}

fn place(new: &Path, path: &Path, force: bool) -> io::Result<Option<PathBuf>> {
    fs::set_permissions(new, Permissions::from_mode(files::MODE))?;
    if is_root()
        && let Some(group) = group_id(Path::new("/"), SERVICE)
    {
        chown(new, None, Some(group))?;
    }
    if force && fs::symlink_metadata(path).is_ok() {
        let kept = keep(path)?;
        fs::rename(new, path)?;
        return Ok(Some(kept));
    }
    // A link fails where there is a file by now; a rename would replace it.
    fs::hard_link(new, path)?;
    fs::remove_file(new)?;
    Ok(None)
}

/// Gives the file at `path` a second name beside it that nothing has: `.old`, or `.old.2` and so on.
fn keep(path: &Path) -> io::Result<PathBuf> {
    let names = (1..=COPIES_MAX).map(|number| match number {
        1 => files::with_suffix(path, ".old"),
        number => files::with_suffix(path, &format!(".old.{number}")),
    });
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for name in names {
        match fs::hard_link(path, &name) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_kept_when_it_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("etc/hanqing/edge.toml");
        assert_eq!(write(&path, "one", false).unwrap(), None);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o7777, 0o640);
        let refused = write(&path, "two", false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        let names = ["edge.toml.old", "edge.toml.old.2"].map(|name| path.with_file_name(name));
        assert_eq!(write(&path, "two", true).unwrap().as_ref(), Some(&names[0]));
        assert_eq!(write(&path, "three", true).unwrap().as_ref(), Some(&names[1]));
        let kept = names.map(|name| fs::read_to_string(name).unwrap());
        assert_eq!(kept, ["one", "two"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        let there = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(there, 3, "nothing is left over");
    }

    #[test]
    fn a_link_in_the_place_of_the_file_is_no_free_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edge.toml");
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
        let refused = write(&path, "one", false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        write(&path, "one", true).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn a_directory_is_made_with_those_before_it_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("var/lib/spool.db");
        make_folder_of(&file).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(mode(&folder.path().join("var/lib")), FOLDER_MODE);
        let before = mode(folder.path());
        make_folder_of(&folder.path().join("spool.db")).unwrap();
        assert_eq!(mode(folder.path()), before);
    }
}
