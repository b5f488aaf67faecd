//! Where a gateway's metrics can be fetched.

use crate::core::Problem;
use crate::edge::EdgeSettings;

/// Every problem of `metrics`.
pub(super) fn check(settings: &EdgeSettings) -> Option<Problem> {
    let metrics = settings.metrics?;
    let problem =
        |rule: &str, hint: &str| Some(Problem::new("metrics.listen", metrics.listen, rule, hint));
    if metrics.listen.port() == 0 {
        return problem("the port must be 1 to 65535", "take 9464");
    }
    if !metrics.allow_remote && !metrics.listen.ip().to_canonical().is_loopback() {
        return problem(
            "can be reached from other machines, and the page asks for no password",
            "listen on 127.0.0.1, or set allow_remote = true where a firewall lets nobody else in",
        );
    }
    None
}
