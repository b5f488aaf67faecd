//! The people who drink from sources that are low.

use serde::Serialize;

use super::SourceState;
use crate::water::{Status, Township};

/// The people who drink from tanks and other sources that serve persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Drinking {
    /// Behind sources at 旱警 or worse.
    pub persons_low: u32,
    pub sources_low: u32,
    /// Behind sources whose status is not known.
    pub persons_unknown: u32,
    pub sources_unknown: u32,
    pub persons: u32,
}

/// The people behind sources of `township` that are low, by their last `states`.
pub(super) fn drinking<'a>(
    township: &Township,
    states: impl Iterator<Item = &'a SourceState> + Clone,
) -> Drinking {
    let mut found = Drinking::default();
    for station in township.stations.iter().filter(|station| station.kind.is_source()) {
        let Some(persons) = station.serves_persons.filter(|persons| *persons > 0) else {
            continue;
        };
        found.persons = found.persons.saturating_add(persons);
        let state = states.clone().find(|state| state.id == station.id);
        match state.and_then(|state| state.status) {
            Some(status) if status >= Status::Warn => {
                found.persons_low = found.persons_low.saturating_add(persons);
                found.sources_low += 1;
            }
            Some(_) => {}
            None => {
                found.persons_unknown = found.persons_unknown.saturating_add(persons);
                found.sources_unknown += 1;
            }
        }
    }
    found
}
