//! Pauses finer than tokio's timer, whose resolution of 1 ms is more than 3 % of a transaction at 19200 baud.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// A reusable timer. Each pause takes the time given or a little longer, never less.
#[derive(Debug)]
pub enum Pause {
    /// Precise to about 50 µs, with a timer of the kernel.
    Fine(AsyncFd<OwnedFd>),
    /// Precise to a millisecond, with tokio's timer.
    Coarse,
}

impl Pause {
    /// A fine timer. Fails if no file descriptor is left, or outside of a tokio runtime.
    #[expect(
        deprecated,
        reason = "the successor is unsafe, and an OwnedFd already guarantees what it demands"
    )]
    pub fn fine() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        Ok(Self::Fine(AsyncFd::new(timer)?))
    }

    /// Waits for `length`. Cancel safe.
    pub async fn wait(&self, length: Duration) {
        if length.is_zero() {
            return;
        }
        match self {
            Self::Coarse => tokio::time::sleep(length).await,
            Self::Fine(timer) => {
                if expire(timer, length).await.is_err() {
                    tokio::time::sleep(length).await;
                }
            }
        }
    }
}

async fn expire(timer: &AsyncFd<OwnedFd>, length: Duration) -> io::Result<()> {
    // How wide the fields are depends on the processor.
    let value = Timespec::try_from(length).map_err(io::Error::other)?;
    let none = Timespec { tv_sec: 0, tv_nsec: 0 };
    // Setting the timer clears the expirations of an earlier pause that was dropped.
    let set = Itimerspec { it_interval: none, it_value: value };
    timerfd_settime(timer.get_ref(), TimerfdTimerFlags::empty(), &set)?;
    loop {
        let mut guard = timer.readable().await?;
        let mut expirations = [0; 8];
        match guard.try_io(|timer| Ok(rustix::io::read(timer.get_ref(), &mut expirations)?)) {
            Ok(read) => return read.map(|_| ()),
            Err(_not_yet) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::Stopwatch;

    #[tokio::test]
    async fn a_pause_is_never_too_short_and_can_be_dropped() {
        let pause = Pause::fine().unwrap();
        for micros in [1, 300, 1750, 4010] {
            let length = Duration::from_micros(micros);
            // A dropped pause must not end the next one.
            tokio::select! {
                biased;
                () = pause.wait(Duration::from_micros(100)) => {}
                () = std::future::ready(()) => {}
            }
            let watch = Stopwatch::start();
            pause.wait(length).await;
            assert!(watch.elapsed() >= length);
        }
        // At least half of them are finer than tokio's timer can be.
        let mut fine = 0;
        for _ in 0..20 {
            let watch = Stopwatch::start();
            pause.wait(Duration::from_micros(200)).await;
            fine += i32::from(watch.elapsed() < Duration::from_micros(900));
        }
        assert!(fine >= 10, "{fine} of 20");
    }
}
