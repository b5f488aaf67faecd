//! Purges raw readings past their retention. Hours and days stay.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use crate::core::Calendar;
use crate::store::Sqlite;
use crate::support::Clock;

/// How often old readings are looked for.
const INTERVAL: Duration = Duration::from_secs(6 * 3600);

/// Readings purged in one commit: ingest waits for it a fraction of a second.
const PURGE_BATCH: u32 = 20_000;

/// The first instant within the retention at `now`, which is the start of a day.
fn retained_from(calendar: &Calendar, now: Timestamp, months: u32) -> Timestamp {
    let first = calendar.day_of(now).saturating_sub(i64::from(months).months());
    calendar.start_of(first)
}

/// Purges until `stop`. It fails if the store cannot be opened, or if the purging thread panics.
pub async fn run(
    path: PathBuf,
    months: u32,
    calendar: Calendar,
    clock: Clock,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut store = Sqlite::open(&path)?;
    loop {
        let before = retained_from(&calendar, clock.now(), months);
        let mut purged = 0;
        loop {
            let done;
            (store, done) = tokio::task::spawn_blocking(move || {
                let done = store.purge_raw(before, PURGE_BATCH);
                (store, done)
            })
            .await?;
            match done {
                Ok(now) => {
                    purged += now;
                    if now < u64::from(PURGE_BATCH) || stop.is_cancelled() {
                        break;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot purge old readings; tried again later");
                    break;
                }
            }
        }
        if purged > 0 {
            tracing::info!(purged, %before, "old readings purged; their hours and days stay");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    #[test]
    fn months_are_those_of_the_office_and_days_are_whole() {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 8);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // The 31st of March in China, before eight: still the 30th.
        let now = at("2026-03-30T23:00:00Z");
        assert_eq!(retained_from(&calendar, now, 1), at("2026-02-28T00:00:00Z"));
        assert_eq!(retained_from(&calendar, now, 24), at("2024-03-30T00:00:00Z"));
    }
}
