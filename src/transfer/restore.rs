//! Replaces the hub's files with those of a backup.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::backup::{ALARMS, Files, LEDGER, USERS, may_lack};
use super::import::digest_of;
use super::manifest::{Entry, Manifest, stamp};
use crate::alarm_book;
use crate::ledger;
use crate::locales::{Text, foreign, transfer as words};
use crate::store::{Lock, StoreError, file};
use crate::support::files::{folder_of, quarantine, rename, with_suffix, write};
use crate::support::hex;
use crate::users;

/// A finished restore.
pub struct Restored {
    /// When the backup was made.
    pub made_at: Timestamp,
    pub files: Vec<Entry>,
    /// Where the files that were replaced are now.
    pub replaced: Vec<PathBuf>,
}

/// Replaces `files` with the backup in `from`. The backup is first copied beside them and verified; the replaced files
/// stay beside the new ones, under a name that holds `now`. Where the backup has no users, those that are there stay.
///
/// # Errors
/// `from` is not a backup or is damaged, a program uses the files, or the disk is full: then nothing is replaced. If
/// one file cannot be replaced after another, the error says so.
pub fn restore(
    from: &Path,
    files: &Files<'_>,
    now: Timestamp,
    zone: &TimeZone,
    progress: &dyn Fn(u64, u64),
) -> anyhow::Result<Restored> {
    let manifest = Manifest::read(from)?;
    let [(_, store), ..] = files;
    let _lock = Lock::exclusive(store)?;
    let has = |name: &str| manifest.files.iter().any(|entry| entry.name == name);
    let files = files.iter().copied().filter(|(name, _)| has(name) || !may_lack(name));
    let files: Vec<_> = files.collect();
    let mut held = Vec::new();
    for (_, path) in &files {
        if path.exists() {
            held.extend(file::hold(path)?);
        }
    }
    let mut copies = Vec::new();
    for (name, path) in &files {
        let copy = with_suffix(path, ".restoring");
        let verified = copy_verified(&manifest, from, name, &copy, progress)
            .and_then(|()| give_to_hub(&copy, path));
        copies.push((copy, *path));
        if let Err(error) = verified {
            copies.iter().for_each(|(copy, _)| drop(fs::remove_file(copy)));
            return Err(error);
        }
    }
    let suffix = format!(".before-{}", stamp(now, zone));
    let mut replaced = Vec::new();
    for (copy, path) in &copies {
        replace(copy, path, &suffix, &mut replaced).with_context(|| match replaced.as_slice() {
            [] => words::cannot_replace(*path),
            kept => words::cannot_replace_rest(*path, Text::list(kept)),
        })?;
    }
    drop(held);
    Ok(Restored { made_at: manifest.made_at, files: manifest.files, replaced })
}

/// Gives `copy` the owner and permissions of the file at `path`, or, if there is none, the owner of its directory.
fn give_to_hub(copy: &Path, path: &Path) -> anyhow::Result<()> {
    let there = path.exists();
    let like = if there { path } else { folder_of(path) };
    let file = File::open(copy)?;
    file::give_to_owner_of(like, &file)
        .map_err(|error| anyhow::Error::msg(words::cannot_give(copy, like, foreign::io(&error))))?;
    if there {
        file.set_permissions(path.metadata()?.permissions())?;
    }
    Ok(file.sync_all()?)
}

/// Copies the file `name` of a backup and checks the copy against the manifest.
fn copy_verified(
    manifest: &Manifest,
    from: &Path,
    name: &str,
    copy: &Path,
    progress: &dyn Fn(u64, u64),
) -> anyhow::Result<()> {
    let entry = manifest.files.iter().find(|entry| entry.name == name);
    let entry = entry.with_context(|| words::backup_lacks(from, name))?;
    let source = from.join(name);
    let found = source.metadata().with_context(|| words::cannot_open(&source))?;
    // A named pipe would be waited for, for ever.
    anyhow::ensure!(found.is_file(), words::cannot_open(&source));
    let mut file = File::open(&source).with_context(|| words::cannot_open(&source))?;
    let size = found.len();
    anyhow::ensure!(size == entry.size, words::size_differs(&source, entry.size, size));
    write(copy, |to| std::io::copy(&mut file, to).map(|size| progress(size, entry.size)))
        .with_context(|| words::cannot_write(copy))?;
    let digest = hex(digest_of(copy)?.as_ref());
    anyhow::ensure!(digest == entry.sha256, words::digest_differs(&source));
    // What is not ours is told before anything of it is worked out.
    let foreign = match name {
        LEDGER => file::foreign_to(copy, &ledger::LAYOUTS),
        USERS => file::foreign_to(copy, &users::LAYOUTS),
        ALARMS => file::foreign_to(copy, &alarm_book::LAYOUTS),
        _ => file::foreign_to_store(copy),
    };
    // The hub would not open it.
    if let Err(StoreError::Layout { found, known, .. }) = &foreign {
        anyhow::bail!(words::newer_backup(&source, *found, *known));
    }
    let foreign = foreign?;
    anyhow::ensure!(foreign.is_empty(), words::holds_foreign(&source, Text::list(&foreign)));
    let contents = file::examine(copy)?;
    anyhow::ensure!(
        contents.layout == entry.layout && contents.rows == entry.rows,
        words::contents_differ(&source)
    );
    Ok(())
}

/// Renames `copy` to `path`. The old file, and what SQLite left beside it, get `suffix` and are added to `replaced`.
fn replace(
    copy: &Path,
    path: &Path,
    suffix: &str,
    replaced: &mut Vec<PathBuf>,
) -> anyhow::Result<()> {
    // They must not stay beside the new file: SQLite would take them for its own.
    for left in ["-wal", "-shm", "-journal"] {
        let left = with_suffix(path, left);
        let kept = with_suffix(&left, suffix);
        if quarantine(&left, &kept)? {
            replaced.push(kept);
        }
    }
    if path.exists() {
        let kept = with_suffix(path, suffix);
        anyhow::ensure!(!kept.exists(), words::exists(&kept));
        // A hard link first, so that `path` exists at every moment; not every file system has hard links.
        if fs::hard_link(path, &kept).is_err() {
            fs::rename(path, &kept)?;
        }
        replaced.push(kept);
    }
    Ok(rename(copy, path)?)
}
