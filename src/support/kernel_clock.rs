//! Reads the kernel's clocks, with the package's only unsafe code: a C call that no maintained crate wraps for reading.

use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

/// The kernel's clocks at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelClock {
    pub wall: Timestamp,
    /// Time since the machine was switched on, including suspend. Nobody sets it.
    pub up: Duration,
    /// Whether a time service has set the wall clock and disciplines it (adjtimex(2): not `STA_UNSYNC`).
    pub synchronised: bool,
    /// The system does not let this program ask whether it is so.
    pub forbidden: bool,
}

/// Reads all clocks.
pub fn read() -> KernelClock {
    let wall = clock_gettime(ClockId::Realtime);
    let ms = wall.tv_sec.saturating_mul(1000).saturating_add(wall.tv_nsec / 1_000_000);
    let service = synchronised();
    KernelClock {
        wall: Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH),
        up: up(),
        synchronised: service == Ok(true),
        forbidden: service.is_err(),
    }
}

/// Time since the machine was switched on, including suspend.
pub fn up() -> Duration {
    Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
}

/// Identifies this boot of the machine: by the kernel's boot id, or else by the time at which it was switched on.
pub fn boot_id() -> u32 {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let id = id.and_then(|id| u32::from_str_radix(id.get(..8)?, 16).ok());
    id.unwrap_or_else(|| {
        let now = read();
        now.wall.as_second().wrapping_sub(now.up.as_secs() as i64) as u32
    })
}

/// The system refused the call: a filter of system calls, or a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Forbidden;

#[expect(unsafe_code, reason = "no maintained crate wraps adjtimex(2) for reading")]
fn synchronised() -> Result<bool, Forbidden> {
    // SAFETY: timex is a C struct of integers, for which zero is valid; with modes = 0 adjtimex only fills it in.
    let (state, status) = unsafe {
        let mut timex: libc::timex = std::mem::zeroed();
        (libc::adjtimex(&raw mut timex), timex.status)
    };
    // With modes = 0 the kernel itself has no reason to refuse.
    if state < 0 {
        return Err(Forbidden);
    }
    Ok(state != libc::TIME_ERROR && status & libc::STA_UNSYNC == 0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_clocks_can_be_read_and_the_boot_id_is_stable() {
        let first = super::read();
        let second = super::read();
        assert!(second.up >= first.up && second.wall.as_second() > 1_700_000_000);
        assert_eq!(super::boot_id(), super::boot_id());
    }
}
