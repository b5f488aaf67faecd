//! Where a gateway's metrics can be fetched.

use crate::core::Problems;
use crate::edge::EdgeSettings;
use crate::locales::config as words;

pub(super) fn check(settings: &EdgeSettings, found: &mut Problems) {
    let Some(metrics) = settings.metrics else { return };
    let listen = metrics.listen;
    found.ensure(
        listen.port() != 0,
        "metrics.listen",
        listen,
        words::port_range(),
        words::usual_port(9464),
    );
    found.ensure(
        metrics.allow_remote || listen.ip().to_canonical().is_loopback(),
        "metrics.listen",
        listen,
        words::open_to_others(),
        words::listen_here(),
    );
}
