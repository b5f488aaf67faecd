//! What the gateway's process takes of its machine: flash memory wears out, and there is little main memory.

use std::time::Duration;

use super::status::DiskUse;

const DAY_S: f64 = 86_400.0;

/// After this uptime the daily amount can be extrapolated.
const EXTRAPOLATE_AFTER: Duration = Duration::from_secs(600);

/// What this process has written to disk in `uptime`; `None` where the system does not say.
pub(super) fn disk_use(uptime: Duration) -> Option<DiskUse> {
    let io = std::fs::read_to_string("/proc/self/io").ok()?;
    let written: u64 = field(&io, "write_bytes:")?.parse().ok()?;
    let per_day = || (written as f64 * DAY_S / uptime.as_secs_f64()) as u64;
    Some(DiskUse { written, written_a_day: (uptime >= EXTRAPOLATE_AFTER).then(per_day) })
}

/// Bytes of main memory that this process occupies (VmRSS of proc(5), status); `None` where the system does not say.
pub(super) fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib: u64 = field(&status, "VmRSS:")?.strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}
