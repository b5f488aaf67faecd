//! What memory the gateway occupies: its machine has little.

/// Bytes of memory that this process occupies (VmRSS of proc(5), status); nothing where the system does not tell.
pub(super) fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = resident.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}
