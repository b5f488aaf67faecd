//! Why a spool's file cannot be written.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::ErrorCode;
use serde::{Deserialize, Serialize};

use super::SpoolError;

/// Why the file cannot be written for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// There is no more room on the file system.
    DiskFull,
    /// The file system, or the file, can only be read.
    ReadOnly,
    /// The device or the file system fails.
    Device,
    /// Something else.
    Other,
}

impl Trouble {
    /// Of a failure of the spool at `path`.
    pub(super) fn of(error: &SpoolError, path: &Path) -> Self {
        match error.code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure) if became_read_only(path) => Self::ReadOnly,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => Self::Device,
            _ => Self::Other,
        }
    }

    /// All of them.
    pub const ALL: [Self; 4] = [Self::DiskFull, Self::ReadOnly, Self::Device, Self::Other];

    /// Id in messages and metrics.
    pub fn id(self) -> &'static str {
        match self {
            Self::DiskFull => "disk_full",
            Self::ReadOnly => "read_only",
            Self::Device => "device",
            Self::Other => "other",
        }
    }

    /// What a person is told.
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::DiskFull => "磁盘已满",
            Self::ReadOnly => "文件系统只读",
            Self::Device => "存储设备故障",
            Self::Other => "写入失败",
        }
    }
}

/// Whether the spool at `path` can no longer be written because the kernel has made its file system read-only, which SQLite
/// reports as a failure of the device.
fn became_read_only(path: &Path) -> bool {
    // Not the file itself: to close it would give up SQLite's locks on it. On the log there are none.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let opened = std::fs::File::options().append(true).open(log);
    opened.is_err_and(|error| error.kind() == ErrorKind::ReadOnlyFilesystem)
}
