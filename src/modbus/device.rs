//! One device on a bus: polls its points, and keeps its health and its quirks.

mod blocks;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::block_check::BlockChecks;
use super::context::BusContext;
use super::costs::terms;
use super::error::ReadError;
use super::failure_log::FailureLog;
use super::health::{Health, HealthState};
use super::master::{BusMaster, RequestOptions};
use super::plans::{DuePlan, PlanCache};
use super::points::DevicePoint;
use super::poll_results::PollResults;
use super::quirks::{Quirk, QuirkKind, QuirkStore};
use super::refusals::Refusals;
use super::schedule::PollInterval;
use super::split::{registers, split};
use super::{BusSettings, DeviceSettings};
use crate::core::{Reading, Reason};
use crate::device::{Planned, Point, Request, Run, Terms};
use crate::locales::{Text, modbus as words};

/// The first and the longest pause before the requests of a device that refuses everything are split again. As for
/// single registers; its planned requests are still made in each poll.
const SPLIT_PAUSE_FIRST: Duration = Duration::from_secs(60);
const SPLIT_PAUSE_MOST: Duration = Duration::from_secs(3600);

/// How long a device has to have been offline for its blocks to be checked again when it is back. Engineering
/// judgement: nobody replaces a device, or its firmware, in less.
const AWAY_LONG: Duration = Duration::from_secs(3600);

/// A device, between polls.
pub(super) struct Device {
    bus: Arc<str>,
    name: String,
    options: RequestOptions,
    points: Vec<DevicePoint>,
    /// The terms of its plans, without quirks.
    base: Terms,
    refusals: Refusals,
    checks: BlockChecks,
    quirks: Arc<QuirkStore>,
    plans: PlanCache,
    /// Index of a poll's first request: the one after the last unanswered, so that a dead one costs the others nothing.
    first: usize,
    health: Health,
    results: PollResults,
    logged: FailureLog,
    /// Why it could not be read when it last failed; before it has, the reason of silence.
    failed_reason: Reason,
    /// The uptime at which it went offline, while it is.
    offline_since: Option<Duration>,
    /// While it refuses everything: the next pause, and until when its requests are not split.
    split_pause: Option<(Duration, Duration)>,
}

/// What the devices of a bus have in common.
#[derive(Default)]
pub(super) struct Common {
    pub(super) intervals: Vec<PollInterval>,
    /// The points of each profile, by its id.
    pub(super) points: BTreeMap<String, Vec<Arc<Point>>>,
}

/// The outcome of polling or probing a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    Answered,
    Silent,
    /// Its bus was unreachable.
    Unreachable,
    /// There was nothing to ask for.
    NotAsked,
}

impl Device {
    /// The `index`th device of `bus`. Adds what is new of it to what the devices of the bus have in `common`. Fails if
    /// its profile is unknown.
    pub(super) fn new(
        bus: &BusSettings,
        (index, settings): (usize, &DeviceSettings),
        context: &BusContext<'_>,
        common: &mut Common,
    ) -> Result<Self, Text> {
        let unit = settings.unit;
        let profile = context.profiles.get(&settings.profile);
        let profile = profile.ok_or_else(|| words::profile_missing(unit, &settings.profile))?;
        let Common { intervals, points: shared } = common;
        let mut interval_index = |point: &Point| {
            let interval = settings.poll_interval(bus, point.parameter);
            let known = intervals.iter().position(|known| *known == interval);
            known.unwrap_or_else(|| {
                intervals.push(interval);
                intervals.len() - 1
            })
        };
        let shared = shared
            .entry(profile.id.clone())
            .or_insert_with(|| profile.points.iter().cloned().map(Arc::new).collect());
        let point = |given: &Point| {
            let place = profile.points.iter().position(|point| std::ptr::eq(point, given));
            let known = place.and_then(|place| shared.get(place)).cloned();
            known.unwrap_or_else(|| Arc::new(given.clone()))
        };
        let points: Vec<DevicePoint> = settings
            .gives(profile)
            .map(|given| DevicePoint {
                series: given.series,
                point: point(given.point),
                adjust: given.adjust,
                curve: given.curve.cloned(),
                interval: interval_index(given.point),
            })
            .collect();
        let refusals =
            Refusals::new(context.quirks.quirks(&bus.name, unit), |run| needs(&points, run));
        Ok(Self {
            bus: bus.name.as_str().into(),
            name: format!("unit {unit} ({} at {})", profile.id, settings.station),
            options: RequestOptions {
                index,
                unit,
                timeout: Duration::from_millis(settings.timeout_ms.unwrap_or(bus.timeout_ms)),
                gap: settings.gap(),
            },
            results: PollResults::new(points.iter().map(|p| p.point.parts().len())),
            points,
            base: terms(bus, settings, profile),
            refusals,
            checks: BlockChecks::default(),
            quirks: context.quirks.clone(),
            plans: PlanCache::default(),
            first: 0,
            health: Health::new(bus.health),
            logged: FailureLog::default(),
            failed_reason: Reason::Timeout,
            offline_since: None,
            split_pause: None,
        })
    }

    pub(super) fn health(&self) -> &Health {
        &self.health
    }

    pub(super) fn timeout(&self) -> Duration {
        self.options.timeout
    }

    pub(super) fn quirks(&self) -> Vec<Quirk> {
        self.refusals.quirks()
    }

    pub(super) fn is_due(&self, due: &[bool]) -> bool {
        self.points.iter().any(|point| point.is_due(due))
    }

    /// Reads the points that are due. After the first silence it stops: each request would cost another timeout.
    pub(super) async fn poll(
        &mut self,
        master: &mut BusMaster,
        due: &[bool],
        readings: &mut Vec<Reading>,
    ) -> Contact {
        let begun = master.clock().uptime();
        if self.refusals.start_trials(begun) {
            self.plans.clear();
            if self.refusals.on_trial() {
                self.checks.forget();
            }
        }
        let plan = self.take_plan(due);
        self.results.clear(master.clock().now());
        let mut round = Round { begun, ..Round::default() };
        let count = plan.planned.len();
        for (index, planned) in plan.planned.iter().enumerate().cycle().skip(self.first).take(count)
        {
            self.read_planned(master, planned, &mut round).await;
            if round.just_fell_silent() {
                self.first = (index + 1) % count;
            }
        }
        if round.silent.is_none() {
            self.first = 0;
        }
        self.doubt_believed(master, &plan.planned, &mut round).await;
        for part in &plan.left_out {
            self.retry_refused(master, part, &mut round).await;
        }
        for index in &plan.points {
            readings.extend(self.reading(*index));
        }
        let changed = self.record_quirks(&mut round) || round.disproved;
        if changed {
            let quirks = self.quirks();
            master.count_unit(self.options.index, |unit, _| unit.set_quirks(&quirks));
        }
        self.put_back_plan(plan, changed);
        self.log_failure(round.failed.as_ref(), begun);
        self.update_health(&round, master)
    }

    /// Makes one planned request, and splits it where it is refused.
    async fn read_planned(&mut self, master: &mut BusMaster, planned: &Planned, round: &mut Round) {
        if let Some(error) = &round.silent {
            let at = master.clock().now();
            return self.results.mark_missing(&planned.slots, error.reason(), at);
        }
        round.asked = true;
        if self.distrusts(planned, round) {
            return self.read_apart(master, planned, round).await;
        }
        let error = match self.request(master, planned).await {
            Ok(words) => return self.store_checked(master, planned, words, round).await,
            Err(error) => error,
        };
        let at = master.clock().now();
        round.answered |= error.answered();
        self.results.mark_missing(&planned.slots, error.reason(), at);
        let several = planned.slots.len() > 1;
        let pausing = self.split_pause.is_some_and(|(_, until)| master.clock().uptime() < until);
        if error.refused() && several && !pausing {
            let split = split(master, self.options, planned, &mut self.results).await;
            round.got_registers |= split.got_registers;
            round.quirks.extend(split.quirks);
            round.failed = split.silent.clone();
            round.silent = split.silent;
            if split.got_registers || round.silent.is_some() {
                return;
            }
        } else if error.refused() {
            let hole = Quirk { kind: QuirkKind::Hole, run: Run::from(planned.request) };
            round.quirks.extend((!several).then_some(hole));
        } else if error.silent() {
            round.silent = Some(error.clone());
        }
        round.failed = Some(error);
    }

    /// Requests a part that lies in a hole, if it is due to be tried again.
    async fn retry_refused(&mut self, master: &mut BusMaster, part: &Planned, round: &mut Round) {
        let run = Run::from(part.request);
        if round.silent.is_some() || !self.refusals.may_retry(&run, round.begun) {
            return;
        }
        round.asked = true;
        let outcome = self.request(master, part).await;
        let now = master.clock().now();
        match outcome {
            Ok(words) => self.store_checked(master, part, words, round).await,
            Err(error) => {
                round.answered |= error.answered();
                self.results.mark_missing(&part.slots, error.reason(), now);
                if error.refused() {
                    self.refusals.still_refused(&run, round.begun);
                } else if error.silent() {
                    round.silent = Some(error);
                }
            }
        }
    }

    /// Stores the answer to a request, and removes the quirks that it disproves.
    fn store(&mut self, planned: &Planned, words: &[u16], at: Timestamp, round: &mut Round) {
        self.results.store(&planned.slots, 0, words, at);
        round.got_registers = true;
        round.answered = true;
        for quirk in self.refusals.disprove(&Run::from(planned.request)) {
            let what = registers(&quirk.run);
            tracing::info!(bus = &*self.bus, device = self.name, "{what}: no longer refused");
            round.disproved = true;
        }
    }

    /// Makes the cheapest request that is planned, to see if the device answers.
    pub(super) async fn probe(&mut self, master: &mut BusMaster, due: &[bool]) -> Contact {
        let plan = self.take_plan(due);
        let cost = |request: &Request| self.base.costs.of(*request);
        let all = plan.planned.iter().chain(&plan.left_out).map(Self::probing);
        let cheapest = all.min_by(|a, b| cost(a).total_cmp(&cost(b)));
        self.put_back_plan(plan, false);
        let Some(cheapest) = cheapest else {
            return Contact::NotAsked;
        };
        let begun = master.clock().uptime();
        let mut round = Round { begun, asked: true, ..Round::default() };
        match master.read_once(self.options, cheapest).await {
            Ok(_) => round.answered = true,
            Err(error) => {
                round.answered = error.answered();
                round.silent = Some(error.clone()).filter(ReadError::silent);
                round.failed = Some(error);
            }
        }
        self.update_health(&round, master)
    }

    /// Adds missing readings for what is due, as the device is not asked: with `reason`, or that of its last failure.
    pub(super) fn add_missing(
        &self,
        due: &[bool],
        reason: Option<Reason>,
        at: Timestamp,
        readings: &mut Vec<Reading>,
    ) {
        let reason = reason.unwrap_or(self.failed_reason);
        let due = self.points.iter().filter(|point| point.is_due(due));
        readings.extend(
            due.map(|point| Reading::missing(point.series.clone(), at, reason, Vec::new())),
        );
    }

    /// It is due and not asked, as its line cannot be opened.
    pub(super) fn count_lost(&self, master: &BusMaster) {
        master.count_unit(self.options.index, |unit, _| unit.record_lost());
    }

    /// Its line cannot be opened, whether it is due or not.
    pub(super) fn line_lost(&mut self) {
        self.health.lost();
    }

    fn update_health(&mut self, round: &Round, master: &BusMaster) -> Contact {
        let now = master.clock().uptime();
        if !round.asked {
            return Contact::NotAsked;
        }
        // Nothing is asked after a silence, so it was the last failure.
        if let Some(error) = round.silent.as_ref().or(round.failed.as_ref()) {
            self.failed_reason = error.reason();
        }
        if round.answered && !self.health.seen() {
            let (unit, parameters) = (self.options.unit, self.points.len());
            let (bus, device) = (&*self.bus, self.name.as_str());
            tracing::info!(bus, unit, device, parameters, "device answers for the first time");
        }
        let (before, contact) = if round.answered {
            (self.health.succeeded(), Contact::Answered)
        } else if matches!(round.silent, Some(ReadError::Unreachable { .. })) {
            return Contact::Unreachable;
        } else {
            (self.health.failed(round.begun, now, master.random()), Contact::Silent)
        };
        let (state, shown) = (self.health.state(), self.health.of_device());
        match (before, state) {
            (Some(_), HealthState::Offline) => {
                self.offline_since = Some(now);
                tracing::warn!(
                    bus = &*self.bus,
                    device = self.name,
                    "device is offline: it is only probed from now on"
                );
            }
            (Some(HealthState::Offline), HealthState::Online) => {
                tracing::info!(bus = &*self.bus, device = self.name, "device is back online");
                let since = self.offline_since.take();
                if since.is_some_and(|since| now.saturating_sub(since) >= AWAY_LONG) {
                    self.checks.forget();
                }
            }
            _ => {}
        }
        let went_well = round.got_registers && round.failed.is_none() && round.silent.is_none();
        master.count_unit(self.options.index, |unit, now| {
            if went_well {
                unit.went_well();
            }
            let unit = &mut unit.report;
            unit.show(shown, now);
            unit.answered_at = if round.answered { Some(now) } else { unit.answered_at };
            unit.polls += 1;
        });
        contact
    }

    /// Records the quirks that a round has found; none where the device refused everything: then it is not ready, or
    /// has another profile. Returns whether the plans change.
    fn record_quirks(&mut self, round: &mut Round) -> bool {
        let now = round.begun;
        if !round.got_registers {
            let expired = self.split_pause.is_none_or(|(_, until)| until <= now);
            if expired && !round.quirks.is_empty() {
                let pause = self.split_pause.map_or(SPLIT_PAUSE_FIRST, |(pause, _)| pause);
                self.split_pause = Some(((pause * 2).min(SPLIT_PAUSE_MOST), now + pause));
            }
            return false;
        }
        self.split_pause = None;
        let (mut changed, mut save) = (false, round.disproved);
        for quirk in round.quirks.drain(..) {
            changed = true;
            let needed = quirk.kind == QuirkKind::Hole && needs(&self.points, &quirk.run);
            if !self.refusals.record(quirk, needed, now) {
                continue;
            }
            save = true;
            log_quirk(&self.bus, &self.name, &quirk, needed);
        }
        if save {
            self.quirks.set(&self.bus, self.options.unit, &self.refusals.quirks());
        }
        changed
    }

    /// The terms of its plans, with its quirks.
    fn terms(&self) -> Terms {
        self.refusals.terms(&self.base)
    }

    fn take_plan(&mut self, due: &[bool]) -> DuePlan {
        let terms = || self.refusals.terms(&self.base);
        self.plans.take(due, &self.points, terms)
    }

    /// Puts a plan back, or drops all plans where their terms have changed.
    fn put_back_plan(&mut self, plan: DuePlan, changed: bool) {
        if changed {
            self.plans.clear();
            self.first = 0;
        } else {
            self.plans.put_back(plan);
        }
    }

    fn reading(&self, index: usize) -> Option<Reading> {
        let point = self.points.get(index)?;
        let reading = self.results.with_point(index, |parts, at| match parts {
            Ok(parts) => point.reading(at, parts),
            Err(reason) => Reading::missing(point.series.clone(), at, reason, Vec::new()),
        });
        Some(reading)
    }

    /// Logs a failure when its reason changes, each once an hour.
    fn log_failure(&mut self, failed: Option<&ReadError>, now: Duration) {
        if !self.logged.is_new(failed.map(ReadError::reason), now) {
            return;
        }
        let (bus, device) = (&*self.bus, self.name.as_str());
        match failed {
            Some(error) => tracing::warn!(bus, device, %error, "cannot read the device"),
            None => tracing::info!(bus, device, "device can be read again"),
        }
    }
}

/// Logs a new quirk, with its effect. `needed` tells whether a point needs one of its registers.
fn log_quirk(bus: &str, device: &str, quirk: &Quirk, needed: bool) {
    let what = registers(&quirk.run);
    match quirk.kind {
        QuirkKind::Hole if needed => {
            tracing::warn!(
                bus,
                device,
                "the device refuses {what}; other registers are still read"
            );
        }
        QuirkKind::Hole => tracing::warn!(
            bus,
            device,
            "the device refuses {what}, which no point needs; requests avoid it from now on"
        ),
        QuirkKind::Seam => tracing::warn!(
            bus,
            device,
            "the device refuses {what} in one request; the first and the last are read separately from now on"
        ),
        QuirkKind::Single => tracing::warn!(
            bus,
            device,
            "the device answers {what} in one request otherwise than when they are read alone; \
             each value is read alone from now on"
        ),
    }
}

fn needs(points: &[DevicePoint], run: &Run) -> bool {
    points.iter().flat_map(|p| p.point.parts()).any(|part| Run::from(part).touches(run))
}

/// What happens in one poll of a device.
#[derive(Default)]
struct Round {
    /// Uptime.
    begun: Duration,
    asked: bool,
    /// Any request was answered, even if by an exception.
    answered: bool,
    got_registers: bool,
    /// Set once the device fell silent.
    silent: Option<ReadError>,
    silence_handled: bool,
    failed: Option<ReadError>,
    quirks: Vec<Quirk>,
    /// Something that was refused is no longer, or the terms of the plans have changed otherwise.
    disproved: bool,
    /// A block was found to be wrong: all others are read part by part.
    apart: bool,
    /// The blocks with several parts that were believed.
    believed: Vec<Request>,
}

impl Round {
    /// Whether the device, not its bus, has fallen silent since the last call.
    fn just_fell_silent(&mut self) -> bool {
        let unreachable = matches!(self.silent, Some(ReadError::Unreachable { .. }));
        self.silent.is_some() && !unreachable && !std::mem::replace(&mut self.silence_handled, true)
    }
}
