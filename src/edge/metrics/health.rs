//! Whether a gateway is healthy.

use crate::edge::control::GatewayStatus;
use crate::locales::{Text, edge as words};

/// The gateway's problems. An unreachable broker, hub or device is none: a restart would not help; the metrics show it.
pub(super) fn problems(status: &GatewayStatus) -> Vec<Text> {
    let mut problems = Vec::new();
    if let Some(trouble) = status.spool.trouble {
        problems.push(words::spool_waits(trouble.id(), status.spool.unwritten));
    }
    problems.extend(status.silent_buses());
    problems
}
