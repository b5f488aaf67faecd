//! One bus: owns its line and polls its devices in turn.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::BusSettings;
use super::context::BusContext;
use super::device::{Contact, Device};
use super::dtu::DtuSlot;
use super::health::{Health, HealthState, ProbeBudget};
use super::link::Link;
use super::master::BusMaster;
use super::request::{AD_HOC_REQUESTS_MAX, RequestSender};
use super::schedule::{Mode, PollInterval, Schedule};
use super::stats::{BusCounts, BusStats, BusWatch};
use crate::core::{Flag, Reading, Reason};
use crate::locales::Text;

/// On a bus that is polled without a pause: how often devices that are not asked get missing readings, and the pause
/// after a poll that nobody answered. Engineering judgement: such polls take no time and would fill the spool.
const REST: Duration = Duration::from_secs(1);

/// A bus with its devices.
pub struct Bus {
    name: String,
    master: BusMaster,
    mode: watch::Receiver<Mode>,
    schedule: Schedule,
    intervals: Vec<PollInterval>,
    /// Which intervals are due; reused.
    due: Vec<bool>,
    devices: Vec<Device>,
    line: Health,
    budget: ProbeBudget,
    requests: RequestSender,
    /// The uptime at which the last poll began.
    begun: Duration,
    /// No poll before this time, since nobody answered the last one.
    rest_until: Option<Timestamp>,
    /// The uptime at which missing readings were last made of devices that are not asked.
    missing_at: Option<Duration>,
    /// Readings of the last poll: the capacity for the next.
    reading_count: usize,
}

impl Bus {
    /// The bus that `settings` describe. A terminal's connections come through `dtu`. Fails if a profile is unknown.
    pub fn new(
        settings: &BusSettings,
        context: &BusContext<'_>,
        dtu: Option<DtuSlot>,
    ) -> Result<Self, Text> {
        Self::with_link(Link::new(settings, dtu, context.clock.clone()), settings, context)
    }

    pub(super) fn with_link(
        link: Link,
        settings: &BusSettings,
        context: &BusContext<'_>,
    ) -> Result<Self, Text> {
        let mut intervals = Vec::new();
        let devices = (0..).zip(&settings.devices);
        let devices: Vec<Device> = devices
            .map(|(index, device)| Device::new(settings, (index, device), context, &mut intervals))
            .collect::<Result<_, _>>()?;
        let watch = BusWatch::new(&settings.name, settings.devices.iter().map(|d| d.unit));
        for (unit, device) in watch.counters().units.iter_mut().zip(&devices) {
            unit.set_quirks(&device.quirks());
        }
        for (unit, gap) in context.quirks.gaps(&settings.name) {
            let mut counters = watch.counters();
            if let Some(known) = counters.units.iter_mut().find(|known| known.report.unit == unit) {
                known.set_gap(gap);
            }
        }
        let (requests, ad_hoc) = mpsc::channel(AD_HOC_REQUESTS_MAX);
        let longest_probe = devices.iter().map(Device::timeout).max().unwrap_or_default();
        Ok(Self {
            name: settings.name.clone(),
            master: BusMaster::new(link, settings, context, ad_hoc, watch),
            mode: context.mode.clone(),
            schedule: Schedule::new(&intervals, *context.mode.borrow()),
            due: Vec::new(),
            devices,
            line: Health::new(settings.health),
            budget: ProbeBudget::new(longest(&intervals), longest_probe),
            intervals,
            requests,
            begun: Duration::ZERO,
            rest_until: None,
            missing_at: None,
            reading_count: 0,
        })
    }

    /// Takes ad-hoc requests. They are made one at a time, between two requests of a poll and between polls.
    pub fn request_sender(&self) -> RequestSender {
        self.requests.clone()
    }

    pub fn watch(&self) -> BusWatch {
        self.master.watch()
    }

    /// The longest of its normal intervals.
    pub fn longest_interval(&self) -> Duration {
        longest(&self.intervals)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// When the next poll begins, in the past where it is due already; `None` where there is nothing to poll.
    pub fn next_due(&mut self) -> Option<Timestamp> {
        let now = self.master.clock().now();
        let mode = *self.mode.borrow_and_update();
        self.schedule.set_mode(mode, now);
        let due = self.schedule.next_tick(now)?;
        // A clock that was set back must not prolong the rest.
        let rest = self.rest_until.filter(|until| *until <= now + REST);
        Some(rest.map_or(due, |rest| rest.max(due)))
    }

    /// Waits until points are due: first at once, then at the wall clock's multiples of their intervals. Cancel safe.
    pub async fn due(&mut self) {
        // Where polls follow each other without a pause, this lets other tasks of the thread run.
        tokio::task::yield_now().await;
        loop {
            let due = self.next_due().unwrap_or(Timestamp::MAX);
            if due <= self.master.clock().now() {
                break;
            }
            self.master.wait(due, &mut self.mode).await;
        }
    }

    #[cfg(test)]
    pub async fn poll_next(&mut self, stats: &BusStats) -> Vec<Reading> {
        self.due().await;
        self.poll_due(stats).await
    }

    /// Polls the points that are due. If it is dropped half-way, the values read so far are lost.
    pub async fn poll_due(&mut self, stats: &BusStats) -> Vec<Reading> {
        let (now, begun) = (self.master.clock().now(), self.master.clock().uptime());
        let since = begun.saturating_sub(self.begun);
        let missed = self.schedule.take_due(now, since, &mut self.due);
        self.begun = begun;
        let due = std::mem::take(&mut self.due);
        let steady = self.master.clock().hold_steady().await;
        let readings = self.poll(&due).await;
        drop(steady);
        self.due = due;
        let missing = readings.iter().filter(|r| r.flag == Flag::Missing).count();
        stats.add(BusCounts {
            polls: 1,
            readings: readings.len() as u64,
            missing: missing as u64,
            missed_ticks: missed,
        });
        let (busy, line) = (self.master.take_busy(), self.line.state());
        let now = self.master.clock().uptime();
        self.master.count(|counters| {
            counters.report.polls += 1;
            counters.report.missed_ticks += missed;
            counters.report.line = line;
            counters.busy.add(busy, now);
        });
        readings
    }

    /// Polls what is due: first the devices that answer; then it probes those that do not.
    async fn poll(&mut self, due: &[bool]) -> Vec<Reading> {
        let clock = self.master.clock().clone();
        let mut readings = Vec::with_capacity(self.reading_count);
        let continuous = self.continuous(due);
        let begun = clock.uptime();
        let recent = self.missing_at.is_some_and(|at| begun.saturating_sub(at) < REST);
        let report_missing = !(continuous && recent);
        let mut unreachable =
            self.line.state() == HealthState::Offline && begun < self.line.probe_at();
        let (mut answered, mut not_asked) = (false, false);
        let mut offline = Vec::new();
        for (index, device) in self.devices.iter_mut().enumerate() {
            if !device.is_due(due) {
                continue;
            }
            if unreachable {
                not_asked = true;
                if report_missing {
                    let reason = Some(Reason::Unreachable);
                    device.add_missing(due, reason, clock.now(), &mut readings);
                }
            } else if device.health().state() == HealthState::Offline {
                offline.push(index);
            } else {
                let contact = device.poll(&mut self.master, due, &mut readings).await;
                answered |= contact == Contact::Answered;
                unreachable |=
                    update_line(&mut self.line, contact, begun, &self.master, &self.name);
            }
        }
        let probe_at = |index: &usize| self.devices.get(*index).map(|d| d.health().probe_at());
        offline.sort_by_key(probe_at);
        for index in offline {
            let Some(device) = self.devices.get_mut(index) else {
                continue;
            };
            let now = clock.uptime();
            let may_probe = !unreachable
                && device.health().probe_at() <= now
                && self.budget.allows(now, device.timeout());
            if may_probe {
                let contact = device.probe(&mut self.master, due).await;
                let took = clock.uptime().saturating_sub(now);
                self.budget.spent(took);
                unreachable |= update_line(&mut self.line, contact, now, &self.master, &self.name);
                if contact == Contact::Answered {
                    answered = true;
                    device.poll(&mut self.master, due, &mut readings).await;
                    continue;
                }
            }
            not_asked = true;
            if report_missing {
                let reason = unreachable.then_some(Reason::Unreachable);
                device.add_missing(due, reason, clock.now(), &mut readings);
            }
        }
        if not_asked && report_missing {
            self.missing_at = Some(begun);
        }
        let rests = continuous && !answered;
        self.rest_until = rests.then(|| clock.now() + REST);
        self.reading_count = readings.len();
        readings
    }

    /// Whether any of what is due is polled without a pause.
    fn continuous(&self, due: &[bool]) -> bool {
        let mode = *self.mode.borrow();
        let mut intervals = self.intervals.iter().zip(due);
        intervals.any(|(interval, due)| *due && interval.interval_s(mode) == 0)
    }
}

fn longest(intervals: &[PollInterval]) -> Duration {
    let longest_s = intervals.iter().map(|interval| interval.normal_s).max();
    Duration::from_secs(longest_s.unwrap_or_default().into())
}

/// Updates the health of the line by the contact with one of its devices. Returns whether the line was unreachable.
fn update_line(
    line: &mut Health,
    contact: Contact,
    begun: Duration,
    master: &BusMaster,
    bus: &str,
) -> bool {
    match contact {
        Contact::NotAsked => false,
        Contact::Answered | Contact::Silent => {
            if line.succeeded() == Some(HealthState::Offline) {
                tracing::info!(bus, "bus is reachable again");
            }
            false
        }
        Contact::Unreachable => {
            let before = line.failed(begun, master.clock().uptime(), master.random());
            if before.is_some() && line.state() == HealthState::Offline {
                tracing::warn!(bus, "bus is unreachable: it is only probed from now on");
            }
            true
        }
    }
}

#[cfg(test)]
#[path = "bus_tests.rs"]
mod tests;
