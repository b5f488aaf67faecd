//! One bus: the task that owns its endpoint and polls its devices in turn.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::BusSettings;
use super::caller::{Caller, Habits, Line};
use super::device::{Contact, Device};
use super::dtu::DtuDesk;
use super::errand::{ERRANDS_MAX, ErrandDesk};
use super::health::{Health, ProbeBudget, State};
use super::learned::Learned;
use super::link::Link;
use super::schedule::{Mode, Rhythm, Schedule};
use super::stats::{BusStats, BusWatch};
use crate::core::{Flag, Reading, Reason};
use crate::device::Profile;
use crate::support::{Clock, chance};

/// On a bus that is polled without a pause: how often a device that is not asked makes readings that say so, and how long the
/// bus rests after a poll that nobody answered. Engineering judgement: polls that ask nobody take no time, and would fill the
/// spool with what is known.
const REST: Duration = Duration::from_secs(1);

/// What a bus shares with the rest of the gateway.
#[derive(Clone)]
pub struct BusContext {
    /// The clock.
    pub clock: Clock,
    /// How often everything is polled.
    pub mode: watch::Receiver<Mode>,
    /// What devices refuse.
    pub learned: Arc<Learned>,
}

/// A bus with its devices.
pub struct Bus {
    name: String,
    caller: Caller,
    mode: watch::Receiver<Mode>,
    schedule: Schedule,
    rhythms: Vec<Rhythm>,
    /// Which rhythms are due; reused.
    due: Vec<bool>,
    devices: Vec<Device>,
    /// Of the line to all of them.
    line: Health,
    budget: ProbeBudget,
    desk: ErrandDesk,
    /// When the last poll began, by the time that the clock has run.
    begun: Duration,
    /// No poll before: the last brought nothing.
    rest_until: Option<Timestamp>,
    /// When readings were last made of devices that are not asked, by the time that the clock has run.
    unasked_at: Option<Duration>,
    /// How many readings the last poll made.
    usual: usize,
}

impl Bus {
    /// A bus as `settings` describe it, with the profiles that its devices follow; `dtu` where the connections of its terminal
    /// arrive, if it has one.
    ///
    /// # Errors
    /// Names the device whose profile is not among `profiles`.
    pub fn new(
        settings: &BusSettings,
        profiles: &BTreeMap<String, Profile>,
        context: &BusContext,
        dtu: Option<DtuDesk>,
    ) -> Result<Self, String> {
        Self::on(
            Line::Link(Box::new(Link::new(settings, dtu, context.clock.clone()))),
            settings,
            profiles,
            context,
            chance::unit,
        )
    }

    pub(super) fn on(
        line: Line,
        settings: &BusSettings,
        profiles: &BTreeMap<String, Profile>,
        context: &BusContext,
        chance: fn() -> f64,
    ) -> Result<Self, String> {
        let mut rhythms = Vec::new();
        let devices = settings.devices.iter().enumerate().map(|(place, device)| {
            let learned = context.learned.clone();
            Device::new(settings, device, place, profiles, learned, &mut rhythms)
        });
        let devices: Vec<Device> = devices.collect::<Result<_, _>>()?;
        let mode = context.mode.clone();
        let schedule = Schedule::new(&rhythms, *mode.borrow());
        let (desk, errands) = mpsc::channel(ERRANDS_MAX);
        let watch = BusWatch::new(&settings.name, settings.devices.iter().map(|d| d.unit));
        for (unit, device) in watch.counted().units.iter_mut().zip(&devices) {
            unit.lessons = device.lessons();
        }
        for (unit, gap) in context.learned.gaps(&settings.name) {
            let mut counted = watch.counted();
            let known = counted.units.iter_mut().find(|known| known.unit == unit);
            if let Some(known) = known {
                known.gap = gap;
            }
        }
        let habits = Habits {
            timeout: Duration::from_millis(settings.timeout_ms),
            gaps: settings.devices.iter().map(|d| (d.unit, d.gap())).collect(),
            retries: settings.retries,
            chance,
        };
        let caller = Caller::new(
            line,
            context.clock.member(),
            errands,
            habits,
            context.learned.clone(),
            watch,
        );
        let longest = devices.iter().map(Device::timeout).max().unwrap_or_default();
        let interval = rhythms.iter().map(|rhythm| rhythm.normal_s).max();
        let interval = Duration::from_secs(interval.unwrap_or_default().into());
        Ok(Self {
            name: settings.name.clone(),
            caller,
            mode,
            schedule,
            rhythms,
            due: Vec::new(),
            devices,
            line: Health::new(settings.health),
            budget: ProbeBudget::new(interval, longest),
            desk,
            begun: Duration::ZERO,
            rest_until: None,
            unasked_at: None,
            usual: 0,
        })
    }

    /// Where single requests are handed in. They are made between two requests of a poll, one at a time, and between polls.
    pub fn desk(&self) -> ErrandDesk {
        self.desk.clone()
    }

    /// Where can be seen how the bus and its devices do.
    pub fn watch(&self) -> BusWatch {
        self.caller.watch()
    }

    /// The longest of its usual intervals.
    pub fn longest_interval(&self) -> Duration {
        let longest = self.rhythms.iter().map(|rhythm| rhythm.normal_s).max();
        Duration::from_secs(longest.unwrap_or_default().into())
    }

    /// Name, as configured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// When the next poll begins; in the past where it is due. Absent where there is nothing to poll.
    pub fn next_due(&mut self) -> Option<Timestamp> {
        let now = self.caller.clock().now();
        let mode = *self.mode.borrow_and_update();
        self.schedule.set_mode(mode, now);
        let due = self.schedule.next(now)?;
        // A clock that was set back must not prolong the rest.
        let rest = self.rest_until.filter(|until| *until <= now + REST);
        Some(rest.map_or(due, |rest| rest.max(due)))
    }

    /// Waits until points are due; the first poll is made at once. Polls fall on the wall clock's multiples of their intervals.
    /// Cancel safe.
    pub async fn due(&mut self) {
        // Where polls follow each other without a pause, others of the thread get their turn here.
        tokio::task::yield_now().await;
        loop {
            let due = self.next_due().unwrap_or(Timestamp::MAX);
            if due <= self.caller.clock().now() {
                break;
            }
            self.caller.wait(due, &mut self.mode).await;
        }
    }

    /// Waits until points are due, and polls them. Dropped half-way, what it has read is lost.
    #[cfg(test)]
    pub async fn poll_next(&mut self, stats: &BusStats) -> Vec<Reading> {
        self.due().await;
        self.poll_due(stats).await
    }

    /// Polls the points that are due. Dropped half-way, what it has read is lost.
    pub async fn poll_due(&mut self, stats: &BusStats) -> Vec<Reading> {
        let (now, begun) = (self.caller.clock().now(), self.caller.clock().uptime());
        let since = begun.saturating_sub(self.begun);
        let missed = self.schedule.take(now, since, &mut self.due);
        self.begun = begun;
        let due = std::mem::take(&mut self.due);
        let steady = self.caller.clock().steady().await;
        let readings = self.poll(&due).await;
        drop(steady);
        self.due = due;
        let missing = readings.iter().filter(|r| r.flag == Flag::Missing).count();
        stats.missed_ticks.fetch_add(missed, Relaxed);
        stats.polls.fetch_add(1, Relaxed);
        stats.readings.fetch_add(readings.len() as u64, Relaxed);
        stats.missing.fetch_add(missing as u64, Relaxed);
        let (busy, line) = (self.caller.take_busy(), self.line.state());
        let now = self.caller.clock().uptime();
        self.caller.count(|counted| {
            counted.polls += 1;
            counted.missed_ticks += missed;
            counted.line = line;
            counted.share.add(busy, now);
        });
        readings
    }

    /// Polls what is due: first the devices that are there, then it probes those that are not.
    async fn poll(&mut self, due: &[bool]) -> Vec<Reading> {
        let mut readings = Vec::with_capacity(self.usual);
        let continuous = self.continuous(due);
        let begun = self.caller.clock().uptime();
        let told = self.unasked_at.is_some_and(|at| begun.saturating_sub(at) < REST);
        let tells = !(continuous && told);
        let mut unreachable = self.line.state() == State::Offline && begun < self.line.probe_at();
        let mut answered = false;
        let mut offline = Vec::new();
        let mut unasked = false;
        for (index, device) in self.devices.iter_mut().enumerate() {
            if !device.is_due(due) {
                continue;
            }
            if unreachable {
                unasked = true;
                if tells {
                    let at = self.caller.clock().now();
                    device.unasked(due, Some(Reason::Unreachable), at, &mut readings);
                }
            } else if device.health().state() == State::Offline {
                offline.push(index);
            } else {
                let contact = device.poll(&mut self.caller, due, &mut readings).await;
                answered |= contact == Contact::Answered;
                unreachable |= self.line.reached(contact, begun, &self.caller, &self.name);
            }
        }
        let probe_at = |index: &usize| self.devices.get(*index).map(|d| d.health().probe_at());
        offline.sort_by_key(probe_at);
        for index in offline {
            let Some(device) = self.devices.get_mut(index) else {
                continue;
            };
            let now = self.caller.clock().uptime();
            let may = !unreachable
                && device.health().probe_at() <= now
                && self.budget.allows(now, device.timeout());
            if may {
                let contact = device.probe(&mut self.caller, due).await;
                let took = self.caller.clock().uptime().saturating_sub(now);
                self.budget.spent(took);
                unreachable |= self.line.reached(contact, now, &self.caller, &self.name);
                if contact == Contact::Answered {
                    answered = true;
                    device.poll(&mut self.caller, due, &mut readings).await;
                    continue;
                }
            }
            unasked = true;
            if tells {
                let reason = unreachable.then_some(Reason::Unreachable);
                let at = self.caller.clock().now();
                device.unasked(due, reason, at, &mut readings);
            }
        }
        if unasked && tells {
            self.unasked_at = Some(begun);
        }
        let rests = continuous && !answered;
        self.rest_until = rests.then(|| self.caller.clock().now() + REST);
        self.usual = readings.len();
        readings
    }

    /// Whether what is due is polled without a pause.
    fn continuous(&self, due: &[bool]) -> bool {
        let mode = *self.mode.borrow();
        let mut rhythms = self.rhythms.iter().zip(due);
        rhythms.any(|(rhythm, due)| *due && rhythm.interval_s(mode) == 0)
    }
}

impl Health {
    /// Of a line: what contact with one of its devices says of it. Returns whether it could not be reached.
    fn reached(&mut self, contact: Contact, begun: Duration, caller: &Caller, bus: &str) -> bool {
        let now = caller.clock().uptime();
        match contact {
            Contact::Unasked => false,
            Contact::Answered | Contact::Silent => {
                if self.succeeded() == Some(State::Offline) {
                    tracing::info!(bus, "the bus can be reached again");
                }
                false
            }
            Contact::Unreachable => {
                let before = self.failed(begun, now, caller.chance());
                if before.is_some() && self.state() == State::Offline {
                    tracing::warn!(bus, "the bus cannot be reached: it is only tried now and then");
                }
                true
            }
        }
    }
}

#[cfg(test)]
#[path = "bus_tests.rs"]
mod tests;
