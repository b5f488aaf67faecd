//! Pauses finer than tokio's timer, whose grain of 1 ms is more than 3 % of an exchange at 19200 baud.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// A timer that is used again and again. Each pause takes the time given or a little longer, never less.
#[derive(Debug)]
pub enum Pause {
    /// To some 50 µs, by a timer of the kernel.
    Fine(AsyncFd<OwnedFd>),
    /// To a millisecond, by tokio's timer.
    Coarse,
}

impl Pause {
    /// A fine timer.
    ///
    /// # Errors
    /// The system has no descriptor left, or this is no tokio runtime.
    #[expect(
        deprecated,
        reason = "an OwnedFd keeps what its successor demands, which is unsafe: and there is no unsafe code here"
    )]
    pub fn fine() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        Ok(Self::Fine(AsyncFd::new(timer)?))
    }

    /// Waits for `length`. May be dropped before its end.
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
    let value = Timespec {
        tv_sec: i64::try_from(length.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: length.subsec_nanos().into(),
    };
    let none = Timespec { tv_sec: 0, tv_nsec: 0 };
    // Setting it forgets what an earlier pause, dropped before its end, has left.
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
            // One that is dropped must not end the next.
            tokio::select! {
                biased;
                () = pause.wait(Duration::from_micros(100)) => {}
                () = std::future::ready(()) => {}
            }
            let watch = Stopwatch::start();
            pause.wait(length).await;
            assert!(watch.elapsed() >= length);
        }
        // Half of them at least are finer than tokio's timer can be.
        let mut fine = 0;
        for _ in 0..20 {
            let watch = Stopwatch::start();
            pause.wait(Duration::from_micros(200)).await;
            fine += i32::from(watch.elapsed() < Duration::from_micros(900));
        }
        assert!(fine >= 10, "{fine} of 20");
    }
}
