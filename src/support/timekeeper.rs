//! Decides which time of the kernel to trust, since gateways have no battery clock. Pure.
//!
//! The time is the moment at which the machine was switched on (`zero`) plus its uptime. Until a time service has set
//! the kernel's clock, `zero` is a guess and the time is provisional, but never behind the last time known to be good.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::kernel_clock::KernelClock;
use crate::locales::{Argument, Text, support as words};

/// No gateway was in service before 2024, so no true time is earlier.
const EARLIEST: Timestamp = Timestamp::constant(1_704_067_200, 0);

/// No true time is later: no gateway is in service for thirty years.
const LATEST: Timestamp = Timestamp::constant(1_704_067_200 + 30 * 31_557_600, 0);

/// A larger correction of a time that was known to be good is not trusted at once. Quartz clocks drift a few seconds a
/// day (50 ppm are 4 s), so this covers months without a time service. Engineering judgement.
const CORRECTION_MAX: SignedDuration = SignedDuration::from_mins(10);

/// A large correction is trusted once the kernel has kept it this long: then the earlier time was wrong, and an
/// unattended gateway must not stay with it. Engineering judgement.
const TRUSTED_AFTER: Duration = Duration::from_secs(3600);

/// What makes the time good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// The kernel's clock, once a time service has set it.
    #[default]
    Kernel,
    /// The machine's clock is right from the start, thanks to a battery or GPS.
    Always,
}

/// A time of the kernel that is not trusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refusal {
    /// The kernel's time when it was first refused.
    pub offered: Timestamp,
    /// The time that was used instead.
    pub used: Timestamp,
    /// The uptime when it was first refused.
    pub since: Duration,
    pub rule: Rule,
}

/// Why a time is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Before gateways were in service, or thirty years later.
    Absurd,
    /// Too far from a time that was known to be good.
    Jump,
    /// The system does not let this program ask whether a time service has set the clock.
    Forbidden,
}

impl Rule {
    /// All of them, with the names that metrics give them.
    pub const NAMED: [(Self, &str); 3] =
        [(Self::Absurd, "absurd"), (Self::Jump, "jump"), (Self::Forbidden, "forbidden")];
}

impl Refusal {
    /// What is refused, and why.
    pub fn text(&self) -> Text {
        let offered = Argument::of(self.offered);
        match self.rule {
            Rule::Absurd => {
                words::clock_absurd(offered, Argument::of(EARLIEST), Argument::of(LATEST))
            }
            Rule::Jump => {
                let (most, after) = (CORRECTION_MAX.as_mins(), TRUSTED_AFTER.as_secs() / 60);
                words::clock_jump(offered, Argument::of(self.used), most, after)
            }
            Rule::Forbidden => words::clock_forbidden(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

/// The time of a gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct Timekeeper {
    trust: Trust,
    /// When the machine was switched on, ms since 1970.
    zero_ms: i64,
    good: bool,
    /// Whether a time service has set the time that is good.
    by_service: bool,
    /// The last time known to be good, from an earlier run.
    floor: Option<Timestamp>,
    refusal: Option<Refusal>,
}

impl Timekeeper {
    pub fn new(trust: Trust, floor: Option<Timestamp>, kernel: KernelClock) -> Self {
        let mut keeper = Self {
            trust,
            zero_ms: zero_of(kernel),
            good: false,
            by_service: false,
            floor,
            refusal: None,
        };
        keeper.update(kernel);
        keeper
    }

    /// Follows the kernel's clock. Returns whether the time has become good now.
    pub fn update(&mut self, kernel: KernelClock) -> bool {
        if !(kernel.synchronised || self.trust == Trust::Always) {
            if !self.good {
                self.guess(kernel);
            }
            self.note_forbidden(kernel);
            // A good time stays good: the quartz drifts, but a guess would not be better.
            return false;
        }
        if let Some(refusal) = self.refuses(kernel) {
            self.refusal = Some(refusal);
            if !self.good {
                self.guess(kernel);
            }
            return false;
        }
        self.refusal = None;
        let jumped = kernel.wall.duration_since(self.at(kernel.up)).abs() > CORRECTION_MAX;
        self.by_service = kernel.synchronised || (self.by_service && !jumped);
        self.zero_ms = zero_of(kernel);
        !std::mem::replace(&mut self.good, true)
    }

    /// Notes that the question for the time service is forbidden, or allowed again.
    fn note_forbidden(&mut self, kernel: KernelClock) {
        let noted = self.refusal.is_some_and(|refusal| refusal.rule == Rule::Forbidden);
        if kernel.forbidden && !noted {
            let (offered, since) = (kernel.wall, kernel.up);
            let used = self.at(since);
            self.refusal = Some(Refusal { offered, used, since, rule: Rule::Forbidden });
        } else if !kernel.forbidden && noted {
            self.refusal = None;
        }
    }

    /// Sets a provisional time: the kernel's, but not behind the floor.
    fn guess(&mut self, kernel: KernelClock) {
        let zero = zero_of(kernel);
        let lowest = self.floor.map(|floor| floor.as_millisecond() - millis(kernel.up));
        self.zero_ms = match lowest {
            // Once raised to the floor it runs on from there, and does not fall back to the kernel's.
            Some(lowest) if zero < lowest => self.zero_ms.max(lowest),
            _ => zero,
        };
    }

    fn refuses(&self, kernel: KernelClock) -> Option<Refusal> {
        let used = self.at(kernel.up);
        let refusal = |rule| Refusal { offered: kernel.wall, used, since: kernel.up, rule };
        if kernel.wall < EARLIEST || kernel.wall > LATEST {
            return Some(
                self.refusal.filter(|r| r.rule == Rule::Absurd).unwrap_or(refusal(Rule::Absurd)),
            );
        }
        let jump = if self.good && kernel.synchronised && !self.by_service {
            // So far nobody but the configuration vouched for the machine's clock.
            false
        } else if self.good {
            kernel.wall.duration_since(used).abs() > CORRECTION_MAX
        } else {
            // From an earlier run only its last time is known, not how long the machine was off.
            self.floor.is_some_and(|floor| floor.duration_since(kernel.wall) > CORRECTION_MAX)
        };
        if !jump {
            return None;
        }
        // The same correction as before: the kernel's clock has advanced as much as the uptime since then.
        let first = self.refusal.filter(|r| {
            let ran = millis(kernel.up.saturating_sub(r.since));
            let moved = kernel.wall.as_millisecond() - r.offered.as_millisecond();
            r.rule == Rule::Jump && (moved - ran).abs() <= CORRECTION_MAX.as_millis() as i64
        });
        match first {
            Some(first) if kernel.up.saturating_sub(first.since) >= TRUSTED_AFTER => None,
            Some(first) => Some(first),
            None => Some(refusal(Rule::Jump)),
        }
    }

    /// The time at uptime `up`.
    pub fn at(&self, up: Duration) -> Timestamp {
        Timestamp::from_millisecond(self.zero_ms.saturating_add(millis(up))).unwrap_or(EARLIEST)
    }

    pub fn zero_ms(&self) -> i64 {
        self.zero_ms
    }

    pub fn good(&self) -> bool {
        self.good
    }

    /// Whether a time service has set the time that is good, since this program started.
    pub fn by_service(&self) -> bool {
        self.by_service
    }

    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }
}

fn zero_of(kernel: KernelClock) -> i64 {
    kernel.wall.as_millisecond() - millis(kernel.up)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locales::Lang;
    use proptest::prelude::*;

    const DAY: i64 = 86_400;

    fn kernel(wall_s: i64, up_s: u64, synchronised: bool) -> KernelClock {
        KernelClock {
            wall: Timestamp::from_second(wall_s).unwrap(),
            up: Duration::from_secs(up_s),
            synchronised,
            forbidden: false,
        }
    }

    fn earliest() -> i64 {
        EARLIEST.as_second()
    }

    #[test]
    fn a_gateway_without_battery_waits_for_the_time_service() {
        let known = earliest() + 30 * DAY;
        let mut keeper = Timekeeper::new(
            Trust::Kernel,
            Timestamp::from_second(known).ok(),
            kernel(0, 20, false),
        );
        // Never 1970: it continues from the last time known to be good.
        assert_eq!((keeper.good(), keeper.at(Duration::from_secs(20)).as_second()), (false, known));
        assert!(!keeper.update(kernel(40, 60, false)));
        assert_eq!(keeper.at(Duration::from_secs(60)).as_second(), known + 40);
        let zero = keeper.zero_ms();
        assert!(keeper.update(kernel(known + 3 * DAY, 90, true)));
        assert!(!keeper.update(kernel(known + 3 * DAY + 5, 95, true)));
        // What was read at 60 s was read 30 s before the step, whatever the clock said then.
        let read = keeper.at(Duration::from_secs(60)).as_second();
        assert_eq!(read, known + 3 * DAY - 30);
        assert_eq!((zero - keeper.zero_ms()) / 1000, known - 20 - (known + 3 * DAY - 90));
    }

    #[test]
    fn the_first_start_uses_the_clock_as_it_is() {
        let keeper = Timekeeper::new(Trust::Kernel, None, kernel(earliest() + 5, 3, false));
        assert_eq!(
            (keeper.good(), keeper.at(Duration::from_secs(3)).as_second()),
            (false, earliest() + 5)
        );
        assert!(Timekeeper::new(Trust::Always, None, kernel(earliest() + 5, 3, false)).good());
    }

    #[test]
    fn a_question_that_is_forbidden_is_said_until_it_is_allowed() {
        let forbidden =
            |up| KernelClock { forbidden: true, ..kernel(earliest() + up as i64, up, false) };
        let mut keeper = Timekeeper::new(Trust::Kernel, None, forbidden(5));
        let said = keeper.refusal().unwrap();
        assert!(!keeper.good() && said.text().to_string().contains("clock_adjtime64"), "{said}");
        keeper.update(forbidden(10));
        assert_eq!(keeper.refusal(), Some(said), "one refusal, said once");
        keeper.update(kernel(earliest() + 15, 15, false));
        assert_eq!(keeper.refusal(), None);
        assert!(keeper.update(kernel(earliest() + 20, 20, true)));
        // Whoever says that the clock is right need not be asked.
        let keeper = Timekeeper::new(Trust::Always, None, forbidden(5));
        assert!(keeper.good() && keeper.refusal().is_none());
    }

    #[test]
    fn an_absurd_time_is_never_accepted() {
        for wall in [0, earliest() - DAY, LATEST.as_second() + 1] {
            let mut keeper = Timekeeper::new(Trust::Always, None, kernel(wall, 10, true));
            let said = keeper.refusal().unwrap().text();
            assert!(!keeper.good() && said.to_string().contains("outside"), "{said}");
            assert!(said.within(Lang::Chinese).contains("不在"), "{said}");
            assert!(
                !keeper.update(kernel(wall + 2 * 3600, 10 + 2 * 3600, true)),
                "not after hours either"
            );
        }
    }

    #[test]
    fn a_jump_is_refused_until_it_has_lasted() {
        let start = earliest() + DAY;
        for jump in [-DAY, 400 * DAY] {
            let mut keeper = Timekeeper::new(Trust::Kernel, None, kernel(start, 10, true));
            let jumped = |s: u64| kernel(start + jump + s as i64, 10 + s, true);
            assert!(!keeper.update(jumped(100)));
            let refusal = keeper.refusal().unwrap();
            assert_eq!(refusal.rule, Rule::Jump);
            assert_eq!(keeper.at(Duration::from_secs(110)).as_second(), start + 100);
            // Back again: it is forgotten.
            assert!(!keeper.update(kernel(start + 200, 210, true)));
            assert_eq!(keeper.refusal(), None);
            keeper.update(jumped(300));
            keeper.update(jumped(2000));
            assert!(keeper.refusal().is_some());
            keeper.update(jumped(300 + TRUSTED_AFTER.as_secs()));
            assert_eq!(keeper.refusal(), None);
            assert_eq!(keeper.at(Duration::from_secs(10)).as_second(), start + jump);
        }
        let known = Timestamp::from_second(start).ok();
        let keeper = Timekeeper::new(Trust::Kernel, known, kernel(start - 3600, 10, true));
        assert!(!keeper.good() && keeper.refusal().is_some(), "behind what is known");
    }

    #[test]
    fn a_time_service_corrects_at_once_a_clock_that_only_the_configuration_vouched_for() {
        let (wrong, right) = (earliest() + DAY, earliest() + 366 * DAY);
        let mut keeper = Timekeeper::new(Trust::Always, None, kernel(wrong, 10, false));
        assert!(keeper.good() && !keeper.by_service());
        // Set by hand: it might as well be a mistake, and has to last.
        assert!(!keeper.update(kernel(right, 20, false)));
        assert_eq!(keeper.at(Duration::from_secs(20)).as_second(), wrong + 10);
        assert_eq!(keeper.refusal().unwrap().rule, Rule::Jump);
        assert!(!keeper.update(kernel(right + 10, 30, true)), "it was good before");
        assert_eq!(keeper.at(Duration::from_secs(30)).as_second(), right + 10);
        assert!(keeper.by_service() && keeper.refusal().is_none());
        // From then on a jump has to last, whoever makes it.
        keeper.update(kernel(wrong, 40, true));
        assert_eq!(keeper.at(Duration::from_secs(40)).as_second(), right + 20);
        // Without the service its time runs on, until somebody sets another.
        keeper.update(kernel(right + 30, 50, false));
        assert!(keeper.by_service());
        for up in [60, 60 + TRUSTED_AFTER.as_secs()] {
            keeper.update(kernel(wrong + up as i64, up, false));
        }
        assert_eq!(keeper.at(Duration::from_secs(0)).as_second(), wrong);
        assert!(!keeper.by_service());
    }

    #[test]
    fn a_small_correction_is_accepted_and_the_time_stays_good_without_service() {
        let start = earliest() + DAY;
        let mut keeper = Timekeeper::new(Trust::Kernel, None, kernel(start, 10, true));
        keeper.update(kernel(start + 98, 110, true));
        assert_eq!(keeper.at(Duration::from_secs(110)).as_second(), start + 98);
        keeper.update(kernel(start + 5000, 210, false));
        assert!(keeper.good());
        assert_eq!(keeper.at(Duration::from_secs(210)).as_second(), start + 198);
    }

    proptest! {
        #[test]
        fn a_provisional_time_is_never_behind_the_floor(
            walls in prop::collection::vec(0i64..4_000_000_000, 1..20), known in 0i64..3_000_000_000,
        ) {
            let floor = Timestamp::from_second(known).unwrap();
            let mut keeper = Timekeeper::new(Trust::Kernel, Some(floor), kernel(walls[0], 1, false));
            for (wall, up) in walls.into_iter().zip(1..) {
                keeper.update(kernel(wall, up, false));
                prop_assert!(keeper.at(Duration::from_secs(up)) >= floor);
                prop_assert!(!keeper.good());
            }
        }
    }
}
