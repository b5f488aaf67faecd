//! A clock that its driver moves forward: who sleeps on it, and who waits for an answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, oneshot};

use super::lock;

#[derive(Debug)]
pub(super) struct Stepped {
    state: Mutex<State>,
    pub(super) changed: Notify,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) now: Timestamp,
    /// By how much it has been advanced; steps do not count.
    pub(super) uptime: Duration,
    /// By the time until which each sleeps.
    pub(super) sleepers: BTreeMap<(Timestamp, u64), Sleeper>,
    /// Waits for answers, which the driver ends if no answer will come.
    pub(super) timeouts: BTreeMap<u64, oneshot::Sender<()>>,
    /// Requests that will not be answered, and whose waits have not been ended yet.
    pub(super) unanswered: usize,
    pub(super) members: BTreeSet<u64>,
    next_id: u64,
}

#[derive(Debug)]
pub(super) struct Sleeper {
    pub(super) wake: oneshot::Sender<()>,
    pub(super) member: Option<u64>,
}

impl State {
    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn busy(&mut self) -> usize {
        self.sleepers.retain(|_, sleeper| !sleeper.wake.is_closed());
        let asleep: BTreeSet<u64> = self.sleepers.values().filter_map(|s| s.member).collect();
        self.members.difference(&asleep).count()
    }
}

impl Stepped {
    pub(super) fn new(start: Timestamp) -> Self {
        let state = State {
            now: start,
            uptime: Duration::ZERO,
            sleepers: BTreeMap::new(),
            timeouts: BTreeMap::new(),
            unanswered: 0,
            members: BTreeSet::new(),
            next_id: 0,
        };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// A task that the driver of a stepped clock waits for, until this is dropped.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) clock: Arc<Stepped>,
    pub(super) id: u64,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.clock.state().members.remove(&self.id);
        self.clock.changed.notify_one();
    }
}

/// Advances a stepped clock.
#[derive(Debug)]
pub struct Driver(pub(super) Arc<Stepped>);

impl Driver {
    /// Waits until every member sleeps. Members that wait for an answer that will not come time out meanwhile.
    pub async fn all_asleep(&self) {
        loop {
            let changed = self.0.changed.notified();
            {
                let mut state = self.0.state();
                let busy = state.busy();
                if busy == 0 {
                    return;
                }
                // All awake members wait for an answer that will not come: nobody can do more at this time.
                if state.unanswered >= busy {
                    state.unanswered = 0;
                    for (_, timeout) in std::mem::take(&mut state.timeouts) {
                        // A wait that has been cancelled need not be ended.
                        let _cancelled = timeout.send(());
                    }
                }
            }
            changed.await;
        }
    }

    /// Advances the clock to `at` and wakes all sleepers until then. The clock never goes back.
    pub fn advance_to(&self, at: Timestamp) {
        let mut state = self.0.state();
        let later = state.now.max(at);
        let passed = Duration::try_from(later.duration_since(state.now)).unwrap_or_default();
        state.uptime += passed;
        state.now = later;
        while let Some(entry) = state.sleepers.first_entry() {
            if entry.key().0 > later {
                break;
            }
            // A sleeper that has been cancelled need not be woken.
            let _cancelled = entry.remove().wake.send(());
        }
    }
}

#[cfg(test)]
impl Driver {
    /// Sets the clock to `at`, forward or back; no time passes. Wakes all sleepers, since they have to read it again.
    pub fn step_to(&self, at: Timestamp) {
        let mut state = self.0.state();
        state.now = at;
        for (_, sleeper) in std::mem::take(&mut state.sleepers) {
            let _cancelled = sleeper.wake.send(());
        }
    }
}
