//! Which time to believe, as a pure function of what the kernel says: gateways have no battery clock.
//!
//! The time is where the machine was switched on plus how long it has run. Until a time service has set the kernel's clock,
//! `zero` is a guess and the time provisional, but never behind the last time known to be good.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::kernel_clock::KernelClock;

/// No gateway of ours was in service before 2024: no true time is earlier.
const MADE: Timestamp = Timestamp::constant(1_704_067_200, 0);

/// No true time is later: thirty years of service are more than any gateway sees.
const LATEST: Timestamp = Timestamp::constant(1_704_067_200 + 30 * 31_557_600, 0);

/// A correction by more than this, against a time that was known to be good, is not believed at once. Quartz clocks drift a few
/// seconds a day (50 ppm are 4 s), so that this covers a gateway without time service for months. Engineering judgement.
const CORRECTION_MAX: SignedDuration = SignedDuration::from_mins(10);

/// What is not believed at once is believed after the kernel has held to it for so long: then it was the earlier time that was
/// wrong, and an unattended gateway must not stay with it. Engineering judgement.
const HELD: Duration = Duration::from_secs(3600);

/// Whose word makes the time good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// The kernel's, once a time service has set its clock.
    #[default]
    Kernel,
    /// Nobody's: the machine's clock is right from the start, by a battery or GPS.
    Always,
}

/// Why a time that the kernel gives is not taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refusal {
    /// The time refused, when it was first.
    pub offered: Timestamp,
    /// The time that is kept instead, then.
    pub kept: Timestamp,
    /// Since when, by how long the machine has run.
    pub since: Duration,
    /// The rule.
    pub rule: Rule,
}

/// Which rule refuses a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Before there was this program, or thirty years after.
    Absurd,
    /// Too far from a time that was known to be good.
    Jump,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (offered, kept) = (self.offered, self.kept);
        match self.rule {
            Rule::Absurd => write!(
                f,
                "the machine's clock says {offered}: outside {MADE} to {LATEST}; look at its time service"
            ),
            Rule::Jump => write!(
                f,
                "the machine's clock says {offered}, {kept} was expected; more than {} min off, believed after {} min of holding to it",
                CORRECTION_MAX.as_mins(),
                HELD.as_secs() / 60
            ),
        }
    }
}

/// The time as a gateway keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Timekeeper {
    trust: Trust,
    /// The time at which the machine was switched on, ms since 1970.
    zero_ms: i64,
    good: bool,
    /// The last time known to be good, of an earlier run.
    floor: Option<Timestamp>,
    refusal: Option<Refusal>,
}

impl Timekeeper {
    /// Begins, where `floor` is the last time known to be good.
    pub fn new(trust: Trust, floor: Option<Timestamp>, kernel: KernelClock) -> Self {
        let mut keeper =
            Self { trust, zero_ms: zero_of(kernel), good: false, floor, refusal: None };
        keeper.look(kernel);
        keeper
    }

    /// Takes what the kernel says now. Returns whether the time has become good by it.
    pub fn look(&mut self, kernel: KernelClock) -> bool {
        if !(kernel.synchronised || self.trust == Trust::Always) {
            if !self.good {
                self.guess(kernel);
            }
            // What was good stays good: the quartz drifts, the guess would not be better.
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
        self.zero_ms = zero_of(kernel);
        !std::mem::replace(&mut self.good, true)
    }

    /// A provisional time: the kernel's, but not behind what is known.
    fn guess(&mut self, kernel: KernelClock) {
        // Once moved up to the floor it runs on from there, and does not fall back to the kernel's.
        let zero = zero_of(kernel);
        let floor = self.floor.map(|floor| floor.as_millisecond());
        if floor.is_some_and(|floor| zero + millis(kernel.up) < floor) {
            if self.zero_ms + millis(kernel.up) < floor.unwrap_or_default() {
                self.zero_ms = floor.unwrap_or_default() - millis(kernel.up);
            }
        } else {
            self.zero_ms = zero;
        }
    }

    fn refuses(&self, kernel: KernelClock) -> Option<Refusal> {
        let kept = self.at(kernel.up);
        let refusal = |rule| Refusal { offered: kernel.wall, kept, since: kernel.up, rule };
        if kernel.wall < MADE || kernel.wall > LATEST {
            return Some(
                self.refusal.filter(|r| r.rule == Rule::Absurd).unwrap_or(refusal(Rule::Absurd)),
            );
        }
        let jump = if self.good {
            kernel.wall.duration_since(kept).abs() > CORRECTION_MAX
        } else {
            // Of an earlier run only the last moment is known: how long the machine was off is not.
            self.floor.is_some_and(|floor| floor.duration_since(kernel.wall) > CORRECTION_MAX)
        };
        if !jump {
            return None;
        }
        // Held to: the kernel's clock and the machine's have run on alike since.
        let first = self.refusal.filter(|r| {
            let ran = millis(kernel.up.saturating_sub(r.since));
            let moved = kernel.wall.as_millisecond() - r.offered.as_millisecond();
            r.rule == Rule::Jump && (moved - ran).abs() <= CORRECTION_MAX.as_millis() as i64
        });
        match first {
            Some(first) if kernel.up.saturating_sub(first.since) >= HELD => None,
            Some(first) => Some(first),
            None => Some(refusal(Rule::Jump)),
        }
    }

    /// The time when the machine has run for `up`.
    pub fn at(&self, up: Duration) -> Timestamp {
        Timestamp::from_millisecond(self.zero_ms.saturating_add(millis(up))).unwrap_or(MADE)
    }

    /// The time at which the machine was switched on, ms since 1970.
    pub fn zero_ms(&self) -> i64 {
        self.zero_ms
    }

    /// Whether the time is known to be good.
    pub fn good(&self) -> bool {
        self.good
    }

    /// What the kernel says and is not believed.
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
    use proptest::prelude::*;

    const DAY: i64 = 86_400;

    fn kernel(wall_s: i64, up_s: u64, synchronised: bool) -> KernelClock {
        KernelClock {
            wall: Timestamp::from_second(wall_s).unwrap(),
            up: Duration::from_secs(up_s),
            synchronised,
        }
    }

    fn made() -> i64 {
        MADE.as_second()
    }

    #[test]
    fn a_gateway_without_battery_waits_for_the_time_service() {
        let known = made() + 30 * DAY;
        let mut keeper = Timekeeper::new(
            Trust::Kernel,
            Timestamp::from_second(known).ok(),
            kernel(0, 20, false),
        );
        // Never 1970: it goes on from the last time known to be good.
        assert_eq!((keeper.good(), keeper.at(Duration::from_secs(20)).as_second()), (false, known));
        assert!(!keeper.look(kernel(40, 60, false)));
        assert_eq!(keeper.at(Duration::from_secs(60)).as_second(), known + 40);
        let zero = keeper.zero_ms();
        assert!(keeper.look(kernel(known + 3 * DAY, 90, true)));
        assert!(!keeper.look(kernel(known + 3 * DAY + 5, 95, true)));
        // What was read at 60 s was read 30 s before the step, whatever the clock said then.
        let read = keeper.at(Duration::from_secs(60)).as_second();
        assert_eq!(read, known + 3 * DAY - 30);
        assert_eq!((zero - keeper.zero_ms()) / 1000, known - 20 - (known + 3 * DAY - 90));
    }

    #[test]
    fn the_first_start_takes_the_clock_as_it_is() {
        let keeper = Timekeeper::new(Trust::Kernel, None, kernel(made() + 5, 3, false));
        assert_eq!(
            (keeper.good(), keeper.at(Duration::from_secs(3)).as_second()),
            (false, made() + 5)
        );
        assert!(Timekeeper::new(Trust::Always, None, kernel(made() + 5, 3, false)).good());
    }

    #[test]
    fn an_absurd_time_is_never_taken() {
        for wall in [0, made() - DAY, LATEST.as_second() + 1] {
            let mut keeper = Timekeeper::new(Trust::Always, None, kernel(wall, 10, true));
            assert!(!keeper.good() && keeper.refusal().unwrap().to_string().contains("outside"));
            assert!(
                !keeper.look(kernel(wall + 2 * 3600, 10 + 2 * 3600, true)),
                "not after hours either"
            );
        }
    }

    #[test]
    fn a_jump_is_refused_until_it_is_held_to() {
        let start = made() + DAY;
        for jump in [-DAY, 400 * DAY] {
            let mut keeper = Timekeeper::new(Trust::Kernel, None, kernel(start, 10, true));
            let jumped = |s: u64| kernel(start + jump + s as i64, 10 + s, true);
            assert!(!keeper.look(jumped(100)));
            let refusal = keeper.refusal().unwrap();
            assert_eq!(refusal.rule, Rule::Jump);
            assert_eq!(keeper.at(Duration::from_secs(110)).as_second(), start + 100);
            // Back again: nothing has happened.
            assert!(!keeper.look(kernel(start + 200, 210, true)));
            assert_eq!(keeper.refusal(), None);
            keeper.look(jumped(300));
            keeper.look(jumped(2000));
            assert!(keeper.refusal().is_some());
            keeper.look(jumped(300 + HELD.as_secs()));
            assert_eq!(keeper.refusal(), None);
            assert_eq!(keeper.at(Duration::from_secs(10)).as_second(), start + jump);
        }
        let known = Timestamp::from_second(start).ok();
        let keeper = Timekeeper::new(Trust::Kernel, known, kernel(start - 3600, 10, true));
        assert!(!keeper.good() && keeper.refusal().is_some(), "behind what is known");
    }

    #[test]
    fn a_correction_is_taken_and_the_time_stays_good_without_service() {
        let start = made() + DAY;
        let mut keeper = Timekeeper::new(Trust::Kernel, None, kernel(start, 10, true));
        keeper.look(kernel(start + 98, 110, true));
        assert_eq!(keeper.at(Duration::from_secs(110)).as_second(), start + 98);
        keeper.look(kernel(start + 5000, 210, false));
        assert!(keeper.good());
        assert_eq!(keeper.at(Duration::from_secs(210)).as_second(), start + 198);
    }

    proptest! {
        #[test]
        fn a_provisional_time_is_never_behind_what_is_known(
            walls in prop::collection::vec(0i64..4_000_000_000, 1..20), known in 0i64..3_000_000_000,
        ) {
            let floor = Timestamp::from_second(known).unwrap();
            let mut keeper = Timekeeper::new(Trust::Kernel, Some(floor), kernel(walls[0], 1, false));
            for (wall, up) in walls.into_iter().zip(1..) {
                keeper.look(kernel(wall, up, false));
                prop_assert!(keeper.at(Duration::from_secs(up)) >= floor);
                prop_assert!(!keeper.good());
            }
        }
    }
}
