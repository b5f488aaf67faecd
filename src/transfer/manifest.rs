//! What a backup says of itself.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Its name in a backup.
pub const NAME: &str = "manifest.json";

/// The format of what is written here.
const FORMAT: u32 = 1;

/// Largest manifest that is read, bytes: a hundred times what one takes.
const SIZE_MAX: u64 = 256 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The program that made it.
    pub version: String,
    /// When.
    pub made_at: Timestamp,
    /// Its files.
    pub files: Vec<Entry>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name: what it is, `store.db` or `ledger.db`, wherever the hub has it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// The layout of its tables.
    pub layout: i64,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
}

impl Manifest {
    /// The manifest of `files`, made at `made_at`.
    pub fn new(made_at: Timestamp, files: Vec<Entry>) -> Self {
        Self { format: FORMAT, version: env!("CARGO_PKG_VERSION").into(), made_at, files }
    }

    /// Reads the manifest of the backup in `directory`.
    ///
    /// # Errors
    /// There is none, or it is none.
    pub fn read(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(NAME);
        let none = || {
            format!(
                "{} is no backup: it has no {NAME} that can be read; name a directory that hanqing backup made",
                directory.display()
            )
        };
        let size = path.metadata().with_context(none)?.len();
        anyhow::ensure!(size <= SIZE_MAX, none());
        let text = std::fs::read_to_string(&path).with_context(none)?;
        let manifest: Self = serde_json::from_str(&text).with_context(none)?;
        anyhow::ensure!(
            manifest.format == FORMAT,
            "{} is of format {}, this program knows {FORMAT}; use the version that made it, {}",
            directory.display(),
            manifest.format,
            manifest.version
        );
        Ok(manifest)
    }
}

/// `at` in the name of a file, as clocks in `zone` showed it.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y%m%d-%H%M%S").to_string()
}
