//! Whether a device, or the line to all devices, answers, and how rarely one that does not is probed. Pure: times are
//! uptimes, which no clock step changes, and random numbers are handed in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::HealthSettings;
use crate::locales::{Text, modbus as words};

/// The share of a bus's time that probing its offline devices may take.
pub const OFFLINE_SHARE_MAX: f64 = 0.1;

/// Failed polls in a row after which a line counts as unreachable: the second comes within two intervals of the fault,
/// however long these are, and one that failed alone is no alarm. Engineering judgement.
const LINE_FAILURES: u32 = 2;

/// Whether a device, or the line to all devices of a bus, answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HealthState {
    /// Not asked yet since the start.
    New,
    /// A device: asked, and it has never answered since the start.
    Never,
    /// It answered the last request. A line: it could be opened.
    Online,
    /// It did not answer last; it is still polled normally.
    Suspect,
    /// A device: it has answered, then not for long, and is only probed.
    Offline,
    /// The line cannot be opened. A device on such a line: nobody knows how it is.
    Unreachable,
}

impl HealthState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::New, Self::Never, Self::Online, Self::Suspect, Self::Offline, Self::Unreachable];

    /// Its stable id: in reports, metrics and on the control socket.
    pub const fn id(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Never => "never",
            Self::Online => "online",
            Self::Suspect => "suspect",
            Self::Offline => "offline",
            Self::Unreachable => "unreachable",
        }
    }

    pub fn name(self) -> Text {
        match self {
            Self::New => words::not_asked_yet(),
            Self::Never => words::never_seen(),
            Self::Online => words::online(),
            Self::Suspect => words::suspect(),
            Self::Offline => words::offline(),
            Self::Unreachable => words::unreachable(),
        }
    }

    /// The state of a device that is in this state by its own answers, on a line in state `line`.
    pub(super) fn on(self, line: Self) -> Self {
        if line == Self::Unreachable { line } else { self }
    }
}

/// The health of one device, or of the line to all of them.
#[derive(Debug)]
pub struct Health {
    settings: HealthSettings,
    /// New, online, suspect, or offline once it is only probed.
    state: HealthState,
    /// It has answered since the start.
    seen: bool,
    /// Failed polls in a row.
    failures: u32,
    /// When the first of them began.
    failing_since: Duration,
    probes: u32,
    probe_at: Duration,
}

impl Health {
    /// Not asked yet.
    pub fn new(settings: HealthSettings) -> Self {
        Self {
            settings,
            state: HealthState::New,
            seen: false,
            failures: 0,
            failing_since: Duration::ZERO,
            probes: 0,
            probe_at: Duration::ZERO,
        }
    }

    /// How it is polled: offline means only probed.
    pub fn state(&self) -> HealthState {
        self.state
    }

    /// Whether it has answered since the start.
    pub fn seen(&self) -> bool {
        self.seen
    }

    /// The state of a device, as it is shown, where its line can be opened.
    pub fn of_device(&self) -> HealthState {
        match self.state {
            HealthState::Suspect | HealthState::Offline if !self.seen => HealthState::Never,
            state => state,
        }
    }

    /// The state of a line, as it is shown: unreachable from the second failed poll in a row on, whatever the settings
    /// say of when it is only probed.
    pub fn of_line(&self) -> HealthState {
        let failed = self.failures >= LINE_FAILURES || self.state == HealthState::Offline;
        if failed { HealthState::Unreachable } else { self.state }
    }

    pub fn probe_at(&self) -> Duration {
        self.probe_at
    }

    /// It answered, even if with an exception. Returns the previous state if that was different.
    pub fn succeeded(&mut self) -> Option<HealthState> {
        self.failures = 0;
        self.probes = 0;
        self.seen = true;
        self.change(HealthState::Online)
    }

    /// It could not be asked, as its line cannot be opened: it is no longer known to answer.
    pub fn lost(&mut self) {
        if self.state == HealthState::Online {
            self.state = HealthState::Suspect;
        }
    }

    /// Nobody answered from `begun` to `now`; `random` lies in `[0, 1)`. Returns the previous state if it changed.
    pub fn failed(&mut self, begun: Duration, now: Duration, random: f64) -> Option<HealthState> {
        self.failed_cheaply(begun, now, (random, Duration::MAX))
    }

    /// The same where a probe costs so little that the pause before it need not be longer than `most`.
    pub fn failed_cheaply(
        &mut self,
        begun: Duration,
        now: Duration,
        (random, most): (f64, Duration),
    ) -> Option<HealthState> {
        if self.state == HealthState::Offline {
            self.probes = self.probes.saturating_add(1);
            self.probe_at = now + self.pause(random).min(most);
            return None;
        }
        if self.failures == 0 {
            self.failing_since = begun;
        }
        self.failures = self.failures.saturating_add(1);
        let lasted = now.saturating_sub(self.failing_since);
        let long = lasted >= Duration::from_secs(self.settings.after_s.into());
        if self.failures < self.settings.failures || !long {
            return self.change(HealthState::Suspect);
        }
        self.probe_at = now + self.pause(random).min(most);
        self.change(HealthState::Offline)
    }

    /// The pause before the next probe: a random part between half and all of this step, so that devices that lost
    /// their power together are not probed together. Each step is twice as long as the one before.
    fn pause(&self, random: f64) -> Duration {
        let first = Duration::from_secs(self.settings.probe_first_s.into());
        let most = Duration::from_secs(self.settings.probe_most_s.into());
        let step = first.saturating_mul(1 << self.probes.min(31)).min(most);
        step.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0))
    }

    fn change(&mut self, to: HealthState) -> Option<HealthState> {
        let before = std::mem::replace(&mut self.state, to);
        (before != to).then_some(before)
    }
}

/// The bus time that probes may still take. It is refilled with [`OFFLINE_SHARE_MAX`] of the time that passes.
#[derive(Debug)]
pub struct ProbeBudget {
    /// Negative where a probe took longer than expected.
    left_s: f64,
    most_s: f64,
    filled_at: Duration,
}

impl ProbeBudget {
    /// Holds at most the share of `interval`, the longest pause between polls, so that no poll spends more than that on
    /// probes; but at least `probe`, the longest time of a probe, or none would ever be made.
    pub fn new(interval: Duration, probe: Duration) -> Self {
        Self {
            left_s: 0.0,
            most_s: interval.mul_f64(OFFLINE_SHARE_MAX).max(probe).as_secs_f64(),
            filled_at: Duration::ZERO,
        }
    }

    /// Whether a probe that may take `longest` can be made at `now`. Call [`ProbeBudget::spent`] after it.
    pub fn allows(&mut self, now: Duration, longest: Duration) -> bool {
        let passed = now.saturating_sub(self.filled_at);
        self.filled_at = now;
        self.left_s += passed.as_secs_f64() * OFFLINE_SHARE_MAX;
        self.left_s = self.left_s.min(self.most_s);
        longest.as_secs_f64() <= self.left_s
    }

    /// A probe took this long. Nothing is refilled for that time, so that it delays other polls by the share at most.
    pub fn spent(&mut self, took: Duration) {
        self.left_s -= took.as_secs_f64() * (1.0 + OFFLINE_SHARE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SETTINGS: HealthSettings =
        HealthSettings { failures: 3, after_s: 10, probe_first_s: 5, probe_most_s: 300 };

    fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn fail(health: &mut Health, at: u64) -> Option<HealthState> {
        health.failed(s(at), s(at), 1.0)
    }

    fn fail_thrice(health: &mut Health, from: u64) {
        for n in 0..3 {
            fail(health, from + n * 10);
        }
    }

    #[test]
    fn it_takes_both_a_count_and_a_time_to_go_offline() {
        // Three failures within two seconds.
        let mut health = Health::new(SETTINGS);
        assert_eq!(fail(&mut health, 100), Some(HealthState::New));
        assert_eq!(fail(&mut health, 101), None);
        assert_eq!(fail(&mut health, 102), None);
        assert_eq!(health.state(), HealthState::Suspect);
        assert_eq!(fail(&mut health, 110), Some(HealthState::Suspect));
        assert_eq!(health.state(), HealthState::Offline);
        // Two failures an hour apart.
        let mut health = Health::new(SETTINGS);
        fail(&mut health, 0);
        assert_eq!(fail(&mut health, 3600), None);
        assert_eq!(fail(&mut health, 7200), Some(HealthState::Suspect));
        // An answer in between resets the count.
        let mut health = Health::new(SETTINGS);
        fail(&mut health, 0);
        fail(&mut health, 20);
        assert_eq!(health.succeeded(), Some(HealthState::Suspect));
        assert_eq!(health.succeeded(), None);
        fail(&mut health, 40);
        assert_eq!(fail(&mut health, 41), None);
        assert_eq!(health.state(), HealthState::Suspect);
    }

    #[test]
    fn probes_come_in_steps_that_double_up_to_the_longest() {
        let mut health = Health::new(SETTINGS);
        fail_thrice(&mut health, 0);
        let mut now = s(20);
        let mut pauses = Vec::new();
        for _ in 0..8 {
            pauses.push((health.probe_at() - now).as_secs());
            now = health.probe_at();
            health.failed(now, now, 1.0);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(health.succeeded(), Some(HealthState::Offline));
        fail_thrice(&mut health, now.as_secs());
        assert_eq!((health.probe_at() - now).as_secs(), 25);
    }

    #[test]
    fn what_costs_little_to_look_at_is_looked_at_often() {
        let mut health = Health::new(SETTINGS);
        for at in [0, 10, 20, 25, 30, 35, 500] {
            health.failed_cheaply(s(at), s(at), (1.0, s(5)));
        }
        assert_eq!(health.probe_at(), s(505));
    }

    #[test]
    fn what_has_never_answered_is_never_seen_whatever_it_is_polled_as() {
        let mut health = Health::new(SETTINGS);
        assert_eq!(health.of_device(), HealthState::New);
        fail(&mut health, 0);
        assert_eq!(health.of_device(), HealthState::Never);
        fail_thrice(&mut health, 10);
        let states = (health.state(), health.of_device());
        assert_eq!(states, (HealthState::Offline, HealthState::Never));
        health.succeeded();
        assert_eq!(health.of_device(), HealthState::Online);
        fail_thrice(&mut health, 100);
        assert_eq!(health.of_device(), HealthState::Offline);
    }

    #[test]
    fn a_line_is_unreachable_at_the_second_failed_poll_and_its_devices_with_it() {
        use HealthState::{New, Online, Suspect, Unreachable};
        let mut line = Health::new(HealthSettings { failures: 9, ..SETTINGS });
        assert_eq!(line.of_line(), New);
        for (at, state) in [(0, Suspect), (300, Unreachable), (600, Unreachable)] {
            fail(&mut line, at);
            assert_eq!(line.of_line(), state, "{at}");
        }
        line.succeeded();
        assert_eq!(line.of_line(), Online);
        for own in HealthState::ALL {
            assert_eq!((own.on(Unreachable), own.on(Online)), (Unreachable, own));
        }
        let mut device = Health::new(SETTINGS);
        device.lost();
        assert_eq!(device.of_device(), New);
        device.succeeded();
        device.lost();
        assert_eq!(device.of_device(), Suspect);
    }

    #[test]
    fn the_ids_are_those_that_are_sent() {
        for state in HealthState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.id());
        }
    }

    proptest! {
        #[test]
        fn a_pause_lies_between_half_its_step_and_all_of_it(probes in 0u32..50, random in 0.0f64..1.0) {
            let mut health = Health::new(SETTINGS);
            health.probes = probes;
            let step = s((5u64 << probes.min(31)).min(300));
            let pause = health.pause(random);
            prop_assert!(step / 2 <= pause && pause <= step);
        }

        /// Over any time, probes take their share and one full budget at most, whatever is due when.
        #[test]
        fn probes_take_no_more_than_their_share(
            steps in prop::collection::vec((0u64..5000, 1u64..=3000), 1..200),
            interval_s in 0u64..60,
        ) {
            let longest = Duration::from_millis(2000);
            let mut budget = ProbeBudget::new(s(interval_s), longest);
            let (mut now, mut spent) = (Duration::ZERO, Duration::ZERO);
            for (pause, took) in steps {
                now += Duration::from_millis(pause);
                if budget.allows(now, longest) {
                    let took = Duration::from_millis(took);
                    now += took;
                    spent += took;
                    budget.spent(took);
                }
                let slack = Duration::from_millis(3000);
                prop_assert!(spent <= now.mul_f64(OFFLINE_SHARE_MAX) + slack);
            }
        }

        #[test]
        fn a_probe_is_always_allowed_in_the_end(interval_s in 0u64..10, longest_ms in 1u64..60_000) {
            let longest = Duration::from_millis(longest_ms);
            let mut budget = ProbeBudget::new(s(interval_s), longest);
            budget.spent(longest);
            prop_assert!(budget.allows(longest * 22, longest));
        }
    }
}
