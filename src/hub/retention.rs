//! Purges raw readings past their retention. Hours and days stay.
//!
//! Which readings are past it is counted back from the present that gateways agree on, never from this machine's clock
//! alone: one that is a year ahead would let go of everything. Nor do they believe a date at once that both show: it
//! has to last for seven days of reception, within which somebody sees that it is wrong. Where no readings come,
//! nothing grows old.

use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio_util::sync::CancellationToken;

use crate::core::Calendar;
use crate::store::{Sqlite, StoreError};
use crate::support::Clock;

/// How often old readings are looked for.
const INTERVAL: Duration = Duration::from_secs(6 * 3600);

/// Readings purged in one commit: ingest waits for it a fraction of a second.
const PURGE_BATCH: u32 = 20_000;

/// How far this machine's clock may be beyond the present that gateways agree on: they connect once a day at least.
/// Engineering judgement.
const BEYOND_MAX: SignedDuration = SignedDuration::from_hours(24);

/// The first instant within the retention at `now`, which is the start of a day.
pub fn retained_from(calendar: &Calendar, now: Timestamp, months: u32) -> Timestamp {
    let first = calendar.day_of(now).saturating_sub(i64::from(months).months());
    calendar.start_of(first)
}

/// What the store says of the time.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// The present that gateways agree on.
    present: Option<Timestamp>,
    /// The earliest of the last seven days of reception.
    lasted: Option<Timestamp>,
}

/// Before when raw readings may go at `now`; `None` where the present that gateways agree on is not known, or more than
/// a day behind, or where readings have come on fewer than seven days.
fn purge_before(calendar: &Calendar, now: Timestamp, told: Told, months: u32) -> Option<Timestamp> {
    let present = told.present.filter(|present| now.duration_since(*present) <= BEYOND_MAX)?;
    Some(retained_from(calendar, now.min(present).min(told.lasted?), months))
}

fn ask(store: &Sqlite) -> Result<Told, StoreError> {
    Ok(Told { present: store.present()?, lasted: store.lasted()? })
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
        let now = clock.now();
        let told = ask(&store).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot tell what is old; tried again later");
            Told::default()
        });
        match purge_before(&calendar, now, told, months) {
            Some(before) => store = purge(store, before, &stop).await?,
            None => {
                let [present, lasted] =
                    [told.present, told.lasted].map(|at| at.map(|at| at.to_string()));
                tracing::info!(
                    %now,
                    present,
                    lasted,
                    "no raw readings are let go of: gateways do not say that it is so late, or readings have come on \
                     fewer than seven days"
                );
            }
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Purges readings of before `before`, a portion at a time, and gives the store back. It fails if the thread that does
/// so panics.
async fn purge(
    mut store: Sqlite,
    before: Timestamp,
    stop: &CancellationToken,
) -> anyhow::Result<Sqlite> {
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
    Ok(store)
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

    #[test]
    fn what_may_go_is_counted_back_from_what_gateways_agree_on() {
        let calendar = Calendar::new(TimeZone::get("Asia/Shanghai").unwrap(), 8);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let present = at("2026-11-28T12:00:00Z");
        let told = |now: &str, present, lasted| {
            let before = purge_before(&calendar, at(now), Told { present, lasted }, 12);
            before.map(|before| before.to_string())
        };
        let before = |now: &str, present| told(now, present, Some(present.unwrap_or_default()));
        let year_ago = Some("2025-11-28T00:00:00Z".to_owned());
        assert_eq!(before("2026-11-28T12:00:10Z", Some(present)), year_ago);
        // A gateway whose clock is ahead lets nothing go, and neither does a hub's within the day.
        assert_eq!(before("2026-11-28T12:00:00Z", Some(at("2026-11-29T03:00:00Z"))), year_ago);
        assert_eq!(before("2026-11-29T11:00:00Z", Some(present)), year_ago);
        // Two years ahead, or nobody is heard: nothing.
        assert_eq!(before("2028-11-28T12:00:00Z", Some(present)), None);
        assert_eq!(before("2026-11-28T12:00:00Z", None), None);
        // A hub that is behind lets go of less.
        let less = Some("2025-10-29T00:00:00Z".to_owned());
        assert_eq!(before("2026-10-29T12:00:00Z", Some(present)), less);
        // Both are two years ahead, and have been so for less than seven days of reception.
        let wrong = at("2028-11-28T12:00:00Z");
        let week = Some(at("2026-11-21T16:00:00Z"));
        let kept = Some("2025-11-21T00:00:00Z".to_owned());
        assert_eq!(told("2028-11-28T12:00:00Z", Some(wrong), week), kept);
        assert_eq!(told("2028-11-28T12:00:00Z", Some(wrong), None), None);
    }
}
