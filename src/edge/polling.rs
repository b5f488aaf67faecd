//! Polls one bus into the spool.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::checks::BusChecks;
use super::clock_watch::timebase;
use super::pushed::Proof;
use crate::modbus::{Bus, BusStats};
use crate::spool::SpoolHandle;
use crate::support::Clock;

/// How long a running poll may still take at the end: what it has read is kept, but nobody waits for a dead line.
const LAST_POLL_MAX: Duration = Duration::from_secs(5);

/// Who is told what is read.
pub(super) struct Told {
    pub stats: Arc<BusStats>,
    /// On trial of a pushed configuration, what has been shown.
    pub proof: Option<watch::Sender<Proof>>,
}

/// What a bus shows on trial.
struct Shows {
    bus: String,
    /// Whether it has given a value.
    gave: bool,
    proof: Option<watch::Sender<Proof>>,
}

impl Shows {
    /// What was read so far is in the spool, unless that cannot be written.
    fn stored(&self, spool: &SpoolHandle) {
        let Some(proof) = &self.proof else { return };
        let status = *spool.status().borrow();
        if status.unwritten == 0 {
            let spool = status.spool;
            proof.send_modify(|proof| {
                proof.appended(&self.bus, self.gave, spool.epoch, spool.last_seq);
            });
        }
    }
}

/// Polls `bus` until `stop`. The readings of each poll are one commit. They are in the spool before the bus sleeps, or
/// if the next poll is due already, before that one ends.
pub(super) async fn poll(
    mut bus: Bus,
    checks: BusChecks,
    spool: SpoolHandle,
    clock: Clock,
    told: Told,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut storing = None;
    let Told { stats, proof } = told;
    let mut shows = Shows { bus: bus.name().to_owned(), gave: false, proof };
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
            shows.stored(&spool);
        }
        if !readings.is_empty() {
            shows.gave |= readings.iter().any(|reading| reading.value().is_some());
            checks.judge(&mut readings);
            let stored = spool.append(readings, base);
            if bus.next_due().is_none_or(|due| due > clock.now()) {
                stored.await?;
                shows.stored(&spool);
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
