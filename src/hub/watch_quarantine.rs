//! Looks at how full the quarantine is, beside intake: it must be told before it is full. And at which gateways are
//! revoked, which somebody else does; at how large the store's log is, and whether its file is where it was. Has the
//! log say again what lasts.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{HubState, ending, logged};
use crate::store::{Place, Quarantine, QuarantineShare, Revocation, Sqlite, StoreError};
use crate::support::{Clock, files};

/// How often it is looked at: a gateway that fills its part within seconds is told of when that is full.
const INTERVAL: Duration = Duration::from_secs(10);

/// Looks until `stop`. It fails if the store's file is no longer where it was opened, or if the thread that reads it
/// panics.
pub async fn run(
    place: Place,
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
        state.log_what_lasts(clock.moment());
        // A hub that has nothing to write learns it here, before more connections are opened to another file.
        place.check().map_err(|error| ending(error, &state))?;
        let path = place.path().to_owned();
        let log = std::fs::metadata(files::with_suffix(&path, "-wal"));
        state.note_log(log.ok().map(|log| log.len()), clock.moment());
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
