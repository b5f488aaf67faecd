//! The manifest of a backup: its files with sizes and digests.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::locales::{Text, foreign, transfer as words};

/// File name of the manifest.
pub const NAME: &str = "manifest.json";

/// Version of the manifest's format.
const FORMAT: u32 = 1;

/// Largest manifest that is read, bytes: a hundred times what one needs.
const SIZE_MAX: u64 = 256 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// Version of the program that made the backup.
    pub version: String,
    pub made_at: Timestamp,
    pub files: Vec<Entry>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `store.db`, `ledger.db` or `users.db`, whatever the hub calls it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
    /// Version of its tables' layout.
    pub layout: i64,
    pub rows: BTreeMap<String, u64>,
}

impl Manifest {
    pub fn new(made_at: Timestamp, files: Vec<Entry>) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION").into(), made_at, files }
    }

    /// Reads the manifest of the backup in `directory`.
    pub fn read(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(NAME);
        let none = |why: Text| anyhow::Error::msg(words::not_a_backup(directory, why));
        let since = |error| none(words::manifest_unreadable_since(NAME, foreign::io(&error)));
        let wrong = || none(words::manifest_unreadable(NAME));
        let found = path.metadata().map_err(since)?;
        // A named pipe would be waited for, for ever.
        anyhow::ensure!(found.is_file() && found.len() <= SIZE_MAX, wrong());
        let text = std::fs::read_to_string(&path).map_err(since)?;
        let manifest: Self = serde_json::from_str(&text).map_err(|_| wrong())?;
        anyhow::ensure!(
            manifest.format == FORMAT,
            words::other_format(directory, manifest.format, FORMAT, &manifest.version)
        );
        Ok(manifest)
    }
}

/// `at` as local time in `zone`, for the name of a file.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y%m%d-%H%M%S").to_string()
}
