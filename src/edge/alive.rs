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

/// A bus and what it has done.
pub(super) struct Pulse {
    watch: BusWatch,
    longest: Duration,
    polls: u64,
    at: Duration,
}

impl Pulse {
    /// Of a bus whose longest interval is `longest`.
    pub fn new(watch: BusWatch, longest: Duration) -> Self {
        Self {
            watch,
            longest,
            polls: 0,
            at: Duration::ZERO,
        }
    }

    /// Whether it has polled within its time: `polls` times up to `now`, by how long the clock has run.
    fn beats(&mut self, polls: u64, now: Duration) -> bool {
        if polls != self.polls {
            (self.polls, self.at) = (polls, now);
        }
        now.saturating_sub(self.at) <= self.longest + GRACE
    }
}

/// Feeds the watchdog until `stop`, where there is one.
///
/// # Errors
/// None; the end of it is that of the gateway.
pub(super) async fn feed(
    mut buses: Vec<Pulse>,
    spool: SpoolHandle,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    tell(&[
        NotifyState::Ready,
        NotifyState::Status("polls and delivers"),
    ]);
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
        let now = clock.uptime();
        let stuck = buses.iter_mut().find_map(|bus| {
            let report = bus.watch.report();
            (!bus.beats(report.polls, now)).then_some(report.name)
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
    use crate::modbus::{Bus, BusContext, Learned, Mode};
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use tokio::sync::watch;

    #[test]
    fn a_bus_that_polls_no_more_is_found() {
        let settings = toml::from_str("name = \"field\"").unwrap();
        let context = BusContext {
            clock: Clock::system(),
            mode: watch::channel(Mode::Normal).1,
            learned: Arc::new(Learned::open("/nowhere/learned.toml".into(), "gw-test")),
        };
        let bus = Bus::new(&settings, &BTreeMap::new(), &context, None).unwrap();
        let mut pulse = Pulse::new(bus.watch(), Duration::from_secs(60));
        let at = Duration::from_secs;
        assert!(pulse.beats(0, at(660)));
        assert!(pulse.beats(1, at(700)) && pulse.beats(1, at(1360)));
        assert!(!pulse.beats(1, at(1361)));
        assert!(pulse.beats(2, at(1362)));
    }
}
