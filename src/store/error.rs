//! Why the store fails.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::ErrorCode;

use crate::locales::{Text, store as words};
use crate::support::files;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}", not_opened(path, source))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{}", other_layout(path, *found, *known))]
    Layout { path: PathBuf, found: i64, known: i64 },
    /// A file of an older layout stays as it was.
    #[error("{}", words::not_upgraded(path))]
    Upgrade { path: PathBuf, source: rusqlite::Error },
    /// Reading or writing failed; a commit that failed left nothing behind.
    #[error("{}", words::failed())]
    Storage(#[from] rusqlite::Error),
    /// The file holds what this program never writes.
    #[error("{}", words::unreadable(.0))]
    Corrupt(Text),
    #[error("{}", words::damaged(path, found))]
    Damaged { path: PathBuf, found: Text },
    #[error("{}", words::server(url, problem))]
    Server {
        url: String,
        problem: Text,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// A commit by a wrong clock would be filed under a wrong time.
    #[error("{}", words::clock_cannot_be(.0.to_string()))]
    Clock(Timestamp),
    #[error("{}", words::in_use(path))]
    InUse { path: PathBuf },
    /// The file that is open is no longer the one at this path.
    #[error("{}", words::exchanged(path))]
    Exchanged { path: PathBuf },
    /// The thread that owns the file is gone.
    #[error("{}", words::closed())]
    Closed,
}

impl StoreError {
    /// What `error` says of a part of the file.
    pub(super) fn corrupt(error: impl Display) -> Self {
        Self::Corrupt(Text::verbatim(error))
    }

    /// A server's fault, which says nothing of when to come again.
    #[cfg(feature = "influx")]
    pub(super) fn server(url: &str, problem: Text) -> Self {
        Self::Server { url: url.into(), problem, retry_after: None }
    }

    /// Whether no further attempt of this process can succeed.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Exchanged { .. } | Self::Closed)
    }

    /// The same of the file at `path`, which was being brought up to date.
    pub(super) fn at_upgrade(self, path: &Path) -> Self {
        match self {
            Self::Storage(source) if !is_damage(&source) => {
                Self::Upgrade { path: path.into(), source }
            }
            other => other,
        }
    }

    /// The same of the file at `path`, which was being opened: damage that is found then is told with what to do.
    pub(super) fn at_opening(self, path: &Path) -> Self {
        match self {
            Self::Storage(source) if is_damage(&source) => Self::Open { path: path.into(), source },
            other => other,
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// Why the file cannot be opened is said after it; what is to be done is not the same for a file that is damaged.
fn not_opened(path: &Path, source: &rusqlite::Error) -> Text {
    if is_damage(source) {
        words::cannot_open_damaged(path)
    } else if !path.exists() && files::folder_of(path).is_dir() {
        words::cannot_open_missing(path)
    } else {
        words::cannot_open(path)
    }
}

fn other_layout(path: &Path, found: i64, known: i64) -> Text {
    match found > known {
        true => words::newer_layout(path, found, known),
        false => words::older_layout(path, found, known),
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

pub(super) fn instant(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(StoreError::corrupt)
}
