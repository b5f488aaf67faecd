//! Where a gateway's metrics can be fetched.

use super::{line, listen};
use crate::core::Problems;
use crate::edge::EdgeSettings;
use crate::locales::{Argument, check as own, config as words};

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
    for (index, dtu) in
        settings.buses.iter().enumerate().filter_map(|(i, b)| Some((i, b.dtu.as_ref()?)))
    {
        if dtu.listen == address || line::overlap(dtu.listen, address) {
            let rule =
                own::listen_overlaps(Argument::of(dtu.listen), format_args!("bus[{index}].dtu"));
            found.add("listen", address, rule, own::listen_elsewhere());
            break;
        }
    }
    listen::check_page(address, metrics.allow_remote, words::listen_here(), found);
}
