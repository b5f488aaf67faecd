//! What the gateway writes to its disk: flash wears by it.

use std::time::Duration;

use super::DiskUse;

const DAY: f64 = 86_400.0;

/// After so long what has been written tells what will be.
const TELLING: Duration = Duration::from_secs(600);

/// What this process has written while it ran for `uptime`; nothing where the system does not tell.
pub(super) fn look(uptime: Duration) -> Option<DiskUse> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    let written = io.lines().find_map(|line| line.strip_prefix("write_bytes: "))?;
    let written: u64 = written.trim().parse().ok()?;
    let a_day = || (written as f64 * DAY / uptime.as_secs_f64()) as u64;
    Some(DiskUse { written, written_a_day: (uptime >= TELLING).then(a_day) })
}
