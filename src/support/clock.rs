//! The only place that asks the time.
//!
//! Time is injected: a hub runs on [`Clock::system`], a gateway, whose machine has no battery clock, on [`Clock::kept`], the demo and tests on [`Clock::stepped`], whose driver moves the time
//! forward once everybody who sleeps on it is asleep again. On such a clock a slow machine makes the run slower, never a
//! reading late (docs/decisions/0004).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Notify, oneshot};
#[cfg(feature = "edge")]
use tokio::sync::{OwnedRwLockReadGuard, RwLock};

#[cfg(feature = "edge")]
use super::kernel_clock;
#[cfg(feature = "edge")]
use super::timekeeper::{Refusal, Timekeeper, Trust};

/// The longest sleep on the system clock before it is read again, so that a step of the clock is noticed.
const SLEEP_MAX: Duration = Duration::from_secs(5);

/// A change of the clock by more than this between two looks, ms, is a step. A time service slews by 500 ppm at most (adjtimex(2)):
/// 2.5 ms in the five seconds between two looks.
#[cfg(feature = "edge")]
const STEP_MIN_MS: u64 = 100;

/// A source of time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    /// With when it was made.
    System(Stopwatch),
    #[cfg(feature = "edge")]
    Kept(Stopwatch, Arc<Kept>),
    Stepped(Arc<Stepped>),
}

#[cfg(feature = "edge")]
#[derive(Debug)]
struct Kept {
    keeper: Mutex<Timekeeper>,
    boot: u32,
    /// Held for reading by polls: all readings of one are by the same clock. A step waits for them.
    polls: Arc<RwLock<()>>,
}

#[cfg(feature = "edge")]
impl Kept {
    fn keeper(&self) -> MutexGuard<'_, Timekeeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.keeper().at(kernel_clock::look().up)
    }
}

/// By what clock times are taken: they mean what is added to when the machine was switched on.
#[cfg(feature = "edge")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// Names the run of the machine's system.
    pub boot: u32,
    /// When the machine was switched on by this clock, ms since 1970.
    pub zero_ms: i64,
    /// Whether this clock is not yet known to be right.
    pub provisional: bool,
}

#[derive(Debug)]
struct Stepped {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    now: Timestamp,
    /// How far it has been moved, not counting steps.
    uptime: Duration,
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
    next_id: u64,
}

impl Stepped {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System(Stopwatch::start()))
    }

    /// The machine's clock as [`Timekeeper`] believes it, where `floor` is the last time known to be good. Somebody has to call
    /// [`Clock::look`] now and then.
    #[cfg(feature = "edge")]
    pub fn kept(trust: Trust, floor: Option<Timestamp>) -> Self {
        let keeper = Timekeeper::new(trust, floor, kernel_clock::look());
        let kept = Kept {
            keeper: Mutex::new(keeper),
            boot: kernel_clock::boot_id(),
            polls: Arc::default(),
        };
        Self(Source::Kept(Stopwatch::start(), Arc::new(kept)))
    }

    /// Looks at the kernel's clock. Returns whether the time has become good by it. A step of the clock waits until no poll runs,
    /// and no poll begins meanwhile; what is none disturbs nobody. Of another kind of clock there is nothing to look at.
    #[cfg(feature = "edge")]
    pub async fn look(&self) -> bool {
        let Source::Kept(_, kept) = &self.0 else {
            return false;
        };
        {
            let kernel = kernel_clock::look();
            let mut keeper = kept.keeper();
            let mut next = keeper.clone();
            let became_good = next.look(kernel);
            if !became_good && next.zero_ms().abs_diff(keeper.zero_ms()) <= STEP_MIN_MS {
                *keeper = next;
                return false;
            }
        }
        let _no_poll_runs = kept.polls.write().await;
        kept.keeper().look(kernel_clock::look())
    }

    /// Keeps [`Clock::look`] from changing the time while what is returned lives.
    #[cfg(feature = "edge")]
    pub async fn steady(&self) -> Option<OwnedRwLockReadGuard<()>> {
        match &self.0 {
            Source::Kept(_, kept) => Some(kept.polls.clone().read_owned().await),
            _ => None,
        }
    }

    /// What the kernel says and is not believed.
    #[cfg(feature = "edge")]
    pub fn refusal(&self) -> Option<Refusal> {
        match &self.0 {
            Source::Kept(_, kept) => kept.keeper().refusal(),
            _ => None,
        }
    }

    /// By what clock the times are taken now.
    #[cfg(feature = "edge")]
    pub fn base(&self) -> Base {
        match &self.0 {
            Source::Kept(_, kept) => {
                let keeper = kept.keeper();
                Base { boot: kept.boot, zero_ms: keeper.zero_ms(), provisional: !keeper.good() }
            }
            _ => {
                let up = i64::try_from(self.uptime().as_millis()).unwrap_or(i64::MAX);
                Base {
                    boot: 0,
                    zero_ms: self.now().as_millisecond().saturating_sub(up),
                    provisional: false,
                }
            }
        }
    }

    /// A clock that stands at `start` until its [`Driver`] moves it.
    pub fn stepped(start: Timestamp) -> (Self, Driver) {
        let stepped = Arc::new(Stepped {
            state: Mutex::new(State {
                now: start,
                uptime: Duration::ZERO,
                sleepers: BTreeMap::new(),
                next_id: 0,
            }),
            changed: Notify::new(),
        });
        (Self(Source::Stepped(stepped.clone())), Driver(stepped))
    }

    /// The instant, to the millisecond: that is what readings carry.
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System(_) => Timestamp::now(),
            #[cfg(feature = "edge")]
            Source::Kept(_, kept) => kept.now(),
            Source::Stepped(stepped) => stepped.state().now,
        };
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// How long the clock has run since it was made. Unlike [`Clock::now`] it only grows, as time passes: no step of the machine's
    /// clock changes it.
    pub fn uptime(&self) -> Duration {
        match &self.0 {
            Source::System(made) => made.elapsed(),
            #[cfg(feature = "edge")]
            Source::Kept(made, _) => made.elapsed(),
            Source::Stepped(stepped) => stepped.state().uptime,
        }
    }

    /// Sleeps until the clock shows `at` or later, or has been set back: then whoever sleeps has to look at it anew.
    pub async fn sleep_until(&self, at: Timestamp) {
        let begun = self.now();
        match &self.0 {
            Source::Stepped(stepped) => {
                let receiver = {
                    let mut state = stepped.state();
                    if at <= state.now {
                        return;
                    }
                    let (sender, receiver) = oneshot::channel();
                    let id = state.next_id;
                    state.next_id += 1;
                    state.sleepers.insert((at, id), sender);
                    receiver
                };
                stepped.changed.notify_one();
                // The driver gone means the run is over: whoever sleeps on its clock sleeps until cancelled.
                if receiver.await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
            _ => loop {
                let now = self.now();
                let left = at.duration_since(now);
                if now < begun {
                    return;
                }
                let Ok(left) = Duration::try_from(left) else {
                    return;
                };
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(SLEEP_MAX)).await;
            },
        }
    }
}

/// Measures how long something real has taken: a connection's life, a run's duration. Unlike [`Clock`] it cannot be stepped.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(tokio::time::Instant);

impl Stopwatch {
    /// Starts to measure.
    pub fn start() -> Self {
        Self(tokio::time::Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Moves a stepped clock.
#[derive(Debug)]
pub struct Driver(Arc<Stepped>);

impl Driver {
    /// Waits until `sleepers` tasks sleep on the clock.
    pub async fn settled(&self, sleepers: usize) {
        loop {
            let changed = self.0.changed.notified();
            {
                let mut state = self.0.state();
                state.sleepers.retain(|_, sender| !sender.is_closed());
                if state.sleepers.len() >= sleepers {
                    return;
                }
            }
            changed.await;
        }
    }

    /// Moves the clock to `at` and wakes all who slept until then. The clock never goes back.
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
            // A sleeper that has been cancelled meanwhile needs no waking.
            let _cancelled = entry.remove().send(());
        }
    }
}

#[cfg(test)]
impl Driver {
    /// Sets the clock to `at`, forward or back, as whoever corrects a machine's clock does: no time passes by it. Wakes all who
    /// sleep, since they have to look at it anew.
    pub fn step_to(&self, at: Timestamp) {
        let mut state = self.0.state();
        state.now = at;
        for (_, sender) in std::mem::take(&mut state.sleepers) {
            let _cancelled = sender.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[tokio::test]
    async fn a_stepped_clock_moves_only_when_driven() {
        let (clock, driver) = Clock::stepped(at(0));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(at(10)).await;
                let first = clock.now();
                clock.sleep_until(at(20)).await;
                (first, clock.now())
            }
        });
        driver.settled(1).await;
        driver.advance_to(at(10));
        driver.settled(1).await;
        driver.advance_to(at(25));
        assert_eq!(sleeper.await.unwrap(), (at(10), at(25)));
        driver.advance_to(at(1));
        assert_eq!(clock.now(), at(25));
        driver.step_to(at(7));
        assert_eq!(clock.now(), at(7));
        assert_eq!(clock.uptime(), Duration::from_secs(25));
    }

    #[cfg(feature = "edge")]
    #[tokio::test]
    async fn a_look_at_the_clock_waits_for_a_poll_only_where_the_time_changes() {
        let clock = Clock::kept(Trust::Always, None);
        let poll = clock.steady().await;
        // A slow poll of one bus, and no step: neither the look nor a poll of another bus waits for it.
        let longest = Duration::from_secs(10);
        assert_eq!(tokio::time::timeout(longest, clock.look()).await, Ok(false));
        assert!(tokio::time::timeout(longest, clock.steady()).await.is_ok());
        let Source::Kept(_, kept) = &clock.0 else { panic!("{clock:?}") };
        // As of a minute ago: the kernel's clock has been set since.
        let then = kernel_clock::KernelClock {
            wall: Timestamp::now() - jiff::SignedDuration::from_mins(1),
            ..kernel_clock::look()
        };
        *kept.keeper() = Timekeeper::new(Trust::Always, None, then);
        let step = clock.look();
        tokio::pin!(step);
        assert!(is_pending(&mut step).await, "a step waits");
        drop(poll);
        assert_eq!(tokio::time::timeout(longest, step).await, Ok(false));
        let off = Timestamp::now().duration_since(clock.now()).abs();
        assert!(off < jiff::SignedDuration::from_secs(5), "{off}");
    }

    /// Whether `future` cannot be done yet.
    #[cfg(feature = "edge")]
    async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
        tokio::select! {
            biased;
            _ = future => false,
            () = std::future::ready(()) => true,
        }
    }

    #[tokio::test]
    async fn a_cancelled_sleeper_does_not_count() {
        let (clock, driver) = Clock::stepped(at(0));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(at(10)).await }
        });
        driver.settled(1).await;
        sleeper.abort();
        assert!(sleeper.await.unwrap_err().is_cancelled());
        let other = tokio::spawn(async move { clock.sleep_until(at(5)).await });
        driver.settled(1).await;
        driver.advance_to(at(5));
        other.await.unwrap();
    }
}
