//! Keeps the local copy of a server's readings up to date while a hub shows it.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{HubState, logged};
use crate::store::Sqlite;
use crate::store::server::copy::{Copier, Reach};
use crate::support::{Backoff, Clock, Stopwatch, random};

/// How often the server is asked for new readings: the page follows within seconds.
const INTERVAL: Duration = Duration::from_secs(5);

/// How often it is asked for records that another hub filed under an earlier time.
const LOOK_BACK_INTERVAL: Duration = Duration::from_secs(3600);

/// Waits after a pass that failed.
const RETRY: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(60) };

/// Copies until `stop`. It fails only if the copying thread panics.
pub async fn follow(
    copier: Copier,
    copy: Sqlite,
    clock: Clock,
    state: Arc<HubState>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut pair = (copier, copy);
    let mut failures = 0;
    let mut looked_back: Option<Stopwatch> = None;
    loop {
        let due = looked_back.as_ref().is_none_or(|since| since.elapsed() >= LOOK_BACK_INTERVAL);
        let reach = if due { Reach::Day } else { Reach::New };
        let now = clock.now();
        let passed;
        (pair, passed) = tokio::task::spawn_blocking(move || {
            let (copier, mut copy) = pair;
            let passed = copier.pass(&mut copy, now, reach);
            ((copier, copy), passed)
        })
        .await?;
        let wait = match passed {
            Ok(copied) => {
                failures = 0;
                if due {
                    looked_back = Some(Stopwatch::start());
                }
                state.note_copied(now);
                if copied.new_batches > 0 {
                    tracing::debug!(?copied, "copied the server's readings");
                }
                INTERVAL
            }
            Err(error) => {
                failures += 1;
                let wait = RETRY.wait(failures, random::unit()) + RETRY.first;
                tracing::warn!(
                    error = logged(&error.into()),
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
