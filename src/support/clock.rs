//! The only place that reads the time.
//!
//! Time is injected. A hub runs on [`Clock::system`]; a gateway, whose machine has no battery clock, on
//! [`Clock::validated`]; the demo and tests on [`Clock::stepped`], whose driver moves the time forward when all its
//! members are asleep. On such a clock a slow machine makes the run slower, but no reading late (docs/decisions/0004).

use std::sync::Arc;
#[cfg(feature = "edge")]
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::oneshot;
#[cfg(feature = "edge")]
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use super::Moment;
pub use super::stepped::Driver;
use super::stepped::{Member, Sleeper, Stepped};
#[cfg(feature = "edge")]
use super::timekeeper::{Refusal, Timekeeper, Trust};
#[cfg(feature = "edge")]
use super::{kernel_clock, lock};
use crate::locales::core as words;

/// The longest sleep on the machine's clock before it is read again, so that a step of the clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(5);

/// A change by more than this between two updates, ms, is a step. A time service slews by 500 ppm at most
/// (adjtimex(2)): 2.5 ms in the five seconds between two updates.
#[cfg(feature = "edge")]
const STEP_MIN_MS: u64 = 100;

/// A source of time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// The stopwatch runs since the clock was created.
    System(Stopwatch),
    #[cfg(feature = "edge")]
    Validated(Stopwatch, Arc<Validated>),
    /// With a member, the driver waits for the task that holds this clock.
    Stepped(Arc<Stepped>, Option<Arc<Member>>),
}

#[cfg(feature = "edge")]
#[derive(Debug)]
struct Validated {
    keeper: Mutex<Timekeeper>,
    boot: u32,
    /// Polls hold it for reading, so that all readings of a poll have times of the same clock. A step waits for them.
    polls: Arc<RwLock<()>>,
}

#[cfg(feature = "edge")]
impl Validated {
    fn keeper(&self) -> MutexGuard<'_, Timekeeper> {
        lock(&self.keeper)
    }

    fn now(&self) -> Timestamp {
        self.keeper().at(kernel_clock::up())
    }
}

/// The base of the times of a clock: each is an uptime added to the moment at which the machine was switched on.
#[cfg(feature = "edge")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Identifies the boot of the machine; 0 for a clock that is not the machine's.
    pub boot: u32,
    /// When the machine was switched on, by this clock, ms since 1970.
    pub zero_ms: i64,
    /// Whether the clock is not yet known to be right.
    pub provisional: bool,
    /// Whether a time service has set it.
    pub by_service: bool,
}

/// The end of a wait that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", words::io_timed_out())]
pub struct TimedOut;

impl Clock {
    pub fn system() -> Self {
        Self(Source::System(Stopwatch::start()))
    }

    /// A clock that stands still at `start` until its [`Driver`] advances it.
    pub fn stepped(start: Timestamp) -> (Self, Driver) {
        let stepped = Arc::new(Stepped::new(start));
        (Self(Source::Stepped(stepped.clone(), None)), Driver(stepped))
    }

    /// The same clock, for a task that a stepped clock has to wait for: the time moves only while that task sleeps on
    /// it. Call this before the task starts, so that the time cannot move before its first sleep. The task may wait for
    /// only one answer at a time.
    pub fn member(&self) -> Self {
        let Source::Stepped(stepped, _) = &self.0 else {
            return self.clone();
        };
        let id = {
            let mut state = stepped.state();
            let id = state.id();
            state.members.insert(id);
            id
        };
        let member = Arc::new(Member { clock: stepped.clone(), id });
        Self(Source::Stepped(stepped.clone(), Some(member)))
    }

    /// Waits for `work`, at most `longest`. On a stepped clock no time passes while a member works, so a slow machine
    /// makes nothing late: the wait ends when every other member is asleep and the one that was asked has announced
    /// that no answer will come ([`Clock::no_answer`]).
    pub async fn timeout<F: Future>(
        &self,
        longest: Duration,
        work: F,
    ) -> Result<F::Output, TimedOut> {
        let Source::Stepped(stepped, _) = &self.0 else {
            return tokio::time::timeout(longest, work).await.map_err(|_| TimedOut);
        };
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut state = stepped.state();
            state.timeouts.retain(|_, sender| !sender.is_closed());
            let id = state.id();
            state.timeouts.insert(id, sender);
            id
        };
        tokio::select! {
            biased;
            output = work => {
                stepped.state().timeouts.remove(&id);
                Ok(output)
            }
            Ok(()) = receiver => Err(TimedOut),
        }
    }

    /// Announces that a request of a member has arrived and will not be answered, so that the member may time out.
    /// Without effect on a clock that runs by itself.
    pub fn no_answer(&self) {
        if let Source::Stepped(stepped, _) = &self.0 {
            stepped.state().unanswered += 1;
            stepped.changed.notify_one();
        }
    }

    /// The time, to the millisecond, which is the precision of readings.
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System(_) => Timestamp::now(),
            #[cfg(feature = "edge")]
            Source::Validated(_, validated) => validated.now(),
            Source::Stepped(stepped, _) => stepped.state().now,
        };
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// How long the clock has run since it was created. It never goes back: no step of the machine's clock changes it.
    pub fn uptime(&self) -> Duration {
        match &self.0 {
            Source::System(made) => made.elapsed(),
            #[cfg(feature = "edge")]
            Source::Validated(made, _) => made.elapsed(),
            Source::Stepped(stepped, _) => stepped.state().uptime,
        }
    }

    /// This instant: what the clock shows, and how long it has run.
    pub fn moment(&self) -> Moment {
        Moment { up: self.uptime(), time: self.now() }
    }

    /// Sleeps until the clock shows `at` or later, or has been set back: the caller then has to read it again.
    pub async fn sleep_until(&self, at: Timestamp) {
        let begun = self.now();
        match &self.0 {
            Source::Stepped(stepped, member) => {
                let receiver = {
                    let mut state = stepped.state();
                    if at <= state.now {
                        return;
                    }
                    let (wake, receiver) = oneshot::channel();
                    let id = state.id();
                    let member = member.as_ref().map(|member| member.id);
                    state.sleepers.insert((at, id), Sleeper { wake, member });
                    receiver
                };
                stepped.changed.notify_one();
                // Without its driver the run is over: sleepers sleep until they are cancelled.
                if receiver.await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            _ => loop {
                let now = self.now();
                if now < begun || at <= now {
                    return;
                }
                let left = Duration::try_from(at.duration_since(now)).unwrap_or_default();
                tokio::time::sleep(left.min(SLEEP_MAX)).await;
            },
        }
    }
}

#[cfg(feature = "edge")]
impl Clock {
    /// The machine's clock as far as [`Timekeeper`] trusts it. `floor` is the last time known to be good.
    /// [`Clock::update`] has to be called every few seconds.
    pub fn validated(trust: Trust, floor: Option<Timestamp>) -> Self {
        let keeper = Timekeeper::new(trust, floor, kernel_clock::read());
        let validated = Validated {
            keeper: Mutex::new(keeper),
            boot: kernel_clock::boot_id(),
            polls: Arc::default(),
        };
        Self(Source::Validated(Stopwatch::start(), Arc::new(validated)))
    }

    /// Follows the kernel's clock. Returns whether the time has become good now. A step waits until no poll runs, and
    /// no poll begins meanwhile; a smaller change waits for nobody. Does nothing on another kind of clock.
    pub async fn update(&self) -> bool {
        let Source::Validated(_, validated) = &self.0 else {
            return false;
        };
        {
            let kernel = kernel_clock::read();
            let mut keeper = validated.keeper();
            let mut next = keeper.clone();
            let became_good = next.update(kernel);
            if !became_good && next.zero_ms().abs_diff(keeper.zero_ms()) <= STEP_MIN_MS {
                *keeper = next;
                return false;
            }
        }
        let _no_poll_runs = validated.polls.write().await;
        validated.keeper().update(kernel_clock::read())
    }

    /// Prevents a step by [`Clock::update`] as long as the returned guard lives.
    pub async fn hold_steady(&self) -> Option<OwnedRwLockReadGuard<()>> {
        match &self.0 {
            Source::Validated(_, validated) => Some(validated.polls.clone().read_owned().await),
            _ => None,
        }
    }

    /// The kernel's time, if it is not trusted.
    pub fn refusal(&self) -> Option<Refusal> {
        match &self.0 {
            Source::Validated(_, validated) => validated.keeper().refusal(),
            _ => None,
        }
    }

    pub fn base(&self) -> Base {
        match &self.0 {
            Source::Validated(_, validated) => {
                let keeper = validated.keeper();
                Base {
                    boot: validated.boot,
                    zero_ms: keeper.zero_ms(),
                    provisional: !keeper.good(),
                    by_service: keeper.by_service(),
                }
            }
            _ => {
                let up = i64::try_from(self.uptime().as_millis()).unwrap_or(i64::MAX);
                Base {
                    boot: 0,
                    zero_ms: self.now().as_millisecond().saturating_sub(up),
                    provisional: false,
                    by_service: false,
                }
            }
        }
    }
}

/// Measures real time: the life of a connection, the duration of a run. Unlike [`Clock`] it cannot be stepped.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(tokio::time::Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Self(tokio::time::Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
