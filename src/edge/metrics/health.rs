//! Whether a gateway is healthy.

use std::time::Duration;

use crate::edge::control::GatewayStatus;
use crate::edge::watchdog;

/// The gateway's problems. An unreachable broker, hub or device is none: a restart would not help; the metrics show it.
pub(super) fn problems(status: &GatewayStatus) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(trouble) = status.spool.trouble {
        let (trouble, unwritten) = (trouble.id(), status.spool.unwritten);
        problems.push(format!(
            "the spool cannot be written ({trouble}); {unwritten} readings wait in memory"
        ));
    }
    let up_s = status.up_s();
    for bus in &status.buses {
        let (polled_at_s, silent_max) = (bus.report.polled_at_s, bus.silent_max_s);
        if watchdog::is_stuck(polled_at_s, up_s, Duration::from_secs(silent_max)) {
            let silent = up_s - polled_at_s;
            problems.push(format!(
                "bus {} has not polled for {silent:.0} s; its limit is {silent_max} s",
                bus.report.name
            ));
        }
    }
    problems
}
