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

    /// Whether the file itself is not as it should be, so that waiting does not help: SQLite says that it is damaged or
    /// no database, or the book has found so itself.
    pub(super) fn is_damage(&self) -> bool {
        let damaged = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];
        matches!(self, Self::Spoilt { .. })
            || self.code().is_some_and(|code| damaged.contains(&code))
    }

    /// Whether the file may have been changed by somebody, so that it is to be looked at anew: a table is not there, or
    /// a rule refuses what was right when the file was opened.
    pub(super) fn is_doubt(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::Unknown | ErrorCode::ConstraintViolation))
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Open { source, .. } | Self::Sql(source) => source.sqlite_error_code(),
            _ => None,
        }
    }
}
