//! Polls one bus into the spool.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::checks::BusChecks;
use super::clock_watch::timebase;
use crate::modbus::{Bus, BusStats};
use crate::spool::SpoolHandle;
use crate::support::Clock;

/// How long a running poll may still take at the end: what it has read is kept, but nobody waits for a dead line.
const LAST_POLL_MAX: Duration = Duration::from_secs(5);

/// Polls `bus` until `stop`. The readings of each poll are one commit. They are in the spool before the bus sleeps, or
/// if the next poll is due already, before that one ends.
pub(super) async fn poll(
    mut bus: Bus,
    checks: BusChecks,
    spool: SpoolHandle,
    clock: Clock,
    stats: Arc<BusStats>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut storing = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = bus.due() => {}
        }
        let too_late = async {
            stop.cancelled().await;
            tokio::time::sleep(LAST_POLL_MAX).await;
        };
        let mut readings = tokio::select! {
            () = too_late => break,
            polled = bus.poll_due(&stats) => polled,
        };
        // The base of all their times: it does not change during a poll, and no other task has run since.
        let base = timebase(clock.base());
        if let Some(stored) = storing.take() {
            stored.await?;
        }
        if !readings.is_empty() {
            checks.judge(&mut readings);
            let stored = spool.append(readings, base);
            if bus.next_due().is_none_or(|due| due > clock.now()) {
                stored.await?;
            } else {
                storing = Some(stored);
            }
        }
    }
    if let Some(stored) = storing {
        stored.await?;
    }
    Ok(())
}
