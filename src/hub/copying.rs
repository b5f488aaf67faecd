//! Keeps the local copy of a server's readings up to date while a hub shows it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::complaints::{Complaint, Complaints};
use super::{HubState, ending, logged};
use crate::core::GatewayId;
use crate::locales::{Lang, foreign};
use crate::store::Sqlite;
use crate::store::server::copy::{Copier, Reach};
use crate::store::server::{LeftOut, by_gateway};
use crate::support::{Backoff, Clock, Stopwatch, lock, random};

/// How often the server is asked for new readings while some come: the page follows within seconds.
const INTERVAL: Duration = Duration::from_secs(5);

/// How much longer it is left alone after each pass that found nothing, and for how long at most: the page is no more
/// than a quarter of a minute behind. Engineering judgement.
const LONGER: Duration = Duration::from_secs(1);
const INTERVAL_MAX: Duration = Duration::from_secs(15);

/// How often it is asked for records that another hub filed under an earlier time.
const LOOK_BACK_INTERVAL: Duration = Duration::from_secs(3600);

/// How often it is asked whether it still has what was copied. Engineering judgement.
const PROVE_INTERVAL: Duration = Duration::from_secs(60);

/// Waits after a pass that failed.
const RETRY: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(60) };

/// Tells what the copy leaves out: page and health all of it, the log what is new, once a gateway and minute.
struct LeftOutLog {
    since: Stopwatch,
    /// Readings of each gateway that were noted before.
    told: BTreeMap<GatewayId, u64>,
    complaints: Complaints,
}

impl LeftOutLog {
    fn note(&mut self, left_out: &[LeftOut], state: &HubState) {
        let by_gateway = by_gateway(left_out);
        let now = self.since.elapsed();
        let mut lines = self.complaints.due(now);
        for (gateway, (readings, what)) in &by_gateway {
            let before = self.told.insert(gateway.clone(), *readings).unwrap_or(0);
            if *readings > before {
                let (sender, what) = (Some(gateway.clone()), what.within(Lang::English));
                lines.extend(self.complaints.note(&sender, readings - before, &what, now));
            }
        }
        for Complaint { sender, count, problem } in lines {
            let gateway = sender.as_ref().map_or("", GatewayId::as_str);
            tracing::warn!(
                gateway,
                readings = count,
                problem,
                "readings on the server are not copied"
            );
        }
        state.note_left_out(by_gateway.into_iter().map(|(of, (_, what))| (of, what)).collect());
    }
}

/// The wait after so many passes in a row that found nothing.
fn interval(idle: u32) -> Duration {
    INTERVAL.saturating_add(LONGER.saturating_mul(idle)).min(INTERVAL_MAX)
}

/// Notes whether the server has lost what was copied; the log says it once.
fn note_gone(gone: Option<Timestamp>, state: &HubState) {
    if let Some(at) = gone
        && lock(&state.server_lost_copy).is_none()
    {
        tracing::error!(recorded = %at, "the server has lost what it had; restore its backup and keep the copy");
    }
    state.note_server_lost_copy(gone);
}

/// Copies until `stop`. It fails if the copy is no longer where it was opened, or if the copying thread panics.
pub async fn follow(
    copier: Copier,
    copy: Sqlite,
    clock: Clock,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut pair = (copier, copy);
    let mut left_out = LeftOutLog {
        since: Stopwatch::start(),
        told: BTreeMap::new(),
        complaints: Complaints::default(),
    };
    let (mut failures, mut idle) = (0, 0u32);
    let mut looked_back: Option<Stopwatch> = None;
    let mut proved = Stopwatch::start();
    loop {
        let due = looked_back.as_ref().is_none_or(|since| since.elapsed() >= LOOK_BACK_INTERVAL);
        let reach = if due { Reach::Day } else { Reach::New };
        let now = clock.moment();
        let proves = proved.elapsed() >= PROVE_INTERVAL;
        let (passed, gone);
        (pair, passed, gone) = tokio::task::spawn_blocking(move || {
            let (mut copier, mut copy) = pair;
            let copied = copier.pass(&mut copy, now.time, reach);
            let passed = copied.and_then(|copied| Ok((copied, copy.left_out()?)));
            let gone = (proves && passed.is_ok()).then(|| copier.look_back(now.time));
            ((copier, copy), passed, gone)
        })
        .await?;
        if let Some(gone) = gone {
            proved = Stopwatch::start();
            note_gone(gone, &state);
        }
        let wait = match passed {
            Ok((copied, all)) => {
                failures = 0;
                if due {
                    looked_back = Some(Stopwatch::start());
                }
                state.note_copied(now);
                left_out.note(&all, &state);
                idle = idle.saturating_add(1);
                if copied.new_batches > 0 {
                    idle = 0;
                    // Of a hub that shares readings, others have taken some of them.
                    if !lock(&state.arrivals).are_watched() {
                        state.arrived.note_all();
                    }
                    tracing::debug!(?copied, "copied the server's readings");
                }
                interval(idle)
            }
            Err(error) if error.is_final() => return Err(ending(error, &state)),
            Err(error) => {
                failures += 1;
                let wait = RETRY.wait(failures, RETRY.most, random::unit()) + RETRY.first;
                let error = anyhow::Error::from(error);
                state.note_copy_failure(foreign::chain(&error), now);
                tracing::warn!(
                    error = logged(&error),
                    wait_s = wait.as_secs_f32(),
                    "cannot copy the server's readings"
                );
                wait
            }
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(wait) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_with_nothing_new_is_asked_less_often_but_never_seldom() {
        assert_eq!(interval(0), INTERVAL);
        let waits: Vec<Duration> = (0..50).map(interval).collect();
        assert!(waits.is_sorted() && waits.contains(&INTERVAL_MAX));
        assert_eq!(interval(u32::MAX), INTERVAL_MAX);
    }
}
