//! Backs up the hub's files while it runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::import::digest_of;
use super::manifest::{self, Entry, Manifest, stamp};
use crate::locales::{foreign, transfer as words};
use crate::store::file;
use crate::support::{files, hex};
use crate::users;

/// Name of the store in a backup.
pub const STORE: &str = "store.db";

/// Name of the ledger in a backup.
pub const LEDGER: &str = "ledger.db";

/// Name of the users' file in a backup. What lets somebody in is not in the copy: see [`users::let_nobody_in`].
pub const USERS: &str = "users.db";

/// Name of the book of alarms in a backup.
pub const ALARMS: &str = "alarms.db";

/// The hub's files: name in a backup, and path.
pub type Files<'a> = [(&'static str, &'a Path); 4];

/// Whether a hub may have no file of this name: one without a page has no users and no alarms, and backups of earlier
/// versions have none.
pub(super) fn may_lack(name: &str) -> bool {
    name == USERS || name == ALARMS
}

/// A finished backup.
pub struct BackedUp {
    pub directory: PathBuf,
    pub files: Vec<Entry>,
}

/// Copies `files` into a new directory in `into`, named by `now` as local time in `zone`. Each copy is of one instant
/// and has been verified by reading it. `progress` gets bytes copied and bytes in all of the current file. If anything
/// fails, no copy stays.
pub fn back_up(
    files: &Files<'_>,
    into: &Path,
    now: Timestamp,
    zone: &TimeZone,
    progress: &dyn Fn(u64, u64),
) -> anyhow::Result<BackedUp> {
    anyhow::ensure!(into.is_dir(), words::not_a_directory(into));
    let name = format!("hanqing-{}", stamp(now, zone));
    let directory = into.join(&name);
    let partial = into.join(format!("{name}.part"));
    anyhow::ensure!(!directory.exists(), words::exists_this_second(&directory));
    fs::create_dir(&partial).map_err(|error| {
        anyhow::Error::msg(words::cannot_create_here(&partial, foreign::io(&error)))
    })?;
    let made = fill(files, &partial, now, progress).and_then(|entries| {
        files::rename(&partial, &directory).with_context(|| words::cannot_create(&directory))?;
        Ok(entries)
    });
    match made {
        Ok(files) => Ok(BackedUp { directory, files }),
        Err(error) => {
            let _left = fs::remove_dir_all(&partial);
            Err(error)
        }
    }
}

fn fill(
    files: &Files<'_>,
    partial: &Path,
    now: Timestamp,
    progress: &dyn Fn(u64, u64),
) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (name, from) in files {
        if may_lack(name) && !from.try_exists().unwrap_or(true) {
            continue;
        }
        anyhow::ensure!(from.is_file(), words::no_such_file(*from));
        let to = partial.join(name);
        let mut contents =
            file::copy(from, &to, progress).with_context(|| words::cannot_copy(*from))?;
        if *name == USERS {
            users::let_nobody_in(&to).with_context(|| words::cannot_copy(*from))?;
            contents = file::examine(&to).with_context(|| words::cannot_copy(*from))?;
        }
        let written = fs::File::open(&to)?;
        written.sync_all()?;
        entries.push(Entry {
            name: (*name).into(),
            size: written.metadata()?.len(),
            sha256: hex(digest_of(&to)?.as_ref()),
            layout: contents.layout,
            rows: contents.rows,
        });
    }
    let manifest = Manifest::new(now, entries);
    let path = partial.join(manifest::NAME);
    files::replace(&path, (serde_json::to_string_pretty(&manifest)? + "\n").as_bytes())
        .with_context(|| words::cannot_write(&path))?;
    Ok(manifest.files)
}
