//! Where a gateway's metrics can be fetched.

use super::listen;
use crate::core::Problems;
use crate::edge::EdgeSettings;
use crate::locales::config as words;

pub(super) fn check(settings: &EdgeSettings, found: &mut Problems) {
    let Some(metrics) = settings.metrics else { return };
    let address = metrics.listen;
    found.ensure(
        address.port() != 0,
        "metrics.listen",
        address,
        words::port_range(),
        words::usual_port(9464),
    );
    let found = &mut found.at("metrics");
    listen::check_page(address, metrics.allow_remote, words::listen_here(), found);
}
