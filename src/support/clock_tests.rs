//! Clocks that are stepped, and the machine's own when it is set.

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
    driver.all_asleep().await;
    driver.advance_to(at(10));
    driver.all_asleep().await;
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
async fn an_update_waits_for_a_poll_only_if_the_time_changes() {
    let clock = Clock::validated(Trust::Always, None);
    let poll = clock.hold_steady().await;
    // A slow poll of one bus, and no step: neither the update nor a poll of another bus waits for it.
    let longest = Duration::from_secs(10);
    assert_eq!(tokio::time::timeout(longest, clock.update()).await, Ok(false));
    assert!(tokio::time::timeout(longest, clock.hold_steady()).await.is_ok());
    let Source::Validated(_, validated) = &clock.0 else { panic!("{clock:?}") };
    // The keeper's time is a minute behind: the kernel's clock has been set since.
    let then = kernel_clock::KernelClock {
        wall: Timestamp::now() - jiff::SignedDuration::from_mins(1),
        ..kernel_clock::read()
    };
    *validated.keeper() = Timekeeper::new(Trust::Always, None, then);
    let step = clock.update();
    tokio::pin!(step);
    assert!(is_pending(&mut step).await, "a step waits");
    drop(poll);
    assert_eq!(tokio::time::timeout(longest, step).await, Ok(false));
    let off = Timestamp::now().duration_since(clock.now()).abs();
    assert!(off < jiff::SignedDuration::from_secs(5), "{off}");
}

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
    driver.all_asleep().await;
    sleeper.abort();
    assert!(sleeper.await.unwrap_err().is_cancelled());
    // It is no longer a member.
    driver.all_asleep().await;
    let clock = clock.member();
    let other = tokio::spawn(async move { clock.sleep_until(at(5)).await });
    driver.all_asleep().await;
    driver.advance_to(at(5));
    other.await.unwrap();
}

/// While a member works, the sleep of a task that is not a member must not let the clock move.
#[tokio::test]
async fn only_the_sleep_of_members_counts() {
    let (clock, driver) = Clock::stepped(at(0));
    let member = clock.member();
    let mut other = Box::pin(clock.sleep_until(at(10)));
    assert!(is_pending(&mut other).await);
    let mut asleep = Box::pin(driver.all_asleep());
    assert!(is_pending(&mut asleep).await);
    let mut sleep = Box::pin(member.sleep_until(at(10)));
    assert!(is_pending(&mut sleep).await);
    asleep.await;
}

#[tokio::test]
async fn a_wait_on_a_stepped_clock_ends_by_the_announcement_that_no_answer_comes_and_not_by_real_time()
 {
    let (clock, driver) = Clock::stepped(at(0));
    let (one, other) = (clock.member(), clock.member());
    let mut waiting = Box::pin(one.timeout(Duration::ZERO, std::future::pending::<()>()));
    assert!(is_pending(&mut waiting).await);
    let asleep = driver.all_asleep();
    tokio::pin!(asleep);
    clock.no_answer();
    // The other member still works, and might do something that ends the wait.
    assert!(is_pending(&mut asleep).await);
    assert!(is_pending(&mut waiting).await);
    let mut sleep = Box::pin(other.sleep_until(at(1)));
    assert!(is_pending(&mut sleep).await);
    assert!(is_pending(&mut asleep).await);
    assert_eq!(waiting.await, Err(TimedOut));
    let mut sleep = Box::pin(one.sleep_until(at(1)));
    assert!(is_pending(&mut sleep).await);
    asleep.await;
    let answer = one.timeout(Duration::ZERO, std::future::ready(7)).await;
    assert_eq!(answer, Ok(7));
}
