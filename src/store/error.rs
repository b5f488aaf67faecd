//! Why the store fails.

use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot open the store {path}; its directory must exist and be writable")]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error(
        "the store {path} has layout {found}, this program knows {known}; use the version that wrote it, or for a lower \
         number let hanqing hub open it once"
    )]
    Layout { path: PathBuf, found: i64, known: i64 },
    /// Reading or writing failed; a commit that failed left nothing behind.
    #[error("the store failed")]
    Storage(#[from] rusqlite::Error),
    /// The file holds what this program never writes.
    #[error("the store holds what cannot be read: {0}")]
    Corrupt(String),
    #[error(
        "the store {path} is damaged: {found}; stop the hub, keep the file, and bring back a copy with hanqing restore"
    )]
    Damaged { path: PathBuf, found: String },
    #[error("the server {url}: {problem}")]
    Server {
        url: String,
        problem: String,
        /// How long it asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// A commit by a wrong clock would be filed under a wrong time.
    #[error("this machine's clock says {0}, which cannot be; set it")]
    Clock(Timestamp),
    #[error(
        "the quarantine holds {0} sets of readings and has no room for more; see hanqing quarantine list"
    )]
    QuarantineFull(u64),
    #[error("{path} is in use; stop hanqing hub and every command that works on it, then repeat")]
    InUse { path: PathBuf },
    /// The thread that owns the file is gone.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    pub(super) fn corrupt(problem: impl Display) -> Self {
        Self::Corrupt(problem.to_string())
    }

    /// A server's fault, which says nothing of when to come again.
    #[cfg(feature = "influx")]
    pub(super) fn server(url: &str, problem: impl Into<String>) -> Self {
        Self::Server { url: url.into(), problem: problem.into(), retry_after: None }
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
