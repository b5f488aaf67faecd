//! Tells systemd that the gateway is up, and that it gets on: the watchdog is fed by what has been done, not by a timer.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use crate::modbus::BusWatch;
use crate::spool::SpoolHandle;
use crate::support::Clock;

/// How much longer than its longest interval a bus may go without a poll: a dead line with 247 units and all retries is given up
/// long before.
const GRACE: Duration = Duration::from_secs(600);

/// Of the time that the watchdog allows, the part after which it is fed.
const OFTEN: u32 = 3;

/// How long a bus whose longest interval is `longest` may go without a poll.
pub(super) fn silent_max(longest: Duration) -> Duration {
    longest + GRACE
}

/// Whether a bus has polled for the last time too long ago: at `polled_at_s`, where it is `up_s` now, both by how long the gateway
/// has run.
pub(super) fn is_stuck(polled_at_s: f64, up_s: f64, silent_max: Duration) -> bool {
    up_s - polled_at_s > silent_max.as_secs_f64()
}

/// Feeds the watchdog until `stop`, where there is one. Of each bus it knows how long it may go without a poll.
///
/// # Errors
/// None; the end of it is that of the gateway.
pub(super) async fn feed(
    buses: Vec<(BusWatch, Duration)>,
    spool: SpoolHandle,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    tell(&[NotifyState::Ready, NotifyState::Status("polls and delivers")]);
    let Some(most) = sd_notify::watchdog_enabled() else {
        stop.cancelled().await;
        return Ok(());
    };
    let mut feeding = tokio::time::interval((most / OFTEN).max(Duration::from_millis(1)));
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = feeding.tick() => {}
        }
        let answered = tokio::time::timeout(most / OFTEN, spool.stored(0, 0, 0)).await;
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
                tracing::error!(bus, "has not polled for too long; the watchdog is not fed")
            }
            None => tell(&[NotifyState::Watchdog]),
        }
    }
    tell(&[NotifyState::Stopping]);
    Ok(())
}

/// Says it to whoever started us, if it wants to know.
fn tell(what: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(what) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_that_polls_no_more_is_found() {
        let most = silent_max(Duration::from_secs(60));
        assert!(!is_stuck(0.0, 660.0, most));
        assert!(!is_stuck(700.0, 1360.0, most));
        assert!(is_stuck(700.0, 1360.1, most));
        assert!(!is_stuck(1360.0, 1362.0, most));
    }
}
