//! What the gateway writes to its disk: flash wears by it.

use std::time::Duration;

use super::DiskUse;

const DAY: f64 = 86_400.0;

/// What this process has written while it ran for `uptime`; nothing where the system does not tell.
pub(super) fn look(uptime: Duration) -> Option<DiskUse> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    let written = io
        .lines()
        .find_map(|line| line.strip_prefix("write_bytes: "))?;
    let written: u64 = written.trim().parse().ok()?;
    let days = uptime.as_secs_f64() / DAY;
    let a_day = if days > 0.0 {
        written as f64 / days
    } else {
        0.0
    };
    Some(DiskUse {
        written,
        written_a_day: a_day as u64,
    })
}
