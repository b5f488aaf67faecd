//! How far the book has come, in a small file beside it: it tells an older copy of the book, such as one of a backup,
//! from the book itself. Both have the number of the last commit that wrote letters; the book has it in its header.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::support::files;

/// Bytes of the file: it has two numbers.
const BYTES_MAX: u64 = 1024;

/// How far the book has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Reached {
    /// The number of the last commit that wrote letters, or what became of them.
    pub writes: i32,
    /// Until then letters were tried: one that is no newer may have been sent, whatever an older copy says.
    pub tried: Option<Timestamp>,
}

impl Reached {
    /// What the file beside the book at `path` says; nothing where there is none, or none that can be read.
    pub fn read(path: &Path) -> Self {
        let read = files::read_regular(&place(path), BYTES_MAX).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Writes it beside the book at `path`. Where that fails an older copy will not be told from the book.
    pub fn write(&self, path: &Path) {
        let written = serde_json::to_vec(self).map_err(std::io::Error::other);
        let written = written.and_then(|bytes| files::replace(&place(path), &bytes));
        if let Err(error) = written {
            tracing::warn!(%error, "cannot note how far the file of alarms has come");
        }
    }
}

fn place(path: &Path) -> PathBuf {
    files::with_suffix(path, ".reached")
}
