//! Reads the kernel's clocks, with the package's only unsafe code: a C call that no maintained crate wraps for reading.

use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, Timespec, clock_gettime};

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
    let service = synchronised();
    KernelClock {
        wall: wall(clock_gettime(ClockId::Realtime)),
        up: up(),
        synchronised: service == Ok(true),
        forbidden: service.is_err(),
    }
}

/// To the millisecond. The kernel's clock is never set to before 1970; how wide its nanoseconds are depends on the
/// processor.
fn wall(time: Timespec) -> Timestamp {
    let since_1970 = Duration::try_from(time).unwrap_or_default();
    let ms = i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
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

/// Also on a 32-bit processor, the kernel's clocks go on after 2038.
const _: fn(Timespec) -> i64 = |time| time.tv_sec;

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use rustix::time::Timespec;

    #[test]
    fn the_wall_clock_goes_on_after_2038_and_2106() {
        for (second, time) in [
            (0, "1970-01-01T00:00:00.999Z"),
            (2_147_483_648, "2038-01-19T03:14:08.999Z"),
            (4_294_967_296, "2106-02-07T06:28:16.999Z"),
        ] {
            let read = super::wall(Timespec { tv_sec: second, tv_nsec: 999_999_999 });
            assert_eq!(read, time.parse::<Timestamp>().unwrap());
        }
        let before_1970 = super::wall(Timespec { tv_sec: -1, tv_nsec: 0 });
        assert_eq!(before_1970, Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn the_clocks_can_be_read_and_the_boot_id_is_stable() {
        let first = super::read();
        let second = super::read();
        assert!(second.up >= first.up && second.wall.as_second() > 1_700_000_000);
        assert_eq!(super::boot_id(), super::boot_id());
    }
}
