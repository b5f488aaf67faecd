//! Errors of the file of alarms.

use std::io;
use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::schema::LAYOUT;
use crate::locales::{Text, alarm as words, foreign, support};
use crate::support::owner::OwnerGone;

/// Why the file of alarms could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AlarmsError {
    #[error("{}", words::cannot_open(path))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{}", words::newer(path, *found, LAYOUT))]
    Newer { path: PathBuf, found: i64 },
    /// What SQLite reads in it is not as it was written, or somebody has added to it what changes rows unseen.
    #[error("{}", words::spoilt(path))]
    Spoilt { path: PathBuf },
    #[error("{}", words::failed())]
    Sql(#[from] rusqlite::Error),
    #[error("{}", words::cannot_set_aside(path))]
    SetAside { path: PathBuf, source: io::Error },
    #[error("{}", words::no_thread())]
    Thread(#[source] io::Error),
    #[error(transparent)]
    Gone(#[from] OwnerGone),
}

impl AlarmsError {
    /// What it was and what was behind it, for persons.
    pub fn in_words(&self) -> Text {
        match self {
            Self::Open { path, source } => {
                Text::chain([words::cannot_open(path), foreign::sqlite(source)])
            }
            Self::Newer { path, found } => words::newer(path, *found, LAYOUT),
            Self::Spoilt { path } => words::spoilt(path),
            Self::Sql(source) => foreign::sqlite(source),
            Self::SetAside { path, source } => {
                Text::chain([words::cannot_set_aside(path), foreign::io(source)])
            }
            Self::Thread(source) => Text::chain([words::no_thread(), foreign::io(source)]),
            Self::Gone(_) => support::thread_gone(),
        }
    }

    /// Whether the file itself is not as it should be, so that waiting does not help.
    pub(super) fn is_damage(&self) -> bool {
        let source = match self {
            Self::Spoilt { .. } => return true,
            Self::Open { source, .. } | Self::Sql(source) => source,
            _ => return false,
        };
        match source.sqlite_error_code() {
            // Unknown: of a table or column that is not there.
            Some(code) => matches!(
                code,
                ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ConstraintViolation
                    | ErrorCode::Unknown
            ),
            None => true,
        }
    }
}
