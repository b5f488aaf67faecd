//! Why the store fails.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::locales::{Text, store as words};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}", words::cannot_open(path))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{}", words::other_layout(path, *found, *known))]
    Layout { path: PathBuf, found: i64, known: i64 },
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

    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

pub(super) fn instant(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(StoreError::corrupt)
}
