//! A statement, what it is compared with, and why there is none.

use std::sync::Arc;

use jiff::Timestamp;

use super::accounts::{Deeds, Read};
use crate::account::Entry;
use crate::core::Period;
use crate::figures::Statement;
use crate::hub::report::waiting_events;
use crate::ledger::Mark;
use crate::locales::{Text, page_report as words};

/// A statement, and what it was made from.
#[derive(Debug)]
pub(in crate::hub) struct Stated {
    pub statement: Statement,
    /// When its readings were read from the store.
    pub read_at: Timestamp,
    /// The drought events that its rows name, in order of time.
    pub events: Vec<Period>,
    /// What people had done to readings then.
    pub deeds: Deeds,
    /// Which ledger it was made from.
    pub ledger: Mark,
    pub(super) parts: Vec<Arc<Read>>,
}

/// A statement as it stands, beside the same with other rows, both of the same readings: whatever differs comes from
/// the rows. In the place of one that has no period it says why.
#[derive(Debug, Clone)]
pub(in crate::hub) struct Pair {
    pub as_it_stands: Result<Arc<Stated>, Text>,
    pub with: Result<Arc<Stated>, Text>,
}

/// A statement as it stands, beside the same in which all that waits is reviewed; `None` where nothing waits.
pub(in crate::hub) type BesideReviewed = (Arc<Stated>, Option<Arc<Stated>>);

/// Why there is no statement, besides files that cannot be read.
#[derive(Debug, thiserror::Error)]
pub(in crate::hub) enum Unstated {
    #[error("{}", words::too_busy())]
    Busy,
    /// The ledger names no drought event.
    #[error("{0}")]
    NoPeriod(Text),
}

impl Pair {
    /// Whether accounts of the same days were read of one instant of the store.
    pub(super) fn is_together(&self) -> bool {
        let (Ok(one), Ok(other)) = (&self.as_it_stands, &self.with) else { return true };
        let mut pairs = one.parts.iter().flat_map(|part| {
            let same = other.parts.iter().filter(|other| other.period == part.period);
            same.map(move |other| (part, other))
        });
        pairs.all(|(one, other)| Arc::ptr_eq(one, other) || one.is_together(other))
    }
}

/// A statement; why there is none, where it is that there is no period.
pub(super) fn or_why(
    stated: anyhow::Result<Arc<Stated>>,
) -> anyhow::Result<Result<Arc<Stated>, Text>> {
    match stated {
        Ok(stated) => Ok(Ok(stated)),
        Err(error) => match error.downcast::<Unstated>()? {
            Unstated::NoPeriod(why) => Ok(Err(why)),
            Unstated::Busy => Err(Unstated::Busy.into()),
        },
    }
}

/// Why a report has no days: no drought event is in force.
pub(super) fn no_event(pending: &[Entry]) -> Text {
    let waiting = waiting_events(pending);
    if waiting.is_empty() { words::no_event() } else { words::no_event_yet(Text::list(waiting)) }
}
