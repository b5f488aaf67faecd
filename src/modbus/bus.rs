//! One bus: owns its line and polls its devices in turn.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};

use super::BusSettings;
use super::context::BusContext;
use super::device::{Common, Contact, Device};
use super::dtu::DtuSlot;
use super::health::{Health, HealthState, ProbeBudget};
use super::link::Link;
use super::master::BusMaster;
use super::request::{AD_HOC_REQUESTS_MAX, RequestSender};
use super::schedule::{Mode, PollInterval, Schedule};
use super::stats::{BusCounts, BusStats, BusWatch};
use crate::core::{Flag, Reading, Reason};
use crate::locales::{Text, modbus as words};

/// On a bus that is polled without a pause: how often devices that are not asked get missing readings, and the pause
/// after a poll that nobody answered. Engineering judgement: such polls take no time and would fill the spool.
const REST: Duration = Duration::from_secs(1);

/// The longest pause before a line is tried again: a serial port, which the machine knows to be there or not; a server
/// that refused at once, within [`AT_ONCE`]. Neither delays anything. Engineering judgement.
const LOOK_AT_PORT: Duration = Duration::from_secs(5);
const ASK_AGAIN: Duration = Duration::from_secs(30);
const AT_ONCE: Duration = Duration::from_millis(100);

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
    /// It is a serial port of this machine.
    local: bool,
    /// What to do where the line cannot be opened.
    way_out: Text,
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
        let link = Link::new(settings, dtu.clone(), context.clock.clone());
        let bus = Self::with_link(link, settings, context)?;
        bus.watch().counters().terminal = dtu;
        Ok(bus)
    }

    pub(super) fn with_link(
        link: Link,
        settings: &BusSettings,
        context: &BusContext<'_>,
    ) -> Result<Self, Text> {
        let mut common = Common::default();
        let devices = (0..).zip(&settings.devices);
        let devices: Vec<Device> = devices
            .map(|(index, device)| Device::new(settings, (index, device), context, &mut common))
            .collect::<Result<_, _>>()?;
        let Common { intervals, .. } = common;
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
            local: settings.serial.is_some(),
            way_out: way_out(settings),
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
        self.count_poll(missed);
        readings
    }

    /// Counts a poll that has just ended, before which so many ticks were missed, and shows how line and devices are.
    fn count_poll(&mut self, missed_ticks: u64) {
        let (busy, line) = (self.master.take_busy(), self.line.of_line());
        let fails = matches!(line, HealthState::Suspect | HealthState::Unreachable);
        let problem = if fails { self.problem() } else { None };
        if fails {
            self.devices.iter_mut().for_each(Device::line_lost);
        }
        let (now, uptime) = (self.master.clock().now(), self.master.clock().uptime());
        let states = self.devices.iter().map(|device| device.health().of_device().on(line));
        let numbers = self.master.numbering();
        self.master.count(|counters| {
            counters.report.polls += 1;
            counters.report.numbers = numbers;
            counters.report.missed_ticks += missed_ticks;
            counters.report.show(line, now);
            counters.report.problem = problem;
            counters.busy.add(busy, uptime);
            for (unit, state) in counters.units.iter_mut().zip(states) {
                unit.report.show(state, now);
            }
        });
    }

    /// Why the line could not be opened last, and what to do.
    fn problem(&self) -> Option<Text> {
        let cause = self.master.unreachable()?.clone();
        Some(Text::clauses([cause, self.way_out.clone()]))
    }

    /// Polls what is due: first the devices that answer; then it probes those that do not.
    async fn poll(&mut self, due: &[bool]) -> Vec<Reading> {
        let clock = self.master.clock().clone();
        let line_before = self.line.of_line();
        let mut readings = Vec::with_capacity(self.reading_count);
        let continuous = self.continuous(due);
        let begun = clock.uptime();
        let recent = self.missing_at.is_some_and(|at| begun.saturating_sub(at) < REST);
        let report_missing = !(continuous && recent);
        let mut unreachable =
            self.line.state() == HealthState::Offline && begun < self.line.probe_at();
        let (mut answered, mut not_asked) = (false, false);
        let mut offline = Vec::new();
        let local = self.local;
        for (index, device) in self.devices.iter_mut().enumerate() {
            if !device.is_due(due) {
                continue;
            }
            if unreachable {
                not_asked = true;
                device.count_lost(&self.master);
                if report_missing {
                    let reason = Some(Reason::Unreachable);
                    device.add_missing(due, reason, clock.now(), &mut readings);
                }
            } else if device.health().state() == HealthState::Offline {
                offline.push(index);
            } else {
                let asked = clock.uptime();
                let contact = device.poll(&mut self.master, due, &mut readings).await;
                answered |= contact == Contact::Answered;
                let times = (begun, clock.uptime().saturating_sub(asked));
                unreachable |= update_line(&mut self.line, contact, times, local, &self.master);
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
                let times = (now, took);
                unreachable |= update_line(&mut self.line, contact, times, local, &self.master);
                if contact == Contact::Answered {
                    answered = true;
                    device.poll(&mut self.master, due, &mut readings).await;
                    continue;
                }
            } else if unreachable {
                device.count_lost(&self.master);
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
        self.log_line(line_before);
        let rests = continuous && !answered;
        self.rest_until = rests.then(|| clock.now() + REST);
        self.reading_count = readings.len();
        readings
    }

    /// Logs that the line has become unreachable in a poll, or can be opened again.
    fn log_line(&self, before: HealthState) {
        let (bus, line) = (self.name.as_str(), self.line.of_line());
        let is = |state| state == HealthState::Unreachable;
        if is(line) && !is(before) {
            let problem = self.problem().unwrap_or_default();
            tracing::warn!(bus, "bus is unreachable, with all its devices: {problem}");
        } else if is(before) && !is(line) {
            tracing::info!(bus, "bus is reachable again");
        }
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

/// Updates the health of a line, which may be `local`, by the contact with one of its devices: when the poll of it
/// began, and how long it took. Returns whether the line was unreachable.
fn update_line(
    line: &mut Health,
    contact: Contact,
    (begun, took): (Duration, Duration),
    local: bool,
    master: &BusMaster,
) -> bool {
    match contact {
        Contact::NotAsked => false,
        Contact::Answered | Contact::Silent => {
            line.succeeded();
            false
        }
        Contact::Unreachable => {
            let most = match local {
                true => LOOK_AT_PORT,
                false if took <= AT_ONCE => ASK_AGAIN,
                false => Duration::MAX,
            };
            line.failed_cheaply(begun, master.clock().uptime(), (master.random(), most));
            true
        }
    }
}

/// What to do where the line of `settings` cannot be opened.
fn way_out(settings: &BusSettings) -> Text {
    if settings.serial.is_some() {
        words::way_out_serial()
    } else if settings.dtu.is_some() {
        words::way_out_terminal()
    } else {
        words::way_out_server()
    }
}

#[cfg(test)]
#[path = "bus_tests.rs"]
mod tests;
