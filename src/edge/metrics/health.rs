//! Whether a gateway is well.

use std::time::Duration;

use crate::edge::alive;
use crate::edge::desk::GatewayStatus;

/// What is wrong, one thing a line. A broker, hub or device that is away is a state, and the metrics tell of it: whoever restarts
/// a gateway for it helps nobody.
pub(super) fn reasons(status: &GatewayStatus) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(trouble) = status.spool.trouble {
        let (trouble, unwritten) = (trouble.id(), status.spool.unwritten);
        reasons.push(format!(
            "the spool cannot be written ({trouble}); {unwritten} readings wait in memory"
        ));
    }
    let up_s = status.up_s();
    for bus in &status.buses {
        let (polled_at_s, silent_max) = (bus.report.polled_at_s, bus.silent_max_s);
        if alive::is_stuck(polled_at_s, up_s, Duration::from_secs(silent_max)) {
            let silent = up_s - polled_at_s;
            reasons.push(format!(
                "bus {} has not polled for {silent:.0} s, and has {silent_max} s for it",
                bus.report.name
            ));
        }
    }
    reasons
}
