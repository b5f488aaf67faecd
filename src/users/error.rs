//! Errors of the users' file.

use std::io;
use std::path::PathBuf;

use super::schema::LAYOUT;
use crate::locales::{Text, users as words};
use crate::support::owner::OwnerGone;

/// Why the users' file could not be read or written. Nothing of the failed call was written.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    #[error("{}", words::cannot_open(path))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{}", words::newer(path, *found, LAYOUT))]
    Newer { path: PathBuf, found: i64 },
    #[error("{}", words::foreign_triggers(path, Text::list(names)))]
    ForeignTriggers { path: PathBuf, names: Vec<String> },
    #[error("{}", words::failed())]
    Sql(#[from] rusqlite::Error),
    #[error("{}", words::no_thread())]
    Thread(#[source] io::Error),
    #[error("{}", words::no_random_numbers())]
    Random,
    #[error("{}", words::no_hash())]
    Hash,
    #[error(transparent)]
    Gone(#[from] OwnerGone),
}
