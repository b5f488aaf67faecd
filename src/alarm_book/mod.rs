//! The book of alarms: what was raised, told, acknowledged and cleared, and the letters that are still to be sent, in a
//! file of its own beside the store.
//!
//! A thread owns the file (`keeper`), the hub shares its handle ([`AlarmBook`]); `hanqing alarm` has the file open
//! beside it ([`AlarmsFile`]). *Invariant:* what a look has changed and the letters that tell of it are one commit.
//! *Invariant:* while the file cannot be written, alarms and letters are kept in memory, are sent all the same, and are
//! written as soon as that works. *Invariant:* a spoilt file is renamed, never deleted.

mod error;
mod file;
mod handle;
mod held;
mod keeper;
mod outbox;
mod reached;
mod rows;
mod schema;
mod testing;
mod unread;

pub use error::AlarmsError;
pub use file::AlarmsFile;
pub use handle::AlarmBook;
pub use keeper::{Resumed, Trouble};
pub use outbox::{Delivery, Due, Failure, LetterRow, State};
pub use schema::LAYOUTS;
pub use testing::{TEST_PAUSE, TestPlace};

use std::collections::BTreeMap;

use crate::alarm::{Acknowledged, Alarm};

/// What came of acknowledging.
#[derive(Debug, Clone, PartialEq)]
pub enum Acknowledgement {
    Done,
    /// Somebody was faster.
    Already(Acknowledged),
    /// There is no such alarm, or it has ended.
    NotOpen,
}

/// Acknowledges the open alarm `id`, and what it implies of the same subject. Returns the ids that have changed.
fn acknowledge(
    alarms: &mut BTreeMap<i64, Alarm>,
    id: i64,
    acknowledged: &Acknowledged,
) -> (Acknowledgement, Vec<i64>) {
    let Some(alarm) = alarms.get(&id).filter(|alarm| alarm.is_open()) else {
        return (Acknowledgement::NotOpen, Vec::new());
    };
    if let Some(before) = &alarm.acknowledged {
        return (Acknowledgement::Already(before.clone()), Vec::new());
    }
    let key = alarm.key.clone();
    let mut changed = Vec::new();
    for (other, alarm) in alarms.iter_mut().filter(|(_, alarm)| alarm.is_open()) {
        let implied =
            alarm.key.subject == key.subject && key.kind.implies().contains(&alarm.key.kind);
        if (*other == id || implied) && alarm.acknowledged.is_none() {
            alarm.acknowledged = Some(acknowledged.clone());
            changed.push(*other);
        }
    }
    (Acknowledgement::Done, changed)
}

#[cfg(test)]
mod tests;
