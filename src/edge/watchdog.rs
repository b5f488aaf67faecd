//! Tells systemd that the gateway has started, and feeds its watchdog only while buses poll and the spool answers.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::locales::cli::configuration_not_taken;
use crate::locales::edge as words;
use crate::modbus::BusWatch;
use crate::spool::SpoolHandle;
use crate::support::{Clock, service};
use crate::wire::Epoch;

/// How long beyond its longest interval a bus may go without a poll: a dead line of 247 units, all retried, takes less.
const GRACE: Duration = Duration::from_secs(600);

/// How long a bus with this longest interval may go without a poll.
pub(super) fn silent_max(longest_interval: Duration) -> Duration {
    longest_interval + GRACE
}

/// Whether the last poll of a bus is too long ago. Both times are uptimes of the gateway.
pub(super) fn is_stuck(polled_at_s: f64, up_s: f64, silent_max: Duration) -> bool {
    up_s - polled_at_s > silent_max.as_secs_f64()
}

/// Feeds the watchdog, if there is one, until `stop`. Each bus comes with the longest time it may go without a poll.
/// Whether the gateway goes on with an old configuration, since the new one was not taken, is said as well.
pub(super) async fn feed(
    buses: Vec<(BusWatch, Duration)>,
    spool: SpoolHandle,
    clock: Clock,
    keeps_old: bool,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    service::ready(&match keeps_old {
        true => configuration_not_taken(),
        false => words::service_runs(),
    });
    let Some(period) = service::feed_period() else {
        stop.cancelled().await;
        return Ok(());
    };
    let mut ticks = tokio::time::interval(period);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        let answered = tokio::time::timeout(period, spool.stored(Epoch::default(), 0, 0, 0)).await;
        if answered.is_err() {
            tracing::error!("the spool's thread does not answer; the watchdog is not fed");
            continue;
        }
        let up_s = clock.uptime().as_secs_f64();
        let stuck = buses.iter().find_map(|(bus, silent_max)| {
            let report = bus.report();
            is_stuck(report.polled_at_s, up_s, *silent_max).then_some(report.name)
        });
        match stuck {
            Some(bus) => {
                tracing::error!(
                    bus,
                    "the bus has not polled for too long; the watchdog is not fed"
                );
            }
            None => service::feed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_that_no_longer_polls_is_found() {
        let most = silent_max(Duration::from_secs(60));
        assert!(!is_stuck(0.0, 660.0, most));
        assert!(!is_stuck(700.0, 1360.0, most));
        assert!(is_stuck(700.0, 1360.1, most));
        assert!(!is_stuck(1360.0, 1362.0, most));
    }
}
