//! Where a gateway's metrics can be fetched.

use crate::core::Problems;
use crate::edge::EdgeSettings;

pub(super) fn check(settings: &EdgeSettings, found: &mut Problems) {
    let Some(metrics) = settings.metrics else { return };
    let listen = metrics.listen;
    found.ensure(
        listen.port() != 0,
        "metrics.listen",
        listen,
        "the port must be 1 to 65535",
        "9464 is the usual one",
    );
    found.ensure(
        metrics.allow_remote || listen.ip().to_canonical().is_loopback(),
        "metrics.listen",
        listen,
        "can be reached from other machines, and the page asks for no password",
        "listen on 127.0.0.1, or set allow_remote = true where a firewall keeps others out",
    );
}
