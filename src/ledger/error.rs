//! Errors of the ledger.

use std::path::PathBuf;

use super::codes::label;
use super::persons::PersonError;
use super::schema::LAYOUT;
use crate::account::EntryCode;
use crate::locales::{Text, ledger as words};

/// Why the ledger could not be read or written. Nothing of the failed call was written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("{}", words::cannot_open(path))]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("{}", words::newer(path, *found, LAYOUT))]
    Newer { path: PathBuf, found: i64 },
    #[error("{}", words::foreign_triggers(path, Text::list(names)))]
    ForeignTriggers { path: PathBuf, names: Vec<String> },
    #[error("{}", words::failed(operation))]
    Sql { operation: Text, source: rusqlite::Error },
    #[error("{}", words::no_such_row(*.0))]
    NoSuchRow(i64),
    #[error("{}", words::already_superseded(*row, *by))]
    AlreadySuperseded { row: i64, by: i64 },
    #[error("{}", words::other_code(*row, code_or_id(old), label(*new)))]
    OtherCode { row: i64, old: String, new: EntryCode },
    #[error("{}", words::changed(*.0))]
    Changed(i64),
    #[error("{}", words::other_value(*row, *held, *new))]
    OtherValue { row: i64, held: f64, new: f64 },
    /// A row is marked as a withdrawal and names none that it takes back.
    #[error("{}", words::nothing_withdrawn())]
    NothingWithdrawn,
    #[error("{}", words::without_old(*.0))]
    WithoutOld(i64),
    #[error("{}", words::superseded(*row, *by))]
    Superseded { row: i64, by: i64 },
    #[error("{}", words::own_row(*row, by))]
    OwnRow { row: i64, by: String },
    /// With a list of persons: nobody can say whether two persons were at work on the row.
    #[error("{}", words::nobody_of_the_list(*row, why.text()))]
    Unlisted { row: i64, why: PersonError },
    #[error("{}", words::unreadable(*row, *column, format!("{text:?}")))]
    Unreadable { row: i64, column: &'static str, text: String },
}

/// A code as the file has it, which a later version may have written.
fn code_or_id(id: &str) -> Text {
    EntryCode::from_id(id).map_or_else(|| Text::verbatim(id), label)
}

/// For `map_err`: names the failed `operation`, such as "to commit".
pub(super) fn sql(operation: fn() -> Text) -> impl FnOnce(rusqlite::Error) -> LedgerError {
    move |source| LedgerError::Sql { operation: operation(), source }
}
