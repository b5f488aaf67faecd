//! What the store has of a publisher's series: what was judged before this hub's start, or a while ago.

use std::fmt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::core::{Reading, Series};
use crate::store::Sqlite;

/// A reader of the store's file, beside whoever writes there. Without one, nothing is known.
#[derive(Default)]
pub(in crate::hub) struct Stored(Option<Sqlite>);

impl Stored {
    /// Of the file at `path`. Where it cannot be read, nothing is known: readings are judged without it.
    pub fn open(path: &Path) -> Self {
        Self(Sqlite::open_reader(path).ok())
    }

    /// The time of the newest reading of `series`.
    pub fn newest(&self, series: &Series) -> Option<Timestamp> {
        let latest = self.0.as_ref()?.latest(series).ok()??;
        Some(latest.last.observed_at)
    }

    /// The reading of `series` at `at`.
    pub fn reading(&self, series: &Series, at: Timestamp) -> Option<Reading> {
        let after = at.checked_add(SignedDuration::from_millis(1)).ok()?;
        let found = self.0.as_ref()?.readings(series, at, after).ok()?;
        found.into_iter().find(|reading| reading.observed_at == at)
    }
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stored").field(&self.0.is_some()).finish()
    }
}
