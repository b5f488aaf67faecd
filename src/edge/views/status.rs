//! What a view tells of itself.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::locales::Text;
use crate::spool::{ViewPlace, ViewPlaces};
use crate::support::lock;

/// The state of a view, for `hanqing status` and the metrics.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ViewStatus {
    pub name: String,
    /// When the current connection to its broker was made.
    pub connected_since: Option<Timestamp>,
    /// Why there is no connection.
    pub problem: Option<Text>,
    /// Readings that its broker has not confirmed.
    pub backlog: u64,
    /// Readings that it has lost since it was first configured: too many waited, or the spool had no room.
    pub lost: u64,
    /// Readings since the start that its format has no way to carry.
    pub not_carried: u64,
    /// When its broker last confirmed readings.
    pub confirmed_at: Option<Timestamp>,
}

/// Shows what a view does.
#[derive(Clone)]
pub struct ViewWatch {
    /// What the view's task has noted.
    noted: Arc<Mutex<ViewStatus>>,
    places: ViewPlaces,
    index: usize,
}

impl ViewWatch {
    /// For the view `name`, which has this number in the spool.
    pub(super) fn of(name: &str, index: usize, places: ViewPlaces) -> Self {
        let status = ViewStatus { name: name.into(), ..ViewStatus::default() };
        Self { noted: Arc::new(Mutex::new(status)), places, index }
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut ViewStatus)) {
        note(&mut lock(&self.noted));
    }

    pub fn status(&self) -> ViewStatus {
        let ViewPlace { backlog, lost, .. } = self.places.of(self.index);
        ViewStatus { backlog, lost, ..lock(&self.noted).clone() }
    }
}
