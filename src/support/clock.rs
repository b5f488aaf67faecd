//! The only place that asks the time.
//!
//! Time is injected: a hub runs on [`Clock::system`]; a gateway, whose machine has no battery clock, on [`Clock::kept`]; the
//! demo and tests on [`Clock::stepped`], whose driver moves the time forward when everybody it waits for is asleep again. On
//! such a clock a slow machine makes the run slower, but no reading late (docs/decisions/0004).

use std::collections::{BTreeMap, BTreeSet};
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
    /// The stopwatch runs since the clock was made.
    System(Stopwatch),
    #[cfg(feature = "edge")]
    Kept(Stopwatch, Arc<Kept>),
    /// With a member, the driver waits for whoever holds this clock.
    Stepped(Arc<Stepped>, Option<Arc<Member>>),
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
    /// By the time at which each is due.
    sleepers: BTreeMap<(Timestamp, u64), Sleeper>,
    /// Waits that the driver may end before what they wait for has come.
    timeouts: BTreeMap<u64, oneshot::Sender<()>>,
    /// Requests that will not be answered, and whose senders have not been told yet.
    unanswered: usize,
    members: BTreeSet<u64>,
    next_id: u64,
}

#[derive(Debug)]
struct Sleeper {
    wake: oneshot::Sender<()>,
    member: Option<u64>,
}

impl State {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// How many members are awake.
    fn busy(&mut self) -> usize {
        self.sleepers.retain(|_, sleeper| !sleeper.wake.is_closed());
        let asleep: BTreeSet<u64> = self.sleepers.values().filter_map(|s| s.member).collect();
        self.members.difference(&asleep).count()
    }
}

impl Stepped {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One whom the driver of a stepped clock waits for, until it is dropped.
#[derive(Debug)]
struct Member {
    clock: Arc<Stepped>,
    id: u64,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.clock.state().members.remove(&self.id);
        self.clock.changed.notify_one();
    }
}

/// What was waited for has not come in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("timed out")]
pub struct TimedOut;

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
                timeouts: BTreeMap::new(),
                unanswered: 0,
                members: BTreeSet::new(),
                next_id: 0,
            }),
            changed: Notify::new(),
        });
        (Self(Source::Stepped(stepped.clone(), None)), Driver(stepped))
    }

    /// The same clock for a task that a stepped clock has to wait for: it moves only while that task sleeps on this clock.
    ///
    /// Made before the task starts, so that the time cannot move before its first sleep. The task makes one request at a time.
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

    /// Waits for `work`, at most `longest`.
    ///
    /// On a stepped clock no time passes while somebody works, so nothing is late there because the machine is slow. The wait
    /// ends when every other member is asleep and whoever was asked has said that there will be no answer
    /// ([`Clock::no_answer`]).
    ///
    /// # Errors
    /// The time is up.
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

    /// Says that a request of a member has come and will not be answered: the member may time out. Without effect on a clock
    /// that runs by itself, where time passes anyway.
    pub fn no_answer(&self) {
        if let Source::Stepped(stepped, _) = &self.0 {
            stepped.state().unanswered += 1;
            stepped.changed.notify_one();
        }
    }

    /// The instant, to the millisecond: that is what readings carry.
    pub fn now(&self) -> Timestamp {
        let now = match &self.0 {
            Source::System(_) => Timestamp::now(),
            #[cfg(feature = "edge")]
            Source::Kept(_, kept) => kept.now(),
            Source::Stepped(stepped, _) => stepped.state().now,
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
            Source::Stepped(stepped, _) => stepped.state().uptime,
        }
    }

    /// Sleeps until the clock shows `at` or later, or has been set back: then the caller has to look at it again.
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
                // Without its driver the run is over: whoever sleeps on the clock sleeps until cancelled.
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
    /// Waits until every member sleeps on the clock. Members that wait for an answer that will not come time out on the way.
    pub async fn settled(&self) {
        loop {
            let changed = self.0.changed.notified();
            {
                let mut state = self.0.state();
                let busy = state.busy();
                if busy == 0 {
                    return;
                }
                // Everybody who is awake waits in vain: nobody else could still do something in this instant.
                if state.unanswered >= busy {
                    state.unanswered = 0;
                    for (_, timeout) in std::mem::take(&mut state.timeouts) {
                        // Whoever was cancelled meanwhile needs no end of its wait.
                        let _cancelled = timeout.send(());
                    }
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
            let _cancelled = entry.remove().wake.send(());
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
        for (_, sleeper) in std::mem::take(&mut state.sleepers) {
            let _cancelled = sleeper.wake.send(());
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
            let clock = clock.member();
            async move {
                clock.sleep_until(at(10)).await;
                let first = clock.now();
                clock.sleep_until(at(20)).await;
                (first, clock.now())
            }
        });
        driver.settled().await;
        driver.advance_to(at(10));
        driver.settled().await;
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
            let clock = clock.member();
            async move { clock.sleep_until(at(10)).await }
        });
        driver.settled().await;
        sleeper.abort();
        assert!(sleeper.await.unwrap_err().is_cancelled());
        // It has left: nobody waits for it.
        driver.settled().await;
        let clock = clock.member();
        let other = tokio::spawn(async move { clock.sleep_until(at(5)).await });
        driver.settled().await;
        driver.advance_to(at(5));
        other.await.unwrap();
    }

    /// A task that is no member sleeps beside one that still works: the clock must not move on.
    #[tokio::test]
    async fn only_the_sleep_of_members_counts() {
        let (clock, driver) = Clock::stepped(at(0));
        let member = clock.member();
        let mut guest = Box::pin(clock.sleep_until(at(10)));
        assert!(is_pending(&mut guest).await);
        let mut settled = Box::pin(driver.settled());
        assert!(is_pending(&mut settled).await);
        let mut sleep = Box::pin(member.sleep_until(at(10)));
        assert!(is_pending(&mut sleep).await);
        settled.await;
    }

    #[tokio::test]
    async fn a_wait_on_a_stepped_clock_ends_by_no_real_time_but_by_the_word_that_no_answer_comes() {
        let (clock, driver) = Clock::stepped(at(0));
        let (one, other) = (clock.member(), clock.member());
        let mut waiting = Box::pin(one.timeout(Duration::ZERO, std::future::pending::<()>()));
        assert!(is_pending(&mut waiting).await);
        let settled = driver.settled();
        tokio::pin!(settled);
        clock.no_answer();
        // The other one still works, and might do something that ends the wait.
        assert!(is_pending(&mut settled).await);
        assert!(is_pending(&mut waiting).await);
        let mut sleep = Box::pin(other.sleep_until(at(1)));
        assert!(is_pending(&mut sleep).await);
        assert!(is_pending(&mut settled).await);
        assert_eq!(waiting.await, Err(TimedOut));
        let mut sleep = Box::pin(one.sleep_until(at(1)));
        assert!(is_pending(&mut sleep).await);
        settled.await;
        let answer = one.timeout(Duration::ZERO, std::future::ready(7)).await;
        assert_eq!(answer, Ok(7));
    }
}
