//! What the kernel says of its clock. The only unsafe code here: a call of the C library that no kept crate wraps for reading.

use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// The kernel's clocks at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelClock {
    /// The wall clock.
    pub wall: Timestamp,
    /// Since the machine was switched on, sleep included. Nobody sets it.
    pub up: Duration,
    /// Whether a time service has set the wall clock and keeps it (adjtimex(2): not `STA_UNSYNC`).
    pub synchronised: bool,
}

/// Asks the kernel.
pub fn look() -> KernelClock {
    let wall = clock_gettime(ClockId::Realtime);
    let up = clock_gettime(ClockId::Boottime);
    let ms = wall.tv_sec.saturating_mul(1000).saturating_add(wall.tv_nsec / 1_000_000);
    KernelClock {
        wall: Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH),
        up: Duration::try_from(up).unwrap_or_default(),
        synchronised: synchronised(),
    }
}

/// Names the run of this machine's system. By the kernel's boot id; where there is none, by when the machine was switched on.
pub fn boot_id() -> u32 {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let id = id.and_then(|id| u32::from_str_radix(id.get(..8)?, 16).ok());
    id.unwrap_or_else(|| {
        let now = look();
        now.wall.as_second().wrapping_sub(now.up.as_secs() as i64) as u32
    })
}

#[expect(unsafe_code, reason = "no kept crate wraps adjtimex(2) for reading")]
fn synchronised() -> bool {
    // SAFETY: timex is a C structure of numbers, for which zeroes are a value; with modes = 0 adjtimex only fills it in.
    let (state, status) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex.status)
    };
    state >= 0 && state != libc::TIME_ERROR && status & libc::STA_UNSYNC == 0
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_kernel_answers_and_its_boot_has_one_name() {
        let first = super::look();
        let second = super::look();
        assert!(second.up >= first.up && second.wall.as_second() > 1_700_000_000);
        assert_eq!(super::boot_id(), super::boot_id());
    }
}
