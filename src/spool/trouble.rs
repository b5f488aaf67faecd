//! Why a spool's file cannot be written.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::ErrorCode;
use serde::{Deserialize, Serialize};

use super::schema::SpoolError;
use crate::locales::{Text, spool as words};
use crate::support::files::with_suffix;

/// Why the file cannot be written for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    DiskFull,
    /// The file or its file system is read-only.
    ReadOnly,
    /// The storage device or the file system fails.
    Device,
    /// It was deleted, and no new one can be made.
    Gone,
    /// Another lies in its place.
    Exchanged,
    Other,
}

impl Trouble {
    /// The cause of `error`, met at the spool at `path`.
    pub(super) fn of(error: &SpoolError, path: &Path) -> Self {
        match error.code() {
            _ if error.is_full(path) => Self::DiskFull,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure) if became_read_only(path) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Device,
            _ => Self::Other,
        }
    }

    /// Every cause, for a metric that lists them.
    pub const ALL: [Self; 6] =
        [Self::DiskFull, Self::ReadOnly, Self::Device, Self::Gone, Self::Exchanged, Self::Other];

    /// Whether the spool's file is not in its place, though it can be written.
    pub(super) fn is_of_place(self) -> bool {
        matches!(self, Self::Gone | Self::Exchanged)
    }

    /// Id in messages and metrics.
    pub fn id(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "read_only",
            Self::Device => "device",
            Self::Gone => "gone",
            Self::Exchanged => "exchanged",
            Self::Other => "other",
        }
    }

    /// The name that people read.
    pub fn name(self) -> Text {
        match self {
            Self::DiskFull => words::disk_full(),
            Self::ReadOnly => words::read_only(),
            Self::Device => words::device(),
            Self::Gone => words::gone(),
            Self::Exchanged => words::exchanged(),
            Self::Other => words::other_trouble(),
        }
    }
}

/// Whether the kernel made the file system of the spool at `path` read-only, which SQLite reports as a device failure.
fn became_read_only(path: &Path) -> bool {
    // Not the file itself: closing it would drop SQLite's locks on it. SQLite holds none on the log.
    let opened = File::options().append(true).open(with_suffix(path, "-wal"));
    opened.is_err_and(|error| error.kind() == ErrorKind::ReadOnlyFilesystem)
}
