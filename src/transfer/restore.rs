//! A backup put in the place of the hub's files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::backup::Files;
use super::import::digest_of;
use super::manifest::{Entry, Manifest, stamp};
use crate::store::{Lock, file};
use crate::support::files::{folder_of, quarantine, rename, with_suffix, write};
use crate::support::hex;

/// What a restore came to.
pub struct Restored {
    /// When the backup was made.
    pub made_at: Timestamp,
    /// Its files.
    pub files: Vec<Entry>,
    /// The files that were there before, where they are now.
    pub aside: Vec<PathBuf>,
}

/// Puts the backup in `from` in the place of `files`. All of it is copied beside them and verified before anything is replaced, and
/// what is replaced is kept beside them under a name with `now` in it.
///
/// # Errors
/// It is no backup, is damaged, a program uses the files, or the disk takes no more: nothing is replaced then. If the second file
/// cannot be renamed after the first, it says so.
pub fn restore(
    from: &Path,
    files: &Files<'_>,
    now: Timestamp,
    zone: &TimeZone,
    advanced: &dyn Fn(u64, u64),
) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(from)?;
    let [(_, store), _] = files;
    let _lock = Lock::exclusive(store)?;
    let mut held = Vec::new();
    for (_, path) in files {
        if path.exists() {
            held.extend(file::hold(path)?);
        }
    }
    let mut copies = Vec::new();
    for (name, path) in files {
        let copy = with_suffix(path, ".restoring");
        let verified =
            copied(&manifest, from, name, &copy, advanced).and_then(|()| for_the_hub(&copy, path));
        copies.push((copy, *path));
        if let Err(error) = verified {
            remove(&copies);
            return Err(error);
        }
    }
    let end = format!(".before-{}", stamp(now, zone));
    let mut aside = Vec::new();
    for (copy, path) in &copies {
        replace(copy, path, &end, &mut aside).with_context(|| {
            let kept: Vec<String> = aside.iter().map(|path| path.display().to_string()).collect();
            format!(
                "cannot replace {}; what was replaced before is kept: {}",
                path.display(),
                kept.join(", ")
            )
        })?;
    }
    drop(held);
    Ok(Restored { made_at: manifest.made_at, files: manifest.files, aside })
}

fn remove(copies: &[(PathBuf, &Path)]) {
    for (copy, _) in copies {
        let _left = fs::remove_file(copy);
    }
}

/// Gives `copy` the owner and rights of the file at `path`; where there is none, the owner of its directory.
fn for_the_hub(copy: &Path, path: &Path) -> anyhow::Result<()> {
    let there = path.exists();
    let like = if there { path } else { folder_of(path) };
    let file = File::open(copy)?;
    file::give_to_owner_of(like, &file).with_context(|| {
        format!(
            "cannot give {} to the owner of {}; repeat as root or as that user",
            copy.display(),
            like.display()
        )
    })?;
    if there {
        file.set_permissions(path.metadata()?.permissions())?;
    }
    Ok(file.sync_all()?)
}

/// Copies the file `name` of a backup and holds the copy against the manifest.
fn copied(
    manifest: &Manifest,
    from: &Path,
    name: &str,
    copy: &Path,
    advanced: &dyn Fn(u64, u64),
) -> anyhow::Result<()> {
    let entry = manifest.files.iter().find(|entry| entry.name == name);
    let entry = entry.with_context(|| format!("{} has no {name}", from.display()))?;
    let source = from.join(name);
    let mut file =
        File::open(&source).with_context(|| format!("cannot open {}", source.display()))?;
    let size = file.metadata()?.len();
    anyhow::ensure!(
        size == entry.size,
        "{} is not as it was when it was made ({} bytes then, {size} now): take another backup",
        source.display(),
        entry.size
    );
    write(copy, |to| std::io::copy(&mut file, to).map(|size| advanced(size, entry.size)))
        .with_context(|| format!("cannot write {}", copy.display()))?;
    anyhow::ensure!(
        hex(digest_of(copy)?.as_ref()) == entry.sha256,
        "{} is not as it was when it was made: its SHA-256 is another; take another backup",
        source.display()
    );
    let contents = file::examine(copy)?;
    anyhow::ensure!(
        contents.layout == entry.layout && contents.rows == entry.rows,
        "{} does not hold what the manifest says: take another backup",
        source.display()
    );
    Ok(())
}

/// Gives `copy` the name `path`. What had it is kept under that name with `end`, and what SQLite has left beside it, too.
fn replace(copy: &Path, path: &Path, end: &str, aside: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    // Never beside the new file: SQLite would take them for its own.
    for left in ["-wal", "-shm", "-journal"] {
        let left = with_suffix(path, left);
        let kept = with_suffix(&left, end);
        if quarantine(&left, &kept)? {
            aside.push(kept);
        }
    }
    if path.exists() {
        let kept = with_suffix(path, end);
        anyhow::ensure!(!kept.exists(), "{} is there already", kept.display());
        // A second name first, so that there is a file under `path` at every moment; not every file system has second names.
        if fs::hard_link(path, &kept).is_err() {
            fs::rename(path, &kept)?;
        }
        aside.push(kept);
    }
    Ok(rename(copy, path)?)
}
