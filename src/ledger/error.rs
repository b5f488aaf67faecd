//! Errors of the ledger.

use std::path::PathBuf;

use super::schema::LAYOUT;

/// Why the ledger could not be read or written. Nothing of the failed call was written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot open the ledger {path}")]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error(
        "the ledger {path} has layout {found}, this program knows up to {LAYOUT}: update the program"
    )]
    Newer { path: PathBuf, found: i64 },
    #[error("the ledger failed {operation}")]
    Sql { operation: &'static str, source: rusqlite::Error },
    #[error("the ledger has no row {0}")]
    NoSuchRow(i64),
    #[error("row {row} is already superseded by row {by}: supersede row {by} instead")]
    AlreadySuperseded { row: i64, by: i64 },
    #[error("row {row} has the code {old}; a correction cannot change it to {new}")]
    OtherCode { row: i64, old: String, new: &'static str },
    #[error(
        "row {0} of the ledger differs; to correct it, move {0} from 行号 to 更正行号 and give the reason in 更正原因; for a new row, \
         empty 行号"
    )]
    Changed(i64),
    #[error("it corrects row {0}, which is not in the file: export with --all")]
    WithoutOld(i64),
    #[error("row {row} is superseded by row {by}: review row {by} instead")]
    Superseded { row: i64, by: i64 },
    #[error("row {row} was entered by {by}: another person must review it")]
    OwnRow { row: i64, by: String },
    #[error("row {row} of the ledger has an unreadable {column}: {text:?}")]
    Unreadable { row: i64, column: &'static str, text: String },
}

/// For `map_err`: names the failed `operation`, such as "to commit".
pub(super) fn sql(operation: &'static str) -> impl FnOnce(rusqlite::Error) -> LedgerError {
    move |source| LedgerError::Sql { operation, source }
}
