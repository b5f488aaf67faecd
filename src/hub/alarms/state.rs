//! What the rest of the hub knows of alarms: page, health and metrics.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use crate::alarm::{Alarm, Kind, Subject};
use crate::locales::Text;
use crate::support::lock;
use crate::web::{OpenAlarm, OpenAlarms};

/// What is known now.
#[derive(Debug, Default)]
pub(in crate::hub) struct AlarmState {
    open: Mutex<Arc<OpenAlarms>>,
    troubles: Mutex<Troubles>,
    /// Attempts to send a letter that failed.
    failed: AtomicU64,
    /// Letters that wait, counted by channel.
    waiting: AtomicU64,
}

/// What is wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Troubles {
    /// With the book: that it fails, and what has happened to it.
    pub of_book: Vec<Text>,
    /// It fails now.
    pub failing: bool,
    /// Why the store cannot be looked at.
    pub unread: Option<Text>,
}

impl AlarmState {
    /// What is open, as every page knows it.
    pub fn open(&self) -> Arc<OpenAlarms> {
        lock(&self.open).clone()
    }

    /// How many are open of each kind.
    pub fn count(&self) -> BTreeMap<Kind, u64> {
        let mut count: BTreeMap<Kind, u64> = Kind::ALL.map(|kind| (kind, 0)).into();
        for alarm in &self.open().open {
            *count.entry(alarm.kind).or_default() += 1;
        }
        count
    }

    /// Why alarms are missing now; `None` where nothing is wrong.
    pub fn trouble(&self) -> Option<Text> {
        let troubles = lock(&self.troubles).clone();
        let of_book = troubles.of_book.into_iter().filter(|_| troubles.failing);
        let all: Vec<Text> = of_book.chain(troubles.unread).collect();
        (!all.is_empty()).then(|| Text::clauses(all))
    }

    /// What has happened to the book, though it works now.
    pub fn warning(&self) -> Option<Text> {
        let troubles = lock(&self.troubles).clone();
        let happened = !troubles.failing && !troubles.of_book.is_empty();
        happened.then(|| Text::clauses(troubles.of_book))
    }

    pub fn failed(&self) -> u64 {
        self.failed.load(Relaxed)
    }

    pub fn waiting(&self) -> u64 {
        self.waiting.load(Relaxed)
    }

    pub(super) fn note_failure(&self) {
        self.failed.fetch_add(1, Relaxed);
    }

    pub(super) fn note_waiting(&self, waiting: usize) {
        self.waiting.store(waiting as u64, Relaxed);
    }

    /// Notes what is open and what is wrong.
    pub(super) fn note<'a>(&self, open: impl Iterator<Item = &'a Alarm>, troubles: Troubles) {
        let mut open: Vec<&Alarm> = open.collect();
        gravest_first(&mut open, |alarm| alarm);
        let all: Vec<Text> = troubles.of_book.iter().chain(&troubles.unread).cloned().collect();
        let incomplete = if all.is_empty() { Text::default() } else { Text::clauses(all) };
        let open = OpenAlarms { open: open.into_iter().map(shown).collect(), incomplete };
        *lock(&self.troubles) = troubles;
        let mut known = lock(&self.open);
        if **known != open {
            *known = Arc::new(open);
        }
    }
}

/// Sorts alarms: the gravest first, and of equal ones those first that nobody has acknowledged, then the oldest.
pub(super) fn gravest_first<T>(alarms: &mut [T], of: impl Fn(&T) -> &Alarm) {
    alarms.sort_by_key(|one| {
        let alarm = of(one);
        let gravity = std::cmp::Reverse(alarm.key.kind.gravity());
        (gravity, alarm.acknowledged.is_some(), alarm.raised_at, alarm.id)
    });
}

fn shown(alarm: &Alarm) -> OpenAlarm {
    OpenAlarm {
        id: alarm.id,
        kind: alarm.key.kind,
        station: match &alarm.key.subject {
            Subject::Station(station) => Some(station.clone()),
            _ => None,
        },
        name: alarm.name.clone(),
        said: alarm.said.clone(),
        raised_at: alarm.raised_at,
        acknowledged: alarm.acknowledged.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm::Key;

    #[test]
    fn what_is_open_is_known_with_the_gravest_first_and_why_some_may_be_missing() {
        let state = AlarmState::default();
        let alarm = |id: i64, kind, station: &str| Alarm {
            id,
            key: Key { kind, subject: Subject::Station(station.parse().unwrap()) },
            name: Text::verbatim(station),
            said: Text::default(),
            value: None,
            limit: None,
            raised_at: jiff::Timestamp::from_second(id).unwrap(),
            told: None,
            acknowledged: None,
            escalated_at: None,
            cleared: None,
            clear_told: None,
        };
        let all = [
            alarm(1, Kind::StationSilent, "pond-1"),
            alarm(2, Kind::Dry, "pond-2"),
            alarm(3, Kind::StationSilent, "pond-3"),
        ];
        let said = || Text::verbatim("disk full");
        let failing = Troubles { of_book: vec![said()], failing: true, unread: None };
        state.note(all.iter(), failing.clone());
        let open: Vec<i64> = state.open().open.iter().map(|alarm| alarm.id).collect();
        assert_eq!(open, [2, 1, 3]);
        assert_eq!(state.open().incomplete.to_string(), "disk full");
        assert_eq!((state.trouble().is_some(), state.warning().is_some()), (true, false));
        state.note(all.iter(), Troubles { failing: false, ..failing });
        assert_eq!((state.trouble().is_some(), state.warning().is_some()), (false, true));
        assert_eq!(
            state.open().incomplete.to_string(),
            "disk full",
            "the list lacks what was there"
        );
        state.note(all.iter(), Troubles { unread: Some(said()), ..Troubles::default() });
        assert_eq!(state.trouble().unwrap().to_string(), "disk full");
        let count = state.count();
        assert_eq!((count[&Kind::StationSilent], count[&Kind::DiskFull]), (2, 0));
        state.note([].iter(), Troubles::default());
        assert!(state.open().open.is_empty() && state.trouble().is_none());
    }
}
