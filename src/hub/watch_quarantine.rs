//! Looks at how full the quarantine is, beside intake: it must be told before it is full. And at which gateways are
//! revoked, which somebody else does; and at how large the store's log is. Has the log say again what lasts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{HubState, logged};
use crate::store::{Quarantine, QuarantineShare, Revocation, Sqlite, StoreError};
use crate::support::{Clock, files};

/// How often it is looked at: a gateway that fills its part within seconds is told of when that is full.
const INTERVAL: Duration = Duration::from_secs(10);

/// Looks until `stop`. It fails only if the thread that reads the store panics.
pub async fn run(
    path: PathBuf,
    state: Arc<HubState>,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = ticks.tick() => {}
        }
        state.log_what_lasts(clock.now());
        let log = std::fs::metadata(files::with_suffix(&path, "-wal"));
        state.note_log(log.ok().map(|log| log.len()), clock.now());
        let path = path.clone();
        match tokio::task::spawn_blocking(move || look(&path)).await? {
            Ok((shares, revocations)) => state.note_quarantine(shares, revocations),
            Err(error) => {
                tracing::warn!(error = logged(&error.into()), "cannot look at the quarantine");
            }
        }
    }
}

fn look(path: &Path) -> Result<(Vec<QuarantineShare>, Vec<Revocation>), StoreError> {
    let shares = Quarantine::open_reader(path)?.shares()?;
    Ok((shares, Sqlite::open_reader(path)?.revocations()?))
}
