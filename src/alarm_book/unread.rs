//! Rows of the file that cannot be read: they are passed over, counted and named in the log; the others count.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;

use rusqlite::Error;

/// Rows that are told from others; beyond them none is counted. Engineering judgement: a tenth of all that are kept.
const ROWS_MAX: usize = 10_000;

/// The rows that could not be read since the file was opened.
#[derive(Debug, Default)]
pub(super) struct Unread(RefCell<BTreeSet<String>>);

impl Unread {
    pub fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Notes that the row `name` cannot be read, and says so once.
    pub fn note(&self, name: String, why: impl Display) {
        let mut known = self.0.borrow_mut();
        if known.len() < ROWS_MAX && !known.contains(&name) {
            tracing::error!(row = name, %why, "a row of the file of alarms cannot be read");
            known.insert(name);
        }
    }

    /// What was read of the row `name`; `None` where what is in it is of another type than it should be.
    ///
    /// # Errors
    /// The file failed.
    pub fn pass<T>(&self, name: String, read: Result<T, Error>) -> Result<Option<T>, Error> {
        match read {
            Ok(row) => Ok(Some(row)),
            Err(error) if is_of_row(&error) => {
                self.note(name, error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether an error is of one value alone. SQLite lets any type stand in a column whose table was declared otherwise
/// once, and bytes that are no UTF-8 in a text.
fn is_of_row(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::InvalidColumnType(..)
            | Error::Utf8Error(..)
    )
}
