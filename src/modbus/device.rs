//! One device on a bus: its points, what is planned for those that are due, and what asking it comes to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::caller::{Caller, Manner};
use super::costs::terms;
use super::harvest::Harvest;
use super::health::{Health, State};
use super::learned::{Learned, Lesson, LessonKind};
use super::link::ReadError;
use super::plans::{DuePlan, Plans};
use super::points::DevicePoint;
use super::refusals::Refusals;
use super::schedule::Rhythm;
use super::split::{registers, split};
use super::{BusSettings, DeviceSettings};
use crate::core::{Reading, Reason};
use crate::device::{Planned, Point, Profile, Run, Terms};

/// The pauses before a device that refuses everything is asked part by part again: the first, and the longest. As for single
/// registers; it is still asked as a whole in each poll.
const BARREN_FIRST: Duration = Duration::from_secs(60);
const BARREN_MOST: Duration = Duration::from_secs(3600);

/// A device, between polls.
pub(super) struct Device {
    /// Name of its bus.
    bus: Arc<str>,
    /// What logs call it.
    name: String,
    manner: Manner,
    points: Vec<DevicePoint>,
    /// What a plan has to keep to, without what was learned.
    base: Terms,
    refusals: Refusals,
    learned: Arc<Learned>,
    plans: Plans,
    /// Which request of a plan is made first: the one after that which was not answered last, so that a request that is never
    /// answered costs the others nothing.
    first: usize,
    health: Health,
    harvest: Harvest,
    /// The last failure that was reported, so that a device that stays dead is reported once.
    reported: Option<Reason>,
    /// Why it was silent last.
    lost: Reason,
    /// While it refuses everything: the pause before it is asked part by part again, and until when.
    barren: Option<(Duration, Duration)>,
}

/// What polling a device came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    /// It answered.
    Answered,
    /// It did not.
    Silent,
    /// Its bus could not be reached.
    Unreachable,
    /// There was nothing to ask for.
    Unasked,
}

impl Device {
    /// The device that `settings` describe, on `bus`, with what has been learned of it; new rhythms are added to `rhythms`.
    /// `place` is its place on the bus.
    ///
    /// # Errors
    /// Its profile is not among `profiles`.
    pub(super) fn new(
        bus: &BusSettings,
        settings: &DeviceSettings,
        place: usize,
        profiles: &BTreeMap<String, Profile>,
        learned: Arc<Learned>,
        rhythms: &mut Vec<Rhythm>,
    ) -> Result<Self, String> {
        let profile = profiles
            .get(&settings.profile)
            .ok_or_else(|| format!("unit {}: no profile {:?}", settings.unit, settings.profile))?;
        let mut rhythm = |point: &Point| {
            let rhythm = settings.rhythm(bus, point.parameter);
            let known = rhythms.iter().position(|known| *known == rhythm);
            known.unwrap_or_else(|| {
                rhythms.push(rhythm);
                rhythms.len() - 1
            })
        };
        let points: Vec<DevicePoint> = settings
            .observes(profile)
            .map(|(point, series)| DevicePoint {
                series,
                point: point.clone(),
                adjust: settings.adjust.get(&point.parameter).copied().unwrap_or_default(),
                rhythm: rhythm(point),
            })
            .collect();
        let parts = || points.iter().flat_map(|p| p.point.parts()).map(Run::from);
        let wanted = |run: &Run| parts().any(|part| part.touches(run));
        let refusals = Refusals::new(learned.of(&bus.name, settings.unit), wanted);
        Ok(Self {
            bus: bus.name.as_str().into(),
            name: format!("unit {} ({} at {})", settings.unit, profile.id, settings.station),
            manner: Manner {
                place,
                unit: settings.unit,
                timeout: Duration::from_millis(settings.timeout_ms.unwrap_or(bus.timeout_ms)),
                gap: settings.gap(),
            },
            harvest: Harvest::new(points.iter().map(|p| p.point.parts().len())),
            points,
            base: terms(bus, settings, profile),
            refusals,
            learned,
            plans: Plans::default(),
            first: 0,
            health: Health::new(bus.health),
            reported: None,
            lost: Reason::Timeout,
            barren: None,
        })
    }

    /// Its health.
    pub(super) fn health(&self) -> &Health {
        &self.health
    }

    /// How long it may take to answer.
    pub(super) fn timeout(&self) -> Duration {
        self.manner.timeout
    }

    /// What is known of its refusals.
    pub(super) fn lessons(&self) -> Vec<Lesson> {
        self.refusals.lessons()
    }

    /// Whether any of its points is polled in a rhythm that is due.
    pub(super) fn is_due(&self, due: &[bool]) -> bool {
        self.points.iter().any(|point| point.is_due(due))
    }

    /// Reads the points that are due. Once it has been silent, its other requests are not made: they would each cost the bus
    /// another timeout.
    pub(super) async fn poll(
        &mut self,
        caller: &mut Caller,
        due: &[bool],
        readings: &mut Vec<Reading>,
    ) -> Contact {
        let begun = caller.clock().uptime();
        if self.refusals.try_others(begun) {
            self.plans.clear();
        }
        let plan = self.take_plan(due);
        self.harvest.clear(caller.clock().now());
        let mut round = Round { begun, ..Round::default() };
        let count = plan.planned.len();
        for (index, planned) in plan.planned.iter().enumerate().cycle().skip(self.first).take(count)
        {
            self.make(caller, planned, &mut round).await;
            if round.fell_silent() {
                self.first = (index + 1) % count;
            }
        }
        if round.silent.is_none() {
            self.first = 0;
        }
        for alone in &plan.left_out {
            self.try_alone(caller, alone, &mut round).await;
        }
        for index in &plan.points {
            readings.extend(self.reading(*index));
        }
        let changed = self.learn(&mut round);
        if changed || round.healed {
            let lessons = self.lessons();
            caller.unit(self.manner.place, |unit, _| unit.lessons = lessons);
        }
        self.keep_plan(plan, changed || round.healed);
        self.report(round.failed.as_ref());
        self.judge(&round, caller)
    }

    /// Makes one planned request, and takes it apart where it is refused.
    async fn make(&mut self, caller: &mut Caller, planned: &Planned, round: &mut Round) {
        if let Some(error) = &round.silent {
            let at = caller.clock().now();
            return self.harvest.lack(&planned.slots, error.reason(), at);
        }
        round.asked = true;
        let outcome = caller.ask(self.manner, planned.request).await;
        let at = caller.clock().now();
        match outcome {
            Ok(words) => {
                self.harvest.keep(&planned.slots, 0, &words, at);
                round.brought = true;
                round.answered = true;
                self.forget(&Run::from(planned.request), round);
            }
            Err(error) => {
                round.answered |= error.answered();
                self.harvest.lack(&planned.slots, error.reason(), at);
                let several = planned.slots.len() > 1;
                let barren = self.barren.is_some_and(|(_, until)| caller.clock().uptime() < until);
                if error.refused() && several && !barren {
                    let split = split(caller, self.manner, planned, &mut self.harvest).await;
                    round.brought |= split.brought;
                    round.lessons.extend(split.lessons);
                    round.failed = split.silent.clone();
                    round.silent = split.silent;
                    if split.brought || round.silent.is_some() {
                        return;
                    }
                } else if error.refused() {
                    let alone = Lesson { kind: LessonKind::Hole, run: Run::from(planned.request) };
                    round.lessons.extend((!several).then_some(alone));
                } else if error.silent() {
                    round.silent = Some(error.clone());
                }
                round.failed = Some(error);
            }
        }
    }

    /// Asks for a part that lies in a hole, if it is time to.
    async fn try_alone(&mut self, caller: &mut Caller, alone: &Planned, round: &mut Round) {
        let run = Run::from(alone.request);
        if round.silent.is_some() || !self.refusals.may_try(&run, round.begun) {
            return;
        }
        round.asked = true;
        let outcome = caller.ask(self.manner, alone.request).await;
        let now = caller.clock().now();
        match outcome {
            Ok(words) => {
                self.harvest.keep(&alone.slots, 0, &words, now);
                round.brought = true;
                round.answered = true;
                self.forget(&run, round);
            }
            Err(error) => {
                round.answered |= error.answered();
                self.harvest.lack(&alone.slots, error.reason(), now);
                if error.refused() {
                    self.refusals.still_refused(&run, round.begun);
                } else if error.silent() {
                    round.silent = Some(error);
                }
            }
        }
    }

    /// Asks the least that is planned. Returns whether the device is there.
    pub(super) async fn probe(&mut self, caller: &mut Caller, due: &[bool]) -> Contact {
        let plan = self.take_plan(due);
        let cost = |planned: &&Planned| self.base.costs.of(planned.request);
        let all = plan.planned.iter().chain(&plan.left_out);
        let least = all.min_by(|a, b| cost(a).total_cmp(&cost(b))).map(|p| p.request);
        self.keep_plan(plan, false);
        let Some(least) = least else {
            return Contact::Unasked;
        };
        let begun = caller.clock().uptime();
        let mut round = Round { begun, asked: true, ..Round::default() };
        match caller.probe(self.manner, least).await {
            Ok(_) => round.answered = true,
            Err(error) => {
                round.answered = error.answered();
                round.silent = Some(error).filter(ReadError::silent);
            }
        }
        self.judge(&round, caller)
    }

    /// Readings without a value for what is due, since the device is not asked.
    pub(super) fn unasked(
        &self,
        due: &[bool],
        reason: Option<Reason>,
        at: Timestamp,
        readings: &mut Vec<Reading>,
    ) {
        let reason = reason.unwrap_or(self.lost);
        let due = self.points.iter().filter(|point| point.is_due(due));
        readings.extend(
            due.map(|point| Reading::missing(point.series.clone(), at, reason, Vec::new())),
        );
    }

    /// What its health makes of a round.
    fn judge(&mut self, round: &Round, caller: &mut Caller) -> Contact {
        let now = caller.clock().uptime();
        if !round.asked {
            return Contact::Unasked;
        }
        if let Some(error) = &round.silent {
            self.lost = error.reason();
        }
        let (before, contact) = if round.answered {
            (self.health.succeeded(), Contact::Answered)
        } else if matches!(round.silent, Some(ReadError::Unreachable { .. })) {
            return Contact::Unreachable;
        } else {
            let before = self.health.failed(round.begun, now, caller.chance());
            (before, Contact::Silent)
        };
        let state = self.health.state();
        match (before, state) {
            (Some(_), State::Offline) => {
                tracing::warn!(
                    bus = &*self.bus,
                    device = self.name,
                    "device is offline: it is only probed from now on"
                );
            }
            (Some(State::Offline), State::Online) => {
                tracing::info!(bus = &*self.bus, device = self.name, "device is back");
            }
            _ => {}
        }
        caller.unit(self.manner.place, |unit, now| {
            if unit.since.is_none() || before.is_some() {
                unit.since = Some(now);
            }
            unit.state = state;
            unit.polls += 1;
        });
        contact
    }

    /// A request for `run` was answered: what that disproves is forgotten.
    fn forget(&mut self, run: &Run, round: &mut Round) {
        for lesson in self.refusals.disproved(run) {
            let what = registers(&lesson.run);
            tracing::info!(bus = &*self.bus, device = self.name, "{what}: no longer refused");
            round.healed = true;
        }
    }

    /// Keeps what the device has taught in a round; nothing where it refused all it was asked for: then it is not ready, or
    /// follows another profile. Returns whether the plan changes.
    fn learn(&mut self, round: &mut Round) -> bool {
        let now = round.begun;
        if !round.brought {
            let expired = self.barren.is_none_or(|(_, until)| until <= now);
            if expired && !round.lessons.is_empty() {
                let pause = self.barren.map_or(BARREN_FIRST, |(pause, _)| pause);
                self.barren = Some(((pause * 2).min(BARREN_MOST), now + pause));
            }
            return false;
        }
        self.barren = None;
        let (mut changed, mut news) = (false, round.healed);
        for lesson in round.lessons.drain(..) {
            changed = true;
            let wanted = lesson.kind == LessonKind::Hole && self.wants(&lesson.run);
            if !self.refusals.learn(lesson, wanted, now) {
                continue;
            }
            news = true;
            let what = registers(&lesson.run);
            let (bus, device) = (&*self.bus, self.name.as_str());
            match lesson.kind {
                LessonKind::Hole if wanted => {
                    tracing::warn!(
                        bus,
                        device,
                        "the device refuses {what}; the rest is read without it"
                    );
                }
                LessonKind::Hole => {
                    tracing::warn!(
                        bus,
                        device,
                        "the device refuses {what}, which nobody wants; it is read around from now on"
                    );
                }
                LessonKind::Seam => {
                    tracing::warn!(
                        bus,
                        device,
                        "the device refuses the first and the last of {what} in one request; they are read apart"
                    );
                }
            }
        }
        if news {
            self.learned.set(&self.bus, self.manner.unit, &self.refusals.lessons());
        }
        changed
    }

    fn wants(&self, run: &Run) -> bool {
        let parts = self.points.iter().flat_map(|p| p.point.parts());
        parts.map(Run::from).any(|part| part.touches(run))
    }

    /// The plan for what is due, out of its place.
    fn take_plan(&mut self, due: &[bool]) -> DuePlan {
        let terms = || self.refusals.terms(&self.base);
        self.plans.take(due, &self.points, terms)
    }

    /// Puts a plan back, unless it holds no longer.
    fn keep_plan(&mut self, plan: DuePlan, changed: bool) {
        if changed {
            self.plans.clear();
            self.first = 0;
        } else {
            self.plans.keep(plan);
        }
    }

    /// The reading that this poll makes of a point.
    fn reading(&self, index: usize) -> Option<Reading> {
        let point = self.points.get(index)?;
        let reading = self.harvest.of(index, |parts, at| match parts {
            Ok(parts) => point.reading(at, parts),
            Err(reason) => Reading::missing(point.series.clone(), at, reason, Vec::new()),
        });
        Some(reading)
    }

    fn report(&mut self, failed: Option<&ReadError>) {
        let reason = failed.map(ReadError::reason);
        if reason == self.reported {
            return;
        }
        let (bus, device) = (&*self.bus, self.name.as_str());
        match failed {
            Some(error) => tracing::warn!(bus, device, %error, "device does not read"),
            None => tracing::info!(bus, device, "device reads again"),
        }
        self.reported = reason;
    }
}

/// What happens in one poll of a device.
#[derive(Default)]
struct Round {
    /// When it began, by the time that the clock has run.
    begun: Duration,
    /// It was asked anything.
    asked: bool,
    /// It answered anything, be it an exception.
    answered: bool,
    /// It gave any registers.
    brought: bool,
    /// It fell silent.
    silent: Option<ReadError>,
    /// That has been seen to.
    silent_seen: bool,
    /// The last failure.
    failed: Option<ReadError>,
    lessons: Vec<Lesson>,
    /// Something that was refused is no longer.
    healed: bool,
}

impl Round {
    /// Whether it has just fallen silent, by itself.
    fn fell_silent(&mut self) -> bool {
        let unreachable = matches!(self.silent, Some(ReadError::Unreachable { .. }));
        self.silent.is_some() && !unreachable && !std::mem::replace(&mut self.silent_seen, true)
    }
}
